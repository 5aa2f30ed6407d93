/* The nodes' own keys: what they sign blocks with, whatever becomes of the wallet. A file in the wallet's
 * format, its password in "PATH.password" (both 0600): nobody is asked for it, and no key lies about in the
 * clear. Thread-safe. */
#ifndef EOSIOFS_CORE_WALLET_KEY_STORE_H
#define EOSIOFS_CORE_WALLET_KEY_STORE_H

#include "core/base/crypto/key.h"

struct key_store;
struct wallet_key; /* wallet.h */

/* Reads the file, if there is one; path NULL: kept in memory only. -EBADMSG: its password does not open it,
 * or a private key of it is not its public key's. The signer is shared. */
int key_store_open(struct key_store **out, const char *path, const struct signer *signer,
                   struct error *error);
void key_store_close(struct key_store *keys); /* NULL is fine */

/* out may be NULL; wipe it */
bool key_store_get(struct key_store *keys, struct private_key *out, const struct public_key *key);
/* All of them, copied to secret memory (memory_release_secret()); *out is NULL for none. */
size_t key_store_pairs(struct key_store *keys, struct wallet_key **out);
/* Whether a private key is that of the public one. */
bool key_store_matches(const struct key_store *keys, const struct private_key *key,
                       const struct public_key *public);
/* Counts from now on, and is in the file after the next key_store_save(). -EINVAL: no key of the curve. */
int key_store_add(struct key_store *keys, const struct private_key *key, struct error *error);
/* Nothing when nothing was added; what could not be saved is tried again by the next call. */
int key_store_save(struct key_store *keys, struct error *error);

#endif

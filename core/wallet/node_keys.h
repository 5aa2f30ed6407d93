/* The nodes' own keys: what they sign blocks with, whatever becomes of the wallet. A file in the wallet's
 * format, its password in "PATH.password" (both 0600): nobody is asked for it, and no key lies about in the
 * clear. Thread-safe. */
#ifndef EOSIOFS_CORE_WALLET_NODE_KEYS_H
#define EOSIOFS_CORE_WALLET_NODE_KEYS_H

#include "core/base/key.h"

struct node_keys;

/* Reads the file, if there is one; path NULL: kept in memory only. -EBADMSG: its password does not open it,
 * or a private key of it is not its public key's. The signer is shared. */
int node_keys_open(struct node_keys **out, const char *path, const struct signer *signer,
                   struct error *error);
void node_keys_close(struct node_keys *keys); /* NULL is fine */

/* out may be NULL; wipe it */
bool node_keys_get(struct node_keys *keys, struct private_key *out, const struct public_key *key);
/* Counts from now on, and is in the file after the next node_keys_save(). -EINVAL: no key of the curve. */
int node_keys_add(struct node_keys *keys, const struct private_key *key, struct error *error);
/* Nothing when nothing was added; what could not be saved is tried again by the next call. */
int node_keys_save(struct node_keys *keys, struct error *error);

#endif

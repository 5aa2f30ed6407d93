/* The wallet: private keys in keosd's file format (protocol.md G.4), labels, locking. Thread-safe. Secrets
 * leave it only as signatures. */
#ifndef EOSIOFS_CORE_WALLET_WALLET_H
#define EOSIOFS_CORE_WALLET_WALLET_H

#include "core/base/crypto/key.h"
#include "core/base/text.h"
#include "core/types/transaction.h"
#include "core/wallet/wallet_file.h"

struct wallet;
struct wallet_key {
	struct public_key public;
	struct private_key private;
};
enum { WALLET_LABEL_SIZE = 64 };
#define WALLET_MEMORY_PASSWORD "memory"
enum { WALLET_NAME_SIZE = 64 };

/* Opens FOLDER/default.wallet, or makes it with a new password. folder NULL: kept in memory only, under a
 * password that everybody knows, for there is no file to keep another one in. Where `keep_password` is
 * set, the password stands in FOLDER/password (0600) and the wallet is unlocked with it; otherwise an
 * existing wallet starts locked. The signer is shared. */
int wallet_open(struct wallet **out, const char *folder, bool keep_password, const struct signer *signer,
                struct error *error);
/* The wallet of another name in the same folder (or in memory, too), which has no labels. password NULL: one
 * that is there (3120002), locked. Otherwise a new one (3120001), unlocked, and the password that opens it,
 * which is kept nowhere: wipe it. name: a file's, shorter than WALLET_NAME_SIZE. */
int wallet_open_beside(struct wallet **out, char password[WALLET_PASSWORD_SIZE], const struct wallet *wallet,
                       const char *name, struct error *error);
void wallet_close(struct wallet *wallet); /* NULL is fine */
const char *wallet_name(const struct wallet *wallet);
const char *wallet_where(const struct wallet *wallet); /* its file, or its name when it has none */

bool wallet_locked(struct wallet *wallet);
int wallet_unlock(struct wallet *wallet, const char *password, struct error *error); /* 3120005, 3120007 */
/* Is it this one? 3120003, 3120005. */
int wallet_check_password(struct wallet *wallet, const char *password, struct error *error);
/* Appends a wallet file under the wallet's own password that holds its keys and those pairs: 3120003, 3120005
 * when it is not that password. */
int wallet_export(struct wallet *wallet, struct text *out, const char *password,
                  const struct wallet_key *pairs, size_t count, struct error *error);
/* 3120003 when it is */
int wallet_lock(struct wallet *wallet, struct error *error);

/* Who uses its keys for longer is told before each locking, while they are still there; from any thread.
 * tell NULL: nobody. Called when no other call is under way. */
void wallet_before_lock(struct wallet *wallet, void (*tell)(void *context), void *context);

/* Adds a key and saves; -EEXIST (3120008) when it is there already. public may be NULL. */
int wallet_import(struct wallet *wallet, struct public_key *public, const struct private_key *key,
                  struct error *error);
/* The same for many pairs, known to be ones, with one save; those already there are passed over. */
int wallet_import_pairs(struct wallet *wallet, const struct wallet_key *pairs, size_t count,
                        struct error *error);
/* A new pair under a label (a file name: 1 to 63 of [A-Za-z0-9._-], not starting with a dot); -EEXIST for
 * a label in use. */
int wallet_new_key(struct wallet *wallet, struct public_key *out, const char *label, struct error *error);
/* 3120009; its labels go with it */
int wallet_remove(struct wallet *wallet, const struct public_key *key, struct error *error);
/* A new wallet with a new password, when there is none any more: -EEXIST (3120001) otherwise. What is in
 * memory is in it. */
int wallet_create(struct wallet *wallet, struct error *error);
/* Lets wallet_revealed() be true for WALLET_REVEAL_SECONDS. The password is asked for again: 3120005.
 * Locking ends it. */
enum { WALLET_REVEAL_SECONDS = 60 };
int wallet_reveal(struct wallet *wallet, const char *password, struct error *error);
bool wallet_revealed(struct wallet *wallet);

/* The public keys, ascending, as they are now, whatever becomes of the wallet; shared by all who ask, since
 * there may be many thousands. Give them back. Needs an unlocked wallet (3120003). */
struct wallet_keys {
	_Atomic size_t references;
	size_t count;
	struct public_key list[];
};
int wallet_keys_hold(struct wallet *wallet, struct wallet_keys **out, struct error *error);
void wallet_keys_release(struct wallet_keys *keys); /* NULL is fine */
bool wallet_has(struct wallet *wallet, const struct public_key *key);
/* The private key, for signing blocks and for revealing; -EACCES when it is not there, -EPERM when locked.
 * Wipe it. */
int wallet_private_key(struct wallet *wallet, struct private_key *out, const struct public_key *key,
                       struct error *error);

/* Labels in alphabetical order; false beyond the last. Labels are public: they can be read while locked. */
bool wallet_label_at(struct wallet *wallet, char label[WALLET_LABEL_SIZE], struct public_key *key,
                     size_t index);
int wallet_label(struct wallet *wallet, struct public_key *key, const char *label); /* 0 or -ENOENT */

/* Signs a transaction with each of the keys. */
int wallet_sign(struct wallet *wallet, struct packed_transaction *packed, const struct public_key *keys,
                size_t count, const struct checksum256 *chain_id, struct error *error);

#endif

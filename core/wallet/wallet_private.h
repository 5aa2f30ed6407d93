/* Inside the wallet: what wallet.c (keys, labels, the lock) and wallet_store.c (its folder) share. All
 * under the mutex. */
#ifndef EOSIOFS_CORE_WALLET_WALLET_PRIVATE_H
#define EOSIOFS_CORE_WALLET_WALLET_PRIVATE_H

#include "core/base/text.h"
#include "core/wallet/wallet.h"

#include <pthread.h>

enum { WALLET_KEYS_MAXIMUM = 100000, WALLET_FILE_MAXIMUM = 64 << 20 };

struct wallet_label {
	char label[WALLET_LABEL_SIZE];
	struct public_key key;
};

struct wallet {
	pthread_mutex_t mutex;
	const struct signer *signer;
	char name[WALLET_NAME_SIZE];
	/* owned; NULL: in memory only, has no labels, keeps no password */
	char *folder, *file, *labels_file, *password_file;
	bool locked;
	void (*before_lock)(void *context); /* may be NULL */
	void *before_lock_context;
	int64_t revealed_until; /* monotonic, seconds */
	struct wallet_secret secret; /* while unlocked; in memory: always */
	struct wallet_key *keys;     /* ascending; none while locked */
	size_t keys_count, keys_capacity;
	struct wallet_keys *shared;  /* held: their public halves; NULL: not asked for since they changed */
	struct text encoded;         /* in memory only: what the file would hold, so that locking loses nothing */
	struct wallet_label *labels; /* ascending */
	size_t labels_count, labels_capacity;
};

/* --- wallet.c --- */
/* where it is, or would be */
size_t wallet_find_label(const struct wallet *wallet, bool *found, const char *label);
void wallet_forget_keys(struct wallet *wallet);

/* --- wallet_store.c --- */
int wallet_save_keys(struct wallet *wallet, struct error *error);
int wallet_save_labels(struct wallet *wallet, struct error *error);
/* 3120005 */
int wallet_load_keys(struct wallet *wallet, const struct wallet_secret *secret, struct error *error);

#endif

/* The wallets that keosd's callers have made or opened. They have locks of their own, which the wallets'
 * passwords open and idle time closes: that the tree may sign with "default" does not let callers. */
#ifndef EOSIOFS_CORE_SERVER_WALLET_WALLET_SERVICE_H
#define EOSIOFS_CORE_SERVER_WALLET_WALLET_SERVICE_H

#include "core/server/call.h"
#include "core/server/server.h"
#include "core/wallet/wallet.h"

#include <pthread.h>

enum { WALLETS_MAXIMUM = 64 };

struct served_wallet {
	struct wallet *wallet; /* owned, save the first that came, "default" */
	bool unlocked;         /* for callers */
	bool opened;           /* by one of them: it was locked and is to be so again */
};

struct wallet_service {
	struct wallet *wallet; /* "default", borrowed; NULL: */
	struct server_keys keys;
	struct signer *signer;
	pthread_mutex_t mutex; /* of all below; one call at a time */
	struct served_wallet list[WALLETS_MAXIMUM]; /* ascending by name */
	size_t count;
	int64_t timeout, until; /* microseconds, monotonic */
};

/* Takes the mutex; end() gives it back (NULL is fine) and returns the result. */
struct wallet_service *wallet_service_begin(struct call *call);
int wallet_service_end(struct wallet_service *service, int result);

/* NULL: no caller has made or opened one of that name. */
struct served_wallet *wallet_service_find(struct wallet_service *service, const char *name);
/* One more, made with a new password (3120001) or, with password NULL, found in the folder (3120002). -ENOSPC
 * when there are WALLETS_MAXIMUM. */
int wallet_service_add(struct wallet_service *service, struct served_wallet **out,
                       char password[WALLET_PASSWORD_SIZE], const char *name, struct error *error);
/* 3120005, 3120007 */
int served_wallet_unlock(struct served_wallet *served, const char *password, struct error *error);
void served_wallet_lock(struct served_wallet *served);
void wallet_service_lock(struct wallet_service *service); /* all of them */

/* The private key from whichever unlocked wallet has it, or of the node whose keys it serves: 3120004. Wipe
 * it. */
int wallet_service_key(struct wallet_service *service, struct private_key *out, const struct public_key *key,
                       struct error *error);
/* The public keys of all unlocked wallets, in keys' own order, as keosd's set of them has it; free() *out in
 * any case. 3120003: none is unlocked. */
int wallet_service_keys(struct wallet_service *service, struct public_key **out, size_t *count,
                        struct error *error);

#endif

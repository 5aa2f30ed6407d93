/* keosd's wallets: who has unlocked which, and for how long. */
#include "core/server/wallet/wallet_service.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "core/server/node.h"
#include "core/server/wallet/wallet.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { TIMEOUT_SECONDS = 900 };

struct wallet_service *wallet_service_create(struct wallet *wallet)
{
	struct wallet_service *service = memory_allocate(1, sizeof *service);

	service->wallet = wallet;
	service->list[0].wallet = wallet;
	service->count = wallet ? 1 : 0;
	service->signer = signer_create();
	service->timeout = (int64_t)TIMEOUT_SECONDS * SECOND_US;
	pthread_mutex_init(&service->mutex, NULL);
	return service;
}

struct wallet_service *signing_service_create(const struct server_keys *keys)
{
	struct wallet_service *service = wallet_service_create(NULL);

	service->keys = *keys;
	return service;
}

void wallet_service_destroy(struct wallet_service *service)
{
	if (!service)
		return;
	wallet_service_lock(service);
	for (size_t i = 0; i < service->count; i++)
		if (service->list[i].wallet != service->wallet)
			wallet_close(service->list[i].wallet);
	signer_destroy(service->signer);
	pthread_mutex_destroy(&service->mutex);
	free(service);
}

struct wallet_service *wallet_service_begin(struct call *call)
{
	struct wallet_service *service = call->node->wallet;
	int64_t now = clock_monotonic_us();

	pthread_mutex_lock(&service->mutex);
	for (size_t i = 0; i < service->count; i++)
		if (now >= service->until || wallet_locked(service->list[i].wallet)) /* as the tree may have done */
			served_wallet_lock(&service->list[i]);
	service->until = now + service->timeout;
	return service;
}

int wallet_service_end(struct wallet_service *service, int result)
{
	if (service)
		pthread_mutex_unlock(&service->mutex);
	return result;
}

/* Where it is, or would be. */
static size_t place(const struct wallet_service *service, const char *name)
{
	size_t at = 0;

	while (at < service->count && strcmp(wallet_name(service->list[at].wallet), name) < 0)
		at++;
	return at;
}

struct served_wallet *wallet_service_find(struct wallet_service *service, const char *name)
{
	size_t at = place(service, name);

	return at < service->count && strcmp(wallet_name(service->list[at].wallet), name) == 0
	           ? &service->list[at]
	           : NULL;
}

int wallet_service_add(struct wallet_service *service, struct served_wallet **out,
                       char password[WALLET_PASSWORD_SIZE], const char *name, struct error *error)
{
	struct served_wallet more = {.unlocked = password, .opened = password};
	size_t at = place(service, name);

	if (service->count == WALLETS_MAXIMUM)
		return error_set(error, ENOSPC, "%d wallets are open, and no more can be", WALLETS_MAXIMUM);
	int result = wallet_open_beside(&more.wallet, password, service->wallet, name, error);
	if (result)
		return result;
	*out = &service->list[at];
	memmove(*out + 1, *out, (service->count++ - at) * sizeof **out);
	**out = more;
	return 0;
}

int served_wallet_unlock(struct served_wallet *served, const char *password, struct error *error)
{
	if (served->unlocked)
		return error_chain(error, WALLET_UNLOCKED_EXCEPTION, "Wallet is already unlocked: %s",
		                   wallet_name(served->wallet));
	served->opened = wallet_locked(served->wallet);
	int result = served->opened ? wallet_unlock(served->wallet, password, error)
	                            : wallet_check_password(served->wallet, password, error);
	served->unlocked = result == 0;
	return result;
}

void served_wallet_lock(struct served_wallet *served)
{
	if (served->unlocked && served->opened)
		wallet_lock(served->wallet, NULL);
	served->unlocked = served->opened = false;
}

void wallet_service_lock(struct wallet_service *service)
{
	for (size_t i = 0; i < service->count; i++)
		served_wallet_lock(&service->list[i]);
}

int wallet_service_key(struct wallet_service *service, struct private_key *out, const struct public_key *key,
                       struct error *error)
{
	if (!service->wallet && service->keys.private_key(service->keys.context, service->keys.node, key, out))
		return 0;
	for (size_t i = 0; i < service->count; i++)
		if (service->list[i].unlocked && wallet_private_key(service->list[i].wallet, out, key, NULL) == 0)
			return 0;
	return error_chain(error, WALLET_MISSING_PUB_KEY_EXCEPTION, "Public key not found in unlocked wallets %s",
	                   public_key_text(key).text);
}

int wallet_service_keys(struct wallet_service *service, struct public_key **out, size_t *count,
                        struct error *error)
{
	bool any = false;

	*out = memory_allocate(1, sizeof **out);
	*count = 0;
	for (size_t i = 0; i < service->count; i++) {
		struct wallet_keys *keys;
		if (!service->list[i].unlocked || wallet_keys_hold(service->list[i].wallet, &keys, error) != 0)
			continue;
		any = true;
		memory_resize(out, *count + keys->count + 1, sizeof **out);
		memcpy(*out + *count, keys->list, keys->count * sizeof *keys->list);
		*count += keys->count;
		wallet_keys_release(keys);
	}
	*count = public_keys_sort(*out, *count);
	return any ? 0
	           : error_chain(error, WALLET_LOCKED_EXCEPTION, "You don't have any unlocked wallet!");
}

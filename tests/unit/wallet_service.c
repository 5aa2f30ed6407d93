/* The wallets that keosd's callers hold: found by name, bounded in number, locked together when nobody asks
 * for a while; the keys of those unlocked, each once. */
#include "core/server/wallet/wallet_service.h"

#include "core/base/memory.h"
#include "core/server/node.h"
#include "core/server/wallet/wallet.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct signer *signer;
static struct wallet *first;
static struct server_node node;
static struct call call = {.node = &node};

static int setup(void **state)
{
	(void)state;
	signer = signer_create();
	assert_int_equal(wallet_open(&first, NULL, false, signer, NULL), 0);
	node.wallet = wallet_service_create(first);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	wallet_service_destroy(node.wallet);
	wallet_close(first);
	signer_destroy(signer);
	return 0;
}

static void no_more_wallets_than_its_bound(void **state)
{
	struct wallet_service *service = wallet_service_begin(&call);
	struct served_wallet *served;
	char name[16], password[WALLET_PASSWORD_SIZE];
	struct error error = {0};
	(void)state;
	for (int i = WALLETS_MAXIMUM - 1; i > 0; i--) {
		snprintf(name, sizeof name, "%02d", i);
		assert_int_equal(wallet_service_add(service, &served, password, name, &error), 0);
		assert_true(served->unlocked);
	}
	assert_int_equal(wallet_service_add(service, &served, password, "more", &error), -ENOSPC);
	for (size_t i = 1; i < service->count; i++)
		assert_true(strcmp(wallet_name(service->list[i - 1].wallet), wallet_name(service->list[i].wallet)) <
		            0);
	assert_string_equal(wallet_name(wallet_service_find(service, "07")->wallet), "07");
	assert_ptr_equal(wallet_service_find(service, "default")->wallet, first);
	assert_null(wallet_service_find(service, "more"));
	wallet_service_end(service, 0);
}

static void keys_are_those_of_unlocked_wallets_each_once(void **state)
{
	struct wallet_service *service = wallet_service_begin(&call);
	struct served_wallet *served;
	char password[WALLET_PASSWORD_SIZE];
	struct public_key public, *keys;
	struct private_key key, got;
	struct error error = {0};
	size_t count;
	(void)state;
	assert_true(wallet_service_keys(service, &keys, &count, &error) < 0);
	free(keys);
	assert_int_equal(signer_new_key(signer, &key, &public, KEY_R1, &error), 0);
	assert_int_equal(wallet_import(first, NULL, &key, &error), 0);
	assert_true(wallet_service_key(service, &got, &public, &error) < 0); /* callers have not unlocked it */
	assert_int_equal(wallet_service_add(service, &served, password, "other", &error), 0);
	assert_int_equal(wallet_import(served->wallet, NULL, &key, &error), 0);
	served = wallet_service_find(service, "default");
	assert_int_equal(served_wallet_unlock(served, WALLET_MEMORY_PASSWORD, &error), 0);
	assert_int_equal(wallet_service_keys(service, &keys, &count, &error), 0);
	assert_int_equal(count, 1);
	assert_int_equal(public_key_compare(keys, &public), 0);
	free(keys);
	served_wallet_lock(served);
	assert_int_equal(wallet_service_key(service, &got, &public, &error), 0);
	assert_memory_equal(&got, &key, sizeof key);
	/* nobody asks for longer than the timeout */
	service->timeout = 0;
	service->until = 0;
	wallet_service_end(service, 0);
	service = wallet_service_begin(&call);
	assert_true(wallet_service_key(service, &got, &public, &error) < 0);
	assert_true(wallet_locked(wallet_service_find(service, "other")->wallet));
	assert_false(wallet_locked(first));
	wallet_service_end(service, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_more_wallets_than_its_bound, setup, teardown),
		cmocka_unit_test_setup_teardown(keys_are_those_of_unlocked_wallets_each_once, setup, teardown),
	};
	return cmocka_run_group_tests_name("wallet_service", tests, NULL, NULL);
}

/* Transactions that wait: in what order they are due, what is not yet, and who may cancel them (protocol.md
 * C.4, D.6). */
#include "tests/contract_rig.h"

static struct checksum256 delay(struct test_chain *chain, const char *account, uint32_t seconds)
{
	test_account_delayed(chain, account, seconds);
	return chain->trace.id;
}

static void expect_due(struct test_chain *chain, const struct checksum256 *const *ids, size_t count)
{
	struct scheduled_place place = {0};
	struct checksum256 id;
	for (size_t i = 0; i < count; i++) {
		assert_true(branch_scheduled_from(chain->branch, &place, &id));
		assert_true(checksum256_equal(&id, ids[i]));
	}
	assert_false(branch_scheduled_from(chain->branch, &place, &id));
}

static void order(void **state)
{
	struct test_chain chain;
	struct checksum256 ids[4];
	(void)state;
	test_create(&chain);
	test_boot(&chain);
	test_at(&chain, TEST_TIME);
	ids[0] = delay(&chain, "new1", 3);
	ids[1] = delay(&chain, "new2", 1);
	ids[2] = delay(&chain, "new3", 3);
	test_at(&chain, TEST_TIME + 2000000);
	ids[3] = delay(&chain, "new4", 1);
	expect_due(&chain, (const struct checksum256 *[]){&ids[1]}, 1);
	test_at(&chain, TEST_TIME + 3000000);
	expect_due(&chain, (const struct checksum256 *[]){&ids[1], &ids[0], &ids[2], &ids[3]},
	           4); /* of one time, as they came */
	assert_int_equal(test_run_scheduled(&chain), 4);
	assert_int_equal(chain.trace.status, STATUS_EXECUTED);
	test_destroy(&chain);
}

/* One without delay runs in the next block at the earliest. */
static void not_in_its_own_block(void **state)
{
	struct test_chain chain;
	struct bytes data = {0};
	struct transaction transaction = {.actions = memory_allocate(1, sizeof(struct action)),
	                                  .actions_count = 1};
	struct action *action = transaction.actions;
	(void)state;
	test_create(&chain);
	test_boot(&chain);
	test_at(&chain, TEST_TIME);
	action->account = name_literal("bob");
	action->authorization = memory_allocate(1, sizeof *action->authorization);
	action->authorization[0] = (struct permission_level){name_literal("alice"), name_literal("active")};
	action->authorization_count = 1;
	bytes_put_u64(&data, name_literal("carol"));
	transaction_pack(&data, &transaction);
	transaction_release(&transaction);
	if (test_push(&chain, "eosio.wrap", "exec", &data, "eosio.wrap,carol", 0))
		fail_msg("%s", chain.error.sentence);
	assert_int_equal(test_run_scheduled(&chain), 0);
	test_next(&chain);
	assert_int_equal(test_run_scheduled(&chain), 1);
	assert_int_equal(chain.trace.status, STATUS_EXECUTED);
	test_destroy(&chain);
}

static void cancelling(void **state)
{
	static const struct {
		const char *actor, *permission, *authorization;
		bool other; /* transaction */
		uint32_t code;
		const char *sentence;
	} cases[] = {
		{"eosio", "active", "eosio,eosio", false, 3090005,
	     "canceldelay action should only have one declared authorization"},
		{"alice", "active", "eosio", false, 3090005,
	     "canceldelay action declares irrelevant authority "
	     "'{\"actor\":\"eosio\",\"permission\":\"active\"}'; "
	     "specified authority to satisfy is {\"actor\":\"alice\",\"permission\":\"active\"}"},
		{"eosio", "none", "eosio", false, 3060001, "Failed to retrieve permission: *"},
		{"eosio", "active", "eosio", true, 3040011, "cannot cancel trx_id=*"},
		{"alice", "active", "alice", false, 3050000,
	     "canceling_auth in canceldelay action was not found as authorization in the original delayed "
	     "transaction"},
		{"eosio", "owner", "eosio@owner", false, 3050000,
	     "canceling_auth in canceldelay action was not found as authorization in the original delayed "
	     "transaction"},
		{"eosio", "active", "eosio@owner", false, 0, NULL}, /* more than enough */
		{"eosio", "active", "eosio", false, 3040011, "cannot cancel trx_id=*"},
	};
	struct test_chain chain;
	struct checksum256 id;
	(void)state;
	test_create(&chain);
	test_boot(&chain);
	test_at(&chain, TEST_TIME);
	id = delay(&chain, "new1", 100);
	assert_int_equal(chain.trace.account_ram_delta.account, name_literal("eosio"));
	int64_t ram = chain.trace.account_ram_delta.delta;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct bytes data = {0};
		bytes_put_u64(&data, name_literal(cases[i].actor));
		bytes_put_u64(&data, name_literal(cases[i].permission));
		bytes_put(&data, id.data, sizeof id.data);
		data.data[20] ^= cases[i].other;
		test_push(&chain, "eosio", "canceldelay", &data, cases[i].authorization, 0);
		size_t length = cases[i].code ? strcspn(cases[i].sentence, "*") : 0;
		if (chain.error.code != cases[i].code ||
		    (length && strncmp(chain.error.sentence, cases[i].sentence, length)))
			fail_msg("case %zu: %u %s", i, chain.error.code, chain.error.sentence);
		if (!chain.error.code)
			assert_int_equal(test_ram(&chain, "eosio"), -ram);
	}
	test_destroy(&chain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(order), cmocka_unit_test(not_in_its_own_block),
	                                   cmocka_unit_test(cancelling)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

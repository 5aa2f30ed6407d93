/* Sending: every command is a transaction of its own, and happens once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/exception.h"
#include "tests/chain_rig.h"

#include <errno.h>

static void equal_transfers(void **state)
{
	struct rig rig = {.manual_clock = true};
	struct transaction_trace first = {0}, second = {0};
	(void)state;
	rig_open(&rig);
	rig_make_token(&rig);
	assert_int_equal(rig_transfer(&rig, &first, "alice"), 0);
	assert_int_equal(rig_transfer(&rig, &second, "alice"), 0);
	assert_int_equal(first.block_num, second.block_num);
	assert_false(checksum256_equal(&first.id, &second.id));
	assert_int_equal(rig_balance(&rig, "alice"), 2);
	transaction_trace_release(&first);
	transaction_trace_release(&second);
	rig_end(&rig);
}

/* The chain remembers an id until its transaction expires: that is soon, for any but those that are alike,
 * and never late. */
static void remembered_for_a_short_time(void **state)
{
	enum { ALIKE = 800, SOON = 31, LATE = 30 + 240 };
	struct rig rig = {.manual_clock = true};
	struct transaction_trace trace = {0};
	char json[128];
	size_t seen = 0;
	(void)state;
	rig_open(&rig);
	rig_make_token(&rig);
	assert_int_equal(rig_advance(&rig, 1000000), 0);
	for (int i = 0; i < ALIKE; i++) {
		snprintf(json, sizeof json, "[\"eosio\",\"alice\",\"0.0001 SYS\",\"%d\"]", i % 2 ? 0 : i);
		transaction_trace_release(&trace);
		rig_must(rig_act(&rig, &trace, "eosio.token", "transfer", "eosio", json), "transfer", &rig.error);
	}
	assert_int_equal(rig_advance(&rig, 1000000), 0);
	assert_int_equal(rig_balance(&rig, "alice"), ALIKE);
	struct signed_block block = rig_block(&rig, trace.block_num);
	size_t soon = 0;
	for (size_t i = 0; i < block.transactions_count; i++, seen++) {
		uint32_t lifetime = block.transactions[i].packed.transaction.expiration -
		                    (uint32_t)(slot_to_us(block.header.timestamp) / 1000000);
		assert_true(lifetime <= LATE);
		soon += lifetime <= SOON + 5;
	}
	assert_int_equal(seen, ALIKE);
	assert_true(soon > ALIKE * 2 / 5);
	signed_block_release(&block);
	transaction_trace_release(&trace);
	rig_end(&rig);
}

/* Another process that begins to count where this one did makes the same id: it is made anew, not refused. */
static void ids_that_are_taken(void **state)
{
	struct rig rig = {.manual_clock = true};
	(void)state;
	rig_open(&rig);
	rig_make_token(&rig);
	for (int i = 1; i <= 5; i++) {
		for (size_t k = 0; k < CHAIN_SENDS; k++)
			rig.chain->sends[k] = 0;
		assert_int_equal(rig_transfer(&rig, NULL, "alice"), 0);
		assert_int_equal(rig_balance(&rig, "alice"), i);
	}
	rig_end(&rig);
}

/* A chain whose transactions may not live as long as the variation would have them. */
static void short_lifetime(void **state)
{
	struct genesis genesis;
	struct rig rig = {.manual_clock = true, .genesis = &genesis};
	(void)state;
	genesis_default(&genesis);
	genesis.initial_configuration.max_transaction_lifetime = 60;
	rig_open(&rig);
	rig_make_token(&rig);
	for (int i = 1; i <= 10; i++) {
		assert_int_equal(rig_transfer(&rig, NULL, "alice"), 0);
		assert_int_equal(rig_balance(&rig, "alice"), i);
	}
	rig_end(&rig);
}

static void refusals(void **state)
{
	struct rig rig = {.manual_clock = true};
	struct transaction_trace trace = {0};
	static const struct {
		const char *contract, *name, *actor, *json, *sentence;
		int number;
	} cases[] = {
		{"eosio.token", "transfer", "alice", "[\"alice\",\"bob\",\"0.0001 SYS\",\"\"]",
	     "no balance object found", ECANCELED},
		{"eosio.token", "transfer", "eosio", "[\"eosio\",\"nobody\",\"0.0001 SYS\",\"\"]",
	     "to account does not exist", ECANCELED},
		{"eosio.token", "transfer", "carol", "[\"eosio\",\"bob\",\"0.0001 SYS\",\"\"]", "carol", 0},
		{"eosio.token", "fly", "alice", "{}", "fly", 0},
		{"alice", "transfer", "alice", "{}", "No ABI found for alice", ENOENT},
		{"eosio.token", "transfer", "alice", "[\"alice\"]", "", EINVAL},
	};

	(void)state;
	rig_open(&rig);
	rig_make_token(&rig);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int result = rig_act(&rig, &trace, cases[i].contract, cases[i].name, cases[i].actor, cases[i].json);
		assert_true(result < 0);
		assert_int_equal(rig.error.number, -result);
		if (cases[i].number)
			assert_int_equal(-result, cases[i].number);
		if (!strstr(rig.error.sentence, cases[i].sentence))
			fail_msg("\"%s\" does not say \"%s\"", rig.error.sentence, cases[i].sentence);
		transaction_trace_release(&trace);
	}
	assert_int_equal(rig_balance(&rig, "bob"), 0);
	rig_end(&rig);
}

/* Which key is missing, whose it is, and what can be done. */
static void key_not_in_the_wallet(void **state)
{
	struct rig rig = {.manual_clock = true};
	struct public_key *key;
	(void)state;
	rig_open(&rig);
	rig_make_token(&rig);
	key = &rig.chain->genesis.initial_key;
	assert_int_equal(wallet_remove(rig.wallet, key, &rig.error), 0);
	assert_int_equal(rig_transfer(&rig, NULL, "alice"), -EACCES);
	assert_non_null(strstr(rig.error.sentence, "does not have signatures for it"));
	assert_non_null(strstr(rig.error.sentence, "the wallet lacks the key of eosio@active"));
	assert_non_null(strstr(rig.error.sentence, public_key_text(key).text));
	assert_non_null(strstr(rig.error.sentence, "wallet/import"));
	assert_non_null(strstr(rig.error.sentence, "wallet/impersonate"));
	rig_end(&rig);
}

/* A process that has begun anew knows nothing of how many were alike before it. */
static void more_than_can_be_tried_one_by_one(void **state)
{
	enum { ALIKE = 1500 };
	struct rig rig = {.manual_clock = true};
	(void)state;
	rig_open(&rig);
	rig_make_token(&rig);
	for (int i = 0; i < ALIKE; i++)
		assert_int_equal(rig_transfer(&rig, NULL, "alice"), 0);
	for (size_t i = 0; i < CHAIN_SENDS; i++)
		rig.chain->sends[i] = 0;
	assert_int_equal(rig_transfer(&rig, NULL, "alice"), 0);
	assert_int_equal(rig_balance(&rig, "alice"), ALIKE + 1);
	rig_end(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_transfers),
		cmocka_unit_test(remembered_for_a_short_time), cmocka_unit_test(ids_that_are_taken),
		cmocka_unit_test(more_than_can_be_tried_one_by_one),
		cmocka_unit_test(short_lifetime),
		cmocka_unit_test(refusals),
		cmocka_unit_test(key_not_in_the_wallet),
	};
	return cmocka_run_group_tests_name("chain_send", tests, NULL, NULL);
}

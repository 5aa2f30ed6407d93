/* How long transactions may run: each limit with nodeos's error, what is counted where there is no clock,
 * what is billed. The clock is the test's. */
#include "tests/contract_rig.h"

#include "tests/wasm_builder.h"

#define ENDLESS "\x03\x40\x0c\0\x0b"

struct clocked {
	struct test_chain chain;
	int64_t now, step; /* each look at the clock takes so long */
	struct push_options options;
	struct transaction transaction; /* what differs from the usual: limits, delay */
};

static int64_t look(void *context)
{
	struct clocked *test = context;
	return test->now += test->step;
}

/* twins=off has no part in this: alice's code is nobody's twin. */
static void use_clock(struct clocked *test, int64_t step, bool measured)
{
	const struct contract_options options = {
		.clock = step ? look : NULL, .context = test, .measured_cpu = measured};
	test->step = step;
	ledger_set_contract_options(branch_ledger(test->chain.branch), &options);
}

static void set_code(struct test_chain *chain, const char *account, struct builder *builder)
{
	struct bytes data = {0}, code = {0};
	build_finish(builder, &code);
	bytes_put_u64(&data, name_literal(account));
	bytes_put_u16(&data, 0);
	bytes_put_counted(&data, code.data, code.length);
	if (test_push(chain, "eosio", "setcode", &data, account, 0))
		fail_msg("setcode: %s", chain->error.sentence);
	bytes_release(&code);
}

static void endless(struct test_chain *chain, const char *account)
{
	struct builder builder = {0};
	BUILD_APPLY(&builder, "", ENDLESS);
	set_code(chain, account, &builder);
}

static void begin(struct clocked *test)
{
	*test = (struct clocked){.options = {.without_keys = true}};
	test_create(&test->chain);
	test_boot(&test->chain);
	test_install(&test->chain, "eosio", "eosio.bios");
	test_next(&test->chain);
	endless(&test->chain, "alice");
}

/* alice::go by alice. */
static uint32_t go(struct clocked *test)
{
	struct test_chain *chain = &test->chain;
	struct transaction transaction = test->transaction;
	struct packed_transaction packed = {0};
	struct action *made = memory_allocate(1, sizeof *made);
	made->account = name_literal("alice");
	made->name = name_literal("go");
	made->authorization_count = test->options.kind != PUSH_READ_ONLY;
	made->authorization = memory_allocate(1, sizeof *made->authorization);
	made->authorization[0] = (struct permission_level){name_literal("alice"), name_literal("active")};
	transaction.expiration = (uint32_t)(test_time(chain) / 1000000) + 60 + chain->nonce++ % 3000;
	transaction.ref_block_num = (uint16_t)branch_head(chain->branch)->number;
	transaction.ref_block_prefix = block_id_prefix(&branch_head(chain->branch)->id);
	transaction.actions = made;
	transaction.actions_count = 1;
	packed_transaction_make(&packed, &transaction);
	transaction_trace_release(&chain->trace);
	chain->trace = (struct transaction_trace){0};
	error_clear(&chain->error);
	int result = branch_push(chain->branch, &chain->trace, &packed, NULL, 0, &test->options, &chain->error);
	packed_transaction_release(&packed);
	return result ? chain->error.code : 0;
}

static void expect(struct clocked *test, uint32_t code, const char *sentence)
{
	uint32_t got = go(test);
	if (got != code || strcmp(test->chain.error.sentence, sentence))
		fail_msg("%u %s, not %u %s", got, test->chain.error.sentence, code, sentence);
}

static void limit_cpu(struct test_chain *chain, const char *account, int weight)
{
	char json[128];
	snprintf(json, sizeof json, "{\"account\":\"%s\",\"ram_bytes\":-1,\"net_weight\":-1,\"cpu_weight\":%d}",
	         account, weight);
	test_succeeds(chain, "eosio", "setalimits", json, "eosio");
}

/* The clock is looked at when it starts, now and then, and for the sentence: of 1000 us each time. */
static void each_limit_has_its_error(void **state)
{
	struct clocked test;
	(void)state;
	begin(&test);
	use_clock(&test, 1000, false);
	expect(
		&test, 3080004,
		"transaction was executing for too long 92000us reached on chain max_transaction_cpu_usage 90000us");
	test.options.time_limit = 30000;
	expect(&test, 3080004,
	       "transaction was executing for too long 32000us reached node configured max-transaction-time "
	       "30000us");
	test.transaction.max_cpu_usage_ms = 5;
	expect(&test, 3080004,
	       "transaction was executing for too long 7000us reached trx specified max_cpu_usage_ms 5ms");
	test.options.kind = PUSH_DRY_RUN;
	expect(&test, 3080004,
	       "transaction was executing for too long 7000us reached trx specified max_cpu_usage_ms 5ms");
	test.options.kind = PUSH_READ_ONLY;
	assert_int_equal(go(&test), 3080004);
	test.options = (struct push_options){.without_keys = true};
	test.options.block_left = 4000;
	expect(&test, 3080006, "deadline exceeded 6000us");
	test.options.block_left = 5000; /* what is reached at once is not the block's */
	expect(&test, 3080004,
	       "transaction was executing for too long 7000us reached trx specified max_cpu_usage_ms 5ms");
	test.options.block_left = 0;
	test.transaction.max_cpu_usage_ms = 0;
	limit_cpu(&test.chain, "eosio.token", 1000000);
	test_next(&test.chain);
	limit_cpu(&test.chain, "alice", 1000);
	test.options.greylists[0] = &(struct greylist){.limit = 1}; /* whatever the limit is that it reached */
	expect(&test, 3080008,
	       "greylisted transaction was executing for too long 92000us reached on chain "
	       "max_transaction_cpu_usage 90000us");
	test.options.greylists[0] = NULL;
	limit_cpu(&test.chain, "alice", 0);
	expect(&test, 3081001,
	       "the transaction was unable to complete by deadline, but it is possible it could have succeeded "
	       "if it were allowed to run to completion 33000");
	test_destroy(&test.chain);
}

static void what_is_left_of_a_block(void **state)
{
	struct clocked test;
	char sentence[96] = "not enough time left in block to complete executing transaction ";
	(void)state;
	begin(&test);
	use_clock(&test, 1000, false);
	test_next(&test.chain);
	const struct push_options usual = test.options;
	struct builder builder = {0};
	BUILD_APPLY(&builder, "", "\x01");
	set_code(&test.chain, "alice", &builder);
	test.options.billed_cpu_us = 75000;
	assert_int_equal(go(&test), 0);
	test.options = usual;
	endless(&test.chain, "alice");
	assert_int_equal(go(&test), 3080005);
	assert_int_equal(strncmp(test.chain.error.sentence, sentence, strlen(sentence)), 0);
	test_destroy(&test.chain);
}

/* Without a clock what is done is counted, so that it ends after the same each time. */
static void without_a_clock_it_is_counted(void **state)
{
	struct clocked test;
	char before[sizeof test.chain.error.sentence];
	(void)state;
	begin(&test);
	assert_int_equal(go(&test), 3080004);
	strcpy(before, test.chain.error.sentence);
	assert_int_equal(go(&test), 3080004);
	assert_string_equal(test.chain.error.sentence, before);
	use_clock(&test, 1, false);
	test.options.again = true; /* of a journal: whatever the clock says, and long after its time */
	assert_int_equal(go(&test), 3080004);
	assert_true(test.now == 0);
	test_destroy(&test.chain);
}

/* Each sends the next one 300 actions. */
static void send_on(struct test_chain *chain, const char *from, const char *to)
{
	struct builder builder = {0};
	struct bytes action = {0}, segment = {0};
	bytes_put_u64(&action, name_literal(to));
	bytes_put_u64(&action, name_literal("go"));
	bytes_put_u16(&action, 0);
	bytes_put(&segment, "\0\x41\0\x0b", 4);
	bytes_put_counted(&segment, action.data, action.length);
	build_import(&builder, "env", "send_inline", "ii:v");
	BUILD(&builder, BUILD_MEMORY, "\0\1");
	build(&builder, BUILD_DATA, segment.data, segment.length);
	BUILD_APPLY(&builder, "i",
	            "\x03\x40\x41\0\x41\x12\x10\0\x20\3\x41\1\x6a\x22\3\x41\xac\x02\x49\x0d\0\x0b");
	set_code(chain, from, &builder);
	bytes_release(&action);
	bytes_release(&segment);
}

/* 27 million of them. */
static void many_short_runs_are_one(void **state)
{
	struct clocked test;
	(void)state;
	begin(&test);
	send_on(&test.chain, "alice", "bob");
	send_on(&test.chain, "bob", "carol");
	send_on(&test.chain, "carol", "prox");
	use_clock(&test, 1000, false);
	assert_int_equal(go(&test), 3080004);
	use_clock(&test, 0, false);
	assert_int_equal(go(&test), 3080004);
	test_destroy(&test.chain);
}

/* A body without a jump, called again and again. */
static void straight_code_counts(void **state)
{
	struct clocked test;
	struct builder builder = {0};
	struct bytes body = {0};
	(void)state;
	begin(&test);
	for (int i = 0; i < 20000; i++)
		bytes_put(&body, "\x23\0\x42\3\x7e\x24\0", 7); /* global 0 times 3 */
	BUILD(&builder, BUILD_GLOBAL, "\x7e\1\x42\1\x0b");
	build_export(&builder, "apply", 0, 1);
	build_function(&builder, ":v", "", body.data, body.length);
	build_function(&builder, "lll:v", "", "\x03\x40\x10\0\x0c\0\x0b", 7);
	set_code(&test.chain, "alice", &builder);
	use_clock(&test, 30000, false);
	assert_int_equal(go(&test), 3080004);
	assert_true(test.chain.trace.actions_count == 1);
	bytes_release(&body);
	test_destroy(&test.chain);
}

static void measured_time_is_billed(void **state)
{
	struct clocked test;
	struct builder builder = {0};
	(void)state;
	begin(&test);
	BUILD_APPLY(&builder, "", "");
	set_code(&test.chain, "alice", &builder);
	use_clock(&test, 700, false);
	assert_int_equal(go(&test), 0);
	assert_int_equal(test.chain.trace.cpu_usage_us, 100);
	use_clock(&test, 700, true);
	assert_int_equal(go(&test), 0);
	assert_int_equal(test.chain.trace.cpu_usage_us, 700);
	use_clock(&test, 7, true);
	assert_int_equal(go(&test), 0);
	assert_int_equal(test.chain.trace.cpu_usage_us, 100); /* the least */
	test.options.billed_cpu_us = 300;
	use_clock(&test, 700, true);
	assert_int_equal(go(&test), 0);
	assert_int_equal(test.chain.trace.cpu_usage_us, 300);
	test.options.billed_cpu_us = 0;
	use_clock(&test, 90001, true);
	expect(&test, 3080004,
	       "billed CPU time (90001 us) is greater than the maximum billable CPU time for the transaction "
	       "(90000 us) reached on chain "
	       "max_transaction_cpu_usage 90000us");
	test_destroy(&test.chain);
}

/* A block whose onblock never ends is made, and applied by others, who leave that out too. */
static void an_endless_onblock_does_no_harm(void **state)
{
	struct clocked test;
	struct branch *other;
	struct block_state *blocks[8];
	struct transaction_trace onblock = {0};
	struct genesis genesis;
	size_t count = 0;
	(void)state;
	test = (struct clocked){0};
	test_create(&test.chain);
	use_clock(&test, 1000, false);
	endless(&test.chain, "eosio");
	genesis_default(&genesis);
	assert_int_equal(branch_create(&other, &genesis, &test.chain.error), 0);
	for (; count < 4; count++) {
		test_next(&test.chain);
		blocks[count] = block_state_hold(branch_head(test.chain.branch));
	}
	for (size_t i = 0; i < count; i++) {
		if (branch_apply_block(other, blocks[i]->block, true, &test.chain.error))
			fail_msg("%s", test.chain.error.sentence);
		block_state_release(blocks[i]);
	}
	transaction_trace_release(&onblock);
	branch_destroy(other);
	test_destroy(&test.chain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_limit_has_its_error),
	    cmocka_unit_test(what_is_left_of_a_block),
	    cmocka_unit_test(without_a_clock_it_is_counted),
	    cmocka_unit_test(many_short_runs_are_one),
	    cmocka_unit_test(straight_code_counts),
	    cmocka_unit_test(measured_time_is_billed),
	    cmocka_unit_test(an_endless_onblock_does_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* eosio.token through the engine: every check with its message, in the order of contracts.md 1; rows, payers,
 * notifications. */
#include "tests/contract_rig.h"

#define SYS UINT64_C(5462355)
#define TRANSFER(from, to, quantity, memo) \
	"{\"from\":\"" from "\",\"to\":\"" to "\",\"quantity\":\"" quantity "\",\"memo\":\"" memo "\"}"
#define ISSUE(to, quantity) "{\"to\":\"" to "\",\"quantity\":\"" quantity "\",\"memo\":\"\"}"
#define TEN "0123456789"
#define MEMO_250 \
	TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define T "eosio.token"

static void begin(struct test_chain *chain)
{
	test_create(chain);
	test_boot(chain);
	test_succeeds(chain, T, "create", "{\"issuer\":\"alice\",\"maximum_supply\":\"1000.0000 SYS\"}", T);
	test_succeeds(chain, T, "issue", ISSUE("alice", "500.0000 SYS"), "alice");
}

struct refusal {
	const char *action, *json, *authorization, *message;
};

static void refuse(struct test_chain *chain, const struct refusal *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		test_fails(chain, T, rows[i].action, rows[i].json, rows[i].authorization, rows[i].message);
}

static void messages_in_order(void **state)
{
	static const struct refusal rows[] = {
		{"create", "{\"issuer\":\"bob\",\"maximum_supply\":\"0.0000 SYS\"}", "alice",
	     "missing authority of eosio.token"},
		{"create", "{\"issuer\":\"bob\",\"maximum_supply\":\"0.0000 SYS\"}", T,
	     "max-supply must be positive"},
		{"create", "{\"issuer\":\"bob\",\"maximum_supply\":\"1.0 SYS\"}", T,
	     "token with symbol already exists"},
		{"issue", "{\"to\":\"bob\",\"quantity\":\"-1.000 NIX\",\"memo\":\"" MEMO_250 "1234567\"}", "bob",
	     "memo has more than 256 bytes"},
		{"issue", ISSUE("bob", "-1.000 NIX"), "bob",
	     "token with symbol does not exist, create token before issue"},
		{"issue", ISSUE("bob", "-1.000 SYS"), "bob", "missing authority of alice"},
		{"issue", ISSUE("bob", "-1.000 SYS"), "alice", "must issue positive quantity"},
		{"issue", ISSUE("bob", "1.000 SYS"), "alice", "symbol precision mismatch"},
		{"issue", ISSUE("bob", "500.0001 SYS"), "alice", "quantity exceeds available supply"},
		{"issue", ISSUE("nobody", "1.0000 SYS"), "alice", "to account does not exist"},
		{"retire", "{\"quantity\":\"1.000 NIX\",\"memo\":\"\"}", "bob", "token with symbol does not exist"},
		{"retire", "{\"quantity\":\"0.000 SYS\",\"memo\":\"\"}", "bob", "missing authority of alice"},
		{"retire", "{\"quantity\":\"0.000 SYS\",\"memo\":\"\"}", "alice", "must retire positive quantity"},
		{"retire", "{\"quantity\":\"1.000 SYS\",\"memo\":\"\"}", "alice", "symbol precision mismatch"},
		{"retire", "{\"quantity\":\"500.0001 SYS\",\"memo\":\"\"}", "alice", "overdrawn balance"},
		{"transfer", TRANSFER("alice", "alice", "1.0 NIX", ""), "bob", "cannot transfer to self"},
		{"transfer", TRANSFER("alice", "nobody", "1.0 NIX", ""), "bob", "missing authority of alice"},
		{"transfer", TRANSFER("alice", "nobody", "1.0 NIX", ""), "alice", "to account does not exist"},
		{"transfer", TRANSFER("alice", "bob", "1.0 NIX", ""), "alice", "unable to find key"},
		{"transfer", TRANSFER("alice", "bob", "0.0 SYS", MEMO_250 "1234567"), "alice",
	     "must transfer positive quantity"},
		{"transfer", TRANSFER("alice", "bob", "1.0 SYS", MEMO_250 "1234567"), "alice",
	     "symbol precision mismatch"},
		{"transfer", TRANSFER("alice", "bob", "1.0000 SYS", MEMO_250 "1234567"), "alice",
	     "memo has more than 256 bytes"},
		{"transfer", TRANSFER("bob", "alice", "1.0000 SYS", MEMO_250 "123456"), "bob",
	     "no balance object found"},
		{"transfer", TRANSFER("alice", "bob", "500.0001 SYS", ""), "alice", "overdrawn balance"},
		{"open", "{\"owner\":\"bob\",\"symbol\":\"4,NIX\",\"ram_payer\":\"bob\"}", "alice",
	     "missing authority of bob"},
		{"open", "{\"owner\":\"bob\",\"symbol\":\"4,NIX\",\"ram_payer\":\"bob\"}", "bob",
	     "symbol does not exist"},
		{"open", "{\"owner\":\"bob\",\"symbol\":\"3,SYS\",\"ram_payer\":\"bob\"}", "bob",
	     "symbol precision mismatch"},
		{"close", "{\"owner\":\"bob\",\"symbol\":\"4,SYS\"}", "alice", "missing authority of bob"},
		{"close", "{\"owner\":\"bob\",\"symbol\":\"4,SYS\"}", "bob",
	     "Balance row already deleted or never existed. Action won't have any effect."},
		{"close", "{\"owner\":\"alice\",\"symbol\":\"0,SYS\"}", "alice",
	     "Cannot close because the balance is not zero."},
	};
	struct test_chain chain;
	(void)state;
	begin(&chain);
	refuse(&chain, rows, sizeof rows / sizeof *rows);
	test_destroy(&chain);
}

/* Who pays for a balance, and what it costs: a row of 112 + 16 bytes and the first row's table of 112. */
static void balances_and_payers(void **state)
{
	struct test_chain chain;
	uint64_t payer;
	(void)state;
	begin(&chain);
	test_row_is(&chain, T, SYS, "stat", SYS, T,
	            "404b4c00000000000453595300000000"
	            "80969800000000000453595300000000"
	            "0000000000855c34");
	test_succeeds(&chain, T, "transfer", TRANSFER("alice", "bob", "1.0000 SYS", ""), "alice");
	assert_int_equal(test_ram(&chain, "alice"), 240);
	test_row_is(&chain, T, name_literal("bob"), "accounts", SYS, "alice", "10270000000000000453595300000000");
	assert_int_equal(chain.trace.actions_count, 3);
	assert_true(chain.trace.actions[1].receiver == name_literal("alice"));
	assert_true(chain.trace.actions[2].receiver == name_literal("bob"));
	/* the first thing that bob sends makes the row his */
	test_succeeds(&chain, T, "transfer", TRANSFER("bob", "carol", "1.0000 SYS", ""), "bob,carol");
	assert_int_equal(test_ram(&chain, "alice"), -128);
	assert_int_equal(test_ram(&chain, "bob"), 128);
	assert_int_equal(test_ram(&chain, "carol"), 240); /* authorized it, so pays for its own row */
	test_row(&chain, T, name_literal("bob"), "accounts", SYS, &payer);
	assert_true(payer == name_literal("bob"));
	/* closing gives back the row to who pays it, the table to who paid the first row */
	test_succeeds(&chain, T, "close", "{\"owner\":\"bob\",\"symbol\":\"4,SYS\"}", "bob");
	assert_int_equal(test_ram(&chain, "bob"), -128);
	assert_int_equal(test_ram(&chain, "alice"), -112);
	test_succeeds(&chain, T, "open", "{\"owner\":\"bob\",\"symbol\":\"4,SYS\",\"ram_payer\":\"carol\"}",
	              "carol");
	assert_int_equal(test_ram(&chain, "carol"), 240);
	test_row_is(&chain, T, name_literal("bob"), "accounts", SYS, "carol", "00000000000000000453595300000000");
	test_succeeds(&chain, T, "open", "{\"owner\":\"bob\",\"symbol\":\"4,SYS\",\"ram_payer\":\"carol\"}",
	              "carol");
	assert_int_equal(test_ram(&chain, "carol"), 0);
	test_destroy(&chain);
}

static void issuing_and_retiring(void **state)
{
	struct test_chain chain;
	(void)state;
	begin(&chain);
	test_succeeds(&chain, T, "issue", ISSUE("bob", "500.0000 SYS"), "alice");
	assert_int_equal(test_balance(&chain, "bob", SYS), 5000000);
	assert_int_equal(test_balance(&chain, "alice", SYS), 5000000);
	assert_int_equal(chain.trace.actions_count, 4); /* issue, the inline transfer, its two notifications */
	assert_int_equal(chain.trace.actions[1].creator_ordinal, 1);
	test_fails(&chain, T, "issue", ISSUE("bob", "0.0001 SYS"), "alice", "quantity exceeds available supply");
	test_succeeds(&chain, T, "retire", "{\"quantity\":\"500.0000 SYS\",\"memo\":\"gone\"}", "alice");
	assert_int_equal(test_balance(&chain, "alice", SYS), 0);
	assert_int_equal(test_field(&chain, T, SYS, "stat", SYS, 0), 5000000);
	test_destroy(&chain);
}

static const struct {
	const char *action, *hex, *message;
} malformed[] = {
	{"transfer", "", "assertion failure with message: datastream attempted to read past the end"},
	{"transfer",
     "0000000000855c34"
     "0000000000000e3d"
     "01000000000000000453595300000000"
     "ff",
     "assertion failure with message: datastream attempted to read past the end"},
	{"transfer",
     "0000000000855c34"
     "0000000000000e3d"
     "01000000000000000453595300000000"
     "ffffffff0f",
     "assertion failure with message: datastream attempted to read past the end"},
	{"create",
     "0000000000855c34"
     "0100000000000000"
     "0453795300000000",
     "assertion failure with message: invalid symbol name"},
	{"create",
     "0000000000855c34"
     "0000000000000040"
     "0453595800000000",
     "assertion failure with message: invalid supply"},
	{"issue",
     "0000000000855c34"
     "01000000000000000453795300000000"
     "00",
     "assertion failure with message: invalid symbol name"},
	{"issue",
     "0000000000855c34"
     "00000000000000400453595300000000"
     "00",
     "assertion failure with message: invalid quantity"},
	{"retire",
     "01000000000000000453795300000000"
     "00",
     "assertion failure with message: invalid symbol name"},
	{"retire",
     "00000000000000c00453595300000000"
     "00",
     "assertion failure with message: invalid quantity"},
	{"transfer",
     "0000000000855c34"
     "0000000000000e3d"
     "00000000000000400453595300000000"
     "00",
     "assertion failure with message: invalid quantity"},
	{"transfer",
     "0000000000855c34"
     "0000000000000e3d"
     "01000000000000000453005300000000"
     "00",
     "assertion failure with message: unable to find key"},
};

static void data_that_is_short_or_malformed(void **state)
{
	struct test_chain chain;
	struct bytes data = {0};
	(void)state;
	begin(&chain);
	for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
		uint8_t raw[128];
		hex_parse(raw, malformed[i].hex, strlen(malformed[i].hex));
		bytes_put(&data, raw, strlen(malformed[i].hex) / 2);
		assert_int_not_equal(test_push(&chain, T, malformed[i].action, &data, "eosio.token,alice", 0), 0);
		assert_string_equal(chain.error.sentence, malformed[i].message);
	}
	bytes_put_u8(&data, 0);
	assert_int_equal(test_push(&chain, T, "nosuch", &data, "alice", 0),
	                 0); /* an action that the contract does not know does nothing */
	test_destroy(&chain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(messages_in_order),
	    cmocka_unit_test(balances_and_payers),
	    cmocka_unit_test(issuing_and_retiring),
	    cmocka_unit_test(data_that_is_short_or_malformed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

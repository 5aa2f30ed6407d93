/* eosio.system through the engine: the vectors of contracts.md 12.2, the deferred refund, and the variant
 * with the short one. */
#include "tests/contract_rig.h"

#define TST UINT64_C(5526356) /* "TST" */
#define T "eosio.token"
#define S "eosio"
#define RAMCORE UINT64_C(4995142087184830980)

static uint64_t n(const char *name)
{
	return name_literal(name);
}

/* 12.2's setup, everything before block time TEST_TIME. */
static void begin_with(struct test_chain *chain, const char *bundle)
{
	test_create(chain);
	test_boot(chain);
	test_succeeds(chain, T, "create", "{\"issuer\":\"eosio\",\"maximum_supply\":\"10000000000.0000 TST\"}",
	              T);
	test_row_is(chain, T, TST, "stat", TST, T,
	            "00000000000000000454535400000000"
	            "00407a10f35a00000454535400000000"
	            "0000000000ea3055");
	test_succeeds(chain, T, "issue", "{\"to\":\"eosio\",\"quantity\":\"1000000000.0000 TST\",\"memo\":\"\"}",
	              S);
	static const char *const holders[] = {"alice", "bob"};
	for (size_t i = 0; i < 2; i++) {
		char json[160];
		snprintf(json, sizeof json,
		         "{\"from\":\"eosio\",\"to\":\"%s\",\"quantity\":\"200000000.0000 TST\",\"memo\":\"\"}",
		         holders[i]);
		test_succeeds(chain, T, "transfer", json, S);
	}
	test_install(chain, S, bundle);
	test_succeeds(chain, S, "init", "{\"version\":0,\"core\":\"4,TST\"}", S);
	test_row_is(chain, S, n(S), "rammarket", RAMCORE, S,
	            "00407a10f35a00000452414d434f5245" "00000000100000000052414d00000000" "000000000000e03f"
	            "00e40b54020000000454535400000000" "000000000000e03f");
	test_row_is(chain, T, n("eosio.rex"), "accounts", TST, S, "00000000000000000454535400000000");
	test_row_is(chain, S, n(S), "global2", n("global2"), S, "00000000000000000000000000000000000000");
	test_row_is(chain, S, n(S), "global3", n("global3"), S, "00000000000000000000000000000000");
	test_fails(chain, S, "init", "{\"version\":0,\"core\":\"4,TST\"}", S,
	           "system contract has already been initialized");
	test_at(chain, TEST_TIME);
}

static void begin(struct test_chain *chain)
{
	begin_with(chain, "eosio.system");
}

/* RAM for what the test does beside. */
static void buy_ram(struct test_chain *chain)
{
	static const char *const accounts[] = {"alice", "bob", "carol", "prox"};
	for (size_t i = 0; i < 4; i++) {
		char json[128];
		snprintf(json, sizeof json, "{\"payer\":\"alice\",\"receiver\":\"%s\",\"quant\":\"1.0000 TST\"}",
		         accounts[i]);
		test_succeeds(chain, S, "buyram", json, "alice");
	}
}

/* Places of fields in the rows used below. */
enum {
	GLOBAL_RESERVED = 76,
	GLOBAL_RAM_STAKE = 84,
	GLOBAL_ACTIVATED = 124,
	GLOBAL_THRESHOLD = 132,
	GLOBAL_WEIGHT = 142,
	RESOURCES_RAM = 40
};

static int64_t global_field(struct test_chain *chain, size_t offset)
{
	return test_field(chain, S, n(S), "global", n("global"), offset);
}

static void ram_market(void **state)
{
	struct test_chain chain;
	(void)state;
	begin(&chain);
	test_succeeds(&chain, S, "buyram", "{\"payer\":\"alice\",\"receiver\":\"bob\",\"quant\":\"1.0001 TST\"}",
	              "alice");
	assert_int_equal(test_field(&chain, S, n(S), "rammarket", RAMCORE, 0), INT64_C(100000000000000));
	assert_int_equal(test_field(&chain, S, n(S), "rammarket", RAMCORE, 16), INT64_C(68719408361));
	assert_int_equal(test_field(&chain, S, n(S), "rammarket", RAMCORE, 40), INT64_C(10000009950));
	assert_int_equal(test_field(&chain, S, n("bob"), "userres", n("bob"), RESOURCES_RAM), 68375);
	assert_int_equal(test_balance(&chain, "eosio.ramfee", TST), 51);
	assert_int_equal(test_balance(&chain, "eosio.ram", TST), 9950);
	test_succeeds(&chain, S, "buyrambytes", "{\"payer\":\"alice\",\"receiver\":\"alice\",\"bytes\":5000}",
	              "alice");
	assert_int_equal(test_balance(&chain, "eosio.ramfee", TST), 55);
	assert_int_equal(test_field(&chain, S, n("alice"), "userres", n("alice"), RESOURCES_RAM), 4968);
	assert_int_equal(global_field(&chain, GLOBAL_RESERVED), 73343);
	assert_int_equal(global_field(&chain, GLOBAL_RAM_STAKE), 10673);
	test_succeeds(&chain, S, "sellram", "{\"account\":\"alice\",\"bytes\":1000}", "alice");
	assert_int_equal(test_balance(&chain, "eosio.ramfee", TST), 56);
	assert_int_equal(test_field(&chain, S, n("alice"), "userres", n("alice"), RESOURCES_RAM), 3968);
	assert_int_equal(global_field(&chain, GLOBAL_RAM_STAKE), 10528);
	test_fails(&chain, S, "buyram", "{\"payer\":\"alice\",\"receiver\":\"bob\",\"quant\":\"0.0001 TST\"}",
	           "alice", "must reserve a positive amount");
	test_fails(&chain, S, "buyrambytes", "{\"payer\":\"alice\",\"receiver\":\"bob\",\"bytes\":0}", "alice",
	           "must purchase a positive amount");
	test_fails(&chain, S, "sellram", "{\"account\":\"alice\",\"bytes\":3969}", "alice", "insufficient quota");
	test_destroy(&chain);
}

#define DELEGATE(from, to, net, cpu, transfer)                                     \
	"{\"from\":\"" from "\",\"receiver\":\"" to "\",\"stake_net_quantity\":\"" net \
	" TST\",\"stake_cpu_quantity\":\"" cpu " TST\",\"transfer\":" transfer "}"
#define UNDELEGATE(from, to, net, cpu)                                               \
	"{\"from\":\"" from "\",\"receiver\":\"" to "\",\"unstake_net_quantity\":\"" net \
	" TST\",\"unstake_cpu_quantity\":\"" cpu " TST\"}"

static void payers_of_a_stake(void **state)
{
	struct test_chain chain;
	uint64_t payer;
	(void)state;
	begin(&chain);
	buy_ram(&chain);
	test_succeeds(&chain, S, "delegatebw", DELEGATE("bob", "carol", "1.0000", "2.0000", "true"), "bob");
	test_row_is(&chain, S, n("carol"), "delband", n("carol"), "carol",
	            "000000008048af41000000008048af41"
	            "10270000000000000454535400000000"
	            "204e0000000000000454535400000000");
	test_row(&chain, S, n("carol"), "userres", n("carol"), &payer);
	assert_true(payer == n("carol"));
	test_row(&chain, S, n(S), "voters", n("carol"), &payer);
	assert_true(payer == n("carol"));
	assert_true(chain.trace.actions[1].action.authorization[0].actor == n("bob"));
	test_succeeds(&chain, S, "delegatebw", DELEGATE("bob", "prox", "1.0000", "0.0000", "false"), "bob");
	test_row(&chain, S, n("prox"), "userres", n("prox"), &payer);
	assert_true(payer == n("prox")); /* it has bought RAM, or bob would pay */
	test_succeeds(&chain, S, "setalimits",
	              "{\"account\":\"eosio.bpay\",\"ram_bytes\":9000,\"net_weight\":0,\"cpu_weight\":0}", S);
	test_succeeds(&chain, S, "delegatebw", DELEGATE("bob", "eosio.bpay", "1.0000", "0.0000", "false"), "bob");
	test_row(&chain, S, n("eosio.bpay"), "userres", n("eosio.bpay"), &payer);
	assert_true(payer == n("bob"));
	test_fails(&chain, S, "delegatebw", DELEGATE("bob", "bob", "1.0000", "0.0000", "true"), "bob",
	           "cannot use transfer flag if delegating to self");
	test_fails(&chain, S, "delegatebw", DELEGATE("bob", "bob", "0.0000", "0.0000", "false"), "bob",
	           "must stake a positive amount");
	test_fails(&chain, S, "undelegatebw", UNDELEGATE("bob", "prox", "1.0000", "0.0000"), "bob",
	           "cannot undelegate bandwidth until the chain is activated (at least 15% of all tokens "
	           "participate in voting)");
	test_destroy(&chain);
}

static void register_producer(struct test_chain *chain, const char *name)
{
	struct bytes data = {0};
	uint8_t point[33];
	memset(point, 2, sizeof point);
	bytes_put_u64(&data, n(name));
	bytes_put_u8(&data, 0);
	bytes_put(&data, point, sizeof point);
	bytes_put_counted(&data, "http://x", 8);
	bytes_put_u16(&data, 5);
	if (test_push(chain, S, "regproducer", &data, name, 0))
		fail_msg("%s", chain->error.sentence);
}

static void votes(void **state)
{
	struct test_chain chain;
	struct map_root *root;
	struct secondary_row row;
	const uint8_t least[8] = {0};
	uint8_t bound[32];
	(void)state;
	begin(&chain);
	buy_ram(&chain);
	register_producer(&chain, "bob");
	test_row_is(&chain, S, n(S), "producers", n("bob"), "bob",
	            "0000000000000e3d"
	            "0000000000000000"
	            "00"
	            "020202020202020202020202020202020202020202020202020202020202020202"
	            "01"
	            "08687474703a2f2f78"
	            "00000000"
	            "0040fac1089b0500"
	            "0500");
	test_row_is(&chain, S, n(S), "producers2", n("bob"), "bob",
	            "0000000000000e3d"
	            "0000000000000000"
	            "0040fac1089b0500");
	register_producer(&chain, "alice");
	test_succeeds(&chain, S, "delegatebw",
	              DELEGATE("alice", "alice", "90000000.0000", "90000000.0000", "false"), "alice");
	test_succeeds(&chain, S, "voteproducer",
	              "{\"voter\":\"alice\",\"proxy\":\"\",\"producers\":[\"alice\",\"bob\"]}", "alice");
	assert_int_equal(test_field(&chain, S, n(S), "producers", n("alice"), 8), INT64_C(0x43bb431aeb20988c));
	assert_int_equal(test_field(&chain, S, n(S), "producers", n("bob"), 8), INT64_C(0x43bb431aeb20988c));
	assert_int_equal(global_field(&chain, GLOBAL_WEIGHT), INT64_C(0x43cb431aeb20988c));
	assert_int_equal(test_field(&chain, S, n(S), "global3", n("global3"), 8), INT64_C(0x43cb431aeb20988c));
	assert_int_equal(test_field(&chain, S, n(S), "global3", n("global3"), 0), TEST_TIME);
	assert_int_equal(global_field(&chain, GLOBAL_ACTIVATED), INT64_C(1800000000000));
	assert_int_equal(global_field(&chain, GLOBAL_THRESHOLD), TEST_TIME);
	/* ranked by votes, the lower name first among equals */
	root = branch_state(chain.branch);
	struct table_id index = {n(S), n(S), n("producers") & ~UINT64_C(15)};
	assert_true(secondary_row_seek(root, &row, &index, SECONDARY_DOUBLE, least, 0));
	assert_true(row.primary_key == n("alice"));
	secondary_key_order(bound, SECONDARY_DOUBLE, &(double){-1.9e18});
	assert_true(memcmp(row.key, bound, 8) < 0);
	map_root_release(root);
	test_fails(&chain, S, "voteproducer",
	           "{\"voter\":\"alice\",\"proxy\":\"\",\"producers\":[\"bob\",\"alice\"]}", "alice",
	           "producer votes must be unique and sorted");
	test_fails(&chain, S, "voteproducer", "{\"voter\":\"alice\",\"proxy\":\"bob\",\"producers\":[]}", "alice",
	           "invalid proxy specified");
	test_destroy(&chain);
}

/* Stakes enough that the chain counts as activated. */
static void activate(struct test_chain *chain)
{
	register_producer(chain, "bob");
	test_succeeds(chain, S, "delegatebw",
	              DELEGATE("alice", "alice", "90000000.0000", "90000000.0000", "false"), "alice");
	test_succeeds(chain, S, "voteproducer", "{\"voter\":\"alice\",\"proxy\":\"\",\"producers\":[\"bob\"]}",
	              "alice");
}

/* The refund's deferred transaction comes when it is due; delegating to somebody else cancels it and leaves
 * the row. */
static void refund_after(const char *bundle, int64_t delay_sec)
{
	struct test_chain chain;
	begin_with(&chain, bundle);
	buy_ram(&chain);
	activate(&chain);
	test_succeeds(&chain, S, "undelegatebw", UNDELEGATE("alice", "alice", "100.0000", "50.0000"), "alice");
	int64_t before = test_balance(&chain, "alice", TST), due = test_time(&chain) + delay_sec * 1000000;
	assert_int_equal(test_field(&chain, S, n("alice"), "refunds", n("alice"), 12), 1000000);
	test_fails(&chain, S, "refund", "{\"owner\":\"alice\"}", "alice", "refund is not available yet");
	/* staking less than is coming back draws on it, and the wait begins anew */
	test_succeeds(&chain, S, "delegatebw", DELEGATE("alice", "alice", "40.0000", "60.0000", "false"),
	              "alice");
	assert_int_equal(test_field(&chain, S, n("alice"), "refunds", n("alice"), 12), 600000);
	assert_int_equal(test_field(&chain, S, n("alice"), "refunds", n("alice"), 28), 0);
	assert_int_equal(test_balance(&chain, "alice", TST), before - 100000);
	test_at(&chain, due - 500000);
	assert_int_equal(test_run_scheduled(&chain), 0);
	test_at(&chain, due);
	assert_int_equal(test_run_scheduled(&chain), 1);
	assert_int_equal(chain.trace.status, STATUS_EXECUTED);
	assert_int_equal(test_balance(&chain, "alice", TST), before - 100000 + 600000);
	assert_string_equal(test_row(&chain, S, n("alice"), "refunds", n("alice"), NULL), "");
	test_fails(&chain, S, "refund", "{\"owner\":\"alice\"}", "alice", "refund request not found");
	/* cancelled: only the row is left */
	test_succeeds(&chain, S, "undelegatebw", UNDELEGATE("alice", "alice", "100.0000", "50.0000"), "alice");
	test_succeeds(&chain, S, "delegatebw", DELEGATE("alice", "carol", "1.0000", "0.0000", "false"), "alice");
	test_at(&chain, test_time(&chain) + delay_sec * 1000000 + 1000000);
	assert_int_equal(test_run_scheduled(&chain), 0);
	test_succeeds(&chain, S, "refund", "{\"owner\":\"alice\"}", "alice");
	test_destroy(&chain);
}

static void refunds(void **state)
{
	(void)state;
	refund_after("eosio.system", 259200);
}

static void fast_refunds(void **state)
{
	(void)state;
	refund_after("eosio.system.fast-refund", 10);
}

static void rewards(void **state)
{
	struct test_chain chain;
	(void)state;
	begin(&chain);
	buy_ram(&chain);
	activate(&chain);
	test_succeeds(&chain, S, "delegatebw", DELEGATE("alice", "bob", "1000000.0000", "1000000.0000", "false"),
	              "alice");
	test_fails(&chain, S, "claimrewards", "{\"owner\":\"bob\"}", "bob",
	           "already claimed rewards within past day");
	test_fails(&chain, S, "claimrewards", "{\"owner\":\"carol\"}", "carol", "unable to find key");
	test_next(&chain); /* onblock begins the bucket's time here */
	int64_t filled = test_time(&chain);
	test_at(&chain, filled + INT64_C(259200000000));
	int64_t supply = test_field(&chain, T, TST, "stat", TST, 0);
	test_succeeds(&chain, S, "claimrewards", "{\"owner\":\"bob\"}", "bob");
	assert_int_equal(supply, INT64_C(10000000000000));
	assert_int_equal(test_field(&chain, T, TST, "stat", TST, 0) - supply, 4021153846);
	assert_int_equal(test_balance(&chain, "eosio.saving", TST), 3216923077);
	assert_int_equal(test_balance(&chain, "eosio.bpay", TST), 201057692);
	/* bob produced nothing, and has revision 0's share of the vote bucket: all of it */
	assert_int_equal(test_balance(&chain, "eosio.vpay", TST), 0);
	test_destroy(&chain);
}

#define BID(bidder, amount) "{\"bidder\":\"" bidder "\",\"newname\":\"foo\",\"bid\":\"" amount " TST\"}"

static void name_bids(void **state)
{
	struct test_chain chain;
	struct secondary_row row;
	uint8_t least[8] = {0}, expected[8] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xd8, 0xf0};
	uint64_t payer;
	(void)state;
	begin(&chain);
	buy_ram(&chain);
	test_succeeds(&chain, S, "bidname", BID("alice", "1.0000"), "alice");
	assert_string_equal(text_string(&chain.trace.actions[0].console), "alice bid 1.0000 TST on foo\n");
	struct map_root *root = branch_state(chain.branch);
	struct table_id index = {n(S), n(S), n("namebids") & ~UINT64_C(15)};
	assert_true(secondary_row_seek(root, &row, &index, SECONDARY_U64, least, 0));
	assert_memory_equal(row.key, expected, 8);
	map_root_release(root);
	test_fails(&chain, S, "bidname", BID("bob", "1.0999"), "bob", "must increase bid by 10%");
	test_fails(&chain, S, "bidname", BID("bob", "1.1000"), "bob", "must increase bid by 10%");
	test_fails(&chain, S, "bidname", BID("alice", "1.1001"), "alice", "account is already highest bidder");
	test_succeeds(&chain, S, "bidname", BID("bob", "1.1001"), "bob");
	test_row(&chain, S, n("foo"), "bidrefunds", n("alice"), &payer);
	assert_true(payer == n("bob"));
	int64_t before = test_balance(&chain, "alice", TST);
	assert_int_equal(test_run_scheduled(&chain), 0); /* not in the block that stored it */
	test_next(&chain);
	assert_int_equal(test_run_scheduled(&chain), 1);
	assert_int_equal(test_balance(&chain, "alice", TST), before + 10000);
	test_fails(&chain, S, "bidrefund", "{\"bidder\":\"alice\",\"newname\":\"foo\"}", "alice",
	           "refund not found");
	test_destroy(&chain);
}

static void rex(void **state)
{
	struct test_chain chain;
	(void)state;
	begin(&chain);
	test_fails(&chain, S, "rexexec", "{\"user\":\"alice\",\"max\":1}", "alice",
	           "rex system not initialized yet");
	test_fails(&chain, S, "buyrex", "{\"from\":\"alice\",\"amount\":\"500.0000 TST\"}", "alice",
	           "must deposit to REX fund first");
	test_succeeds(&chain, S, "deposit", "{\"owner\":\"alice\",\"amount\":\"1000.0000 TST\"}", "alice");
	test_succeeds(&chain, S, "buyrex", "{\"from\":\"alice\",\"amount\":\"500.0000 TST\"}", "alice");
	static const int64_t first[] = {0, 5000000, 1000000000, 5000000, INT64_C(50000000000), 0};
	for (size_t i = 0; i < 6; i++)
		assert_int_equal(test_field(&chain, S, n(S), "rexpool", 0, 1 + 16 * i), first[i]);
	assert_int_equal(test_field(&chain, S, n(S), "rexfund", n("alice"), 9), 5000000);
	/* fees of RAM go to the lenders: 5 000 000 + 1 010 005 */
	test_succeeds(&chain, S, "buyrex", "{\"from\":\"alice\",\"amount\":\"101.0005 TST\"}", "alice");
	test_succeeds(&chain, S, "rentcpu",
	              "{\"from\":\"alice\",\"receiver\":\"bob\",\"loan_payment\":\"10.0000 "
	              "TST\",\"loan_fund\":\"0.0000 TST\"}",
	              "alice");
	static const int64_t rented[] = {600, 6109405, 1000100000, 6110005};
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(test_field(&chain, S, n(S), "rexpool", 0, 1 + 16 * i), rented[i]);
	assert_int_equal(test_field(&chain, S, n(S), "rexpool", 0, 97), 1);
	assert_int_equal(test_field(&chain, S, n("bob"), "userres", n("bob"), 24), 600);
	test_fails(&chain, S, "sellrex", "{\"from\":\"alice\",\"rex\":\"1.0000 REX\"}", "alice",
	           "insufficient available rex");
	/* the loan ends after 30 days, for its fund is empty; REX matures after at most 5 */
	test_at(&chain, TEST_TIME + 31 * INT64_C(86400000000));
	test_succeeds(&chain, S, "rexexec", "{\"user\":\"bob\",\"max\":5}", "bob");
	assert_int_equal(test_field(&chain, S, n(S), "rexpool", 0, 1), 0);
	assert_string_equal(test_row(&chain, S, n(S), "cpuloan", 1, NULL), "");
	int64_t fund = test_field(&chain, S, n(S), "rexfund", n("alice"), 9);
	test_succeeds(&chain, S, "sellrex", "{\"from\":\"alice\",\"rex\":\"5000000.0000 REX\"}", "alice");
	assert_true(test_field(&chain, S, n(S), "rexfund", n("alice"), 9) > fund + 5000000);
	test_destroy(&chain);
}

/* A pool of two units that is sold a raw unit of REX for one of them again and again: every purchase doubles
 * the REX there is, up to past 63 bits. The pool then counts as empty; a stake that leaves the range of
 * assets is refused. */
static void rex_past_its_range(void **state)
{
	struct test_chain chain;
	(void)state;
	begin(&chain);
	test_succeeds(&chain, S, "deposit", "{\"owner\":\"alice\",\"amount\":\"1000.0000 TST\"}", "alice");
	test_succeeds(&chain, S, "buyrex", "{\"from\":\"alice\",\"amount\":\"0.0002 TST\"}", "alice");
	test_at(&chain, TEST_TIME + 6 * INT64_C(86400000000));
	for (int i = 0; i < 49; i++) {
		test_succeeds(&chain, S, "sellrex", "{\"from\":\"alice\",\"rex\":\"0.0001 REX\"}", "alice");
		test_succeeds(&chain, S, "buyrex", "{\"from\":\"alice\",\"amount\":\"0.0001 TST\"}", "alice");
	}
	assert_int_equal(test_field(&chain, S, n(S), "rexpool", 0, 65), INT64_C(-7188870905190154238));
	test_fails(&chain, S, "buyrex", "{\"from\":\"alice\",\"amount\":\"0.0002 TST\"}", "alice",
	           "subtraction underflow");
	test_fails(&chain, S, "buyrex", "{\"from\":\"alice\",\"amount\":\"0.0008 TST\"}", "alice",
	           "subtraction overflow");
	test_succeeds(&chain, S, "buyrex", "{\"from\":\"alice\",\"amount\":\"0.0005 TST\"}", "alice");
	static const int64_t again[] = {0, 5, 1000000000, 5, 50000};
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(test_field(&chain, S, n(S), "rexpool", 0, 1 + 16 * i), again[i]);
	test_destroy(&chain);
}

static void before_init(void **state)
{
	static const struct {
		const char *action, *json, *authorization, *message;
	} rows[] = {
		{"buyram", "{\"payer\":\"alice\",\"receiver\":\"bob\",\"quant\":\"1.0000 TST\"}", "alice",
	     "cannot pass end iterator to modify"},
		{"setram", "{\"max_ram_size\":100000000000}", S, "cannot pass end iterator to modify"},
		{"setramrate", "{\"bytes_per_block\":1}", S, "cannot pass end iterator to modify"},
		{"sellram", "{\"account\":\"alice\",\"bytes\":1}", "alice", "cannot pass end iterator to modify"},
		{"buyrambytes", "{\"payer\":\"alice\",\"receiver\":\"bob\",\"bytes\":1}", "alice",
	     "system contract must first be initialized"},
		{"delegatebw", DELEGATE("alice", "alice", "1.0000", "0.0000", "false"), "alice",
	     "system contract must first be initialized"},
		{"undelegatebw", UNDELEGATE("alice", "alice", "1.0000", "0.0000"), "alice",
	     "system contract must first be initialized"},
		{"bidname", "{\"bidder\":\"alice\",\"newname\":\"foo\",\"bid\":\"1.0000 TST\"}", "alice",
	     "system contract must first be initialized"},
		{"init", "{\"version\":0,\"core\":\"4,TST\"}", S, "unable to find key"},
		{"init", "{\"version\":1,\"core\":\"4,TST\"}", S, "unsupported version for init action"},
		{"regproducer",
	     "{\"producer\":\"alice\",\"producer_key\":\"EOS1111111111111111111111111111111114T1Anm\",\"url\":"
	     "\"\",\"location\":0}",
	     "bob", "public key should not be the default value"},
	};
	struct test_chain chain;
	(void)state;
	test_create(&chain);
	test_boot(&chain);
	test_install(&chain, S, "eosio.system");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		test_fails(&chain, S, rows[i].action, rows[i].json, rows[i].authorization, rows[i].message);
	test_destroy(&chain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(before_init), cmocka_unit_test(ram_market),   cmocka_unit_test(payers_of_a_stake),
	    cmocka_unit_test(votes),       cmocka_unit_test(refunds),      cmocka_unit_test(fast_refunds),
	    cmocka_unit_test(rewards),     cmocka_unit_test(name_bids),    cmocka_unit_test(rex),
	    cmocka_unit_test(rex_past_its_range),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

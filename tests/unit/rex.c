/* REX through the engine, what the recordings do not come to: orders that have to wait, a pool sold out,
 * loans ended by hand (contracts.md 10). */
#include "tests/contract_rig.h"

#include "core/engine/state/resource.h"

#define TST UINT64_C(5526356) /* "TST" */
#define S "eosio"
#define DAY INT64_C(86400000000)

static uint64_t n(const char *name)
{
	return name_literal(name);
}

static void begin(struct test_chain *chain)
{
	static const char *const holders[] = {"alice", "bob"};
	test_create(chain);
	test_boot(chain);
	test_succeeds(chain, "eosio.token", "create",
	              "{\"issuer\":\"eosio\",\"maximum_supply\":\"10000000000.0000 TST\"}", "eosio.token");
	test_succeeds(chain, "eosio.token", "issue",
	              "{\"to\":\"eosio\",\"quantity\":\"1000000000.0000 TST\",\"memo\":\"\"}", S);
	for (size_t i = 0; i < 2; i++) {
		char json[160];
		snprintf(json, sizeof json,
		         "{\"from\":\"eosio\",\"to\":\"%s\",\"quantity\":\"200000.0000 TST\",\"memo\":\"\"}",
		         holders[i]);
		test_succeeds(chain, "eosio.token", "transfer", json, S);
	}
	test_install(chain, S, "eosio.system");
	test_succeeds(chain, S, "init", "{\"version\":0,\"core\":\"4,TST\"}", S);
	test_at(chain, TEST_TIME);
}

/* Members of the pool's row, in their order; then rows by their fields' places. */
enum { LENT, UNLENT, RENT, LENDABLE, REX, NAMEBID, LOANS };
enum {
	FUND = 9,
	ORDER_REX = 9,
	ORDER_PROCEEDS = 25,
	ORDER_STAKE = 41,
	ORDER_TIME = 57,
	BALANCE_STAKE = 9,
	BALANCE_REX = 25,
	BALANCE_MATURED = 41
};

static int64_t pool(struct test_chain *chain, int member)
{
	return test_field(chain, S, n(S), "rexpool", 0, 1 + 16 * (size_t)member);
}

static int64_t field(struct test_chain *chain, const char *table, const char *key, size_t offset)
{
	return test_field(chain, S, n(S), table, n(key), offset);
}

static bool exists(struct test_chain *chain, const char *table, const char *key)
{
	return *test_row(chain, S, n(S), table, n(key), NULL) != 0;
}

static struct resource_limits limits_of(struct test_chain *chain, const char *account)
{
	struct map_root *root = branch_state(chain->branch);
	struct resource_limits limits;
	assert_true(resource_limits_get(root, &limits, n(account)));
	map_root_release(root);
	return limits;
}

struct step {
	const char *action, *json, *authorization, *message; /* NULL: done */
};

static void run(struct test_chain *chain, const struct step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (steps[i].message)
			test_fails(chain, S, steps[i].action, steps[i].json, steps[i].authorization, steps[i].message);
		else
			test_succeeds(chain, S, steps[i].action, steps[i].json, steps[i].authorization);
	}
}

#define RUN(chain, steps) run(chain, steps, sizeof steps / sizeof *steps)

#define AMOUNT(owner, amount) "{\"owner\":\"" owner "\",\"amount\":\"" amount "\"}"
#define BUY(from, amount) "{\"from\":\"" from "\",\"amount\":\"" amount "\"}"
#define SELL(from, rex) "{\"from\":\"" from "\",\"rex\":\"" rex "\"}"
#define OWNER(owner) "{\"owner\":\"" owner "\"}"
#define RENT(from, receiver, payment, fund)                                            \
	"{\"from\":\"" from "\",\"receiver\":\"" receiver "\",\"loan_payment\":\"" payment \
	"\",\"loan_fund\":\"" fund "\"}"
#define LOAN(from, number, name, amount) \
	"{\"from\":\"" from "\",\"loan_num\":" number ",\"" name "\":\"" amount "\"}"

/* alice holds all REX and a loan of her own for carol, who has bought nothing. */
static void lend(struct test_chain *chain)
{
	static const struct step steps[] = {
	    {"deposit", AMOUNT("alice", "1000.0000 TST"), "alice", NULL},
	    {"deposit", AMOUNT("bob", "20.0000 TST"), "bob", NULL},
	    {"buyrex", BUY("alice", "500.0000 TST"), "alice", NULL},
	    {"rentcpu", RENT("alice", "carol", "100.0000 TST", "50.0000 TST"), "alice", NULL},
	};
	uint64_t payer;
	RUN(chain, steps);
	int64_t rented = INT64_C(1000000) * 5000000 / (1000000 + 1000000000);
	assert_int_equal(pool(chain, LENT), rented);
	assert_int_equal(pool(chain, UNLENT), 5000000 - rented + 1000000);
	assert_int_equal(pool(chain, LENDABLE), 6000000);
	assert_int_equal(pool(chain, RENT), 1001000000);
	assert_int_equal(test_field(chain, S, n("carol"), "userres", n("carol"), 24), rented);
	test_row(chain, S, n("carol"), "userres", n("carol"), &payer);
	assert_true(payer == n("alice"));
	assert_int_equal(limits_of(chain, "carol").cpu_weight, -1 + rented); /* she was unlimited */
	assert_int_equal(limits_of(chain, "carol").net_weight, -1);
	assert_int_equal(limits_of(chain, "carol").ram_bytes, -1);
}

static void loans_by_hand(void **state)
{
	static const struct step steps[] = {
		{"defcpuloan", LOAN("alice", "1", "amount", "1.00 TST"), "alice", "must use core token"},
		{"defcpuloan", LOAN("alice", "2", "amount", "1.0000 TST"), "alice", "loan not found"},
		{"defnetloan", LOAN("alice", "1", "amount", "1.0000 TST"), "alice", "loan not found"},
		{"defcpuloan", LOAN("bob", "1", "amount", "1.0000 TST"), "bob", "user must be loan creator"},
		{"defcpuloan", LOAN("alice", "1", "amount", "50.0001 TST"), "alice", "insufficent loan balance"},
		{"defcpuloan", LOAN("alice", "1", "amount", "0.0000 TST"), "alice",
	     "must transfer positive amount to REX fund"},
		{"defcpuloan", LOAN("alice", "1", "amount", "20.0000 TST"), "alice", NULL},
		{"fundcpuloan", LOAN("alice", "1", "payment", "0.0000 TST"), "alice",
	     "must transfer positive amount from REX fund"},
		{"fundcpuloan", LOAN("bob", "1", "payment", "1.0000 TST"), "bob", "user must be loan creator"},
		{"fundcpuloan", LOAN("alice", "1", "payment", "5.0000 TST"), "alice", NULL},
	};
	static const struct step later[] = {
		{"fundcpuloan", LOAN("alice", "1", "payment", "1.0000 TST"), "alice", "loan has already expired"},
		{"defcpuloan", LOAN("alice", "1", "amount", "1.0000 TST"), "alice", "loan has already expired"},
		{"closerex", OWNER("bob"), "bob",
	     NULL}, /* ends the loan on the way; the fund is not empty, so it stays */
		{"withdraw", AMOUNT("bob", "20.0000 TST"), "bob", NULL},
		{"closerex", OWNER("bob"), "bob", NULL},
	};
	struct test_chain chain;
	(void)state;
	begin(&chain);
	lend(&chain);
	int64_t fund = field(&chain, "rexfund", "alice", FUND);
	RUN(&chain, steps);
	assert_int_equal(field(&chain, "rexfund", "alice", FUND), fund + 200000 - 50000);
	assert_int_equal(test_field(&chain, S, n(S), "cpuloan", 1, 33), 350000);
	test_at(&chain, TEST_TIME + 30 * DAY);
	RUN(&chain, later);
	assert_false(exists(&chain, "rexfund", "bob"));
	assert_int_equal(field(&chain, "rexfund", "alice", FUND), fund + 200000 - 50000 + 350000);
	assert_string_equal(test_row(&chain, S, n("carol"), "userres", n("carol"), NULL), "");
	assert_int_equal(limits_of(&chain, "carol").cpu_weight, -1);
	test_destroy(&chain);
}

static void waiting_orders(void **state)
{
	static const struct step steps[] = {
		{"cnclrexorder", OWNER("alice"), "alice", "no sellrex order is scheduled"},
		{"sellrex", SELL("alice", "5000000.0001 REX"), "alice", "insufficient available rex"},
		{"sellrex", SELL("alice", "5000000.000 REX"), "alice", "asset must be a positive amount of (REX, 4)"},
		{"sellrex", SELL("alice", "5000000.0000 REX"), "alice",
	     NULL}, /* waits: the pool keeps a fifth of what is lent */
		{"rentcpu", RENT("alice", "bob", "1.0000 TST", "0.0000 TST"), "alice",
	     "rex loans are not currently available"},
		{"sellrex", SELL("alice", "5000000.0000 REX"), "alice",
	     "insufficient funds for current and scheduled orders"},
		{"cnclrexorder", OWNER("alice"), "alice", NULL},
		{"rentnet", RENT("bob", "bob", "1.0000 TST", "0.0000 TST"), "bob", NULL},
		{"sellrex", SELL("alice", "4000000.0000 REX"), "alice", NULL}, /* four fifths are there */
		{"sellrex", SELL("alice", "999999.0000 REX"), "alice", NULL},
		{"sellrex", SELL("alice", "0.0000 REX"), "alice", "asset must be a positive amount of (REX, 4)"},
		{"sellrex", SELL("alice", "1.0000 REX"), "alice",
	     NULL}, /* filled past the one that waits, whose REX is no longer all there */
	};
	struct test_chain chain;
	(void)state;
	begin(&chain);
	lend(&chain);
	test_at(&chain, TEST_TIME + 5 * DAY);
	RUN(&chain, steps);
	assert_int_equal(field(&chain, "rexqueue", "alice", ORDER_REX), INT64_C(9999990000));
	assert_int_equal(field(&chain, "rexqueue", "alice", ORDER_TIME), TEST_TIME + 5 * DAY);
	assert_int_equal(field(&chain, "rexbal", "alice", BALANCE_MATURED), INT64_C(9999990000));
	test_destroy(&chain);
}

static void a_pool_sold_out(void **state)
{
	static const struct step sold[] = {
		{"cnclrexorder", OWNER("alice"), "alice", "sellrex order has been filled and cannot be canceled"},
		{"rentcpu", RENT("bob", "bob", "1.0000 TST", "0.0000 TST"), "bob",
	     "rex loans are not currently available"},
		{"buyrex", BUY("bob", "10.0000 TST"), "bob", NULL}, /* begins anew */
	};
	static const struct step closed[] = {
	    {"consolidate", OWNER("alice"), "alice", NULL},
	    {"closerex", OWNER("alice"), "alice", NULL},
	    {"closerex", OWNER("bob"), "bob", "account has remaining REX balance, must sell first"},
	    {"sellrex", SELL("alice", "1.0000 REX"), "alice", "user must first buyrex"},
	    {"updaterex", OWNER("alice"), "alice", "account has no REX balance"},
	    {"consolidate", OWNER("alice"), "alice", "account has no REX balance"},
	};
	struct test_chain chain;
	(void)state;
	begin(&chain);
	lend(&chain);
	test_at(&chain, TEST_TIME + 6 * DAY);
	test_succeeds(&chain, S, "sellrex", SELL("alice", "5000000.0000 REX"), "alice");
	assert_int_equal(field(&chain, "rexqueue", "alice", ORDER_REX), INT64_C(50000000000));
	assert_int_equal(field(&chain, "rexqueue", "alice", ORDER_PROCEEDS), 0);
	int64_t fund = field(&chain, "rexfund", "alice", FUND);
	test_at(&chain, TEST_TIME + 31 * DAY);
	test_succeeds(&chain, S, "rexexec", "{\"user\":\"bob\",\"max\":0}", "bob");
	assert_int_not_equal(pool(&chain, LENT), 0);
	test_succeeds(&chain, S, "rexexec", "{\"user\":\"bob\",\"max\":1}",
	              "bob"); /* the loan ends, then the order goes through */
	assert_int_equal(pool(&chain, REX), 0);
	assert_int_equal(pool(&chain, LENDABLE), 0);
	assert_int_equal(pool(&chain, UNLENT), 0);
	int64_t proceeds = field(&chain, "rexqueue", "alice", ORDER_PROCEEDS);
	assert_int_equal(proceeds, 6000000);
	assert_int_equal(field(&chain, "rexqueue", "alice", ORDER_STAKE), -5000000);
	assert_int_equal(field(&chain, "rexbal", "alice", BALANCE_REX), 0);
	assert_int_equal(field(&chain, "rexbal", "alice", BALANCE_STAKE), 0);
	assert_int_equal(field(&chain, "rexfund", "alice", FUND),
	                 fund + 500000); /* the loan's rest; the proceeds wait for their owner */
	RUN(&chain, sold);
	static const int64_t anew[] = {0, 100000, 1000000000, 100000, 1000000000, 0};
	for (int i = 0; i < 6; i++)
		assert_int_equal(pool(&chain, i), anew[i]);
	assert_int_equal(test_field(&chain, S, n(S), "rexpool", 0, 97), 1); /* loans go on being numbered */
	assert_int_equal(test_field(&chain, S, n(S), "voters", n("alice"), 17), 5000000);
	test_succeeds(&chain, S, "deposit", AMOUNT("alice", "1.0000 TST"), "alice");
	assert_false(exists(&chain, "rexqueue", "alice"));
	assert_int_equal(field(&chain, "rexfund", "alice", FUND), fund + 500000 + 6000000 + 10000);
	assert_int_equal(test_field(&chain, S, n(S), "voters", n("alice"), 17), 0);
	run(&chain, closed, 1);
	/* nothing consolidated is a bucket all the same: five days on, of 0 */
	test_row_is(&chain, S, n(S), "rexbal", n("alice"), "alice",
	            "00"
	            "0000000000855c34"
	            "00000000000000000454535400000000"
	            "00000000000000000452455800000000"
	            "0000000000000000"
	            "01"
	            "00573b5e"
	            "0000000000000000");
	run(&chain, closed + 1, sizeof closed / sizeof *closed - 1);
	assert_false(exists(&chain, "rexbal", "alice"));
	assert_true(exists(&chain, "rexfund", "alice")); /* there is money in it */
	test_destroy(&chain);
}

static void refusals(void **state)
{
	static const struct step steps[] = {
		{"withdraw", AMOUNT("alice", "1.00 TST"), "alice", "must withdraw core token"},
		{"withdraw", AMOUNT("alice", "0.0000 TST"), "alice", "must withdraw a positive amount"},
		{"unstaketorex",
	     "{\"owner\":\"alice\",\"receiver\":\"alice\",\"from_net\":\"0.0000 TST\",\"from_cpu\":\"0.0000 "
	     "TST\"}",
	     "alice", "must unstake a positive amount to buy rex"},
		{"unstaketorex",
	     "{\"owner\":\"alice\",\"receiver\":\"alice\",\"from_net\":\"1.0000 TST\",\"from_cpu\":\"-1.0000 "
	     "TST\"}",
	     "alice", "must unstake a positive amount to buy rex"},
		{"unstaketorex",
	     "{\"owner\":\"alice\",\"receiver\":\"alice\",\"from_net\":\"1.0000 TST\",\"from_cpu\":\"1.0000 "
	     "SYS\"}",
	     "alice", "asset must be core token"},
		{"rentcpu", RENT("alice", "bob", "1.0000 TST", "0.0000 TST"), "bob", "missing authority of alice"},
		{"rentcpu", RENT("alice", "bob", "0.0000 TST", "0.0000 SYS"), "alice", "must use core token"},
		{"rentcpu", RENT("alice", "bob", "0.0000 TST", "1.0000 TST"), "alice",
	     "must use positive asset amount"},
		{"rentcpu", RENT("alice", "bob", "1.0000 TST", "-1.0000 TST"), "alice",
	     "must use positive asset amount"},
		{"rentcpu", RENT("carol", "bob", "1.0000 TST", "0.0000 TST"), "carol",
	     "must deposit to REX fund first"},
		{"rentcpu", RENT("alice", "bob", "300.0000 TST", "100.0000 TST"), "alice", "insufficient funds"},
	};
	struct test_chain chain;
	(void)state;
	begin(&chain);
	lend(&chain);
	RUN(&chain, steps);
	test_destroy(&chain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loans_by_hand),
		cmocka_unit_test(waiting_orders),
		cmocka_unit_test(a_pool_sold_out),
		cmocka_unit_test(refusals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

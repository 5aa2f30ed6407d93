/* eosio.system's refusals that the other tests and the recordings do not come to, with what has to be done
 * before (contracts.md 6 to 11). */
#include "tests/contract_rig.h"

#include <errno.h>

#define TST UINT64_C(5526356) /* "TST" */
#define S "eosio"
#define T "eosio.token"
#define DAY INT64_C(86400000000)

static uint64_t n(const char *name)
{
	return name_literal(name);
}

#define KEY                                                                                          \
	"{\"threshold\":1,\"keys\":[{\"key\":\"EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV\"," \
	"\"weight\":1}],\"accounts\":[],\"waits\":[]}"
#define NEWACCOUNT(creator, name) \
	"{\"creator\":\"" creator "\",\"name\":\"" name "\",\"owner\":" KEY ",\"active\":" KEY "}"
#define BID(bidder, name, bid) "{\"bidder\":\"" bidder "\",\"newname\":\"" name "\",\"bid\":\"" bid "\"}"
#define DELEGATE(from, to, net, cpu)                                               \
	"{\"from\":\"" from "\",\"receiver\":\"" to "\",\"stake_net_quantity\":\"" net \
	"\",\"stake_cpu_quantity\":\"" cpu "\",\"transfer\":false}"
#define UNDELEGATE(from, to, net, cpu)                                               \
	"{\"from\":\"" from "\",\"receiver\":\"" to "\",\"unstake_net_quantity\":\"" net \
	"\",\"unstake_cpu_quantity\":\"" cpu "\"}"
#define VOTE(voter, proxy, producers) \
	"{\"voter\":\"" voter "\",\"proxy\":\"" proxy "\",\"producers\":[" producers "]}"
#define CREATE(maximum) "{\"issuer\":\"eosio\",\"maximum_supply\":\"" maximum "\"}"
#define ISSUE(quantity) "{\"to\":\"eosio\",\"quantity\":\"" quantity "\",\"memo\":\"\"}"
#define TRANSFER(to, quantity) \
	"{\"from\":\"eosio\",\"to\":\"" to "\",\"quantity\":\"" quantity "\",\"memo\":\"\"}"
#define BUYRAM(payer, receiver, quant) \
	"{\"payer\":\"" payer "\",\"receiver\":\"" receiver "\",\"quant\":\"" quant "\"}"
#define REGPROXY(proxy, is) "{\"proxy\":\"" proxy "\",\"isproxy\":" is "}"
#define PARAMETERS(block_cpu, depth)                                                                       \
	"{\"params\":{\"max_block_net_usage\":1048576,\"target_block_net_usage_pct\":1000,\"max_transaction_"  \
	"net_usage\":524288,"                                                                                  \
	"\"base_per_transaction_net_usage\":12,\"net_usage_leeway\":500,\"context_free_discount_net_usage_"    \
	"num\":20,"                                                                                            \
	"\"context_free_discount_net_usage_den\":100,\"max_block_cpu_usage\":" block_cpu                       \
	",\"target_block_cpu_usage_pct\":500,"                                                                 \
	"\"max_transaction_cpu_usage\":90000,\"min_transaction_cpu_usage\":100,\"max_transaction_lifetime\":"  \
	"3600,"                                                                                                \
	"\"deferred_trx_expiration_window\":600,\"max_transaction_delay\":3888000,\"max_inline_action_size\":" \
	"4096,\"max_inline_action_depth\":4,"                                                                  \
	"\"max_authority_depth\":" depth "}}"

struct step {
	const char *account, *action, *json, *authorization, *message; /* NULL: done */
};

static void run(struct test_chain *chain, const struct step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (steps[i].message)
			test_fails(chain, steps[i].account, steps[i].action, steps[i].json, steps[i].authorization,
			           steps[i].message);
		else
			test_succeeds(chain, steps[i].account, steps[i].action, steps[i].json, steps[i].authorization);
	}
}

#define RUN(chain, steps) run(chain, steps, sizeof steps / sizeof *steps)

static void begin(struct test_chain *chain)
{
	static const struct step steps[] = {
		{S, "init", "{\"version\":0,\"core\":\"4,TST\"}", S, "unable to find key"},
		{T, "create", CREATE("10000000000.0000 TST"), T, NULL},
		{S, "init", "{\"version\":0,\"core\":\"3,TST\"}", S,
	     "specified core symbol does not exist (precision mismatch)"},
		{S, "init", "{\"version\":0,\"core\":\"4,TST\"}", S, "system token supply must be greater than 0"},
		{T, "issue", ISSUE("1000000000.0000 TST"), S, NULL},
		{T, "transfer", TRANSFER("alice", "200000000.0000 TST"), S, NULL},
		{T, "transfer", TRANSFER("bob", "200000000.0000 TST"), S, NULL},
		{T, "transfer", TRANSFER("carol", "200000000.0000 TST"), S, NULL},
		{T, "transfer", TRANSFER("b1", "100000000.0000 TST"), S, NULL},
		{S, "init", "{\"version\":0,\"core\":\"4,TST\"}", S, NULL},
	};
	static const struct step ram[] = {
		{S, "buyram", BUYRAM("alice", "alice", "1.0000 TST"), "alice", NULL},
		{S, "buyram", BUYRAM("alice", "bob", "1.0000 TST"), "alice", NULL},
		{S, "buyram", BUYRAM("alice", "carol", "1.0000 TST"), "alice", NULL},
		{S, "buyram", BUYRAM("alice", "b1", "1.0000 TST"), "alice", NULL},
	};
	test_create(chain);
	test_boot(chain);
	test_account(chain, "b1");
	test_install(chain, S, "eosio.system");
	RUN(chain, steps);
	RUN(chain, ram);
	test_at(chain, TEST_TIME);
}

/* A payer, receiver or account that there is not: the chain's database says so, in its words. */
static void accounts_that_are_not(void **state)
{
	static const char usage[] = "unknown key (eosio::chain::name): nobody: pending console output: ";
#define NONE ", boost::tuples::null_type"
	static const char limits[] = "unknown key (boost::tuples::tuple<bool, eosio::chain::name" NONE NONE NONE
		NONE NONE NONE NONE NONE ">): (0 nobody): pending console output: ";
#undef NONE
	static const struct step steps[] = {
		{S, "buyram", BUYRAM("alice", "nobody", "1.0000 TST"), "alice", usage},
		{S, "buyrambytes", "{\"payer\":\"alice\",\"receiver\":\"nobody\",\"bytes\":4000}", "alice", usage},
		{S, "delegatebw", DELEGATE("alice", "nobody", "1.0000 TST", "0.0000 TST"), "alice", limits},
		{S, "delegatebw",
	     "{\"from\":\"alice\",\"receiver\":\"nobody\",\"stake_net_quantity\":\"1.0000 "
	     "TST\",\"stake_cpu_quantity\":\"0.0000 TST\","
	     "\"transfer\":true}",
	     "alice", usage},
		{S, "setalimits", "{\"account\":\"nobody\",\"ram_bytes\":1,\"net_weight\":1,\"cpu_weight\":1}", S,
	     limits},
		{S, "setpriv", "{\"account\":\"nobody\",\"is_priv\":1}", S, usage},
		{S, "voteproducer", VOTE("alice", "nobody", ""), "alice", "user must stake before they can vote"},
		{S, "setalimits", "{\"account\":\"prox\",\"ram_bytes\":-2,\"net_weight\":1,\"cpu_weight\":1}", S,
	     "invalid value for ram resource limit expected [-1,INT64_MAX]"},
		{S, "setalimits", "{\"account\":\"prox\",\"ram_bytes\":1,\"net_weight\":-2,\"cpu_weight\":1}", S,
	     "invalid value for net resource weight expected [-1,INT64_MAX]"},
		{S, "setalimits", "{\"account\":\"prox\",\"ram_bytes\":1,\"net_weight\":1,\"cpu_weight\":-2}", S,
	     "invalid value for cpu resource weight expected [-1,INT64_MAX]"},
	};
	struct test_chain chain;
	(void)state;
	begin(&chain);
	RUN(&chain, steps);
	test_fails(&chain, S, "buyram", BUYRAM("alice", "nobody", "1.0000 TST"), "alice", usage);
	assert_int_equal(chain.error.code, 13);
	assert_int_equal(chain.error.number, ENOENT);
	test_destroy(&chain);
}

static void administration(void **state)
{
	static const struct step steps[] = {
		{S, "setram", "{\"max_ram_size\":68719476736}", S, "ram may only be increased"},
		{S, "setram", "{\"max_ram_size\":1125899906842624}", S, "ram size is unrealistic"},
		{S, "setram", "{\"max_ram_size\":1125899906842623}", S, NULL},
		{S, "updtrevision", "{\"revision\":2}", S, "can only increment revision by one"},
		{S, "updtrevision", "{\"revision\":1}", S, NULL},
		{S, "updtrevision", "{\"revision\":2}", S, "specified revision is not yet supported by the code"},
		{S, "setparams", PARAMETERS("300000", "2"), S, "max_authority_depth should be at least 3"},
		{S, "setparams", PARAMETERS("90000", "3"), S,
	     "max transaction cpu usage must be less than max block cpu usage"},
		{S, "setparams", PARAMETERS("90100", "3"), S,
	     "max transaction cpu usage must be at less than the difference between the max block cpu usage and "
	     "the min transaction cpu usage"},
		{S, "setparams", PARAMETERS("300000", "3"), S, NULL},
	};
	struct test_chain chain;
	struct bytes data = {0};
	(void)state;
	begin(&chain);
	RUN(&chain, steps);
	assert_int_equal(test_field(&chain, S, n(S), "global", n("global"), 32) & UINT32_MAX,
	                 300000); /* what the row says is what the chain does */
	bytes_put_u64(&data, n("alice"));
	bytes_put(&data, "\x30", 1);
	assert_int_not_equal(test_push(&chain, S, "buyram", &data, "alice", 0), 0);
	assert_string_equal(chain.error.sentence,
	                    "assertion failure with message: datastream attempted to read past the end");
	test_destroy(&chain);
}

static void stakes(void **state)
{
	static const struct step steps[] = {
		{S, "delegatebw", DELEGATE("alice", "bob", "1.0000 TST", "1.0000 SYS"), "alice",
	     "comparison of assets with different symbols is not allowed"},
		{S, "delegatebw", DELEGATE("alice", "bob", "-1.0000 TST", "2.0000 TST"), "alice",
	     "must stake a positive amount"},
		{S, "delegatebw", DELEGATE("alice", "bob", "2.0000 TST", "-1.0000 TST"), "alice",
	     "must stake a positive amount"},
		{S, "delegatebw", DELEGATE("alice", "bob", "1.0000 TST", "0.0000 TST"), "bob",
	     "missing authority of alice"},
		{S, "delegatebw", DELEGATE("alice", "bob", "100000000.0000 TST", "50000000.0000 TST"), "alice", NULL},
		{S, "voteproducer", VOTE("alice", "", ""), "alice", NULL}, /* 15 % have taken part */
		{S, "undelegatebw", UNDELEGATE("alice", "bob", "100000000.0001 TST", "0.0000 TST"), "alice",
	     "insufficient staked net bandwidth"},
		{S, "undelegatebw", UNDELEGATE("alice", "bob", "0.0000 TST", "50000000.0001 TST"), "alice",
	     "insufficient staked cpu bandwidth"},
		{S, "undelegatebw", UNDELEGATE("alice", "carol", "1.0000 TST", "0.0000 TST"), "alice",
	     "insufficient staked net bandwidth"},
		{S, "delegatebw", DELEGATE("b1", "b1", "50000000.0000 TST", "0.0000 TST"), "b1",
	     "b1 can only claim their tokens over 10 years"},
		{S, "delegatebw", DELEGATE("b1", "b1", "90000000.0000 TST", "0.0000 TST"), "b1", NULL},
		/* of the founders' 100 million 10^12 * 50025600 / 314496000 ten-thousandths are theirs by now */
		{S, "undelegatebw", UNDELEGATE("b1", "b1", "5906593.4066 TST", "0.0000 TST"), "b1",
	     "b1 can only claim their tokens over 10 years"},
		{S, "undelegatebw", UNDELEGATE("b1", "b1", "5906593.4065 TST", "0.0000 TST"), "b1", NULL},
		{S, "undelegatebw", UNDELEGATE("alice", "bob", "100000000.0000 TST", "50000000.0000 TST"), "alice",
	     NULL},
	};
	struct test_chain chain;
	(void)state;
	begin(&chain);
	RUN(&chain, steps);
	assert_string_equal(test_row(&chain, S, n("alice"), "delband", n("bob"), NULL), "");
	assert_int_equal(test_field(&chain, S, n("bob"), "userres", n("bob"), 8), 0); /* his RAM alone is left */
	test_destroy(&chain);
}

#define MANY                                                                                             \
	"\"aa\",\"ab\",\"ac\",\"ad\",\"ae\",\"af\",\"ag\",\"ah\",\"ai\",\"aj\",\"ak\",\"al\",\"am\",\"an\"," \
	"\"ao\",\"ap\",\"aq\",\"ar\",\"as\",\"at\","                                                         \
	"\"au\",\"av\",\"aw\",\"ax\",\"ay\",\"az\",\"ba\",\"bb\",\"bc\",\"bd\""

/* A proxy that later follows another one hands on what it was given when time has made it heavier. */
static void proxies_of_proxies(void **state)
{
	static const struct step steps[] = {
		{S, "voteproducer", VOTE("alice", "", MANY ",\"be\""), "alice",
	     "attempt to vote for too many producers"},
		{S, "delegatebw", DELEGATE("alice", "alice", "100.0000 TST", "0.0000 TST"), "alice", NULL},
		{S, "delegatebw", DELEGATE("bob", "bob", "200.0000 TST", "0.0000 TST"), "bob", NULL},
		{S, "regproxy", REGPROXY("bob", "true"), "bob", NULL},
		{S, "regproxy", REGPROXY("carol", "true"), "carol", NULL},
		{S, "voteproducer", VOTE("alice", "bob", ""), "alice", NULL},
		{S, "voteproducer", VOTE("bob", "carol", ""), "bob",
	     "account registered as a proxy is not allowed to use a proxy"},
		{S, "regproxy", REGPROXY("bob", "false"), "bob", NULL},
		{S, "voteproducer", VOTE("bob", "carol", ""), "bob", NULL},
		{S, "regproxy", REGPROXY("bob", "true"), "bob",
	     "account that uses a proxy is not allowed to become a proxy"},
	};
	struct test_chain chain;
	double before, after, given;
	(void)state;
	begin(&chain);
	RUN(&chain, steps);
	enum { LAST_WEIGHT = 25, PROXIED = 33 };
	memcpy(&before, &(int64_t){test_field(&chain, S, n(S), "voters", n("carol"), PROXIED)}, sizeof before);
	memcpy(&given, &(int64_t){test_field(&chain, S, n(S), "voters", n("bob"), PROXIED)}, sizeof given);
	assert_true(before > 0 && given > 0);
	test_at(&chain, TEST_TIME + 80 * DAY);
	test_succeeds(&chain, S, "delegatebw", DELEGATE("alice", "alice", "1.0000 TST", "0.0000 TST"),
	              "alice"); /* votes again, for bob */
	memcpy(&after, &(int64_t){test_field(&chain, S, n(S), "voters", n("carol"), PROXIED)}, sizeof after);
	assert_true(after > before && after < before * 1.3); /* bob's own, 11 weeks heavier; nothing of alice's */
	memcpy(&given, &(int64_t){test_field(&chain, S, n(S), "voters", n("bob"), PROXIED)}, sizeof given);
	memcpy(&before, &(int64_t){test_field(&chain, S, n(S), "voters", n("alice"), LAST_WEIGHT)},
	       sizeof before);
	assert_true(given == before);
	test_destroy(&chain);
}

static void names(void **state)
{
	static const struct step bids[] = {
		{S, "bidname", BID("alice", "", "1.0000 TST"), "alice",
	     "the empty name is not a valid account name to bid on"},
		{S, "bidname", BID("alice", "aaaaaaaaaaaaj", "1.0000 TST"), "alice",
	     "13 character names are not valid account names to bid on"},
		{S, "bidname", BID("alice", "aaaaaaaaaaaa", "1.0000 TST"), "alice",
	     "accounts with 12 character names and no dots can be created without bidding required"},
		{S, "bidname", BID("alice", "a.b", "1.0000 TST"), "alice", "you can only bid on top-level suffix"},
		{S, "bidname", BID("alice", "bob", "1.0000 TST"), "alice", "account already exists"},
		{S, "bidname", BID("alice", "foo", "1.0000 SYS"), "alice", "asset must be system token"},
		{S, "bidname", BID("alice", "foo", "0.0000 TST"), "alice", "insufficient bid"},
		{S, "bidname", BID("alice", "foo", "1.0000 TST"), "alice", NULL},
		{S, "bidname", BID("bob", "foo", "2.0000 TST"), "bob", NULL},
		{S, "bidname", BID("bob", "bar", "3.0000 TST"), "bob", NULL},
		{S, "bidname", BID("alice", "baz", "0.0010 TST"), "alice", NULL},
		{S, "bidname", BID("alice", "baz", "0.0020 TST"), "alice", "account is already highest bidder"},
		{S, "bidname", BID("bob", "baz", "0.0010 TST"), "bob", "must increase bid by 10%"},
		{S, "bidname", BID("bob", "baz", "0.0011 TST"), "bob", "must increase bid by 10%"},
		{S, "bidname", BID("bob", "baz", "0.0012 TST"), "bob", NULL},
		{S, "bidname", BID("alice", "baz", "0.0030 TST"), "alice", NULL},
		{S, "bidname", BID("bob", "baz", "0.0040 TST"), "bob",
	     NULL}, /* alice, outbid twice, has both bids coming back */
		{S, "delegatebw", DELEGATE("alice", "alice", "150000000.0000 TST", "0.0000 TST"), "alice", NULL},
		{S, "voteproducer", VOTE("alice", "", ""), "alice", NULL},
	};
	static const struct step taken[] = {
		{S, "bidname", BID("alice", "bar", "30.0000 TST"), "alice", "this auction has already closed"},
		{S, "newaccount", NEWACCOUNT("alice", "bar"), "alice", "only highest bidder can claim"},
		{S, "newaccount", NEWACCOUNT("bob", "foo"), "bob", "auction for name is not closed yet"},
		{S, "newaccount", NEWACCOUNT("bob", "free"), "bob", "no active bid for name"},
		{S, "newaccount", NEWACCOUNT("bob", "a.bar"), "bob", "only suffix may create this account"},
		{S, "setalimits", "{\"account\":\"eosio\",\"ram_bytes\":-1,\"net_weight\":-1,\"cpu_weight\":-1}", S,
	     NULL},
	};
	struct test_chain chain;
	(void)state;
	begin(&chain);
	RUN(&chain, bids);
	assert_int_equal(test_field(&chain, S, n("baz"), "bidrefunds", n("alice"), 8), 10 + 30);
	assert_int_equal(test_field(&chain, S, n("baz"), "bidrefunds", n("bob"), 8), 12);
	test_at(&chain, TEST_TIME + 14 * DAY);
	assert_true(test_field(&chain, S, n(S), "namebids", n("bar"), 16) >
	            0); /* 14 days since the activation are not enough */
	test_next(&chain);
	assert_int_equal(test_field(&chain, S, n(S), "namebids", n("bar"), 16),
	                 -30000); /* the highest, one a day */
	assert_int_equal(test_field(&chain, S, n(S), "namebids", n("foo"), 16), 20000);
	test_at(&chain, TEST_TIME + 15 * DAY + 1000000);
	RUN(&chain, taken);
	/* the new account has no RAM of its own in the same transaction here */
	assert_int_not_equal(test_act(&chain, S, "newaccount", NEWACCOUNT("bob", "bar"), "bob"), 0);
	assert_string_equal(chain.error.sentence,
	                    "account bar has insufficient ram; needs 2996 bytes has 0 bytes");
	test_destroy(&chain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(accounts_that_are_not), cmocka_unit_test(administration), cmocka_unit_test(stakes),
	    cmocka_unit_test(proxies_of_proxies),    cmocka_unit_test(names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

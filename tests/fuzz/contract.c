/* Contracts under arbitrary action data: the first byte says how many days after the boot, the rest is a list
 * of actions: a byte for the action (of the list below), a byte of length, and its data. All of it happens in
 * one block, which is then dropped. Nothing may crash or hang. */
#include "tests/contract_rig.h"

#include <sanitizer/lsan_interface.h>

static const char *const actions[][2] = {
	{"eosio.token", "create"},   {"eosio.token", "issue"},  {"eosio.token", "retire"},
	{"eosio.token", "transfer"}, {"eosio.token", "open"},   {"eosio.token", "close"},
	{"eosio.msig", "propose"},   {"eosio.msig", "approve"}, {"eosio.msig", "unapprove"},
	{"eosio.msig", "cancel"},    {"eosio.msig", "exec"},    {"eosio.msig", "invalidate"},
	{"eosio.wrap", "exec"},      {"eosio", "setabi"},       {"eosio", "setcode"},
	{"eosio", "init"},           {"eosio", "setram"},       {"eosio", "setramrate"},
	{"eosio", "setparams"},      {"eosio", "setpriv"},      {"eosio", "setalimits"},
	{"eosio", "rmvproducer"},    {"eosio", "updtrevision"}, {"eosio", "bidname"},
	{"eosio", "bidrefund"},      {"eosio", "buyram"},       {"eosio", "buyrambytes"},
	{"eosio", "sellram"},        {"eosio", "delegatebw"},   {"eosio", "undelegatebw"},
	{"eosio", "refund"},         {"eosio", "regproducer"},  {"eosio", "unregprod"},
	{"eosio", "voteproducer"},   {"eosio", "regproxy"},     {"eosio", "claimrewards"},
	{"eosio", "deposit"},        {"eosio", "withdraw"},     {"eosio", "buyrex"},
	{"eosio", "unstaketorex"},   {"eosio", "sellrex"},      {"eosio", "cnclrexorder"},
	{"eosio", "rentcpu"},        {"eosio", "rentnet"},      {"eosio", "fundcpuloan"},
	{"eosio", "fundnetloan"},    {"eosio", "defcpuloan"},   {"eosio", "defnetloan"},
	{"eosio", "updaterex"},      {"eosio", "rexexec"},      {"eosio", "consolidate"},
	{"eosio", "closerex"},       {"eosio", "newaccount"},   {"eosio", "onblock"},
	{"eosio", "onerror"},
};

/* alice holds most of the tokens, has staked, votes and lends; bob produces. */
static void boot(struct test_chain *chain)
{
	test_create(chain);
	test_boot(chain);
	test_succeeds(chain, "eosio.token", "create",
	              "{\"issuer\":\"eosio\",\"maximum_supply\":\"10000000000.0000 SYS\"}", "eosio.token");
	test_succeeds(chain, "eosio.token", "issue",
	              "{\"to\":\"eosio\",\"quantity\":\"1000000000.0000 SYS\",\"memo\":\"\"}", "eosio");
	test_succeeds(chain, "eosio.token", "transfer",
	              "{\"from\":\"eosio\",\"to\":\"alice\",\"quantity\":\"500000000.0000 SYS\",\"memo\":\"\"}",
	              "eosio");
	test_install(chain, "eosio", "eosio.system");
	test_succeeds(chain, "eosio", "setpriv", "{\"account\":\"eosio.msig\",\"is_priv\":1}", "eosio");
	test_succeeds(chain, "eosio", "setpriv", "{\"account\":\"eosio.wrap\",\"is_priv\":1}", "eosio");
	test_succeeds(chain, "eosio", "init", "{\"version\":0,\"core\":\"4,SYS\"}", "eosio");
	test_succeeds(chain, "eosio", "buyram",
	              "{\"payer\":\"alice\",\"receiver\":\"alice\",\"quant\":\"100.0000 SYS\"}", "alice");
	test_succeeds(chain, "eosio", "buyram",
	              "{\"payer\":\"alice\",\"receiver\":\"bob\",\"quant\":\"100.0000 SYS\"}", "alice");
	test_succeeds(chain, "eosio", "delegatebw",
	              "{\"from\":\"alice\",\"receiver\":\"alice\",\"stake_net_quantity\":\"100000000.0000 "
	              "SYS\",\"stake_cpu_quantity\":\"100000000.0000 SYS\","
	              "\"transfer\":0}",
	              "alice");
	test_succeeds(chain, "eosio", "delegatebw",
	              "{\"from\":\"alice\",\"receiver\":\"bob\",\"stake_net_quantity\":\"1000000.0000 "
	              "SYS\",\"stake_cpu_quantity\":\"1000000.0000 SYS\","
	              "\"transfer\":1}",
	              "alice");
	test_succeeds(chain, "eosio", "regproducer",
	              "{\"producer\":\"bob\",\"producer_key\":"
	              "\"EOS8Znrtgwt8TfpmbVpTKvA2oB8Nqey625CLN8bCN3TEbgx86Dsvr\",\"url\":\"\",\"location\":0}",
	              "bob");
	test_succeeds(chain, "eosio", "regproxy", "{\"proxy\":\"prox\",\"isproxy\":1}", "prox");
	test_succeeds(chain, "eosio", "voteproducer",
	              "{\"voter\":\"alice\",\"proxy\":\"\",\"producers\":[\"bob\"]}", "alice");
	test_succeeds(chain, "eosio", "deposit", "{\"owner\":\"alice\",\"amount\":\"1000.0000 SYS\"}", "alice");
	test_succeeds(chain, "eosio", "buyrex", "{\"from\":\"alice\",\"amount\":\"500.0000 SYS\"}", "alice");
	test_seal(chain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	static struct test_chain chain;
	struct cursor in = cursor_make(data, length);
	if (!chain.branch) { /* kept for all inputs; the state's pointers are packed, so the leak checker would
		                    not see that it is */
		__lsan_disable();
		boot(&chain);
		__lsan_enable();
	}
	int64_t days = cursor_u8(&in) % 64;
	test_at(&chain,
	        slot_to_us(branch_head(chain.branch)->block->header.timestamp) + days * INT64_C(86400000000));
	for (int steps = 0; cursor_left(&in) >= 2 && steps < 32; steps++) {
		const char *const *action = actions[cursor_u8(&in) % (sizeof actions / sizeof *actions)];
		size_t size = cursor_u8(&in);
		struct bytes packed = {0};
		if (size > cursor_left(&in))
			size = cursor_left(&in);
		bytes_put(&packed, cursor_take(&in, size), size);
		test_push(&chain, action[0], action[1], &packed, "alice,bob,eosio,eosio.token,eosio.wrap", 0);
	}
	test_run_scheduled(&chain);
	branch_block_drop(chain.branch);
	transaction_trace_release(&chain.trace);
	chain.trace = (struct transaction_trace){0};
	return 0;
}

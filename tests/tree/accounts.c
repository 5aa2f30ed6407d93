/* accounts/ over a real chain: before there is any contract, then every file read and written, what it reads
 * being what it accepts. */
#include "tests/tree/fixture.h"

/* Before the token and the system contract: empty contents, no errors. */
static void an_empty_chain_can_be_read(void **state)
{
	static const char *const empty[] = {"balance",
	                                    "stake",
	                                    "delegations",
	                                    "ram",
	                                    "votes",
	                                    "proxy",
	                                    "is_proxy",
	                                    "links",
	                                    "contract/code.wasm",
	                                    "contract/abi.json"};
	char path[64];
	(void)state;
	fixture_mkdir("accounts", "plain");
	for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
		snprintf(path, sizeof path, "accounts/plain/%s", empty[i]);
		fixture_expect(path, "");
		if (i > 0 && i < 8)
			fixture_write_in_vain(path, "\n");
	}
	assert_string_equal(fixture_list("accounts"), "eosio eosio.null eosio.prods plain ");
	assert_string_equal(fixture_list("producers"), "");
	assert_string_equal(fixture_list("accounts/plain/actions"), "");
	assert_string_equal(fixture_list("accounts/plain/tables"), "");
	assert_string_equal(fixture_list("accounts/plain/permissions"), "active.json owner.json ");
	fixture_expect_part("accounts/plain/info.json", "\"account_name\": \"plain\"");
	fixture_expect("accounts/plain/contract/hash",
	               "0000000000000000000000000000000000000000000000000000000000000000\n");
	fixture_expect_part("accounts/plain/refund", "# nothing is pending");
	fixture_expect("accounts/plain/cpu", "used -1\navailable -1\nmax -1\n");
	fixture_refuse(ECANCELED, "system contract must first be initialized", "accounts/plain/stake",
	               "1.0000 SYS 1.0000 SYS\n");
	fixture_refuse(ECANCELED, "system contract must first be initialized", "accounts/plain/ram", "1000\n");
	fixture_refuse(ENOENT, "no such token: SYS at eosio", "accounts/plain/transfer",
	               "eosio 1.0000 SYS@eosio\n");
	assert_false(fixture_exists("accounts/nobody"));
	assert_false(fixture_exists("accounts/Nobody"));
	assert_false(fixture_exists("accounts/plain/actions/transfer"));
	assert_false(fixture_exists("accounts/plain/tables/accounts"));
}

static void tokens_are_transferred(void **state)
{
	(void)state;
	fixture_boot();
	fixture_expect("accounts/eosio/balance", "1000000000.0000 SYS\n");
	fixture_account("alice1111111", "100.0000 SYS");
	fixture_account("bob111111111", "100.0000 SYS");
	fixture_account("carol1111111", "100.0000 SYS");
	fixture_expect("accounts/alice1111111/balance", "1000.0000 SYS\n");
	fixture_write("accounts/alice1111111/transfer",
	              "# a comment\nbob111111111 10 SYS it's a \"memo\" {\nbob111111111 0.5000 SYS\n");
	fixture_expect("accounts/alice1111111/balance", "989.5000 SYS\n");
	fixture_expect("accounts/bob111111111/balance", "1010.5000 SYS\n");
	fixture_expect_part("log", "\"memo\":\"it's a \\\"memo\\\" {\"");
	fixture_refuse(ENOENT, "no such account: nobody111111", "accounts/alice1111111/transfer",
	               "nobody111111 1.0000 SYS\n");
	fixture_refuse(ENOENT, "no such token: XYZ at eosio.token", "accounts/alice1111111/transfer",
	               "bob111111111 1.0000 XYZ\n");
	fixture_refuse(EINVAL, "1,5", "accounts/alice1111111/transfer", "bob111111111 1,5 SYS\n");
	fixture_refuse(EINVAL, "is missing", "accounts/alice1111111/transfer", "bob111111111\n");
	fixture_refuse(EINVAL, "symbol precision mismatch: 1.00001 SYS", "accounts/alice1111111/transfer",
	               "bob111111111 1.00001 SYS\n");
	fixture_refuse(ECANCELED, "overdrawn balance", "accounts/alice1111111/transfer",
	               "bob111111111 5000.0000 SYS\n");
	fixture_refuse(EINVAL, "must transfer positive quantity", "accounts/alice1111111/transfer",
	               "bob111111111 -1.0000 SYS\n");
	/* two equal ones both happen */
	fixture_write("accounts/alice1111111/transfer", "bob111111111 0.2500 SYS\nbob111111111 0.2500 SYS\n");
	fixture_expect("accounts/alice1111111/balance", "989.0000 SYS\n");
}

/* A second contract and a second token of the first: the core token stands first. */
static void balances_of_all_contracts(void **state)
{
	(void)state;
	fixture_account("tokens111111", "100.0000 SYS");
	fixture_write("accounts/tokens111111/ram", "1000000\n");
	fixture_write("accounts/tokens111111/contract/install", "eosio.token\n");
	fixture_write("accounts/tokens111111/actions/create",
	              "{\"issuer\":\"alice1111111\",\n \"maximum_supply\":\"1000 ANY\"}\n");
	fixture_write("accounts/tokens111111/actions/issue",
	              "[\"alice1111111\",\"20 ANY\",\"\"] -p alice1111111\n");
	fixture_write("accounts/eosio.token/actions/create", "[\"alice1111111\", \"1000.00 ABC\"]\n");
	fixture_write("accounts/eosio.token/actions/issue",
	              "[\"alice1111111\", \"7.00 ABC\", \"\"] -p alice1111111\n");
	fixture_expect("accounts/alice1111111/balance", "989.0000 SYS\n7.00 ABC\n20 ANY@tokens111111\n");
	fixture_write("accounts/alice1111111/transfer",
	              "bob111111111 5 ANY@tokens111111 memo\nbob111111111 2 ABC\n");
	fixture_expect("accounts/bob111111111/balance", "1011.0000 SYS\n2.00 ABC\n5 ANY@tokens111111\n");
	fixture_refuse(ENOENT, "no such account: nowhere11111", "accounts/alice1111111/transfer",
	               "bob111111111 5 ANY@nowhere11111\n");
}

static void stakes_are_set_and_changed(void **state)
{
	(void)state;
	fixture_expect("accounts/alice1111111/stake", "100.0000 SYS 100.0000 SYS\n");
	fixture_round_trip("accounts/alice1111111/stake");
	fixture_write("accounts/alice1111111/stake", "110 SYS 105.0000 SYS\n");
	fixture_expect("accounts/alice1111111/stake", "110.0000 SYS 105.0000 SYS\n");
	fixture_write("accounts/alice1111111/stake", "+1.0000 SYS +2.0000 SYS\n");
	fixture_expect("accounts/alice1111111/stake", "111.0000 SYS 107.0000 SYS\n");
	fixture_append("accounts/alice1111111/stake", "1.0000 SYS 2.0000 SYS\n");
	fixture_expect("accounts/alice1111111/stake", "112.0000 SYS 109.0000 SYS\n");
	fixture_append("accounts/alice1111111/stake", "+1.0000 SYS +0.0000 SYS\n");
	fixture_expect("accounts/alice1111111/stake", "113.0000 SYS 109.0000 SYS\n");
	fixture_refuse(EINVAL, "both quantities", "accounts/alice1111111/stake", "+1.0000 SYS 2.0000 SYS\n");
	fixture_refuse(EINVAL, "the CPU quantity is missing", "accounts/alice1111111/stake", "1.0000 SYS\n");
	fixture_refuse(EINVAL, "ABC", "accounts/alice1111111/stake", "1.00 ABC 1.00 ABC\n");
	fixture_refuse(EINVAL, "missing", "accounts/alice1111111/stake", "\n");
	fixture_refuse(ECANCELED, "cannot undelegate bandwidth until the chain is activated",
	               "accounts/alice1111111/stake", "-1.0000 SYS -1.0000 SYS\n");
	/* for others, a line each; what an earlier write of the same handle sent is not sent again */
	fixture_write(
		"accounts/alice1111111/delegations",
		"bob111111111 1.0000 SYS 2.0000 SYS\ncarol1111111 3 SYS 4 SYS\nbob111111111 +1 SYS +0 SYS\n");
	fixture_expect("accounts/alice1111111/delegations",
	               "bob111111111 2.0000 SYS 2.0000 SYS\ncarol1111111 3.0000 SYS 4.0000 SYS\n");
	fixture_round_trip("accounts/alice1111111/delegations");
	assert_int_equal(fixture_try_write_flags("accounts/alice1111111/delegations",
	                                         "carol1111111 4 SYS 4 SYS\ncarol1111111 5 SYS 4 SYS\n", 50,
	                                         O_TRUNC, false),
	                 0);
	fixture_expect("accounts/alice1111111/delegations",
	               "bob111111111 2.0000 SYS 2.0000 SYS\ncarol1111111 5.0000 SYS 4.0000 SYS\n");
	fixture_append("accounts/alice1111111/delegations", "bob111111111 5.0000 SYS 5.0000 SYS --transfer\n");
	fixture_expect("accounts/bob111111111/stake", "105.0000 SYS 105.0000 SYS\n");
	fixture_refuse(ENOENT, "no such account: nobody111111", "accounts/alice1111111/delegations",
	               "nobody111111 1 SYS 1 SYS\n");
	fixture_refuse(EINVAL, "the account itself", "accounts/alice1111111/delegations",
	               "alice1111111 1 SYS 1 SYS\n");
}

static void ram_is_bought_and_sold(void **state)
{
	char line[32];
	(void)state;
	long long before = atoll(fixture_read("accounts/alice1111111/ram"));
	fixture_round_trip("accounts/alice1111111/ram");
	snprintf(line, sizeof line, "%lld\n", before + 10000);
	fixture_write("accounts/alice1111111/ram", line);
	long long after = atoll(fixture_read("accounts/alice1111111/ram"));
	assert_in_range(after, before + 10000, before + 10010);
	fixture_write_in_vain("accounts/alice1111111/ram", line);
	fixture_append("accounts/alice1111111/ram", "1000\n");
	assert_in_range(atoll(fixture_read("accounts/alice1111111/ram")), after + 1000, after + 1010);
	fixture_write("accounts/alice1111111/ram", "+1000\n");
	assert_in_range(atoll(fixture_read("accounts/alice1111111/ram")), after + 2000, after + 2020);
	snprintf(line, sizeof line, "%lld\n", before);
	fixture_write("accounts/alice1111111/ram", line);
	fixture_expect("accounts/alice1111111/ram", line);
	fixture_write("accounts/alice1111111/ram", "1.0000 SYS\n");
	assert_true(atoll(fixture_read("accounts/alice1111111/ram")) > before + 60000);
	fixture_refuse(EINVAL, "\"much\" is neither", "accounts/alice1111111/ram", "much\n");
	fixture_refuse(EDQUOT, "insufficient ram", "accounts/alice1111111/ram", "10\n");
	assert_true(atoll(fixture_read("accounts/alice1111111/ram_usage")) > 2000);
	fixture_advance(1, false);
	fixture_expect_part("accounts/alice1111111/cpu", "used ");
	assert_null(strstr(fixture_read("accounts/alice1111111/net"), "-1"));
}

static void actions_and_tables(void **state)
{
	(void)state;
	assert_string_equal(fixture_list("accounts/eosio.token/actions"),
	                    "close create issue open retire transfer ");
	assert_string_equal(fixture_list("accounts/eosio.token/tables"), "accounts stat ");
	fixture_expect_part(
		"accounts/eosio.token/actions/transfer",
		"# parameters:\n#   from: name\n#   to: name\n#   quantity: asset\n#   memo: string\n");
	fixture_expect_part("accounts/eosio/actions/setparams",
	                    "#   params: blockchain_parameters\n#     max_block_net_usage: uint64\n");
	fixture_expect("accounts/eosio.token/tables/accounts/bob111111111.jsonl",
	               "{\"balance\":\"2.00 ABC\"}\n{\"balance\":\"1011.0000 SYS\"}\n");
	assert_non_null(strstr(fixture_list("accounts/eosio.token/tables/accounts"), "bob111111111.jsonl "));
	/* SYS as a name, as its code, as a number */
	static const char *const scopes[] = {"........ehgp3", "SYS", "5462355"};
	for (size_t i = 0; i < 3; i++) {
		char path[128];
		snprintf(path, sizeof path, "accounts/eosio.token/tables/stat/%s.jsonl", scopes[i]);
		fixture_expect_part(path, "\"max_supply\":\"10000000000.0000 SYS\",\"issuer\":\"eosio\"}\n");
	}
	assert_string_equal(fixture_list("accounts/eosio.token/tables/stat"), "ABC.jsonl SYS.jsonl ");
	assert_false(fixture_exists("accounts/eosio.token/tables/stat/XYZ.jsonl"));
	assert_false(fixture_exists("accounts/eosio.token/tables/stats"));
	/* without -p it is the account that the parameters name; where the wallet has no key of it, the contract
	 */
	fixture_write(
		"accounts/eosio.token/actions/transfer",
		"{\"from\":\"alice1111111\",\"to\":\"bob111111111\",\"quantity\":\"0.0001 SYS\",\"memo\":\"\"}\n");
	fixture_write("accounts/eosio.token/actions/transfer",
	              "[\"bob111111111\",\"alice1111111\",\"0.0001 SYS\",\"\"]\n");
	fixture_write("accounts/eosio/actions/setpriv", "[\"alice1111111\",0]\n");
	fixture_write("create_account", "stranger1111 EOS8EBW9tCL9Yhx8VYmjzF3ok55AgM2wNvY54QUxZi5JU35cx6aro\n");
	fixture_refuse(EACCES, "missing authority of stranger1111", "accounts/eosio.token/actions/close",
	               "[\"stranger1111\",\"4,SYS\"]\n");
	fixture_refuse(EINVAL, "object or array", "accounts/eosio.token/actions/transfer", "alice\n");
	fixture_refuse(EINVAL, "one word too many", "accounts/eosio.token/actions/transfer", "{} {}\n");
	fixture_refuse(EINVAL, "not closed", "accounts/eosio.token/actions/transfer",
	               "{\"from\":\"alice1111111\"\n");
	fixture_refuse(ENOENT, "no such account: ghost", "accounts/eosio.token/actions/open",
	               "[\"alice1111111\",\"4,SYS\",\"ghost\"] -p ghost\n");
	fixture_refuse(ENOENT, "burn", "accounts/eosio.token/actions/burn", "{}\n");
}

static int count_contracts(void *context, uint64_t contract)
{
	(void)contract;
	++*(unsigned *)context;
	return 0;
}

/* Law 9: an account's tokens are found by a search a contract. */
static void contracts_of_an_account(void **state)
{
	struct chain_view *view = NULL;
	struct error error = {0};
	unsigned count = 0;
	(void)state;
	assert_int_equal(chain_view_open(fixture.chain, &view, NULL, NULL, &error), 0);
	assert_int_equal(view->operations->table_contracts(view, name_literal("alice1111111"),
	                                                   name_literal("accounts"), count_contracts, &count,
	                                                   &error),
	                 0);
	assert_int_equal(count, 2);
	assert_int_equal(view->operations->table_contracts(view, name_literal("alice1111111"),
	                                                   name_literal("nothing"), count_contracts, &count,
	                                                   &error),
	                 0);
	assert_int_equal(count, 2);
	chain_view_close(view);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_chain_can_be_read), cmocka_unit_test(tokens_are_transferred),
		cmocka_unit_test(balances_of_all_contracts),  cmocka_unit_test(stakes_are_set_and_changed),
		cmocka_unit_test(ram_is_bought_and_sold),     cmocka_unit_test(actions_and_tables),
		cmocka_unit_test(contracts_of_an_account),
	};
	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}

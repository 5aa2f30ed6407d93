/* proposals/ over a real chain: drafts, proposing, approving, executing, cancelling, and what is refused. */
#include "tests/tree/fixture.h"

static int setup(void **state)
{
	fixture_setup(state);
	fixture_boot();
	fixture_write("accounts/eosio.msig/contract/install", "eosio.msig\n");
	fixture_write("accounts/eosio/actions/setpriv", "[\"eosio.msig\", 1]\n");
	fixture_account("alice1111111", "10.0000 SYS");
	fixture_account("bob111111111", "10.0000 SYS");
	return 0;
}

#define TRANSFER                                                                                             \
	"{\"requested\": [\"alice1111111\", \"bob111111111@active\"],\n\"actions\": [{\"account\": "             \
	"\"eosio.token\", \"name\": \"transfer\",\n"                                                             \
	"\"authorization\": [\"alice1111111@active\"], \"data\": [\"alice1111111\", \"bob111111111\", \"5.0000 " \
	"SYS\", \"agreed\"]}]}\n"

static void propose(const char *name)
{
	char path[128];
	fixture_mkdir("proposals/bob111111111", name);
	snprintf(path, sizeof path, "proposals/bob111111111/%s/transaction.json", name);
	fixture_write(path, TRANSFER);
}

static void test_from_draft_to_execution(void **state)
{
	(void)state;
	assert_string_equal(fixture_list("proposals"), "");
	fixture_mkdir("proposals/bob111111111", "pay");
	assert_string_equal(fixture_list("proposals"), "bob111111111 ");
	assert_string_equal(fixture_list("proposals/bob111111111"), "pay ");
	fixture_expect("proposals/bob111111111/pay/transaction.json", "{}\n");
	fixture_refuse(ENOENT, "has proposed nothing yet", "proposals/bob111111111/pay/approve",
	               "alice1111111\n");
	fixture_write("proposals/bob111111111/pay/transaction.json", TRANSFER);
	fixture_expect_part("proposals/bob111111111/pay/transaction.json", "\"memo\": \"agreed\"");
	fixture_round_trip("proposals/bob111111111/pay/transaction.json");
	fixture_expect("proposals/bob111111111/pay/approvals",
	               "alice1111111@active requested\nbob111111111@active requested\n");
	fixture_refuse(ECANCELED, "transaction authorization failed", "proposals/bob111111111/pay/exec",
	               "exec\n");
	fixture_write("proposals/bob111111111/pay/approve", "alice1111111@active\n");
	fixture_expect_part("proposals/bob111111111/pay/approvals",
	                    "bob111111111@active requested\nalice1111111@active approved 20");
	fixture_write("proposals/bob111111111/pay/unapprove", "alice1111111\n");
	fixture_refuse(ECANCELED, "transaction authorization failed", "proposals/bob111111111/pay/exec",
	               "exec\n");
	fixture_write("proposals/bob111111111/pay/approve", "alice1111111\n");
	fixture_write("proposals/bob111111111/pay/exec", "alice1111111\n");
	fixture_expect("accounts/bob111111111/balance", "1005.0000 SYS\n");
	assert_false(fixture_exists("proposals/bob111111111/pay"));
	assert_string_equal(fixture_list("proposals"), "");
}

static void test_names_in_order(void **state)
{
	(void)state;
	propose("c");
	propose("a");
	fixture_mkdir("proposals/bob111111111", "b");
	fixture_mkdir("proposals/bob111111111", "d");
	fixture_mkdir("proposals/alice1111111", "x");
	assert_string_equal(fixture_list("proposals/bob111111111"), "a b c d ");
	assert_string_equal(fixture_list("proposals"), "alice1111111 bob111111111 ");
	assert_int_equal(fixture_try_mkdir("proposals/bob111111111", "a"), -EEXIST);
	assert_int_equal(fixture_try_mkdir("proposals/bob111111111", "d"), -EEXIST);
	assert_int_equal(fixture_try_mkdir("proposals/bob111111111", "Upper"), -EINVAL);
	assert_int_equal(fixture_try_mkdir("proposals/bob111111111", "thirteenchars"), -EINVAL);
	assert_int_equal(fixture_try_mkdir("proposals/nobody", "a"), -ENOENT);
}

static void test_cancelling(void **state)
{
	(void)state;
	propose("pay");
	fixture_refuse(ECANCELED, "cannot cancel until expiration", "proposals/bob111111111/pay/cancel",
	               "alice1111111\n");
	fixture_write("proposals/bob111111111/pay/cancel", "cancel\n");
	assert_false(fixture_exists("proposals/bob111111111/pay"));
	/* A draft is nobody's but this mount's. */
	fixture_mkdir("proposals/bob111111111", "pay");
	fixture_refuse(ENOENT, "proposed nothing yet", "proposals/bob111111111/pay/exec", "exec\n");
	fixture_write_in_vain("proposals/bob111111111/pay/cancel", "cancel\n");
	assert_false(fixture_exists("proposals/bob111111111/pay"));
	assert_string_equal(fixture_list("proposals"), "");
	propose("pay");
	fixture_advance(25 * 3600, true);
	fixture_write("proposals/bob111111111/pay/cancel", "alice1111111\n");
	assert_string_equal(fixture_list("proposals"), "");
}

static void test_refused(void **state)
{
	(void)state;
	fixture_mkdir("proposals/bob111111111", "pay");
	const char *path = "proposals/bob111111111/pay/transaction.json";
	fixture_refuse(EINVAL, "list of \"actions\"", path, "{\"action\": []}\n");
	fixture_refuse(EINVAL, "no \"name\"", path, "{\"actions\": [{\"account\": \"eosio.token\"}]}\n");
	fixture_refuse(
		EINVAL, "Unknown action transfers", path,
		"{\"actions\": [{\"account\": \"eosio.token\", \"name\": \"transfers\", \"data\": {}}]}\n");
	fixture_refuse(EINVAL, "quantity", path,
	               "{\"actions\": [{\"account\": \"eosio.token\", \"name\": \"transfer\", \"data\": "
	               "{\"from\": \"a\", \"to\": \"b\"}}]}\n");
	fixture_refuse(EINVAL, "delay_sec", path, "{\"delay_sec\": -1, \"actions\": []}\n");
	fixture_refuse(EINVAL, "permission level", path, "{\"requested\": [1], \"actions\": []}\n");
	fixture_refuse(ECANCELED, "transaction expired", path,
	               "{\"expiration\": \"2020-01-01T00:00:00\", \"actions\": []}\n");
	fixture_expect(path, "{}\n");
	fixture_write(path, TRANSFER);
	fixture_refuse(ECANCELED, "not on the list", "proposals/bob111111111/pay/approve", "eosio\n");
	fixture_refuse(EINVAL, "one word too many", "proposals/bob111111111/pay/approve", "eosio bob\n");
	fixture_refuse(ENOENT, "no such account: nobody", "proposals/bob111111111/pay/exec", "nobody\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_from_draft_to_execution, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_names_in_order, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_cancelling, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, fixture_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

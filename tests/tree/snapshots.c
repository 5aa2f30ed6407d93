/* snapshots/: a state is kept by mkdir, looked at as it was, and forgotten. */
#include "tests/tree/fixture.h"

#define ALICE "accounts/alice1111111/"

static void a_state_is_kept_as_it_was(void **state)
{
	(void)state;
	fixture_boot();
	fixture_account("alice1111111", "100.0000 SYS");
	assert_string_equal(fixture_list("snapshots"), "restore export import drop ");
	fixture_write(ALICE "transfer", "eosio 1.0000 SYS the last before it\n");
	char *balance = memory_copy_string(fixture_read(ALICE "balance"));
	char *told = memory_copy_string(fixture_read(ALICE "history.jsonl"));
	/* what is in the making is part of it */
	fixture_mkdir("snapshots", "booted");
	fixture_write(ALICE "transfer", "eosio 2.0000 SYS\n");
	fixture_mkdir("accounts", "carol1111111");
	fixture_advance(600, false);
	fixture_mkdir("snapshots", "later.on_2");
	fixture_mkdir("snapshots", "booted-too");
	assert_string_equal(fixture_list("snapshots"),
	                    "restore export import drop booted booted-too later.on_2 ");
	assert_string_equal(fixture_list("snapshots/booted"), "chain accounts producers ");
	fixture_expect("snapshots/booted/" ALICE "balance", balance);
	fixture_expect("snapshots/booted/" ALICE "history.jsonl", told);
	assert_false(fixture_exists("snapshots/booted/accounts/carol1111111"));
	assert_true(fixture_exists("snapshots/later.on_2/accounts/carol1111111"));
	assert_false(fixture_exists("snapshots/booted/chain/clock"));
	assert_false(fixture_exists("snapshots/nothing"));
	fixture_refuse(EROFS, "write to " ALICE "transfer", "snapshots/booted/" ALICE "transfer",
	               "eosio 1.0000 SYS\n");
	free(balance);
	free(told);
}

static void what_is_no_name_is_refused(void **state)
{
	static const char *const names[] = {".hidden", "a b", "a+b"};
	(void)state;
	assert_int_equal(fixture_try_mkdir("snapshots", "booted"), -EEXIST);
	assert_int_equal(fixture_try_mkdir("snapshots", "drop"), -EEXIST);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		assert_int_equal(fixture_try_mkdir("snapshots", names[i]), -EINVAL);
	assert_non_null(strstr(fixture_last_line("errors"), "no name for a snapshot"));
}

static void one_is_forgotten(void **state)
{
	struct dentry *folder, *votes, *is_proxy, *actions, *action;
	struct handle *handle;
	struct stat attributes;
	(void)state;
	/* alice has never voted: no row of hers is there */
	fixture_expect("snapshots/booted/" ALICE "votes", "");
	assert_int_equal(tree_walk(fixture.tree, &votes, &fixture.caller, "snapshots/booted/" ALICE "votes"), 0);
	assert_int_equal(
		tree_walk(fixture.tree, &is_proxy, &fixture.caller, "snapshots/booted/" ALICE "is_proxy"), 0);
	assert_int_equal(
		tree_walk(fixture.tree, &actions, &fixture.caller, "snapshots/booted/accounts/eosio/actions"), 0);
	assert_int_equal(tree_walk(fixture.tree, &folder, &fixture.caller, "snapshots"), 0);
	assert_int_equal(tree_remove_folder(fixture.tree, &fixture.caller, folder, "booted"), -EPERM);
	assert_non_null(strstr(fixture_last_line("errors"), "snapshots/drop"));
	tree_forget(fixture.tree, folder, 1);
	fixture_refuse(ENOENT, "there is no snapshot \"nothing\"", "snapshots/drop", "nothing\n");
	fixture_write("snapshots/drop", "booted\n");
	assert_false(fixture_exists("snapshots/booted"));
	/* whoever found them before is not told that she votes for nobody, and looks the path up again */
	assert_int_equal(tree_open(fixture.tree, &handle, &fixture.caller, votes, O_RDONLY), -ESTALE);
	assert_int_equal(tree_stat(fixture.tree, &attributes, &fixture.caller, is_proxy), -ESTALE);
	assert_int_equal(tree_lookup(fixture.tree, &action, &fixture.caller, actions, "setcode"), -ESTALE);
	assert_non_null(strstr(fixture_last_line("errors"), "there is no snapshot \"booted\""));
	tree_forget(fixture.tree, actions, 1);
	tree_forget(fixture.tree, votes, 1);
	tree_forget(fixture.tree, is_proxy, 1);
	assert_string_equal(fixture_list("snapshots"), "restore export import drop booted-too later.on_2 ");
	fixture_mkdir("snapshots", "booted");
	assert_true(fixture_exists("snapshots/booted/accounts/carol1111111"));
}

static void the_chain_goes_back(void **state)
{
	char *balance = memory_copy_string(fixture_read(ALICE "balance")),
		 *told = memory_copy_string(fixture_read(ALICE "history.jsonl"));
	(void)state;
	fixture_mkdir("snapshots", "base");
	fixture_write(ALICE "transfer", "eosio 3.0000 SYS\n");
	char *id = memory_copy_string(fixture_read("last_transaction"));
	fixture_advance(700, false);
	fixture_write(ALICE "transfer", "eosio 4.0000 SYS\n");
	fixture_mkdir("snapshots", "after");
	fixture_refuse(ENOENT, "there is no snapshot \"nothing\"", "snapshots/restore", "nothing\n");
	fixture_write("snapshots/restore", "base\n");
	fixture_expect(ALICE "balance", balance);
	fixture_expect(ALICE "history.jsonl", told);
	id[strcspn(id, "\n")] = '\0';
	fixture_expect_part("errors", id);
	fixture_expect_part("log", id);
	fixture_expect_part("errors", "snapshot \"base\" was restored");
	fixture_refuse(EOPNOTSUPP, "of a branch that the chain has left", "snapshots/restore", "after\n");
	assert_true(fixture_exists("snapshots/after/" ALICE "balance"));
	fixture_write(ALICE "transfer", "eosio 5.0000 SYS again\n");
	fixture_advance(2, false);
	fixture_expect_part(ALICE "history.jsonl", "5.0000 SYS");
	free(id);
	free(told);
	free(balance);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_state_is_kept_as_it_was),
		cmocka_unit_test(what_is_no_name_is_refused),
		cmocka_unit_test(one_is_forgotten),
		cmocka_unit_test(the_chain_goes_back),
	};
	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}

/* Grafts: chain/, accounts/ and producers/ below dentries/eosio/view/ are the same rows over that dentry's
 * view, and can only be read. */
#include "tests/tree/fixture.h"

#define VIEW "nodes/eosio/view/"

/* In the same moment: the clock goes on. */
static void assert_same_file(const char *path, const char *grafted)
{
	char *before, *seen;
	bool stood;

	do {
		before = memory_copy_string(fixture_read(path));
		seen = memory_copy_string(fixture_read(grafted));
		stood = strcmp(fixture_read(path), before) == 0;
		if (stood)
			assert_string_equal(seen, before);
		free(before);
		free(seen);
	} while (!stood);
}

/* Every file of a folder reads the same at the top and below the graft; folders are gone through. */
static void assert_same(const char *path)
{
	char *names = memory_copy_string(fixture_list(path)), *rest = NULL;
	for (char *name = strtok_r(names, " ", &rest); name; name = strtok_r(NULL, " ", &rest)) {
		struct dentry *dentry = NULL;
		char below[512], grafted[600];
		struct stat stat;
		snprintf(below, sizeof below, "%s/%s", path, name);
		snprintf(grafted, sizeof grafted, VIEW "%s", below);
		assert_int_equal(tree_walk(fixture.tree, &dentry, &fixture.caller, grafted), 0);
		assert_int_equal(tree_stat(fixture.tree, &stat, &fixture.caller, dentry), 0);
		tree_forget(fixture.tree, dentry, 1);
		if (S_ISLNK(stat.st_mode)) {
			/* what is not in the view is where it was */
			const char *further = strcmp(name, "node") == 0 ? "../../../" : "";
			char *target = memory_copy_string(fixture_link(below));
			const char *link = fixture_link(grafted);
			assert_memory_equal(link, further, strlen(further));
			assert_string_equal(link + strlen(further), target);
			free(target);
			continue;
		}
		assert_int_equal(stat.st_mode & 0222, 0);
		if (S_ISDIR(stat.st_mode)) {
			assert_same(below);
		} else if (!strstr(fixture_read(below), "# usage")) {
			assert_same_file(below, grafted);
		}
	}
	free(names);
}

static void shows_what_the_top_shows(void **state)
{
	(void)state;
	assert_null(strstr(fixture_list("nodes/eosio"), "view")); /* who walks the tree walks it once */
	assert_string_equal(fixture_list("nodes/eosio/view"), "chain accounts producers ");
	fixture_mkdir("accounts", "alice");
	assert_same("chain");
	assert_same("accounts/alice");
	assert_same("accounts/eosio");
	fixture_mkdir("accounts", "bob"); /* what was written is seen at once */
	assert_true(fixture_exists(VIEW "accounts/bob"));
	fixture_expect_part(VIEW "accounts/bob/info.json", "\"account_name\": \"bob\"");
	assert_false(fixture_exists(VIEW "accounts/nobody"));
	assert_false(fixture_exists(VIEW "nodes"));
	assert_false(fixture_exists("nodes/nobody/view/chain"));
	/* a verb tells what it would do, and not how to write it here */
	fixture_expect_part("accounts/bob/transfer", "# usage");
	assert_null(strstr(fixture_read(VIEW "accounts/bob/transfer"), "usage"));
}

static void shows_producers(void **state)
{
	(void)state;
	fixture_boot();
	fixture_account("producer1111", "10.0000 SYS");
	fixture_mkdir("producers", "producer1111");
	assert_same("producers");
}

static int remove_below(const char *folder, const char *name, bool is_folder)
{
	struct dentry *dentry = NULL;
	assert_int_equal(tree_walk(fixture.tree, &dentry, &fixture.caller, folder), 0);
	int result = (is_folder ? tree_remove_folder : tree_remove)(fixture.tree, &fixture.caller, dentry, name);
	tree_forget(fixture.tree, dentry, 1);
	return result;
}

static int try_rename(const char *folder, const char *name, const char *new_folder, const char *new_name)
{
	struct dentry *from = NULL, *to = NULL;
	assert_int_equal(tree_walk(fixture.tree, &from, &fixture.caller, folder), 0);
	assert_int_equal(tree_walk(fixture.tree, &to, &fixture.caller, new_folder), 0);
	int result = tree_rename(fixture.tree, &fixture.caller, from, name, to, new_name, 0);
	tree_forget(fixture.tree, from, 1);
	tree_forget(fixture.tree, to, 1);
	return result;
}

static void can_only_be_read(void **state)
{
	(void)state;
	fixture_refuse(EROFS, "write to accounts/eosio/contract/install", VIEW "accounts/eosio/contract/install",
	               "eosio.token\n");
	fixture_refuse(EROFS, "write to chain/clock", VIEW "chain/clock", "+60s\n");
	fixture_refuse(EROFS, "which can only be read", VIEW "accounts/eosio/votse", "x\n");
	assert_int_equal(fixture_try_mkdir(VIEW "accounts", "carol"), -EROFS);
	assert_non_null(strstr(fixture_last_line("errors"), "write to accounts"));
	assert_int_equal(fixture_try_mkdir("nodes/eosio/view", "carol"), -EROFS);
	assert_int_equal(remove_below(VIEW "accounts", "eosio", true), -EROFS);
	assert_int_equal(remove_below(VIEW "chain", "clock", false), -EROFS);
	assert_int_equal(try_rename(VIEW "accounts/eosio", "votes", "accounts/eosio", "votes~"), -EROFS);
	assert_int_equal(try_rename("accounts/eosio", "votes", VIEW "accounts/eosio", "votes~"), -EROFS);

	struct dentry *dentry = NULL;
	assert_int_equal(tree_walk(fixture.tree, &dentry, &fixture.caller, VIEW "chain/clock"), 0);
	assert_int_equal(tree_truncate(fixture.tree, &fixture.caller, dentry, NULL, 0), -EROFS);
	assert_int_equal(tree_access(fixture.tree, &fixture.caller, dentry, W_OK), -EROFS);
	assert_int_equal(tree_access(fixture.tree, &fixture.caller, dentry, R_OK), 0);
	tree_forget(fixture.tree, dentry, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(shows_what_the_top_shows, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(shows_producers, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(can_only_be_read, fixture_setup, fixture_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

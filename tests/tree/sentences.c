/* What people are told who write something wrong, and that `errors` tells nobody what it must not. */
#include "tests/tree/fixture.h"

#define WIF "5KeGoDkbhEdkZTpYqQg2rPZvtxqfWAtGgixuCLUt1Dmoq4NmXCj"
#define PUBLIC_KEY "EOS6kBaCHrvz7VdUfFBLrLdhNjXYaKBmRkpDXU9PhbEUiHbspr7rz"

static int boot(void **state)
{
	fixture_setup(state);
	fixture_boot();
	fixture_account("alice1111111", "100.0000 SYS");
	fixture_mkdir("producers", "alice1111111");
	return 0;
}

static void sentences_name_the_mistake(void **state)
{
	static const struct {
		const char *path, *text;
		int number;
		const char *words;
	} vectors[] = {
		{"accounts/alice1111111/ram", "-1\n", EINVAL, "\"-1\" is out of range: RAM in bytes is from 0 to"},
		{"accounts/alice1111111/ram", "+x\n", EINVAL,
	     "\"+x\" is neither a number of bytes nor a quantity like 1.0000 SYS"},
		{"accounts/alice1111111/votes", "Alice\n", EINVAL,
	     "\"Alice\" is no account name: those are of a-z, 1-5 and dots, at most 12 characters"},
		{"accounts/alice1111111/votes", "alice1111111aa\n", EINVAL, "at most 12 characters"},
		{"accounts/alice1111111/votes", "[\"alice1111111\"]\n", EINVAL, "no JSON and no commas"},
		{"accounts/alice1111111/votes", "alice1111111,bob\n", EINVAL, "no JSON and no commas"},
		{"accounts/alice1111111/votes", "alice1111111 +bob\n", EINVAL,
	     "\"+bob\": either all producers are given, or all lines are"},
		{"accounts/alice1111111/votes", "-alice1111111\n", ENOENT, "no such vote: alice1111111"},
		{"accounts/alice1111111/stake", "1.0000 SYS\n", EINVAL,
	     "the CPU quantity is missing: NET and CPU have one each, as in 1.0000 SYS 1.0000 SYS"},
		{"accounts/alice1111111/transfer", "alice11111 1.0000 SYS\n", ENOENT,
	     "no such account: alice11111, did you mean \"alice1111111\""},
		{"accounts/alice1111111/transfer", "eosio.tokne 1.0000 SYS\n", ENOENT,
	     "did you mean \"eosio.token\""},
		{"accounts/alice1111111/transfer", "eosio 100000000.0000 SYS\n", ECANCELED,
	     "overdrawn balance: that of alice1111111"},
		{"accounts/alice1111111/ram", "100000000.0000 SYS\n", ECANCELED,
	     "overdrawn balance: that of alice1111111"},
		{"defaults/stake_net", "10\n", EINVAL, "\"10\": the symbol is missing, as in 10 SYS"},
		{"chain/clock", "skip 3d\n", EINVAL, "\"3d\": the sign is missing, as in +3d"},
		{"chain/clock", "600s\n", EINVAL, "\"600s\": the sign is missing, as in +600s"},
		{"accounts/alice1111111/ram", "much\n", EINVAL,
	     "\"much\" is neither a number of bytes nor a quantity like 1.0000 SYS"},
		{"producers/alice1111111/location", "x\n", EINVAL,
	     "\"x\" is no whole number: the location is one, from 0 to 65535"},
		{"accounts/alice1111111/contract/install", "eosio.tokn\n", ENOENT,
	     "no such bundle: eosio.tokn, did you mean \"eosio.token\""},
		{"accounts/alice1111111/contract/install", "nothingofthesort\n", ENOENT,
	     "no such bundle: nothingofthesort; as a folder: "},
		{"defaults/creator", "nobody\n", ENOENT, "no such account: nobody"},
		{"create_account", "newaccount11 --creator nobody\n", ENOENT, "no such account: nobody"},
		{"wallet/new_key", WIF "\n", EINVAL, "a private key is no label: it is written into import"},
		{"boot/accounts.json", "{\"user\": []}\n", EINVAL,
	     "\"user\" is not understood; it may be users or producers"},
		{"boot/accounts.json", "{\"users\": [{\"name\": \"carol1111111\", \"funds\": -1}]}\n", ERANGE,
	     "line 1: the funds of \"carol1111111\" are negative"},
		{"accounts/alice1111111/permissions/active.json", "{\"threshold\": 1, }\n", EINVAL,
	     "column 18 of the JSON: unexpected '}'"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
		fixture_refuse(vectors[i].number, vectors[i].words, vectors[i].path, vectors[i].text);
}

static void folders_that_cannot_be_made(void **state)
{
	(void)state;
	assert_int_equal(fixture_try_mkdir("", "foo"), -EPERM);
	assert_null(strstr(fixture_last_line("errors"), "did you mean"));
	assert_int_equal(fixture_try_mkdir("", "acounts"), -EPERM);
	assert_non_null(strstr(fixture_last_line("errors"), "did you mean \"accounts\""));
	assert_int_equal(fixture_try_mkdir("proposals", "nobody"), -ENOENT);
	assert_non_null(strstr(fixture_last_line("errors"), "no such account: nobody"));
}

static void names_that_cannot_be_made(void **state)
{
	struct dentry *folder = NULL, *dentry = NULL;
	struct handle *handle = NULL;
	(void)state;
	assert_int_equal(tree_walk(fixture.tree, &folder, &fixture.caller, "accounts"), 0);
	assert_int_equal(tree_create_file(fixture.tree, &dentry, &handle, &fixture.caller, folder, "dave11111111",
	                                  0644, O_WRONLY),
	                 -ENOENT);
	assert_non_null(strstr(fixture_last_line("errors"), "mkdir makes what is in this folder"));
	tree_forget(fixture.tree, folder, 1);
	assert_int_equal(tree_walk(fixture.tree, &folder, &fixture.caller, "accounts/alice1111111"), 0);
	assert_int_equal(tree_remove(fixture.tree, &fixture.caller, folder, "votes"), -EPERM);
	assert_non_null(strstr(fixture_last_line("errors"), "mv and install delete first"));
	/* a refused vote is not said to be a missing file */
	assert_int_equal(tree_create_file(fixture.tree, &dentry, &handle, &fixture.caller, folder,
	                                  ".goutputstream-A1B2C3", 0644, O_WRONLY),
	                 0);
	assert_int_equal(handle_write(handle, &fixture.caller, "nosuchprod11\n", 13, 0), 13);
	handle_close(handle);
	assert_int_equal(
		tree_rename(fixture.tree, &fixture.caller, folder, ".goutputstream-A1B2C3", folder, "votes", 0),
		-ECANCELED);
	assert_non_null(strstr(fixture_last_line("errors"), "no such producer: nosuchprod11"));
	assert_int_equal(tree_remove(fixture.tree, &fixture.caller, folder, ".goutputstream-A1B2C3"), 0);
	tree_forget(fixture.tree, dentry, 1);
	tree_forget(fixture.tree, folder, 1);
}

/* chmod, chown and touch end well for the owner, so that cp -p, tar and rsync do; they change nothing. */
static void attributes_stay(void **state)
{
	const struct caller other = {.uid = fixture.caller.uid + 1, .gid = 1, .pid = getpid()};
	struct stat before, after, wanted = {.st_mode = 0600};
	struct dentry *dentry = NULL;
	(void)state;
	assert_int_equal(tree_walk(fixture.tree, &dentry, &fixture.caller, "accounts/alice1111111/votes"), 0);
	assert_int_equal(tree_stat(fixture.tree, &before, &fixture.caller, dentry), 0);
	assert_int_equal(tree_set_attributes(fixture.tree, &fixture.caller, dentry, &wanted, true, true), 0);
	assert_int_equal(tree_set_attributes(fixture.tree, &other, dentry, &wanted, true, true), -EPERM);
	assert_int_equal(tree_stat(fixture.tree, &after, &fixture.caller, dentry), 0);
	assert_int_equal(before.st_mode, after.st_mode);
	assert_int_equal(before.st_mtim.tv_sec, after.st_mtim.tv_sec);
	tree_forget(fixture.tree, dentry, 1);
}

static void errors_name_the_process(void **state)
{
	char name[64], expected[96];
	(void)state;
	FILE *file = fopen("/proc/self/comm", "r");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%63s", name), 1);
	fclose(file);
	fixture_refuse(EINVAL, "Not*A", "accounts/alice1111111/votes", "Not*A\n");
	snprintf(expected, sizeof expected, " pid %d (%s", (int)getpid(), name);
	assert_non_null(strstr(fixture_last_line("errors"), expected));
}

/* Others may read `errors`, and so do backups. */
static void errors_hide_private_keys(void **state)
{
	static const char *const paths[] = {"defaults/key",
	                                    "producers/alice1111111/key",
	                                    "accounts/alice1111111/permissions/active.json",
	                                    "accounts/alice1111111/votes",
	                                    "accounts/alice1111111/transfer",
	                                    "accounts/alice1111111/stake",
	                                    "wallet/state",
	                                    "wallet/remove",
	                                    "chain/features",
	                                    "chain/clock",
	                                    "boot/run"};
	static const char *const keys[] = {WIF, "PVT_K1_2bfGi9rYsXQSXXTvJbDAPhHLQUojjaNLomdm3cEJ1XTzMqUt3V",
	                                   "5KeGoDkbhEdkZTpYqQg2rPZvtxqfWAtGgixuCLUt1Dmoq4NmXCx" /* mistyped */};
	char line[128];
	(void)state;
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
			snprintf(line, sizeof line, "%s\n", keys[k]);
			if (fixture_try_write(paths[i], line) == 0)
				fail_msg("%s took a private key", paths[i]);
			if (strstr(fixture_read("errors"), keys[k]))
				fail_msg("%s: %s", paths[i], fixture_last_line("errors"));
		}
	}
	fixture_refuse(EINVAL, "EOS6kBaCHrvz7VdUfFBLrLdhNjXYaKBmRkpDXU9PhbEUiHbspr7rz1'", "defaults/key",
	               PUBLIC_KEY "1\n");
}

static void errors_are_text(void **state)
{
	(void)state;
	assert_int_equal(fixture_try_mkdir("accounts", "\xff\xc3\xa4\n"), -EINVAL);
	assert_non_null(strstr(fixture_last_line("errors"), " accounts/\\xff\xc3\xa4  EINVAL: "));
	assert_null(strchr(fixture_last_line("errors"), '\xff'));
}

static void what_is_there_may_be_written(void **state)
{
	(void)state;
	/* satisfied by nobody, so that nobody could set it anew */
	fixture_round_trip("accounts/eosio.null/permissions/active.json");
	fixture_round_trip("accounts/eosio.prods/permissions/owner.json");
}

static void a_wallet_in_memory_can_be_unlocked(void **state)
{
	(void)state;
	fixture_write("wallet/state", "lock\n");
	fixture_expect("wallet/state", "locked\n");
	fixture_refuse(EACCES, "assword", "wallet/state", "unlock wrong\n");
	fixture_write("wallet/state", "unlock " WALLET_MEMORY_PASSWORD "\n");
	fixture_expect("wallet/state", "unlocked\n");
}

static void scopes_are_seen_by_ls(void **state)
{
	(void)state;
	assert_string_equal(fixture_list("accounts/eosio.token/tables/stat"), "SYS.jsonl ");
	assert_true(fixture_exists("accounts/eosio.token/tables/stat/........ehgp3.jsonl"));
	assert_non_null(strstr(fixture_list("accounts/eosio.token/tables/accounts"), "eosio.jsonl "));
}

static struct stat stat_of(const char *path)
{
	struct dentry *dentry = NULL;
	struct stat attributes;
	assert_int_equal(tree_walk(fixture.tree, &dentry, &fixture.caller, path), 0);
	assert_int_equal(tree_stat(fixture.tree, &attributes, &fixture.caller, dentry), 0);
	tree_forget(fixture.tree, dentry, 1);
	return attributes;
}

static void accounts_have_the_time_they_were_made_at(void **state)
{
	(void)state;
	time_t alice = stat_of("accounts/alice1111111").st_mtim.tv_sec;
	fixture_advance(3600, true);
	fixture_account("late11111111", "1.0000 SYS");
	assert_int_equal(stat_of("accounts/alice1111111").st_mtim.tv_sec, alice);
	time_t late = stat_of("accounts/late11111111").st_mtim.tv_sec;
	assert_true(late >= alice + 3600);
	/* and so do its files that show nothing yet */
	assert_int_equal(stat_of("accounts/late11111111/delegations").st_mtim.tv_sec, late);
	assert_int_equal(stat_of("accounts/late11111111/refund").st_mtim.tv_sec, late);
}

/* The kernel gives no user's attribute of a link, so none may be listed: rsync -X fails otherwise. */
static void links_have_no_attributes(void **state)
{
	struct dentry *dentry = NULL;
	char list[256];
	(void)state;
	assert_int_equal(tree_walk(fixture.tree, &dentry, &fixture.caller, "producers/alice1111111/account"), 0);
	assert_int_equal(tree_list_attributes(fixture.tree, list, sizeof list, &fixture.caller, dentry), 0);
	assert_int_equal(
		tree_get_attribute(fixture.tree, list, sizeof list, &fixture.caller, dentry, "user.eosiofs.help"),
		-ENODATA);
	tree_forget(fixture.tree, dentry, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sentences_name_the_mistake),
		cmocka_unit_test(folders_that_cannot_be_made),
		cmocka_unit_test(names_that_cannot_be_made),
		cmocka_unit_test(attributes_stay),
		cmocka_unit_test(errors_name_the_process),
		cmocka_unit_test(errors_hide_private_keys),
		cmocka_unit_test(errors_are_text),
		cmocka_unit_test(what_is_there_may_be_written),
		cmocka_unit_test(a_wallet_in_memory_can_be_unlocked),
		cmocka_unit_test(scopes_are_seen_by_ls),
		cmocka_unit_test(accounts_have_the_time_they_were_made_at),
		cmocka_unit_test(links_have_no_attributes),
	};
	return cmocka_run_group_tests(tests, boot, fixture_teardown);
}

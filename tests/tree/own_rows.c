/* The tree over the embedded chain: rows that are not the chain's own (defaults, wallet, new accounts, the
 * log), and what keeps renderings true. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/memory.h"
#include "core/chain/embedded/embedded.h"
#include "core/types/time.h"
#include "fs/tree/dentry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct world {
	struct signer *signer;
	struct wallet *wallet;
	struct chain *chain;
	struct tree *tree;
};

static const struct caller me = {.uid = 1000, .gid = 1000, .pid = 42};

static int setup(void **state)
{
	struct world *world = memory_allocate(1, sizeof *world);
	struct error error = {0};
	world->signer = signer_create();
	assert_int_equal(wallet_open(&world->wallet, NULL, true, world->signer, &error), 0);
	struct embedded_options chain = {.wallet = world->wallet, .signer = world->signer, .manual_clock = true};
	assert_int_equal(embedded_chain_create(&world->chain, &chain, &error), 0);
	struct tree_options options = {
		.chain = world->chain, .wallet = world->wallet, .mount_point = "/mnt", .owner = 1000, .group = 1000};
	assert_int_equal(tree_create(&world->tree, &options, &error), 0);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;
	tree_destroy(world->tree);
	chain_destroy(world->chain);
	wallet_close(world->wallet);
	signer_destroy(world->signer);
	free(world);
	return 0;
}

/* Every test's way in: what `echo text > path` and `cat path` do. */
static int put(struct world *world, const char *path, const char *text)
{
	struct dentry *dentry = NULL;
	struct handle *handle = NULL;
	int result = tree_walk(world->tree, &dentry, &me, path);
	assert_int_equal(result, 0);
	assert_int_equal(tree_open(world->tree, &handle, &me, dentry, O_WRONLY | O_TRUNC), 0);
	ssize_t count = handle_write(handle, &me, text, strlen(text), 0);
	result = count < 0 ? (int)count : handle_flush(handle, &me);
	handle_close(handle);
	tree_forget(world->tree, dentry, 1);
	return result;
}

static char *get(struct world *world, const char *path)
{
	static char out[65536];
	struct dentry *dentry = NULL;
	struct handle *handle = NULL;
	if (tree_walk(world->tree, &dentry, &me, path) != 0)
		fail_msg("%s is not there", path);
	assert_int_equal(tree_open(world->tree, &handle, &me, dentry, O_RDONLY), 0);
	ssize_t count = handle_read(handle, out, sizeof out - 1, 0);
	assert_true(count >= 0);
	out[count] = '\0';
	handle_close(handle);
	tree_forget(world->tree, dentry, 1);
	return out;
}

static void expect(struct world *world, const char *path, const char *expected)
{
	assert_string_equal(get(world, path), expected);
}

static void expect_error(struct world *world, const char *part)
{
	const char *errors = get(world, "errors");
	size_t length = strlen(errors);
	while (length > 1 && errors[length - 2] != '\n')
		length--;
	if (!strstr(errors + (length ? length - 1 : 0), part))
		fail_msg("errors ends with \"%s\", not with \"%s\"", errors + length - 1, part);
}

static bool is_there(struct world *world, const char *path)
{
	struct dentry *dentry = NULL;
	if (tree_walk(world->tree, &dentry, &me, path) < 0)
		return false;
	tree_forget(world->tree, dentry, 1);
	return true;
}

static int make(struct world *world, const char *folder_path, const char *name)
{
	struct dentry *folder = NULL, *made = NULL;
	assert_int_equal(tree_walk(world->tree, &folder, &me, folder_path), 0);
	int result = tree_make_folder(world->tree, &made, &me, folder, name);
	if (result == 0)
		tree_forget(world->tree, made, 1);
	tree_forget(world->tree, folder, 1);
	return result;
}

static void defaults_are_values(void **state)
{
	static const struct {
		const char *name, *first, *write, *then;
		int result;
	} vectors[] = {
		{"creator", "eosio\n", "eosio\n", "eosio\n", 0},
		{"creator", "eosio\n", "nobody\n", "eosio\n", -ENOENT},
		{"creator", "eosio\n", "Not*A\n", "eosio\n", -EINVAL},
		{"key", "new\n", "EOS8Znrtgwt8TfpmbVpTKvA2oB8Nqey625CLN8bCN3TEbgx86Dsvr",
	     "EOS8Znrtgwt8TfpmbVpTKvA2oB8Nqey625CLN8bCN3TEbgx86Dsvr\n", 0},
		{"key", "EOS8Znrtgwt8TfpmbVpTKvA2oB8Nqey625CLN8bCN3TEbgx86Dsvr\n", "new\n", "new\n", 0},
		{"key", "new\n", "EOSnokey\n", "new\n", -EINVAL},
		{"stake_net", "1.0000 SYS\n", "2 SYS\n", "2.0000 SYS\n", 0},
		{"stake_net", "2.0000 SYS\n", "-1.0000 SYS\n", "2.0000 SYS\n", -EINVAL},
		{"stake_cpu", "1.0000 SYS\n", "0.0000 SYS\n", "0.0000 SYS\n", 0},
		{"ram_bytes", "8192\n", "4096", "4096\n", 0},
		{"ram_bytes", "4096\n", "lots\n", "4096\n", -EINVAL},
		{"transfer", "0\n", "1\n", "1\n", 0},
		{"transfer", "1\n", "2\n", "1\n", -EINVAL},
		{"transfer", "1\n", "\n", "1\n", -EINVAL},
	};
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		char path[64];
		snprintf(path, sizeof path, "defaults/%s", vectors[i].name);
		expect(*state, path, vectors[i].first);
		assert_int_equal(put(*state, path, vectors[i].write), vectors[i].result);
		expect(*state, path, vectors[i].then);
		/* What it reads is what it accepts. */
		assert_int_equal(put(*state, path, vectors[i].then), 0);
	}
	expect(*state, "last_transaction", "");
}

static void accounts_are_made(void **state)
{
	struct world *world = *state;
	char key[KEY_TEXT_SIZE + 2], path[KEY_TEXT_SIZE + 32];
	assert_int_equal(make(world, "accounts", "alice"), 0);
	assert_true(is_there(world, "accounts/alice/info.json"));
	strcpy(key, get(world, "wallet/labels/alice"));
	key[strlen(key) - 1] = '\0';
	snprintf(path, sizeof path, "wallet/keys/%s", key);
	expect(world, path, "alice@active\nalice@owner\n");
	assert_int_equal(strlen(get(world, "last_transaction")), 65);
	assert_non_null(strstr(get(world, "log"), "executed transaction: "));
	assert_non_null(strstr(get(world, "log"), "#         eosio <= eosio::newaccount "));
	/* By the verb, with a key of one's own: none is made. */
	assert_int_equal(
		put(world, "create_account", "bob EOS8Znrtgwt8TfpmbVpTKvA2oB8Nqey625CLN8bCN3TEbgx86Dsvr\n"), 0);
	assert_true(is_there(world, "accounts/bob"));
	assert_false(is_there(world, "wallet/labels/bob"));
}

static void accounts_that_cannot_be_made(void **state)
{
	static const struct {
		const char *line, *part;
		int result;
	} vectors[] = {
		{"eosio\n",
	     "account_name_exists_exception: Cannot create account named eosio, as that name is already taken",
	     -EEXIST},
		{"carol --creator nobody\n", "nobody", -ENOENT},
		{"carol --stake-net \"1.0000 SYS\"\n", "--stake-net needs the system contract", -EINVAL},
		{"carol --stake-nett 1\n", "\"--stake-nett\" is no option here", -EINVAL},
		{"carol EOSnokey\n", "EOSnokey", -EINVAL},
		{"carol EOS8Znrtgwt8TfpmbVpTKvA2oB8Nqey625CLN8bCN3TEbgx86Dsvr "
	     "EOS8Znrtgwt8TfpmbVpTKvA2oB8Nqey625CLN8bCN3TEbgx86Dsvr more\n",
	     "\"more\" is one word too many", -EINVAL},
		{"accountnum111\n", "accountnum111", -EINVAL},
		{"--transfer\n", "the new account's name is missing", -EINVAL},
	};
	struct world *world = *state;
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		int result = put(world, "create_account", vectors[i].line);
		if (result != vectors[i].result)
			fail_msg("%s: %d, not %d: %s", vectors[i].line, result, vectors[i].result, get(world, "errors"));
		expect_error(world, vectors[i].part);
	}
	assert_int_equal(make(world, "accounts", "eosio"), -EEXIST);
	assert_int_equal(make(world, "accounts", "accountnum111"), -EINVAL);
	assert_false(is_there(world, "accounts/carol"));
	/* No key of an account that is not there stays behind. */
	assert_false(is_there(world, "wallet/labels/carol"));
	expect(world, "last_transaction", "");
}

static void the_wallet_locks(void **state)
{
	struct world *world = *state;
	struct dentry *dentry = NULL;
	struct folder *folder = NULL;
	const char *name = NULL;
	mode_t type;
	ino_t inode;
	expect(world, "wallet/state", "unlocked\n");
	assert_int_equal(put(world, "wallet/state", "unlocked\n"), 0);
	assert_int_equal(put(world, "wallet/state", "perhaps\n"), -EINVAL);
	expect_error(world, "\"perhaps\" is not understood; it may be unlock, lock, locked or unlocked");
	assert_int_equal(put(world, "wallet/state", "lock\n"), 0);
	expect(world, "wallet/state", "locked\n");
	assert_int_equal(put(world, "wallet/state", "locked\n"), 0);
	assert_int_equal(put(world, "wallet/state", "unlocked\n"), -EINVAL);
	assert_int_equal(put(world, "wallet/state", "unlock wrong\n"), -EACCES);
	assert_int_equal(make(world, "accounts", "alice"), -EPERM);
	expect_error(world, "3120003 wallet_locked_exception");
	assert_int_equal(put(world, "wallet/new_key", "label\n"), -EPERM);
	assert_int_equal(tree_walk(world->tree, &dentry, &me, "wallet/keys"), 0);
	assert_int_equal(tree_open_folder(world->tree, &folder, &me, dentry), 0);
	assert_int_equal(folder_entry(folder, &name, &type, &inode, NULL, 2), -EPERM);
	folder_close(folder);
	tree_forget(world->tree, dentry, 1);
}

static void keys_come_in_and_never_out(void **state)
{
	static const char wif[] = "5K7EYY3j1YY14TSFVfqgtbWbrw3FA8BUUnSyFGgwHi8Uy61wU1o";
	struct world *world = *state;
	struct text line = TEXT_EMPTY;
	text_printf(&line, "%s\n", wif);
	assert_int_equal(put(world, "wallet/import", text_string(&line)), 0);
	expect(world, "wallet/keys/EOS8mUftJXepGzdQ2TaCduNuSPAfXJHf22uex4u41ab1EVv9EAhWt", "");
	assert_int_equal(put(world, "wallet/import", text_string(&line)), -EEXIST);
	text_clear(&line);
	text_printf(&line, "%s %s\n", wif, wif);
	assert_int_equal(put(world, "wallet/import", text_string(&line)), -EINVAL);
	assert_int_equal(put(world, "wallet/import", "5K7EYY3j1YY14TSFVfqgtbWbrw3FA8BUUnSyFGgwHi8Uy61wU1x\n"),
	                 -EINVAL);
	assert_null(strstr(get(world, "errors"), "5K7EYY3j"));
	assert_null(strstr(get(world, "wallet/import"), "5K7EYY3j"));
	assert_int_equal(put(world, "wallet/new_key", "mine\n"), 0);
	assert_int_equal(strncmp(get(world, "wallet/labels/mine"), "EOS", 3), 0);
	assert_int_equal(put(world, "wallet/new_key", "mine\n"), -EEXIST);
	assert_int_equal(put(world, "wallet/new_key", "../etc\n"), -EINVAL);
	text_release(&line);
}

/* What the clock reads is accepted, ahead, behind and while production pauses; `now` ends an offset. */
static void the_clock_comes_back(void **state)
{
	struct world *world = *state;
	char *text;
	assert_int_equal(put(world, "chain/clock", "+100s\n"), 0);
	assert_int_equal(put(world, "chain/clock", "now\n"), 0);
	text = get(world, "chain/clock");
	assert_non_null(strstr(text, " s ahead of real time (production pauses for "));
	assert_int_equal(put(world, "chain/clock", text), 0);
	assert_int_equal(put(world, "chain/clock", "2018-07-01T00:00:00.000, 3.5 s behind real time\n"), 0);
	assert_int_equal(put(world, "chain/clock", "now then\n"), -EINVAL);
}

/* Times and blocks of files, and renderings that change with the chain and with nothing else. */
static void files_tell_their_block(void **state)
{
	struct world *world = *state;
	struct dentry *dentry = NULL;
	struct stat before, after;
	char first[16] = "", block[16] = "";
	assert_int_equal(put(world, "chain/clock", "+5s\n"), 0);
	assert_int_equal(make(world, "accounts", "alice"), 0);
	assert_int_equal(tree_walk(world->tree, &dentry, &me, "accounts/alice/info.json"), 0);
	assert_int_equal(tree_stat(world->tree, &before, &me, dentry), 0);
	assert_true(tree_get_attribute(world->tree, first, sizeof first, &me, dentry, "user.eosiofs.block") > 0);
	assert_int_equal(put(world, "chain/clock", "+10s\n"), 0);
	assert_int_equal(tree_stat(world->tree, &after, &me, dentry), 0);
	assert_true(tree_get_attribute(world->tree, block, sizeof block, &me, dentry, "user.eosiofs.block") > 0);
	/* Twenty blocks later it shows the same, written by the same block. */
	assert_int_equal(atoi(block) - atoi(first), 20);
	assert_int_equal(before.st_mtim.tv_sec, after.st_mtim.tv_sec);
	assert_int_equal(before.st_size, after.st_size);
	tree_forget(world->tree, dentry, 1);
}

/* tar takes a folder whose time goes on while it reads what is in it for one that changed. */
static void an_open_folder_keeps_its_time(void **state)
{
	struct world *world = *state;
	struct dentry *dentry = NULL;
	struct folder *folder = NULL;
	struct stat before, after;
	assert_int_equal(tree_walk(world->tree, &dentry, &me, "nodes/eosio"), 0);
	assert_int_equal(tree_open_folder(world->tree, &folder, &me, dentry), 0);
	assert_int_equal(tree_stat(world->tree, &before, &me, dentry), 0);
	assert_int_equal(put(world, "chain/clock", "+5s\n"), 0);
	assert_int_equal(tree_stat(world->tree, &after, &me, dentry), 0);
	assert_int_equal(after.st_mtim.tv_sec, before.st_mtim.tv_sec);
	folder_close(folder);
	assert_int_equal(tree_stat(world->tree, &after, &me, dentry), 0);
	assert_true(after.st_mtim.tv_sec > before.st_mtim.tv_sec);
	tree_forget(world->tree, dentry, 1);
}

static void reads_see_writes_at_once(void **state)
{
	struct world *world = *state;
	struct dentry *dentry = NULL;
	struct stat status;
	assert_int_equal(tree_walk(world->tree, &dentry, &me, "accounts/eosio/ram_usage"), 0);
	for (int i = 0; i < 5; i++) {
		char name[32], before_id[80];
		assert_int_equal(tree_stat(world->tree, &status, &me, dentry), 0);
		strcpy(before_id, get(world, "last_transaction"));
		snprintf(name, sizeof name, "acct%d", i + 1);
		assert_int_equal(make(world, "accounts", name), 0);
		assert_string_not_equal(get(world, "last_transaction"), before_id);
		assert_int_equal(tree_stat(world->tree, &status, &me, dentry), 0);
		assert_int_equal(strlen(get(world, "accounts/eosio/ram_usage")), status.st_size);
	}
	tree_forget(world->tree, dentry, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(defaults_are_values, setup, teardown),
		cmocka_unit_test_setup_teardown(the_clock_comes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(accounts_are_made, setup, teardown),
		cmocka_unit_test_setup_teardown(accounts_that_cannot_be_made, setup, teardown),
		cmocka_unit_test_setup_teardown(the_wallet_locks, setup, teardown),
		cmocka_unit_test_setup_teardown(keys_come_in_and_never_out, setup, teardown),
		cmocka_unit_test_setup_teardown(files_tell_their_block, setup, teardown),
		cmocka_unit_test_setup_teardown(an_open_folder_keeps_its_time, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_see_writes_at_once, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

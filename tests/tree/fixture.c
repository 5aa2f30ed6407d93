/* The chain and the tree that fixture.h tells of. */
#include "tests/tree/fixture.h"

struct fixture fixture;

int fixture_setup(void **state)
{
	struct error error = {0};
	struct private_key key;
	struct embedded_options options = {.manual_clock = true};
	(void)state;
	fixture.signer = signer_create();
	assert_int_equal(wallet_open(&fixture.wallet, NULL, false, fixture.signer, &error), 0);
	assert_int_equal(private_key_parse(&key, GENESIS_PRIVATE_KEY, &error), 0);
	assert_int_equal(wallet_import(fixture.wallet, NULL, &key, &error), 0);
	options.wallet = fixture.wallet;
	options.signer = fixture.signer;
	if (embedded_chain_create(&fixture.chain, &options, &error) < 0)
		fail_msg("%s", error.sentence);
	fixture.caller = (struct caller){.uid = getuid(), .gid = getgid(), .pid = getpid()};
	struct boot_environment boot = {
		.chain = fixture.chain, .wallet = fixture.wallet, .signer = fixture.signer};
	assert_int_equal(boot_create(&fixture.boot, &boot, &error), 0);
	struct tree_options tree = {.chain = fixture.chain,
	                            .wallet = fixture.wallet,
	                            .boot = fixture.boot,
	                            .mount_point = FIXTURE_MOUNT_POINT,
	                            .owner = getuid(),
	                            .group = getgid()};
	assert_int_equal(tree_create(&fixture.tree, &tree, &error), 0);
	return 0;
}

int fixture_teardown(void **state)
{
	(void)state;
	tree_destroy(fixture.tree);
	boot_destroy(fixture.boot);
	chain_destroy(fixture.chain);
	wallet_close(fixture.wallet);
	signer_destroy(fixture.signer);
	text_release(&fixture.contents);
	return 0;
}

int fixture_try_read(const char *path)
{
	struct dentry *dentry = NULL;
	struct handle *handle = NULL;
	char piece[4096];
	ssize_t count = 0;
	text_clear(&fixture.contents);
	int result = tree_walk(fixture.tree, &dentry, &fixture.caller, path);
	if (result == 0)
		result = tree_open(fixture.tree, &handle, &fixture.caller, dentry, O_RDONLY);
	while (result == 0 &&
	       (count = handle_read(handle, piece, sizeof piece, (off_t)fixture.contents.length)) > 0)
		text_append_bytes(&fixture.contents, piece, (size_t)count);
	handle_close(handle);
	if (dentry)
		tree_forget(fixture.tree, dentry, 1);
	return result ? result : (int)count;
}

const char *fixture_read(const char *path)
{
	int result = fixture_try_read(path);
	if (result < 0)
		fail_msg("reading %s: %s", path, strerror(-result));
	return text_string(&fixture.contents);
}

const char *fixture_last_line(const char *path)
{
	struct text *contents = &fixture.contents;
	fixture_read(path);
	while (contents->length && contents->data[contents->length - 1] == '\n')
		contents->data[--contents->length] = '\0';
	const char *newline = contents->length ? strrchr(contents->data, '\n') : NULL;
	return newline ? newline + 1 : text_string(contents);
}

int fixture_try_write_flags(const char *path, const char *data, size_t length, int flags, bool by_line)
{
	struct dentry *dentry = NULL;
	struct handle *handle = NULL;
	char folder[512];
	const char *slash = strrchr(path, '/');
	int result = tree_walk(fixture.tree, &dentry, &fixture.caller, path);
	if (result == -ENOENT && slash) {
		struct dentry *parent = NULL;
		snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
		result = tree_walk(fixture.tree, &parent, &fixture.caller, folder);
		if (result == 0)
			result = tree_create_file(fixture.tree, &dentry, &handle, &fixture.caller, parent, slash + 1,
			                          0644, O_WRONLY | flags);
		if (parent)
			tree_forget(fixture.tree, parent, 1);
	} else if (result == 0) {
		result = tree_open(fixture.tree, &handle, &fixture.caller, dentry, O_WRONLY | flags);
	}
	if (result == 0)
		result = handle_flush(handle, &fixture.caller);
	for (size_t at = 0; result == 0 && at < length;) {
		const char *newline = by_line ? memchr(data + at, '\n', length - at) : NULL;
		size_t size = newline ? (size_t)(newline - data) + 1 - at : length - at;
		ssize_t count = handle_write(handle, &fixture.caller, data + at, size, (off_t)at);
		result = count < 0 ? (int)count : 0;
		at += count > 0 ? (size_t)count : 0;
	}
	if (handle) {
		int flushed = handle_flush(handle, &fixture.caller);
		result = result ? result : flushed;
	}
	handle_close(handle);
	if (dentry)
		tree_forget(fixture.tree, dentry, 1);
	return result;
}

int fixture_try_write(const char *path, const char *text)
{
	return fixture_try_write_flags(path, text, strlen(text), O_TRUNC, true);
}

void fixture_write(const char *path, const char *text)
{
	if (fixture_try_write(path, text) < 0)
		fail_msg("%s < %s: %s", path, text, fixture_last_line("errors"));
}

void fixture_append(const char *path, const char *text)
{
	if (fixture_try_write_flags(path, text, strlen(text), O_APPEND, true) < 0)
		fail_msg("%s << %s: %s", path, text, fixture_last_line("errors"));
}

int fixture_try_mkdir(const char *folder, const char *name)
{
	struct dentry *parent = NULL, *made = NULL;
	int result = tree_walk(fixture.tree, &parent, &fixture.caller, folder);
	if (result == 0)
		result = tree_make_folder(fixture.tree, &made, &fixture.caller, parent, name);
	if (made)
		tree_forget(fixture.tree, made, 1);
	if (parent)
		tree_forget(fixture.tree, parent, 1);
	return result;
}

void fixture_mkdir(const char *folder, const char *name)
{
	if (fixture_try_mkdir(folder, name) < 0)
		fail_msg("mkdir %s/%s: %s", folder, name, fixture_last_line("errors"));
}

const char *fixture_list(const char *path)
{
	struct dentry *dentry = NULL;
	struct folder *folder = NULL;
	const char *name = NULL;
	mode_t type = 0;
	ino_t inode = 0;
	text_clear(&fixture.contents);
	if (tree_walk(fixture.tree, &dentry, &fixture.caller, path) < 0 ||
	    tree_open_folder(fixture.tree, &folder, &fixture.caller, dentry) < 0)
		fail_msg("no folder %s", path);
	for (uint64_t i = 2; folder_entry(folder, &name, &type, &inode, NULL, i) > 0; i++)
		text_printf(&fixture.contents, "%s ", name);
	folder_close(folder);
	tree_forget(fixture.tree, dentry, 1);
	return text_string(&fixture.contents);
}

const char *fixture_link(const char *path)
{
	struct dentry *dentry = NULL;
	char target[512] = "";
	text_clear(&fixture.contents);
	assert_int_equal(tree_walk(fixture.tree, &dentry, &fixture.caller, path), 0);
	assert_int_equal(tree_readlink(fixture.tree, target, sizeof target, &fixture.caller, dentry), 0);
	tree_forget(fixture.tree, dentry, 1);
	text_append(&fixture.contents, target);
	return text_string(&fixture.contents);
}

bool fixture_exists(const char *path)
{
	struct dentry *dentry = NULL;
	if (tree_walk(fixture.tree, &dentry, &fixture.caller, path) < 0)
		return false;
	tree_forget(fixture.tree, dentry, 1);
	return true;
}

void fixture_write_in_vain(const char *path, const char *text)
{
	char *before = memory_copy_string(fixture_read("last_transaction"));
	fixture_write(path, text);
	if (strcmp(before, fixture_read("last_transaction")) != 0)
		fail_msg("%s < %s sent something: %s", path, text, fixture_last_line("log"));
	free(before);
}

void fixture_round_trip(const char *path)
{
	char *contents = memory_copy_string(fixture_read(path));
	fixture_write_in_vain(path, contents);
	fixture_expect(path, contents);
	free(contents);
}

void fixture_advance(int64_t seconds, bool skip)
{
	struct error error = {0};
	if (fixture.chain->operations->clock_advance(fixture.chain, seconds * 1000000, skip, NULL, &error) < 0)
		fail_msg("%s", error.sentence);
}

void fixture_boot(void)
{
	static const char *const system_accounts[] = {"bpay", "msig",   "names", "ram",   "ramfee",
	                                              "rex",  "saving", "stake", "token", "vpay"};
	char name[32], feature[256];
	for (size_t i = 0; i < sizeof system_accounts / sizeof *system_accounts; i++) {
		snprintf(name, sizeof name, "eosio.%s", system_accounts[i]);
		fixture_mkdir("accounts", name);
	}
	fixture_write("accounts/eosio.token/contract/install", "eosio.token\n");
	fixture_write("accounts/eosio.token/actions/create", "[\"eosio\", \"10000000000.0000 SYS\"]\n");
	fixture_write("accounts/eosio.token/actions/issue",
	              "[\"eosio\", \"1000000000.0000 SYS\", \"\"] -p eosio\n");
	fixture_write("chain/features", "PREACTIVATE_FEATURE\n");
	fixture_write("accounts/eosio/contract/install", "eosio.boot\n");
	for (const char *line; (line = strstr(fixture_read("chain/features"), "inactive"));) {
		assert_int_equal(sscanf(line, "inactive %*s %255s", feature), 1);
		fixture_write("chain/features", feature);
		fixture_advance(1, false);
	}
	fixture_write("accounts/eosio/contract/install", "eosio.system\n");
	fixture_write("accounts/eosio/actions/init", "[0, \"4,SYS\"]\n");
}

void fixture_account(const char *name, const char *stake)
{
	char line[256];
	snprintf(line, sizeof line, "%s --transfer --stake-net '%s' --stake-cpu '%s' --buy-ram-kbytes 64\n", name,
	         stake, stake);
	fixture_write("create_account", line);
	snprintf(line, sizeof line, "%s 1000.0000 SYS\n", name);
	fixture_write("accounts/eosio/transfer", line);
}

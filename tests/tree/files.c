/* Reading files: renderings, sizes, rights, attributes, growing files. */
#include "tests/tree/rig.h"

static off_t size_of(struct tree *tree, const char *path)
{
	struct dentry *dentry = rig_walk(tree, path);
	struct stat status;
	assert_int_equal(tree_stat(tree, &status, &rig_owner, dentry), 0);
	tree_forget(tree, dentry, 1);
	return status.st_size;
}

static void show(const char *contents)
{
	text_clear(&rig.contents);
	text_append(&rig.contents, contents);
}

static void a_read_is_one_rendering(void **state)
{
	struct handle *handle = rig_open(*state, "live", O_RDONLY);
	char out[32];
	show("something else\n");
	assert_int_equal(handle_read(handle, out, 4, 0), 4);
	assert_int_equal(handle_read(handle, out + 4, sizeof out - 4, 4), 5);
	assert_memory_equal(out, "contents\n", 9);
	assert_int_equal(handle_read(handle, out, sizeof out, 9), 0);
	assert_int_equal(handle_read(handle, out, sizeof out, 900), 0);
	/* While it is open, stat reports the newest opener's rendering. */
	assert_int_equal(size_of(*state, "live"), 9);
	struct handle *newer = rig_open(*state, "live", O_RDONLY);
	assert_int_equal(size_of(*state, "live"), 15);
	handle_close(newer);
	assert_int_equal(size_of(*state, "live"), 9);
	handle_close(handle);
	assert_int_equal(size_of(*state, "live"), 15);
}

static void an_open_takes_the_stats_rendering(void **state)
{
	struct dentry *dentry = rig_walk(*state, "live");
	struct stat status;
	assert_int_equal(tree_stat(*state, &status, &rig_owner, dentry), 0);
	show("longer than before\n");
	char *read = rig_read(*state, "live");
	assert_string_equal(read, "contents\n");
	free(read);
	/* But never after a write of this mount. */
	assert_int_equal(rig_write(*state, "value", O_TRUNC, "1\n", NULL), 0);
	read = rig_read(*state, "live");
	assert_string_equal(read, "longer than before\n");
	free(read);
	tree_forget(*state, dentry, 1);
}

static void nothing_is_rendered_twice(void **state)
{
	struct dentry *dentry = rig_walk(*state, "plain");
	for (int i = 0; i < 5; i++)
		free(rig_read(*state, "plain"));
	assert_int_equal(size_of(*state, "plain"), 9);
	assert_int_equal(rig.reads, 1);
	assert_int_equal(rig_write(*state, "verb", O_TRUNC, "go\n", NULL), 0);
	free(rig_read(*state, "plain"));
	assert_int_equal(rig.reads, 2);
	tree_forget(*state, dentry, 1);
}

static void a_verb_shows_how_to_write_it(void **state)
{
	char *read = rig_read(*state, "verb");
	assert_string_equal(read, "# acts\n# usage: echo 'WORD' > verb\n");
	assert_int_equal(rig_write(*state, "verb", O_TRUNC, read, NULL), 0);
	rig_expect_calls("");
	free(read);
}

static void captures_reach_handlers(void **state)
{
	char *read = rig_read(*state, "trees/oak/leaves/eosio.txt");
	assert_string_equal(read, "oak/eosio 6138663577826885632\n");
	free(read);
	read = rig_read(*state, "trees/elm/leaves/NO.txt");
	assert_string_equal(read, "elm/NO 0\n");
	free(read);
}

static void what_is_not_there(void **state)
{
	static const char *const paths[] = {"nothing", "trees/beech", "trees/beech/votes",
	                                    "trees/oak/leaves/x.doc", "trees/oak/papers/other.json"};
	struct dentry *dentry = NULL;
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(tree_walk(*state, &dentry, &rig_owner, paths[i]), -ENOENT);
	assert_int_equal(tree_walk(*state, &dentry, &rig_owner, "plain/x"), -ENOTDIR);
	char *errors = rig_read(*state, "errors");
	assert_string_equal(errors, "");
	free(errors);
}

static void nodes_are_one_a_path(void **state)
{
	struct tree *tree = *state;
	struct dentry *a = rig_walk(tree, "trees/oak/votes"), *b = rig_walk(tree, "/trees//oak/votes");
	size_t count = tree->dentries_count;
	assert_ptr_equal(a, b);
	assert_string_equal(dentry_path(a), "trees/oak/votes");
	tree_forget(tree, a, 2);
	assert_int_equal(tree->dentries_count, count - 3);
	assert_int_equal(tree->kept_bytes, 0);
}

static void rights(void **state)
{
	struct tree *tree = *state;
	static const struct {
		const char *path;
		int flags;
		int owner, other;
	} vectors[] = {
		{"plain", O_RDONLY, 0, 0},        {"plain", O_WRONLY, -EACCES, -EACCES},
		{"value", O_RDONLY, 0, 0},        {"value", O_WRONLY, 0, -EACCES},
		{"value", O_RDWR, 0, -EACCES},    {"secret", O_RDONLY, 0, -EACCES},
		{"secret", O_WRONLY, 0, -EACCES}, {"trees", O_RDONLY, -EISDIR, -EISDIR},
	};
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		struct dentry *dentry = rig_walk(tree, vectors[i].path);
		struct handle *handle = NULL;
		assert_int_equal(tree_open(tree, &handle, &rig_owner, dentry, vectors[i].flags), vectors[i].owner);
		handle_close(handle);
		assert_int_equal(tree_open(tree, &handle, &rig_other, dentry, vectors[i].flags), vectors[i].other);
		handle_close(handle);
		tree_forget(tree, dentry, 1);
	}
	struct dentry *dentry = rig_walk(tree, "secret");
	struct stat status;
	assert_int_equal(tree_stat(tree, &status, &rig_owner, dentry), 0);
	assert_int_equal(status.st_mode, S_IFREG | 0600);
	assert_int_equal(tree_access(tree, &rig_owner, dentry, R_OK | W_OK), 0);
	assert_int_equal(tree_access(tree, &rig_other, dentry, R_OK), -EACCES);
	/* touch, chmod and chown succeed and change nothing. */
	struct stat wanted = {.st_mode = 0777};
	assert_int_equal(tree_set_attributes(tree, &rig_owner, dentry, &wanted, true, true), 0);
	assert_int_equal(tree_stat(tree, &status, &rig_owner, dentry), 0);
	assert_int_equal(status.st_mode, S_IFREG | 0600);
	tree_forget(tree, dentry, 1);
}

/* A file's attribute, into out; "" where there is none. */
static const char *attribute(struct tree *tree, char out[static 512], const struct caller *caller,
                             const char *path, const char *name)
{
	struct dentry *dentry = rig_walk(tree, path);
	ssize_t length = tree_get_attribute(tree, out, 511, caller, dentry, name);
	assert_true(length > 0 || length == -ENODATA);
	out[length > 0 ? length : 0] = '\0';
	tree_forget(tree, dentry, 1);
	return out;
}

static void attributes(void **state)
{
	struct dentry *dentry = rig_walk(*state, "plain");
	static const char names[] = "user.eosiofs.help\0user.mime_type";
	char out[64] = "";
	assert_int_equal(tree_get_attribute(*state, NULL, 0, &rig_owner, dentry, "user.eosiofs.help"), 15);
	assert_int_equal(tree_get_attribute(*state, out, 3, &rig_owner, dentry, "user.eosiofs.help"), -ERANGE);
	assert_int_equal(tree_get_attribute(*state, out, sizeof out, &rig_owner, dentry, "user.eosiofs.help"),
	                 15);
	assert_memory_equal(out, "shows something", 15);
	assert_int_equal(tree_get_attribute(*state, out, sizeof out, &rig_owner, dentry, "security.selinux"),
	                 -EOPNOTSUPP);
	assert_int_equal(tree_list_attributes(*state, NULL, 0, &rig_owner, dentry), sizeof names);
	assert_int_equal(tree_list_attributes(*state, out, 8, &rig_owner, dentry), -ERANGE);
	assert_int_equal(tree_list_attributes(*state, out, sizeof out, &rig_owner, dentry), sizeof names);
	assert_memory_equal(out, names, sizeof names);
	tree_forget(*state, dentry, 1);
}

static void help_tells_how_to_write(void **state)
{
	static const char *const help[][2] = {
		{"plain", "shows something"},
		{"verb", "acts; write: echo 'WORD' > verb"},
		{"value", "one line; write: one line, as it reads"},
		{"trees/oak/votes", "votes; write: one a line, as it reads; > sets, >> adds"},
		{"document", "JSON; write: JSON, as it reads"},
		{"bytes", "anything; write: the whole of it"},
		{"trees/oak", "a tree"},
	};
	char out[512];
	for (size_t i = 0; i < sizeof help / sizeof *help; i++)
		assert_string_equal(attribute(*state, out, &rig_other, help[i][0], "user.eosiofs.help"), help[i][1]);
}

static void types_are_told_by_the_row(void **state)
{
	char out[512];
	assert_string_equal(attribute(*state, out, NULL, "trees", "user.mime_type"), "inode/directory");
	assert_string_equal(attribute(*state, out, NULL, "trees/oak/papers/root.json", "user.mime_type"),
	                    "application/json");
	assert_string_equal(attribute(*state, out, NULL, "trees/oak/leaves/a.json.txt", "user.mime_type"),
	                    "text/plain");
	assert_string_equal(attribute(*state, out, NULL, "errors", "user.mime_type"), "text/plain");
}

static void the_last_failure_of_a_file_is_its_attribute(void **state)
{
	struct tree *tree = *state;
	char out[512];
	assert_string_equal(attribute(tree, out, &rig_owner, "verb", "user.eosiofs.error"), "");
	assert_int_equal(rig_write(tree, "verb", O_TRUNC, "bad one\n", NULL), -ECANCELED);
	assert_int_equal(rig_write(tree, "verb", O_TRUNC, "bad two\n", NULL), -ECANCELED);
	assert_int_equal(rig_write(tree, "value", O_TRUNC, "bad three\n", NULL), -ECANCELED);
	assert_string_equal(attribute(tree, out, &rig_owner, "verb", "user.eosiofs.error"),
	                    "ECANCELED: assertion failure with message: bad two");
	assert_string_equal(attribute(tree, out, &rig_other, "verb", "user.eosiofs.error"), "");
	assert_string_equal(attribute(tree, out, &rig_owner, "list", "user.eosiofs.error"), "");
	assert_int_equal(tree_remove(tree, &rig_owner, tree_root(tree), "list"), -EPERM);
	assert_string_equal(attribute(tree, out, &rig_owner, "list", "user.eosiofs.error"), "");
	/* As long as errors shows it, also after the older half of what it kept went. */
	char line[2000];
	memset(line, 'x', sizeof line);
	memcpy(line, "bad ", 4);
	strcpy(line + sizeof line - 2, "\n");
	for (unsigned i = 0; i < 700; i++)
		assert_int_equal(rig_write(tree, "list", O_TRUNC, line, NULL), -ECANCELED);
	assert_int_equal(rig_write(tree, "value", O_TRUNC, "bad\n", NULL), -ECANCELED);
	assert_string_equal(attribute(tree, out, &rig_owner, "value", "user.eosiofs.error"),
	                    "ECANCELED: assertion failure with message: bad");
	assert_string_equal(attribute(tree, out, &rig_owner, "verb", "user.eosiofs.error"), "");
}

static void fail_once(struct tree *tree, unsigned number)
{
	char line[32];
	snprintf(line, sizeof line, "bad %u\n", number);
	assert_int_equal(rig_write(tree, "verb", O_TRUNC, line, NULL), -ECANCELED);
}

static void errors_show_the_last_hundred_and_grow(void **state)
{
	struct tree *tree = *state;
	char out[4096];
	for (unsigned i = 0; i < 120; i++)
		fail_once(tree, i);
	char *errors = rig_read(tree, "errors");
	unsigned lines = 0;
	for (char *at = errors; *at; at++)
		lines += *at == '\n';
	assert_int_equal(lines, 100);
	assert_non_null(strstr(errors, "bad 20\n"));
	assert_null(strstr(errors, "bad 19\n"));
	assert_int_equal(size_of(tree, "errors"), strlen(errors));
	/* As tail -f reads: to the end, where it is never blocked, and on when there is more. */
	struct handle *tail = rig_open(tree, "errors", O_RDONLY);
	off_t end = (off_t)strlen(errors);
	assert_int_equal(handle_read(tail, out, sizeof out, end), 0);
	fail_once(tree, 120);
	off_t grown = size_of(tree, "errors");
	assert_true(grown > end);
	assert_int_equal(handle_read(tail, out, sizeof out, end), grown - end);
	assert_non_null(memmem(out, (size_t)(grown - end), "bad 120\n", 8));
	handle_close(tail);
	free(errors);
	errors = rig_read(tree, "errors");
	assert_null(strstr(errors, "bad 20\n"));
	free(errors);
}

/* A mount may end while files are open: what they hold (a private key half written) must not outlive the
 * tree. The sanitizers see what does. */
static void what_is_open_ends_with_the_tree(void **state)
{
	struct tree *tree = *state;
	struct folder *folder = NULL;
	struct handle *half_written = rig_open(tree, "verb", O_WRONLY), *read = rig_open(tree, "live", O_RDONLY);
	assert_int_equal(handle_write(half_written, &rig_owner, "'unfinished", 11, 0), 11);
	assert_int_equal(handle_read(read, (char[4]){0}, 4, 0), 4);
	assert_int_equal(tree_open_folder(tree, &folder, &rig_owner, tree_root(tree)), 0);
	struct handle *closed = rig_open(tree, "plain", O_RDONLY);
	handle_close(closed);
	rig_expect_calls("");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_read_is_one_rendering, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(what_is_open_ends_with_the_tree, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(an_open_takes_the_stats_rendering, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(nothing_is_rendered_twice, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(a_verb_shows_how_to_write_it, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(captures_reach_handlers, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(what_is_not_there, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(nodes_are_one_a_path, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(rights, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(attributes, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(help_tells_how_to_write, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(types_are_told_by_the_row, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(the_last_failure_of_a_file_is_its_attribute, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(errors_show_the_last_hundred_and_grow, rig_setup, rig_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

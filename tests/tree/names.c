/* Names: listing folders, making and removing, scratch files, renaming, what is refused and with which
 * sentence. */
#include "tests/tree/rig.h"

static char *list(struct tree *tree, const char *path)
{
	struct dentry *dentry = rig_walk(tree, path);
	struct folder *folder = NULL;
	struct text out = TEXT_EMPTY;
	const char *name = NULL;
	mode_t type = 0;
	ino_t inode = 0;
	assert_int_equal(tree_open_folder(tree, &folder, &rig_owner, dentry), 0);
	for (uint64_t i = 0; folder_entry(folder, &name, &type, &inode, NULL, i) > 0; i++)
		text_printf(&out, "%s%s ", name, S_ISDIR(type) ? "/" : "");
	folder_close(folder);
	tree_forget(tree, dentry, 1);
	return text_take(&out);
}

static void expect_list(struct tree *tree, const char *path, const char *expected)
{
	char *names = list(tree, path);
	assert_string_equal(names, expected);
	free(names);
}

static void folders_list(void **state)
{
	expect_list(*state, "",
	            "./ ../ log errors plain live verb memo value list emptied emptied_value kept document bytes "
	            "secret trees/ many/ ");
	expect_list(*state, "trees", "./ ../ elm/ oak/ ");
	expect_list(*state, "trees/oak", "./ ../ votes leaves/ papers/ ");
	expect_list(*state, "many", "./ ../ ");
}

static bool always(void *context)
{
	(void)context;
	return true;
}

/* Whoever gives up while a page is listed gets no end of the folder, and the next call goes on. */
static void listing_is_interrupted(void **state)
{
	const struct interruption given_up = {.happened = always};
	struct tree *tree = *state;
	struct dentry *dentry = rig_walk(tree, "many");
	struct folder *folder = NULL;
	const char *name = NULL;
	mode_t type = 0;
	ino_t inode = 0;
	rig.names = 2000;
	assert_int_equal(tree_open_folder(tree, &folder, &rig_owner, dentry), 0);
	assert_int_equal(folder_entry(folder, &name, &type, &inode, &given_up, 2), -EINTR);
	assert_int_equal(folder_entry(folder, &name, &type, &inode, NULL, 2), 1);
	assert_string_equal(name, "n00000000");
	assert_int_equal(folder_entry(folder, &name, &type, &inode, &given_up, 1002), -EINTR);
	assert_int_equal(folder_entry(folder, &name, &type, &inode, &given_up, 1002), -EINTR);
	assert_int_equal(folder_entry(folder, &name, &type, &inode, NULL, 1002), 1);
	assert_string_equal(name, "n00001000");
	folder_close(folder);
	tree_forget(tree, dentry, 1);
}

static void long_folders_list_in_pages(void **state)
{
	struct tree *tree = *state;
	struct dentry *dentry = rig_walk(tree, "many");
	struct folder *folder = NULL;
	const char *name = NULL;
	char expected[32];
	mode_t type = 0;
	ino_t inode = 0;
	rig.names = 5000;
	assert_int_equal(tree_open_folder(tree, &folder, &rig_owner, dentry), 0);
	for (uint64_t i = 0; i < 5000; i++) {
		assert_int_equal(folder_entry(folder, &name, &type, &inode, NULL, i + 2), 1);
		snprintf(expected, sizeof expected, "n%08u", (unsigned)i);
		assert_string_equal(name, expected);
		assert_int_equal(type, S_IFREG);
	}
	struct dentry *entry = rig_walk(tree, "many/n00004999");
	struct stat status;
	assert_int_equal(tree_stat(tree, &status, &rig_owner, entry), 0);
	assert_int_equal(status.st_ino, inode);
	assert_int_equal(folder_entry(folder, &name, &type, &inode, NULL, 5002), 0);
	/* Back to the beginning, and to places between. */
	assert_int_equal(folder_entry(folder, &name, &type, &inode, NULL, 2), 1);
	assert_string_equal(name, "n00000000");
	assert_int_equal(folder_entry(folder, &name, &type, &inode, NULL, 3002), 1);
	assert_string_equal(name, "n00003000");
	assert_int_equal(folder_entry(folder, &name, &type, &inode, NULL, 3001), 1);
	assert_string_equal(name, "n00002999");
	/* A whole number of pages ends, too. */
	rig.names = 1024;
	assert_int_equal(folder_entry(folder, &name, &type, &inode, NULL, 2), 1);
	assert_int_equal(folder_entry(folder, &name, &type, &inode, NULL, 1025), 1);
	assert_int_equal(folder_entry(folder, &name, &type, &inode, NULL, 1026), 0);
	folder_close(folder);
	tree_forget(tree, entry, 1);
	tree_forget(tree, dentry, 1);
}

static void mkdir_makes(void **state)
{
	struct tree *tree = *state;
	struct dentry *folder = rig_walk(tree, "trees"), *made = NULL;
	assert_int_equal(tree_make_folder(tree, &made, &rig_owner, folder, "ash"), 0);
	assert_string_equal(dentry_path(made), "trees/ash");
	tree_forget(tree, made, 1);
	assert_int_equal(tree_make_folder(tree, &made, &rig_owner, folder, "oak"), -EEXIST);
	assert_int_equal(tree_make_folder(tree, &made, &rig_owner, folder, "palm"), -EINVAL);
	rig_expect_error(tree, "trees/palm EINVAL: palms are no trees");
	assert_int_equal(tree_make_folder(tree, &made, &rig_other, folder, "yew"), -EACCES);
	assert_int_equal(tree_make_folder(tree, &made, &rig_owner, tree_root(tree), "tree"), -EPERM);
	rig_expect_error(tree, "tree EPERM: no such folder, did you mean \"trees\"");
	tree_forget(tree, folder, 1);
}

static void nothing_is_removed(void **state)
{
	struct tree *tree = *state;
	struct dentry *oak = rig_walk(tree, "trees/oak"), *trees = rig_walk(tree, "trees");
	assert_int_equal(tree_remove(tree, &rig_owner, oak, "votes"), -EPERM);
	rig_expect_error(tree, "trees/oak/votes EPERM: deleting destroys nothing here: write an empty line");
	assert_int_equal(tree_remove_folder(tree, &rig_owner, trees, "oak"), -EPERM);
	rig_expect_error(tree, "trees are felled with an axe");
	assert_int_equal(tree_remove_folder(tree, &rig_owner, trees, "beech"), -ENOENT);
	assert_int_equal(tree_remove(tree, &rig_owner, trees, "oak"), -EISDIR);
	assert_int_equal(tree_remove_folder(tree, &rig_owner, oak, "votes"), -ENOTDIR);
	assert_int_equal(tree_refuse(tree, &rig_owner, oak, "x", "a symbolic link"), -EPERM);
	rig_expect_error(tree, "trees/oak/x EPERM: a symbolic link cannot be made here");
	tree_forget(tree, oak, 1);
	tree_forget(tree, trees, 1);
}

static int create(struct tree *tree, const char *folder_path, const char *name, const char *contents)
{
	struct dentry *folder = rig_walk(tree, folder_path), *dentry = NULL;
	struct handle *handle = NULL;
	int result = tree_create_file(tree, &dentry, &handle, &rig_owner, folder, name, 0644,
	                              O_WRONLY | O_CREAT | O_TRUNC);
	if (result == 0) {
		ssize_t count = handle_write(handle, &rig_owner, contents, strlen(contents), 0);
		result = count < 0 ? (int)count : handle_flush(handle, &rig_owner);
		handle_close(handle);
		tree_forget(tree, dentry, 1);
	}
	tree_forget(tree, folder, 1);
	return result;
}

static void scratch_names_are_a_closed_list(void **state)
{
	static const char *const fine[] = {".votes.swp",      ".votes.swx",   "4913",
	                                   "votes~",          "#votes#",      ".#votes",
	                                   ".~lock.votes#",   "sedaB3xyZ",    ".goutputstream-A1B2C3",
	                                   ".votes.kate-swp", ".votes.Ab12yZ"};
	static const char *const refused[] = {"other~",          ".leaves.swp", "sedaB3xy", "sedaB3xyZZ", "4914",
	                                      ".votes.toolong7", "votes.bak",   ".votes.",  "~",          "##"};
	for (size_t i = 0; i < sizeof fine / sizeof *fine; i++)
		if (create(*state, "trees/oak", fine[i], "x") != 0)
			fail_msg("%s was refused", fine[i]);
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		if (create(*state, "trees/oak", refused[i], "x") != -ENOENT)
			fail_msg("%s was taken", refused[i]);
	/* No file that can be written stands in these. */
	assert_int_equal(create(*state, "trees", "4913", "x"), -ENOENT);
	assert_int_equal(create(*state, "trees/oak", "votse", "x"), -ENOENT);
	rig_expect_error(*state, "trees/oak/votse ENOENT: no such file, did you mean \"votes\"");
	rig_expect_calls("");
}

static void scratch_files_are_files(void **state)
{
	struct tree *tree = *state;
	assert_int_equal(create(tree, "trees/oak", "votes~", "hello"), 0);
	expect_list(tree, "trees/oak", "./ ../ votes leaves/ papers/ votes~ ");
	char *read = rig_read(tree, "trees/oak/votes~");
	assert_string_equal(read, "hello");
	free(read);
	struct dentry *dentry = rig_walk(tree, "trees/oak/votes~"), *folder = rig_walk(tree, "trees/oak");
	struct stat status, wanted = {.st_mode = 0640, .st_mtim = {.tv_sec = 1000}};
	assert_int_equal(tree_truncate(tree, &rig_owner, dentry, NULL, 2), 0);
	assert_int_equal(tree_set_attributes(tree, &rig_owner, dentry, &wanted, true, true), 0);
	assert_int_equal(tree_stat(tree, &status, &rig_owner, dentry), 0);
	assert_int_equal(status.st_size, 2);
	assert_int_equal(status.st_mode, S_IFREG | 0600);
	assert_int_equal(status.st_mtim.tv_sec, 1000);
	struct handle *handle = rig_open(tree, "trees/oak/votes~", O_WRONLY);
	assert_int_equal(handle_write(handle, &rig_owner, "x", 1, SCRATCH_SIZE_MAXIMUM), -EFBIG);
	handle_close(handle);
	assert_int_equal(tree_remove(tree, &rig_owner, folder, "votes~"), 0);
	expect_list(tree, "trees/oak", "./ ../ votes leaves/ papers/ ");
	tree_forget(tree, dentry, 1);
	assert_int_equal(tree->scratch_bytes, 0);
	/* What the kernel still knows at the end, there or removed, ends with the tree. */
	assert_int_equal(create(tree, "trees/oak", "votes~", "there"), 0);
	rig_walk(tree, "trees/oak/votes~");
	assert_int_equal(create(tree, "trees/oak", ".votes.swp", "removed"), 0);
	dentry = rig_walk(tree, "trees/oak/.votes.swp");
	assert_int_equal(tree_remove(tree, &rig_owner, folder, ".votes.swp"), 0);
	assert_int_equal(create(tree, "trees/oak", ".votes.swp", "another"), 0);
	assert_ptr_not_equal(rig_walk(tree, "trees/oak/.votes.swp"), dentry);
	expect_list(tree, "trees/oak", "./ ../ votes leaves/ papers/ votes~ .votes.swp ");
	tree_forget(tree, folder, 1);
}

static int rename_in(struct tree *tree, const char *path, const char *from, const char *to, unsigned flags)
{
	struct dentry *folder = rig_walk(tree, path);
	int result = tree_rename(tree, &rig_owner, folder, from, folder, to, flags);
	tree_forget(tree, folder, 1);
	return result;
}

static void a_rename_onto_a_file_writes_it(void **state)
{
	struct tree *tree = *state;
	assert_int_equal(create(tree, "trees/oak", "sedAAAAAA", "a\nb\n"), 0);
	struct dentry *scratch = rig_walk(tree, "trees/oak/sedAAAAAA"),
				  *target = rig_walk(tree, "trees/oak/votes");
	assert_int_equal(rename_in(tree, "trees/oak", "sedAAAAAA", "votes", 0), 0);
	rig_expect_calls("[a\nb\n]");
	expect_list(tree, "trees/oak", "./ ../ votes leaves/ papers/ ");
	/* What the kernel still knows as the scratch file is the file now. */
	struct stat status;
	assert_int_equal(tree_stat(tree, &status, &rig_owner, scratch), 0);
	assert_int_equal(status.st_size, 9);
	assert_int_equal(status.st_ino, target->inode);
	tree_forget(tree, scratch, 1);
	tree_forget(tree, target, 1);
	/* A refused write leaves the scratch file. */
	assert_int_equal(create(tree, "trees/oak", "votes~", "bad\n"), 0);
	assert_int_equal(rename_in(tree, "trees/oak", "votes~", "votes", 0), -ECANCELED);
	rig_expect_error(tree, "trees/oak/votes ECANCELED");
	expect_list(tree, "trees/oak", "./ ../ votes leaves/ papers/ votes~ ");
}

/* vim: the file becomes its backup, then is written anew. */
static void a_rename_onto_a_scratch_name_copies(void **state)
{
	struct tree *tree = *state;
	struct dentry *known = rig_walk(tree, "trees/oak/votes");
	assert_int_equal(rename_in(tree, "trees/oak", "votes", "votes~", 0), 0);
	expect_list(tree, "trees/oak", "./ ../ votes leaves/ papers/ votes~ ");
	char *read = rig_read(tree, "trees/oak/votes~");
	assert_string_equal(read, "contents\n");
	free(read);
	/* What the kernel still knows as the file is the copy now, and the file is another. */
	struct dentry *file = rig_walk(tree, "trees/oak/votes");
	struct stat status;
	assert_ptr_not_equal(file, known);
	assert_int_equal(tree_stat(tree, &status, &rig_owner, known), 0);
	assert_int_equal(status.st_mode, S_IFREG | 0600);
	assert_int_equal(tree_stat(tree, &status, &rig_owner, file), 0);
	assert_int_equal(status.st_mode, S_IFREG | 0644);
	tree_forget(tree, file, 1);
	tree_forget(tree, known, 1);
	assert_int_equal(rename_in(tree, "trees/oak", "votes~", ".votes.swp", 0), 0);
	read = rig_read(tree, "trees/oak/.votes.swp");
	assert_string_equal(read, "contents\n");
	free(read);
	rig_expect_calls("");
}

static void other_renames_are_refused(void **state)
{
	struct tree *tree = *state;
	assert_int_equal(create(tree, "trees/oak", "votes~", "a\n"), 0);
	assert_int_equal(rename_in(tree, "trees/oak", "votes", "ballots", 0), -EPERM);
	assert_int_equal(rename_in(tree, "trees/oak", "votes~", "ballots", 0), -ENOENT);
	assert_int_equal(rename_in(tree, "trees/oak", "votes~", "votes", 1 /* RENAME_NOREPLACE */), -EEXIST);
	assert_int_equal(rename_in(tree, "trees/oak", "votes~", "votes", 2 /* RENAME_EXCHANGE */), -EINVAL);
	assert_int_equal(rename_in(tree, "trees/oak", "nothing", "votes", 0), -ENOENT);
	assert_int_equal(rename_in(tree, "trees", "oak", "elm", 0), -EPERM);
	rig_expect_calls("");
}

static void some_rows_let_names_be_made(void **state)
{
	struct tree *tree = *state;
	struct dentry *dentry = NULL;
	assert_int_equal(create(tree, "trees/oak/papers", "new.json", "{\"a\":1}"), 0);
	rig_expect_calls("[{\"a\":1}]");
	/* The handler made none, so there is none. */
	assert_int_equal(tree_walk(tree, &dentry, &rig_owner, "trees/oak/papers/new.json"), -ENOENT);
	assert_int_equal(create(tree, "trees/oak/papers", ".new.json.swp", "x"), 0);
	assert_int_equal(rename_in(tree, "trees/oak/papers", ".new.json.swp", "root.json", 0), 0);
	rig_expect_calls("[x]");
}

/* cp -r makes the folder, opens a file of the first without following links, and means to make one of that
 * name. */
static void a_copy_is_told_what_it_is(void **state)
{
	struct dentry *folder = rig_walk(*state, "trees"), *made = NULL, *votes = NULL;
	assert_int_equal(tree_make_folder(*state, &made, &rig_owner, folder, "ash"), 0);
	struct handle *source = rig_open(*state, "trees/oak/votes", O_RDONLY);
	assert_int_equal(tree_lookup(*state, &votes, &rig_owner, made, "votes"), 0);
	char *errors = rig_read(*state, "errors");
	assert_string_equal(errors, "");
	free(errors);
	tree_forget(*state, votes, 1);
	handle_close(source);
	source = rig_open(*state, "trees/oak/votes", O_RDONLY | O_NOFOLLOW);
	assert_int_equal(tree_lookup(*state, &votes, &rig_other, made, "votes"), 0);
	tree_forget(*state, votes, 1);
	assert_int_equal(tree_lookup(*state, &votes, &rig_owner, made, "votes"), 0);
	rig_expect_error(
		*state,
		"pid 5000077 trees/ash/votes EEXIST: this was made by mkdir with files of its own, not as a copy");
	rig_expect_error(*state, "cat trees/oak/votes > trees/ash/votes");
	tree_forget(*state, votes, 1);
	tree_forget(*state, made, 1);
	tree_forget(*state, folder, 1);
	handle_close(source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_copy_is_told_what_it_is, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(folders_list, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(long_folders_list_in_pages, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(listing_is_interrupted, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(mkdir_makes, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(nothing_is_removed, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(scratch_names_are_a_closed_list, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(scratch_files_are_files, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(a_rename_onto_a_file_writes_it, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(a_rename_onto_a_scratch_name_copies, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(other_renames_are_refused, rig_setup, rig_teardown),
		cmocka_unit_test_setup_teardown(some_rows_let_names_be_made, rig_setup, rig_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Many threads in one tree: every write runs once, every read is whole, nothing is left over. For the thread
 * sanitizer, too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fs/tree/errors.h"
#include "fs/tree/dentry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { THREADS = 4, ROUNDS = 400 };

static atomic_uint writes, failures, wrong;

static int count_write(struct request *request, const char *data, size_t length, struct error *error)
{
	(void)request;
	(void)length;
	if (strncmp(data, "bad", 3) == 0) {
		failures++;
		return error_set(error, ECANCELED, "bad");
	}
	writes++;
	return 0;
}

/* Two numbers that are always equal in one rendering. */
static int read_pair(struct request *request, struct text *out, struct error *error)
{
	unsigned now = writes;
	(void)request;
	(void)error;
	text_printf(out, "%u %u\n", now, now);
	return 0;
}

static int list_names(struct request *request, const char *from, struct listing *listing, struct error *error)
{
	(void)request;
	(void)error;
	for (char name[2] = "a"; name[0] <= 'z'; name[0]++)
		if (strcmp(name, from) >= 0 && listing->add(listing, name))
			break;
	return 0;
}

static int exists(struct request *request, struct error *error)
{
	const char *name = request->capture[0];
	return name[0] >= 'a' && name[0] <= 'z' && !name[1] ? 0 : error_set(error, ENOENT, "no such name");
}

static const struct row rows[] = {
	{.pattern = "errors",
     .kind = ROW_GROWING,
     .grow = errors_grow,
     .grow_from = errors_grow_from,
     .help = "what failed"},
	{.pattern = "names", .kind = ROW_FOLDER, .list = list_names, .help = "names"},
	{.pattern = "names/@name", .kind = ROW_FOLDER, .exists = exists, .help = "a name"},
	{.pattern = "names/@name/value",
     .kind = ROW_VALUE,
     .read = read_pair,
     .write = count_write,
     .help = "a value"},
};

static const struct caller me = {.uid = 1000};

struct task {
	struct tree *tree;
	unsigned number;
	pthread_t thread;
};

static void read_value(struct tree *tree, struct dentry *value)
{
	struct handle *handle = NULL;
	struct stat status;
	char out[64] = "";
	unsigned a = 0, b = 1;
	if (tree_stat(tree, &status, &me, value) < 0 || tree_open(tree, &handle, &me, value, O_RDONLY) < 0) {
		wrong++;
		return;
	}
	ssize_t count = handle_read(handle, out, sizeof out - 1, 0);
	if (count <= 0 || sscanf(out, "%u %u", &a, &b) != 2 || a != b)
		wrong++;
	handle_close(handle);
}

static void write_value(struct tree *tree, struct dentry *value, const char *text)
{
	struct handle *handle = NULL;
	if (tree_open(tree, &handle, &me, value, O_WRONLY | O_TRUNC) < 0) {
		wrong++;
		return;
	}
	handle_write(handle, &me, text, strlen(text), 0);
	handle_flush(handle, &me);
	handle_close(handle);
}

static void save_like_an_editor(struct tree *tree, struct dentry *folder, unsigned thread, unsigned round)
{
	struct dentry *dentry = NULL;
	struct handle *handle = NULL;
	char name[32];
	snprintf(name, sizeof name, "sed%02u%04u", thread % 100, round % 10000);
	if (tree_create_file(tree, &dentry, &handle, &me, folder, name, 0600, O_WRONLY | O_CREAT | O_EXCL) < 0) {
		wrong++;
		return;
	}
	handle_write(handle, &me, "1\n", 2, 0);
	handle_close(handle);
	if (round % 8 == 1) {
		wrong += tree_rename(tree, &me, folder, name, folder, "value", 0) != 0;
		read_value(tree, dentry);
	} else {
		wrong += tree_remove(tree, &me, folder, name) != 0;
	}
	tree_forget(tree, dentry, 1);
}

static void *run(void *context)
{
	struct task *task = context;
	struct tree *tree = task->tree;
	for (unsigned round = 0; round < ROUNDS; round++) {
		char path[32];
		struct dentry *folder = NULL, *value = NULL;
		struct folder *open = NULL;
		const char *name = NULL;
		mode_t type;
		ino_t inode;
		snprintf(path, sizeof path, "names/%c", 'a' + (int)(round % 3));
		if (tree_walk(tree, &folder, &me, path) < 0 || tree_lookup(tree, &value, &me, folder, "value") < 0) {
			wrong++;
			continue;
		}
		read_value(tree, value);
		write_value(tree, value, "1\n");
		if (round % 8 == 0)
			write_value(tree, value, "bad\n");
		if (round % 4 == 1) {
			save_like_an_editor(tree, folder, task->number, round);
			if (tree_open_folder(tree, &open, &me, folder) == 0)
				for (uint64_t i = 0; folder_entry(open, &name, &type, &inode, NULL, i) > 0; i++)
					;
			folder_close(open);
		}
		tree_forget(tree, value, 1);
		tree_forget(tree, folder, 1);
	}
	return NULL;
}

static void many_threads(void **state)
{
	struct tree_options options = {.rows = rows, .rows_count = sizeof rows / sizeof *rows, .owner = 1000};
	struct task tasks[THREADS];
	struct error error = {0};
	struct tree *tree = NULL;
	(void)state;
	assert_int_equal(tree_create(&tree, &options, &error), 0);
	for (unsigned i = 0; i < THREADS; i++) {
		tasks[i] = (struct task){.tree = tree, .number = i};
		assert_int_equal(pthread_create(&tasks[i].thread, NULL, run, &tasks[i]), 0);
	}
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(tasks[i].thread, NULL);
	assert_int_equal(wrong, 0);
	assert_int_equal(writes, THREADS * (ROUNDS + ROUNDS / 8));
	assert_int_equal(failures, THREADS * ROUNDS / 8);
	assert_int_equal(tree->dentries_count, 0);
	assert_int_equal(tree->scratch_count, 0);
	assert_int_equal(tree->scratch_bytes, 0);
	assert_int_equal(tree->kept_bytes, 0);
	tree_destroy(tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(many_threads)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

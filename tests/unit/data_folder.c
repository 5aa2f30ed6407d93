/* The data folder: made once, used by one, refused when it is somebody else's or newer. */
#include "tests/unit/temporary.h"

#include "core/engine/storage/data_folder.h"

#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>

static void test_made_and_opened_again(void **state)
{
	char *base = temporary_folder(), *path = temporary_path(base, "a/b/chain/");
	(void)state;
	struct data_folder *folder;
	struct stat status;
	assert_int_equal(data_folder_open(&folder, path, NULL), 0);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0700);
	char *file = data_folder_file(folder, "format");
	struct bytes format = file_content(file);
	assert_int_equal(format.length, 10);
	assert_memory_equal(format.data, "eosiofs 1\n", 10);
	char *blocks = data_folder_subfolder(folder, "blocks", NULL);
	assert_int_equal(stat(blocks, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0700);
	data_folder_close(folder);
	assert_int_equal(data_folder_open(&folder, path, NULL), 0);
	struct error error = {0};
	assert_null(data_folder_subfolder(folder, "no/such", &error));
	assert_int_equal(error.number, ENOENT);
	data_folder_close(folder);
	bytes_release(&format);
	free(file);
	free(blocks);
	free(path);
	temporary_remove(base);
}

static void test_second_opener(void **state)
{
	char *base = temporary_folder(), *path = temporary_path(base, "chain"), pid[32];
	(void)state;
	struct data_folder *folder, *second;
	struct error error = {0};
	int ready[2], done[2], child_status;
	assert_int_equal(pipe(ready) | pipe(done), 0);
	pid_t child = fork();
	if (child == 0) { /* holds it until it is told, or until the test is gone */
		char byte = 0;
		int failed = data_folder_open(&folder, path, NULL);
		if (write(ready[1], "", 1) != 1)
			failed = 1;
		close(done[1]);
		if (read(done[0], &byte, 1) < 0)
			failed = 1;
		_exit(failed ? 1 : 0);
	}
	char byte;
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(data_folder_open(&second, path, &error), -EBUSY);
	assert_null(second);
	snprintf(pid, sizeof pid, "in use by process %ld", (long)child);
	assert_non_null(strstr(error.sentence, pid));
	close(done[1]);
	assert_int_equal(waitpid(child, &child_status, 0), child);
	assert_int_equal(child_status, 0);
	/* The process is gone, and its lock with it. */
	assert_int_equal(data_folder_open(&folder, path, NULL), 0);
	assert_int_equal(data_folder_open(&second, path, &error), -EBUSY);
	data_folder_close(folder);
	close(done[0]);
	close(ready[0]);
	close(ready[1]);
	free(path);
	temporary_remove(base);
}

static void test_refused(void **state)
{
	static const struct {
		const char *name, *content;
		int result;
		const char *says;
	} folders[] = {
		{"format", "eosiofs 2\n", -ENOTSUP, "has format 2, this program knows up to 1"},
		{"format", "eosiofs\n", -EBADMSG, "does not say which format"},
		{"format", "", -EBADMSG, "does not say which format"},
		{"thesis.tex", "\\documentclass", -ENOTEMPTY, "holds other files"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		char *base = temporary_folder(), *path = temporary_path(base, folders[i].name), *lock = temporary_path(base, "lock");
		struct data_folder *folder;
		struct error error = {0};
		file_set(path, folders[i].content, strlen(folders[i].content));
		assert_int_equal(data_folder_open(&folder, base, &error), folders[i].result);
		assert_null(folder);
		assert_non_null(strstr(error.sentence, folders[i].says));
		assert_int_equal(access(lock, F_OK), -1); /* nothing was put there */
		free(path);
		free(lock);
		temporary_remove(base);
	}
	char *base = temporary_folder(), *path = temporary_path(base, "file"), *below = temporary_path(path, "chain");
	struct data_folder *folder;
	struct error error = {0};
	file_set(path, "", 0);
	assert_int_equal(data_folder_open(&folder, below, &error), -ENOTDIR);
	assert_int_equal(data_folder_open(&folder, "", &error), -ENOENT);
	free(below);
	free(path);
	temporary_remove(base);
}

static void test_default_place(void **state)
{
	static const struct {
		const char *data, *home, *mountpoint, *place; /* NULL: refused */
	} cases[] = {
		{"/d", "/h", "/m/eosio_test", "/d/eosiofs/eosio_test"},
		{NULL, "/h", "eosio_test/", "/h/.local/share/eosiofs/eosio_test"},
		{"relative", "/h", "x//", "/h/.local/share/eosiofs/x"},
		{NULL, NULL, "x", NULL},
		{"/d", "/h", "/", NULL},
		{"/d", "/h", ".", NULL},
		{"/d", "/h", "a/..", NULL},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct text place = TEXT_EMPTY;
		struct error error = {0};
		cases[i].data ? setenv("XDG_DATA_HOME", cases[i].data, 1) : unsetenv("XDG_DATA_HOME");
		cases[i].home ? setenv("HOME", cases[i].home, 1) : unsetenv("HOME");
		int result = data_folder_default(&place, cases[i].mountpoint, &error);
		assert_int_equal(result == 0, cases[i].place != NULL);
		assert_string_equal(text_string(&place), cases[i].place ? cases[i].place : "");
		assert_int_equal(error.sentence[0] == 0, result == 0);
		text_release(&place);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_made_and_opened_again), cmocka_unit_test(test_second_opener), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_default_place),
	};
	return cmocka_run_group_tests_name("data_folder", tests, NULL, NULL);
}

/* The data folder: made once, used by one, refused when it is somebody else's or newer. */
#include "tests/temporary.h"

#include "core/engine/storage/data_folder.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/file.h>
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
	assert_memory_equal(format.data, "eosiofs 2\n", 10);
	char *tag = data_folder_file(folder, "CACHEDIR.TAG");
	struct bytes tagged = file_content(tag);
	assert_true(tagged.length > 43);
	assert_memory_equal(tagged.data, "Signature: 8a477f597d28d172789f06886806bc55\n", 44);
	bytes_release(&tagged);
	free(tag);
	char *blocks = data_folder_subfolder(folder, "blocks", NULL);
	assert_int_equal(stat(blocks, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0700);
	data_folder_close(folder);
	/* an older one becomes one of this format, which older programs refuse */
	file_set(file, "eosiofs 1\n", 10);
	assert_int_equal(data_folder_open(&folder, path, NULL), 0);
	bytes_release(&format);
	format = file_content(file);
	assert_memory_equal(format.data, "eosiofs 2\n", 10);
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
	/* The file that names the process is gone, its lock is not. */
	char *lock = temporary_path(path, "lock");
	assert_int_equal(unlink(lock), 0);
	free(lock);
	error_clear(&error);
	assert_int_equal(data_folder_open(&second, path, &error), -EBUSY);
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

/* A process whose first thread has ended while another holds the folder, until a byte comes: what kill -9
 * leaves for a moment. */
static void *hold_on(void *pipe)
{
	char byte;
	_exit(read(*(int *)pipe, &byte, 1) == 1 ? 0 : 1);
}

/* The second of the two locks, or both. */
static bool hold_folder(const char *path, bool second_alone)
{
	struct data_folder *folder;
	char *lock = temporary_path(path, "lock");
	int result = data_folder_open(&folder, path, NULL);

	if (result == 0 && second_alone) {
		data_folder_close(folder);
		result = flock(open(lock, O_RDWR | O_CLOEXEC), LOCK_EX | LOCK_NB);
	}
	free(lock);
	return result == 0;
}

static pid_t start_ending(const char *path, bool second_alone, int *from)
{
	pid_t child = fork();
	if (child)
		return child;
	pthread_t thread;
	if (!hold_folder(path, second_alone) || pthread_create(&thread, NULL, hold_on, from))
		_exit(2);
	pthread_exit(NULL);
}

/* The state letter of a process or thread in /proc; 0: none. */
static char task_state(const char *path)
{
	char line[512];
	FILE *file = fopen(path, "r");
	const char *end = file && fgets(line, sizeof line, file) ? strrchr(line, ')') : NULL;
	if (file)
		fclose(file);
	return end ? end[2] : 0;
}

struct watcher {
	char path[64]; /* of the opening thread's state */
	int to;
	atomic_bool opened;
};

/* Lets the process end as soon as who opens waits for that, or does not wait at all. */
static void *let_end(void *context)
{
	struct watcher *watcher = context;
	while (!watcher->opened && task_state(watcher->path) != 'S')
		;
	return write(watcher->to, "", 1) == 1 ? watcher : NULL;
}

static void expect_waiting_for_ending(bool second_alone)
{
	char *base = temporary_folder(), *path = temporary_path(base, "chain"), stat_path[64];
	int pipe_ends[2], child_status;
	struct data_folder *folder;
	pthread_t thread;
	assert_int_equal(pipe(pipe_ends), 0);
	pid_t child = start_ending(path, second_alone, &pipe_ends[0]);
	assert_true(child > 0);
	snprintf(stat_path, sizeof stat_path, "/proc/%ld/stat", (long)child);
	while (task_state(stat_path) != 'Z')
		;
	struct watcher watcher = {.to = pipe_ends[1]};
	snprintf(watcher.path, sizeof watcher.path, "/proc/self/task/%ld/stat", (long)getpid());
	assert_int_equal(pthread_create(&thread, NULL, let_end, &watcher), 0);
	int result = data_folder_open(&folder, path, NULL);
	watcher.opened = true;
	pthread_join(thread, NULL);
	assert_int_equal(waitpid(child, &child_status, 0), child);
	assert_int_equal(child_status, 0);
	assert_int_equal(result, 0);
	data_folder_close(folder);
	close(pipe_ends[0]);
	close(pipe_ends[1]);
	free(path);
	temporary_remove(base);
}

/* It gives up its locks one after the other. */
static void test_opener_just_killed(void **state)
{
	(void)state;
	expect_waiting_for_ending(false);
	expect_waiting_for_ending(true);
}

static void test_refused(void **state)
{
	static const struct {
		const char *name, *content;
		int result;
		const char *says;
	} folders[] = {
		{"format", "eosiofs 3\n", -ENOTSUP, "has format 3, this program knows up to 2"},
		{"format", "eosiofs\n", -EBADMSG, "does not say which format"},
		{"format", "", -EBADMSG, "does not say which format"},
		{"thesis.tex", "\\documentclass", -ENOTEMPTY, "holds other files"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		char *base = temporary_folder(), *path = temporary_path(base, folders[i].name),
			 *lock = temporary_path(base, "lock");
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
	char *base = temporary_folder(), *path = temporary_path(base, "file"),
		 *below = temporary_path(path, "chain");
	struct data_folder *folder;
	struct error error = {0};
	file_set(path, "", 0);
	assert_int_equal(data_folder_open(&folder, below, &error), -ENOTDIR);
	assert_int_equal(data_folder_open(&folder, "", &error), -ENOENT);
	free(below);
	free(path);
	temporary_remove(base);
}

static void expect_not_private(const char *path, const char *culprit, const char *says)
{
	struct data_folder *folder;
	struct error error = {0};
	assert_int_equal(data_folder_open(&folder, path, &error), -EPERM);
	assert_non_null(strstr(error.sentence, culprit));
	assert_non_null(strstr(error.sentence, says));
}

static void test_what_others_own_or_may_write(void **state)
{
	static const struct {
		const char *name;
		mode_t good, bad;
	} entries[] = {{"chain", 0700, 0770},
	               {"chain/wallet", 0700, 0707},
	               {"chain/clock", 0600, 0620},
	               {"chain/wallet/labels", 0644, 0666}};
	char *base = temporary_folder(), *path = temporary_path(base, "chain"),
		 *wallet = temporary_path(path, "wallet");
	struct data_folder *folder;
	(void)state;
	/* An empty one that is ours is shut. */
	assert_int_equal(mkdir(path, 0700) | chmod(path, 0777), 0);
	assert_int_equal(data_folder_open(&folder, path, NULL), 0);
	free(data_folder_subfolder(folder, "wallet", NULL));
	data_folder_close(folder);
	for (size_t i = 0; i < 4; i++) {
		char *entry = temporary_path(base, entries[i].name);
		if (i >= 2)
			file_set(entry, "x", 1);
		assert_int_equal(chmod(entry, entries[i].bad), 0);
		expect_not_private(path, entry, "others may write");
		assert_int_equal(chmod(entry, entries[i].good), 0);
		if (geteuid() == 0) {
			assert_int_equal(chown(entry, 65534, 65534), 0);
			expect_not_private(path, entry, "belongs to user 65534");
			assert_int_equal(chown(entry, 0, 0), 0);
		}
		assert_int_equal(data_folder_open(&folder, path, NULL), 0);
		data_folder_close(folder);
		free(entry);
	}
	/* What is written goes nowhere else. */
	char *elsewhere = temporary_path(base, "elsewhere");
	assert_int_equal(rename(wallet, elsewhere) | symlink(elsewhere, wallet), 0);
	assert_int_equal(data_folder_open(&folder, path, NULL), 0);
	assert_null(data_folder_subfolder(folder, "wallet", NULL));
	data_folder_close(folder);
	free(elsewhere);
	free(wallet);
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
		cmocka_unit_test(test_made_and_opened_again),        cmocka_unit_test(test_second_opener),
		cmocka_unit_test(test_opener_just_killed),           cmocka_unit_test(test_refused),
		cmocka_unit_test(test_what_others_own_or_may_write), cmocka_unit_test(test_default_place),
	};
	return cmocka_run_group_tests_name("data_folder", tests, NULL, NULL);
}

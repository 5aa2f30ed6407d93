/* Durable files: what is no file is refused, a replacement is the old or the new, what is set aside gets a
 * free name. */
#include "core/base/system/file.h"

#include "tests/temporary.h"

#include <errno.h>

static void assert_content(const char *path, const char *expected)
{
	struct bytes content = file_content(path);
	assert_int_equal(content.length, strlen(expected));
	assert_memory_equal(content.data, expected, content.length);
	bytes_release(&content);
}

static void test_only_files(void **state)
{
	char *folder = temporary_folder(), *path = temporary_path(folder, "x"),
		 *other = temporary_path(folder, "other");
	struct error error = {0};
	int fd;
	(void)state;
	assert_int_equal(file_open(&fd, path, O_RDONLY, &error), -ENOENT);
	assert_non_null(strstr(error.sentence, path));
	assert_int_equal(mkfifo(path, 0600), 0);
	static const int flags[] = {O_RDONLY, O_RDWR, O_WRONLY, O_RDWR | O_CREAT};
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
		assert_int_equal(file_open(&fd, path, flags[i], &error), -EINVAL);
		assert_non_null(strstr(error.sentence, "is a FIFO"));
		assert_int_equal(fd, -1);
	}
	unlink(path);
	file_set(other, "theirs", 6);
	assert_int_equal(symlink(other, path), 0);
	assert_int_equal(file_open(&fd, path, O_RDONLY, &error), -EINVAL);
	assert_non_null(strstr(error.sentence, "is a symbolic link"));
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(file_open(&fd, path, flags[i], &error), -EISDIR);
	rmdir(path);
	assert_int_equal(file_open(&fd, path, O_RDWR | O_CREAT, &error), 0);
	close(fd);
	free(path);
	free(other);
	temporary_remove(folder);
}

static void test_load(void **state)
{
	char *folder = temporary_folder(), *path = temporary_path(folder, "x");
	struct text content = TEXT_EMPTY;
	struct error error = {0};
	(void)state;
	text_append(&content, "1");
	file_set(path, "2345", 4);
	assert_int_equal(file_load(&content, path, 4, &error), 0);
	assert_string_equal(text_string(&content), "12345");
	assert_int_equal(file_load(&content, path, 3, &error), -EFBIG);
	assert_string_equal(text_string(&content), "12345");
	text_release(&content);
	free(path);
	temporary_remove(folder);
}

/* A name planted where the new file is made is not written through. */
static void test_replace(void **state)
{
	char *folder = temporary_folder(), *path = temporary_path(folder, "x"),
		 *new = temporary_path(folder, "x.new"), *other = temporary_path(folder, "other");
	struct error error = {0};
	struct stat status;
	(void)state;
	assert_int_equal(file_replace(path, "one", 3, &error), 0);
	file_set(other, "theirs", 6);
	assert_int_equal(symlink(other, new), 0);
	assert_int_equal(file_replace(path, "two", 3, &error), 0);
	assert_content(path, "two");
	assert_content(other, "theirs");
	assert_int_equal(lstat(new, &status), -1);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(mkdir(new, 0700), 0);
	assert_true(file_replace(path, "three", 5, &error) < 0);
	assert_non_null(strstr(error.sentence, path));
	assert_content(path, "two");
	assert_int_equal(rmdir(new), 0);
	limit_files(2);
	assert_int_equal(file_replace(path, "three", 5, &error), -EFBIG);
	limit_files(RLIM_INFINITY);
	assert_content(path, "two");
	assert_int_equal(access(new, F_OK), -1);
	free(path);
	free(new);
	free(other);
	temporary_remove(folder);
}

static void test_aside(void **state)
{
	char *folder = temporary_folder(), *path = temporary_path(folder, "x"),
		 *second = temporary_path(folder, "x.unused.2");
	struct text aside = TEXT_EMPTY;
	struct error error = {0};
	(void)state;
	file_set(path, "first", 5);
	assert_int_equal(file_set_aside(&aside, path, "unused", &error), 0);
	assert_content(text_string(&aside), "first");
	file_set(path, "second", 6);
	text_clear(&aside);
	assert_int_equal(file_set_aside(&aside, path, "unused", &error), 0);
	assert_string_equal(text_string(&aside), second);
	assert_content(second, "second");
	assert_int_equal(file_set_aside(&aside, path, "unused", &error), -ENOENT);
	text_clear(&aside);
	assert_int_equal(file_keep_copy(&aside, path, "unused", "third", 5, &error), 0);
	assert_content(text_string(&aside), "third");
	assert_content(second, "second");
	char *third = text_take(&aside);
	assert_int_equal(file_keep_copy(&aside, path, "unused", "third", 5, &error), 0);
	assert_string_equal(text_string(&aside), third);
	free(third);
	text_release(&aside);
	free(path);
	free(second);
	temporary_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_files),
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_replace),
		cmocka_unit_test(test_aside),
	};
	return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}

/* Folders and files that go away with the test. */
#include "tests/temporary.h"

char *temporary_folder(void)
{
	const char *base = getenv("TMPDIR");
	struct text path = TEXT_EMPTY;
	text_printf(&path, "%s/eosiofs-test-XXXXXX", base ? base : "/tmp");
	assert_non_null(mkdtemp(path.data));
	return text_take(&path);
}

char *temporary_path(const char *folder, const char *name)
{
	struct text path = TEXT_EMPTY;
	text_printf(&path, "%s/%s", folder, name);
	return text_take(&path);
}

void temporary_remove(char *folder)
{
	DIR *directory = opendir(folder);
	assert_non_null(directory);
	for (struct dirent *entry; (entry = readdir(directory));) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		char *path = temporary_path(folder, entry->d_name);
		struct stat status;
		assert_int_equal(lstat(path, &status), 0);
		if (S_ISDIR(status.st_mode)) {
			temporary_remove(path);
		} else {
			unlink(path);
			free(path);
		}
	}
	closedir(directory);
	assert_int_equal(rmdir(folder), 0);
	free(folder);
}

struct bytes file_content(const char *path)
{
	struct bytes content = {0};
	uint8_t buffer[4096];
	int fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	for (ssize_t got; (got = read(fd, buffer, sizeof buffer)) > 0;)
		bytes_put(&content, buffer, (size_t)got);
	close(fd);
	return content;
}

void file_set(const char *path, const void *data, size_t length)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, length), (ssize_t)length);
	close(fd);
}

void limit_files(rlim_t size)
{
	signal(SIGXFSZ, SIG_IGN);
	struct rlimit limit;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = size;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

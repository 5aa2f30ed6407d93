/* A folder of a test's own that goes away with it, whole files in and out of memory, and a disk that is full.
 */
#ifndef EOSIOFS_TESTS_UNIT_TEMPORARY_H
#define EOSIOFS_TESTS_UNIT_TEMPORARY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above */
#include <cmocka.h>

#include "core/base/bytes.h"
#include "core/base/memory.h"
#include "core/base/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static inline char *temporary_folder(void)
{
	const char *base = getenv("TMPDIR");
	struct text path = TEXT_EMPTY;
	text_printf(&path, "%s/eosiofs-test-XXXXXX", base ? base : "/tmp");
	assert_non_null(mkdtemp(path.data));
	return text_take(&path);
}

static inline char *temporary_path(const char *folder, const char *name)
{
	struct text path = TEXT_EMPTY;
	text_printf(&path, "%s/%s", folder, name);
	return text_take(&path);
}

static inline void temporary_remove(char *folder)
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

static inline struct bytes file_content(const char *path)
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

static inline void file_set(const char *path, const void *data, size_t length)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, length), (ssize_t)length);
	close(fd);
}

/* No file can grow beyond size from now on (EFBIG); RLIM_INFINITY: they can again. */
static inline void limit_files(rlim_t size)
{
	signal(SIGXFSZ, SIG_IGN);
	struct rlimit limit;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = size;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

#endif

/* Durable files. */
#include "core/base/system/file.h"

#include "core/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ASIDE_NAMES = 1000 };

static const char *kind_of(mode_t mode)
{
	return S_ISFIFO(mode)   ? "a FIFO"
	       : S_ISSOCK(mode) ? "a socket"
	       : S_ISLNK(mode)  ? "a symbolic link"
	                        : "a device";
}

/* Why a name that is there is no file: it is looked at again, as open() does not say. */
static int refuse_kind(const char *path, int result, struct error *error)
{
	struct stat status;

	if (lstat(path, &status) < 0 || S_ISREG(status.st_mode))
		return error_set(error, -result, "cannot open \"%s\": %s", path, file_reason(result));
	if (S_ISDIR(status.st_mode))
		return error_set(error, EISDIR, "\"%s\" is a folder, and a file belongs there: move it away", path);
	return error_set(error, EINVAL, "\"%s\" is %s, and a file belongs there: move it away", path,
	                 kind_of(status.st_mode));
}

int file_open(int *fd, const char *path, int flags, struct error *error)
{
	struct stat status;

	*fd = open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (*fd < 0)
		return refuse_kind(path, -errno, error);
	if (fstat(*fd, &status) == 0 && S_ISREG(status.st_mode))
		return 0;
	close(*fd);
	*fd = -1;
	return refuse_kind(path, -EINVAL, error);
}

int file_load(struct text *out, const char *path, size_t limit, struct error *error)
{
	int fd, result = file_open(&fd, path, O_RDONLY, error);
	uint64_t size = 0;
	char *data = NULL;

	if (result)
		return result;
	result = file_size(fd, &size);
	if (result == 0 && size > limit)
		result = -EFBIG;
	if (result == 0) {
		data = memory_allocate(1, size + 1);
		result = file_read(fd, data, size, 0);
	}
	if (result == 0)
		text_append_bytes(out, data, size);
	else
		error_set(error, -result, "cannot read \"%s\": %s", path, file_reason(result));
	if (data)
		memory_wipe(data, size);
	free(data);
	close(fd);
	return result;
}

int file_write(int fd, const void *data, size_t length, uint64_t at)
{
	const uint8_t *from = data;
	while (length) {
		ssize_t done = pwrite(fd, from, length, (off_t)at);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done ? -errno : -EIO;
		from += done;
		at += (uint64_t)done;
		length -= (size_t)done;
	}
	return 0;
}

int file_read(int fd, void *out, size_t length, uint64_t at)
{
	uint8_t *to = out;
	while (length) {
		ssize_t done = pread(fd, to, length, (off_t)at);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done ? -errno : -ENODATA;
		to += done;
		at += (uint64_t)done;
		length -= (size_t)done;
	}
	return 0;
}

int file_size(int fd, uint64_t *out)
{
	struct stat status;
	if (fstat(fd, &status) < 0)
		return -errno;
	*out = (uint64_t)status.st_size;
	return 0;
}

int file_cut(int fd, uint64_t size)
{
	return ftruncate(fd, (off_t)size) < 0 ? -errno : 0;
}

int file_sync(int fd)
{
	return fdatasync(fd) < 0 ? -errno : 0;
}

int file_sync_parent(const char *path)
{
	struct text folder = TEXT_EMPTY;
	const char *slash = strrchr(path, '/');
	text_append_bytes(&folder, slash ? path : ".", slash > path ? (size_t)(slash - path) : 1);
	int fd = open(text_string(&folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	text_release(&folder);
	if (fd < 0)
		return -errno;
	int result = fsync(fd) < 0 && errno != EINVAL ? -errno : 0; /* EINVAL: a file system without the notion */
	close(fd);
	return result;
}

static void name_new(struct text *out, const char *path)
{
	text_printf(out, "%s.new", path);
}

int file_replace_begin(int *fd, const char *path)
{
	struct text temporary = TEXT_EMPTY;

	name_new(&temporary, path);
	if (unlink(text_string(&temporary)) < 0 && errno != ENOENT)
		*fd = -1;
	else
		*fd = open(text_string(&temporary), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int result = *fd < 0 ? -errno : 0;
	text_release(&temporary);
	return result;
}

int file_replace_end(int fd, const char *path, int result)
{
	struct text temporary = TEXT_EMPTY;

	name_new(&temporary, path);
	if (result == 0)
		result = file_sync(fd);
	if (fd >= 0 && close(fd) < 0 && result == 0)
		result = -errno;
	if (result == 0 && rename(text_string(&temporary), path) < 0)
		result = -errno;
	if (result == 0)
		result = file_sync_parent(path);
	else if (fd >= 0)
		unlink(text_string(&temporary));
	text_release(&temporary);
	return result;
}

int file_replace(const char *path, const void *data, size_t length, struct error *error)
{
	int fd, result = file_replace_begin(&fd, path);

	if (result == 0)
		result = file_write(fd, data, length, 0);
	result = file_replace_end(fd, path, result);
	return result ? error_set(error, -result, "cannot write \"%s\": %s", path, file_reason(result)) : 0;
}

static void name_aside(struct text *out, const char *path, const char *suffix, unsigned number)
{
	text_clear(out);
	text_printf(out, number > 1 ? "%s.%s.%u" : "%s.%s", path, suffix, number);
}

int file_set_aside(struct text *aside, const char *path, const char *suffix, struct error *error)
{
	struct text name = TEXT_EMPTY;
	int result = -EEXIST;

	for (unsigned number = 1; result == -EEXIST && number < ASIDE_NAMES; number++) {
		name_aside(&name, path, suffix, number);
		result = renameat2(AT_FDCWD, path, AT_FDCWD, text_string(&name), RENAME_NOREPLACE) < 0 ? -errno : 0;
	}
	if (result == 0)
		result = file_sync_parent(path);
	if (result == 0)
		text_append(aside, text_string(&name));
	text_release(&name);
	return result ? error_set(error, -result, "cannot set \"%s\" aside: %s", path, file_reason(result)) : 0;
}

static bool holds(const char *path, const void *data, size_t length)
{
	struct text content = TEXT_EMPTY;
	bool same = file_load(&content, path, length, NULL) == 0 && content.length == length &&
	            memcmp(text_string(&content), data, length) == 0;

	text_release(&content);
	return same;
}

int file_keep_copy(struct text *aside, const char *path, const char *suffix, const void *data, size_t length,
                   struct error *error)
{
	struct text name = TEXT_EMPTY;
	int fd = -1, result = -EEXIST;

	for (unsigned number = 1; result == -EEXIST && number < ASIDE_NAMES; number++) {
		name_aside(&name, path, suffix, number);
		fd = open(text_string(&name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		result = fd < 0 ? -errno : 0;
		if (result == -EEXIST && holds(text_string(&name), data, length))
			result = 0;
	}
	if (fd >= 0)
		result = file_write(fd, data, length, 0);
	if (fd >= 0 && result == 0)
		result = file_sync(fd);
	if (fd >= 0)
		close(fd);
	if (result == 0)
		result = file_sync_parent(path);
	if (result == 0)
		text_append(aside, text_string(&name));
	else if (fd >= 0)
		unlink(text_string(&name));
	text_release(&name);
	return result ? error_set(error, -result, "cannot keep a copy of \"%s\": %s", path, file_reason(result))
	              : 0;
}

int file_refuse_newer(const char *kind, const char *path, uint32_t version, uint32_t known,
                      struct error *error)
{
	return error_set(error, ENOTSUP,
	                 "%s \"%s\" has version %" PRIu32 ", this program knows up to %" PRIu32
	                 ": use the newer program",
	                 kind, path, version, known);
}

const char *file_reason(int number)
{
	const char *words = strerrordesc_np(number < 0 ? -number : number);
	return words ? words : "unknown error";
}

/* Whole reads and writes for the durable files. */
#include "core/engine/storage/file.h"

#include "core/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

int file_replace(const char *path, const void *data, size_t length, struct error *error)
{
	struct text temporary = TEXT_EMPTY;
	text_printf(&temporary, "%s.new", path);
	int result = 0;
	int fd = open(text_string(&temporary), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		result = -errno;
	if (!result)
		result = file_write(fd, data, length, 0);
	if (!result)
		result = file_sync(fd);
	if (fd >= 0)
		close(fd);
	if (!result && rename(text_string(&temporary), path) < 0)
		result = -errno;
	if (!result)
		result = file_sync_parent(path);
	if (result) {
		unlink(text_string(&temporary));
		error_set(error, -result, "cannot write \"%s\": %s", path, file_reason(result));
	}
	text_release(&temporary);
	return result;
}

const char *file_reason(int number)
{
	const char *words = strerrordesc_np(number < 0 ? -number : number);
	return words ? words : "unknown error";
}

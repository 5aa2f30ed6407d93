/* Files that the command line names: the genesis, and what is as small. */
#include "mount/genesis_file.h"

#include "core/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { GENESIS_MAXIMUM = 1 << 20 };

ssize_t small_file_read(char *out, size_t size, const char *path, const char *what, struct error *error)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = 0, count = file < 0 ? -1 : 1;

	while (count > 0 && (size_t)length < size) {
		count = read(file, out + length, size - (size_t)length);
		length += count > 0 ? count : 0;
	}
	if (count < 0)
		length = error_set(error, errno, "the %s file '%s': %s", what, path, strerror(errno));
	else if ((size_t)length == size)
		length = error_set(error, EFBIG, "the %s file '%s' is too long", what, path);
	if (file >= 0)
		close(file);
	return length;
}

int genesis_file_read(struct genesis *out, const char *path, struct error *error)
{
	char *text = memory_allocate(GENESIS_MAXIMUM, 1);
	ssize_t length = small_file_read(text, GENESIS_MAXIMUM, path, "genesis", error);
	int result = length < 0 ? (int)length : genesis_parse(out, text, (size_t)length, error);

	if (length >= 0 && result)
		error_prefix(error, "the genesis file '%s'", path);
	free(text);
	return result;
}

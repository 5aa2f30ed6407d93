/* A fuzz input as a file. */
#ifndef EOSIOFS_TESTS_FUZZ_INPUT_H
#define EOSIOFS_TESTS_FUZZ_INPUT_H

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { INPUT_PATH_SIZE = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A folder of this process, as it is when nothing is in it; what it held is removed. */
static inline const char *input_folder(void)
{
	static char folder[] = "/tmp/eosiofs-fuzz-XXXXXX";
	static bool made;
	DIR *directory;

	if (!made && !mkdtemp(folder))
		abort();
	made = true;
	directory = opendir(folder);
	for (struct dirent *entry; directory && (entry = readdir(directory));)
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(directory), entry->d_name, 0);
	if (!directory || closedir(directory) != 0)
		abort();
	return folder;
}

static inline void input_remove(void)
{
	rmdir(input_folder());
}

static inline void input_put(const char *path, const uint8_t *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
}

/* A file with these bytes, alone in its folder; path is what to open it by. */
static inline void input_file(char path[INPUT_PATH_SIZE], const uint8_t *data, size_t size)
{
	static bool registered;

	if (!registered)
		registered = atexit(input_remove) == 0;
	snprintf(path, INPUT_PATH_SIZE, "%s/input", input_folder());
	input_put(path, data, size);
}

static inline uint32_t input_u32(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static inline void input_set_u32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

#endif

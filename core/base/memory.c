/* Allocation that cannot fail quietly. */
#include "core/base/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SMALLEST_CAPACITY = 8 };

static _Noreturn void memory_out(size_t count, size_t size)
{
	fprintf(stderr, "eosiofs: out of memory (%zu elements of %zu bytes)\n", count, size);
	abort();
}

void *memory_allocate(size_t count, size_t size)
{
	void *data = calloc(count ? count : 1, size ? size : 1);
	if (!data)
		memory_out(count, size);
	return data;
}

void memory_grow(void *array, size_t *capacity, size_t needed, size_t size)
{
	void *data;
	size_t grown = *capacity < SMALLEST_CAPACITY / 2 ? SMALLEST_CAPACITY : *capacity * 2;
	if (needed <= *capacity)
		return;
	if (grown < needed)
		grown = needed;
	if (grown > SIZE_MAX / 2 / (size ? size : 1))
		memory_out(grown, size);
	/* array is the address of a pointer of whatever type: its bytes are copied, not its type assumed */
	memcpy(&data, array, sizeof data);
	data = realloc(data, grown * size);
	if (!data)
		memory_out(grown, size);
	memcpy(array, &data, sizeof data);
	*capacity = grown;
}

void *memory_copy(const void *data, size_t length)
{
	void *copy;
	if (!length)
		return NULL;
	copy = malloc(length);
	if (!copy)
		memory_out(length, 1);
	return memcpy(copy, data, length);
}

char *memory_copy_string(const char *string)
{
	return memory_copy(string, strlen(string) + 1);
}

void memory_wipe(void *data, size_t length)
{
	if (!length)
		return; /* of nothing there may be no address */
	explicit_bzero(data, length);
}

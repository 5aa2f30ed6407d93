/* Allocation that cannot fail quietly. */
#include "core/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SMALL = 1024, SMALLEST_CAPACITY = 8, STACK_WIPED = 32 * 1024 };

static _Noreturn void memory_out(size_t count, size_t size)
{
	fprintf(stderr, "eosiofs: out of memory (%zu elements of %zu bytes)\n", count, size);
	abort();
}

void *memory_allocate(size_t count, size_t size)
{
	void *data;

	count = count ? count : 1;
	size = size ? size : 1;
	/* For what is small malloc() has what this thread has freed at hand, and calloc(), which compilers make
	 * of malloc() and memset(), does not look there. */
	if (count <= SMALL && size <= SMALL / count) {
		data = malloc(count * size);
		if (data)
			explicit_bzero(data, count * size);
	} else {
		data = calloc(count, size);
	}
	if (!data)
		memory_out(count, size);
	return data;
}

void memory_resize(void *array, size_t count, size_t size)
{
	void *data;

	if (count > SIZE_MAX / 2 / (size ? size : 1))
		memory_out(count, size);
	/* array is the address of a pointer of whatever type: its bytes are copied, not its type assumed */
	memcpy(&data, array, sizeof data);
	data = realloc(data, count && size ? count * size : 1);
	if (!data)
		memory_out(count, size);
	memcpy(array, &data, sizeof data);
}

void memory_grow(void *array, size_t *capacity, size_t needed, size_t size)
{
	size_t grown = *capacity < SMALLEST_CAPACITY / 2 ? SMALLEST_CAPACITY : *capacity * 2;
	if (needed <= *capacity)
		return;
	if (grown < needed)
		grown = needed;
	memory_resize(array, grown, size);
	*capacity = grown;
}

uint64_t memory_hash(uint64_t seed, const void *data, size_t length)
{
	const uint8_t *bytes = data;
	uint64_t hash = seed ^ UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
	return hash;
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

/* Pages of their own, since they are locked and unlocked as a whole. */
static size_t secret_size(size_t count, size_t size)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (count > (SIZE_MAX / 2 - page) / (size ? size : 1))
		memory_out(count, size);
	return (count * size / page + 1) * page;
}

void *memory_allocate_secret(size_t count, size_t size)
{
	size_t whole = secret_size(count, size);
	void *data = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (data == MAP_FAILED)
		memory_out(count, size);
	(void)mlock(data, whole);
	(void)madvise(data, whole, MADV_DONTDUMP);
	return data;
}

void memory_release_secret(void *data, size_t count, size_t size)
{
	if (!data)
		return;
	memory_wipe(data, count * size);
	munmap(data, secret_size(count, size));
}

void memory_wipe(void *data, size_t length)
{
	if (length) /* of nothing there may be no address */
		explicit_bzero(data, length);
}

__attribute__((noinline)) void memory_wipe_stack(void)
{
	char left[STACK_WIPED];
	memory_wipe(left, sizeof left);
}

/* Allocation that never returns NULL: every length is bounded before it is asked for, so running out means
 * the machine is out. */
#ifndef EOSIOFS_CORE_BASE_MEMORY_H
#define EOSIOFS_CORE_BASE_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Zeroed memory of count * size bytes; free() it. Ends the process with a sentence on stderr when there is
 * none. */
void *memory_allocate(size_t count, size_t size);

/* Grows *array (elements of `size` bytes, *capacity of them) so that it holds at least `needed`; at least
 * doubles. */
void memory_grow(void *array, size_t *capacity, size_t needed, size_t size);

/* Appends an element to a list: three variables, its elements, how many there are and for how many there is
 * room. */
#define LIST_APPEND(list, count, capacity, ...)                         \
	do {                                                                \
		memory_grow(&(list), &(capacity), (count) + 1, sizeof *(list)); \
		(list)[(count)++] = __VA_ARGS__;                                \
	} while (0)

/* The same where it belongs: `at` elements stay before it. */
#define LIST_INSERT(list, count, capacity, at, ...)                                 \
	do {                                                                            \
		memory_grow(&(list), &(capacity), (count) + 1, sizeof *(list));             \
		memmove(&(list)[(at) + 1], &(list)[at], ((count) - (at)) * sizeof *(list)); \
		(list)[at] = __VA_ARGS__;                                                   \
		(count)++;                                                                  \
	} while (0)

/* Searches what ascends: `low` becomes the first place from it to `high` of which `holds`, said of a place
 * `at`, is false; it must be true of all places before that and of none after it. */
#define PARTITION_POINT(low, high, at, holds)                    \
	while ((low) < (high)) {                                     \
		const __typeof__(low) at = (low) + ((high) - (low)) / 2; \
		if (holds)                                               \
			(low) = at + 1;                                      \
		else                                                     \
			(high) = at;                                         \
	}

/* Gives *array exactly that many elements; what is new is not zeroed. */
void memory_resize(void *array, size_t count, size_t size);

/* For finding things in memory: the same for bytes alike, seldom for others (FNV-1a). seed: 0, or that of
 * what came before them. */
uint64_t memory_hash(uint64_t seed, const void *data, size_t length);

/* A copy of length bytes (NULL for 0); free() it. */
void *memory_copy(const void *data, size_t length);

/* A copy of a string; free() it. */
char *memory_copy_string(const char *string);

/* Zeroed memory for secrets: never in a core dump, and never swapped out where the limit on locked memory
 * allows that. */
void *memory_allocate_secret(size_t count, size_t size);
/* Wipes and frees it, with the same count and size; NULL is fine. */
void memory_release_secret(void *data, size_t count, size_t size);

/* Overwrites a secret so that the compiler cannot leave it out; NULL is fine for nothing. */
void memory_wipe(void *data, size_t length);

/* Overwrites what functions that have returned left on the stack: other people's code leaves keys there. */
void memory_wipe_stack(void);

#endif

/* Allocation that never returns NULL: every length is bounded before it is asked for, so running out means
 * the machine is out. */
#ifndef EOSIOFS_CORE_BASE_MEMORY_H
#define EOSIOFS_CORE_BASE_MEMORY_H

#include <stddef.h>

/* Zeroed memory of count * size bytes; free() it. Ends the process with a sentence on stderr when there is
 * none. */
void *memory_allocate(size_t count, size_t size);

/* Grows *array (elements of `size` bytes, *capacity of them) so that it holds at least `needed`; at least
 * doubles. */
void memory_grow(void *array, size_t *capacity, size_t needed, size_t size);

/* A copy of length bytes (NULL for 0); free() it. */
void *memory_copy(const void *data, size_t length);

/* A copy of a string; free() it. */
char *memory_copy_string(const char *string);

/* Overwrites a secret so that the compiler cannot leave it out. */
void memory_wipe(void *data, size_t length);

#endif

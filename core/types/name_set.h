/* Sets of names. One of zeroes is empty; name_set_release() ends it. */
#ifndef EOSIOFS_CORE_TYPES_NAME_SET_H
#define EOSIOFS_CORE_TYPES_NAME_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct name_set {
	uint64_t *names; /* owned; ascending */
	size_t count, capacity;
};
void name_set_release(struct name_set *set);
bool name_set_has(const struct name_set *set, uint64_t name);
void name_set_add(struct name_set *set, uint64_t name);
void name_set_remove(struct name_set *set, uint64_t name);

#endif

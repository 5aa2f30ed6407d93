/* Sets of names, small ones: lists in order. */
#include "core/types/name_set.h"

#include "core/base/memory.h"

#include <stdlib.h>
#include <string.h>

void name_set_release(struct name_set *set)
{
	free(set->names);
	*set = (struct name_set){0};
}

/* How many of them are less. */
static size_t place_of(const struct name_set *set, uint64_t name)
{
	size_t from = 0, to = set->count;

	PARTITION_POINT(from, to, at, set->names[at] < name);
	return from;
}

bool name_set_has(const struct name_set *set, uint64_t name)
{
	size_t at = place_of(set, name);

	return at < set->count && set->names[at] == name;
}

void name_set_add(struct name_set *set, uint64_t name)
{
	size_t at = place_of(set, name);

	if (at == set->count || set->names[at] != name)
		LIST_INSERT(set->names, set->count, set->capacity, at, name);
}

void name_set_remove(struct name_set *set, uint64_t name)
{
	size_t at = place_of(set, name);

	if (at == set->count || set->names[at] != name)
		return;
	memmove(&set->names[at], &set->names[at + 1], (set->count - at - 1) * sizeof *set->names);
	set->count--;
}

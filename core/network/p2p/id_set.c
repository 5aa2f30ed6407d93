/* Open addressing; ids are hashes, so their own bytes say where they belong. */
#include "core/network/p2p/id_set.h"

#include "core/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 64 };

void id_set_release(struct id_set *set)
{
	free(set->entries);
	*set = (struct id_set){0};
}

/* Its last bytes: a block id's first are its number. */
static size_t place_of(const struct id_set *set, const struct checksum256 *id)
{
	uint64_t bits;
	memcpy(&bits, id->data + sizeof id->data - sizeof bits, sizeof bits);
	size_t place = (size_t)bits & (set->capacity - 1);
	while (set->entries[place].used && !checksum256_equal(&set->entries[place].id, id))
		place = (place + 1) & (set->capacity - 1);
	return place;
}

bool id_set_has(const struct id_set *set, const struct checksum256 *id)
{
	return set->capacity && set->entries[place_of(set, id)].used;
}

/* Into a table of that capacity, without those whose value is at most `value`. */
static void rebuild(struct id_set *set, size_t capacity, bool forget, uint32_t value)
{
	struct id_set old = *set;

	*set = (struct id_set){.entries = memory_allocate(capacity, sizeof *set->entries), .capacity = capacity};
	for (size_t i = 0; i < old.capacity; i++)
		if (old.entries[i].used && !(forget && old.entries[i].value <= value)) {
			set->entries[place_of(set, &old.entries[i].id)] = old.entries[i];
			set->count++;
		}
	id_set_release(&old);
}

bool id_set_add(struct id_set *set, const struct checksum256 *id, uint32_t value)
{
	if (2 * (set->count + 1) > set->capacity)
		rebuild(set, set->capacity ? 2 * set->capacity : FIRST_CAPACITY, false, 0);
	struct id_entry *entry = &set->entries[place_of(set, id)];
	if (entry->used)
		return false;
	*entry = (struct id_entry){.id = *id, .value = value, .used = true};
	set->count++;
	return true;
}

void id_set_forget(struct id_set *set, uint32_t value)
{
	size_t kept = 0, capacity = FIRST_CAPACITY;

	for (size_t i = 0; i < set->capacity; i++)
		kept += set->entries[i].used && set->entries[i].value > value;
	if (kept == set->count)
		return;
	while (capacity < 2 * (kept + 1))
		capacity *= 2;
	if (kept == 0)
		id_set_release(set);
	else
		rebuild(set, capacity, true, value);
}

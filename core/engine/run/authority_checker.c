/* Does an authority's threshold hold under these keys, permissions and this delay? (protocol.md C.3) */
#include "core/engine/run/authorization.h"

#include "core/base/memory.h"
#include "core/base/seconds.h"

#include <stdlib.h>

/* Authorities recurse here, whatever the chain's parameters allow; a level takes some 900 bytes of stack. */
enum { AUTHORITY_DEPTH_MAXIMUM = 1000 };

/* What is known of a permission during one evaluation. */
enum level_state { LEVEL_BEING_EVALUATED, LEVEL_UNSATISFIED, LEVEL_SATISFIED };
struct known_level {
	struct permission_level level;
	enum level_state state;
};

struct evaluation {
	struct authority_checker *checker;
	struct known_level *levels; /* owned */
	size_t count, capacity;
};

/* An entry of an authority, in the order in which they are looked at: heavier first, among equals waits,
 * then keys, then accounts. */
enum entry_kind { ENTRY_WAIT, ENTRY_KEY, ENTRY_ACCOUNT };
struct entry {
	uint32_t weight, index;
	enum entry_kind kind;
};

void authority_checker_init(struct authority_checker *checker, const struct map_root *root,
                            const struct public_key *keys, size_t keys_count,
                            const struct permission_level *permissions, size_t permissions_count,
                            int64_t delay_us, uint16_t depth_limit)
{
	*checker = (struct authority_checker){.root = root,
	                                      .keys = keys,
	                                      .keys_count = keys_count,
	                                      .permissions = permissions,
	                                      .permissions_count = permissions_count,
	                                      .delay_us = delay_us,
	                                      .depth_limit = depth_limit < AUTHORITY_DEPTH_MAXIMUM
	                                                         ? depth_limit
	                                                         : AUTHORITY_DEPTH_MAXIMUM};
	if (keys_count) {
		checker->used = memory_allocate(keys_count, sizeof *checker->used);
		checker->used_order = memory_allocate(keys_count, sizeof *checker->used_order);
	}
}

void authority_checker_release(struct authority_checker *checker)
{
	free(checker->used);
	free(checker->used_order);
	checker->used = NULL;
	checker->used_order = NULL;
}

bool authority_checker_all_used(const struct authority_checker *checker)
{
	return checker->used_count == checker->keys_count;
}

static bool key_satisfied(struct authority_checker *checker, const struct public_key *key)
{
	size_t low = 0, high = checker->keys_count;
	PARTITION_POINT(low, high, at, public_key_compare(&checker->keys[at], key) < 0);
	if (low == checker->keys_count || public_key_compare(&checker->keys[low], key) != 0)
		return false;
	if (!checker->used[low]) {
		checker->used[low] = true;
		checker->used_order[checker->used_count++] = low;
	}
	return true;
}

/* --- what is known of permissions --- */

static bool provided(const struct authority_checker *checker, const struct permission_level *level)
{
	for (size_t i = 0; i < checker->permissions_count; i++) {
		const struct permission_level *given = &checker->permissions[i];
		if (given->actor == level->actor && (!given->permission || given->permission == level->permission))
			return true;
	}
	return false;
}

static struct known_level *known(struct evaluation *evaluation, const struct permission_level *level)
{
	for (size_t i = 0; i < evaluation->count; i++)
		if (!permission_level_compare(&evaluation->levels[i].level, level))
			return &evaluation->levels[i];
	return NULL;
}

static bool authority_satisfied(struct evaluation *evaluation, const struct authority *authority,
                                uint32_t depth);

static bool level_satisfied(struct evaluation *evaluation, const struct permission_level *level,
                            uint32_t depth)
{
	struct authority_checker *checker = evaluation->checker;
	struct known_level *before;
	struct permission_object permission;
	struct authority authority;
	size_t index;
	bool result;
	if (provided(checker, level))
		return true;
	if ((before = known(evaluation, level)))
		return before->state == LEVEL_SATISFIED;
	if (depth >= checker->depth_limit ||
	    !permission_get(checker->root, &permission, level->actor, level->permission))
		return false;
	index = evaluation->count;
	LIST_APPEND(evaluation->levels, evaluation->count, evaluation->capacity,
	            (struct known_level){*level, LEVEL_BEING_EVALUATED});
	authority = permission_authority(&permission);
	result = authority_satisfied(evaluation, &authority, depth + 1);
	authority_release(&authority);
	evaluation->levels[index].state = result ? LEVEL_SATISFIED : LEVEL_UNSATISFIED;
	return result;
}

/* --- authorities --- */

static int compare_entries(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

static size_t list_entries(struct entry *entries, const struct authority *authority)
{
	size_t count = 0;
	for (size_t i = 0; i < authority->waits_count; i++)
		entries[count++] = (struct entry){authority->waits[i].weight, (uint32_t)i, ENTRY_WAIT};
	for (size_t i = 0; i < authority->keys_count; i++)
		entries[count++] = (struct entry){authority->keys[i].weight, (uint32_t)i, ENTRY_KEY};
	for (size_t i = 0; i < authority->accounts_count; i++)
		entries[count++] = (struct entry){authority->accounts[i].weight, (uint32_t)i, ENTRY_ACCOUNT};
	if (count > 1)
		qsort(entries, count, sizeof *entries, compare_entries);
	return count;
}

static bool entry_satisfied(struct evaluation *evaluation, const struct authority *authority,
                            const struct entry *entry, uint32_t depth)
{
	switch (entry->kind) {
	case ENTRY_WAIT:
		return evaluation->checker->delay_us >= (int64_t)authority->waits[entry->index].wait_sec * SECOND_US;
	case ENTRY_KEY:
		return key_satisfied(evaluation->checker, &authority->keys[entry->index].key);
	case ENTRY_ACCOUNT:
		return level_satisfied(evaluation, &authority->accounts[entry->index].permission, depth);
	}
	return false;
}

static bool authority_satisfied(struct evaluation *evaluation, const struct authority *authority,
                                uint32_t depth)
{
	struct authority_checker *checker = evaluation->checker;
	size_t used_before = checker->used_count,
		   total = authority->keys_count + authority->accounts_count + authority->waits_count, count;
	struct entry few[16], *entries = total <= 16 ? few : memory_allocate(total, sizeof *entries);
	uint64_t weight = 0;
	bool satisfied = false;

	count = list_entries(entries, authority);
	for (size_t i = 0; i < count && !satisfied; i++) {
		if (entry_satisfied(evaluation, authority, &entries[i], depth))
			weight += entries[i].weight;
		satisfied = weight >= authority->threshold;
	}
	/* Keys that did not suffice count as not used. */
	while (!satisfied && checker->used_count > used_before)
		checker->used[checker->used_order[--checker->used_count]] = false;
	if (entries != few)
		free(entries);
	return satisfied;
}

bool authority_checker_satisfied(struct authority_checker *checker, const struct permission_level *level)
{
	struct evaluation evaluation = {.checker = checker};
	bool result = level_satisfied(&evaluation, level, 0);

	free(evaluation.levels);
	return result;
}

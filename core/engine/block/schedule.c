/* Producer schedules on their way: the proposed one in the state, and eosio.prods' authorities
 * (protocol.md D.5, E.5). */
#include "core/engine/engine_parts.h"

#include "core/base/memory.h"
#include "core/types/name.h"

#include <string.h>

bool proposed_schedule_get(const struct map_root *root, uint32_t *block_num, struct producer_schedule *out)
{
	struct state_key key = state_key_global(GLOBAL_PROPOSED_SCHEDULE);
	struct map_value value;
	struct cursor in;

	if (!state_get(root, &value, &key))
		return false;
	in = cursor_make(value.data, value.length);
	*block_num = cursor_u32(&in);
	return !producer_schedule_unpack(out, &in, false);
}

void proposed_schedule_put(struct map_edit *edit, uint32_t block_num,
                           const struct producer_schedule *schedule)
{
	struct state_key key = state_key_global(GLOBAL_PROPOSED_SCHEDULE);
	struct bytes value = {0};

	bytes_put_u32(&value, block_num);
	producer_schedule_pack(&value, schedule, false);
	state_put(edit, &key, value.data, value.length);
	bytes_release(&value);
}

void proposed_schedule_remove(struct map_edit *edit)
{
	struct state_key key = state_key_global(GLOBAL_PROPOSED_SCHEDULE);

	state_remove(edit, &key);
}

/* --- eosio.prods --- */

static bool authority_bytes_equal(const struct authority *authority,
                                  const struct permission_object *permission)
{
	struct bytes packed = {0};
	struct cursor in = permission->packed;
	size_t length = cursor_left(&in);
	const uint8_t *data = cursor_take(&in, length);
	bool equal;

	authority_pack(&packed, authority);
	equal = packed.length == length && !memcmp(packed.data, data, length);
	bytes_release(&packed);
	return equal;
}

static void set_producers_permission(struct engine *engine, uint64_t name, uint32_t threshold,
                                     const struct producer_schedule *schedule)
{
	struct map_edit *edit = engine->pending->edit;
	struct authority authority = {.threshold = threshold, .accounts_count = schedule->producers_count};
	struct permission_object permission;
	authority.accounts = memory_allocate(schedule->producers_count, sizeof *authority.accounts);
	/* in the schedule's order, which need not ascend */
	for (size_t i = 0; i < schedule->producers_count; i++)
		authority.accounts[i] = (struct permission_level_weight){
			{schedule->producers[i].producer_name, name_literal("active")}, 1};
	if (permission_get(map_edit_view(edit), &permission, name_literal("eosio.prods"), name) &&
	    !authority_bytes_equal(&authority, &permission)) {
		permission.block_num = engine_block_number(engine);
		permission_put(edit, &permission, &authority);
	}
	authority_release(&authority);
}

void update_producers_authority(struct engine *engine, const struct producer_schedule *schedule)
{
	uint32_t count = (uint32_t)schedule->producers_count;

	set_producers_permission(engine, name_literal("active"), count * 2 / 3 + 1, schedule);
	set_producers_permission(engine, name_literal("prod.major"), count / 2 + 1, schedule);
	set_producers_permission(engine, name_literal("prod.minor"), count / 3 + 1, schedule);
}

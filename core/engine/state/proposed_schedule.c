/* The proposed producer schedule in the state. */
#include "core/engine/state/proposed_schedule.h"

bool proposed_schedule_get(const struct map_root *root, uint32_t *block_num, struct producer_schedule *out)
{
	struct state_key key = state_key_global(GLOBAL_PROPOSED_SCHEDULE);
	struct cursor in;

	if (!state_read(root, &in, &key))
		return false;
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

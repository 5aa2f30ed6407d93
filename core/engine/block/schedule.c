/* What a block's beginning does about producer schedules: the proposed one becomes pending, eosio.prods
 * follows the active one (protocol.md D.5, E.5). */
#include "core/engine/engine_private.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/types/name.h"

int schedule_promote_proposed(struct pending_block *pending, const struct block_state *head,
                              struct error *error)
{
	struct producer_schedule proposed;
	uint32_t proposed_in;
	if (head->pending_schedule.producers_count ||
	    !proposed_schedule_get(map_edit_view(pending->edit), &proposed_in, &proposed))
		return 0;
	if (proposed_in > pending->next->dpos_irreversible) {
		producer_schedule_release(&proposed);
		return 0;
	}
	pending->new_schedule = proposed;
	if (proposed.version != head->active_schedule.version + 1)
		return error_chain(error, PRODUCER_SCHEDULE_EXCEPTION, "wrong producer schedule version specified");
	pending->has_new_schedule = true;
	proposed_schedule_remove(pending->edit);
	return 0;
}

static void set_permission(struct pending_block *pending, uint64_t name, uint32_t threshold)
{
	const struct producer_schedule *schedule = &pending->next->active_schedule;
	struct authority authority = {.threshold = threshold, .accounts_count = schedule->producers_count};

	authority.accounts = memory_allocate(schedule->producers_count, sizeof *authority.accounts);
	/* in the schedule's order, which need not ascend */
	for (size_t i = 0; i < schedule->producers_count; i++)
		authority.accounts[i] = (struct permission_level_weight){
			{schedule->producers[i].producer_name, name_literal("active")}, 1};
	permission_set_authority(pending->edit, name_literal("eosio.prods"), name, &authority,
	                         pending_number(pending));
	authority_release(&authority);
}

void schedule_update_producers_authority(struct pending_block *pending)
{
	uint32_t count = (uint32_t)pending->next->active_schedule.producers_count;

	set_permission(pending, name_literal("active"), count * 2 / 3 + 1);
	set_permission(pending, name_literal("prod.major"), count / 2 + 1);
	set_permission(pending, name_literal("prod.minor"), count / 3 + 1);
}

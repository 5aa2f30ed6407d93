/* Who made how many blocks of each turn, in the last rounds of the schedule. */
#include "core/page/page_private.h"

#include "core/base/memory.h"

#include <errno.h>

static struct turns *turns_of(struct facts *facts, uint64_t name)
{
	for (size_t i = 0; i < facts->turns_count; i++)
		if (facts->turns[i].name == name)
			return &facts->turns[i];
	return NULL;
}

/* The slots to the head's: each belongs to somebody (protocol.md E.6). begin: where the first column does. */
static void count_slots(struct facts *facts, uint32_t begin, uint32_t from, uint32_t last)
{
	size_t round_slots = SLOTS_OF_A_TURN * facts->turns_count;

	for (uint32_t slot = from; slot <= last; slot++) {
		struct turns *turns = &facts->turns[slot % round_slots / SLOTS_OF_A_TURN];
		turns->elapsed[(slot - begin) / round_slots]++;
	}
}

/* Each producer of the schedule by which blocks are made now; its version. */
static int begin_turns(struct facts *facts, uint32_t *version, struct chain_view *view, struct error *error)
{
	struct chain_schedules schedules = {0};
	int result = view->operations->schedules(view, &schedules, error);

	facts->turns_count = result == 0 ? schedules.active.producers_count : 0;
	if (facts->turns_count > 0)
		facts->turns = memory_allocate(facts->turns_count, sizeof *facts->turns);
	for (size_t i = 0; i < facts->turns_count; i++)
		facts->turns[i].name = schedules.active.producers[i].producer_name;
	*version = schedules.active.version;
	chain_schedules_release(&schedules);
	return result;
}

int facts_rounds(struct facts *facts, struct chain_view *view, struct error *error)
{
	uint32_t version = 0;
	int result = begin_turns(facts, &version, view, error);

	if (result || facts->turns_count == 0)
		return result;
	const uint32_t round_slots = SLOTS_OF_A_TURN * (uint32_t)facts->turns_count;
	const uint32_t last = facts->info.head_slot, rounds = last / round_slots;
	const uint32_t begin = (rounds < ROUNDS_SHOWN ? 0 : rounds - ROUNDS_SHOWN + 1) * round_slots;
	uint32_t from = last + 1; /* before the schedule's first block nothing was missed */
	for (uint32_t number = facts->info.head_block_num; number > 0 && from > begin; number--) {
		struct signed_block block = {0};
		result = view->operations->block(view, &block, number, error);
		uint32_t slot = block.header.timestamp;
		bool ends = result != 0 || block.header.schedule_version != version;
		struct turns *turns = ends || slot < begin || slot > last ? NULL
		                                                         : turns_of(facts, block.header.producer);
		if (turns)
			turns->made[(slot - begin) / round_slots]++;
		signed_block_release(&block);
		if (ends)
			break;
		if (slot <= last)
			from = slot > begin ? slot : begin;
	}
	count_slots(facts, begin, from, last);
	return result == -ENOENT ? 0 : result;
}

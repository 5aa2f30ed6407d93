/* How many slots each producer let pass, as a block's chain tells: who was scheduled for the slots between
 * two blocks. States without such a slot between them share one list. */
#include "core/engine/engine_private.h"

#include "core/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS_IN_A_ROW = 12, PACKED_ENTRY = 12 };

struct missed_slots *missed_slots_hold(struct missed_slots *missed)
{
	if (missed)
		missed->references++;
	return missed;
}

void missed_slots_release(struct missed_slots *missed)
{
	if (missed && !--missed->references)
		free(missed);
}

static struct missed_slots *allocate(size_t count)
{
	struct missed_slots *missed = memory_allocate(1, sizeof *missed + count * sizeof *missed->of);
	missed->references = 1;
	return missed;
}

static void add(struct missed_slots *missed, uint64_t producer, uint32_t slots)
{
	size_t i = 0;

	while (i < missed->count && missed->of[i].producer != producer)
		i++;
	if (i == missed->count)
		missed->of[missed->count++].producer = producer;
	missed->of[i].slots += slots;
}

/* What lies before the first block that was made was nobody's. */
struct missed_slots *missed_slots_after(const struct block_state *previous, uint32_t slot)
{
	const struct producer_schedule *schedule = &previous->active_schedule;
	uint32_t first = previous->block->header.timestamp + 1, round, rounds;
	size_t known = previous->missed ? previous->missed->count : 0;
	struct missed_slots *missed;
	if (slot <= first || previous->number == 1 || !schedule->producers_count)
		return missed_slots_hold(previous->missed);
	missed = allocate(known + schedule->producers_count);
	missed->count = known;
	if (known)
		memcpy(missed->of, previous->missed->of, known * sizeof *missed->of);
	round = (uint32_t)schedule->producers_count * SLOTS_IN_A_ROW;
	rounds = (slot - first) / round;
	for (size_t i = 0; i < schedule->producers_count && rounds; i++)
		add(missed, schedule->producers[i].producer_name, rounds * SLOTS_IN_A_ROW);
	for (first += rounds * round; first < slot; first++)
		add(missed, block_state_producer(previous, first)->producer_name, 1);
	return missed;
}

uint32_t block_state_missed(const struct block_state *state, uint64_t producer)
{
	for (size_t i = 0; state->missed && i < state->missed->count; i++)
		if (state->missed->of[i].producer == producer)
			return state->missed->of[i].slots;
	return 0;
}

void missed_slots_pack(struct bytes *out, const struct missed_slots *missed)
{
	bytes_put_varuint32(out, missed ? (uint32_t)missed->count : 0);
	for (size_t i = 0; missed && i < missed->count; i++) {
		bytes_put_u64(out, missed->of[i].producer);
		bytes_put_u32(out, missed->of[i].slots);
	}
}

struct missed_slots *missed_slots_unpack(struct cursor *in)
{
	uint32_t count = cursor_left(in) ? cursor_count(in, PACKED_ENTRY) : 0; /* older states have none */
	struct missed_slots *missed = count && !in->failed ? allocate(count) : NULL;

	for (uint32_t i = 0; missed && i < count; i++) {
		missed->of[i].producer = cursor_u64(in);
		missed->of[i].slots = cursor_u32(in);
		missed->count++;
	}
	return missed;
}

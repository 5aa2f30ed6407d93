/* Rounds: see rounds.h. */
#include "core/chain/embedded/view/rounds.h"

#include "core/base/bytes.h"
#include "core/base/memory.h"
#include "core/engine/block/deeds.h"
#include "core/types/time.h"

#include <inttypes.h>
#include <stdlib.h>

enum { SLOTS_IN_A_ROW = 12, PACKED_PRODUCER = 24 };

struct rounds {
	uint32_t version, round; /* the one that goes on */
	uint32_t first_block, last_block, first_slot, last_slot;
	struct round_producer {
		uint64_t producer;
		uint32_t made, first, last; /* in this round */
		uint32_t missed_before;     /* what had been told of before it */
	} *producers; /* owned */
	size_t count, capacity;
};

static const struct packed_field rounds_fields[] = {
	PACKED_FIELD(struct rounds, version),
	PACKED_FIELD(struct rounds, round),
	PACKED_FIELD(struct rounds, first_block),
	PACKED_FIELD(struct rounds, last_block),
	PACKED_FIELD(struct rounds, first_slot),
	PACKED_FIELD(struct rounds, last_slot),
	{0},
}, producer_fields[] = {
	PACKED_FIELD(struct round_producer, producer),
	PACKED_FIELD(struct round_producer, made),
	PACKED_FIELD(struct round_producer, first),
	PACKED_FIELD(struct round_producer, last),
	PACKED_FIELD(struct round_producer, missed_before),
	{0},
};

struct rounds *rounds_create(const struct bytes *packed)
{
	struct rounds *rounds = memory_allocate(1, sizeof *rounds);
	struct cursor in = cursor_make(packed->data, packed->length);

	cursor_fields(&in, rounds, rounds_fields);
	size_t count = cursor_count(&in, PACKED_PRODUCER);
	memory_grow(&rounds->producers, &rounds->capacity, count + 1, sizeof *rounds->producers);
	for (; rounds->count < count; rounds->count++)
		cursor_fields(&in, &rounds->producers[rounds->count], producer_fields);
	if (in.failed)
		rounds->count = rounds->first_block = 0;
	return rounds;
}

void rounds_destroy(struct rounds *rounds)
{
	if (rounds)
		free(rounds->producers);
	free(rounds);
}

void rounds_pack(struct bytes *out, const struct rounds *rounds)
{
	bytes_clear(out);
	bytes_put_fields(out, rounds, rounds_fields);
	bytes_put_varuint32(out, (uint32_t)rounds->count);
	for (size_t i = 0; i < rounds->count; i++)
		bytes_put_fields(out, &rounds->producers[i], producer_fields);
}

static struct round_producer *find(struct rounds *rounds, uint64_t producer)
{
	for (size_t i = 0; i < rounds->count; i++)
		if (rounds->producers[i].producer == producer)
			return &rounds->producers[i];
	memory_grow(&rounds->producers, &rounds->capacity, rounds->count + 1, sizeof *rounds->producers);
	rounds->producers[rounds->count] = (struct round_producer){.producer = producer};
	return &rounds->producers[rounds->count++];
}

static void print_round(struct text *out, const struct rounds *rounds, const struct round_producer *one,
                        const struct deeds *next, uint32_t missed)
{
	text_clear(out);
	text_printf(out,
	            "\"ended_by_block\":%" PRIu32 ",\"from\":\"%s\",\"to\":\"%s\",\"blocks\":%" PRIu32
	            ",\"missed\":%" PRIu32,
	            next->block_num, slot_text(rounds->first_slot).text, slot_text(rounds->last_slot).text,
	            one->made, missed);
	if (one->made)
		text_printf(out, ",\"first_block\":%" PRIu32 ",\"last_block\":%" PRIu32, one->first, one->last);
	text_append_char(out, '}');
}

/* What was missed up to the block that begins the next round belongs to the one that ends. */
static void end_round(struct rounds *rounds, const struct deeds *next, round_visitor *visitor, void *context)
{
	struct text line = TEXT_EMPTY;
	uint64_t producer;
	uint32_t slots;

	for (size_t place = 0; deeds_missed(next, &producer, &slots, place); place++)
		find(rounds, producer);
	for (size_t i = 0; i < rounds->count; i++) {
		struct round_producer *one = &rounds->producers[i];
		uint32_t missed = one->missed_before;
		for (size_t place = 0; deeds_missed(next, &producer, &slots, place); place++)
			if (producer == one->producer)
				missed = slots;
		if (one->made || missed > one->missed_before) {
			print_round(&line, rounds, one, next, missed - one->missed_before);
			visitor(context, one->producer, &line);
		}
		one->made = 0;
		one->missed_before = missed;
	}
	text_release(&line);
}

/* Where telling begins in the middle of a chain, what was missed before is nobody's round. */
static void begin(struct rounds *rounds, const struct deeds *block)
{
	uint64_t producer;
	uint32_t slots;

	for (size_t place = 0; deeds_missed(block, &producer, &slots, place); place++)
		find(rounds, producer)->missed_before = slots;
}

void rounds_take(struct rounds *rounds, const struct deeds *block, round_visitor *visitor, void *context)
{
	uint32_t length = (uint32_t)(block->producers_count ? block->producers_count : 1) * SLOTS_IN_A_ROW;
	uint32_t round = block->slot / length;

	if (!rounds->first_block)
		begin(rounds, block);
	else if (round != rounds->round || block->schedule_version != rounds->version)
		end_round(rounds, block, visitor, context);
	if (!rounds->first_block || round != rounds->round || block->schedule_version != rounds->version) {
		rounds->first_block = block->block_num;
		rounds->first_slot = block->slot;
	}
	rounds->version = block->schedule_version;
	rounds->round = round;
	rounds->last_block = block->block_num;
	rounds->last_slot = block->slot;
	struct round_producer *one = find(rounds, block->producer);
	if (!one->made++)
		one->first = block->block_num;
	one->last = block->block_num;
}

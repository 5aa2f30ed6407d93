/* What a block's header means for the chain after it: active and pending schedules, confirmations, the
 * last irreversible block (protocol.md E.3 to E.7). */
#include "core/engine/engine_private.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/engine/block/deeds.h"
#include "core/types/name.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PRODUCER_REPETITIONS = 12, CONFIRMATIONS_MAXIMUM = 1024 };

/* --- life --- */

struct block_state *block_state_hold(struct block_state *block)
{
	if (block)
		block->references++;
	return block;
}

void block_state_release(struct block_state *block)
{
	if (!block || --block->references)
		return;
	ledger_forget(block);
	if (block->block) {
		signed_block_release(block->block);
		free(block->block);
	}
	map_root_release(block->root);
	producer_schedule_release(&block->active_schedule);
	producer_schedule_release(&block->pending_schedule);
	id_trail_release(block->trail);
	deeds_release(block->deeds);
	missed_slots_release(block->missed);
	free(block->last_produced);
	free(block->confirm_count);
	free(block);
}

static struct signed_block *header_of(const struct signed_block *block)
{
	struct signed_block *copy = memory_allocate(1, sizeof *copy);
	struct bytes packed = {0};

	block_header_pack(&packed, &block->header);
	struct cursor in = cursor_make(packed.data, packed.length);
	block_header_unpack(&copy->header, &in);
	copy->id = block->id;
	copy->producer_signature = block->producer_signature;
	bytes_release(&packed);
	return copy;
}

struct block_state *block_state_without_transactions(const struct block_state *state)
{
	struct block_state *copy = memory_allocate(1, sizeof *copy);

	*copy = *state;
	copy->references = 1;
	copy->next_in_bucket = NULL;
	copy->is_bare = true;
	copy->block = header_of(state->block);
	copy->active_schedule = producer_schedule_share(&state->active_schedule);
	copy->pending_schedule = producer_schedule_share(&state->pending_schedule);
	copy->last_produced =
		memory_copy(state->last_produced, state->last_produced_count * sizeof *state->last_produced);
	copy->confirm_count = memory_copy(state->confirm_count, state->confirm_count_count);
	map_root_hold(copy->root);
	id_trail_hold(copy->trail);
	deeds_hold(copy->deeds);
	missed_slots_hold(copy->missed);
	return copy;
}

void block_state_sign(struct block_state *block, const struct signature *signature)
{
	block->block->producer_signature = *signature;
}

/* --- producers --- */

const struct producer_authority *block_state_producer(const struct block_state *state, uint32_t slot)
{
	size_t count = state->active_schedule.producers_count;
	return count ? &state->active_schedule
	                    .producers[slot % (count * PRODUCER_REPETITIONS) / PRODUCER_REPETITIONS]
	             : NULL;
}

static const struct last_produced *find_last(const struct block_state *state, uint64_t producer)
{
	for (size_t i = 0; i < state->last_produced_count; i++)
		if (state->last_produced[i].producer == producer)
			return &state->last_produced[i];
	return NULL;
}

/* --- confirmations (E.7) --- */

static void confirm(struct block_state *next, const struct block_state *previous, uint16_t confirmed)
{
	size_t kept = previous->confirm_count_count, skipped = 0, count;
	uint32_t remaining = (uint32_t)confirmed + 1; /* this block too */

	if (kept >= CONFIRMATIONS_MAXIMUM)
		skipped = kept - (CONFIRMATIONS_MAXIMUM - 1);
	kept -= skipped;
	count = kept + 1;
	next->confirm_count = memory_allocate(count, 1);
	if (kept)
		memcpy(next->confirm_count, previous->confirm_count + skipped, kept);
	next->confirm_count[kept] = (uint8_t)(previous->active_schedule.producers_count * 2 / 3 + 1);
	next->dpos_proposed_irreversible = previous->dpos_proposed_irreversible;
	for (size_t i = count; i-- > 0 && remaining; remaining--) {
		if (--next->confirm_count[i])
			continue;
		next->dpos_proposed_irreversible = next->number - (uint32_t)(count - 1 - i);
		memmove(next->confirm_count, next->confirm_count + i + 1, count - i - 1);
		count -= i + 1;
		break;
	}
	next->confirm_count_count = count;
}

static int compare_numbers(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return a < b ? -1 : a > b;
}

/* What two thirds of the producers have implied to be irreversible. */
static uint32_t last_irreversible(const struct block_state *previous, uint64_t producer)
{
	uint32_t *numbers = memory_allocate(previous->last_produced_count + 1, sizeof *numbers), result = 0;
	size_t count = 0;

	for (size_t i = 0; i < previous->last_produced_count; i++) {
		const struct last_produced *last = &previous->last_produced[i];
		if (last->has_implied)
			numbers[count++] = last->producer == producer ? previous->dpos_proposed_irreversible
			                                              : last->implied_irreversible;
	}
	if (count) {
		qsort(numbers, count, sizeof *numbers, compare_numbers);
		result = numbers[(count - 1) / 3];
	}
	free(numbers);
	return result;
}

/* The producer's entry in *next, made when it is not there; entries ascend. */
static struct last_produced *put_last(struct block_state *next, uint64_t producer)
{
	size_t at = 0;
	while (at < next->last_produced_count && next->last_produced[at].producer < producer)
		at++;
	if (at < next->last_produced_count && next->last_produced[at].producer == producer)
		return &next->last_produced[at];
	memmove(&next->last_produced[at + 1], &next->last_produced[at],
	        (next->last_produced_count - at) * sizeof *next->last_produced);
	next->last_produced[at] = (struct last_produced){.producer = producer};
	next->last_produced_count++;
	return &next->last_produced[at];
}

/* What each producer signed last; with a new schedule those who left are forgotten and those who came
 * start from the irreversible block. */
static void update_last_produced(struct block_state *next, const struct block_state *previous,
                                 uint64_t producer, bool promoted)
{
	const struct producer_schedule *schedule = &next->active_schedule;
	bool in_schedule = !promoted;
	struct last_produced *own;
	next->last_produced = memory_allocate(previous->last_produced_count + schedule->producers_count + 1,
	                                      sizeof *next->last_produced);
	if (!promoted) {
		if (previous->last_produced_count)
			memcpy(next->last_produced, previous->last_produced,
			       previous->last_produced_count * sizeof *next->last_produced);
		next->last_produced_count = previous->last_produced_count;
	} else {
		for (size_t i = 0; i < schedule->producers_count; i++) {
			uint64_t name = schedule->producers[i].producer_name;
			const struct last_produced *known = find_last(previous, name);
			struct last_produced *entry = put_last(next, name);
			entry->block = known ? known->block : next->dpos_irreversible;
			entry->implied_irreversible = known && known->has_implied ? known->implied_irreversible
			                                                          : next->dpos_irreversible;
			entry->has_implied = true;
			in_schedule = in_schedule || name == producer;
		}
	}
	own = put_last(next, producer);
	own->block = next->number;
	if (in_schedule) {
		own->implied_irreversible = previous->dpos_proposed_irreversible;
		own->has_implied = true;
	}
}

/* --- the next block's state --- */

struct block_state *block_state_next(const struct block_state *previous, bool *was_pending_promoted,
                                     uint32_t slot, uint16_t confirmed, struct error *error)
{
	const struct producer_authority *producer = block_state_producer(previous, slot);
	const struct last_produced *last = producer ? find_last(previous, producer->producer_name) : NULL;
	struct block_state *next;

	if (slot <= previous->block->header.timestamp) {
		error_chain(error, BLOCK_VALIDATE_EXCEPTION, "next block must be in the future");
		return NULL;
	}
	if (!producer) {
		error_chain(error, PRODUCER_SCHEDULE_EXCEPTION, "no producers in the active schedule");
		return NULL;
	}
	if (last && (int64_t)last->block >= (int64_t)previous->number + 1 - confirmed) {
		error_chain(error, PRODUCER_DOUBLE_CONFIRM, "producer %s double-confirming known range",
		            name_text(producer->producer_name).text);
		return NULL;
	}
	next = memory_allocate(1, sizeof *next);
	next->references = 1;
	next->number = previous->number + 1;
	next->missed = missed_slots_after(previous, slot);
	next->blockroot = previous->blockroot;
	incremental_merkle_append(&next->blockroot, &previous->id);
	confirm(next, previous, confirmed);
	next->dpos_irreversible = last_irreversible(previous, producer->producer_name);

	*was_pending_promoted = previous->pending_schedule.producers_count &&
	                        next->dpos_irreversible >= previous->pending_schedule_lib_num;
	if (*was_pending_promoted) {
		next->active_schedule = producer_schedule_share(&previous->pending_schedule);
		next->pending_schedule.version = previous->pending_schedule.version;
	} else {
		next->active_schedule = producer_schedule_share(&previous->active_schedule);
		next->pending_schedule = producer_schedule_share(&previous->pending_schedule);
	}
	next->pending_schedule_lib_num = previous->pending_schedule_lib_num;
	next->pending_schedule_hash = previous->pending_schedule_hash;
	update_last_produced(next, previous, producer->producer_name, *was_pending_promoted);
	return next;
}

/* --- signatures --- */

static bool block_signatures(struct signature **out, size_t *count, const struct signed_block *block)
{
	*out = memory_allocate(1, sizeof(**out));
	(*out)[0] = block->producer_signature;
	*count = 1;
	for (size_t i = 0; i < block->extensions_count; i++) {
		struct cursor in = cursor_make(block->extensions[i].data.data, block->extensions[i].data.length);
		uint32_t more;
		if (block->extensions[i].type != BLOCK_EXTENSION_SIGNATURES)
			return false;
		more = cursor_count(&in, 66);
		size_t capacity = *count;
		memory_grow(out, &capacity, *count + more, sizeof(**out));
		for (uint32_t k = 0; k < more; k++)
			if (signature_unpack(&(*out)[(*count)++], &in))
				return false;
	}
	return true;
}

static bool authority_has_key(const struct producer_authority *producer, const struct public_key *key,
                              uint32_t *weight)
{
	for (size_t i = 0; i < producer->keys_count; i++)
		if (!public_key_compare(&producer->keys[i].key, key)) {
			*weight = producer->keys[i].weight;
			return true;
		}
	return false;
}

static int check_block_keys(const struct producer_authority *producer, const struct signature *signatures,
                            size_t count, const struct checksum256 *digest, struct error *error)
{
	struct public_key *keys = memory_allocate(count, sizeof *keys);
	uint64_t total = 0;
	int result = 0;

	for (size_t i = 0; i < count && result == 0; i++) {
		uint32_t weight;
		if ((result = signature_recover(&keys[i], &signatures[i], digest, error)))
			break;
		for (size_t k = 0; k < i; k++)
			if (!public_key_compare(&keys[k], &keys[i]))
				result = error_chain(error, WRONG_SIGNING_KEY, "block signed by same key twice: %s",
				                     public_key_text(&keys[i]).text);
		if (result == 0 && !authority_has_key(producer, &keys[i], &weight))
			result = error_chain(error, WRONG_SIGNING_KEY, "block signed by unexpected key %s of producer %s",
			                     public_key_text(&keys[i]).text, name_text(producer->producer_name).text);
		else if (result == 0)
			total += weight;
	}
	if (result == 0 && total < producer->threshold)
		result = error_chain(error, WRONG_SIGNING_KEY,
		                     "block signatures do not satisfy the block signing authority of %s",
		                     name_text(producer->producer_name).text);
	free(keys);
	return result;
}

int block_state_verify_signatures(const struct block_state *previous, const struct signed_block *block,
                                  const struct checksum256 *digest, struct error *error)
{
	const struct producer_authority *producer = block_state_producer(previous, block->header.timestamp);
	struct signature *signatures;
	size_t count;
	int result;

	if (!producer || producer->producer_name != block->header.producer)
		return error_chain(error, WRONG_PRODUCER, "block %u is by %s, which does not produce its slot",
		                   previous->number + 1, name_text(block->header.producer).text);
	if (!block_signatures(&signatures, &count, block))
		result = error_chain(error, BLOCK_VALIDATE_EXCEPTION, "block extensions are malformed");
	else if (count > producer->keys_count)
		result = error_chain(
			error, BLOCK_VALIDATE_EXCEPTION,
			"number of block signatures (%zu) exceeds number of keys in block signing authority (%zu)", count,
			producer->keys_count);
	else
		result = check_block_keys(producer, signatures, count, digest, error);
	free(signatures);
	return result;
}

/* --- saving --- */

static const struct packed_field pending_fields[] = {
	PACKED_FIELD(struct block_state, pending_schedule_lib_num),
	PACKED_FIELD(struct block_state, pending_schedule_hash),
	{0},
};
static const struct packed_field irreversible_fields[] = {
	PACKED_FIELD(struct block_state, dpos_proposed_irreversible),
	PACKED_FIELD(struct block_state, dpos_irreversible),
	PACKED_FIELD(struct block_state, irreversible_id),
	{0},
};
static const struct packed_field last_fields[] = {
	PACKED_FIELD(struct last_produced, producer),
	PACKED_FIELD(struct last_produced, block),
	PACKED_FIELD(struct last_produced, implied_irreversible),
	PACKED_FIELD(struct last_produced, has_implied),
	{0},
};

void block_state_pack(struct bytes *out, const struct block_state *state)
{
	producer_schedule_pack(out, &state->active_schedule, false);
	producer_schedule_pack(out, &state->pending_schedule, false);
	bytes_put_fields(out, state, pending_fields);
	bytes_put_u64(out, state->blockroot.node_count);
	bytes_put_varuint32(out, (uint32_t)state->blockroot.active_count);
	for (size_t i = 0; i < state->blockroot.active_count; i++)
		bytes_put(out, state->blockroot.active[i].data, 32);
	bytes_put_fields(out, state, irreversible_fields);
	bytes_put_varuint32(out, (uint32_t)state->last_produced_count);
	for (size_t i = 0; i < state->last_produced_count; i++)
		bytes_put_fields(out, &state->last_produced[i], last_fields);
	bytes_put_counted(out, state->confirm_count, state->confirm_count_count);
}

static bool unpack_schedules(struct block_state *state, struct cursor *in)
{
	if (producer_schedule_unpack(&state->active_schedule, in, false))
		return false;
	if (producer_schedule_unpack(&state->pending_schedule, in, false))
		return false;
	cursor_fields(in, state, pending_fields);
	return !in->failed;
}

static bool unpack_blockroot(struct incremental_merkle *merkle, struct cursor *in)
{
	merkle->node_count = cursor_u64(in);
	merkle->active_count = cursor_count(in, 32);
	if (merkle->active_count > sizeof merkle->active / sizeof merkle->active[0])
		return false;
	for (size_t i = 0; i < merkle->active_count; i++)
		cursor_copy(in, merkle->active[i].data, 32);
	return !in->failed;
}

int block_state_unpack(struct block_state **out, struct cursor *in, struct error *error)
{
	struct block_state *state = memory_allocate(1, sizeof *state);
	const uint8_t *counts;

	state->references = 1;
	if (!unpack_schedules(state, in) || !unpack_blockroot(&state->blockroot, in))
		goto malformed;
	cursor_fields(in, state, irreversible_fields);
	state->last_produced_count = cursor_count(in, 17);
	state->last_produced = memory_allocate(state->last_produced_count, sizeof *state->last_produced);
	for (size_t i = 0; i < state->last_produced_count; i++)
		cursor_fields(in, &state->last_produced[i], last_fields);
	counts = cursor_counted(in, &state->confirm_count_count);
	if (in->failed || state->confirm_count_count > CONFIRMATIONS_MAXIMUM)
		goto malformed;
	state->confirm_count = memory_copy(counts, state->confirm_count_count);
	*out = state;
	return 0;
malformed:
	block_state_release(state);
	return error_set(error, EINVAL, "the saved head is malformed");
}

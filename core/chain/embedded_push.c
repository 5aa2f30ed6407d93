/* What writers ask of the embedded chain: pushing transactions, activating features, moving the clock. */
#include "core/chain/embedded.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/engine/feature.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The slot that a block opened now would take: of now, or the one after the head when the chain runs ahead. */
static uint32_t next_slot(struct embedded_chain *chain)
{
	return slot_from_us(embedded_now(chain)) + 1;
}

static int ensure_block(struct embedded_chain *chain, struct error *error)
{
	return embedded_open_block(chain, next_slot(chain), NULL, error);
}

static bool block_is_full(const struct error *error)
{
	return error->code == BLOCK_NET_USAGE_EXCEEDED || error->code == BLOCK_CPU_USAGE_EXCEEDED || error->code == BLOCK_RESOURCE_EXHAUSTED;
}

/* One try in the block in the making: into the journal first, so that nothing acknowledged is ever lost; out of it again when refused. */
static int push_once(struct embedded_chain *chain, struct packed_transaction *packed, const struct public_key *keys, size_t keys_count,
                     const struct push_options *options, struct transaction_trace *trace, struct error *error)
{
	int result;

	if (chain->storage) {
		if (!chain->pending_journaled) {
			result = storage_journal_begin(chain->storage, chain, error);
			if (result)
				return result;
			chain->pending_journaled = true;
		}
		result = storage_journal_append(chain->storage, packed, options->without_keys, error);
		if (result)
			return result;
	}
	result = engine_push(chain->engine, packed, keys, keys_count, options, trace, error);
	if (result && chain->storage)
		storage_journal_take_back(chain->storage);
	return result;
}

int embedded_push(struct chain *base, struct packed_transaction *packed, const struct chain_send_options *options,
                  struct transaction_trace *trace, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	struct public_key *keys = memory_allocate(packed->signatures_count + 1, sizeof *keys);
	size_t keys_count = packed->signatures_count;
	struct push_options push = {.without_keys = options && options->without_keys};
	struct error local = {0};
	int result;

	error = error ? error : &local;
	result = packed_transaction_keys(packed, keys, &base->chain_id, error);
	if (result) {
		free(keys);
		return result;
	}
	pthread_mutex_lock(&chain->lock);
	for (;;) {
		error_clear(error);
		result = ensure_block(chain, error);
		if (result)
			break;
		result = push_once(chain, packed, keys, keys_count, &push, trace, error);
		/* A full block is sealed at once; in an empty one the transaction itself is what does not fit. */
		if (result == 0 || !block_is_full(error) || engine_block_transactions(chain->engine) == 0)
			break;
		transaction_trace_release(trace);
		uint32_t slot = engine_block_slot(chain->engine) + 1;
		result = embedded_seal(chain, error);
		if (result == 0)
			result = embedded_open_block(chain, slot, NULL, error);
		if (result)
			break;
	}
	if (result == 0)
		embedded_publish(chain);
	pthread_mutex_unlock(&chain->lock);
	if (chain->manual_clock && result == 0)
		result = embedded_finish(chain, false, error);
	free(keys);
	return result;
}

int embedded_reference(struct chain *base, struct checksum256 *block_id, uint32_t *seconds, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	struct published *state = embedded_pin(chain);

	(void)error;
	*block_id = state->head->id;
	*seconds = (uint32_t)(slot_to_us(state->slot) / 1000000);
	embedded_unpin(chain, state);
	return 0;
}

/* Leaves no block in the making that holds anything: seals it, or drops an empty one. Under lock. */
static int close_block(struct embedded_chain *chain, struct error *error)
{
	if (!engine_block_pending(chain->engine))
		return 0;
	if (engine_block_transactions(chain->engine) > 0 || chain->features_count > 0)
		return embedded_seal(chain, error);
	engine_block_drop(chain->engine);
	return 0;
}

/* Makes one block at or after a slot and seals it. Under lock. */
static int make_block(struct embedded_chain *chain, uint32_t slot, const struct checksum256 *feature, struct error *error)
{
	int result = embedded_open_block(chain, slot, feature, error);

	return result ? result : embedded_seal(chain, error);
}

/* A block's beginning activates what is preactivated; a scheduled feature needs a block of its own that lists it. */
int embedded_schedule_feature(struct chain *base, const struct checksum256 *digest, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	struct feature_set features;
	int result = 0, stored;

	pthread_mutex_lock(&chain->lock);
	uint32_t slot = next_slot(chain);
	struct map_root *root = engine_state(chain->engine);
	feature_set_get(root, &features);
	map_root_release(root);
	if (digest || features.preactivated_count)
		result = close_block(chain, error);
	if (result == 0 && (digest || !engine_block_pending(chain->engine)))
		result = embedded_open_block(chain, slot, digest, error);
	if (result)
		embedded_open_block(chain, slot, NULL, NULL);
	embedded_publish(chain);
	pthread_cond_broadcast(&chain->changed);
	pthread_mutex_unlock(&chain->lock);
	stored = embedded_finish(chain, true, result ? NULL : error);
	return result ? result : stored;
}

int embedded_clock(struct chain *base, struct chain_clock *out, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);

	(void)error;
	pthread_mutex_lock(&chain->lock);
	int64_t head = slot_to_us(engine_head(chain->engine)->block->header.timestamp);
	out->chain_time = embedded_now(chain);
	out->real_time = out->chain_time - chain->offset_us;
	if (out->chain_time < head)
		out->chain_time = head; /* full blocks were sealed ahead of time */
	pthread_mutex_unlock(&chain->lock);
	return 0;
}

/* All blocks up to a time. The lock is given up between blocks, so that readers and the thread go on. */
static int produce_until(struct embedded_chain *chain, uint32_t last_slot, bool (*interrupted)(void *context), void *context, struct error *error)
{
	int result = 0;

	while (result == 0 && engine_head(chain->engine)->block->header.timestamp < last_slot) {
		uint32_t slot = engine_block_pending(chain->engine) ? engine_block_slot(chain->engine) : engine_head(chain->engine)->block->header.timestamp + 1;
		if (slot > last_slot)
			break;
		result = make_block(chain, slot, NULL, error);
		if (result == 0 && interrupted && interrupted(context))
			result = error_set(error, EINTR, "interrupted: the clock stands where the last block was made");
		if (chain->sealed_count >= SEALED_MAXIMUM / 2) {
			pthread_mutex_unlock(&chain->lock);
			int stored = embedded_finish(chain, false, error);
			pthread_mutex_lock(&chain->lock);
			result = result ? result : stored;
		}
	}
	return result;
}

int embedded_clock_advance(struct chain *base, int64_t us, bool skip, bool (*interrupted)(void *context), void *context, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	int result, stored;

	if (us < 0)
		return error_set(error, EINVAL, "chain time only goes forward");
	pthread_mutex_lock(&chain->lock);
	int64_t now = embedded_now(chain), head = slot_to_us(engine_head(chain->engine)->block->header.timestamp);
	int64_t target = (now > head ? now : head) + us;
	if (target > slot_to_us(UINT32_MAX - 2 * 60 * 60)) {
		pthread_mutex_unlock(&chain->lock);
		return error_set(error, EINVAL, "chain time ends in the year 2068");
	}
	if (skip) {
		result = close_block(chain, error);
		if (result == 0)
			result = make_block(chain, slot_from_us(target), NULL, error);
	} else {
		result = produce_until(chain, slot_from_us(target), interrupted, context, error);
	}
	/* Where we got to is what the clock shows, also after an interruption. */
	head = slot_to_us(engine_head(chain->engine)->block->header.timestamp);
	if (head > embedded_now(chain)) {
		chain->offset_us += head - embedded_now(chain);
		if (chain->storage && result == 0)
			result = storage_save_offset(chain->storage, chain->offset_us, error);
	}
	chain->stalled = embedded_open_block(chain, next_slot(chain), NULL, &chain->stalled_error);
	embedded_publish(chain);
	pthread_cond_broadcast(&chain->changed);
	pthread_mutex_unlock(&chain->lock);
	stored = embedded_finish(chain, true, result ? NULL : error);
	return result ? result : stored;
}

/* Producing: which slot comes next and who signs it, sealing, and the thread that does so twice a second. */
#include "core/base/clock.h"
#include "core/chain/embedded/embedded_private.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	SCHEDULED_PER_BLOCK = 1000,
	WALL_CLOCK_SET_BACK_US = 300000,
	SLOT_US = SLOT_INTERVAL_MS * 1000,
	LOOK_US = 10 * SLOT_US,
	SIGNED_BATCH = 8, BLOCKS_PER_WAKING = 1000
};

int64_t embedded_now(const struct embedded_chain *chain)
{
	return clock_real_us() + chain->offset_us;
}

/* The first slot from earliest on whose producer we can sign for, and the key for it; 0: none of the
 * schedule's. */
static uint32_t find_slot(struct embedded_chain *chain, uint32_t earliest, struct private_key *key)
{
	const struct producer_schedule *schedule = &branch_head(chain->branch)->active_schedule;
	uint32_t last = earliest + 12 * ((uint32_t)schedule->producers_count + 1);

	for (uint32_t slot = earliest; slot <= last && slot >= earliest;) {
		if (embedded_signing_key(chain, branch_producer_of_slot(chain->branch, slot), key))
			return slot;
		slot += 12 - slot % 12; /* the next producer's turn */
	}
	return 0;
}

static int report_stall(struct embedded_chain *chain, struct error *error)
{
	const struct producer_schedule *schedule = &branch_head(chain->branch)->active_schedule;
	struct text names = TEXT_EMPTY;

	for (size_t i = 0; i < schedule->producers_count; i++)
		text_printf(&names, "%s%s", i ? ", " : "", name_text(schedule->producers[i].producer_name).text);
	error_set(error, EAGAIN,
	          "the chain cannot make progress: no running node has the signing key of any scheduled producer "
	          "(%s)%s",
	          text_string(&names),
	          chain->wallet && wallet_locked(chain->wallet) ? "; the wallet, which may have one, is locked"
	                                                        : "");
	text_release(&names);
	return -EAGAIN;
}

/* Runs what is due, in nodeos's order, before anything else of the block. Under lock. */
static void run_scheduled(struct embedded_chain *chain)
{
	struct scheduled_place place = {0, 0};
	struct checksum256 id;

	chain->scheduled_count = 0;
	while (chain->scheduled_count < SCHEDULED_PER_BLOCK &&
	       branch_scheduled_from(chain->branch, &place, &id)) {
		struct transaction_trace trace = {0};
		struct error error = {0};
		struct push_options options = {0};
		int result = branch_push_scheduled(chain->branch, &id, &options, &trace, &error);
		transaction_trace_release(&trace);
		if (result && (error.code == BLOCK_NET_USAGE_EXCEEDED || error.code == BLOCK_CPU_USAGE_EXCEEDED))
			break; /* the block is full: the rest waits for the next one */
		if (result)
			continue; /* tried again in the next block, until it expires */
		memory_grow(&chain->scheduled_ids, &chain->scheduled_capacity, chain->scheduled_count + 1, sizeof id);
		chain->scheduled_ids[chain->scheduled_count++] = id;
	}
}

static uint32_t last_signed(const struct block_state *head, uint64_t producer)
{
	for (size_t i = 0; i < head->last_produced_count; i++)
		if (head->last_produced[i].producer == producer)
			return head->last_produced[i].block;
	return 0;
}

int embedded_open_block(struct embedded_chain *chain, uint32_t earliest_slot,
                        const struct checksum256 *feature, struct error *error)
{
	struct block_state *head;
	struct checksum256 *preactivated = NULL;
	struct block_options options = {0};
	int result;

	if (branch_block_pending(chain->branch))
		return 0;
	result = storage_rebuild_waiting(chain->storage, chain, error);
	if (result)
		return result;
	embedded_take_keys(chain);
	head = branch_head(chain->branch);
	if (earliest_slot <= head->block->header.timestamp)
		earliest_slot = head->block->header.timestamp + 1;
	options.slot = find_slot(chain, earliest_slot, &chain->pending_key);
	if (options.slot == 0)
		return report_stall(chain, error);
	options.producer = branch_producer_of_slot(chain->branch, options.slot)->producer_name;
	options.confirmed = branch_confirmed(chain->branch, last_signed(head, options.producer));
	size_t count = branch_preactivated_features(chain->branch, &preactivated);
	free(chain->features);
	chain->features = memory_allocate(count + 1, sizeof *chain->features);
	if (count)
		memcpy(chain->features, preactivated, count * sizeof *preactivated);
	free(preactivated);
	if (feature)
		chain->features[count++] = *feature;
	chain->features_count = count;
	options.features = chain->features;
	options.features_count = count;
	result = branch_block_start(chain->branch, &options, NULL, error);
	if (result)
		return result;
	chain->confirmed = options.confirmed;
	chain->pending_producer = options.producer;
	chain->pending_journaled = false;
	run_scheduled(chain);
	return 0;
}

void embedded_drop_block(struct embedded_chain *chain)
{
	if (branch_block_pending(chain->branch))
		branch_block_drop(chain->branch);
	memory_wipe(&chain->pending_key, sizeof chain->pending_key);
}

int embedded_seal(struct embedded_chain *chain, struct error *error)
{
	struct sealed *sealed;
	int result;

	while (chain->sealed_count == SEALED_MAXIMUM) {
		pthread_mutex_unlock(&chain->lock);
		result = embedded_finish(chain, false, error);
		pthread_mutex_lock(&chain->lock);
		if (result)
			return result;
	}
	if (!branch_block_pending(chain->branch))
		return 0; /* somebody else sealed it meanwhile */
	sealed = &chain->sealed[(chain->sealed_first + chain->sealed_count) % SEALED_MAXIMUM];
	*sealed = (struct sealed){.journaled = chain->pending_journaled};
	result = branch_block_seal(chain->branch, &sealed->block, &sealed->digest, error);
	if (result)
		return result;
	sealed->key = chain->pending_key;
	memory_wipe(&chain->pending_key, sizeof chain->pending_key);
	block_state_hold(sealed->block);
	chain->sealed_count++;
	pthread_mutex_lock(&chain->publish);
	block_times_add(&chain->times, sealed->block->number, sealed->block->block->header.timestamp);
	pthread_mutex_unlock(&chain->publish);
	if (!chain->moving || chain->sealed_count % SIGNED_BATCH == 0)
		pthread_cond_signal(&chain->to_sign);
	/* While the clock is moved the other threads are woken now and then, to save the state. */
	if (!chain->moving || sealed->block->number % BLOCKS_PER_WAKING == 0)
		pthread_cond_broadcast(&chain->changed);
	return 0;
}

/* A wall clock that was set back must not stop the chain: the offset takes up the difference. Under lock. */
static void follow_wall_clock(struct embedded_chain *chain)
{
	int64_t difference = clock_real_us() - clock_monotonic_us();

	if (difference < chain->clock_difference - WALL_CLOCK_SET_BACK_US) {
		chain->offset_us += chain->clock_difference - difference;
		if (chain->storage)
			storage_save_offset(chain->storage, chain->offset_us, NULL);
	}
	chain->clock_difference = difference;
}

/* What is due now: opens, seals, or (after a pause of the machine) moves the empty block in the making to
 * the slot of now. Under lock; gives in how many microseconds of real time there is something to do again. */
static int64_t produce_what_is_due(struct embedded_chain *chain)
{
	struct error error = {0};

	follow_wall_clock(chain);
	int64_t now = embedded_now(chain);
	if (branch_block_pending(chain->branch) && slot_to_us(branch_block_slot(chain->branch)) <= now) {
		bool late = slot_to_us(branch_block_slot(chain->branch)) + SLOT_US <= now;
		if (late && branch_block_transactions(chain->branch) == 0 && chain->features_count == 0)
			embedded_drop_block(chain);
		else if (embedded_seal(chain, &error) != 0)
			return SLOT_US;
	}
	if (embedded_open_block(chain, slot_from_us(now) + 1, NULL, &error) != 0) {
		embedded_publish(chain);
		return SLOT_US;
	}
	embedded_publish(chain);
	int64_t due = slot_to_us(branch_block_slot(chain->branch)) - embedded_now(chain);
	/* While a slot lies far ahead it is looked at now and then, so that a wall clock set back is noticed. */
	return due < 0 ? 0 : due < LOOK_US ? due : LOOK_US;
}

static void *produce(void *context)
{
	struct embedded_chain *chain = context;

	pthread_mutex_lock(&chain->lock);
	while (!chain->stopping) {
		int64_t until_us = clock_monotonic_us() + produce_what_is_due(chain);
		struct timespec until = {until_us / 1000000, until_us % 1000000 * 1000};
		uint64_t moves = chain->clock_moves;
		/* Woken early only for the clock's having been moved; sealing concerns the other thread. */
		while (!chain->stopping && chain->clock_moves == moves &&
		       pthread_cond_timedwait(&chain->changed, &chain->lock, &until) == 0)
			continue;
	}
	pthread_mutex_unlock(&chain->lock);
	return NULL;
}

int embedded_start_threads(struct embedded_chain *chain, struct error *error)
{
	int result;

	chain->clock_difference = clock_real_us() - clock_monotonic_us();
	if (chain->manual_clock)
		return 0;
	result = pthread_create(&chain->producer, NULL, produce, chain);
	if (result == 0) {
		chain->threads = 1;
		result = pthread_create(&chain->storer, NULL, embedded_store_thread, chain);
	}
	if (result)
		return error_set(error, result, "cannot start the chain's threads: %s", strerror(result));
	chain->threads = 2;
	return 0;
}

void embedded_stop_threads(struct embedded_chain *chain)
{
	pthread_mutex_lock(&chain->lock);
	chain->stopping = true;
	pthread_cond_broadcast(&chain->changed);
	pthread_mutex_unlock(&chain->lock);
	if (chain->threads > 0)
		pthread_join(chain->producer, NULL);
	if (chain->threads > 1)
		pthread_join(chain->storer, NULL);
	chain->threads = 0;
}

/* What writers ask of the embedded chain: pushing transactions, activating features. */
#include "core/chain/embedded/embedded_private.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "core/chain/embedded/peers.h"
#include "core/chain/embedded/storage/storage.h"
#include "core/engine/state/feature.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>
#include <stdlib.h>

enum {
	LOOK_US = 100000,
	ROOM_US = 30 * SECOND_US,
	REFERENCE_BLOCKS = 60000 /* of the 65 536 that the chain remembers */
};

/* The node that something is sent to; 0: the viewed one. Under lock. */
static int find_target(struct embedded_chain *chain, struct node **out, uint64_t name, struct error *error)
{
	*out = embedded_viewed(chain);
	return name ? embedded_find_node(chain, out, name, error) : 0;
}

/* Where peers of other processes are connected blocks come in their time, and who fills them waits. Under
 * lock, which is given up for a moment; false: nobody waits. */
static bool wait_a_moment(struct embedded_chain *chain, const struct interruption *interruption,
                          int64_t until)
{
	struct timespec look = timespec_from_us(clock_monotonic_us() + LOOK_US);

	if (chain->manual_clock || clock_monotonic_us() > until || interruption_happened(interruption) ||
	    peers_forbid(chain->peers, "", NULL) == 0)
		return false;
	pthread_cond_timedwait(&chain->changed, &chain->lock, &look);
	network_tell_time(chain->network, embedded_now(chain));
	return true;
}

static int busy(struct error *error)
{
	return error_set(error, EBUSY, "the chain is at work for others");
}

static int push_to_node(struct embedded_chain *chain, struct transaction_trace *trace,
                        struct packed_transaction *packed, const struct public_key *keys,
                        const struct chain_send_options *options, struct error *error)
{
	const struct push_options push = {.without_keys = options && options->without_keys};
	int64_t until = clock_monotonic_us() + ROOM_US;
	struct node *node;
	int result;

	for (;;) {
		result = find_target(chain, &node, options ? options->node : 0, error);
		if (result == 0)
			result = node_push(node, trace, packed, keys, packed->signatures_count, &push, error);
		if (result == 0 || !node_is_full(error))
			return result;
		if (options && options->at_once)
			return busy(error);
		if (!wait_a_moment(chain, options ? options->interruption : NULL, until))
			return result;
		transaction_trace_release(trace);
		error_clear(error);
	}
}

/* For tests, which do not wait for the next slot: the block in the making is made; where it leaves features
 * to the next one, that too. Under lock. */
static void seal_now(struct embedded_chain *chain)
{
	struct feature_set features;

	network_close_blocks(chain->network, NULL);
	embedded_publish(chain);
	struct published *state = embedded_pin(chain);
	feature_set_get(state->root, &features);
	embedded_unpin(chain, state);
	if (features.preactivated_count && node_schedule_feature(embedded_viewed(chain), NULL, NULL) == 0)
		network_close_blocks(chain->network, NULL);
}

/* Without threads somebody must store what was sealed; what cannot be stored is in the journals. Under lock,
 * which is given up. */
static void end_write(struct embedded_chain *chain, bool done)
{
	if (done && chain->seal_each)
		seal_now(chain);
	if (done)
		embedded_publish(chain);
	pthread_mutex_unlock(&chain->lock);
	if (chain->manual_clock && done)
		embedded_finish(chain, false, NULL);
}

/* Takes the lock, where that is to be waited for. */
static int lock_for_push(struct embedded_chain *chain, const struct chain_send_options *options,
                         struct error *error)
{
	if (!options || !options->at_once) {
		pthread_mutex_lock(&chain->lock);
		return 0;
	}
	if (pthread_mutex_trylock(&chain->lock) != 0)
		return busy(error);
	struct node *node;
	if (embedded_has_room(chain) && find_target(chain, &node, options->node, NULL) == 0 && !node_paused(node))
		return 0;
	pthread_mutex_unlock(&chain->lock);
	return busy(error);
}

int embedded_push(struct chain *base, struct transaction_trace *trace, struct packed_transaction *packed,
                  const struct chain_send_options *options, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	struct public_key *keys = memory_allocate(packed->signatures_count + 1, sizeof *keys);
	bool is_unsigned = options && options->without_keys;
	struct error local = {0};

	error = error ? error : &local;
	int result = packed_transaction_keys(packed, keys, &base->chain_id, error);
	if (result == 0)
		result = lock_for_push(chain, options, error);
	if (result) {
		free(keys);
		return result;
	}
	result = is_unsigned ? peers_forbid_open(chain->peers, "no transaction goes without signatures", error)
	                     : 0;
	if (result == 0)
		result = embedded_make_room(chain, error);
	if (result == 0)
		result = storage_rebuild_waiting(chain->storage, chain, error);
	if (result == 0) {
		embedded_take_keys(chain);
		network_tell_time(chain->network, embedded_now(chain));
		result = push_to_node(chain, trace, packed, keys, options, error);
	}
	if (result == -EAGAIN && chain->wallet && wallet_locked(chain->wallet))
		error_append(error, "; the wallet, which may have a key, is locked");
	end_write(chain, result == 0);
	free(keys);
	return result;
}

/* Turned away at the door: nothing of it was run. */
static bool has_run(const struct error *error)
{
	return error->code != EXPIRED_TX_EXCEPTION && error->code != TX_DUPLICATE &&
	       error->code != TX_DUPLICATE_SIG && error->code != 0;
}

int embedded_compute(struct chain *base, struct transaction_trace *trace, struct packed_transaction *packed,
                     bool read_only, uint64_t name, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	struct push_options options = {.kind = read_only ? PUSH_READ_ONLY : PUSH_DRY_RUN};
	struct public_key *keys = memory_allocate(packed->signatures_count + 1, sizeof *keys);
	int result = read_only ? 0 : packed_transaction_keys(packed, keys, &base->chain_id, error);
	struct node *node;

	free(keys);
	if (result)
		return result;
	pthread_mutex_lock(&chain->lock);
	network_tell_time(chain->network, embedded_now(chain));
	result = find_target(chain, &node, name, error);
	if (result == 0)
		result = node_compute(node, trace, packed, &options, error);
	if (result && has_run(error)) { /* the trace tells */
		error_clear(error);
		result = 0;
	}
	pthread_mutex_unlock(&chain->lock);
	return result;
}

int embedded_reference(struct chain *base, struct checksum256 *block_id, uint32_t *seconds,
                       const struct interruption *interruption, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	struct published *state = embedded_pin(chain);
	int64_t now = embedded_now(chain), block = slot_to_us(state->slot);

	(void)interruption;
	(void)error;
	/* As cleos has it, the last irreversible block, which is there after a switch, too; while nothing becomes
	 * irreversible for hours it is forgotten. */
	*block_id = state->head->number - state->irreversible_num < REFERENCE_BLOCKS &&
	                    !checksum256_is_zero(&state->irreversible_id)
	                ? state->irreversible_id
	                : state->head->id;
	/* after a stall the state's time is long past */
	*seconds = (uint32_t)((now > block ? now : block) / SECOND_US);
	embedded_unpin(chain, state);
	return 0;
}

/* A block that activates features is acknowledged with them, so it must outlive the process as one with
 * transactions does. Under lock. */
static int open_feature_block(struct embedded_chain *chain, const struct checksum256 *digest,
                              struct error *error)
{
	struct node *node = embedded_viewed(chain), *builder;
	int result = node_schedule_feature(node, digest, error);

	if (result == 0)
		result = node_builder(node, &builder, error);
	return result || !chain->storage ? result : storage_journal_begin(chain->storage, chain, builder, error);
}

/* A block's beginning activates what is preactivated; a scheduled feature needs a block of its own that
 * lists it. */
int embedded_schedule_feature(struct chain *base, const struct checksum256 *digest,
                              const struct interruption *interruption, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	int64_t until = clock_monotonic_us() + ROOM_US;
	struct feature_set features;
	int result = embedded_finish(chain, true, error);

	if (result)
		return result;
	pthread_mutex_lock(&chain->lock);
	network_tell_time(chain->network, embedded_now(chain));
	while (embedded_head_time(chain) > embedded_now(chain) + SLOT_INTERVAL_MS * 1000 &&
	       wait_a_moment(chain, interruption, until))
		continue;
	struct published *state = embedded_pin(chain);
	feature_set_get(state->root, &features);
	embedded_unpin(chain, state);
	if (digest || features.preactivated_count)
		result = open_feature_block(chain, digest, error);
	end_write(chain, true);
	return result;
}

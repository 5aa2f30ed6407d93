/* What writers ask of the embedded chain: pushing transactions, activating features, moving the clock. */
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
#include <string.h>

enum {
	BLOCKS_AT_ONCE = SEALED_MAXIMUM / 4, /* made before others have their turn */
	SIGNERS_MAXIMUM = 7,
	SIGNERS_FROM_US = 60 * SECOND_US,
	LOOK_US = 100000,
	ROOM_US = 30 * SECOND_US,
	REFERENCE_BLOCKS = 60000 /* of the 65 536 that the chain remembers */
};

/* The node that something is sent to; 0: the viewed one. Under lock. */
static int find_target(struct embedded_chain *chain, struct node **out, uint64_t name, struct error *error)
{
	*out = name ? network_node(chain->network, name) : embedded_viewed(chain);
	return *out ? 0 : error_set(error, ENOENT, "there is no node \"%s\"", name_text(name).text);
}

static int64_t head_time(const struct embedded_chain *chain)
{
	return slot_to_us(node_head(embedded_viewed(chain))->block->header.timestamp);
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

int embedded_pause(struct chain *base, bool *paused, enum chain_pause what, uint64_t name,
                   struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);

	pthread_mutex_lock(&chain->lock);
	struct node *node = network_node(chain->network, name);
	if (node && what != CHAIN_ASK) {
		node_pause(node, what == CHAIN_PAUSE);
		embedded_publish(chain);
		chain->clock_moves++;
		pthread_cond_broadcast(&chain->changed);
	}
	*paused = node && node_paused(node);
	pthread_mutex_unlock(&chain->lock);
	return node ? 0 : error_set(error, ENOENT, "there is no node \"%s\"", name_text(name).text);
}

int embedded_limit_time(struct chain *base, uint64_t name, int32_t milliseconds, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);

	pthread_mutex_lock(&chain->lock);
	struct node *node = network_node(chain->network, name);
	if (node)
		node_limit_time(node, milliseconds);
	pthread_mutex_unlock(&chain->lock);
	return node ? 0 : error_set(error, ENOENT, "there is no node \"%s\"", name_text(name).text);
}

/* What the node shows of accounts changes with it. */
int embedded_greylist(struct chain *base, struct greylist *out, const struct greylist_change *change,
                      uint64_t name, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);

	pthread_mutex_lock(&chain->lock);
	struct node *node = network_node(chain->network, name);
	if (node && change) {
		node_change_greylist(node, change);
		embedded_publish(chain);
	}
	if (node && out)
		*out = greylist_copy(node_greylist(node));
	pthread_mutex_unlock(&chain->lock);
	return node ? 0 : error_set(error, ENOENT, "there is no node \"%s\"", name_text(name).text);
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
	*seconds = (uint32_t)((now > block ? now : block) /
	                      SECOND_US); /* after a stall the state's time is long past */
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
	while (head_time(chain) > embedded_now(chain) + SLOT_INTERVAL_MS * 1000 &&
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

int embedded_clock(struct chain *base, struct chain_clock *out, const struct interruption *interruption,
                   struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);

	(void)interruption;
	(void)error;
	pthread_mutex_lock(&chain->lock);
	int64_t head = head_time(chain);
	out->chain_time = embedded_now(chain);
	out->real_time = out->chain_time - chain->offset_us;
	if (out->chain_time < head)
		out->chain_time = head; /* full blocks were sealed ahead of time */
	out->from = chain->move_from;
	out->goal = chain->moving ? chain->move_goal : 0;
	out->spent = clock_monotonic_us() - chain->move_began;
	out->pause = chain->moving || head < embedded_now(chain) ? 0 : head - embedded_now(chain);
	pthread_mutex_unlock(&chain->lock);
	return 0;
}

/* The next block that some node makes, if it is due by then; *made: there was one. Under lock. */
static int make_block(struct embedded_chain *chain, bool *made, int64_t until, struct error *error)
{
	uint32_t slot = network_next_slot(chain->network);
	struct node *builder;

	*made = slot && slot_to_us(slot) <= until;
	if (!slot)
		return node_builder(embedded_viewed(chain), &builder, error);
	if (*made)
		network_run(chain->network, slot_to_us(slot));
	return 0;
}

/* Makes blocks up to a time, as many as may be made at once; *made: the time is not reached. Under lock. */
static int make_blocks(struct embedded_chain *chain, bool *made, int64_t further,
                       const struct interruption *interruption, struct error *error)
{
	int result = 0;

	*made = true;
	for (size_t i = 0; i < BLOCKS_AT_ONCE && result == 0 && *made; i++) {
		result = make_block(chain, made, embedded_now(chain) + further, error);
		if (result == 0 && interruption_happened(interruption))
			result = error_set(error, EINTR,
			                   "interrupted: the clock stands where the last block was made");
	}
	return result;
}

/* All blocks until chain time is `further` ahead of what it would be. The lock is given up now and then, so
 * that writers, readers of the head, the threads and the storage go on. */
static int produce_until(struct embedded_chain *chain, int64_t further,
                         const struct interruption *interruption, struct error *error)
{
	bool made = true;
	int result = 0;

	while (result == 0 && made) {
		result = make_blocks(chain, &made, further, interruption, error);
		embedded_publish(chain);
		pthread_mutex_unlock(&chain->lock);
		int stored = embedded_finish_all_but(chain, SEALED_MAXIMUM / 2, false, result ? NULL : error);
		pthread_mutex_lock(&chain->lock);
		result = result ? result : stored;
	}
	return result;
}

/* Moving it far takes long, so that every processor signs. Under lock. */
static int produce_by_all(struct embedded_chain *chain, int64_t further,
                          const struct interruption *interruption, struct error *error)
{
	pthread_t threads[SIGNERS_MAXIMUM];
	if (chain->moving++ == 0) {
		int64_t now = embedded_now(chain), head = head_time(chain);
		chain->move_from = head > now ? head : now;
		chain->move_goal = now + further;
		chain->move_began = clock_monotonic_us();
	}
	bool helped = chain->moving == 1 && further >= SIGNERS_FROM_US;
	size_t count = helped ? embedded_start_signers(chain, threads, SIGNERS_MAXIMUM) : 0;
	int result = produce_until(chain, further, interruption, error);

	chain->moving--;
	if (helped)
		embedded_stop_signers(chain, threads, count);
	return result;
}

/* Without producing what lies between; what is in the making stands at its own slot. */
static int skip_to(struct embedded_chain *chain, uint32_t slot, struct error *error)
{
	int result = network_skip(chain->network, slot, error);
	bool made;

	return result ? result : make_block(chain, &made, INT64_MAX, error);
}

/* A skip is saved before its block is made. Blocks that are made up to a time come first: should this
 * process die among them, the next one finds its head ahead of chain time and goes on from there, as after
 * an interruption; the slots that were not reached are not missed. It is saved before them all the same,
 * unchanged: where that cannot be done no block is made. */
static int save_offset(struct embedded_chain *chain, int64_t offset_us, struct error *error)
{
	return chain->storage ? storage_save_offset(chain->storage, offset_us, 0, error) : 0;
}

/* What is sealed is stored first: it may have been told of. Takes the lock. */
static int begin_move(struct embedded_chain *chain, struct error *error)
{
	int result = embedded_finish(chain, true, error);

	if (result)
		return result;
	pthread_mutex_lock(&chain->lock);
	network_tell_time(chain->network, embedded_now(chain));
	return 0;
}

/* The clock goes on so far ahead; after a failure or an interruption it shows where it got to. Gives up the
 * lock. */
static int end_move(struct embedded_chain *chain, int result, int64_t further, struct error *error)
{
	int64_t head = head_time(chain), now = embedded_now(chain);

	chain->offset_us += result == 0 ? further : head > now ? head - now : 0;
	if (result)
		save_offset(chain, chain->offset_us, NULL);
	network_tell_time(chain->network, embedded_now(chain));
	embedded_publish(chain);
	chain->clock_moves++;
	pthread_cond_broadcast(&chain->changed);
	pthread_mutex_unlock(&chain->lock);
	int stored = embedded_finish(chain, true, result ? NULL : error);
	return result ? result : stored;
}

static int advance(struct chain *base, int64_t us, bool skip, const struct interruption *interruption,
                   struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	int result = begin_move(chain, error);

	if (result)
		return result;
	int64_t now = embedded_now(chain), head = head_time(chain), from = now > head ? now : head;
	int64_t further = from - now + us;
	if (us > slot_to_us(UINT32_MAX) || from + us > slot_to_us(UINT32_MAX - 2 * 60 * 60))
		result = error_set(error, EINVAL, "chain time ends in the year 2068");
	else
		result = save_offset(chain, chain->offset_us + (skip ? further : 0), error);
	if (result) {
		pthread_mutex_unlock(&chain->lock);
		return result;
	}
	result = skip ? skip_to(chain, slot_from_us(from + us), error)
	              : produce_by_all(chain, further, interruption, error);
	if (result == 0 && !skip)
		result = save_offset(chain, chain->offset_us + further, error);
	return end_move(chain, result, further, error);
}

static int end_offset(struct chain *base, const struct interruption *interruption, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	int result = begin_move(chain, error);

	if (result)
		return result;
	int64_t further = -chain->offset_us;
	if (further > 0)
		result = produce_by_all(chain, further, interruption, error);
	if (result == 0 && chain->storage)
		result = storage_save_offset(chain->storage, 0, head_time(chain), error);
	/* an offset that cannot be saved as ended goes on */
	return end_move(chain, result, further, error);
}

/* What is made in a rush peers of other processes would take to be from the future. */
int embedded_clock_advance(struct chain *base, int64_t us, bool skip,
                           const struct interruption *interruption, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);

	if (us < 0)
		return error_set(error, EINVAL, "chain time only goes forward");
	int result = peers_pause(chain->peers, "the clock stays", error);
	if (result)
		return result;
	result = advance(base, us, skip, interruption, error);
	peers_resume(chain->peers);
	return result;
}

int embedded_clock_end(struct chain *base, const struct interruption *interruption, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	int result = peers_pause(chain->peers, "the clock stays", error);

	if (result)
		return result;
	result = end_offset(base, interruption, error);
	peers_resume(chain->peers);
	return result;
}

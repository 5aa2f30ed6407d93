/* Producing: what the network asks of this chain (keys, journals, signing what is sealed), and the thread
 * that tells it what time it is. */
#include "core/chain/embedded/embedded_private.h"

#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "core/chain/embedded/peers.h"
#include "core/chain/embedded/storage/storage_private.h"
#include "core/engine/block/deeds.h"
#include "core/types/time.h"

#include <string.h>

enum {
	WALL_CLOCK_SET_BACK_US = 300000,
	SLOT_US = SLOT_INTERVAL_MS * 1000,
	LOOK_US = 10 * SLOT_US,
	SIGNED_BATCH = 8,
	BLOCKS_PER_WAKING = 1000
};

int64_t embedded_now(const struct embedded_chain *chain)
{
	return (chain->frozen_us ? chain->frozen_us : clock_real_us()) + chain->offset_us;
}

struct node *embedded_viewed(const struct embedded_chain *chain)
{
	struct node *node = network_node(chain->network, chain->viewed);

	return node ? node : network_node_from(chain->network, 0);
}

/* --- hooks --- */

static int record(void *context, struct node *builder, const struct packed_transaction *packed,
                  const struct push_options *options, struct error *error)
{
	struct embedded_chain *chain = context;
	int result = storage_journal_begin(chain->storage, chain, builder, error);

	return result ? result : storage_journal_append(chain->storage, builder, packed, options, error);
}

static void take_back(void *context, struct node *builder)
{
	storage_journal_take_back(((struct embedded_chain *)context)->storage, builder);
}

static void bill(void *context, struct node *builder, uint32_t cpu_us)
{
	storage_journal_bill(((struct embedded_chain *)context)->storage, builder, cpu_us);
}

static void enqueue(struct embedded_chain *chain, struct sealed *sealed)
{
	const struct block_state *block = sealed->block;

	pthread_mutex_lock(&chain->signing);
	LIST_APPEND(chain->sealed, chain->sealed_count, chain->sealed_capacity, sealed);
	chain->sealed_transactions += block->block->transactions_count;
	pthread_mutex_unlock(&chain->signing);
	pthread_mutex_lock(&chain->publish);
	block_times_add(&chain->times, block->number, block->block->header.timestamp);
	pthread_mutex_unlock(&chain->publish);
}

static void add_sealed(void *context, struct node *node, struct block_state *block,
                       const struct checksum256 *digest, const struct block_signer *signer)
{
	struct embedded_chain *chain = context;
	struct sealed *sealed = memory_allocate(1, sizeof *sealed);

	*sealed = (struct sealed){
		.block = block_state_hold(block),
		.digest = *digest,
		.signer = *signer,
		.node = node_name(node),
	};
	sealed->journaled = chain->storage && storage_journal_end(chain->storage, &sealed->copy, node, block);
	enqueue(chain, sealed);
	if (!chain->moving || chain->sealed_count % SIGNED_BATCH == 0)
		pthread_cond_signal(&chain->to_sign);
	/* While the clock is moved the other threads are woken now and then, to save the state. */
	if (!chain->moving || block->number % BLOCKS_PER_WAKING == 0)
		pthread_cond_broadcast(&chain->changed);
}

/* A block of another process: it is stored as our own are. */
static void add_received(void *context, struct node *node, struct block_state *block)
{
	struct embedded_chain *chain = context;
	struct sealed *sealed = memory_allocate(1, sizeof *sealed);

	*sealed = (struct sealed){.block = block_state_hold(block),
	                          .node = node_name(node),
	                          .signing = SEALED_SIGNED,
	                          .is_signed = true};
	enqueue(chain, sealed);
	pthread_cond_broadcast(&chain->changed);
}

static void tell_acknowledged(void *context, struct node *node, const struct bytes *packed)
{
	peers_tell_transaction(((struct embedded_chain *)context)->peers, node, packed);
}

static void follow_past(void *context, struct node *node, struct block_state *block)
{
	(void)block;
	past_follow(((struct embedded_chain *)context)->past, node);
}

static void report_lost(void *context, const struct lost_transaction *lost)
{
	struct embedded_chain *chain = context;
	const struct chain_lost told = {.id = lost->id, .reason = lost->reason, .block_num = lost->block_num,
	                                .replaced_by = lost->replaced_by, .node = lost->node};

	if (chain->storage && lost->block_num)
		storage_lost_add(chain->storage, &lost->id);
	if (chain->lost) {
		chain->lost(chain->lost_context, &told);
		return;
	}
	memory_grow(&chain->untold, &chain->untold_capacity, chain->untold_count + 1, sizeof told);
	chain->untold[chain->untold_count] = told;
	chain->untold[chain->untold_count++].reason = memory_copy_string(told.reason);
}

struct network_hooks embedded_hooks(struct embedded_chain *chain)
{
	return (struct network_hooks){
		.context = chain,
		.private_key = embedded_private_key,
		.record = chain->storage ? record : NULL,
		.take_back = chain->storage ? take_back : NULL,
		.billed = chain->storage && chain->measured_cpu ? bill : NULL,
		.sealed = add_sealed,
		.accepted = follow_past,
		.received = add_received,
		.acknowledged = tell_acknowledged,
		.lost = report_lost,
	};
}

/* --- time --- */

/* Whether much is kept for the histories that could be told by now. Under lock. */
static bool is_much_untold(const struct embedded_chain *chain)
{
	const struct deeds *last = node_head(embedded_viewed(chain))->deeds;

	return last && last->place >= chain->told_place + DEEDS_UNTOLD_MAXIMUM &&
	       chain->told_block + 1 >= chain->deeds_from && embedded_index_end(chain) > chain->told_block;
}

static bool is_full(const struct embedded_chain *chain)
{
	return chain->sealed_count >= SEALED_MAXIMUM || chain->sealed_transactions >= SEALED_TRANSACTIONS_MAXIMUM;
}

bool embedded_has_room(const struct embedded_chain *chain)
{
	return !is_full(chain) && !is_much_untold(chain) && !(chain->storage && chain->storage->waiting);
}

int embedded_make_room(struct embedded_chain *chain, struct error *error)
{
	int result = 0;

	while (result == 0 && is_full(chain)) {
		pthread_mutex_unlock(&chain->lock);
		result = embedded_finish(chain, false, error);
		pthread_mutex_lock(&chain->lock);
	}
	if (result == 0 && is_much_untold(chain)) {
		pthread_mutex_unlock(&chain->lock);
		embedded_index_blocks(chain, UINT32_MAX, NULL, NULL); /* what fails is told by who stores */
		pthread_mutex_lock(&chain->lock);
	}
	return result;
}

/* A wall clock that was set back must not stop the chain: the offset takes up the difference. Under lock. */
static void follow_wall_clock(struct embedded_chain *chain)
{
	int64_t difference = clock_real_us() - clock_monotonic_us();

	if (difference < chain->clock_difference - WALL_CLOCK_SET_BACK_US) {
		chain->offset_us += chain->clock_difference - difference;
		if (chain->storage)
			storage_save_offset(chain->storage, chain->offset_us, 0, NULL);
	}
	chain->clock_difference = difference;
}

/* What is due now. Under lock; gives in how many microseconds of real time there is something to do again. */
static int64_t produce_what_is_due(struct embedded_chain *chain)
{
	struct error error = {0};

	follow_wall_clock(chain);
	if (embedded_make_room(chain, &error) != 0 ||
	    storage_rebuild_waiting(chain->storage, chain, &error) != 0)
		return SLOT_US;
	embedded_take_keys(chain);
	int64_t due = network_run(chain->network, embedded_now(chain));
	embedded_publish(chain);
	if (!network_next_slot(chain->network))
		return SLOT_US; /* nobody can; a key may come at any time */
	due -= embedded_now(chain);
	/* While a slot lies far ahead it is looked at now and then, so that a wall clock set back is noticed. */
	return due < 0 ? 0 : due < LOOK_US ? due : LOOK_US;
}

/* Under lock, which is given up meanwhile. */
static void settle(struct embedded_chain *chain)
{
	pthread_mutex_unlock(&chain->lock);
	peers_hold(chain->peers);
	peers_settle(chain->peers, NULL);
	peers_let_go(chain->peers);
	pthread_mutex_lock(&chain->lock);
}

static void *produce(void *context)
{
	struct embedded_chain *chain = context;

	pthread_mutex_lock(&chain->lock);
	while (!chain->stopping) {
		int64_t until_us = clock_monotonic_us() + produce_what_is_due(chain);
		struct timespec until = timespec_from_us(until_us);
		uint64_t moves = chain->clock_moves;
		if (peers_can_open(chain->peers))
			settle(chain);
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
	chain->clock_difference = clock_real_us() - clock_monotonic_us();
	if (chain->manual_clock)
		return 0;
	int result = pthread_create(&chain->producer, NULL, produce, chain);
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

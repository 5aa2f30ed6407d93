/* Chain time as it is told and moved: to the next blocks, past them, and back to real time. */
#include "core/chain/embedded/embedded_private.h"

#include "core/base/system/clock.h"
#include "core/chain/embedded/peers.h"
#include "core/chain/embedded/storage/storage.h"
#include "core/types/time.h"

#include <errno.h>

enum {
	BLOCKS_AT_ONCE = SEALED_MAXIMUM / 4, /* made before others have their turn */
	SIGNERS_MAXIMUM = 7,
	SIGNERS_FROM_US = 60 * SECOND_US,
};

int64_t embedded_head_time(const struct embedded_chain *chain)
{
	return slot_to_us(node_head(embedded_viewed(chain))->block->header.timestamp);
}

int embedded_clock(struct chain *base, struct chain_clock *out, const struct interruption *interruption,
                   struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);

	(void)interruption;
	(void)error;
	pthread_mutex_lock(&chain->lock);
	int64_t head = embedded_head_time(chain);
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
			result = error_set(error, EINTR, "interrupted: the clock stands where the last block was made");
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
		int64_t now = embedded_now(chain), head = embedded_head_time(chain);
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
	int64_t head = embedded_head_time(chain), now = embedded_now(chain);

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
	int64_t now = embedded_now(chain), head = embedded_head_time(chain), from = now > head ? now : head;
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
		result = storage_save_offset(chain->storage, 0, embedded_head_time(chain), error);
	/* an offset that cannot be saved as ended goes on */
	return end_move(chain, result, further, error);
}

/* What is made in a rush peers of other processes would take to be from the future. */
int embedded_clock_advance(struct chain *base, int64_t us, bool skip, const struct interruption *interruption,
                           struct error *error)
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

/* What becomes of sealed blocks: they are signed, go to the block log in order, and their journals go away
 * once the disk has them. */
#include "core/chain/embedded/embedded_private.h"

#include "core/base/clock.h"
#include "core/base/memory.h"
#include "core/base/parallel.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RETRY_MS = 500, SIGNED_AT_ONCE = 8 };

/* Blocks in the log whose journals can go when the disk has them. */
struct journaled {
	uint32_t numbers[SEALED_MAXIMUM];
	size_t count;
};

/* nodeos's line (protocol.md G.3). */
static void log_produced(struct embedded_chain *chain, const struct block_state *state)
{
	char id[65], time[TIME_TEXT_SIZE];
	struct text line = TEXT_EMPTY;
	const struct signed_block *block = state->block;
	uint64_t net = 0, cpu = 0;
	struct timespec when = {slot_to_us(block->header.timestamp) / 1000000,
	                        slot_to_us(block->header.timestamp) % 1000000 * 1000};

	for (size_t i = 0; i < block->transactions_count; i++) {
		net += 8 * (uint64_t)block->transactions[i].net_usage_words;
		cpu += block->transactions[i].cpu_usage_us;
	}
	checksum256_print(id, &state->id);
	slot_print(time, block->header.timestamp);
	text_printf(&line,
	            "info  %s nodeos    producer_plugin.cpp:2897      produce_block        ] Produced block "
	            "%.16s... #%" PRIu32 " @ %s signed by %s [trxs: %zu, lib: %" PRIu32
	            ", confirmed: %u, net: %" PRIu64 ", cpu: %" PRIu64 "]\n",
	            time, id + 8, state->number, time, name_text(block->header.producer).text,
	            block->transactions_count, state->dpos_irreversible, block->header.confirmed, net, cpu);
	growing_text_append(chain->node_log, line.data, line.length, when);
	text_release(&line);
}

/* The node's log tells of trouble with the disk once, not twice a second. */
static void log_trouble(struct embedded_chain *chain, const char *sentence)
{
	pthread_mutex_lock(&chain->lock);
	bool same = strcmp(chain->trouble, sentence) == 0;
	snprintf(chain->trouble, sizeof chain->trouble, "%s", sentence);
	pthread_mutex_unlock(&chain->lock);
	if (same || !*sentence)
		return;
	growing_text_append(chain->node_log, sentence, strlen(sentence), clock_real());
}

/* --- signing: whoever has time takes some of the sealed blocks, in whatever order they are done --- */

/* Up to SIGNED_AT_ONCE blocks that nobody signs yet. They stay in the ring, and where they are, until they
 * are signed. Under lock. */
static size_t claim(struct embedded_chain *chain, struct sealed *out[SIGNED_AT_ONCE])
{
	size_t count = 0;

	for (size_t i = 0; i < chain->sealed_count && count < SIGNED_AT_ONCE; i++) {
		struct sealed *sealed = &chain->sealed[(chain->sealed_first + i) % SEALED_MAXIMUM];
		if (sealed->is_claimed)
			continue;
		sealed->is_claimed = true;
		out[count++] = sealed;
	}
	return count;
}

/* Signs some; *count says how many. The lock is given up meanwhile. Under lock. */
static int sign_some(struct embedded_chain *chain, size_t *count, struct error *error)
{
	struct sealed *claimed[SIGNED_AT_ONCE];
	struct signature signatures[SIGNED_AT_ONCE];
	int results[SIGNED_AT_ONCE], result = 0;

	*count = claim(chain, claimed);
	if (*count == 0)
		return 0;
	pthread_mutex_unlock(&chain->lock);
	for (size_t i = 0; i < *count; i++)
		results[i] = signer_sign(chain->signer, &signatures[i], &claimed[i]->key, &claimed[i]->digest, error);
	pthread_mutex_lock(&chain->lock);
	for (size_t i = 0; i < *count; i++) {
		result = result ? result : results[i];
		claimed[i]->is_claimed = claimed[i]->is_signed = results[i] == 0;
		if (results[i])
			continue;
		block_state_sign(claimed[i]->block, &signatures[i]);
		memory_wipe(&claimed[i]->key, sizeof claimed[i]->key);
	}
	pthread_cond_broadcast(&chain->was_signed);
	return result;
}

/* Helps the thread that moves the clock. */
static void *sign_ahead(void *context)
{
	struct embedded_chain *chain = context;
	size_t count;

	pthread_mutex_lock(&chain->lock);
	while (!chain->signers_end)
		if (sign_some(chain, &count, NULL) != 0 || count == 0)
			pthread_cond_wait(&chain->to_sign, &chain->lock);
	pthread_mutex_unlock(&chain->lock);
	return NULL;
}

size_t embedded_start_signers(struct embedded_chain *chain, pthread_t *threads, size_t maximum)
{
	size_t count = 0, others = parallel_processors() - 1;

	chain->signers_end = false;
	while (count < maximum && count < others &&
	       pthread_create(&threads[count], NULL, sign_ahead, chain) == 0)
		count++;
	return count;
}

void embedded_stop_signers(struct embedded_chain *chain, pthread_t *threads, size_t count)
{
	chain->signers_end = true;
	pthread_cond_broadcast(&chain->to_sign);
	pthread_mutex_unlock(&chain->lock);
	for (size_t i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	pthread_mutex_lock(&chain->lock);
}

/* --- storing, in order --- */

/* The first of the ring, when it is signed; the caller holds `log`, so that nobody else takes it away. Under
 * lock. */
static struct block_state *first_signed(struct embedded_chain *chain)
{
	const struct sealed *first = &chain->sealed[chain->sealed_first];

	return chain->sealed_count && first->is_signed ? first->block : NULL;
}

/* Out of the ring; whether later blocks' journals had one made for it is only certain now. Under lock. */
static void take_first(struct embedded_chain *chain, struct journaled *journaled)
{
	struct sealed *sealed = &chain->sealed[chain->sealed_first];
	struct block_state *block = sealed->block;

	if (sealed->journaled)
		journaled->numbers[journaled->count++] = block->number;
	log_produced(chain, block);
	chain->sealed_first = (chain->sealed_first + 1) % SEALED_MAXIMUM;
	chain->sealed_count--;
	if (chain->storage) {
		struct block_state *before = chain->stored;
		chain->stored = block;
		block = before;
	} else {
		struct bytes *kept = &chain->recent[block->number % RECENT_BLOCKS];
		bytes_release(kept);
		signed_block_pack(kept, block->block);
	}
	block_state_release(block);
}

static int sync_log(struct embedded_chain *chain, struct journaled *journaled, struct error *error)
{
	int result = storage_sync(chain->storage, error);

	if (result)
		return result;
	chain->unsynced = false;
	for (size_t i = 0; i < journaled->count; i++)
		storage_journal_done(chain->storage, journaled->numbers[i]);
	journaled->count = 0;
	return 0;
}

/* Stores the ring's first block, which is signed. Under log and lock; gives up the lock meanwhile. */
static int store_first(struct embedded_chain *chain, const struct block_state *first,
                       struct journaled *journaled, struct error *error)
{
	int result = 0;

	if (chain->storage) {
		pthread_mutex_unlock(&chain->lock);
		result = storage_append_block(chain->storage, first->block, error);
		chain->unsynced = chain->unsynced || result == 0;
		pthread_mutex_lock(&chain->lock);
	}
	if (result == 0)
		take_first(chain, journaled);
	if (result == 0 && journaled->count == SEALED_MAXIMUM) {
		pthread_mutex_unlock(&chain->lock);
		result = sync_log(chain, journaled, error);
		pthread_mutex_lock(&chain->lock);
	}
	return result;
}

int embedded_finish_all_but(struct embedded_chain *chain, size_t left, bool durable, struct error *error)
{
	struct journaled journaled = {.count = 0};
	int result = 0, synced = 0;

	pthread_mutex_lock(&chain->log);
	pthread_mutex_lock(&chain->lock);
	while (result == 0 && chain->sealed_count > left) {
		struct block_state *first = first_signed(chain);
		size_t count = 0;
		if (first)
			result = store_first(chain, first, &journaled, error);
		else
			result = sign_some(chain, &count, error);
		if (result == 0 && !first && count == 0)
			pthread_cond_wait(&chain->was_signed, &chain->lock); /* another thread is at it */
	}
	pthread_mutex_unlock(&chain->lock);
	if (chain->unsynced && (durable || journaled.count))
		synced = sync_log(chain, &journaled, result ? NULL : error);
	pthread_mutex_unlock(&chain->log);
	return result ? result : synced;
}

int embedded_finish(struct embedded_chain *chain, bool durable, struct error *error)
{
	return embedded_finish_all_but(chain, 0, durable, error);
}

/* What was acknowledged is in the log, in a sealed block, or in the journal of the block in the making, whose
 * descriptor is taken first, so that nothing slips from one to the other in between. */
int embedded_sync(struct chain *base, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);

	if (!chain->storage)
		return 0;
	pthread_mutex_lock(&chain->lock);
	int journal = storage_journal_descriptor(chain->storage, chain);
	pthread_mutex_unlock(&chain->lock);
	int result = embedded_finish(chain, true, error);
	int other = journal < 0 ? 0 : storage_journal_sync(chain->storage, journal, result ? NULL : error);
	return result ? result : other;
}

/* --- the thread --- */

static void wait_a_while(struct embedded_chain *chain)
{
	struct timespec until = timespec_from_us(clock_monotonic_us() + RETRY_MS * 1000);

	while (!chain->stopping && pthread_cond_timedwait(&chain->changed, &chain->lock, &until) == 0)
		continue;
}

void *embedded_store_thread(void *context)
{
	struct embedded_chain *chain = context;

	pthread_mutex_lock(&chain->lock);
	while (!chain->stopping) {
		if (!chain->sealed_count) {
			pthread_cond_wait(&chain->changed, &chain->lock);
			continue;
		}
		pthread_mutex_unlock(&chain->lock);
		struct error error = {0};
		int result = embedded_finish(chain, true, &error);
		if (result == 0 && chain->storage)
			storage_save_state(chain->storage, chain, false, &error);
		log_trouble(chain, error.sentence);
		pthread_mutex_lock(&chain->lock);
		if (result)
			wait_a_while(chain);
	}
	pthread_mutex_unlock(&chain->lock);
	return NULL;
}

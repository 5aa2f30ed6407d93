/* What becomes of sealed blocks: they are signed, go to the block log in order, and their journals go away
 * once the disk has them. */
#include "core/chain/embedded/embedded_private.h"

#include "core/base/memory.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RETRY_MS = 500 };

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
	struct timespec when;

	pthread_mutex_lock(&chain->lock);
	bool same = strcmp(chain->trouble, sentence) == 0;
	snprintf(chain->trouble, sizeof chain->trouble, "%s", sentence);
	pthread_mutex_unlock(&chain->lock);
	if (same || !*sentence)
		return;
	clock_gettime(CLOCK_REALTIME, &when);
	growing_text_append(chain->node_log, sentence, strlen(sentence), when);
}

/* The ring's first; the caller holds `log`, so that nobody else takes it away. */
static bool first_sealed(struct embedded_chain *chain, struct sealed *out)
{
	pthread_mutex_lock(&chain->lock);
	bool any = chain->sealed_count > 0;
	if (any)
		*out = chain->sealed[chain->sealed_first];
	pthread_mutex_unlock(&chain->lock);
	return any;
}

static int sign_first(struct embedded_chain *chain, const struct sealed *sealed, struct error *error)
{
	struct signature signature;
	int result = sealed->is_signed
	                 ? 0
	                 : signer_sign(chain->signer, &signature, &sealed->key, &sealed->digest, error);

	if (result || sealed->is_signed)
		return result;
	pthread_mutex_lock(&chain->lock);
	block_state_sign(sealed->block, &signature);
	chain->sealed[chain->sealed_first].is_signed = true;
	memory_wipe(&chain->sealed[chain->sealed_first].key, sizeof sealed->key);
	pthread_mutex_unlock(&chain->lock);
	return 0;
}

/* Out of the ring; whether later blocks' journals had one made for it is only certain now. */
static void take_first(struct embedded_chain *chain, struct journaled *journaled)
{
	pthread_mutex_lock(&chain->lock);
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
	pthread_mutex_unlock(&chain->lock);
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

int embedded_finish(struct embedded_chain *chain, bool durable, struct error *error)
{
	struct journaled journaled = {.count = 0};
	struct sealed sealed;
	int result = 0, synced = 0;

	pthread_mutex_lock(&chain->log);
	while (result == 0 && first_sealed(chain, &sealed)) {
		result = sign_first(chain, &sealed, error);
		if (result == 0 && chain->storage) {
			result = storage_append_block(chain->storage, sealed.block->block, error);
			chain->unsynced = chain->unsynced || result == 0;
		}
		if (result == 0)
			take_first(chain, &journaled);
		if (result == 0 && journaled.count == SEALED_MAXIMUM)
			result = sync_log(chain, &journaled, error);
	}
	if (chain->unsynced && (durable || journaled.count))
		synced = sync_log(chain, &journaled, result ? NULL : error);
	pthread_mutex_unlock(&chain->log);
	memory_wipe(&sealed, sizeof sealed);
	return result ? result : synced;
}

/* --- the thread --- */

static void wait_a_while(struct embedded_chain *chain)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += RETRY_MS * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
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

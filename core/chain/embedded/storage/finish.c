/* What becomes of sealed blocks: they are signed, are stored in order, and their journals go away once the
 * disk has them. */
#include "core/chain/embedded/embedded_private.h"

#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "core/base/system/parallel.h"
#include "core/chain/embedded/peers.h"
#include "core/chain/embedded/storage/storage.h"
#include "core/engine/storage/block/reversible.h"
#include "core/wallet/keosd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RETRY_MS = 500, SIGNED_AT_ONCE = 8, INDEXED_AT_ONCE = 128 };

/* Blocks that are stored, whose journals can go when the disk has them. */
struct journaled {
	struct journal_name names[SEALED_MAXIMUM];
	size_t count;
};

/* The node's log tells of trouble with the disk once, not twice a second. */
static void log_trouble(struct embedded_chain *chain, const char *sentence)
{
	pthread_mutex_lock(&chain->lock);
	bool same = strcmp(chain->trouble, sentence) == 0;
	snprintf(chain->trouble, sizeof chain->trouble, "%s", sentence);
	if (!same && *sentence)
		growing_text_append(node_log(embedded_viewed(chain)), sentence, strlen(sentence), clock_real());
	pthread_mutex_unlock(&chain->lock);
}

/* --- signing: whoever has time takes some of the sealed blocks, in whatever order they are done --- */

/* Up to SIGNED_AT_ONCE blocks that nobody signs yet. They stay in the queue until they are signed. Under
 * signing. */
static size_t claim(struct embedded_chain *chain, struct sealed *out[SIGNED_AT_ONCE])
{
	size_t count = 0;

	for (size_t i = 0; i < chain->sealed_count && count < SIGNED_AT_ONCE; i++) {
		struct sealed *sealed = chain->sealed[i];
		if (sealed->signing != SEALED_WAITS)
			continue;
		sealed->signing = SEALED_CLAIMED;
		out[count++] = sealed;
	}
	return count;
}

static int sign_claimed(const struct embedded_chain *chain, struct sealed *sealed, struct error *error)
{
	const struct block_signer *by = &sealed->signer;
	int result = *by->url
	                 ? keosd_sign(&sealed->signature, by->url, &by->public, &sealed->digest, error)
	                 : signer_sign(chain->signer, &sealed->signature, &by->private, &sealed->digest, error);

	if (result == 0)
		memory_wipe(&sealed->signer, sizeof sealed->signer);
	return result;
}

/* Signs some; *count says how many. The lock is given up meanwhile. Under signing. */
static int sign_some(struct embedded_chain *chain, size_t *count, struct error *error)
{
	struct sealed *claimed[SIGNED_AT_ONCE];
	int results[SIGNED_AT_ONCE], result = 0;

	*count = claim(chain, claimed);
	if (*count == 0)
		return 0;
	pthread_mutex_unlock(&chain->signing);
	for (size_t i = 0; i < *count; i++)
		results[i] = sign_claimed(chain, claimed[i], result ? NULL : error);
	pthread_mutex_lock(&chain->signing);
	for (size_t i = 0; i < *count; i++) {
		result = result ? result : results[i];
		claimed[i]->signing = results[i] ? SEALED_WAITS : SEALED_SIGNED;
	}
	pthread_cond_broadcast(&chain->was_signed);
	return result;
}

/* Helps the thread that moves the clock. */
static void *sign_ahead(void *context)
{
	struct embedded_chain *chain = context;
	size_t count;

	pthread_mutex_lock(&chain->signing);
	while (!chain->signers_end)
		if (sign_some(chain, &count, NULL) != 0 || count == 0)
			pthread_cond_wait(&chain->to_sign, &chain->signing);
	pthread_mutex_unlock(&chain->signing);
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
	pthread_mutex_lock(&chain->signing);
	chain->signers_end = true;
	pthread_cond_broadcast(&chain->to_sign);
	pthread_mutex_unlock(&chain->signing);
	pthread_mutex_unlock(&chain->lock);
	for (size_t i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	pthread_mutex_lock(&chain->lock);
}

/* --- storing, in order --- */

/* Whether it is signed; its block then has the signature. Under lock. */
static bool take_signature(struct embedded_chain *chain, struct sealed *sealed)
{
	pthread_mutex_lock(&chain->signing);
	bool is_signed = sealed->signing == SEALED_SIGNED;
	pthread_mutex_unlock(&chain->signing);
	if (is_signed && !sealed->is_signed)
		block_state_sign(sealed->block, &sealed->signature);
	sealed->is_signed = is_signed;
	return is_signed;
}

/* Signs some, or waits until whoever signs the queue's first has done so. Under log, without lock. */
static int sign_or_wait(struct embedded_chain *chain, const struct sealed *first, struct error *error)
{
	size_t count;

	pthread_mutex_lock(&chain->signing);
	int result = sign_some(chain, &count, error);
	while (result == 0 && count == 0 && first->signing == SEALED_CLAIMED)
		pthread_cond_wait(&chain->was_signed, &chain->signing);
	pthread_mutex_unlock(&chain->signing);
	return result;
}

/* Out of the queue; whether later blocks' journals had one made for it is only certain now. logged: the last
 * block in the log. Under lock. */
static void take_first(struct embedded_chain *chain, const struct checksum256 *logged,
                       struct journaled *journaled)
{
	struct sealed *sealed = chain->sealed[0];
	struct block_state *block = sealed->block, *stored = NULL;

	if (sealed->journaled)
		journaled->names[journaled->count++] =
			(struct journal_name){block->number, sealed->node, sealed->copy};
	pthread_mutex_lock(&chain->signing);
	chain->sealed_count--;
	chain->sealed_transactions -= block->block->transactions_count;
	memmove(chain->sealed, chain->sealed + 1, chain->sealed_count * sizeof *chain->sealed);
	pthread_mutex_unlock(&chain->signing);
	if (chain->storage) {
		stored = ledger_find(chain->ledger, logged);
	} else {
		struct bytes *kept = &chain->recent[block->number % chain->recent_count];
		bytes_release(kept);
		signed_block_pack(kept, block->block);
	}
	peers_tell_block(chain->peers, &block->id);
	if (stored && stored != chain->stored) {
		block_state_release(chain->stored);
		chain->stored = block_state_hold(stored);
	}
	past_shed(chain->past, chain->stored ? chain->stored->number : block->number);
	block_state_release(block);
	free(sealed);
}

static int sync_log(struct embedded_chain *chain, struct journaled *journaled, struct error *error)
{
	int result = storage_sync_stored(chain->storage, error);

	if (result)
		return result;
	chain->unsynced = false;
	for (size_t i = 0; i < journaled->count; i++)
		storage_journal_done(chain->storage, &journaled->names[i]);
	journaled->count = 0;
	pthread_mutex_lock(&chain->lock);
	storage_journal_tidy(chain->storage, chain->network);
	pthread_mutex_unlock(&chain->lock);
	return 0;
}

/* The nodes that have a block on their branch, whose heads may have gone on since, and the transactions of it
 * that none of them has acknowledged. Under lock. */
static void note_block(const struct embedded_chain *chain, struct reversible_note *out,
                       const struct block_state *block)
{
	size_t capacity = 0;
	struct node *node = network_node_from(chain->network, 0);

	for (; node; node = network_node_from(chain->network, node_name(node) + 1)) {
		struct checksum256 id;
		if (!node_block_id(node, &id, block->number) || !checksum256_equal(&id, &block->id))
			continue;
		LIST_APPEND(out->heads, out->heads_count, capacity, node_name(node));
	}
	for (size_t i = 0; i < block->block->transactions_count; i++) {
		const struct transaction_receipt *receipt = &block->block->transactions[i];
		if (receipt->is_id || network_awaits(chain->network, &receipt->packed.id))
			continue;
		while (out->foreign.length <= i / 8)
			bytes_put_u8(&out->foreign, 0);
		out->foreign.data[i / 8] |= (uint8_t)(1 << i % 8);
	}
}

/* Stores the queue's first block, which is signed. Under log and lock; gives up the lock meanwhile. */
static int store_first(struct embedded_chain *chain, const struct sealed *first, struct journaled *journaled,
                       struct error *error)
{
	const struct block_state *block = first->block;
	struct checksum256 logged = block->id;
	struct reversible_note note = {0};
	int result = 0;

	if (chain->storage) {
		bool irreversible = network_is_irreversible(chain->network, block->number, &block->id);
		if (!irreversible)
			note_block(chain, &note, block);
		pthread_mutex_unlock(&chain->lock);
		result = storage_store(chain->storage, &logged, block, irreversible, &note, error);
		chain->unsynced = chain->unsynced || result == 0;
		pthread_mutex_lock(&chain->lock);
		reversible_note_release(&note);
	}
	if (result == 0)
		take_first(chain, &logged, journaled);
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
		struct sealed *first = chain->sealed[0]; /* nobody takes it away without `log` */
		if (take_signature(chain, first)) {
			result = store_first(chain, first, &journaled, error);
			continue;
		}
		pthread_mutex_unlock(&chain->lock);
		result = sign_or_wait(chain, first, error);
		pthread_mutex_lock(&chain->lock);
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
	int *journals;
	size_t count = storage_journal_descriptors(chain->storage, &journals);
	pthread_mutex_unlock(&chain->lock);
	int result = embedded_finish(chain, true, error);
	int other = storage_journal_sync(chain->storage, journals, count, result ? NULL : error);
	free(journals);
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
		if (result == 0 && chain->storage)
			storage_store_past(chain->storage, chain, false, &error);
		if (result == 0)
			embedded_store_snapshots(chain, &error);
		if (result == 0)
			embedded_index_blocks(chain, INDEXED_AT_ONCE, NULL, &error);
		log_trouble(chain, error.sentence);
		pthread_mutex_lock(&chain->lock);
		if (result)
			wait_a_while(chain);
	}
	pthread_mutex_unlock(&chain->lock);
	return NULL;
}

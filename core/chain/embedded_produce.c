/* Producing: which slot comes next and who signs it, sealing, signing, storing, and the thread that does so twice a second. */
#include "core/chain/embedded.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SCHEDULED_PER_BLOCK = 1000, WALL_CLOCK_SET_BACK_US = 300000 };

static int64_t clock_us(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t embedded_now(const struct embedded_chain *chain)
{
	return clock_us(CLOCK_REALTIME) + chain->offset_us;
}

bool embedded_private_key(struct embedded_chain *chain, const struct public_key *key, struct private_key *out)
{
	if (chain->has_genesis_key && public_key_compare(key, &chain->genesis_public) == 0) {
		*out = chain->genesis_key;
		return true;
	}
	return chain->wallet && wallet_private_key(chain->wallet, key, out, NULL) == 0;
}

/* Whether keys that we have reach the authority's threshold. One signature is made, so one key must do. */
bool embedded_can_sign(struct embedded_chain *chain, const struct producer_authority *authority)
{
	for (size_t i = 0; i < authority->keys_count; i++) {
		const struct key_weight *key = &authority->keys[i];
		if (key->weight < authority->threshold)
			continue;
		if ((chain->has_genesis_key && public_key_compare(&key->key, &chain->genesis_public) == 0) ||
		    (chain->wallet && wallet_has(chain->wallet, &key->key)))
			return true;
	}
	return false;
}

/* The first slot from earliest on whose producer we can sign for; 0: none of the schedule's. */
static uint32_t find_slot(struct embedded_chain *chain, uint32_t earliest)
{
	const struct producer_schedule *schedule = &engine_head(chain->engine)->active_schedule;
	uint32_t last = earliest + 12 * ((uint32_t)schedule->producers_count + 1);

	for (uint32_t slot = earliest; slot <= last && slot >= earliest;) {
		if (embedded_can_sign(chain, engine_producer_of_slot(chain->engine, slot)))
			return slot;
		slot += 12 - slot % 12; /* the next producer's turn */
	}
	return 0;
}

static int report_stall(struct embedded_chain *chain, struct error *error)
{
	const struct producer_schedule *schedule = &engine_head(chain->engine)->active_schedule;
	struct text names = TEXT_EMPTY;

	for (size_t i = 0; i < schedule->producers_count; i++)
		text_printf(&names, "%s%s", i ? ", " : "", name_text(schedule->producers[i].producer_name).text);
	error_set(error, EAGAIN, "the chain cannot make progress: no running node has the signing key of any scheduled producer (%s)", text_string(&names));
	text_release(&names);
	return -EAGAIN;
}

/* Runs what is due, in nodeos's order, before anything else of the block. Under lock. */
static void run_scheduled(struct embedded_chain *chain)
{
	struct checksum256 id;

	chain->scheduled_count = 0;
	while (chain->scheduled_count < SCHEDULED_PER_BLOCK && engine_next_scheduled(chain->engine, &id)) {
		struct transaction_trace trace = {0};
		struct error error = {0};
		struct push_options options = {0};
		int result = engine_push_scheduled(chain->engine, &id, &options, &trace, &error);
		transaction_trace_release(&trace);
		if (result)
			break; /* the block is full: the rest waits for the next one */
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

int embedded_open_block(struct embedded_chain *chain, uint32_t earliest_slot, const struct checksum256 *feature, struct error *error)
{
	struct block_state *head = engine_head(chain->engine);
	struct checksum256 *preactivated = NULL;
	struct block_options options = {0};
	int result;

	if (engine_block_pending(chain->engine))
		return 0;
	if (earliest_slot <= head->block->header.timestamp)
		earliest_slot = head->block->header.timestamp + 1;
	options.slot = find_slot(chain, earliest_slot);
	if (options.slot == 0)
		return report_stall(chain, error);
	options.producer = engine_producer_of_slot(chain->engine, options.slot)->producer_name;
	options.confirmed = engine_confirmed(chain->engine, last_signed(head, options.producer));
	size_t count = engine_preactivated_features(chain->engine, &preactivated);
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
	result = engine_block_start(chain->engine, &options, NULL, error);
	if (result)
		return result;
	chain->confirmed = options.confirmed;
	chain->pending_producer = options.producer;
	chain->pending_journaled = false;
	run_scheduled(chain);
	return 0;
}

/* Who signs the block in the making: asked before sealing, because sealing may change the schedule. */
static struct producer_authority signing_authority(struct embedded_chain *chain)
{
	const struct producer_authority *authority = engine_producer_of_slot(chain->engine, engine_block_slot(chain->engine));
	struct producer_authority copy = *authority;

	copy.keys = memory_copy(authority->keys, authority->keys_count * sizeof *authority->keys);
	return copy;
}

int embedded_seal(struct embedded_chain *chain, struct error *error)
{
	struct sealed sealed = {0};
	int result;

	while (chain->sealed_count == SEALED_MAXIMUM) {
		pthread_mutex_unlock(&chain->lock);
		result = embedded_finish(chain, false, error);
		pthread_mutex_lock(&chain->lock);
		if (result)
			return result;
	}
	if (!engine_block_pending(chain->engine))
		return 0; /* somebody else sealed it meanwhile */
	sealed.authority = signing_authority(chain);
	sealed.transactions = engine_block_transactions(chain->engine);
	sealed.journaled = chain->pending_journaled;
	result = engine_block_seal(chain->engine, &sealed.block, &sealed.digest, error);
	if (result) {
		free(sealed.authority.keys);
		return result;
	}
	block_state_hold(sealed.block);
	block_times_add(&chain->times, sealed.block->number, sealed.block->block->header.timestamp);
	chain->sealed[(chain->sealed_first + chain->sealed_count++) % SEALED_MAXIMUM] = sealed;
	pthread_cond_broadcast(&chain->changed);
	return 0;
}

/* nodeos's line (protocol.md G.3). */
static void log_produced(struct embedded_chain *chain, const struct sealed *sealed, uint32_t irreversible)
{
	char id[65], time[TIME_TEXT_SIZE];
	struct text line = TEXT_EMPTY;
	const struct signed_block *block = sealed->block->block;
	uint64_t net = 0, cpu = 0;
	struct timespec when = {slot_to_us(block->header.timestamp) / 1000000, slot_to_us(block->header.timestamp) % 1000000 * 1000};

	for (size_t i = 0; i < block->transactions_count; i++) {
		net += 8 * (uint64_t)block->transactions[i].net_usage_words;
		cpu += block->transactions[i].cpu_usage_us;
	}
	checksum256_print(id, &sealed->block->id);
	slot_print(time, block->header.timestamp);
	text_printf(&line,
	            "info  %s nodeos    producer_plugin.cpp:2897      produce_block        ] Produced block %.16s... #%" PRIu32
	            " @ %s signed by %s [trxs: %zu, lib: %" PRIu32 ", confirmed: %u, net: %" PRIu64 ", cpu: %" PRIu64 "]\n",
	            time, id + 8, sealed->block->number, time, name_text(block->header.producer).text, block->transactions_count, irreversible,
	            block->header.confirmed, net, cpu);
	growing_text_append(chain->node_log, line.data, line.length, when);
	text_release(&line);
}

static int sign_sealed(struct embedded_chain *chain, const struct sealed *sealed, struct signature *out, struct error *error)
{
	struct private_key key;
	int result = -ENOENT;

	for (size_t i = 0; i < sealed->authority.keys_count && result == -ENOENT; i++) {
		if (sealed->authority.keys[i].weight < sealed->authority.threshold ||
		    !embedded_private_key(chain, &sealed->authority.keys[i].key, &key))
			continue;
		result = signer_sign(chain->signer, out, &key, &sealed->digest, error);
		memory_wipe(&key, sizeof key);
	}
	if (result == -ENOENT)
		result = error_chain(error, PRODUCER_PRIV_KEY_NOT_FOUND, "the key of producer %s went from the wallet while its block was sealed",
		                     name_text(sealed->authority.producer_name).text);
	return result;
}

/* One block through signing to storage. The caller holds `log`. */
static int finish_one(struct embedded_chain *chain, struct sealed *sealed, struct error *error)
{
	struct signature signature;
	int result = sign_sealed(chain, sealed, &signature, error);

	if (result)
		return result;
	pthread_mutex_lock(&chain->lock);
	block_state_sign(sealed->block, &signature);
	pthread_mutex_unlock(&chain->lock);
	if (chain->storage) {
		result = storage_append_block(chain->storage, sealed->block->block, error);
		if (result)
			return result;
		pthread_mutex_lock(&chain->lock);
		bool journaled = chain->sealed[chain->sealed_first].journaled; /* later blocks' journals may have made one for it meanwhile */
		pthread_mutex_unlock(&chain->lock);
		if (journaled) {
			if ((result = storage_sync(chain->storage, error)) != 0)
				return result;
			storage_journal_done(chain->storage, sealed->block->number);
		}
	}
	return 0;
}

int embedded_finish(struct embedded_chain *chain, bool durable, struct error *error)
{
	int result = 0;
	bool wrote = false;

	pthread_mutex_lock(&chain->log);
	for (;;) {
		pthread_mutex_lock(&chain->lock);
		bool empty = chain->sealed_count == 0;
		struct sealed sealed = empty ? (struct sealed){0} : chain->sealed[chain->sealed_first];
		pthread_mutex_unlock(&chain->lock);
		if (empty)
			break;
		result = finish_one(chain, &sealed, error);
		if (result)
			break;
		wrote = true;
		pthread_mutex_lock(&chain->lock);
		log_produced(chain, &sealed, sealed.block->dpos_irreversible);
		chain->sealed_first = (chain->sealed_first + 1) % SEALED_MAXIMUM;
		chain->sealed_count--;
		block_state_release(sealed.block);
		pthread_cond_broadcast(&chain->changed);
		pthread_mutex_unlock(&chain->lock);
		free(sealed.authority.keys);
	}
	if (result == 0 && wrote && durable && chain->storage)
		result = storage_sync(chain->storage, error);
	if (result == 0 && wrote && chain->storage)
		result = storage_save_state(chain->storage, chain, false, error);
	pthread_mutex_unlock(&chain->log);
	return result;
}

/* A wall clock that was set back must not stop the chain: the offset takes up the difference. Under lock. */
static void follow_wall_clock(struct embedded_chain *chain)
{
	int64_t difference = clock_us(CLOCK_REALTIME) - clock_us(CLOCK_MONOTONIC);

	if (difference < chain->clock_difference - WALL_CLOCK_SET_BACK_US) {
		chain->offset_us += chain->clock_difference - difference;
		if (chain->storage)
			storage_save_offset(chain->storage, chain->offset_us, NULL);
	}
	chain->clock_difference = difference;
}

/* What is due now: opens, seals, or (after a pause of the machine) moves the empty block in the making to the slot of now. Under lock; gives
 * the real time at which there is something to do again. */
static int64_t produce_what_is_due(struct embedded_chain *chain)
{
	struct error error = {0};

	follow_wall_clock(chain);
	int64_t now = embedded_now(chain);
	if (engine_block_pending(chain->engine) && slot_to_us(engine_block_slot(chain->engine)) <= now) {
		bool late = slot_to_us(engine_block_slot(chain->engine)) + SLOT_INTERVAL_MS * 1000 <= now;
		if (late && engine_block_transactions(chain->engine) == 0 && chain->features_count == 0)
			engine_block_drop(chain->engine);
		else if (embedded_seal(chain, &error) != 0)
			return clock_us(CLOCK_REALTIME) + SLOT_INTERVAL_MS * 1000;
	}
	chain->stalled = embedded_open_block(chain, slot_from_us(now) + 1, NULL, &chain->stalled_error);
	embedded_publish(chain);
	if (chain->stalled)
		return clock_us(CLOCK_REALTIME) + SLOT_INTERVAL_MS * 1000;
	int64_t due = slot_to_us(engine_block_slot(chain->engine)) - chain->offset_us;
	/* Looked at twice a second at least while a slot lies far ahead, so that a wall clock set back is noticed. */
	int64_t limit = clock_us(CLOCK_REALTIME) + 10 * SLOT_INTERVAL_MS * 1000;
	return due < limit ? due : limit;
}

static void *produce(void *context)
{
	struct embedded_chain *chain = context;

	pthread_mutex_lock(&chain->lock);
	while (!chain->stopping) {
		int64_t due = produce_what_is_due(chain);
		if (chain->sealed_count) {
			struct error error = {0};
			pthread_mutex_unlock(&chain->lock);
			int result = embedded_finish(chain, true, &error);
			pthread_mutex_lock(&chain->lock);
			if (result == 0)
				continue;
			struct timespec when;
			clock_gettime(CLOCK_REALTIME, &when);
			growing_text_append(chain->node_log, error.sentence, strlen(error.sentence), when);
			due = clock_us(CLOCK_REALTIME) + SLOT_INTERVAL_MS * 1000;
		}
		struct timespec until = {due / 1000000, due % 1000000 * 1000};
		if (!chain->stopping)
			pthread_cond_timedwait(&chain->changed, &chain->lock, &until);
	}
	pthread_mutex_unlock(&chain->lock);
	return NULL;
}

int embedded_start_thread(struct embedded_chain *chain, struct error *error)
{
	int result;

	chain->clock_difference = clock_us(CLOCK_REALTIME) - clock_us(CLOCK_MONOTONIC);
	if (chain->manual_clock)
		return 0;
	result = pthread_create(&chain->thread, NULL, produce, chain);
	if (result)
		return error_set(error, result, "cannot start the chain's thread: %s", strerror(result));
	chain->thread_started = true;
	return 0;
}

void embedded_stop_thread(struct embedded_chain *chain)
{
	pthread_mutex_lock(&chain->lock);
	chain->stopping = true;
	pthread_cond_broadcast(&chain->changed);
	pthread_mutex_unlock(&chain->lock);
	if (chain->thread_started)
		pthread_join(chain->thread, NULL);
	chain->thread_started = false;
}

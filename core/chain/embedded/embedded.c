/* The embedded chain's life: a network, the threads that produce and store its blocks, and how it comes out
 * of a data folder and goes back. */
#include "core/chain/embedded/storage/storage_private.h"

#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "core/chain/embedded/peers.h"
#include "core/chain/embedded/process.h"
#include "core/chain/embedded/view/view.h"
#include "core/chain/system_rules.h"
#include "core/engine/storage/block/transaction_index.h"
#include "core/engine/storage/data_folder.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	AHEAD_MAXIMUM_US = 60 * SECOND_US,
	BLOCKS_IN_MEMORY = 10000000 /* at most, with all history */
};

static void free_sealed(struct embedded_chain *chain)
{
	for (size_t i = 0; i < chain->sealed_count; i++) {
		block_state_release(chain->sealed[i]->block);
		memory_wipe(&chain->sealed[i]->signer, sizeof chain->sealed[i]->signer);
		free(chain->sealed[i]);
	}
	free(chain->sealed);
}

/* Seals what is in the making, so that the data folder holds whole blocks and a state. */
static void finish_for_good(struct embedded_chain *chain)
{
	struct error error = {0};

	pthread_mutex_lock(&chain->lock);
	network_close_blocks(chain->network, &error);
	storage_save_nodes(chain->storage, chain, &error);
	pthread_mutex_unlock(&chain->lock);
	if (embedded_finish(chain, true, &error) == 0 && chain->storage &&
	    embedded_save_history(chain, &error) == 0 &&
	    storage_save_state(chain->storage, chain, true, &error) == 0 &&
	    storage_store_past(chain->storage, chain, true, &error) == 0)
		embedded_store_snapshots(chain, &error);
}

static void destroy(struct chain *base)
{
	struct embedded_chain *chain = embedded_of(base);

	if (chain->wallet)
		wallet_before_lock(chain->wallet, NULL, NULL);
	embedded_stop_threads(chain);
	peers_destroy(chain->peers);
	chain->peers = NULL;
	if (chain->current)
		finish_for_good(chain);
	free_sealed(chain);
	block_state_release(chain->stored);
	for (size_t i = 0; chain->recent && i < chain->recent_count; i++)
		bytes_release(&chain->recent[i]);
	free(chain->recent);
	if (chain->current)
		embedded_unpin(chain, chain->current);
	embedded_collect(chain);
	transaction_index_close(chain->index);
	embedded_close_history(chain);
	storage_close(chain->storage);
	embedded_release_snapshots(chain);
	past_destroy(chain->past);
	network_destroy(chain->network);
	ledger_release(chain->ledger);
	chain_cache_destroy(base->cache);
	block_times_release(&chain->times);
	embedded_forget_untold(chain);
	key_store_close(chain->node_keys);
	pthread_cond_destroy(&chain->changed);
	pthread_mutex_destroy(&chain->signing);
	pthread_cond_destroy(&chain->to_sign);
	pthread_cond_destroy(&chain->was_signed);
	pthread_mutex_destroy(&chain->index_lock);
	pthread_mutex_destroy(&chain->log);
	pthread_mutex_destroy(&chain->lock);
	pthread_mutex_destroy(&chain->watch);
	pthread_mutex_destroy(&chain->publish);
	free(chain);
}

/* What signs for eosio becomes the node's: the key given, or the tutorial's when the genesis has it. */
static int take_genesis_key(struct embedded_chain *chain, const struct private_key *given,
                            struct error *error)
{
	struct private_key key;
	struct public_key public;

	if (given)
		key = *given;
	else if (private_key_parse(&key, GENESIS_PRIVATE_KEY, error) != 0)
		return -error->number;
	int result = signer_public_key(chain->signer, &public, &key);
	if (result)
		error_set(error, EINVAL, "the genesis key is no private key of the curve");
	else if (public_key_compare(&public, &chain->base.genesis.initial_key) == 0)
		result = key_store_add(chain->node_keys, &key, error);
	else if (given)
		result = error_set(error, EINVAL,
		                   "the genesis key given is not that of the genesis, whose public key is %s",
		                   public_key_text(&chain->base.genesis.initial_key).text);
	memory_wipe(&key, sizeof key);
	return result ? result : key_store_save(chain->node_keys, error);
}

/* A new chain's first key is its user's. Later it may have been removed on purpose. */
static int give_genesis_key(struct embedded_chain *chain, const struct block_state *head,
                            struct error *error)
{
	const struct public_key *public = &chain->base.genesis.initial_key;
	struct private_key key;
	int result = 0;

	if (head->number == 1 && chain->wallet && !wallet_locked(chain->wallet) &&
	    !wallet_has(chain->wallet, public) && key_store_get(chain->node_keys, &key, public))
		result = wallet_import(chain->wallet, NULL, &key, error);
	memory_wipe(&key, sizeof key);
	return result;
}

static int open_node_keys(struct embedded_chain *chain, struct data_folder *folder, struct error *error)
{
	char *path = folder ? data_folder_file(folder, "node_keys") : NULL;
	int result = key_store_open(&chain->node_keys, path, chain->signer, error);

	free(path);
	return result;
}

/* A wall clock that was set back while nothing ran, or a lost clock file, must not stop the chain: it goes
 * on from its head. Being a little ahead is usual: full blocks are sealed before their time; and real time
 * may have been told to catch up. */
static int catch_up_with_head(struct embedded_chain *chain, struct text *notices, struct error *error)
{
	int64_t head = slot_to_us(node_head(embedded_viewed(chain))->block->header.timestamp), paused;
	int64_t ahead = head - embedded_now(chain);
	bool saved;

	storage_offset(chain->storage, &paused, &saved);
	if (ahead < AHEAD_MAXIMUM_US || head < paused + AHEAD_MAXIMUM_US)
		return 0;
	if (notices)
		text_printf(notices,
		            "the last block is %" PRId64 " s ahead of chain time: chain time goes on from there\n",
		            ahead / SECOND_US);
	chain->offset_us += ahead;
	return storage_save_offset(chain->storage, chain->offset_us, 0, error);
}

/* What was saved; a new chain begins with its genesis where that is a few days old at most, else so much
 * before real time. */
static int begin_time(struct embedded_chain *chain, int64_t earlier_us, struct error *error)
{
	int64_t paused, before_genesis = chain->base.genesis.initial_timestamp - clock_real_us();
	bool saved = false;

	if (chain->storage)
		chain->offset_us = storage_offset(chain->storage, &paused, &saved);
	if (saved || earlier_us == 0)
		return 0;
	if (before_genesis < -GENESIS_RECENT_US)
		before_genesis = -earlier_us;
	chain->offset_us = before_genesis < 0 ? before_genesis : 0;
	return chain->storage ? storage_save_offset(chain->storage, chain->offset_us, 0, error) : 0;
}

/* The network stands on `first`, which is taken over. */
static int open_network(struct embedded_chain *chain, struct branch *first,
                        const struct embedded_options *options, struct error *error)
{
	struct network_hooks hooks = embedded_hooks(chain);

	chain->ledger = ledger_hold(branch_ledger(first));
	chain->base.chain_id = *ledger_chain_id(chain->ledger);
	const struct past_source source = {&chain->lock, chain->ledger, embedded_read_block, chain,
	                                   chain->storage ? chain->storage->states : NULL};
	chain->past = past_create(&source, options->history ? options->history : HISTORY_DEFAULT);
	chain->network = network_create(chain->ledger, chain->node_keys, &hooks);
	chain->viewed = options->process ? options->process->name : name_literal("eosio");
	if (chain->storage)
		chain->stored = block_state_hold(branch_head(first));
	network_set_transports(chain->network, options->p2p != EMBEDDED_P2P_OFF);
	embedded_find_snapshots(chain);
	network_set_restoring(chain->network, chain->storage != NULL);
	network_tell_time(chain->network, embedded_now(chain));
	int result = storage_restore_nodes(chain->storage, chain, first, options, error);
	if (result == 0)
		past_follow(chain->past, embedded_viewed(chain));
	return result;
}

/* Without storage: what the past goes back, and further to the state that is kept before that. */
static size_t blocks_in_memory(uint32_t history)
{
	uint32_t blocks = history ? history : HISTORY_DEFAULT;

	return (blocks < BLOCKS_IN_MEMORY ? blocks : BLOCKS_IN_MEMORY) + 2 * PAST_STRIDE;
}

/* What a transaction takes: while others have the processor it takes nothing. */
static int64_t thread_time(void *context)
{
	(void)context;
	return clock_thread_us();
}

static int open_chain(struct embedded_chain *chain, const struct embedded_options *options,
                      struct error *error)
{
	struct branch *first = NULL;
	int result = 0;

	if (options->genesis)
		chain->base.genesis = *options->genesis;
	else
		genesis_default(&chain->base.genesis);
	if (options->data_folder) {
		result = storage_open(&chain->storage, options->data_folder, &chain->base.genesis,
		                      options->genesis != NULL, options->notices, error);
		if (result)
			return result;
	}
	result = begin_time(chain, options->joined || options->process ? 0 : options->begin_earlier_us, error);
	if (result)
		return result;
	chain->base.chain_id = genesis_chain_id(&chain->base.genesis);
	result = embedded_open_history(chain, error);
	if (result)
		return result;
	result = open_node_keys(chain, options->data_folder, error);
	if (result == 0)
		result = take_genesis_key(chain, options->genesis_key, error);
	if (result)
		return result;
	result = chain->storage
	             ? storage_restore(chain->storage, &first, &chain->base.genesis, options->verify,
	                               options->notices, error)
	             : branch_create(&first, &chain->base.genesis, error);
	if (result)
		return result;
	ledger_keep_deeds(branch_ledger(first));
	chain->deeds_from = chain->storage ? chain->storage->deeds_from : branch_head(first)->number + 1;
	result = give_genesis_key(chain, branch_head(first), error);
	if (result) {
		branch_destroy(first);
		return result;
	}
	block_times_add(&chain->times, branch_head(first)->number, branch_head(first)->block->header.timestamp);
	if (!chain->storage) {
		chain->recent_count = blocks_in_memory(options->history);
		chain->recent = memory_allocate(chain->recent_count, sizeof *chain->recent);
		signed_block_pack(&chain->recent[branch_head(first)->number % chain->recent_count],
		                  branch_head(first)->block);
	}
	const struct contract_options contracts = {.without_twins = options->without_twins,
	                                           .clock = options->manual_clock ? NULL : thread_time,
	                                           .measured_cpu = options->measured_cpu};
	ledger_set_contract_options(branch_ledger(first), &contracts);
	result = open_network(chain, first, options, error);
	if (result == 0 && chain->storage)
		result = storage_recall_held(chain->storage, chain, error);
	if (result == 0 && chain->storage)
		result = storage_rebuild(chain->storage, chain, options->notices, error);
	network_set_restoring(chain->network, false);
	return result || !chain->storage ? result : catch_up_with_head(chain, options->notices, error);
}

static const struct chain_operations operations = {
	.destroy = destroy,
	.view_open = embedded_view_open,
	.push = embedded_push,
	.compute = embedded_compute,
	.limit_time = embedded_limit_time,
	.greylist = embedded_greylist,
	.pause = embedded_pause,
	.reference = embedded_reference,
	.schedule_feature = embedded_schedule_feature,
	.clock = embedded_clock,
	.clock_advance = embedded_clock_advance,
	.clock_end = embedded_clock_end,
	.keep = embedded_keep,
	.drop = embedded_drop,
	.kept_from = embedded_kept_from,
	.restore_kept = embedded_restore_kept,
	.export_kept = embedded_export_kept,
	.import_kept = embedded_import_kept,
	.sync = embedded_sync,
	.node = embedded_node,
	.node_from = embedded_node_from,
	.node_make = embedded_node_make,
	.node_command = embedded_node_command,
	.nodes_start = embedded_nodes_start,
	.node_configuration = embedded_node_configuration,
	.node_configure = embedded_node_configure,
	.node_peers = embedded_node_peers,
	.node_set_peers = embedded_node_set_peers,
	.viewed_node = embedded_viewed_node,
	.view_node = embedded_view_node,
	.producer_state = embedded_producer_state,
	.node_connections = embedded_node_connections,
	.node_options = embedded_node_options,
	.watch_nodes = embedded_watch_nodes,
	.watch_blocks = embedded_watch_blocks,
	.watch_lost = embedded_watch_lost,
};

/* To whoever mounts it, and in the log of the node. */
static void tell_hollow(struct embedded_chain *chain, struct text *notices)
{
	struct chain_view *view = NULL;
	struct text notice = TEXT_EMPTY;

	if (chain_view_open(&chain->base, &view, NULL, NULL, NULL) == 0)
		chain_hollow_notice(view, &notice);
	chain_view_close(view);
	if (notice.length && notices)
		text_printf(notices, "%s\n", text_string(&notice));
	if (notice.length)
		node_log_foreign(embedded_viewed(chain), "warn", "eosiofs", "start", text_string(&notice));
	text_release(&notice);
}

int embedded_chain_create(struct chain **out, const struct embedded_options *options, struct error *error)
{
	struct embedded_chain *chain = memory_allocate(1, sizeof *chain);
	pthread_condattr_t monotonic;

	*chain = (struct embedded_chain){
		.base = {.operations = &operations, .lacks = CHAIN_PROCESSES, .cache = chain_cache_create()},
		.view_operations = embedded_view_operations(),
		.signer = options->signer,
		.wallet = options->wallet,
		.manual_clock = options->manual_clock || options->seal_each,
		.seal_each = options->seal_each,
		.measured_cpu = options->measured_cpu};
	pthread_mutex_init(&chain->index_lock, NULL);
	pthread_mutex_init(&chain->log, NULL);
	pthread_mutex_init(&chain->lock, NULL);
	pthread_mutex_init(&chain->watch, NULL);
	pthread_mutex_init(&chain->publish, NULL);
	pthread_condattr_init(&monotonic);
	/* no wait lasts longer because the wall clock was set back */
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&chain->changed, &monotonic);
	pthread_mutex_init(&chain->signing, NULL);
	pthread_cond_init(&chain->to_sign, NULL);
	pthread_cond_init(&chain->was_signed, NULL);
	pthread_condattr_destroy(&monotonic);
	chain->peers = peers_create(chain, options->p2p);
	int result = open_chain(chain, options, error);
	if (result)
		goto out;
	pthread_mutex_lock(&chain->lock);
	if (chain->seal_each) /* it stands at the head: who refers to that is never late */
		chain->frozen_us = slot_to_us(node_head(embedded_viewed(chain))->block->header.timestamp) -
		                   chain->offset_us;
	network_tell_time(chain->network, embedded_now(chain));
	embedded_publish(chain);
	pthread_mutex_unlock(&chain->lock);
	tell_hollow(chain, options->notices);
	result = chain->storage ? storage_recall_thrown_out(chain->storage, chain, error) : 0;
	if (result == 0)
		result = embedded_start_threads(chain, error);
	if (result == 0) {
		peers_hold(chain->peers);
		peers_settle(chain->peers, options->notices);
		peers_let_go(chain->peers);
	}
out:
	if (result) {
		destroy(&chain->base);
		return result;
	}
	if (chain->wallet)
		wallet_before_lock(chain->wallet, embedded_before_lock, chain);
	*out = &chain->base;
	return 0;
}

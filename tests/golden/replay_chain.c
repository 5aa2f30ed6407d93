/* struct chain over the engine of a replay, to read its state by: the head's, or that of the block in the
 * making. */
#include "tests/golden/replay.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/chain/embedded/view/state_view.h"
#include "core/engine/state/resource.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct replay_chain {
	struct chain base;
	struct branch *branch;
	struct chain_view_operations view_operations;
	bool paused;
	struct greylist greylist;
	struct kept_block {
		struct traces {
			struct transaction_trace *list;
			size_t count, capacity;
		} traces; /* of one that cannot be traced again */
		struct bytes packed;
		struct block_state *state; /* after it; held */
	} *blocks;                     /* owned; by number */
	size_t blocks_capacity;
};

static struct branch *engine_of(const struct chain_view *view)
{
	return ((struct replay_chain *)view->chain)->branch;
}

static void destroy(struct chain *chain)
{
	struct replay_chain *replay = (struct replay_chain *)chain;
	for (size_t i = 0; i < replay->blocks_capacity; i++) {
		bytes_release(&replay->blocks[i].packed);
		block_state_release(replay->blocks[i].state);
		for (size_t k = 0; k < replay->blocks[i].traces.count; k++)
			transaction_trace_release(&replay->blocks[i].traces.list[k]);
		free(replay->blocks[i].traces.list);
	}
	free(replay->blocks);
	greylist_release(&replay->greylist);
	chain_cache_destroy(chain->cache);
	free(chain);
}

static int view_open(struct chain *chain, struct chain_view **out, const struct chain_revision *revision,
                     const struct interruption *interruption, struct error *error)
{
	struct replay_chain *replay = (struct replay_chain *)chain;
	struct branch *branch = replay->branch;
	struct state_view *view = memory_allocate(1, sizeof *view);
	(void)revision;
	(void)error;
	view->base.operations = &replay->view_operations;
	view->base.chain = chain;
	view->base.interruption = interruption;
	view->base.block_num = branch_head(branch)->number;
	view->base.slot = branch_block_pending(branch) ? branch_block_slot(branch)
	                                               : branch_head(branch)->block->header.timestamp;
	view->root = branch_state(branch);
	view->head = branch_head(branch);
	*out = &view->base;
	return 0;
}

static void view_close(struct chain_view *view)
{
	map_root_release(((struct state_view *)view)->root);
	free(view);
}

/* The next block, where none is in the making. */
static int open_block(struct branch *branch, struct error *error)
{
	struct block_options options = {.slot = branch_head(branch)->block->header.timestamp + 1};
	struct checksum256 *features;
	if (branch_block_pending(branch))
		return 0;
	options.producer = branch_producer_of_slot(branch, options.slot)->producer_name;
	options.features_count = branch_preactivated_features(branch, &features);
	options.features = features;
	int result = branch_block_start(branch, NULL, &options, error);
	free(features);
	return result;
}

/* Into the block in the making, which nothing seals. */
static int push_as(struct chain *chain, struct transaction_trace *trace, struct packed_transaction *packed,
                   enum push_kind kind, struct error *error)
{
	const struct replay_chain *replay = (struct replay_chain *)chain;
	struct branch *branch = replay->branch;
	struct push_options push_options = {.kind = kind, .greylists = {&replay->greylist}};
	size_t count = packed->signatures_count;
	struct public_key *keys = memory_allocate(count + 1, sizeof *keys);
	int result = kind == PUSH_READ_ONLY
	                 ? 0
	                 : packed_transaction_keys(packed, keys, ledger_chain_id(branch_ledger(branch)), error);
	if (result == 0)
		result = open_block(branch, error);
	if (result == 0)
		result = branch_push(branch, trace, packed, keys, count, &push_options, error);
	free(keys);
	return result;
}

static int push(struct chain *chain, struct transaction_trace *trace, struct packed_transaction *packed,
                const struct chain_send_options *options, struct error *error)
{
	(void)options;
	return push_as(chain, trace, packed, PUSH_INTO_BLOCK, error);
}

static int compute(struct chain *chain, struct transaction_trace *trace, struct packed_transaction *packed,
                   bool read_only, uint64_t node, struct error *error)
{
	int result = push_as(chain, trace, packed, read_only ? PUSH_READ_ONLY : PUSH_DRY_RUN, error);
	(void)node;
	bool has_run = trace->error && error->code != EXPIRED_TX_EXCEPTION && error->code != TX_DUPLICATE;
	return result && has_run ? 0 : result;
}

/* The recorded node was paused until it was asked for transactions. */
static int pause_production(struct chain *chain, bool *paused, enum chain_pause what, uint64_t node,
                            struct error *error)
{
	struct replay_chain *replay = (struct replay_chain *)chain;
	(void)node;
	(void)error;
	if (what != CHAIN_ASK)
		replay->paused = what == CHAIN_PAUSE;
	*paused = replay->paused;
	return 0;
}

static int greylist(struct chain *chain, struct greylist *out, const struct greylist_change *change,
                    uint64_t node, struct error *error)
{
	struct replay_chain *replay = (struct replay_chain *)chain;
	(void)node;
	(void)error;
	if (change)
		greylist_apply(&replay->greylist, change);
	if (out)
		*out = greylist_copy(&replay->greylist);
	return 0;
}

/* Between two blocks nodeos's active schedule is the one that the next block will have, while its pending one
 * is still the head's. */
static int schedules(struct chain_view *view, struct chain_schedules *out, struct error *error)
{
	struct branch *branch = engine_of(view);
	bool making = branch_block_pending(branch);
	int result = open_block(branch, error);
	if (result)
		return result;
	state_view_operations.schedules(view, out, error);
	producer_schedule_release(&out->active);
	out->active = producer_schedule_copy(branch_block_active_schedule(branch));
	if (!making)
		branch_block_drop(branch);
	return 0;
}

static int info(struct chain_view *view, struct chain_info *out, struct error *error)
{
	struct state_view *state = (struct state_view *)view;
	const struct block_state *head = state->head, *irreversible;
	struct resource_state resources;
	*out = (struct chain_info){.chain_id = *ledger_chain_id(branch_ledger(engine_of(view))),
	                           .head_block_id = head->id,
	                           .head_block_num = head->number,
	                           .head_slot = head->block->header.timestamp,
	                           .head_block_producer = head->block->header.producer};
	out->irreversible_block_num = branch_irreversible(engine_of(view), &out->irreversible_block_id);
	irreversible = branch_find(engine_of(view), out->irreversible_block_num);
	if (!irreversible || !resource_state_get(state->root, &resources))
		return error_set(error, ENOENT, "the irreversible block is not there");
	out->irreversible_slot = irreversible->block->header.timestamp;
	out->virtual_block_cpu_limit = resources.virtual_cpu_limit;
	out->virtual_block_net_limit = resources.virtual_net_limit;
	out->block_cpu_limit = resources.max_block_cpu;
	out->block_net_limit = resources.max_block_net;
	out->total_cpu_weight = resources.total_cpu_weight;
	out->total_net_weight = resources.total_net_weight;
	return 0;
}

static int header_state(struct chain_view *view, struct chain_header_state *out, uint32_t number,
                        struct error *error)
{
	struct branch *branch = engine_of(view);
	const struct block_state *block = number > branch_irreversible(branch, NULL) ? branch_find(branch, number)
	                                                                             : NULL;
	if (!block)
		return error_set(error, ENOENT, "block %u is not reversible", number);
	return state_header_state_read(out, block, branch_find(branch, number - 1));
}

static struct kept_block *kept_place(struct chain *chain, uint32_t number)
{
	struct replay_chain *replay = (struct replay_chain *)chain;
	size_t before = replay->blocks_capacity;
	memory_grow(&replay->blocks, &replay->blocks_capacity, number + 1, sizeof *replay->blocks);
	memset(replay->blocks + before, 0, (replay->blocks_capacity - before) * sizeof *replay->blocks);
	return &replay->blocks[number];
}

void replay_chain_keep_block(struct chain *chain, struct block_state *state)
{
	struct kept_block *kept = kept_place(chain, state->number);
	kept->state = block_state_hold(state);
	signed_block_pack(&kept->packed, state->block);
}

static const struct kept_block *kept_block(const struct chain_view *view, uint32_t number)
{
	const struct replay_chain *replay = (const struct replay_chain *)view->chain;
	return number < replay->blocks_capacity && replay->blocks[number].state ? &replay->blocks[number] : NULL;
}

static int block(struct chain_view *view, struct signed_block *out, uint32_t number, struct error *error)
{
	const struct kept_block *kept = kept_block(view, number);
	if (!kept)
		return error_set(error, ENOENT, "there is no block %u", number);
	struct cursor in = cursor_make(kept->packed.data, kept->packed.length);
	return signed_block_unpack(out, &in, error);
}

static void take_trace(void *context, struct transaction_trace *trace)
{
	struct traces *traces = context;
	memory_grow(&traces->list, &traces->capacity, traces->count + 1, sizeof *traces->list);
	traces->list[traces->count++] = *trace;
	*trace = (struct transaction_trace){0};
}

void replay_chain_keep_trace(struct chain *chain, uint32_t number, struct transaction_trace *trace)
{
	take_trace(&kept_place(chain, number)->traces, trace);
}

/* Those that were kept, or made again from the state before the block. */
static int traces(struct chain_view *view, struct transaction_trace **out, size_t *count, uint32_t number,
                  struct error *error)
{
	const struct kept_block *kept = kept_block(view, number), *before = kept_block(view, number - 1);
	struct traces made = {0};
	int result = 0;
	*out = NULL;
	*count = 0;
	if (!kept || !before)
		return error_set(error, ENOENT, "there is no block %u", number);
	for (size_t i = 0; i < kept->traces.count; i++) {
		struct transaction_trace copy = transaction_trace_copy(&kept->traces.list[i]);
		take_trace(&made, &copy);
	}
	if (!made.count) {
		struct branch *again = branch_fork(branch_ledger(engine_of(view)), before->state);
		result = branch_trace_block(again, kept->state->block, take_trace, &made, error);
		branch_destroy(again);
	}
	*out = made.list;
	*count = made.count;
	return result;
}

static int find_transaction(struct chain_view *view, uint32_t *number, const struct checksum256 *id,
                            struct error *error)
{
	const struct replay_chain *replay = (const struct replay_chain *)view->chain;
	for (*number = (uint32_t)replay->blocks_capacity; (*number)-- > 0;) {
		const struct kept_block *kept = kept_block(view, *number);
		for (size_t i = 0; kept && i < kept->state->block->transactions_count; i++) {
			const struct transaction_receipt *receipt = &kept->state->block->transactions[i];
			if (checksum256_equal(receipt->is_id ? &receipt->id : &receipt->packed.id, id))
				return 0;
		}
	}
	return error_set(error, ENOENT, "no block has that transaction");
}

struct chain *replay_chain_create(struct branch *branch)
{
	static const struct chain_operations operations = {.destroy = destroy,
	                                                   .view_open = view_open,
	                                                   .push = push,
	                                                   .compute = compute,
	                                                   .pause = pause_production,
	                                                   .greylist = greylist};
	struct replay_chain *chain = memory_allocate(1, sizeof *chain);
	chain->base.operations = &operations;
	chain->base.cache = chain_cache_create();
	chain->branch = branch;
	chain->view_operations = state_view_operations;
	chain->view_operations.close = view_close;
	chain->view_operations.schedules = schedules;
	chain->view_operations.info = info;
	chain->view_operations.header_state = header_state;
	chain->view_operations.block = block;
	chain->view_operations.traces = traces;
	chain->view_operations.find_transaction = find_transaction;
	return &chain->base;
}

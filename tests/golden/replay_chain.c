/* struct chain over the engine of a replay, to read its state by: the head's, or that of the block in the making. */
#include "tests/golden/replay.h"

#include "core/base/memory.h"
#include "core/chain/state_reader.h"
#include "core/engine/block/schedule.h"

#include <stdlib.h>

struct replay_chain {
	struct chain base;
	struct engine *engine;
};

struct replay_view {
	struct chain_view base;
	struct map_root *root; /* held */
};

static const struct map_root *root_of(const struct chain_view *view)
{
	return ((const struct replay_view *)view)->root;
}

static struct engine *engine_of(const struct chain_view *view)
{
	return ((struct replay_chain *)view->chain)->engine;
}

static void destroy(struct chain *chain)
{
	chain_abi_cache_destroy(chain->abi_cache);
	free(chain);
}

static int view_open(struct chain *chain, struct chain_view **out, struct error *error)
{
	struct engine *engine = ((struct replay_chain *)chain)->engine;
	struct replay_view *view = memory_allocate(1, sizeof *view);
	(void)error;
	view->base.chain = chain;
	view->base.block_num = engine_head(engine)->number;
	view->base.slot = engine_block_pending(engine) ? engine_block_slot(engine) : engine_head(engine)->block->header.timestamp;
	view->root = engine_state(engine);
	*out = &view->base;
	return 0;
}

static void view_close(struct chain_view *base)
{
	struct replay_view *view = (struct replay_view *)base;
	map_root_release(view->root);
	free(view);
}

static int account(struct chain_view *view, struct chain_account *out, uint64_t name, struct error *error)
{
	return state_read_account(root_of(view), out, name, view->slot, error);
}

static int abi_bytes(struct chain_view *view, uint64_t name, struct bytes *out, uint64_t *version, struct error *error)
{
	return state_read_abi(root_of(view), name, out, version, error);
}

static int abi_version(struct chain_view *view, uint64_t name, uint64_t *version, struct error *error)
{
	return state_read_abi_version(root_of(view), name, version, error);
}

static int row(struct chain_view *view, struct chain_row *out, const struct table_id *id, uint64_t primary_key, struct error *error)
{
	(void)error;
	return state_read_row(root_of(view), out, id, primary_key);
}

static int rows(struct chain_view *view, const struct table_id *id, uint64_t from, chain_row_visitor *visitor, void *context, struct error *error)
{
	(void)error;
	return state_read_rows(root_of(view), id, from, visitor, context);
}

static int rows_by_double(struct chain_view *view, const struct table_id *id, unsigned index, chain_row_visitor *visitor, void *context,
                          struct error *error)
{
	(void)error;
	return state_read_rows_by_double(root_of(view), id, index, visitor, context);
}

static int scopes(struct chain_view *view, uint64_t code, uint64_t table, uint64_t from, chain_scope_visitor *visitor, void *context,
                  struct error *error)
{
	(void)error;
	return state_read_scopes(root_of(view), code, table, from, visitor, context);
}

static int table_contracts(struct chain_view *view, uint64_t scope, uint64_t table, chain_account_visitor *visitor, void *context,
                           struct error *error)
{
	(void)error;
	return state_read_table_contracts(root_of(view), scope, table, visitor, context);
}

/* Between two blocks nodeos's active schedule is the one that the next block will have, while its pending one is still the head's. */
static int schedules(struct chain_view *view, struct producer_schedule *active, struct producer_schedule *pending,
                     struct producer_schedule *proposed, struct error *error)
{
	struct engine *engine = engine_of(view);
	const struct block_state *head = engine_head(engine);
	struct block_options options = {.slot = head->block->header.timestamp + 1};
	const struct producer_authority *due = engine_producer_of_slot(engine, options.slot);
	struct checksum256 *features;
	options.producer = due->producer_name;
	options.features_count = engine_preactivated_features(engine, &features);
	options.features = features;
	int result = engine_block_start(engine, &options, NULL, error);
	free(features);
	if (result)
		return result;
	*active = producer_schedule_copy(engine_block_active_schedule(engine));
	engine_block_drop(engine);
	*pending = producer_schedule_copy(&head->pending_schedule);
	state_read_proposed_schedule(root_of(view), proposed);
	return 0;
}

struct chain *replay_chain_create(struct engine *engine)
{
	static const struct chain_operations operations = {
	    .kind = "replay",
	    .destroy = destroy,
	    .view_open = view_open,
	    .view_close = view_close,
	    .account = account,
	    .abi_bytes = abi_bytes,
	    .abi_version = abi_version,
	    .row = row,
	    .rows = rows,
	    .rows_by_double = rows_by_double,
	    .scopes = scopes,
	    .table_contracts = table_contracts,
	    .schedules = schedules,
	};
	struct replay_chain *chain = memory_allocate(1, sizeof *chain);
	chain->base.operations = &operations;
	chain->base.abi_cache = chain_abi_cache_create();
	chain->engine = engine;
	return &chain->base;
}

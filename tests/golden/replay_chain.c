/* struct chain over the engine of a replay, to read its state by: the head's, or that of the block in the making. */
#include "tests/golden/replay.h"

#include "core/base/memory.h"
#include "core/chain/embedded/state_view.h"

#include <stdlib.h>

struct replay_chain {
	struct chain base;
	struct engine *engine;
	struct chain_view_operations view_operations;
};

static struct engine *engine_of(const struct chain_view *view)
{
	return ((struct replay_chain *)view->chain)->engine;
}

static void destroy(struct chain *chain)
{
	chain_abi_cache_destroy(chain->abi_cache);
	free(chain);
}

static int view_open(struct chain *chain, struct chain_view **out, const struct chain_revision *revision, const struct interruption *interruption,
                     struct error *error)
{
	struct replay_chain *replay = (struct replay_chain *)chain;
	struct engine *engine = replay->engine;
	struct state_view *view = memory_allocate(1, sizeof *view);
	(void)revision;
	(void)error;
	view->base.operations = &replay->view_operations;
	view->base.chain = chain;
	view->base.interruption = interruption;
	view->base.block_num = engine_head(engine)->number;
	view->base.slot = engine_block_pending(engine) ? engine_block_slot(engine) : engine_head(engine)->block->header.timestamp;
	view->root = engine_state(engine);
	view->head = engine_head(engine);
	*out = &view->base;
	return 0;
}

static void view_close(struct chain_view *view)
{
	map_root_release(((struct state_view *)view)->root);
	free(view);
}

/* Between two blocks nodeos's active schedule is the one that the next block will have, while its pending one is still the head's. */
static int schedules(struct chain_view *view, struct producer_schedule *active, struct producer_schedule *pending,
                     struct producer_schedule *proposed, struct error *error)
{
	struct engine *engine = engine_of(view);
	struct block_options options = {.slot = engine_head(engine)->block->header.timestamp + 1};
	const struct producer_authority *due = engine_producer_of_slot(engine, options.slot);
	struct checksum256 *features;
	options.producer = due->producer_name;
	options.features_count = engine_preactivated_features(engine, &features);
	options.features = features;
	int result = engine_block_start(engine, &options, NULL, error);
	free(features);
	if (result)
		return result;
	state_view_operations.schedules(view, active, pending, proposed, error);
	producer_schedule_release(active);
	*active = producer_schedule_copy(engine_block_active_schedule(engine));
	engine_block_drop(engine);
	return 0;
}

struct chain *replay_chain_create(struct engine *engine)
{
	static const struct chain_operations operations = {.kind = "replay", .destroy = destroy, .view_open = view_open};
	struct replay_chain *chain = memory_allocate(1, sizeof *chain);
	chain->base.operations = &operations;
	chain->base.abi_cache = chain_abi_cache_create();
	chain->engine = engine;
	chain->view_operations = state_view_operations;
	chain->view_operations.close = view_close;
	chain->view_operations.schedules = schedules;
	return &chain->base;
}

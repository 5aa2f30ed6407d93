/* struct chain over the engine of a replay, to read its state by: the head's, or that of the block in the making. */
#include "tests/golden/replay.h"

#include "core/base/memory.h"
#include "core/chain/embedded/state_view.h"

#include <stdlib.h>

struct replay_chain {
	struct chain base;
	struct branch *branch;
	struct chain_view_operations view_operations;
};

static struct branch *engine_of(const struct chain_view *view)
{
	return ((struct replay_chain *)view->chain)->branch;
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
	struct branch *branch = replay->branch;
	struct state_view *view = memory_allocate(1, sizeof *view);
	(void)revision;
	(void)error;
	view->base.operations = &replay->view_operations;
	view->base.chain = chain;
	view->base.interruption = interruption;
	view->base.block_num = branch_head(branch)->number;
	view->base.slot = branch_block_pending(branch) ? branch_block_slot(branch) : branch_head(branch)->block->header.timestamp;
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

/* Between two blocks nodeos's active schedule is the one that the next block will have, while its pending one is still the head's. */
static int schedules(struct chain_view *view, struct producer_schedule *active, struct producer_schedule *pending,
                     struct producer_schedule *proposed, struct error *error)
{
	struct branch *branch = engine_of(view);
	struct block_options options = {.slot = branch_head(branch)->block->header.timestamp + 1};
	const struct producer_authority *due = branch_producer_of_slot(branch, options.slot);
	struct checksum256 *features;
	options.producer = due->producer_name;
	options.features_count = branch_preactivated_features(branch, &features);
	options.features = features;
	int result = branch_block_start(branch, &options, NULL, error);
	free(features);
	if (result)
		return result;
	state_view_operations.schedules(view, active, pending, proposed, error);
	producer_schedule_release(active);
	*active = producer_schedule_copy(branch_block_active_schedule(branch));
	branch_block_drop(branch);
	return 0;
}

struct chain *replay_chain_create(struct branch *branch)
{
	static const struct chain_operations operations = {.kind = "replay", .destroy = destroy, .view_open = view_open};
	struct replay_chain *chain = memory_allocate(1, sizeof *chain);
	chain->base.operations = &operations;
	chain->base.abi_cache = chain_abi_cache_create();
	chain->branch = branch;
	chain->view_operations = state_view_operations;
	chain->view_operations.close = view_close;
	chain->view_operations.schedules = schedules;
	return &chain->base;
}

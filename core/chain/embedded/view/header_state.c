/* A reversible block's header state, as get_block_header_state shows it. */
#include "core/chain/embedded/view/state_view.h"

#include "core/base/memory.h"
#include "core/engine/state/feature.h"

#include <stdlib.h>

/* Whose signature a block needed: as the schedule before it had it. */
static struct producer_authority signing_authority(const struct block_state *block,
                                                   const struct block_state *before)
{
	struct producer_schedule copy = producer_schedule_copy(&before->active_schedule);
	struct producer_authority out = {0};
	for (size_t i = 0; i < copy.producers_count; i++)
		if (copy.producers[i].producer_name == block->block->header.producer) {
			out = copy.producers[i];
			copy.producers[i].keys = NULL;
		}
	producer_schedule_release(&copy);
	return out;
}

static int copy_header(struct signed_block *out, const struct signed_block *block)
{
	struct bytes packed = {0};
	block_header_pack(&packed, &block->header);
	struct cursor in = cursor_make(packed.data, packed.length);
	int result = block_header_unpack(&out->header, &in);
	bytes_release(&packed);
	out->producer_signature = block->producer_signature;
	out->id = block->id;
	return result;
}

int state_header_state_read(struct chain_header_state *out, const struct block_state *block,
                            const struct block_state *before)
{
	struct feature_set set;
	*out = (struct chain_header_state){
		.id = block->id,
		.block_num = block->number,
		.proposed_irreversible = block->dpos_proposed_irreversible,
		.irreversible = block->dpos_irreversible,
		.active = producer_schedule_copy(&block->active_schedule),
		.authority = signing_authority(block, before ? before : block),
		.pending = producer_schedule_copy(&block->pending_schedule),
		.pending_lib_num = block->pending_schedule_lib_num,
		.pending_hash = block->pending_schedule_hash,
		.blockroot = block->blockroot,
		.last_produced_count = block->last_produced_count,
		.confirm_count = memory_copy(block->confirm_count, block->confirm_count_count),
		.confirm_count_count = block->confirm_count_count,
	};
	out->last_produced = memory_allocate(out->last_produced_count + 1, sizeof *out->last_produced);
	for (size_t i = 0; i < out->last_produced_count; i++) {
		const struct last_produced *at = &block->last_produced[i];
		out->last_produced[i] = (struct chain_last_produced){at->producer, at->block,
		                                                     at->implied_irreversible, at->has_implied};
	}
	feature_set_get(block->root, &set);
	out->features = memory_allocate(set.order_count + 1, sizeof *out->features);
	for (size_t i = 0; i < set.order_count; i++)
		out->features[i] = feature_digest((enum feature)set.order[i]);
	out->features_count = set.order_count;
	qsort(out->features, out->features_count, sizeof *out->features, checksum256_compare);
	return copy_header(&out->block, block->block);
}

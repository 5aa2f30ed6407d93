/* The embedded chain's views: each pins one published state, and every answer comes out of its root;
 * what is told of blocks comes from memory or from the log. */
#include "core/chain/embedded/embedded_private.h"

#include "core/base/memory.h"
#include "core/chain/embedded/state_view.h"
#include "core/engine/state/resource.h"
#include "core/types/name.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

struct embedded_view {
	struct state_view base;
	struct published *state; /* pinned */
};

static struct published *state_of(struct chain_view *view)
{
	return ((struct embedded_view *)view)->state;
}

static void close_view(struct chain_view *view)
{
	embedded_unpin(embedded_of(view->chain), state_of(view));
	free(view);
}

static int no_node(struct error *error, uint64_t name)
{
	return error_set(error, ENOENT, "there is no node \"%s\"", name_text(name).text);
}

static int pin_revision(struct embedded_chain *chain, struct published **out,
                        const struct chain_revision *revision, struct error *error)
{
	switch (revision->kind) {
	case CHAIN_HEAD:
		if (revision->node && revision->node != name_literal("eosio"))
			return no_node(error, revision->node);
		*out = embedded_pin(chain);
		return 0;
	case CHAIN_BLOCK:
		*out = embedded_pin_block(chain, revision->block_num);
		return *out ? 0 : error_set(error, EOPNOTSUPP, "the state after block %" PRIu32 " is not kept",
		                            revision->block_num);
	case CHAIN_KEPT:
		break;
	}
	return error_set(error, ENOENT, "no state was kept as \"%s\"", revision->kept ? revision->kept : "");
}

int embedded_view_open(struct chain *base, struct chain_view **out, const struct chain_revision *revision,
                       const struct interruption *interruption, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	struct published *state;
	int result = pin_revision(chain, &state, revision, error);

	if (result)
		return result;
	struct embedded_view *view = memory_allocate(1, sizeof *view);
	view->state = state;
	view->base = (struct state_view){
		.base = {.operations = &chain->view_operations, .chain = base, .interruption = interruption,
	             .block_num = state->block_num, .slot = state->slot, .sequence = state->sequence},
		.root = state->root,
		.head = state->head,
	};
	*out = &view->base.base;
	return 0;
}

/* The slot of a block, from what this process has seen or from the log. */
static int find_slot_of(struct embedded_chain *chain, uint32_t number, uint32_t *slot)
{
	struct signed_block block = {0};

	pthread_mutex_lock(&chain->publish);
	bool known = block_times_find(&chain->times, number, slot);
	pthread_mutex_unlock(&chain->publish);
	if (known)
		return 0;
	if (!chain->storage || storage_read_block(chain->storage, &block, number, NULL) != 0)
		return -ENOENT;
	*slot = block.header.timestamp;
	signed_block_release(&block);
	return 0;
}

static int read_block_slot(struct chain_view *view, uint32_t *slot, uint32_t number, struct error *error)
{
	struct published *state = state_of(view);
	uint32_t back = state->block_num - number;

	if (number >= state->block_num) {
		*slot = state->slot;
		return 0;
	}
	/* The usual question: the sealed head. */
	if (back == 1 && state->head->number == number) {
		*slot = state->head->block->header.timestamp;
		return 0;
	}
	if (find_slot_of(embedded_of(view->chain), number, slot) != 0)
		return error_set(error, ENOENT, "the time of block %" PRIu32 " is not known any more", number);
	return 0;
}

/* The id of a block that was reversible when the state was saved, and is out of memory. */
static void find_id_in_log(struct embedded_chain *chain, struct checksum256 *id, uint32_t number)
{
	struct signed_block block = {0};

	if (chain->storage && storage_read_block(chain->storage, &block, number, NULL) == 0)
		*id = block.id;
	signed_block_release(&block);
}

static int read_info(struct chain_view *view, struct chain_info *out, struct error *error)
{
	struct published *state = state_of(view);
	struct resource_state resources;

	(void)error;
	*out = (struct chain_info){
		.chain_id = view->chain->chain_id,
		.head_block_id = state->head->id,
		.irreversible_block_id = state->irreversible_id,
		.head_block_num = state->head->number,
		.irreversible_block_num = state->irreversible_num,
		.head_slot = state->head->block->header.timestamp,
		.head_block_producer = state->head->block->header.producer,
	};
	if (read_block_slot(view, &out->irreversible_slot, out->irreversible_block_num, NULL) != 0)
		out->irreversible_slot = out->head_slot;
	if (checksum256_is_zero(&out->irreversible_block_id))
		find_id_in_log(embedded_of(view->chain), &out->irreversible_block_id, out->irreversible_block_num);
	if (resource_state_get(state->root, &resources)) {
		out->virtual_block_cpu_limit = resources.virtual_cpu_limit;
		out->virtual_block_net_limit = resources.virtual_net_limit;
		out->block_cpu_limit = resources.max_block_cpu;
		out->block_net_limit = resources.max_block_net;
		out->total_cpu_weight = resources.total_cpu_weight;
		out->total_net_weight = resources.total_net_weight;
	}
	return 0;
}

/* On its way to storage: NULL when it is not. Under lock. */
static const struct sealed *find_sealed(const struct embedded_chain *chain, uint32_t number)
{
	for (size_t i = 0; i < chain->sealed_count; i++) {
		const struct sealed *sealed = &chain->sealed[(chain->sealed_first + i) % SEALED_MAXIMUM];
		if (sealed->block->number == number)
			return sealed;
	}
	return NULL;
}

/* Appends a block that is in memory, if it is; false: it is there, but not signed yet. */
static bool pack_from_memory(struct embedded_chain *chain, struct bytes *out, uint32_t number)
{
	pthread_mutex_lock(&chain->lock);
	const struct sealed *sealed = find_sealed(chain, number);
	bool is_signed = !sealed || sealed->is_signed;
	uint32_t head = branch_head(chain->branch)->number;
	if (is_signed && !sealed && !chain->storage && number <= head && head - number < RECENT_BLOCKS) {
		const struct bytes *recent = &chain->recent[number % RECENT_BLOCKS];
		bytes_put(out, recent->data, recent->length);
	} else if (is_signed) {
		const struct block_state *block = sealed ? sealed->block : branch_find(chain->branch, number);
		if (block)
			signed_block_pack(out, block->block);
	}
	pthread_mutex_unlock(&chain->lock);
	return is_signed;
}

/* From memory, or from the log. */
static int read_block(struct chain_view *view, struct signed_block *out, uint32_t number,
                      struct error *error)
{
	struct embedded_chain *chain = embedded_of(view->chain);
	struct bytes packed = {0};
	int result = -ENOENT;

	if (!pack_from_memory(chain, &packed, number)) {
		result = embedded_finish(chain, false, error);
		if (result || !pack_from_memory(chain, &packed, number))
			return result ? result : error_set(error, EAGAIN, "block %" PRIu32 " is being signed", number);
		result = -ENOENT;
	}
	if (packed.length) {
		struct cursor in = cursor_make(packed.data, packed.length);
		result = signed_block_unpack(out, &in, error);
	} else if (chain->storage) {
		result = storage_read_block(chain->storage, out, number, error);
	}
	bytes_release(&packed);
	if (result == -ENOENT)
		error_set(error, ENOENT, "there is no block %" PRIu32 " here", number);
	return result;
}

int embedded_node(struct chain *base, struct chain_node *out, uint64_t name,
                  const struct interruption *interruption, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);

	(void)interruption;
	if (name != name_literal("eosio"))
		return no_node(error, name);
	struct published *state = embedded_pin(chain);
	*out = (struct chain_node){.name = name, .running = true, .head_block_num = state->head->number,
	                           .irreversible_block_num = state->irreversible_num, .log = chain->node_log};
	const struct producer_schedule *schedule = &state->head->active_schedule;
	for (size_t i = 0; i < schedule->producers_count; i++)
		if (embedded_signing_key(chain, &schedule->producers[i], NULL))
			out->producers[out->producers_count++] = schedule->producers[i].producer_name;
	embedded_unpin(chain, state);
	return 0;
}

struct chain_view_operations embedded_view_operations(void)
{
	struct chain_view_operations operations = state_view_operations;
	operations.close = close_view;
	operations.info = read_info;
	operations.block = read_block;
	operations.block_slot = read_block_slot;
	return operations;
}

/* The embedded chain's views: each pins one published state, and every answer comes out of its root;
 * what is told of blocks comes from memory or from the log. */
#include "core/chain/embedded/view/view.h"

#include "core/base/memory.h"
#include "core/chain/embedded/embedded_private.h"
#include "core/chain/embedded/storage/storage.h"
#include "core/chain/embedded/view/state_view.h"
#include "core/engine/state/map/store.h"
#include "core/engine/state/resource.h"
#include "core/types/name.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

struct embedded_view {
	struct state_view base;
	struct published *state; /* pinned */
};

struct published *embedded_state_of(struct chain_view *view)
{
	return ((struct embedded_view *)view)->state;
}

static void close_view(struct chain_view *view)
{
	embedded_unpin(embedded_of(view->chain), embedded_state_of(view));
	free(view);
}

static int no_node(struct error *error, uint64_t name)
{
	return error_set(error, ENOENT, "there is no node \"%s\"", name_text(name).text);
}

static int pin_revision(struct embedded_chain *chain, struct published **out,
                        const struct chain_revision *revision, const struct interruption *interruption,
                        struct error *error)
{
	switch (revision->kind) {
	case CHAIN_HEAD:
		*out = revision->node ? embedded_pin_node(chain, revision->node) : embedded_pin(chain);
		return *out ? 0 : no_node(error, revision->node);
	case CHAIN_BLOCK:
		return embedded_pin_block(chain, out, revision->block_num, interruption, error);
	case CHAIN_KEPT:
		return embedded_pin_kept(chain, out, revision->kept, interruption, error);
	}
	return error_set(error, EINVAL, "there is no such kind of state");
}

int embedded_view_open(struct chain *base, struct chain_view **out, const struct chain_revision *revision,
                       const struct interruption *interruption, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	struct published *state;
	int result = pin_revision(chain, &state, revision, interruption, error);

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

/* The slot of a block, from what this process has seen or from the log, where a block is long. */
static int find_slot_of(struct embedded_chain *chain, uint32_t *slot, uint32_t number)
{
	struct signed_block block = {0};

	pthread_mutex_lock(&chain->publish);
	bool known = block_times_find(&chain->times, slot, number);
	unsigned cuts = chain->times.cuts;
	pthread_mutex_unlock(&chain->publish);
	if (known)
		return 0;
	if (!chain->storage || storage_read_block(chain->storage, &block, number, NULL) != 0)
		return -ENOENT;
	*slot = block.header.timestamp;
	signed_block_release(&block);
	pthread_mutex_lock(&chain->publish);
	block_times_note(&chain->times, number, *slot, cuts);
	pthread_mutex_unlock(&chain->publish);
	return 0;
}

static int read_block_slot(struct chain_view *view, uint32_t *slot, uint32_t number, struct error *error)
{
	struct published *state = embedded_state_of(view);
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
	if (find_slot_of(embedded_of(view->chain), slot, number) != 0)
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
	struct published *state = embedded_state_of(view);
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

/* As nodeos has it, greylist_limit does not show. */
static int read_account(struct chain_view *view, struct chain_account *out, uint64_t name,
                        struct error *error)
{
	struct embedded_chain *chain = embedded_of(view->chain);
	int result = state_view_operations.account(view, out, name, error);

	if (result || !embedded_state_of(view)->has_greylist)
		return result;
	pthread_mutex_lock(&chain->lock);
	const struct node *node = network_node(chain->network, embedded_state_of(view)->node);
	bool listed = node && name_set_has(&node_greylist(node)->accounts, name);
	pthread_mutex_unlock(&chain->lock);
	if (listed)
		state_view_resources(&((struct embedded_view *)view)->base, out, 1);
	return 0;
}

/* Under the lock, so that nothing is let go meanwhile. */
static int read_header_state(struct chain_view *view, struct chain_header_state *out, uint32_t number,
                             struct error *error)
{
	struct embedded_chain *chain = embedded_of(view->chain);
	struct block_state *head = embedded_state_of(view)->head;
	int result = -ENOENT;

	pthread_mutex_lock(&chain->lock);
	struct branch *branch = branch_fork(chain->ledger, head);
	const struct block_state *block =
		number > embedded_state_of(view)->irreversible_num ? branch_find(branch, number) : NULL;
	if (block)
		result = state_header_state_read(out, block, branch_find(branch, number - 1));
	branch_destroy(branch);
	pthread_mutex_unlock(&chain->lock);
	return result ? error_set(error, -result, "block %" PRIu32 " is not reversible", number) : 0;
}

/* Appends a block of the view's branch that is in memory, if it is, and gives its id, if that is known;
 * false: it is there, but not signed yet. */
static bool pack_from_memory(struct embedded_chain *chain, struct bytes *out, struct checksum256 *id,
                             bool *has_id, const struct block_state *head, uint32_t number)
{
	bool is_signed = true;

	pthread_mutex_lock(&chain->lock);
	struct branch *branch = branch_fork(chain->ledger, (struct block_state *)(uintptr_t)head);
	const struct block_state *block = branch_find(branch, number);
	if (block && block->is_bare)
		block = NULL;
	*has_id = branch_find_id(branch, id, number);
	for (size_t i = 0; i < chain->sealed_count && block; i++)
		if (chain->sealed[i]->block == block)
			is_signed = chain->sealed[i]->is_signed;
	if (block && is_signed)
		signed_block_pack(out, block->block);
	else if (!block && !chain->storage && number <= head->number &&
	         head->number - number < chain->recent_count)
		bytes_put(out, chain->recent[number % chain->recent_count].data,
		          chain->recent[number % chain->recent_count].length);
	branch_destroy(branch);
	pthread_mutex_unlock(&chain->lock);
	return is_signed;
}

/* id: of a block that is known by it, or NULL. One that is irreversible may wait to be stored. */
static int read_stored(struct embedded_chain *chain, struct signed_block *out, const struct block_state *head,
                       uint32_t number, const struct checksum256 *id, struct error *error)
{
	for (bool is_all_stored = number > head->number;; is_all_stored = true) {
		int result = id ? storage_find_block(chain->storage, out, number, id, error)
		                : storage_read_block(chain->storage, out, number, error);
		if (result != -ENOENT || is_all_stored)
			return result;
		error_clear(error);
		result = embedded_finish(chain, false, error);
		if (result)
			return result;
	}
}

int embedded_read_block(void *context, struct signed_block *out, const struct block_state *head,
                        uint32_t number, struct error *error)
{
	struct embedded_chain *chain = context;
	struct checksum256 id;
	struct bytes packed = {0};
	bool has_id;
	int result = -ENOENT;

	if (!pack_from_memory(chain, &packed, &id, &has_id, head, number)) {
		result = embedded_finish(chain, false, error);
		if (result || !pack_from_memory(chain, &packed, &id, &has_id, head, number))
			return result ? result : error_set(error, EAGAIN, "block %" PRIu32 " is being signed", number);
		result = -ENOENT;
	}
	if (packed.length) {
		struct cursor in = cursor_make(packed.data, packed.length);
		result = signed_block_unpack(out, &in, error);
	} else if (chain->storage) {
		result = read_stored(chain, out, head, number, has_id ? &id : NULL, error);
	}
	bytes_release(&packed);
	if (result == -ENOENT)
		error_set(error, ENOENT, "there is no block %" PRIu32 " here", number);
	return result;
}

static int read_block(struct chain_view *view, struct signed_block *out, uint32_t number,
                      struct error *error)
{
	return embedded_read_block(embedded_of(view->chain), out, embedded_state_of(view)->head, number, error);
}

static int read_traces(struct chain_view *view, struct transaction_trace **out, size_t *count,
                       uint32_t number, struct error *error)
{
	return past_traces(embedded_of(view->chain)->past, out, count, embedded_state_of(view)->head, number,
	                   view->interruption, error);
}

static int find_transaction(struct chain_view *view, uint32_t *number, const struct checksum256 *id,
                            struct error *error)
{
	return embedded_find_transaction(embedded_of(view->chain), number, embedded_state_of(view)->head, id,
	                                 view->interruption, error);
}

static int check_sound(struct chain_view *view, struct error *error)
{
	return map_root_is_sound(embedded_state_of(view)->root)
	           ? 0
	           : error_set(error, EBADMSG,
	                       "the state after block %" PRIu32
	                       " is damaged on disk: remove the folder states in "
	                       "the data folder while nothing is mounted, and it is made again of the blocks",
	                       view->block_num);
}

struct chain_view_operations embedded_view_operations(void)
{
	struct chain_view_operations operations = state_view_operations;
	operations.header_state = read_header_state;
	operations.close = close_view;
	operations.account = read_account;
	operations.info = read_info;
	operations.block = read_block;
	operations.block_slot = read_block_slot;
	operations.traces = read_traces;
	operations.find_transaction = find_transaction;
	operations.sound = check_sound;
	operations.history = embedded_history;
	operations.history_text = embedded_history_text;
	return operations;
}

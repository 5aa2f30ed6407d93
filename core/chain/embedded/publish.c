/* What readers see: a node's state, pinned in constant time under a short mutex (DESIGN 5). */
#include "core/chain/embedded/embedded_private.h"

#include "core/base/memory.h"
#include "core/engine/block/deeds.h"

#include <stdlib.h>
#include <string.h>

static void free_published(struct published *state)
{
	map_root_release(state->root);
	deeds_release(state->deeds);
	past_release(state->head);
	free(state);
}

void embedded_collect(struct embedded_chain *chain)
{
	pthread_mutex_lock(&chain->publish);
	struct published *unused = chain->unused;
	chain->unused = NULL;
	pthread_mutex_unlock(&chain->publish);
	while (unused) {
		struct published *next = unused->next_unused;
		free_published(unused);
		unused = next;
	}
}

/* Under publish. */
static void let_go(struct embedded_chain *chain, struct published *state)
{
	if (--state->references > 0)
		return;
	state->next_unused = chain->unused;
	chain->unused = state;
}

/* A state for readers, which takes root and deeds of the view; one reference, no sequence yet. Under lock. */
static struct published *publish(const struct node_view *view, uint64_t node)
{
	struct published *state = memory_allocate(1, sizeof *state);

	*state = (struct published){
		.references = 1,
		.root = view->root,
		.deeds = view->deeds,
		.head = past_hold(view->head),
		.irreversible_num = view->irreversible_num,
		.irreversible_id = view->irreversible_id,
		.block_num = view->block_num,
		.slot = view->slot,
		.node = node,
	};
	return state;
}

/* What a node shows. Under lock. */
static struct published *publish_node(struct node *node)
{
	struct node_view view;

	node_view(node, &view);
	struct published *state = publish(&view, node_name(node));
	state->has_greylist = node_greylist(node)->accounts.count > 0;
	block_state_release(view.head);
	return state;
}

void embedded_publish(struct embedded_chain *chain)
{
	struct published *state = publish_node(embedded_viewed(chain)), *old;

	pthread_mutex_lock(&chain->publish);
	state->sequence = ++chain->sequence;
	old = chain->current;
	chain->current = state;
	if (chain->block_made && old && old->block_num != state->block_num)
		chain->block_made(chain->block_context);
	if (old)
		let_go(chain, old);
	pthread_mutex_unlock(&chain->publish);
	embedded_collect(chain);
}

void embedded_watch_blocks(struct chain *base, chain_block_watcher *made, void *context)
{
	struct embedded_chain *chain = embedded_of(base);

	pthread_mutex_lock(&chain->publish);
	chain->block_made = made;
	chain->block_context = context;
	pthread_mutex_unlock(&chain->publish);
}

struct published *embedded_pin(struct embedded_chain *chain)
{
	pthread_mutex_lock(&chain->publish);
	struct published *state = chain->current;
	state->references++;
	pthread_mutex_unlock(&chain->publish);
	return state;
}

/* Under lock. */
static struct published *number(struct embedded_chain *chain, struct published *state)
{
	pthread_mutex_lock(&chain->publish);
	state->sequence = ++chain->sequence;
	pthread_mutex_unlock(&chain->publish);
	return state;
}

/* One state, one sequence: apart from those that are counted, by the id of its block. */
static uint64_t sequence_of(const struct block_state *block)
{
	uint64_t hash;

	memcpy(&hash, block->id.data + sizeof block->id.data - sizeof hash, sizeof hash);
	return hash | UINT64_C(1) << 63;
}

struct published *embedded_publish_block(struct block_state *block)
{
	const struct node_view view = {.root = map_root_hold(block->root),
	                               .deeds = deeds_hold(block->deeds),
	                               .head = block,
	                               .irreversible_num = block->dpos_irreversible,
	                               .irreversible_id = block->irreversible_id,
	                               .block_num = block->number,
	                               .slot = block->block->header.timestamp};
	struct published *state = publish(&view, 0);

	state->sequence = sequence_of(block);
	return state;
}

int embedded_pin_block(struct embedded_chain *chain, struct published **out, uint32_t block_num,
                       const struct interruption *interruption, struct error *error)
{
	struct published *head = embedded_pin(chain);
	struct block_state *block;
	int result = past_state(chain->past, &block, head->head, block_num, interruption, error);

	embedded_unpin(chain, head);
	*out = NULL;
	if (result)
		return result;
	pthread_mutex_lock(&chain->lock);
	*out = embedded_publish_block(block);
	past_release(block);
	pthread_mutex_unlock(&chain->lock);
	return 0;
}

/* What is shown already, where that is this node's; else NULL. */
static struct published *pin_if_current(struct embedded_chain *chain, uint64_t name)
{
	struct published *state = embedded_pin(chain);

	if (state->node == name)
		return state;
	embedded_unpin(chain, state);
	return NULL;
}

struct published *embedded_pin_node(struct embedded_chain *chain, uint64_t name)
{
	struct published *state = pin_if_current(chain, name);

	if (state)
		return state;
	pthread_mutex_lock(&chain->lock);
	struct node *node = network_node(chain->network, name);
	if (node)
		state = number(chain, publish_node(node));
	pthread_mutex_unlock(&chain->lock);
	return state;
}

void embedded_unpin(struct embedded_chain *chain, struct published *state)
{
	pthread_mutex_lock(&chain->publish);
	let_go(chain, state);
	pthread_mutex_unlock(&chain->publish);
}

/* What readers see: the branch's state, pinned in constant time under a short mutex (DESIGN 5). */
#include "core/chain/embedded/embedded_private.h"

#include "core/base/memory.h"

#include <stdlib.h>

static void free_published(struct published *state)
{
	map_root_release(state->root);
	block_state_release(state->head);
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

/* The state after a sealed block, for readers; one reference, and no sequence yet. Under lock. */
static struct published *publish_block(struct block_state *head, struct map_root *root)
{
	struct published *state = memory_allocate(1, sizeof *state);

	*state = (struct published){
		.references = 1,
		.root = root,
		.head = block_state_hold(head),
		.irreversible_num = head->dpos_irreversible,
		.irreversible_id = head->irreversible_id,
		.block_num = head->number,
		.slot = head->block->header.timestamp,
	};
	return state;
}

void embedded_publish(struct embedded_chain *chain)
{
	struct branch *branch = chain->branch;
	struct published *state = publish_block(branch_head(branch), branch_state(branch)), *old;

	state->irreversible_num = branch_irreversible(branch, &state->irreversible_id);
	if (branch_block_pending(branch)) {
		state->block_num = branch_block_number(branch);
		state->slot = branch_block_slot(branch);
	}
	pthread_mutex_lock(&chain->publish);
	state->sequence = ++chain->sequence;
	old = chain->current;
	chain->current = state;
	if (old)
		let_go(chain, old);
	pthread_mutex_unlock(&chain->publish);
	embedded_collect(chain);
}

struct published *embedded_pin(struct embedded_chain *chain)
{
	pthread_mutex_lock(&chain->publish);
	struct published *state = chain->current;
	state->references++;
	pthread_mutex_unlock(&chain->publish);
	return state;
}

struct published *embedded_pin_block(struct embedded_chain *chain, uint32_t number)
{
	struct published *state = NULL;

	pthread_mutex_lock(&chain->lock);
	struct block_state *block = branch_find(chain->branch, number);
	if (block) {
		state = publish_block(block, map_root_hold(block->root));
		pthread_mutex_lock(&chain->publish);
		state->sequence = ++chain->sequence;
		pthread_mutex_unlock(&chain->publish);
	}
	pthread_mutex_unlock(&chain->lock);
	return state;
}

void embedded_unpin(struct embedded_chain *chain, struct published *state)
{
	pthread_mutex_lock(&chain->publish);
	let_go(chain, state);
	pthread_mutex_unlock(&chain->publish);
}

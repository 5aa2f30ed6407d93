/* What readers see: the engine's state, pinned in constant time under a short mutex (DESIGN 5). */
#include "core/chain/embedded/embedded.h"

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

void embedded_publish(struct embedded_chain *chain)
{
	struct engine *engine = chain->engine;
	struct published *state = memory_allocate(1, sizeof *state), *old;
	struct block_state *head = engine_head(engine);

	state->references = 1;
	state->root = engine_state(engine);
	state->head = block_state_hold(head);
	state->irreversible_num = engine_irreversible(engine, &state->irreversible_id);
	state->block_num = engine_block_pending(engine) ? engine_block_number(engine) : head->number;
	state->slot = engine_block_pending(engine) ? engine_block_slot(engine) : head->block->header.timestamp;
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

void embedded_unpin(struct embedded_chain *chain, struct published *state)
{
	pthread_mutex_lock(&chain->publish);
	let_go(chain, state);
	pthread_mutex_unlock(&chain->publish);
}

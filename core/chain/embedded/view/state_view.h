/* A view of any state of the engine: what the views of the embedded chain and of the replay tool are
 * made of. It reads an immutable root, so any thread may that holds it. */
#ifndef EOSIOFS_CORE_CHAIN_EMBEDDED_VIEW_STATE_VIEW_H
#define EOSIOFS_CORE_CHAIN_EMBEDDED_VIEW_STATE_VIEW_H

#include "core/chain/view.h"
#include "core/engine/engine.h"

/* Whoever makes it fills it, holds what it names, and gives it operations of which these are most. */
struct state_view {
	struct chain_view base;
	struct map_root *root;
	const struct block_state *head; /* the sealed block at or below this state */
};

/* All operations that need nothing but the state; whoever owns the view takes a copy and adds how it is
 * closed and what it knows of blocks. */
extern const struct chain_view_operations state_view_operations;

/* What an account may use in that state and has used, the windows counting for so many times what blocks hold
 * (greylist.h). */
void state_view_resources(const struct state_view *view, struct chain_account *account, uint32_t multiple);

/* Copies what is known of a reversible block; whoever calls holds it. before: the block before it, NULL
 * when that is not there any more. */
int state_header_state_read(struct chain_header_state *out, const struct block_state *block,
                            const struct block_state *before);

#endif

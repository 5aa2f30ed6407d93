/* at/NUM/: chain/, accounts/ and producers/ as they were after a block. */
#include "fs/files/at.h"

#include "fs/files/blocks.h"

int at_graft(struct request *request, struct chain_revision *out, struct error *error)
{
	out->kind = CHAIN_BLOCK;
	return block_find(request, &out->block_num, request->capture[0], error);
}

/* It exists when its state can be had. */
int at_exists(struct request *request, struct error *error)
{
	struct chain_revision revision = {.kind = CHAIN_HEAD};
	struct chain_view *view = NULL;
	int result = at_graft(request, &revision, error);
	if (result == 0)
		result = chain_view_open(request->chain, &view, &revision, request_interruption(request), error);
	if (result == 0)
		request->slot = view->slot;
	chain_view_close(view);
	return result;
}

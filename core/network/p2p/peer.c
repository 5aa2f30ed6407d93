/* What the protocol asks of a node, answered by the network's node under its lock. */
#include "core/network/p2p/peer.h"

#include "core/base/memory.h"
#include "core/engine/engine.h"

#include <stdlib.h>
#include <string.h>

struct peer_node {
	struct peer_options options;
	struct p2p_endpoint *endpoint; /* owned */
	unsigned current;              /* as p2p_standing had it */
};

static void lock(struct peer_node *peer)
{
	pthread_mutex_lock(peer->options.lock);
	if (peer->options.now)
		network_tell_time(peer->options.network, peer->options.now(peer->options.context));
}

static void unlock(struct peer_node *peer)
{
	pthread_mutex_unlock(peer->options.lock);
}

static bool is_signed(const struct block_state *state)
{
	static const struct signature none;
	return state->number == 1 ||
	       memcmp(state->block->producer_signature.data, none.data, sizeof none.data) != 0;
}

/* The last block that peers can have. With the lock held. */
static const struct block_state *signed_head(const struct node *node)
{
	const struct block_state *head = node_head(node), *previous;

	while (!is_signed(head) && (previous = node_find_block(node, head->number - 1)))
		head = previous;
	return head;
}

static void heads(void *context, struct peer_heads *out)
{
	struct peer_node *peer = context;

	lock(peer);
	const struct block_state *head = signed_head(peer->options.node);
	*out = (struct peer_heads){.head_num = head->number, .head_id = head->id};
	out->irreversible_num = node_irreversible(peer->options.node, &out->irreversible_id);
	unlock(peer);
	if (checksum256_is_zero(&out->irreversible_id)) /* since a restart nobody remembers it */
		peer->options.old_id(peer->options.context, &out->irreversible_id, out->irreversible_num);
}

static bool block_id(void *context, struct checksum256 *out, uint32_t number)
{
	struct peer_node *peer = context;

	lock(peer);
	bool is_there = number <= signed_head(peer->options.node)->number,
	     found = is_there && node_block_id(peer->options.node, out, number);
	unlock(peer);
	return found || (is_there && peer->options.old_id(peer->options.context, out, number));
}

static bool knows(void *context, const struct checksum256 *id)
{
	struct peer_node *peer = context;
	struct checksum256 ours;

	lock(peer);
	bool known = node_has_block(peer->options.node, id);
	unlock(peer);
	return known || (peer->options.old_id(peer->options.context, &ours, block_id_number(id)) &&
	                 checksum256_equal(&ours, id));
}

static bool block(void *context, struct bytes *out, const struct checksum256 *id)
{
	struct peer_node *peer = context;

	lock(peer);
	const struct block_state *state = ledger_find(peer->options.ledger, id);
	bool here = state != NULL, supplied = here && is_signed(state);
	if (supplied)
		signed_block_pack(out, state->block);
	unlock(peer);
	return here ? supplied : peer->options.old_block(peer->options.context, out, id);
}

static enum p2p_verdict receive_block(void *context, struct signed_block *received, struct error *error)
{
	struct peer_node *peer = context;
	bool dropped;

	lock(peer);
	int result = peer->options.receive(peer->options.context, received, &dropped, error);
	unlock(peer);
	if (result)
		return P2P_BLOCK_REJECTED;
	if (dropped)
		return P2P_BLOCK_DROPPED;
	p2p_endpoint_tell_block(peer->endpoint, &received->id);
	return P2P_BLOCK_ACCEPTED;
}

static void receive_transaction(void *context, struct packed_transaction *packed)
{
	struct peer_node *peer = context;

	peer->options.transaction(peer->options.context, packed);
}

static void tell_standing(void *context, const struct p2p_standing *standing)
{
	struct peer_node *peer = context;

	lock(peer);
	if (peer->options.standing)
		peer->options.standing(peer->options.context, standing);
	if (standing->current > peer->current)
		node_tell_waiting(peer->options.node);
	peer->current = standing->current;
	unlock(peer);
}

static void write_log(void *context, enum p2p_log_level level, const char *place, const char *function,
                      const char *text)
{
	static const char *const levels[] = {"info", "warn", "error"};
	struct peer_node *peer = context;

	lock(peer);
	node_log_foreign(peer->options.node, levels[level], place, function, text);
	unlock(peer);
}

int peer_node_open(struct peer_node **out, struct p2p_tcp *tcp, const struct peer_options *options,
                   struct error *error)
{
	struct peer_node *peer = memory_allocate(1, sizeof *peer);

	peer->options = *options;
	peer->options.endpoint.host = (struct p2p_host){
		.context = peer,
		.heads = heads,
		.block_id = block_id,
		.knows = knows,
		.block = block,
		.receive_block = receive_block,
		.receive_transaction = receive_transaction,
		.log = write_log,
	};
	peer->options.endpoint.standing = tell_standing;
	int result = p2p_endpoint_open(&peer->endpoint, tcp, &peer->options.endpoint, error);
	if (result) {
		free(peer);
		return result;
	}
	*out = peer;
	return 0;
}

void peer_node_close(struct peer_node *peer)
{
	if (!peer)
		return;
	p2p_endpoint_close(peer->endpoint);
	free(peer);
}

struct p2p_endpoint *peer_node_endpoint(struct peer_node *peer)
{
	return peer->endpoint;
}

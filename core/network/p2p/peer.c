/* What the protocol asks of a node, answered by the network's node under its lock. */
#include "core/network/p2p/peer.h"

#include "core/base/memory.h"
#include "core/engine/engine.h"

#include <stdlib.h>
#include <string.h>

struct peer_node {
	struct peer_options options;
	struct p2p_endpoint *endpoint; /* owned */
};

static void heads(void *context, struct p2p_heads *out)
{
	struct peer_node *peer = context;

	pthread_mutex_lock(peer->options.lock);
	const struct block_state *head = node_head(peer->options.node);
	out->head_num = head->number;
	out->head_id = head->id;
	out->irreversible_num = node_irreversible(peer->options.node, &out->irreversible_id);
	pthread_mutex_unlock(peer->options.lock);
}

/* With the lock held. */
static bool find_id(struct peer_node *peer, struct checksum256 *out, uint32_t number)
{
	return node_block_id(peer->options.node, out, number) ||
	       peer->options.old_block(peer->options.context, out, NULL, number);
}

static bool block_id(void *context, struct checksum256 *out, uint32_t number)
{
	struct peer_node *peer = context;

	pthread_mutex_lock(peer->options.lock);
	bool found = number <= node_head(peer->options.node)->number && find_id(peer, out, number);
	pthread_mutex_unlock(peer->options.lock);
	return found;
}

static bool knows(void *context, const struct checksum256 *id)
{
	struct peer_node *peer = context;
	struct checksum256 ours;

	pthread_mutex_lock(peer->options.lock);
	bool known = node_has_block(peer->options.node, id) ||
	             (find_id(peer, &ours, block_id_number(id)) && checksum256_equal(&ours, id));
	pthread_mutex_unlock(peer->options.lock);
	return known;
}

static bool is_signed(const struct block_state *state)
{
	static const struct signature none;
	return state->number == 1 ||
	       memcmp(state->block->producer_signature.data, none.data, sizeof none.data) != 0;
}

static bool block(void *context, struct bytes *out, const struct checksum256 *id)
{
	struct peer_node *peer = context;
	struct checksum256 found;

	pthread_mutex_lock(peer->options.lock);
	const struct block_state *state = ledger_find(peer->options.ledger, id);
	bool supplied = state && is_signed(state);
	if (supplied) {
		signed_block_pack(out, state->block);
	} else if (!state) {
		size_t length = out->length;
		supplied = peer->options.old_block(peer->options.context, &found, out, block_id_number(id)) &&
		           checksum256_equal(&found, id);
		if (!supplied)
			out->length = length;
	}
	pthread_mutex_unlock(peer->options.lock);
	return supplied;
}

static enum p2p_verdict receive_block(void *context, struct signed_block *received, struct error *error)
{
	struct peer_node *peer = context;
	bool dropped;

	pthread_mutex_lock(peer->options.lock);
	int result = node_receive_block(peer->options.node, received, &dropped, error);
	if (!result && !dropped && peer->options.changed)
		peer->options.changed(peer->options.context);
	pthread_mutex_unlock(peer->options.lock);
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

	pthread_mutex_lock(peer->options.lock);
	bool applied = peer->options.transaction(peer->options.context, packed);
	pthread_mutex_unlock(peer->options.lock);
	if (applied)
		p2p_endpoint_tell_transaction(peer->endpoint, packed);
}

static void write_log(void *context, enum p2p_log_level level, const char *place, const char *function,
                      const char *text)
{
	static const char *const levels[] = {"info", "warn", "error"};
	struct peer_node *peer = context;

	pthread_mutex_lock(peer->options.lock);
	node_log_foreign(peer->options.node, levels[level], place, function, text);
	pthread_mutex_unlock(peer->options.lock);
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

/* What a node's connections look like to the net API (protocol.md F.6). */
#include "core/network/network_private.h"

#include <stdio.h>

enum { NETWORK_VERSION = 1212 /* p2p.md 1.1 */ };

static void describe_address(char out[PEER_SIZE], const struct node *node)
{
	snprintf(out, PEER_SIZE, "%s - %.7s", node->p2p_address, checksum256_text(&node->id).text);
}

/* As the peer's last handshake says it, which in this process is what the peer knows now. */
static void describe_handshake(struct peer_connection *out, const struct node *node, const struct node *peer)
{
	const struct block_state *head = branch_head(peer->branch);
	const struct link *back = node_link(peer, node);

	out->network_version = NETWORK_VERSION;
	out->node_id = peer->id;
	out->time_ns = peer->network->now * 1000;
	describe_address(out->p2p_address, peer);
	out->heads = (struct peer_heads){.head_num = head->number, .head_id = head->id};
	out->heads.irreversible_num = branch_irreversible(peer->branch, &out->heads.irreversible_id);
	out->generation = back ? back->generation : 0;
}

static struct link *link_to(const struct node *node, const char *peer)
{
	struct node *resolved = network_resolve(node->network, peer);
	struct link *link = resolved ? node_link(node, resolved) : NULL;
	return link && link->outbound ? link : NULL;
}

/* What it is to connect to, connected or not; then who has connected to it. */
void node_connections(struct node *node, peer_connection_visitor *visitor, void *context)
{
	size_t count;
	const char *const *peers = node_peers(node, &count);

	for (size_t i = 0; i < count; i++) {
		struct peer_connection connection = {0};
		const struct link *link = link_to(node, peers[i]);
		if (node->network->has_transports && node_is_outside(node, peers[i]))
			continue; /* they tell of those */
		snprintf(connection.peer, sizeof connection.peer, "%s", peers[i]);
		connection.syncing = link && node->source == link->peer;
		if (link)
			describe_handshake(&connection, node, link->peer);
		visitor(context, &connection);
	}
	for (size_t i = 0; i < node->links_count; i++) {
		const struct link *link = &node->links[i];
		struct peer_connection connection = {.syncing = node->source == link->peer};
		if (link->outbound)
			continue;
		describe_address(connection.peer, link->peer);
		describe_handshake(&connection, node, link->peer);
		visitor(context, &connection);
	}
}

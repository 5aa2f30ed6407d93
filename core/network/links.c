/* Connections between running nodes: who names whom, handshakes and what follows from them (p2p.md 2, 3). */
#include "core/network/network_private.h"

#include "core/base/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	CHECK_US = 30 * SECOND_US,     /* p2p.md 2.1: for connections that are not there */
	HANDSHAKE_US = 10 * SECOND_US, /* p2p.md 2.6: for chains that have come apart */
	SYNC_SPAN = 100,               /* blocks asked for at once */
	SYNC_STEP = 20000,             /* blocks that a syncing node takes in between two looks at it */
	SYNC_US = 20000,
};

struct link *node_link(const struct node *node, const struct node *peer)
{
	for (size_t i = 0; i < node->links_count; i++)
		if (node->links[i].peer == peer)
			return &node->links[i];
	return NULL;
}

/* --- handshakes --- */

static void log_sent(struct node *node, struct link *link)
{
	static const struct log_place place = {"info", "net-0", "net_plugin.cpp:1158", "operator()"};
	const struct block_state *head = branch_head(node->branch);
	char id[17];

	node_log_link(node, link, &place, "Sending handshake generation %u, lib %u, head %u, id %s",
	              ++link->generation, branch_irreversible(node->branch, NULL), head->number,
	              block_id_text(id, &head->id));
}

/* The row of p2p.md 2.3 that a handshake of the peer falls into. */
static int compare(const struct node *node, const struct node *peer)
{
	const struct block_state *ours = branch_head(node->branch), *theirs = branch_head(peer->branch);

	if (ours == theirs)
		return 0;
	if (ours->number < branch_irreversible(peer->branch, NULL))
		return 1;
	if (branch_irreversible(node->branch, NULL) > theirs->number)
		return 2;
	return ours->number < theirs->number ? 3 : 4;
}

static void log_received(struct node *node, struct link *link)
{
	static const struct log_place places[] = {
		{"info", "net-1", "net_plugin.cpp:1822", "recv_handshake"},
		{"info", "net-1", "net_plugin.cpp:1833", "recv_handshake"},
		{"info", "net-1", "net_plugin.cpp:1843", "recv_handshake"},
		{"info", "net-1", "net_plugin.cpp:1859", "recv_handshake"},
		{"info", "net-1", "net_plugin.cpp:1866", "recv_handshake"},
	};
	const struct block_state *theirs = branch_head(link->peer->branch);
	uint32_t lib = branch_irreversible(node->branch, NULL), head = branch_head(node->branch)->number;
	int row = compare(node, link->peer);
	char id[17], ours[32] = "";
	if (row)
		snprintf(ours, sizeof ours, "head %u, ", head);
	node_log_link(node, link, &places[row], "handshake lib %u, head %u, head id %s.. sync %d, %slib %u",
	              branch_irreversible(link->peer->branch, NULL), theirs->number,
	              block_id_text(id, &theirs->id), row, ours, lib);
}

static bool is_forked_from(struct node *node, struct link *link)
{
	static const struct log_place place = {"error", "net-1", "net_plugin.cpp:2982", "handle_message"};
	struct node *peer = link->peer;
	struct checksum256 theirs, ours;
	uint32_t number = branch_irreversible(peer->branch, &theirs);
	bool forked = node->is_forked != peer->is_forked;

	if (number <= branch_irreversible(node->branch, NULL) && branch_find_id(node->branch, &ours, number))
		forked = forked || !checksum256_equal(&ours, &theirs);
	if (forked)
		node_log_link(node, link, &place, "Peer chain is forked, sending: forked go away");
	return forked;
}

/* --- catching up --- */

static void log_state(struct node *node, const char *before, const char *after)
{
	static const struct log_place place = {"info", "net-2", "net_plugin.cpp:1578", "set_state"};
	node_log_line(node, &place, "old state %s becoming %s", before, after);
}

static void begin_sync(struct node *node, struct link *link)
{
	static const struct log_place begins = {"info", "net-2", "net_plugin.cpp:1763", "start_sync"},
	                              range = {"info", "net-2", "net_plugin.cpp:1712", "operator()"};
	uint32_t head = branch_head(node->branch)->number,
	         target = branch_irreversible(link->peer->branch, NULL), first = head + 1;

	log_state(node, "in sync", "lib catchup");
	node_log_link(node, link, &begins,
	              "Catching up with chain, our last req is 0, theirs is %u, next expected %u", target, first);
	node_log_link(node, link, &range, "requesting range %u to %u", first,
	              target - first < SYNC_SPAN ? target : first + SYNC_SPAN - 1);
	node->source = link->peer;
	node->source_left = branch_head(link->peer->branch)->number - head;
}

/* Whether the node's head has become another. */
static bool catch_up(struct node *node, struct link *link)
{
	static const struct log_place notice = {"info", "net-2", "net_plugin.cpp:1948", "sync_recv_notice"},
	                              verify = {"info", "net-2", "net_plugin.cpp:1910", "verify_catchup"},
	                              enqueue = {"info", "net-3", "net_plugin.cpp:1119", "blk_send_branch_impl"};
	struct node *peer = link->peer;
	struct block_state *theirs = branch_head(peer->branch), *ours = branch_head(node->branch);
	char id[17];
	if (!block_preferred(theirs, ours) || node->source || node_is_producing(node))
		return false;
	if (ours->number < branch_irreversible(peer->branch, NULL)) {
		begin_sync(node, link);
		return false;
	}
	block_id_text(id, &theirs->id);
	node_log_link(node, link, &notice, "notice_message, pending %u, blk_num %u, id %s...", theirs->number,
	              theirs->number, id);
	node_log_link(node, link, &verify,
	              "catch_up while in in sync, fork head num = %u target LIB = %u next_expected = %u, "
	              "id %s...",
	              theirs->number, branch_irreversible(peer->branch, NULL), ours->number + 1, id);
	log_state(node, "in sync", "head catchup");
	node_log_link(peer, node_link(peer, node), &enqueue, "enqueue %u - %u", ours->number + 1, theirs->number);
	bool changed = node_adopt(node, peer->branch, theirs);
	log_state(node, "head catchup", "in sync");
	return changed;
}

void node_handshake(struct node *node, struct node *peer)
{
	struct link *here = node_link(node, peer), *there = node_link(peer, node);
	if (!here || !there)
		return;
	log_sent(node, here);
	log_received(peer, there);
	if (is_forked_from(peer, there) || is_forked_from(node, here))
		return;
	if (catch_up(node, here)) {
		log_sent(node, here);
		log_received(peer, there);
	}
}

/* A step of spread(): the neighbours of the one whose head has changed; queue: those whose has too. */
static void spread_from(struct node *node, struct node **queue, size_t *count)
{
	for (size_t i = 0; i < node->links_count; i++) {
		struct node *peer = node->links[i].peer;
		struct block_state *before = branch_head(peer->branch);
		if (before == branch_head(node->branch) || !block_preferred(branch_head(node->branch), before))
			continue;
		node_handshake(peer, node);
		if (branch_head(peer->branch) != before && *count < node->network->nodes_count)
			queue[(*count)++] = peer;
	}
}

/* Neighbours whose heads differ from that of a node whose head has just changed hear of it, and so on. */
static void spread(struct node *node)
{
	struct node **queue = memory_allocate(node->network->nodes_count + 1, sizeof(struct node *));
	size_t count = 0;

	queue[count++] = node;
	for (size_t i = 0; i < count; i++)
		spread_from(queue[i], queue, &count);
	free(queue);
}

/* --- connections --- */

static void add_link(struct node *node, struct node *peer, bool outbound)
{
	LIST_APPEND(node->links, node->links_count, node->links_capacity,
	            (struct link){.peer = peer, .connection = ++node->connections, .outbound = outbound});
}

static void remove_link(struct node *node, const struct node *peer, bool told)
{
	static const struct log_place ended = {"info", "net-1", "net_plugin.cpp:2561", "operator()"},
	                              closing = {"info", "net-1", "net_plugin.cpp:1049", "_close"};
	struct link *link = node_link(node, peer);

	if (node->source == peer)
		node->source = NULL;
	if (told) {
		node_log_link(node, link, &ended, "Peer closed connection");
		node_log_link(node, link, &closing, "closing");
	}
	*link = node->links[--node->links_count];
}

static bool names(const struct node *node, const struct node *peer)
{
	for (size_t i = 0; i < node->active.peers_count; i++)
		if (network_resolve(node->network, node->active.peers[i]) == peer)
			return true;
	return false;
}

static void cut(struct network *network)
{
	for (size_t i = 0; i < network->nodes_count; i++) {
		struct node *node = network->nodes[i];
		for (size_t k = node->links_count; k-- > 0;) {
			struct node *peer = node->links[k].peer;
			if (node->is_running && peer->is_running && (names(node, peer) || names(peer, node)))
				continue;
			remove_link(peer, node, peer->is_running);
			remove_link(node, peer, node->is_running);
		}
	}
}

static void open_link(struct node *node, struct node *peer, const char *address)
{
	static const struct log_place created = {"info", "nodeos", "net_plugin.cpp:917", "connection"},
	                              accepted = {"info", "net-0", "net_plugin.cpp:2409", "operator()"},
	                              version = {"info", "net-1", "net_plugin.cpp:2950", "handle_message"};

	add_link(node, peer, true);
	add_link(peer, node, false);
	node_log_line(node, &created, "created connection %u to %s", node_link(node, peer)->connection, address);
	node_log_line(peer, &accepted, "Accepted new connection: 127.0.0.1");
	node_log_link(peer, node_link(peer, node), &version, "Local network version: 7");
	node_log_link(node, node_link(node, peer), &version, "Local network version: 7");
	node_handshake(node, peer);
	node_handshake(peer, node);
	spread(node);
	spread(peer);
}

/* What a node names and is not connected to. */
static void open_missing(struct node *node, bool tell)
{
	static const struct log_place refused = {"error", "net-0", "net_plugin.cpp:2373", "operator()"},
	                              self = {"error", "net-1", "net_plugin.cpp:2868", "handle_message"};
	for (size_t i = 0; i < node->active.peers_count; i++) {
		struct node *peer = network_resolve(node->network, node->active.peers[i]);
		if (node->network->has_transports && node_is_outside(node, node->active.peers[i])) {
			continue; /* they say themselves what comes of it */
		} else if (peer == node && tell) {
			node_log_line(node, &self, "Self connection detected node_id %s. Closing connection",
			              checksum256_text(&node->id).text);
		} else if ((!peer || !peer->is_running) && tell) {
			node_log_line(node, &refused, "connection failed to 0.0.0.0:0 Connection refused");
		} else if (peer && peer != node && peer->is_running && !node_link(node, peer)) {
			open_link(node, peer, node->active.peers[i]);
		}
	}
}

static void name_component(struct node *first, unsigned component, struct node **queue)
{
	size_t count = 0;

	first->component = component;
	queue[count++] = first;
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < queue[i]->links_count; k++) {
			struct node *peer = queue[i]->links[k].peer;
			if (peer->component == component)
				continue;
			peer->component = component;
			queue[count++] = peer;
		}
}

static void name_components(struct network *network)
{
	struct node **queue = memory_allocate(network->nodes_count + 1, sizeof(struct node *));
	unsigned component = 0;

	for (size_t i = 0; i < network->nodes_count; i++)
		network->nodes[i]->component = 0;
	for (size_t i = 0; i < network->nodes_count; i++)
		if (!network->nodes[i]->component)
			name_component(network->nodes[i], ++component, queue);
	free(queue);
}

void network_connect(struct network *network)
{
	network->evaluations++;
	cut(network);
	for (size_t i = 0; i < network->nodes_count; i++)
		if (network->nodes[i]->is_running)
			open_missing(network->nodes[i], false);
	name_components(network);
	for (size_t i = 0; i < network->nodes_count; i++)
		network->nodes[i]->queue_changed = network->transactions.count > 0;
}

/* --- time --- */

static void go_on_syncing(struct node *node)
{
	struct node *source = node->source;
	struct link *link = node_link(node, source);

	if (node->source_left > SYNC_STEP) {
		node->source_left -= SYNC_STEP;
		return;
	}
	node->source = NULL;
	if (node_is_producing(node))
		return; /* it takes no blocks: its turn comes first */
	bool changed = node_adopt(node, source->branch, branch_head(source->branch));
	log_state(node, "lib catchup", "in sync");
	if (!changed)
		return;
	log_sent(node, link);
	spread(node);
}

static void check_connections(struct node *node)
{
	static const struct log_place place = {"info", "net-0", "net_plugin.cpp:3506", "connection_monitor"};
	size_t inbound = 0, outbound = 0;

	open_missing(node, true);
	for (size_t i = 0; i < node->links_count; i++)
		*(node->links[i].outbound ? &outbound : &inbound) += 1;
	node_log_line(node, &place,
	              "p2p client connections: %zu/25, peer connections: %zu/%zu, block producer peers: 0",
	              inbound, outbound, node->active.peers_count);
}

/* Neighbours whose chains have come apart and whom no block brings together. */
static void compare_heads(struct node *node)
{
	for (size_t i = 0; i < node->links_count; i++) {
		struct node *peer = node->links[i].peer;
		if (branch_head(peer->branch) != branch_head(node->branch) && !node->source && !peer->source &&
		    block_preferred(branch_head(peer->branch), branch_head(node->branch))) {
			node_handshake(node, peer);
			spread(node);
		}
	}
}

/* A stopped node whose head the others have passed needs nothing before it. */
static void shed(struct node *node)
{
	struct block_state *head = branch_head(node->branch);
	const struct irreversible *known = &node->network->irreversible[head->number % IRREVERSIBLE_KNOWN];
	struct branch *branch;
	if (known->number != head->number || !checksum256_equal(&known->id, &head->id) ||
	    !branch_find(node->branch, head->number - 1))
		return;
	branch = branch_fork(node->network->ledger, head);
	branch_destroy(node->branch);
	node->branch = branch;
}

int64_t network_tick(struct network *network)
{
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < network->nodes_count; i++) {
		struct node *node = network->nodes[i];
		if (!node->is_running) {
			shed(node);
			continue;
		}
		if (node->source)
			go_on_syncing(node);
		if (network->now >= node->next_check) {
			check_connections(node);
			node->next_check = network->now + CHECK_US;
		}
		if (network->now >= node->next_handshake) {
			compare_heads(node);
			node->next_handshake = network->now + HANDSHAKE_US;
		}
		if (node->source && network->now + SYNC_US < next)
			next = network->now + SYNC_US;
		if (node->next_check < next)
			next = node->next_check;
	}
	return next;
}

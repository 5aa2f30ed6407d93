/* Blocks on their way from node to node (p2p.md 3.3, 3.5). */
#include "core/network/network_private.h"

#include "core/base/memory.h"

#include <stdlib.h>

bool node_knows(const struct node *node, const struct checksum256 *id)
{
	uint32_t number = block_id_number(id);
	struct checksum256 own;

	return (branch_find_id(node->branch, &own, number) && checksum256_equal(&own, id)) ||
	       node_forks_find(node, id);
}

void node_insert(struct node *node, struct block_state *block)
{
	struct block_state *head = branch_head(node->branch);

	if (checksum256_equal(&block->block->header.previous, &head->id)) {
		node_drop_block(node);
		branch_set_head(node->branch, block);
		node_log_received(node, block);
		node_head_changed(node, block->number);
		return;
	}
	node_log_received(node, block);
	if (!block_preferred(block, head)) {
		node_forks_add(node, block);
		node_log_not_applied(node);
		return;
	}
	struct branch *other = branch_fork(node->network->ledger, block);
	if (!node_adopt(node, other, block))
		node_forks_add(node, block);
	branch_destroy(other);
}

static void log_unlinkable(struct node *node, const struct link *link, const struct block_state *block)
{
	static const struct log_place exception = {"error", "nodeos", "producer_plugin.cpp:703", "operator()"},
	                              rejected = {"error", "nodeos", "net_plugin.cpp:3323",
		                                      "process_signed_block"};
	char short_id[17];

	struct checksum256_text id = checksum256_text(&block->id);
	node_log_line(node, &exception,
	              "Exception on block %u: 3030001 unlinkable_block_exception: Unlinkable block\n"
	              "unlinkable block %s",
	              block->number, id.text);
	node_log_line(node, &rejected,
	              "unlinkable_block_exception connection %u: #%u %s...: Unlinkable block (3030001)\n"
	              "unlinkable block %s",
	              link->connection, block->number, block_id_text(short_id, &block->id), id.text);
}

void node_log_dropped(struct node *node, uint32_t number, const struct checksum256 *block_id)
{
	static const struct log_place place = {"warn", "nodeos", "producer_plugin.cpp:665", "on_incoming_block"};

	node_log_line(node, &place, "dropped incoming block #%u id: %s", number, checksum256_text(block_id).text);
}

/* Whether the node passes the block on: it knows the block before. */
static bool receive(struct node *node, struct node *from, struct block_state *block)
{
	const struct checksum256 *previous = &block->block->header.previous;
	bool on_head = checksum256_equal(previous, &branch_head(node->branch)->id);

	if (node->source || (!on_head && (node_knows(node, &block->id) ||
	                                  block->number <= branch_irreversible(node->branch, NULL))))
		return false;
	if (node_is_producing(node)) {
		node_log_dropped(node, block->number, &block->id);
		return on_head || node_knows(node, previous);
	}
	if (!on_head && !node_knows(node, previous)) {
		log_unlinkable(node, node_link(node, from), block);
		node_handshake(node, from);
		return node_knows(node, &block->id);
	}
	node_insert(node, block);
	if (node->network->hooks.accepted)
		node->network->hooks.accepted(node->network->hooks.context, node, block);
	return true;
}

void node_relay(struct node *from, struct block_state *block)
{
	struct network *network = from->network;
	struct node **queue = memory_allocate(network->nodes_count, sizeof(struct node *));
	size_t count = 0;

	from->visit = ++network->visit;
	queue[count++] = from;
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < queue[i]->links_count; k++) {
			struct node *peer = queue[i]->links[k].peer;
			if (peer->visit == network->visit)
				continue;
			peer->visit = network->visit;
			if (receive(peer, queue[i], block))
				queue[count++] = peer;
		}
	free(queue);
}

/* Blocks from nodes of other processes: validated here, where those of the network's own nodes are taken as
 * they are (p2p.md 3.3, 4.1, 5.3). */
#include "core/network/network_private.h"

#include "core/base/exception.h"

#include <errno.h>
#include <string.h>

enum { FUTURE_US = 7 * SECOND_US, FRESH_US = 5 * SECOND_US, BLOCK_FROM_THE_FUTURE = 3030007 };

bool node_has_block(const struct node *node, const struct checksum256 *id)
{
	return node_knows(node, id);
}

bool node_block_id(const struct node *node, struct checksum256 *out, uint32_t number)
{
	return branch_find_id(node->branch, out, number);
}

void node_log_foreign(struct node *node, const char *level, const char *place, const char *method,
                      const char *text)
{
	const struct log_place line = {level, "net-0", place, method};
	node_log_line(node, &line, "%s", text);
}

/* --- connections --- */

void node_set_outward(struct node *node, bool is_outward)
{
	if (node->is_outward == is_outward)
		return;
	node->is_outward = is_outward;
	node->network->outward += is_outward ? 1U : -1U;
	if (node->is_running)
		network_prepare(node->network);
}

bool node_is_outside(const struct node *node, const char *peer)
{
	const struct node *found = network_resolve(node->network, peer);

	return (!found || found == node) && strchr(peer, ':');
}

void network_set_restoring(struct network *network, bool is_restoring)
{
	network->is_restoring = is_restoring;
}

void network_set_transports(struct network *network, bool has_transports)
{
	network->has_transports = has_transports;
}

bool node_reaches(const struct node *node, const struct node *other)
{
	return node->is_running && other->is_running && node->component == other->component;
}

/* --- blocks --- */

/* The state of a block that the node knows; NULL: it does not, or has let it go. */
static struct block_state *find_state(const struct node *node, const struct checksum256 *id)
{
	struct block_state *state = branch_find(node->branch, block_id_number(id));
	return state && checksum256_equal(&state->id, id) ? state : node_forks_find(node, id);
}

/* One reference for the caller; NULL with the error set. */
static struct block_state *validate(struct node *node, struct block_state *previous,
                                    const struct signed_block *block, struct error *error)
{
	const struct network_hooks *hooks = &node->network->hooks;
	struct ledger *ledger = node->network->ledger;
	struct block_state *state = ledger_find(ledger, &block->id);

	if (state)
		return block_state_hold(state); /* another node of ours has it */
	struct branch *branch = branch_fork(ledger, previous);
	if (!branch_apply_block(branch, block, false, error)) {
		state = block_state_hold(branch_head(branch));
		transactions_sealed(node, state);
		if (hooks->received)
			hooks->received(hooks->context, node, state);
	}
	branch_destroy(branch);
	return state;
}

int node_receive_block(struct node *node, bool *dropped, const struct signed_block *block,
                       struct error *error)
{
	struct block_state *previous = find_state(node, &block->header.previous), *state;
	const struct network *network = node->network;

	*dropped = false;
	struct checksum256_text id = checksum256_text(&block->id);
	if (!node->is_running || node_is_producing(node)) {
		node_log_dropped(node, block_id_number(&block->id), &block->id);
		*dropped = true;
		return 0;
	}
	if (slot_to_us(block->header.timestamp) >= network->now + FUTURE_US)
		return error_chain(error, BLOCK_FROM_THE_FUTURE, "received a block from the future, ignoring it: %s",
		                   id.text);
	if (!previous)
		return error_chain(error, UNLINKABLE_BLOCK_EXCEPTION, "unlinkable block %s", id.text);
	state = validate(node, previous, block, error);
	if (!state)
		return -EINVAL;
	node_insert(node, state);
	if (network->hooks.accepted)
		network->hooks.accepted(network->hooks.context, node, state);
	node_relay(node, state);
	block_state_release(state);
	if (slot_to_us(block->header.timestamp) + FRESH_US >= network->now)
		network_prepare(node->network); /* while much comes nobody looks */
	return 0;
}

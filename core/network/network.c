/* The network's life, its nodes, what time does to it. */
#include "core/network/network_private.h"

#include "core/base/memory.h"
#include "core/types/name.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { EXPIRE_US = 10 * SECOND_US, SIGNED_BEFORE_US = 100000, LAST_SIGNED_BEFORE_US = 200000 };

struct network *network_create(struct ledger *ledger, struct key_store *keys,
                               const struct network_hooks *hooks)
{
	struct network *network = memory_allocate(1, sizeof *network);

	network->ledger = ledger_hold(ledger);
	network->keys = keys;
	if (hooks)
		network->hooks = *hooks;
	return network;
}

void network_destroy(struct network *network)
{
	if (!network)
		return;
	network->hooks = (struct network_hooks){0};
	while (network->nodes_count)
		node_destroy(network->nodes[--network->nodes_count]);
	for (size_t i = 0; i < network->logs_count; i++)
		growing_text_destroy(network->logs[i]);
	free(network->logs);
	transactions_release(&network->transactions);
	ledger_release(network->ledger);
	free(network->nodes);
	name_set_release(&network->named);
	shared_lines_release(network->received);
	free(network);
}

void network_keep_log(struct network *network, struct growing_text *log)
{
	LIST_APPEND(network->logs, network->logs_count, network->logs_capacity, log);
}

/* --- finding --- */

struct node *network_node_from(const struct network *network, uint64_t from)
{
	size_t low = 0, high = network->nodes_count;
	PARTITION_POINT(low, high, at, network->nodes[at]->name < from);
	return low < network->nodes_count ? network->nodes[low] : NULL;
}

struct node *network_node(const struct network *network, uint64_t name)
{
	struct node *node = network_node_from(network, name);
	return node && node->name == name ? node : NULL;
}

/* The digits behind the last colon; 0: none. "host:port:trx" means host:port. */
static unsigned long port_of(const char *address)
{
	const char *colon = strchr(address, ':');
	char *end;
	if (!colon || !isdigit((unsigned char)colon[1]))
		return 0;
	unsigned long port = strtoul(colon + 1, &end, 10);
	return (*end && *end != ':') || port > 65535 ? 0 : port;
}

static bool is_here(const char *address)
{
	static const char *const hosts[] = {"localhost:", "127.0.0.1:", "0.0.0.0:", ":"};

	for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
		if (!strncmp(address, hosts[i], strlen(hosts[i])))
			return true;
	return false;
}

struct node *network_resolve(const struct network *network, const char *peer)
{
	unsigned long port = port_of(peer);
	uint64_t name;
	if (!port)
		return name_parse_account(&name, peer, NULL) ? NULL : network_node(network, name);
	for (size_t i = 0; i < network->nodes_count; i++) {
		const char *address = network->nodes[i]->p2p_address;
		if (!strcmp(address, peer) || (is_here(peer) && is_here(address) && port_of(address) == port))
			return network->nodes[i];
	}
	return NULL;
}

/* --- producers that are named --- */

bool network_names_producer(const struct network *network, uint64_t producer)
{
	return name_set_has(&network->named, producer);
}

static void name(struct network *network, const struct configuration *configuration)
{
	for (size_t i = 0; i < configuration->producers_count; i++)
		name_set_add(&network->named, configuration->producers[i]);
}

/* Node eosio may have begun a block for a producer that another node names now: that one makes it, and eosio
 * takes in what comes. */
static void let_others_make(struct node *node)
{
	if (node->branch && branch_block_pending(node->branch) && !branch_block_transactions(node->branch) &&
	    !node_signs_for(node, node->producer))
		node_drop_block(node);
}

void network_name_producers(struct network *network)
{
	network->named.count = 0;
	network->evaluations++;
	for (size_t i = 0; i < network->nodes_count; i++) {
		name(network, &network->nodes[i]->file);
		name(network, &network->nodes[i]->arguments);
		name(network, &network->nodes[i]->active);
	}
	for (size_t i = 0; i < network->nodes_count; i++)
		let_others_make(network->nodes[i]);
}

size_t network_free_index(const struct network *network)
{
	for (size_t index = 0;; index++) {
		bool taken = false;
		for (size_t i = 0; i < network->nodes_count && !taken; i++)
			taken = network->nodes[i]->index == index;
		if (!taken)
			return index;
	}
}

/* --- time --- */

/* p2p.md 5.2 */
static int64_t time_to_sign(uint32_t slot)
{
	return slot_to_us(slot) - (slot % TURN == TURN - 1 ? LAST_SIGNED_BEFORE_US : SIGNED_BEFORE_US);
}

/* Within the process a block travels in no time. */
int64_t node_block_due(const struct node *node)
{
	uint32_t slot = branch_block_slot(node->branch);

	return node->network->outward && !node->is_speculating ? time_to_sign(slot) : slot_to_us(slot);
}

/* The node whose block in the making is due first. */
static struct node *find_due(const struct network *network)
{
	struct node *found = NULL;

	for (size_t i = 0; i < network->nodes_count; i++) {
		struct node *node = network->nodes[i];
		if (branch_block_pending(node->branch) &&
		    node_block_due(node) <= network->now &&
		    (!found || branch_block_slot(node->branch) < branch_block_slot(found->branch)))
			found = node;
	}
	return found;
}

static bool is_empty_and_late(const struct node *node)
{
	return slot_to_us(branch_block_slot(node->branch)) + SLOT_US <= node->network->now &&
	       !branch_block_transactions(node->branch) && !node->features_count;
}

/* A block is signed a little before its time, so that it reaches the next producer before that one's turn:
 * its log says so. */
static void seal_due(struct network *network, struct node *node, int64_t now)
{
	int64_t at = time_to_sign(branch_block_slot(node->branch));

	network->now = at < now ? at : now;
	if (node_seal(node, NULL))
		node_drop_block(node); /* what it cannot seal it cannot seal later */
	network->now = now;
}

int64_t network_run(struct network *network, int64_t now)
{
	struct node *due;
	network->now = now;
	while ((due = find_due(network))) {
		if (due->is_speculating || is_empty_and_late(due))
			node_drop_block(due);
		else
			seal_due(network, due, now);
	}
	int64_t next = network_tick(network);
	if (now >= network->next_expiry) {
		transactions_expire(network);
		network->next_expiry = now + EXPIRE_US;
	}
	network_prepare(network);
	for (size_t i = 0; i < network->nodes_count; i++) {
		const struct node *node = network->nodes[i];
		if (branch_block_pending(node->branch) && node_block_due(node) < next)
			next = node_block_due(node);
	}
	return next;
}

uint32_t network_next_slot(const struct network *network)
{
	uint32_t next = 0;

	for (size_t i = 0; i < network->nodes_count; i++) {
		const struct node *node = network->nodes[i];
		if (node->is_running && node->next_slot && (!next || node->next_slot < next))
			next = node->next_slot;
	}
	return next;
}

void network_tell_time(struct network *network, int64_t now)
{
	/* a clock that was ahead has become real time: what was to happen soon still does */
	for (size_t i = 0; i < network->nodes_count && now < network->now; i++) {
		network->nodes[i]->next_check -= network->now - now;
		network->nodes[i]->next_handshake -= network->now - now;
	}
	if (now < network->next_expiry - EXPIRE_US)
		network->next_expiry = now;
	network->now = now;
}

int network_close_blocks(struct network *network, struct error *error)
{
	int result = 0;

	for (size_t i = 0; i < network->nodes_count; i++) {
		struct node *node = network->nodes[i];
		int closed = branch_block_pending(node->branch) ? node_close_block(node, result ? NULL : error) : 0;
		result = result ? result : closed;
	}
	return result;
}

void network_tell_keys(struct network *network) { network->evaluations++; }

int network_skip(struct network *network, uint32_t slot, struct error *error)
{
	int result = network_close_blocks(network, error);

	network->earliest_slot = slot;
	network->evaluations++;
	network_prepare(network);
	return result;
}

bool network_is_irreversible(const struct network *network, uint32_t number, const struct checksum256 *id)
{
	const struct irreversible *known = &network->irreversible[number % IRREVERSIBLE_KNOWN];

	return known->number == number && checksum256_equal(&known->id, id);
}

/* --- what a producer does --- */

static struct node *find_runner(const struct network *network, uint64_t producer)
{
	for (size_t i = 0; i < network->nodes_count; i++) {
		const struct node *node = network->nodes[i];
		const struct configuration *all[3] = {&node->active, &node->file, &node->arguments};
		for (size_t k = 0; k < 3; k++)
			for (size_t j = 0; j < all[k]->producers_count; j++)
				if (all[k]->producers[j] == producer)
					return network->nodes[i];
	}
	return NULL;
}

struct node *network_maker(const struct network *network, uint64_t producer)
{
	struct node *node = find_runner(network, producer), *eosio = network_node(network, name_literal("eosio"));

	return node || !eosio || !node_signs_for(eosio, producer) ? node : eosio;
}

enum producer_state network_producer_state(const struct network *network, struct node **out,
                                           const struct node *viewer, uint64_t producer)
{
	struct node *eosio = network_node(network, name_literal("eosio")), *node = find_runner(network, producer);
	const struct producer_authority *authority = producer_schedule_find(
		&branch_head(viewer->branch)->active_schedule, producer);

	*out = node;
	if (!node && eosio && authority && node_has_key(eosio, authority))
		*out = node = eosio;
	if (!node)
		return PRODUCER_HAS_NO_NODE;
	if (!node->is_running)
		return PRODUCER_NODE_STOPPED;
	bool has_key = !authority || node_has_key(node, authority);
	if (!has_key)
		return node->active.signers.count ? PRODUCER_HAS_WRONG_KEY : PRODUCER_HAS_NO_KEY;
	if (!viewer->is_running || node->component != viewer->component)
		return node == viewer ? PRODUCER_PRODUCES : PRODUCER_NODE_CUT_OFF;
	if (!node->production_enabled)
		return PRODUCER_NODE_STALE;
	if (node->is_paused)
		return PRODUCER_NODE_PAUSED;
	return node_lib_too_old(node) ? PRODUCER_LIB_TOO_OLD : PRODUCER_PRODUCES;
}

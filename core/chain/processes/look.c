/* What the nodes of a chain of processes show: asked of each at its own address. */
#include "core/chain/processes/processes_private.h"

#include "core/chain/nodeos/nodeos_private.h"
#include "core/types/name.h"

#include <errno.h>
#include <string.h>

#define EOSIO name_literal("eosio")

int process_node_from(struct chain *base, uint64_t *name, uint64_t from, struct error *error)
{
	struct processes *processes = processes_of(base);
	bool found = false;

	pthread_mutex_lock(&processes->mutex);
	for (size_t i = 0; i < processes->nodes_count && !found; i++)
		if (processes->nodes[i]->name >= from && !processes->nodes[i]->is_removed) {
			*name = processes->nodes[i]->name;
			found = true;
		}
	pthread_mutex_unlock(&processes->mutex);
	return found ? 0 : error_set(error, ENOENT, "there are no more nodes");
}

/* --- as the node sees it --- */

/* The chain behind a node's own address; made when it first answers. */
static int chain_of(struct processes *processes, struct chain **out, struct process_node *node,
                    struct error *error)
{
	struct nodeos_options options = {.wait = processes->options.wait};
	struct text url = TEXT_EMPTY;
	struct chain *made;

	pthread_mutex_lock(&processes->mutex);
	*out = node->chain;
	text_printf(&url, "http://%s", node->http_address);
	pthread_mutex_unlock(&processes->mutex);
	int result = 0;
	if (!*out) {
		options.url = text_string(&url);
		result = nodeos_chain_create(&made, &options, error);
	}
	text_release(&url);
	if (result || *out)
		return result;
	made->genesis = processes->genesis; /* known without being asked */
	pthread_mutex_lock(&processes->mutex);
	struct chain *surplus = node->chain ? made : NULL;
	if (!node->chain)
		node->chain = made;
	*out = node->chain;
	pthread_mutex_unlock(&processes->mutex);
	if (surplus)
		chain_destroy(surplus);
	return 0;
}

int process_node_ask(struct processes *processes, struct process_node *node, struct chain_info *out,
                     bool fresh, const struct interruption *interruption, struct error *error)
{
	struct chain *chain;
	uint64_t sequence;
	int result = chain_of(processes, &chain, node, error);

	if (result == 0)
		result = nodeos_info(nodeos_of(chain), out, &sequence, fresh, interruption, error);
	if (result)
		return result;
	pthread_mutex_lock(&processes->mutex);
	node->head_block_num = out->head_block_num;
	node->irreversible_block_num = out->irreversible_block_num;
	pthread_mutex_unlock(&processes->mutex);
	return 0;
}

/* How far it is behind node eosio, once that is more than a turn. */
static uint32_t blocks_to_go(struct processes *processes, const struct process_node *node)
{
	enum { TURN = 12 };
	const struct process_node *first = processes_find(processes, EOSIO);

	return first && first->head_block_num > node->head_block_num + TURN
	           ? first->head_block_num - node->head_block_num
	           : 0;
}

int process_node_look(struct chain *base, struct chain_node *out, uint64_t name,
                      const struct interruption *interruption, struct error *error)
{
	struct processes *processes = processes_of(base);
	struct process_node *node;
	struct chain_info info;
	int result = processes_get(processes, &node, name, error);

	if (result)
		return result;
	bool wanted = supervised_is_wanted(node->supervised);
	*out = (struct chain_node){.name = name, .log = node->log, .pid = supervised_pid(node->supervised)};
	if (out->pid)
		out->http_is_open = process_node_ask(processes, node, &info, false, interruption, NULL) == 0;
	pthread_mutex_lock(&processes->mutex);
	const struct configuration *shown = wanted ? &node->active : &node->file;
	out->head_block_num = node->head_block_num;
	out->irreversible_block_num = node->irreversible_block_num;
	out->blocks_to_go = blocks_to_go(processes, node);
	out->state = !wanted ? CHAIN_NODE_STOPPED : out->blocks_to_go ? CHAIN_NODE_SYNCING : CHAIN_NODE_RUNNING;
	for (size_t i = 0; i < shown->producers_count && i < SCHEDULE_PRODUCERS_MAXIMUM; i++)
		out->producers[out->producers_count++] = shown->producers[i];
	strcpy(out->http_address, node->http_address);
	strcpy(out->p2p_address, node->p2p_address);
	out->p2p_is_open = out->http_is_open;
	pthread_mutex_unlock(&processes->mutex);
	return 0;
}

int process_node_view(struct chain *base, struct chain_view **out, const struct chain_revision *revision,
                      const struct interruption *interruption, struct error *error)
{
	struct processes *processes = processes_of(base);
	struct chain_revision own = *revision;
	struct process_node *node;
	struct chain *chain = base;
	int result = 0;

	if (revision->node && revision->node != EOSIO) {
		result = processes_get(processes, &node, revision->node, error);
		if (result == 0)
			result = chain_of(processes, &chain, node, error);
	}
	own.node = 0;
	return result ? result : nodeos_view_open(chain, out, &own, interruption, error);
}

/* --- producers --- */

static bool names(const struct configuration *configuration, uint64_t producer)
{
	for (size_t i = 0; i < configuration->producers_count; i++)
		if (configuration->producers[i] == producer)
			return true;
	return false;
}

/* The node that names it; one that runs goes before others. What else may keep that from producing its log
 * tells. */
int process_producer_state(struct chain *base, struct chain_producer *out, uint64_t name, struct error *error)
{
	struct processes *processes = processes_of(base);

	(void)error;
	*out = (struct chain_producer){.state = CHAIN_PRODUCER_NO_NODE};
	pthread_mutex_lock(&processes->mutex);
	for (size_t i = 0; i < processes->nodes_count; i++) {
		struct process_node *node = processes->nodes[i];
		bool runs = !node->is_removed && supervised_pid(node->supervised);
		if (node->is_removed || out->state == CHAIN_PRODUCER_PRODUCES ||
		    !names(runs ? &node->active : &node->file, name))
			continue;
		out->node = node->name;
		out->state = !runs                         ? CHAIN_PRODUCER_NODE_STOPPED
		             : !node->active.signers.count ? CHAIN_PRODUCER_NO_KEY
		                                           : CHAIN_PRODUCER_PRODUCES;
	}
	pthread_mutex_unlock(&processes->mutex);
	return 0;
}

/* A node: how it comes to be, starts and ends, what it is configured to do, what it tells of itself. */
#include "core/network/network_private.h"

#include "core/base/memory.h"
#include "core/types/name.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOG_LIMIT = 256 << 10, EOSIO_LOG_LIMIT = 1 << 20, RETRY_US = 100000 };

#define EOSIO name_literal("eosio")

/* --- addresses --- */

/* The lowest of which no other node has the ports. */
static unsigned free_number(const struct network *network)
{
	for (unsigned number = 0;; number++) {
		char http[32], p2p[32];
		bool taken = false;
		snprintf(http, sizeof http, ":%u", 8000 + number);
		snprintf(p2p, sizeof p2p, ":%u", 9000 + number);
		for (size_t i = 0; i < network->nodes_count && !taken; i++)
			taken = strstr(network->nodes[i]->http_address, http) ||
			        strstr(network->nodes[i]->p2p_address, p2p);
		if (!taken)
			return number;
	}
}

/* As the tutorial assigns them, by the node's number. */
static void default_addresses(const struct node *node, char http[32], char p2p[32])
{
	bool first = node->name == EOSIO;

	snprintf(http, 32, "127.0.0.1:%u", first ? 8888 : 8000 + node->number);
	snprintf(p2p, 32, "127.0.0.1:%u", first ? 9876 : 9000 + node->number);
}

static const char *first_of(const char *a, const char *b, const char *c)
{
	return a && *a ? a : b && *b ? b : c;
}

static void set_addresses(struct node *node)
{
	const struct configuration *active = node->is_running ? &node->active : &node->file;
	char http[32], p2p[32];

	default_addresses(node, http, p2p);
	free(node->http_address);
	free(node->p2p_address);
	node->http_address = memory_copy_string(first_of(active->http_server_address, NULL, http));
	node->p2p_address = memory_copy_string(
		first_of(active->p2p_server_address, active->p2p_listen_endpoint, p2p));
}

/* --- life --- */

static void insert_sorted(struct network *network, struct node *node)
{
	size_t at = network->nodes_count;

	memory_grow(&network->nodes, &network->nodes_capacity, network->nodes_count + 1, sizeof(struct node *));
	for (; at && network->nodes[at - 1]->name > node->name; at--)
		network->nodes[at] = network->nodes[at - 1];
	network->nodes[at] = node;
	network->nodes_count++;
}

static void default_configuration(const struct node *node, struct text *out)
{
	char http[32], p2p[32];

	default_addresses(node, http, p2p);
	text_printf(out,
	            "http-server-address = %s\n"
	            "# without the mark other processes may connect, too\n"
	            "# p2p-listen-endpoint = %s\n"
	            "p2p-max-nodes-per-host = 25\n",
	            http, p2p);
	if (node->name == EOSIO)
		text_append(out, "enable-stale-production = true\nproducer-name = eosio\n"
		                 "plugin = eosio::producer_plugin\n"
		                 "plugin = eosio::trace_api_plugin\ntrace-no-abis = true\n"
		                 "plugin = eosio::db_size_api_plugin\n");
	text_append(out, "plugin = eosio::chain_api_plugin\nplugin = eosio::http_plugin\n"
	                 "http-alias = localhost\nenable-account-queries = true\n");
}

int network_add_node(struct network *network, struct node **out, uint64_t name, struct block_state *head,
                     const char *configuration, struct error *error)
{
	struct text text = TEXT_EMPTY;
	if (network_node(network, name))
		return error_set(error, EEXIST, "there is a node \"%s\" already", name_text(name).text);
	struct node *node = memory_allocate(1, sizeof *node);
	*node = (struct node){.network = network,
	                      .name = name,
	                      .index = network_free_index(network),
	                      .number = free_number(network)};
	if (configuration)
		text_append(&text, configuration);
	else
		default_configuration(node, &text);
	int result = configuration_parse(&node->file, text_string(&text), network->keys, error);
	text_release(&text);
	if (result) {
		free(node);
		return result;
	}
	node->branch = branch_fork(network->ledger, head);
	node->irreversible = branch_irreversible(node->branch, NULL);
	node->log = growing_text_create(name == EOSIO ? EOSIO_LOG_LIMIT : LOG_LIMIT);
	set_addresses(node);
	insert_sorted(network, node);
	network_name_producers(network);
	if (out)
		*out = node;
	return 0;
}

static void take_out(struct node *node)
{
	struct network *network = node->network;
	size_t at = 0;

	while (network->nodes[at] != node)
		at++;
	for (; at + 1 < network->nodes_count; at++)
		network->nodes[at] = network->nodes[at + 1];
	network->nodes_count--;
}

void node_destroy(struct node *node)
{
	node_forks_clear(node);
	branch_destroy(node->branch);
	network_keep_log(node->network, node->log);
	configuration_release(&node->file);
	configuration_release(&node->arguments);
	configuration_release(&node->active);
	memory_wipe(&node->signer, sizeof node->signer);
	free(node->http_address);
	free(node->p2p_address);
	free(node->watermarks);
	free(node->links);
	free(node->forks);
	free(node->features);
	free(node->scheduled);
	free(node->late);
	greylist_release(&node->greylist);
	free(node);
}

int node_remove(struct node *node, struct error *error)
{
	struct network *network = node->network;

	if (node->is_running)
		return error_set(error, EBUSY, "node \"%s\" runs: `echo stop > state` first",
		                 name_text(node->name).text);
	take_out(node);
	transactions_gone(network, node, "the node that held it was removed");
	node_destroy(node);
	network_name_producers(network);
	return 0;
}

/* --- running --- */

void node_set_home(struct node *node, const struct node_home *home)
{
	node->home = home;
}

/* Another process, another id: of its name and how often it was started. */
static struct checksum256 process_id(const struct node *node)
{
	uint64_t parts[3] = {node->name, node->starts, (uint64_t)node->network->now};
	return hash_sha256(parts, sizeof parts);
}

static void begin(struct node *node)
{
	configuration_release(&node->active);
	configuration_merge(&node->active, &node->file, &node->arguments);
	greylist_release(&node->greylist);
	node->greylist = greylist_copy(&node->active.greylist);
	node->starts++;
	node->id = process_id(node);
	node->is_running = true;
	node->production_enabled = node->active.enable_stale_production;
	node->was_producing = false;
	node->watermarks_count = 0;
	node->connections = 1; /* the first is the listener's */
	node->queue_changed = true; /* it may have one of before */
	node->next_check = node->network->now;
	node->next_handshake = node->network->now + 1;
	set_addresses(node);
	network_name_producers(node->network);
	node_log_start(node);
	network_connect(node->network);
	network_prepare(node->network);
}

int node_start(struct node *node, const char *const *arguments, size_t count, struct error *error)
{
	struct configuration parsed;
	if (node->is_running)
		return error_set(error, EBUSY, "node \"%s\" runs already", name_text(node->name).text);
	int result = configuration_parse_arguments(&parsed, arguments, count, node->network->keys, error);
	if (result)
		return result;
	configuration_release(&node->arguments);
	node->arguments = parsed;
	begin(node);
	return 0;
}

static int end(struct node *node, const char *reason, struct error *error)
{
	if (!node->is_running)
		return error_set(error, ESRCH, "node \"%s\" does not run", name_text(node->name).text);
	node_drop_block(node);
	node_set_outward(node, false);
	node->is_running = false;
	node->source = NULL;
	node->next_slot = 0;
	for (size_t i = 0; i < node->links_count; i++)
		node->links[i].peer->next_check = node->network->now + RETRY_US;
	node_forks_clear(node);
	network_connect(node->network);
	transactions_gone(node->network, node, reason);
	network_prepare(node->network);
	return 0;
}

/* A nodeos would throw away what is in no block. What cannot be sealed stays in the queue. */
int node_stop(struct node *node, struct error *error)
{
	if (node->is_running) {
		node_close_block(node, NULL);
		node_log_stop(node);
	}
	return end(node, NULL, error);
}

int node_kill(struct node *node, struct error *error)
{
	return end(node, "the node that held it was killed before it was in a block", error);
}

int node_restart(struct node *node, struct error *error)
{
	int result = node->is_running ? node_stop(node, error) : 0;

	if (result == 0)
		begin(node);
	return result;
}

char *const *node_arguments(const struct node *node, size_t *count)
{
	*count = node->arguments.lines_count;
	return node->arguments.lines;
}

/* --- what it tells of itself --- */

enum node_state node_state(const struct node *node, uint32_t *blocks_to_go)
{
	if (blocks_to_go)
		*blocks_to_go = node->source ? node->source_left : 0;
	return !node->is_running ? NODE_STOPPED : node->source ? NODE_SYNCING : NODE_RUNNING;
}

uint64_t node_name(const struct node *node)
{
	return node->name;
}

struct block_state *node_head(const struct node *node)
{
	return branch_head(node->branch);
}

struct block_state *node_find_block(const struct node *node, uint32_t number)
{
	return branch_find(node->branch, number);
}

uint32_t node_irreversible(const struct node *node, struct checksum256 *id)
{
	return branch_irreversible(node->branch, id);
}

struct growing_text *node_log(const struct node *node)
{
	return node->log;
}

const char *node_http_address(const struct node *node)
{
	return node->http_address;
}

const char *node_p2p_address(const struct node *node)
{
	return node->p2p_address;
}

size_t node_producers(const struct node *node, uint64_t **out)
{
	const struct configuration *active = node->is_running ? &node->active : &node->file;
	const struct producer_schedule *schedule = &branch_head(node->branch)->active_schedule;
	size_t count = 0;

	*out = memory_allocate(active->producers_count + schedule->producers_count + 1, sizeof(**out));
	for (size_t i = 0; i < active->producers_count && node->name != EOSIO; i++)
		(*out)[count++] = active->producers[i];
	/* node eosio makes a chain's first blocks, and those of whom nobody else names */
	for (size_t i = 0; i < schedule->producers_count && node->name == EOSIO; i++)
		if (node_signs_for(node, schedule->producers[i].producer_name) &&
		    node_has_key(node, &schedule->producers[i]))
			(*out)[count++] = schedule->producers[i].producer_name;
	return count;
}

/* --- its configuration --- */

const struct configuration *node_configuration(const struct node *node)
{
	return &node->active;
}

const struct checksum256 *node_process_id(const struct node *node)
{
	return &node->id;
}

void node_configuration_print(const struct node *node, struct text *out)
{
	configuration_print(&node->file, out);
}

void node_options_print(const struct node *node, struct text *out)
{
	configuration_print(&node->file, out);
	configuration_print(&node->arguments, out);
}

/* The file's peers, and the command line's, count at once. */
static void take_peers(struct node *node)
{
	struct configuration merged;

	if (!node->is_running)
		return;
	configuration_merge(&merged, &node->file, &node->arguments);
	configuration_set_peers(&node->active, (const char *const *)merged.peers, merged.peers_count);
	configuration_release(&merged);
	node->next_check = node->network->now;
	network_connect(node->network);
	network_prepare(node->network);
}

int node_configure(struct node *node, const char *text, struct error *error)
{
	struct configuration parsed;
	int result = configuration_parse(&parsed, text, node->network->keys, error);

	if (result)
		return result;
	configuration_release(&node->file);
	node->file = parsed;
	if (!node->is_running)
		set_addresses(node);
	network_name_producers(node->network);
	take_peers(node);
	return 0;
}

const char *const *node_peers(const struct node *node, size_t *count)
{
	const struct configuration *active = node->is_running ? &node->active : &node->file;

	*count = active->peers_count;
	return (const char *const *)active->peers;
}

int node_set_peers(struct node *node, const char *const *peers, size_t count, struct error *error)
{
	for (size_t i = 0; i < count; i++)
		if (!*peers[i] || strpbrk(peers[i], " \t\n#="))
			return error_set(error, EINVAL, "\"%s\" is no p2p-peer-address: host:port or a node's name",
			                 peers[i]);
	configuration_set_peers(&node->file, peers, count);
	configuration_set_peers(&node->arguments, NULL, 0);
	take_peers(node);
	return 0;
}

/* --- what its HTTP API does --- */

int node_compute(struct node *node, struct transaction_trace *trace, struct packed_transaction *packed,
                 const struct push_options *options, struct error *error)
{
	struct node *builder;
	int result = node_builder(node, &builder, error);
	if (result)
		return result;
	struct push_options push = node_push_options(builder, options);
	push.greylists[1] = greylist_or_none(&node->greylist);
	return branch_push(builder->branch, trace, packed, NULL, 0, &push, error);
}

void node_pause(struct node *node, bool paused)
{
	node->is_paused = paused;
	node->network->evaluations++;
	if (paused && branch_block_pending(node->branch) && !branch_block_transactions(node->branch) &&
	    !node->features_count)
		node_drop_block(node);
	network_prepare(node->network);
}

void node_limit_time(struct node *node, int32_t milliseconds)
{
	node->active.has_transaction_time = true;
	node->active.max_transaction_time = milliseconds;
}

void node_change_greylist(struct node *node, const struct greylist_change *change)
{
	greylist_apply(&node->greylist, change);
}

const struct greylist *node_greylist(const struct node *node)
{
	return &node->greylist;
}

bool node_paused(const struct node *node)
{
	return node->is_paused;
}

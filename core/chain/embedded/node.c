/* The network's nodes as struct chain has them: looked at, made, configured, started and stopped. */
#include "core/chain/embedded/embedded_private.h"

#include "core/chain/embedded/peers.h"
#include "core/chain/embedded/storage/storage.h"
#include "core/types/name.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int embedded_find_node(struct embedded_chain *chain, struct node **out, uint64_t name, struct error *error)
{
	*out = network_node(chain->network, name);
	return *out ? 0 : error_set(error, ENOENT, "there is no node \"%s\"", name_text(name).text);
}

/* After the network was changed: what is shown, what the data folder says of it, and who is connected. Gives
 * up the lock. */
static int end_change(struct embedded_chain *chain, int result, struct error *error)
{
	if (result == 0)
		result = storage_save_nodes(chain->storage, chain, error);
	embedded_publish(chain);
	chain->clock_moves++;
	pthread_cond_broadcast(&chain->changed);
	pthread_mutex_unlock(&chain->lock);
	peers_settle(chain->peers, NULL);
	peers_let_go(chain->peers);
	if (chain->manual_clock)
		embedded_finish(chain, false, NULL);
	return result;
}

static void begin_change(struct embedded_chain *chain)
{
	peers_hold(chain->peers);
	pthread_mutex_lock(&chain->lock);
	network_tell_time(chain->network, embedded_now(chain));
}

/* --- looking --- */

static void describe(struct chain_node *out, const struct node *node)
{
	static const enum chain_node_state states[] = {[NODE_STOPPED] = CHAIN_NODE_STOPPED,
	                                               [NODE_RUNNING] = CHAIN_NODE_RUNNING,
	                                               [NODE_SYNCING] = CHAIN_NODE_SYNCING};
	uint64_t *producers;
	size_t count = node_producers(node, &producers);

	*out = (struct chain_node){.name = node_name(node), .head_block_num = node_head(node)->number,
	                           .irreversible_block_num = node_irreversible(node, NULL),
	                           .log = node_log(node)};
	out->state = states[node_state(node, &out->blocks_to_go)];
	out->producers_count = count < SCHEDULE_PRODUCERS_MAXIMUM ? count : SCHEDULE_PRODUCERS_MAXIMUM;
	memcpy(out->producers, producers, out->producers_count * sizeof *producers);
	free(producers);
	snprintf(out->http_address, sizeof out->http_address, "%s", node_http_address(node));
	snprintf(out->p2p_address, sizeof out->p2p_address, "%s", node_p2p_address(node));
}

int embedded_node(struct chain *base, struct chain_node *out, uint64_t name,
                  const struct interruption *interruption, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	struct node *node;

	(void)interruption;
	pthread_mutex_lock(&chain->lock);
	int result = embedded_find_node(chain, &node, name, error);
	if (result == 0)
		describe(out, node);
	if (result == 0)
		peers_describe(chain->peers, out);
	pthread_mutex_unlock(&chain->lock);
	return result;
}

int embedded_node_from(struct chain *base, uint64_t *name, uint64_t from, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);

	pthread_mutex_lock(&chain->lock);
	struct node *node = network_node_from(chain->network, from);
	if (node)
		*name = node_name(node);
	pthread_mutex_unlock(&chain->lock);
	return node ? 0 : error_set(error, ENOENT, "there are no more nodes");
}

static int print_of(struct chain *base, struct text *out, uint64_t name,
                    void (*print)(const struct node *node, struct text *out), struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	struct node *node;

	pthread_mutex_lock(&chain->lock);
	int result = embedded_find_node(chain, &node, name, error);
	if (result == 0)
		print(node, out);
	pthread_mutex_unlock(&chain->lock);
	return result;
}

int embedded_node_configuration(struct chain *base, struct text *out, uint64_t name, struct error *error)
{
	return print_of(base, out, name, node_configuration_print, error);
}

int embedded_node_options(struct chain *base, struct text *out, uint64_t name, struct error *error)
{
	return print_of(base, out, name, node_options_print, error);
}

int embedded_node_connections(struct chain *base, uint64_t name, peer_connection_visitor *visitor,
                              void *context, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	struct node *node;

	pthread_mutex_lock(&chain->lock);
	int result = embedded_find_node(chain, &node, name, error);
	if (result == 0)
		node_connections(node, visitor, context);
	pthread_mutex_unlock(&chain->lock);
	if (result == 0)
		peers_connections(chain->peers, name, visitor, context);
	return result;
}

void embedded_watch_nodes(struct chain *base, chain_node_watcher *changed, void *context)
{
	struct embedded_chain *chain = embedded_of(base);

	pthread_mutex_lock(&chain->watch);
	chain->node_changed = changed;
	chain->node_context = context;
	pthread_mutex_unlock(&chain->watch);
}

static void tell_watcher(struct embedded_chain *chain, uint64_t name)
{
	pthread_mutex_lock(&chain->watch);
	if (chain->node_changed)
		chain->node_changed(chain->node_context, name);
	pthread_mutex_unlock(&chain->watch);
}

int embedded_node_peers(struct chain *base, struct text *out, uint64_t name, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	struct node *node;
	size_t count = 0;

	pthread_mutex_lock(&chain->lock);
	int result = embedded_find_node(chain, &node, name, error);
	const char *const *peers = result ? NULL : node_peers(node, &count);
	for (size_t i = 0; i < count; i++)
		text_printf(out, "%s\n", peers[i]);
	pthread_mutex_unlock(&chain->lock);
	return result;
}

int embedded_producer_state(struct chain *base, struct chain_producer *out, uint64_t name,
                            struct error *error)
{
	static const enum chain_producer_state states[] = {
		[PRODUCER_PRODUCES] = CHAIN_PRODUCER_PRODUCES,
		[PRODUCER_HAS_NO_NODE] = CHAIN_PRODUCER_NO_NODE,
		[PRODUCER_NODE_STOPPED] = CHAIN_PRODUCER_NODE_STOPPED,
		[PRODUCER_HAS_NO_KEY] = CHAIN_PRODUCER_NO_KEY,
		[PRODUCER_HAS_WRONG_KEY] = CHAIN_PRODUCER_WRONG_KEY,
		[PRODUCER_NODE_CUT_OFF] = CHAIN_PRODUCER_CUT_OFF,
		[PRODUCER_NODE_STALE] = CHAIN_PRODUCER_STALE,
		[PRODUCER_NODE_PAUSED] = CHAIN_PRODUCER_PAUSED,
		[PRODUCER_LIB_TOO_OLD] = CHAIN_PRODUCER_LIB_TOO_OLD,
	};
	struct embedded_chain *chain = embedded_of(base);
	struct node *node = NULL;

	(void)error;
	pthread_mutex_lock(&chain->lock);
	out->state = states[network_producer_state(chain->network, &node, embedded_viewed(chain), name)];
	out->node = node ? node_name(node) : 0;
	pthread_mutex_unlock(&chain->lock);
	return 0;
}

int embedded_viewed_node(struct chain *base, uint64_t *name, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);

	(void)error;
	pthread_mutex_lock(&chain->lock);
	*name = node_name(embedded_viewed(chain));
	pthread_mutex_unlock(&chain->lock);
	return 0;
}

/* --- changing --- */

int embedded_view_node(struct chain *base, uint64_t name, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	struct node *node;

	begin_change(chain);
	int result = embedded_find_node(chain, &node, name, error);
	if (result == 0)
		chain->viewed = name;
	return end_change(chain, result, error);
}

/* It knows what a copy of the viewed node's data folder would tell it. Under lock. */
static int make(struct embedded_chain *chain, struct node **out, uint64_t name, struct error *error)
{
	return network_add_node(chain->network, out, name, node_head(embedded_viewed(chain)), NULL, error);
}

int embedded_node_make(struct chain *base, uint64_t name, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);

	begin_change(chain);
	int result = make(chain, NULL, name, error);
	return end_change(chain, result, error);
}

static int add_lines(struct node *node, const char *lines, struct error *error)
{
	struct text text = TEXT_EMPTY;
	int result = 0;

	node_configuration_print(node, &text);
	if (!strstr(text_string(&text), "\nproducer-name")) {
		text_append(&text, lines);
		result = node_configure(node, text_string(&text), error);
	}
	text_release_secret(&text); /* lines may hold a private key */
	return result;
}

/* Under lock. */
static int start_one(struct embedded_chain *chain, const struct chain_node_start *start, struct error *error)
{
	struct node *node = network_node(chain->network, start->name);
	int result = node ? 0 : make(chain, &node, start->name, error);

	if (result == 0)
		result = add_lines(node, start->configuration, error);
	return result || node_state(node, NULL) != NODE_STOPPED ? result : node_start(node, NULL, 0, error);
}

/* The file of nodes is written, and waited for, once for all of them. */
int embedded_nodes_start(struct chain *base, const struct chain_node_start *nodes, size_t *count,
                         struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	size_t started = 0;
	int result = 0;

	begin_change(chain);
	while (started < *count && result == 0) {
		result = start_one(chain, &nodes[started], error);
		started += result == 0;
	}
	int saved = end_change(chain, 0, result ? NULL : error);
	*count = saved ? 0 : started;
	for (size_t i = 0; i < started; i++)
		tell_watcher(chain, nodes[i].name);
	return saved ? saved : result;
}

static int remove_node(struct embedded_chain *chain, struct node *node, struct error *error)
{
	struct node *only = network_node_from(chain->network, 0);

	if (!network_node_from(chain->network, node_name(only) + 1))
		return error_set(error, EPERM, "node \"%s\" is the only one: a chain needs one",
		                 name_text(node_name(node)).text);
	uint64_t name = node_name(node);
	int result = node_remove(node, error);
	if (result == 0 && chain->viewed == name)
		chain->viewed = node_name(network_node_from(chain->network, 0));
	return result;
}

static int run_command(struct embedded_chain *chain, struct node *node, const char *const *words,
                       size_t count, struct error *error)
{
	static const struct {
		const char *word;
		int (*run)(struct node *node, struct error *error);
	} commands[] = {{"stop", node_stop}, {"kill", node_kill}, {"restart", node_restart}};

	if (count && strcmp(words[0], "start") == 0)
		return node_start(node, words + 1, count - 1, error);
	if (count == 1 && strcmp(words[0], "remove") == 0)
		return remove_node(chain, node, error);
	for (size_t i = 0; i < sizeof commands / sizeof commands[0] && count == 1; i++)
		if (strcmp(words[0], commands[i].word) == 0)
			return commands[i].run(node, error);
	return error_set(error, EINVAL, "\"%s\": start [nodeos options], stop, kill, restart or remove",
	                 count ? words[0] : "");
}

int embedded_node_command(struct chain *base, uint64_t name, const char *const *words, size_t count,
                          struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	struct node *node;

	if (count == 1 && (strcmp(words[0], "stop") == 0 || strcmp(words[0], "restart") == 0)) {
		peers_hold(chain->peers);
		peers_close(chain->peers, name);
		peers_let_go(chain->peers);
	}
	begin_change(chain);
	int result = embedded_find_node(chain, &node, name, error);
	if (result == 0)
		result = run_command(chain, node, words, count, error);
	bool changed = result == 0;
	result = end_change(chain, result, error);
	if (changed)
		tell_watcher(chain, name);
	return result;
}

int embedded_node_configure(struct chain *base, uint64_t name, const char *text, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	struct node *node;

	begin_change(chain);
	int result = embedded_find_node(chain, &node, name, error);
	if (result == 0)
		result = node_configure(node, text, error);
	return end_change(chain, result, error);
}

int embedded_node_set_peers(struct chain *base, uint64_t name, const char *const *peers, size_t count,
                            struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	struct node *node;

	begin_change(chain);
	int result = embedded_find_node(chain, &node, name, error);
	if (result == 0)
		result = node_set_peers(node, peers, count, error);
	return end_change(chain, result, error);
}

void embedded_forget_untold(struct embedded_chain *chain)
{
	while (chain->untold_count)
		free((char *)(uintptr_t)chain->untold[--chain->untold_count].reason);
	free(chain->untold);
	chain->untold = NULL;
	chain->untold_capacity = 0;
}

void embedded_watch_lost(struct chain *base, chain_lost_visitor *lost, void *context)
{
	struct embedded_chain *chain = embedded_of(base);

	pthread_mutex_lock(&chain->lock);
	chain->lost = lost;
	chain->lost_context = context;
	for (size_t i = 0; i < chain->untold_count && lost; i++)
		lost(context, &chain->untold[i]);
	if (lost)
		embedded_forget_untold(chain);
	pthread_mutex_unlock(&chain->lock);
}

/* --- what HTTP asks of one that runs --- */

int embedded_pause(struct chain *base, bool *paused, enum chain_pause what, uint64_t name,
                   struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	struct node *node;

	pthread_mutex_lock(&chain->lock);
	int result = embedded_find_node(chain, &node, name, error);
	if (result == 0 && what != CHAIN_ASK) {
		node_pause(node, what == CHAIN_PAUSE);
		embedded_publish(chain);
		chain->clock_moves++;
		pthread_cond_broadcast(&chain->changed);
	}
	*paused = result == 0 && node_paused(node);
	pthread_mutex_unlock(&chain->lock);
	return result;
}

int embedded_limit_time(struct chain *base, uint64_t name, int32_t milliseconds, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	struct node *node;

	pthread_mutex_lock(&chain->lock);
	int result = embedded_find_node(chain, &node, name, error);
	if (result == 0)
		node_limit_time(node, milliseconds);
	pthread_mutex_unlock(&chain->lock);
	return result;
}

/* What the node shows of accounts changes with it. */
int embedded_greylist(struct chain *base, struct greylist *out, const struct greylist_change *change,
                      uint64_t name, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	struct node *node;

	pthread_mutex_lock(&chain->lock);
	int result = embedded_find_node(chain, &node, name, error);
	if (result == 0 && change) {
		node_change_greylist(node, change);
		embedded_publish(chain);
	}
	if (result == 0 && out)
		*out = greylist_copy(node_greylist(node));
	pthread_mutex_unlock(&chain->lock);
	return result;
}

/* Which of a chain's nodes are served: those that run, each where its configuration says, from its start to
 * its end. Who starts a node does not wait for a name. */
#include "core/server/follow.h"

#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "core/base/system/lookup.h"
#include "core/server/call.h"
#include "core/types/name.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

struct follower {
	struct server *server;
	struct chain *chain;
	struct server_rules rules;
	struct lookups *lookups; /* owned; of nodes that are served when their answer comes; its lock: who
	                          * changes what is served */
};

static bool is_served(const struct follower *follower, uint64_t name)
{
	return follower->rules.all || name == name_literal("eosio");
}

/* Where it serves, and what, as nodeos reads the options it was started with. */
static int read_options(const struct follower *follower, struct server_options *out,
                        const struct chain_node *node, struct error *error)
{
	struct text lines = TEXT_EMPTY;
	const char *address = node->name == name_literal("eosio") ? follower->rules.address : NULL;
	int result = follower->chain->operations->node_options(follower->chain, &lines, node->name, error);

	if (result == 0)
		result = server_options_parse(out, text_string(&lines), error);
	if (result == 0 && (address || !*out->host))
		result = server_address_parse(out, address ? address : node->http_address, error);
	if (result)
		server_options_release(out);
	if (follower->rules.page)
		out->plugins |= PLUGIN_PAGE;
	text_release(&lines);
	return result;
}

/* The node's log and the user hear of it. */
static void tell(const struct follower *follower, const struct chain_node *node, const char *sentence)
{
	struct text line = TEXT_EMPTY;

	text_printf(&line, "%s\n", sentence);
	if (node->log)
		growing_text_append(node->log, line.data, line.length, clock_real());
	text_release(&line);
	if (follower->rules.notice)
		follower->rules.notice(follower->rules.context, sentence);
}

static void tell_of_port(const struct follower *follower, const struct chain_node *node, uint16_t wanted,
                         const struct server_node *served)
{
	struct text sentence = TEXT_EMPTY;

	if (!wanted || server_node_port(served) == wanted)
		return;
	text_printf(&sentence, "port %u is taken: node %s serves ", wanted, name_text(node->name).text);
	server_address_print(follower->server, &sentence, node->name);
	tell(follower, node, text_string(&sentence));
	text_release(&sentence);
}

/* Takes the options. */
static int serve_at(const struct follower *follower, const struct chain_node *node,
                    const struct server_options *options, struct error *error)
{
	struct server_node *served;
	int result = server_serve(follower->server, &served, node->name, follower->chain, options, error);

	if (result == 0)
		tell_of_port(follower, node, options->port, served);
	return result;
}

static void tell_of_failure(const struct follower *follower, uint64_t name, const struct error *error)
{
	struct text sentence = TEXT_EMPTY;
	struct chain_node node;

	if (follower->chain->operations->node(follower->chain, &node, name, NULL, NULL) != 0)
		return; /* removed */
	text_printf(&sentence, "node %s serves no HTTP: %s", name_text(name).text, error->sentence);
	tell(follower, &node, text_string(&sentence));
	text_release(&sentence);
}

/* --- nodes that come and go --- */

static lookup_answer serve_found;

/* address: where it was looked up that a node is to be served; NULL: it is still to be; may_wait: for that.
 * Under the lock. */
static int serve_node(struct follower *follower, uint64_t name, const char *address, bool may_wait,
                      struct error *error)
{
	struct server_options options;
	struct chain_node node;
	int result = follower->chain->operations->node(follower->chain, &node, name, NULL, error);

	if (result || node.state == CHAIN_NODE_STOPPED)
		return result;
	result = read_options(follower, &options, &node, error);
	if (result)
		return result;
	snprintf(options.address, sizeof options.address, "%s", address ? address : "");
	if (address || may_wait || lookup_is_near(options.host))
		return serve_at(follower, &node, &options, error);
	result = lookup_begin(follower->lookups, options.host, AF_UNSPEC, serve_found, follower, name, error);
	server_options_release(&options);
	return result;
}

static void serve_found(void *context, uint64_t name, const struct lookup_found *found)
{
	struct follower *follower = context;
	struct error error = {0};
	int result = found->why ? server_no_address(&error, found->host, found->why)
	                        : serve_node(follower, name, found->address, false, &error);

	if (result)
		tell_of_failure(follower, name, &error);
}

static void block_made(void *context)
{
	const struct follower *follower = context;
	server_wake(follower->server);
}

/* Started, started anew, stopped or removed. */
static void node_changed(void *context, uint64_t name)
{
	struct follower *follower = context;
	struct error error = {0};

	if (!is_served(follower, name))
		return;
	pthread_mutex_lock(&follower->lookups->lock);
	lookup_forget(follower->lookups, follower, name);
	server_stop_named(follower->server, name);
	if (serve_node(follower, name, NULL, false, &error) != 0)
		tell_of_failure(follower, name, &error);
	pthread_mutex_unlock(&follower->lookups->lock);
}

static void end(struct follower *follower)
{
	lookups_destroy(follower->lookups);
	free(follower);
}

int server_follow(struct server *server, struct follower **out, struct chain *chain,
                  const struct server_rules *rules, struct error *error)
{
	struct follower *follower = memory_allocate(1, sizeof *follower);
	int result = 0;

	*follower = (struct follower){server, chain, *rules, lookups_create()};
	pthread_mutex_lock(&follower->lookups->lock);
	for (uint64_t name = 0; chain->operations->node_from(chain, &name, name, NULL) == 0 && result == 0;
	     name++) {
		if (!is_served(follower, name))
			continue;
		result = serve_node(follower, name, NULL, rules->address != NULL, error);
		if (result && !rules->address) {
			tell_of_failure(follower, name, error);
			error_clear(error);
			result = 0;
		}
	}
	pthread_mutex_unlock(&follower->lookups->lock);
	if (result) {
		end(follower);
		return result;
	}
	chain->operations->watch_nodes(chain, node_changed, follower);
	chain->operations->watch_blocks(chain, block_made, follower);
	*out = follower;
	return 0;
}

void server_unfollow(struct follower *follower)
{
	if (!follower)
		return;
	follower->chain->operations->watch_nodes(follower->chain, NULL, NULL);
	follower->chain->operations->watch_blocks(follower->chain, NULL, NULL);
	end(follower);
}

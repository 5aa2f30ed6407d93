/* Which of a chain's nodes are served: those that run, each where its configuration says, from its start to
 * its end. A name is looked up in a thread of its own, for the system's resolver may take its time and cannot
 * be interrupted; who asked may be gone by then. */
#include "core/server/follow.h"

#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "core/server/call.h"
#include "core/types/name.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SEARCHES_MAXIMUM = 32 };

/* A node that is served when the name it is to be served at has been looked up. */
struct search {
	struct search *next;
	struct follower *follower; /* held */
	uint64_t node;
	struct server_options options; /* owned */
};

struct follower {
	struct server *server;
	struct chain *chain;
	struct server_rules rules;
	pthread_mutex_t lock;    /* who changes what is served; and: */
	struct search *searches; /* that somebody waits for */
	unsigned references;     /* its owner's, and those of all searches */
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

/* --- names --- */

/* Under the lock, which is given up. */
static void release(struct follower *follower)
{
	bool is_last = --follower->references == 0;

	pthread_mutex_unlock(&follower->lock);
	if (!is_last)
		return;
	pthread_mutex_destroy(&follower->lock);
	free(follower);
}

/* Whether somebody waited for it until now. Under the lock. */
static bool take_out(struct search *search)
{
	struct search **at = &search->follower->searches;

	while (*at && *at != search)
		at = &(*at)->next;
	if (!*at)
		return false;
	*at = search->next;
	return true;
}

static void *look_up(void *argument)
{
	struct search *search = argument;
	struct follower *follower = search->follower;
	struct chain_node node;
	struct error error = {0};
	int result = socket_look_up(search->options.address, search->options.host, &error);

	pthread_mutex_lock(&follower->lock);
	bool is_wanted = take_out(search);
	if (is_wanted && result == 0)
		result = follower->chain->operations->node(follower->chain, &node, search->node, NULL, &error);
	if (is_wanted && result == 0)
		result = serve_at(follower, &node, &search->options, &error);
	else
		server_options_release(&search->options);
	if (is_wanted && result)
		tell_of_failure(follower, search->node, &error);
	free(search);
	release(follower);
	return NULL;
}

/* Takes the options. Under the lock. */
static int begin_search(struct follower *follower, uint64_t node, struct server_options *options,
                        struct error *error)
{
	struct search *search = memory_allocate(1, sizeof *search);
	pthread_t thread;
	int result = follower->references > SEARCHES_MAXIMUM
	                 ? error_set(error, EAGAIN, "%d names are being looked up", SEARCHES_MAXIMUM)
	                 : 0;

	*search = (struct search){follower->searches, follower, node, *options};
	if (result == 0 && (result = -pthread_create(&thread, NULL, look_up, search)) != 0)
		error_set(error, -result, "no thread to look up %s", options->host);
	if (result) {
		server_options_release(options);
		free(search);
		return result;
	}
	pthread_detach(thread);
	follower->searches = search;
	follower->references++;
	return 0;
}

/* --- nodes that come and go --- */

/* may_wait: for a name. Under the lock. */
static int serve_node(struct follower *follower, uint64_t name, bool may_wait, struct error *error)
{
	struct server_options options;
	struct chain_node node;
	int result = follower->chain->operations->node(follower->chain, &node, name, NULL, error);

	if (result || node.state == CHAIN_NODE_STOPPED)
		return result;
	result = read_options(follower, &options, &node, error);
	if (result)
		return result;
	bool is_near = socket_is_address(options.host) || strcmp(options.host, "localhost") == 0;
	return may_wait || is_near ? serve_at(follower, &node, &options, error)
	                           : begin_search(follower, name, &options, error);
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
	pthread_mutex_lock(&follower->lock);
	for (struct search **at = &follower->searches; *at;)
		if ((*at)->node == name)
			*at = (*at)->next;
		else
			at = &(*at)->next;
	server_stop_named(follower->server, name);
	if (serve_node(follower, name, false, &error) != 0)
		tell_of_failure(follower, name, &error);
	pthread_mutex_unlock(&follower->lock);
}

/* Under the lock, which is given up. */
static void end(struct follower *follower)
{
	follower->searches = NULL;
	release(follower);
}

int server_follow(struct server *server, struct follower **out, struct chain *chain,
                  const struct server_rules *rules, struct error *error)
{
	struct follower *follower = memory_allocate(1, sizeof *follower);
	int result = 0;

	*follower = (struct follower){.server = server, .chain = chain, .rules = *rules, .references = 1};
	pthread_mutex_init(&follower->lock, NULL);
	pthread_mutex_lock(&follower->lock);
	for (uint64_t name = 0; chain->operations->node_from(chain, &name, name, NULL) == 0 && result == 0;
	     name++) {
		if (!is_served(follower, name))
			continue;
		result = serve_node(follower, name, rules->address != NULL, error);
		if (result && !rules->address) {
			tell_of_failure(follower, name, error);
			error_clear(error);
			result = 0;
		}
	}
	if (result) {
		end(follower);
		return result;
	}
	pthread_mutex_unlock(&follower->lock);
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
	pthread_mutex_lock(&follower->lock);
	end(follower);
}

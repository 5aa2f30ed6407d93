/* Which of a chain's nodes are served: those that run, each where its configuration says, from its start to
 * its end. */
#include "core/server/follow.h"

#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "core/server/call.h"
#include "core/types/name.h"

#include <stdlib.h>

struct follower {
	struct server *server;
	struct chain *chain;
	struct server_rules rules;
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

static int serve_node(const struct follower *follower, uint64_t name, struct error *error)
{
	struct server_options options;
	struct server_node *served;
	struct chain_node node;
	int result = follower->chain->operations->node(follower->chain, &node, name, NULL, error);

	if (result || node.state == CHAIN_NODE_STOPPED)
		return result;
	result = read_options(follower, &options, &node, error);
	if (result == 0)
		result = server_serve(follower->server, &served, name, follower->chain, &options, error);
	if (result == 0)
		tell_of_port(follower, &node, options.port, served);
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
	server_stop_named(follower->server, name);
	if (serve_node(follower, name, &error) != 0)
		tell_of_failure(follower, name, &error);
}

int server_follow(struct server *server, struct follower **out, struct chain *chain,
                  const struct server_rules *rules, struct error *error)
{
	struct follower *follower = memory_allocate(1, sizeof *follower);
	int result = 0;

	*follower = (struct follower){server, chain, *rules};
	for (uint64_t name = 0; chain->operations->node_from(chain, &name, name, NULL) == 0 && result == 0;
	     name++) {
		if (!is_served(follower, name))
			continue;
		result = serve_node(follower, name, error);
		if (result && !rules->address) {
			tell_of_failure(follower, name, error);
			error_clear(error);
			result = 0;
		}
	}
	if (result) {
		free(follower);
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
	free(follower);
}

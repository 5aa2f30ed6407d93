/* Starting the HTTP server. */
#include "mount/serve.h"

#include "core/base/text.h"
#include "core/types/name.h"

#include <stdio.h>
#include <string.h>

static int node_options(struct server_options *out, const struct options *options, struct error *error)
{
	struct text config = TEXT_EMPTY;
	int result;

	server_config_print(&config);
	result = server_options_parse(out, text_string(&config), error);
	text_release(&config);
	if (result == 0 && options->http)
		result = server_address_parse(out, options->http, error);
	if (result)
		error_prefix(error, "http");
	return result;
}

static int serve_node(struct server *server, const struct server_options *wanted, struct chain *chain,
                      struct error *error)
{
	const uint64_t name = name_literal("eosio");
	struct server_node *node = NULL;
	struct text address = TEXT_EMPTY;
	int result = server_serve(server, &node, name, chain, wanted, error);

	if (result)
		return result;
	server_address_print(server, &address, name);
	if (wanted->port && server_node_port(node) != wanted->port)
		fprintf(stderr, "eosiofs: port %u is taken: node eosio serves %s\n", wanted->port,
		        text_string(&address));
	text_release(&address);
	return 0;
}

int serve_start(struct server **out, const struct options *options, struct chain *chain, struct error *error)
{
	struct server_options wanted;
	struct server *server = NULL;
	int result = 0;

	*out = NULL;
	if (options->http && strcmp(options->http, "off") == 0)
		return 0;
	result = node_options(&wanted, options, error);
	if (result == 0)
		result = server_create(&server, error);
	if (result == 0)
		result = serve_node(server, &wanted, chain, error);
	if (result && !options->http) {
		fprintf(stderr, "eosiofs: node eosio serves no HTTP: %s\n", error->sentence);
		error_clear(error);
		result = 0;
	}
	if (result) {
		server_destroy(server);
		return result;
	}
	*out = server;
	return 0;
}

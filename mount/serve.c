/* Starting the HTTP server. */
#include "mount/serve.h"

#include <stdio.h>
#include <string.h>

static void say(void *context, const char *sentence)
{
	(void)context;
	fprintf(stderr, "eosiofs: %s\n", sentence);
}

/* Nobody else would say which port it was. */
static int serve_wallet(struct server *server, struct wallet *wallet, const char *address,
                        struct error *error)
{
	struct server_node *node;
	int result = server_serve_wallet(server, &node, wallet, address, error);

	if (result)
		error_prefix(error, "wallet_http");
	else if (server_node_port(node))
		fprintf(stderr, "eosiofs: the wallet serves port %u\n", server_node_port(node));
	return result;
}

static int serve_nodes(struct serving *out, const struct options *options, struct chain *chain,
                       struct error *error)
{
	const char *http = options->http;
	struct server_rules rules = {
		.all = http && strcmp(http, "all") == 0, .notice = say, .page = !options->without_page};

	if ((http && strcmp(http, "off") == 0) || !chain->operations->watch_nodes)
		return 0;
	rules.address = rules.all ? NULL : http;
	int result = server_follow(out->server, &out->follower, chain, &rules, error);
	if (result)
		error_prefix(error, "http");
	return result;
}

int serve_start(struct serving *out, const struct options *options, struct chain *chain,
                struct wallet *wallet, struct error *error)
{
	*out = (struct serving){0};
	if (options->http && strcmp(options->http, "off") == 0 && !options->wallet_http[0])
		return 0;
	int result = server_create(&out->server, error);
	if (result == 0)
		result = serve_nodes(out, options, chain, error);
	if (result == 0 && options->wallet_http[0])
		result = serve_wallet(out->server, wallet, options->wallet_http, error);
	if (result)
		serve_end(out);
	return result;
}

void serve_end(struct serving *serving)
{
	server_unfollow(serving->follower);
	server_destroy(serving->server);
	*serving = (struct serving){0};
}

/* Starting the HTTP server. */
#include "mount/serve.h"

#include <stdio.h>
#include <string.h>

static void say(void *context, const char *sentence)
{
	(void)context;
	fprintf(stderr, "eosiofs: %s\n", sentence);
}

int serve_start(struct serving *out, const struct options *options, struct chain *chain, struct error *error)
{
	const char *http = options->http;
	struct server_rules rules = {.all = http && strcmp(http, "all") == 0, .notice = say,
	                             .page = !options->without_page};
	int result;

	*out = (struct serving){0};
	if ((http && strcmp(http, "off") == 0) || !chain->operations->watch_nodes)
		return 0;
	rules.address = rules.all ? NULL : http;
	result = server_create(&out->server, error);
	if (result == 0)
		result = server_follow(out->server, &out->follower, chain, &rules, error);
	if (result) {
		error_prefix(error, "http");
		serve_end(out);
	}
	return result;
}

void serve_end(struct serving *serving)
{
	server_unfollow(serving->follower);
	server_destroy(serving->server);
	*serving = (struct serving){0};
}

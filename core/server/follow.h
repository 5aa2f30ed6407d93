/* Serving a chain's own nodes while they run (DESIGN 5). */
#ifndef EOSIOFS_CORE_SERVER_FOLLOW_H
#define EOSIOFS_CORE_SERVER_FOLLOW_H

#include "core/server/server.h"

struct follower;

struct server_rules {
	bool all;            /* every node; else node eosio alone */
	bool page;           /* they show index.html, too */
	const char *address; /* HOST:PORT of node eosio, whatever its config.ini says; borrowed; NULL: its own */
	/* Hears of ports that were taken and of nodes that cannot be served; the node's own log does, too. */
	void (*notice)(void *context, const char *sentence);
	void *context;
};

/* Serves the nodes that run, and from now on each from its start to its end; where its config.ini gives a
 * name for an address, from when that was looked up, which nobody waits for. Fails only where rules->address
 * cannot be served. */
int server_follow(struct server *server, struct follower **out, struct chain *chain,
                  const struct server_rules *rules, struct error *error);
/* Before the server and the chain are destroyed. NULL is fine. */
void server_unfollow(struct follower *follower);

#endif

/* A node that is served, as the parts of the server see it. */
#ifndef EOSIOFS_CORE_SERVER_NODE_H
#define EOSIOFS_CORE_SERVER_NODE_H

#include "core/server/call.h"
#include "core/server/http/http.h"
#include "core/server/options.h"
#include "core/server/producer.h"

#include <pthread.h>

/* What was sent to a node, the last of it: in no order. */
enum { SENT_MAXIMUM = 1024 };
struct sent {
	pthread_mutex_t mutex;
	struct sent_transaction {
		struct checksum256 id;
		uint32_t expiration; /* seconds */
	} *list; /* owned: SENT_MAXIMUM of them; NULL: nothing was */
	size_t next;
};
void sent_remember(struct sent *sent, const struct checksum256 *id, uint32_t expiration);

struct server_node {
	struct server_node *next;
	uint64_t name;
	struct chain *chain; /* borrowed */
	struct server_options options;
	struct http_service service;
	struct producer producer;
	struct sent sent;
	struct wallet_service *wallet; /* owned; NULL: a node of a chain */
	struct http *http;              /* NULL here too: asked by tests only */
	struct http_listener *listener; /* NULL: asked by tests only */
};

/* dispatch.c: how a node's requests are answered; its context is the node. */
extern const struct http_service server_service;

#endif

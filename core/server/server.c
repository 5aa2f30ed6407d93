/* What is served, from its beginning to its end, and where it listens. How it answers is in dispatch.c. */
#include "core/server/server.h"

#include "core/base/memory.h"
#include "core/server/node.h"
#include "core/server/wallet/wallet.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { PORTS_TRIED = 100 };

struct server {
	struct http *http;
	pthread_mutex_t mutex;
	struct server_node *nodes;
};

struct server_node *server_node_create(uint64_t name, struct chain *chain,
                                       const struct server_options *options)
{
	struct server_node *node = memory_allocate(1, sizeof *node);

	node->name = name;
	node->chain = chain;
	node->options = *options;
	node->options.plugins |= PLUGIN_HTTP;
	producer_init(&node->producer, options->max_transaction_time);
	pthread_mutex_init(&node->sent.mutex, NULL);
	node->service = server_service;
	node->service.context = node;
	node->service.server_header = "nodeos/v4.0.6";
	node->service.body_limit = options->body_limit;
	return node;
}

int server_create(struct server **out, struct error *error)
{
	struct server *server = memory_allocate(1, sizeof *server);
	int result = http_create(&server->http, error);

	if (result) {
		free(server);
		return result;
	}
	pthread_mutex_init(&server->mutex, NULL);
	*out = server;
	return 0;
}

/* At that port behind the one that is asked for. */
static int listen_at(struct server *server, struct server_node *node, unsigned behind, struct error *error)
{
	struct server_options *options = &node->options;
	const char *why = NULL;

	if (options->is_local)
		return http_listen_local(server->http, &node->listener, options->host, &node->service, error);
	if (!*options->address)
		why = lookup_now(options->address, options->host, AF_UNSPEC);
	return why ? server_no_address(error, options->host, why)
	           : http_listen(server->http, &node->listener, options->address,
	                         (uint16_t)(options->port + behind), &node->service, error);
}

/* The port asked for, or the next free one after it. */
static int listen_near(struct server *server, struct server_node *node, struct error *error)
{
	const unsigned port = node->options.port;
	int result;

	for (unsigned i = 0;; i++) {
		error_clear(error);
		result = listen_at(server, node, i, error);
		if (result != -EADDRINUSE || port == 0 || i == PORTS_TRIED || port + i == UINT16_MAX)
			return result;
	}
}

/* What listens is served; what does not is given up. */
static int add_node(struct server *server, struct server_node **out, struct server_node *node, int result)
{
	if (result) {
		server_stop(NULL, node);
		return result;
	}
	pthread_mutex_lock(&server->mutex);
	node->next = server->nodes;
	server->nodes = node;
	pthread_mutex_unlock(&server->mutex);
	*out = node;
	return 0;
}

int server_serve(struct server *server, struct server_node **out, uint64_t name, struct chain *chain,
                 const struct server_options *options, struct error *error)
{
	struct server_node *node = server_node_create(name, chain, options);
	node->http = server->http;
	int result = listen_near(server, node, error);

	return add_node(server, out, node, result);
}

int server_serve_wallet(struct server *server, struct server_node **out, struct wallet *wallet,
                        const char *address, struct error *error)
{
	struct server_options options;
	int result = server_options_parse(&options, "http-alias = localhost\n", error);

	options.is_local = strchr(address, '/') != NULL;
	if (result == 0 && options.is_local)
		result = server_socket_parse(&options, address, error);
	else if (result == 0)
		result = server_address_parse(&options, address, error);
	if (result)
		return result;
	options.plugins = PLUGIN_WALLET;
	struct server_node *node = server_node_create(0, NULL, &options);
	node->service.server_header = "keosd/v4.0.6";
	node->wallet = wallet_service_create(wallet);
	node->http = server->http;
	return add_node(server, out, node, listen_at(server, node, 0, error));
}

int server_serve_keys(struct server *server, struct server_node **out, const struct server_keys *keys,
                      const char *path, struct error *error)
{
	struct server_options options;
	int result = server_options_parse(&options, "", error);

	options.is_local = true;
	if (result == 0)
		result = server_socket_parse(&options, path, error);
	if (result)
		return result;
	options.plugins = PLUGIN_SIGNING;
	struct server_node *node = server_node_create(keys->node, NULL, &options);
	node->service.server_header = "keosd/v4.0.6";
	node->wallet = signing_service_create(keys);
	node->http = server->http;
	return add_node(server, out, node, listen_at(server, node, 0, error));
}

uint16_t server_node_port(const struct server_node *node)
{
	return http_listener_port(node->listener);
}

void server_stop(struct server *server, struct server_node *node)
{
	if (server) {
		pthread_mutex_lock(&server->mutex);
		for (struct server_node **at = &server->nodes; *at; at = &(*at)->next)
			if (*at == node) {
				*at = node->next;
				break;
			}
		pthread_mutex_unlock(&server->mutex);
		http_listener_close(server->http, node->listener);
	}
	server_options_release(&node->options);
	producer_release(&node->producer);
	wallet_service_destroy(node->wallet);
	pthread_mutex_destroy(&node->sent.mutex);
	free(node->sent.list);
	free(node);
}

void server_wake(struct server *server)
{
	http_wake(server->http);
}

void server_stop_named(struct server *server, uint64_t name)
{
	pthread_mutex_lock(&server->mutex);
	struct server_node *node = server->nodes;
	while (node && node->name != name)
		node = node->next;
	pthread_mutex_unlock(&server->mutex);
	if (node)
		server_stop(server, node);
}

void server_destroy(struct server *server)
{
	if (!server)
		return;
	while (server->nodes)
		server_stop(server, server->nodes);
	http_destroy(server->http);
	pthread_mutex_destroy(&server->mutex);
	free(server);
}

void server_address_print(struct server *server, struct text *out, uint64_t name)
{
	pthread_mutex_lock(&server->mutex);
	for (struct server_node *node = server->nodes; node; node = node->next)
		if (node->name == name)
			text_printf(out, strchr(node->options.host, ':') ? "http://[%s]:%u" : "http://%s:%u",
			            node->options.host, http_listener_port(node->listener));
	pthread_mutex_unlock(&server->mutex);
}

/* nodeos's HTTP API over any chain: every node that serves has an address, its plugins and its options. One
 * thread for the connections of all of them (http.h). */
#ifndef EOSIOFS_CORE_SERVER_SERVER_H
#define EOSIOFS_CORE_SERVER_SERVER_H

#include "core/chain/chain.h"
#include "core/server/http/http.h"
#include "core/server/options.h"

struct server;
struct server_node;

int server_create(struct server **out, struct error *error);
void server_destroy(struct server *server); /* NULL is fine */

/* Begins to serve a node; its view of the chain is `chain` (borrowed). A port that is taken: the next free
 * one of the hundred after it; server_node_address() tells. */
int server_serve(struct server *server, struct server_node **out, uint64_t name, struct chain *chain,
                 const struct server_options *options, struct error *error);
/* keosd's API over a wallet (borrowed), at HOST:PORT or, where it has a '/', at a unix socket (0600). */
int server_serve_wallet(struct server *server, struct server_node **out, struct wallet *wallet,
                        const char *address, struct error *error);
/* Keys that sign for a node, whatever becomes of the wallet: asked from any thread; the caller wipes *out. */
struct server_keys {
	bool (*private_key)(void *context, uint64_t node, const struct public_key *key, struct private_key *out);
	void *context;
	uint64_t node;
};
/* keosd's sign_digest alone, with those keys, at a unix socket (0600). */
int server_serve_keys(struct server *server, struct server_node **out, const struct server_keys *keys,
                      const char *path, struct error *error);
uint16_t server_node_port(const struct server_node *node);
/* The node serves no more; requests that wait are not answered. */
void server_stop(struct server *server, struct server_node *node);

/* Whatever waits is looked at anew. */
void server_wake(struct server *server);
void server_stop_named(struct server *server, uint64_t name); /* one that is not served is fine */

/* Appends "http://127.0.0.1:8888" of the node of that name; nothing when it serves nothing. */
void server_address_print(struct server *server, struct text *out, uint64_t name);

/* A node that answers without a listener: tests ask it with server_answer(). Destroyed by server_stop(NULL,
 * node). */
struct server_node *server_node_create(uint64_t name, struct chain *chain,
                                       const struct server_options *options);
/* One request's answer; false: not yet (see http_service.answer). */
bool server_answer(struct server_node *node, const struct http_request *request, struct http_answer *answer);
/* Host and Origin, before the body is read; false with the refusal. */
bool server_admit(struct server_node *node, const struct http_request *request, struct http_answer *answer);

#endif

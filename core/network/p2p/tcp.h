/* The protocol over TCP: one thread carries the connections of all nodes of this process. */
#ifndef EOSIOFS_CORE_NETWORK_P2P_TCP_H
#define EOSIOFS_CORE_NETWORK_P2P_TCP_H

#include "core/network/p2p/p2p.h"

struct p2p_tcp;      /* the thread */
struct p2p_endpoint; /* a node's place in it */

/* Starts the thread. -errno with a sentence when the system gives none. */
int p2p_tcp_create(struct p2p_tcp **out, struct error *error);
/* Ends it; every endpoint has been closed before. */
void p2p_tcp_destroy(struct p2p_tcp *tcp);

struct p2p_endpoint_options {
	const char *listen; /* "host:port", looked up at once; NULL or "": only connects. Port 0: any */
	const char *const *peers; /* p2p-peer-address values */
	size_t peers_count;
	/* options.address NULL: what is listened at */
	struct p2p_options options;
	struct p2p_host host; /* called from the thread, as this: */
	/* After each change; with host.context. May be NULL. */
	void (*standing)(void *context, const struct p2p_standing *standing);
};

/* Listens and begins to connect. Takes as long as the system takes to resolve the name it listens at, which
 * no other endpoint waits for. -EINVAL: an address that is none; -EADDRINUSE and the like, with a sentence
 * that names the address. What the options point to is borrowed until the endpoint is closed. */
int p2p_endpoint_open(struct p2p_endpoint **out, struct p2p_tcp *tcp,
                      const struct p2p_endpoint_options *options, struct error *error);
/* Closes all its connections; the host is not called any more when this returns. Not to be called with a lock
 * held that the host takes. NULL is fine. */
void p2p_endpoint_close(struct p2p_endpoint *endpoint);

/* A block entered the node's fork database, or a transaction (copied) its block in the making: peers are
 * told. Never waits; may be called with any lock held. */
void p2p_endpoint_tell_block(struct p2p_endpoint *endpoint, const struct checksum256 *id);
void p2p_endpoint_tell_transaction(struct p2p_endpoint *endpoint, const struct bytes *packed);

/* Its connections: to the peers that it was given, connected or not, then those of others to it. The visitor
 * may not call back; not to be called with a lock held that the host takes. */
void p2p_endpoint_connections(struct p2p_endpoint *endpoint,
                              void (*visitor)(void *context, const struct p2p_status *status),
                              void *context);

/* "127.0.0.1:9876", with the port that was got; "" when it does not listen. */
const char *p2p_endpoint_address(const struct p2p_endpoint *endpoint);
#endif

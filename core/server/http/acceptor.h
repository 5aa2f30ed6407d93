/* Who is let in: any number of listening sockets, and the connections that came of them until they end, on
 * one thread for all. It cuts off whoever lets a deadline pass; what is said over a connection is its
 * taker's business. */
#ifndef EOSIOFS_CORE_SERVER_HTTP_ACCEPTOR_H
#define EOSIOFS_CORE_SERVER_HTTP_ACCEPTOR_H

#include "core/base/error.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct acceptor;
struct entrance; /* a listening socket */

struct connection {
	struct connection *next, **link;
	struct entrance *entrance;
	void *owner; /* the entrance's */
	int socket;
	_Atomic int64_t deadline; /* milliseconds, monotonic; 0: none */
};

/* Takes over a connection's socket, which is not blocking, and tells of its end with
 * acceptor_connection_end(); false: the socket is closed, and that is not told. */
typedef bool connection_taker(void *context, int socket, const struct sockaddr *address, socklen_t length);

int acceptor_create(struct acceptor **out, connection_taker *take, void *context, struct error *error);
void acceptor_destroy(struct acceptor *acceptor); /* NULL is fine; no entrance may be left */

/* Takes over a listening socket, even when it fails. */
int acceptor_open(struct acceptor *acceptor, struct entrance **out, int socket, void *owner,
                  struct error *error);
/* Nobody is let in any more, and who is in is cut off. */
void acceptor_close(struct acceptor *acceptor, struct entrance *entrance);
/* Waits until all who came in there have left; the entrance is gone. */
void acceptor_await_end(struct acceptor *acceptor, struct entrance *entrance);

/* The one of a socket that was taken. */
struct connection *acceptor_connection(struct acceptor *acceptor, int socket);
void acceptor_connection_end(struct acceptor *acceptor, struct connection *connection);
/* What is awaited of it is to come within HTTP_PATIENCE. */
void connection_expect(struct connection *connection);

#endif

/* Inside the transport. */
#ifndef EOSIOFS_CORE_NETWORK_P2P_TCP_PRIVATE_H
#define EOSIOFS_CORE_NETWORK_P2P_TCP_PRIVATE_H

#include "core/base/system/lookup.h"
#include "core/network/p2p/p2p_private.h"
#include "core/network/p2p/tcp.h"

#include <pthread.h>

enum { ADDRESS_SIZE = 300, PORT_SIZE = 8 };

struct sockaddr_in;

/* What an epoll event belongs to. */
enum socket_kind { SOCKET_WAKE, SOCKET_LISTENER, SOCKET_CONNECTION };
struct socket {
	enum socket_kind kind;
	int descriptor;
	struct p2p_endpoint *endpoint;
	/* of a connection: */
	struct socket *next;
	struct p2p_connection *connection; /* NULL while it is being made */
	struct peer *peer;                 /* NULL: it was accepted */
	bool wants_to_write;
};

/* A configured address. */
struct peer {
	struct peer *next;
	struct p2p_endpoint *endpoint;
	char address[P2P_PEER_SIZE];
	bool is_sought;   /* its name is being looked up */
	bool connected;   /* or being so */
	bool never;       /* it said or was told why not */
	unsigned closes;  /* in a row, without a whole message between */
	bool wrong_version;
	int64_t not_before;
};

/* What other threads want to have told to the peers. */
struct letter {
	struct letter *next;
	bool is_block;
	struct checksum256 id;
	struct bytes packed; /* of a transaction */
};

struct p2p_endpoint {
	struct p2p_tcp *tcp;
	struct p2p_endpoint *next;
	struct p2p *p2p;
	char address[ADDRESS_SIZE]; /* listened at */
	struct socket listener;
	struct socket *sockets; /* owned */
	struct peer *peers;     /* owned */
	void (*tell)(void *context, const struct p2p_standing *standing);
	struct p2p_standing told;
	int64_t check_at;       /* the next look at who is missing */
	bool closing, closed;
	pthread_mutex_t mail_lock;
	struct letter *mail, **mail_end; /* owned; oldest first */
};

struct p2p_tcp {
	pthread_t thread;
	struct lookups *lookups; /* owned; its lock: all below and all endpoints; held by the thread while
	                          * it works */
	pthread_cond_t changed;  /* an endpoint was let go */
	int epoll;
	struct socket wake;
	struct p2p_endpoint *endpoints;
	_Atomic bool stop;
};

/* --- tcp.c --- */
int tcp_watch(struct p2p_tcp *tcp, struct socket *socket, uint32_t events);
void tcp_wake(struct p2p_tcp *tcp);
int64_t tcp_now(void);

/* --- endpoint.c: all with the lock held --- */
void endpoint_accept(struct p2p_endpoint *endpoint);
void endpoint_event(struct socket *socket, uint32_t events);
void endpoint_flush(struct p2p_endpoint *endpoint); /* writes what can be written, closes what has ended */
void endpoint_mail(struct p2p_endpoint *endpoint);
void endpoint_tell(struct p2p_endpoint *endpoint); /* who is connected, when that has changed */
int64_t endpoint_timers(struct p2p_endpoint *endpoint, int64_t now); /* when to come again */
void endpoint_close_all(struct p2p_endpoint *endpoint);

/* --- address.c --- */
/* "host:port" and what may stand behind a second colon: -EINVAL. */
int address_split(char host[ADDRESS_SIZE], char port[PORT_SIZE], const char *address, struct error *error);
/* Whether there is nothing to look up. */
bool address_is_number(struct sockaddr_in *out, const char *address);
/* What was found for the name of `address`. -EHOSTUNREACH: nothing. */
int address_found(struct sockaddr_in *out, const struct lookup_found *found, const char *address,
                  struct error *error);
/* The same, waiting for it. -EINVAL too. */
int address_resolve(struct sockaddr_in *out, const char *address, struct error *error);
void address_print(char out[ADDRESS_SIZE], const struct sockaddr_in *address);

#endif

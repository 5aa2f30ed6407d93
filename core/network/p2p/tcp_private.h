/* Inside the transport. */
#ifndef EOSIOFS_CORE_NETWORK_P2P_TCP_PRIVATE_H
#define EOSIOFS_CORE_NETWORK_P2P_TCP_PRIVATE_H

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
	char address[P2P_PEER_SIZE];
	struct lookup *lookup; /* of its name, while there is one */
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
	size_t lookups;         /* of theirs */
	void (*tell)(void *context, const struct p2p_standing *standing);
	struct p2p_standing told;
	int64_t check_at;       /* the next look at who is missing */
	bool closing, closed;
	pthread_mutex_t mail_lock;
	struct letter *mail, **mail_end; /* owned; oldest first */
};

struct resolver {
	_Atomic size_t references, running;
	int wake; /* an eventfd of its own */
	int (*resolve)(struct sockaddr_in *out, const char *host, const char *port); /* as address_resolve() */
};

struct p2p_tcp {
	pthread_t thread;
	pthread_mutex_t lock; /* all below and all endpoints; held by the thread while it works */
	pthread_cond_t changed; /* an endpoint was let go */
	int epoll;
	struct socket wake;
	struct resolver *resolver;
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

/* --- resolve.c --- */
/* wake: the eventfd that is told of each name that was looked up. -errno. */
int resolver_create(struct resolver **out, int wake);
void resolver_release(struct resolver *resolver); /* NULL is fine, as below */
/* -EINVAL; -EAGAIN: too many are under way. Never waits. */
int lookup_begin(struct lookup **out, struct resolver *resolver, const char *address, struct error *error);
/* -EINPROGRESS: not yet. Otherwise it is released, and the result as that of resolver_ask(). */
int lookup_end(struct lookup **lookup, struct sockaddr_in *out, struct error *error);
void lookup_release(struct lookup *lookup); /* whether it has ended or not */
/* By the caller's thread, which may take its time: without the lock. -EINVAL; -EHOSTUNREACH: it does not
 * resolve. */
int resolver_ask(const struct resolver *resolver, struct sockaddr_in *out, const char *address,
                 struct error *error);

/* --- address.c --- */
/* "host:port" and what may stand behind a second colon: -EINVAL. */
int address_split(char host[ADDRESS_SIZE], char port[PORT_SIZE], const char *address, struct error *error);
/* Asks the system, which may take its time; 0, or as getaddrinfo(). */
int address_resolve(struct sockaddr_in *out, const char *host, const char *port);
/* Whether there is nothing to look up. */
bool address_is_number(struct sockaddr_in *out, const char *address);
void address_print(char out[ADDRESS_SIZE], const struct sockaddr_in *address);

#endif

/* A node of ours as peers of other processes see it: the protocol's host, over a node of the network. */
#ifndef EOSIOFS_CORE_NETWORK_P2P_PEER_H
#define EOSIOFS_CORE_NETWORK_P2P_PEER_H

#include "core/network/network.h"
#include "core/network/p2p/tcp.h"

#include <pthread.h>

struct peer_node; /* a node that speaks to peers */

struct peer_options {
	struct node *node;     /* borrowed */
	const struct ledger *ledger; /* borrowed: the network's */
	pthread_mutex_t *lock; /* borrowed: taken whenever the network is used */
	/* A block that is irreversible and not in the ledger any more, with the lock held: its packed bytes are
	 * appended to *packed unless that is NULL; false: there is none of that number. */
	bool (*old_block)(void *context, struct checksum256 *id, struct bytes *packed, uint32_t number);
	/* A transaction came; the lock is held. true: it was applied, and goes on to the other peers. */
	bool (*transaction)(void *context, const struct packed_transaction *packed);
	/* Blocks were taken in: there is something new to store and to show. The lock is held. May be NULL. */
	void (*changed)(void *context);
	void *context;
	struct p2p_endpoint_options endpoint; /* its host is filled in here */
};

/* Opens the node's endpoint. As p2p_endpoint_open(). */
int peer_node_open(struct peer_node **out, struct p2p_tcp *tcp, const struct peer_options *options,
                   struct error *error);
/* Not with the lock held. NULL is fine. */
void peer_node_close(struct peer_node *peer);
struct p2p_endpoint *peer_node_endpoint(struct peer_node *peer); /* borrowed */

#endif

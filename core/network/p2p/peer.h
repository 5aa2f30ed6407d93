/* A node of ours as peers of other processes see it: the protocol's host, over a node of the network. */
#ifndef EOSIOFS_CORE_NETWORK_P2P_PEER_H
#define EOSIOFS_CORE_NETWORK_P2P_PEER_H

#include "core/network/network.h"
#include "core/network/p2p/tcp.h"

#include <pthread.h>

struct peer_node; /* a node that speaks to peers */

struct peer_options {
	struct node *node;     /* borrowed */
	struct network *network; /* borrowed: of that node */
	const struct ledger *ledger; /* borrowed: the network's */
	pthread_mutex_t *lock; /* borrowed: taken whenever the network is used */
	/* What time it is, as network_tell_time() wants it. NULL: somebody else tells. */
	int64_t (*now)(void *context);
	/* Of blocks that are irreversible and that nobody holds any more: the id of one by its number, and its
	 * packed bytes, which are appended, by its id; false: there is none such. The lock is not held. */
	bool (*old_id)(void *context, struct checksum256 *id, uint32_t number);
	bool (*old_block)(void *context, struct bytes *packed, const struct checksum256 *id);
	/* A block came; as node_receive_block(). The lock is held, and may be given up meanwhile. */
	int (*receive)(void *context, const struct signed_block *block, bool *dropped, struct error *error);
	/* A transaction came, and may be emptied; the lock is not held. */
	void (*transaction)(void *context, struct packed_transaction *packed);
	/* Who is connected, and how far they are; the lock is held. May be NULL. */
	void (*standing)(void *context, const struct p2p_standing *standing);
	void *context;
	struct p2p_endpoint_options endpoint; /* its host and `standing` are filled in here */
};

/* Opens the node's endpoint. As p2p_endpoint_open(). */
int peer_node_open(struct peer_node **out, struct p2p_tcp *tcp, const struct peer_options *options,
                   struct error *error);
/* Not with the lock held. NULL is fine. */
void peer_node_close(struct peer_node *peer);
struct p2p_endpoint *peer_node_endpoint(struct peer_node *peer); /* borrowed */

#endif

/* Networks of two processes, as far as they can tell: each with a ledger of its own and an endpoint. */
#ifndef EOSIOFS_TESTS_PEER_RIG_H
#define EOSIOFS_TESTS_PEER_RIG_H

#include "tests/network_rig.h"

#include "core/network/p2p/peer.h"

/* A network with peers. All its blocks are kept, as a log of blocks does. */
struct side {
	struct mesh mesh;
	struct peer_node *peer;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	uint32_t awaited; /* nobody needs to wake before the head has this number */
	struct checksum256 *ids; /* by number */
	struct bytes *packed;
	size_t blocks, ids_capacity, packed_capacity;
	unsigned transactions;
};

void side_begin(struct side *side);
void side_open(struct side *side, struct p2p_tcp *tcp, const char *listen, const char *peer);
void side_end(struct side *side);
/* The hook that takes a block from the other side. */
int side_receive(void *context, const struct signed_block *block, bool *dropped, struct error *error);
/* Both clocks go on; only the first side produces. */
void side_slots(struct side sides[2], size_t count);
void side_wait(struct side *side, uint32_t number);

#endif

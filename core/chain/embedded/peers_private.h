/* What peers.c and peers_options.c share. */
#ifndef EOSIOFS_CORE_CHAIN_EMBEDDED_PEERS_PRIVATE_H
#define EOSIOFS_CORE_CHAIN_EMBEDDED_PEERS_PRIVATE_H

#include "core/base/system/lookup.h"
#include "core/chain/embedded/embedded_private.h"
#include "core/chain/embedded/peers.h"
#include "core/network/p2p/peer.h"

/* Time ends what stands ahead. */
enum refusal { REFUSED_NOT, REFUSED_MOVING, REFUSED_APART, REFUSED_AHEAD, REFUSED_UNSERVED };

/* A node's place among other processes. */
struct outside {
	struct outside *next;
	struct embedded_chain *chain;
	uint64_t name;
	struct node *node; /* borrowed: it outlives this */
	struct text wanted; /* what it was opened with: another one, and it is opened anew */
	char *listen, *address, *agent; /* owned; listen NULL: it only connects; agent NULL: nodeos's */
	bool is_sought;                 /* the name in `listen` is being looked up */
	char **peers;       /* owned, each too */
	size_t peers_count, peers_capacity;
	struct checksum256 node_id;
	struct public_key *keys;    /* owned: that may connect */
	struct private_key own_key; /* signs handshakes; zeros: nothing does */
	bool ignores_transactions;
	struct peer_node *peer; /* NULL: it is not open, and why: */
	char trouble[ERROR_SENTENCE_SIZE];
	enum refusal refusal;
	struct p2p_standing standing; /* under `lock`, as the list */
};

struct peers {
	struct embedded_chain *chain;
	enum embedded_p2p wanted;
	struct lookups *lookups;  /* owned; of names to listen at; its lock: held, outermost */
	unsigned pauses;          /* under it */
	/* Up to there no block is one that others would refuse; what the one there has that they would: */
	uint32_t looked_at;
	const char *unserved;
	struct p2p_tcp *tcp;      /* NULL: nobody needed it yet */
	struct outside *list;     /* owned; changed with both locks held */
};

/* --- peers_options.c --- */
/* As the node's configuration has it; what the options point to is the endpoint's. -EINVAL. */
int outside_configure(struct outside *outside, struct p2p_options *out, struct error *error);

#endif

/* Peers of other processes: the endpoints of an embedded chain's nodes. Private to core/chain/embedded. */
#ifndef EOSIOFS_CORE_CHAIN_EMBEDDED_PEERS_H
#define EOSIOFS_CORE_CHAIN_EMBEDDED_PEERS_H

#include "core/chain/embedded/embedded.h"

struct block_state;
struct bytes;
struct checksum256;
struct chain_node;
struct embedded_chain;
struct node;
struct peers;

struct peers *peers_create(struct embedded_chain *chain, enum embedded_p2p wanted);
/* NULL is fine. Neither lock is held, and nobody else uses the chain. */
void peers_destroy(struct peers *peers);

/* Whoever changes nodes or the clock holds this, outside `lock`, until he has settled: no node goes while its
 * endpoint is there. */
void peers_hold(struct peers *peers);
/* Opens and closes endpoints so that they are those of the nodes that run, as these are configured; what
 * cannot be opened is said in the node's log and, if that is not NULL, in *notices. Held, without `lock`. */
void peers_settle(struct peers *peers, struct text *notices);
/* Closes a node's endpoint before it says that it ends. Held, without `lock`. */
void peers_close(struct peers *peers, uint64_t node);
void peers_let_go(struct peers *peers);

/* While the clock is moved nobody is connected. -EBUSY: somebody is. Without `lock`, not held. */
int peers_pause(struct peers *peers, const char *what, struct error *error);
void peers_resume(struct peers *peers);

/* A node's connections to them. Without `lock`, not held. */
void peers_connections(struct peers *peers, uint64_t node, peer_connection_visitor *visitor, void *context);

/* Under `lock`: */
/* A signed block is stored: whoever is connected to a node that has it hears of it. NULL is fine, as in the
 * next one. */
void peers_tell_block(struct peers *peers, const struct checksum256 *id);
/* A node acknowledged a transaction. */
void peers_tell_transaction(struct peers *peers, const struct node *node, const struct bytes *packed);
/* Whether time has ended what spoke against opening them: somebody is to settle. */
bool peers_can_open(const struct peers *peers);
/* What they add to what there is to know of a node. */
void peers_describe(const struct peers *peers, struct chain_node *out);
/* -EBUSY: some are connected, and what is to be done would part the chain from theirs: "the clock stays". */
int peers_forbid(const struct peers *peers, const char *what, struct error *error);
/* The same as soon as some may connect. */
int peers_forbid_open(const struct peers *peers, const char *what, struct error *error);

/* --- unserved.c --- */
/* What of a chain's blocks, from *number to `head`, no other node would accept: *number says in which; NULL:
 * nothing, and *number is beyond the head. Takes locks. */
const char *unserved_find(struct embedded_chain *chain, struct block_state *head, uint32_t *number);

#endif

/* A chain behind the HTTP API of a node: the same struct chain over another process. */
#ifndef EOSIOFS_CORE_CHAIN_NODEOS_NODEOS_H
#define EOSIOFS_CORE_CHAIN_NODEOS_NODEOS_H

#include "core/chain/chain.h"

/* When a write returns: the node has taken the transaction, it is in a block that reads see, or that block is
 * irreversible. */
enum nodeos_wait { NODEOS_WAIT_ACCEPTED, NODEOS_WAIT_BLOCK, NODEOS_WAIT_IRREVERSIBLE };

struct nodeos_options {
	const char *url;         /* borrowed for the call, as the next */
	const char *authorities; /* PEM file: whose certificates https trusts; NULL: as the system does */
	enum nodeos_wait wait;
};
/* Asks the node once who it is: -EHOSTUNREACH and the like when it does not say. */
int nodeos_chain_create(struct chain **out, const struct nodeos_options *options, struct error *error);

#endif

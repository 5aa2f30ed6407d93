/* A chain whose nodes are processes of nodeos, or of a program that takes its options: each has a folder, a
 * configuration and a keeper; the chain is what node eosio answers over HTTP. */
#ifndef EOSIOFS_CORE_CHAIN_PROCESSES_PROCESSES_H
#define EOSIOFS_CORE_CHAIN_PROCESSES_PROCESSES_H

#include "core/chain/nodeos/nodeos.h"

struct processes;

struct processes_options {
	/* all borrowed, for as long as the chain is there: */
	const char *program; /* the path of what the nodes run */
	const char *self;    /* this program: it keeps them */
	const char *folder;  /* where their folders lie */
	struct wallet *wallet;
	const struct signer *signer;
	/* Before a node's process starts: appends the URL where it asks for signatures, which are made with
	 * processes_key(). */
	int (*serve_keys)(void *context, struct text *url, struct processes *processes, uint64_t node,
	                  struct error *error);
	void (*end_keys)(void *context); /* nobody is answered any more when it returns */
	void *context;
	/* for the call: */
	const struct genesis *genesis;         /* of a new chain; NULL: genesis_default() */
	const struct private_key *genesis_key; /* NULL: GENESIS_PRIVATE_KEY when the genesis has that key */
	enum nodeos_wait wait;
};

/* Starts node eosio and all that ran before. Fails as starting eosio does; -EINVAL: the folder's chain has
 * another genesis. Its end ends all processes. */
int processes_chain_create(struct chain **out, const struct processes_options *options, struct error *error);
/* A key that a running node's configuration names, and no other; any thread. */
bool processes_key(void *processes, uint64_t node, const struct public_key *key, struct private_key *out);

#endif

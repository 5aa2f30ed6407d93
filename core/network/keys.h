/* The nodes' own keys: what stood in a config.ini or on a command line. They leave only to sign, and to be
 * stored. */
#ifndef EOSIOFS_CORE_NETWORK_KEYS_H
#define EOSIOFS_CORE_NETWORK_KEYS_H

#include "core/base/key.h"

#include <stdbool.h>
#include <stddef.h>

struct node_keys {
	const struct signer *signer; /* borrowed */
	struct node_key {
		struct public_key public;
		struct private_key private;
	} *keys; /* owned; in the order they came */
	size_t count, capacity;
};

void node_keys_release(struct node_keys *keys); /* wiped */
/* Takes a key in, once. public may be NULL. */
int node_keys_add(struct node_keys *keys, struct public_key *public, const struct private_key *key,
                  struct error *error);
/* out may be NULL; the caller wipes it. */
bool node_keys_find(const struct node_keys *keys, const struct public_key *public, struct private_key *out);

#endif

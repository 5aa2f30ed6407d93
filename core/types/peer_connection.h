/* What nodes of the network know of each other. */
#ifndef EOSIOFS_CORE_TYPES_PEER_CONNECTION_H
#define EOSIOFS_CORE_TYPES_PEER_CONNECTION_H

#include "core/base/crypto/hash.h"

#include <stdbool.h>
#include <stdint.h>

/* How far a node is. */
struct peer_heads {
	uint32_t irreversible_num, head_num;
	struct checksum256 irreversible_id, head_id;
};

/* A node's connection to a peer, as the net API shows it; network_version 0: there is none yet. */
enum { PEER_SIZE = 320 };
struct peer_connection {
	char peer[PEER_SIZE];
	bool connecting, syncing;
	/* of the peer's last handshake: */
	uint16_t network_version;
	struct checksum256 node_id;
	int64_t time_ns; /* since 1970 */
	char p2p_address[PEER_SIZE];
	struct peer_heads heads;
	unsigned generation;
};
typedef void peer_connection_visitor(void *context, const struct peer_connection *connection);

#endif

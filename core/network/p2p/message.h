/* The messages of nodeos's peer-to-peer protocol, and the frames they travel in (p2p.md 1). */
#ifndef EOSIOFS_CORE_NETWORK_P2P_MESSAGE_H
#define EOSIOFS_CORE_NETWORK_P2P_MESSAGE_H

#include "core/types/block.h"
#include "core/types/peer_connection.h"

enum p2p_message_type {
	P2P_HANDSHAKE,
	P2P_CHAIN_SIZE,
	P2P_GO_AWAY,
	P2P_TIME,
	P2P_NOTICE,
	P2P_REQUEST,
	P2P_SYNC_REQUEST,
	P2P_BLOCK,
	P2P_TRANSACTION,
	P2P_MESSAGE_TYPES
};

enum {
	P2P_FRAME_HEAD = 4,             /* bytes of a frame's length */
	P2P_FRAME_MAXIMUM = 8388608,    /* bytes of its payload */
	P2P_TEXT_MAXIMUM = 384,         /* bytes of a handshake's text that are valid */
	P2P_VERSION_BASE = 1205,        /* network_version is this and the protocol version */
	P2P_VERSION_RANGE = 106,
	P2P_VERSION = 7,                /* what leap speaks */
};

/* Why a connection should end (p2p.md 1.4). */
enum p2p_go_away_reason {
	P2P_NO_REASON,
	P2P_SELF,
	P2P_DUPLICATE,
	P2P_WRONG_CHAIN,
	P2P_WRONG_VERSION,
	P2P_FORKED,
	P2P_UNLINKABLE,
	P2P_BAD_TRANSACTION,
	P2P_VALIDATION,
	P2P_BENIGN_OTHER,
	P2P_FATAL_OTHER,
	P2P_AUTHENTICATION
};
const char *p2p_go_away_text(uint32_t reason); /* as logs show it */

/* What a select_ids is about. */
enum p2p_mode { P2P_NONE, P2P_CATCH_UP, P2P_LAST_IRREVERSIBLE, P2P_NORMAL };

/* A text as it came; what is longer than valid is counted and not kept. */
struct p2p_text {
	size_t length;
	char text[P2P_TEXT_MAXIMUM + 1];
};

struct p2p_handshake {
	uint16_t network_version;
	struct checksum256 chain_id, node_id;
	struct public_key key; /* zeros: none */
	int64_t time;          /* nanoseconds since 1970 */
	struct checksum256 token;
	struct signature signature; /* of the token, by the key; zeros: none */
	struct p2p_text address;
	struct peer_heads heads;
	struct p2p_text os, agent;
	int16_t generation;
};

struct p2p_go_away {
	uint32_t reason;
	struct checksum256 node_id;
};

/* Nanoseconds since 1970, as NTP names them. */
struct p2p_time {
	int64_t origin, receive, transmit, destination;
};

struct p2p_select_ids {
	uint32_t mode, pending;
	struct checksum256 *ids; /* owned */
	size_t ids_count;
};

/* Of a notice (what is known) or a request (what is wanted). */
struct p2p_selection {
	struct p2p_select_ids transactions, blocks;
};

struct p2p_sync_request {
	uint32_t start, end; /* both inclusive; 0, 0: stop */
};

struct p2p_message {
	enum p2p_message_type type;
	union {
		struct p2p_handshake handshake;
		struct peer_heads chain_size;
		struct p2p_go_away go_away;
		struct p2p_time time;
		struct p2p_selection selection; /* P2P_NOTICE, P2P_REQUEST */
		struct p2p_sync_request sync_request;
		struct signed_block block;
		struct packed_transaction transaction;
	};
};
void p2p_message_release(struct p2p_message *message);

/* Appends the whole frame: length, index, value. */
void p2p_message_pack(struct bytes *out, const struct p2p_message *message);
/* The same for a block that is packed already. */
void p2p_block_pack(struct bytes *out, const void *packed, size_t length);
/* Reads index and value; what stands behind them is left in *in, as nodeos does. -EINVAL with a sentence:
 * unknown index, not enough bytes, a value that does not unpack. */
int p2p_message_unpack(struct p2p_message *out, struct cursor *in, struct error *error);
/* The payload length that a frame begins with. false: 0 or above P2P_FRAME_MAXIMUM, the connection ends. */
bool p2p_frame_length(uint32_t *out, const uint8_t head[P2P_FRAME_HEAD]);

/* H(time), what a signed handshake's token is. */
struct checksum256 p2p_handshake_token(int64_t time);
/* 1212 is 7; what is outside the known range is 0. */
unsigned p2p_protocol_version(uint16_t network_version);

#endif

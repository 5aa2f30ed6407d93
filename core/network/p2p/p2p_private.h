/* Inside the protocol: what its files share. */
#ifndef EOSIOFS_CORE_NETWORK_P2P_P2P_PRIVATE_H
#define EOSIOFS_CORE_NETWORK_P2P_P2P_PRIVATE_H

#include "core/network/p2p/id_set.h"
#include "core/network/p2p/p2p.h"

enum {
	P2P_PEER_SIZE = 256,
	QUEUE_READ_MAXIMUM = 40 << 20,  /* bytes that wait to be written: more ends the connection, asked when */
	QUEUE_WRITE_MAXIMUM = 80 << 20, /* it reads and when it queues */
	REJECTIONS_MAXIMUM = 14,
	TRANSACTION_IDS_MAXIMUM = 1 << 20,
	GENERATION_MAXIMUM = 32767,
};
#define MILLISECONDS(n) ((int64_t)(n) * 1000000)

enum connection_type { CONNECTION_BOTH, CONNECTION_TRANSACTIONS, CONNECTION_BLOCKS };

struct p2p_connection {
	struct p2p *p2p;
	struct p2p_connection *next;
	uint64_t number;
	bool outbound;
	char peer[P2P_PEER_SIZE];   /* the configured address; "" when it was accepted */
	char remote[P2P_PEER_SIZE]; /* ip:port */
	char name[P2P_TEXT_MAXIMUM + 1]; /* what logs call it */
	enum connection_type type;
	bool connecting, syncing; /* p2p.md 1.3 */
	bool welcome; /* its first handshake was that of a node of our chain, which may connect */
	bool ended;
	uint32_t go_away_reason; /* received, or sent where we are the ones who opened it */
	bool timed_out;

	struct bytes input;   /* what is no whole frame yet */
	struct bytes current; /* being written */
	size_t written;       /* of current */
	struct bytes queue;   /* waits until current is written and no range is served */
	uint32_t serve_next, serve_end; /* a range of blocks that the peer asked for; next > end: none */

	bool handshake_seen;
	struct p2p_handshake handshake; /* the last that came */
	uint32_t peer_irreversible;     /* what the peer said last */
	unsigned version;      /* of the protocol; from the first handshake */
	unsigned own_version;  /* what we claim */
	int16_t generation;    /* of our last handshake; 0: none sent */
	struct checksum256 told_head; /* in our last handshake */

	int64_t heard;       /* when the last whole message came; 0: none did */
	int64_t block_seen;  /* when a block last went either way */
	int64_t ping_sent;   /* transmit time of our ping that is not answered; 0: none */
	int64_t last_transmit; /* of the peer's last time message */

	struct id_set blocks, transactions; /* that the peer has */
	bool catching_up; /* towards this block of the peer's (p2p.md 3.2) */
	uint32_t catch_up_num;
	struct checksum256 catch_up_id;
	unsigned rejections;
	int64_t rejected; /* when the last one was counted */
};

enum sync_state { SYNC_IN_SYNC, SYNC_LIB_CATCHUP, SYNC_HEAD_CATCHUP };

struct p2p {
	struct p2p_options options;
	struct p2p_host host;
	struct p2p_connection *connections; /* owned; in the order of opening */
	uint64_t connections_made;
	int64_t now;
	int64_t next_keepalive, next_forgetting; /* 0: not begun */

	enum sync_state sync;
	uint32_t sync_target;    /* the highest irreversible block that a peer told of */
	uint32_t sync_requested; /* last block asked for; 0: nothing is */
	uint32_t sync_expected;  /* next block to come */
	struct p2p_connection *sync_source;
	int64_t sync_deadline;
	struct id_set transactions; /* seen, from whomever */
};

static inline bool connection_is_current(const struct p2p_connection *connection)
{
	return !connection->ended && !connection->connecting && !connection->syncing;
}

/* --- p2p.c --- */
/* Queues a frame. */
void connection_send(struct p2p_connection *connection, const struct p2p_message *message);
void connection_send_block(struct p2p_connection *connection, const struct checksum256 *id);
void connection_go_away(struct p2p_connection *connection, enum p2p_go_away_reason reason);
/* To be called when there is something new to write. */
void connection_queued(struct p2p_connection *connection);
void connection_drop_queue(struct p2p_connection *connection);
/* Ends it from our side. */
void connection_end(struct p2p_connection *connection);

/* --- log.c --- */
/* Its rows, of which the five LOG_COMPARE_ are those of p2p.md 2.3. */
enum log_line {
	LOG_CREATED,
	LOG_ACCEPTED,
	LOG_CLOSE,
	LOG_PEER_CLOSED,
	LOG_CLOSING,
	LOG_TIMED_OUT,
	LOG_OFFSET,
	LOG_GO_AWAY,
	LOG_HANDSHAKE_SENT,
	LOG_VERSION_SAME,
	LOG_VERSION_DIFFERENT,
	LOG_COMPARE_0,
	LOG_COMPARE_1,
	LOG_COMPARE_2,
	LOG_COMPARE_3,
	LOG_COMPARE_4,
	LOG_SKEWED,
	LOG_WRONG_CHAIN,
	LOG_SELF,
	LOG_FORKED,
	LOG_LIB_ABOVE_HEAD,
	LOG_EMPTY_TEXT,
	LOG_BAD_TOKEN,
	LOG_BAD_HANDSHAKE,
	LOG_UNAUTHORIZED,
	LOG_NOT_AUTHENTICATED,
	LOG_LENGTH,
	LOG_EXCEPTION,
	LOG_NOTICE_IDS,
	LOG_REQUEST_IDS,
	LOG_REQUEST_TRANSACTIONS,
	LOG_STATE,
	LOG_START_SYNC,
	LOG_RANGE,
	LOG_IGNORING,
	LOG_NOTICE,
	LOG_CATCH_UP,
	LOG_NONE_NOTICE,
	LOG_NO_SOURCE,
	LOG_REASSIGN,
	LOG_BRANCH,
	LOG_UNKNOWN_BRANCH,
	LOG_CANNOT_SERVE,
	LOG_UNKNOWN_BLOCK,
	LOG_BELOW_LIB,
	LOG_BAD_BLOCK,
	LOG_REJECTIONS,
	LOG_REFUSED,
	LOG_UNRESOLVED,
	LOG_CLIENTS
};
/* With the connection's name before it. */
void connection_log(const struct p2p_connection *connection, enum log_line line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void p2p_log(const struct p2p *p2p, enum log_line line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Hex digits 8 to 23 of an id, as logs show it. */
void log_id(char out[17], const struct checksum256 *id);

/* --- handshake.c --- */
void handshake_send(struct p2p_connection *connection);
void handshake_send_to_all(struct p2p *p2p); /* to all current peers */
void handshake_receive(struct p2p_connection *connection, const struct p2p_handshake *handshake);
/* The type that stands behind a second colon. */
enum connection_type connection_type_of(const char *address);

/* --- time.c --- */
void time_receive(struct p2p_connection *connection, const struct p2p_time *time);
void keepalive(struct p2p_connection *connection);

/* --- sync.c --- */
/* Towards a block of the peer's (3.2). */
void sync_head(struct p2p_connection *connection, uint32_t number, const struct checksum256 *id);
void sync_receive_notice(struct p2p_connection *connection, const struct p2p_selection *notice);
/* A block of that number was processed; accepted or known. */
void sync_block_processed(struct p2p_connection *connection, uint32_t number, const struct checksum256 *id);
void sync_block_rejected(struct p2p_connection *connection);
void sync_connection_closed(struct p2p_connection *connection);
void sync_expire(struct p2p *p2p);

/* --- serve.c: what peers ask for --- */
void serve_sync_request(struct p2p_connection *connection, const struct p2p_sync_request *request);
void serve_request(struct p2p_connection *connection, const struct p2p_selection *request);
/* The next block of the range into `current`, which is empty; false: no range is served any more. */
bool serve_next_block(struct p2p_connection *connection);

/* --- relay.c --- */
void relay_receive_block(struct p2p_connection *connection, struct signed_block *block);
void relay_receive_transaction(struct p2p_connection *connection, struct packed_transaction *packed);
void relay_forget(struct p2p *p2p);

#endif

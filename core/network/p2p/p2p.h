/* What a node says to nodes of other processes: nodeos's peer-to-peer protocol without its sockets. Bytes go
 * in and come out, time comes from the caller, blocks and transactions go to and come from the host, which
 * is the node. Not thread-safe: one thread at a time (tcp.c's). Sources: p2p.md, logs.md. */
#ifndef EOSIOFS_CORE_NETWORK_P2P_P2P_H
#define EOSIOFS_CORE_NETWORK_P2P_P2P_H

#include "core/network/p2p/message.h"

struct p2p;
struct p2p_connection;

enum p2p_log_level { P2P_LOG_INFO, P2P_LOG_WARN, P2P_LOG_ERROR };

/* What became of a block that came from a peer. */
enum p2p_verdict {
	P2P_BLOCK_ACCEPTED, /* it is in the fork database, on the best branch or another */
	P2P_BLOCK_DROPPED,  /* the node is producing and wants none now (p2p.md 5.3) */
	P2P_BLOCK_REJECTED  /* with an error: unlinkable, from the future, wrong */
};

/* The node that the protocol speaks for. No call may come back into p2p_*(), save
 * p2p_block_accepted() and p2p_transaction_accepted(). */
struct p2p_host {
	void *context;
	void (*heads)(void *context, struct peer_heads *out);
	/* The block of that number on the best branch; false: there is none. */
	bool (*block_id)(void *context, struct checksum256 *out, uint32_t number);
	/* Is the block in the fork database or irreversible? */
	bool (*knows)(void *context, const struct checksum256 *id);
	/* Appends the packed signed block, of whatever branch; false: it cannot be supplied. */
	bool (*block)(void *context, struct bytes *out, const struct checksum256 *id);
	/* *block may be emptied. On acceptance the host calls p2p_block_accepted() sooner or later. */
	enum p2p_verdict (*receive_block)(void *context, struct signed_block *block, struct error *error);
	/* Whether it is accepted shows in p2p_transaction_accepted() alone. */
	void (*receive_transaction)(void *context, struct packed_transaction *packed);
	/* One line, in nodeos's words: place as "net_plugin.cpp:1158". */
	void (*log)(void *context, enum p2p_log_level level, const char *place, const char *function,
	            const char *text);
};

/* Who may connect (p2p.md 2.5). */
enum p2p_allowed { P2P_ALLOW_NONE = 0, P2P_ALLOW_PRODUCERS = 1, P2P_ALLOW_SPECIFIED = 2, P2P_ALLOW_ANY = 4 };

struct p2p_options {
	struct checksum256 chain_id;
	struct checksum256 node_id;      /* 32 random bytes, new at each start */
	const char *address;             /* borrowed: host:port that peers are told */
	const char *agent;               /* borrowed; NULL: "EOS Test Agent" */
	unsigned clients_maximum;        /* inbound connections; 0: no limit */
	unsigned per_host_maximum;       /* of those, from one address */
	unsigned sync_fetch_span;        /* blocks asked for at a time */
	int64_t keepalive_ns;
	int64_t transaction_memory_s;    /* how long a transaction's id is kept */
	unsigned allowed;                /* enum p2p_allowed, or-ed */
	const struct public_key *peer_keys; /* borrowed: peer-key and the halves of peer-private-key */
	size_t peer_keys_count;
	const struct private_key *own_key;  /* borrowed: signs handshakes; NULL: they are unsigned */
	const struct signer *signer;        /* borrowed; where own_key is given */
};
/* nodeos's defaults for all that are numbers. */
void p2p_options_default(struct p2p_options *options);

struct p2p *p2p_create(const struct p2p_options *options, const struct p2p_host *host);
void p2p_destroy(struct p2p *p2p);

/* --- the host tells --- */
/* A block entered the fork database: made here, received, or come by another way. */
void p2p_block_accepted(struct p2p *p2p, const struct checksum256 *id, int64_t now);
/* A transaction was applied to the block in the making. */
void p2p_transaction_accepted(struct p2p *p2p, const struct packed_transaction *packed, int64_t now);

/* --- the transport tells; now is nanoseconds since 1970 --- */
/* May somebody from that address connect? false: close, saying nothing. */
bool p2p_admits(const struct p2p *p2p, const char *host);
/* A connection that is open now. peer: the configured address ("host:port[:trx|:blk]") for one that we
 * opened, NULL for one that was accepted; remote: "ip:port". Owned by p2p. */
struct p2p_connection *p2p_open(struct p2p *p2p, const char *peer, const char *remote, int64_t now);
/* Bytes came. */
void p2p_input(struct p2p_connection *connection, const void *data, size_t length, int64_t now);
/* What is to be written next: 0 when there is nothing. */
size_t p2p_output(struct p2p_connection *connection, const uint8_t **data);
/* So much of it was written. */
void p2p_written(struct p2p_connection *connection, size_t length, int64_t now);
/* The connection is to be closed by the transport, once it has tried to write what p2p_output() still gives;
 * then it calls p2p_close(). */
bool p2p_is_ended(const struct p2p_connection *connection);
/* by_peer: the other side closed it. Frees the connection. */
void p2p_close(struct p2p_connection *connection, bool by_peer, int64_t now);
/* Timers: keepalive, the wait for a sync's next block, forgetting. When to call again: *next. */
void p2p_tick(struct p2p *p2p, int64_t *next, int64_t now);

struct p2p_standing {
	unsigned connected; /* peers that have shown themselves to be of this chain, and may connect */
	unsigned current;   /* of these those that hear of transactions: not while they are far behind */
	uint32_t target;    /* the block up to which we are catching up; 0: we are not */
};
void p2p_standing(const struct p2p *p2p, struct p2p_standing *out);

/* --- what there is to know of a connection, for peers and /v1/net --- */
struct p2p_status {
	const char *peer, *remote; /* borrowed; peer "" when it was accepted */
	bool connecting, syncing;
	const struct p2p_handshake *handshake; /* the last received; borrowed; NULL: there is none yet */
	uint64_t number;
	uint32_t go_away_reason; /* why it ended, as the peer or we said */
	bool heard;              /* a complete message came */
	bool timed_out;          /* our heartbeat ended it */
};
void p2p_connection_status(const struct p2p_connection *connection, struct p2p_status *out);

#endif

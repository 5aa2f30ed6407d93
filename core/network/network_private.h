/* What the network's files share. Nobody else includes this. */
#ifndef EOSIOFS_CORE_NETWORK_NETWORK_PRIVATE_H
#define EOSIOFS_CORE_NETWORK_NETWORK_PRIVATE_H

#include "core/base/growing_text.h"
#include "core/network/configuration.h"
#include "core/network/network.h"
#include "core/types/time.h"

enum { IRREVERSIBLE_KNOWN = 4096 /* blocks */ };
enum { SLOT_US = SLOT_INTERVAL_MS * 1000, TURN = 12 /* slots in a row */ };

/* A transaction that a node has acknowledged, until a block that holds it is irreversible. */
struct waiting_transaction {
	struct checksum256 id;
	struct waiting_transaction *next; /* in its bucket */
	uint64_t serial;                  /* how many came before it */
	size_t place;                     /* in the list */
	struct bytes packed;              /* owned */
	bool without_keys;
	uint32_t expiration; /* seconds */
	uint64_t node;       /* that acknowledged it */
	bool is_foreign;     /* nobody here waits for it */
	struct node *maker;  /* whose block in the making holds it; NULL: nobody's */
	struct place {
		struct checksum256 id;
		uint32_t number;
	} *places; /* owned: sealed blocks that hold it, one a branch */
	size_t places_count, places_capacity;
	uint32_t thrown_out_of, replaced_by; /* block numbers, of the last switch that did so; 0: none */
	uint64_t *holders; /* owned: a bit a node, by its index: which have it in their queues */
	size_t words;      /* of holders */
};

struct transactions {
	struct waiting_transaction **buckets; /* owned */
	struct waiting_transaction **list;    /* owned, each too; in the order they came; NULL: gone */
	size_t buckets_count, list_count, list_capacity, count, bytes;
	uint64_t came; /* how many ever */
	struct checksum256 irreversible; /* the block for which it was looked last */
};

/* One end of a connection between two running nodes. */
struct link {
	struct node *peer;
	unsigned connection; /* its number at this end */
	unsigned generation; /* of the handshake sent last */
	bool outbound;
};

struct watermark {
	uint64_t producer;
	uint32_t number, slot;
};

struct node {
	struct network *network;
	uint64_t name;
	size_t index; /* its bit; of no other node as long as it lives */
	unsigned number; /* of its ports */
	struct configuration file, arguments, active; /* active: what it runs with */
	struct greylist greylist;                     /* owned; until it is started anew */
	char *http_address, *p2p_address; /* owned */
	struct branch *branch;
	struct growing_text *log;
	struct checksum256 id;     /* of the process */
	unsigned starts, connections;
	bool is_running;
	bool production_enabled;   /* -e, or a fresh block was seen */
	bool is_paused;            /* by its producers' API */
	bool is_outward;           /* nodes of other processes are connected to it */
	bool is_speculating;       /* its block in the making is never sealed */
	bool was_producing;
	bool queue_changed;        /* what waits may have to be executed in its next block */
	struct watermark *watermarks; /* owned: of its own producers */
	size_t watermarks_count, watermarks_capacity;
	struct link *links; /* owned */
	size_t links_count, links_capacity;
	unsigned component, visit;
	uint32_t refused_slot; /* of which it was told that it cannot produce it */
	unsigned evaluated; /* network->evaluations when next_slot was; and what it was for: */
	uint32_t evaluated_version;
	bool evaluated_enabled;
	bool is_scheduled; /* it signs for some producer of that schedule, if it has the key */
	uint32_t next_slot; /* that it will produce, as last evaluated; 0: none */
	struct block_state **forks; /* owned, held: known blocks beside its branch */
	size_t forks_count, forks_capacity;
	struct node *source; /* it syncs from; NULL: it does not */
	const struct node_home *home; /* borrowed; NULL: it is not a process of its own */
	uint32_t source_left; /* blocks to go */
	uint32_t irreversible; /* the last irreversible block's number, as last looked at */
	bool is_forked;        /* its irreversible blocks are not those of the others */
	int64_t next_check;  /* of connections that are not there */
	int64_t next_handshake;
	struct late_transaction {
		struct checksum256 id;
		int64_t until; /* it is left alone until then */
	} *late; /* owned: deferred transactions that took too long */
	size_t late_count, late_capacity;
	/* the block in the making: */
	struct checksum256 *features; /* owned */
	struct node_scheduled *scheduled; /* owned */
	size_t features_count, scheduled_count, scheduled_capacity;
	uint64_t producer;
	uint16_t confirmed;
	struct block_signer signer; /* of it, whatever becomes of its source meanwhile */
};

struct network {
	struct ledger *ledger; /* held */
	struct network_hooks hooks;
	struct key_store *keys; /* borrowed */
	struct node **nodes; /* owned; ascending by name */
	size_t nodes_count, nodes_capacity;
	int64_t now;
	uint32_t earliest_slot; /* of the next block: after a skip */
	int64_t next_expiry; /* when it is looked for transactions that expired */
	bool has_transports; /* to nodes of other processes */
	bool is_restoring;   /* nodes come back, and blocks are made again: it is nobody's turn */
	unsigned outward;    /* nodes that are */
	unsigned visit;
	unsigned evaluations; /* grows when configurations, links or forks may have changed who is next */
	struct transactions transactions;
	struct irreversible {
		struct checksum256 id;
		uint32_t number;
	} irreversible[IRREVERSIBLE_KNOWN]; /* by number modulo that: as the first node saw them */
	struct growing_text **logs; /* owned: of nodes that are gone */
	size_t logs_count, logs_capacity;
	struct shared_lines *received; /* the line of a received block, of block received_id at received_at */
	struct checksum256 received_id;
	int64_t received_at;
	struct name_set named; /* owned: producers that some node names */
};

/* --- network.c --- */
/* The log of a node that goes: somebody may read it still, so that it stays until the network ends. */
void network_keep_log(struct network *network, struct growing_text *log);
size_t network_free_index(const struct network *network);
bool network_names_producer(const struct network *network, uint64_t producer);
void network_name_producers(struct network *network); /* after a configuration has changed */
/* The node that a p2p-peer-address means: by name, or by its port; NULL: none in this network. */
struct node *network_resolve(const struct network *network, const char *peer);
/* The node that names a producer, else eosio; NULL. */
struct node *network_maker(const struct network *network, uint64_t producer);
/* When something is to be done with the block in the making. */
int64_t node_block_due(const struct node *node);

/* --- node.c --- */
void node_destroy(struct node *node);

/* --- log.c --- */
struct log_place {
	const char *level, *thread, *file, *method;
};
/* link: whose name comes first; NULL: nobody's */
void node_log_link(struct node *node, const struct link *link, const struct log_place *place,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));
#define node_log_line(node, place, ...) node_log_link(node, NULL, place, __VA_ARGS__)
void node_log_produced(struct node *node, const struct block_state *block);
void node_log_received(struct node *node, const struct block_state *block);
void node_log_not_applied(struct node *node);
void node_log_start(struct node *node);
void node_log_stop(struct node *node);
const char *block_id_text(char out[17], const struct checksum256 *id); /* hex digits 8 to 23 */

/* --- links.c --- */
/* Links are made and cut so that they are those which running nodes name. */
void network_connect(struct network *network);
struct link *node_link(const struct node *node, const struct node *peer);
/* The two ends compare their chains, and who is behind catches up (p2p.md 2.3, 3). */
void node_handshake(struct node *node, struct node *peer);
/* What time does to connections and to those that sync; the time at which it does something again. */
int64_t network_tick(struct network *network);

/* --- relay.c --- */
/* A block that a node has taken in goes on to whoever it can reach. */
void node_relay(struct node *from, struct block_state *block);
/* Is the block on its branch, not before what is irreversible, or beside it? */
bool node_knows(const struct node *node, const struct checksum256 *id);
/* A block whose predecessor the node knows: it becomes the head, or stands beside the branch. */
void node_insert(struct node *node, struct block_state *block);
void node_log_dropped(struct node *node, uint32_t number, const struct checksum256 *block_id);

/* --- fork.c --- */
/* nodeos's rule: (dpos_irreversible, number), the head stays when they are equal. */
bool block_preferred(const struct block_state *block, const struct block_state *head);
/* The head becomes that of another branch when that is preferred; whether it has. */
bool node_adopt(struct node *node, const struct branch *other, struct block_state *head);
void node_forks_add(struct node *node, struct block_state *block);
struct block_state *node_forks_find(const struct node *node, const struct checksum256 *id);
void node_forks_clear(struct node *node);
/* What follows when a node has another head: watermarks, freshness, irreversible blocks. */
void node_head_changed(struct node *node, uint32_t first_new);

/* --- scheduled.c --- */
/* Runs what is due in the block that has begun, in nodeos's order, before anything else of it. */
void node_run_scheduled(struct node *node);
/* The same for those that a block had which is made again. */
int node_run_scheduled_again(struct node *node, const struct node_scheduled *scheduled, size_t count,
                             struct error *error);

/* --- push.c --- */
/* How a node pushes what comes to it: within its max-transaction-time, and held to its greylist. */
struct push_options node_push_options(const struct node *node, const struct push_options *options);

/* --- produce.c --- */
bool node_signs_for(const struct node *node, uint64_t producer);
/* Whether it has a key that alone reaches the authority's threshold. */
bool node_has_key(const struct node *node, const struct producer_authority *authority);
bool node_lib_too_old(const struct node *node); /* max-irreversible-block-age */
bool node_is_producing(struct node *node); /* its next slot is its own (5.3) */
/* Whoever produces next begins, everybody else does not. */
void network_prepare(struct network *network);
int node_seal(struct node *node, struct error *error);
void node_drop_block(struct node *node);
/* Leaves no block in the making that holds anything: seals it, or drops an empty one. */
int node_close_block(struct node *node, struct error *error);
void node_note_watermark(struct node *node, const struct block_state *block);

/* --- transactions.c --- */
void transactions_release(struct transactions *transactions);
void transactions_add(struct node *node, struct node *builder, const struct checksum256 *id,
                      struct bytes *packed, uint32_t expiration, const struct push_options *options);
/* Those that a node waits for are executed in the block it has just begun. */
void transactions_execute(struct node *node);
void transactions_sealed(struct node *node, const struct block_state *block);
void transactions_dropped(struct node *node); /* its block in the making */
/* A block is not on a node's branch any more. */
void transactions_abandon(struct node *node, const struct block_state *block, uint32_t replaced_by);
void transactions_irreversible(struct node *node);
/* A node has ended, with no block in the making: what nobody else has is lost for that reason. NULL: the node
 * has it still, when it is started again. */
void transactions_gone(struct network *network, const struct node *node, const char *reason);
void transactions_expire(struct network *network);
/* None waits any more; those that stand in no block are reported. */
void transactions_forget(struct network *network, const char *reason);
/* Whether one of that id is in no block, made or in the making. */
bool transactions_waits(const struct network *network, const struct checksum256 *id);
bool transactions_full(const struct network *network);

#endif

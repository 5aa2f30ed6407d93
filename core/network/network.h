/* Many nodes in one process (DESIGN 5): each a branch of one ledger, a configuration, peers, keys and a log.
 * Blocks and transactions travel along links between running nodes; who produces, what forks and who
 * switches follows nodeos (p2p.md 4 and 5), and each node says so in its log in nodeos's words (logs.md).
 *
 * No threads, no clock, no files: whoever drives a network says what time it is, and signs and stores what
 * the hooks hand out. One thread at a time. Chain time is in microseconds since 1970. */
#ifndef EOSIOFS_CORE_NETWORK_NETWORK_H
#define EOSIOFS_CORE_NETWORK_NETWORK_H

#include "core/base/crypto/key.h"
#include "core/engine/engine.h"
#include "core/types/peer_connection.h"
#include "core/wallet/keosd.h"

struct configuration;
struct growing_text;
struct key_store;
struct network;
struct node;

/* What signs a block: the private key, or, where url is not empty, the wallet there that has it. */
struct block_signer {
	struct private_key private;
	struct public_key public;
	char url[KEOSD_URL_SIZE];
};

/* An acknowledged transaction that is in no block any more and cannot be in a later one. */
struct lost_transaction {
	struct checksum256 id;
	const char *reason;        /* why it cannot be applied again, or what took the node that held it */
	uint32_t block_num;        /* of the block that held it, or was to; 0: none */
	uint32_t replaced_by;      /* the head that replaced it: a block's number; 0: no switch was the cause */
	uint64_t node;             /* that acknowledged it */
};

/* What a network asks of whoever drives it. Every pointer may be NULL. No hook may call the network. */
struct network_hooks {
	void *context;
	/* A key that no node's own store has, asked for node eosio alone: the wallet's. out may be NULL; the
	 * caller wipes it. */
	bool (*private_key)(void *context, const struct public_key *key, struct private_key *out);
	/* A transaction is about to be tried in the block that `builder` makes: what makes it outlive the
	 * process. Its failure is the push's. */
	int (*record)(void *context, struct node *builder, const struct packed_transaction *packed,
	              const struct push_options *options, struct error *error);
	/* The one recorded last was refused. */
	void (*take_back)(void *context, struct node *builder);
	/* The one recorded last is in the block, and so much CPU is billed for it. */
	void (*billed)(void *context, struct node *builder, uint32_t cpu_us);
	/* A node has made a block, which is its head and unsigned: `signer` signs `digest`. */
	void (*sealed)(void *context, struct node *node, struct block_state *block,
	               const struct checksum256 *digest, const struct block_signer *signer);
	/* A node took in a block that it had not: its own too. */
	void (*accepted)(void *context, struct node *node, struct block_state *block);
	/* A block of another process was validated, which no node here had: for logs of blocks. */
	void (*received)(void *context, struct node *node, struct block_state *block);
	/* A node acknowledged a transaction, packed: for transports. */
	void (*acknowledged)(void *context, struct node *node, const struct bytes *packed);
	void (*lost)(void *context, const struct lost_transaction *lost);
};

/* hooks are copied, the ledger is held; the nodes' own keys are borrowed, and saved by whoever drives it. */
struct network *network_create(struct ledger *ledger, struct key_store *keys,
                               const struct network_hooks *hooks);
void network_destroy(struct network *network); /* NULL is fine */

/* --- time --- */

/* All that is due up to `now`: blocks in the making whose slots have come are sealed (an empty one whose
 * slot has passed is not), travel along the links, nodes catch up, and whoever produces next begins. Gives
 * the time at which there is something to do again. Slots that lie between two calls are missed. */
int64_t network_run(struct network *network, int64_t now);
/* The first slot later than now that some running node will produce; 0: none will. */
uint32_t network_next_slot(const struct network *network);

/* Only says what time it is: nothing is made. */
void network_tell_time(struct network *network, int64_t now);
/* The nodes have keys now that they had not: who produces is found out anew. */
void network_tell_keys(struct network *network);
/* What is in the making and holds something is sealed at its own slot, the rest is dropped. */
int network_close_blocks(struct network *network, struct error *error);
/* The same, and no block is made for a slot before this one: an outage. */
int network_skip(struct network *network, uint32_t slot, struct error *error);
/* Whether a block is irreversible, as the first node saw it that saw one of that number so; the last 4 096
 * of them are known. */
bool network_is_irreversible(const struct network *network, uint32_t number, const struct checksum256 *id);

/* All nodes go back to a block, whatever is irreversible: what was made or waits after it is forgotten, and
 * what stands in no block is reported as lost. Nothing may be in the making that holds anything. */
void network_set_back(struct network *network, struct block_state *head, const char *reason);

/* --- nodes --- */

/* A stopped node with that head and configuration (config.ini's text; NULL: as the tutorial assigns it).
 * -EEXIST; -EINVAL with the line for a configuration that is none. */
int network_add_node(struct network *network, struct node **out, uint64_t name, struct block_state *head,
                     const char *configuration, struct error *error);
/* A stopped node goes, and what nobody else has of its blocks and transactions. -EBUSY when it runs. */
int node_remove(struct node *node, struct error *error);
struct node *network_node(const struct network *network, uint64_t name); /* NULL: there is none such */
/* The node with the lowest name >= from; NULL: none. */
struct node *network_node_from(const struct network *network, uint64_t from);

/* A node that is a process of its own says at its start where it lies: borrowed, as long as the node is
 * there. genesis: NULL for none. */
struct node_home {
	const char *configuration, *data_folder, *genesis;
};
void node_set_home(struct node *node, const struct node_home *home);

/* Starts a stopped node with nodeos's options, one word an argument, "--option value" or "--option=value",
 * in the spelling of 2018 or today's; they hold until the next start. -EBUSY: it runs; -EINVAL: nodeos would
 * not start with them. */
int node_start(struct node *node, const char *const *arguments, size_t count, struct error *error);
/* Ends it as SIGTERM does, but that nothing acknowledged is lost: the block that it makes is sealed at its
 * own slot, and what it alone knows otherwise waits until it is started again, or has expired. */
int node_stop(struct node *node, struct error *error);
/* As SIGKILL does: no word in its log, and the block in the making is gone. What it alone knew of
 * transactions is lost, and reported. -ESRCH: it does not run. */
int node_kill(struct node *node, struct error *error);
/* Stops it if it runs, and starts it with the options that it was last started with. */
int node_restart(struct node *node, struct error *error);
/* The options that the node was last started with: borrowed; *count 0: none. */
char *const *node_arguments(const struct node *node, size_t *count);

enum node_state {
	NODE_STOPPED,
	NODE_RUNNING,
	NODE_SYNCING
};
enum node_state node_state(const struct node *node, uint32_t *blocks_to_go);
uint64_t node_name(const struct node *node);
struct block_state *node_head(const struct node *node); /* borrowed */
/* As branch_find(): the head or a reversible block before it; NULL. */
struct block_state *node_find_block(const struct node *node, uint32_t number);
uint32_t node_irreversible(const struct node *node, struct checksum256 *id);
struct growing_text *node_log(const struct node *node); /* borrowed: its stderr */
/* "127.0.0.1:8888" and the like: borrowed. */
const char *node_http_address(const struct node *node);
const char *node_p2p_address(const struct node *node);
/* The producers that it signs for when it runs and has their keys: by its configuration and options, node
 * eosio also those of the schedule that no node names and whose keys the wallet has. free(*out). */
size_t node_producers(const struct node *node, uint64_t **out);

/* --- configuration --- */

/* What a running node goes by (configuration.h): borrowed until it is configured or started anew. */
const struct configuration *node_configuration(const struct node *node);
/* Another one for each start. */
const struct checksum256 *node_process_id(const struct node *node);
/* config.ini as it was written, comments and order kept, private keys as PUBLIC=KEOSD:. */
void node_configuration_print(const struct node *node, struct text *out);
/* What it was started with: the same, then the lines of its command line. */
void node_options_print(const struct node *node, struct text *out);
/* Takes a whole config.ini: it counts from the next start, the peers in it at once. Private keys in it go to
 * the nodes' own keys. -EINVAL: not nodeos's syntax; the sentence has the line. */
int node_configure(struct node *node, const char *text, struct error *error);
/* The p2p-peer-address values, config.ini's and then the command line's: borrowed until they change. */
const char *const *node_peers(const struct node *node, size_t *count);
/* Replaces all of them, at once: a link that no side names any more is cut. */
int node_set_peers(struct node *node, const char *const *peers, size_t count, struct error *error);

/* Those to the peers it names, then those of others to it. */
void node_connections(struct node *node, peer_connection_visitor *visitor, void *context);

/* --- what a node shows, and writing to it --- */

/* What a node knows now: the state with what it knows of the block in the making. */
struct node_view {
	struct map_root *root;     /* one reference, the caller's */
	struct deeds *deeds;       /* one reference, the caller's; NULL: none are kept */
	struct block_state *head;  /* one reference, the caller's */
	uint32_t block_num, slot;  /* of the block in the making, else the head's */
	uint32_t irreversible_num;
	struct checksum256 irreversible_id;
};
void node_view(struct node *node, struct node_view *out);

/* The node that makes the next block of those which `node` can reach and which stand on the same head, with
 * that block begun: where a transaction pushed to `node` goes. -EHOSTUNREACH: it is stopped; -EAGAIN: no
 * running node that it can reach may produce; the sentence names the producers. */
int node_builder(struct node *node, struct node **out, struct error *error);
/* Pushes a transaction to a node, keys as for branch_push(). Success means that it stands in the block that
 * the node's builder makes, and that all running nodes which the node can reach know of it. A full block is
 * sealed and the next one begun, unless nodes of other processes are connected and it would be too early:
 * node_is_full() of the error then. */
bool node_is_full(const struct error *error);
int node_push(struct node *node, struct transaction_trace *trace, struct packed_transaction *packed,
              const struct public_key *keys, size_t keys_count, const struct push_options *options,
              struct error *error);
/* Runs a transaction in that block and undoes it: only the trace is left. */
int node_compute(struct node *node, struct transaction_trace *trace, struct packed_transaction *packed,
                 const struct push_options *options, struct error *error);
/* A paused node begins no block, as its producers' API has it; what is acknowledged in the one it makes is
 * sealed at its time. */
void node_pause(struct node *node, bool paused);
/* Its max-transaction-time, in milliseconds, until it is started anew. */
void node_limit_time(struct node *node, int32_t milliseconds);
bool node_paused(const struct node *node);
/* Its greylist, until it is started anew: it counts for what is pushed to the node and for the blocks that it
 * makes, never for those that it takes in. Borrowed. */
const struct greylist *node_greylist(const struct node *node);
void node_change_greylist(struct node *node, const struct greylist_change *change);
/* A block is begun that activates preactivated features and, if given, this one: what is in the making
 * before it is sealed. */
int node_schedule_feature(struct node *node, const struct checksum256 *digest, struct error *error);

/* A block that came from a node of another process (p2p.md 3.3, 4): it is validated, stands in the node's
 * fork database then, and goes on along the links. *dropped: the node produces and wants none now. Errors,
 * with the chain's code: 3030001, its predecessor is not known; 3030007, it is from the future; what else
 * is wrong with it. */
int node_receive_block(struct node *node, bool *dropped, const struct signed_block *block,
                       struct error *error);
/* A transaction that came from one: executed as node_push() does and passed on, but nobody here waits for
 * it. */
int node_receive_transaction(struct node *node, struct packed_transaction *packed,
                             const struct public_key *keys, size_t keys_count, struct error *error);
/* Whether nodes of other processes are connected to it. As long as any is, blocks are signed before their
 * time, so that they arrive in it (p2p.md 5.2), and where nobody here makes the next block, somebody runs
 * transactions in one that is never sealed: the others hear of them and make it. */
void node_set_outward(struct node *node, bool is_outward);
/* Whether a p2p-peer-address of the node's is somebody of another process. Where the network has transports
 * to those it leaves such to them. */
bool node_is_outside(const struct node *node, const char *peer);
void network_set_transports(struct network *network, bool has_transports);
/* While nodes come back and blocks are made again it is nobody's turn: who was on a chain when the process
 * ended takes its blocks, and no branch begins that was none. */
void network_set_restoring(struct network *network, bool is_restoring);
/* Whether links lead from the one to the other, both running. */
bool node_reaches(const struct node *node, const struct node *other);
/* Is the block in the node's fork database? What is irreversible is in the log of blocks. */
bool node_has_block(const struct node *node, const struct checksum256 *id);
/* The id of a block of the node's branch; false: the log of blocks knows it, or nobody. */
bool node_block_id(const struct node *node, struct checksum256 *out, uint32_t number);
/* What its connections to other processes say: place as "net_plugin.cpp:1158". */
void node_log_foreign(struct node *node, const char *level, const char *place, const char *method,
                      const char *text);

/* A deferred transaction that a block began with, and the CPU that was billed for it. */
struct node_scheduled {
	struct checksum256 id;
	uint32_t cpu_us;
};

/* Whether somebody here waits for it: a node of this network has acknowledged it, and it is not
 * irreversible. */
bool network_awaits(const struct network *network, const struct checksum256 *id);
/* After a restart: a reversible block held this transaction, which a node of this network had acknowledged.
 * Thrown out it is applied again or reported, as if nothing had come between; at once when the block is on no
 * node's branch. */
void network_recall(struct network *network, const struct packed_transaction *packed,
                    const struct checksum256 *block_id, uint64_t producer);

/* What the node has and no block of its branch holds goes to its hook `acknowledged` again: for transports
 * that have reached somebody new. */
void node_tell_waiting(struct node *node);
/* How many transactions were acknowledged or recalled so far. */
uint64_t network_transactions_count(const struct network *network);
/* Whether one of the first so many is in no block now, made or in the making by this process. */
bool network_has_waiting(const struct network *network, uint64_t before);

/* The block that a node makes: what its beginning was, for a journal. */
struct node_pending {
	uint32_t number, slot;
	uint64_t producer; /* 0: the block is another process's to make, and this one never sealed */
	uint16_t confirmed;
	const struct checksum256 *features; /* borrowed, as are: */
	const struct node_scheduled *scheduled;
	size_t features_count, scheduled_count, transactions_count;
};
bool node_pending(const struct node *node, struct node_pending *out); /* false: it makes none */

/* Before that: the node takes in the branch of one whose head is the block before the one of that number,
 * whatever it would do with blocks now. */
void node_follow(struct node *node, uint32_t number);
/* For blocks that are made again as they were: drops what is in the making and begins one like that, whatever
 * the time. -EACCES: the node has no key that signs it; -EINVAL: it does not stand on the node's head. */
int node_begin_block(struct node *node, const struct node_pending *beginning, struct error *error);
/* Into the node's own block in the making, which is recorded already. */
int node_add_transaction(struct node *node, struct transaction_trace *trace,
                         struct packed_transaction *packed, const struct public_key *keys, size_t keys_count,
                         const struct push_options *options, struct error *error);
int node_seal_block(struct node *node, struct error *error);

/* Why a producer produces or does not, as the viewing node sees it. */
enum producer_state {
	PRODUCER_PRODUCES,
	PRODUCER_HAS_NO_NODE,      /* no node names it */
	PRODUCER_NODE_STOPPED,
	PRODUCER_HAS_NO_KEY,       /* no node has a key of its authority; none has any */
	PRODUCER_HAS_WRONG_KEY,    /* its node has keys, not that of its authority */
	PRODUCER_NODE_CUT_OFF,     /* no link leads to it from the viewing node */
	PRODUCER_NODE_STALE,       /* has seen no fresh block since its start, and no -e */
	PRODUCER_NODE_PAUSED,      /* by its producers' API */
	PRODUCER_LIB_TOO_OLD       /* max-irreversible-block-age */
};
/* node: that runs it, or would; NULL when there is none. */
enum producer_state network_producer_state(const struct network *network, struct node **node,
                                           const struct node *viewer, uint64_t producer);

#endif

/* A chain as the tree and the boot sequence see it: an operations table, as the kernel's VFS has for a
 * file system (DESIGN law 7). What is read comes from a view (view.h). Who implements both: the embedded
 * chain (embedded/), one that asks a node over HTTP (nodeos/), one whose nodes are processes (processes/).
 * All calls may come from any thread. */
#ifndef EOSIOFS_CORE_CHAIN_CHAIN_H
#define EOSIOFS_CORE_CHAIN_CHAIN_H

#include "core/base/growing_text.h"
#include "core/chain/view.h"
#include "core/types/greylist.h"
#include "core/types/peer_connection.h"
#include "core/types/trace.h"
#include "core/wallet/wallet.h"

/* How far chain time is ahead of real time, and what `chain/clock` says. */
struct chain_clock {
	int64_t chain_time, real_time; /* microseconds, as all of these */
	/* While it is being moved: from where, how far, and how long that has taken. goal 0: it is not. */
	int64_t from, goal, spent;
	int64_t pause; /* until the next block is due, beyond a slot: blocks were made before their time */
};

struct chain_node {
	uint64_t name;
	enum chain_node_state {
		CHAIN_NODE_STOPPED,
		CHAIN_NODE_RUNNING,
		CHAIN_NODE_SYNCING
	} state;
	uint32_t blocks_to_go; /* while it syncs */
	uint32_t head_block_num, irreversible_block_num;
	uint64_t producers[SCHEDULE_PRODUCERS_MAXIMUM]; /* whose blocks it signs */
	size_t producers_count;
	char http_address[64], p2p_address[64]; /* "127.0.0.1:8888" */
	bool http_is_open;        /* its process answers there */
	long pid;                 /* its process; 0: it is none, or does not run */
	bool p2p_is_open;         /* to nodes of other processes, at that address */
	bool p2p_is_sought;       /* it will be, when the name to listen at has been looked up */
	char p2p_trouble[ERROR_SENTENCE_SIZE]; /* why it is not open though it is to be; "" */
	struct growing_text *log; /* borrowed: its stderr, in nodeos's form; NULL: not here */
};

/* Whether a producer's node lets it produce, as the node sees it that the chain is seen through. */
struct chain_producer {
	uint64_t node; /* that runs it, or would; 0: none does */
	enum chain_producer_state {
		CHAIN_PRODUCER_PRODUCES,
		CHAIN_PRODUCER_NO_NODE,
		CHAIN_PRODUCER_NODE_STOPPED,
		CHAIN_PRODUCER_NO_KEY,
		CHAIN_PRODUCER_WRONG_KEY,
		CHAIN_PRODUCER_CUT_OFF,  /* no link leads to its node */
		CHAIN_PRODUCER_STALE,    /* its node has seen no fresh block since its start */
		CHAIN_PRODUCER_PAUSED,   /* /v1/producer/pause */
		CHAIN_PRODUCER_LIB_TOO_OLD,
		CHAIN_PRODUCER_NOT_KNOWN /* nobody tells of its node */
	} state;
};

/* A transaction that was acknowledged, is in no block any more, and cannot be in a later one. */
struct chain_lost {
	struct checksum256 id;
	const char *reason;
	uint32_t block_num, replaced_by; /* the block that held it, the head that replaced it; 0: none */
	uint64_t node;                   /* that acknowledged it */
};
typedef void chain_lost_visitor(void *context, const struct chain_lost *lost);

typedef void chain_node_watcher(void *context, uint64_t name);
typedef void chain_block_watcher(void *context);

/* A node that is to run. */
struct chain_node_start {
	uint64_t name;
	/* lines for its config.ini, behind those that a new node has; one that names a producer stays as it is */
	const char *configuration;
};

struct chain_send_options {
	uint32_t delay_sec;
	bool without_keys; /* impersonate (embedded chain): no signatures, authorities count as satisfied */
	uint64_t node;     /* that it is pushed to; 0: the one that the chain is seen through */
	/* returns when the node has taken it: settle() waits for what was sent so, and the trace may be without
	 * the actions */
	bool accepted;
	uint32_t mark;     /* by which settle() tells it from others */
	bool at_once;      /* -EBUSY, and nothing is done, where it would have to wait (embedded chain) */
	bool unique;       /* nobody else can have made this very transaction: a duplicate is itself */
	const struct interruption *interruption; /* borrowed; NULL: never */
};

/* What not every kind of chain has: files that show it are not there then. */
enum chain_part {
	CHAIN_CLOCK = 1 << 0,  /* chain time that can be moved */
	CHAIN_NODES = 1 << 1,  /* nodes of its own: their configuration, state and logs */
	CHAIN_PAST = 1 << 2,   /* states of past blocks */
	CHAIN_ORIGIN = 1 << 3, /* the genesis */
	/* what happened to each account and producer so far, and how many slots it missed */
	CHAIN_HISTORIES = 1 << 4,
	CHAIN_KEYLESS = 1 << 5, /* actions without keys (struct chain_send_options) */
	CHAIN_PROCESSES = 1 << 6 /* nodes that are processes of their own */
};
enum { CHAIN_KEPT_NAME_SIZE = 65 };
enum chain_pause { CHAIN_ASK, CHAIN_PAUSE, CHAIN_RESUME };

/* All return 0 or -errno with a sentence. What may take long or ask another process is told how it is
 * interrupted (NULL: never): it then ends with -EINTR, and has happened or not as the sentence says.
 * -EHOSTUNREACH, -ETIMEDOUT: a node could not be asked. -EOPNOTSUPP: not on this kind of chain. */
struct chain_operations {
	void (*destroy)(struct chain *chain);

	/* As chain_view_open(); revision is never NULL here. */
	int (*view_open)(struct chain *chain, struct chain_view **out, const struct chain_revision *revision,
	                 const struct interruption *interruption, struct error *error);

	/* Pushes a signed transaction and waits for its outcome. On success it is in a block or in the
	 * block in the making, and durable as DESIGN 5 says. options may be NULL. *packed is emptied on
	 * success. The trace is filled either way; release it. -EAGAIN: no running node may produce;
	 * -EALREADY, -ETIME, -EACCES, -EDQUOT, -ECANCELED: as DESIGN 3 says of what the chain answers. */
	int (*push)(struct chain *chain, struct transaction_trace *trace, struct packed_transaction *packed,
	            const struct chain_send_options *options, struct error *error);
	/* Waits until all that was pushed with `accepted` is in blocks. -ETIME: something is not and has expired;
	 * -EINTR, -ETIMEDOUT: it may happen yet; *mark: the first such one's. NULL: what is pushed is there at
	 * once. */
	int (*settle)(struct chain *chain, uint32_t *mark, const struct interruption *interruption,
	              struct error *error);
	/* Runs a transaction after all that is in the block in the making and undoes it: only the trace is
	 * left, with the failure in it when it failed. Without read_only no signatures are needed; with it no
	 * authorizations may be declared and nothing may be written. node: as chain_send_options has it. -errno:
	 * it did not come so far (expired, a duplicate, a key twice). */
	int (*compute)(struct chain *chain, struct transaction_trace *trace, struct packed_transaction *packed,
	               bool read_only, uint64_t node, struct error *error);
	/* Where a new transaction refers to, and the time (seconds) that it is valid from. */
	int (*reference)(struct chain *chain, struct checksum256 *block_id, uint32_t *seconds,
	                 const struct interruption *interruption, struct error *error);
	/* Schedules a protocol feature for the next block (producer API) and waits until it is active:
	 * PREACTIVATE_FEATURE. digest NULL: only sees to it that preactivated features are active when it
	 * returns. */
	int (*schedule_feature)(struct chain *chain, const struct checksum256 *digest,
	                        const struct interruption *interruption, struct error *error);

	/* How long a running node lets a transaction take, until it is started anew: milliseconds, negative:
	 * as long as the chain does. NULL, as the next two: the nodes are not this chain's. */
	int (*limit_time)(struct chain *chain, uint64_t node, int32_t milliseconds, struct error *error);
	/* A node's greylist, until it is started anew: *out (NULL: not asked for) is what holds after `change`
	 * (NULL: none); greylist_release() it. */
	int (*greylist)(struct chain *chain, struct greylist *out, const struct greylist_change *change,
	                uint64_t node, struct error *error);
	/* A node's production, as its producers' API stops it: *paused says what holds after `what`. While
	 * it is paused a push ends with -EAGAIN. */
	int (*pause)(struct chain *chain, bool *paused, enum chain_pause what, uint64_t node,
	             struct error *error);

	int (*clock)(struct chain *chain, struct chain_clock *out, const struct interruption *interruption,
	             struct error *error);
	/* Produces blocks until chain time has grown by us microseconds (skip: the next block is that much
	 * later). An interruption ends it between two blocks. -EINVAL: back, or past the end of time. */
	int (*clock_advance)(struct chain *chain, int64_t us, bool skip,
	                     const struct interruption *interruption, struct error *error);

	/* Chain time becomes real time: all blocks up to it when it is behind, as clock_advance; none until it
	 * has caught up when it is ahead. NULL: it always is. */
	int (*clock_end)(struct chain *chain, const struct interruption *interruption, struct error *error);
	/* Keeps the present state under a name, sealing what is in the making; views of it: CHAIN_KEPT. -EEXIST;
	 * -EINVAL: it is no name. NULL, as all three: nothing can be kept. */
	int (*keep)(struct chain *chain, const char *name, struct error *error);
	int (*drop)(struct chain *chain, const char *name, struct error *error); /* -ENOENT */
	/* The chain goes on from it: of all nodes, what came later is gone, and reported (watch_lost); time goes
	 * on. -ENOENT; -EBUSY: a node of another process is connected, or the clock is being moved. */
	int (*restore_kept)(struct chain *chain, const char *name, struct error *error);
	/* Writes a kept state, and the whole chain up to it, into an empty file (embedded.h says how a chain is
	 * begun with it). password: the wallet's, and its keys and the nodes' go with it, encrypted; NULL: no
	 * key does. -ENOENT, -EINTR, 3120003, 3120005. NULL, as the next: not here. */
	int (*export_kept)(struct chain *chain, const char *name, int fd, const char *password,
	                   const struct interruption *interruption, struct error *error);
	/* Keeps what such a file of this chain holds, under a name (NULL: the one it had). path is for
	 * sentences. -EBADMSG, -ENOTSUP: it is damaged, or newer; -EINVAL: of another chain; -EEXIST, -EINTR. */
	int (*import_kept)(struct chain *chain, const char *name, int fd, const char *path,
	                   const struct interruption *interruption, struct error *error);
	/* The first kept name >= from. -ENOENT: there is none. */
	int (*kept_from)(struct chain *chain, char out[CHAIN_KEPT_NAME_SIZE], const char *from,
	                 struct error *error);

	/* What was acknowledged so far outlives a loss of power when this returns 0. NULL: it does at once, or
	 * is in memory only. */
	int (*sync)(struct chain *chain, struct error *error);

	/* Nodes. -ENOENT: no such node. What changes them is -EOPNOTSUPP where they are not this chain's own
	 * (NULL there). */
	int (*node)(struct chain *chain, struct chain_node *out, uint64_t name,
	            const struct interruption *interruption, struct error *error);
	/* The lowest name >= from. */
	int (*node_from)(struct chain *chain, uint64_t *name, uint64_t from, struct error *error);
	/* A stopped one, configured as the tutorial does. -EEXIST. */
	int (*node_make)(struct chain *chain, uint64_t name, struct error *error);
	/* "start" with nodeos's options, "stop", "kill", "restart", "remove". -EBUSY, -ESRCH: it runs, or does
	 * not; -EINVAL: no such command, or options that nodeos refuses. */
	int (*node_command)(struct chain *chain, uint64_t name, const char *const *words, size_t count,
	                    struct error *error);
	/* Many at once: made where they are not there, and started where they do not run. *count says how many
	 * are given, and then how many of them run; the next one is the one that failed. */
	int (*nodes_start)(struct chain *chain, const struct chain_node_start *nodes, size_t *count,
	                   struct error *error);
	int (*node_configuration)(struct chain *chain, struct text *out, uint64_t name, struct error *error);
	/* A whole config.ini. -EINVAL with its line. */
	int (*node_configure)(struct chain *chain, uint64_t name, const char *text, struct error *error);
	/* What a node was started with: config.ini's lines, then those of its command line. */
	int (*node_options)(struct chain *chain, struct text *out, uint64_t name, struct error *error);
	/* Who hears that a node was started, stopped or removed, from whatever thread: it may ask the chain. One
	 * at a time; NULL: nobody any more. */
	void (*watch_nodes)(struct chain *chain, chain_node_watcher *changed, void *context);
	/* Who hears that the chain has one more block; it must not call the chain. */
	void (*watch_blocks)(struct chain *chain, chain_block_watcher *made, void *context);
	int (*node_peers)(struct chain *chain, struct text *out, uint64_t name, struct error *error);
	/* The visitor must not call the chain. */
	int (*node_connections)(struct chain *chain, uint64_t name, peer_connection_visitor *visitor,
	                        void *context, struct error *error);
	int (*node_set_peers)(struct chain *chain, uint64_t name, const char *const *peers, size_t count,
	                      struct error *error);
	/* The node that the chain is seen through, and that writes go to. */
	int (*viewed_node)(struct chain *chain, uint64_t *name, struct error *error);
	int (*view_node)(struct chain *chain, uint64_t name, struct error *error);
	int (*producer_state)(struct chain *chain, struct chain_producer *out, uint64_t name,
	                      struct error *error);
	/* Who hears of lost transactions, from whatever thread; it must not call the chain. */
	void (*watch_lost)(struct chain *chain, chain_lost_visitor *lost, void *context);
};

enum { CHAIN_SENDS = 1024 };

struct chain {
	const struct chain_operations *operations;
	struct genesis genesis;
	struct checksum256 chain_id;
	struct chain_cache *cache; /* chain.c */
	/* Grows when others than this mount changed what is to be seen at once: over HTTP, say. */
	_Atomic uint64_t served;
	unsigned lacks;                    /* of enum chain_part */
	_Atomic uint64_t sends[CHAIN_SENDS]; /* how many transactions alike refer to the same block: send.c */
	/* Where others send transactions alike to the same chain: what tells ours from theirs; 0: nobody does. */
	uint32_t salt;
};

void chain_destroy(struct chain *chain); /* NULL is fine */

/* For implementations: what all views of a chain share, parsed ABIs and texts of authorities. */
struct chain_cache *chain_cache_create(void);
void chain_cache_destroy(struct chain_cache *cache);

/* Where a transaction of these actions refers to and when it expires (what `reference` said), so that its id
 * is no other's: of those alike the first expires soonest, for an id is remembered that long. */
void chain_make_unique(struct chain *chain, struct transaction *transaction,
                       const struct checksum256 *reference, uint32_t seconds);

/* An action with its data packed by the contract's ABI. json: the data, object or array. 3050000-style
 * sentences name action and contract. */
int chain_action_make(struct chain_view *view, struct action *out, uint64_t account, uint64_t name,
                      const struct json *data, const struct permission_level *authorization,
                      size_t authorization_count, struct error *error);

/* --- JSON as nodeos and cleos write it; data is an object or array by the contract's ABI, or a string of
 * hexadecimal bytes --- */
/* A transaction object; only "actions" must be there: {"account", "name", "authorization", "data"} each.
 * An expiration that is missing is 0. Release it. */
int chain_transaction_parse(struct chain_view *view, struct transaction *out, const struct json *json,
                            struct error *error);
/* A list of a transaction's actions; -EINVAL. action_release() each of them, and free(*out), in any case. */
int chain_actions_parse(struct chain_view *view, struct action **out, size_t *count, const struct json *json,
                        struct error *error);
/* push_transaction's JSON: "signatures", "compression", "packed_context_free_data", "packed_trx"; all but the
 * last may be missing. whole: stands for packed_trx, with "context_free_data" beside it, decoded; or NULL.
 * -EINVAL, 3010010. Release it. */
int chain_packed_transaction_parse(struct packed_transaction *out, const struct json *json,
                                   const struct transaction *whole, struct error *error);
/* A list of {"actor", "permission"} or "ACTOR@PERMISSION"; free(*out). */
int permission_levels_parse_json(struct permission_level **out, size_t *count, const struct json *json,
                                 struct error *error);

/* Does the contract's ABI have that action, or is it one of the chain's own? 3050002 otherwise, as
 * chain_action_make() words it. */
int chain_action_known(struct chain_view *view, uint64_t account, uint64_t name, struct error *error);
/* Do the wallet's keys satisfy that permission? */
bool chain_can_sign(struct chain_view *view, struct wallet *wallet, const struct permission_level *level);
/* Makes one transaction of the actions (taken over: emptied, even on failure), signs it with the wallet's
 * keys that it needs, pushes it. Never twice the same id (DESIGN 3: expiration varies, then the reference
 * block). trace may be NULL; else release it. */
int chain_send(struct chain *chain, struct transaction_trace *trace, struct wallet *wallet,
               struct action *actions, size_t count, const struct chain_send_options *options,
               struct error *error);

/* Pushes a whole transaction as it is; one without signatures is signed with the wallet's keys that it needs.
 * As the operation push. */
int chain_send_packed(struct chain *chain, struct transaction_trace *trace, struct wallet *wallet,
                      struct packed_transaction *packed, const struct chain_send_options *options,
                      struct error *error);

/* A trace in the form cleos prints (protocol.md F.10): `executed transaction: …` and one `#` line an
 * action with its console. */
void chain_trace_print(struct chain_view *view, struct text *out, const struct transaction_trace *trace);
/* Adds to a failure's sentence which contract's action it was, where the sentence does not tell, and what
 * that had printed. */
void chain_trace_explain(const struct transaction_trace *trace, struct error *error);

#endif

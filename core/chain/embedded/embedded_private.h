/* The embedded chain's inside: a network, a clock, a thread that produces, one that signs and stores.
 * Private to core/chain/embedded.
 *
 * Locks, outermost first: `log` (blocks go to storage in order), `lock` (the network and all counted
 * roots), `publish` (what readers take: the current state, the times of blocks). Signatures are recovered
 * and made outside `lock`, the disk is waited for outside it, and no reader needs it. */
#ifndef EOSIOFS_CORE_CHAIN_EMBEDDED_EMBEDDED_PRIVATE_H
#define EOSIOFS_CORE_CHAIN_EMBEDDED_EMBEDDED_PRIVATE_H

#include "core/chain/embedded/embedded.h"
#include "core/chain/embedded/view/block_times.h"
#include "core/chain/embedded/view/past.h"
#include "core/network/network.h"
#include "core/wallet/key_store.h"

#include <pthread.h>
#include <stdatomic.h>

struct data_folder;
struct storage;
struct reversible_note;   /* core/engine/storage/block/reversible.h */
struct transaction_index; /* core/engine/storage/block/transaction_index.h */
struct history;           /* core/engine/storage/history/history.h */

/* A state that readers may pin. Released by readers under `publish`, freed under `lock`. */
struct published {
	size_t references;
	struct published *next_unused;
	struct map_root *root;          /* held */
	struct deeds *deeds;            /* held: what was done up to it */
	/* held: the sealed head below this state; readers leave its signature and `previous` alone */
	struct block_state *head;
	struct checksum256 irreversible_id;
	uint32_t irreversible_num;
	uint32_t block_num, slot;
	uint64_t sequence;
	uint64_t node; /* whose head it is; 0: nobody's */
	bool has_greylist; /* that node */
};

/* The journal of a block that a node makes; copy: of several of that number, 0 the first. */
struct journal_name {
	uint32_t number;
	uint64_t node;
	uint32_t copy;
};

/* A sealed block on its way through signing to storage. */
struct sealed {
	struct block_state *block; /* held */
	struct checksum256 digest;
	struct block_signer signer; /* wiped when it is signed */
	uint64_t node;             /* that made it */
	enum { SEALED_WAITS, SEALED_CLAIMED, SEALED_SIGNED } signing; /* under `signing` */
	struct signature signature; /* once it is signed; its signer's until then */
	bool is_signed;             /* the block has it; under lock */
	bool journaled;
	uint32_t copy; /* of its journal */
};

enum {
	/* Sealed blocks that wait, and transactions in them: who makes more lets them be stored first. */
	SEALED_MAXIMUM = 64,
	SEALED_TRANSACTIONS_MAXIMUM = 16384,
	DEEDS_UNTOLD_MAXIMUM = 8192 /* deeds: who makes more tells the histories of them first */
};

struct embedded_chain {
	struct chain base;
	struct chain_view_operations view_operations; /* of its views */
	struct ledger *ledger; /* held */
	struct network *network;
	uint64_t viewed;       /* the node whose view the tree shows and that writes go to */
	const struct signer *signer;
	struct wallet *wallet;
	struct key_store *node_keys;
	uint32_t taken_version; /* of the schedule whose keys were last looked for in the wallet; under lock */
	bool has_taken;
	struct storage *storage; /* NULL: in memory only */
	bool manual_clock, seal_each;
	bool measured_cpu;

	pthread_mutex_t log;
	pthread_mutex_t lock;
	pthread_cond_t changed; /* with lock, monotonic clock: something for the threads to do */
	/* Signers take no other: who makes blocks holds `lock` most of the time. No lock is taken below it. */
	pthread_mutex_t signing;
	pthread_cond_t to_sign, was_signed; /* with signing: sealed blocks are; some of them were */
	bool signers_end;       /* under signing */
	unsigned moving;        /* how many move the clock: who does so signs and stores what it seals */
	int64_t move_from, move_goal, move_began; /* of the first of those: chain time, chain time, monotonic */
	pthread_t producer, storer;
	unsigned threads;       /* how many of the two run */
	bool stopping;
	_Atomic int64_t offset_us; /* chain time less real time; written under lock */
	int64_t frozen_us; /* that real time stands at; 0: it goes on */
	uint64_t clock_moves;   /* how often it was moved: the thread then looks anew at what is due */
	int64_t clock_difference; /* real less monotonic time when last looked at */
	struct sealed **sealed; /* owned, each too; in the order they were made; changed under lock and signing */
	size_t sealed_count, sealed_capacity, sealed_transactions;
	/* without storage: the last recent_count blocks, packed, by number modulo that */
	struct bytes *recent;
	size_t recent_count;
	struct past *past;
	struct peers *peers; /* peers.h: of other processes */
	struct snapshot {
		char name[CHAIN_KEPT_NAME_SIZE];
		struct block_state *block; /* held with its ledger; NULL: not looked at yet */
		bool is_stored;
	} *snapshots; /* owned; ascending by name; under lock */
	size_t snapshots_count, snapshots_capacity;
	pthread_mutex_t index_lock; /* outside of all others */
	struct transaction_index *index; /* under index_lock; NULL: not opened yet */
	struct history *history;         /* under index_lock */
	struct rounds *rounds;           /* under index_lock */
	uint32_t deeds_from;             /* of blocks from this one on it is kept what they did */
	/* under lock: the last block that was told of, and the place behind its deeds */
	uint32_t told_block;
	uint64_t told_place;
	struct block_state *stored; /* held: a block that is in the log, the newest known; NULL without storage */
	bool unsynced;          /* under log: what was stored last has not reached the disk */
	char trouble[ERROR_SENTENCE_SIZE]; /* what the node's log told last about storing */
	chain_lost_visitor *lost;
	void *lost_context;
	struct lost_transaction *suspects; /* owned, reasons too: of journals; lost unless some block has them */
	size_t suspects_count, suspects_capacity;
	struct chain_lost *untold; /* owned, their reasons too: lost before anybody watched */
	size_t untold_count, untold_capacity;
	pthread_mutex_t watch; /* of what follows; the lock may be taken under it */
	chain_node_watcher *node_changed;
	void *node_context;

	pthread_mutex_t publish;
	struct block_times times;
	struct published *current;
	chain_block_watcher *block_made;
	void *block_context;
	struct published *unused; /* to be freed by whoever next holds `lock` */
	uint64_t sequence;
};

static inline struct embedded_chain *embedded_of(struct chain *chain)
{
	return (struct embedded_chain *)chain;
}

/* --- publish.c --- */
/* under lock: readers see the branch's state from now on */
void embedded_publish(struct embedded_chain *chain);
void embedded_collect(struct embedded_chain *chain);        /* under lock: frees what readers have let go */
struct published *embedded_pin(struct embedded_chain *chain);
struct published *embedded_publish_block(struct block_state *block); /* its state; under lock */
/* The state after a block. Fails as past_state(). */
int embedded_pin_block(struct embedded_chain *chain, struct published **out, uint32_t number,
                       const struct interruption *interruption, struct error *error);
void embedded_unpin(struct embedded_chain *chain, struct published *state);

/* The state that a node shows, for one view. */
struct published *embedded_pin_node(struct embedded_chain *chain, uint64_t node);
void embedded_watch_blocks(struct chain *base, chain_block_watcher *made, void *context);

/* --- set_back.c --- */
/* A snapshot's block must be one of the chain that there is: the log has no others. */
int embedded_check_branch(struct embedded_chain *chain, const struct block_state *block, const char *name,
                          struct error *error);
int embedded_restore_kept(struct chain *base, const char *name, struct error *error);

/* --- produce.c --- */
int64_t embedded_now(const struct embedded_chain *chain); /* chain time, microseconds */
struct network_hooks embedded_hooks(struct embedded_chain *chain);
/* Under lock: the node that is written to. */
struct node *embedded_viewed(const struct embedded_chain *chain);
/* Under lock: waits (giving up the lock) until not too many sealed blocks wait to be stored. */
int embedded_make_room(struct embedded_chain *chain, struct error *error);
bool embedded_has_room(const struct embedded_chain *chain); /* nothing of that is to be waited for */
int embedded_start_threads(struct embedded_chain *chain, struct error *error);
void embedded_stop_threads(struct embedded_chain *chain);

/* --- keys.c --- */
/* A key that signs blocks: the nodes' own, or the wallet's, which becomes theirs; key may be NULL. */
bool embedded_private_key(void *chain, const struct public_key *public, struct private_key *key);
/* Under lock: the wallet's keys of the active and the pending schedule become the nodes' own. */
void embedded_take_keys(struct embedded_chain *chain);
/* The wallet is going to be locked: those of all registered producers do. */
void embedded_before_lock(void *chain);

/* --- push.c --- */
int embedded_push(struct chain *base, struct transaction_trace *trace, struct packed_transaction *packed,
                  const struct chain_send_options *options, struct error *error);
int embedded_compute(struct chain *base, struct transaction_trace *trace, struct packed_transaction *packed,
                     bool read_only, uint64_t node, struct error *error);
int embedded_reference(struct chain *base, struct checksum256 *block_id, uint32_t *seconds,
                       const struct interruption *interruption, struct error *error);
int embedded_schedule_feature(struct chain *base, const struct checksum256 *digest,
                              const struct interruption *interruption, struct error *error);

/* --- clock.c --- */
int64_t embedded_head_time(const struct embedded_chain *chain); /* what the head says; under lock */
int embedded_clock(struct chain *base, struct chain_clock *out, const struct interruption *interruption,
                   struct error *error);
int embedded_clock_advance(struct chain *base, int64_t us, bool skip,
                           const struct interruption *interruption, struct error *error);
int embedded_clock_end(struct chain *base, const struct interruption *interruption, struct error *error);

/* --- node.c --- */
/* Under lock. -ENOENT. */
int embedded_find_node(struct embedded_chain *chain, struct node **out, uint64_t name, struct error *error);
int embedded_node(struct chain *base, struct chain_node *out, uint64_t name,
                  const struct interruption *interruption, struct error *error);
int embedded_node_from(struct chain *base, uint64_t *name, uint64_t from, struct error *error);
int embedded_node_make(struct chain *base, uint64_t name, struct error *error);
int embedded_node_command(struct chain *base, uint64_t name, const char *const *words, size_t count,
                          struct error *error);
int embedded_nodes_start(struct chain *base, const struct chain_node_start *nodes, size_t *count,
                         struct error *error);
int embedded_node_connections(struct chain *base, uint64_t name, peer_connection_visitor *visitor,
                              void *context, struct error *error);
int embedded_node_options(struct chain *base, struct text *out, uint64_t name, struct error *error);
void embedded_watch_nodes(struct chain *base, chain_node_watcher *changed, void *context);
int embedded_node_configuration(struct chain *base, struct text *out, uint64_t name, struct error *error);
int embedded_node_configure(struct chain *base, uint64_t name, const char *text, struct error *error);
int embedded_node_peers(struct chain *base, struct text *out, uint64_t name, struct error *error);
int embedded_node_set_peers(struct chain *base, uint64_t name, const char *const *peers, size_t count,
                            struct error *error);
int embedded_viewed_node(struct chain *base, uint64_t *name, struct error *error);
int embedded_view_node(struct chain *base, uint64_t name, struct error *error);
int embedded_producer_state(struct chain *base, struct chain_producer *out, uint64_t name,
                            struct error *error);
int embedded_pause(struct chain *base, bool *paused, enum chain_pause what, uint64_t node,
                   struct error *error);
int embedded_limit_time(struct chain *base, uint64_t node, int32_t milliseconds, struct error *error);
int embedded_greylist(struct chain *base, struct greylist *out, const struct greylist_change *change,
                      uint64_t node, struct error *error);
void embedded_forget_untold(struct embedded_chain *chain);
void embedded_watch_lost(struct chain *base, chain_lost_visitor *lost, void *context);

#endif

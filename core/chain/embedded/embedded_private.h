/* The embedded chain's inside: a branch, a clock, a thread that produces, one that signs and stores.
 * Private to core/chain/embedded*.c.
 *
 * Locks, outermost first: `log` (blocks go to storage in order), `lock` (the branch and all counted
 * roots), `publish` (what readers take: the current state, the times of blocks). Signatures are recovered
 * and made outside `lock`, the disk is waited for outside it, and no reader needs it. */
#ifndef EOSIOFS_CORE_CHAIN_EMBEDDED_EMBEDDED_PRIVATE_H
#define EOSIOFS_CORE_CHAIN_EMBEDDED_EMBEDDED_PRIVATE_H

#include "core/chain/embedded/block_times.h"
#include "core/chain/embedded/embedded.h"
#include "core/engine/engine.h"
#include "core/wallet/key_store.h"

#include <pthread.h>
#include <stdatomic.h>

struct data_folder;
struct storage;

/* A state that readers may pin. Released by readers under `publish`, freed under `lock`. */
struct published {
	size_t references;
	struct published *next_unused;
	struct map_root *root;          /* held */
	/* held: the sealed head below this state; readers leave its signature and `previous` alone */
	struct block_state *head;
	struct checksum256 irreversible_id;
	uint32_t irreversible_num;
	uint32_t block_num, slot;
	uint64_t sequence;
};

/* A sealed block on its way through signing to storage. */
struct sealed {
	struct block_state *block; /* held */
	struct checksum256 digest;
	struct private_key key;    /* signs it; wiped then */
	bool is_claimed, is_signed; /* somebody signs it or has signed it; has */
	bool journaled;
};

enum { SEALED_MAXIMUM = 64, RECENT_BLOCKS = 1000 };

struct embedded_chain {
	struct chain base;
	struct chain_view_operations view_operations; /* of its views */
	struct branch *branch;
	const struct signer *signer;
	struct wallet *wallet;
	struct key_store *node_keys;
	uint32_t taken_version; /* of the schedule whose keys were last looked for in the wallet; under lock */
	bool has_taken;
	struct storage *storage; /* NULL: in memory only */
	struct growing_text *node_log;
	bool manual_clock;

	pthread_mutex_t log;
	pthread_mutex_t lock;
	pthread_cond_t changed; /* with lock, monotonic clock: something for the threads to do */
	pthread_cond_t to_sign, was_signed; /* with lock: sealed blocks are; some of them were */
	unsigned moving;        /* how many move the clock: who does so signs and stores what it seals */
	bool signers_end;
	pthread_t producer, storer;
	unsigned threads;       /* how many of the two run */
	bool stopping;
	_Atomic int64_t offset_us; /* chain time less real time; written under lock */
	uint64_t clock_moves;   /* how often it was moved: the thread then looks anew at what is due */
	int64_t clock_difference; /* real less monotonic time when last looked at */
	struct sealed sealed[SEALED_MAXIMUM]; /* ring */
	size_t sealed_first, sealed_count;
	/* without storage: the last RECENT_BLOCKS blocks, packed, by number modulo that */
	struct bytes *recent;
	struct block_state *stored; /* held: the last block that is in the log; NULL without storage */
	bool unsynced;          /* under log: the log's end has not reached the disk */
	char trouble[ERROR_SENTENCE_SIZE]; /* what the node's log told last about storing */
	bool pending_journaled; /* the block in the making has its journal */
	struct checksum256 *scheduled_ids; /* deferred transactions that the block in the making began with */
	size_t scheduled_count, scheduled_capacity;
	struct checksum256 *features; /* that the block in the making activates */
	size_t features_count;
	uint16_t confirmed;
	uint64_t pending_producer;
	/* signs the block in the making, whatever becomes of the wallet meanwhile */
	struct private_key pending_key;

	pthread_mutex_t publish;
	struct block_times times;
	struct published *current;
	struct published *unused; /* to be freed by whoever next holds `lock` */
	uint64_t sequence;
};

static inline struct embedded_chain *embedded_of(struct chain *chain)
{
	return (struct embedded_chain *)chain;
}

/* --- view.c --- */
int embedded_view_open(struct chain *base, struct chain_view **out, const struct chain_revision *revision,
                       const struct interruption *interruption, struct error *error);
int embedded_node(struct chain *base, struct chain_node *out, uint64_t name,
                  const struct interruption *interruption, struct error *error);
struct chain_view_operations embedded_view_operations(void);

/* --- publish.c --- */
/* under lock: readers see the branch's state from now on */
void embedded_publish(struct embedded_chain *chain);
void embedded_collect(struct embedded_chain *chain);        /* under lock: frees what readers have let go */
struct published *embedded_pin(struct embedded_chain *chain);
/* The state after a reversible block; NULL: it is not in memory. */
struct published *embedded_pin_block(struct embedded_chain *chain, uint32_t number);
void embedded_unpin(struct embedded_chain *chain, struct published *state);

/* --- produce.c --- */
int64_t embedded_now(const struct embedded_chain *chain); /* chain time, microseconds */
/* Under lock: makes sure that a block is in the making; -EAGAIN with a sentence that names who is missing. */
int embedded_open_block(struct embedded_chain *chain, uint32_t earliest_slot,
                        const struct checksum256 *feature, struct error *error);
void embedded_drop_block(struct embedded_chain *chain); /* under lock */
/* Under lock: seals the block in the making and queues it for embedded_finish(); finishes older ones
 * (giving up the lock) while the queue is full. On failure the block is in the making still. */
int embedded_seal(struct embedded_chain *chain, struct error *error);
int embedded_start_threads(struct embedded_chain *chain, struct error *error);
void embedded_stop_threads(struct embedded_chain *chain);

/* --- keys.c --- */
/* The first of the authority's keys that alone reaches its threshold and that we have; key may be NULL. */
bool embedded_signing_key(struct embedded_chain *chain, const struct producer_authority *authority,
                          struct private_key *key);
/* Under lock: the wallet's keys of the active and the pending schedule become the node's own. */
void embedded_take_keys(struct embedded_chain *chain);
/* The wallet is going to be locked: those of all registered producers do. */
void embedded_before_lock(void *chain);

/* --- finish.c --- */
/* Without locks: signs and stores everything that is sealed. durable: and waits for the disk. What cannot
 * be stored stays queued. */
int embedded_finish(struct embedded_chain *chain, bool durable, struct error *error);
/* The same until at most `left` blocks remain; what others are signing meanwhile may be among those. */
int embedded_finish_all_but(struct embedded_chain *chain, size_t left, bool durable, struct error *error);
/* Threads beside the caller's that sign what is sealed, one for each other processor; how many there are. */
size_t embedded_start_signers(struct embedded_chain *chain, pthread_t *threads, size_t maximum);
void embedded_stop_signers(struct embedded_chain *chain, pthread_t *threads, size_t count); /* under lock */
int embedded_sync(struct chain *base, struct error *error);
/* does so whenever something is sealed, and saves the state now and then */
void *embedded_store_thread(void *chain);

/* --- push.c --- */
int embedded_push(struct chain *base, struct transaction_trace *trace, struct packed_transaction *packed,
                  const struct chain_send_options *options, struct error *error);
int embedded_reference(struct chain *base, struct checksum256 *block_id, uint32_t *seconds,
                       const struct interruption *interruption, struct error *error);
int embedded_schedule_feature(struct chain *base, const struct checksum256 *digest,
                              const struct interruption *interruption, struct error *error);
int embedded_clock(struct chain *base, struct chain_clock *out, const struct interruption *interruption,
                   struct error *error);
int embedded_clock_advance(struct chain *base, int64_t us, bool skip,
                           const struct interruption *interruption, struct error *error);

/* --- storage.c: the data folder's block log, state file, journals and clock --- */
/* Opens the log: of *genesis, or of whatever chain is there when `given` is false (*genesis is then set to
 * it; without a log it is used as it is). */
int storage_open(struct storage **out, struct data_folder *folder, struct genesis *genesis, bool given,
                 struct text *notices, struct error *error);
void storage_close(struct storage *storage); /* NULL is fine */
/* A branch whose head is the log's last block: from the state file and the blocks after it, or by
 * replaying all; `all`: by replaying all, and comparing. */
int storage_restore(struct storage *storage, struct branch **branch, const struct genesis *genesis,
                    bool all, struct text *notices, struct error *error);
int64_t storage_offset(const struct storage *storage); /* microseconds, as last saved */
int storage_save_offset(struct storage *storage, int64_t offset_us, struct error *error);
int storage_append_block(struct storage *storage, const struct signed_block *block, struct error *error);
int storage_sync(struct storage *storage, struct error *error);
int storage_read_block(struct storage *storage, struct signed_block *out, uint32_t number,
                       struct error *error);
/* Saves the state after the last stored block when it is time for it, or always; without locks, in one
 * thread at a time. */
int storage_save_state(struct storage *storage, struct embedded_chain *chain, bool always,
                       struct error *error);

/* --- journal.c: what makes the block in the making outlive the process; one file a block --- */
/* Begins the journal of the block in the making, and of sealed blocks before it that are not in the log
 * yet; nothing without storage, or when that has been done. Under lock. */
int storage_journal_begin(struct storage *storage, struct embedded_chain *chain, struct error *error);
int storage_journal_append(struct storage *storage, const struct packed_transaction *packed,
                           bool without_keys, struct error *error);
/* A descriptor of the journal of the block in the making, for storage_journal_sync(); -1 when it has none. */
int storage_journal_descriptor(struct storage *storage, const struct embedded_chain *chain);
/* It, and that there is such a file, reaches the disk; the descriptor is closed. Without locks. */
int storage_journal_sync(struct storage *storage, int descriptor, struct error *error);
void storage_journal_take_back(struct storage *storage); /* the record appended last */
/* the block is in the log and on the disk */
void storage_journal_done(const struct storage *storage, uint32_t number);

/* --- rebuild.c --- */
/* Rebuilds the blocks that were sealed or in the making, but not in the log, when the last process ended;
 * before the threads run. Where nobody has the key for that, they wait. */
int storage_rebuild(struct storage *storage, struct embedded_chain *chain, struct text *notices,
                    struct error *error);
/* Rebuilds what waits, if anything does; -EAGAIN: still without a key. storage may be NULL. Under lock. */
int storage_rebuild_waiting(struct storage *storage, struct embedded_chain *chain, struct error *error);

#endif

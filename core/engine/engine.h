/* The engine: state, blocks, transactions. No threads, no clock, no files, no keys: whoever drives it (the
 * network, the replay tool, tests) says which slot comes next, who produces it and what is pushed, and
 * signs what it seals. One thread at a time.
 *
 * A ledger is what all nodes share: the state map, the genesis, every block that somebody holds by its id
 * with the state after it. A branch is what a node has: its head, the blocks back to the last irreversible
 * one, a block in the making. */
#ifndef EOSIOFS_CORE_ENGINE_ENGINE_H
#define EOSIOFS_CORE_ENGINE_ENGINE_H

#include "core/engine/state/map/map.h"
#include "core/types/block.h"
#include "core/types/genesis.h"
#include "core/types/greylist.h"
#include "core/types/trace.h"

struct branch;
struct deeds;
struct id_trail;
struct ledger;
struct missed_slots;

/* A block and the state after it: immutable once sealed but for its signature. Counted by
 * block_state_hold/release (chain's thread). */
struct block_state {
	struct checksum256 id;
	uint32_t number;
	struct signed_block *block; /* owned */
	struct map_root *root;      /* held: the state after this block */
	/* protocol.md E.5, E.7: */
	struct producer_schedule active_schedule; /* signs the next block */
	struct producer_schedule pending_schedule; /* no producers: none pending */
	uint32_t pending_schedule_lib_num;
	struct checksum256 pending_schedule_hash;
	struct incremental_merkle blockroot; /* covers the ids of blocks 1..number-1 */
	uint32_t dpos_proposed_irreversible, dpos_irreversible;
	/* of block dpos_irreversible; zeroes when it is not known or there is none */
	struct checksum256 irreversible_id;
	struct last_produced {
		uint64_t producer;
		uint32_t block, implied_irreversible;
		bool has_implied; /* a producer that has just left the schedule has none */
	} *last_produced; /* owned; ascending by producer */
	size_t last_produced_count;
	uint8_t *confirm_count; /* owned */
	size_t confirm_count_count;
	struct missed_slots *missed; /* held: the slots that producers let pass before it; NULL: none */
	/* held: ids of the reversible blocks before it, for branches that have let go of their states */
	struct id_trail *trail;
	struct deeds *deeds; /* held: what it and those before it did, the newest first; NULL: not kept */
	struct ledger *ledger; /* that has it by its id: not held; NULL while nobody else may see it */
	bool is_bare;          /* the ledger has it not, and its block is without its transactions */
	struct block_state *next_in_bucket; /* the ledger's */
	size_t references;
};
struct block_state *block_state_hold(struct block_state *block);
void block_state_release(struct block_state *block);
/* A copy, one reference, that is as good as it for going on from there: for who keeps many. */
struct block_state *block_state_without_transactions(const struct block_state *state);
/* How many slots of a producer have passed without a block, on the way to this one. */
uint32_t block_state_missed(const struct block_state *state, uint64_t producer);

/* --- the ledger: lives as long as somebody holds it or a branch stands on it; all held block states must
 * have been released before --- */
struct ledger *ledger_hold(struct ledger *ledger);
void ledger_release(struct ledger *ledger); /* NULL is fine */
const struct genesis *ledger_genesis(const struct ledger *ledger);
const struct checksum256 *ledger_chain_id(const struct ledger *ledger);
struct map *ledger_map(struct ledger *ledger);
struct block_state *ledger_genesis_block(struct ledger *ledger); /* block 1 (E.8); held */
/* The block of that id, borrowed, as long as some branch or anybody else holds it; NULL: nobody does. */
struct block_state *ledger_find(const struct ledger *ledger, const struct checksum256 *id);

/* How contracts are run. */
struct contract_options {
	bool without_twins; /* code runs as WebAssembly even where this program has its native twin */
	/* microseconds, read by the thread that pushes: transactions that take longer than the limits say are
	 * ended by it. NULL: time is counted in what contracts do, so that a run is as long each time. */
	int64_t (*clock)(void *context);
	void *context;
	bool measured_cpu; /* the time that a transaction took is billed, in place of the minimum */
};
void ledger_set_contract_options(struct ledger *ledger, const struct contract_options *options);
void ledger_copy_contract_options(struct ledger *ledger, const struct ledger *other);

/* From now on what blocks do is kept beside their states, until somebody has told it (block/deeds.h). */
void ledger_keep_deeds(struct ledger *ledger);

/* --- branches --- */

/* A new ledger with the genesis block and D.8's initial state, and the first branch on it. */
int branch_create(struct branch **out, const struct genesis *genesis, struct error *error);
/* Another branch on a ledger, with `head`, and of the blocks before it what is reversible and there. */
struct branch *branch_fork(struct ledger *ledger, struct block_state *head);
void branch_destroy(struct branch *branch); /* NULL is fine */
/* It makes blocks again of which everything was told: their deeds are not kept. */
void branch_without_deeds(struct branch *branch);
struct deeds *branch_deeds(const struct branch *branch); /* of the block in the making too; held */
struct ledger *branch_ledger(const struct branch *branch); /* borrowed */
struct block_state *branch_head(const struct branch *branch); /* borrowed */
/* The head, or a block before it that is reversible or the last irreversible one, or was so until the head
 * came: borrowed. NULL: it is none, or its state was let go (of a long reversible chain the last 1 000 are
 * kept). */
struct block_state *branch_find(const struct branch *branch, uint32_t number);
/* The id of the head or of a reversible block before it, the last irreversible one included; false: it is
 * not known. Up to 65 536 blocks beyond those of branch_find() are. */
bool branch_find_id(const struct branch *branch, struct checksum256 *out, uint32_t number);
/* Makes another block of the ledger the head: a fork's tip, an older block. The state is that block's from
 * now on, the blocks before it are those of its past. No block may be in the making. What other branches
 * have stays as it is. */
void branch_set_head(struct branch *branch, struct block_state *head);
/* The last irreversible block's number and id. */
uint32_t branch_irreversible(const struct branch *branch, struct checksum256 *id);

/* Who produces a slot by the head's active schedule (E.6), and the authority that signs for it (borrowed). */
const struct producer_authority *branch_producer_of_slot(const struct branch *branch, uint32_t slot);

/* --- building a block --- */
struct block_options {
	uint32_t slot;        /* later than the head's */
	uint64_t producer;    /* must be the slot's producer (3030009 otherwise) */
	uint16_t confirmed;   /* E.7; branch_confirmed() gives what a producer would say */
	/* activated by this block: preactivated ones must be listed, PREACTIVATE_FEATURE may be */
	const struct checksum256 *features;
	size_t features_count;
};
/* What `producer`, having signed last_signed (0: never) on this node, states as confirmed in the next
 * block. */
uint16_t branch_confirmed(const struct branch *branch, uint32_t last_signed);
/* Features that the head's state demands to be activated in the next block (preactivated); *out is free()d
 * by the caller. */
size_t branch_preactivated_features(const struct branch *branch, struct checksum256 **out);

/* Starts the next block: features, schedule promotion, onblock, expired records, eosio.prods (D.5).
 * onblock's trace goes to *onblock when that is not NULL. No block may be in the making. */
int branch_block_start(struct branch *branch, struct transaction_trace *onblock,
                       const struct block_options *options, struct error *error);
bool branch_block_pending(const struct branch *branch);
uint32_t branch_block_slot(const struct branch *branch);   /* of the block in the making */
uint32_t branch_block_number(const struct branch *branch); /* of the block in the making, else head's + 1 */
/* The active schedule of the block in the making: after it, who signs. Borrowed; without one the head's. */
const struct producer_schedule *branch_block_active_schedule(const struct branch *branch);
/* The state as the block in the making has it now, one reference for the caller; without one the head's. */
struct map_root *branch_state(struct branch *branch);
/* How many transactions the block in the making holds. */
size_t branch_block_transactions(const struct branch *branch);

/* What becomes of a pushed transaction: it goes into the block, or only its trace is made and the state is
 * as before. A dry run needs no signatures; what only reads declares no authorizations and may not write. */
enum push_kind { PUSH_INTO_BLOCK, PUSH_DRY_RUN, PUSH_READ_ONLY };
struct push_options {
	enum push_kind kind;
	uint32_t billed_cpu_us; /* 0: the chain's min_transaction_cpu_usage */
	bool without_keys;      /* authorities count as satisfied ("impersonate"); names are still checked */
	bool is_foreign;        /* another process's: nobody here waits for it */
	/* It was in this block before: whether it took too long was asked then. Only what never ends is ended,
	 * by what is counted of it. */
	bool again;
	int64_t time_limit; /* microseconds: the node's own, beside the chain's; 0: none */
	/* borrowed: of who makes the block, of who was asked to have it in one; NULL: it holds nobody */
	const struct greylist *greylists[2];
	/* microseconds until the block must be ready: what is running then fails with DEADLINE_EXCEPTION, and has
	 * its whole time in the next one. 0: it may be late. */
	int64_t block_left;
	/* For a transaction that stands for a recorded one whose bytes are not at hand (replay --blocks): it
	 * has that one's id and bills that one's NET (bytes), and its TaPoS is not looked at. NULL: none. */
	const struct checksum256 *recorded_id;
	uint64_t recorded_net_usage;
};
/* Pushes a transaction into the block in the making. keys: those of its signatures, ascending
 * (packed_transaction_keys), recovered by the caller outside any lock. On success *packed has been moved
 * into the block (it is emptied; a dry run moves nothing: the trace is all there is of it); on failure the
 * state is as before and *packed is the caller's still. The trace is filled either way (release it). A
 * delayed transaction succeeds with status delayed. A full block fails it with BLOCK_NET_USAGE_EXCEEDED or
 * BLOCK_CPU_USAGE_EXCEEDED: the caller seals and tries again in the next one. */
int branch_push(struct branch *branch, struct transaction_trace *trace, struct packed_transaction *packed,
                const struct public_key *keys, size_t keys_count, const struct push_options *options,
                struct error *error);
/* The next deferred or delayed transaction that is due (delay_until <= the block's time), in nodeos's
 * order (delay_until, then creation); false: none. */
bool branch_next_scheduled(const struct branch *branch, struct checksum256 *id);
/* The same in a walk, which begins at a zeroed place: one that could not run is left behind. Those that
 * this very block has stored wait for the next one. */
struct scheduled_place {
	int64_t delay_until;
	uint64_t object_id;
};
bool branch_scheduled_from(const struct branch *branch, struct scheduled_place *place,
                           struct checksum256 *id);
/* Runs one that is due. Its end (executed, soft_fail, hard_fail, expired) is in the trace; failing only
 * means that there is none such. */
int branch_push_scheduled(struct branch *branch, struct transaction_trace *trace,
                          const struct checksum256 *id, const struct push_options *options,
                          struct error *error);
/* Seals the block in the making: it becomes the head, unsigned. *digest is what its producer signs (E.4). */
int branch_block_seal(struct branch *branch, struct block_state **out, struct checksum256 *digest,
                      struct error *error);
/* The same with a recorded block's merkle roots in place of those computed, where a transaction stands for
 * a recorded one. */
int branch_block_seal_with_roots(struct branch *branch, struct block_state **out, struct checksum256 *digest,
                                 const struct checksum256 *transaction_mroot,
                                 const struct checksum256 *action_mroot, struct error *error);
void block_state_sign(struct block_state *block, const struct signature *signature);
/* Drops the block in the making with everything in it. */
void branch_block_drop(struct branch *branch);

/* Applies a block on the head as a validating node does: one that another branch has made or applied
 * becomes the head as it is; in any other everything is recomputed and compared (E.10 with
 * --force-all-checks). CPU comes from its receipts. trusted: skips signatures, authorization and
 * TaPoS, as a replay of one's own irreversible log does. On failure the head is as before; the sentence
 * names the block and what differs. */
int branch_apply_block(struct branch *branch, const struct signed_block *block, bool trusted,
                       struct error *error);
/* Applies a block, trusted, on the head to show what it did, and drops it: the traces of onblock, then of its
 * transactions in their order. The visitor may take a trace over and leave it empty. */
typedef void trace_visitor(void *context, struct transaction_trace *trace);
int branch_trace_block(struct branch *branch, const struct signed_block *block, trace_visitor *visitor,
                       void *context, struct error *error);
/* Do the block's signatures satisfy the authority of its producer, as the schedule before it has it?
 * digest: what was signed (E.4), as branch_block_seal gives it; previous: the state before the block. */
int block_state_verify_signatures(const struct block_state *previous, const struct signed_block *block,
                                  const struct checksum256 *digest, struct error *error);

/* --- saving and restoring (state file) --- */
/* The head or a block before it, and what follows from it, as bytes: schedules, DPoS counts; the state
 * itself is block->root. */
void branch_pack_block(struct bytes *out, const struct branch *branch, const struct block_state *block);
/* A block that branch_pack_block wrote, in a ledger that there is, held; root: of the ledger's map, taken
 * over. */
int ledger_restore_block(struct ledger *ledger, struct block_state **out, struct map_root *root,
                         struct cursor *head, struct error *error);
/* A ledger and a branch whose head is what branch_pack_block wrote, over a loaded root (taken over) of
 * `map` (taken over). */
int branch_restore(struct branch **out, const struct genesis *genesis, struct map *map, struct map_root *root,
                   struct cursor *head, struct error *error);

#endif

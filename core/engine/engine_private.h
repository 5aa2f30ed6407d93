/* What the engine's files share: ledger and branch, the block in the making, and the steps of running a
 * transaction. Nobody else includes this, tests of its parts excepted. */
#ifndef EOSIOFS_CORE_ENGINE_ENGINE_PRIVATE_H
#define EOSIOFS_CORE_ENGINE_ENGINE_PRIVATE_H

#include "core/engine/run/apply.h"
#include "core/engine/run/authorization.h"
#include "core/engine/state/configuration.h"
#include "core/engine/state/deferred.h"
#include "core/engine/state/feature.h"
#include "core/engine/state/proposed_schedule.h"
#include "core/engine/state/resource.h"
#include "core/engine/wasm/wasm.h"

/* What transactions change beside the state map; a failed one gets it back by value. */
struct block_globals {
	struct chain_config config;
	struct wasm_limits wasm_limits;
	struct feature_set features;
	uint64_t global_sequence;   /* the last one given to an action */
	uint64_t next_generated_id, next_link_id;
	uint64_t cpu_usage, net_usage; /* of the block, billed so far */
};

struct pending_block {
	struct contract_runtime *runtime; /* the ledger's */
	struct map_edit *edit;
	struct block_header header;  /* without merkle roots and extensions until it is sealed */
	struct block_state *next;    /* what the block's state will be; its block and root come with the seal */
	bool was_pending_promoted;   /* the pending schedule became the active one */
	bool has_new_schedule;
	struct producer_schedule new_schedule; /* the proposed one that becomes pending in this block */
	struct checksum256 *features; /* owned: activated by this block */
	size_t features_count;
	struct resource_state resources;
	struct block_globals globals;
	struct checksum256 *action_digests; /* owned */
	size_t action_digests_count, action_digests_capacity;
	struct transaction_receipt *receipts; /* owned */
	size_t receipts_count, receipts_capacity;
	bool keeps_deeds;
	struct deeds *deeds; /* held: what it and all before it did */
	bool validating; /* an existing block is being applied: CPU comes from its receipts */
	bool trusted;    /* as branch_apply_block's */
};

struct ledger {
	size_t references;
	struct genesis genesis;
	struct checksum256 chain_id;
	struct map *map;
	struct contract_runtime *runtime; /* owned */
	bool keeps_deeds;
	struct block_state **buckets; /* owned; the blocks are not */
	size_t buckets_count, blocks_count;
};

struct branch {
	struct ledger *ledger;         /* held */
	struct block_state *head;      /* the last of: */
	struct block_state **blocks;   /* owned, each held: blocks[first] to blocks[first + count - 1] */
	size_t first, count, capacity;
	struct pending_block *pending; /* owned; NULL: none */
	bool without_deeds;
};

/* The ids of blocks first to first + ID_TRAIL_LENGTH - 1, zeroes where one is not known, and of those
 * before. Shared by all states that have them in their past, so that a hundred branches cost no more ids
 * than one. */
enum { ID_TRAIL_LENGTH = 64 };
struct id_trail {
	size_t references;
	struct id_trail *earlier; /* held */
	uint32_t first;
	struct checksum256 ids[ID_TRAIL_LENGTH];
};

/* --- ledger.c --- */
struct ledger *ledger_begin(const struct genesis *genesis, struct map *map); /* the map is taken over */
/* Others may see the block from now on. Its reference is given back as that of the block of this id which
 * was there already, if one was. */
struct block_state *ledger_add(struct ledger *ledger, struct block_state *block);
void ledger_forget(struct block_state *block); /* nobody holds it any more */
struct id_trail *id_trail_hold(struct id_trail *trail); /* NULL is fine here and below */
void id_trail_release(struct id_trail *trail);
struct id_trail *id_trail_begin(struct id_trail *earlier, uint32_t first);
/* What is before the piece that has block `first` is of no use any more. */
void id_trail_cut(struct id_trail *trail, uint32_t first);
bool id_trail_find(const struct id_trail *trail, struct checksum256 *out, uint32_t number);

/* --- missed.c --- */
struct missed_slots {
	size_t references, count;
	struct {
		uint64_t producer;
		uint32_t slots;
	} of[];
};
struct missed_slots *missed_slots_hold(struct missed_slots *missed); /* NULL is fine, here and below */
void missed_slots_release(struct missed_slots *missed);
/* Those of a block in that slot after another; held. */
struct missed_slots *missed_slots_after(const struct block_state *previous, uint32_t slot);
void missed_slots_pack(struct bytes *out, const struct missed_slots *missed);
struct missed_slots *missed_slots_unpack(struct cursor *in); /* in fails when it is malformed */

/* --- deeds.c --- */
/* What a transaction of the block in the making did, where that is kept. */
void deeds_add_transaction(struct pending_block *pending, const struct transaction_trace *trace);
/* The block is made; what is known of it passes to its state. */
void deeds_end_block(struct pending_block *pending, struct block_state *block);

/* --- branch.c --- */
/* The next block becomes the head; its reference is the branch's. */
void branch_append(struct branch *branch, struct block_state *block);
struct id_trail *branch_trail(const struct branch *branch); /* of the block after the head; held */

/* --- core/engine/block/state.c --- */
/* The state of the next block before anything of it is known but its header's first fields (E.7), without
 * the ids that only a branch knows; NULL with the error set otherwise. */
struct block_state *block_state_next(const struct block_state *previous, bool *was_pending_promoted,
                                     uint32_t slot, uint16_t confirmed, struct error *error);
const struct producer_authority *block_state_producer(const struct block_state *state, uint32_t slot);
/* Every piece but block and root. */
void block_state_pack(struct bytes *out, const struct block_state *state);
int block_state_unpack(struct block_state **out, struct cursor *in, struct error *error);

/* --- core/engine/block/build.c --- */
int block_start(struct branch *branch, struct transaction_trace *onblock, const struct block_options *options,
                bool validating, bool trusted, struct error *error);
/* Adds a receipt to the block in the making; packed is taken over, NULL for a deferred transaction. */
void block_add_receipt(struct pending_block *pending, uint8_t status, uint32_t cpu_us, uint64_t net,
                       struct packed_transaction *packed, const struct checksum256 *id);
/* Ends the block in the making as a state that nobody else sees yet; roots: of transactions and actions,
 * NULL: computed. *digest is what its producer signs. */
int block_finish(struct branch *branch, struct block_state **out, struct checksum256 *digest,
                 const struct checksum256 *const roots[2], struct error *error);
/* The state and the globals as they were, to go back to. Checkpoints nest; each that was taken is
 * released. */
struct block_checkpoint {
	size_t mark;
	struct block_globals globals;
};
void block_checkpoint_take(struct block_checkpoint *checkpoint, struct pending_block *pending);
void block_checkpoint_restore(const struct block_checkpoint *checkpoint, struct pending_block *pending);
void block_checkpoint_release(struct pending_block *pending); /* the last taken that was not released */
static inline uint32_t pending_slot(const struct pending_block *pending)
{
	return pending->header.timestamp;
}
static inline uint32_t pending_number(const struct pending_block *pending)
{
	return pending->next->number;
}
static inline bool pending_feature(const struct pending_block *pending, enum feature feature)
{
	return feature_active(&pending->globals.features, feature);
}

/* --- transaction_context.c --- */
void transaction_context_begin(struct transaction_context *context, struct pending_block *pending,
                               const struct transaction *transaction, const struct checksum256 *id,
                               struct transaction_trace *trace, uint32_t billed_cpu_us);
void transaction_context_release(struct transaction_context *context);
/* The beginning of a pushed transaction, of one of the chain's own (onblock, onerror), of a deferred one
 * first stored at `published`: limits, and what is billed before anything runs. 3040008, 3040005 and the
 * like. */
int transaction_init_input(struct transaction_context *context, const struct packed_transaction *packed,
                           struct error *error);
int transaction_init_implicit(struct transaction_context *context, struct error *error);
int transaction_init_deferred(struct transaction_context *context, int64_t published, struct error *error);
/* Do the accounts and the declared permissions exist? Of context-free actions too, where context_free says
 * so. */
int transaction_validate_accounts(const struct map_root *root, const struct transaction *transaction,
                                  bool context_free, struct error *error);
/* Runs the actions. */
int transaction_execute(struct transaction_context *context, struct error *error);
/* Gives the context's action digests to the block. */
void transaction_keep_digests(struct transaction_context *context);

/* Dates a transaction as the chain does those that it makes: it refers to the block before the one in the
 * making and is for that one. */
void transaction_date(struct transaction *transaction, const struct pending_block *pending);
/* Stores one that becomes due after its delay: the rest of *generated follows from it, but for what packed
 * points to. The RAM it takes. */
int64_t transaction_store_generated(struct pending_block *pending, struct generated_transaction *generated,
                                    const struct transaction *transaction);

/* --- billing.c --- */
enum { TRANSACTION_ID_NET = 32 }; /* bytes: its id, which a block will have in place of one that waited */
/* Those of chain, block and transaction; of a transaction that nobody pays for there are no others. */
void transaction_set_limits(struct transaction_context *context);
/* These, those of the accounts that are billed, and `net` counted. 3080002 to 3080006. */
int transaction_init_limits(struct transaction_context *context, uint64_t net, struct error *error);
/* Counts NET usage; 3080002 or 3080003 beyond the limits. */
int transaction_add_net(struct transaction_context *context, uint64_t bytes, struct error *error);
/* Changes an account's RAM usage; whether it can pay is checked at the end, as for any account that
 * transaction_check_ram_of() names. */
int transaction_add_ram(struct transaction_context *context, uint64_t account, int64_t delta,
                        struct error *error);
void transaction_check_ram_of(struct transaction_context *context, uint64_t account);
/* Looks the billed accounts up: what they can still pay. */
void transaction_available(struct transaction_context *context, int64_t *net, int64_t *cpu);
/* Bills them as they were just looked up. */
int transaction_bill(struct transaction_context *context, uint64_t net, uint64_t cpu, struct error *error);
/* The end: RAM is checked, NET rounded up, accounts billed. */
int transaction_finalize(struct transaction_context *context, struct error *error);

/* --- deadline.c --- */
/* Its time begins; cpu_left: what the billed accounts can pay, microseconds. */
void transaction_start_clock(struct transaction_context *context, int64_t cpu_left);
/* After so much more work of its contracts: has it run longer than it may? And the failure for that
 * (3080004, 3080005, 3081001). */
bool transaction_is_late(struct transaction_context *context, uint32_t work);
int transaction_late(const struct transaction_context *context, struct error *error);
/* Another receiver's turn, which is work too, whatever it does; false: it is late. */
bool transaction_next_receiver(struct transaction_context *context);
/* Where it is to be so, what is billed becomes the time that it took; else nothing. */
void transaction_measure(struct transaction_context *context);

/* --- apply.c --- */
/* A new action trace; its ordinal. action is copied. */
uint32_t transaction_schedule_action(struct transaction_context *context, const struct action *action,
                                     uint64_t receiver, bool context_free, uint32_t creator,
                                     uint32_t ancestor);
int transaction_execute_action(struct transaction_context *context, uint32_t ordinal, uint32_t depth,
                               struct error *error);

/* --- schedule.c --- */
/* The proposed schedule becomes pending once the block that proposed it is irreversible and none else is
 * pending (E.5). */
int schedule_promote_proposed(struct pending_block *pending, const struct block_state *head,
                              struct error *error);
/* eosio.prods' authorities follow the active schedule (D.5). */
void schedule_update_producers_authority(struct pending_block *pending);

/* --- genesis_state.c --- */
void genesis_state(struct map_edit *edit, struct block_globals *globals, const struct genesis *genesis);
void block_globals_get(const struct map_root *root, struct block_globals *out);
/* the counters; config and features write themselves */
void block_globals_put(struct map_edit *edit, const struct block_globals *globals);
void tapos_put(struct map_edit *edit, const struct checksum256 *block_id);

#endif

/* What the engine's files share: the engine, the block in the making, and the steps of running a
 * transaction. Nobody else includes this, tests of its parts excepted. */
#ifndef EOSIOFS_CORE_ENGINE_ENGINE_PARTS_H
#define EOSIOFS_CORE_ENGINE_ENGINE_PARTS_H

#include "core/engine/run/apply.h"
#include "core/engine/run/authorization.h"
#include "core/engine/state/deferred.h"
#include "core/engine/state/feature.h"
#include "core/engine/state/resource.h"
#include "core/engine/block/schedule.h"

/* What transactions change beside the state map; a failed one gets it back by value. */
struct block_globals {
	struct chain_config config;
	struct feature_set features;
	uint64_t global_sequence;   /* the last one given to an action */
	uint64_t next_generated_id, next_link_id;
	uint64_t cpu_usage, net_usage; /* of the block, billed so far */
};

struct pending_block {
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
	bool validating; /* an existing block is being applied: CPU comes from its receipts */
	bool trusted;    /* as engine_apply_block's */
};

struct engine {
	struct genesis genesis;
	struct checksum256 chain_id;
	struct map *map;
	struct block_state *head;     /* held */
	struct pending_block *pending; /* owned; NULL: none */
	/* A restored head has no blocks before it, a long reversible chain only the last ones. The ids of
	 * those before that are reversible: */
	struct checksum256 *earlier_ids; /* owned; of blocks earlier_first and up */
	uint32_t earlier_first;
	size_t earlier_count;
};

/* --- engine.c --- */
/* The id of a reversible block, the head or before it; false: not known. */
bool engine_find_id(const struct engine *engine, struct checksum256 *out, uint32_t number);
/* After a seal: blocks before the irreversible one go, and of a long reversible chain (too few producers
 * are there) all but the last and the ids. */
void engine_prune(struct engine *engine);

/* --- core/engine/block/state.c --- */
/* The state of the next block before anything of it is known but its header's first fields (E.7); NULL
 * with the error set otherwise. */
struct block_state *block_state_next(struct block_state *previous, uint32_t slot, uint16_t confirmed,
                                     bool *was_pending_promoted, struct error *error);
/* The irreversible block's predecessor is not needed any more. */
void block_state_prune(struct block_state *head);
const struct producer_authority *block_state_producer(const struct block_state *state, uint32_t slot);
/* Every piece but block and root. */
void block_state_pack(struct bytes *out, const struct block_state *state);
int block_state_unpack(struct block_state **out, struct cursor *in, struct error *error);

/* --- core/engine/block/build.c --- */
int block_start(struct engine *engine, const struct block_options *options, bool validating, bool trusted,
                struct transaction_trace *onblock, struct error *error);
/* Adds a receipt to the block in the making; packed is taken over, NULL for a deferred transaction. */
void block_add_receipt(struct pending_block *pending, uint8_t status, uint32_t cpu_us, uint64_t net,
                       struct packed_transaction *packed, const struct checksum256 *id);
static inline uint32_t pending_slot(const struct engine *engine)
{
	return engine->pending->header.timestamp;
}
static inline bool pending_feature(const struct engine *engine, enum feature feature)
{
	return feature_active(&engine->pending->globals.features, feature);
}

/* --- transaction_context.c --- */
/* The state and the globals as they were, to go back to. Checkpoints nest; each that was taken is
 * released. */
struct block_checkpoint {
	size_t mark;
	struct block_globals globals;
};
void block_checkpoint_take(struct block_checkpoint *checkpoint, struct pending_block *pending);
void block_checkpoint_restore(const struct block_checkpoint *checkpoint, struct pending_block *pending);
void block_checkpoint_release(struct pending_block *pending); /* the last taken that was not released */

void transaction_context_begin(struct transaction_context *context, struct engine *engine,
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
/* Counts NET usage; 3080002 or 3080003 beyond the limits. */
int transaction_add_net(struct transaction_context *context, uint64_t bytes, struct error *error);
/* Changes an account's RAM usage; whether it can pay is checked at the end, as for any account that
 * transaction_check_ram_of() names. */
int transaction_add_ram(struct transaction_context *context, uint64_t account, int64_t delta,
                        struct error *error);
void transaction_check_ram_of(struct transaction_context *context, uint64_t account);
/* Do the accounts and the declared permissions exist? Of context-free actions too, where context_free says
 * so. */
int transaction_validate_accounts(const struct map_root *root, const struct transaction *transaction,
                                  bool context_free, struct error *error);
/* Runs the actions. */
int transaction_execute(struct transaction_context *context, struct error *error);
/* The end: RAM is checked, NET rounded up, accounts billed. */
int transaction_finalize(struct transaction_context *context, struct error *error);
/* Looks the billed accounts up: what they can still pay. */
void transaction_available(struct transaction_context *context, int64_t *net, int64_t *cpu);
/* Bills them as they were just looked up. */
int transaction_bill(struct transaction_context *context, uint64_t net, uint64_t cpu, struct error *error);
/* Gives the context's action digests to the block. */
void transaction_keep_digests(struct transaction_context *context);

/* --- apply.c --- */
/* A new action trace; its ordinal. action is copied. */
uint32_t transaction_schedule_action(struct transaction_context *context, const struct action *action,
                                     uint64_t receiver, bool context_free, uint32_t creator,
                                     uint32_t ancestor);
int transaction_execute_action(struct transaction_context *context, uint32_t ordinal, uint32_t depth,
                               struct error *error);

/* --- schedule.c --- */
/* eosio.prods' authorities follow the schedule (D.5). */
void update_producers_authority(struct engine *engine, const struct producer_schedule *schedule);

/* --- genesis_state.c --- */
void genesis_state(struct map_edit *edit, const struct genesis *genesis, struct block_globals *globals);
void block_globals_get(const struct map_root *root, struct block_globals *out);
/* the counters; config and features write themselves */
void block_globals_put(struct map_edit *edit, const struct block_globals *globals);
void tapos_put(struct map_edit *edit, const struct checksum256 *block_id);

#endif

/* Where an action runs: the transaction around it, the receiver it runs for, and what its contract may ask
 * the chain to do. The intrinsics (intrinsic/) are the contract's face of this. */
#ifndef EOSIOFS_CORE_ENGINE_RUN_APPLY_H
#define EOSIOFS_CORE_ENGINE_RUN_APPLY_H

#include "core/engine/engine.h"

#include <setjmp.h>

struct database_cache; /* intrinsic/cache.h */
struct wasm_limits;
struct wasm_machine;

struct transaction_context {
	struct pending_block *pending; /* the block it is to be part of */
	struct map_edit *edit; /* the state as this transaction has changed it */
	const struct packed_transaction *packed; /* NULL for implicit ones (onblock, onerror) */
	const struct transaction *transaction;
	struct checksum256 id;
	int64_t published; /* microseconds: when it was pushed or, deferred, first stored */
	bool is_input, is_implicit, is_scheduled;
	enum push_kind kind;
	bool without_keys;
	bool recorded; /* stands for a recorded transaction: see struct push_options */
	uint64_t recorded_net_usage;
	uint32_t delay_sec;
	uint64_t net_usage, net_limit, eager_net_limit; /* bytes (B.4) */
	bool net_limit_is_block;
	const struct greylist *greylists[2]; /* as in struct push_options */
	bool net_greylisted, cpu_greylisted; /* so that some of the billed can pay less */
	enum cpu_limit_kind {
		CPU_LIMIT_BLOCK,
		CPU_LIMIT_CHAIN,
		CPU_LIMIT_TRANSACTION,
		CPU_LIMIT_ACCOUNT,
		CPU_LIMIT_NODE,
		CPU_LIMIT_DEADLINE
	} cpu_limit_kind;
	int64_t cpu_limit;     /* microseconds: the objective one (B.5) */
	/* how long it may run, microseconds; 0: for ever. What limits it is as in cpu_limit_kind. */
	int64_t time_limit;
	enum cpu_limit_kind time_limit_kind;
	int64_t node_limit, block_left; /* as in struct push_options */
	bool again;
	bool by_clock;   /* its time is the clock's of contract_options: it started then */
	int64_t started;
	uint64_t work, work_looked_at; /* done by its contracts, in units of the meter; when last asked */
	bool explicit_cpu; /* what is billed was given */
	uint32_t billed_cpu_us;
	struct name_set billed_accounts; /* owned */
	/* owned: theirs, as last looked up; name 0: there is no such account */
	struct resource_account *billed_usage;
	struct name_set ram_accounts; /* owned: whose RAM is checked at the end */
	struct transaction_trace *trace;
	size_t traces_capacity;
	struct checksum256 *receipt_digests; /* owned: in execution order, for action_mroot */
	size_t receipt_digests_count, receipt_digests_capacity;
};

struct apply_context {
	struct transaction_context *transaction;
	struct action own_action; /* borrows its parts from the trace, which may move while actions are added */
	const struct action *action; /* &own_action */
	uint64_t receiver;
	uint32_t ordinal; /* of the trace being filled: trace->actions[ordinal - 1] */
	uint32_t first_ordinal; /* of the action's own execution: what inline actions name as ancestor */
	uint32_t depth;
	bool context_free;
	bool privileged; /* the receiver is */
	uint32_t code_sequence, abi_sequence; /* of the action's account, after its own execution */
	struct checksum256 digest; /* the action's, of receivers that return nothing; once has_digest */
	bool has_digest;
	struct notified {
		uint64_t receiver;
		uint32_t ordinal;
	} *notified; /* owned: the action's account first */
	size_t notified_count, notified_capacity;
	/* owned: queued actions stand in the trace already */
	uint32_t *inline_ordinals, *context_free_inline_ordinals;
	size_t inline_count, inline_capacity, context_free_inline_count, context_free_inline_capacity;
	/* the runtime's: the iterators of this action, whoever it notifies; NULL: none yet */
	struct database_cache *database;
	struct error *error; /* where a failure's sentence goes */
	jmp_buf *leave;      /* set while a contract runs */
	struct arena *arena; /* memory of the running contract */
	struct wasm_machine *machine; /* it runs in; NULL: it is a function of this program */
	struct ram_delta *ram; /* owned: this execution's RAM deltas, ascending by account */
	size_t ram_count, ram_capacity;
};

static inline struct action_trace *apply_trace(struct apply_context *context)
{
	return &context->transaction->trace->actions[context->ordinal - 1];
}

/* Those that give an int return 0 or -errno with the node's sentence in context->error. */

/* 3090004 */
int apply_require_authorization(struct apply_context *context, uint64_t account);
/* 3090004 */
int apply_require_authorization_of(struct apply_context *context, uint64_t account, uint64_t permission);
bool apply_has_authorization(const struct apply_context *context, uint64_t account);
void apply_require_recipient(struct apply_context *context, uint64_t account);
/* Bills delta bytes to an account: usage, this action's RAM deltas, the check at the transaction's end,
 * and B.7's payer rules. A database row charged to `payer` goes through here too. */
int apply_add_ram_usage(struct apply_context *context, uint64_t payer, int64_t delta);
/* The same without payer rules: what the chain itself bills (newaccount, updateauth, …). */
int apply_change_ram_usage(struct apply_context *context, uint64_t account, int64_t delta);
/* Packed data of a contract did not decode: the failure in nodeos's words (wasm.md W.8). in: where it
 * failed; what it read may be gone. */
int apply_fail_unpack(const struct apply_context *context, const struct cursor *in);
/* Queues an inline action (taken over: *action is emptied), after the checks of C.3. */
int apply_execute_inline(struct apply_context *context, struct action *action);
int apply_execute_context_free_inline(struct apply_context *context, struct action *action);
/* D.6. replace: as send_deferred's argument. The packed transaction is given as bytes. sender_id: low then
 * high 64 bits. */
int apply_schedule_deferred(struct apply_context *context, const uint64_t sender_id[2], uint64_t payer,
                            const void *packed, size_t length, bool replace);
/* false: there was none */
bool apply_cancel_deferred(struct apply_context *context, const uint64_t sender_id[2]);
/* The same for another sender; 0: a delayed transaction. */
bool apply_cancel_deferred_of(struct apply_context *context, uint64_t sender, const uint64_t sender_id[2]);
int64_t apply_time(const struct apply_context *context); /* microseconds: the block's time */

/* Privileged things. */
int apply_set_resource_limits(struct apply_context *context, uint64_t account, int64_t ram_bytes,
                              int64_t net_weight, int64_t cpu_weight);
int apply_get_resource_limits(struct apply_context *context, int64_t *ram_bytes, int64_t *net_weight,
                              int64_t *cpu_weight, uint64_t account);
int apply_set_privileged(struct apply_context *context, uint64_t account, bool privileged);
int apply_is_privileged(struct apply_context *context, bool *privileged, uint64_t account);
bool apply_is_account(const struct apply_context *context, uint64_t account);
/* E.5: *version is the proposed schedule's version or -1. */
int apply_set_proposed_producers(struct apply_context *context, struct producer_schedule *schedule,
                                 int64_t *version);
void apply_get_parameters(const struct apply_context *context, struct chain_config *out);
int apply_set_parameters(struct apply_context *context, const struct chain_config *config);
/* wasm.md W.10; in force at once. */
int apply_set_wasm_limits(struct apply_context *context, const struct wasm_limits *limits);
int apply_preactivate_feature(struct apply_context *context, const struct checksum256 *digest);
bool apply_feature_active(const struct apply_context *context, const struct checksum256 *digest);
/* the count there is */
size_t apply_active_producers(const struct apply_context *context, uint64_t *names, size_t capacity);
/* check_transaction_authorization: would these keys and permissions (with an infinite delay) authorize the
 * transaction? */
int apply_check_transaction_authorization(struct apply_context *context,
                                          const struct transaction *transaction,
                                          const struct public_key *keys, size_t keys_count,
                                          const struct permission_level *permissions,
                                          size_t permissions_count);
int apply_check_permission_authorization(struct apply_context *context, const struct permission_level *level,
                                         const struct public_key *keys, size_t keys_count,
                                         const struct permission_level *permissions, size_t permissions_count,
                                         int64_t delay_us);

/* For setcode: may this code, whose hash that is, be a contract? 3070002, 3070003: in
 * intrinsic/validate.c. */
int contract_validate(struct apply_context *context, const void *code, size_t length,
                      const struct checksum256 *hash);

/* Runs the contract with that code hash for the context's receiver, if the receiver has one: in
 * intrinsic/run.c. A contract that fails leaves context->error set and gives -errno. */
int contract_run(struct apply_context *context, const struct checksum256 *code_hash);

#endif

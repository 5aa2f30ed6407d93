/* What a contract may send, with the sentences of what it may not: inline actions and deferred transactions
 * (protocol.md C.3, D.6). The contract is this file's own, on the account script: it sends what the case
 * says. */
#include "core/engine/engine_private.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/engine/state/account.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct branch *branch;
static uint32_t slot, varied;

enum {
	INLINE,
	FREE,     /* a context-free inline action */
	DEFERRED, /* a transaction with the action */
};
enum { /* what is done to it besides */
	   PRIVILEGED = 1,
	   FREE_IN_IT = 2,
	   TWICE = 4,
	   REPLACED = 8,
	   NOTIFIED = 16 /* it is alice's contract that sends, of script's action */
};
#define EXTENSION(which) ((which) << 8) /* the deferred one's own, as below */
enum {
	NONE,
	OTHER_TYPE,
	THEN_OTHER_TYPE,
	NOBODY,
	REPEATED,
	SHORT,
	OTHER_SENDER,
	OTHER_ID,
	OTHER_TRANSACTION,
	RIGHT
};

struct sending {
	unsigned kind;
	const char *account, *actor, *permission;
	unsigned how;
	uint32_t length; /* of the action's data */
	const char *payer;
	uint64_t features; /* a bit each */
	uint32_t code;
	const char *sentence; /* NULL: any; its beginning when it ends in '*' */
};
static const struct sending *sending;

/* --- the contract --- */

int contract_validate(struct apply_context *context, const void *code, size_t length,
                      const struct checksum256 *hash)
{
	(void)hash;
	(void)context, (void)code, (void)length;
	return 0;
}

static struct action made(void)
{
	static const uint8_t nothing[4097];
	struct action action = {.account = name_literal(sending->account), .name = name_literal("nothing")};

	if (sending->actor) {
		action.authorization = memory_allocate(1, sizeof *action.authorization);
		action.authorization[0] = (struct permission_level){name_literal(sending->actor),
		                                                    name_literal(sending->permission)};
		action.authorization_count = 1;
	}
	bytes_put(&action.data, nothing, sending->length);
	return action;
}

static void put_extension(struct apply_context *context, struct transaction *transaction, uint16_t type,
                          uint64_t sender, int which)
{
	struct extension *extension = &transaction->extensions[transaction->extensions_count++];
	struct checksum256 id = context->transaction->id;
	id.data[5] ^= which == OTHER_TRANSACTION;
	extension->type = type;
	bytes_put(&extension->data, id.data, sizeof id.data);
	bytes_put_u64(&extension->data, which == OTHER_ID ? 2 : 1);
	bytes_put_u64(&extension->data, 0);
	if (which != SHORT)
		bytes_put_u64(&extension->data, sender);
}

static void extend(struct apply_context *context, struct transaction *transaction, int which)
{
	uint64_t sender = which == OTHER_SENDER ? name_literal("alice") : which == NOBODY ? 0 : context->receiver;

	transaction->extensions = memory_allocate(2, sizeof *transaction->extensions);
	put_extension(context, transaction, which == OTHER_TYPE, sender, which);
	if (which == THEN_OTHER_TYPE)
		put_extension(context, transaction, 7, sender, which);
	if (which == REPEATED)
		put_extension(context, transaction, 0, sender, which);
}

static int defer(struct apply_context *context)
{
	struct transaction transaction = {
		.actions = memory_allocate(1, sizeof(struct action)), .actions_count = 1, .delay_sec = 3};
	const uint64_t sender_id[2] = {1, 0};
	struct bytes packed = {0};
	int result = 0;

	transaction.actions[0] = made();
	if (sending->how & FREE_IN_IT) {
		transaction.context_free_actions = memory_allocate(1, sizeof(struct action));
		transaction.context_free_actions_count = 1;
		transaction.context_free_actions[0] = (struct action){.account = name_literal("ghost")};
	}
	if (sending->how >> 8)
		extend(context, &transaction, (int)(sending->how >> 8));
	transaction_pack(&packed, &transaction);
	for (int i = 0; i < (sending->how & (TWICE | REPLACED) ? 2 : 1) && result == 0; i++)
		result = apply_schedule_deferred(context, sender_id,
		                                 sending->payer ? name_literal(sending->payer) : context->receiver,
		                                 packed.data, packed.length, sending->how & REPLACED);
	bytes_release(&packed);
	transaction_release(&transaction);
	return result;
}

int contract_run(struct apply_context *context, const struct checksum256 *code_hash)
{
	bool notified = context->receiver != context->action->account;
	struct action action;
	(void)code_hash;
	if (context->action->name != name_literal("send"))
		return 0;
	if (sending->how & NOTIFIED && !notified) {
		apply_require_recipient(context, name_literal("alice"));
		return 0;
	}
	if (sending->kind == DEFERRED)
		return defer(context);
	action = made();
	return sending->kind == INLINE ? apply_execute_inline(context, &action)
	                               : apply_execute_context_free_inline(context, &action);
}

/* --- the chain --- */

static void put_account(const char *name, bool code)
{
	struct map_edit *edit = branch->pending->edit;
	struct authority authority = authority_of_key(&branch->ledger->genesis.initial_key);
	struct account_object account = {.name = name_literal(name)};

	account.code_hash.data[0] = code;
	account_put(edit, &account);
	permission_put(edit, &(struct permission_object){.account = account.name, .name = name_literal("owner")},
	               &authority);
	if (code) { /* its contract may act for it */
		authority.accounts = memory_allocate(1, sizeof *authority.accounts);
		authority.accounts[0] = (struct permission_level_weight){{account.name, name_literal("eosio.code")},
		                                                         1};
		authority.accounts_count = 1;
	}
	permission_put(edit,
	               &(struct permission_object){.account = account.name,
	                                           .name = name_literal("active"),
	                                           .parent = name_literal("owner")},
	               &authority);
	resource_account_put(
		edit, &(struct resource_account){.name = account.name, .limits = {-1, -1, -1}, .ram_usage = 10000});
	authority_release(&authority);
}

static int begin(void **state)
{
	struct block_options options = {.producer = name_literal("eosio")};
	struct genesis genesis;

	(void)state;
	genesis_default(&genesis);
	options.slot = slot = slot_from_us(genesis.initial_timestamp) + 101;
	if (branch_create(&branch, &genesis, NULL) || branch_block_start(branch, NULL, &options, NULL))
		return -1;
	put_account("script", true);
	put_account("alice", true);
	put_account("bob", false);
	return 0;
}

static int end(void **state)
{
	(void)state;
	branch_destroy(branch);
	return 0;
}

static void prepare(void)
{
	struct account_object script;
	for (int i = 0; i < 64; i++)
		if (i < FEATURE_COUNT)
			branch->pending->globals.features.activation_block[i] = sending->features >> i & 1;
	account_get(map_edit_view(branch->pending->edit), &script, name_literal("script"));
	script.privileged = sending->how & PRIVILEGED;
	account_put(branch->pending->edit, &script);
}

/* script::send by bob; the code of the failure, 0 when it went. */
static uint32_t push(struct error *error)
{
	struct transaction transaction = {.actions = memory_allocate(1, sizeof(struct action)),
	                                  .actions_count = 1};
	const struct push_options options = {0};
	struct packed_transaction packed;
	struct transaction_trace trace;

	transaction.expiration = (uint32_t)(slot_to_us(slot) / 1000000) + 30 + ++varied;
	transaction.ref_block_num = (uint16_t)branch_head(branch)->number;
	transaction.ref_block_prefix = block_id_prefix(&branch_head(branch)->id);
	transaction.actions[0] = (struct action){.account = name_literal("script"), .name = name_literal("send")};
	transaction.actions[0].authorization = memory_allocate(1, sizeof(struct permission_level));
	transaction.actions[0].authorization[0] = (struct permission_level){name_literal("bob"),
	                                                                    name_literal("active")};
	transaction.actions[0].authorization_count = 1;
	packed_transaction_make(&packed, &transaction);
	*error = (struct error){0};
	branch_push(branch, &trace, &packed, &branch->ledger->genesis.initial_key, 1, &options, error);
	packed_transaction_release(&packed);
	transaction_trace_release(&trace);
	return error->code;
}

/* Whatever has been deferred goes again: the next case starts anew. */
static void forget(void)
{
	const uint64_t sender_id[2] = {1, 0};
	struct generated_transaction generated;
	if (!generated_transaction_get(map_edit_view(branch->pending->edit), &generated, name_literal("script"),
	                               sender_id))
		return;
	generated_transaction_remove(branch->pending->edit, &generated);
}

static void run(const struct sending *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct error error;
		uint32_t code;

		sending = &cases[i];
		prepare();
		code = push(&error);
		if (code != sending->code)
			fail_msg("case %zu: %u %s", i, code, error.sentence);
		if (code && sending->sentence) {
			size_t length = strcspn(sending->sentence, "*");
			if (strncmp(error.sentence, sending->sentence, length) ||
			    (!sending->sentence[length] && error.sentence[length]))
				fail_msg("case %zu: %s", i, error.sentence);
		}
		forget();
	}
}

#define F(name) (UINT64_C(1) << FEATURE_##name)
#define UNSATISFIED(actor)                                \
	"transaction declares authority '{\"actor\":\"" actor \
	"\",\"permission\":\"active\"}', but does not have signatures for it under a provided delay "

static void inline_actions(void **state)
{
	static const struct sending cases[] = {
		{INLINE, "script", "script", "active", 0, 8, NULL, 0, 0, NULL},
		{INLINE, "alice", "script", "active", 0, 8, NULL, 0, 0, NULL},
		{INLINE, "alice", NULL, NULL, 0, 8, NULL, 0, 0, NULL}, /* nobody's authority is needed for none */
		{INLINE, "ghost", "ghost", "active", 0, 4096, NULL, 0, 3050000,
	     "inline action's code account ghost does not exist"},
		{INLINE, "alice", "ghost", "active", 0, 4096, NULL, 0, 3050000,
	     "inline action's authorizing actor ghost does not exist"},
		{INLINE, "alice", "bob", "spend", 0, 4096, NULL, 0, 3050000,
	     "inline action's authorizations include a non-existent permission: "
	     "{\"actor\":\"bob\",\"permission\":\"spend\"}"},
		{INLINE, "alice", "bob", "active", 0, 4096, NULL, 0, 3050012,
	     "inline action too big for nonprivileged account alice"},
		{INLINE, "alice", "script", "active", 0, 4095, NULL, 0, 0, NULL},
		{INLINE, "alice", "bob", "active", 0, 8, NULL, 0, 3090003,
	     UNSATISFIED(
			 "bob") "of 0 ms, provided permissions [{\"actor\":\"script\",\"permission\":\"eosio.code\"}], "
	                "provided keys [], and a delay max "
	                "limit of 3888000000 ms"},
		{INLINE, "script", "script", "owner", 0, 8, NULL, 0, 3100006,
	     "Authorization failure with inline action sent to self"},
		{INLINE, "script", "script", "owner", 0, 8, NULL, F(RESTRICT_ACTION_TO_SELF), 3090003, NULL},
		{INLINE, "script", "bob", "active", 0, 8, NULL, 0, 0, NULL}, /* inherited */
		{INLINE, "script", "bob", "active", 0, 8, NULL, F(RESTRICT_ACTION_TO_SELF), 3090003, NULL},
		{INLINE, "alice", "bob", "owner", PRIVILEGED, 4097, NULL, 0, 0, NULL},
		{INLINE, "ghost", "bob", "owner", PRIVILEGED, 8, NULL, 0, 3050000,
	     "inline action's code account ghost does not exist"},
		{FREE, "alice", NULL, NULL, 0, 8, NULL, 0, 0, NULL},
		{FREE, "alice", "script", "active", 0, 8, NULL, 0, 3050000,
	     "context-free actions cannot have authorizations"},
		{FREE, "ghost", NULL, NULL, 0, 8, NULL, 0, 3050000,
	     "inline action's code account ghost does not exist"},
		{FREE, "alice", NULL, NULL, 0, 4096, NULL, 0, 3050012,
	     "inline action too big for nonprivileged account alice"},
	};

	(void)state;
	run(cases, sizeof cases / sizeof *cases);
}

static void deferred_transactions(void **state)
{
#define TO(account, actor, how) DEFERRED, account, actor, "active", how, 8
	static const uint64_t unique = F(NO_DUPLICATE_DEFERRED_ID);
	const struct sending cases[] = {
		{TO("alice", "script", 0), NULL, 0, 0, NULL},
		{TO("alice", "script", FREE_IN_IT), NULL, 0, 3040010,
	     "context free actions are not currently allowed in generated transactions"},
		{TO("ghost", "script", 0), NULL, 0, 3040000, "action's code account 'ghost' does not exist"},
		{TO("alice", "ghost", 0), NULL, 0, 3040000, "action's authorizing actor 'ghost' does not exist"},
		{TO("alice", NULL, 0), NULL, 0, 3040003, "transaction must have at least one authorization"},
		{TO("alice", "bob", 0), NULL, 0, 3090003,
	     UNSATISFIED(
			 "bob") "of 3000 ms, provided permissions "
	                "[{\"actor\":\"script\",\"permission\":\"eosio.code\"}], provided keys [], and a delay "
	                "max limit of 3888000000 ms"},
		{TO("alice", "bob", PRIVILEGED), "bob", 0, 0, NULL},
		{TO("alice", "bob", PRIVILEGED), "alice", 0, 0, NULL}, /* whoever it says */
		{TO("script", "bob", 0), NULL, 0, 3100006,
	     "Authorization failure with sent deferred transaction consisting only of actions to self"},
		{TO("script", "bob", 0), NULL, F(RESTRICT_ACTION_TO_SELF), 3090003, NULL},
		/* who pays */
		{TO("alice", "script", 0), "bob", 0, 0, NULL},
		{TO("alice", "script", 0), "alice", 0, 3090004, "missing authority of alice"},
		{TO("alice", "script", 0), "bob", F(RAM_RESTRICTIONS), 0, NULL},
		{TO("alice", "script", 0), "alice", F(RAM_RESTRICTIONS), 3050000,
	     "cannot bill RAM usage of deferred transaction to another account that has not authorized the "
	     "action: alice"},
		{TO("alice", "alice", NOTIFIED), "bob", 0, 3100006,
	     "Cannot charge RAM to other accounts during notify."},
		{TO("alice", "alice", NOTIFIED), "bob", F(RAM_RESTRICTIONS), 3050000,
	     "cannot bill RAM usage of deferred transactions to another account within notify context"},
		{TO("alice", "alice", NOTIFIED), NULL, F(RAM_RESTRICTIONS), 0, NULL},
		/* two of one id */
		{TO("alice", "script", TWICE), NULL, 0, 3040009,
	     "deferred transaction with the same sender_id and payer already exists"},
		{TO("alice", "script", REPLACED), NULL, 0, 3100006,
	     "Replacing a deferred transaction is temporarily disabled."},
		{TO("alice", "script", REPLACED), NULL, F(REPLACE_DEFERRED), 0, NULL},
		/* what it says of its sender itself */
		{TO("alice", "script", EXTENSION(OTHER_SENDER)), NULL, 0, 0,
	     NULL}, /* nobody looks before the feature */
		{TO("alice", "script", EXTENSION(RIGHT)), NULL, unique, 0, NULL},
		{TO("alice", "script", EXTENSION(OTHER_TYPE)), NULL, unique, 3040015,
	     "Transaction extension with id type 1 is not supported"},
		{TO("alice", "script", EXTENSION(THEN_OTHER_TYPE)), NULL, unique, 3040015,
	     "Transaction extension with id type 7 is not supported"},
		{TO("alice", "script", EXTENSION(NOBODY)), NULL, unique, 3040016,
	     "Deferred transaction generation context extension must have a non-empty sender account"},
		{TO("alice", "script", EXTENSION(REPEATED)), NULL, unique, 3040015,
	     "Transaction extension with id type 0 is not allowed to repeat"},
		{TO("alice", "script", EXTENSION(SHORT)), NULL, unique, 8, NULL},
		{TO("alice", "script", EXTENSION(OTHER_SENDER)), NULL, unique, 3040016,
	     "deferred transaction generaction context contains mismatching sender"},
		{TO("alice", "script", EXTENSION(OTHER_ID)), NULL, unique, 3040016,
	     "deferred transaction generaction context contains mismatching sender_id"},
		{TO("alice", "script", EXTENSION(OTHER_TRANSACTION)), NULL, unique, 3040016,
	     "deferred transaction generaction context contains mismatching sender_trx_id"},
	};

	(void)state;
	run(cases, sizeof cases / sizeof *cases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(inline_actions, begin, end),
		cmocka_unit_test_setup_teardown(deferred_transactions, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

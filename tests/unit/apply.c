/* Actions that cause actions: notifications, inline actions and their depth, RAM charged to others, deferred
 * transactions, and what the protocol features change about them. The contract is this file's own: it does
 * what the action's name says. */
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

/* --- the contract --- */

int contract_validate(struct apply_context *context, const void *code, size_t length,
                      const struct checksum256 *hash)
{
	(void)hash;
	(void)code;
	return length ? 0 : error_chain(context->error, WASM_EXCEPTION, "empty");
}

static struct action make_action(const char *account, const char *name, const char *actor,
                                 const char *permission, uint64_t argument)
{
	struct action action = {.account = name_literal(account), .name = name_literal(name)};

	if (*actor) {
		action.authorization = memory_allocate(1, sizeof *action.authorization);
		action.authorization[0] = (struct permission_level){name_literal(actor), name_literal(permission)};
		action.authorization_count = 1;
	}
	bytes_put_u64(&action.data, argument);
	return action;
}

static int send(struct apply_context *context, const char *account, const char *name, const char *actor,
                uint64_t argument)
{
	struct action action = make_action(account, name, actor, "active", argument);

	return apply_execute_inline(context, &action);
}

static int defer(struct apply_context *context, const char *name, const char *actor, bool replace)
{
	struct action action = make_action("script", name, actor, "active", 0);
	struct transaction transaction = {.actions = &action, .actions_count = 1, .delay_sec = 3};
	const uint64_t sender_id[2] = {1, 0};
	struct bytes packed = {0};
	int result;

	transaction_pack(&packed, &transaction);
	result = apply_schedule_deferred(context, sender_id, context->receiver, packed.data, packed.length,
	                                 replace);
	bytes_release(&packed);
	action_release(&action);
	return result;
}

int contract_run(struct apply_context *context, const struct checksum256 *code_hash)
{
	struct cursor in = cursor_make(context->action->data.data, context->action->data.length);
	uint64_t argument = cursor_u64(&in), name = context->action->name;

	(void)code_hash;
	if (context->receiver == name_literal("alice")) { /* alice's contract only listens */
		if (name == name_literal("chargefrom"))
			return apply_add_ram_usage(context, name_literal("bob"), 100);
		if (name == name_literal("notifies")) {
			apply_require_recipient(context, name_literal("bob"));
			return send(context, "script", "nothing", "alice", 0);
		}
		return 0;
	}
	if (name == name_literal("notify") || name == name_literal("notifies") ||
	    name == name_literal("chargefrom")) {
		apply_require_recipient(context, name_literal("alice"));
		apply_require_recipient(context, name_literal("alice")); /* counts once */
		return name == name_literal("notifies") ? send(context, "script", "nothing", "script", 0) : 0;
	}
	if (name == name_literal("nest"))
		return argument ? send(context, "script", "nest", "script", argument - 1) : 0;
	if (name == name_literal("charge"))
		return apply_add_ram_usage(context, argument, 100);
	if (name == name_literal("asbob"))
		return send(context, "script", "nothing", "bob", 0);
	if (name == name_literal("selfasbob"))
		return send(context, "script", "charge", "bob", name_literal("script"));
	if (name == name_literal("toghost"))
		return send(context, "ghost", "nothing", "script", 0);
	if (name == name_literal("defer"))
		return defer(context, "nothing", "script", argument != 0);
	if (name == name_literal("deferfail"))
		return defer(context, "fail", "script", false);
	if (name == name_literal("fail"))
		return error_chain(context->error, EOSIO_ASSERT_MESSAGE_EXCEPTION,
		                   "assertion failure with message: as asked");
	return 0;
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
	if (!strcmp(name, "script")) { /* its contract may act for it */
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

static void start(uint32_t slots)
{
	struct block_options options = {.slot = slot += slots, .producer = name_literal("eosio")};
	struct error error = {0};

	if (branch_block_start(branch, NULL, &options, &error))
		fail_msg("%s", error.sentence);
}

static int begin(void **state)
{
	struct genesis genesis;
	(void)state;
	genesis_default(&genesis);
	slot = slot_from_us(genesis.initial_timestamp) + 100;
	if (branch_create(&branch, &genesis, NULL))
		return -1;
	start(1);
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

static void feature(enum feature which, bool active)
{
	branch->pending->globals.features.activation_block[which] = active;
}

/* Pushes one action, by actor@active or by nobody; the code of the failure, 0 when it went. The trace is the
 * caller's. */
static uint32_t push(struct transaction_trace *trace, struct error *error, const char *name,
                     const char *actor, uint64_t argument)
{
	struct transaction transaction = {.actions = memory_allocate(1, sizeof(struct action)),
	                                  .actions_count = 1};
	const struct push_options options = {0};
	struct packed_transaction packed;

	transaction.expiration = (uint32_t)(slot_to_us(slot) / 1000000) + 30 + ++varied;
	transaction.ref_block_num = (uint16_t)branch_head(branch)->number;
	transaction.ref_block_prefix = block_id_prefix(&branch_head(branch)->id);
	transaction.actions[0] = make_action("script", name, actor, "active", argument);
	packed_transaction_make(&packed, &transaction);
	*error = (struct error){0};
	branch_push(branch, trace, &packed, &branch->ledger->genesis.initial_key, 1, &options, error);
	packed_transaction_release(&packed);
	return error->code;
}

static uint32_t outcome(const char *name, const char *actor, uint64_t argument)
{
	struct transaction_trace trace;
	struct error error;
	uint32_t code = push(&trace, &error, name, actor, argument);

	transaction_trace_release(&trace);
	return code;
}

/* --- traces --- */

static void ordinals_and_sequences(void **state)
{
	/* Notifications of an action come before what it and they sent; each says who caused it. */
	static const struct {
		const char *receiver, *name;
		uint32_t creator, ancestor;
		uint64_t order; /* of execution */
	} expected[] = {
		{"script", "notifies", 0, 0, 1}, {"alice", "notifies", 1, 1, 2}, {"script", "nothing", 1, 1, 4},
		{"bob", "notifies", 2, 1, 3},    {"script", "nothing", 2, 1, 5},
	};
	struct transaction_trace trace;
	struct authority authority = authority_of_permission(
		&(struct permission_level){name_literal("alice"), name_literal("eosio.code")});
	uint64_t before = branch->pending->globals.global_sequence;
	struct account_object script;
	struct error error;

	(void)state;
	permission_put(branch->pending->edit,
	               &(struct permission_object){.account = name_literal("alice"),
	                                           .name = name_literal("active"),
	                                           .parent = name_literal("owner")},
	               &authority);
	authority_release(&authority);
	if (push(&trace, &error, "notifies", "script", 0))
		fail_msg("%s", error.sentence);
	assert_int_equal(trace.actions_count, 5);
	for (size_t i = 0; i < 5; i++) {
		const struct action_trace *action = &trace.actions[i];
		assert_int_equal(action->ordinal, i + 1);
		assert_true(action->receiver == name_literal(expected[i].receiver));
		assert_true(action->action.name == name_literal(expected[i].name));
		assert_int_equal(action->creator_ordinal, expected[i].creator);
		assert_int_equal(action->closest_unnotified_ancestor, expected[i].ancestor);
		assert_int_equal(action->receipt.global_sequence, before + expected[i].order);
	}
	assert_true(account_get(map_edit_view(branch->pending->edit), &script, name_literal("script")));
	assert_int_equal(script.recv_sequence, 3);
	assert_int_equal(script.auth_sequence, 4); /* of notifications too */
	assert_int_equal(branch->pending->action_digests_count, 1 + 5);
	transaction_trace_release(&trace);
}

static void nesting(void **state)
{
	struct map_root *before = branch_state(branch), *after;
	uint64_t sequence = branch->pending->globals.global_sequence;
	struct transaction_trace trace;
	struct error error;

	(void)state;
	assert_int_equal(outcome("nest", "script", 4), 0);
	map_root_release(before);
	before = branch_state(branch);
	sequence = branch->pending->globals.global_sequence;
	assert_int_equal(push(&trace, &error, "nest", "script", 5), TRANSACTION_EXCEPTION);
	assert_string_equal(error.sentence, "max inline action depth per transaction reached");
	assert_int_equal(trace.actions_count, 6);
	assert_non_null(trace.error);
	transaction_trace_release(&trace);
	after = branch_state(branch);
	assert_int_equal(map_root_count(before), map_root_count(after)); /* nothing happened */
	assert_int_equal(branch->pending->globals.global_sequence, sequence);
	map_root_release(before);
	map_root_release(after);
}

/* However deep the chain's parameters allow it: an error, not the end of the stack. */
static void nesting_without_limit(void **state)
{
	struct chain_config *config = &branch->pending->globals.config, before = *config;

	(void)state;
	config->max_inline_action_depth = UINT16_MAX;
	config->max_transaction_net_usage = UINT32_MAX;
	assert_int_equal(outcome("nest", "script", 1000), 0);
	assert_int_equal(outcome("nest", "script", 1001), TRANSACTION_EXCEPTION);
	assert_int_equal(outcome("nest", "script", 20000), TRANSACTION_EXCEPTION);
	*config = before;
}

/* --- who may do what to whom --- */

static void inline_authorization(void **state)
{
	struct transaction_trace trace;
	struct error error;
	(void)state;
	assert_int_equal(outcome("toghost", "script", 0), ACTION_VALIDATE_EXCEPTION);
	assert_int_equal(push(&trace, &error, "asbob", "script", 0),
	                 SUBJECTIVE_BLOCK_PRODUCTION_EXCEPTION); /* to itself: the old leniency */
	transaction_trace_release(&trace);
	feature(FEATURE_RESTRICT_ACTION_TO_SELF, true);
	assert_int_equal(push(&trace, &error, "asbob", "script", 0), UNSATISFIED_AUTHORIZATION);
	assert_non_null(strstr(error.sentence,
	                       "provided permissions [{\"actor\":\"script\",\"permission\":\"eosio.code\"}]"));
	transaction_trace_release(&trace);
	assert_int_equal(outcome("selfasbob", "bob", 0), UNSATISFIED_AUTHORIZATION);
	feature(FEATURE_RESTRICT_ACTION_TO_SELF, false);
	assert_int_equal(outcome("selfasbob", "bob", 0), 0); /* what the action had itself is handed on */
}

static void ram_of_others(void **state)
{
	const struct {
		const char *action, *actor;
		uint64_t payer;
		uint32_t before, after; /* RAM_RESTRICTIONS */
	} cases[] = {
		{"charge", "bob", name_literal("bob"), 0, 0},
		{"charge", "bob", name_literal("script"), 0, 0},
		{"charge", "bob", name_literal("alice"), MISSING_AUTH_EXCEPTION, UNAUTHORIZED_RAM_USAGE_INCREASE},
		{"chargefrom", "bob", 0, SUBJECTIVE_BLOCK_PRODUCTION_EXCEPTION, UNAUTHORIZED_RAM_USAGE_INCREASE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		feature(FEATURE_RAM_RESTRICTIONS, false);
		assert_int_equal(outcome(cases[i].action, cases[i].actor, cases[i].payer), cases[i].before);
		feature(FEATURE_RAM_RESTRICTIONS, true);
		assert_int_equal(outcome(cases[i].action, cases[i].actor, cases[i].payer), cases[i].after);
	}
}

static void ram_is_checked_at_the_end(void **state)
{
	struct resource_account bob;
	struct transaction_trace trace;
	struct error error;
	(void)state;
	assert_true(resource_account_get(map_edit_view(branch->pending->edit), &bob, name_literal("bob")));
	bob.limits.ram_bytes = (int64_t)bob.ram_usage + 100;
	resource_account_put(branch->pending->edit, &bob);
	assert_int_equal(push(&trace, &error, "charge", "bob", bob.name), 0);
	assert_int_equal(trace.actions[0].ram_deltas_count, 1);
	assert_int_equal(trace.actions[0].ram_deltas[0].delta, 100);
	transaction_trace_release(&trace);
	assert_int_equal(outcome("charge", "bob", bob.name), RAM_USAGE_EXCEEDED);
}

/* --- deferred --- */

static void deferred(void **state)
{
	struct generated_transaction generated;
	const uint64_t sender_id[2] = {1, 0};
	struct transaction transaction;
	struct transaction_trace trace;
	struct checksum256 first, second, digest;
	struct error error;
	struct cursor in;
	(void)state;
	feature(FEATURE_NO_DUPLICATE_DEFERRED_ID, true);
	assert_int_equal(push(&trace, &error, "defer", "script", 0), 0);
	assert_int_equal(trace.net_usage % 8, 0);
	transaction_trace_release(&trace);
	assert_true(generated_transaction_get(map_edit_view(branch->pending->edit), &generated,
	                                      name_literal("script"), sender_id));
	first = generated.id;
	in = cursor_make(generated.packed, generated.packed_length);
	assert_int_equal(transaction_unpack(&transaction, &in), 0);
	assert_int_equal(transaction.expiration, 0);
	assert_int_equal(transaction.extensions_count, 1);
	assert_int_equal(transaction.extensions[0].data.length, 32 + 16 + 8);
	transaction_release(&transaction);
	assert_int_equal(generated.delay_until, slot_to_us(slot) + 3000000);
	assert_int_equal(generated.expiration, generated.delay_until + 600000000);

	assert_int_equal(outcome("defer", "script", 0), DEFERRED_TX_DUPLICATE);
	assert_int_equal(outcome("defer", "script", 1),
	                 SUBJECTIVE_BLOCK_PRODUCTION_EXCEPTION); /* replacing needs its feature */
	feature(FEATURE_REPLACE_DEFERRED, true);
	assert_int_equal(outcome("defer", "script", 1), 0);
	assert_true(generated_transaction_get(map_edit_view(branch->pending->edit), &generated,
	                                      name_literal("script"), sender_id));
	second = generated.id;
	assert_false(checksum256_equal(&first, &second)); /* its sending transaction is part of it */
	assert_false(generated_transaction_find(map_edit_view(branch->pending->edit), &generated, &first));

	feature_set_put(branch->pending->edit, &branch->pending->globals.features);
	assert_int_equal(branch_block_seal(branch, NULL, &digest, NULL), 0);
	start(6);
	assert_int_equal(branch_push_scheduled(branch, &trace, &second, NULL, &error), 0);
	assert_int_equal(trace.status, STATUS_EXECUTED);
	assert_int_equal(trace.net_usage, 0);
	assert_true(trace.scheduled);
	assert_int_equal(trace.account_ram_delta.delta, -generated_transaction_ram(generated.packed_length));
	transaction_trace_release(&trace);

	assert_int_equal(outcome("deferfail", "script", 0), 0);
	assert_true(generated_transaction_get(map_edit_view(branch->pending->edit), &generated,
	                                      name_literal("script"), sender_id));
	first = generated.id;
	assert_int_equal(branch_block_seal(branch, NULL, &digest, NULL), 0);
	start(6);
	assert_int_equal(branch_push_scheduled(branch, &trace, &first, NULL, &error), 0);
	assert_int_equal(trace.status, STATUS_SOFT_FAIL); /* its onerror does nothing, which is fine */
	assert_true(trace.actions[0].receiver == name_literal("script"));
	assert_string_equal(trace.failed_deferred->error->sentence, "assertion failure with message: as asked");
	transaction_trace_release(&trace);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(ordinals_and_sequences),
		TEST(nesting),
		TEST(nesting_without_limit),
		TEST(inline_authorization),
		TEST(ram_of_others),
		TEST(ram_is_checked_at_the_end),
		TEST(deferred),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Running one action: its receiver, those it notifies, what they send inline; receipts, sequences and RAM
 * deltas (protocol.md D.1, D.2). */
#include "core/engine/engine_private.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/engine/run/native.h"
#include "core/engine/state/account.h"
#include "core/types/name.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define EOSIO name_literal("eosio")

/* Inline actions recurse here, whatever the chain's parameters allow; a level takes some 700 bytes of stack
 * and as much memory as its action has. */
enum { INLINE_DEPTH_MAXIMUM = 1000 };

/* --- traces --- */

uint32_t transaction_schedule_action(struct transaction_context *context, const struct action *action,
                                     uint64_t receiver, bool context_free, uint32_t creator,
                                     uint32_t ancestor)
{
	struct transaction_trace *trace = context->trace;
	struct action copy = action_copy(action); /* which may be one of those that move now */
	uint32_t ordinal = (uint32_t)trace->actions_count + 1;

	LIST_APPEND(trace->actions, trace->actions_count, context->traces_capacity,
	            (struct action_trace){.ordinal = ordinal,
	                                  .creator_ordinal = creator,
	                                  .closest_unnotified_ancestor = ancestor,
	                                  .receiver = receiver,
	                                  .action = copy,
	                                  .context_free = context_free});
	return ordinal;
}

static void notify(struct apply_context *context, uint64_t receiver, uint32_t ordinal)
{
	LIST_APPEND(context->notified, context->notified_count, context->notified_capacity,
	            (struct notified){receiver, ordinal});
}

/* --- after an action has run for a receiver --- */

/* RAM_RESTRICTIONS: what an unprivileged contract may have billed to others (B.7). */
static int check_ram_deltas(const struct apply_context *context)
{
	if (context->privileged || !pending_feature(context->transaction->pending, FEATURE_RAM_RESTRICTIONS))
		return 0;
	for (size_t i = 0; i < context->ram_count; i++) {
		uint64_t account = context->ram[i].account;
		if (context->ram[i].delta <= 0 || account == context->receiver)
			continue;
		if (context->receiver != context->action->account)
			return error_chain(context->error, UNAUTHORIZED_RAM_USAGE_INCREASE,
			                   "unprivileged contract cannot increase RAM usage of another account within a "
			                   "notify context: %s",
			                   name_text(account).text);
		if (!apply_has_authorization(context, account))
			return error_chain(context->error, UNAUTHORIZED_RAM_USAGE_INCREASE,
			                   "unprivileged contract cannot increase RAM usage of another account that has "
			                   "not authorized the action: %s",
			                   name_text(account).text);
	}
	return 0;
}

/* The last sequence an actor got stands in the map, however often it is declared. */
static void put_auth_sequence(struct action_receipt *receipt, uint64_t account, uint64_t sequence)
{
	size_t at = 0;
	while (at < receipt->auth_sequence_count && receipt->auth_sequence[at].account < account)
		at++;
	if (at == receipt->auth_sequence_count || receipt->auth_sequence[at].account != account) {
		memmove(&receipt->auth_sequence[at + 1], &receipt->auth_sequence[at],
		        (receipt->auth_sequence_count - at) * sizeof *receipt->auth_sequence);
		receipt->auth_sequence_count++;
	}
	receipt->auth_sequence[at] = (struct auth_sequence){account, sequence};
}

/* receiver: who is not stored yet. */
static int fill_auth_sequences(struct apply_context *context, struct action_receipt *receipt,
                               struct account_object *receiver)
{
	const struct action *action = context->action;
	struct map_edit *edit = context->transaction->edit;
	struct account_object actor;
	if (!action->authorization_count)
		return 0;
	receipt->auth_sequence = memory_allocate(action->authorization_count, sizeof *receipt->auth_sequence);
	for (size_t i = 0; i < action->authorization_count; i++) {
		if (action->authorization[i].actor == receiver->name) {
			put_auth_sequence(receipt, receiver->name, ++receiver->auth_sequence);
			continue;
		}
		if (!account_get(map_edit_view(edit), &actor, action->authorization[i].actor))
			return account_missing(context->error, action->authorization[i].actor);
		actor.auth_sequence++;
		account_put(edit, &actor);
		put_auth_sequence(receipt, actor.name, actor.auth_sequence);
	}
	return 0;
}

/* The action's account comes first, unless the action goes to another alone (onerror). Nobody whom it
 * notifies can change them. */
static int find_code_sequences(struct apply_context *context, const struct account_object *receiver)
{
	struct account_object account = *receiver;
	if (context->ordinal != context->first_ordinal)
		return 0;
	if (context->action->account != receiver->name &&
	    !account_get(map_edit_view(context->transaction->edit), &account, context->action->account))
		return account_missing(context->error, context->action->account);
	context->code_sequence = account.code_sequence;
	context->abi_sequence = account.abi_sequence;
	return 0;
}

/* The same for all receivers that return nothing. */
static struct checksum256 digest_action(struct apply_context *context, const struct bytes *returned)
{
	const struct feature_set *features = &context->transaction->pending->globals.features;
	bool with_value = feature_active(features, FEATURE_ACTION_RETURN_VALUE);

	if (with_value && returned->length)
		return action_digest_with_return_value(context->action, returned->data, returned->length);
	if (!context->has_digest)
		context->digest = with_value ? action_digest_with_return_value(context->action, NULL, 0)
		                             : action_digest(context->action);
	context->has_digest = true;
	return context->digest;
}

/* receiver: as it is now. */
static int fill_receipt(struct apply_context *context, struct account_object *receiver)
{
	struct transaction_context *transaction = context->transaction;
	struct block_globals *globals = &transaction->pending->globals;
	struct action_trace *trace = apply_trace(context);
	struct action_receipt *receipt = &trace->receipt;
	int result;

	*receipt = (struct action_receipt){.receiver = context->receiver,
	                                   .global_sequence = ++globals->global_sequence,
	                                   .recv_sequence = ++receiver->recv_sequence};
	receipt->act_digest = digest_action(context, &trace->return_value);
	if ((result = find_code_sequences(context, receiver)))
		return result;
	receipt->code_sequence = context->code_sequence;
	receipt->abi_sequence = context->abi_sequence;
	if ((result = fill_auth_sequences(context, receipt, receiver)))
		return result;
	account_put(transaction->edit, receiver);
	trace->has_receipt = true;
	LIST_APPEND(transaction->receipt_digests, transaction->receipt_digests_count,
	            transaction->receipt_digests_capacity, action_receipt_digest(receipt));
	return 0;
}

/* --- one receiver --- */

/* Until FORWARD_SETCODE, eosio's contract does not see eosio::setcode. */
static bool runs_code(const struct apply_context *context, const struct account_object *receiver)
{
	if (checksum256_is_zero(&receiver->code_hash))
		return false;
	return context->action->account != EOSIO || context->action->name != name_literal("setcode") ||
	       context->receiver != EOSIO ||
	       pending_feature(context->transaction->pending, FEATURE_FORWARD_SETCODE);
}

/* *receiver: as it is after that. */
static int run_receiver(struct apply_context *context, struct account_object *receiver)
{
	struct map_edit *edit = context->transaction->edit;
	bool native = context->receiver == EOSIO && context->action->account == EOSIO;
	int result;
	if (!account_get(map_edit_view(edit), receiver, context->receiver))
		return account_missing(context->error, context->receiver);
	if (!transaction_next_receiver(context->transaction))
		return transaction_late(context->transaction, context->error);
	context->privileged = receiver->privileged;
	if (native) {
		if ((result = native_apply(context)))
			return result;
		account_get(map_edit_view(edit), receiver, context->receiver);
	}
	if (runs_code(context, receiver) && (result = contract_run(context, &receiver->code_hash)))
		return result;
	if (context->privileged) /* it may have set its own privilege */
		account_get(map_edit_view(edit), receiver, context->receiver);
	return check_ram_deltas(context);
}

/* To a standard exception nodeos adds what stood in the console when it came by. */
static void add_console(struct apply_context *context)
{
	struct text sentence = TEXT_EMPTY;
	text_printf(&sentence, "%s: pending console output: %s", context->error->sentence,
	            text_string(&apply_trace(context)->console));
	error_chain(context->error, STD_EXCEPTION, "%s", text_string(&sentence));
	text_release(&sentence);
}

static int execute_one(struct apply_context *context)
{
	struct account_object receiver;
	int result = run_receiver(context, &receiver);
	struct action_trace *trace;

	if (result && context->error->code == STD_EXCEPTION)
		add_console(context);
	if (result == 0)
		result = fill_receipt(context, &receiver);
	trace = apply_trace(context);
	trace->ram_deltas = context->ram;
	trace->ram_deltas_count = context->ram_count;
	context->ram = NULL;
	context->ram_count = context->ram_capacity = 0;
	if (result)
		trace->error = memory_copy(context->error, sizeof *context->error);
	return result;
}

/* --- an action with everything it causes --- */

static int execute_inline(struct apply_context *context, const uint32_t *ordinals, size_t count)
{
	int result = 0;
	for (size_t i = 0; i < count && result == 0; i++)
		result = transaction_execute_action(context->transaction, ordinals[i], context->depth + 1,
		                                    context->error);
	return result;
}

static int execute(struct apply_context *context)
{
	const struct chain_config *config = &context->transaction->pending->globals.config;
	int result;
	notify(context, context->receiver, context->ordinal);
	for (size_t i = 0; i < context->notified_count; i++) {
		context->receiver = context->notified[i].receiver;
		context->ordinal = context->notified[i].ordinal;
		if ((result = execute_one(context)))
			return result;
	}
	if ((context->inline_count || context->context_free_inline_count) &&
	    (context->depth >= config->max_inline_action_depth || context->depth >= INLINE_DEPTH_MAXIMUM))
		return error_chain(context->error, TRANSACTION_EXCEPTION,
		                   "max inline action depth per transaction reached");
	result = execute_inline(context, context->context_free_inline_ordinals,
	                        context->context_free_inline_count);
	return result ? result : execute_inline(context, context->inline_ordinals, context->inline_count);
}

int transaction_execute_action(struct transaction_context *transaction, uint32_t ordinal, uint32_t depth,
                               struct error *error)
{
	const struct action_trace *trace = &transaction->trace->actions[ordinal - 1];
	struct apply_context context = {.transaction = transaction,
	                                .own_action = trace->action,
	                                .receiver = trace->receiver,
	                                .ordinal = ordinal,
	                                .first_ordinal = ordinal,
	                                .depth = depth,
	                                .context_free = trace->context_free,
	                                .error = error};
	int result;
	context.action = &context.own_action;
	result = execute(&context);
	free(context.notified);
	free(context.inline_ordinals);
	free(context.context_free_inline_ordinals);
	free(context.ram);
	return result;
}

/* --- authorization and notification --- */

int apply_require_authorization(struct apply_context *context, uint64_t account)
{
	if (apply_has_authorization(context, account))
		return 0;
	return error_chain(context->error, MISSING_AUTH_EXCEPTION, "missing authority of %s",
	                   name_text(account).text);
}

int apply_require_authorization_of(struct apply_context *context, uint64_t account, uint64_t permission)
{
	for (size_t i = 0; i < context->action->authorization_count; i++)
		if (context->action->authorization[i].actor == account &&
		    context->action->authorization[i].permission == permission)
			return 0;
	return error_chain(context->error, MISSING_AUTH_EXCEPTION, "missing authority of %s/%s",
	                   name_text(account).text, name_text(permission).text);
}

bool apply_has_authorization(const struct apply_context *context, uint64_t account)
{
	for (size_t i = 0; i < context->action->authorization_count; i++)
		if (context->action->authorization[i].actor == account)
			return true;
	return false;
}

static bool has_recipient(const struct apply_context *context, uint64_t account)
{
	for (size_t i = 0; i < context->notified_count; i++)
		if (context->notified[i].receiver == account)
			return true;
	return false;
}

void apply_require_recipient(struct apply_context *context, uint64_t account)
{
	if (!has_recipient(context, account))
		notify(context, account,
		       transaction_schedule_action(context->transaction, context->action, account, false,
		                                   context->ordinal, context->first_ordinal));
}

/* --- RAM --- */

int apply_change_ram_usage(struct apply_context *context, uint64_t account, int64_t delta)
{
	int result = transaction_add_ram(context->transaction, account, delta, context->error);
	size_t at = 0;

	if (result)
		return result;
	while (at < context->ram_count && context->ram[at].account < account)
		at++;
	if (at == context->ram_count || context->ram[at].account != account)
		LIST_INSERT(context->ram, context->ram_count, context->ram_capacity, at,
		            (struct ram_delta){account, 0});
	context->ram[at].delta += delta;
	return 0;
}

int apply_add_ram_usage(struct apply_context *context, uint64_t payer, int64_t delta)
{
	int result;
	if (delta > 0 && !context->privileged && payer != context->receiver &&
	    !pending_feature(context->transaction->pending, FEATURE_RAM_RESTRICTIONS)) {
		/* Only a producing node minds. */
		if (context->receiver != context->action->account &&
		    !context->transaction->pending->validating)
			return error_chain(context->error, SUBJECTIVE_BLOCK_PRODUCTION_EXCEPTION,
			                   "Cannot charge RAM to other accounts during notify.");
		if ((result = apply_require_authorization(context, payer)))
			return result;
	}
	return apply_change_ram_usage(context, payer, delta);
}

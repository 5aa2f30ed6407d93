/* What an action sends: inline actions, deferred transactions (protocol.md C.3, D.6). */
#include "core/engine/engine_private.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/engine/state/account.h"
#include "core/types/name.h"
#include "core/types/time.h"

enum { INLINE_SIZE_UNPRIVILEGED = 4096, EXTENSION_GENERATION_CONTEXT = 0 };

int apply_fail_unpack(const struct apply_context *context, const struct cursor *in)
{
	size_t length = (size_t)(in->end - in->begin);

	if (in->ended)
		return error_chain(context->error, OUT_OF_RANGE_EXCEPTION, "%s datastream of length %zu over by %lld",
		                   in->in_number ? "get" : "read", length, 1 - (long long)cursor_left(in));
	return error_chain(context->error, ASSERT_EXCEPTION, "packed data of %zu bytes does not decode", length);
}

static bool active(const struct apply_context *context, enum feature feature)
{
	return pending_feature(context->transaction->pending, feature);
}

/* --- inline actions --- */

static int check_inline_authorization(struct apply_context *context, const struct permission_level *level)
{
	const struct map_root *root = map_edit_view(context->transaction->edit);
	struct permission_object permission;
	bool found = false;
	int result;

	if (!account_exists(root, level->actor))
		return error_chain(context->error, ACTION_VALIDATE_EXCEPTION,
		                   "inline action's authorizing actor %s does not exist",
		                   name_text(level->actor).text);
	result = authorization_find_permission(root, &permission, &found, level, context->error);
	if (result || found)
		return result;
	return error_chain(context->error, ACTION_VALIDATE_EXCEPTION,
	                   "inline action's authorizations include a non-existent permission: %s",
	                   permission_level_text(level).text);
}

static int check_inline_size(struct apply_context *context, const struct action *action)
{
	uint32_t limit = context->transaction->pending->globals.config.max_inline_action_size;
	if (limit > INLINE_SIZE_UNPRIVILEGED)
		limit = INLINE_SIZE_UNPRIVILEGED;
	if (context->privileged || context->transaction->pending->validating ||
	    action->data.length < limit)
		return 0;
	return error_chain(context->error, INLINE_ACTION_TOO_BIG_NONPRIVILEGED,
	                   "inline action too big for nonprivileged account %s", name_text(action->account).text);
}

static int check_code_exists(struct apply_context *context, const struct action *action)
{
	if (account_exists(map_edit_view(context->transaction->edit), action->account))
		return 0;
	return error_chain(context->error, ACTION_VALIDATE_EXCEPTION,
	                   "inline action's code account %s does not exist", name_text(action->account).text);
}

/* Does the contract's own eosio.code permission satisfy what these actions declare? to_self: they go to
 * the contract itself, which sufficed before RESTRICT_ACTION_TO_SELF. */
static int check_sent_actions(struct apply_context *context, const struct action *actions, size_t count,
                              int64_t delay_us, bool to_self, bool inherit, const char *unexpected)
{
	const struct transaction_context *transaction = context->transaction;
	struct permission_level code = {context->receiver, name_literal("eosio.code")};
	struct authorization_request request = {
		.actions = actions,
		.actions_count = count,
		.permissions = &code,
		.permissions_count = 1,
		.delay_us = delay_us,
		.without_keys = transaction->without_keys,
		.fix_linkauth = active(context, FEATURE_FIX_LINKAUTH_RESTRICTION)};
	int result;

	if (context->privileged || transaction->pending->trusted)
		return 0;
	if (inherit) {
		request.satisfied = context->action->authorization;
		request.satisfied_count = context->action->authorization_count;
	}
	result = authorization_check(map_edit_view(transaction->edit),
	                             &transaction->pending->globals.config, &request, context->error);
	if (result == 0 || !to_self || active(context, FEATURE_RESTRICT_ACTION_TO_SELF))
		return result;
	/* A validating node lets it pass; a producing one does not put it into a block. */
	if (transaction->pending->validating) {
		error_clear(context->error);
		return 0;
	}
	return error_chain(context->error, SUBJECTIVE_BLOCK_PRODUCTION_EXCEPTION, "%s", unexpected);
}

int apply_execute_inline(struct apply_context *context, struct action *action)
{
	const struct transaction_context *transaction = context->transaction;
	int64_t since = slot_to_us(pending_slot(transaction->pending)) - transaction->published;
	bool to_self = action->account == context->receiver;
	bool inherit = to_self && context->receiver == context->action->account &&
	               !active(context, FEATURE_RESTRICT_ACTION_TO_SELF) &&
	               !transaction->pending->validating;
	int result = check_code_exists(context, action);

	for (size_t i = 0; i < action->authorization_count && result == 0; i++)
		result = check_inline_authorization(context, &action->authorization[i]);
	if (result == 0)
		result = check_inline_size(context, action);
	if (result == 0)
		result = check_sent_actions(context, action, 1, since, to_self, inherit,
		                            "Authorization failure with inline action sent to self");
	if (result == 0)
		LIST_APPEND(context->inline_ordinals, context->inline_count, context->inline_capacity,
		            transaction_schedule_action(context->transaction, action, action->account, false,
		                                        context->ordinal, context->first_ordinal));
	action_release(action);
	*action = (struct action){0};
	return result;
}

int apply_execute_context_free_inline(struct apply_context *context, struct action *action)
{
	int result = check_code_exists(context, action);

	if (result == 0 && action->authorization_count)
		result = error_chain(context->error, ACTION_VALIDATE_EXCEPTION,
		                     "context-free actions cannot have authorizations");
	if (result == 0)
		result = check_inline_size(context, action);
	if (result == 0)
		LIST_APPEND(context->context_free_inline_ordinals, context->context_free_inline_count,
		            context->context_free_inline_capacity,
		            transaction_schedule_action(context->transaction, action, action->account, true,
		                                        context->ordinal, context->first_ordinal));
	action_release(action);
	*action = (struct action){0};
	return result;
}

/* --- deferred transactions --- */

/* NO_DUPLICATE_DEFERRED_ID: what makes the id of each sent transaction unique. */
static void put_generation_context(const struct apply_context *context, struct transaction *transaction,
                                   const uint64_t sender_id[2])
{
	struct bytes data = {0};
	bytes_put(&data, context->transaction->id.data, sizeof context->transaction->id.data);
	bytes_put_u64(&data, sender_id[0]);
	bytes_put_u64(&data, sender_id[1]);
	bytes_put_u64(&data, context->receiver);
	transaction->extensions = memory_allocate(1, sizeof *transaction->extensions);
	transaction->extensions[0] = (struct extension){EXTENSION_GENERATION_CONTEXT, data};
	transaction->extensions_count = 1;
}

/* One that the contract has put there itself must say the same. */
static int check_generation_context(const struct apply_context *context,
                                    const struct transaction *transaction, const uint64_t sender_id[2])
{
	const char *mismatch = NULL;
	struct checksum256 id;
	uint64_t low = 0, high = 0, sender = 0;
	for (size_t i = 0; i < transaction->extensions_count; i++) {
		struct cursor in = cursor_make(transaction->extensions[i].data.data,
		                               transaction->extensions[i].data.length);

		if (transaction->extensions[i].type != EXTENSION_GENERATION_CONTEXT)
			return error_chain(context->error, INVALID_TRANSACTION_EXTENSION,
			                   "Transaction extension with id type %u is not supported",
			                   (unsigned)transaction->extensions[i].type);
		cursor_copy(&in, id.data, sizeof id.data);
		low = cursor_u64(&in);
		high = cursor_u64(&in);
		sender = cursor_u64(&in);
		if (in.failed)
			return apply_fail_unpack(context, &in);
		if (!sender)
			return error_chain(
				context->error, ILL_FORMED_DEFERRED_TRANSACTION_GENERATION_CONTEXT,
				"Deferred transaction generation context extension must have a non-empty sender account");
		if (i)
			return error_chain(context->error, INVALID_TRANSACTION_EXTENSION,
			                   "Transaction extension with id type %u is not allowed to repeat",
			                   EXTENSION_GENERATION_CONTEXT);
	}
	if (sender != context->receiver)
		mismatch = "sender";
	else if (low != sender_id[0] || high != sender_id[1])
		mismatch = "sender_id";
	else if (!checksum256_equal(&id, &context->transaction->id))
		mismatch = "sender_trx_id";
	if (mismatch)
		return error_chain(context->error, ILL_FORMED_DEFERRED_TRANSACTION_GENERATION_CONTEXT,
		                   "deferred transaction generaction context contains mismatching %s", mismatch);
	return 0;
}

static int stamp(const struct apply_context *context, struct transaction *transaction,
                 const uint64_t sender_id[2])
{
	int result = 0;
	if (!active(context, FEATURE_NO_DUPLICATE_DEFERRED_ID)) {
		transaction_date(transaction, context->transaction->pending);
		return 0;
	}
	if (transaction->extensions_count)
		result = check_generation_context(context, transaction, sender_id);
	else
		put_generation_context(context, transaction, sender_id);
	transaction->expiration = 0;
	transaction->ref_block_num = 0;
	transaction->ref_block_prefix = 0;
	return result;
}

static int check_deferred_payer(struct apply_context *context, uint64_t payer)
{
	if (payer == context->receiver)
		return 0;
	if (!active(context, FEATURE_RAM_RESTRICTIONS))
		return apply_require_authorization(context, payer);
	if (context->receiver != context->action->account)
		return error_chain(
			context->error, ACTION_VALIDATE_EXCEPTION,
			"cannot bill RAM usage of deferred transactions to another account within notify context");
	if (!apply_has_authorization(context, payer))
		return error_chain(context->error, ACTION_VALIDATE_EXCEPTION,
		                   "cannot bill RAM usage of deferred transaction to another account that has not "
		                   "authorized the action: %s",
		                   name_text(payer).text);
	return 0;
}

static int check_deferred_authorization(struct apply_context *context, const struct transaction *transaction,
                                        uint64_t payer)
{
	bool to_self = true;
	int result;
	if (context->privileged || context->transaction->pending->trusted)
		return 0;
	if ((result = check_deferred_payer(context, payer)))
		return result;
	for (size_t i = 0; i < transaction->actions_count; i++)
		to_self = to_self && transaction->actions[i].account == context->receiver;
	return check_sent_actions(
		context, transaction->actions, transaction->actions_count,
		(int64_t)transaction->delay_sec * SECOND_US, to_self, false,
		"Authorization failure with sent deferred transaction consisting only of actions to self");
}

/* Takes an earlier one with the same id out of the way, if there is one and `replace` allows it. */
static int replace_deferred(struct apply_context *context, const uint64_t sender_id[2], bool replace)
{
	struct transaction_context *transaction = context->transaction;
	struct generated_transaction old;
	if (!generated_transaction_get(map_edit_view(transaction->edit), &old, context->receiver, sender_id))
		return 0;
	if (!replace)
		return error_chain(context->error, DEFERRED_TX_DUPLICATE,
		                   "deferred transaction with the same sender_id and payer already exists");
	if (!active(context, FEATURE_REPLACE_DEFERRED))
		return error_chain(context->error, SUBJECTIVE_BLOCK_PRODUCTION_EXCEPTION,
		                   "Replacing a deferred transaction is temporarily disabled.");
	generated_transaction_remove(transaction->edit, &old);
	return apply_change_ram_usage(context, old.payer, -generated_transaction_ram(old.packed_length));
}

static int store_deferred(struct apply_context *context, const struct transaction *transaction,
                          const uint64_t sender_id[2], uint64_t payer)
{
	struct pending_block *pending = context->transaction->pending;
	struct generated_transaction generated = {.id = transaction_id(transaction),
	                                          .sender = context->receiver,
	                                          .sender_id = {sender_id[0], sender_id[1]},
	                                          .payer = payer};
	int64_t ram = transaction_store_generated(pending, &generated, transaction);

	if (!active(context, FEATURE_RAM_RESTRICTIONS) && context->receiver != context->action->account &&
	    context->receiver != payer && !context->privileged && !pending->validating)
		return error_chain(context->error, SUBJECTIVE_BLOCK_PRODUCTION_EXCEPTION,
		                   "Cannot charge RAM to other accounts during notify.");
	return apply_change_ram_usage(context, payer, ram);
}

int apply_schedule_deferred(struct apply_context *context, const uint64_t sender_id[2], uint64_t payer,
                            const void *packed, size_t length, bool replace)
{
	const struct chain_config *config = &context->transaction->pending->globals.config;
	struct cursor in = cursor_make(packed, length);
	struct transaction transaction;
	int result = 0;

	if (context->transaction->kind == PUSH_READ_ONLY)
		return error_chain(context->error, TRANSACTION_EXCEPTION,
		                   "cannot schedule a deferred transaction from within a readonly transaction");
	if (transaction_unpack(&transaction, &in))
		return apply_fail_unpack(context, &in);
	if (transaction.context_free_actions_count)
		result = error_chain(context->error, CFA_INSIDE_GENERATED_TX,
		                     "context free actions are not currently allowed in generated transactions");
	if (result == 0)
		result = transaction_validate_accounts(map_edit_view(context->transaction->edit), &transaction, false,
		                                       context->error);
	if (result == 0)
		result = stamp(context, &transaction, sender_id);
	/* What retiring it will cost is paid now. */
	if (result == 0)
		result = transaction_add_net(context->transaction,
		                             config->base_per_transaction_net_usage + TRANSACTION_ID_NET,
		                             context->error);
	if (result == 0)
		result = check_deferred_authorization(context, &transaction, payer);
	if (result == 0)
		result = replace_deferred(context, sender_id, replace);
	if (result == 0)
		result = store_deferred(context, &transaction, sender_id, payer);
	transaction_release(&transaction);
	return result;
}

bool apply_cancel_deferred(struct apply_context *context, const uint64_t sender_id[2])
{
	return apply_cancel_deferred_of(context, context->receiver, sender_id);
}

bool apply_cancel_deferred_of(struct apply_context *context, uint64_t sender, const uint64_t sender_id[2])
{
	struct generated_transaction generated;
	if (!generated_transaction_get(map_edit_view(context->transaction->edit), &generated, sender, sender_id))
		return false;
	generated_transaction_remove(context->transaction->edit, &generated);
	return !apply_change_ram_usage(context, generated.payer,
	                               -generated_transaction_ram(generated.packed_length));
}

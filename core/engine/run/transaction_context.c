/* A transaction's frame: what it must be before it runs, running its actions (protocol.md B.3, D.1). */
#include "core/engine/engine_private.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/engine/state/account.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <stdlib.h>
#include <string.h>

/* --- beginning --- */

void transaction_context_begin(struct transaction_context *context, struct pending_block *pending,
                               const struct transaction *transaction, const struct checksum256 *id,
                               struct transaction_trace *trace, uint32_t billed_cpu_us)
{
	*context = (struct transaction_context){.pending = pending,
	                                        .edit = pending->edit,
	                                        .transaction = transaction,
	                                        .id = *id,
	                                        .trace = trace,
	                                        .explicit_cpu = billed_cpu_us || pending->validating,
	                                        .billed_cpu_us = billed_cpu_us};
	if (!billed_cpu_us && !pending->validating)
		context->billed_cpu_us = pending->globals.config.min_transaction_cpu_usage;
	*trace = (struct transaction_trace){.id = *id, .header = transaction_header(transaction),
	                                    .block_num = pending_number(pending), .slot = pending_slot(pending)};
}

void transaction_context_release(struct transaction_context *context)
{
	name_set_release(&context->billed_accounts);
	free(context->billed_usage);
	name_set_release(&context->ram_accounts);
	free(context->receipt_digests);
}

static int refuse_extensions(const struct transaction_context *context, const char *kind, struct error *error)
{
	uint32_t code = context->pending->validating
	                    ? DISALLOWED_TRANSACTION_EXTENSIONS_BAD_BLOCK_EXCEPTION
	                    : SUBJECTIVE_BLOCK_PRODUCTION_EXCEPTION;
	return error_chain(error, code, "no transaction extensions supported yet for %s transactions", kind);
}

/* --- what an input transaction must be (B.3) --- */

static int check_expiration(const struct transaction_context *context, struct error *error)
{
	const struct chain_config *config = &context->pending->globals.config;
	int64_t now = slot_to_us(pending_slot(context->pending)),
	        expiration = (int64_t)context->transaction->expiration * SECOND_US;
	int64_t latest = now + (int64_t)config->max_transaction_lifetime * SECOND_US;

	if (expiration >= now && expiration <= latest)
		return 0;
	if (expiration < now)
		return error_chain(error, EXPIRED_TX_EXCEPTION,
		                   "transaction has expired, expiration is %s and pending block time is %s",
		                   time_point_sec_text(context->transaction->expiration).text,
		                   time_point_text(now).text);
	return error_chain(error, TX_EXP_TOO_FAR_EXCEPTION,
	                   "Transaction expiration is too far in the future relative to the reference time of "
	                   "%s, expiration is %s and the maximum "
	                   "transaction lifetime is %u seconds",
	                   time_point_text(now).text, time_point_sec_text(context->transaction->expiration).text,
	                   config->max_transaction_lifetime);
}

static int check_tapos(const struct transaction_context *context, struct error *error)
{
	const struct transaction *transaction = context->transaction;
	struct state_key key = state_key_make(STATE_TAPOS, NULL, 0);
	uint32_t number = 0, prefix = 0;
	struct cursor in;

	state_key_add_u16(&key, transaction->ref_block_num);
	if (state_read(map_edit_view(context->edit), &in, &key)) {
		number = cursor_u32(&in);
		prefix = cursor_u32(&in);
	}
	if ((number & 0xffff) == transaction->ref_block_num && prefix == transaction->ref_block_prefix)
		return 0;
	return error_chain(
		error, INVALID_REF_BLOCK_EXCEPTION,
		"Transaction's reference block did not match. Is this transaction from a different fork?");
}

static int code_exists(const struct map_root *root, uint64_t account, struct error *error)
{
	if (account_exists(root, account))
		return 0;
	return error_chain(error, TRANSACTION_EXCEPTION, "action's code account '%s' does not exist",
	                   name_text(account).text);
}

static int authorization_exists(const struct map_root *root, const struct permission_level *level,
                                struct error *error)
{
	struct permission_object permission;
	bool found = false;
	int result;
	if (!account_exists(root, level->actor))
		return error_chain(error, TRANSACTION_EXCEPTION, "action's authorizing actor '%s' does not exist",
		                   name_text(level->actor).text);
	result = authorization_find_permission(root, &permission, &found, level, error);
	if (result || found)
		return result;
	return error_chain(error, TRANSACTION_EXCEPTION,
	                   "action's authorizations include a non-existent permission: %s",
	                   permission_level_text(level).text);
}

static int check_context_free(const struct map_root *root, const struct transaction *transaction,
                              struct error *error)
{
	for (size_t i = 0; i < transaction->context_free_actions_count; i++) {
		int result = code_exists(root, transaction->context_free_actions[i].account, error);
		if (result == 0 && transaction->context_free_actions[i].authorization_count)
			result = error_chain(error, TRANSACTION_EXCEPTION,
			                     "context-free actions cannot have authorizations");
		if (result)
			return result;
	}
	return 0;
}

int transaction_validate_accounts(const struct map_root *root, const struct transaction *transaction,
                                  bool context_free, struct error *error)
{
	bool any = false;
	int result = context_free ? check_context_free(root, transaction, error) : 0;
	if (result)
		return result;
	for (size_t i = 0; i < transaction->actions_count; i++) {
		const struct action *action = &transaction->actions[i];
		if ((result = code_exists(root, action->account, error)))
			return result;
		for (size_t k = 0; k < action->authorization_count; k++) {
			any = true;
			if ((result = authorization_exists(root, &action->authorization[k], error)))
				return result;
		}
	}
	return any ? 0 : error_chain(error, TX_NO_AUTHS, "transaction must have at least one authorization");
}

/* From here on the same transaction is a duplicate. */
static int record_transaction(struct transaction_context *context, struct error *error)
{
	struct state_key key = state_key_hash(STATE_TRANSACTION, &context->id),
	                 expiration = state_key_make(STATE_TRANSACTION_EXPIRATION, NULL, 0);
	uint32_t expires = htole32(context->transaction->expiration);
	struct map_value value;

	/* One that is being pushed was looked for at the door. */
	if (context->pending->validating && state_get(map_edit_view(context->edit), &value, &key))
		return error_chain(error, TX_DUPLICATE, "duplicate transaction %s",
		                   checksum256_text(&context->id).text);
	state_put(context->edit, &key, &expires, sizeof expires);
	state_key_add_u32(&expiration, context->transaction->expiration);
	state_key_add(&expiration, context->id.data, sizeof context->id.data);
	state_put(context->edit, &expiration, "", 0);
	return 0;
}

/* In a dry run that declares no authorization nobody is found to bill, which the node's database tells. */
static int nobody_to_bill(int result, struct error *error)
{
	if (error->code != TX_NO_AUTHS)
		return result;
	return error_chain(error, STD_EXCEPTION, "unknown key (eosio::chain::name): ");
}

/* It has no end, no reference and nobody to bill; it may come as often as one likes. */
static int init_read_only(struct transaction_context *context, uint64_t net, struct error *error)
{
	const struct map_root *root = map_edit_view(context->edit);
	const struct transaction *transaction = context->transaction;
	int result = check_context_free(root, transaction, error);
	for (size_t i = 0; result == 0 && i < transaction->actions_count; i++) {
		result = code_exists(root, transaction->actions[i].account, error);
		if (result == 0 && transaction->actions[i].authorization_count)
			result = error_chain(error, TRANSACTION_EXCEPTION,
			                     "read-only action '%s' cannot have authorizations",
			                     name_text(transaction->actions[i].name).text);
	}
	context->billed_cpu_us = 0;
	transaction_set_limits(context);
	transaction_start_clock(context, INT64_MAX);
	context->eager_net_limit = context->net_limit;
	return result ? result : transaction_add_net(context, net, error);
}

int transaction_init_input(struct transaction_context *context, const struct packed_transaction *packed,
                           struct error *error)
{
	const struct pending_block *pending = context->pending;
	const struct chain_config *config = &pending->globals.config;
	uint64_t net;
	int result = 0;
	context->packed = packed;
	context->is_input = true;
	context->delay_sec = packed->transaction.delay_sec;
	context->published = slot_to_us(pending_slot(context->pending));
	if (context->kind != PUSH_INTO_BLOCK && context->delay_sec)
		return error_chain(error, TRANSACTION_EXCEPTION,
		                   "dry-run or read-only transaction cannot be delayed");
	if (packed->transaction.extensions_count)
		return refuse_extensions(context, "input", error);
	net = packed_transaction_net_usage(packed, config->base_per_transaction_net_usage,
	                                   config->context_free_discount_net_usage_num,
	                                   config->context_free_discount_net_usage_den);
	if (context->delay_sec)
		net += config->base_per_transaction_net_usage + TRANSACTION_ID_NET;
	if (context->recorded)
		net = context->recorded_net_usage;
	if (context->kind == PUSH_READ_ONLY)
		return init_read_only(context, net, error);
	if (!pending->trusted) {
		if ((result = check_expiration(context, error)) ||
		    (!context->recorded && (result = check_tapos(context, error))) ||
		    (result = transaction_validate_accounts(map_edit_view(context->edit), context->transaction, true,
		                                            error)))
			return context->kind == PUSH_DRY_RUN ? nobody_to_bill(result, error) : result;
	}
	if ((result = transaction_init_limits(context, net, error)))
		return result;
	return record_transaction(context, error);
}

int transaction_init_implicit(struct transaction_context *context, struct error *error)
{
	context->is_implicit = true;
	context->published = slot_to_us(pending_slot(context->pending));
	if (context->transaction->extensions_count)
		return refuse_extensions(context, "implicit", error);
	return transaction_init_limits(context, 0, error);
}

int transaction_init_deferred(struct transaction_context *context, int64_t published, struct error *error)
{
	context->is_scheduled = true;
	context->published = published;
	context->trace->scheduled = true;
	if (context->transaction->expiration && context->transaction->extensions_count)
		return refuse_extensions(context, "deferred", error);
	return transaction_init_limits(context, 0, error);
}

/* --- running --- */

void transaction_date(struct transaction *transaction, const struct pending_block *pending)
{
	transaction->expiration = (uint32_t)((slot_to_us(pending_slot(pending)) + SECOND_US - 1) / SECOND_US);
	transaction->ref_block_num = (uint16_t)(pending_number(pending) - 1);
	transaction->ref_block_prefix = block_id_prefix(&pending->header.previous);
}

int64_t transaction_store_generated(struct pending_block *pending, struct generated_transaction *generated,
                                    const struct transaction *transaction)
{
	int64_t window = pending->globals.config.deferred_trx_expiration_window;
	struct bytes packed = {0};

	transaction_pack(&packed, transaction);
	generated->published = slot_to_us(pending_slot(pending));
	generated->delay_until = generated->published + (int64_t)transaction->delay_sec * SECOND_US;
	generated->expiration = generated->delay_until + window * SECOND_US;
	generated->object_id = pending->globals.next_generated_id++;
	generated->packed = packed.data;
	generated->packed_length = packed.length;
	generated_transaction_put(pending->edit, generated);
	bytes_release(&packed);
	return generated_transaction_ram(generated->packed_length);
}

/* A delayed transaction is stored instead of running. */
static int store_delayed(struct transaction_context *context, struct error *error)
{
	struct generated_transaction generated = {.id = context->id,
	                                          .payer = transaction_first_authorizer(context->transaction)};

	generated_transaction_sender_id(generated.sender_id, &context->id);
	int64_t ram = transaction_store_generated(context->pending, &generated, context->transaction);
	context->trace->account_ram_delta = (struct ram_delta){generated.payer, ram};
	return transaction_add_ram(context, generated.payer, ram, error);
}

int transaction_execute(struct transaction_context *context, struct error *error)
{
	const struct transaction *transaction = context->transaction;
	uint32_t count;
	int result = 0;
	for (size_t i = 0; !context->is_scheduled && i < transaction->context_free_actions_count; i++)
		transaction_schedule_action(context, &transaction->context_free_actions[i],
		                            transaction->context_free_actions[i].account, true, 0, 0);
	for (size_t i = 0; !context->delay_sec && i < transaction->actions_count; i++)
		transaction_schedule_action(context, &transaction->actions[i], transaction->actions[i].account, false,
		                            0, 0);
	count = (uint32_t)context->trace->actions_count;
	for (uint32_t ordinal = 1; ordinal <= count && result == 0; ordinal++)
		result = transaction_execute_action(context, ordinal, 0, error);
	if (result == 0 && context->delay_sec)
		result = store_delayed(context, error);
	return result;
}

void transaction_keep_digests(struct transaction_context *context)
{
	struct pending_block *pending = context->pending;
	size_t count = context->receipt_digests_count;
	if (!count)
		return;
	memory_grow(&pending->action_digests, &pending->action_digests_capacity,
	            pending->action_digests_count + count, sizeof *pending->action_digests);
	memcpy(&pending->action_digests[pending->action_digests_count], context->receipt_digests,
	       count * sizeof *context->receipt_digests);
	pending->action_digests_count += count;
}

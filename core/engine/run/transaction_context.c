/* A transaction's frame: limits and who is billed before it runs, running its actions, billing after
 * (protocol.md B.3 to B.5, D.1). */
#include "core/engine/engine_private.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/engine/state/account.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRANSACTION_ID_NET = 32, NET_WORD = 8 };

/* --- checkpoints --- */

void block_checkpoint_take(struct block_checkpoint *checkpoint, struct pending_block *pending)
{
	checkpoint->mark = map_edit_mark(pending->edit);
	checkpoint->globals = pending->globals;
}

void block_checkpoint_restore(const struct block_checkpoint *checkpoint, struct pending_block *pending)
{
	map_edit_undo(pending->edit, checkpoint->mark);
	pending->globals = checkpoint->globals;
}

void block_checkpoint_release(struct pending_block *pending)
{
	map_edit_unmark(pending->edit);
}

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

/* --- limits --- */

static int check_net(const struct transaction_context *context, struct error *error)
{
	unsigned long long used = context->net_usage, limit = context->eager_net_limit;
	if (used <= limit || context->pending->trusted)
		return 0;
	if (context->net_limit_is_block)
		return error_chain(error, BLOCK_NET_USAGE_EXCEEDED, "not enough space left in block: %llu > %llu",
		                   used, limit);
	return error_chain(error, context->net_greylisted ? GREYLIST_NET_USAGE_EXCEEDED : TX_NET_USAGE_EXCEEDED,
	                   "%stransaction net usage is too high: %llu > %llu",
	                   context->net_greylisted ? "greylisted " : "", used, limit);
}

int transaction_add_net(struct transaction_context *context, uint64_t bytes, struct error *error)
{
	context->net_usage += bytes;
	return check_net(context, error);
}

static void set_limits(struct transaction_context *context)
{
	const struct pending_block *pending = context->pending;
	const struct chain_config *config = &pending->globals.config;
	uint64_t asked = (uint64_t)context->transaction->max_net_usage_words * NET_WORD;

	context->net_limit = pending->resources.max_block_net - pending->globals.net_usage;
	context->net_limit_is_block = true;
	if (config->max_transaction_net_usage <= context->net_limit) {
		context->net_limit = config->max_transaction_net_usage;
		context->net_limit_is_block = false;
	}
	if (asked && asked <= context->net_limit) {
		context->net_limit = asked;
		context->net_limit_is_block = false;
	}
	context->cpu_limit = (int64_t)(pending->resources.max_block_cpu - pending->globals.cpu_usage);
	context->cpu_limit_kind = CPU_LIMIT_BLOCK;
	if (config->max_transaction_cpu_usage <= context->cpu_limit) {
		context->cpu_limit = config->max_transaction_cpu_usage;
		context->cpu_limit_kind = CPU_LIMIT_CHAIN;
	}
	if (context->transaction->max_cpu_usage_ms &&
	    (int64_t)context->transaction->max_cpu_usage_ms * 1000 <= context->cpu_limit) {
		context->cpu_limit = (int64_t)context->transaction->max_cpu_usage_ms * 1000;
		context->cpu_limit_kind = CPU_LIMIT_TRANSACTION;
	}
}

static int check_cpu(const struct transaction_context *context, bool at_end, struct error *error)
{
	unsigned billed = context->billed_cpu_us,
	         minimum = context->pending->globals.config.min_transaction_cpu_usage;
	long long limit = context->cpu_limit;
	bool greylisted = context->cpu_greylisted && context->cpu_limit_kind == CPU_LIMIT_ACCOUNT;
	char reached[80];
	if (context->pending->trusted)
		return 0;
	if (at_end && billed < minimum)
		return error_chain(error, TRANSACTION_EXCEPTION,
		                   "cannot bill CPU time less than the minimum of %u us", minimum);
	if (billed <= limit)
		return 0;
	if (context->cpu_limit_kind == CPU_LIMIT_BLOCK)
		return error_chain(
			error, BLOCK_CPU_USAGE_EXCEEDED,
			"billed CPU time (%u us) is greater than the billable CPU time left in the block (%lld us)",
			billed, limit);
	if (context->cpu_limit_kind == CPU_LIMIT_TRANSACTION)
		snprintf(reached, sizeof reached, "trx specified max_cpu_usage_ms %lldms", limit / 1000);
	else
		snprintf(reached, sizeof reached, "%s %lldus",
		         context->cpu_limit_kind == CPU_LIMIT_CHAIN ? "on chain max_transaction_cpu_usage"
		                                                    : "account cpu limit",
		         limit);
	return error_chain(error, greylisted ? GREYLIST_CPU_USAGE_EXCEEDED : TX_CPU_USAGE_EXCEEDED,
	                   "billed CPU time (%u us) is greater than the maximum%s billable CPU time for the "
	                   "transaction (%lld us) reached %s",
	                   billed, greylisted ? " greylisted" : "", limit, reached);
}

static void find_billed_accounts(struct transaction_context *context)
{
	const struct transaction *transaction = context->transaction;
	if (pending_feature(context->pending, FEATURE_ONLY_BILL_FIRST_AUTHORIZER)) {
		name_set_add(&context->billed_accounts, transaction_first_authorizer(transaction));
		return;
	}
	for (size_t i = 0; i < transaction->actions_count; i++)
		for (size_t k = 0; k < transaction->actions[i].authorization_count; k++)
			name_set_add(&context->billed_accounts, transaction->actions[i].authorization[k].actor);
}

static uint32_t multiple_of(const struct transaction_context *context, uint64_t account)
{
	uint32_t least = ELASTIC_MULTIPLIER;

	for (size_t i = 0; i < 2; i++)
		if (context->greylists[i]) {
			uint32_t multiple = greylist_multiple(context->greylists[i], account);
			least = multiple < least ? multiple : least;
		}
	return least;
}

void transaction_available(struct transaction_context *context, int64_t *net, int64_t *cpu)
{
	const struct map_root *root = map_edit_view(context->edit);
	const struct resource_state *resources = &context->pending->resources;
	const struct name_set *accounts = &context->billed_accounts;
	uint32_t slot = pending_slot(context->pending);

	*net = *cpu = INT64_MAX / 2;
	if (!context->billed_usage)
		context->billed_usage = memory_allocate(accounts->count, sizeof *context->billed_usage);
	for (size_t i = 0; i < accounts->count; i++) {
		struct resource_account *account = &context->billed_usage[i];
		struct resource_room room;
		if (!resource_available(root, account, &room, resources, accounts->names[i], slot,
		                        multiple_of(context, accounts->names[i])))
			account->name = 0;
		*net = room.net < *net ? room.net : *net;
		*cpu = room.cpu < *cpu ? room.cpu : *cpu;
		context->net_greylisted |= room.net_greylisted;
		context->cpu_greylisted |= room.cpu_greylisted;
	}
}

int transaction_bill(struct transaction_context *context, uint64_t net, uint64_t cpu, struct error *error)
{
	const struct pending_block *pending = context->pending;
	int result = 0;
	for (size_t i = 0; i < context->billed_accounts.count && result == 0; i++)
		if (context->billed_usage[i].name)
			result = resource_bill(context->edit, &pending->resources, &context->billed_usage[i], net, cpu,
			                       pending_slot(context->pending), error);
	return result;
}

static int transaction_init(struct transaction_context *context, uint64_t net, struct error *error)
{
	const struct chain_config *config = &context->pending->globals.config;
	int64_t net_left, cpu_left;
	uint64_t eager;
	int result;
	set_limits(context);
	if (context->billed_cpu_us && (result = check_cpu(context, false, error)))
		return result;
	find_billed_accounts(context);
	transaction_available(context, &net_left, &cpu_left);
	transaction_start_clock(context, cpu_left);
	context->eager_net_limit = context->net_limit;
	eager = (uint64_t)net_left + config->net_usage_leeway;
	if (eager < context->eager_net_limit) {
		context->eager_net_limit = eager;
		context->net_limit_is_block = false;
	}
	context->eager_net_limit -= context->eager_net_limit % NET_WORD;
	return net ? transaction_add_net(context, net, error) : 0;
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
	set_limits(context);
	transaction_start_clock(context, INT64_MAX);
	context->eager_net_limit = context->net_limit;
	return result ? result : transaction_add_net(context, net, error);
}

/* What is no more than looked at leaves nothing behind. */
static int finalize_read_only(struct transaction_context *context, struct error *error)
{
	context->net_usage = (context->net_usage + NET_WORD - 1) / NET_WORD * NET_WORD;
	context->trace->net_usage = context->net_usage;
	return check_net(context, error);
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
	if ((result = transaction_init(context, net, error)))
		return result;
	return record_transaction(context, error);
}

int transaction_init_implicit(struct transaction_context *context, struct error *error)
{
	context->is_implicit = true;
	context->published = slot_to_us(pending_slot(context->pending));
	if (context->transaction->extensions_count)
		return refuse_extensions(context, "implicit", error);
	return transaction_init(context, 0, error);
}

int transaction_init_deferred(struct transaction_context *context, int64_t published, struct error *error)
{
	context->is_scheduled = true;
	context->published = published;
	context->trace->scheduled = true;
	if (context->transaction->expiration && context->transaction->extensions_count)
		return refuse_extensions(context, "deferred", error);
	return transaction_init(context, 0, error);
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

int transaction_add_ram(struct transaction_context *context, uint64_t account, int64_t delta,
                        struct error *error)
{
	int result = resource_ram_add(context->edit, account, delta, pending_number(context->pending), error);

	if (result == 0 && delta > 0)
		transaction_check_ram_of(context, account);
	return result;
}

void transaction_check_ram_of(struct transaction_context *context, uint64_t account)
{
	name_set_add(&context->ram_accounts, account);
}

/* --- ending --- */

static int touch_permissions(struct transaction_context *context, struct error *error)
{
	const struct transaction *transaction = context->transaction;
	int64_t now = slot_to_us(pending_slot(context->pending));
	struct permission_object permission;
	int result;

	for (size_t i = 0; i < transaction->actions_count; i++)
		for (size_t k = 0; k < transaction->actions[i].authorization_count; k++) {
			result = authorization_permission(map_edit_view(context->edit), &permission,
			                                  &transaction->actions[i].authorization[k], error);
			if (result)
				return result;
			permission_touch(context->edit, &permission, now);
		}
	return 0;
}

static int bill(struct transaction_context *context, struct error *error)
{
	struct pending_block *pending = context->pending;
	struct block_globals *globals = &pending->globals;
	int result = transaction_bill(context, context->net_usage, context->billed_cpu_us, error);

	if (result)
		return result;
	globals->cpu_usage += context->billed_cpu_us;
	globals->net_usage += context->net_usage;
	if (globals->cpu_usage > pending->resources.max_block_cpu)
		return error_chain(error, BLOCK_RESOURCE_EXHAUSTED, "Block has insufficient cpu resources");
	if (globals->net_usage > pending->resources.max_block_net)
		return error_chain(error, BLOCK_RESOURCE_EXHAUSTED, "Block has insufficient net resources");
	return 0;
}

int transaction_finalize(struct transaction_context *context, struct error *error)
{
	int64_t net_left, cpu_left;
	if (context->kind == PUSH_READ_ONLY)
		return finalize_read_only(context, error);
	int result = context->is_input ? touch_permissions(context, error) : 0;

	for (size_t i = 0; i < context->ram_accounts.count && result == 0; i++)
		result = resource_ram_check(map_edit_view(context->edit), context->ram_accounts.names[i], error);
	if (result)
		return result;
	transaction_measure(context);
	transaction_available(context, &net_left, &cpu_left);
	if ((uint64_t)net_left <= context->net_limit) {
		context->net_limit = (uint64_t)net_left;
		context->net_limit_is_block = false;
	}
	if (cpu_left <= context->cpu_limit) {
		context->cpu_limit = cpu_left;
		context->cpu_limit_kind = CPU_LIMIT_ACCOUNT;
	}
	context->net_usage = (context->net_usage + NET_WORD - 1) / NET_WORD * NET_WORD;
	context->trace->net_usage = context->net_usage;
	context->trace->cpu_usage_us = context->billed_cpu_us;
	context->eager_net_limit = context->net_limit;
	if ((result = check_net(context, error)) || (result = check_cpu(context, true, error)))
		return result;
	return bill(context, error);
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

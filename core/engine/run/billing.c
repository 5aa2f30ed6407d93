/* What a transaction may use, who pays, and what is billed in the end: NET, CPU and RAM (protocol.md B.4,
 * B.5, B.7). */
#include "core/engine/engine_private.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/types/time.h"

#include <stdio.h>

enum { NET_WORD = 8 };

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

void transaction_set_limits(struct transaction_context *context)
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

int transaction_init_limits(struct transaction_context *context, uint64_t net, struct error *error)
{
	const struct chain_config *config = &context->pending->globals.config;
	int64_t net_left, cpu_left;
	uint64_t eager;
	int result;
	transaction_set_limits(context);
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

/* --- RAM --- */

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

/* To whole words, as it is billed. */
static void round_net(struct transaction_context *context)
{
	context->net_usage = (context->net_usage + NET_WORD - 1) / NET_WORD * NET_WORD;
	context->trace->net_usage = context->net_usage;
}

/* What is no more than looked at leaves nothing behind. */
static int finalize_read_only(struct transaction_context *context, struct error *error)
{
	round_net(context);
	return check_net(context, error);
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
	round_net(context);
	context->trace->cpu_usage_us = context->billed_cpu_us;
	context->eager_net_limit = context->net_limit;
	if ((result = check_net(context, error)) || (result = check_cpu(context, true, error)))
		return result;
	return bill(context, error);
}

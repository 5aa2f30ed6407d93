/* How long a transaction may run, its end when that is over, and what is billed for it (protocol.md B.5,
 * wasm.md W.5). A received block says itself what its transactions took: they have no deadline. */
#include "core/engine/intrinsic/runtime.h"

#include "core/base/exception.h"
#include "core/engine/engine_private.h"

enum {
	ACCOUNT_LEEWAY = 31000, /* microseconds: an account may run so far into debt before it is stopped */
	/* of a contract on the machine this was written on; where there is no clock */
	WORK_PER_MICROSECOND = 200,
	/* What took its time once takes it again, on whatever machine that was: so many times what is counted
	 * of it is beyond any. */
	AGAIN = 20,
	WORK_PER_LOOK = 16384, /* so that reading the clock costs nothing beside it */
	WORK_RECEIVER = 200
};

static const struct contract_options *options_of(const struct transaction_context *context)
{
	return &context->pending->runtime->options;
}

static void limit_to(struct transaction_context *context, int64_t limit, enum cpu_limit_kind kind)
{
	if (limit > context->time_limit)
		return;
	context->time_limit = limit;
	context->time_limit_kind = kind;
}

/* onblock and onerror are in the block or not, whoever applies it: they end by what is counted. */
void transaction_start_clock(struct transaction_context *context, int64_t cpu_left)
{
	const struct contract_options *options = options_of(context);

	if (context->pending->validating && !context->is_implicit)
		return;
	context->time_limit = context->cpu_limit;
	context->time_limit_kind = context->cpu_limit_kind;
	if (context->again) {
		context->time_limit = context->pending->globals.config.max_transaction_cpu_usage;
		if (context->node_limit)
			limit_to(context, context->node_limit, CPU_LIMIT_NODE);
		context->time_limit *= AGAIN;
	} else if (!context->is_implicit) {
		limit_to(context, cpu_left < INT64_MAX - ACCOUNT_LEEWAY ? cpu_left + ACCOUNT_LEEWAY : INT64_MAX,
		         CPU_LIMIT_ACCOUNT);
		if (context->node_limit)
			limit_to(context, context->node_limit, CPU_LIMIT_NODE);
		if (context->block_left && context->block_left < context->time_limit)
			limit_to(context, context->block_left, CPU_LIMIT_DEADLINE);
		context->by_clock = options->clock;
	}
	if (context->by_clock)
		context->started = options->clock(options->context);
}

static int64_t elapsed(const struct transaction_context *context)
{
	const struct contract_options *options = options_of(context);

	return context->by_clock ? options->clock(options->context) - context->started
	                         : (int64_t)(context->work / WORK_PER_MICROSECOND);
}

bool transaction_is_late(struct transaction_context *context, uint32_t work)
{
	context->work += work;
	if (!context->time_limit || context->work - context->work_looked_at < WORK_PER_LOOK)
		return false;
	context->work_looked_at = context->work;
	return elapsed(context) > context->time_limit;
}

bool transaction_next_receiver(struct transaction_context *context)
{
	return !transaction_is_late(context, WORK_RECEIVER);
}

/* What all of these begin with; nodeos calls them greylisted by whom they bill, whatever the limit was. */
static int too_long(const struct transaction_context *context, long long ran, const char *reached,
                    struct error *error)
{
	bool greylisted = context->cpu_greylisted;
	bool in_ms = context->time_limit_kind == CPU_LIMIT_TRANSACTION;

	return error_chain(error, greylisted ? GREYLIST_CPU_USAGE_EXCEEDED : TX_CPU_USAGE_EXCEEDED,
	                   "%stransaction was executing for too long %lldus reached %s %lld%s",
	                   greylisted ? "greylisted " : "", ran, reached,
	                   (long long)context->time_limit / (in_ms ? 1000 : 1), in_ms ? "ms" : "us");
}

int transaction_late(const struct transaction_context *context, struct error *error)
{
	long long ran = elapsed(context);

	switch (context->time_limit_kind) {
	case CPU_LIMIT_BLOCK:
		return error_chain(error, BLOCK_CPU_USAGE_EXCEEDED,
		                   "not enough time left in block to complete executing transaction %lldus", ran);
	case CPU_LIMIT_CHAIN:
		return too_long(context, ran, "on chain max_transaction_cpu_usage", error);
	case CPU_LIMIT_TRANSACTION:
		return too_long(context, ran, "trx specified max_cpu_usage_ms", error);
	case CPU_LIMIT_NODE:
		return too_long(context, ran, "node configured max-transaction-time", error);
	case CPU_LIMIT_DEADLINE: return error_chain(error, DEADLINE_EXCEPTION, "deadline exceeded %lldus", ran);
	case CPU_LIMIT_ACCOUNT: break;
	}
	return error_chain(error, LEEWAY_DEADLINE_EXCEPTION,
	                   "the transaction was unable to complete by deadline, but it is possible it could have "
	                   "succeeded if it were allowed to run to completion %lld",
	                   ran);
}

void transaction_measure(struct transaction_context *context)
{
	int64_t took;

	if (context->explicit_cpu || context->is_implicit || context->again || !options_of(context)->measured_cpu)
		return;
	took = elapsed(context);
	if (took > context->billed_cpu_us)
		context->billed_cpu_us = took < UINT32_MAX ? (uint32_t)took : UINT32_MAX;
}

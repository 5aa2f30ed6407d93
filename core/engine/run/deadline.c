/* How long a transaction may run, and its end when that is over (protocol.md B.5, wasm.md W.5). A received
 * block says itself what its transactions took: they have no deadline. */
#include "core/engine/intrinsic/runtime.h"

#include "core/base/exception.h"
#include "core/engine/engine_parts.h"

enum {
	ACCOUNT_LEEWAY = 31000, /* microseconds: an account may run so far into debt before it is stopped */
	/* of a contract on the machine this was written on; where there is no clock */
	WORK_PER_MICROSECOND = 200,
};

static const struct contract_options *options_of(const struct transaction_context *context)
{
	return &context->pending->runtime->options;
}

void transaction_start_clock(struct transaction_context *context, int64_t cpu_left)
{
	const struct contract_options *options = options_of(context);

	if (context->pending->validating)
		return;
	context->time_limit = context->cpu_limit;
	context->time_limit_kind = context->cpu_limit_kind;
	if (cpu_left < context->time_limit - ACCOUNT_LEEWAY && !context->is_implicit) {
		context->time_limit = cpu_left + ACCOUNT_LEEWAY;
		context->time_limit_kind = CPU_LIMIT_ACCOUNT;
	}
	if (options->clock)
		context->started = options->clock(options->context);
}

static int64_t elapsed(const struct transaction_context *context)
{
	const struct contract_options *options = options_of(context);

	return options->clock ? options->clock(options->context) - context->started
	                      : (int64_t)(context->work / WORK_PER_MICROSECOND);
}

bool transaction_is_late(struct transaction_context *context, uint32_t work)
{
	context->work += work;
	return context->time_limit && elapsed(context) > context->time_limit;
}

int transaction_late(const struct transaction_context *context, struct error *error)
{
	long long ran = elapsed(context), limit = context->time_limit;

	switch (context->time_limit_kind) {
	case CPU_LIMIT_BLOCK:
		return error_chain(error, BLOCK_CPU_USAGE_EXCEEDED,
		                   "not enough time left in block to complete executing transaction %lldus", ran);
	case CPU_LIMIT_CHAIN:
		return error_chain(error, TX_CPU_USAGE_EXCEEDED,
		                   "transaction was executing for too long %lldus reached on chain "
		                   "max_transaction_cpu_usage %lldus",
		                   ran, limit);
	case CPU_LIMIT_TRANSACTION:
		return error_chain(error, TX_CPU_USAGE_EXCEEDED,
		                   "transaction was executing for too long %lldus reached trx specified "
		                   "max_cpu_usage_ms %lldms",
		                   ran, limit / 1000);
	case CPU_LIMIT_ACCOUNT: break;
	}
	return error_chain(error, TX_CPU_USAGE_EXCEEDED,
	                   "transaction was executing for too long %lldus reached account cpu limit %lldus", ran,
	                   limit);
}

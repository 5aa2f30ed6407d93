/* Traces and action receipts. */
#include "core/types/trace.h"

#include "core/base/memory.h"

#include <stdlib.h>

static const struct packed_field receipt_fields[] = {
	PACKED_FIELD(struct action_receipt, receiver),
	PACKED_FIELD(struct action_receipt, act_digest),
	PACKED_FIELD(struct action_receipt, global_sequence),
	PACKED_FIELD(struct action_receipt, recv_sequence),
	{0},
};

struct checksum256 action_receipt_digest(const struct action_receipt *receipt)
{
	struct bytes packed = {0};
	bytes_put_fields(&packed, receipt, receipt_fields);
	bytes_put_varuint32(&packed, (uint32_t)receipt->auth_sequence_count);
	for (size_t i = 0; i < receipt->auth_sequence_count; i++) {
		bytes_put_u64(&packed, receipt->auth_sequence[i].account);
		bytes_put_u64(&packed, receipt->auth_sequence[i].sequence);
	}
	bytes_put_varuint32(&packed, receipt->code_sequence);
	bytes_put_varuint32(&packed, receipt->abi_sequence);
	return hash_packed(&packed);
}

static void action_trace_release(struct action_trace *trace)
{
	action_release(&trace->action);
	free(trace->receipt.auth_sequence);
	text_release(&trace->console);
	free(trace->ram_deltas);
	bytes_release(&trace->return_value);
	free(trace->error);
}

void transaction_trace_release(struct transaction_trace *trace)
{
	if (!trace)
		return;
	for (size_t i = 0; i < trace->actions_count; i++)
		action_trace_release(&trace->actions[i]);
	free(trace->actions);
	free(trace->error);
	if (trace->failed_deferred) {
		transaction_trace_release(trace->failed_deferred);
		free(trace->failed_deferred);
	}
	*trace = (struct transaction_trace){0};
}

static struct action_trace action_trace_copy(const struct action_trace *trace)
{
	struct action_trace copy = *trace;

	copy.action = action_copy(&trace->action);
	copy.receipt.auth_sequence =
		memory_copy(trace->receipt.auth_sequence,
	                trace->receipt.auth_sequence_count * sizeof *trace->receipt.auth_sequence);
	copy.console = (struct text){0};
	text_append_bytes(&copy.console, text_string(&trace->console), trace->console.length);
	copy.ram_deltas = memory_copy(trace->ram_deltas, trace->ram_deltas_count * sizeof *trace->ram_deltas);
	copy.return_value = (struct bytes){0};
	bytes_put(&copy.return_value, trace->return_value.data, trace->return_value.length);
	if (trace->error)
		copy.error = memory_copy(trace->error, sizeof *trace->error);
	return copy;
}

struct transaction_trace transaction_trace_copy(const struct transaction_trace *trace)
{
	struct transaction_trace copy = *trace;

	copy.actions = memory_allocate(trace->actions_count + 1, sizeof *copy.actions);
	for (size_t i = 0; i < trace->actions_count; i++)
		copy.actions[i] = action_trace_copy(&trace->actions[i]);
	if (trace->error)
		copy.error = memory_copy(trace->error, sizeof *trace->error);
	if (trace->failed_deferred) {
		struct transaction_trace failed = transaction_trace_copy(trace->failed_deferred);
		copy.failed_deferred = memory_copy(&failed, sizeof failed);
	}
	return copy;
}

size_t transaction_trace_size(const struct transaction_trace *trace)
{
	size_t size = sizeof *trace + (trace->error ? sizeof *trace->error : 0);

	for (size_t i = 0; i < trace->actions_count; i++) {
		const struct action_trace *action = &trace->actions[i];
		size += sizeof *action + action->action.data.length + action->console.length +
		        action->return_value.length + (action->error ? sizeof *action->error : 0) +
		        action->ram_deltas_count * sizeof *action->ram_deltas +
		        action->receipt.auth_sequence_count * sizeof *action->receipt.auth_sequence;
	}
	return size + (trace->failed_deferred ? transaction_trace_size(trace->failed_deferred) : 0);
}

void transaction_trace_fail(struct transaction_trace *trace, const struct error *error)
{
	free(trace->error);
	trace->error = memory_copy(error, sizeof *error);
	trace->has_receipt = false;
}

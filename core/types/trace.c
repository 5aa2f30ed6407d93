/* Traces and action receipts. */
#include "core/types/trace.h"

#include "core/base/memory.h"

#include <stdlib.h>

struct checksum256 action_receipt_digest(const struct action_receipt *receipt)
{
	struct bytes packed = {0};
	bytes_put_u64(&packed, receipt->receiver);
	bytes_put(&packed, receipt->act_digest.data, sizeof receipt->act_digest.data);
	bytes_put_u64(&packed, receipt->global_sequence);
	bytes_put_u64(&packed, receipt->recv_sequence);
	bytes_put_varuint32(&packed, (uint32_t)receipt->auth_sequence_count);
	for (size_t i = 0; i < receipt->auth_sequence_count; i++) {
		bytes_put_u64(&packed, receipt->auth_sequence[i].account);
		bytes_put_u64(&packed, receipt->auth_sequence[i].sequence);
	}
	bytes_put_varuint32(&packed, receipt->code_sequence);
	bytes_put_varuint32(&packed, receipt->abi_sequence);
	struct checksum256 digest = hash_sha256(packed.data, packed.length);
	bytes_release(&packed);
	return digest;
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

void transaction_trace_fail(struct transaction_trace *trace, const struct error *error)
{
	free(trace->error);
	trace->error = memory_copy(error, sizeof *error);
	trace->has_receipt = false;
}

/* Traces and action receipts. */
#include "core/engine/run/trace.h"

#include "core/engine/engine_parts.h"

#include "core/base/memory.h"

#include <stdlib.h>

struct checksum256 action_receipt_digest(const struct action_receipt *receipt)
{
	uint8_t head[8 + 32 + 8 + 8], *at = head + 40;
	struct bytes tail = {0};
	struct checksum256 out;
	struct hash hash;
	uint8_t *first = head;
	state_value_u64(&first, receipt->receiver);
	for (size_t i = 0; i < sizeof receipt->act_digest.data; i++)
		head[8 + i] = receipt->act_digest.data[i];
	state_value_u64(&at, receipt->global_sequence);
	state_value_u64(&at, receipt->recv_sequence);
	bytes_put_varuint32(&tail, (uint32_t)receipt->auth_sequence_count);
	for (size_t i = 0; i < receipt->auth_sequence_count; i++) {
		bytes_put_u64(&tail, receipt->auth_sequence[i].account);
		bytes_put_u64(&tail, receipt->auth_sequence[i].sequence);
	}
	bytes_put_varuint32(&tail, receipt->code_sequence);
	bytes_put_varuint32(&tail, receipt->abi_sequence);
	hash_begin(&hash);
	hash_add(&hash, head, sizeof head);
	hash_add(&hash, tail.data, tail.length);
	out = hash_end(&hash);
	bytes_release(&tail);
	return out;
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

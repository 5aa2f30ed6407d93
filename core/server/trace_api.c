/* /v1/trace_api: what a block or a transaction did. The chain makes traces again from the block. */
#include "core/server/call.h"

#include "core/base/encoding/hex.h"
#include "core/base/memory.h"
#include "core/server/node.h"
#include "core/types/abi/abi.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A block and what it did; trace 0 is onblock's, the others are those of its transactions, in their order. */
struct traced_block {
	struct signed_block block;
	struct transaction_trace *traces;
	size_t count;
};

static void traced_block_release(struct traced_block *traced)
{
	for (size_t i = 0; i < traced->count; i++)
		transaction_trace_release(&traced->traces[i]);
	free(traced->traces);
	signed_block_release(&traced->block);
}

/* -ENOENT: there is no such block, or its traces are not to be had any more; the genesis block has none. */
static int read_traced(struct call *call, struct traced_block *out, uint32_t number)
{
	const struct chain_view_operations *operations = call->view->operations;
	int result = number > 1 ? operations->block(call->view, &out->block, number, &call->error) : -ENOENT;

	if (result == 0)
		result = operations->traces(call->view, &out->traces, &out->count, number, &call->error);
	return result == -EOPNOTSUPP ? -ENOENT : result;
}

/* --- printing --- */

static int compare_sequences(const void *a, const void *b)
{
	uint64_t left = (*(const struct action_trace *const *)a)->receipt.global_sequence;
	uint64_t right = (*(const struct action_trace *const *)b)->receipt.global_sequence;
	return left < right ? -1 : left > right;
}

static void print_authorization(struct text *out, const struct action *action)
{
	text_append(out, ",\"authorization\":[");
	for (size_t i = 0; i < action->authorization_count; i++)
		text_printf(out, "%s{\"account\":\"%s\",\"permission\":\"%s\"}", i ? "," : "",
		            name_text(action->authorization[i].actor).text,
		            name_text(action->authorization[i].permission).text);
	text_append_char(out, ']');
}

static const struct abi *find_abi(const struct trace_abi *abis, uint64_t account)
{
	while (abis && abis->account != account)
		abis = abis->next;
	return abis ? abis->abi : NULL;
}

/* The member, unless the ABI has no type for it or the bytes do not fit. */
static void print_decoded(struct text *out, const char *member, const struct abi *abi, const char *type,
                          const struct bytes *bytes)
{
	struct cursor in = cursor_make(bytes->data, bytes->length);
	size_t start = out->length;

	text_printf(out, ",\"%s\":", member);
	if (!type || abi_to_json(abi, out, type, &in, NULL) != 0)
		text_truncate(out, start);
}

static void print_action(struct text *out, const struct trace_abi *abis, const struct action_trace *trace)
{
	const struct abi *abi = find_abi(abis, trace->action.account);

	text_printf(out, "{\"global_sequence\":%s,\"receiver\":\"%s\",\"account\":\"%s\",\"action\":\"%s\"",
	            chain_number_text(trace->receipt.global_sequence).text, name_text(trace->receiver).text,
	            name_text(trace->action.account).text, name_text(trace->action.name).text);
	print_authorization(out, &trace->action);
	text_append(out, ",\"data\":");
	chain_print_hex(out, trace->action.data.data, trace->action.data.length);
	text_append(out, ",\"return_value\":");
	chain_print_hex(out, trace->return_value.data, trace->return_value.length);
	if (abi)
		print_decoded(out, "params", abi, abi_action_type(abi, trace->action.name), &trace->action.data);
	if (abi && trace->return_value.length)
		print_decoded(out, "return_data", abi, abi_action_result_type(abi, trace->action.name),
		              &trace->return_value);
	text_append_char(out, '}');
}

/* In the order in which they ran; context-free ones are not shown. */
static void print_actions(struct text *out, const struct trace_abi *abis,
                          const struct transaction_trace *trace)
{
	const struct action_trace **actions = memory_allocate(trace->actions_count + 1, sizeof *actions);
	size_t count = 0;

	for (size_t i = 0; i < trace->actions_count; i++)
		if (!trace->actions[i].context_free)
			actions[count++] = &trace->actions[i];
	qsort(actions, count, sizeof *actions, compare_sequences);
	text_append(out, ",\"actions\":[");
	for (size_t i = 0; i < count; i++) {
		text_append(out, i ? "," : "");
		print_action(out, abis, actions[i]);
	}
	text_append_char(out, ']');
	free(actions);
}

/* One whose actions took place: what waits, failed for good or has expired is not shown. */
static bool is_shown(const struct transaction_trace *trace)
{
	return trace->has_receipt && (trace->status == STATUS_EXECUTED || trace->status == STATUS_SOFT_FAIL);
}

/* Where onerror ran, it goes by the id and the header of the transaction that failed. */
static const struct transaction_trace *named(const struct transaction_trace *trace)
{
	return trace->failed_deferred ? trace->failed_deferred : trace;
}

static void print_transaction_trace(struct text *out, const struct trace_abi *abis,
                                    const struct traced_block *traced, size_t index)
{
	const struct transaction_trace *trace = &traced->traces[index];
	const struct transaction_receipt *receipt = index ? &traced->block.transactions[index - 1] : NULL;

	text_printf(out,
	            "{\"id\":\"%s\",\"block_num\":%" PRIu32 ",\"block_time\":\"%s\",\"producer_block_id\":null",
	            checksum256_text(&named(trace)->id).text, trace->block_num, slot_text(trace->slot).text);
	print_actions(out, abis, trace);
	text_printf(out, ",\"status\":\"%s\",\"cpu_usage_us\":%" PRIu32 ",\"net_usage_words\":%" PRIu64 ",",
	            transaction_status_name(trace->status), trace->cpu_usage_us, trace->net_usage / 8);
	chain_print_signatures(out, receipt && !receipt->is_id ? &receipt->packed : NULL);
	text_append(out, ",\"transaction_header\":{");
	chain_print_transaction_header(out, &named(trace)->header);
	text_append(out, "}}");
}

static void print_traced(struct text *out, const struct trace_abi *abis, const struct traced_block *traced,
                         bool irreversible)
{
	const struct block_header *header = &traced->block.header;
	const char *comma = "";

	text_printf(
		out,
		"{\"id\":\"%s\",\"number\":%" PRIu32 ",\"previous_id\":\"%s\",\"status\":\"%s\","
		"\"timestamp\":\"%sZ\",\"producer\":\"%s\",\"transaction_mroot\":\"%s\",\"action_mroot\":\"%s\","
		"\"schedule_version\":%" PRIu32 ",\"transactions\":[",
		checksum256_text(&traced->block.id).text, block_id_number(&traced->block.id),
		checksum256_text(&header->previous).text, irreversible ? "irreversible" : "pending",
		slot_text(header->timestamp).text, name_text(header->producer).text,
		checksum256_text(&header->transaction_mroot).text, checksum256_text(&header->action_mroot).text,
		header->schedule_version);
	for (size_t i = 0; i < traced->count && i <= traced->block.transactions_count; i++) {
		if (!is_shown(&traced->traces[i]))
			continue;
		text_append(out, comma);
		print_transaction_trace(out, abis, traced, i);
		comma = ",";
	}
	text_append(out, "]}");
}

/* --- the calls --- */

/* As it converts a number: null is 0, true is 1, a text of digits itself, a fraction is cut. */
static bool block_number(struct call *call, uint32_t *out)
{
	const struct json *member = json_member(call->body, "block_num");
	uint64_t value = value_uint64(call, member);

	*out = (uint32_t)value;
	return member && !call->bad && value <= UINT32_MAX &&
	       (json_type(member) != JSON_STRING || isdigit((unsigned char)*json_string(member)));
}

static int get_block(struct call *call)
{
	struct traced_block traced = {0};
	struct chain_info info;
	uint32_t number;
	int result;

	if (!block_number(call, &number))
		return call_refuse(call, 400, "Bad or missing block_num");
	result = read_traced(call, &traced, number);
	if (result == 0)
		result = call->view->operations->info(call->view, &info, &call->error);
	if (result == 0)
		print_traced(call->out, call->node->options.trace_abis, &traced,
		             number <= info.irreversible_block_num);
	else if (result == -ENOENT)
		result = call_refuse(call, 404, "Trace API: block trace missing");
	traced_block_release(&traced);
	return result;
}

enum { ID_DIGITS_MINIMUM = 8, ID_DIGITS = 64 };

/* Eight digits pass, but only a whole id is ever found. */
static bool transaction_id_of(struct call *call, struct checksum256 *out, bool *whole)
{
	const char *text = json_string(json_member(call->body, "id"));
	size_t length = text ? strlen(text) : 0;

	*whole = length == ID_DIGITS && hex_parse(out->data, text, length) == 0;
	return length >= ID_DIGITS_MINIMUM && length <= ID_DIGITS &&
	       strspn(text, "0123456789abcdefABCDEF") == length;
}

/* 0 where it is not among those shown: trace 0 is onblock's. */
static size_t find_trace(const struct traced_block *traced, const struct checksum256 *id)
{
	for (size_t i = 1; i < traced->count && i <= traced->block.transactions_count; i++)
		if (is_shown(&traced->traces[i]) && checksum256_equal(&named(&traced->traces[i])->id, id))
			return i;
	return 0;
}

static int get_transaction_trace(struct call *call)
{
	struct traced_block traced = {0};
	struct checksum256 id;
	uint32_t number = 0;
	bool whole;
	int result = -ENOENT;

	if (!transaction_id_of(call, &id, &whole))
		return call_refuse(call, 400, "Bad or missing transaction ID");
	if (whole)
		result = call->view->operations->find_transaction(call->view, &number, &id, &call->error);
	if (result == -ENOENT)
		return call_refuse(call, 404, "Trace API: transaction id missing in the transaction id log files");
	if (result == 0)
		result = read_traced(call, &traced, number);
	size_t found = result == 0 ? find_trace(&traced, &id) : 0;
	if (found)
		print_transaction_trace(call->out, call->node->options.trace_abis, &traced, found);
	else if (result == 0 || result == -ENOENT)
		result = call_refuse(call, 404, "Trace API: transaction trace missing");
	traced_block_release(&traced);
	return result;
}

const struct endpoint trace_endpoints[] = {
	{"/v1/trace_api/get_block", PLUGIN_TRACE, PARAMETERS_OWN, 200, get_block, .reads = true,
     .pace = HTTP_LONG},
	{"/v1/trace_api/get_transaction_trace", PLUGIN_TRACE, PARAMETERS_OWN, 200, get_transaction_trace,
     .reads = true, .pace = HTTP_LONG},
	{.path = NULL},
};

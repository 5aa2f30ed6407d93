/* Traces: in the order of their ordinals, or as a tree in the order of execution. */
#include "core/chain/print.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What nodeos gives as error_code for a failure that is no eosio_assert_code. */
#define GENERIC_SYSTEM_ERROR "\"10000000000000000000\""

struct trace_print {
	struct chain_view *view;
	struct text *out;
	const struct transaction_trace *trace;
	bool tree;
	const struct action *printed; /* whose text `act` is; NULL: nobody's */
	struct text act, place;       /* owned */
};

/* Clients put data into the format's ${s}: whatever the sentence holds, it is never taken for a format. */
static void print_exception(struct text *out, const struct error *error, uint32_t slot)
{
	static const char assertion[] = "assertion failure with message: ";
	const struct exception *exception = exception_find(error->code);
	const char *sentence = error->sentence;

	text_printf(out, "{\"code\":%" PRIu32 ",\"name\":\"%s\",\"message\":", error->code, exception->name);
	const char *what = error->code == STD_EXCEPTION ? sentence : exception->what;
	text_append_json(out, what, strlen(what));
	text_printf(
		out,
		",\"stack\":[{\"context\":{\"level\":\"error\",\"file\":\"eosiofs\",\"line\":0,\"method\":\"\","
		"\"hostname\":\"\",\"thread_name\":\"nodeos\",\"timestamp\":\"%s\"},\"format\":",
		slot_text(slot).text);
	if (strncmp(sentence, assertion, sizeof assertion - 1) == 0) {
		text_append(out, "\"assertion failure with message: ${s}\",\"data\":{\"s\":");
		sentence += sizeof assertion - 1;
	} else {
		text_append(out, "\"${s}\",\"data\":{\"s\":");
	}
	text_append_json(out, sentence, strlen(sentence));
	text_append(out, "}}]}");
}

static void print_error_members(struct text *out, const struct error *error, uint32_t slot)
{
	text_append(out, ",\"except\":");
	if (!error) {
		text_append(out, "null,\"error_code\":null");
		return;
	}
	print_exception(out, error, slot);
	text_append(out, ",\"error_code\":");
	if (error->code == STD_EXCEPTION)
		text_append(out, "null");
	else if (error->code == EOSIO_ASSERT_CODE_EXCEPTION)
		chain_print_number(out, error->assert_code);
	else
		text_append(out, GENERIC_SYSTEM_ERROR);
}

static void print_receipt(struct text *out, const struct action_trace *action)
{
	const struct action_receipt *receipt = &action->receipt;

	if (!action->has_receipt) {
		text_append(out, "null");
		return;
	}
	text_printf(out,
	            "{\"receiver\":\"%s\",\"act_digest\":\"%s\",\"global_sequence\":%s,\"recv_sequence\":%s,"
	            "\"auth_sequence\":[",
	            name_text(receipt->receiver).text, checksum256_text(&receipt->act_digest).text,
	            chain_number_text(receipt->global_sequence).text,
	            chain_number_text(receipt->recv_sequence).text);
	for (size_t i = 0; i < receipt->auth_sequence_count; i++)
		text_printf(out, "%s[\"%s\",%s]", i ? "," : "", name_text(receipt->auth_sequence[i].account).text,
		            chain_number_text(receipt->auth_sequence[i].sequence).text);
	text_printf(out, "],\"code_sequence\":%" PRIu32 ",\"abi_sequence\":%" PRIu32 "}", receipt->code_sequence,
	            receipt->abi_sequence);
}

/* Of an action that returned something, by the ABI's type when it has one for it. */
static void print_return_value(struct trace_print *print, const struct action_trace *action)
{
	struct text *out = print->out;
	struct cursor in = cursor_make(action->return_value.data, action->return_value.length);
	struct chain_abi *abi = NULL;

	text_append(out, ",\"return_value_hex_data\":");
	chain_print_hex(out, action->return_value.data, action->return_value.length);
	if (!action->return_value.length || chain_abi_get(print->view, &abi, action->action.account, NULL) != 0)
		return;
	const char *type = abi_action_result_type(abi->abi, action->action.name);
	size_t start = out->length;
	text_append(out, ",\"return_value_data\":");
	if (!type || abi_to_json(abi->abi, out, type, &in, NULL) != 0)
		text_truncate(out, start);
	chain_abi_release(print->view->chain, abi);
}

static void print_ram_deltas(struct text *out, const struct ram_delta *deltas, size_t count)
{
	text_append(out, ",\"account_ram_deltas\":[");
	for (size_t i = 0; i < count; i++)
		text_printf(out, "%s{\"account\":\"%s\",\"delta\":%" PRId64 "}", i ? "," : "",
		            name_text(deltas[i].account).text, deltas[i].delta);
	text_append_char(out, ']');
}

/* From the transaction's id, a member's value, to its block. */
static void print_place(struct text *out, const struct transaction_trace *trace)
{
	text_printf(out, "\"%s\",\"block_num\":%" PRIu32 ",\"block_time\":\"%s\",\"producer_block_id\":null",
	            checksum256_text(&trace->id).text, trace->block_num, slot_text(trace->slot).text);
}

static void print_children(struct trace_print *print, uint32_t ancestor);

static bool is_same(const struct action *a, const struct action *b)
{
	return a->account == b->account && a->name == b->name && a->data.length == b->data.length &&
	       a->authorization_count == b->authorization_count &&
	       (!a->data.length || memcmp(a->data.data, b->data.data, a->data.length) == 0) &&
	       (!a->authorization_count || memcmp(a->authorization, b->authorization,
	                                          a->authorization_count * sizeof *a->authorization) == 0);
}

/* Whoever is notified gets the very action that was printed before. */
static void print_act(struct trace_print *print, const struct action *action)
{
	if (!print->printed || !is_same(print->printed, action)) {
		text_clear(&print->act);
		chain_print_action(print->view, &print->act, action);
		print->printed = action;
	}
	text_append_bytes(print->out, print->act.data, print->act.length);
}

static void print_outline(struct trace_print *print, const struct action_trace *action)
{
	struct text *out = print->out;

	text_printf(out, "{\"receipt\":{\"receiver\":\"%s\",\"global_sequence\":%s},\"receiver\":\"%s\",\"act\":",
	            name_text(action->receiver).text, chain_number_text(action->receipt.global_sequence).text,
	            name_text(action->receiver).text);
	print_act(print, &action->action);
	print_return_value(print, action);
	text_append_char(out, '}');
}

static void print_action_trace(struct trace_print *print, const struct action_trace *action)
{
	const struct transaction_trace *trace = print->trace;
	struct text *out = print->out;

	text_printf(out,
	            "{\"action_ordinal\":%" PRIu32 ",\"creator_action_ordinal\":%" PRIu32
	            ",\"closest_unnotified_ancestor_action_ordinal\":%" PRIu32 ",\"receipt\":",
	            action->ordinal, action->creator_ordinal, action->closest_unnotified_ancestor);
	print_receipt(out, action);
	text_printf(out, ",\"receiver\":\"%s\",\"act\":", name_text(action->receiver).text);
	print_act(print, &action->action);
	text_printf(out, ",\"context_free\":%s,\"elapsed\":0,\"console\":",
	            action->context_free ? "true" : "false");
	text_append_json(out, text_string(&action->console), action->console.length);
	text_append(out, ",\"trx_id\":");
	text_append_bytes(out, print->place.data, print->place.length);
	print_ram_deltas(out, action->ram_deltas, action->ram_deltas_count);
	print_error_members(out, action->error, trace->slot);
	print_return_value(print, action);
	if (print->tree) {
		text_append(out, ",\"inline_traces\":");
		print_children(print, action->ordinal);
	}
	text_append_char(out, '}');
}

/* In the order in which they ran; those that did not run come last, in that of their ordinals. */
static int compare_execution(const void *a, const void *b)
{
	const struct action_trace *left = *(const struct action_trace *const *)a,
	                          *right = *(const struct action_trace *const *)b;
	uint64_t at_left = left->has_receipt ? left->receipt.global_sequence : UINT64_MAX;
	uint64_t at_right = right->has_receipt ? right->receipt.global_sequence : UINT64_MAX;
	if (at_left != at_right)
		return at_left < at_right ? -1 : 1;
	return left->ordinal < right->ordinal ? -1 : left->ordinal > right->ordinal;
}

static void print_children(struct trace_print *print, uint32_t ancestor)
{
	const struct transaction_trace *trace = print->trace;
	const struct action_trace **children = memory_allocate(trace->actions_count + 1, sizeof *children);
	size_t count = 0;

	for (size_t i = 0; i < trace->actions_count; i++)
		if (trace->actions[i].closest_unnotified_ancestor == ancestor)
			children[count++] = &trace->actions[i];
	qsort(children, count, sizeof *children, compare_execution);
	text_append_char(print->out, '[');
	for (size_t i = 0; i < count; i++) {
		text_append(print->out, i ? "," : "");
		print_action_trace(print, children[i]);
	}
	text_append_char(print->out, ']');
	free(children);
}

static void print_trace(struct trace_print *print)
{
	const struct transaction_trace *trace = print->trace;
	struct text *out = print->out;

	print_place(&print->place, trace);
	text_printf(out, "{\"id\":%s,\"receipt\":", text_string(&print->place));
	if (trace->has_receipt)
		text_printf(out, "{\"status\":\"%s\",\"cpu_usage_us\":%" PRIu32 ",\"net_usage_words\":%" PRIu64 "}",
		            transaction_status_name(trace->status), trace->cpu_usage_us, trace->net_usage / 8);
	else
		text_append(out, "null");
	if (trace->outline) {
		for (size_t i = 0; i < trace->actions_count; i++) {
			text_append(out, i ? "," : ",\"action_traces\":[");
			print_outline(print, &trace->actions[i]);
		}
		text_append(out, trace->actions_count ? "]}" : ",\"action_traces\":[]}");
		return;
	}
	text_printf(out, ",\"elapsed\":%" PRIu32 ",\"net_usage\":%s,\"scheduled\":%s,\"action_traces\":",
	            trace->cpu_usage_us, chain_number_text(trace->net_usage).text,
	            trace->scheduled ? "true" : "false");
	if (print->tree) {
		print_children(print, 0);
	} else {
		for (size_t i = 0; i < trace->actions_count; i++) {
			text_append(out, i ? "," : "[");
			print_action_trace(print, &trace->actions[i]);
		}
		text_append(out, trace->actions_count ? "]" : "[]");
	}
	text_append(out, ",\"account_ram_delta\":");
	if (trace->account_ram_delta.account)
		text_printf(out, "{\"account\":\"%s\",\"delta\":%" PRId64 "}",
		            name_text(trace->account_ram_delta.account).text, trace->account_ram_delta.delta);
	else
		text_append(out, "null");
	print_error_members(out, trace->error, trace->slot);
	text_append_char(out, '}');
}

void chain_print_trace(struct chain_view *view, struct text *out, const struct transaction_trace *trace,
                       bool tree)
{
	struct trace_print print = {.view = view, .out = out, .trace = trace, .tree = tree};

	print_trace(&print);
	text_release(&print.act);
	text_release(&print.place);
}

/* What a step did: done or refused, its NET, and every action trace. */
#include "tests/golden/replay.h"

#include "core/base/exception.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- messages --- */

/* Ids (64 hexadecimal digits) and wall clocks become fixed words. */
static void mask_message(struct text *out, const char *message)
{
	while (*message) {
		size_t digits = 0, clock = 0;
		static const char form[] = "dddd-dd-ddTdd:dd:dd";
		while (isxdigit((unsigned char)message[digits]))
			digits++;
		while (form[clock] &&
		       (form[clock] == 'd' ? isdigit((unsigned char)message[clock]) : message[clock] == form[clock]))
			clock++;
		if (!form[clock]) {
			text_append(out, "<time>");
			message += clock;
			if (*message == '.')
				for (message++; isdigit((unsigned char)*message); message++)
					;
		} else if (digits == 64) {
			text_append(out, "<id>");
			message += digits;
		} else if (digits) {
			text_append_bytes(out, message, digits);
			message += digits;
		} else {
			text_append_char(out, *message++);
		}
	}
}

/* What the reference's sources and types say is not ours to say: failed assertions, and standard exceptions
 * from the type of a key on. */
static void cut_message(struct text *text, uint64_t code)
{
	const char *end = text_string(text);
	if (code == STD_EXCEPTION || code == PERMISSION_QUERY_EXCEPTION)
		end = strstr(end, "unknown key (boost");
	else if (code != ASSERT_EXCEPTION)
		return;
	if (end && text->length) {
		text->length = (size_t)(end - text->data);
		text->data[text->length] = '\0';
	}
}

static void compare_failure(struct replay *replay, const struct json *expected, const struct error *failure)
{
	uint64_t code = 0;
	struct text texts[2] = {TEXT_EMPTY, TEXT_EMPTY};
	const char *name = json_string(json_member(expected, "name"));
	const char *message = json_string(json_first(json_member(expected, "messages")));
	json_uint64(&code, json_member(expected, "code"));
	mask_message(&texts[0], message ? message : "");
	mask_message(&texts[1], failure->sentence);
	for (size_t i = 0; i < 2; i++)
		cut_message(&texts[i], code);
	if (code == TX_CPU_USAGE_EXCEEDED && code == failure->code &&
	    strstr(text_string(&texts[0]), "executing for too long"))
		text_clear(&texts[0]), text_clear(&texts[1]); /* the time it ran, and what limited it */
	if (code != failure->code || strcmp(text_string(&texts[0]), text_string(&texts[1]))) {
		struct text lines[2] = {TEXT_EMPTY, TEXT_EMPTY};
		text_printf(&lines[0], "%" PRIu64 " %s", code, text_string(&texts[0]));
		text_printf(&lines[1], "%u %s", failure->code, text_string(&texts[1]));
		replay_differ(replay, "error", text_string(&lines[0]), text_string(&lines[1]));
		text_release(&lines[0]);
		text_release(&lines[1]);
	} else if (name && code != STD_EXCEPTION) {
		replay_compare_text(replay, "error name", name, exception_find(failure->code)->name);
	}
	text_release(&texts[0]);
	text_release(&texts[1]);
}

/* --- traces, in the recording's form --- */

static void print_authorization(struct text *out, const struct action *action)
{
	text_append(out, ",\"authorization\":[");
	for (size_t i = 0; i < action->authorization_count; i++)
		text_printf(out, "%s%s", i ? "," : "", permission_level_text(&action->authorization[i]).text);
	text_append_char(out, ']');
}

/* By the ABI that the chain has after the transaction, as nodeos answers; else hexadecimal. */
static void print_data(struct chain_view *view, struct text *out, const struct action *action)
{
	struct chain_abi *abi = NULL;
	struct error ignored;
	size_t start = out->length;
	struct cursor cursor = cursor_make(action->data.data, action->data.length);
	if (chain_abi_get(view, &abi, action->account, &ignored))
		abi = NULL;
	const char *type = abi ? abi_action_type(abi->abi, action->name) : NULL;
	if (!type || abi_to_json(abi->abi, out, type, &cursor, &ignored)) {
		out->length = start;
		out->data[start] = '\0';
		text_append_char(out, '"');
		text_append_hex(out, action->data.data, action->data.length);
		text_append_char(out, '"');
	}
	chain_abi_release(view->chain, abi);
}

static void print_receipt(struct text *out, const struct action_receipt *receipt)
{
	text_printf(out,
	            ",\"receipt\":{\"receiver\":\"%s\",\"global_sequence\":%" PRIu64 ",\"recv_sequence\":%" PRIu64
	            ",\"auth_sequence\":[",
	            name_text(receipt->receiver).text, receipt->global_sequence, receipt->recv_sequence);
	for (size_t i = 0; i < receipt->auth_sequence_count; i++)
		text_printf(out, "%s[\"%s\",%" PRIu64 "]", i ? "," : "",
		            name_text(receipt->auth_sequence[i].account).text, receipt->auth_sequence[i].sequence);
	text_printf(out, "],\"code_sequence\":%u,\"abi_sequence\":%u}", receipt->code_sequence,
	            receipt->abi_sequence);
}

static void print_trace(struct chain_view *view, struct text *out, const struct action_trace *trace)
{
	text_printf(out, "{\"receiver\":\"%s\",\"account\":\"%s\",\"name\":\"%s\"",
	            name_text(trace->receiver).text, name_text(trace->action.account).text,
	            name_text(trace->action.name).text);
	print_authorization(out, &trace->action);
	text_append(out, ",\"data\":");
	print_data(view, out, &trace->action);
	text_printf(out, ",\"ordinal\":%u,\"creator\":%u,\"ram\":[", trace->ordinal, trace->creator_ordinal);
	for (size_t i = 0; i < trace->ram_deltas_count; i++)
		text_printf(out, "%s{\"account\":\"%s\",\"delta\":%" PRId64 "}", i ? "," : "",
		            name_text(trace->ram_deltas[i].account).text, trace->ram_deltas[i].delta);
	text_append(out, "],\"console\":");
	size_t start = out->length;
	text_append_json(out, text_string(&trace->console), trace->console.length);
	recording_mask_nul(out, start);
	if (trace->return_value.length) {
		text_append(out, ",\"return_value\":\"");
		text_append_hex(out, trace->return_value.data, trace->return_value.length);
		text_append_char(out, '"');
	}
	if (trace->has_receipt)
		print_receipt(out, &trace->receipt);
	else
		text_append(out, ",\"receipt\":null");
	text_append_char(out, '}');
}

/* Does it replace code of another size than the recorded account had? */
static bool was_cut(const struct replay *replay, const struct action_trace *trace)
{
	struct cursor in = cursor_make(trace->action.data.data, trace->action.data.length);
	return replay_has_own_code(replay, cursor_u64(&in));
}

static void compare_traces(struct replay *replay, const struct recording_step *step,
                           const struct transaction_trace *trace)
{
	/* Code and ABI do not stand in the recording; where ours were installed, the RAM is of another size too.
	 */
	static const char *const shown_members[] = {"data", NULL}, *const cut_members[] = {"data", "ram", NULL};
	const struct json *traces = json_member(step->json, "traces");
	struct chain_view *view;
	struct error error = {0};
	size_t i = 0;
	replay_compare_number(replay, "number of action traces", json_count(traces), trace->actions_count);
	if (chain_view_open(replay->chain, &view, NULL, NULL, &error)) {
		replay_differ(replay, "state", "readable", error.sentence);
		return;
	}
	for (const struct json *expected = json_first(traces); expected && i < trace->actions_count;
	     expected = json_next(expected), i++) {
		struct text text = TEXT_EMPTY, wanted = TEXT_EMPTY;
		struct json *translated;
		char what[32];
		snprintf(what, sizeof what, "trace[%zu]", i);
		print_trace(view, &text, &trace->actions[i]);
		json_print(&wanted, expected);
		replay_translate_ids(replay, &wanted);
		if (!json_parse(&translated, text_string(&wanted), wanted.length, &error)) {
			bool null = json_type(json_member(expected, "data")) == JSON_NULL;
			replay_compare_json_text(replay, what, translated, &text,
			                         !null                                              ? NULL
			                         : step->cut || was_cut(replay, &trace->actions[i]) ? cut_members
			                                                                            : shown_members);
			json_release(translated);
		}
		text_release(&wanted);
		text_release(&text);
	}
	chain_view_close(view);
}

void replay_compare_step(struct replay *replay, const struct recording_step *step,
                         const struct transaction_trace *trace, int result, const struct error *failure)
{
	if (step->refused) {
		const struct json *expected = json_member(step->json, "error");
		const char *message = json_string(json_first(json_member(expected, "messages")));
		if (result == 0)
			replay_differ(replay, "outcome", message ? message : "refused", "done");
		else
			compare_failure(replay, expected, failure);
		return;
	}
	const char *status = json_string(json_member(step->json, "status"));
	if (result) {
		replay_differ(replay, "outcome", status ? status : "done", failure->sentence);
		return;
	}
	uint64_t net_usage = 0;
	json_uint64(&net_usage, json_member(step->json, "net_usage"));
	replay_compare_text(replay, "status", status ? status : "", transaction_status_name(trace->status));
	if (!step->cut)
		replay_compare_number(replay, "net_usage", net_usage, trace->net_usage);
	compare_traces(replay, step, trace);
}

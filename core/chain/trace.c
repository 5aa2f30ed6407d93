/* A trace in the words of cleos (protocol.md F.10), the console below each action, and what a failure is
 * told to have been in. */
#include "core/chain/chain.h"

#include "core/base/exception.h"
#include "core/chain/print.h"
#include "core/types/name.h"

#include <inttypes.h>
#include <stdio.h>

enum { DATA_SHOWN = 100, CONSOLE_SHOWN = 4096, CONSOLE_IN_SENTENCE = 500 /* bytes */ };

/* The action's data as compact JSON by its contract's ABI, else as hex; at most DATA_SHOWN characters. */
static void print_data(struct chain_view *view, struct text *out, const struct action *action)
{
	struct text json = TEXT_EMPTY;
	chain_print_data(view, &json, action, false);
	if (json.length > DATA_SHOWN) {
		text_append_bytes(out, json.data, DATA_SHOWN);
		text_append(out, "...");
	} else {
		text_append(out, text_string(&json));
	}
	text_release(&json);
}

/* A byte of a line as a terminal may see it. */
static void print_byte(struct text *out, char byte)
{
	text_append_char(out, (uint8_t)byte < 0x20 || byte == 0x7f ? ' ' : byte);
}

/* Every line, as `cleos -v` has it. */
static void print_console(struct text *out, const struct text *console)
{
	size_t length = console->length < CONSOLE_SHOWN ? console->length : CONSOLE_SHOWN;

	for (size_t i = 0; i < length; i++) {
		if (i == 0 || console->data[i - 1] == '\n')
			text_append(out, ">> ");
		if (console->data[i] != '\n')
			print_byte(out, console->data[i]);
		if (console->data[i] == '\n' || i + 1 == length)
			text_append(out, i + 1 == length && length < console->length ? "...\n" : "\n");
	}
}

void chain_trace_print(struct chain_view *view, struct text *out, const struct transaction_trace *trace)
{
	char what[2 * NAME_TEXT_SIZE + 4];
	struct checksum256_text id = checksum256_text(&trace->id);
	if (trace->has_receipt)
		text_printf(out, "%s transaction: %s  %" PRIu64 " bytes  %" PRIu32 " us\n",
		            transaction_status_name(trace->status), id.text, trace->net_usage, trace->cpu_usage_us);
	else
		text_printf(out, "failed transaction: %s  <unknown> bytes  <unknown> us\n", id.text);
	for (size_t i = 0; i < trace->actions_count; i++) {
		const struct action_trace *action = &trace->actions[i];
		snprintf(what, sizeof what, "%s::%s", name_text(action->action.account).text,
		         name_text(action->action.name).text);
		text_printf(out, "#%14s <= %-28s ", name_text(action->receiver).text, what);
		print_data(view, out, &action->action);
		text_append_char(out, '\n');
		print_console(out, &action->console);
	}
}

/* --- failures --- */

/* Those whose sentences do not say what was running. */
static bool is_anonymous(uint32_t code)
{
	return code == WASM_EXECUTION_ERROR || code == TX_CPU_USAGE_EXCEEDED ||
	       code == BLOCK_CPU_USAGE_EXCEEDED || code == DEADLINE_EXCEPTION ||
	       code == LEEWAY_DEADLINE_EXCEPTION || code == ABORT_CALLED || greylist_refuses(code);
}

static const struct action_trace *failed_action(const struct transaction_trace *trace)
{
	for (size_t i = 0; i < trace->actions_count; i++)
		if (trace->actions[i].error)
			return &trace->actions[i];
	return NULL;
}

void chain_trace_explain(const struct transaction_trace *trace, struct error *error)
{
	const struct action_trace *action = failed_action(trace);
	struct text console = TEXT_EMPTY;

	if (!action)
		return;
	if (is_anonymous(error->code) && action->receiver == action->action.account)
		error_append(error, "; in %s::%s", name_text(action->action.account).text,
		             name_text(action->action.name).text);
	else if (is_anonymous(error->code))
		error_append(error, "; in %s, notified of %s::%s", name_text(action->receiver).text,
		             name_text(action->action.account).text, name_text(action->action.name).text);
	/* To a standard exception the chain itself adds it. */
	if (!action->console.length || error->code == STD_EXCEPTION)
		return;
	for (size_t i = 0; i < action->console.length && i < CONSOLE_IN_SENTENCE; i++)
		print_byte(&console, action->console.data[i]);
	error_append(error, "; printed: %s%s", text_string(&console),
	             console.length < action->console.length ? "..." : "");
	text_release(&console);
}

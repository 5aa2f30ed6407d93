/* A trace in the words of cleos (protocol.md F.10), and the console below each action. */
#include "core/chain/chain.h"

#include "core/types/name.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { DATA_SHOWN = 100 };

/* The action's data as compact JSON by its contract's ABI, else as hex; at most DATA_SHOWN characters. */
static void print_data(struct chain_view *view, struct text *out, const struct action *action)
{
	struct text json = TEXT_EMPTY;
	struct chain_abi *abi = NULL;
	bool decoded = false;
	if (chain_abi_get(view, &abi, action->account, NULL) == 0) {
		const char *type = abi_action_type(abi->abi, action->name);
		struct cursor in = cursor_make(action->data.data, action->data.length);
		decoded = type && abi_to_json(abi->abi, &json, type, &in, NULL) == 0;
		chain_abi_release(view->chain, abi);
	}
	if (!decoded) {
		text_clear(&json);
		text_append_char(&json, '"');
		text_append_hex(&json, action->data.data,
		                action->data.length < DATA_SHOWN ? action->data.length : DATA_SHOWN);
		text_append_char(&json, '"');
	}
	if (json.length > DATA_SHOWN) {
		text_append_bytes(out, json.data, DATA_SHOWN);
		text_append(out, "...");
	} else {
		text_append(out, text_string(&json));
	}
	text_release(&json);
}

void chain_trace_print(struct chain_view *view, struct text *out, const struct transaction_trace *trace)
{
	char id[65], what[2 * NAME_TEXT_SIZE + 4];
	checksum256_print(id, &trace->id);
	if (trace->has_receipt)
		text_printf(out, "%s transaction: %s  %" PRIu64 " bytes  %" PRIu32 " us\n",
		            transaction_status_name(trace->status), id, trace->net_usage, trace->cpu_usage_us);
	else
		text_printf(out, "failed transaction: %s  <unknown> bytes  <unknown> us\n", id);
	for (size_t i = 0; i < trace->actions_count; i++) {
		const struct action_trace *action = &trace->actions[i];
		snprintf(what, sizeof what, "%s::%s", name_text(action->action.account).text,
		         name_text(action->action.name).text);
		text_printf(out, "#%14s <= %-28s ", name_text(action->receiver).text, what);
		print_data(view, out, &action->action);
		text_append_char(out, '\n');
		const char *console = text_string(&action->console);
		if (*console)
			text_printf(out, ">> %.*s\n", (int)strcspn(console, "\n"), console);
	}
}

/* A signed transaction in keosd's form: actions' data as bytes. */
#include "core/server/wallet/wallet.h"

#include "core/server/chain/print_block.h"

#include <string.h>

static void print_signatures(struct call *call, const struct packed_transaction *packed,
                             const struct json *given)
{
	const char *comma = "";

	text_append(call->out, ",\"signatures\":[");
	for (const struct json *at = json_first(given); at; at = json_next(at)) {
		const char *signature = value_text(call, at);
		text_append(call->out, comma);
		text_append_json(call->out, signature, strlen(signature));
		comma = ",";
	}
	for (size_t i = 0; i < packed->signatures_count; i++) {
		text_printf(call->out, "%s\"%s\"", comma, signature_text(&packed->signatures[i]).text);
		comma = ",";
	}
	text_append_char(call->out, ']');
}

void print_signed_transaction(struct call *call, const struct packed_transaction *packed,
                              const struct json *signatures)
{
	const struct transaction *transaction = &packed->transaction;
	struct text *out = call->out;

	text_append_char(out, '{');
	chain_print_transaction_header(out, transaction);
	text_append(out, ",\"context_free_actions\":");
	chain_print_actions(NULL, out, transaction->context_free_actions,
	                    transaction->context_free_actions_count, CHAIN_PRINT_BYTES);
	text_append(out, ",\"actions\":");
	chain_print_actions(NULL, out, transaction->actions, transaction->actions_count, CHAIN_PRINT_BYTES);
	text_append(out, ",\"transaction_extensions\":");
	print_extensions(out, transaction->extensions, transaction->extensions_count);
	print_signatures(call, packed, signatures);
	text_append(out, ",\"context_free_data\":[");
	for (size_t i = 0; i < packed->context_free_data_count; i++) {
		text_append(out, i ? "," : "");
		chain_print_hex(out, packed->context_free_data[i].data, packed->context_free_data[i].length);
	}
	text_append(out, "]}");
}

/* A signed transaction in keosd's form: actions' data as bytes. */
#include "core/server/wallet.h"

#include "core/types/name.h"
#include "core/types/time.h"

#include <inttypes.h>
#include <string.h>

static void print_actions(struct text *out, const char *name, const struct action *actions, size_t count)
{
	text_printf(out, ",\"%s\":[", name);
	for (size_t i = 0; i < count; i++) {
		const struct action *action = &actions[i];
		text_printf(out, "%s{\"account\":\"%s\",\"name\":\"%s\",\"authorization\":[", i ? "," : "",
		            name_text(action->account).text, name_text(action->name).text);
		for (size_t k = 0; k < action->authorization_count; k++)
			text_printf(out, "%s{\"actor\":\"%s\",\"permission\":\"%s\"}", k ? "," : "",
			            name_text(action->authorization[k].actor).text,
			            name_text(action->authorization[k].permission).text);
		text_append(out, "],\"data\":");
		print_hex(out, action->data.data, action->data.length);
		text_append_char(out, '}');
	}
	text_append_char(out, ']');
}

static void print_extensions(struct text *out, const struct transaction *transaction)
{
	text_append(out, ",\"transaction_extensions\":[");
	for (size_t i = 0; i < transaction->extensions_count; i++) {
		text_printf(out, "%s[%u,", i ? "," : "", transaction->extensions[i].type);
		print_hex(out, transaction->extensions[i].data.data, transaction->extensions[i].data.length);
		text_append_char(out, ']');
	}
	text_append_char(out, ']');
}

static void print_signatures(struct call *call, const struct packed_transaction *packed,
                             const struct json *given)
{
	char text[KEY_TEXT_SIZE];
	const char *comma = "";

	text_append(call->out, ",\"signatures\":[");
	for (const struct json *at = json_first(given); at; at = json_next(at)) {
		const char *signature = value_text(call, at);
		text_append(call->out, comma);
		text_append_json(call->out, signature, strlen(signature));
		comma = ",";
	}
	for (size_t i = 0; i < packed->signatures_count; i++) {
		signature_print(text, &packed->signatures[i]);
		text_printf(call->out, "%s\"%s\"", comma, text);
		comma = ",";
	}
	text_append_char(call->out, ']');
}

void print_signed_transaction(struct call *call, const struct packed_transaction *packed,
                              const struct json *signatures)
{
	const struct transaction *transaction = &packed->transaction;
	struct text *out = call->out;
	char expiration[TIME_TEXT_SIZE];

	time_point_sec_print(expiration, transaction->expiration);
	text_printf(out,
	            "{\"expiration\":\"%s\",\"ref_block_num\":%u,\"ref_block_prefix\":%" PRIu32
	            ",\"max_net_usage_words\":%" PRIu32 ",\"max_cpu_usage_ms\":%u,\"delay_sec\":%" PRIu32,
	            expiration, transaction->ref_block_num, transaction->ref_block_prefix,
	            transaction->max_net_usage_words, transaction->max_cpu_usage_ms, transaction->delay_sec);
	print_actions(out, "context_free_actions", transaction->context_free_actions,
	              transaction->context_free_actions_count);
	print_actions(out, "actions", transaction->actions, transaction->actions_count);
	print_extensions(out, transaction);
	print_signatures(call, packed, signatures);
	text_append(out, ",\"context_free_data\":[");
	for (size_t i = 0; i < packed->context_free_data_count; i++) {
		text_append(out, i ? "," : "");
		print_hex(out, packed->context_free_data[i].data, packed->context_free_data[i].length);
	}
	text_append(out, "]}");
}

/* Blocks and their transactions, as get_block shows them. */
#include "core/chain/print.h"

#include "core/types/name.h"
#include "core/types/time.h"

#include <inttypes.h>
#include <stdlib.h>

void chain_print_header(struct text *out, const struct block_header *header)
{
	text_printf(out,
	            "\"timestamp\":\"%s\",\"producer\":\"%s\",\"confirmed\":%u,\"previous\":\"%s\","
	            "\"transaction_mroot\":\"%s\",\"action_mroot\":\"%s\",\"schedule_version\":%" PRIu32,
	            slot_text(header->timestamp).text, name_text(header->producer).text, header->confirmed,
	            checksum256_text(&header->previous).text, checksum256_text(&header->transaction_mroot).text,
	            checksum256_text(&header->action_mroot).text, header->schedule_version);
}

void chain_print_legacy_schedule(struct text *out, const struct producer_schedule *schedule)
{
	text_printf(out, "{\"version\":%" PRIu32 ",\"producers\":[", schedule->version);
	for (size_t i = 0; i < schedule->producers_count; i++) {
		const struct producer_authority *producer = &schedule->producers[i];
		text_printf(out, "%s{\"producer_name\":\"%s\",\"block_signing_key\":\"%s\"}", i ? "," : "",
		            name_text(producer->producer_name).text,
		            producer->keys_count ? public_key_text(&producer->keys[0].key).text : "");
	}
	text_append(out, "]}");
}

/* --- transactions --- */

/* Up to `"data":`. */
static void print_action_head(struct text *out, const struct action *action)
{
	text_printf(out, "{\"account\":\"%s\",\"name\":\"%s\",\"authorization\":[",
	            name_text(action->account).text, name_text(action->name).text);
	for (size_t i = 0; i < action->authorization_count; i++)
		text_printf(out, "%s%s", i ? "," : "", permission_level_text(&action->authorization[i]).text);
	text_append(out, "],\"data\":");
}

void chain_print_data_by(const struct chain_abi *abi, struct text *out, const struct action *action,
                         bool whole)
{
	struct cursor in = cursor_make(action->data.data, action->data.length);
	size_t start = out->length;
	const char *type = abi ? abi_action_type(abi->abi, action->name) : NULL;

	if (!type || abi_to_json(abi->abi, out, type, &in, NULL) != 0 || (whole && cursor_left(&in))) {
		text_truncate(out, start);
		chain_print_hex(out, action->data.data, action->data.length);
	}
}

void chain_print_data(struct chain_view *view, struct text *out, const struct action *action, bool whole)
{
	struct chain_abi *abi = NULL;

	chain_abi_get(view, &abi, action->account, NULL);
	chain_print_data_by(abi, out, action, whole);
	chain_abi_release(view->chain, abi);
}

void chain_print_action(struct chain_view *view, struct text *out, const struct action *action)
{
	print_action_head(out, action);
	chain_print_data(view, out, action, false);
	text_append(out, ",\"hex_data\":");
	chain_print_hex(out, action->data.data, action->data.length);
	text_append_char(out, '}');
}

void chain_print_actions(struct chain_view *view, struct text *out, const struct action *actions,
                         size_t count, enum chain_print form)
{
	text_append_char(out, '[');
	for (size_t i = 0; i < count; i++) {
		text_append(out, i ? "," : "");
		if (form == CHAIN_PRINT_SEEN) {
			chain_print_action(view, out, &actions[i]);
			continue;
		}
		print_action_head(out, &actions[i]);
		if (form == CHAIN_PRINT_SENT)
			chain_print_data(view, out, &actions[i], true);
		else
			chain_print_hex(out, actions[i].data.data, actions[i].data.length);
		text_append_char(out, '}');
	}
	text_append_char(out, ']');
}

/* Which transaction of which contract has made this one (D.6's extension). */
static void print_generation(struct text *out, const struct transaction *transaction)
{
	for (size_t i = 0; i < transaction->extensions_count; i++) {
		const struct extension *extension = &transaction->extensions[i];
		struct cursor in = cursor_make(extension->data.data, extension->data.length);
		struct checksum256 id;
		if (extension->type != 0 || !cursor_copy(&in, id.data, sizeof id.data))
			continue;
		const uint64_t sender_id[2] = {cursor_u64(&in), cursor_u64(&in)};
		text_printf(out,
		            ",\"deferred_transaction_generation\":{\"sender_trx_id\":\"%s\",\"sender_id\":\"%s\","
		            "\"sender\":\"%s\"}",
		            checksum256_text(&id).text, chain_uint128_text(sender_id).text,
		            name_text(cursor_u64(&in)).text);
	}
}

void chain_print_transaction_header(struct text *out, const struct transaction *transaction)
{
	text_printf(out,
	            "\"expiration\":\"%s\",\"ref_block_num\":%u,\"ref_block_prefix\":%" PRIu32
	            ",\"max_net_usage_words\":%" PRIu32 ",\"max_cpu_usage_ms\":%u,\"delay_sec\":%" PRIu32,
	            time_point_sec_text(transaction->expiration).text, transaction->ref_block_num,
	            transaction->ref_block_prefix, transaction->max_net_usage_words,
	            transaction->max_cpu_usage_ms, transaction->delay_sec);
}

void chain_print_transaction(struct chain_view *view, struct text *out, const struct transaction *transaction,
                             enum chain_print form)
{
	text_append_char(out, '{');
	chain_print_transaction_header(out, transaction);
	text_append(out, ",\"context_free_actions\":");
	chain_print_actions(view, out, transaction->context_free_actions,
	                    transaction->context_free_actions_count, form);
	text_append(out, ",\"actions\":");
	chain_print_actions(view, out, transaction->actions, transaction->actions_count, form);
	if (form == CHAIN_PRINT_SEEN)
		print_generation(out, transaction);
	else
		text_append(out, ",\"transaction_extensions\":[]");
	text_append_char(out, '}');
}

void chain_print_signatures(struct text *out, const struct packed_transaction *packed)
{
	text_append(out, "\"signatures\":[");
	for (size_t i = 0; packed && i < packed->signatures_count; i++)
		text_printf(out, "%s\"%s\"", i ? "," : "", signature_text(&packed->signatures[i]).text);
	text_append_char(out, ']');
}

void chain_print_packed_head(struct text *out, const struct packed_transaction *packed)
{
	chain_print_signatures(out, packed);
	text_printf(out, ",\"compression\":\"%s\",\"packed_context_free_data\":",
	            packed->compression ? "zlib" : "none");
	chain_print_hex(out, packed->packed_context_free_data.data, packed->packed_context_free_data.length);
}

void chain_print_receipt_head(struct text *out, const struct transaction_receipt *receipt)
{
	text_printf(out,
	            "{\"status\":\"%s\",\"cpu_usage_us\":%" PRIu32 ",\"net_usage_words\":%" PRIu32
	            ",\"trx\":",
	            transaction_status_name(receipt->status), receipt->cpu_usage_us, receipt->net_usage_words);
}

static void print_packed(struct chain_view *view, struct text *out, const struct packed_transaction *packed)
{
	text_printf(out, "{\"id\":\"%s\",", checksum256_text(&packed->id).text);
	chain_print_packed_head(out, packed);
	text_append(out, ",\"context_free_data\":[");
	for (size_t i = 0; i < packed->context_free_data_count; i++) {
		text_append(out, i ? "," : "");
		chain_print_hex(out, packed->context_free_data[i].data, packed->context_free_data[i].length);
	}
	text_append(out, "],\"packed_trx\":");
	chain_print_hex(out, packed->packed_trx.data, packed->packed_trx.length);
	text_append(out, ",\"transaction\":");
	chain_print_transaction(view, out, &packed->transaction, CHAIN_PRINT_SEEN);
	text_append_char(out, '}');
}

void chain_print_receipt(struct chain_view *view, struct text *out,
                         const struct transaction_receipt *receipt)
{
	chain_print_receipt_head(out, receipt);
	if (receipt->is_id)
		chain_print_checksum(out, &receipt->id);
	else
		print_packed(view, out, &receipt->packed);
	text_append_char(out, '}');
}

static void print_receipts(struct chain_view *view, struct text *out, const struct signed_block *block)
{
	text_append(out, ",\"transactions\":[");
	for (size_t i = 0; i < block->transactions_count; i++) {
		text_append(out, i ? "," : "");
		chain_print_receipt(view, out, &block->transactions[i]);
	}
	text_append_char(out, ']');
}

/* --- whole blocks --- */

static void print_features(struct text *out, const struct block_header *header)
{
	struct checksum256 *digests = NULL;
	size_t count = block_header_features(header, &digests);

	for (size_t i = 0; i < count; i++)
		text_printf(out, "%s{\"feature_digest\":\"%s\"}", i ? "," : ",\"new_protocol_features\":[",
		            checksum256_text(&digests[i]).text);
	text_append(out, count ? "]" : "");
	free(digests);
}

void chain_print_block(struct chain_view *view, struct text *out, const struct signed_block *block)
{
	const struct block_header *header = &block->header;
	struct producer_schedule schedule = {0};

	text_append_char(out, '{');
	chain_print_header(out, header);
	text_append(out, ",\"new_producers\":");
	if (header->has_new_producers)
		chain_print_legacy_schedule(out, &header->new_producers);
	else
		text_append(out, "null");
	print_features(out, header);
	if (!header->has_new_producers && block_header_new_schedule(header, &schedule)) {
		text_append(out, ",\"new_producer_schedule\":");
		producer_schedule_print(out, &schedule);
		producer_schedule_release(&schedule);
	}
	text_printf(out, ",\"producer_signature\":\"%s\"", signature_text(&block->producer_signature).text);
	print_receipts(view, out, block);
	text_printf(out, ",\"id\":\"%s\",\"block_num\":%" PRIu32 ",\"ref_block_prefix\":%" PRIu32 "}",
	            checksum256_text(&block->id).text, block_id_number(&block->id), block_id_prefix(&block->id));
}

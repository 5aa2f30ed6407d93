/* Blocks and headers in the forms that HTTP alone shows: as they are, and with their state. */
#include "core/server/chain/print_block.h"

#include "core/server/call.h"
#include "core/types/name.h"

#include <inttypes.h>

void print_extensions(struct text *out, const struct extension *extensions, size_t count)
{
	text_append_char(out, '[');
	for (size_t i = 0; i < count; i++) {
		text_printf(out, "%s[%u,", i ? "," : "", extensions[i].type);
		chain_print_hex(out, extensions[i].data.data, extensions[i].data.length);
		text_append_char(out, ']');
	}
	text_append_char(out, ']');
}

void print_signed_header(struct text *out, const struct signed_block *block)
{
	chain_print_header(out, &block->header);
	if (block->header.has_new_producers) {
		text_append(out, ",\"new_producers\":");
		chain_print_legacy_schedule(out, &block->header.new_producers);
	}
	text_append(out, ",\"header_extensions\":");
	print_extensions(out, block->header.extensions, block->header.extensions_count);
	text_printf(out, ",\"producer_signature\":\"%s\"", signature_text(&block->producer_signature).text);
}

void print_raw_block(struct text *out, const struct signed_block *block)
{
	text_append_char(out, '{');
	print_signed_header(out, block);
	text_append(out, ",\"transactions\":[");
	for (size_t i = 0; i < block->transactions_count; i++) {
		const struct transaction_receipt *receipt = &block->transactions[i];
		text_append(out, i ? "," : "");
		chain_print_receipt_head(out, receipt);
		if (receipt->is_id) {
			text_printf(out, "[0,\"%s\"", checksum256_text(&receipt->id).text);
		} else {
			text_append(out, "[1,{");
			chain_print_packed_head(out, &receipt->packed);
			text_append(out, ",\"packed_trx\":");
			chain_print_hex(out, receipt->packed.packed_trx.data, receipt->packed.packed_trx.length);
			text_append_char(out, '}');
		}
		text_append(out, "]}");
	}
	text_append(out, "],\"block_extensions\":");
	print_extensions(out, block->extensions, block->extensions_count);
	text_append_char(out, '}');
}

void print_block_info(struct text *out, const struct signed_block *block, uint32_t number)
{
	text_printf(out, "{\"block_num\":%" PRIu32 ",\"ref_block_num\":%u,\"id\":\"%s\",", number,
	            (uint16_t)number, checksum256_text(&block->id).text);
	chain_print_header(out, &block->header);
	text_printf(out, ",\"producer_signature\":\"%s\",\"ref_block_prefix\":%" PRIu32 "}",
	            signature_text(&block->producer_signature).text, block_id_prefix(&block->id));
}

/* --- header states --- */

static void print_pairs(struct text *out, const struct chain_header_state *state, bool implied)
{
	const char *comma = "";
	text_append_char(out, '[');
	for (size_t i = 0; i < state->last_produced_count; i++) {
		const struct chain_last_produced *at = &state->last_produced[i];
		if (implied && !at->has_implied)
			continue;
		text_printf(out, "%s[\"%s\",%" PRIu32 "]", comma, name_text(at->producer).text,
		            implied ? at->implied_irreversible : at->block);
		comma = ",";
	}
	text_append_char(out, ']');
}

static void print_authority(struct text *out, const struct producer_authority *authority)
{
	text_printf(out, "[0,{\"threshold\":%" PRIu32 ",\"keys\":[", authority->threshold);
	key_weights_print(out, authority->keys, authority->keys_count);
	text_append(out, "]}]");
}

static void print_checksums(struct text *out, const struct checksum256 *list, size_t count)
{
	text_append_char(out, '[');
	for (size_t i = 0; i < count; i++)
		text_printf(out, "%s\"%s\"", i ? "," : "", checksum256_text(&list[i]).text);
	text_append_char(out, ']');
}

static void print_pending(struct text *out, const struct chain_header_state *state)
{
	text_printf(
		out, ",\"pending_schedule\":{\"schedule_lib_num\":%" PRIu32 ",\"schedule_hash\":\"%s\",\"schedule\":",
		state->pending_lib_num, checksum256_text(&state->pending_hash).text);
	producer_schedule_print(out, &state->pending);
	text_append_char(out, '}');
}

void print_header_state(struct text *out, const struct chain_header_state *state)
{
	text_printf(out,
	            "{\"block_num\":%" PRIu32 ",\"dpos_proposed_irreversible_blocknum\":%" PRIu32
	            ",\"dpos_irreversible_blocknum\":%" PRIu32 ",\"active_schedule\":",
	            state->block_num, state->proposed_irreversible, state->irreversible);
	producer_schedule_print(out, &state->active);
	text_append(out, ",\"blockroot_merkle\":{\"_active_nodes\":");
	print_checksums(out, state->blockroot.active, state->blockroot.active_count);
	text_printf(out, ",\"_node_count\":%s},\"producer_to_last_produced\":",
	            chain_number_text(state->blockroot.node_count).text);
	print_pairs(out, state, false);
	text_append(out, ",\"producer_to_last_implied_irb\":");
	print_pairs(out, state, true);
	text_append(out, ",\"valid_block_signing_authority\":");
	print_authority(out, &state->authority);
	text_append(out, ",\"confirm_count\":[");
	for (size_t i = 0; i < state->confirm_count_count; i++)
		text_printf(out, "%s%u", i ? "," : "", state->confirm_count[i]);
	text_printf(out, "],\"id\":\"%s\",\"header\":{", checksum256_text(&state->id).text);
	print_signed_header(out, &state->block);
	text_append_char(out, '}');
	print_pending(out, state);
	text_append(out, ",\"activated_protocol_features\":{\"protocol_features\":");
	print_checksums(out, state->features, state->features_count);
	text_append(out, "},\"additional_signatures\":[]}");
}

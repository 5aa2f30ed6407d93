/* Applying somebody's block as a validating node does: everything in it is done again and compared
 * (protocol.md E.10). */
#include "core/engine/engine_parts.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/types/name.h"

#include <errno.h>
#include <stdlib.h>

/* --- transactions --- */

static int apply_packed(struct engine *engine, const struct transaction_receipt *receipt, struct error *error)
{
	const struct push_options options = {.billed_cpu_us = receipt->cpu_usage_us};
	struct packed_transaction packed = {0};
	struct transaction_trace trace = {0};
	struct public_key *keys = NULL;
	struct bytes copy = {0};
	struct cursor in;
	int result;
	packed_transaction_pack(&copy, &receipt->packed);
	in = cursor_make(copy.data, copy.length);
	result = packed_transaction_unpack(&packed, &in, error);
	if (result)
		goto out;
	if (!engine->pending->trusted && packed.signatures_count) {
		keys = memory_allocate(packed.signatures_count, sizeof *keys);
		if ((result = packed_transaction_keys(&packed, keys, &engine->chain_id, error)))
			goto out;
	}
	result = engine_push(engine, &packed, keys, keys ? packed.signatures_count : 0, &options, &trace, error);
out:
	transaction_trace_release(&trace);
	packed_transaction_release(&packed);
	bytes_release(&copy);
	free(keys);
	return result;
}

static int apply_scheduled(struct engine *engine, const struct transaction_receipt *receipt,
                           struct error *error)
{
	const struct push_options options = {.billed_cpu_us = receipt->cpu_usage_us};
	struct transaction_trace trace = {0};
	int result = engine_push_scheduled(engine, &receipt->id, &options, &trace, error);

	transaction_trace_release(&trace);
	return result;
}

static int compare_receipt(const struct engine *engine, const struct transaction_receipt *theirs,
                           size_t index, struct error *error)
{
	const struct pending_block *pending = engine->pending;
	const struct transaction_receipt *ours = &pending->receipts[pending->receipts_count - 1];
	if (ours->status == theirs->status && ours->cpu_usage_us == theirs->cpu_usage_us &&
	    ours->net_usage_words == theirs->net_usage_words)
		return 0;
	return error_chain(
		error, BLOCK_VALIDATE_EXCEPTION,
		"receipt does not match: transaction %zu is %s with %u us and %u words here, %s with %u us and %u "
		"words in the block",
		index, transaction_status_name(ours->status), ours->cpu_usage_us, ours->net_usage_words,
		transaction_status_name(theirs->status), theirs->cpu_usage_us, theirs->net_usage_words);
}

static int apply_transactions(struct engine *engine, const struct signed_block *block, struct error *error)
{
	for (size_t i = 0; i < block->transactions_count; i++) {
		const struct transaction_receipt *receipt = &block->transactions[i];
		int result = receipt->is_id ? apply_scheduled(engine, receipt, error)
		                            : apply_packed(engine, receipt, error);
		if (!result)
			result = compare_receipt(engine, receipt, i, error);
		if (result) {
			error_prefix(error, "transaction %zu", i);
			return result;
		}
	}
	return 0;
}

/* --- the header --- */

static int differs(const char *field, struct error *error)
{
	return error_chain(error, BLOCK_VALIDATE_EXCEPTION, "Block ID does not match: %s differs", field);
}

static bool extensions_equal(const struct block_header *a, const struct block_header *b)
{
	struct bytes left = {0}, right = {0};
	bool equal = a->extensions_count == b->extensions_count;
	for (size_t i = 0; equal && i < a->extensions_count; i++) {
		bytes_clear(&left);
		bytes_clear(&right);
		bytes_put_counted(&left, a->extensions[i].data.data, a->extensions[i].data.length);
		bytes_put_counted(&right, b->extensions[i].data.data, b->extensions[i].data.length);
		equal = a->extensions[i].type == b->extensions[i].type && left.length == right.length &&
		        !__builtin_memcmp(left.data, right.data, left.length);
	}
	bytes_release(&left);
	bytes_release(&right);
	return equal;
}

static int compare_headers(const struct signed_block *ours, const struct signed_block *theirs,
                           struct error *error)
{
	const struct block_header *a = &ours->header, *b = &theirs->header;
	if (checksum256_equal(&ours->id, &theirs->id))
		return 0;
	if (!checksum256_equal(&a->action_mroot, &b->action_mroot))
		return differs("action_mroot", error);
	if (!checksum256_equal(&a->transaction_mroot, &b->transaction_mroot))
		return differs("transaction_mroot", error);
	if (a->schedule_version != b->schedule_version)
		return differs("schedule_version", error);
	if (a->has_new_producers != b->has_new_producers ||
	    (a->has_new_producers && (a->new_producers.version != b->new_producers.version ||
	                              !producer_schedule_same_producers(&a->new_producers, &b->new_producers))))
		return differs("new_producers", error);
	return differs(extensions_equal(a, b) ? "a field" : "a header extension", error);
}

/* --- the block --- */

static int check_block(const struct engine *engine, const struct signed_block *block, struct error *error)
{
	struct checksum256 id = block_header_id(&block->header);

	if (!checksum256_equal(&block->header.previous, &engine->head->id))
		return error_chain(error, UNLINKABLE_BLOCK_EXCEPTION, "unlinkable block");
	if (!checksum256_equal(&id, &block->id))
		return error_chain(error, BLOCK_VALIDATE_EXCEPTION, "its id is not that of its header");
	return 0;
}

static int apply_checked(struct engine *engine, const struct signed_block *block, bool trusted,
                         struct error *error)
{
	struct block_options options = {.slot = block->header.timestamp,
	                                .producer = block->header.producer,
	                                .confirmed = block->header.confirmed};
	struct block_state *before = block_state_hold(engine->head), *sealed = NULL;
	struct checksum256 *features = NULL, digest;
	int result;

	options.features_count = block_header_features(&block->header, &features);
	options.features = features;
	result = block_start(engine, &options, true, trusted, NULL, error);
	if (!result)
		result = apply_transactions(engine, block, error);
	if (!result)
		result = engine_block_seal(engine, &sealed, &digest, error);
	if (!result)
		result = compare_headers(sealed->block, block, error);
	if (!result && !trusted)
		result = block_state_verify_signatures(before, block, &digest, error);
	if (!result) {
		/* Signatures and extensions are the block's own. */
		sealed->block->producer_signature = block->producer_signature;
		sealed->block->extensions_count = block->extensions_count;
		sealed->block->extensions = memory_allocate(block->extensions_count, sizeof *block->extensions);
		for (size_t i = 0; i < block->extensions_count; i++) {
			sealed->block->extensions[i].type = block->extensions[i].type;
			bytes_put(&sealed->block->extensions[i].data, block->extensions[i].data.data,
			          block->extensions[i].data.length);
		}
		block_state_release(before);
	} else {
		engine_block_drop(engine);
		engine_set_head(engine, before);
		block_state_release(before);
	}
	free(features);
	return result;
}

int engine_apply_block(struct engine *engine, const struct signed_block *block, bool trusted,
                       struct error *error)
{
	struct error own = {0};
	int result;
	if (!error)
		error = &own;
	result = engine->pending ? error_set(error, EBUSY, "a block is in the making")
	                         : check_block(engine, block, error);
	if (!result)
		result = apply_checked(engine, block, trusted, error);
	if (result)
		error_prefix(error, "block %u", block_header_number(&block->header));
	return result;
}

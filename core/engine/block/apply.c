/* Applying somebody's block as a validating node does: everything in it is done again and compared
 * (protocol.md E.10). */
#include "core/engine/engine_private.h"

#include "core/base/exception.h"
#include "core/base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- transactions --- */

static int apply_packed(struct branch *branch, struct transaction_trace *trace,
                        const struct transaction_receipt *receipt, struct error *error)
{
	const struct push_options options = {.billed_cpu_us = receipt->cpu_usage_us};
	struct packed_transaction packed = {0};
	struct public_key *keys = NULL;
	struct bytes copy = {0};
	struct cursor in;
	int result;
	packed_transaction_pack(&copy, &receipt->packed);
	in = cursor_make(copy.data, copy.length);
	result = packed_transaction_unpack(&packed, &in, error);
	if (result)
		goto out;
	if (!branch->pending->trusted && packed.signatures_count) {
		keys = memory_allocate(packed.signatures_count, sizeof *keys);
		if ((result = packed_transaction_keys(&packed, keys, &branch->ledger->chain_id, error)))
			goto out;
	}
	result = branch_push(branch, trace, &packed, keys, keys ? packed.signatures_count : 0, &options, error);
out:
	packed_transaction_release(&packed);
	bytes_release(&copy);
	free(keys);
	return result;
}

static int apply_scheduled(struct branch *branch, struct transaction_trace *trace,
                           const struct transaction_receipt *receipt, struct error *error)
{
	const struct push_options options = {.billed_cpu_us = receipt->cpu_usage_us};

	return branch_push_scheduled(branch, trace, &receipt->id, &options, error);
}

static int compare_receipt(const struct branch *branch, const struct transaction_receipt *theirs,
                           size_t index, struct error *error)
{
	const struct pending_block *pending = branch->pending;
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

/* visitor: NULL, or is shown the trace of each. */
static int apply_transactions(struct branch *branch, const struct signed_block *block,
                              trace_visitor *visitor, void *context, struct error *error)
{
	for (size_t i = 0; i < block->transactions_count; i++) {
		const struct transaction_receipt *receipt = &block->transactions[i];
		struct transaction_trace trace = {0};
		int result = receipt->is_id ? apply_scheduled(branch, &trace, receipt, error)
		                            : apply_packed(branch, &trace, receipt, error);
		if (result == 0)
			result = compare_receipt(branch, receipt, i, error);
		if (result == 0 && visitor)
			visitor(context, &trace);
		transaction_trace_release(&trace);
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

static int check_block(const struct branch *branch, const struct signed_block *block, struct error *error)
{
	struct checksum256 id = block_header_id(&block->header);

	if (branch->pending)
		return error_set(error, EBUSY, "a block is in the making");
	if (!checksum256_equal(&block->header.previous, &branch->head->id))
		return error_chain(error, UNLINKABLE_BLOCK_EXCEPTION, "unlinkable block");
	if (!checksum256_equal(&id, &block->id))
		return error_chain(error, BLOCK_VALIDATE_EXCEPTION, "its id is not that of its header");
	return 0;
}

/* Signatures and extensions are the block's own. */
static void copy_signatures(struct signed_block *to, const struct signed_block *from)
{
	to->producer_signature = from->producer_signature;
	to->extensions_count = from->extensions_count;
	to->extensions = memory_allocate(from->extensions_count, sizeof *from->extensions);
	for (size_t i = 0; i < from->extensions_count; i++) {
		to->extensions[i].type = from->extensions[i].type;
		bytes_put(&to->extensions[i].data, from->extensions[i].data.data, from->extensions[i].data.length);
	}
}

/* Starts a block as an existing one was. */
static int start_as(struct branch *branch, const struct signed_block *block, bool trusted,
                    struct transaction_trace *onblock, struct error *error)
{
	struct block_options options = {.slot = block->header.timestamp,
	                                .producer = block->header.producer,
	                                .confirmed = block->header.confirmed};
	struct checksum256 *features = NULL;
	int result;

	options.features_count = block_header_features(&block->header, &features);
	options.features = features;
	result = block_start(branch, onblock, &options, true, trusted, error);
	free(features);
	return result;
}

static int apply_checked(struct branch *branch, const struct signed_block *block, bool trusted,
                         struct error *error)
{
	struct block_state *next = NULL;
	struct checksum256 digest;
	int result = start_as(branch, block, trusted, NULL, error);

	if (result == 0)
		result = apply_transactions(branch, block, NULL, NULL, error);
	if (result == 0)
		result = block_finish(branch, &next, &digest, NULL, error);
	if (result == 0)
		result = compare_headers(next->block, block, error);
	if (result == 0 && !trusted)
		result = block_state_verify_signatures(branch->head, block, &digest, error);
	if (result == 0) {
		copy_signatures(next->block, block);
		branch_append(branch, ledger_add(branch->ledger, next));
	} else {
		branch_block_drop(branch);
		block_state_release(next);
	}
	return result;
}

/* An id does not cover the signatures: those that came with this copy of a known block are looked at unless
 * they are the same. */
static int check_known(const struct branch *branch, const struct block_state *known,
                       const struct signed_block *block, struct error *error)
{
	const struct signature *ours = &known->block->producer_signature, *theirs = &block->producer_signature;
	struct checksum256 header_digest = block_header_digest(&block->header),
	                   blockroot = incremental_merkle_root(&known->blockroot), digest;

	if (known->block == block ||
	    (!memcmp(ours, theirs, sizeof *ours) && !known->block->extensions_count && !block->extensions_count))
		return 0;
	digest = block_signing_digest(&header_digest, &blockroot, &known->pending_schedule_hash);
	return block_state_verify_signatures(branch->head, block, &digest, error);
}

int branch_apply_block(struct branch *branch, const struct signed_block *block, bool trusted,
                       struct error *error)
{
	struct block_state *known;
	struct error own = {0};
	int result;
	if (!error)
		error = &own;
	result = check_block(branch, block, error);
	known = result ? NULL : ledger_find(branch->ledger, &block->id);
	if (known) {
		result = trusted ? 0 : check_known(branch, known, block, error);
		if (result == 0)
			branch_append(branch, block_state_hold(known));
	} else if (result == 0) {
		result = apply_checked(branch, block, trusted, error);
	}
	if (result)
		error_prefix(error, "block %u", block_header_number(&block->header));
	return result;
}

int branch_trace_block(struct branch *branch, const struct signed_block *block, trace_visitor *visitor,
                       void *context, struct error *error)
{
	struct transaction_trace onblock = {0};
	struct error own = {0};
	int result;
	if (!error)
		error = &own;
	result = check_block(branch, block, error);
	if (result == 0)
		result = start_as(branch, block, true, &onblock, error);
	if (result == 0) {
		visitor(context, &onblock);
		result = apply_transactions(branch, block, visitor, context, error);
		branch_block_drop(branch);
	}
	transaction_trace_release(&onblock);
	if (result)
		error_prefix(error, "block %u", block_header_number(&block->header));
	return result;
}

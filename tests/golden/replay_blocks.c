/* --blocks: the recorded node's own blocks, applied as a validating node applies them. Where a transaction is
 * cut out of the recording (setcode, setabi: over 3 000 bytes) that block is built again with our own
 * contract in it; it keeps the recorded id, NET and merkle roots, and so every later block is checked to the
 * last bit. */
#include "tests/golden/rebuild.h"
#include "tests/golden/replay.h"

#include "core/base/memory.h"

#include <errno.h>
#include <stdlib.h>

/* A transaction of a block that holds a cut one; of the cut one itself the step says what it did. */
static int push_receipt(struct replay *replay, struct transaction_receipt *receipt,
                        struct transaction_trace *trace, struct error *error)
{
	struct push_options options = {.billed_cpu_us = receipt->cpu_usage_us};
	struct packed_transaction ours = {0}, *packed = &receipt->packed;
	struct checksum256 id = receipt->packed.id;
	if (receipt->is_id)
		return branch_push_scheduled(replay->branch, trace, &receipt->id, &options, error);
	if (!packed->packed_trx.length) {
		struct checksum256_text text = checksum256_text(&id);
		const struct recording_step *step = recording_step_of_id(&replay->recording, text.text);
		int result = step ? replay_build_step(replay, step, &ours, error)
		                  : error_set(error, EINVAL, "no step has the transaction %s", text.text);
		if (result)
			return result;
		packed = &ours;
		options.recorded_id = &id;
		options.recorded_net_usage = (uint64_t)receipt->net_usage_words * 8;
	}
	size_t count = packed->signatures_count;
	struct public_key *keys = memory_allocate(count + 1, sizeof *keys);
	int result = packed_transaction_keys(packed, keys, ledger_chain_id(branch_ledger(replay->branch)), error);
	if (result == 0)
		result = branch_push(replay->branch, trace, packed, keys, count, &options, error);
	free(keys);
	packed_transaction_release(&ours);
	return result;
}

static void compare_receipt(struct replay *replay, const struct transaction_receipt *receipt,
                            const struct transaction_trace *trace)
{
	replay_compare_text(replay, "status", transaction_status_name(receipt->status),
	                    transaction_status_name(trace->status));
	replay_compare_number(replay, "NET words", receipt->net_usage_words, trace->net_usage / 8);
	replay_compare_number(replay, "CPU", receipt->cpu_usage_us, trace->cpu_usage_us);
}

static int push_receipts(struct replay *replay, const struct recording_block *recorded,
                         struct signed_block *block, struct error *error)
{
	int result = 0;
	for (size_t i = 0; result == 0 && i < block->transactions_count; i++) {
		struct transaction_trace trace = {0};
		result = push_receipt(replay, &block->transactions[i], &trace, error);
		if (result)
			error_prefix(error, "transaction %zu", i);
		else
			compare_receipt(replay, &block->transactions[i], &trace);
		replay_chain_keep_trace(replay->chain, recorded->number, &trace);
	}
	return result;
}

static int check_signature(const struct producer_authority *authority, const struct signature *signature,
                           const struct checksum256 *digest, struct error *error)
{
	struct public_key key;
	int result = signature_recover(&key, signature, digest, error);
	if (result == 0 && (authority->keys_count != 1 || public_key_compare(&authority->keys[0].key, &key)))
		result = error_set(error, EINVAL, "the block is signed by another key than its producer's");
	return result;
}

static int build_cut_block(struct replay *replay, const struct recording_block *recorded,
                           struct signed_block *block, struct error *error)
{
	struct block_options options = {.slot = block->header.timestamp,
	                                .producer = block->header.producer,
	                                .confirmed = block->header.confirmed};
	const struct producer_authority *due = branch_producer_of_slot(replay->branch, options.slot);
	struct producer_authority authority = *due;
	struct transaction_trace onblock = {0};
	struct checksum256 *features, digest;
	struct block_state *state;
	authority.keys = memory_copy(due->keys, due->keys_count * sizeof *due->keys);
	options.features_count = replay_block_features(recorded, &features);
	options.features = features;
	int result = branch_block_start(replay->branch, &onblock, &options, error);
	replay_chain_keep_trace(replay->chain, recorded->number, &onblock);
	if (result == 0)
		result = push_receipts(replay, recorded, block, error);
	if (result == 0)
		result = branch_block_seal_with_roots(replay->branch, &state, &digest,
		                                      &block->header.transaction_mroot, &block->header.action_mroot,
		                                      error);
	if (result == 0)
		result = check_signature(&authority, &block->producer_signature, &digest, error);
	if (result == 0)
		block_state_sign(state, &block->producer_signature);
	free(features);
	free(authority.keys);
	return result;
}

static void compare_id(struct replay *replay, const char *what, const struct checksum256 *expected,
                       const struct checksum256 *got)
{
	replay_compare_text(replay, what, checksum256_text(expected).text, checksum256_text(got).text);
}

static int apply_block(struct replay *replay, const struct recording_block *recorded, struct error *error)
{
	struct signed_block block;
	bool cut;
	replay_at(replay, "block %u", recorded->number);
	int result = rebuild_block(&block, &cut, recorded, error);
	if (result == 0) {
		struct checksum256 id = block_header_id(&block.header);
		compare_id(replay, "id of the header", &block.id, &id);
		if (recorded->number > 1)
			result = cut ? build_cut_block(replay, recorded, &block, error)
			             : branch_apply_block(replay->branch, &block, false, error);
	}
	if (result == 0)
		compare_id(replay, "id", &block.id, &branch_head(replay->branch)->id);
	if (result == 0)
		replay_chain_keep_block(replay->chain, branch_head(replay->branch));
	replay->blocks++;
	replay->steps += json_count(json_member(recorded->json, "steps"));
	signed_block_release(&block);
	return result;
}

int replay_blocks(struct replay *replay, const char *until, struct error *error)
{
	for (size_t i = 0; i < replay->recording.steps_count; i++) {
		const char *id = json_string(json_member(replay->recording.steps[i].json, "id"));
		if (id)
			checksum256_parse(&replay->ids[i], id);
	}
	for (size_t number = 1; number < replay->recording.blocks_count; number++) {
		int result = apply_block(replay, &replay->recording.blocks[number], error);
		if (result)
			return result;
		if (replay->asks && number == replay_requests_at(replay)) {
			replay_requests(replay);
			break;
		}
		if (replay_checkpoints(replay, (uint32_t)number, until))
			break;
	}
	return 0;
}

/* The block in the making: how it starts (protocol.md D.5), onblock, how it is sealed (E.1 to E.4). */
#include "core/engine/engine_private.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/engine/block/deeds.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define EOSIO name_literal("eosio")

/* --- what is in the making --- */

bool branch_block_pending(const struct branch *branch)
{
	return branch->pending != NULL;
}

uint32_t branch_block_slot(const struct branch *branch)
{
	return branch->pending ? branch->pending->header.timestamp : branch->head->block->header.timestamp;
}

const struct producer_schedule *branch_block_active_schedule(const struct branch *branch)
{
	return branch->pending ? &branch->pending->next->active_schedule : &branch->head->active_schedule;
}

uint32_t branch_block_number(const struct branch *branch)
{
	return branch->head->number + 1;
}

struct map_root *branch_state(struct branch *branch)
{
	return branch->pending ? map_edit_snapshot(branch->pending->edit) : map_root_hold(branch->head->root);
}

struct deeds *branch_deeds(const struct branch *branch)
{
	return deeds_hold(branch->pending ? branch->pending->deeds : branch->head->deeds);
}

size_t branch_block_transactions(const struct branch *branch)
{
	return branch->pending ? branch->pending->receipts_count : 0;
}

void branch_block_drop(struct branch *branch)
{
	struct pending_block *pending = branch->pending;
	if (!pending)
		return;
	map_edit_drop(pending->edit);
	block_header_release(&pending->header);
	block_state_release(pending->next);
	producer_schedule_release(&pending->new_schedule);
	free(pending->features);
	free(pending->action_digests);
	for (size_t i = 0; i < pending->receipts_count; i++)
		transaction_receipt_release(&pending->receipts[i]);
	free(pending->receipts);
	deeds_release(pending->deeds);
	free(pending);
	branch->pending = NULL;
}

void block_checkpoint_take(struct block_checkpoint *checkpoint, struct pending_block *pending)
{
	checkpoint->mark = map_edit_mark(pending->edit);
	checkpoint->globals = pending->globals;
}

void block_checkpoint_restore(const struct block_checkpoint *checkpoint, struct pending_block *pending)
{
	map_edit_undo(pending->edit, checkpoint->mark);
	pending->globals = checkpoint->globals;
}

void block_checkpoint_release(struct pending_block *pending)
{
	map_edit_unmark(pending->edit);
}

void block_add_receipt(struct pending_block *pending, uint8_t status, uint32_t cpu_us, uint64_t net,
                       struct packed_transaction *packed, const struct checksum256 *id)
{
	LIST_APPEND(pending->receipts, pending->receipts_count, pending->receipts_capacity,
	            (struct transaction_receipt){.status = status,
	                                         .cpu_usage_us = cpu_us,
	                                         .net_usage_words = (uint32_t)(net / 8),
	                                         .id = *id,
	                                         .is_id = !packed});
	if (packed) {
		pending->receipts[pending->receipts_count - 1].packed = *packed;
		*packed = (struct packed_transaction){0};
	}
}

/* --- starting --- */

size_t branch_preactivated_features(const struct branch *branch, struct checksum256 **out)
{
	struct feature_set features;
	feature_set_get(branch->head->root, &features);
	*out = memory_allocate(features.preactivated_count, sizeof(**out));
	for (size_t i = 0; i < features.preactivated_count; i++)
		(*out)[i] = feature_digest((enum feature)features.preactivated[i]);
	return features.preactivated_count;
}

uint16_t branch_confirmed(const struct branch *branch, uint32_t last_signed)
{
	const struct block_state *head = branch->head;
	uint32_t confirmed;
	if (!last_signed || head->number <= last_signed)
		return 0;
	confirmed = head->number - last_signed;
	if (confirmed > head->number - head->dpos_irreversible)
		confirmed = head->number - head->dpos_irreversible;
	return (uint16_t)(confirmed > UINT16_MAX ? UINT16_MAX : confirmed);
}

static int activate_features(struct branch *branch, const struct block_options *options, struct error *error)
{
	struct pending_block *pending = branch->pending;
	struct feature_set *features = &pending->globals.features;
	int result;
	if (!options->features_count && !features->preactivated_count)
		return 0;
	result = feature_activate(features, options->features, options->features_count,
	                          branch_block_number(branch), error);
	if (result)
		return result;
	feature_set_put(pending->edit, features);
	pending->features = memory_copy(options->features, options->features_count * sizeof *options->features);
	pending->features_count = options->features_count;
	return 0;
}

/* The transaction that tells eosio of the block before (D.4). */
static struct transaction make_onblock(const struct branch *branch)
{
	struct transaction out = transaction_of_action(EOSIO, name_literal("onblock"), EOSIO);

	block_header_pack(&out.actions[0].data, &branch->head->block->header);
	if (!pending_feature(branch->pending, FEATURE_NO_DUPLICATE_DEFERRED_ID))
		transaction_date(&out, branch->pending);
	return out;
}

/* If it fails, its effects are dropped and the block goes on. */
static void run_onblock(struct branch *branch, struct transaction_trace *trace)
{
	struct pending_block *pending = branch->pending;
	struct block_checkpoint checkpoint;
	struct transaction_context context;
	struct transaction transaction = make_onblock(branch);
	struct checksum256 id = transaction_id(&transaction);
	struct error error = {0};
	int result;
	block_checkpoint_take(&checkpoint, pending);
	transaction_context_begin(&context, pending, &transaction, &id, trace,
	                          pending->globals.config.min_transaction_cpu_usage);
	result = transaction_init_implicit(&context, &error);
	if (result == 0)
		result = transaction_execute(&context, &error);
	if (result == 0)
		result = transaction_finalize(&context, &error);
	if (result == 0) {
		trace->has_receipt = true;
		trace->status = STATUS_EXECUTED;
		transaction_keep_digests(&context);
	} else {
		transaction_trace_fail(trace, &error);
		block_checkpoint_restore(&checkpoint, pending);
	}
	block_checkpoint_release(pending);
	transaction_context_release(&context);
	transaction_release(&transaction);
}

/* Records of transactions that could not be pushed again anyway. */
static void clear_expired_transactions(struct branch *branch)
{
	struct state_key prefix = state_key_make(STATE_TRANSACTION_EXPIRATION, NULL, 0), key;
	int64_t now = slot_to_us(pending_slot(branch->pending));
	struct map_edit *edit = branch->pending->edit;
	struct state_walk walk;

	for (state_walk_begin(&walk, &prefix, NULL); state_walk_next(&walk, map_edit_view(edit));) {
		if (now <= (int64_t)state_key_u32(walk.entry.key, 1) * SECOND_US)
			break;
		key = state_key_make(STATE_TRANSACTION, NULL, 0);
		state_key_add(&key, walk.entry.key + 5, 32);
		state_remove(edit, &key);
		map_edit_remove(edit, walk.entry.key, walk.entry.key_length);
	}
}

static int check_producer(const struct branch *branch, const struct block_options *options,
                          struct error *error)
{
	const struct producer_authority *producer = block_state_producer(branch->head, options->slot);

	if (options->slot <= branch->head->block->header.timestamp)
		return error_chain(error, BLOCK_VALIDATE_EXCEPTION, "next block must be in the future");
	if (!producer || producer->producer_name != options->producer)
		return error_chain(error, WRONG_PRODUCER, "%s does not produce slot %u; %s does",
		                   name_text(options->producer).text, options->slot,
		                   producer ? name_text(producer->producer_name).text : "nobody");
	return 0;
}

static void begin_header(struct branch *branch, const struct block_options *options)
{
	struct block_header *header = &branch->pending->header;
	header->timestamp = options->slot;
	header->producer = options->producer;
	header->confirmed = options->confirmed;
	header->previous = branch->head->id;
	header->schedule_version = branch->head->active_schedule.version;
}

/* What of the next block's state only the branch knows. */
static void add_ids(const struct branch *branch, struct block_state *next)
{
	if (next->dpos_irreversible == branch->head->dpos_irreversible)
		next->irreversible_id = branch->head->irreversible_id;
	if (checksum256_is_zero(&next->irreversible_id))
		branch_find_id(branch, &next->irreversible_id, next->dpos_irreversible);
	next->trail = branch_trail(branch);
}

int block_start(struct branch *branch, struct transaction_trace *onblock, const struct block_options *options,
                bool validating, bool trusted, struct error *error)
{
	struct transaction_trace own = {0}, *trace = onblock ? onblock : &own;
	struct pending_block *pending;
	int result = check_producer(branch, options, error);

	*trace = (struct transaction_trace){0};
	if (branch->pending)
		return error_set(error, EBUSY, "a block is in the making already");
	if (result)
		return result;
	pending = branch->pending = memory_allocate(1, sizeof *pending);
	pending->runtime = branch->ledger->runtime;
	pending->validating = validating;
	pending->trusted = trusted;
	pending->keeps_deeds = branch->ledger->keeps_deeds && !branch->without_deeds;
	pending->deeds = pending->keeps_deeds ? deeds_hold(branch->head->deeds) : NULL;
	pending->edit = map_edit_begin(branch->head->root);
	pending->next = block_state_next(branch->head, &pending->was_pending_promoted, options->slot,
	                                 options->confirmed, error);
	if (!pending->next) {
		result = -EINVAL;
		goto fail;
	}
	add_ids(branch, pending->next);
	begin_header(branch, options);
	block_globals_get(branch->head->root, &pending->globals);
	resource_state_get(branch->head->root, &pending->resources);
	if ((result = activate_features(branch, options, error)) ||
	    (result = schedule_promote_proposed(pending, branch->head, error)))
		goto fail;
	run_onblock(branch, trace);
	clear_expired_transactions(branch);
	schedule_update_producers_authority(pending);
	transaction_trace_release(&own);
	return 0;
fail:
	branch_block_drop(branch);
	return result;
}

int branch_block_start(struct branch *branch, struct transaction_trace *onblock,
                       const struct block_options *options, struct error *error)
{
	return block_start(branch, onblock, options, false, false, error);
}

/* --- sealing --- */

static void add_extension(struct block_header *header, uint16_t type, struct bytes *data)
{
	size_t count = header->extensions_count;
	struct extension *more = memory_allocate(count + 1, sizeof *more);

	if (count)
		memcpy(more, header->extensions, count * sizeof *more);
	more[count] = (struct extension){type, *data};
	free(header->extensions);
	header->extensions = more;
	header->extensions_count = count + 1;
	*data = (struct bytes){0};
}

static void put_features(struct pending_block *pending)
{
	struct bytes data = {0};
	if (!pending->features_count)
		return;
	bytes_put_varuint32(&data, (uint32_t)pending->features_count);
	for (size_t i = 0; i < pending->features_count; i++)
		bytes_put(&data, pending->features[i].data, sizeof pending->features[i].data);
	add_extension(&pending->header, HEADER_EXTENSION_PROTOCOL_FEATURES, &data);
}

/* The new schedule's place in the header depends on what was active before this block. */
static void put_new_schedule(struct pending_block *pending)
{
	struct block_state *next = pending->next;
	uint32_t since = pending->globals.features.activation_block[FEATURE_WTMSIG_BLOCK_SIGNATURES];
	bool legacy = !since || since >= next->number;
	struct bytes data = {0};
	if (!pending->has_new_schedule)
		return;
	if (legacy) {
		pending->header.has_new_producers = true;
		pending->header.new_producers = producer_schedule_copy(&pending->new_schedule);
	} else {
		producer_schedule_pack(&data, &pending->new_schedule, false);
		add_extension(&pending->header, HEADER_EXTENSION_PRODUCER_SCHEDULE, &data);
	}
	next->pending_schedule_hash = producer_schedule_hash(&pending->new_schedule, legacy);
	producer_schedule_release(&next->pending_schedule);
	next->pending_schedule = pending->new_schedule;
	next->pending_schedule_lib_num = next->number;
	pending->new_schedule = (struct producer_schedule){0};
}

static struct checksum256 transactions_root(const struct pending_block *pending)
{
	struct checksum256 *digests = memory_allocate(pending->receipts_count, sizeof *digests), root;

	for (size_t i = 0; i < pending->receipts_count; i++)
		digests[i] = transaction_receipt_digest(&pending->receipts[i]);
	root = merkle_root(digests, pending->receipts_count);
	free(digests);
	return root;
}

static int end_state(struct pending_block *pending, struct error *error)
{
	struct block_globals *globals = &pending->globals;
	block_globals_put(pending->edit, globals);
	return resource_block_end(pending->edit, &pending->resources, &globals->config, globals->net_usage,
	                          globals->cpu_usage, pending_number(pending), error);
}

int block_finish(struct branch *branch, struct block_state **out, struct checksum256 *digest,
                 const struct checksum256 *const roots[2], struct error *error)
{
	struct pending_block *pending = branch->pending;
	struct checksum256 header_digest, blockroot;
	struct block_state *next;
	struct signed_block *block;
	int result;
	if (!pending)
		return error_set(error, EINVAL, "no block is in the making");
	if ((result = end_state(pending, error)))
		return result;
	next = pending->next;
	put_features(pending);
	put_new_schedule(pending);
	pending->header.transaction_mroot = roots ? *roots[0] : transactions_root(pending);
	pending->header.action_mroot = roots
	                                   ? *roots[1]
	                                   : merkle_root(pending->action_digests, pending->action_digests_count);

	block = memory_allocate(1, sizeof *block);
	block->header = pending->header;
	pending->header = (struct block_header){0};
	memory_resize(&pending->receipts, pending->receipts_count, sizeof *pending->receipts);
	block->transactions = pending->receipts;
	block->transactions_count = pending->receipts_count;
	pending->receipts = NULL;
	pending->receipts_count = 0;
	block->id = next->id = block_header_id(&block->header);
	next->block = block;
	tapos_put(pending->edit, &next->id);
	deeds_end_block(pending, next);
	next->root = map_edit_finish(pending->edit);
	pending->edit = NULL;
	header_digest = block_header_digest(&block->header);
	blockroot = incremental_merkle_root(&next->blockroot);
	*digest = block_signing_digest(&header_digest, &blockroot, &next->pending_schedule_hash);

	pending->next = NULL;
	branch_block_drop(branch);
	*out = next;
	return 0;
}

static int seal(struct branch *branch, struct block_state **out, struct checksum256 *digest,
                const struct checksum256 *const roots[2], struct error *error)
{
	struct block_state *next;
	int result = block_finish(branch, &next, digest, roots, error);

	if (result)
		return result;
	branch_append(branch, ledger_add(branch->ledger, next));
	if (out)
		*out = branch->head;
	return 0;
}

int branch_block_seal(struct branch *branch, struct block_state **out, struct checksum256 *digest,
                      struct error *error)
{
	return seal(branch, out, digest, NULL, error);
}

int branch_block_seal_with_roots(struct branch *branch, struct block_state **out, struct checksum256 *digest,
                                 const struct checksum256 *transaction_mroot,
                                 const struct checksum256 *action_mroot, struct error *error)
{
	const struct checksum256 *const roots[2] = {transaction_mroot, action_mroot};
	return seal(branch, out, digest, roots, error);
}

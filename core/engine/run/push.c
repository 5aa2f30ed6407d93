/* Pushing transactions into the block in the making: users', and those that waited (protocol.md D.1, D.6). */
#include "core/engine/engine_private.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>

/* --- users' transactions --- */

/* What a producing node refuses before it looks any closer, in its words. */
static int check_at_the_door(const struct pending_block *pending, const struct packed_transaction *packed,
                             const struct checksum256 *transaction_id, struct error *error)
{
	int64_t now = slot_to_us(pending_slot(pending));
	struct state_key key = state_key_hash(STATE_TRANSACTION, transaction_id);
	struct map_value value;

	if ((int64_t)packed->transaction.expiration * SECOND_US < now)
		return error_chain(error, EXPIRED_TX_EXCEPTION,
		                   "expired transaction %s, expiration %s, block time %s",
		                   checksum256_text(transaction_id).text,
		                   time_point_text((int64_t)packed->transaction.expiration * SECOND_US).text,
		                   time_point_text(now).text);
	if (!state_get(map_edit_view(pending->edit), &value, &key))
		return 0;
	return error_chain(error, TX_DUPLICATE, "duplicate transaction %s",
	                   checksum256_text(transaction_id).text);
}

static int check_authorization(const struct transaction_context *context,
                               const struct packed_transaction *packed, const struct public_key *keys,
                               size_t keys_count, struct error *error)
{
	const struct pending_block *pending = context->pending;
	struct authorization_request request = {
		.actions = packed->transaction.actions,
		.actions_count = packed->transaction.actions_count,
		.keys = keys,
		.keys_count = keys_count,
		.delay_us = (int64_t)context->delay_sec * SECOND_US,
		.without_keys = context->without_keys,
		.fix_linkauth = feature_active(&pending->globals.features, FEATURE_FIX_LINKAUTH_RESTRICTION)};

	return pending->trusted || context->kind == PUSH_READ_ONLY
	           ? 0
	           : authorization_check(map_edit_view(context->edit), &pending->globals.config, &request, error);
}

static int run_input(struct transaction_context *context, const struct packed_transaction *packed,
                     const struct public_key *keys, size_t keys_count, struct error *error)
{
	int result = transaction_init_input(context, packed, error);

	if (result == 0)
		result = check_authorization(context, packed, keys, keys_count, error);
	if (result == 0)
		result = transaction_execute(context, error);
	if (result == 0)
		result = transaction_finalize(context, error);
	return result;
}

static void take_greylists(struct transaction_context *context, const struct push_options *options)
{
	for (size_t i = 0; i < 2 && options; i++)
		context->greylists[i] = options->greylists[i];
}

int branch_push(struct branch *branch, struct transaction_trace *trace, struct packed_transaction *packed,
                const struct public_key *keys, size_t keys_count, const struct push_options *options,
                struct error *error)
{
	struct pending_block *pending = branch->pending;
	const struct checksum256 *id = options && options->recorded_id ? options->recorded_id : &packed->id;
	struct block_checkpoint checkpoint;
	struct transaction_context context;
	struct error own = {0};
	int result = 0;
	*trace = (struct transaction_trace){.id = *id};
	if (!error)
		error = &own;
	if (!pending)
		return error_set(error, EAGAIN, "no block is in the making");
	block_checkpoint_take(&checkpoint, pending);
	transaction_context_begin(&context, pending, &packed->transaction, id, trace,
	                          options ? options->billed_cpu_us : 0);
	context.kind = options ? options->kind : PUSH_INTO_BLOCK;
	context.without_keys = context.kind == PUSH_DRY_RUN || (options && options->without_keys);
	context.again = options && options->again;
	context.node_limit = options ? options->time_limit : 0;
	context.block_left = options ? options->block_left : 0;
	take_greylists(&context, options);
	if (options && options->recorded_id) {
		context.recorded = true;
		context.recorded_net_usage = options->recorded_net_usage;
	}
	if (!pending->validating && context.kind != PUSH_READ_ONLY)
		result = check_at_the_door(pending, packed, id, error);
	if (result == 0)
		result = run_input(&context, packed, keys, keys_count, error);
	if (result == 0) {
		trace->has_receipt = true;
		trace->status = context.delay_sec ? STATUS_DELAYED : STATUS_EXECUTED;
	} else {
		trace->net_usage = context.net_usage;
		transaction_trace_fail(trace, error);
	}
	if (result == 0 && context.kind == PUSH_INTO_BLOCK) {
		transaction_keep_digests(&context);
		block_add_receipt(pending, trace->status, context.billed_cpu_us, context.net_usage, packed,
		                  &context.id);
		deeds_add_transaction(pending, trace);
	} else {
		block_checkpoint_restore(&checkpoint, pending);
	}
	block_checkpoint_release(pending);
	transaction_context_release(&context);
	return result;
}

/* --- those that waited --- */

bool branch_scheduled_from(const struct branch *branch, struct scheduled_place *place, struct checksum256 *id)
{
	const struct map_root *root = branch->pending ? map_edit_view(branch->pending->edit) : branch->head->root;
	int64_t now = slot_to_us(branch_block_slot(branch));
	struct generated_transaction generated;

	while (generated_transaction_seek(root, &generated, place->delay_until, place->object_id) &&
	       generated.delay_until <= now) {
		*place = (struct scheduled_place){generated.delay_until, generated.object_id + 1};
		if (branch->pending && generated.published >= now)
			continue;
		*id = generated.id;
		return true;
	}
	return false;
}

bool branch_next_scheduled(const struct branch *branch, struct checksum256 *id)
{
	struct scheduled_place first = {0, 0};
	return branch_scheduled_from(branch, &first, id);
}

/* One that is being retired: it is out of the state already, so what is needed of it is copied. */
struct retired {
	struct generated_transaction generated;
	struct bytes packed;
	struct transaction transaction;
	struct block_checkpoint before, after; /* its removal */
	struct transaction_context context;
	int64_t ram_delta;
};

static void retire_end(struct retired *retired, struct pending_block *pending)
{
	block_checkpoint_release(pending);
	block_checkpoint_release(pending);
	transaction_release(&retired->transaction);
	bytes_release(&retired->packed);
}

static int retire_begin(struct pending_block *pending, struct retired *retired, const struct checksum256 *id,
                        struct error *error)
{
	struct generated_transaction *generated = &retired->generated;
	struct cursor in;
	int result;
	*retired = (struct retired){0};
	if (!generated_transaction_find(map_edit_view(pending->edit), generated, id))
		return error_chain(error, UNKNOWN_TRANSACTION_EXCEPTION, "unknown transaction %s",
		                   checksum256_text(id).text);
	if (generated->delay_until > slot_to_us(pending_slot(pending)))
		return error_chain(error, TRANSACTION_EXCEPTION, "this transaction isn't ready: %s",
		                   checksum256_text(id).text);
	bytes_put(&retired->packed, generated->packed, generated->packed_length);
	generated->packed = retired->packed.data;
	in = cursor_make(retired->packed.data, retired->packed.length);
	if (transaction_unpack(&retired->transaction, &in)) {
		bytes_release(&retired->packed);
		return error_chain(error, TRANSACTION_EXCEPTION, "stored transaction %s is malformed",
		                   checksum256_text(id).text);
	}
	block_checkpoint_take(&retired->before, pending);
	retired->ram_delta = -generated_transaction_ram(generated->packed_length);
	result = resource_ram_add(pending->edit, generated->payer, retired->ram_delta,
	                          pending_number(pending), error);
	generated_transaction_remove(pending->edit, generated);
	block_checkpoint_take(&retired->after, pending);
	if (result == 0)
		return 0;
	block_checkpoint_restore(&retired->before, pending);
	retire_end(retired, pending);
	return result;
}

/* Failures of the moment: the transaction stays and is tried again in a later block. */
static bool is_subjective(uint32_t code, bool explicit_cpu)
{
	switch (code) {
	case SUBJECTIVE_BLOCK_PRODUCTION_EXCEPTION:
	case BLOCK_NET_USAGE_EXCEEDED:
	case GREYLIST_NET_USAGE_EXCEEDED:
	case GREYLIST_CPU_USAGE_EXCEEDED:
	case BLOCK_CPU_USAGE_EXCEEDED:
	case DEADLINE_EXCEPTION:
	case LEEWAY_DEADLINE_EXCEPTION:
		return true;
	case TX_CPU_USAGE_EXCEEDED:
		return !explicit_cpu;
	default:
		return false;
	}
}

static int run_deferred(struct transaction_context *context, int64_t published, struct error *error)
{
	int result = transaction_init_deferred(context, published, error);

	if (result == 0)
		result = transaction_execute(context, error);
	return result ? result : transaction_finalize(context, error);
}

static struct transaction make_onerror(const struct pending_block *pending,
                                       const struct generated_transaction *generated)
{
	struct transaction out = transaction_of_action(name_literal("eosio"), name_literal("onerror"),
	                                               generated->sender);
	struct bytes *data = &out.actions[0].data;

	bytes_put_u64(data, generated->sender_id[0]);
	bytes_put_u64(data, generated->sender_id[1]);
	bytes_put_counted(data, generated->packed, generated->packed_length);
	if (!pending_feature(pending, FEATURE_NO_DUPLICATE_DEFERRED_ID))
		transaction_date(&out, pending);
	return out;
}

/* It stands in the block under that id, with what its context has to tell. */
static void put_receipt(struct transaction_context *context, uint8_t status, const struct checksum256 *id)
{
	context->trace->has_receipt = true;
	context->trace->status = status;
	transaction_keep_digests(context);
	block_add_receipt(context->pending, status, context->billed_cpu_us, context->net_usage, NULL, id);
}

/* The sender's chance to handle the failure. *trace becomes the handler's, with the failed one's inside,
 * when it succeeds. */
static int run_onerror(struct pending_block *pending, struct retired *retired,
                       struct transaction_trace *trace, const struct push_options *options,
                       struct error *error)
{
	struct transaction_trace handled;
	struct transaction_context context;
	struct transaction transaction = make_onerror(pending, &retired->generated);
	struct checksum256 id = transaction_id(&transaction);
	int result;
	transaction_context_begin(&context, pending, &transaction, &id, &handled, retired->context.billed_cpu_us);
	take_greylists(&context, options);
	result = transaction_init_implicit(&context, error);
	if (result == 0) {
		context.published = retired->generated.published;
		result = transaction_execute_action(&context,
		                                    transaction_schedule_action(&context, &transaction.actions[0],
		                                                                retired->generated.sender, false, 0,
		                                                                0),
		                                    0, error);
	}
	if (result == 0)
		result = transaction_finalize(&context, error);
	if (result == 0) {
		put_receipt(&context, STATUS_SOFT_FAIL, &retired->generated.id);
	} else {
		transaction_trace_fail(&handled, error);
		block_checkpoint_restore(&retired->after, pending);
	}
	handled.failed_deferred = memory_copy(trace, sizeof *trace);
	*trace = handled;
	transaction_context_release(&context);
	transaction_release(&transaction);
	return result;
}

/* Neither it nor its sender could: CPU is billed, as much as the billed can pay. */
static void hard_fail(struct pending_block *pending, struct retired *retired,
                      struct transaction_context *context, struct transaction_trace *trace,
                      bool explicit_cpu)
{
	uint32_t cpu_us = context->billed_cpu_us;
	int64_t net_left, cpu_left;
	take_greylists(context, &(struct push_options){0}); /* nodeos bills this by the chain's limits */
	transaction_available(context, &net_left, &cpu_left);
	if (!explicit_cpu && cpu_us > cpu_left)
		cpu_us = (uint32_t)cpu_left;
	transaction_bill(context, 0, cpu_us, NULL);
	pending->globals.cpu_usage += cpu_us;
	trace->has_receipt = true;
	trace->status = STATUS_HARD_FAIL;
	trace->cpu_usage_us = cpu_us;
	trace->net_usage = 0;
	block_add_receipt(pending, STATUS_HARD_FAIL, cpu_us, 0, NULL, &retired->generated.id);
}

/* Runs it; how it ended is in the trace. -errno only for a failure of the moment, after which all is as
 * before. */
static int retire(struct pending_block *pending, struct retired *retired, struct transaction_trace *trace,
                  const struct push_options *options, struct error *error)
{
	uint32_t cpu_us = options ? options->billed_cpu_us : 0;
	struct transaction_context *context = &retired->context;
	bool explicit_cpu = cpu_us || pending->validating;
	struct error own = {0};
	int result;
	transaction_context_begin(context, pending, &retired->transaction, &retired->generated.id, trace, cpu_us);
	context->without_keys = options && options->without_keys;
	context->again = options && options->again;
	context->node_limit = options ? options->time_limit : 0;
	take_greylists(context, options);
	result = run_deferred(context, retired->generated.published, &own);
	if (result == 0) {
		put_receipt(context, STATUS_EXECUTED, &retired->generated.id);
		return 0;
	}
	transaction_measure(context);
	transaction_trace_fail(trace, &own);
	block_checkpoint_restore(&retired->after, pending);
	if (retired->generated.sender && !is_subjective(own.code, explicit_cpu)) {
		error_clear(&own);
		if (!(result = run_onerror(pending, retired, trace, options, &own)))
			return 0;
	}
	if (is_subjective(own.code, explicit_cpu)) {
		block_checkpoint_restore(&retired->before, pending);
		if (error)
			*error = own;
		return result;
	}
	hard_fail(pending, retired, context, trace, explicit_cpu);
	return 0;
}

int branch_push_scheduled(struct branch *branch, struct transaction_trace *trace,
                          const struct checksum256 *id, const struct push_options *options,
                          struct error *error)
{
	struct pending_block *pending = branch->pending;
	struct retired retired;
	int result;
	*trace = (struct transaction_trace){.id = *id, .scheduled = true};
	if (!pending)
		return error_set(error, EAGAIN, "no block is in the making");
	if ((result = retire_begin(pending, &retired, id, error)))
		return result;
	if (retired.generated.expiration < slot_to_us(pending_slot(pending))) {
		uint32_t cpu_us = options ? options->billed_cpu_us : 0;
		*trace = (struct transaction_trace){.id = *id,
		                                    .block_num = pending_number(pending),
		                                    .slot = pending_slot(pending),
		                                    .scheduled = true,
		                                    .has_receipt = true,
		                                    .status = STATUS_EXPIRED,
		                                    .cpu_usage_us = cpu_us};
		block_add_receipt(pending, STATUS_EXPIRED, cpu_us, 0, NULL, id);
	} else {
		result = retire(pending, &retired, trace, options, error);
		transaction_context_release(&retired.context);
	}
	if (result == 0)
		trace->account_ram_delta = (struct ram_delta){retired.generated.payer, retired.ram_delta};
	if (result == 0)
		deeds_add_transaction(pending, trace);
	retire_end(&retired, pending);
	return result;
}

/* Intrinsics that send actions and transactions, and that look at the transaction around the action. */
#include "core/engine/intrinsic/intrinsic.h"

#include <string.h>

static void send(const void *packed, uint32_t length, bool context_free)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	struct chain_config config;
	struct action action = {0};
	struct cursor in = cursor_make(packed, length);
	apply_get_parameters(context, &config);
	if (length >= config.max_inline_action_size)
		intrinsic_fail(INLINE_ACTION_TOO_BIG, "inline action too big");
	if (action_unpack(&action, &in))
		intrinsic_fail_unpack(&in);
	int result = context_free ? apply_execute_context_free_inline(context, &action)
	                          : apply_execute_inline(context, &action);
	action_release(&action);
	intrinsic_check(result);
}

void intrinsic_send_inline(const void *action, uint32_t length)
{
	send(action, length, false);
}

void intrinsic_send_context_free_inline(const void *action, uint32_t length)
{
	send(action, length, true);
}

void intrinsic_send_deferred(const void *sender_id, uint64_t payer, const void *transaction, uint32_t length,
                             uint32_t replace)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	uint64_t id[2];
	memcpy(id, sender_id, sizeof id);
	intrinsic_check(apply_schedule_deferred(context, id, payer, transaction, length, replace != 0));
}

bool intrinsic_cancel_deferred(const void *sender_id)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	uint64_t id[2];
	memcpy(id, sender_id, sizeof id);
	return apply_cancel_deferred(context, id);
}

uint32_t intrinsic_read_transaction(void *data, uint32_t length)
{
	struct bytes packed = {0};
	transaction_pack(&packed, intrinsic_enter(0)->transaction->transaction);
	uint32_t size = intrinsic_copy_out(data, length, packed.data, packed.length);
	bytes_release(&packed);
	return size;
}

uint32_t intrinsic_transaction_size(void)
{
	return intrinsic_read_transaction(NULL, 0);
}

uint32_t intrinsic_expiration(void)
{
	return intrinsic_enter(0)->transaction->transaction->expiration;
}

int32_t intrinsic_tapos_block_num(void)
{
	return intrinsic_enter(0)->transaction->transaction->ref_block_num;
}

int32_t intrinsic_tapos_block_prefix(void)
{
	return (int32_t)intrinsic_enter(0)->transaction->transaction->ref_block_prefix;
}

int32_t intrinsic_get_action(uint32_t type, uint32_t index, void *data, uint32_t length)
{
	const struct transaction *transaction = intrinsic_enter(0)->transaction->transaction;
	const struct action *actions = type == 0 ? transaction->context_free_actions : transaction->actions;
	size_t count = type == 0 ? transaction->context_free_actions_count : transaction->actions_count;
	if (type > 1)
		intrinsic_fail(ACTION_NOT_FOUND_EXCEPTION, "action is not found");
	if (index >= count)
		return -1;
	struct bytes packed = {0};
	action_pack(&packed, &actions[index]);
	size_t size = packed.length;
	if (size <= length)
		memcpy(data, packed.data, size);
	bytes_release(&packed);
	return (int32_t)size;
}

int32_t intrinsic_get_context_free_data(uint32_t index, void *data, uint32_t length)
{
	const struct packed_transaction *packed = intrinsic_enter(FOR_CONTEXT_FREE)->transaction->packed;
	if (!packed || index >= packed->context_free_data_count)
		return -1;
	const struct bytes *from = &packed->context_free_data[index];
	return (int32_t)intrinsic_copy_out(data, length, from->data, from->length);
}

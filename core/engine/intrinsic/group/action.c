/* Intrinsics about the action that runs: its data, its receiver, its return value. */
#include "core/engine/intrinsic/intrinsic.h"

uint32_t intrinsic_read_action_data(void *data, uint32_t length)
{
	const struct bytes *from = &intrinsic_enter(0)->action->data;
	return intrinsic_copy_out(data, length, from->data, from->length);
}

uint32_t intrinsic_action_data_size(void)
{
	return (uint32_t)intrinsic_enter(0)->action->data.length;
}

uint64_t intrinsic_current_receiver(void)
{
	return intrinsic_enter(0)->receiver;
}

void intrinsic_set_action_return_value(const void *data, uint32_t length)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION);
	struct chain_config config;
	apply_get_parameters(context, &config);
	if (length > config.max_action_return_value_size)
		intrinsic_fail(ACTION_RETURN_VALUE_EXCEPTION,
		               "action return value size must be less or equal to %u bytes",
		               (unsigned)config.max_action_return_value_size);
	struct bytes *value = &apply_trace(context)->return_value;
	bytes_clear(value);
	bytes_put(value, data, length);
}

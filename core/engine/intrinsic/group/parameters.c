/* Intrinsics of privileged contracts for the chain's configuration and the limits of contract code,
 * packed. */
#include "core/engine/intrinsic/intrinsic.h"

#include "core/engine/engine_private.h"

#include <string.h>

uint32_t intrinsic_get_blockchain_parameters_packed(void *data, uint32_t length)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION | FOR_PRIVILEGED);
	struct chain_config config;
	struct bytes packed = {0};
	apply_get_parameters(context, &config);
	chain_config_pack(&packed, &config);
	uint32_t size = (uint32_t)packed.length;
	if (length >= size)
		memcpy(data, packed.data, size);
	bytes_release(&packed);
	return !length || length >= size ? size : 0;
}

/* Fields that the packed form lacks keep their values. */
void intrinsic_set_blockchain_parameters_packed(const void *data, uint32_t length)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION | FOR_PRIVILEGED);
	struct cursor in = cursor_make(data, length);
	struct chain_config config, before;
	apply_get_parameters(context, &before);
	config = before;
	if (chain_config_unpack(&config, &in))
		intrinsic_fail_unpack(&in);
	config.max_action_return_value_size = before.max_action_return_value_size;
	intrinsic_check(apply_set_parameters(context, &config));
}

/* --- BLOCKCHAIN_PARAMETERS --- */

/* A parameter's number is its place here. */
static const struct chain_parameter {
	uint8_t offset, size;
} parameters[] = {
#define PARAMETER(member) {offsetof(struct chain_config, member), sizeof((struct chain_config *)0)->member}
	PARAMETER(max_block_net_usage),
	PARAMETER(target_block_net_usage_pct),
	PARAMETER(max_transaction_net_usage),
	PARAMETER(base_per_transaction_net_usage),
	PARAMETER(net_usage_leeway),
	PARAMETER(context_free_discount_net_usage_num),
	PARAMETER(context_free_discount_net_usage_den),
	PARAMETER(max_block_cpu_usage),
	PARAMETER(target_block_cpu_usage_pct),
	PARAMETER(max_transaction_cpu_usage),
	PARAMETER(min_transaction_cpu_usage),
	PARAMETER(max_transaction_lifetime),
	PARAMETER(deferred_trx_expiration_window),
	PARAMETER(max_transaction_delay),
	PARAMETER(max_inline_action_size),
	PARAMETER(max_inline_action_depth),
	PARAMETER(max_authority_depth),
	PARAMETER(max_action_return_value_size),
#undef PARAMETER
};

enum { PARAMETERS = sizeof parameters / sizeof *parameters, RETURN_VALUE_SIZE = PARAMETERS - 1 };

/* An id once, and allowed; seen: those before it. */
static const struct chain_parameter *parameter_at(const struct apply_context *context, uint32_t id,
                                                  bool seen[PARAMETERS])
{
	if (id >= PARAMETERS)
		intrinsic_fail(CONFIG_PARSE_ERROR, "provided id %u should be less than %u", (unsigned)id,
		               (unsigned)PARAMETERS);
	if (seen[id])
		intrinsic_fail(CONFIG_PARSE_ERROR, "duplicate id provided: %u", (unsigned)id);
	if (id == RETURN_VALUE_SIZE &&
	    !pending_feature(context->transaction->pending, FEATURE_ACTION_RETURN_VALUE))
		intrinsic_fail(UNSUPPORTED_FEATURE, "config id %u is no allowed", (unsigned)id);
	seen[id] = true;
	return &parameters[id];
}

/* All ids are read before any is looked at; of more than there are, one is out of range or there twice. */
uint32_t intrinsic_get_parameters_packed(const void *packed_ids, uint32_t ids_length, void *data,
                                         uint32_t length)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION | FOR_PRIVILEGED);
	struct cursor in = cursor_make(packed_ids, ids_length);
	struct chain_config config;
	bool seen[PARAMETERS] = {false};
	uint8_t out[1 + PARAMETERS * (1 + sizeof(uint64_t))];
	uint32_t ids[PARAMETERS + 1], count = cursor_count_up_to(&in, 1), size = 1;
	for (uint32_t i = 0; i < count && !in.failed; i++)
		ids[i < PARAMETERS ? i : PARAMETERS] = cursor_varuint32(&in);
	if (in.failed)
		intrinsic_fail_unpack(&in);
	apply_get_parameters(context, &config);
	for (uint32_t i = 0; i < count; i++) {
		const struct chain_parameter *parameter = parameter_at(context, ids[i], seen);
		out[size++] = (uint8_t)ids[i];
		memcpy(out + size, (const uint8_t *)&config + parameter->offset, parameter->size);
		size += parameter->size;
	}
	out[0] = (uint8_t)count;
	if (!length)
		return size;
	if (size > length)
		intrinsic_fail(CONFIG_PARSE_ERROR, "get_parameters_packed: buffer size is smaller than %u",
		               (unsigned)size);
	memcpy(data, out, size);
	return size;
}

void intrinsic_set_parameters_packed(const void *data, uint32_t length)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION | FOR_PRIVILEGED);
	struct cursor in = cursor_make(data, length);
	struct chain_config config;
	bool seen[PARAMETERS] = {false};
	uint32_t count = cursor_count_up_to(&in, 1);
	apply_get_parameters(context, &config);
	for (uint32_t i = 0; i < count && !in.failed; i++) {
		uint32_t id = cursor_varuint32(&in);
		if (in.failed)
			break;
		const struct chain_parameter *parameter = parameter_at(context, id, seen);
		cursor_copy(&in, (uint8_t *)&config + parameter->offset, parameter->size);
	}
	if (in.failed)
		intrinsic_fail_unpack(&in);
	intrinsic_check(apply_set_parameters(context, &config));
}

/* --- CONFIGURABLE_WASM_LIMITS2 (W.10) --- */

/* A version, and the limits as they lie in memory. */
struct packed_limits {
	uint32_t version;
	struct wasm_limits limits;
};

uint32_t intrinsic_get_wasm_parameters_packed(void *data, uint32_t length, uint32_t max_version)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION | FOR_PRIVILEGED);
	struct packed_limits packed = {0, context->transaction->pending->globals.wasm_limits};
	(void)max_version; /* 0 is the only one there is */
	if (length >= sizeof packed)
		memcpy(data, &packed, sizeof packed);
	return sizeof packed;
}

void intrinsic_set_wasm_parameters_packed(const void *data, uint32_t length)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION | FOR_PRIVILEGED);
	struct cursor in = cursor_make(data, length);
	uint32_t version = cursor_u32(&in), numbers[sizeof(struct wasm_limits) / sizeof(uint32_t)];
	struct wasm_limits limits;
	if (!in.failed && version)
		intrinsic_fail(WASM_CONFIG_UNKNOWN_VERSION, "set_wasm_parameters_packed: Unknown version: %u",
		               (unsigned)version);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		numbers[i] = cursor_u32(&in);
	if (in.failed)
		intrinsic_fail_unpack(&in);
	memcpy(&limits, numbers, sizeof limits);
	intrinsic_check(apply_set_wasm_limits(context, &limits));
}

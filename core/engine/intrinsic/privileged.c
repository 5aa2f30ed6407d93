/* Intrinsics of privileged contracts: resource limits, privileges, chain parameters, protocol features;
 * the producers are in producer.c. */
#include "core/engine/intrinsic/intrinsic.h"

#include "core/contracts/intrinsics.h"

#include <string.h>

void intrinsic_get_resource_limits(uint64_t account, int64_t *ram_bytes, int64_t *net_weight,
                                   int64_t *cpu_weight)
{
	intrinsic_check(apply_get_resource_limits(intrinsic_enter(FOR_ACTION | FOR_PRIVILEGED), account,
	                                          ram_bytes, net_weight, cpu_weight));
}

void intrinsic_set_resource_limits(uint64_t account, int64_t ram_bytes, int64_t net_weight,
                                   int64_t cpu_weight)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION | FOR_PRIVILEGED);
	intrinsic_check(apply_set_resource_limits(context, account, ram_bytes, net_weight, cpu_weight));
}

bool intrinsic_is_privileged(uint64_t account)
{
	bool privileged;
	intrinsic_check(apply_is_privileged(intrinsic_enter(FOR_ACTION | FOR_PRIVILEGED), account, &privileged));
	return privileged;
}

void intrinsic_set_privileged(uint64_t account, bool privileged)
{
	intrinsic_check(apply_set_privileged(intrinsic_enter(FOR_ACTION | FOR_PRIVILEGED), account, privileged));
}

void intrinsic_preactivate_feature(const uint8_t digest[32])
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION | FOR_PRIVILEGED);
	struct checksum256 feature;
	memcpy(feature.data, digest, sizeof feature.data);
	intrinsic_check(apply_preactivate_feature(context, &feature));
}

bool intrinsic_is_feature_active(int64_t feature)
{
	intrinsic_enter(FOR_ACTION | FOR_PRIVILEGED);
	(void)feature;
	return false;
}

void intrinsic_activate_feature(int64_t feature)
{
	intrinsic_enter(FOR_ACTION | FOR_PRIVILEGED);
	(void)feature;
	intrinsic_fail(UNSUPPORTED_FEATURE, "Unsupported Hardfork Detected");
}

uint32_t intrinsic_get_blockchain_parameters_packed(void *data, uint32_t length)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION | FOR_PRIVILEGED);
	struct chain_config config;
	struct bytes packed = {0};
	uint8_t copy[128];
	apply_get_parameters(context, &config);
	chain_config_pack(&packed, &config);
	size_t size = packed.length;
	memcpy(copy, packed.data, size);
	bytes_release(&packed);
	if (!length)
		return (uint32_t)size;
	return size <= length ? intrinsic_copy_out(data, length, copy, size) : 0;
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
		intrinsic_fail(UNPACK_EXCEPTION, "blockchain parameters of %u bytes do not decode", (unsigned)length);
	config.max_action_return_value_size = before.max_action_return_value_size;
	intrinsic_check(apply_set_parameters(context, &config));
}

/* BLOCKCHAIN_PARAMETERS: a parameter's number is its place here. */
static const struct parameter {
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

static const struct parameter *parameter_at(struct cursor *in)
{
	uint32_t id = cursor_varuint32(in);
	if (in->failed)
		intrinsic_fail(UNPACK_EXCEPTION, "blockchain parameters do not decode");
	if (id >= sizeof parameters / sizeof *parameters)
		intrinsic_fail(ACTION_VALIDATE_EXCEPTION, "chain_config_v1 unpack: id %u not supported",
		               (unsigned)id);
	return &parameters[id];
}

uint32_t intrinsic_get_parameters_packed(const void *ids, uint32_t ids_length, void *data, uint32_t length)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION | FOR_PRIVILEGED);
	struct cursor in = cursor_make(ids, ids_length);
	struct chain_config config;
	uint8_t out[5 + 10 * sizeof parameters / sizeof *parameters];
	size_t size = 0;
	uint32_t count = cursor_varuint32(&in);
	if (in.failed || count > sizeof parameters / sizeof *parameters)
		intrinsic_fail(UNPACK_EXCEPTION, "blockchain parameters do not decode");
	apply_get_parameters(context, &config);
	out[size++] = (uint8_t)count;
	for (uint32_t i = 0; i < count; i++) {
		const struct parameter *parameter = parameter_at(&in);
		out[size++] = (uint8_t)(parameter - parameters);
		memcpy(out + size, (const uint8_t *)&config + parameter->offset, parameter->size);
		size += parameter->size;
	}
	if (!length)
		return (uint32_t)size;
	if (size > length)
		intrinsic_fail(ACTION_VALIDATE_EXCEPTION, "get_parameters_packed: buffer size is smaller than %zu",
		               size);
	return intrinsic_copy_out(data, length, out, size);
}

void intrinsic_set_parameters_packed(const void *data, uint32_t length)
{
	struct apply_context *context = intrinsic_enter(FOR_ACTION | FOR_PRIVILEGED);
	struct cursor in = cursor_make(data, length);
	struct chain_config config;
	bool seen[sizeof parameters / sizeof *parameters] = {false};
	apply_get_parameters(context, &config);
	uint32_t count = cursor_varuint32(&in);
	for (uint32_t i = 0; i < count; i++) {
		const struct parameter *parameter = parameter_at(&in);
		if (seen[parameter - parameters])
			intrinsic_fail(ACTION_VALIDATE_EXCEPTION, "chain_config_v1 unpack: duplicate id %d",
			               (int)(parameter - parameters));
		seen[parameter - parameters] = true;
		cursor_copy(&in, (uint8_t *)&config + parameter->offset, parameter->size);
	}
	if (in.failed)
		intrinsic_fail(UNPACK_EXCEPTION, "blockchain parameters do not decode");
	intrinsic_check(apply_set_parameters(context, &config));
}

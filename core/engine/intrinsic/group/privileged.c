/* Intrinsics of privileged contracts: resource limits, privileges, chain parameters, protocol features;
 * the producers are in producer.c. */
#include "core/engine/intrinsic/intrinsic.h"

#include <string.h>

void intrinsic_get_resource_limits(uint64_t account, int64_t *ram_bytes, int64_t *net_weight,
                                   int64_t *cpu_weight)
{
	intrinsic_check(apply_get_resource_limits(intrinsic_enter(FOR_ACTION | FOR_PRIVILEGED), ram_bytes,
	                                          net_weight, cpu_weight, account));
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
	intrinsic_check(apply_is_privileged(intrinsic_enter(FOR_ACTION | FOR_PRIVILEGED), &privileged, account));
	return privileged;
}

void intrinsic_set_privileged(uint64_t account, bool privileged)
{
	intrinsic_check(apply_set_privileged(intrinsic_enter(FOR_ACTION | FOR_PRIVILEGED), account, privileged));
}

void intrinsic_preactivate_feature(const uint8_t *digest)
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

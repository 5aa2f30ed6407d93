/* Which protocol features a state has activated. */
#ifndef EOSIOFS_CORE_ENGINE_STATE_FEATURE_H
#define EOSIOFS_CORE_ENGINE_STATE_FEATURE_H

#include "core/base/error.h"
#include "core/engine/state/state_key.h"
#include "core/types/feature.h"

/* A state's features. */
struct feature_set {
	uint32_t activation_block[FEATURE_COUNT]; /* 0: not active */
	uint8_t order[FEATURE_COUNT];             /* enum feature, as activated */
	size_t order_count;
	uint8_t preactivated[FEATURE_COUNT]; /* waiting for the next block, in their order */
	size_t preactivated_count;
};
static inline bool feature_active(const struct feature_set *set, enum feature feature)
{
	return set->activation_block[feature] != 0;
}
void feature_set_get(const struct map_root *root, struct feature_set *out); /* none at genesis */
void feature_set_put(struct map_edit *edit, const struct feature_set *set);

/* preactivate_feature's checks and effect on the set. */
int feature_preactivate(struct feature_set *set, const struct checksum256 *digest, struct error *error);
/* What a block's header says it activates: checks (recognized, once, dependencies, preactivation; all
 * preactivated ones are there) and effect. */
int feature_activate(struct feature_set *set, const struct checksum256 *digests, size_t count,
                     uint32_t block_num, struct error *error);

#endif

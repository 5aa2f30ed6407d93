/* Protocol features: the table of protocol.md D.7, and which of them a state has activated. */
#ifndef EOSIOFS_CORE_ENGINE_STATE_FEATURE_H
#define EOSIOFS_CORE_ENGINE_STATE_FEATURE_H

#include "core/base/error.h"
#include "core/engine/state/state_key.h"

/* Rows of the table, in its order. */
enum feature {
	FEATURE_PREACTIVATE_FEATURE,
	FEATURE_ONLY_LINK_TO_EXISTING_PERMISSION,
	FEATURE_REPLACE_DEFERRED,
	FEATURE_NO_DUPLICATE_DEFERRED_ID,
	FEATURE_FIX_LINKAUTH_RESTRICTION,
	FEATURE_DISALLOW_EMPTY_PRODUCER_SCHEDULE,
	FEATURE_RESTRICT_ACTION_TO_SELF,
	FEATURE_ONLY_BILL_FIRST_AUTHORIZER,
	FEATURE_FORWARD_SETCODE,
	FEATURE_GET_SENDER,
	FEATURE_RAM_RESTRICTIONS,
	FEATURE_WEBAUTHN_KEY,
	FEATURE_WTMSIG_BLOCK_SIGNATURES,
	FEATURE_ACTION_RETURN_VALUE,
	FEATURE_BLOCKCHAIN_PARAMETERS,
	FEATURE_GET_CODE_HASH,
	FEATURE_CONFIGURABLE_WASM_LIMITS2,
	FEATURE_CRYPTO_PRIMITIVES,
	FEATURE_GET_BLOCK_NUM,
	FEATURE_COUNT
};

struct feature_row {
	uint8_t id;              /* the codename's number */
	const char *name;        /* "PREACTIVATE_FEATURE" */
	const char *description; /* hex of the description's digest */
	enum feature dependency; /* FEATURE_COUNT: none */
	bool preactivation_required;
};
extern const struct feature_row feature_table[FEATURE_COUNT];

struct checksum256 feature_digest(enum feature feature); /* H(u32 0 || description || dependencies || id) */
enum feature feature_find(const struct checksum256 *digest); /* FEATURE_COUNT: not recognized */

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

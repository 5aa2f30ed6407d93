/* Protocol features: the table of protocol.md D.7. */
#ifndef EOSIOFS_CORE_TYPES_FEATURE_H
#define EOSIOFS_CORE_TYPES_FEATURE_H

#include "core/base/crypto/hash.h"

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

#endif

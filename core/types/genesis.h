/* genesis.json, the chain's configuration, and the chain id made of them (protocol.md D.8). */
#ifndef EOSIOFS_CORE_TYPES_GENESIS_H
#define EOSIOFS_CORE_TYPES_GENESIS_H

#include "core/base/crypto/key.h"
#include "core/base/encoding/json.h"

struct chain_config {
	uint64_t max_block_net_usage;
	uint32_t target_block_net_usage_pct, max_transaction_net_usage, base_per_transaction_net_usage,
		net_usage_leeway;
	uint32_t context_free_discount_net_usage_num, context_free_discount_net_usage_den;
	uint32_t max_block_cpu_usage, target_block_cpu_usage_pct, max_transaction_cpu_usage,
		min_transaction_cpu_usage;
	uint32_t max_transaction_lifetime, deferred_trx_expiration_window, max_transaction_delay,
		max_inline_action_size;
	uint16_t max_inline_action_depth, max_authority_depth;
	uint32_t max_action_return_value_size; /* v1: not in genesis, 256 */
};

/* The 17 fields of v0, 68 bytes. */
void chain_config_pack(struct bytes *out, const struct chain_config *config);
int chain_config_unpack(struct chain_config *out, struct cursor *in);
int chain_config_validate(const struct chain_config *config, struct error *error); /* D.8's rules, 3050000 */
/* A JSON object: members that are missing keep their values in *out. -EINVAL; 3050000 by D.8's rules. */
int chain_config_parse(struct chain_config *out, const struct json *json, struct error *error);
/* a JSON object of the 17 fields */
void chain_config_print(struct text *out, const struct chain_config *config);

struct genesis {
	int64_t initial_timestamp; /* microseconds */
	struct public_key initial_key;
	struct chain_config initial_configuration;
};

/* The boot tutorial's configuration (D.8) with the tutorial's genesis key. */
void genesis_default(struct genesis *out);
#define GENESIS_PUBLIC_KEY "EOS8Znrtgwt8TfpmbVpTKvA2oB8Nqey625CLN8bCN3TEbgx86Dsvr"
#define GENESIS_PRIVATE_KEY "5K463ynhZoCDDa4RDcr63cUwWLTnKqmdcoTKTHBjqoKfv4u5V7p"
/* Unknown members are ignored, missing configuration members keep genesis_default()'s values. */
int genesis_parse(struct genesis *out, const char *text, size_t length, struct error *error);
void genesis_print(struct text *out, const struct genesis *genesis); /* pretty JSON, as a genesis.json */
void genesis_pack(struct bytes *out, const struct genesis *genesis);
int genesis_unpack(struct genesis *out, struct cursor *in);
struct checksum256 genesis_chain_id(const struct genesis *genesis);

#endif

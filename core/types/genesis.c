/* The genesis state and the chain's configuration, whose fields are one table: bytes, JSON and defaults
 * follow it (protocol.md D.8). */
#include "core/types/genesis.h"

#include "core/base/exception.h"
#include "core/types/time.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

enum {
	PERCENT_MINIMUM = 10,
	PERCENT_100 = 10000,
	NET_DELTA_MINIMUM = 10240,
	RETURN_VALUE_MAXIMUM = 20 << 20
};

/* The 17 fields of v0 in their order. */
#define CONFIGURATION(FIELD)                                                                          \
	FIELD(max_block_net_usage) FIELD(target_block_net_usage_pct) FIELD(max_transaction_net_usage)      \
	FIELD(base_per_transaction_net_usage) FIELD(net_usage_leeway)                                      \
	FIELD(context_free_discount_net_usage_num) FIELD(context_free_discount_net_usage_den)              \
	FIELD(max_block_cpu_usage) FIELD(target_block_cpu_usage_pct) FIELD(max_transaction_cpu_usage)      \
	FIELD(min_transaction_cpu_usage) FIELD(max_transaction_lifetime)                                   \
	FIELD(deferred_trx_expiration_window) FIELD(max_transaction_delay) FIELD(max_inline_action_size)   \
	FIELD(max_inline_action_depth) FIELD(max_authority_depth)
#define NAME(member) #member,
#define FIELD(member) PACKED_FIELD(struct chain_config, member),
static const char *const names[] = {CONFIGURATION(NAME)};
static const struct packed_field fields[] = {CONFIGURATION(FIELD){0}};
#undef NAME
#undef FIELD
enum { FIELDS = sizeof names / sizeof names[0] };

static uint64_t field_get(const struct chain_config *config, size_t i)
{
	uint64_t value = 0;
	memcpy(&value, (const char *)config + fields[i].offset, fields[i].size);
	return value;
}

/* --- configuration --- */

void chain_config_pack(struct bytes *out, const struct chain_config *config)
{
	bytes_put_fields(out, config, fields);
}

int chain_config_unpack(struct chain_config *out, struct cursor *in)
{
	*out = (struct chain_config){.max_action_return_value_size = 256};
	cursor_fields(in, out, fields);
	return in->failed ? -EINVAL : 0;
}

int chain_config_validate(const struct chain_config *c, struct error *error)
{
	const struct {
		bool holds;
		const char *otherwise;
	} rules[] = {
		{c->target_block_net_usage_pct <= PERCENT_100,
	     "target block net usage percentage cannot exceed 100%"},
		{c->target_block_net_usage_pct >= PERCENT_MINIMUM,
	     "target block net usage percentage must be at least 0.1%"},
		{c->target_block_cpu_usage_pct <= PERCENT_100,
	     "target block cpu usage percentage cannot exceed 100%"},
		{c->target_block_cpu_usage_pct >= PERCENT_MINIMUM,
	     "target block cpu usage percentage must be at least 0.1%"},
		{c->max_transaction_net_usage < c->max_block_net_usage,
	     "max transaction net usage must be less than max block net usage"},
		{c->max_transaction_cpu_usage < c->max_block_cpu_usage,
	     "max transaction cpu usage must be less than max block cpu usage"},
		{c->base_per_transaction_net_usage < c->max_transaction_net_usage,
	     "base net usage per transaction must be less than the max transaction net usage"},
		{c->max_transaction_net_usage - c->base_per_transaction_net_usage >= NET_DELTA_MINIMUM,
	     "max transaction net usage must be at least 10240 bytes larger than base net usage per transaction"},
		{c->context_free_discount_net_usage_den > 0,
	     "net usage discount ratio for context free data cannot have a 0 denominator"},
		{c->context_free_discount_net_usage_num <= c->context_free_discount_net_usage_den,
	     "net usage discount ratio for context free data cannot exceed 1"},
		{c->min_transaction_cpu_usage <= c->max_transaction_cpu_usage,
	     "min transaction cpu usage cannot exceed max transaction cpu usage"},
		{c->max_transaction_cpu_usage < c->max_block_cpu_usage - c->min_transaction_cpu_usage,
	     "max transaction cpu usage must be at less than the difference between the max block cpu usage and "
	     "the min transaction cpu usage"},
		{c->max_authority_depth >= 1, "max authority depth should be at least 1"},
		{c->max_action_return_value_size <= RETURN_VALUE_MAXIMUM,
	     "max action return value size should be less than MAX_SIZE_OF_BYTE_ARRAYS"},
	};

	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		if (!rules[i].holds)
			return error_chain(error, ACTION_VALIDATE_EXCEPTION, "%s", rules[i].otherwise);
	return 0;
}

void chain_config_print(struct text *out, const struct chain_config *config)
{
	for (size_t i = 0; i < FIELDS; i++) {
		uint64_t value = field_get(config, i);
		const char *quote = value > UINT32_MAX ? "\"" : ""; /* as nodeos prints integers */

		text_printf(out, "%s\"%s\":%s%" PRIu64 "%s", i ? "," : "{", names[i], quote, value, quote);
	}
	text_append_char(out, '}');
}

/* --- genesis --- */

void genesis_default(struct genesis *out)
{
	*out = (struct genesis){
		.initial_timestamp = INT64_C(1519992000000000), /* 2018-03-02T12:00:00 */
		.initial_configuration = {
			.max_block_net_usage = 1048576,
			.target_block_net_usage_pct = 1000,
			.max_transaction_net_usage = 524288,
			.base_per_transaction_net_usage = 12,
			.net_usage_leeway = 500,
			.context_free_discount_net_usage_num = 20,
			.context_free_discount_net_usage_den = 100,
			.max_block_cpu_usage = 100000,
			.target_block_cpu_usage_pct = 500,
			.max_transaction_cpu_usage = 90000,
			.min_transaction_cpu_usage = 100,
			.max_transaction_lifetime = 3600,
			.deferred_trx_expiration_window = 600,
			.max_transaction_delay = 3888000,
			.max_inline_action_size = 4096,
			.max_inline_action_depth = 4,
			.max_authority_depth = 6,
			.max_action_return_value_size = 256,
		},
	};
	public_key_parse(&out->initial_key, GENESIS_PUBLIC_KEY, NULL);
}

int chain_config_parse(struct chain_config *out, const struct json *json, struct error *error)
{
	if (json_type(json) != JSON_OBJECT)
		return error_set(error, EINVAL, "the configuration must be an object");
	for (size_t i = 0; i < FIELDS; i++) {
		const struct json *member = json_member(json, names[i]);
		uint64_t value, most = UINT64_MAX >> (64 - 8 * fields[i].size);

		if (json_type(member) == JSON_MISSING)
			continue;
		if (json_uint64(&value, member) || value > most)
			return error_set(error, EINVAL, "'%s' must be a number from 0 to %" PRIu64, names[i], most);
		memcpy((char *)out + fields[i].offset, &value, fields[i].size);
	}
	return chain_config_validate(out, error);
}

int genesis_parse(struct genesis *out, const char *text, size_t length, struct error *error)
{
	struct json *root = NULL;
	const struct json *configuration;
	const char *member;
	int result = json_parse(&root, text, length, error);

	genesis_default(out);
	if (result)
		goto out;
	if (json_type(root) != JSON_OBJECT) {
		result = error_set(
			error, EINVAL,
			"it must be an object with initial_timestamp, initial_key and initial_configuration");
		goto out;
	}
	member = json_string(json_member(root, "initial_timestamp"));
	result = member ? time_point_parse(&out->initial_timestamp, member, error)
	                : error_set(error, EINVAL, "'initial_timestamp' must be a time");
	if (result)
		goto out;
	member = json_string(json_member(root, "initial_key"));
	result = member ? public_key_parse(&out->initial_key, member, error)
	                : error_set(error, EINVAL, "'initial_key' must be a public key");
	configuration = json_member(root, "initial_configuration");
	if (result == 0 && configuration)
		result = chain_config_parse(&out->initial_configuration, configuration, error);
out:
	if (result)
		error_prefix(error, "genesis");
	json_release(root);
	return result;
}

void genesis_print(struct text *out, const struct genesis *genesis)
{
	struct text compact = TEXT_EMPTY;
	text_printf(&compact, "{\"initial_timestamp\":\"%s\",\"initial_key\":\"%s\",\"initial_configuration\":",
	            time_point_text(genesis->initial_timestamp).text,
	            public_key_text(&genesis->initial_key).text);
	chain_config_print(&compact, &genesis->initial_configuration);
	text_append_char(&compact, '}');
	json_indent(out, compact.data, compact.length);
	text_release(&compact);
}

void genesis_pack(struct bytes *out, const struct genesis *genesis)
{
	bytes_put_u64(out, (uint64_t)genesis->initial_timestamp);
	public_key_pack(out, &genesis->initial_key);
	chain_config_pack(out, &genesis->initial_configuration);
}

int genesis_unpack(struct genesis *out, struct cursor *in)
{
	*out = (struct genesis){.initial_timestamp = (int64_t)cursor_u64(in)};
	public_key_unpack(&out->initial_key, in);
	return chain_config_unpack(&out->initial_configuration, in);
}

struct checksum256 genesis_chain_id(const struct genesis *genesis)
{
	struct bytes packed = {0};
	genesis_pack(&packed, genesis);
	return hash_packed(&packed);
}

/* Transactions from JSON, member by member. */
#include "core/server/chain/parse_transaction.h"

#include "core/base/encoding/hex.h"
#include "core/base/memory.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_MAXIMUM = 4096 };

/* Ill-typed: what a caller makes of it differs from call to call. */
static int ill_typed(struct call *call)
{
	call->bad = true;
	return -EINVAL;
}

static int missing_member(struct call *call, const char *what)
{
	return error_chain(&call->error, PACKED_TRANSACTION_TYPE_EXCEPTION, "Missing %s", what);
}

static int take_hex(struct bytes *out, const char *text)
{
	size_t length = strlen(text);
	uint8_t *bytes = memory_allocate(length / 2 + 1, 1);
	int result = length % 2 ? -EINVAL : hex_parse(bytes, text, length);
	if (result == 0)
		bytes_put(out, bytes, length / 2);
	free(bytes);
	return result;
}

static int take_name(struct call *call, uint64_t *out, const struct json *json)
{
	const char *text = json_string(json);
	return text ? name_parse(out, text, &call->error) : ill_typed(call);
}

static int take_levels(struct call *call, struct action *out, const struct json *list)
{
	int result = 0;
	if (json_type(list) == JSON_MISSING)
		return 0;
	if (json_type(list) != JSON_ARRAY || json_count(list) > LIST_MAXIMUM)
		return ill_typed(call);
	out->authorization = memory_allocate(json_count(list) + 1, sizeof *out->authorization);
	for (const struct json *at = json_first(list); at && result == 0; at = json_next(at)) {
		struct permission_level *level = &out->authorization[out->authorization_count++];
		if (json_type(at) != JSON_OBJECT)
			return ill_typed(call);
		result = take_name(call, &level->actor, json_member(at, "actor"));
		if (result == 0)
			result = take_name(call, &level->permission, json_member(at, "permission"));
	}
	return result;
}

static int take_object_data(struct call *call, struct action *out, const struct json *data)
{
	struct chain_abi *abi = NULL;
	if (!call->view)
		return ill_typed(call); /* a wallet knows no ABIs */
	int result = chain_abi_get(call->view, &abi, out->account, &call->error);
	const char *type = result ? NULL : abi_action_type(abi->abi, out->name);

	if (type)
		result = abi_to_binary(abi->abi, &out->data, type, data, &call->error);
	else
		result = error_chain(&call->error, PACKED_TRANSACTION_TYPE_EXCEPTION,
		                     "Failed to deserialize data for %s:%s", name_text(out->account).text,
		                     name_text(out->name).text);
	chain_abi_release(call->chain, abi);
	return result;
}

/* hex_data stands beside data that was shown by an ABI, and goes before it. */
static int take_data(struct call *call, struct action *out, const struct json *json)
{
	const struct json *data = json_member(json, "data");
	const char *text = json_string(data), *hex = json_string(json_member(json, "hex_data"));

	if (hex && take_hex(&out->data, hex) == 0)
		return 0;
	if (text && take_hex(&out->data, text) == 0)
		return 0;
	if (json_type(data) == JSON_OBJECT || json_type(data) == JSON_ARRAY)
		return take_object_data(call, out, data);
	if (text)
		return ill_typed(call);
	return error_chain(&call->error, PACKED_TRANSACTION_TYPE_EXCEPTION,
	                   "Failed to deserialize data for %s:%s", name_text(out->account).text,
	                   name_text(out->name).text);
}

static int take_action(struct call *call, struct action *out, const struct json *json)
{
	if (json_type(json) != JSON_OBJECT)
		return ill_typed(call);
	if (!json_member(json, "account"))
		return missing_member(call, "account");
	if (!json_member(json, "name"))
		return missing_member(call, "name");
	int result = take_name(call, &out->account, json_member(json, "account"));
	if (result == 0)
		result = take_name(call, &out->name, json_member(json, "name"));
	if (result == 0)
		result = take_levels(call, out, json_member(json, "authorization"));
	return result ? result : take_data(call, out, json);
}

static int take_actions(struct call *call, struct action **out, size_t *count, const struct json *list)
{
	int result = 0;
	if (json_type(list) == JSON_MISSING)
		return 0;
	if (json_type(list) != JSON_ARRAY || json_count(list) > LIST_MAXIMUM)
		return ill_typed(call);
	*out = memory_allocate(json_count(list) + 1, sizeof **out);
	for (const struct json *at = json_first(list); at && result == 0; at = json_next(at))
		result = take_action(call, &(*out)[(*count)++], at);
	return result;
}

/* [[type, "hex"], …] */
static int take_extensions(struct call *call, struct transaction *out, const struct json *list)
{
	if (json_type(list) == JSON_MISSING)
		return 0;
	if (json_type(list) != JSON_ARRAY || json_count(list) > LIST_MAXIMUM)
		return ill_typed(call);
	out->extensions = memory_allocate(json_count(list) + 1, sizeof *out->extensions);
	for (const struct json *at = json_first(list); at; at = json_next(at)) {
		struct extension *extension = &out->extensions[out->extensions_count++];
		const char *hex = json_string(json_next(json_first(at)));
		if (json_count(at) != 2 || !hex || take_hex(&extension->data, hex) != 0)
			return ill_typed(call);
		extension->type = (uint16_t)value_uint64(call, json_first(at));
	}
	return call->bad ? -EINVAL : 0;
}

/* Whole seconds; a fraction is cut off. */
static int take_expiration(struct call *call, uint32_t *out, const struct json *json)
{
	const char *text = json_string(json);
	int64_t us = 0;
	if (json_type(json) == JSON_MISSING)
		return 0;
	if (!text || time_point_parse(&us, text, NULL) != 0)
		return ill_typed(call);
	*out = (uint32_t)(us / SECOND_US);
	return 0;
}

int parse_transaction(struct call *call, struct transaction *out, const struct json *json)
{
	*out = (struct transaction){
		.ref_block_num = (uint16_t)value_uint64(call, json_member(json, "ref_block_num")),
		.ref_block_prefix = (uint32_t)value_uint64(call, json_member(json, "ref_block_prefix")),
		.max_net_usage_words = (uint32_t)value_uint64(call, json_member(json, "max_net_usage_words")),
		.max_cpu_usage_ms = (uint8_t)value_uint64(call, json_member(json, "max_cpu_usage_ms")),
		.delay_sec = (uint32_t)value_uint64(call, json_member(json, "delay_sec")),
	};
	int result = call->bad ? -EINVAL
	                       : take_expiration(call, &out->expiration, json_member(json, "expiration"));
	if (result == 0)
		result = take_actions(call, &out->context_free_actions, &out->context_free_actions_count,
		                      json_member(json, "context_free_actions"));
	if (result == 0)
		result = take_actions(call, &out->actions, &out->actions_count, json_member(json, "actions"));
	if (result == 0)
		result = take_extensions(call, out, json_member(json, "transaction_extensions"));
	return result;
}

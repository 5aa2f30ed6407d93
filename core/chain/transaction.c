/* Transactions from JSON in nodeos's layout: actions' data by their contracts' ABIs, or as hexadecimal
 * bytes. */
#include "core/chain/chain.h"

#include "core/base/encoding/hex.h"
#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ACTIONS_MAXIMUM = 256, AUTHORIZATIONS_MAXIMUM = 256 };

static int parse_name_member(uint64_t *out, const struct json *object, const char *member,
                             struct error *error)
{
	const char *text = json_string(json_member(object, member));

	if (!text)
		return error_set(error, EINVAL, "an action has no \"%s\"", member);
	return name_parse(out, text, error);
}

static int parse_level(struct permission_level *out, const struct json *json, struct error *error)
{
	if (json_string(json))
		return permission_level_parse(out, json_string(json), error);
	const char *actor = json_string(json_member(json, "actor")),
	           *permission = json_string(json_member(json, "permission"));
	if (!actor || !permission)
		return error_set(error, EINVAL,
		                 "a permission level is {\"actor\", \"permission\"} or \"ACTOR@PERMISSION\"");
	int result = name_parse(&out->actor, actor, error);
	return result ? result : name_parse(&out->permission, permission, error);
}

int permission_levels_parse_json(struct permission_level **out, size_t *count, const struct json *json,
                                 struct error *error)
{
	int result = 0;
	*out = memory_allocate(json_count(json) + 1, sizeof **out);
	*count = 0;
	if (json_type(json) != JSON_ARRAY || json_count(json) > AUTHORIZATIONS_MAXIMUM)
		result = error_set(error, EINVAL, "permission levels are a list of at most %d",
		                   AUTHORIZATIONS_MAXIMUM);
	for (const struct json *level = json_first(json); level && result == 0; level = json_next(level))
		result = parse_level(&(*out)[(*count)++], level, error);
	if (result) {
		free(*out);
		*out = NULL;
		*count = 0;
	}
	return result;
}

/* Data given as bytes; false: it is no hexadecimal string. */
static bool take_hex(struct bytes *out, const struct json *data)
{
	const char *text = json_string(data);
	size_t length = text ? strlen(text) : 0;
	uint8_t *bytes = memory_allocate(length / 2 + 1, 1);
	bool taken = text && length % 2 == 0 && hex_parse(bytes, text, length) == 0;

	if (taken)
		bytes_put(out, bytes, length / 2);
	free(bytes);
	return taken;
}

static int parse_action(struct chain_view *view, struct action *out, const struct json *json,
                        struct error *error)
{
	/* hex_data stands beside data that was shown by an ABI */
	const struct json *hex = json_member(json, "hex_data"), *data = json_member(json, "data");
	struct permission_level *levels = NULL;
	uint64_t account = 0, name = 0;
	size_t count = 0;
	int result = parse_name_member(&account, json, "account", error);

	*out = (struct action){0};
	if (result == 0)
		result = parse_name_member(&name, json, "name", error);
	if (result == 0 && json_type(json_member(json, "authorization")) != JSON_MISSING)
		result = permission_levels_parse_json(&levels, &count, json_member(json, "authorization"), error);
	if (result == 0) {
		struct action action = {.account = account, .name = name};
		if (take_hex(&action.data, hex) || take_hex(&action.data, data)) {
			action.authorization = memory_copy(levels, count * sizeof *levels);
			action.authorization_count = count;
			*out = action;
		} else {
			result = chain_action_make(view, out, account, name, data, levels, count, error);
		}
	}
	free(levels);
	return result;
}

int chain_actions_parse(struct chain_view *view, struct action **out, size_t *count, const struct json *json,
                        struct error *error)
{
	int result = 0;
	*count = 0;
	*out = memory_allocate(json_count(json) + 1, sizeof **out);
	if (json_count(json) > ACTIONS_MAXIMUM)
		result = error_set(error, EINVAL, "a transaction has at most %d actions here", ACTIONS_MAXIMUM);
	for (const struct json *action = json_first(json); action && result == 0; action = json_next(action))
		if ((result = parse_action(view, &(*out)[*count], action, error)) == 0)
			(*count)++;
	return result;
}

static int parse_number(uint32_t *out, const struct json *object, const char *member, uint32_t maximum,
                        struct error *error)
{
	const struct json *json = json_member(object, member);
	uint64_t value = 0;

	if (json_type(json) == JSON_MISSING)
		return 0;
	if (json_uint64(&value, json) != 0 || value > maximum)
		return error_set(error, EINVAL, "%s is no whole number from 0 to %" PRIu32, member, maximum);
	*out = (uint32_t)value;
	return 0;
}

/* [[type, "bytes"], …] */
static int parse_extensions(struct transaction *out, const struct json *list, struct error *error)
{
	out->extensions = memory_allocate(json_count(list) + 1, sizeof *out->extensions);
	for (const struct json *at = json_first(list); at; at = json_next(at)) {
		struct extension *extension = &out->extensions[out->extensions_count++];
		uint64_t type = 0;
		if (json_count(at) != 2 || json_uint64(&type, json_first(at)) != 0 || type > UINT16_MAX ||
		    !take_hex(&extension->data, json_next(json_first(at))))
			return error_set(error, EINVAL,
			                 "an extension of a transaction is [NUMBER, \"HEXADECIMAL BYTES\"]");
		extension->type = (uint16_t)type;
	}
	return 0;
}

int chain_transaction_parse(struct chain_view *view, struct transaction *out, const struct json *json,
                            struct error *error)
{
	const char *expiration = json_string(json_member(json, "expiration"));
	uint32_t block = 0, prefix = 0, words = 0, milliseconds = 0, delay = 0;
	int result;

	*out = (struct transaction){0};
	if (json_type(json_member(json, "actions")) != JSON_ARRAY)
		return error_set(error, EINVAL, "a transaction has a list of \"actions\"");
	if ((result = parse_number(&block, json, "ref_block_num", UINT16_MAX, error)) != 0 ||
	    (result = parse_number(&prefix, json, "ref_block_prefix", UINT32_MAX, error)) != 0 ||
	    (result = parse_number(&words, json, "max_net_usage_words", UINT32_MAX, error)) != 0 ||
	    (result = parse_number(&milliseconds, json, "max_cpu_usage_ms", UINT8_MAX, error)) != 0 ||
	    (result = parse_number(&delay, json, "delay_sec", UINT32_MAX, error)) != 0)
		return result;
	*out = (struct transaction){.ref_block_num = (uint16_t)block,
	                            .ref_block_prefix = prefix,
	                            .max_net_usage_words = words,
	                            .max_cpu_usage_ms = (uint8_t)milliseconds,
	                            .delay_sec = delay};
	if (expiration)
		result = time_point_sec_parse(&out->expiration, expiration, error);
	if (result == 0)
		result = chain_actions_parse(view, &out->context_free_actions, &out->context_free_actions_count,
		                             json_member(json, "context_free_actions"), error);
	if (result == 0)
		result = chain_actions_parse(view, &out->actions, &out->actions_count, json_member(json, "actions"),
		                             error);
	if (result == 0)
		result = parse_extensions(out, json_member(json, "transaction_extensions"), error);
	if (result)
		transaction_release(out);
	return result;
}

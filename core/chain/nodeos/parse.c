/* The JSON of nodeos's API in the forms of struct chain. */
#include "core/chain/nodeos/nodeos_private.h"

#include "core/base/encoding/hex.h"
#include "core/base/memory.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Some ten million rows, as nodes page them. */
enum { PAGES_MAXIMUM = 10000 };

int parse_answer_failed(struct error *error, const char *what)
{
	return error_set(error, EPROTO, "the node's answer holds no %s as nodeos writes it", what);
}

int parse_list_goes_on(unsigned *pages, bool onwards, struct error *error)
{
	return onwards && ++*pages < PAGES_MAXIMUM
	           ? 0
	           : error_set(error, EPROTO, "the node's list %s", onwards ? "has no end" : "goes in circles");
}

/* --- members --- */

bool parse_name_member(uint64_t *out, const struct json *object, const char *member)
{
	const char *text = json_string(json_member(object, member));
	*out = 0;
	return text && name_parse(out, text, NULL) == 0;
}

/* Newer nodes write a Z behind. */
static bool parse_time_member(int64_t *out_us, const struct json *object, const char *member)
{
	const char *text = json_string(json_member(object, member));
	char plain[TIME_TEXT_SIZE];
	size_t length = text ? strlen(text) : 0;

	*out_us = 0;
	if (length == 0 || length >= sizeof plain)
		return false;
	memcpy(plain, text, length + 1);
	if (plain[length - 1] == 'Z')
		plain[length - 1] = '\0';
	return time_point_parse(out_us, plain, NULL) == 0;
}

bool parse_slot_member(uint32_t *out, const struct json *object, const char *member)
{
	int64_t us;
	bool is_time = parse_time_member(&us, object, member);
	*out = is_time ? slot_from_us(us) : 0;
	return is_time;
}

bool parse_uint32_member(uint32_t *out, const struct json *object, const char *member)
{
	uint64_t value;
	*out = 0;
	if (json_uint64(&value, json_member(object, member)) != 0 || value > UINT32_MAX)
		return false;
	*out = (uint32_t)value;
	return true;
}

static bool parse_uint64_member(uint64_t *out, const struct json *object, const char *member)
{
	*out = 0;
	return json_uint64(out, json_member(object, member)) == 0;
}

static bool parse_int64_member(int64_t *out, const struct json *object, const char *member)
{
	*out = 0;
	return json_int64(out, json_member(object, member)) == 0;
}

bool parse_checksum_member(struct checksum256 *out, const struct json *object, const char *member)
{
	const char *text = json_string(json_member(object, member));
	*out = (struct checksum256){0};
	return text && checksum256_parse(out, text) == 0;
}

bool parse_hex(struct bytes *out, const struct json *json)
{
	const char *text = json_string(json);
	size_t digits = text ? strlen(text) : 1;
	if (digits % 2 != 0)
		return false;
	uint8_t *bytes = memory_allocate(digits / 2 + 1, 1);
	bool is_hex = hex_parse(bytes, text, digits) == 0;
	if (is_hex)
		bytes_put(out, bytes, digits / 2);
	free(bytes);
	return is_hex;
}

/* --- the chain --- */

int parse_info(struct chain_info *out, const struct json *json, struct error *error)
{
	*out = (struct chain_info){0};
	bool whole = parse_checksum_member(&out->chain_id, json, "chain_id") &&
	             parse_uint32_member(&out->head_block_num, json, "head_block_num") &&
	             parse_checksum_member(&out->head_block_id, json, "head_block_id") &&
	             parse_slot_member(&out->head_slot, json, "head_block_time") &&
	             parse_name_member(&out->head_block_producer, json, "head_block_producer") &&
	             parse_uint32_member(&out->irreversible_block_num, json, "last_irreversible_block_num") &&
	             parse_checksum_member(&out->irreversible_block_id, json, "last_irreversible_block_id");
	if (!whole)
		return parse_answer_failed(error, "get_info");
	/* Older nodes leave these out. */
	parse_slot_member(&out->irreversible_slot, json, "last_irreversible_block_time");
	parse_uint64_member(&out->virtual_block_cpu_limit, json, "virtual_block_cpu_limit");
	parse_uint64_member(&out->virtual_block_net_limit, json, "virtual_block_net_limit");
	parse_uint64_member(&out->block_cpu_limit, json, "block_cpu_limit");
	parse_uint64_member(&out->block_net_limit, json, "block_net_limit");
	parse_uint64_member(&out->total_cpu_weight, json, "total_cpu_weight");
	parse_uint64_member(&out->total_net_weight, json, "total_net_weight");
	return 0;
}

static int parse_keys(struct producer_authority *out, const struct json *list, struct error *error)
{
	out->keys = memory_allocate(json_count(list) + 1, sizeof *out->keys);
	for (const struct json *item = json_first(list); item; item = json_next(item)) {
		const char *key = json_string(json_member(item, "key"));
		uint32_t weight;
		if (!key || !parse_uint32_member(&weight, item, "weight") || weight > UINT16_MAX)
			return parse_answer_failed(error, "schedule");
		int result = public_key_parse(&out->keys[out->keys_count].key, key, error);
		if (result)
			return result;
		out->keys[out->keys_count++].weight = (uint16_t)weight;
	}
	return 0;
}

/* {"producer_name", "authority": [0, {"threshold", "keys"}]}, or with one "block_signing_key". */
static int parse_producer(struct producer_authority *out, const struct json *json, struct error *error)
{
	const char *single = json_string(json_member(json, "block_signing_key"));
	const struct json *authority = json_next(json_first(json_member(json, "authority")));

	if (!parse_name_member(&out->producer_name, json, "producer_name"))
		return parse_answer_failed(error, "schedule");
	if (authority)
		return parse_uint32_member(&out->threshold, authority, "threshold")
		           ? parse_keys(out, json_member(authority, "keys"), error)
		           : parse_answer_failed(error, "schedule");
	out->threshold = 1;
	out->keys = memory_allocate(1, sizeof *out->keys);
	out->keys[0].weight = 1;
	out->keys_count = 1;
	return single ? public_key_parse(&out->keys[0].key, single, error)
	              : parse_answer_failed(error, "schedule");
}

int parse_schedule(struct producer_schedule *out, const struct json *json, struct error *error)
{
	const struct json *list = json_member(json, "producers");

	*out = (struct producer_schedule){0};
	if (json_type(json) == JSON_NULL || json_type(json) == JSON_MISSING)
		return 0;
	if (!parse_uint32_member(&out->version, json, "version") || json_count(list) > SCHEDULE_PRODUCERS_MAXIMUM)
		return parse_answer_failed(error, "schedule");
	out->producers = memory_allocate(json_count(list) + 1, sizeof *out->producers);
	for (const struct json *item = json_first(list); item; item = json_next(item)) {
		int result = parse_producer(&out->producers[out->producers_count++], item, error);
		if (result) {
			producer_schedule_release(out);
			return result;
		}
	}
	return 0;
}

const struct json *parse_find_feature(const struct json *list, const struct checksum256 *digest)
{
	for (const struct json *item = json_first(list); item; item = json_next(item)) {
		struct checksum256 other;
		if (parse_checksum_member(&other, item, "feature_digest") && checksum256_equal(&other, digest))
			return item;
	}
	return NULL;
}

/* --- accounts --- */

static struct chain_limit parse_limit(const struct json *json)
{
	struct chain_limit limit;
	parse_int64_member(&limit.used, json, "used");
	parse_int64_member(&limit.available, json, "available");
	parse_int64_member(&limit.max, json, "max");
	parse_int64_member(&limit.current_used, json, "current_used");
	parse_slot_member(&limit.last_usage_slot, json, "last_usage_update_time");
	return limit;
}

static size_t parse_links(struct chain_linked_action **out, const struct json *list)
{
	size_t count = 0;
	*out = json_count(list) ? memory_allocate(json_count(list), sizeof **out) : NULL;
	for (const struct json *item = json_first(list); item; item = json_next(item)) {
		struct chain_linked_action link;
		parse_name_member(&link.action, item, "action"); /* null: the whole contract */
		if (parse_name_member(&link.account, item, "account"))
			(*out)[count++] = link;
	}
	return count;
}

static int parse_permissions(struct chain_account *out, const struct json *list, struct error *error)
{
	out->permissions = memory_allocate(json_count(list) + 1, sizeof *out->permissions);
	for (const struct json *item = json_first(list); item; item = json_next(item)) {
		struct chain_permission *permission = &out->permissions[out->permissions_count++];
		if (!parse_name_member(&permission->name, item, "perm_name"))
			return parse_answer_failed(error, "permission");
		parse_name_member(&permission->parent, item, "parent");
		int result = authority_parse(&permission->authority, json_member(item, "required_auth"), error);
		if (result)
			return result;
		permission->linked_actions_count = parse_links(&permission->linked_actions,
		                                               json_member(item, "linked_actions"));
	}
	return 0;
}

static int compare_permissions(const void *a, const void *b)
{
	uint64_t left = ((const struct chain_permission *)a)->name,
	         right = ((const struct chain_permission *)b)->name;
	return left < right ? -1 : left > right;
}

int parse_account(struct chain_account *out, const struct json *json, struct error *error)
{
	*out = (struct chain_account){0};
	if (!parse_name_member(&out->name, json, "account_name") ||
	    !parse_time_member(&out->created, json, "created") ||
	    !parse_int64_member(&out->ram_quota, json, "ram_quota") ||
	    !parse_int64_member(&out->ram_usage, json, "ram_usage"))
		return parse_answer_failed(error, "account");
	out->privileged = json_is_true(json_member(json, "privileged"));
	parse_time_member(&out->last_code_update, json, "last_code_update");
	parse_int64_member(&out->net_weight, json, "net_weight");
	parse_int64_member(&out->cpu_weight, json, "cpu_weight");
	out->net_limit = parse_limit(json_member(json, "net_limit"));
	out->cpu_limit = parse_limit(json_member(json, "cpu_limit"));
	out->any_linked_actions_count = parse_links(&out->any_linked_actions,
	                                            json_member(json, "eosio_any_linked_actions"));
	int result = parse_permissions(out, json_member(json, "permissions"), error);
	if (result) {
		chain_account_release(out);
		return result;
	}
	if (out->permissions_count)
		qsort(out->permissions, out->permissions_count, sizeof *out->permissions, compare_permissions);
	return 0;
}

/* Permission levels and authorities: bytes, text, JSON (protocol.md C.1). */
#include "core/types/authority.h"

#include "core/base/exception.h"
#include "core/base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AUTHORITY_ENTRIES_MAXIMUM = 65536 };
enum { KEY_WEIGHT_MINIMUM = 36, LEVEL_WEIGHT_SIZE = 18, WAIT_WEIGHT_SIZE = 6 }; /* packed */

void authority_release(struct authority *authority)
{
	free(authority->keys);
	free(authority->accounts);
	free(authority->waits);
	*authority = (struct authority){0};
}

struct authority authority_of_key(const struct public_key *key)
{
	struct authority authority = {
		.threshold = 1, .keys = memory_allocate(1, sizeof(struct key_weight)), .keys_count = 1};

	authority.keys[0] = (struct key_weight){*key, 1};
	return authority;
}

struct authority authority_of_permission(const struct permission_level *level)
{
	struct authority authority = {.threshold = 1,
	                              .accounts = memory_allocate(1, sizeof(struct permission_level_weight)),
	                              .accounts_count = 1};

	authority.accounts[0] = (struct permission_level_weight){*level, 1};
	return authority;
}

bool authority_names_key(const struct authority *authority, const struct public_key *key)
{
	for (size_t i = 0; i < authority->keys_count; i++)
		if (public_key_compare(&authority->keys[i].key, key) == 0)
			return true;
	return false;
}

bool authority_valid(const struct authority *authority)
{
	uint64_t weights = 0;
	if (!authority->threshold || authority->keys_count + authority->accounts_count + authority->waits_count >
	                                 AUTHORITY_ENTRIES_MAXIMUM)
		return false;
	for (size_t i = 0; i < authority->keys_count; i++) {
		if (i && public_key_compare(&authority->keys[i - 1].key, &authority->keys[i].key) >= 0)
			return false;
		weights += authority->keys[i].weight;
	}
	for (size_t i = 0; i < authority->accounts_count; i++) {
		if (i && permission_level_compare(&authority->accounts[i - 1].permission,
		                                  &authority->accounts[i].permission) >= 0)
			return false;
		weights += authority->accounts[i].weight;
	}
	for (size_t i = 0; i < authority->waits_count; i++) {
		if (i ? authority->waits[i - 1].wait_sec >= authority->waits[i].wait_sec
		      : !authority->waits[i].wait_sec)
			return false;
		weights += authority->waits[i].weight;
	}
	return weights >= authority->threshold;
}

/* --- bytes --- */

void key_weights_pack(struct bytes *out, const struct key_weight *keys, size_t count)
{
	bytes_put_varuint32(out, (uint32_t)count);
	for (size_t i = 0; i < count; i++) {
		public_key_pack(out, &keys[i].key);
		bytes_put_u16(out, keys[i].weight);
	}
}

struct key_weight *key_weights_unpack(size_t *count, struct cursor *in)
{
	*count = cursor_count_up_to(in, KEY_WEIGHT_MINIMUM);
	struct key_weight *keys = memory_allocate(*count, sizeof *keys);
	for (size_t i = 0; i < *count && !in->failed; i++) {
		public_key_unpack(&keys[i].key, in);
		keys[i].weight = cursor_u16(in);
	}
	return keys;
}

void authority_pack(struct bytes *out, const struct authority *authority)
{
	bytes_put_u32(out, authority->threshold);
	key_weights_pack(out, authority->keys, authority->keys_count);
	bytes_put_varuint32(out, (uint32_t)authority->accounts_count);
	for (size_t i = 0; i < authority->accounts_count; i++) {
		permission_level_pack(out, &authority->accounts[i].permission);
		bytes_put_u16(out, authority->accounts[i].weight);
	}
	bytes_put_varuint32(out, (uint32_t)authority->waits_count);
	for (size_t i = 0; i < authority->waits_count; i++) {
		bytes_put_u32(out, authority->waits[i].wait_sec);
		bytes_put_u16(out, authority->waits[i].weight);
	}
}

int authority_unpack(struct authority *out, struct cursor *in)
{
	*out = (struct authority){.threshold = cursor_u32(in)};
	out->keys = key_weights_unpack(&out->keys_count, in);
	out->accounts_count = cursor_count_up_to(in, LEVEL_WEIGHT_SIZE);
	if (out->accounts_count)
		out->accounts = memory_allocate(out->accounts_count, sizeof *out->accounts);
	for (size_t i = 0; i < out->accounts_count && !in->failed; i++) {
		permission_level_unpack(&out->accounts[i].permission, in);
		out->accounts[i].weight = cursor_u16(in);
	}
	out->waits_count = cursor_count_up_to(in, WAIT_WEIGHT_SIZE);
	if (out->waits_count)
		out->waits = memory_allocate(out->waits_count, sizeof *out->waits);
	for (size_t i = 0; i < out->waits_count && !in->failed; i++) {
		out->waits[i].wait_sec = cursor_u32(in);
		out->waits[i].weight = cursor_u16(in);
	}
	if (!in->failed)
		return 0;
	authority_release(out);
	return -EINVAL;
}

/* --- JSON --- */

void key_weights_print(struct text *out, const struct key_weight *keys, size_t count)
{
	for (size_t i = 0; i < count; i++)
		text_printf(out, "%s{\"key\":\"%s\",\"weight\":%u}", i ? "," : "", public_key_text(&keys[i].key).text,
		            (unsigned)keys[i].weight);
}

void authority_print(struct text *out, const struct authority *authority)
{
	text_printf(out, "{\"threshold\":%u,\"keys\":[", authority->threshold);
	key_weights_print(out, authority->keys, authority->keys_count);
	text_append(out, "],\"accounts\":[");
	for (size_t i = 0; i < authority->accounts_count; i++)
		text_printf(out, "%s{\"permission\":%s,\"weight\":%u}", i ? "," : "",
		            permission_level_text(&authority->accounts[i].permission).text,
		            (unsigned)authority->accounts[i].weight);
	text_append(out, "],\"waits\":[");
	for (size_t i = 0; i < authority->waits_count; i++)
		text_printf(out, "%s{\"wait_sec\":%u,\"weight\":%u}", i ? "," : "", authority->waits[i].wait_sec,
		            (unsigned)authority->waits[i].weight);
	text_append(out, "]}");
}

/* A member that must be an integer of at most `most`. */
static int member_integer(uint32_t *out, const struct json *object, const char *name, uint32_t most,
                          struct error *error)
{
	const struct json *member = json_member(object, name);
	uint64_t value;

	*out = 0;
	if (json_type(member) == JSON_MISSING)
		return error_chain(error, AUTHORITY_TYPE_EXCEPTION, "'%s' is missing", name);
	if (json_uint64(&value, member) || value > most)
		return error_chain(error, AUTHORITY_TYPE_EXCEPTION, "'%s' must be a number from 0 to %u", name, most);
	*out = (uint32_t)value;
	return 0;
}

static int member_weight(uint16_t *out, const struct json *object, struct error *error)
{
	uint32_t weight;
	int result = member_integer(&weight, object, "weight", UINT16_MAX, error);

	*out = (uint16_t)weight;
	return result;
}

static int member_name(uint64_t *out, const struct json *object, const char *name, struct error *error)
{
	const char *text = json_string(json_member(object, name));

	*out = 0;
	if (!text)
		return error_chain(error, AUTHORITY_TYPE_EXCEPTION, "'%s' must be a name", name);
	return name_parse(out, text, error);
}

static int key_weight_parse(void *entry, const struct json *json, struct error *error)
{
	struct key_weight *out = entry;
	const char *key = json_string(json_member(json, "key"));

	if (!key)
		return error_chain(error, AUTHORITY_TYPE_EXCEPTION, "'key' must be a public key");
	int result = public_key_parse(&out->key, key, error);
	return result ? result : member_weight(&out->weight, json, error);
}

static int permission_level_weight_parse(void *entry, const struct json *json, struct error *error)
{
	struct permission_level_weight *out = entry;
	const struct json *level = json_member(json, "permission");
	int result;

	if (json_type(level) == JSON_STRING) {
		result = permission_level_parse(&out->permission, json_string(level), error);
	} else {
		result = member_name(&out->permission.actor, level, "actor", error);
		if (result == 0)
			result = member_name(&out->permission.permission, level, "permission", error);
	}
	return result ? result : member_weight(&out->weight, json, error);
}

static int wait_weight_parse(void *entry, const struct json *json, struct error *error)
{
	struct wait_weight *out = entry;
	int result = member_integer(&out->wait_sec, json, "wait_sec", UINT32_MAX, error);

	return result ? result : member_weight(&out->weight, json, error);
}

static int key_weight_compare(const void *a, const void *b)
{
	return public_key_compare(&((const struct key_weight *)a)->key, &((const struct key_weight *)b)->key);
}

static int permission_level_weight_compare(const void *a, const void *b)
{
	return permission_level_compare(&((const struct permission_level_weight *)a)->permission,
	                                &((const struct permission_level_weight *)b)->permission);
}

static int wait_weight_compare(const void *a, const void *b)
{
	uint32_t first = ((const struct wait_weight *)a)->wait_sec,
	         second = ((const struct wait_weight *)b)->wait_sec;

	return first < second ? -1 : first > second;
}

/* One of the three lists: the member's name, the size of its entries, how one is read, how they are
 * ordered. */
struct list_form {
	const char *name;
	size_t size;
	int (*parse)(void *entry, const struct json *json, struct error *error);
	int (*compare)(const void *a, const void *b);
};

static int list_parse(void **out, size_t *count, const struct list_form *form, const struct json *authority,
                      struct error *error)
{
	const struct json *list = json_member(authority, form->name), *entry;
	char *entries;
	size_t i = 0;

	if (json_type(list) == JSON_MISSING || json_type(list) == JSON_NULL)
		return 0;
	if (json_type(list) != JSON_ARRAY)
		return error_chain(error, AUTHORITY_TYPE_EXCEPTION, "'%s' must be a list", form->name);
	*count = json_count(list);
	if (*count > AUTHORITY_ENTRIES_MAXIMUM) {
		*count = 0;
		return error_chain(error, AUTHORITY_TYPE_EXCEPTION, "'%s' has more than %d entries", form->name,
		                   AUTHORITY_ENTRIES_MAXIMUM);
	}
	*out = entries = memory_allocate(*count, form->size);
	for (entry = json_first(list); entry; entry = json_next(entry), i++) {
		int result = form->parse(entries + i * form->size, entry, error);

		if (result) {
			error_prefix(error, "%s[%zu]", form->name, i);
			return result;
		}
	}
	qsort(entries, *count, form->size, form->compare);
	return 0;
}

int authority_parse(struct authority *out, const struct json *json, struct error *error)
{
	static const struct list_form keys = {"keys", sizeof(struct key_weight), key_weight_parse,
	                                      key_weight_compare},
	                              accounts = {"accounts", sizeof(struct permission_level_weight),
	                                          permission_level_weight_parse, permission_level_weight_compare},
	                              waits = {"waits", sizeof(struct wait_weight), wait_weight_parse,
	                                       wait_weight_compare};
	void *entries[3] = {NULL, NULL, NULL};
	struct public_key key;
	int result;

	*out = (struct authority){0};
	if (json_type(json) == JSON_STRING) {
		result = public_key_parse(&key, json_string(json), error);
		if (result == 0)
			*out = authority_of_key(&key);
		return result;
	}
	if (json_type(json) != JSON_OBJECT)
		return error_chain(
			error, AUTHORITY_TYPE_EXCEPTION,
			"an authority must be an object with threshold, keys, accounts and waits, or a public key");
	result = member_integer(&out->threshold, json, "threshold", UINT32_MAX, error);
	if (result == 0)
		result = list_parse(&entries[0], &out->keys_count, &keys, json, error);
	if (result == 0)
		result = list_parse(&entries[1], &out->accounts_count, &accounts, json, error);
	if (result == 0)
		result = list_parse(&entries[2], &out->waits_count, &waits, json, error);
	out->keys = entries[0];
	out->accounts = entries[1];
	out->waits = entries[2];
	if (result)
		authority_release(out);
	return result;
}

/* --- permission levels --- */

int permission_level_compare(const struct permission_level *a, const struct permission_level *b)
{
	if (a->actor != b->actor)
		return a->actor < b->actor ? -1 : 1;
	return a->permission < b->permission ? -1 : a->permission > b->permission;
}

struct permission_level_text permission_level_text(const struct permission_level *level)
{
	struct permission_level_text out;
	snprintf(out.text, sizeof out.text, "{\"actor\":\"%s\",\"permission\":\"%s\"}",
	         name_text(level->actor).text, name_text(level->permission).text);
	return out;
}

int permission_level_parse(struct permission_level *out, const char *text, struct error *error)
{
	char actor[NAME_TEXT_SIZE + 1] = "";
	size_t length = strcspn(text, "@");
	int result;

	*out = (struct permission_level){0, 0};
	if (!text[length])
		out->permission = name_literal("active");
	if (length == 0 || (text[length] && !text[length + 1]))
		return error_set(error, EINVAL, "permission level '%s' is not of the form ACTOR or ACTOR@PERMISSION",
		                 text);
	/* what is cut is too long for a name anyway */
	memcpy(actor, text, length < sizeof actor ? length : sizeof actor - 1);
	result = name_parse(&out->actor, actor, error);
	if (result == 0 && text[length])
		result = name_parse(&out->permission, text + length + 1, error);
	if (result)
		error_prefix(error, "permission level '%s'", text);
	return result;
}

void permission_level_pack(struct bytes *out, const struct permission_level *level)
{
	bytes_put_u64(out, level->actor);
	bytes_put_u64(out, level->permission);
}

int permission_level_unpack(struct permission_level *out, struct cursor *in)
{
	out->actor = cursor_u64(in);
	out->permission = cursor_u64(in);
	return in->failed ? -EINVAL : 0;
}

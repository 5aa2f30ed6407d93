/* Permissions, links and the indices that lead to permissions, in the state map. */
#include "core/engine/state/permission.h"

#include "core/base/bytes.h"
#include "core/base/memory.h"
#include "core/types/name.h"

#include <stdlib.h>
#include <string.h>

enum { PERMISSION_HEAD = 8 + 8 + 8 + 4, LAST_USED_OFFSET = 16 };

/* of PERMISSION_HEAD bytes; the authority follows them */
static const struct packed_field head_fields[] = {
	PACKED_FIELD(struct permission_object, parent),
	PACKED_FIELD(struct permission_object, last_updated),
	PACKED_FIELD(struct permission_object, last_used),
	PACKED_FIELD(struct permission_object, block_num),
	{0},
};
static const struct packed_field link_fields[] = {
	PACKED_FIELD(struct permission_link, permission),
	PACKED_FIELD(struct permission_link, id),
	PACKED_FIELD(struct permission_link, block_num),
	{0},
};

#define OWNER name_literal("owner")
#define ACTIVE name_literal("active")

/* --- reading --- */

static void permission_unpack(struct permission_object *out, const uint8_t *key,
                              const struct map_value *value)
{
	struct cursor in = cursor_make(value->data, value->length);

	out->account = state_key_u64(key, 1);
	out->name = state_key_u64(key, STATE_OF_NAME_FIELD);
	cursor_fields(&in, out, head_fields);
	out->packed = in;
}

bool permission_get(const struct map_root *root, struct permission_object *out, uint64_t account,
                    uint64_t name)
{
	struct state_key key = state_key_pair(STATE_PERMISSION, account, name);
	struct map_value value;

	if (!state_get(root, &value, &key))
		return false;
	permission_unpack(out, key.data, &value);
	return true;
}

bool permission_seek(const struct map_root *root, struct permission_object *out, uint64_t account,
                     uint64_t from)
{
	struct state_key prefix = state_key_name(STATE_PERMISSION, account),
	                 first = state_key_pair(STATE_PERMISSION, account, from);
	struct state_walk walk;

	state_walk_begin(&walk, &prefix, &first);
	if (!state_walk_next(&walk, root))
		return false;
	permission_unpack(out, walk.entry.key, &walk.entry.value);
	return true;
}

struct authority permission_authority(const struct permission_object *permission)
{
	struct cursor in = permission->packed;
	struct authority authority;
	if (authority_unpack(&authority, &in))
		authority = (struct authority){0};
	return authority;
}

bool permission_satisfies(const struct map_root *root, const struct permission_object *permission,
                          const struct permission_object *other)
{
	uint64_t name = other->name, parent = other->parent;
	struct permission_object next;
	if (permission->account != other->account)
		return false;
	while (name != permission->name) {
		if (!parent || !permission_get(root, &next, other->account, parent))
			return false;
		name = next.name;
		parent = next.parent;
	}
	return true;
}

bool permission_has_children(const struct map_root *root, uint64_t account, uint64_t name)
{
	struct permission_object permission;
	uint64_t from = 0;
	while (permission_seek(root, &permission, account, from)) {
		if (permission.parent == name)
			return true;
		if (permission.name == UINT64_MAX)
			break;
		from = permission.name + 1;
	}
	return false;
}

int64_t authority_billable_size(const struct authority *authority)
{
	struct bytes packed = {0};
	int64_t size = 0;
	for (size_t i = 0; i < authority->keys_count; i++) {
		bytes_clear(&packed);
		public_key_pack(&packed, &authority->keys[i].key);
		size += 16 + (int64_t)packed.length;
	}
	bytes_release(&packed);
	return size + 32 * (int64_t)authority->accounts_count + 16 * (int64_t)authority->waits_count;
}

/* --- names in use --- */

static uint64_t name_count(const struct map_root *root, const struct state_key *key)
{
	struct cursor in;

	return state_read(root, &in, key) ? cursor_u64(&in) : 0;
}

static void name_count_add(struct map_edit *edit, uint64_t name, int change)
{
	struct state_key key = state_key_name(STATE_PERMISSION_NAME, name);
	uint64_t count = name_count(map_edit_view(edit), &key) + (uint64_t)(int64_t)change;
	uint64_t value = htole64(count);

	if (count)
		state_put(edit, &key, &value, sizeof value);
	else
		state_remove(edit, &key);
}

bool permission_name_exists(const struct map_root *root, uint64_t name)
{
	struct state_key key = state_key_name(STATE_PERMISSION_NAME, name);

	return name == OWNER || name == ACTIVE || name_count(root, &key);
}

/* --- from keys to the authorities that name them --- */

static struct state_key key_permission_prefix(const struct public_key *key)
{
	struct state_key out = state_key_make(STATE_KEY_PERMISSION, NULL, 0);

	state_key_add_u8(&out, key->type);
	state_key_add(&out, key->point, sizeof key->point);
	return out;
}

static void index_keys(struct map_edit *edit, uint64_t account, uint64_t name,
                       const struct authority *authority, bool there)
{
	for (size_t i = 0; i < authority->keys_count; i++) {
		struct state_key key = key_permission_prefix(&authority->keys[i].key);

		state_key_add_u64(&key, account);
		state_key_add_u64(&key, name);
		if (there)
			state_put(edit, &key, "", 0);
		else
			state_remove(edit, &key);
	}
}

bool key_permission_seek(const struct map_root *root, struct permission_level *out,
                         const struct public_key *key, const struct permission_level *from)
{
	struct state_key prefix = key_permission_prefix(key), first = prefix;
	struct state_walk walk;

	state_key_add_u64(&first, from->actor);
	state_key_add_u64(&first, from->permission);
	state_walk_begin(&walk, &prefix, &first);
	if (!state_walk_next(&walk, root))
		return false;
	out->actor = state_key_u64(walk.entry.key, prefix.length);
	out->permission = state_key_u64(walk.entry.key, prefix.length + 8);
	return true;
}

/* --- writing --- */

static void unindex(struct map_edit *edit, const struct permission_object *permission)
{
	struct authority authority = permission_authority(permission);

	index_keys(edit, permission->account, permission->name, &authority, false);
	authority_release(&authority);
}

void permission_put(struct map_edit *edit, const struct permission_object *permission,
                    const struct authority *authority)
{
	struct state_key key = state_key_pair(STATE_PERMISSION, permission->account, permission->name);
	struct permission_object old;
	struct bytes value = {0};

	if (permission_get(map_edit_view(edit), &old, permission->account, permission->name))
		unindex(edit, &old);
	else if (permission->name != OWNER && permission->name != ACTIVE)
		name_count_add(edit, permission->name, 1);
	bytes_put_fields(&value, permission, head_fields);
	authority_pack(&value, authority);
	state_put(edit, &key, value.data, value.length);
	index_keys(edit, permission->account, permission->name, authority, true);
	bytes_release(&value);
}

static bool has_authority(const struct permission_object *permission, const struct authority *authority)
{
	struct bytes packed = {0};
	struct cursor in = permission->packed;
	size_t length = cursor_left(&in);
	const uint8_t *data = cursor_take(&in, length);
	bool equal;

	authority_pack(&packed, authority);
	equal = packed.length == length && !memcmp(packed.data, data, length);
	bytes_release(&packed);
	return equal;
}

void permission_set_authority(struct map_edit *edit, uint64_t account, uint64_t name,
                              const struct authority *authority, uint32_t block_num)
{
	struct permission_object permission;

	if (!permission_get(map_edit_view(edit), &permission, account, name) ||
	    has_authority(&permission, authority))
		return;
	permission.block_num = block_num;
	permission_put(edit, &permission, authority);
}

void permission_remove(struct map_edit *edit, uint64_t account, uint64_t name)
{
	struct state_key key = state_key_pair(STATE_PERMISSION, account, name);
	struct permission_object old;

	if (!permission_get(map_edit_view(edit), &old, account, name))
		return;
	unindex(edit, &old);
	if (name != OWNER && name != ACTIVE)
		name_count_add(edit, name, -1);
	state_remove(edit, &key);
}

void permission_touch(struct map_edit *edit, const struct permission_object *permission, int64_t last_used)
{
	struct state_key key = state_key_pair(STATE_PERMISSION, permission->account, permission->name);
	size_t length = PERMISSION_HEAD + cursor_left(&permission->packed);
	uint8_t small[256], *copy = small;

	if (permission->last_used == last_used)
		return;
	if (length > sizeof small)
		copy = memory_allocate(1, length);
	memcpy(copy, permission->packed.at - PERMISSION_HEAD, length); /* the whole value lies there */
	memcpy(copy + LAST_USED_OFFSET, &last_used, sizeof last_used);
	state_put(edit, &key, copy, length);
	if (copy != small)
		free(copy);
}

/* --- links --- */

static void link_unpack(struct permission_link *out, const uint8_t *key, const struct map_value *value)
{
	struct cursor in = cursor_make(value->data, value->length);

	out->account = state_key_u64(key, 1);
	out->code = state_key_u64(key, STATE_OF_NAME_FIELD);
	out->action = state_key_u64(key, STATE_OF_NAME_FIELD + 8);
	cursor_fields(&in, out, link_fields);
}

bool permission_link_get(const struct map_root *root, struct permission_link *out, uint64_t account,
                         uint64_t code, uint64_t action)
{
	struct state_key key = state_key_triple(STATE_PERMISSION_LINK, account, code, action);
	struct map_value value;

	if (!state_get(root, &value, &key))
		return false;
	link_unpack(out, key.data, &value);
	return true;
}

bool permission_link_seek(const struct map_root *root, struct permission_link *out, uint64_t account,
                          uint64_t code, uint64_t action)
{
	struct state_key prefix = state_key_name(STATE_PERMISSION_LINK, account);
	struct state_key first = state_key_triple(STATE_PERMISSION_LINK, account, code, action);
	struct state_walk walk;

	state_walk_begin(&walk, &prefix, &first);
	if (!state_walk_next(&walk, root))
		return false;
	link_unpack(out, walk.entry.key, &walk.entry.value);
	return true;
}

bool permission_link_of(const struct map_root *root, struct permission_link *out, uint64_t account,
                        uint64_t permission)
{
	struct state_key prefix = state_key_name(STATE_PERMISSION_LINK, account);
	struct permission_link link;
	struct state_walk walk;
	bool found = false;

	for (state_walk_begin(&walk, &prefix, NULL); state_walk_next(&walk, root);) {
		link_unpack(&link, walk.entry.key, &walk.entry.value);
		if (link.permission == permission && (!found || link.id < out->id)) {
			*out = link;
			found = true;
		}
	}
	return found;
}

void permission_link_put(struct map_edit *edit, const struct permission_link *link)
{
	struct state_key key = state_key_triple(STATE_PERMISSION_LINK, link->account, link->code, link->action);

	state_put_fields(edit, &key, link, link_fields);
}

void permission_link_remove(struct map_edit *edit, uint64_t account, uint64_t code, uint64_t action)
{
	struct state_key key = state_key_triple(STATE_PERMISSION_LINK, account, code, action);

	state_remove(edit, &key);
}

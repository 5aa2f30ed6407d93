/* Keys of the state map: making them, finding entries by them. */
#include "core/engine/state/state_key.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

struct state_key state_key_make(enum state_tag tag, const uint64_t *fields, size_t count)
{
	struct state_key key = {.length = 1};
	size_t i = 0;

	key.data[0] = (uint8_t)tag;
	if (tag >= STATE_OF_NAME) {
		assert(count);
		key.data[0] = STATE_OF_NAME;
		state_key_add_u64(&key, fields[i++]);
		state_key_add_u8(&key, (uint8_t)tag);
	}
	for (; i < count; i++)
		state_key_add_u64(&key, fields[i]);
	return key;
}

struct state_key state_key_global(enum state_global global)
{
	struct state_key key = state_key_make(STATE_GLOBAL, NULL, 0);

	state_key_add_u8(&key, (uint8_t)global);
	return key;
}

struct state_key state_key_name(enum state_tag tag, uint64_t name)
{
	return state_key_make(tag, &name, 1);
}

struct state_key state_key_pair(enum state_tag tag, uint64_t a, uint64_t b)
{
	return state_key_make(tag, (uint64_t[]){a, b}, 2);
}

struct state_key state_key_triple(enum state_tag tag, uint64_t a, uint64_t b, uint64_t c)
{
	return state_key_make(tag, (uint64_t[]){a, b, c}, 3);
}

struct state_key state_key_hash(enum state_tag tag, const struct checksum256 *hash)
{
	struct state_key key = state_key_make(tag, NULL, 0);

	state_key_add(&key, hash->data, sizeof hash->data);
	return key;
}

void state_key_add_u8(struct state_key *key, uint8_t value)
{
	state_key_add(key, &value, 1);
}

void state_key_add_u16(struct state_key *key, uint16_t value)
{
	state_key_add(key, (uint8_t[]){(uint8_t)(value >> 8), (uint8_t)value}, 2);
}

void state_key_add_u32(struct state_key *key, uint32_t value)
{
	value = htobe32(value);
	state_key_add(key, &value, sizeof value);
}

void state_key_add_u64(struct state_key *key, uint64_t value)
{
	value = htobe64(value);
	state_key_add(key, &value, sizeof value);
}

void state_key_add(struct state_key *key, const void *data, size_t length)
{
	assert(key->length + length <= sizeof key->data);
	memcpy(key->data + key->length, data, length);
	key->length += length;
}

uint64_t state_key_u64(const uint8_t *key, size_t offset)
{
	uint64_t value;
	memcpy(&value, key + offset, sizeof value);
	return be64toh(value);
}

uint32_t state_key_u32(const uint8_t *key, size_t offset)
{
	uint32_t value;
	memcpy(&value, key + offset, sizeof value);
	return be32toh(value);
}

bool state_get(const struct map_root *root, struct map_value *out, const struct state_key *key)
{
	return map_get(root, out, key->data, key->length);
}

bool state_read(const struct map_root *root, struct cursor *out, const struct state_key *key)
{
	struct map_value value;
	bool found = state_get(root, &value, key);

	if (found)
		*out = cursor_make(value.data, value.length);
	return found;
}

bool state_get_fields(const struct map_root *root, void *out, const struct state_key *key,
                      const struct packed_field *fields)
{
	struct cursor in;
	bool found = state_read(root, &in, key);

	if (found)
		cursor_fields(&in, out, fields);
	return found;
}

void state_put_fields(struct map_edit *edit, const struct state_key *key, const void *object,
                      const struct packed_field *fields)
{
	uint8_t value[FIELDS_MAXIMUM];

	state_put(edit, key, value, fields_write(value, object, fields));
}

void state_put(struct map_edit *edit, const struct state_key *key, const void *value, size_t length)
{
	map_edit_put(edit, key->data, key->length, value, length);
}

bool state_remove(struct map_edit *edit, const struct state_key *key)
{
	return map_edit_remove(edit, key->data, key->length);
}

void state_walk_begin(struct state_walk *walk, const struct state_key *prefix, const struct state_key *from)
{
	const struct state_key *first = from ? from : prefix;
	*walk = (struct state_walk){.prefix = *prefix};
	memcpy(walk->entry.key, first->data, first->length);
	walk->entry.key_length = first->length;
}

bool state_walk_next(struct state_walk *walk, const struct map_root *root)
{
	if (!walk->started) {
		uint8_t first[MAP_KEY_MAXIMUM];
		size_t length = walk->entry.key_length;

		walk->started = true;
		memcpy(first, walk->entry.key, length);
		if (!map_seek(root, &walk->entry, first, length))
			return false;
	} else if (!map_next(root, &walk->entry)) {
		return false;
	}
	return walk->entry.key_length >= walk->prefix.length &&
	       !memcmp(walk->entry.key, walk->prefix.data, walk->prefix.length);
}

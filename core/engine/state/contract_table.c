/* Contract tables in the state: this room knows how rows, secondary indices and table objects are laid out
 * as keys and values of the state map, and how to find them. Who may write and who pays is decided in
 * intrinsic/group/database*.c. */
#include "core/engine/state/contract_table.h"

#include "core/engine/state/state_key.h"

#include <endian.h>
#include <string.h>

/* a row's key before the primary key */
enum { TABLE_ID_LENGTH = 1 + 3 * 8, ROW_ID_LENGTH = STATE_OF_NAME_FIELD + 2 * 8 };

static void put_be(uint8_t *out, uint64_t value)
{
	value = htobe64(value);
	memcpy(out, &value, sizeof value);
}

static uint64_t get_le(const uint8_t *in)
{
	uint64_t value;
	memcpy(&value, in, sizeof value);
	return le64toh(value);
}

static size_t put_id(uint8_t *out, uint8_t kind, const struct table_id *id)
{
	out[0] = kind;
	put_be(out + 1, id->code);
	put_be(out + 9, id->scope);
	put_be(out + 17, id->table);
	return TABLE_ID_LENGTH;
}

size_t table_object_key(uint8_t out[MAP_KEY_MAXIMUM], const struct table_id *id)
{
	return put_id(out, STATE_TABLE, id);
}

size_t table_row_key(uint8_t out[MAP_KEY_MAXIMUM], const struct table_id *id, uint64_t primary_key)
{
	out[0] = STATE_OF_NAME;
	put_be(out + 1, id->scope);
	out[9] = STATE_ROW;
	put_be(out + STATE_OF_NAME_FIELD, id->code);
	put_be(out + STATE_OF_NAME_FIELD + 8, id->table);
	put_be(out + ROW_ID_LENGTH, primary_key);
	return ROW_ID_LENGTH + 8;
}

size_t secondary_order_key(uint8_t out[MAP_KEY_MAXIMUM], const struct table_id *id, enum secondary_type type,
                           const uint8_t *ordered, uint64_t primary_key)
{
	_Static_assert(TABLE_ID_LENGTH + 32 + 8 <= MAP_KEY_MAXIMUM,
	               "the longest key of a secondary index must fit");
	size_t length = put_id(out, (uint8_t)(STATE_SECONDARY + type), id),
		   key_length = secondary_key_length(type);
	memcpy(out + length, ordered, key_length);
	put_be(out + length + key_length, primary_key);
	return length + key_length + 8;
}

size_t secondary_primary_key(uint8_t out[MAP_KEY_MAXIMUM], const struct table_id *id,
                             enum secondary_type type, uint64_t primary_key)
{
	size_t length = put_id(out, (uint8_t)(STATE_SECONDARY_PRIMARY + type), id);
	put_be(out + length, primary_key);
	return length + 8;
}

size_t secondary_key_length(enum secondary_type type)
{
	static const uint8_t lengths[] = {[SECONDARY_U64] = 8,
	                                  [SECONDARY_U128] = 16,
	                                  [SECONDARY_U256] = 32,
	                                  [SECONDARY_DOUBLE] = 8,
	                                  [SECONDARY_LONG_DOUBLE] = 16};
	return lengths[type];
}

static void reverse(uint8_t *out, const uint8_t *in, size_t length)
{
	for (size_t i = 0; i < length; i++)
		out[i] = in[length - 1 - i];
}

/* Big-endian IEEE bits to bytes that order as the numbers do: negative ones inverted, positive ones above
 * them. */
static void order_float(uint8_t *bits, size_t length)
{
	bool zero = !(bits[0] & 0x7f);
	for (size_t i = 1; i < length; i++)
		zero = zero && !bits[i];
	if (zero)
		bits[0] = 0;
	if (bits[0] & 0x80)
		for (size_t i = 0; i < length; i++)
			bits[i] = (uint8_t)~bits[i];
	else
		bits[0] |= 0x80;
}

void secondary_key_order(uint8_t out[32], enum secondary_type type, const void *key)
{
	if (type == SECONDARY_U256) { /* two 128-bit integers, the first weighs more */
		reverse(out, key, 16);
		reverse(out + 16, (const uint8_t *)key + 16, 16);
		return;
	}
	size_t length = secondary_key_length(type);
	reverse(out, key, length);
	if (type == SECONDARY_DOUBLE || type == SECONDARY_LONG_DOUBLE)
		order_float(out, length);
}

static bool read_object(struct table_object *out, const uint8_t *key, const struct map_value *value)
{
	if (value->length != 12)
		return false;
	out->id = (struct table_id){state_key_u64(key, 1), state_key_u64(key, 9), state_key_u64(key, 17)};
	out->payer = get_le(value->data);
	memcpy(&out->count, value->data + 8, 4);
	return true;
}

bool table_object_get(const struct map_root *root, struct table_object *out, const struct table_id *id)
{
	uint8_t key[MAP_KEY_MAXIMUM];
	struct map_value value;
	return map_get(root, &value, key, table_object_key(key, id)) && read_object(out, key, &value);
}

bool table_object_seek(const struct map_root *root, struct table_object *out, const struct table_id *from)
{
	uint8_t key[MAP_KEY_MAXIMUM];
	struct map_entry entry;
	if (!map_seek(root, &entry, key, table_object_key(key, from)) || entry.key_length != TABLE_ID_LENGTH ||
	    memcmp(entry.key, key, 9) != 0)
		return false;
	return read_object(out, entry.key, &entry.value);
}

bool table_object_seek_back(const struct map_root *root, struct table_object *out,
                            const struct table_id *from)
{
	uint8_t key[MAP_KEY_MAXIMUM];
	struct map_entry entry;
	size_t length = table_object_key(key, from);
	key[length++] = 0; /* the first key after from's own */
	if (!map_seek_before(root, &entry, key, length) || entry.key_length != TABLE_ID_LENGTH ||
	    memcmp(entry.key, key, 9) != 0)
		return false;
	return read_object(out, entry.key, &entry.value);
}

bool table_code_seek(const struct map_root *root, uint64_t *code, uint64_t from)
{
	const struct table_id id = {from, 0, 0};
	uint8_t key[MAP_KEY_MAXIMUM];
	struct map_entry entry;
	if (!map_seek(root, &entry, key, table_object_key(key, &id)) || entry.key_length != TABLE_ID_LENGTH ||
	    entry.key[0] != key[0])
		return false;
	*code = state_key_u64(entry.key, 1);
	return true;
}

static bool read_row(struct table_row *out, uint64_t primary_key, const struct map_value *value)
{
	if (value->length < TABLE_ROW_HEADER)
		return false;
	out->primary_key = primary_key;
	out->payer = get_le(value->data);
	memcpy(&out->block_num, value->data + 8, 4);
	out->data = value->data + TABLE_ROW_HEADER;
	out->length = value->length - TABLE_ROW_HEADER;
	return true;
}

bool table_row_get(const struct map_root *root, struct table_row *out, const struct table_id *id,
                   uint64_t primary_key)
{
	uint8_t key[MAP_KEY_MAXIMUM];
	struct map_value value;
	return map_get(root, &value, key, table_row_key(key, id, primary_key)) &&
	       read_row(out, primary_key, &value);
}

static bool read_row_entry(struct table_row *out, const uint8_t *key, const struct map_entry *entry)
{
	if (entry->key_length != ROW_ID_LENGTH + 8 || memcmp(entry->key, key, ROW_ID_LENGTH) != 0)
		return false;
	return read_row(out, state_key_u64(entry->key, ROW_ID_LENGTH), &entry->value);
}

bool table_row_seek(const struct map_root *root, struct table_row *out, const struct table_id *id,
                    uint64_t from)
{
	uint8_t key[MAP_KEY_MAXIMUM];
	struct map_entry entry;
	return map_seek(root, &entry, key, table_row_key(key, id, from)) && read_row_entry(out, key, &entry);
}

bool table_row_seek_back(const struct map_root *root, struct table_row *out, const struct table_id *id,
                         uint64_t from)
{
	uint8_t key[MAP_KEY_MAXIMUM];
	struct map_entry entry;
	size_t length = table_row_key(key, id, from);
	key[length++] = 0; /* the first key after from's own */
	return map_seek_before(root, &entry, key, length) && read_row_entry(out, key, &entry);
}

bool secondary_row_get(const struct map_root *root, const uint8_t **key, uint64_t *payer,
                       const struct table_id *id, enum secondary_type type, uint64_t primary_key)
{
	uint8_t at[MAP_KEY_MAXIMUM];
	struct map_value value;
	if (!map_get(root, &value, at, secondary_primary_key(at, id, type, primary_key)) ||
	    value.length != 8 + secondary_key_length(type))
		return false;
	*payer = get_le(value.data);
	*key = value.data + 8;
	return true;
}

static bool read_secondary(const struct map_root *root, struct secondary_row *out, const uint8_t *key,
                           const struct map_entry *entry, const struct table_id *id, enum secondary_type type)
{
	size_t key_length = secondary_key_length(type);
	const uint8_t *raw;
	if (entry->key_length != TABLE_ID_LENGTH + key_length + 8 ||
	    memcmp(entry->key, key, TABLE_ID_LENGTH) != 0)
		return false;
	memset(out->key, 0, sizeof out->key);
	memcpy(out->key, entry->key + TABLE_ID_LENGTH, key_length);
	out->primary_key = state_key_u64(entry->key, TABLE_ID_LENGTH + key_length);
	return secondary_row_get(root, &raw, &out->payer, id, type, out->primary_key);
}

bool secondary_row_seek(const struct map_root *root, struct secondary_row *out, const struct table_id *id,
                        enum secondary_type type, const uint8_t *key, uint64_t primary_key)
{
	uint8_t from[MAP_KEY_MAXIMUM];
	struct map_entry entry;
	return map_seek(root, &entry, from, secondary_order_key(from, id, type, key, primary_key)) &&
	       read_secondary(root, out, from, &entry, id, type);
}

bool secondary_row_seek_before(const struct map_root *root, struct secondary_row *out,
                               const struct table_id *id, enum secondary_type type, const uint8_t *key,
                               uint64_t primary_key)
{
	uint8_t from[MAP_KEY_MAXIMUM];
	struct map_entry entry;
	return map_seek_before(root, &entry, from, secondary_order_key(from, id, type, key, primary_key)) &&
	       read_secondary(root, out, from, &entry, id, type);
}

bool secondary_row_seek_last(const struct map_root *root, struct secondary_row *out,
                             const struct table_id *id, enum secondary_type type)
{
	uint8_t from[MAP_KEY_MAXIMUM];
	struct map_entry entry;
	size_t length = put_id(from, (uint8_t)(STATE_SECONDARY + type), id);
	/* longer than any key of the index, so above all of them */
	memset(from + length, 0xff, MAP_KEY_MAXIMUM - length);
	return map_seek_before(root, &entry, from, MAP_KEY_MAXIMUM) &&
	       read_secondary(root, out, from, &entry, id, type);
}

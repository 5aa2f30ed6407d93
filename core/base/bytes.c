/* Binary writing and reading, little-endian. */
#include "core/base/bytes.h"

#include "core/base/memory.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 128 };
enum { COUNTED_MAXIMUM = 20 * 1024 * 1024, ELEMENTS_MAXIMUM = 1024 * 1024 };

void bytes_release(struct bytes *bytes)
{
	free(bytes->data);
	*bytes = (struct bytes){0};
}

void bytes_release_secret(struct bytes *bytes)
{
	memory_wipe(bytes->data, bytes->capacity);
	bytes_release(bytes);
}

void bytes_clear(struct bytes *bytes)
{
	bytes->length = 0;
}

void bytes_put(struct bytes *bytes, const void *data, size_t length)
{
	size_t needed = bytes->length + length;
	if (bytes->capacity < needed)
		memory_grow(&bytes->data, &bytes->capacity,
		            bytes->data || needed > FIRST_CAPACITY ? needed : FIRST_CAPACITY, 1);
	if (length)
		memcpy(bytes->data + bytes->length, data, length);
	bytes->length += length;
}

void bytes_put_u8(struct bytes *bytes, uint8_t value)
{
	bytes_put(bytes, &value, 1);
}

void bytes_put_u16(struct bytes *bytes, uint16_t value)
{
	value = htole16(value);
	bytes_put(bytes, &value, sizeof value);
}

void bytes_put_u32(struct bytes *bytes, uint32_t value)
{
	value = htole32(value);
	bytes_put(bytes, &value, sizeof value);
}

void bytes_put_u64(struct bytes *bytes, uint64_t value)
{
	value = htole64(value);
	bytes_put(bytes, &value, sizeof value);
}

void bytes_put_varuint32(struct bytes *bytes, uint32_t value)
{
	uint8_t packed[5];
	size_t length = 0;
	do {
		packed[length++] = (uint8_t)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
		value >>= 7;
	} while (value);
	bytes_put(bytes, packed, length);
}

void bytes_put_double(struct bytes *bytes, double value)
{
	uint64_t bits;
	memcpy(&bits, &value, sizeof bits);
	bytes_put_u64(bytes, bits);
}

void bytes_put_counted(struct bytes *bytes, const void *data, size_t length)
{
	bytes_put_varuint32(bytes, (uint32_t)length);
	bytes_put(bytes, data, length);
}

/* --- fields --- */

_Static_assert(__BYTE_ORDER == __LITTLE_ENDIAN, "fields are packed as they lie in memory");

static void copy_field(uint8_t *to, const uint8_t *from, const struct packed_field *field)
{
	if (field->size == sizeof(uint64_t))
		memcpy(to, from, sizeof(uint64_t));
	else if (field->size == sizeof(uint32_t))
		memcpy(to, from, sizeof(uint32_t));
	else if (field->is_truth)
		*to = *from != 0;
	else
		memcpy(to, from, field->size);
}

size_t fields_write(uint8_t *out, const void *object, const struct packed_field *fields)
{
	size_t length = 0;

	for (; fields->size; fields++) {
		copy_field(out + length, (const uint8_t *)object + fields->offset, fields);
		length += fields->size;
	}
	return length;
}

void bytes_put_fields(struct bytes *bytes, const void *object, const struct packed_field *fields)
{
	uint8_t packed[FIELDS_MAXIMUM];

	bytes_put(bytes, packed, fields_write(packed, object, fields));
}

void cursor_fields(struct cursor *cursor, void *object, const struct packed_field *fields)
{
	const uint8_t *from = cursor->at;
	size_t left = cursor->failed ? 0 : cursor_left(cursor);

	for (; fields->size && fields->size <= left; fields++) {
		copy_field((uint8_t *)object + fields->offset, from, fields);
		from += fields->size;
		left -= fields->size;
	}
	cursor->at = from;
	for (; fields->size; fields++) /* those that are not there */
		cursor_copy(cursor, (uint8_t *)object + fields->offset, fields->size);
}

/* --- reading --- */

struct cursor cursor_make(const void *data, size_t length)
{
	/* a non-NULL start, so that taking 0 bytes of an empty buffer differs from failing */
	const uint8_t *at = data ? data : (const uint8_t *)"";

	return (struct cursor){.at = at, .end = at + length, .begin = at};
}

size_t cursor_left(const struct cursor *cursor)
{
	return (size_t)(cursor->end - cursor->at);
}

const uint8_t *cursor_take(struct cursor *cursor, size_t length)
{
	const uint8_t *taken = cursor->at;
	if (cursor->failed)
		return NULL;
	if (length > cursor_left(cursor)) {
		cursor->failed = cursor->ended = true;
		return NULL;
	}
	cursor->at += length;
	return taken;
}

bool cursor_copy(struct cursor *cursor, void *out, size_t length)
{
	const uint8_t *taken = cursor_take(cursor, length);

	if (taken && length)
		memcpy(out, taken, length);
	else
		memset(out, 0, length);
	return taken;
}

uint8_t cursor_u8(struct cursor *cursor)
{
	const uint8_t *taken = cursor_take(cursor, 1);

	return taken ? *taken : 0;
}

uint16_t cursor_u16(struct cursor *cursor)
{
	uint16_t value;
	cursor_copy(cursor, &value, sizeof value);
	return le16toh(value);
}

uint32_t cursor_u32(struct cursor *cursor)
{
	uint32_t value;
	cursor_copy(cursor, &value, sizeof value);
	return le32toh(value);
}

uint64_t cursor_u64(struct cursor *cursor)
{
	uint64_t value;
	cursor_copy(cursor, &value, sizeof value);
	return le64toh(value);
}

uint32_t cursor_varuint32(struct cursor *cursor)
{
	uint64_t value = 0;
	if (!cursor->failed)
		cursor->in_number = true;
	/* as the node reads it: after five bytes the number ends, whatever the last one's top bit says */
	for (unsigned shift = 0; shift < 32; shift += 7) {
		uint8_t byte = cursor_u8(cursor);

		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			break;
	}
	if (cursor->failed)
		return 0;
	cursor->in_number = false;
	return (uint32_t)value;
}

double cursor_double(struct cursor *cursor)
{
	uint64_t bits = cursor_u64(cursor);
	double value;

	memcpy(&value, &bits, sizeof value);
	return value;
}

const uint8_t *cursor_counted(struct cursor *cursor, size_t *length)
{
	const uint8_t *taken;
	*length = cursor_varuint32(cursor);
	if (*length > COUNTED_MAXIMUM)
		cursor->failed = true;
	taken = cursor_take(cursor, *length);
	if (!taken)
		*length = 0;
	return taken;
}

uint32_t cursor_count(struct cursor *cursor, size_t minimum)
{
	uint32_t count = cursor_varuint32(cursor);

	if (count > ELEMENTS_MAXIMUM || count * (uint64_t)minimum > cursor_left(cursor)) {
		cursor->failed = true;
		return 0;
	}
	return count;
}

uint32_t cursor_count_up_to(struct cursor *cursor, size_t minimum)
{
	uint32_t count = cursor_varuint32(cursor);

	if (count > ELEMENTS_MAXIMUM) {
		cursor->failed = true;
		return 0;
	}
	return count * (uint64_t)minimum > cursor_left(cursor) ? (uint32_t)(cursor_left(cursor) / minimum) + 1
	                                                       : count;
}

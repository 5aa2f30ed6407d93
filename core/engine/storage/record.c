/* Records of a file that only grows: see record.h. */
#include "core/engine/storage/record.h"

#include "core/base/bytes.h"

#include <zlib.h>

uint32_t record_checksum(uint64_t offset, const void *data, size_t length)
{
	uint8_t place[12];
	for (size_t i = 0; i < 8; i++)
		place[i] = (uint8_t)(offset >> 8 * i);
	for (size_t i = 0; i < 4; i++)
		place[8 + i] = (uint8_t)(length >> 8 * i);
	uLong checksum = crc32(0, place, sizeof place);
	return (uint32_t)(length ? crc32(checksum, data, (uInt)length) : checksum);
}

bool record_is_torn(const uint8_t *bytes, uint64_t at, uint64_t size)
{
	struct cursor in = cursor_make(bytes + at, size - at);
	if (size - at < RECORD_HEAD || RECORD_HEAD + (uint64_t)cursor_u32(&in) > size - at)
		return true;
	while (at < size && !bytes[at])
		at++;
	return at == size;
}

/* --- one flipped bit --- */

/* The bytes of that length at an offset, when they are there, and by what their checksum differs. */
static bool differs_by(const uint8_t *bytes, uint64_t at, uint64_t size, uint32_t length, uint32_t *out)
{
	struct cursor in = cursor_make(bytes + at, size - at);
	cursor_u32(&in);
	*out = cursor_u32(&in);
	if (in.failed || length == 0 || length > cursor_left(&in))
		return false;
	*out ^= record_checksum(at, in.at, length);
	return true;
}

/* A bit in the bytes changes the checksum by what its place says: one that is followed by n bytes by what the
 * register comes to n bytes later. */
static bool mend_data(uint8_t *data, uint32_t length, uint32_t difference)
{
	const z_crc_t *table = get_crc_table();
	uint32_t register_after[8];
	for (unsigned bit = 0; bit < 8; bit++)
		register_after[bit] = (uint32_t)table[1U << bit];
	for (uint32_t i = length; i-- > 0;)
		for (unsigned bit = 0; bit < 8; bit++) {
			uint32_t *after = &register_after[bit];
			if (*after == difference) {
				data[i] = (uint8_t)(data[i] ^ 1U << bit);
				return true;
			}
			*after = (uint32_t)table[*after & 0xff] ^ *after >> 8;
		}
	return false;
}

bool record_mend(uint8_t *bytes, uint64_t at, uint64_t size)
{
	struct cursor in = cursor_make(bytes + at, size - at);
	uint32_t length = cursor_u32(&in), difference;
	if (in.failed)
		return false;
	if (differs_by(bytes, at, size, length, &difference)) {
		uint8_t *head = bytes + at + 4;
		if ((difference & (difference - 1)) == 0) { /* it is the checksum's own */
			for (unsigned i = 0; i < 4; i++)
				head[i] = (uint8_t)(head[i] ^ difference >> 8 * i);
			return true;
		}
		if (mend_data(bytes + at + RECORD_HEAD, length, difference))
			return true;
	}
	for (unsigned bit = 0; bit < 32; bit++) {
		if (!differs_by(bytes, at, size, length ^ 1U << bit, &difference) || difference)
			continue;
		bytes[at + bit / 8] = (uint8_t)(bytes[at + bit / 8] ^ 1U << bit % 8);
		return true;
	}
	return false;
}

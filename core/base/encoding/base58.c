/* Base58, in limbs: five digits of 58 at a time are moved against four bytes at a time. */
#include "core/base/encoding/base58.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

enum {
	DATA_MAXIMUM = 256,
	LIMB_DIGITS = 5,
	LIMBS_MAXIMUM = (DATA_MAXIMUM * 138 / 100 + 2) / LIMB_DIGITS + 1,
	WORDS_MAXIMUM = DATA_MAXIMUM / 4
};
static const uint32_t LIMB = 58 * 58 * 58 * 58 * 58;
static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

void base58_print(char *out, const uint8_t *data, size_t length)
{
	uint32_t limbs[LIMBS_MAXIMUM]; /* least significant first */
	char digits[LIMBS_MAXIMUM * LIMB_DIGITS];
	size_t zeros = 0, count = 0, first = 0;
	if (length > DATA_MAXIMUM)
		length = DATA_MAXIMUM;
	while (zeros < length && !data[zeros])
		zeros++;
	for (size_t at = zeros; at < length;) {
		size_t take = (length - at) % 4 ? (length - at) % 4 : 4;
		uint64_t carry = 0;

		for (size_t i = 0; i < take; i++)
			carry = carry << 8 | data[at + i];
		for (size_t i = 0; i < count; i++) {
			carry += (uint64_t)limbs[i] << (8 * take);
			limbs[i] = (uint32_t)(carry % LIMB);
			carry /= LIMB;
		}
		for (; carry; carry /= LIMB)
			limbs[count++] = (uint32_t)(carry % LIMB);
		at += take;
	}
	for (size_t i = 0; i < count; i++) {
		uint32_t limb = limbs[i];

		for (size_t digit = 1; digit <= LIMB_DIGITS; digit++, limb /= 58)
			digits[(count - i) * LIMB_DIGITS - digit] = alphabet[limb % 58];
	}
	while (first < count * LIMB_DIGITS && digits[first] == alphabet[0])
		first++;
	memset(out, alphabet[0], zeros);
	memcpy(out + zeros, digits + first, count * LIMB_DIGITS - first);
	out[zeros + count * LIMB_DIGITS - first] = 0;
}

int base58_parse(uint8_t *out, size_t *length, const char *text, size_t text_length)
{
	uint32_t words[WORDS_MAXIMUM + 1]; /* least significant first */
	int8_t digits[UCHAR_MAX + 1];      /* of each character; -1: it is none */
	size_t size = *length < DATA_MAXIMUM ? *length : DATA_MAXIMUM, zeros = 0, count = 0, at, bytes;
	while (zeros < text_length && text[zeros] == alphabet[0])
		zeros++;
	if (zeros > size)
		return -EINVAL;
	memset(digits, -1, sizeof digits);
	for (size_t i = 0; alphabet[i]; i++)
		digits[(uint8_t)alphabet[i]] = (int8_t)i;
	for (at = zeros; at < text_length;) {
		uint32_t factor = 1;
		uint64_t carry = 0;

		for (int i = 0; i < LIMB_DIGITS && at < text_length; i++, at++) {
			int digit = digits[(uint8_t)text[at]];

			if (digit < 0)
				return -EINVAL;
			carry = carry * 58 + (uint64_t)digit;
			factor *= 58;
		}
		for (size_t i = 0; i < count; i++) {
			carry += (uint64_t)words[i] * factor;
			words[i] = (uint32_t)carry;
			carry >>= 32;
		}
		if (carry)
			words[count++] = (uint32_t)carry;
		if (count > WORDS_MAXIMUM)
			return -EINVAL;
	}
	bytes = count * 4;
	while (bytes && !(uint8_t)(words[(bytes - 1) / 4] >> (8 * ((bytes - 1) % 4))))
		bytes--;
	if (zeros + bytes > size)
		return -EINVAL;
	memset(out, 0, zeros);
	for (size_t i = 0; i < bytes; i++)
		out[zeros + i] = (uint8_t)(words[(bytes - 1 - i) / 4] >> (8 * ((bytes - 1 - i) % 4)));
	*length = zeros + bytes;
	return 0;
}

/* The numbers among the built-in types of ABIs: integers, varints and floating point, as JSON and as bytes
 * (protocol.md A.7, A.8). */
#include "core/types/abi/builtin.h"

#include "core/base/encoding/hex.h"
#include "core/base/exception.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 u128;

/* --- integers --- */

/* Sign and magnitude of what A.7 takes for an integer: a number (truncated), its digits in a string, true,
 * false, null. */
static int read_integer(const struct json *json, bool *negative, u128 *magnitude)
{
	*negative = false;
	*magnitude = 0;
	if (json_type(json) == JSON_NULL)
		return 0;
	if (json_type(json) == JSON_BOOL) {
		*magnitude = json_is_true(json);
		return 0;
	}
	if (json_type(json) == JSON_NUMBER) {
		double value = trunc(json_number(json));
		*negative = value < 0;
		if (!(fabs(value) < 0x1p127))
			return -EINVAL;
		*magnitude = (u128)fabs(value);
		return 0;
	}
	const char *at = json_string(json);
	if (!at)
		return -EINVAL;
	*negative = *at == '-';
	at += *negative;
	unsigned base = 10;
	if (at[0] == '0' && (at[1] == 'x' || at[1] == 'X')) {
		base = 16;
		at += 2;
	}
	if (!*at)
		return -EINVAL;
	for (; *at; at++) {
		if (base == 10 ? !isdigit((unsigned char)*at) : !isxdigit((unsigned char)*at))
			return -EINVAL;
		unsigned digit = isdigit((unsigned char)*at) ? (unsigned)(*at - '0')
		                                             : (unsigned)((*at | 32) - 'a' + 10);
		if (*magnitude > (~(u128)0 - digit) / base)
			return -EINVAL;
		*magnitude = *magnitude * base + digit;
	}
	return 0;
}

/* The two's complement of an integer that fits `width` bytes. */
static int fit_integer(const struct abi_builtin *row, u128 *out, const struct json *json, unsigned width,
                       struct error *error)
{
	bool negative;
	u128 magnitude;
	if (read_integer(json, &negative, &magnitude) != 0)
		return abi_unexpected(error, json, row->name);
	u128 limit = ~(u128)0 >> (128 - 8 * width); /* of the unsigned type */
	if (row->is_signed)
		limit = (limit >> 1) + negative;
	else if (negative)
		limit = 0;
	if (magnitude > limit) {
		char expected[48];
		snprintf(expected, sizeof expected, "a number that fits %s", row->name);
		return abi_unexpected(error, json, expected);
	}
	*out = negative ? 0 - magnitude : magnitude;
	return 0;
}

int abi_encode_integer(const struct abi_builtin *row, struct bytes *out, const struct json *json,
                       struct error *error)
{
	u128 value;
	int result = fit_integer(row, &value, json, row->width, error);
	if (result)
		return result;
	for (unsigned i = 0; i < row->width; i++)
		bytes_put_u8(out, (uint8_t)(value >> (8 * i)));
	return 0;
}

static void print_unsigned(struct text *out, uint64_t value)
{
	if (value > UINT32_MAX)
		text_append_char(out, '"');
	text_append_number(out, value);
	if (value > UINT32_MAX)
		text_append_char(out, '"');
}

static void print_signed(struct text *out, int64_t value)
{
	if (value >= 0) {
		print_unsigned(out, (uint64_t)value);
		return;
	}
	text_append_char(out, '-');
	text_append_number(out, 0 - (uint64_t)value);
}

int abi_decode_integer(const struct abi_builtin *row, struct text *out, struct cursor *in)
{
	uint64_t value = 0;
	const uint8_t *data = cursor_take(in, row->width);
	if (!data)
		return -EINVAL;
	for (unsigned i = 0; i < row->width; i++)
		value |= (uint64_t)data[i] << (8 * i);
	unsigned unused = 64 - 8 * row->width;
	if (row->is_signed)
		print_signed(out, (int64_t)(value << unused) >> unused);
	else
		print_unsigned(out, value);
	return 0;
}

int abi_decode_wide_integer(const struct abi_builtin *row, struct text *out, struct cursor *in)
{
	char digits[41];
	size_t at = sizeof digits;
	uint64_t low = cursor_u64(in), high = cursor_u64(in);
	u128 value = (u128)high << 64 | low;
	bool negative = row->is_signed && high >> 63;
	if (negative)
		value = 0 - value;
	do {
		digits[--at] = (char)('0' + (int)(value % 10));
		value /= 10;
	} while (value);
	text_printf(out, negative ? "\"-%.*s\"" : "\"%.*s\"", (int)(sizeof digits - at), digits + at);
	return in->failed ? -EINVAL : 0;
}

int abi_encode_varint(const struct abi_builtin *row, struct bytes *out, const struct json *json,
                      struct error *error)
{
	u128 value;
	int result = fit_integer(row, &value, json, 4, error);
	if (result)
		return result;
	uint32_t bits = (uint32_t)value;
	bytes_put_varuint32(out, row->is_signed ? (bits << 1) ^ (bits >> 31 ? UINT32_MAX : 0) : bits);
	return 0;
}

int abi_decode_varint(const struct abi_builtin *row, struct text *out, struct cursor *in)
{
	uint32_t bits = cursor_varuint32(in);
	if (row->is_signed)
		print_signed(out, (int32_t)((bits >> 1) ^ (0 - (bits & 1))));
	else
		print_unsigned(out, bits);
	return in->failed ? -EINVAL : 0;
}

/* --- floating point --- */

int abi_encode_float(const struct abi_builtin *row, struct bytes *out, const struct json *json,
                     struct error *error)
{
	double value = json_number(json);
	const char *string = json_string(json);
	if (string) {
		char *end;
		value = strtod(string, &end);
		if (end == string || *end || isspace((unsigned char)*string))
			return abi_unexpected(error, json, row->name);
	} else if (json_type(json) == JSON_BOOL) {
		value = json_is_true(json);
	} else if (json_type(json) != JSON_NUMBER && json_type(json) != JSON_NULL) {
		return abi_unexpected(error, json, row->name);
	}
	if (row->width == 4) {
		float narrow = (float)value;
		uint32_t bits;
		memcpy(&bits, &narrow, sizeof bits);
		bytes_put_u32(out, bits);
	} else {
		bytes_put_double(out, value);
	}
	return 0;
}

int abi_decode_float(const struct abi_builtin *row, struct text *out, struct cursor *in)
{
	double value;
	if (row->width == 4) {
		uint32_t bits = cursor_u32(in);
		float narrow;
		memcpy(&narrow, &bits, sizeof narrow);
		value = narrow;
	} else {
		value = cursor_double(in);
	}
	if (isnan(value)) /* printf would show the sign */
		text_append(out, "\"nan\"");
	else
		text_printf(out, "\"%.17f\"", value);
	return in->failed ? -EINVAL : 0;
}

int abi_encode_float128(const struct abi_builtin *row, struct bytes *out, const struct json *json,
                        struct error *error)
{
	uint8_t data[16];
	const char *string = json_string(json);
	(void)row;
	if (!string || strlen(string) != 34 || string[0] != '0' || (string[1] | 32) != 'x' ||
	    hex_parse(data, string + 2, 32) != 0)
		return abi_unexpected(error, json, "0x and 32 hexadecimal digits");
	bytes_put(out, data, sizeof data);
	return 0;
}

int abi_decode_float128(const struct abi_builtin *row, struct text *out, struct cursor *in)
{
	const uint8_t *data = cursor_take(in, 16);
	(void)row;
	if (!data)
		return -EINVAL;
	text_append(out, "\"0x");
	text_append_hex(out, data, 16);
	text_append_char(out, '"');
	return 0;
}

/* The built-in types of ABIs as one table: name, how JSON becomes bytes (protocol.md A.7), how bytes become JSON (A.8). */
#include "core/types/abi_model.h"

#include "core/base/exception.h"
#include "core/base/hex.h"
#include "core/base/key.h"
#include "core/base/memory.h"
#include "core/types/asset.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 u128;

/* "expected …, found …", the value cut to a readable length. */
static int unexpected(struct error *error, const struct json *json, const char *expected)
{
	struct text found = TEXT_EMPTY;
	if (json_type(json) == JSON_ARRAY || json_type(json) == JSON_OBJECT)
		text_append(&found, json_type(json) == JSON_ARRAY ? "an array" : "an object");
	else
		json_print(&found, json);
	int result = error_chain(error, PACK_EXCEPTION, "expected %s, found %.80s", expected, text_string(&found));
	text_release(&found);
	return result;
}

/* A parser's own sentence, with the culprit where the parser does not quote it. */
static int refused(struct error *error, const char *string, int result)
{
	if (error && *string && !strstr(error->sentence, string))
		error_prefix(error, "\"%.80s\"", string);
	return result;
}

/* ---- integers ---- */

/* Sign and magnitude of what A.7 takes for an integer: a number (truncated), its digits in a string, true, false, null. */
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
		unsigned digit = isdigit((unsigned char)*at) ? (unsigned)(*at - '0') : (unsigned)((*at | 32) - 'a' + 10);
		if (*magnitude > (~(u128)0 - digit) / base)
			return -EINVAL;
		*magnitude = *magnitude * base + digit;
	}
	return 0;
}

/* The two's complement of an integer that fits `width` bytes. */
static int fit_integer(const struct abi_builtin *row, u128 *out, const struct json *json, unsigned width, struct error *error)
{
	bool negative;
	u128 magnitude;
	if (read_integer(json, &negative, &magnitude) < 0)
		return unexpected(error, json, row->name);
	u128 limit = ~(u128)0 >> (128 - 8 * width); /* of the unsigned type */
	if (row->is_signed)
		limit = (limit >> 1) + negative;
	else if (negative)
		limit = 0;
	if (magnitude > limit) {
		char expected[48];
		snprintf(expected, sizeof expected, "a number that fits %s", row->name);
		return unexpected(error, json, expected);
	}
	*out = negative ? 0 - magnitude : magnitude;
	return 0;
}

static int encode_integer(const struct abi_builtin *row, struct bytes *out, const struct json *json, struct error *error)
{
	u128 value;
	int result = fit_integer(row, &value, json, row->width, error);
	if (result < 0)
		return result;
	for (unsigned i = 0; i < row->width; i++)
		bytes_put_u8(out, (uint8_t)(value >> (8 * i)));
	return 0;
}

static void print_signed(struct text *out, int64_t value)
{
	const char *quote = value > UINT32_MAX ? "\"" : "";
	text_printf(out, "%s%lld%s", quote, (long long)value, quote);
}

static void print_unsigned(struct text *out, uint64_t value)
{
	const char *quote = value > UINT32_MAX ? "\"" : "";
	text_printf(out, "%s%llu%s", quote, (unsigned long long)value, quote);
}

static int decode_integer(const struct abi_builtin *row, struct text *out, struct cursor *in)
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

static int decode_wide_integer(const struct abi_builtin *row, struct text *out, struct cursor *in)
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

static int encode_varint(const struct abi_builtin *row, struct bytes *out, const struct json *json, struct error *error)
{
	u128 value;
	int result = fit_integer(row, &value, json, 4, error);
	if (result < 0)
		return result;
	uint32_t bits = (uint32_t)value;
	bytes_put_varuint32(out, row->is_signed ? (bits << 1) ^ (bits >> 31 ? UINT32_MAX : 0) : bits);
	return 0;
}

static int decode_varint(const struct abi_builtin *row, struct text *out, struct cursor *in)
{
	uint32_t bits = cursor_varuint32(in);
	if (row->is_signed)
		print_signed(out, (int32_t)((bits >> 1) ^ (0 - (bits & 1))));
	else
		print_unsigned(out, bits);
	return in->failed ? -EINVAL : 0;
}

/* ---- floating point ---- */

static int encode_float(const struct abi_builtin *row, struct bytes *out, const struct json *json, struct error *error)
{
	double value = json_number(json);
	const char *string = json_string(json);
	if (string) {
		char *end;
		value = strtod(string, &end);
		if (end == string || *end || isspace((unsigned char)*string))
			return unexpected(error, json, row->name);
	} else if (json_type(json) == JSON_BOOL) {
		value = json_is_true(json);
	} else if (json_type(json) != JSON_NUMBER && json_type(json) != JSON_NULL) {
		return unexpected(error, json, row->name);
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

static int decode_float(const struct abi_builtin *row, struct text *out, struct cursor *in)
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

static int encode_float128(const struct abi_builtin *row, struct bytes *out, const struct json *json, struct error *error)
{
	uint8_t data[16];
	const char *string = json_string(json);
	(void)row;
	if (!string || strlen(string) != 34 || string[0] != '0' || (string[1] | 32) != 'x' || hex_parse(data, string + 2, 32) < 0)
		return unexpected(error, json, "0x and 32 hexadecimal digits");
	bytes_put(out, data, sizeof data);
	return 0;
}

static int decode_float128(const struct abi_builtin *row, struct text *out, struct cursor *in)
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

/* ---- bytes, strings, checksums ---- */

static int encode_string(const struct abi_builtin *row, struct bytes *out, const struct json *json, struct error *error)
{
	const char *string = json_string(json);
	struct text converted = TEXT_EMPTY;
	if (json_type(json) == JSON_ARRAY || json_type(json) == JSON_OBJECT)
		return unexpected(error, json, row->name);
	if (json_type(json) == JSON_NUMBER && json_number(json) != trunc(json_number(json)))
		text_printf(&converted, "%.17f", json_number(json));
	else if (!string && json_type(json) != JSON_NULL)
		json_print(&converted, json);
	if (!string)
		string = text_string(&converted);
	bytes_put_counted(out, string, strlen(string));
	text_release(&converted);
	return 0;
}

static int decode_string(const struct abi_builtin *row, struct text *out, struct cursor *in)
{
	size_t length;
	const uint8_t *data = cursor_counted(in, &length);
	(void)row;
	if (in->failed)
		return -EINVAL;
	text_append_json(out, length ? (const char *)data : "", length);
	return 0;
}

/* bytes (width 0), and checksums: shorter ones are filled with zeroes as nodeos does. */
static int encode_hex(const struct abi_builtin *row, struct bytes *out, const struct json *json, struct error *error)
{
	const char *string = json_string(json);
	size_t digits = string ? strlen(string) : 0;
	if (!string || digits % 2)
		return unexpected(error, json, "an even number of hexadecimal digits");
	if (row->width && digits / 2 > row->width)
		return error_chain(error, PACK_EXCEPTION, "%.40s… has %zu hexadecimal digits, %s takes %u", string, digits, row->name, 2 * row->width);
	uint8_t *data = memory_allocate(digits / 2 + row->width + 1, 1);
	int result = hex_parse(data, string, digits);
	if (result < 0)
		result = unexpected(error, json, "an even number of hexadecimal digits");
	else if (row->width)
		bytes_put(out, data, row->width);
	else
		bytes_put_counted(out, data, digits / 2);
	free(data);
	return result;
}

static int decode_hex(const struct abi_builtin *row, struct text *out, struct cursor *in)
{
	size_t length = row->width;
	const uint8_t *data = length ? cursor_take(in, length) : cursor_counted(in, &length);
	if (in->failed)
		return -EINVAL;
	text_append_char(out, '"');
	if (length)
		text_append_hex(out, data, length);
	text_append_char(out, '"');
	return 0;
}

/* ---- the chain's own types: their text in quotes ---- */

static void quote(struct text *out, const char *string)
{
	text_append_json(out, string, strlen(string));
}

static int encode_name(const struct abi_builtin *row, struct bytes *out, const struct json *json, struct error *error)
{
	uint64_t value;
	const char *string = json_string(json);
	if (!string)
		return unexpected(error, json, row->name);
	int result = name_parse(&value, string, error);
	if (result < 0)
		return refused(error, string, result);
	bytes_put_u64(out, value);
	return 0;
}

static int decode_name(const struct abi_builtin *row, struct text *out, struct cursor *in)
{
	char printed[NAME_TEXT_SIZE];
	(void)row;
	name_print(printed, cursor_u64(in));
	quote(out, printed);
	return in->failed ? -EINVAL : 0;
}

static int encode_time_point(const struct abi_builtin *row, struct bytes *out, const struct json *json, struct error *error)
{
	int64_t us;
	const char *string = json_string(json);
	if (!string)
		return unexpected(error, json, row->name);
	int result = time_point_parse(&us, string, error);
	if (result < 0)
		return refused(error, string, result);
	if (row->width == 8)
		bytes_put_u64(out, (uint64_t)us);
	else
		bytes_put_u32(out, slot_from_us(us));
	return 0;
}

/* time_point (8 bytes of microseconds) and block_timestamp_type (4 of slots) */
static int decode_time_point(const struct abi_builtin *row, struct text *out, struct cursor *in)
{
	char printed[TIME_TEXT_SIZE];
	if (row->width == 8)
		time_point_print(printed, (int64_t)cursor_u64(in));
	else
		slot_print(printed, cursor_u32(in));
	quote(out, printed);
	return in->failed ? -EINVAL : 0;
}

static int encode_time_point_sec(const struct abi_builtin *row, struct bytes *out, const struct json *json, struct error *error)
{
	uint32_t seconds;
	const char *string = json_string(json);
	if (!string)
		return unexpected(error, json, row->name);
	int result = time_point_sec_parse(&seconds, string, error);
	if (result < 0)
		return refused(error, string, result);
	bytes_put_u32(out, seconds);
	return 0;
}

static int decode_time_point_sec(const struct abi_builtin *row, struct text *out, struct cursor *in)
{
	char printed[TIME_TEXT_SIZE];
	(void)row;
	time_point_sec_print(printed, cursor_u32(in));
	quote(out, printed);
	return in->failed ? -EINVAL : 0;
}

static int encode_public_key(const struct abi_builtin *row, struct bytes *out, const struct json *json, struct error *error)
{
	struct public_key key;
	const char *string = json_string(json);
	if (!string)
		return unexpected(error, json, row->name);
	int result = public_key_parse(&key, string, error);
	if (result < 0)
		return refused(error, string, result);
	public_key_pack(out, &key);
	return 0;
}

static int decode_public_key(const struct abi_builtin *row, struct text *out, struct cursor *in)
{
	struct public_key key;
	char printed[KEY_TEXT_SIZE];
	(void)row;
	if (public_key_unpack(&key, in) < 0 || in->failed)
		return -EINVAL;
	public_key_print(printed, &key);
	quote(out, printed);
	return 0;
}

static int encode_signature(const struct abi_builtin *row, struct bytes *out, const struct json *json, struct error *error)
{
	struct signature signature;
	const char *string = json_string(json);
	if (!string)
		return unexpected(error, json, row->name);
	int result = signature_parse(&signature, string, error);
	if (result < 0)
		return refused(error, string, result);
	signature_pack(out, &signature);
	return 0;
}

static int decode_signature(const struct abi_builtin *row, struct text *out, struct cursor *in)
{
	struct signature signature;
	char printed[KEY_TEXT_SIZE];
	(void)row;
	if (signature_unpack(&signature, in) < 0 || in->failed)
		return -EINVAL;
	signature_print(printed, &signature);
	quote(out, printed);
	return 0;
}

static int encode_symbol(const struct abi_builtin *row, struct bytes *out, const struct json *json, struct error *error)
{
	uint64_t symbol;
	const char *string = json_string(json);
	if (!string)
		return unexpected(error, json, row->name);
	int result = symbol_parse(&symbol, string, error);
	if (result < 0)
		return refused(error, string, result);
	bytes_put_u64(out, symbol);
	return 0;
}

static int decode_symbol(const struct abi_builtin *row, struct text *out, struct cursor *in)
{
	char printed[SYMBOL_TEXT_SIZE];
	uint64_t symbol = cursor_u64(in);
	(void)row;
	if (in->failed || !symbol_valid(symbol))
		return -EINVAL;
	symbol_print(printed, symbol);
	quote(out, printed);
	return 0;
}

static int encode_symbol_code(const struct abi_builtin *row, struct bytes *out, const struct json *json, struct error *error)
{
	uint64_t code;
	const char *string = json_string(json);
	if (!string)
		return unexpected(error, json, row->name);
	int result = symbol_code_parse(&code, string, error);
	if (result < 0)
		return refused(error, string, result);
	bytes_put_u64(out, code);
	return 0;
}

static int decode_symbol_code(const struct abi_builtin *row, struct text *out, struct cursor *in)
{
	char printed[SYMBOL_TEXT_SIZE];
	uint64_t code = cursor_u64(in);
	(void)row;
	if (in->failed || code >> 56 || !symbol_valid(code << 8))
		return -EINVAL;
	symbol_code_print(printed, code);
	quote(out, printed);
	return 0;
}

static int encode_asset(const struct abi_builtin *row, struct bytes *out, const struct json *json, struct error *error)
{
	struct asset asset;
	const char *string = json_string(json);
	if (!string)
		return unexpected(error, json, "an asset as \"1.0000 SYS\"");
	(void)row;
	int result = asset_parse(&asset, string, error);
	if (result < 0)
		return refused(error, string, result);
	asset_pack(out, &asset);
	return 0;
}

static int decode_asset(const struct abi_builtin *row, struct text *out, struct cursor *in)
{
	struct asset asset;
	char printed[ASSET_TEXT_SIZE];
	(void)row;
	if (asset_unpack(&asset, in) < 0 || in->failed)
		return -EINVAL;
	asset_print(printed, &asset);
	quote(out, printed);
	return 0;
}

static int encode_extended_asset(const struct abi_builtin *row, struct bytes *out, const struct json *json, struct error *error)
{
	if (json_type(json) != JSON_OBJECT)
		return unexpected(error, json, "{\"quantity\": …, \"contract\": …}");
	int result = encode_asset(row, out, json_member(json, "quantity"), error);
	if (result < 0) {
		error_prefix(error, "quantity");
		return result;
	}
	result = encode_name(abi_builtin_find("name", 4), out, json_member(json, "contract"), error);
	if (result < 0)
		error_prefix(error, "contract");
	return result;
}

static int decode_extended_asset(const struct abi_builtin *row, struct text *out, struct cursor *in)
{
	text_append(out, "{\"quantity\":");
	if (decode_asset(row, out, in) < 0)
		return -EINVAL;
	text_append(out, ",\"contract\":");
	if (decode_name(row, out, in) < 0)
		return -EINVAL;
	text_append_char(out, '}');
	return 0;
}

/* ---- the table, sorted by name (a unit test checks) ---- */

#define ROW(INDEX, NAME, ENCODE, DECODE, WIDTH, SIGNED) {NAME, ENCODE, DECODE, WIDTH, SIGNED, {ABI_BUILTIN, {.builtin = &builtins[INDEX]}}}
static const struct abi_builtin builtins[] = {
	ROW(0, "asset", encode_asset, decode_asset, 16, false),
	ROW(1, "block_timestamp_type", encode_time_point, decode_time_point, 4, false),
	ROW(2, "bool", encode_integer, decode_integer, 1, false),
	ROW(3, "bytes", encode_hex, decode_hex, 0, false),
	ROW(4, "checksum160", encode_hex, decode_hex, 20, false),
	ROW(5, "checksum256", encode_hex, decode_hex, 32, false),
	ROW(6, "checksum512", encode_hex, decode_hex, 64, false),
	ROW(7, "extended_asset", encode_extended_asset, decode_extended_asset, 24, false),
	ROW(8, "float128", encode_float128, decode_float128, 16, true),
	ROW(9, "float32", encode_float, decode_float, 4, true),
	ROW(10, "float64", encode_float, decode_float, 8, true),
	ROW(11, "int128", encode_integer, decode_wide_integer, 16, true),
	ROW(12, "int16", encode_integer, decode_integer, 2, true),
	ROW(13, "int32", encode_integer, decode_integer, 4, true),
	ROW(14, "int64", encode_integer, decode_integer, 8, true),
	ROW(15, "int8", encode_integer, decode_integer, 1, true),
	ROW(16, "name", encode_name, decode_name, 8, false),
	ROW(17, "public_key", encode_public_key, decode_public_key, 0, false),
	ROW(18, "signature", encode_signature, decode_signature, 0, false),
	ROW(19, "string", encode_string, decode_string, 0, false),
	ROW(20, "symbol", encode_symbol, decode_symbol, 8, false),
	ROW(21, "symbol_code", encode_symbol_code, decode_symbol_code, 8, false),
	ROW(22, "time_point", encode_time_point, decode_time_point, 8, false),
	ROW(23, "time_point_sec", encode_time_point_sec, decode_time_point_sec, 4, false),
	ROW(24, "uint128", encode_integer, decode_wide_integer, 16, false),
	ROW(25, "uint16", encode_integer, decode_integer, 2, false),
	ROW(26, "uint32", encode_integer, decode_integer, 4, false),
	ROW(27, "uint64", encode_integer, decode_integer, 8, false),
	ROW(28, "uint8", encode_integer, decode_integer, 1, false),
	ROW(29, "varint32", encode_varint, decode_varint, 4, true),
	ROW(30, "varuint32", encode_varint, decode_varint, 4, false),
};
#undef ROW

const struct abi_builtin *abi_builtin_find(const char *name, size_t length)
{
	size_t low = 0, high = sizeof builtins / sizeof *builtins;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strncmp(builtins[middle].name, name, length);
		if (order == 0)
			order = builtins[middle].name[length] != 0;
		if (order == 0)
			return &builtins[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

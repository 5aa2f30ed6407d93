/* The built-in types of ABIs as one table: name, how JSON becomes bytes (protocol.md A.7), how bytes
 * become JSON (A.8). */
#include "core/types/abi/builtin.h"

#include "core/base/crypto/key.h"
#include "core/base/encoding/hex.h"
#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/types/asset.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int abi_unexpected(struct error *error, const struct json *json, const char *expected)
{
	struct text found = TEXT_EMPTY;
	if (json_type(json) == JSON_ARRAY || json_type(json) == JSON_OBJECT)
		text_append(&found, json_type(json) == JSON_ARRAY ? "an array" : "an object");
	else
		json_print(&found, json);
	int result = error_chain(error, PACK_EXCEPTION, "expected %s, found %.80s", expected,
	                         text_string(&found));
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

/* --- bytes, strings, checksums --- */

static int encode_string(const struct abi_builtin *row, struct bytes *out, const struct json *json,
                         struct error *error)
{
	const char *string = json_string(json);
	struct text converted = TEXT_EMPTY;
	if (json_type(json) == JSON_ARRAY || json_type(json) == JSON_OBJECT)
		return abi_unexpected(error, json, row->name);
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
static int encode_hex(const struct abi_builtin *row, struct bytes *out, const struct json *json,
                      struct error *error)
{
	const char *string = json_string(json);
	size_t digits = string ? strlen(string) : 0;
	if (!string || digits % 2)
		return abi_unexpected(error, json, "an even number of hexadecimal digits");
	if (row->width && digits / 2 > row->width)
		return error_chain(error, PACK_EXCEPTION, "%.40s… has %zu hexadecimal digits, %s takes %u", string,
		                   digits, row->name, 2 * row->width);
	uint8_t *data = memory_allocate(digits / 2 + row->width + 1, 1);
	int result = hex_parse(data, string, digits);
	if (result)
		result = abi_unexpected(error, json, "an even number of hexadecimal digits");
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

/* --- the chain's own types: their text in quotes --- */

static void quote(struct text *out, const char *string)
{
	text_append_json(out, string, strlen(string));
}

/* Of the types whose text a parser of their own reads: parse is the row's. */
static int encode_text(const struct abi_builtin *row, struct bytes *out, const struct json *json,
                       struct error *error)
{
	const char *string = json_string(json);
	if (!string)
		return abi_unexpected(error, json, row->name);
	int result = row->parse(out, string, error);
	return result ? refused(error, string, result) : 0;
}

static int put_u64(struct bytes *out, int (*parse)(uint64_t *, const char *, struct error *),
                   const char *string, struct error *error)
{
	uint64_t value;
	int result = parse(&value, string, error);
	if (result == 0)
		bytes_put_u64(out, value);
	return result;
}

static int parse_name(struct bytes *out, const char *string, struct error *error)
{
	return put_u64(out, name_parse, string, error);
}

static int decode_name(const struct abi_builtin *row, struct text *out, struct cursor *in)
{
	(void)row;
	text_append_char(out, '"'); /* there is nothing in it that JSON would escape */
	text_append(out, name_text(cursor_u64(in)).text);
	text_append_char(out, '"');
	return in->failed ? -EINVAL : 0;
}

static int parse_time_point(struct bytes *out, const char *string, struct error *error)
{
	int64_t us;
	int result = time_point_parse(&us, string, error);
	if (result == 0)
		bytes_put_u64(out, (uint64_t)us);
	return result;
}

static int parse_block_timestamp(struct bytes *out, const char *string, struct error *error)
{
	int64_t us;
	int result = time_point_parse(&us, string, error);
	if (result == 0)
		bytes_put_u32(out, slot_from_us(us));
	return result;
}

/* time_point (8 bytes of microseconds) and block_timestamp_type (4 of slots) */
static int decode_time_point(const struct abi_builtin *row, struct text *out, struct cursor *in)
{
	quote(out,
	      row->width == 8 ? time_point_text((int64_t)cursor_u64(in)).text : slot_text(cursor_u32(in)).text);
	return in->failed ? -EINVAL : 0;
}

static int parse_time_point_sec(struct bytes *out, const char *string, struct error *error)
{
	uint32_t seconds;
	int result = time_point_sec_parse(&seconds, string, error);
	if (result == 0)
		bytes_put_u32(out, seconds);
	return result;
}

static int decode_time_point_sec(const struct abi_builtin *row, struct text *out, struct cursor *in)
{
	(void)row;
	quote(out, time_point_sec_text(cursor_u32(in)).text);
	return in->failed ? -EINVAL : 0;
}

static int parse_public_key(struct bytes *out, const char *string, struct error *error)
{
	struct public_key key;
	int result = public_key_parse(&key, string, error);
	if (result == 0)
		public_key_pack(out, &key);
	return result;
}

static int decode_public_key(const struct abi_builtin *row, struct text *out, struct cursor *in)
{
	struct public_key key;
	(void)row;
	if (public_key_unpack(&key, in) < 0 || in->failed)
		return -EINVAL;
	quote(out, public_key_text(&key).text);
	return 0;
}

static int parse_signature(struct bytes *out, const char *string, struct error *error)
{
	struct signature signature;
	int result = signature_parse(&signature, string, error);
	if (result == 0)
		signature_pack(out, &signature);
	return result;
}

static int decode_signature(const struct abi_builtin *row, struct text *out, struct cursor *in)
{
	struct signature signature;
	(void)row;
	if (signature_unpack(&signature, in) < 0 || in->failed)
		return -EINVAL;
	quote(out, signature_text(&signature).text);
	return 0;
}

static int parse_symbol(struct bytes *out, const char *string, struct error *error)
{
	return put_u64(out, symbol_parse, string, error);
}

static int decode_symbol(const struct abi_builtin *row, struct text *out, struct cursor *in)
{
	uint64_t symbol = cursor_u64(in);
	(void)row;
	if (in->failed || !symbol_valid(symbol))
		return -EINVAL;
	quote(out, symbol_text(symbol).text);
	return 0;
}

static int parse_symbol_code(struct bytes *out, const char *string, struct error *error)
{
	return put_u64(out, symbol_code_parse, string, error);
}

static int decode_symbol_code(const struct abi_builtin *row, struct text *out, struct cursor *in)
{
	uint64_t code = cursor_u64(in);
	(void)row;
	if (in->failed || code >> 56 || !symbol_valid(code << 8))
		return -EINVAL;
	quote(out, symbol_code_text(code).text);
	return 0;
}

static int encode_asset(const struct abi_builtin *row, struct bytes *out, const struct json *json,
                        struct error *error)
{
	struct asset asset;
	const char *string = json_string(json);
	if (!string)
		return abi_unexpected(error, json, "an asset as \"1.0000 SYS\"");
	(void)row;
	int result = asset_parse(&asset, string, error);
	if (result)
		return refused(error, string, result);
	asset_pack(out, &asset);
	return 0;
}

static int decode_asset(const struct abi_builtin *row, struct text *out, struct cursor *in)
{
	struct asset asset;
	(void)row;
	if (asset_unpack(&asset, in) < 0 || in->failed)
		return -EINVAL;
	quote(out, asset_text(&asset).text);
	return 0;
}

static int encode_extended_asset(const struct abi_builtin *row, struct bytes *out, const struct json *json,
                                 struct error *error)
{
	if (json_type(json) != JSON_OBJECT)
		return abi_unexpected(error, json, "{\"quantity\": …, \"contract\": …}");
	int result = encode_asset(row, out, json_member(json, "quantity"), error);
	if (result) {
		error_prefix(error, "quantity");
		return result;
	}
	result = encode_text(abi_builtin_find("name", 4), out, json_member(json, "contract"), error);
	if (result)
		error_prefix(error, "contract");
	return result;
}

static int decode_extended_asset(const struct abi_builtin *row, struct text *out, struct cursor *in)
{
	text_append(out, "{\"quantity\":");
	if (decode_asset(row, out, in) != 0)
		return -EINVAL;
	text_append(out, ",\"contract\":");
	if (decode_name(row, out, in) != 0)
		return -EINVAL;
	text_append_char(out, '}');
	return 0;
}

/* --- the table, sorted by name (a unit test checks) --- */

#define ROW(INDEX, NAME, ENCODE, DECODE, WIDTH, SIGNED) \
	{NAME, ENCODE, DECODE, NULL, WIDTH, SIGNED, {ABI_BUILTIN, {.builtin = &builtins[INDEX]}}}
#define TEXT_ROW(INDEX, NAME, PARSE, DECODE, WIDTH) \
	{NAME, encode_text, DECODE, PARSE, WIDTH, false, {ABI_BUILTIN, {.builtin = &builtins[INDEX]}}}
static const struct abi_builtin builtins[] = {
	ROW(0, "asset", encode_asset, decode_asset, 16, false),
	TEXT_ROW(1, "block_timestamp_type", parse_block_timestamp, decode_time_point, 4),
	ROW(2, "bool", abi_encode_integer, abi_decode_integer, 1, false),
	ROW(3, "bytes", encode_hex, decode_hex, 0, false),
	ROW(4, "checksum160", encode_hex, decode_hex, 20, false),
	ROW(5, "checksum256", encode_hex, decode_hex, 32, false),
	ROW(6, "checksum512", encode_hex, decode_hex, 64, false),
	ROW(7, "extended_asset", encode_extended_asset, decode_extended_asset, 24, false),
	ROW(8, "float128", abi_encode_float128, abi_decode_float128, 16, true),
	ROW(9, "float32", abi_encode_float, abi_decode_float, 4, true),
	ROW(10, "float64", abi_encode_float, abi_decode_float, 8, true),
	ROW(11, "int128", abi_encode_integer, abi_decode_wide_integer, 16, true),
	ROW(12, "int16", abi_encode_integer, abi_decode_integer, 2, true),
	ROW(13, "int32", abi_encode_integer, abi_decode_integer, 4, true),
	ROW(14, "int64", abi_encode_integer, abi_decode_integer, 8, true),
	ROW(15, "int8", abi_encode_integer, abi_decode_integer, 1, true),
	TEXT_ROW(16, "name", parse_name, decode_name, 8),
	TEXT_ROW(17, "public_key", parse_public_key, decode_public_key, 0),
	TEXT_ROW(18, "signature", parse_signature, decode_signature, 0),
	ROW(19, "string", encode_string, decode_string, 0, false),
	TEXT_ROW(20, "symbol", parse_symbol, decode_symbol, 8),
	TEXT_ROW(21, "symbol_code", parse_symbol_code, decode_symbol_code, 8),
	TEXT_ROW(22, "time_point", parse_time_point, decode_time_point, 8),
	TEXT_ROW(23, "time_point_sec", parse_time_point_sec, decode_time_point_sec, 4),
	ROW(24, "uint128", abi_encode_integer, abi_decode_wide_integer, 16, false),
	ROW(25, "uint16", abi_encode_integer, abi_decode_integer, 2, false),
	ROW(26, "uint32", abi_encode_integer, abi_decode_integer, 4, false),
	ROW(27, "uint64", abi_encode_integer, abi_decode_integer, 8, false),
	ROW(28, "uint8", abi_encode_integer, abi_decode_integer, 1, false),
	ROW(29, "varint32", abi_encode_varint, abi_decode_varint, 4, true),
	ROW(30, "varuint32", abi_encode_varint, abi_decode_varint, 4, false),
};
#undef ROW
#undef TEXT_ROW

const struct abi_builtin *abi_builtin_find(const char *name, size_t length)
{
	const size_t count = sizeof builtins / sizeof *builtins;
	size_t low = 0, high = count;
	PARTITION_POINT(low, high, at, abi_compare_text(builtins[at].name, name, length) < 0);
	return low < count && abi_compare_text(builtins[low].name, name, length) == 0 ? &builtins[low] : NULL;
}

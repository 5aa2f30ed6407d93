/* ABIs in use: every built-in type both ways, structs, variants, optionals, extensions, and what is refused
 * with which sentence. */
#include "core/types/abi/abi.h"

#include "core/base/encoding/hex.h"
#include "core/base/exception.h"
#include "core/types/name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

static const char test_abi[] =
	"{\"version\":\"eosio::abi/1.2\",\"types\":[{\"new_type_name\":\"account_name\",\"type\":\"name\"},"
	"{\"new_type_name\":\"names\",\"type\":\"account_name[]\"},{\"new_type_name\":\"choice\",\"type\":"
	"\"variant_uint8_pair\"}],"
	"\"structs\":[{\"name\":\"base\",\"base\":\"\",\"fields\":[{\"name\":\"a\",\"type\":\"uint8\"}]},"
	"{\"name\":\"derived\",\"base\":\"base\",\"fields\":[{\"name\":\"b\",\"type\":\"uint8\"}]},"
	"{\"name\":\"pair\",\"base\":\"\",\"fields\":[{\"name\":\"who\",\"type\":\"account_name\"},{\"name\":"
	"\"much\",\"type\":\"asset\"}]},"
	"{\"name\":\"wide\",\"base\":\"\",\"fields\":[{\"name\":\"pairs\",\"type\":\"pair[]\"},{\"name\":"
	"\"maybe\",\"type\":\"pair?\"},"
	"{\"name\":\"choice\",\"type\":\"choice\"}]},"
	"{\"name\":\"extended\",\"base\":\"\",\"fields\":[{\"name\":\"a\",\"type\":\"uint8\"},{\"name\":\"b\","
	"\"type\":\"uint8$\"},"
	"{\"name\":\"c\",\"type\":\"pair?$\"}]},"
	"{\"name\":\"holder\",\"base\":\"\",\"fields\":[{\"name\":\"inner\",\"type\":\"extended\"}]},"
	"{\"name\":\"holders\",\"base\":\"\",\"fields\":[{\"name\":\"inner\",\"type\":\"extended[]\"}]},"
	"{\"name\":\"tree\",\"base\":\"\",\"fields\":[{\"name\":\"x\",\"type\":\"tree[]\"}]},"
	"{\"name\":\"endless\",\"base\":\"\",\"fields\":[{\"name\":\"x\",\"type\":\"endless\"}]},"
	"{\"name\":\"fixed\",\"base\":\"\",\"fields\":[{\"name\":\"x\",\"type\":\"uint8[4]\"}]},"
	"{\"name\":\"nothing\",\"base\":\"\",\"fields\":[]}],"
	"\"actions\":[{\"name\":\"pay\",\"type\":\"pair\",\"ricardian_contract\":\"r\"},{\"name\":\"act\","
	"\"type\":\"names\"}],"
	"\"tables\":[{\"name\":\"rows\",\"index_type\":\"i64\",\"key_names\":[\"k\"],\"key_types\":[\"name\"],"
	"\"type\":\"pair\"}],"
	"\"ricardian_clauses\":[{\"id\":\"i\",\"body\":\"b\\n\"}],\"error_messages\":[{\"error_code\":"
	"\"18446744073709551615\",\"error_msg\":\"m\"}],"
	"\"abi_extensions\":[[7,\"00ff\"]],\"variants\":[{\"name\":\"variant_uint8_pair\",\"types\":[\"uint8\","
	"\"pair\",\"names\"]}],"
	"\"action_results\":[{\"name\":\"pay\",\"result_type\":\"uint64\"}]}";

static struct abi *abi;

static int setup(void **state)
{
	struct error error = {0};
	(void)state;
	if (abi_parse(&abi, test_abi, sizeof test_abi - 1, &error) < 0)
		fail_msg("%s", error.sentence);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	abi_release(abi);
	return 0;
}

static int encode(struct bytes *out, const char *type, const char *text, struct error *error)
{
	struct json *json;
	if (json_parse(&json, text, strlen(text), error) < 0)
		fail_msg("%s: %s", text, error->sentence);
	int result = abi_to_binary(abi, out, type, json, error);
	json_release(json);
	return result;
}

static void check_hex(const char *type, const char *text, const char *hex)
{
	struct bytes packed = {0};
	struct text printed = TEXT_EMPTY;
	struct error error = {0};
	if (encode(&packed, type, text, &error) < 0)
		fail_msg("%s %s: %s", type, text, error.sentence);
	text_append_hex(&printed, packed.data, packed.length);
	assert_string_equal(text_string(&printed), hex);
	text_release(&printed);
	bytes_release(&packed);
}

static void check_json(const char *type, const char *hex, const char *text)
{
	uint8_t data[512];
	size_t length = strlen(hex) / 2;
	struct text printed = TEXT_EMPTY;
	struct error error = {0};
	assert_int_equal(hex_parse(data, hex, 2 * length), 0);
	struct cursor in = cursor_make(data, length);
	if (abi_to_json(abi, &printed, type, &in, &error) < 0)
		fail_msg("%s %s: %s", type, hex, error.sentence);
	assert_string_equal(text_string(&printed), text);
	assert_int_equal(cursor_left(&in), 0);
	text_release(&printed);
}

#define KEY "02c0ded2bc1f1305fb0faac5e6c03ee3a1924234985427b6167ca569d13df435cf"
#define SIGNATURE                                                        \
	"1f373c7d6999596a61e96ebdc6611e81a83aec25852ff3ebcf97692b2f0d87f911" \
	"273f249f784d98e6171e2a89e7a64a1425dc419d2af493a9a797f41d82ac07c1"
#define ZEROS_16 "00000000000000000000000000000000"

static const struct {
	const char *type, *text, *hex;
} both_ways[] = {
	{"bool", "0", "00"},
	{"bool", "1", "01"},
	{"int8", "-128", "80"},
	{"uint8", "255", "ff"},
	{"int16", "-2", "feff"},
	{"uint16", "65535", "ffff"},
	{"int32", "-2147483648", "00000080"},
	{"uint32", "4294967295", "ffffffff"},
	{"int64", "4294967295", "ffffffff00000000"},
	{"int64", "\"4294967296\"", "0000000001000000"},
	{"int64", "-9223372036854775808", "0000000000000080"},
	{"int64", "-5000000000", "000efad5feffffff"},
	{"uint64", "\"18446744073709551615\"", "ffffffffffffffff"},
	{"int128", "\"-170141183460469231731687303715884105728\"", "00000000000000000000000000000080"},
	{"int128", "\"-1\"", "ffffffffffffffffffffffffffffffff"},
	{"int128", "\"7\"", "07000000000000000000000000000000"},
	{"uint128", "\"340282366920938463463374607431768211455\"", "ffffffffffffffffffffffffffffffff"},
	{"varuint32", "4294967295", "ffffffff0f"},
	{"varuint32", "127", "7f"},
	{"varint32", "-1", "01"},
	{"varint32", "2147483647", "feffffff0f"},
	{"varint32", "-2147483648", "ffffffff0f"},
	{"float32", "\"1.50000000000000000\"", "0000c03f"},
	{"float64", "\"0.10000000000000001\"", "9a9999999999b93f"},
	{"float64", "\"-0.00000000000000000\"", "0000000000000080"},
	{"float64", "\"inf\"", "000000000000f07f"},
	{"float64", "\"-inf\"", "000000000000f0ff"},
	{"float64", "\"nan\"", "000000000000f87f"},
	{"float64", "\"241591910400000000000.00000000000000000\"", "000000c585312a44"},
	{"float128", "\"0x000102030405060708090a0b0c0d0eff\"", "000102030405060708090a0b0c0d0eff"},
	{"time_point", "\"2018-06-08T08:08:08.888\"", "c0b680e61c6e0500"},
	{"time_point_sec", "\"2106-02-07T06:28:15\"", "ffffffff"},
	{"block_timestamp_type", "\"2000-01-01T00:00:00.500\"", "01000000"},
	{"name", "\"eosio.token\"", "00a6823403ea3055"},
	{"name", "\"\"", "0000000000000000"},
	{"bytes", "\"\"", "00"},
	{"bytes", "\"00ff\"", "0200ff"},
	{"string", "\"\"", "00"},
	{"string", "\"\\\"\303\251\\u0001\"", "0422c3a901"},
	{"checksum160", "\"" ZEROS_16 "00000001\"", ZEROS_16 "00000001"},
	{"checksum256", "\"" ZEROS_16 ZEROS_16 "\"", ZEROS_16 ZEROS_16},
	{"checksum512", "\"" ZEROS_16 ZEROS_16 ZEROS_16 ZEROS_16 "\"", ZEROS_16 ZEROS_16 ZEROS_16 ZEROS_16},
	{"public_key", "\"EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV\"", "00" KEY},
	{"signature",
     "\"SIG_K1_"
     "K2Uurs6P1PBfnzm6qhc4YnbxXTPsbRxeiDoZmFXj4f6Dydi3t9YmSzuotJez5uGrE237H5WYp1rRoqycqHVPubuZAWj768\"",
     "00" SIGNATURE},
	{"symbol", "\"4,SYS\"", "0453595300000000"},
	{"symbol_code", "\"SYS\"", "5359530000000000"},
	{"asset", "\"26211.0999 SYS\"", "177f9f0f000000000453595300000000"},
	{"asset", "\"-0.0001 SYS\"", "ffffffffffffffff0453595300000000"},
	{"extended_asset", "{\"quantity\":\"1 A\",\"contract\":\"eosio.token\"}",
     "0100000000000000"
     "0041000000000000"
     "00a6823403ea3055"},
	{"uint8[]", "[]", "00"},
	{"uint8[]", "[1,2]", "020102"},
	{"uint16?", "null", "00"},
	{"uint16?", "258", "010201"},
	{"uint8?[]", "[null,7]", "02000107"},
	{"uint8[]?", "[7]", "010107"},
	{"uint8[][]", "[[1],[]]", "02010100"},
	{"names", "[\"a\"]", "010000000000000030"},
	{"names[]", "[[],[]]", "020000"},
	{"derived", "{\"a\":1,\"b\":2}", "0102"},
	{"derived[]", "[{\"a\":1,\"b\":2}]", "010102"},
	{"choice", "[\"uint8\",3]", "0003"},
	{"choice", "[\"names\",[\"\"]]", "02010000000000000000"},
	{"wide",
     "{\"pairs\":[{\"who\":\"a\",\"much\":\"1 "
     "A\"}],\"maybe\":null,\"choice\":[\"pair\",{\"who\":\"\",\"much\":\"0 A\"}]}",
     "01"
     "0000000000000030"
     "0100000000000000"
     "0041000000000000"
     "00"
     "01"
     "0000000000000000"
     "0000000000000000"
     "0041000000000000"},
	{"extended", "{\"a\":1}", "01"},
	{"extended", "{\"a\":1,\"b\":2}", "0102"},
	{"extended", "{\"a\":1,\"b\":2,\"c\":null}", "010200"},
	{"holder", "{\"inner\":{\"a\":1}}", "01"},
	{"holders", "{\"inner\":[{\"a\":1,\"b\":2,\"c\":null}]}", "01010200"},
	{"tree", "{\"x\":[{\"x\":[]},{\"x\":[]}]}", "020000"},
};

static void test_both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(both_ways); i++) {
		check_hex(both_ways[i].type, both_ways[i].text, both_ways[i].hex);
		check_json(both_ways[i].type, both_ways[i].hex, both_ways[i].text);
	}
}

/* What JSON may also look like. */
static void test_leniency(void **state)
{
	(void)state;
	static const struct { const char *type, *text, *hex;
	} rows[] = {
		{"bool", "true", "01"},
		{"bool", "false", "00"},
		{"uint8", "\"7\"", "07"},
		{"uint8", "null", "00"},
		{"uint8", "1.9", "01"},
		{"uint64", "18446744073709551615", "ffffffffffffffff"},
		{"int64", "-9223372036854775808", "0000000000000080"},
		{"uint64", "\"0x10\"", "1000000000000000"},
		{"uint128", "\"0xffffffffffffffffffffffffffffffff\"", "ffffffffffffffffffffffffffffffff"},
		{"uint128", "5", "05000000000000000000000000000000"},
		{"float64", "1.5", "000000000000f83f"},
		{"float64", "0.12345678901234567", "5ef64637dd9abf3f"},
		{"float64", "2", "0000000000000040"},
		{"string", "12", "023132"},
		{"string", "true", "0474727565"},
		{"string", "null", "00"},
		{"string", "12345678901234567890", "143132333435363738393031323334353637383930"},
		{"checksum160", "\"01\"", "01000000" ZEROS_16},
		{"bytes", "\"AbCd\"", "02abcd"},
		{"pair", "[\"a\",\"1 A\"]", "000000000000003001000000000000000041000000000000"},
		{"public_key", "\"PUB_K1_6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5BoDq63\"", "00" KEY},
		{"time_point_sec", "\"1970-01-01T00:00:01\"", "01000000"},
		{"wide", "{\"choice\":[\"uint8\",1],\"pairs\":[],\"unknown\":1}", "00000001"},
		{"extended", "[1]", "01"},
		{"extended", "[1,2]", "0102"},
		{"pair", "{\"who\":\"b\",\"much\":\"1 A\",\"who\":\"a\"}",
	     "000000000000003801000000000000000041000000000000"},
		{"no_such_type", "\"00ff\"", "00ff"},
		{"nothing", "{}", ""},
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		check_hex(rows[i].type, rows[i].text, rows[i].hex);
}

static const struct {
	const char *type, *text;
	uint32_t code;
	const char *sentence;
} encode_errors[] = {
	{"uint8", "256", PACK_EXCEPTION, "expected a number that fits uint8, found 256"},
	{"uint8", "-1", PACK_EXCEPTION, "expected a number that fits uint8, found -1"},
	{"int8", "128", PACK_EXCEPTION, "expected a number that fits int8, found 128"},
	{"int64", "9223372036854775808", PACK_EXCEPTION,
     "expected a number that fits int64, found \"9223372036854775808\""},
	{"uint128", "\"340282366920938463463374607431768211456\"", PACK_EXCEPTION,
     "expected uint128, found \"340282366920938463463374607431768211456\""},
	{"uint64", "\"12x\"", PACK_EXCEPTION, "expected uint64, found \"12x\""},
	{"uint64", "{}", PACK_EXCEPTION, "expected uint64, found an object"},
	{"float64", "\"1.5x\"", PACK_EXCEPTION, "expected float64, found \"1.5x\""},
	{"name", "12", PACK_EXCEPTION, "expected name, found 12"},
	{"bytes", "\"abc\"", PACK_EXCEPTION, "expected an even number of hexadecimal digits, found \"abc\""},
	{"bytes", "\"zz\"", PACK_EXCEPTION, "expected an even number of hexadecimal digits, found \"zz\""},
	{"pair", "{\"who\":\"Bob\",\"much\":\"1 A\"}", NAME_TYPE_EXCEPTION,
     "who: Name not properly normalized (name: Bob, normalized: .ob) "},
	{"pair", "{\"who\":\"a\",\"much\":\"1.0000SYS\"}", ASSET_TYPE_EXCEPTION,
     "much: Asset's amount and symbol should be separated with space ('1.0000SYS')"},
	{"wide", "{\"pairs\":[{\"who\":\"a\",\"much\":\"1 A\"},{\"who\":\"a\",\"much\":1}]}", PACK_EXCEPTION,
     "pairs[1].much: expected an asset as \"1.0000 SYS\", found 1"},
	{"wide", "{\"pairs\":1}", PACK_EXCEPTION, "pairs: expected an array"},
	{"wide", "{\"pairs\":[]}", PACK_EXCEPTION,
     "Missing field 'choice' in input object while processing struct 'wide'"},
	{"wide", "{\"pairs\":[{}]}", PACK_EXCEPTION,
     "Missing field 'who' in input object while processing struct 'wide.pairs[0]'"},
	{"wide", "{\"pairs\":[],\"choice\":1}", PACK_EXCEPTION,
     "Expected input to be an array of two items while processing variant 'wide.choice'"},
	{"wide", "{\"pairs\":[],\"choice\":[1,1]}", PACK_EXCEPTION,
     "Encountered non-string as first item of input array while processing variant 'wide.choice'"},
	{"wide", "{\"pairs\":[],\"choice\":[\"x\",1]}", PACK_EXCEPTION,
     "Specified type 'x' in input array is not valid within the variant 'wide.choice'"},
	{"wide", "{\"pairs\":[],\"choice\":[\"pair\",{}]}", PACK_EXCEPTION,
     "Missing field 'who' in input object while processing struct 'wide.choice.<variant(1)=pair>'"},
	{"pair", "[\"a\"]", PACK_EXCEPTION,
     "Early end to input array specifying the fields of struct 'pair'; require input for field 'much'"},
	{"pair", "7", PACK_EXCEPTION, "Unexpected input encountered while processing struct 'pair'"},
	{"derived", "[1,2]", INVALID_TYPE_INSIDE_ABI,
     "Using input array to specify the fields of the derived struct 'derived'; input arrays are "
     "currently only allowed for structs without a base"},
	{"extended", "{\"a\":1,\"c\":null}", PACK_EXCEPTION,
     "Unexpected field 'c' found in input object while processing struct 'extended'"},
	{"holders", "{\"inner\":[{\"a\":1}]}", PACK_EXCEPTION,
     "Missing field 'b' in input object while processing struct 'holders.inner[0]'"},
	{"fixed", "{\"x\":[1,2,3,4]}", INVALID_TYPE_INSIDE_ABI, "x: arrays of fixed size cannot be packed"},
	{"no_such_type", "{}", INVALID_TYPE_INSIDE_ABI, "Unknown type no_such_type"},
	{"no_such_type[]", "[]", INVALID_TYPE_INSIDE_ABI, "Unknown type no_such_type[]"},
	{"public_key", "null", PACK_EXCEPTION, "expected public_key, found null"},
	{"extended_asset", "{\"quantity\":\"1 A\",\"contract\":\"X\"}", NAME_TYPE_EXCEPTION,
     "contract: Name not properly normalized (name: X, normalized: ) "},
};

static void test_encode_errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(encode_errors); i++) {
		struct bytes packed = {0};
		struct error error = {0};
		bytes_put_u8(&packed, 1);
		if (encode(&packed, encode_errors[i].type, encode_errors[i].text, &error) == 0)
			fail_msg("%s %s was taken", encode_errors[i].type, encode_errors[i].text);
		assert_string_equal(error.sentence, encode_errors[i].sentence);
		assert_int_equal(error.code, encode_errors[i].code);
		assert_int_equal(packed.length, 1);
		bytes_release(&packed);
	}
	struct error error = {0};
	struct bytes packed = {0};
	assert_true(encode(&packed, "public_key", "\"EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CW\"",
	                   &error) < 0);
	assert_int_equal(error.code, PUBLIC_KEY_TYPE_EXCEPTION);
	assert_non_null(strstr(error.sentence, "EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CW"));
	assert_true(encode(&packed, "time_point", "\"2018-06-08T08:08:08Z\"", &error) < 0);
	assert_non_null(strstr(error.sentence, "2018-06-08T08:08:08Z"));
	bytes_release(&packed);
}

static void test_decode_errors(void **state)
{
	(void)state;
	static const struct { const char *type, *hex; uint32_t code; const char *sentence;
	} rows[] = {
		{"pair", "", UNPACK_EXCEPTION,
	     "Stream unexpectedly ended; unable to unpack field 'who' of struct 'pair'"},
		{"pair", "0000000000000000", UNPACK_EXCEPTION,
	     "Stream unexpectedly ended; unable to unpack field 'much' of struct 'pair'"},
		{"pair", "00000000", UNPACK_EXCEPTION,
	     "Unable to unpack built-in type 'name' while processing 'pair.who'"},
		{"uint16[]", "0201", UNPACK_EXCEPTION, "Unable to unpack size of array 'uint16[]'"},
		{"uint16[]", "020100", UNPACK_EXCEPTION,
	     "Unable to unpack array of built-in type 'uint16' while processing 'uint16[]'"},
		{"uint16?", "0101", UNPACK_EXCEPTION,
	     "Unable to unpack optional of built-in type 'uint16' while processing 'uint16?'"},
		{"uint16?", "", UNPACK_EXCEPTION, "Unable to unpack presence flag of optional 'uint16?'"},
		{"choice", "", UNPACK_EXCEPTION, "Unable to unpack tag of variant 'choice'"},
		{"wide", "000003", UNPACK_EXCEPTION, "Unpacked invalid tag (3) for variant 'wide.choice'"},
		{"wide", "0201", UNPACK_EXCEPTION, "Unable to unpack size of array 'wide.pairs'"},
		{"nothing", "00", UNPACK_EXCEPTION, "Unable to unpack 'nothing' from stream"},
		{"asset", "ffffffffffffff7f0453595300000000", UNPACK_EXCEPTION,
	     "Unable to unpack built-in type 'asset' while processing 'asset'"},
		{"symbol", "0461620000000000", UNPACK_EXCEPTION,
	     "Unable to unpack built-in type 'symbol' while processing 'symbol'"},
		{"symbol_code", "4141414141414141", UNPACK_EXCEPTION,
	     "Unable to unpack built-in type 'symbol_code' while processing 'symbol_code'"},
		{"public_key", "05", UNPACK_EXCEPTION,
	     "Unable to unpack built-in type 'public_key' while processing 'public_key'"},
		{"string", "0561", UNPACK_EXCEPTION,
	     "Unable to unpack built-in type 'string' while processing 'string'"},
		{"fixed", "01020304", INVALID_TYPE_INSIDE_ABI, "fixed.x: arrays of fixed size cannot be unpacked"},
		{"endless", "00", ABI_RECURSION_DEPTH_EXCEPTION, "recursive definition, max_recursion_depth 32 "},
		{"tree", "01010101010101010101010101010101010101010100", ABI_RECURSION_DEPTH_EXCEPTION,
	     "recursive definition, max_recursion_depth 32 "},
		{"no_such_type", "00", INVALID_TYPE_INSIDE_ABI, "Unknown type no_such_type"},
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t data[64];
		struct text out = TEXT_EMPTY;
		struct error error = {0};
		size_t digits = strlen(rows[i].hex);
		assert_int_equal(hex_parse(data, rows[i].hex, digits), 0);
		struct cursor in = cursor_make(data, digits / 2);
		text_append(&out, "before");
		if (abi_to_json(abi, &out, rows[i].type, &in, &error) == 0)
			fail_msg("%s %s was taken: %s", rows[i].type, rows[i].hex, text_string(&out));
		assert_string_equal(error.sentence, rows[i].sentence);
		assert_int_equal(error.code, rows[i].code);
		assert_string_equal(text_string(&out), "before");
		text_release(&out);
	}
}

/* A memo may hold anything; JSON stays JSON. A row of the recording whose last field is 16 zero bytes. */
static void test_odd_values(void **state)
{
	(void)state;
	check_json("string", "0361ff62", "\"ab\"");
	check_json("asset", "00000000000000000000000000000000", "\"0 \"");
	check_json("asset", "172d970f000000000453595300000000", "\"26156.5719 SYS\"");
	check_json("float64", "000000000000f8ff", "\"nan\"");
}

#define ABI(REST) "{\"version\":\"eosio::abi/1.1\"," REST "}"
#define S(NAME, BASE, FIELDS) "{\"name\":\"" NAME "\",\"base\":\"" BASE "\",\"fields\":[" FIELDS "]}"
#define F(NAME, TYPE) "{\"name\":\"" NAME "\",\"type\":\"" TYPE "\"}"
#define T(NAME, TYPE) "{\"new_type_name\":\"" NAME "\",\"type\":\"" TYPE "\"}"
static const struct {
	const char *abi;
	uint32_t code;
	const char *sentence;
} abis_refused[] = {
	{"{}", UNSUPPORTED_ABI_VERSION_EXCEPTION, "ABI has an unsupported version"},
	{"{\"version\":\"eosio::abi/2.0\"}", UNSUPPORTED_ABI_VERSION_EXCEPTION,
     "ABI has an unsupported version"},
	{"[]", ABI_TYPE_EXCEPTION, "an ABI is a JSON object"},
	{ABI("\"structs\":"
         "[" S("a", "", F("x", "nope")) "]"),
     INVALID_TYPE_INSIDE_ABI, "field x of struct a: Unknown type nope"},
	{ABI("\"structs\":"
         "[" S("a", "", F("x", "uint8$[]")) "]"),
     INVALID_TYPE_INSIDE_ABI, "field x of struct a: Unknown type uint8$[]"},
	{ABI("\"structs\":"
         "[" S("a", "b", "") "]"),
     INVALID_TYPE_INSIDE_ABI, "Unknown struct b"},
	{ABI("\"structs\":"
         "[" S("a", "name", "") "]"),
     INVALID_TYPE_INSIDE_ABI, "Unknown struct name"},
	{ABI("\"structs\":"
         "[" S("a", "b", "") "," S("b", "a", "") "]"),
     ABI_CIRCULAR_DEF_EXCEPTION, "Circular reference in struct a"},
	{ABI("\"structs\":"
         "[" S("a", "", "") "," S("a", "", "") "]"),
     DUPLICATE_ABI_STRUCT_DEF_EXCEPTION, "duplicate struct definition detected"},
	{ABI("\"types\":"
         "[" T("a", "b") "," T("b", "a") "]"),
     ABI_CIRCULAR_DEF_EXCEPTION, "Circular reference in type a"},
	{ABI("\"types\":"
         "[" T("a", "a") "]"),
     ABI_CIRCULAR_DEF_EXCEPTION, "Circular reference in type a"},
	{ABI("\"types\":"
         "[" T("a", "name") "," T("a", "name") "]"),
     DUPLICATE_ABI_TYPE_DEF_EXCEPTION, "duplicate type definition detected"},
	{ABI("\"types\":"
         "[" T("name", "uint8") "]"),
     DUPLICATE_ABI_TYPE_DEF_EXCEPTION, "type already exists: name"},
	{ABI("\"types\":"
         "[" T("a", "a[]") "]"),
     ABI_RECURSION_DEPTH_EXCEPTION, "recursive definition, max_recursion_depth 32 "},
	{ABI("\"types\":"
         "[" T("a", "nope") "]"),
     INVALID_TYPE_INSIDE_ABI, "Unknown type nope"},
	{ABI("\"actions\":[{\"name\":\"a\",\"type\":\"nope\"}]"), INVALID_TYPE_INSIDE_ABI,
     "Unknown type nope"},
	{ABI("\"actions\":[{\"name\":\"a\",\"type\":\"name\"},{\"name\":\"a\",\"type\":\"name\"}]"),
     DUPLICATE_ABI_ACTION_DEF_EXCEPTION, "duplicate action definition detected"},
	{ABI("\"actions\":[{\"name\":\"A\",\"type\":\"name\"}]"), NAME_TYPE_EXCEPTION,
     "actions[0].name: Name not properly normalized (name: A, normalized: ) "},
	{ABI("\"tables\":[{\"name\":\"a\",\"type\":\"name\"},{\"name\":\"a\",\"type\":\"name\"}]"),
     DUPLICATE_ABI_TABLE_DEF_EXCEPTION, "duplicate table definition detected"},
	{ABI("\"error_messages\":[{\"error_code\":1},{\"error_code\":1}]"),
     DUPLICATE_ABI_ERR_MSG_DEF_EXCEPTION, "duplicate error message definition detected"},
	{ABI("\"variants\":[{\"name\":\"v\",\"types\":[]},{\"name\":\"v\",\"types\":[]}]"),
     DUPLICATE_ABI_VARIANT_DEF_EXCEPTION, "duplicate variant definition detected"},
	{ABI("\"variants\":[{\"name\":\"v\",\"types\":[\"nope\"]}]"), INVALID_TYPE_INSIDE_ABI,
     "Unknown type nope"},
	{ABI("\"action_results\":[{\"name\":\"a\",\"result_type\":\"name\"},{\"name\":\"a\",\"result_type\":"
         "\"name\"}]"),
     DUPLICATE_ABI_ACTION_RESULTS_DEF_EXCEPTION, "duplicate action results definition detected"},
	{ABI("\"structs\":[{\"name\":1}]"), ABI_TYPE_EXCEPTION, "structs[0].name: expected a string"},
	{ABI("\"structs\":7"), ABI_TYPE_EXCEPTION, "structs[0].rows: expected an array"},
	{ABI("\"tables\":[{\"name\":\"a\",\"key_names\":[1]}]"), ABI_TYPE_EXCEPTION,
     "tables[0].key_names: expected an array of strings"},
	{ABI("\"abi_extensions\":[[70000,\"\"]]"), ABI_TYPE_EXCEPTION,
     "abi_extensions[0].data: expected [type, \"hex\"]"},
};

static void test_validation(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(abis_refused); i++) {
		struct abi *made;
		struct error error = {0};
		if (abi_parse(&made, abis_refused[i].abi, strlen(abis_refused[i].abi), &error) == 0)
			fail_msg("taken: %s", abis_refused[i].abi);
		assert_null(made);
		assert_string_equal(error.sentence, abis_refused[i].sentence);
		assert_int_equal(error.code, abis_refused[i].code);
	}
}

static void test_forms(void **state)
{
	(void)state;
	struct bytes packed = {0}, again = {0};
	struct text printed = TEXT_EMPTY, reprinted = TEXT_EMPTY;
	struct abi *second;
	struct error error = {0};
	abi_pack(&packed, abi);
	abi_print(&printed, abi);
	assert_int_equal(abi_unpack(&second, packed.data, packed.length, &error), 0);
	abi_pack(&again, second);
	abi_print(&reprinted, second);
	assert_int_equal(packed.length, again.length);
	assert_memory_equal(packed.data, again.data, packed.length);
	assert_string_equal(text_string(&printed), text_string(&reprinted));
	assert_non_null(
		strstr(text_string(&printed), "\"error_messages\":[{\"error_code\":\"18446744073709551615\",\"error_"
	                                  "msg\":\"m\"}],\"abi_extensions\":[[7,\"00ff\"]]"));
	abi_release(second);

	/* every cut fails, except where the sections that came later begin */
	size_t taken = 0;
	for (size_t length = 0; length < packed.length; length++) {
		if (abi_unpack(&second, packed.data, length, &error) == 0) {
			taken++;
			abi_release(second);
		} else {
			assert_true(error.code == UNPACK_EXCEPTION || error.code == ABI_NOT_FOUND_EXCEPTION ||
			            error.code == INVALID_TYPE_INSIDE_ABI);
			assert_null(second);
		}
	}
	assert_int_equal(taken, 1); /* no action_results; without variants a type is missing */
	assert_true(abi_unpack(&second, "\0\0\0\0", 4, &error) < 0);
	assert_int_equal(error.code, ABI_NOT_FOUND_EXCEPTION);
	bytes_release(&packed);
	bytes_release(&again);
	text_release(&printed);
	text_release(&reprinted);
}

static void test_questions(void **state)
{
	(void)state;
	const uint64_t pay = name_literal("pay"), act = name_literal("act"), rows = name_literal("rows");
	const char *field, *type;
	uint64_t name;
	assert_true(abi_action_at(abi, &name, 0));
	assert_int_equal(name, pay);
	assert_true(abi_action_at(abi, &name, 1));
	assert_int_equal(name, act);
	assert_false(abi_action_at(abi, &name, 2));
	assert_true(abi_table_at(abi, &name, 0));
	assert_int_equal(name, rows);
	assert_false(abi_table_at(abi, &name, 1));
	assert_string_equal(abi_action_type(abi, pay), "pair");
	assert_string_equal(abi_action_type(abi, act), "names");
	assert_null(abi_action_type(abi, rows));
	assert_string_equal(abi_table_type(abi, rows), "pair");
	assert_null(abi_table_type(abi, pay));
	assert_string_equal(abi_error_message(abi, UINT64_MAX), "m");
	assert_null(abi_error_message(abi, 1));
	assert_true(abi_field_at(abi, &field, &type, "derived", 0));
	assert_string_equal(field, "a");
	assert_true(abi_field_at(abi, &field, &type, "derived", 1));
	assert_string_equal(field, "b");
	assert_string_equal(type, "uint8");
	assert_false(abi_field_at(abi, &field, &type, "derived", 2));
	assert_true(abi_field_at(abi, &field, &type, "extended", 2));
	assert_string_equal(type, "pair?$");
	assert_false(abi_field_at(abi, &field, &type, "choice", 0));
	assert_false(abi_field_at(abi, &field, &type, "nope", 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),     cmocka_unit_test(test_leniency),
		cmocka_unit_test(test_encode_errors), cmocka_unit_test(test_decode_errors),
		cmocka_unit_test(test_odd_values),    cmocka_unit_test(test_validation),
		cmocka_unit_test(test_forms),         cmocka_unit_test(test_questions),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}

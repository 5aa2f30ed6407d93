/* Symbols and assets: text both ways, limits, and what is refused. */
#include "core/types/asset.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static const uint64_t sys4 = 4 | UINT64_C(0x535953) << 8;

static void symbols_round_trip(void **state)
{
	static const struct {
		const char *text;
		uint64_t value;
	} vectors[] = {{"4,SYS", 0x53595304}, {"0,A", 0x4100}, {"18,ABCDEFG", 0x4746454443424112}, {"0,", 0}};
	uint64_t symbol;

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		assert_int_equal(symbol_parse(&symbol, vectors[i].text, NULL), 0);
		assert_true(symbol == vectors[i].value);
		assert_true(symbol_valid(symbol));
		assert_string_equal(symbol_text(symbol).text, vectors[i].text);
		assert_int_equal(symbol_code_parse(&symbol, symbol_code_text(symbol_code(symbol)).text, NULL), 0);
		assert_true(symbol == symbol_code(vectors[i].value));
	}
	assert_false(symbol_valid(19 | UINT64_C(0x41) << 8));
	assert_false(symbol_valid(4 | UINT64_C(0x61) << 8));
	assert_false(symbol_valid(4 | UINT64_C(0x410041) << 8));
}

static void malformed_symbols_are_refused(void **state)
{
	static const char *const invalid[] = {"",     "SYS",   "19,SYS", "4,sys",   "4,SY S", "4,ABCDEFGH",
	                                      ",SYS", "x,SYS", "-1,SYS", "260,SYS", "4,SYS,"};
	static const char *const invalid_codes[] = {"sys", "SYS1", "ABCDEFGH", "4,SYS", " SYS"};
	struct error error;
	uint64_t symbol;
	(void)state;
	for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++) {
		assert_int_equal(symbol_parse(&symbol, invalid[i], &error), -EINVAL);
		assert_int_equal(error.code, 3010014);
		assert_true(symbol == 0);
	}
	for (size_t i = 0; i < sizeof invalid_codes / sizeof invalid_codes[0]; i++)
		assert_int_equal(symbol_code_parse(&symbol, invalid_codes[i], &error), -EINVAL);
}

static void assets_round_trip(void **state)
{
	static const struct {
		const char *text;
		int64_t amount;
		unsigned precision;
	} vectors[] = {{"1.0000 SYS", 10000, 4},
	               {"-0.0001 SYS", -1, 4},
	               {"0.0000 SYS", 0, 4},
	               {"5 SYS", 5, 0},
	               {"-5 SYS", -5, 0},
	               {"461168601842738.7903 SYS", INT64_C(4611686018427387903), 4},
	               {"-4611686018427387903 SYS", -INT64_C(4611686018427387903), 0},
	               {"0.000000000000000001 SYS", 1, 18},
	               {"4.611686018427387903 SYS", INT64_C(4611686018427387903), 18}};
	struct asset asset, again;
	struct bytes packed = {0};

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		assert_int_equal(asset_parse(&asset, vectors[i].text, NULL), 0);
		assert_true(asset.amount == vectors[i].amount);
		assert_int_equal(symbol_precision(asset.symbol), vectors[i].precision);
		assert_string_equal(asset_text(&asset).text, vectors[i].text);
		bytes_clear(&packed);
		asset_pack(&packed, &asset);
		struct cursor cursor = cursor_make(packed.data, packed.length);
		assert_int_equal(asset_unpack(&again, &cursor), 0);
		assert_memory_equal(&again, &asset, sizeof asset);
	}
	bytes_release(&packed);
	assert_int_equal(asset_parse(&asset, " \t+1.50  SYS ", NULL), 0);
	assert_true(asset.amount == 150);
	asset = (struct asset){INT64_MIN, 18 | UINT64_C(0x41414141414141) << 8};
	assert_string_equal(asset_text(&asset).text, "-9.223372036854775808 AAAAAAA");
	asset = (struct asset){INT64_MIN, UINT64_MAX};
	assert_string_equal(asset_text(&asset).text, "-9.223372036854775808 ???????");
}

static void malformed_assets_are_refused_with_the_reason(void **state)
{
	static const struct {
		const char *text;
		uint32_t code;
		const char *sentence;
	} invalid[] = {
		{"1.0000", 3010011, "Asset's amount and symbol should be separated with space"},
		{"", 3010011, "Asset's amount and symbol should be separated with space"},
		{"1.0000SYS", 3010011, "Asset's amount and symbol should be separated with space"},
		{"1. SYS", 3010011, "Missing decimal fraction after decimal point"},
		{".5 SYS", 3010011, "no digit before"},
		{"- SYS", 3010011, "no digit before"},
		{"1.-5 SYS", 3010011, "does not begin with a number"},
		{"1,5 SYS", 3010011, "does not begin with a number"},
		{"1.0.0 SYS", 3010011, "does not begin with a number"},
		{"--1 SYS", 3010011, "does not begin with a number"},
		{"0x1 SYS", 3010011, "does not begin with a number"},
		{"1.0000 sys", 3010014, "invalid character in symbol name"},
		{"1.0000 SYS X", 3010014, "invalid character in symbol name"},
		{"1.0000 ABCDEFGH", 3010014, "longer than 7"},
		{"0.0000000000000000001 SYS", 3010014, "precision 19 should be <= 18"},
		{"4611686018427387904 SYS", 3010011, "magnitude of asset amount must be less than 2^62"},
		{"-461168601842738.7904 SYS", 3010011, "magnitude of asset amount must be less than 2^62"},
		{"99999999999999999999 SYS", 3010011, "magnitude of asset amount must be less than 2^62"},
		{"1.0000 SYS 1234567890123456789012345678901234567890123456789012345678901234567890", 3010011,
	     "too long"},
	};
	struct error error;
	struct asset asset;

	(void)state;
	for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++) {
		assert_int_equal(asset_parse(&asset, invalid[i].text, &error), -EINVAL);
		assert_int_equal(error.code, invalid[i].code);
		assert_non_null(strstr(error.sentence, invalid[i].sentence));
		assert_true(asset.amount == 0 && asset.symbol == 0);
	}
}

static void fewer_digits_are_filled_when_the_symbol_is_known(void **state)
{
	static const struct {
		const char *text;
		int64_t amount; /* -1: refused */
	} vectors[] = {
		{"1 SYS", 10000}, {"1.5 SYS", 15000},  {"1.0000 SYS", 10000},       {"1.00000 SYS", -1},
		{"1 EOS", -1},    {"1.0000 SYSX", -1}, {"461168601842739 SYS", -1}, {"4611686018427387903 SYS", -1}};
	struct error error;
	struct asset asset;

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		assert_int_equal(asset_parse_as(&asset, vectors[i].text, sys4, &error),
		                 vectors[i].amount < 0 ? -EINVAL : 0);
		assert_true(asset.amount == (vectors[i].amount < 0 ? 0 : vectors[i].amount));
		assert_true(vectors[i].amount < 0 || asset.symbol == sys4);
	}
}

static void unpacking_checks_limits(void **state)
{
	static const struct asset invalid[] = {
		{INT64_C(1) << 62, 0x53595304}, {-(INT64_C(1) << 62), 0x53595304}, {1, 0x53595313}, {1, 0x73797304}};
	struct bytes packed = {0};
	struct asset asset;

	(void)state;
	for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++) {
		bytes_clear(&packed);
		asset_pack(&packed, &invalid[i]);
		struct cursor cursor = cursor_make(packed.data, packed.length);
		assert_int_equal(asset_unpack(&asset, &cursor), -EINVAL);
		assert_true(cursor.failed);
	}
	bytes_release(&packed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(symbols_round_trip),
		cmocka_unit_test(malformed_symbols_are_refused),
		cmocka_unit_test(assets_round_trip),
		cmocka_unit_test(malformed_assets_are_refused_with_the_reason),
		cmocka_unit_test(fewer_digits_are_filled_when_the_symbol_is_known),
		cmocka_unit_test(unpacking_checks_limits),
	};
	return cmocka_run_group_tests_name("asset", tests, NULL, NULL);
}

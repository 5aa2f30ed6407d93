/* The binary buffer and its cursor, base58, and growable text. */
#include "core/base/bytes.h"
#include "core/base/encoding/base58.h"
#include "core/base/encoding/hex.h"
#include "core/base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void integers_are_little_endian_and_come_back(void **state)
{
	struct bytes bytes = {0};
	struct cursor cursor;
	size_t length;
	(void)state;
	bytes_put_u8(&bytes, 1);
	bytes_put_u16(&bytes, 0x0203);
	bytes_put_u32(&bytes, 0x04050607);
	bytes_put_u64(&bytes, UINT64_C(0x08090a0b0c0d0e0f));
	bytes_put_double(&bytes, -1.5);
	bytes_put_counted(&bytes, "abc", 3);
	assert_memory_equal(bytes.data, "\x01\x03\x02\x07\x06\x05\x04\x0f\x0e\x0d\x0c\x0b\x0a\x09\x08", 15);
	cursor = cursor_make(bytes.data, bytes.length);
	assert_int_equal(cursor_u8(&cursor), 1);
	assert_int_equal(cursor_u16(&cursor), 0x0203);
	assert_int_equal(cursor_u32(&cursor), 0x04050607);
	assert_true(cursor_u64(&cursor) == UINT64_C(0x08090a0b0c0d0e0f));
	assert_true(cursor_double(&cursor) == -1.5);
	assert_memory_equal(cursor_counted(&cursor, &length), "abc", 3);
	assert_int_equal(length, 3);
	assert_int_equal(cursor_left(&cursor), 0);
	assert_false(cursor.failed);
	assert_non_null(cursor_take(&cursor, 0));
	assert_int_equal(cursor_u8(&cursor), 0);
	assert_true(cursor.failed);
	bytes_release(&bytes);
}

static void varuint32_matches_its_vectors(void **state)
{
	static const struct {
		uint32_t value;
		const char *packed;
	} vectors[] = {{0, "00"},
	               {1, "01"},
	               {127, "7f"},
	               {128, "8001"},
	               {16383, "ff7f"},
	               {16384, "808001"},
	               {0xffffffff, "ffffffff0f"}};
	struct bytes bytes = {0};
	struct text text = TEXT_EMPTY;

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		bytes_clear(&bytes);
		text_clear(&text);
		bytes_put_varuint32(&bytes, vectors[i].value);
		text_append_hex(&text, bytes.data, bytes.length);
		assert_string_equal(text.data, vectors[i].packed);
		struct cursor cursor = cursor_make(bytes.data, bytes.length);
		assert_int_equal(cursor_varuint32(&cursor), vectors[i].value);
		assert_int_equal(cursor_left(&cursor), 0);
		cursor = cursor_make(bytes.data, bytes.length - 1);
		assert_int_equal(cursor_varuint32(&cursor), 0);
		assert_true(cursor.failed);
	}
	/* five bytes are read at most, what does not fit is cut off */
	struct cursor cursor = cursor_make("\xff\xff\xff\xff\xff\x01", 6);
	assert_int_equal(cursor_varuint32(&cursor), 0xffffffff);
	assert_int_equal(cursor_left(&cursor), 1);
	bytes_release(&bytes);
	text_release(&text);
}

static void counts_and_lengths_beyond_the_end_fail(void **state)
{
	struct cursor cursor = cursor_make("\x05" "abcd", 5);
	uint8_t copy[8] = {1};
	size_t length;

	(void)state;
	assert_null(cursor_counted(&cursor, &length));
	assert_int_equal(length, 0);
	cursor = cursor_make("\x05" "abcd", 5);
	assert_int_equal(cursor_count(&cursor, 1), 0);
	assert_true(cursor.failed);
	cursor = cursor_make("\x04" "abcd", 5);
	assert_int_equal(cursor_count(&cursor, 1), 4);
	cursor = cursor_make("\x81\x80\x40", 3);
	assert_int_equal(cursor_count(&cursor, 0), 0);
	assert_true(cursor.failed);
	cursor = cursor_make(NULL, 0);
	assert_false(cursor_copy(&cursor, copy, sizeof copy));
	assert_int_equal(copy[0], 0);
}

static void base58_matches_its_vectors(void **state)
{
	static const struct {
		const char *hex, *text;
	} vectors[] = {
		{"", ""},
		{"00", "1"},
		{"61", "2g"},
		{"626262", "a3gV"},
		{"636363", "aPEr"},
		{"516b6fcd0f", "ABnLTmg"},
		{"73696d706c792061206c6f6e6720737472696e67", "2cFupjhnEsSn59qHXstmK2ffpLv2"},
		{"00eb15231dfceb60925886b67d065299925915aeb172c06647", "1NS17iag9jJgTHD1VXjvLCEnZuQ3rJDE9L"},
		{"572e4794", "3EFU7m"},
		{"ecac89cad93923c02321", "EJDM8drfXA6uyA"},
		{"10c8511e", "Rt5zm"},
		{"00000000000000000000", "1111111111"},
		{"0000287fb4cd", "11233QC4"}};

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		uint8_t data[64], parsed[64];
		char text[BASE58_TEXT_SIZE(sizeof data)];
		size_t length = strlen(vectors[i].hex) / 2, size = sizeof parsed;

		assert_int_equal(hex_parse(data, vectors[i].hex, 2 * length), 0);
		base58_print(text, data, length);
		assert_string_equal(text, vectors[i].text);
		assert_int_equal(base58_parse(parsed, &size, text, strlen(text)), 0);
		assert_int_equal(size, length);
		assert_memory_equal(parsed, data, length);
		if (length) {
			size = length - 1;
			assert_int_equal(base58_parse(parsed, &size, text, strlen(text)), -EINVAL);
		}
	}
}

static void base58_round_trips_every_length(void **state)
{
	uint8_t data[256], parsed[256], small[4];
	char text[BASE58_TEXT_SIZE(256)];
	size_t size = sizeof small;

	(void)state;
	for (size_t length = 0; length <= sizeof data; length++) {
		for (size_t i = 0; i < length; i++)
			data[i] = (uint8_t)(length % 3 ? 0xff : (i * 37 + length));
		base58_print(text, data, length);
		size = sizeof parsed;
		assert_int_equal(base58_parse(parsed, &size, text, strlen(text)), 0);
		assert_int_equal(size, length);
		assert_memory_equal(parsed, data, length);
	}
	assert_int_equal(base58_parse(small, &size, "0", 1), -EINVAL);
	assert_int_equal(base58_parse(small, &size, "Il", 2), -EINVAL);
	assert_int_equal(base58_parse(small, &size, "2\0g", 3), -EINVAL);
}

static void text_grows_and_escapes(void **state)
{
	static const struct {
		const char *in;
		size_t length;
		const char *out;
	} vectors[] = {
		{"", 0, "\"\""},
		{"a\"b\\c", 5, "\"a\\\"b\\\\c\""},
		{"\t\r\n\b\x01\x7f", 6, "\"\\t\\r\\n\\u0008\\u0001\\u007f\""},
		{"a\0b", 3, "\"a\\u0000b\""},
		{"h\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80!", 11, "\"h\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80!\""},
		{"a\xff"
	     "b\xc3",
	     4, "\"ab\""},
		{"\xc0\x80\xe0\x80\x80\xed\xa0\x80\xf4\x90\x80\x80x", 13, "\"x\""}};
	struct text text = TEXT_EMPTY;
	char *taken;

	(void)state;
	assert_string_equal(text_string(&text), "");
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		text_clear(&text);
		text_append_json(&text, vectors[i].in, vectors[i].length);
		assert_string_equal(text.data, vectors[i].out);
	}
	text_clear(&text);
	for (int i = 0; i < 1000; i++)
		text_printf(&text, "%d%s", i % 10,
		            i % 100
		                ? ""
		                : "................................................................................");
	assert_int_equal(text.length, 1000 + 10 * 80);
	assert_int_equal(strlen(text.data), text.length);
	taken = text_take(&text);
	assert_int_equal(strlen(taken), 1800);
	assert_null(text.data);
	free(taken);
	taken = text_take(&text);
	assert_string_equal(taken, "");
	free(taken);
}

#define PRINTS(...) \
	do { \
		snprintf(expected, sizeof expected, __VA_ARGS__); \
		text_clear(&text); \
		text_printf(&text, __VA_ARGS__); \
		assert_string_equal(text.data, expected); \
		assert_int_equal(text.length, strlen(expected)); \
	} while (0)

/* With what it prints itself before, between and behind what it leaves to libc. */
static void text_is_printed_as_printf_does(void **state)
{
	const char *empty = "";
	struct text text = TEXT_EMPTY;
	char expected[256];

	(void)state;
	PRINTS("%s", empty);
	PRINTS("plain");
	PRINTS("%d %d %d %d", 0, -1, INT_MIN, INT_MAX);
	PRINTS("%u,%u", 0u, UINT_MAX);
	PRINTS("%ld %ld", LONG_MIN, LONG_MAX);
	PRINTS("%lu%zu", ULONG_MAX, SIZE_MAX);
	PRINTS("<%s|%s>", "a", "b%d");
	PRINTS("100 %% of %s", "it");
	PRINTS("%s %5d|%-5d|%05u %s %lu", "wide", -3, 4, 5u, "then", 6ul);
	PRINTS("%s %.4f %.*s%c %x %s", "parts", 1.5, 2, "abc", 'd', 0xefu, "end");
	PRINTS("%u %ls %" PRId64 " %" PRIu64, 1u, L"wide", INT64_MIN, UINT64_MAX);
	PRINTS("%d: %0120d %s", 7, 8, "longer than what is there at first");
	text_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_are_little_endian_and_come_back),
		cmocka_unit_test(varuint32_matches_its_vectors),
		cmocka_unit_test(counts_and_lengths_beyond_the_end_fail),
		cmocka_unit_test(base58_matches_its_vectors),
		cmocka_unit_test(base58_round_trips_every_length),
		cmocka_unit_test(text_grows_and_escapes),
		cmocka_unit_test(text_is_printed_as_printf_does),
	};
	return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}

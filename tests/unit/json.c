/* JSON text in and out: exact integers, sentences with positions, limits, cleos's layout. */
#include "core/base/encoding/json.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct json *parse(const char *text)
{
	struct json *json;
	struct error error = {0};
	if (json_parse(&json, text, strlen(text), &error) < 0)
		fail_msg("%s: %s", text, error.sentence);
	return json;
}

static void test_round_trips(void **state)
{
	(void)state;
	static const struct { const char *text, *printed;
	} rows[] = {
		{"null", "null"},
		{"true", "true"},
		{" [ ] ", "[]"},
		{"{}", "{}"},
		{"\"a\\u00e9\\n\\\"\"", "\"a\303\251\\n\\\"\""},
		{"[1,-2,0.5,1e3,-0,123456789012345]", "[1,-2,0.5,1000,0,123456789012345]"},
		{"{\"b\":[{\"a\":false}],\"a\":18446744073709551615}",
	     "{\"b\":[{\"a\":false}],\"a\":\"18446744073709551615\"}"},
		{"[-9223372036854775808 ,\"-9223372036854775808\"]",
	     "[\"-9223372036854775808\",\"-9223372036854775808\"]"},
		{"\"1234567890123456789\"", "\"1234567890123456789\""},
		{"0.12345678901234567", "\"0.12345678901234567\""},
		{"1234567890123456", "\"1234567890123456\""},
		{"0.1", "0.1"},
		{"\"\\\\\"", "\"\\\\\""},
		{"{\"x\":1,\n\"y\":2}\n", "{\"x\":1,\"y\":2}"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct text out = TEXT_EMPTY;
		struct json *json = parse(rows[i].text);
		json_print(&out, json);
		assert_string_equal(text_string(&out), rows[i].printed);
		json_release(json);
		text_release(&out);
	}
}

static void test_faults(void **state)
{
	(void)state;
	static const struct { const char *text, *sentence; } rows[] = {
		{"", "line 1, column 1 of the JSON: it ends too early"},
		{"{", "line 1, column 2 of the JSON: it ends too early"},
		{"{\"a\":1,\n \"b\":x}", "line 2, column 6 of the JSON: unexpected 'x'"},
		{"{\"a\":1, }", "line 1, column 9 of the JSON: unexpected '}'"},
		{"{\"a\":1,b:2}", "line 1, column 8 of the JSON: unexpected 'b'"},
		{"{,}", "line 1, column 2 of the JSON: unexpected ','"},
		{"[1,]", "line 1, column 4 of the JSON: unexpected ']'"},
		{"[1] 2", "line 1, column 5 of the JSON: unexpected '2'"},
		{"[18446744073709551615, 18446744073709551615, x]", "line 1, column 46 of the JSON: unexpected 'x'"},
		{"[18446744073709551615 18446744073709551615]", "line 1, column 23 of the JSON: unexpected '1'"},
		{"[1.]", "line 1, column 2 of the JSON: not a number"},
		{"[12ab]", "line 1, column 2 of the JSON: not a number"},
		{"[-]", "line 1, column 2 of the JSON: not a number"},
		{"\"\\u0000\"", "line 1, column 1 of the JSON: a string must not hold a NUL character"},
		{"[\001]", "line 1, column 2 of the JSON: unexpected byte 0x01"},
		{"{a:1}", "line 1, column 2 of the JSON: unexpected 'a'"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct json *json;
		struct error error = {0};
		assert_int_equal(json_parse(&json, rows[i].text, strlen(rows[i].text), &error), -EINVAL);
		assert_null(json);
		assert_string_equal(error.sentence, rows[i].sentence);
	}
	struct json *json;
	assert_int_equal(json_parse(&json, "1\0002", 3, NULL), -EINVAL);
}

static void test_depth(void **state)
{
	(void)state;
	for (size_t depth = 199; depth <= 202; depth++) {
		char text[512];
		struct json *json;
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		assert_int_equal(json_parse(&json, text, 2 * depth, NULL), depth <= 200 ? 0 : -EINVAL);
		json_release(json);
	}
}

static void test_integers(void **state)
{
	(void)state;
	static const struct { const char *text; bool is_signed, is_unsigned; int64_t s; uint64_t u;
	} rows[] = {
		{"0", true, true, 0, 0},
		{"-1", true, false, -1, 0},
		{"1e5", true, true, 100000, 100000},
		{"1.5", false, false, 0, 0},
		{"9223372036854775807", true, true, INT64_MAX, INT64_MAX},
		{"-9223372036854775808", true, false, INT64_MIN, 0},
		{"9223372036854775808", false, true, 0, UINT64_C(1) << 63},
		{"18446744073709551615", false, true, 0, UINT64_MAX},
		{"18446744073709551616", false, false, 0, 0},
		{"-9223372036854775809", false, false, 0, 0},
		{"\"12\"", true, true, 12, 12},
		{"\"\"", false, false, 0, 0},
		{"\"-\"", false, false, 0, 0},
		{"\"1x\"", false, false, 0, 0},
		{"null", false, false, 0, 0},
		{"1e300", false, false, 0, 0},
		{"9007199254740993", true, true, 9007199254740993, 9007199254740993},
		{"[1]", false, false, 0, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct json *json = parse(rows[i].text);
		int64_t s = 7;
		uint64_t u = 7;
		assert_int_equal(json_int64(&s, json), rows[i].is_signed ? 0 : -EINVAL);
		assert_int_equal(json_uint64(&u, json), rows[i].is_unsigned ? 0 : -EINVAL);
		assert_true(s == (rows[i].is_signed ? rows[i].s : 7));
		assert_true(u == (rows[i].is_unsigned ? rows[i].u : 7));
		json_release(json);
	}
}

static void test_reading(void **state)
{
	(void)state;
	struct json *json = parse(
		"{\"a\":[1,2,3],\"s\":\"first\",\"n\":0.12345678901234567,\"a2\":{},\"s\":\"last\",\"t\":true}");
	assert_int_equal(json_type(json), JSON_OBJECT);
	assert_int_equal(json_count(json), 6);
	assert_int_equal(json_count(json_member(json, "a")), 3);
	assert_string_equal(json_name(json_first(json)), "a");
	assert_string_equal(json_name(json_first(json_member(json, "a"))), "");
	assert_true(json_number(json_next(json_first(json_member(json, "a")))) == 2);
	assert_true(json_number(json_member(json, "n")) == 0.12345678901234567);
	assert_string_equal(json_string(json_member(json, "s")), "first");
	assert_true(json_is_true(json_member(json, "t")));
	assert_int_equal(json_type(json_member(json, "missing")), JSON_MISSING);
	assert_null(json_member(json_member(json, "a"), "a"));
	assert_null(json_string(json));
	assert_null(json_first(json_member(json, "s")));
	json_release(json);
}

static void test_indent(void **state)
{
	(void)state;
	static const char compact[] =
		"{\"rows\":[{\"a\":\"x:{,\\\"\",\"b\":[]},{\"c\":12345678901234567890}],\"m\":{},\"l\":[1,2]}";
	static const char pretty[] = "{\n  \"rows\": [{\n      \"a\": \"x:{,\\\"\",\n      \"b\": []\n    },{\n  "
	                             "    \"c\": 12345678901234567890\n    }\n  ],\n"
								 "  \"m\": {},\n  \"l\": [\n    1,\n    2\n  ]\n}";
	struct text once = TEXT_EMPTY, twice = TEXT_EMPTY;
	json_indent(&once, compact, strlen(compact));
	assert_string_equal(text_string(&once), pretty);
	json_indent(&twice, text_string(&once), once.length);
	assert_string_equal(text_string(&twice), pretty);
	text_release(&once);
	text_release(&twice);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trips), cmocka_unit_test(test_faults), cmocka_unit_test(test_depth),
		cmocka_unit_test(test_integers), cmocka_unit_test(test_reading), cmocka_unit_test(test_indent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

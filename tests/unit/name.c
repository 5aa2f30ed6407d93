/* Names: published values, round trips, and what is refused with nodeos's sentence. */
#include "core/types/name.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static void names_have_their_published_values(void **state)
{
	static const struct {
		const char *text;
		uint64_t value;
	} vectors[] = {{"eosio", 0x5530ea0000000000},      {"active", 0x3232eda800000000},
	               {"owner", 0xa726ab8000000000},      {"eosio.token", 0x5530ea033482a600},
	               {"transfer", 0xcdcd3c2d57000000},   {"eosio.code", 0x5530ea01144a8000},
	               {"eosio.any", 0x5530ea00d3f00000},  {"eosio.prods", 0x5530ea02b7a27000},
	               {"eosio.null", 0x5530ea027a8c4000}, {"prod.major", 0xade89048cfa5c000},
	               {"prod.minor", 0xade89049d3a5c000}, {"onblock", 0xa4cf1a2200000000},
	               {"newaccount", 0x9ab864229a9e4000}, {"setcode", 0xc2b28a2540000000},
	               {"setabi", 0xc2b263b800000000},     {"", 0},
	               {"zzzzzzzzzzzzj", UINT64_MAX},      {"............1", 1},
	               {".a", 0x0180000000000000}};
	uint64_t name;

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
		assert_int_equal(name_parse(&name, vectors[i].text, NULL), 0);
		assert_true(name == vectors[i].value);
		assert_true(name_literal(vectors[i].text) == vectors[i].value);
		assert_string_equal(name_text(name).text, vectors[i].text);
	}
}

static void every_value_comes_back_from_its_text(void **state)
{
	uint64_t value = 1, parsed;
	(void)state;
	for (int i = 0; i < 100000; i++) {
		value = value * UINT64_C(6364136223846793005) + 1442695040888963407;
		assert_int_equal(name_parse(&parsed, name_text(value >> (i % 64) << (i % 64)).text, NULL), 0);
		assert_true(parsed == value >> (i % 64) << (i % 64));
	}
}

static void malformed_names_are_refused_as_nodeos_does(void **state)
{
	static const struct {
		const char *text, *sentence;
	} invalid[] = {
		{"Alice", "Name not properly normalized (name: Alice, normalized: .lice) "},
		{"alice6", "Name not properly normalized (name: alice6, normalized: alice) "},
		{"alice.", "Name not properly normalized (name: alice., normalized: alice) "},
		{".", "Name not properly normalized (name: ., normalized: ) "},
		{"a b", "Name not properly normalized (name: a b, normalized: a.b) "},
		{"aaaaaaaaaaaak", "Name not properly normalized (name: aaaaaaaaaaaak, normalized: aaaaaaaaaaaa) "},
		{"aaaaaaaaaaaaaa", "Name is longer than 13 characters (aaaaaaaaaaaaaa) "},
	};
	struct error error;
	uint64_t name = 1;

	(void)state;
	for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++) {
		assert_int_equal(name_parse(&name, invalid[i].text, &error), -EINVAL);
		assert_int_equal(error.code, 3010001);
		assert_string_equal(error.sentence, invalid[i].sentence);
		assert_true(name == 0);
	}
}

static void accounts_have_1_to_12_characters(void **state)
{
	struct error error;
	uint64_t name;
	(void)state;
	assert_int_equal(name_parse_account(&name, "abcdefghijkl", &error), 0);
	assert_int_equal(name_parse_account(&name, "abcdefghijkla", &error), -EINVAL);
	assert_non_null(strstr(error.sentence, "abcdefghijkla"));
	assert_int_equal(name_parse_account(&name, "", &error), -EINVAL);
	assert_int_equal(name_parse_account(&name, "UP", &error), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_have_their_published_values),
		cmocka_unit_test(every_value_comes_back_from_its_text),
		cmocka_unit_test(malformed_names_are_refused_as_nodeos_does),
		cmocka_unit_test(accounts_have_1_to_12_characters),
	};
	return cmocka_run_group_tests_name("name", tests, NULL, NULL);
}

/* The table of options: defaults that the checks themselves accept, limits, what is kept and shown. */
#include "core/boot/option.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_table(void **state)
{
	struct boot_settings settings;
	struct error error = {0};
	(void)state;
	boot_settings_reset(&settings);
	for (size_t i = 0; i < BOOT_OPTIONS; i++) {
		assert_non_null(boot_options[i].name);
		assert_true(strlen(boot_options[i].help) > 0);
		assert_int_equal(boot_option_find(boot_options[i].name, &error), i);
		assert_int_equal(boot_settings_set(&settings, i, boot_options[i].standard, &error), 0);
		assert_string_equal(settings.value[i], boot_options[i].standard);
	}
	assert_int_equal(boot_option_find("user-limits", &error), -ENOENT);
	assert_non_null(strstr(error.sentence, "user-limits"));
}

static const struct {
	size_t option;
	const char *value;
	int result;
	const char *part; /* of what is kept, or of the sentence */
} values[] = {
	{OPTION_USER_LIMIT, "0", 0, "0"},
	{OPTION_USER_LIMIT, "1000000", 0, "1000000"},
	{OPTION_USER_LIMIT, "1000001", -ERANGE, "user-limit: 1000001 is out of range, which is 0 to 1000000"},
	{OPTION_USER_LIMIT, "-1", -EINVAL, "no whole number"},
	{OPTION_USER_LIMIT, "3e3", -EINVAL, "no whole number"},
	{OPTION_USER_LIMIT, "99999999999999999999999", -ERANGE, "out of range"},
	{OPTION_USER_LIMIT, "", 0, "3000"},
	{OPTION_SEED, "18446744073709551615", 0, "18446744073709551615"},
	{OPTION_NUM_PRODUCERS_VOTE, "31", -ERANGE, "1 to 30"},
	{OPTION_RAM_FUNDS, "0.1", 0, "0.1"},
	{OPTION_RAM_FUNDS, "0.2 SYS", 0, "0.2"},
	{OPTION_RAM_FUNDS, "0.2 EOS", -EINVAL, "quantity"},
	{OPTION_RAM_FUNDS, "0.00001", -EINVAL, "quantity"},
	{OPTION_RAM_FUNDS, "0", -ERANGE, "0.0001 to 1000000.0000"},
	{OPTION_RAM_FUNDS, "-0.1", -EINVAL, "quantity"},
	{OPTION_MAX_UNSTAKED, "10000000000", 0, "10000000000"},
	{OPTION_MAX_UNSTAKED, "10000000000.0001", -ERANGE, "out of range"},
	{OPTION_SYMBOL, "EOS", 0, "EOS"},
	{OPTION_SYMBOL, "eos", -EINVAL, "letters A to Z"},
	{OPTION_SYMBOL, "ABCDEFGH", -EINVAL, "1 to 7"},
	{OPTION_TOPOLOGY, "ring", 0, "ring"},
	{OPTION_TOPOLOGY, "tree", -EINVAL, "none of mesh"},
	{OPTION_PUBLIC_KEY, "EOS8Znrtgwt8TfpmbVpTKvA2oB8Nqey625CLN8bCN3TEbgx86Dsvs", -EINVAL, "public-key"},
	{OPTION_PRIVATE_KEY, "5K463ynhZoCDDa4RDcr63cUwWLTnKqmdcoTKTHBjqoKfv4u5V7q", -EINVAL, "private-key"},
	{OPTION_CLEOS, "/usr/bin/cleos --wallet-url http://127.0.0.1:6666", 0, "/usr/bin/cleos"},
	{OPTION_HTTP_PORT, "65536", -ERANGE, "1 to 65535"},
};

static void test_values(void **state)
{
	struct boot_settings settings;
	(void)state;
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		struct error error = {0};
		boot_settings_reset(&settings);
		int result = boot_settings_set(&settings, values[i].option, values[i].value, &error);
		if (result != values[i].result ||
		    !strstr(result ? error.sentence : settings.value[values[i].option], values[i].part))
			fail_msg("%s = %s: %d, %s", boot_options[values[i].option].name, values[i].value, result,
			         result ? error.sentence : settings.value[values[i].option]);
		if (result)
			assert_string_equal(settings.value[values[i].option], boot_options[values[i].option].standard);
	}
}

static void test_file(void **state)
{
	struct boot_settings settings, back;
	struct text text = TEXT_EMPTY;
	struct error error = {0};
	(void)state;
	boot_settings_reset(&settings);
	boot_settings_print(&text, &settings);
	assert_int_equal(text.length, 0);
	assert_int_equal(boot_settings_set(&settings, OPTION_SYMBOL, "EOS", &error), 0);
	assert_int_equal(boot_settings_set(&settings, OPTION_RAM_FUNDS, "0.5 EOS", &error), 0);
	assert_int_equal(boot_settings_set(&settings, OPTION_CLEOS, "cleos -u http://there", &error), 0);
	boot_settings_print(&text, &settings);
	text_append(&text, "no-option 1\nuser-limit many\n\n");
	boot_settings_reset(&back);
	boot_settings_parse(&back, text_string(&text));
	assert_memory_equal(&back, &settings, sizeof back);
	assert_int_equal(boot_settings_units(&back, OPTION_RAM_FUNDS), 5000);
	text_release(&text);
}

static void test_private_key_stays_hidden(void **state)
{
	struct boot_settings settings;
	struct error error = {0};
	(void)state;
	boot_settings_reset(&settings);
	assert_int_equal(boot_settings_set(&settings, OPTION_PRIVATE_KEY,
	                                   "5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3", &error),
	                 0);
	assert_string_equal(boot_settings_shown(&settings, OPTION_PRIVATE_KEY), "hidden");
	assert_int_equal(boot_settings_set(&settings, OPTION_PRIVATE_KEY, "hidden", &error), 0);
	assert_string_equal(settings.value[OPTION_PRIVATE_KEY],
	                    "5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(test_table), cmocka_unit_test(test_values),
	                                          cmocka_unit_test(test_file),
	                                          cmocka_unit_test(test_private_key_stays_hidden)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Secrets in text: what is masked, however it is written, and what is not. */
#include "core/base/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#define WIF "5K7EYY3j1YY14TSFVfqgtbWbrw3FA8BUUnSyFGgwHi8Uy61wU1o"
#define PVT "PVT_K1_2bfGi9rYsXQSXXTvJbDAPhHLQUojjaNLomdm3cEJ1XTzMqUt3V"
#define PUBLIC "EOS8mUftJXepGzdQ2TaCduNuSPAfXJHf22uex4u41ab1EVv9EAhWt"
#define SIGNATURE \
	"SIG_K1_KBub1qmdiPpWA2XKKEZEG3EfKJBf38GETHzbd4t3CBdWLgdvFRLCqbcUsBbbYga6jmxfdSFfodMdhMYraKLhEzjSCsiuMs"
#define DIGEST "cf057bbfb72640471fd910bcb67639c22df9f92470936cddc1ade0e2f2e7dc4f"

static void expect(const char *written, const char *shown)
{
	struct text text = TEXT_EMPTY;
	text_append(&text, written);
	secret_mask(&text);
	assert_string_equal(text_string(&text), shown);
	assert_int_equal(text.length, strlen(shown));
	text_release(&text);
}

static void keys_and_passwords_are_masked(void **state)
{
	(void)state;
	expect(WIF, "***");
	expect("import " WIF " twice: " WIF, "import *** twice: ***");
	expect("\"" PVT "\"", "\"***\"");
	expect("{\"key\":\"" WIF "\"}", "{\"key\":\"***\"}");
	expect("unlock PW" WIF "\n", "unlock ***\n");
	expect("\xc3\xa4" WIF "\xc3\xa4", "\xc3\xa4***\xc3\xa4");
}

static void so_are_those_with_letters_around_and_mistyped_ones(void **state)
{
	(void)state;
	expect("x" WIF, "***");
	expect(WIF "x", "***");
	expect("\\x0a" WIF "_", "\\***");
	expect("EOS" WIF, "***");
	expect("SIG_" PVT, "***");
	expect("5K7EYY3j1YY14TSFVfqgtbWbrw3FA8BUUnSyFGgwHi8Uy61wU1", "***");
	expect("5K7EYY3j1YY14TSFVfqgtbWbrw3FA8BUUnSyFGgwHi8Uy61wU1l", "***");
	expect("K7EYY3j1YY14TSFVfqgtbWbrw3FA8BUUnSyFGgwHi8Uy61wU1o", "***");
	expect("5K7EYY3j1YY14TSF...", "***...");
	expect("PWK7EYY3j1YY14TSFVfqgtbWbrw3FA8BUUn", "***");
	expect("2bfGi9rYsXQSXXTvJbDAPhHLQUojjaNLomdm3cEJ1XTzMqUt3V", "***");
}

static void what_is_public_is_shown(void **state)
{
	(void)state;
	expect("", "");
	expect("accountnum11 1000.0000 SYS", "accountnum11 1000.0000 SYS");
	expect(PUBLIC, PUBLIC);
	expect("PUB_K1_8mUftJXepGzdQ2TaCduNuSPAfXJHf22uex4u41ab1EVv7sbwt5",
	       "PUB_K1_8mUftJXepGzdQ2TaCduNuSPAfXJHf22uex4u41ab1EVv7sbwt5");
	expect(SIGNATURE, SIGNATURE);
	expect("executed transaction: " DIGEST "  136 bytes", "executed transaction: " DIGEST "  136 bytes");
	expect("variant_block_signing_authority_v0_and_more", "variant_block_signing_authority_v0_and_more");
	expect("/home/somebody/SomewhereWithAQuiteLongNameOfAFolder2/file",
	       "/home/somebody/SomewhereWithAQuiteLongNameOfAFolder2/file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_and_passwords_are_masked),
		cmocka_unit_test(so_are_those_with_letters_around_and_mistyped_ones),
		cmocka_unit_test(what_is_public_is_shown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The exception table: its order and names, families, errnos; and how errors are worded. */
#include "core/base/error.h"
#include "core/base/exception.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <cmocka.h>

static const struct {
	const char *symbol;
	uint32_t code;
	const char *name;
} named[] = {
#define EXCEPTION(symbol, code, number, name, what) {#symbol, symbol, name},
#include "core/base/exceptions.def"
};

/* Ascending, as they are searched; by nodeos's own names, but for what goes by a compiler's or by none. */
static void every_code_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
		const struct exception *row = exception_find(named[i].code);

		assert_int_equal(row->code, named[i].code);
		assert_string_equal(row->name, named[i].name);
		assert_true(*row->what && row->number > 0);
		assert_true(i == 0 || named[i - 1].code < named[i].code);
		if (named[i].code != UNSPECIFIED_EXCEPTION && named[i].code != STD_EXCEPTION)
			assert_int_equal(strcasecmp(named[i].symbol, named[i].name), 0);
	}
}

static void unknown_codes_fall_back_to_their_family(void **state)
{
	static const struct {
		uint32_t code, row;
	} vectors[] = {{3050099, 3050000}, {3015099, 3015000}, {3081099, 3080000},
	               {3990000, 3000000}, {3060102, 3060000}, {0, 0},
	               {13, 13},           {5, 3000000},       {UINT32_MAX, 3000000},
	               {3000000, 3000000}};

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
		assert_int_equal(exception_find(vectors[i].code)->code, vectors[i].row);
}

static void errno_says_what_a_writer_can_do(void **state)
{
	static const struct {
		uint32_t code;
		int number;
	} vectors[] = {{3010001, EINVAL},    {3040005, ETIME},  {3040008, EALREADY},  {3040009, EALREADY},
	               {3040011, ENOENT},    {3050001, EEXIST}, {3050003, ECANCELED}, {3050004, ECANCELED},
	               {3050008, ECANCELED}, {3060001, ENOENT}, {3060002, ENOENT},    {3080001, EDQUOT},
	               {3080002, EDQUOT},    {3080004, EDQUOT}, {3080006, EDQUOT},    {3090003, EACCES},
	               {3090004, EACCES},    {3100002, ENOENT}, {3100003, ENOENT},    {3100008, EOPNOTSUPP},
	               {3120003, EPERM},     {3120004, EACCES}, {3120009, ENOENT},    {3040000, EINVAL},
	               {3015014, EINVAL}};

	(void)state;
	for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++)
		assert_int_equal(exception_find(vectors[i].code)->number, vectors[i].number);
}

static void errors_are_set_prefixed_and_cut(void **state)
{
	struct error error = {.assert_code = 7};
	char longer[2 * ERROR_SENTENCE_SIZE];
	(void)state;
	assert_int_equal(error_set(&error, ENOENT, "no '%s'", "such"), -ENOENT);
	assert_int_equal(error.number, ENOENT);
	assert_int_equal(error.code, 0);
	assert_int_equal(error.assert_code, 0);
	assert_int_equal(error_chain(&error, EOSIO_ASSERT_MESSAGE_EXCEPTION, "again: %s", error.sentence),
	                 -ECANCELED);
	assert_int_equal(error.code, 3050003);
	error_prefix(&error, "step %d", 3);
	assert_string_equal(error.sentence, "step 3: again: no 'such'");
	assert_int_equal(error.number, ECANCELED);
	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = 0;
	error_set(&error, EINVAL, "%s", longer);
	assert_int_equal(strlen(error.sentence), ERROR_SENTENCE_SIZE - 1);
	error_prefix(&error, "%s", longer);
	assert_int_equal(strlen(error.sentence), ERROR_SENTENCE_SIZE - 1);
	error_clear(&error);
	assert_int_equal(error.number, 0);
	assert_string_equal(error.sentence, "");
	assert_int_equal(error_set(NULL, EPERM, "nobody listens"), -EPERM);
	assert_int_equal(error_chain(NULL, TX_DUPLICATE, "nobody listens"), -EALREADY);
	error_prefix(NULL, "nobody");
	error_clear(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_is_found),
		cmocka_unit_test(unknown_codes_fall_back_to_their_family),
		cmocka_unit_test(errno_says_what_a_writer_can_do),
		cmocka_unit_test(errors_are_set_prefixed_and_cut),
	};
	return cmocka_run_group_tests_name("exception", tests, NULL, NULL);
}

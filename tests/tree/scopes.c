/* Scopes of a table: every name that is listed opens, and stands for the scope that was listed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/chain/view.h"
#include "core/types/name.h"
#include "fs/files/accounts/accounts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Ascending: nothing, a small number, symbols' codes, names. */
static const uint64_t scopes[] = {0, 7, 65, 5462355, UINT64_C(0x345) << 52, UINT64_C(0x3d0e0) << 44};
enum { SCOPES = sizeof scopes / sizeof *scopes };

static int visit(struct chain_view *view, uint64_t code, uint64_t table, uint64_t from,
                 chain_scope_visitor *visitor, void *context, struct error *error)
{
	(void)view, (void)code, (void)error;
	int result = 0;
	for (size_t i = 0; i < SCOPES && result == 0; i++)
		if (scopes[i] >= from)
			result = visitor(context, &(struct chain_scope){.scope = scopes[i], .table = table});
	return result;
}

struct names {
	struct listing listing;
	char name[SCOPES][64];
	size_t count;
};

static int add(struct listing *listing, const char *name)
{
	struct names *names = (struct names *)listing;
	assert_in_range(names->count, 0, SCOPES - 1);
	strcpy(names->name[names->count++], name);
	return 0;
}

static void every_listed_scope_opens(void **state)
{
	static const char *const expected[] = {"0.jsonl", "7.jsonl", "A.jsonl", "SYS.jsonl"};
	const struct chain_view_operations operations = {.scopes = visit};
	struct chain_view view = {.operations = &operations};
	struct request request = {.view = &view};
	struct names names = {.listing = {add}};
	(void)state;
	assert_int_equal(accounts_tables_scope_list(&request, "", &names.listing, NULL), 0);
	assert_int_equal(names.count, SCOPES);
	for (size_t i = 0; i < SCOPES; i++) {
		char text[64];
		if (i < 4)
			assert_string_equal(names.name[i], expected[i]);
		assert_true(names.name[i][0] != '.');
		strcpy(text, names.name[i]);
		text[strlen(text) - strlen(".jsonl")] = 0;
		request.capture[2] = text;
		assert_int_equal(accounts_tables_scope_exists(&request, NULL), 0);
		/* A page begins where the one before ended. */
		struct names rest = {.listing = {add}};
		assert_int_equal(accounts_tables_scope_list(&request, names.name[i], &rest.listing, NULL), 0);
		assert_int_equal(rest.count, SCOPES - i);
		assert_string_equal(rest.name[0], names.name[i]);
	}
	request.capture[2] = "1";
	assert_int_equal(accounts_tables_scope_exists(&request, NULL), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_listed_scope_opens)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

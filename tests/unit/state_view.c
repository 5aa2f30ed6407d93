/* Reading a state: paging through tables, scopes and indices at their ends, and accounts as genesis makes
 * them. */
#include "core/chain/embedded/view/state_view.h"

#include "core/engine/state/account.h"
#include "core/engine/engine.h"
#include "core/engine/state/contract_table.h"
#include "core/engine/state/state_key.h"
#include "core/types/name.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CODE name_literal("contract")

/* What visitors saw, as text: "key key key". stop: after so many. */
struct seen {
	struct text text;
	size_t count, stop;
};

static int see(struct seen *seen, uint64_t key)
{
	text_printf(&seen->text, "%s%llu", seen->count ? " " : "", (unsigned long long)key);
	return ++seen->count == seen->stop ? 7 : 0;
}

static int see_row(void *context, const struct chain_row *row)
{
	assert_int_equal(row->length, 1);
	return see(context, row->primary_key);
}

static int see_scope(void *context, const struct chain_scope *scope)
{
	struct seen *seen = context;
	text_printf(&seen->text, "%s%llu/%s", seen->count ? " " : "", (unsigned long long)scope->scope,
	            name_text(scope->table).text);
	return ++seen->count == seen->stop ? 7 : 0;
}

static int see_name(void *context, uint64_t name)
{
	struct seen *seen = context;
	text_printf(&seen->text, "%s%s", seen->count ? " " : "", name_text(name).text);
	return ++seen->count == seen->stop ? 7 : 0;
}

static int see_permission(void *context, const struct chain_key_permission *permission)
{
	struct seen *seen = context;
	text_printf(&seen->text, "%s%s@%s", seen->count++ ? " " : "", name_text(permission->account).text,
	            name_text(permission->permission).text);
	return 0;
}

static void assert_seen(struct seen *seen, const char *expected)
{
	assert_string_equal(text_string(&seen->text), expected);
	text_release(&seen->text);
	*seen = (struct seen){0};
}

static void put_table(struct map_edit *edit, uint64_t scope, uint64_t table)
{
	struct table_id id = {CODE, scope, table};
	uint8_t key[MAP_KEY_MAXIMUM], value[12] = {0};
	map_edit_put(edit, key, table_object_key(key, &id), value, sizeof value);
}

/* Rows as intrinsic/group/database.c writes them: payer, block number, data. */
static void put_row(struct map_edit *edit, const struct table_id *id, uint64_t primary_key)
{
	uint8_t key[MAP_KEY_MAXIMUM], value[13] = {0};
	map_edit_put(edit, key, table_row_key(key, id, primary_key), value, sizeof value);
}

static void put_double(struct map_edit *edit, const struct table_id *id, double number, uint64_t primary_key)
{
	uint8_t key[MAP_KEY_MAXIMUM], ordered[32], value[16] = {0};
	secondary_key_order(ordered, SECONDARY_DOUBLE, &number);
	memcpy(value + 8, &number, sizeof number);
	map_edit_put(edit, key, secondary_order_key(key, id, SECONDARY_DOUBLE, ordered, primary_key), "", 0);
	map_edit_put(edit, key, secondary_primary_key(key, id, SECONDARY_DOUBLE, primary_key), value,
	             sizeof value);
}

static int see_index_row(void *context, const struct chain_index_row *row)
{
	return see(context, row->row.primary_key);
}

/* Rows by their doubles -2.5, 0 and 1e300, up and down, from an end and from a key. */
static void walk_index(struct chain_view *view, const struct table_id *id, struct seen *seen)
{
	const struct chain_index index = {.table = *id, .type = CHAIN_INDEX_DOUBLE};
	const double zero = 0;
	uint8_t key[CHAIN_INDEX_KEY_SIZE] = {0};
	struct error error;
	secondary_key_order(key, SECONDARY_DOUBLE, &zero);
	assert_int_equal(view->operations->index_rows(view, &index, NULL, false, see_index_row, seen, &error), 0);
	assert_seen(seen, "18446744073709551615 3 0");
	assert_int_equal(view->operations->index_rows(view, &index, NULL, true, see_index_row, seen, &error), 0);
	assert_seen(seen, "0 3 18446744073709551615");
	assert_int_equal(view->operations->index_rows(view, &index, key, false, see_index_row, seen, &error), 0);
	assert_seen(seen, "3 0");
	assert_int_equal(view->operations->index_rows(view, &index, key, true, see_index_row, seen, &error), 0);
	assert_seen(seen, "3 18446744073709551615");
}

static void test_tables(void **state)
{
	(void)state;
	const uint64_t a = name_literal("aaa"), b = name_literal("bbb"), last = UINT64_MAX & ~UINT64_C(15);
	const struct table_id id = {CODE, 5, a};
	struct map *map = map_create();
	struct map_root *empty = map_empty(map);
	struct map_edit *edit = map_edit_begin(empty);
	struct map_root *root;
	struct seen seen = {0};
	struct chain_row row;
	struct error error = {0};

	put_table(edit, 5, a);
	put_table(edit, 5, a | 1); /* a secondary index's: no table of its own */
	put_table(edit, 5, b);
	put_table(edit, 6, b);
	put_table(edit, 7, a);
	put_table(edit, UINT64_MAX, a);
	put_table(edit, UINT64_MAX, last);
	put_row(edit, &id, 0);
	put_row(edit, &id, 3);
	put_row(edit, &id, UINT64_MAX);
	put_double(edit, &id, -2.5, UINT64_MAX);
	put_double(edit, &id, 0.0, 3);
	put_double(edit, &id, 1e300, 0);
	root = map_edit_finish(edit);
	struct state_view view = {.base = {.operations = &state_view_operations}, .root = root};

	assert_int_equal(view.base.operations->rows(&view.base, &id, 0, see_row, &seen, &error), 0);
	assert_seen(&seen, "0 3 18446744073709551615");
	assert_int_equal(view.base.operations->rows(&view.base, &id, 1, see_row, &seen, &error), 0);
	assert_seen(&seen, "3 18446744073709551615");
	seen.stop = 2;
	assert_int_equal(view.base.operations->rows(&view.base, &id, 0, see_row, &seen, &error), 7);
	assert_seen(&seen, "0 3");
	assert_int_equal(view.base.operations->row(&view.base, &row, &id, 3, &error), 0);
	assert_int_equal(view.base.operations->row(&view.base, &row, &id, 4, &error), -ENOENT);
	assert_int_equal(view.base.operations->rows_back(&view.base, &id, UINT64_MAX, see_row, &seen, &error), 0);
	assert_seen(&seen, "18446744073709551615 3 0");
	assert_int_equal(view.base.operations->rows_back(&view.base, &id, 2, see_row, &seen, &error), 0);
	assert_seen(&seen, "0");
	walk_index(&view.base, &id, &seen);

	assert_int_equal(view.base.operations->scopes(&view.base, CODE, 0, 0, see_scope, &seen, &error), 0);
	assert_seen(&seen, "5/aaa 5/bbb 6/bbb 7/aaa 18446744073709551615/aaa 18446744073709551615/zzzzzzzzzzzz");
	assert_int_equal(view.base.operations->tables(&view.base, CODE, 5, false, see_scope, &seen, &error), 0);
	assert_seen(
		&seen,
		"5/aaa 5/aaa.........1 5/bbb 6/bbb 7/aaa 18446744073709551615/aaa 18446744073709551615/zzzzzzzzzzzz");
	assert_int_equal(view.base.operations->tables(&view.base, CODE, 6, true, see_scope, &seen, &error), 0);
	assert_seen(&seen, "6/bbb 5/bbb 5/aaa.........1 5/aaa");
	assert_int_equal(view.base.operations->scopes(&view.base, CODE, a, 0, see_scope, &seen, &error), 0);
	assert_seen(&seen, "5/aaa 7/aaa 18446744073709551615/aaa");
	assert_int_equal(view.base.operations->scopes(&view.base, CODE, b, 6, see_scope, &seen, &error), 0);
	assert_seen(&seen, "6/bbb");
	seen.stop = 1;
	assert_int_equal(view.base.operations->scopes(&view.base, CODE, a, 6, see_scope, &seen, &error), 7);
	assert_seen(&seen, "7/aaa");
	assert_int_equal(view.base.operations->scopes(&view.base, CODE + 1, 0, 0, see_scope, &seen, &error), 0);
	assert_seen(&seen, "");

	map_root_release(root);
	map_root_release(empty);
	map_destroy(map);
}

static void test_genesis(void **state)
{
	(void)state;
	struct genesis genesis;
	struct branch *branch;
	struct error error = {0};
	struct seen seen = {0};
	struct chain_account account;
	struct bytes bytes = {0};
	uint64_t version;

	genesis_default(&genesis);
	assert_int_equal(branch_create(&branch, &genesis, &error), 0);
	struct state_view view = {.base = {.operations = &state_view_operations},
	                          .root = branch_head(branch)->root};
	assert_int_equal(view.base.operations->accounts(&view.base, 0, see_name, &seen, &error), 0);
	assert_seen(&seen, "eosio eosio.null eosio.prods");
	assert_int_equal(
		view.base.operations->accounts(&view.base, name_literal("eosio") + 1, see_name, &seen, &error), 0);
	assert_seen(&seen, "eosio.null eosio.prods");
	assert_int_equal(view.base.operations->key_permissions(&view.base, &genesis.initial_key, see_permission,
	                                                       &seen, &error),
	                 0);
	assert_seen(&seen, "eosio@active eosio@owner");

	assert_int_equal(view.base.operations->account(&view.base, &account, name_literal("eosio.prods"), &error),
	                 0);
	assert_int_equal(account.permissions_count, 4);
	assert_string_equal(name_text(account.permissions[3].name).text, "prod.minor");
	assert_string_equal(name_text(account.permissions[3].parent).text, "prod.major");
	assert_int_equal(account.created, genesis.initial_timestamp);
	assert_int_equal(account.ram_quota, -1);
	assert_int_equal(account.cpu_limit.max, -1);
	chain_account_release(&account);

	assert_int_equal(view.base.operations->abi(&view.base, &bytes, &version, name_literal("eosio"), &error),
	                 0);
	assert_int_equal(bytes.length, 2132);
	assert_true(version != 0);
	assert_int_equal(
		view.base.operations->abi(&view.base, NULL, &version, name_literal("eosio.null"), &error), 0);
	assert_int_equal(version, 0);
	assert_int_equal(view.base.operations->account(&view.base, &account, name_literal("nobody"), &error),
	                 -ENOENT);
	assert_non_null(strstr(error.sentence, "nobody"));
	bytes_release(&bytes);
	branch_destroy(branch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_tables), cmocka_unit_test(test_genesis)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

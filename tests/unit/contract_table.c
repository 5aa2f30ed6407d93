/* Contract tables in the state: what is found where, and that the bytes of secondary keys order as the
 * numbers do. */
#include "core/engine/state/contract_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above */
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void put_row(struct map_edit *edit, const struct table_id *id, uint64_t primary, uint64_t payer,
                    uint8_t data)
{
	uint8_t key[MAP_KEY_MAXIMUM], value[TABLE_ROW_HEADER + 1] = {0};
	memcpy(value, &payer, 8);
	value[8] = 7; /* block */
	value[TABLE_ROW_HEADER] = data;
	map_edit_put(edit, key, table_row_key(key, id, primary), value, sizeof value);
}

static void rows_in_order(void **state)
{
	static const uint64_t keys[] = {0, 1, 255, 256, UINT64_C(1) << 40, UINT64_MAX};
	const struct table_id id = {1, 2, 3}, neighbours[] = {{1, 2, 2}, {1, 2, 4}, {1, 3, 3}, {2, 2, 3}};
	struct map *map = map_create();
	struct map_root *root = map_empty(map);
	struct map_edit *edit = map_edit_begin(root);
	struct table_row row;
	(void)state;
	for (size_t i = 0; i < 6; i++)
		put_row(edit, &id, keys[5 - i], 100 + i, (uint8_t)(5 - i));
	for (size_t i = 0; i < 4; i++)
		put_row(edit, &neighbours[i], 9, 9, 9);
	const struct map_root *view = map_edit_view(edit);
	for (size_t i = 0; i < 6; i++) {
		assert_true(table_row_get(view, &row, &id, keys[i]));
		assert_int_equal(row.data[0], i);
		assert_int_equal(row.length, 1);
		assert_int_equal(row.payer, 105 - i);
		assert_int_equal(row.block_num, 7);
		assert_true(table_row_seek(view, &row, &id, i ? keys[i - 1] + 1 : 0));
		assert_true(row.primary_key == keys[i]);
		assert_true(table_row_seek_back(view, &row, &id, i < 5 ? keys[i + 1] - 1 : UINT64_MAX));
		assert_true(row.primary_key == keys[i]);
	}
	assert_false(table_row_get(view, &row, &id, 2));
	struct table_id empty = {1, 2, 5};
	assert_false(table_row_seek(view, &row, &empty, 0));
	assert_false(table_row_seek_back(view, &row, &empty, UINT64_MAX));
	map_edit_drop(edit);
	map_root_release(root);
	map_destroy(map);
}

static int compare(enum secondary_type type, const void *a, const void *b)
{
	uint8_t ordered[2][32] = {{0}, {0}};
	secondary_key_order(ordered[0], type, a);
	secondary_key_order(ordered[1], type, b);
	return memcmp(ordered[0], ordered[1], secondary_key_length(type));
}

static void doubles_order_as_numbers(void **state)
{
	static const double rows[] = {-INFINITY, -1e300, -2.5, -1.0,  -0x1p-1074, 0.0,
	                              0x1p-1074, 1.0,    2.5,  1e300, INFINITY};
	const double minus_zero = -0.0, zero = 0.0;
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint8_t ordered[32];
		secondary_key_order(ordered, SECONDARY_DOUBLE, &rows[i]);
		for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
			__float128 quads[2] = {rows[i], rows[k]};
			int order = compare(SECONDARY_DOUBLE, &rows[i], &rows[k]),
				quad_order = compare(SECONDARY_LONG_DOUBLE, &quads[0], &quads[1]);
			assert_true(i < k ? order < 0 : i > k ? order > 0 : order == 0);
			assert_true(i < k ? quad_order < 0 : i > k ? quad_order > 0 : quad_order == 0);
		}
	}
	assert_int_equal(compare(SECONDARY_DOUBLE, &minus_zero, &zero), 0);
}

static void integers_order_as_numbers(void **state)
{
	(void)state;
	for (int i = 0; i < 2000; i++) {
		uint64_t words[2][4];
		for (int k = 0; k < 8; k++)
			words[k / 4][k % 4] = (uint64_t)(rand() % 3) << (rand() % 64);
		unsigned __int128 wide[2];
		memcpy(&wide[0], words[0], 16);
		memcpy(&wide[1], words[1], 16);
		int order = compare(SECONDARY_U128, words[0], words[1]);
		assert_true(wide[0] < wide[1] ? order < 0 : wide[0] > wide[1] ? order > 0 : order == 0);
		order = compare(SECONDARY_U64, words[0], words[1]);
		assert_true(words[0][0] < words[1][0]   ? order < 0
		            : words[0][0] > words[1][0] ? order > 0
		                                        : order == 0);
		/* 256 bits: two 128-bit integers, the first decides */
		int whole = compare(SECONDARY_U256, words[0], words[1]);
		if (wide[0] != wide[1])
			assert_true((whole < 0) == (wide[0] < wide[1]));
		else
			assert_int_equal(whole < 0, compare(SECONDARY_U128, words[0] + 2, words[1] + 2) < 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows_in_order),
	    cmocka_unit_test(doubles_order_as_numbers),
	    cmocka_unit_test(integers_order_as_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

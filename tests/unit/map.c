/* The state map against a plain sorted array: random edits, snapshots, undoing, drops; every root kept along
 * the way must still be, byte for byte, what it was. */
#include "core/engine/state/map/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants the four above */
#include <cmocka.h>

#include "core/base/memory.h"

/* --- the plain model --- */

struct row {
	uint8_t key[MAP_KEY_MAXIMUM];
	size_t key_length, length;
	uint32_t seed; /* the value is length bytes made from it */
};

struct model {
	struct row *rows;
	size_t count, capacity;
};

static void fill(uint8_t *out, size_t length, uint32_t seed)
{
	for (size_t i = 0; i < length; i++)
		out[i] = (uint8_t)((seed = seed * 1664525 + 1013904223) >> 24);
}

static int compare(const void *a, size_t a_length, const void *b, size_t b_length)
{
	int order = memcmp(a, b, a_length < b_length ? a_length : b_length);
	return order ? order : (a_length > b_length) - (a_length < b_length);
}

/* The first row with a key >= the given one. */
static size_t model_find(const struct model *model, bool *equal, const uint8_t *key, size_t key_length)
{
	size_t low = 0, high = model->count;
	*equal = false;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = compare(model->rows[middle].key, model->rows[middle].key_length, key, key_length);
		if (order == 0) {
			*equal = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void model_put(struct model *model, const struct row *row)
{
	bool equal;
	size_t at = model_find(model, &equal, row->key, row->key_length);
	if (!equal) {
		memory_grow(&model->rows, &model->capacity, model->count + 1, sizeof *model->rows);
		memmove(&model->rows[at + 1], &model->rows[at], (model->count - at) * sizeof *model->rows);
		model->count++;
	}
	model->rows[at] = *row;
}

static bool model_remove(struct model *model, const struct row *row)
{
	bool equal;
	size_t at = model_find(model, &equal, row->key, row->key_length);
	if (equal)
		memmove(&model->rows[at], &model->rows[at + 1], (--model->count - at) * sizeof *model->rows);
	return equal;
}

static struct model model_copy(const struct model *model)
{
	struct model copy = {.count = model->count, .capacity = model->count};
	copy.rows = memory_copy(model->rows, model->count * sizeof *model->rows);
	return copy;
}

/* --- comparing --- */

static void check_value(const struct map_value *found, const struct row *row)
{
	assert_int_equal(found->length, row->length);
	uint8_t *value = memory_allocate(row->length + 1, 1);
	fill(value, row->length, row->seed);
	assert_memory_equal(found->data, value, row->length);
	free(value);
}

static void check_entry(const struct map_entry *entry, const struct row *row)
{
	assert_int_equal(entry->key_length, row->key_length);
	assert_memory_equal(entry->key, row->key, row->key_length);
	check_value(&entry->value, row);
}

static void check_root(const struct map_root *root, const struct model *model)
{
	struct map_entry entry;
	size_t i = 0;
	assert_int_equal(map_root_count(root), model->count);
	for (bool ok = map_seek(root, &entry, "", 0); ok; ok = map_next(root, &entry), i++) {
		assert_true(i < model->count);
		check_entry(&entry, &model->rows[i]);
	}
	assert_int_equal(i, model->count);
	if (!i)
		return;
	static const uint8_t last[MAP_KEY_MAXIMUM] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	for (bool ok = map_seek_before(root, &entry, last, sizeof last); ok;
	     ok = map_seek_before(root, &entry, entry.key, entry.key_length))
		check_entry(&entry, &model->rows[--i]);
	assert_int_equal(i, 0);
}

/* Point questions for a key that is perhaps there. */
static void check_edit(const struct map_edit *edit, const struct model *model, const struct row *row)
{
	bool equal;
	size_t at = model_find(model, &equal, row->key, row->key_length);
	struct map_value value;
	struct map_entry entry;
	const struct map_root *view = map_edit_view(edit);
	assert_int_equal(map_get(view, &value, row->key, row->key_length), equal);
	if (equal)
		check_value(&value, &model->rows[at]);
	assert_int_equal(map_seek(view, &entry, row->key, row->key_length), at < model->count);
	if (at < model->count) {
		check_entry(&entry, &model->rows[at]);
		assert_int_equal(map_next(view, &entry), at + 1 < model->count);
		check_entry(&entry, &model->rows[at + 1 < model->count ? at + 1 : at]);
	}
	assert_int_equal(map_seek_before(view, &entry, row->key, row->key_length), at > 0);
	if (at > 0) {
		check_entry(&entry, &model->rows[at - 1]);
		assert_int_equal(map_seek_before(view, &entry, entry.key, entry.key_length), at > 1);
		check_entry(&entry, &model->rows[at > 1 ? at - 2 : 0]);
	}
}

/* --- random rows --- */

static uint32_t random_state;
static uint32_t random_below(uint32_t limit)
{
	random_state = random_state * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)(random_state >> 4) * limit >> 28);
}

enum keys { KEYS_SHORT, KEYS_TABLE, KEYS_DEEP, KEYS_KINDS };

static struct row random_row(enum keys keys)
{
	struct row row = {.seed = random_below(1 << 20)};
	switch (keys) {
	case KEYS_SHORT: /* any length from none, of three letters only: every prefix relation happens */
		row.key_length = random_below(8);
		for (size_t i = 0; i < row.key_length; i++)
			row.key[i] = (uint8_t)(random_below(3) * 127);
		break;
	case KEYS_TABLE: /* as a contract's rows */
		row.key_length = 33;
		row.key[0] = (uint8_t)random_below(2);
		row.key[8] = (uint8_t)random_below(3);
		row.key[15] = (uint8_t)random_below(20);
		row.key[32] = (uint8_t)random_below(60);
		break;
	default: /* the longest keys, which differ early or late */
		row.key_length = MAP_KEY_MAXIMUM;
		row.key[random_below(2) ? 1 : 62] = (uint8_t)random_below(40);
		row.key[63] = (uint8_t)random_below(60);
	}
	switch (random_below(16)) {
	case 0: row.length = 0; break;
	case 1: row.length = MAP_INLINE_MAXIMUM - 1 + random_below(3); break;
	case 2: row.length = random_below(3000); break;
	case 3: case 4: case 5: case 6: case 7: row.length = 20; break; /* put over one another in place */
	default: row.length = keys == KEYS_SHORT ? random_below(12) : random_below(160);
	}
	return row;
}

static void put(struct map_edit *edit, const struct row *row)
{
	uint8_t *value = memory_allocate(row->length + 1, 1);
	fill(value, row->length, row->seed);
	map_edit_put(edit, row->key, row->key_length, value, row->length);
	free(value);
}

/* --- the tests --- */

enum { KEPT = 24 };

/* Changes after a mark, some of them after a mark inside it; either may be undone. */
static void change_and_undo(struct map_edit *edit, struct model *model, enum keys keys, unsigned depth)
{
	size_t mark = map_edit_mark(edit);
	struct model before = model_copy(model);
	struct map_root *seen = map_edit_snapshot(edit);
	for (uint32_t i = random_below(40); i > 0; i--) {
		struct row row = random_row(keys);
		if (random_below(2)) {
			put(edit, &row);
			model_put(model, &row);
		} else {
			assert_int_equal(map_edit_remove(edit, row.key, row.key_length), model_remove(model, &row));
		}
		if (depth && !random_below(15))
			change_and_undo(edit, model, keys, depth - 1);
	}
	if (random_below(2)) {
		map_edit_undo(edit, mark);
		free(model->rows);
		*model = before;
	} else {
		free(before.rows);
	}
	map_edit_unmark(edit);
	map_root_release(seen);
}

/* Another edit from where this one is: it changes nothing here, dropped or finished. */
static void nest(struct map_edit *edit, const struct model *model, enum keys keys, bool drop)
{
	struct map_root *root = map_edit_snapshot(edit);
	struct map_edit *nested = map_edit_begin(root);
	for (int i = 0; i < 20; i++) {
		struct row other = random_row(keys);
		put(nested, &other);
		other = random_row(keys);
		map_edit_remove(nested, other.key, other.key_length);
	}
	if (drop)
		map_edit_drop(nested);
	else
		map_root_release(map_edit_finish(nested));
	check_root(root, model);
	map_root_release(root);
}

static void walk_randomly(enum keys keys, unsigned steps)
{
	struct map *map = map_create();
	struct map_root *kept[KEPT], *root = map_empty(map);
	struct model kept_models[KEPT], model = {0};
	for (size_t i = 0; i < KEPT; i++)
		kept[i] = map_empty(map), kept_models[i] = (struct model){0};
	struct map_edit *edit = map_edit_begin(root);
	map_root_release(root);
	for (unsigned step = 0; step < steps; step++) {
		struct row row = random_row(keys);
		unsigned growing = step / 1500 % 2 ? 40 : 65; /* grows for a while, shrinks for a while */
		uint32_t choice = random_below(1000), slot = random_below(KEPT);
		if (choice < 10) {
			map_root_release(kept[slot]);
			free(kept_models[slot].rows);
			kept[slot] = map_edit_snapshot(edit);
			kept_models[slot] = model_copy(&model);
		} else if (choice < 13) {
			map_edit_drop(edit);
			edit = map_edit_begin(kept[slot]);
			free(model.rows);
			model = model_copy(&kept_models[slot]);
		} else if (choice < 16) {
			nest(edit, &model, keys, slot % 2);
		} else if (choice < 22) {
			change_and_undo(edit, &model, keys, 2);
		} else if (choice < 24) { /* ends and begins again */
			root = map_edit_finish(edit);
			check_root(root, &model);
			edit = map_edit_begin(root);
			map_root_release(root);
		} else if (choice % 100 < growing) {
			put(edit, &row);
			model_put(&model, &row);
		} else {
			assert_int_equal(map_edit_remove(edit, row.key, row.key_length), model_remove(&model, &row));
		}
		row = random_row(keys);
		check_edit(edit, &model, &row);
	}
	for (size_t i = 0; i < KEPT; i++) {
		check_root(kept[i], &kept_models[i]);
		map_root_release(kept[i]);
		free(kept_models[i].rows);
	}
	root = map_edit_finish(edit);
	check_root(root, &model);
	map_root_release(root);
	free(model.rows);
	assert_int_equal(map_memory(map), 0);
	map_destroy(map);
}

static void test_random_operations(void **state)
{
	(void)state;
	for (random_state = 1; random_state < 4; random_state++) {
		for (enum keys keys = 0; keys < KEYS_KINDS; keys++) {
			uint32_t seed = random_state;
			walk_randomly(keys, 6000);
			random_state = seed;
		}
	}
}

static void big_endian(uint8_t out[33], uint64_t number)
{
	memset(out, 7, 25);
	for (size_t i = 0; i < 8; i++)
		out[25 + i] = (uint8_t)(number >> (56 - 8 * i));
}

/* 100-byte entries: how much of what they take is them. */
static double fullness(uint64_t step, bool ascending)
{
	enum { ENTRIES = 20000 };
	struct map *map = map_create();
	struct map_root *root = map_empty(map);
	struct map_edit *edit = map_edit_begin(root);
	map_root_release(root);
	for (uint64_t i = 0; i < ENTRIES; i++) {
		uint8_t key[33], value[67] = {0};
		big_endian(key, ascending ? i : (i + 1) * step);
		map_edit_put(edit, key, sizeof key, value, sizeof value);
	}
	double result = ENTRIES * 100.0 / (double)map_memory(map);
	map_edit_drop(edit);
	assert_int_equal(map_memory(map), 0);
	map_destroy(map);
	return result;
}

static void test_memory_an_entry(void **state)
{
	(void)state;
	assert_true(fullness(UINT64_C(0x9e3779b97f4a7c15), false) > 0.8);
	assert_true(fullness(1, true) > 0.9);
}

/* Every second entry gets another value of the same length, so that the tree keeps its shape. */
static struct map_root *overwritten(struct map_root *base, uint8_t with)
{
	struct map_edit *edit = map_edit_begin(base);
	for (uint64_t i = 0; i < 3000; i += 2) {
		uint8_t key[33], value[33];
		big_endian(key, i);
		memset(value, with, sizeof value);
		map_edit_put(edit, key, sizeof key, value, sizeof value);
	}
	return map_edit_finish(edit);
}

/* Two states made from one: in whatever order the three go, those that stay keep nothing of those that went.
 */
static void test_memory_of_forks(void **state)
{
	static const size_t orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {2, 0, 1}, {1, 2, 0}, {2, 1, 0}};
	(void)state;
	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
		struct map *map = map_create();
		struct map_root *first = map_empty(map), *roots[3];
		struct map_edit *edit = map_edit_begin(first);
		map_root_release(first);
		for (uint64_t number = 0; number < 3000; number++) {
			uint8_t key[33];
			big_endian(key, number);
			map_edit_put(edit, key, sizeof key, key, sizeof key);
		}
		first = map_edit_finish(edit);
		roots[0] = overwritten(first, 0); /* copied once, its nodes have the sizes that copies have */
		map_root_release(first);
		size_t alone = map_memory(map);
		roots[1] = overwritten(roots[0], 1);
		roots[2] = overwritten(roots[0], 2);
		map_root_release(roots[orders[i][0]]);
		map_root_release(roots[orders[i][1]]);
		assert_int_equal(map_memory(map), alone);
		map_root_release(roots[orders[i][2]]);
		assert_int_equal(map_memory(map), 0);
		map_destroy(map);
	}
}

/* A transaction that fails leaves no memory behind, nor does one that changes what it changed before. */
static void test_memory_returns(void **state)
{
	(void)state;
	struct map *map = map_create();
	struct map_root *root = map_empty(map);
	struct map_edit *edit = map_edit_begin(root);
	map_root_release(root);
	for (uint64_t i = 0; i < 3000; i++) {
		uint8_t key[33];
		big_endian(key, i * 7919 % 3000);
		map_edit_put(edit, key, sizeof key, key, sizeof key);
	}
	root = map_edit_finish(edit);
	size_t before = map_memory(map);
	edit = map_edit_begin(root);
	for (uint64_t i = 0; i < 500; i++) {
		uint8_t key[33], value[5000] = {0};
		big_endian(key, i);
		map_edit_put(edit, key, sizeof key, value, sizeof value);
		map_edit_put(edit, key, sizeof key, value, 3);
		map_edit_remove(edit, key, sizeof key);
	}
	map_edit_drop(edit);
	assert_int_equal(map_memory(map), before);
	/* A value borrowed from the map itself may be put back into it. */
	edit = map_edit_begin(root);
	uint8_t key[33], other[33];
	for (uint64_t i = 0; i < 2000; i++) {
		struct map_value value;
		big_endian(key, i);
		big_endian(other, i + 3500);
		assert_true(map_get(map_edit_view(edit), &value, key, sizeof key));
		map_edit_put(edit, other, sizeof other, value.data, value.length);
		assert_true(map_get(map_edit_view(edit), &value, other, sizeof other));
		assert_memory_equal(value.data, key, sizeof key);
	}
	map_edit_drop(edit);
	map_root_release(root);
	assert_int_equal(map_memory(map), 0);
	map_destroy(map);
}

/* A walk goes on by the key when the edit has removed what it stands on. */
static void test_walk_while_removing(void **state)
{
	(void)state;
	struct map *map = map_create();
	struct map_root *root = map_empty(map);
	struct map_edit *edit = map_edit_begin(root);
	map_root_release(root);
	for (uint64_t i = 0; i < 1000; i++) {
		uint8_t key[33];
		big_endian(key, i);
		map_edit_put(edit, key, sizeof key, &i, sizeof i);
	}
	struct map_entry entry;
	uint64_t expected = 0;
	for (bool ok = map_seek(map_edit_view(edit), &entry, NULL, 0); ok;
	     ok = map_next(map_edit_view(edit), &entry), expected++) {
		uint64_t found;
		memcpy(&found, entry.value.data, sizeof found);
		assert_int_equal(found, expected);
		assert_true(map_edit_remove(edit, entry.key, entry.key_length));
	}
	assert_int_equal(expected, 1000);
	root = map_edit_finish(edit);
	assert_int_equal(map_root_count(root), 0);
	assert_int_equal(map_memory(map), 0);
	map_root_release(root);
	map_destroy(map);
}

static void test_builder(void **state)
{
	(void)state;
	struct map *map = map_create();
	for (enum keys keys = 0; keys < KEYS_KINDS; keys++) {
		random_state = 99;
		struct model model = {0};
		for (int i = 0; i < 4000; i++) {
			struct row row = random_row(keys);
			model_put(&model, &row);
		}
		struct map_builder *builder = map_builder_create(map);
		for (size_t i = 0; i < model.count; i++) {
			const struct row *row = &model.rows[i];
			uint8_t *value = memory_allocate(row->length + 1, 1);
			fill(value, row->length, row->seed);
			assert_true(map_builder_add(builder, row->key, row->key_length, value, row->length));
			assert_false(map_builder_add(builder, row->key, row->key_length, value, row->length));
			free(value);
		}
		struct map_root *root = map_builder_finish(builder);
		check_root(root, &model);
		struct map_edit *edit = map_edit_begin(root);
		for (int i = 0; i < 4000; i++) {
			struct row row = random_row(keys);
			check_edit(edit, &model, &row);
			if (i % 2) {
				put(edit, &row);
				model_put(&model, &row);
			} else {
				assert_int_equal(map_edit_remove(edit, row.key, row.key_length), model_remove(&model, &row));
			}
		}
		map_root_release(root);
		root = map_edit_finish(edit);
		check_root(root, &model);
		map_root_release(root);
		free(model.rows);
	}
	map_root_release(map_builder_finish(map_builder_create(map)));
	struct map_builder *dropped = map_builder_create(map);
	assert_true(map_builder_add(dropped, "a", 1, NULL, 0));
	map_builder_drop(dropped);
	assert_int_equal(map_memory(map), 0);
	map_destroy(map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_operations),   cmocka_unit_test(test_memory_an_entry),
		cmocka_unit_test(test_memory_of_forks),     cmocka_unit_test(test_memory_returns),
		cmocka_unit_test(test_walk_while_removing), cmocka_unit_test(test_builder),
	};
	return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}

/* The state map: pinning a view, finding, putting, walking and memory, from a thousand entries to a million;
 * beside a plain sorted array that is searched by halves. Entries are like those of contract tables: 33 bytes
 * of key, 67 of value. */
#include "tests/bench/rig/bench.h"

#include "core/base/memory.h"
#include "core/engine/state/map/map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY = 33, VALUE = 67, ENTRY = KEY + VALUE, FIRST = 1000, LAST = 1000000 };

struct scene {
	size_t count;
	struct map *map;
	struct map_root *root;
	uint8_t *array; /* the same keys, sorted */
	uint64_t random;
	struct map_edit *edit;
};

/* Keys in an order that looks random; the same on both sides. */
static void key_of(uint8_t out[KEY], uint64_t number)
{
	uint64_t mixed = (number + 1) * UINT64_C(0x9e3779b97f4a7c15);
	memset(out, 7, KEY - 8);
	for (size_t i = 0; i < 8; i++)
		out[KEY - 8 + i] = (uint8_t)(mixed >> (56 - 8 * i));
}

static uint64_t next_number(struct scene *scene)
{
	scene->random = scene->random * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (scene->random >> 33) % scene->count;
}

static int compare_keys(const void *a, const void *b)
{
	return memcmp(a, b, KEY);
}

static void scene_begin(struct scene *scene, size_t count)
{
	*scene = (struct scene){.count = count, .map = map_create(), .array = memory_allocate(count, ENTRY)};
	struct map_root *empty = map_empty(scene->map);
	struct map_edit *edit = map_edit_begin(empty);
	map_root_release(empty);
	for (size_t i = 0; i < count; i++) {
		uint8_t *entry = scene->array + i * ENTRY;
		key_of(entry, i);
		map_edit_put(edit, entry, KEY, entry + KEY, VALUE);
	}
	scene->root = map_edit_finish(edit);
	qsort(scene->array, count, ENTRY, compare_keys);
}

static void scene_end(struct scene *scene)
{
	map_root_release(scene->root);
	map_destroy(scene->map);
	free(scene->array);
}

static void pin(void *context, size_t times)
{
	struct scene *scene = context;
	while (times--)
		map_root_release(map_root_hold(scene->root));
}

static void get(void *context, size_t times)
{
	struct scene *scene = context;
	uint8_t key[KEY];
	struct map_value value;
	while (times--) {
		key_of(key, next_number(scene));
		if (!map_get(scene->root, &value, key, KEY))
			abort();
	}
}

static void get_from_array(void *context, size_t times)
{
	struct scene *scene = context;
	uint8_t key[KEY];
	while (times--) {
		key_of(key, next_number(scene));
		if (!bsearch(key, scene->array, scene->count, ENTRY, compare_keys))
			abort();
	}
}

/* As a transaction does: ten values changed, a state made of it. */
static void transact(void *context, size_t times)
{
	struct scene *scene = context;
	uint8_t key[KEY], value[VALUE] = {1};
	while (times--) {
		struct map_edit *edit = map_edit_begin(scene->root);
		for (int i = 0; i < 10; i++) {
			key_of(key, next_number(scene));
			map_edit_put(edit, key, KEY, value, VALUE);
		}
		struct map_root *root = map_edit_finish(edit);
		map_root_release(scene->root);
		scene->root = root;
	}
}

/* Puts within one edit, which has made most nodes its own. */
static void put(void *context, size_t times)
{
	struct scene *scene = context;
	uint8_t key[KEY], value[VALUE] = {2};
	while (times--) {
		key_of(key, next_number(scene));
		map_edit_put(scene->edit, key, KEY, value, VALUE);
	}
}

static void take_snapshot(void *context, size_t times)
{
	struct scene *scene = context;
	while (times--)
		map_root_release(map_edit_snapshot(scene->edit));
}

static void walk(void *context, size_t times)
{
	struct scene *scene = context;
	struct map_entry entry;
	bool there = map_seek(scene->root, &entry, NULL, 0);
	while (times--)
		if (!there || !map_next(scene->root, &entry))
			there = map_seek(scene->root, &entry, NULL, 0);
}

static const char *named(const char *what, size_t count)
{
	static char name[96];
	snprintf(name, sizeof name, "map: %s, %zu entries", what, count);
	return name;
}

int main(void)
{
	static struct scene small, scene;
	scene_begin(&small, FIRST);
	for (size_t count = FIRST; count <= LAST; count *= 10) {
		size_t times = 20000;
		scene_begin(&scene, count);
		bench_report(named("memory of an entry", count), (double)map_memory(scene.map) / (double)count,
		             "bytes", "its key and value", ENTRY);
		struct bench_pair pair = bench_measure(pin, &scene, 1000000, pin, &small, 1000000);
		bench_report(named("pinning a view", count), pair.value, "ns", "the same with 1000 entries",
		             pair.against);
		pair = bench_measure(get, &scene, times, get_from_array, &scene, times);
		bench_report(named("get", count), pair.value, "ns", "a sorted array", pair.against);
		pair = bench_measure(walk, &scene, times, get, &scene, times);
		bench_report(named("next", count), pair.value, "ns", "get", pair.against);
		pair = bench_measure(transact, &scene, times / 10, transact, &small, times / 10);
		bench_report(named("a state with ten values changed", count), pair.value, "ns",
		             "the same with 1000 entries", pair.against);
		scene.edit = map_edit_begin(scene.root);
		pair = bench_measure(put, &scene, times, get, &scene, times);
		bench_report(named("put", count), pair.value, "ns", "get", pair.against);
		small.edit = map_edit_begin(small.root);
		pair = bench_measure(take_snapshot, &scene, 100000, take_snapshot, &small, 100000);
		bench_report(named("snapshot of an edit", count), pair.value, "ns", "the same with 1000 entries",
		             pair.against);
		map_edit_drop(small.edit);
		map_edit_drop(scene.edit);
		scene_end(&scene);
	}
	scene_end(&small);
	return 0;
}

/* The map on disk: states that share what did not change, read as they are looked at, edited further, read
 * whole; damage is told. */
#include "tests/temporary.h"

#include "core/base/memory.h"
#include "core/base/system/file.h"
#include "core/engine/state/map/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STATES = 6, CHANGES = 3000, KEYS = 4000 };

struct scene {
	char *folder;
	int fd;
	struct map *map;
	struct map_store *store;
	struct map_root *roots[STATES];
	uint64_t places[STATES], ends[STATES];
};

static size_t key_of(char key[32], unsigned number)
{
	return (size_t)snprintf(key, 32, "key %u of many", number * 7919 % KEYS);
}

/* Values of all lengths: some stand apart. */
static size_t value_of(uint8_t *value, unsigned seed)
{
	size_t length = seed % 97 == 0 ? 5000 + seed % 1000 : seed % 60;
	for (size_t i = 0; i < length; i++)
		value[i] = (uint8_t)(seed + i);
	return length;
}

static struct map_root *change(struct map_root *root, unsigned *seed, unsigned changes)
{
	struct map_edit *edit = map_edit_begin(root);
	uint8_t value[8192];
	char key[32];
	for (unsigned i = 0; i < changes; i++) {
		unsigned number = (unsigned)rand_r(seed);
		size_t length = key_of(key, number % KEYS);
		if (number % 5 == 0)
			map_edit_remove(edit, key, length);
		else
			map_edit_put(edit, key, length, value, value_of(value, number));
	}
	return map_edit_finish(edit);
}

static void scene_begin(struct scene *scene)
{
	unsigned seed = 1;
	*scene = (struct scene){.folder = temporary_folder(), .map = map_create()};
	char *path = temporary_path(scene->folder, "nodes");
	assert_int_equal(file_open(&scene->fd, path, O_RDWR | O_CREAT, NULL), 0);
	free(path);
	scene->store = map_store_create(scene->fd, 0);
	struct map_root *root = map_empty(scene->map);
	for (size_t i = 0; i < STATES; i++) {
		scene->roots[i] = change(root, &seed, i == 0 ? CHANGES : (unsigned)i * 10);
		map_root_release(root);
		root = map_root_hold(scene->roots[i]);
		assert_int_equal(map_store_save(scene->store, &scene->places[i], root), 0);
		scene->ends[i] = map_store_end(scene->store);
	}
	map_root_release(root);
}

static void scene_end(struct scene *scene)
{
	for (size_t i = 0; i < STATES; i++)
		map_root_release(scene->roots[i]);
	map_destroy(scene->map);
	map_store_destroy(scene->store);
	close(scene->fd);
	temporary_remove(scene->folder);
}

static void expect_same(const struct map_root *left, const struct map_root *right)
{
	struct map_entry a, b;
	struct map_value value;
	bool more = map_seek(left, &a, NULL, 0), other = map_seek(right, &b, NULL, 0);
	size_t count = 0;
	for (; more && other; more = map_next(left, &a), other = map_next(right, &b), count++) {
		assert_int_equal(a.key_length, b.key_length);
		assert_memory_equal(a.key, b.key, a.key_length);
		assert_int_equal(a.value.length, b.value.length);
		if (a.value.length)
			assert_memory_equal(a.value.data, b.value.data, a.value.length);
		assert_true(map_get(right, &value, a.key, a.key_length));
		assert_int_equal(value.length, a.value.length);
	}
	assert_true(!more && !other);
	assert_int_equal(count, map_root_count(right));
}

static void states_share_what_did_not_change(void **state)
{
	struct scene scene;
	(void)state;
	scene_begin(&scene);
	for (size_t i = 1; i < STATES; i++)
		assert_true(scene.ends[i] - scene.ends[i - 1] < scene.ends[0] / 3);
	uint64_t place;
	assert_int_equal(map_store_save(scene.store, &place, scene.roots[2]), 0);
	assert_int_equal(place, scene.places[2]);
	assert_int_equal(map_store_end(scene.store), scene.ends[STATES - 1]);
	scene_end(&scene);
}

static void a_state_is_read_as_it_is_looked_at(void **state)
{
	struct scene scene;
	(void)state;
	scene_begin(&scene);
	for (size_t i = 0; i < STATES; i++) {
		struct map *map;
		struct map_root *root;
		struct map_value value;
		assert_int_equal(map_store_open(scene.fd, scene.ends[i], &map, &root, scene.places[i],
		                                map_root_count(scene.roots[i])),
		                 0);
		map_get(root, &value, "key 77 of many", 14);
		assert_true(map_memory(map) < map_memory(scene.map) / 10);
		expect_same(scene.roots[i], root);
		assert_true(map_root_is_sound(root));
		map_root_release(root);
		map_destroy(map);
	}
	scene_end(&scene);
}

/* What is edited on the way from one state to the next is the same, whether it was in memory or is read. */
static void a_state_that_was_read_goes_on(void **state)
{
	struct scene scene;
	(void)state;
	scene_begin(&scene);
	for (unsigned round = 0; round < 20; round++) {
		struct map_root *root, *ours, *theirs;
		struct map *map;
		unsigned seed = 100 + round, same = seed;
		size_t i = round % STATES;
		assert_int_equal(map_store_open(scene.fd, scene.ends[i], &map, &root, scene.places[i],
		                                map_root_count(scene.roots[i])),
		                 0);
		ours = change(scene.roots[i], &seed, 50 * round);
		theirs = change(root, &same, 50 * round);
		expect_same(ours, theirs);
		expect_same(scene.roots[i], root);
		map_root_release(ours);
		/* in whatever order they go */
		map_root_release(round % 2 ? theirs : root);
		map_root_release(round % 2 ? root : theirs);
		map_destroy(map);
	}
	scene_end(&scene);
}

static void a_state_that_was_loaded_is_known_to_be_saved(void **state)
{
	struct scene scene;
	struct map_root *root, *next;
	struct map *map = map_create();
	uint64_t place;
	unsigned seed = 5;
	(void)state;
	scene_begin(&scene);
	assert_int_equal(map_store_load(scene.store, map, &root, scene.places[3], map_root_count(scene.roots[3])),
	                 0);
	expect_same(scene.roots[3], root);
	assert_int_equal(map_store_save(scene.store, &place, root), 0);
	assert_int_equal(place, scene.places[3]);
	next = change(root, &seed, 10);
	uint64_t before = map_store_end(scene.store);
	assert_int_equal(map_store_save(scene.store, &place, next), 0);
	assert_true(map_store_end(scene.store) - before < scene.ends[0] / 3);
	map_root_release(root);
	map_root_release(next);
	map_destroy(map);
	scene_end(&scene);
}

static void damage_is_told(void **state)
{
	struct scene scene;
	size_t told = 0;
	(void)state;
	scene_begin(&scene);
	for (unsigned round = 0; round < 60; round++) {
		struct map *map = NULL, *whole = map_create();
		struct map_root *root;
		struct map_entry entry;
		uint64_t at = 8 + (uint64_t)round * 7919 % (scene.ends[0] - 8);
		uint8_t byte, other;
		assert_int_equal(file_read(scene.fd, &byte, 1, at), 0);
		other = byte ^ 0x40;
		assert_int_equal(file_write(scene.fd, &other, 1, at), 0);
		if (map_store_open(scene.fd, scene.ends[0], &map, &root, scene.places[0],
		                   map_root_count(scene.roots[0])) == 0) {
			for (bool more = map_seek(root, &entry, NULL, 0); more; more = map_next(root, &entry))
				continue;
			told += !map_root_is_sound(root);
			map_root_release(root);
			map_destroy(map);
		} else {
			told++;
		}
		if (map_store_load(scene.store, whole, &root, scene.places[0], map_root_count(scene.roots[0])) == 0)
			map_root_release(root);
		map_destroy(whole);
		assert_int_equal(file_write(scene.fd, &byte, 1, at), 0);
	}
	assert_true(told > 55); /* some bytes belong to what is no part of that state */
	scene_end(&scene);
}

static uint64_t room(const struct scene *scene)
{
	struct stat status;
	assert_int_equal(fsync(scene->fd), 0);
	assert_int_equal(fstat(scene->fd, &status), 0);
	return (uint64_t)status.st_blocks * 512;
}

static void expect_state(const struct scene *scene, size_t i)
{
	struct map *map;
	struct map_root *root;
	assert_int_equal(map_store_open(scene->fd, scene->ends[STATES - 1], &map, &root, scene->places[i],
	                                map_root_count(scene->roots[i])),
	                 0);
	expect_same(scene->roots[i], root);
	assert_true(map_root_is_sound(root));
	map_root_release(root);
	map_destroy(map);
}

/* What only old states have goes, what others share with them stays; what is saved later is there. */
static void the_room_of_states_is_given_back(void **state)
{
	struct scene scene;
	unsigned seed = 7;
	(void)state;
	scene_begin(&scene);
	uint64_t end = map_store_end(scene.store), before = room(&scene);
	assert_int_equal(map_store_reclaim(scene.fd, end, scene.places, STATES), 0);
	for (size_t i = 0; i < STATES; i++)
		expect_state(&scene, i);
	const uint64_t wanted[] = {scene.places[STATES - 1], 0, scene.places[1]};
	assert_int_equal(map_store_reclaim(scene.fd, end, wanted, 3), 0);
	expect_state(&scene, STATES - 1);
	expect_state(&scene, 1);
	/* all but the last: a new state that shares little with it takes the place of most */
	struct map_root *other = change(scene.roots[STATES - 1], &seed, 4 * CHANGES);
	map_root_release(scene.roots[STATES - 1]);
	scene.roots[STATES - 1] = other;
	assert_int_equal(map_store_save(scene.store, &scene.places[STATES - 1], other), 0);
	end = scene.ends[STATES - 1] = map_store_end(scene.store);
	assert_int_equal(map_store_reclaim(scene.fd, end, &scene.places[STATES - 1], 1), 0);
	expect_state(&scene, STATES - 1);
	assert_true(room(&scene) < before + before / 2);
	/* a damaged one, and nothing is given back */
	uint64_t left = room(&scene);
	assert_int_equal(map_store_reclaim(scene.fd, end, &scene.places[0], 1), -EBADMSG);
	assert_int_equal(room(&scene), left);
	expect_state(&scene, STATES - 1);
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_share_what_did_not_change),
		cmocka_unit_test(a_state_is_read_as_it_is_looked_at),
		cmocka_unit_test(a_state_that_was_read_goes_on),
		cmocka_unit_test(a_state_that_was_loaded_is_known_to_be_saved),
		cmocka_unit_test(damage_is_told),
		cmocka_unit_test(the_room_of_states_is_given_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

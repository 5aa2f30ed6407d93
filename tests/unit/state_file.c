/* State files: a root comes back entry for entry; every damage is noticed; a failed save leaves the old file.
 */
#include "tests/temporary.h"

#include "core/engine/storage/state/state_file.h"

#include <errno.h>

/* Entries of all sizes, some of them longer than a leaf holds, one longer than a chunk. */
static struct map_root *make_root(struct map *map, size_t count)
{
	struct map_root *root = map_empty(map);
	struct map_edit *edit = map_edit_begin(root);
	map_root_release(root);
	uint8_t *value = memory_allocate(1, 700000);
	for (size_t i = 0; i < count; i++) {
		uint8_t key[MAP_KEY_MAXIMUM] = {0};
		uint32_t mixed = (uint32_t)i * 2654435761u;
		size_t length = i == 5 ? 700000 : i % 50 == 0 ? 3000 : i % 90, key_length = i ? 8 + i % 57 : 0;
		memcpy(key, &mixed, 4);
		memset(value, (int)i, length);
		map_edit_put(edit, key, key_length, value, length);
	}
	free(value);
	return map_edit_finish(edit);
}

static void check_same(const struct map_root *a, const struct map_root *b)
{
	struct map_entry left, right;
	bool more = map_seek(a, &left, NULL, 0), other = map_seek(b, &right, NULL, 0);
	assert_int_equal(map_root_count(a), map_root_count(b));
	for (; more && other; more = map_next(a, &left), other = map_next(b, &right)) {
		assert_int_equal(left.key_length, right.key_length);
		assert_memory_equal(left.key, right.key, left.key_length);
		assert_int_equal(left.value.length, right.value.length);
		assert_memory_equal(left.value.data, right.value.data, left.value.length);
	}
	assert_false(more || other);
}

static void test_states_come_back(void **state)
{
	static const size_t counts[] = {0, 1, 2, 40, 20000};
	char *folder = temporary_folder(), *path = temporary_path(folder, "state");
	(void)state;
	struct map *map = map_create();
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		struct map_root *root = make_root(map, counts[i]), *loaded;
		struct bytes header = {0};
		assert_int_equal(state_file_save(path, "head", i, root, NULL), 0);
		bytes_put(&header, "kept", 4);
		assert_int_equal(state_file_load(map, &loaded, &header, path, NULL), 0);
		assert_int_equal(header.length, 4 + i);
		assert_memory_equal(header.data, "kepthead", 4 + i);
		check_same(root, loaded);
		bytes_release(&header);
		map_root_release(root);
		map_root_release(loaded);
	}
	assert_int_equal(map_memory(map), 0);
	map_destroy(map);
	free(path);
	temporary_remove(folder);
}

static void check_refused(struct map *map, const char *path, int result, const char *says)
{
	struct map_root *root;
	struct bytes header = {0};
	struct error error = {0};
	size_t before = map_memory(map);
	assert_int_equal(state_file_load(map, &root, &header, path, &error), result);
	assert_null(root);
	assert_int_equal(header.length, 0);
	if (!strstr(error.sentence, says))
		fail_msg("\"%s\" does not say \"%s\"", error.sentence, says);
	assert_int_equal(map_memory(map), before);
	bytes_release(&header);
}

static void test_damage_is_noticed(void **state)
{
	char *folder = temporary_folder(), *path = temporary_path(folder, "state");
	(void)state;
	struct map *map = map_create();
	struct map_root *root = make_root(map, 5);
	check_refused(map, path, -ENOENT, "No such file");
	assert_int_equal(state_file_save(path, "header", 6, root, NULL), 0);
	struct bytes content = file_content(path);
	for (size_t size = 0; size < content.length; size++) { /* cut short at every byte */
		file_set(path, content.data, size);
		check_refused(map, path, -EBADMSG, "is damaged");
	}
	for (size_t at = 0; at < content.length; at++) { /* every byte changed */
		content.data[at] ^= 0x41;
		file_set(path, content.data, content.length);
		check_refused(map, path, -EBADMSG, "is damaged");
		content.data[at] ^= 0x41;
	}
	bytes_put_u8(&content, 0); /* something behind the end */
	file_set(path, content.data, content.length);
	check_refused(map, path, -EBADMSG, "wrong number of entries");
	bytes_release(&content);
	map_root_release(root);
	map_destroy(map);
	free(path);
	temporary_remove(folder);
}

/* Whole files whose checksums are right and whose content is not. */
static void test_foreign_files(void **state)
{
	static const struct {
		const char *bytes; /* of chunk 0 */
		size_t length;
		int result;
		const char *says;
	} chunks[] = {
		{"EFSSTATE\3\0\0\0", 12, -ENOTSUP, "version 3"},
		{"EFSSTATE\1\0\0\0", 12, -EBADMSG, "has the old version 1"},
		{"EFSSTATE\0\0\0\0", 12, -EBADMSG, "has the old version 0"},
		{"EFSSTATUS\0\0\0", 12, -EBADMSG, "is not a state file"},
		{"EFS", 3, -EBADMSG, "is not a state file"},
	};
	char *folder = temporary_folder(), *path = temporary_path(folder, "state");
	(void)state;
	struct map *map = map_create();
	for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
		struct bytes file = {0}, sum = {0};
		bytes_put_u32(&sum, 0);
		bytes_put(&sum, chunks[i].bytes, chunks[i].length);
		uint32_t crc = 0xffffffff;
		for (size_t j = 0; j < sum.length; j++) {
			crc ^= sum.data[j];
			for (int bit = 0; bit < 8; bit++)
				crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
		}
		bytes_put_u32(&file, (uint32_t)chunks[i].length);
		bytes_put_u32(&file, ~crc);
		bytes_put(&file, chunks[i].bytes, chunks[i].length);
		file_set(path, file.data, file.length);
		check_refused(map, path, chunks[i].result, chunks[i].says);
		bytes_release(&file);
		bytes_release(&sum);
	}
	file_set(path, "hello, this is no state", 23);
	check_refused(map, path, -EBADMSG, "is damaged");
	map_destroy(map);
	free(path);
	temporary_remove(folder);
}

static void test_failed_save_leaves_the_old_file(void **state)
{
	char *folder = temporary_folder(), *path = temporary_path(folder, "state"),
		 *aside = temporary_path(folder, "state.new");
	(void)state;
	struct map *map = map_create();
	struct map_root *small = make_root(map, 4), *large = make_root(map, 3000), *loaded;
	struct error error = {0};
	struct bytes header = {0};
	assert_int_equal(state_file_save(path, NULL, 0, small, NULL), 0);
	limit_files(100000);
	assert_int_equal(state_file_save(path, NULL, 0, large, &error), -EFBIG);
	limit_files(RLIM_INFINITY);
	assert_non_null(strstr(error.sentence, "File too large"));
	assert_int_equal(access(aside, F_OK), -1);
	assert_int_equal(state_file_load(map, &loaded, &header, path, NULL), 0);
	check_same(small, loaded);
	map_root_release(loaded);
	assert_int_equal(state_file_save(path, NULL, 0, large, NULL), 0);
	assert_int_equal(state_file_load(map, &loaded, &header, path, NULL), 0);
	check_same(large, loaded);
	map_root_release(loaded);
	map_root_release(small);
	map_root_release(large);
	map_destroy(map);
	bytes_release(&header);
	free(path);
	free(aside);
	temporary_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states_come_back),
		cmocka_unit_test(test_damage_is_noticed),
		cmocka_unit_test(test_foreign_files),
		cmocka_unit_test(test_failed_save_leaves_the_old_file),
	};
	return cmocka_run_group_tests_name("state_file", tests, NULL, NULL);
}

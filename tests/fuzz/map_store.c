/* Any bytes as the file of the states' nodes: what is read of it is a state or told to be damaged, at once or
 * as it is looked at. The first four bytes say where the root is, the fifth how many entries there are and
 * whether checksums are put right first. */
#include "core/engine/state/map/store.h"

#include "tests/fuzz/input.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { FIRST = 8 };

static void mend(uint8_t *data, size_t size)
{
	for (size_t at = FIRST; size >= 8 && at <= size - 8;) {
		uint32_t length = input_u32(data + at);
		if (length > size - at - 8)
			return;
		input_set_u32(data + at + 4, (uint32_t)crc32(0, data + at + 8, length));
		at += 8 + (size_t)length;
	}
}

static void walk(const struct map_root *root)
{
	struct map_entry entry;
	struct map_value value;
	size_t steps = 0;
	for (bool ok = map_seek(root, &entry, NULL, 0); ok && steps < 10000; ok = map_next(root, &entry), steps++)
		map_get(root, &value, entry.key, entry.key_length);
	map_seek_before(root, &entry, "\xff\xff", 2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 5)
		return 0;
	uint64_t place = input_u32(data) % (size + 8);
	size_t entries = data[4] >> 1;
	uint8_t *copy = malloc(size + FIRST);
	memset(copy, 0, FIRST);
	memcpy(copy + FIRST, data + 5, size - 5);
	if (data[4] & 1)
		mend(copy, size - 5 + FIRST);
	char path[INPUT_PATH_SIZE];
	input_file(path, copy, size - 5 + FIRST);
	int fd = open(path, O_RDWR | O_CLOEXEC);
	struct map *map = NULL, *whole = map_create();
	struct map_store *store = map_store_create(fd, size - 5 + FIRST);
	struct map_root *root;
	if (map_store_open(fd, size - 5 + FIRST, &map, &root, place, entries) == 0) {
		walk(root);
		map_root_release(root);
		map_destroy(map);
	}
	if (map_store_load(store, whole, &root, place, entries) == 0) {
		walk(root);
		map_root_release(root);
	}
	if (map_memory(whole))
		abort();
	map_destroy(whole);
	map_store_destroy(store);
	close(fd);
	free(copy);
	return 0;
}

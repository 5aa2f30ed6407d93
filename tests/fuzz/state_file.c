/* Any bytes as a state file: a state comes of it, or a refusal that leaves no memory behind. The
 * first byte says whether checksums are put right first, so that the fuzzer comes past them. */
#include "core/engine/storage/state/state_file.h"

#include "tests/fuzz/input.h"

#include <string.h>
#include <zlib.h>

static void mend(uint8_t *data, size_t size)
{
	uint32_t number = 0;
	for (size_t at = 0; size >= 8 && at <= size - 8; number++) {
		uint32_t length = input_u32(data + at);
		if (length > size - at - 8)
			return;
		uint8_t place[4];
		input_set_u32(place, number);
		uLong checksum = crc32(0, place, sizeof place);
		input_set_u32(data + at + 4, (uint32_t)(length ? crc32(checksum, data + at + 8, length) : checksum));
		at += 8 + (size_t)length;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	uint8_t *copy = malloc(size);
	memcpy(copy, data, size);
	if (data[0] & 1)
		mend(copy + 1, size - 1);
	char path[INPUT_PATH_SIZE];
	input_file(path, copy + 1, size - 1);
	struct map *map = map_create();
	struct map_root *root;
	struct bytes header = {0};
	struct error error;
	if (!state_file_load(map, &root, &header, path, &error)) {
		struct map_entry entry;
		size_t count = 0;
		for (bool ok = map_seek(root, &entry, NULL, 0); ok; ok = map_next(root, &entry))
			count++;
		if (count != map_root_count(root))
			abort();
		map_root_release(root);
	} else if (root || header.length) {
		abort();
	}
	bytes_release(&header);
	if (map_memory(map))
		abort();
	map_destroy(map);
	free(copy);
	return 0;
}

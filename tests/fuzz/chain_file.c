/* Any bytes as a chain's file: a chain comes of it, whose last block and state are there, or a refusal that
 * leaves no memory behind. An even first byte: what follows is the file. Odd: its chunks unpacked, u8 kind,
 * u16 length, bytes, which are packed and get their checksums here, so that the fuzzer comes past those. */
#include "core/engine/storage/chain_file.h"
#include "core/engine/storage/chain_file_private.h"

#include "tests/fuzz/input.h"

#include <string.h>
#include <zlib.h>

static void pack(struct bytes *out, const uint8_t *data, size_t size)
{
	struct cursor in = cursor_make(data, size);
	bytes_put(out, CHAIN_FILE_MAGIC, strlen(CHAIN_FILE_MAGIC));
	bytes_put_u32(out, CHAIN_FILE_VERSION);
	for (uint32_t number = 0; cursor_left(&in) && !in.failed; number++) {
		uint8_t kind = cursor_u8(&in);
		size_t length = cursor_u16(&in);
		length = length < cursor_left(&in) ? length : cursor_left(&in);
		const uint8_t *chunk = cursor_take(&in, length);
		uint8_t packed[65536 + 1024];
		uLongf packed_length = sizeof packed;
		if (compress2(packed, &packed_length, chunk ? chunk : data, (uLong)length, 0) != Z_OK)
			abort();
		bytes_put_u8(out, kind);
		bytes_put_u32(out, (uint32_t)length);
		bytes_put_u32(out, (uint32_t)packed_length);
		bytes_put_u32(out, chain_file_checksum(number, kind, (uint32_t)length, packed, packed_length));
		bytes_put(out, packed, packed_length);
	}
}

struct seen {
	uint32_t blocks, number;
};

static int see_head(void *context, const struct chain_file_head *head, struct error *error)
{
	struct seen *seen = context;
	(void)error;
	seen->number = head->number;
	return 0;
}

static int see_block(void *context, uint32_t number, const void *packed, size_t length, struct error *error)
{
	struct seen *seen = context;
	(void)error;
	if (number != ++seen->blocks || !packed || !length)
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	struct bytes file = {0};
	if (data[0] & 1)
		pack(&file, data + 1, size - 1);
	else
		bytes_put(&file, data + 1, size - 1);
	char path[INPUT_PATH_SIZE];
	input_file(path, file.data, file.length);
	bytes_release(&file);
	int fd = open(path, O_RDONLY);
	struct seen seen = {0};
	const struct chain_file_visitor visitor = {.context = &seen, .head = see_head, .block = see_block};
	struct branch *branch;
	struct error error = {0};
	if (chain_file_read(&branch, fd, path, &visitor, NULL, &error) == 0) {
		const struct block_state *head = branch_head(branch);
		struct map_entry entry;
		size_t count = 0;
		for (bool ok = map_seek(head->root, &entry, NULL, 0); ok; ok = map_next(head->root, &entry))
			count++;
		if (count != map_root_count(head->root) || head->number != seen.number || seen.blocks != seen.number)
			abort();
		branch_destroy(branch);
	} else if (branch || !error.sentence[0]) {
		abort();
	}
	close(fd);
	return 0;
}

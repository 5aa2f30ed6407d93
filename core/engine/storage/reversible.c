/* The file of reversible blocks: see reversible.h for its bytes. */
#include "core/engine/storage/reversible.h"

#include "core/base/file.h"
#include "core/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum {
	REVERSIBLE_VERSION = 1,
	HEADER_SIZE = 16,
	RECORD_HEAD = 8,
	RECORD_MAXIMUM = 65 << 20,
	WASTE_MINIMUM = 1 << 20 /* bytes, before it is worth writing the file anew */
};
static const uint8_t reversible_magic[8] = "EFSREVB\n";

struct reversible {
	int fd;
	char *path;
	uint64_t end, waste; /* of the last record; bytes of forgotten ones */
	bool ragged;         /* something incomplete may stand behind the end */
	struct reversible_block *blocks; /* owned */
	size_t count, capacity;
};

static uint32_t record_checksum(uint64_t offset, const void *data, size_t length)
{
	uint8_t place[12];
	for (size_t i = 0; i < 8; i++)
		place[i] = (uint8_t)(offset >> 8 * i);
	for (size_t i = 0; i < 4; i++)
		place[8 + i] = (uint8_t)(length >> 8 * i);
	return (uint32_t)crc32(crc32(0, place, sizeof place), data, (uInt)length);
}

static int fail(const struct reversible *file, const char *what, int result, struct error *error)
{
	return error_set(error, -result, "cannot %s \"%s\": %s", what, file->path, file_reason(result));
}

/* --- records --- */

static void add(struct reversible *file, const struct signed_block *block, uint64_t at, uint32_t length)
{
	memory_grow(&file->blocks, &file->capacity, file->count + 1, sizeof *file->blocks);
	file->blocks[file->count++] = (struct reversible_block){.id = block->id,
	                                                        .previous = block->header.previous,
	                                                        .number = block_header_number(&block->header),
	                                                        .at = at,
	                                                        .length = length};
}

static int unpack(struct cursor in, struct signed_block *out, uint64_t **heads, size_t *heads_count,
                  struct error *error)
{
	uint32_t count = cursor_u32(&in);
	struct cursor bits = cursor_make(cursor_take(&in, (size_t)count * 8), (size_t)count * 8);

	if (in.failed)
		return error_set(error, EBADMSG, "a record of the reversible blocks is malformed");
	int result = signed_block_unpack(out, &in, error);
	if (result || !heads)
		return result;
	*heads = memory_allocate(count + (size_t)1, sizeof **heads);
	*heads_count = count;
	for (uint32_t i = 0; i < count; i++)
		(*heads)[i] = cursor_u64(&bits);
	return 0;
}

/* The record at an offset, whole and unharmed; free() *out. -ENODATA: there is none. */
static int read_record(const struct reversible *file, uint64_t at, uint8_t **out, uint32_t *length)
{
	uint8_t head[RECORD_HEAD];
	int result = file_read(file->fd, head, sizeof head, at);
	struct cursor in = cursor_make(head, sizeof head);
	uint32_t checksum;
	if (result)
		return result;
	*length = cursor_u32(&in);
	checksum = cursor_u32(&in);
	if (*length > RECORD_MAXIMUM)
		return -ENODATA;
	*out = memory_allocate(*length + (size_t)1, 1);
	result = file_read(file->fd, *out, *length, at + RECORD_HEAD);
	if (!result && record_checksum(at, *out, *length) != checksum)
		result = -ENODATA;
	if (result)
		free(*out);
	return result;
}

static int scan(struct reversible *file, struct error *error)
{
	int result = 0;

	for (file->end = HEADER_SIZE; !result;) {
		struct signed_block block = {0};
		uint8_t *data;
		uint32_t length;
		result = read_record(file, file->end, &data, &length);
		if (result)
			return result == -ENODATA ? 0 : fail(file, "read", result, error);
		result = unpack(cursor_make(data, length), &block, NULL, NULL, error);
		if (!result)
			add(file, &block, file->end, length);
		signed_block_release(&block);
		free(data);
		file->end += RECORD_HEAD + (uint64_t)length;
	}
	return result;
}

/* --- opening --- */

static int write_header(int fd)
{
	struct bytes header = {0};
	bytes_put(&header, reversible_magic, sizeof reversible_magic);
	bytes_put_u32(&header, REVERSIBLE_VERSION);
	bytes_put_u32(&header, 0);
	int result = file_write(fd, header.data, header.length, 0);
	bytes_release(&header);
	return result;
}

static int check_header(const struct reversible *file, struct error *error)
{
	uint8_t header[HEADER_SIZE];
	struct cursor in = cursor_make(header, sizeof header);
	int result = file_read(file->fd, header, sizeof header, 0);
	uint32_t version;
	if (result)
		return fail(file, "read", result, error);
	cursor_take(&in, sizeof reversible_magic);
	version = cursor_u32(&in);
	if (memcmp(header, reversible_magic, sizeof reversible_magic) || !version)
		return error_set(error, EBADMSG, "\"%s\" holds no reversible blocks", file->path);
	if (version > REVERSIBLE_VERSION)
		return error_set(error, ENOTSUP,
		                 "\"%s\" has version %" PRIu32 ", this program knows up to %d: use the newer program",
		                 file->path, version, REVERSIBLE_VERSION);
	return 0;
}

static int load(struct reversible *file, struct text *report, struct error *error)
{
	uint64_t size;
	int result = file_size(file->fd, &size);

	if (result)
		return fail(file, "read", result, error);
	file->end = HEADER_SIZE;
	if (size < HEADER_SIZE) { /* its making was cut short */
		result = file_cut(file->fd, 0);
		result = result ? result : write_header(file->fd);
		return result ? fail(file, "make", result, error) : 0;
	}
	result = check_header(file, error);
	if (!result)
		result = scan(file, error);
	if (result || file->end == size)
		return result;
	if (report)
		text_printf(report, "cut the torn end of \"%s\": %" PRIu64 " bytes\n", file->path, size - file->end);
	result = file_cut(file->fd, file->end);
	return result ? fail(file, "cut the torn end of", result, error) : 0;
}

int reversible_open(struct reversible **out, const char *path, struct text *report, struct error *error)
{
	struct reversible *file = memory_allocate(1, sizeof *file);
	int result = file_open(&file->fd, path, O_RDWR | O_CREAT, error);

	if (result) {
		free(file);
		return result;
	}
	file->path = memory_copy_string(path);
	result = load(file, report, error);
	if (result) {
		reversible_close(file);
		return result;
	}
	*out = file;
	return 0;
}

void reversible_close(struct reversible *file)
{
	if (!file)
		return;
	close(file->fd);
	free(file->blocks);
	free(file->path);
	free(file);
}

/* --- what is in it --- */

const struct reversible_block *reversible_blocks(const struct reversible *file, size_t *count)
{
	*count = file->count;
	return file->blocks;
}

const struct reversible_block *reversible_find(const struct reversible *file, const struct checksum256 *id)
{
	for (size_t i = file->count; i-- > 0;)
		if (checksum256_equal(&file->blocks[i].id, id))
			return &file->blocks[i];
	return NULL;
}

int reversible_read(struct reversible *file, const struct reversible_block *block, struct signed_block *out,
                    uint64_t **heads, size_t *heads_count, struct error *error)
{
	uint8_t *data;
	uint32_t length;
	int result = read_record(file, block->at, &data, &length);

	if (result)
		return fail(file, "read", result, error);
	result = unpack(cursor_make(data, length), out, heads, heads_count, error);
	free(data);
	return result;
}

/* --- changing it --- */

static void pack_record(struct bytes *out, uint64_t at, const struct signed_block *block,
                        const uint64_t *heads, size_t count)
{
	struct bytes data = {0};

	bytes_put_u32(&data, (uint32_t)count);
	for (size_t i = 0; i < count; i++)
		bytes_put_u64(&data, heads[i]);
	signed_block_pack(&data, block);
	bytes_put_u32(out, (uint32_t)data.length);
	bytes_put_u32(out, record_checksum(at, data.data, data.length));
	bytes_put(out, data.data, data.length);
	bytes_release(&data);
}

int reversible_append(struct reversible *file, const struct signed_block *block, const uint64_t *heads,
                      size_t count, struct error *error)
{
	struct bytes record = {0};
	int result = file->ragged ? file_cut(file->fd, file->end) : 0;

	pack_record(&record, file->end, block, heads, count);
	if (!result)
		result = file_write(file->fd, record.data, record.length, file->end);
	file->ragged = result != 0;
	if (result) {
		file_cut(file->fd, file->end);
		fail(file, "write", result, error);
	} else {
		add(file, block, file->end, (uint32_t)(record.length - RECORD_HEAD));
		file->end += record.length;
	}
	bytes_release(&record);
	return result;
}

int reversible_sync(struct reversible *file, struct error *error)
{
	int result = file_sync(file->fd);

	return result ? fail(file, "sync", result, error) : 0;
}

/* What is left, in a new file in place of this one. */
static int rewrite(struct reversible *file, struct error *error)
{
	struct reversible new = {.path = file->path, .end = HEADER_SIZE};
	int result = file_replace_begin(&new.fd, file->path);

	if (result)
		return fail(file, "write anew", result, error);
	result = write_header(new.fd);
	for (size_t i = 0; i < file->count && !result; i++) {
		struct signed_block block = {0};
		uint64_t *heads = NULL;
		size_t heads_count = 0;
		result = reversible_read(file, &file->blocks[i], &block, &heads, &heads_count, error);
		if (!result)
			result = reversible_append(&new, &block, heads, heads_count, error);
		signed_block_release(&block);
		free(heads);
	}
	result = file_replace_end(new.fd, file->path, result);
	if (!result)
		result = file_open(&new.fd, file->path, O_RDWR, error);
	if (result) {
		free(new.blocks);
		return result;
	}
	close(file->fd);
	free(file->blocks);
	*file = new;
	return 0;
}

static uint64_t waste_of(const struct reversible *file, uint32_t number)
{
	uint64_t waste = file->waste;

	for (size_t i = 0; i < file->count; i++)
		if (file->blocks[i].number <= number)
			waste += RECORD_HEAD + (uint64_t)file->blocks[i].length;
	return waste;
}

bool reversible_is_full(const struct reversible *file, uint32_t number)
{
	uint64_t waste = waste_of(file, number);

	return waste >= WASTE_MINIMUM && waste > file->end / 2;
}

int reversible_forget(struct reversible *file, uint32_t number, struct error *error)
{
	bool is_full = reversible_is_full(file, number);
	size_t left = 0;

	file->waste = waste_of(file, number);
	for (size_t i = 0; i < file->count; i++)
		if (file->blocks[i].number > number)
			file->blocks[left++] = file->blocks[i];
	file->count = left;
	return is_full ? rewrite(file, error) : 0;
}

/* The file of reversible blocks: see reversible.h for its bytes. */
#include "core/engine/storage/block/reversible.h"

#include "core/base/memory.h"
#include "core/base/system/file.h"
#include "core/engine/storage/record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	REVERSIBLE_VERSION = 1,
	HEADER_SIZE = REVERSIBLE_HEADER_SIZE,
	RECORD_MAXIMUM = 65 << 20,
	RECORD_MINIMUM = 100, /* of a block's header alone */
	HEADS_MAXIMUM = 1 << 16,
	WASTE_MINIMUM = 1 << 20 /* bytes, before it is worth writing the file anew */
};
static const uint8_t reversible_magic[8] = "EFSREVB\n";

struct reversible {
	int fd;
	char *path;
	uint64_t end, waste; /* of the last record; bytes of forgotten ones */
	bool ragged;         /* something incomplete may stand behind the end */
	bool is_damaged;     /* what is not whole stands before it */
	struct reversible_block *blocks; /* owned */
	size_t count, capacity;
};

static int fail(const struct reversible *file, const char *what, int result, struct error *error)
{
	return error_set(error, -result, "cannot %s \"%s\": %s", what, file->path, file_reason(result));
}

/* --- records --- */

static void add(struct reversible *file, const struct signed_block *block, uint64_t at, uint32_t length)
{
	LIST_APPEND(file->blocks, file->count, file->capacity,
	            (struct reversible_block){.id = block->id,
	                                      .previous = block->header.previous,
	                                      .number = block_header_number(&block->header),
	                                      .at = at,
	                                      .length = length});
}

void reversible_note_release(struct reversible_note *note)
{
	free(note->heads);
	bytes_release(&note->foreign);
	*note = (struct reversible_note){0};
}

static int unpack(struct signed_block *out, struct reversible_note *note, struct cursor in,
                  struct error *error)
{
	uint32_t count = cursor_u32(&in);
	struct cursor bits = cursor_make(cursor_take(&in, (size_t)count * 8), (size_t)count * 8);

	if (in.failed)
		return error_set(error, EBADMSG, "a record of the reversible blocks is malformed");
	int result = signed_block_unpack(out, &in, error);
	if (result || !note)
		return result;
	*note = (struct reversible_note){.heads = memory_allocate(count + (size_t)1, sizeof *note->heads),
	                                 .heads_count = count};
	for (uint32_t i = 0; i < count; i++)
		note->heads[i] = cursor_u64(&bits);
	bytes_put(&note->foreign, in.at, cursor_left(&in));
	return 0;
}

/* The record at an offset, whole and unharmed; free() *out. -ENODATA: there is none. */
static int read_record(const struct reversible *file, uint8_t **out, uint32_t *length, uint64_t at)
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
	if (result == 0 && record_checksum(at, *out, *length) != checksum)
		result = -ENODATA;
	if (result)
		free(*out);
	return result;
}

/* --- what is found in the file --- */

/* How long the record at a place is, its head included; 0: there is none that is whole. */
static uint64_t record_at(const uint8_t *bytes, uint64_t at, uint64_t size)
{
	struct cursor in = cursor_make(bytes + at, size - at);
	uint32_t length = cursor_u32(&in), checksum = cursor_u32(&in);

	if (in.failed || length < RECORD_MINIMUM || length > cursor_left(&in))
		return 0;
	const uint8_t *data = in.at;
	if (cursor_u32(&in) > HEADS_MAXIMUM || record_checksum(at, data, length) != checksum)
		return 0;
	return RECORD_HEAD + (uint64_t)length;
}

/* Where the next whole record begins; size: nowhere. A record knows its place, so that none is taken for
 * one that is not. */
static uint64_t next_record(const uint8_t *bytes, uint64_t at, uint64_t size)
{
	while (at < size && !record_at(bytes, at, size))
		at++;
	return at;
}

/* What is not whole from a place on: one flipped bit is turned back, the rest is passed over. Each is told in
 * *damage. false: it may be a torn end. */
static bool pass_damage(struct reversible *file, uint8_t *bytes, uint64_t size, struct text *damage)
{
	uint64_t next = next_record(bytes, file->end + 1, size);

	if (next == size && record_is_torn(bytes, file->end, size))
		return false;
	text_printf(damage, "%sbytes %" PRIu64 " to %" PRIu64, damage->length ? ", " : "", file->end, next - 1);
	if (record_mend(bytes, file->end, size) && record_at(bytes, file->end, size)) {
		text_append(damage, " (mended: one bit was wrong)");
		return true;
	}
	text_append(damage, " (lost)");
	file->end = next;
	return true;
}

/* Finds the whole records; what is not whole is told in *damage, or, at the end, may be torn. */
static int scan(struct reversible *file, uint8_t *bytes, uint64_t size, struct text *damage,
                struct error *error)
{
	int result = 0;

	for (file->end = HEADER_SIZE; file->end < size && result == 0;) {
		struct signed_block block = {0};
		uint64_t length = record_at(bytes, file->end, size);
		if (!length) {
			if (!pass_damage(file, bytes, size, damage))
				break;
			continue;
		}
		struct cursor in = cursor_make(bytes + file->end + RECORD_HEAD, length - RECORD_HEAD);
		result = unpack(&block, NULL, in, error);
		if (result == 0)
			add(file, &block, file->end, (uint32_t)(length - RECORD_HEAD));
		signed_block_release(&block);
		file->end += length;
	}
	return result;
}

/* The file as it was is kept; then it has what could be mended. */
static int keep_damaged(struct reversible *file, const uint8_t *bytes, uint64_t size, const char *where,
                        struct text *report, struct error *error)
{
	struct text aside = TEXT_EMPTY;
	uint8_t *before = memory_allocate(1, size);
	int result = file_read(file->fd, before, size, 0);

	if (result)
		fail(file, "read", result, error);
	else
		result = file_keep_copy(&aside, file->path, "damaged", before, size, error);
	if (result == 0 && (result = file_write(file->fd, bytes, file->end, 0)))
		fail(file, "write", result, error);
	free(before);
	file->is_damaged = true;
	if (result == 0 && report)
		text_printf(report,
		            "\"%s\" is damaged: %s; %zu blocks are there; the file as it was is kept as \"%s\"\n",
		            file->path, where, file->count, text_string(&aside));
	text_release(&aside);
	return result;
}

static int cut_torn_end(struct reversible *file, const uint8_t *bytes, uint64_t size, struct text *report,
                        struct error *error)
{
	struct text aside = TEXT_EMPTY;
	int result =
		file_keep_copy(&aside, file->path, "cut", bytes + file->end, size - file->end, error);

	if (result == 0 && (result = file_cut(file->fd, file->end)))
		fail(file, "cut the torn end of", result, error);
	if (result == 0 && report)
		text_printf(report,
		            "\"%s\": cut %" PRIu64
		            " bytes of an unfinished block after %zu complete ones, kept in \"%s\"\n",
		            file->path, size - file->end, file->count, text_string(&aside));
	text_release(&aside);
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
		return error_set(error, EBADMSG, "\"%s\" holds no reversible blocks: put a copy of it back",
		                 file->path);
	if (version > REVERSIBLE_VERSION)
		return file_refuse_newer("file of blocks", file->path, version, REVERSIBLE_VERSION, error);
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
	if (result)
		return result;
	uint8_t *bytes = memory_allocate(1, size);
	struct text damage = TEXT_EMPTY;
	result = file_read(file->fd, bytes, size, 0);
	if (result)
		fail(file, "read", result, error);
	else
		result = scan(file, bytes, size, &damage, error);
	if (result == 0 && damage.length)
		result = keep_damaged(file, bytes, size, text_string(&damage), report, error);
	if (result == 0 && file->end < size)
		result = cut_torn_end(file, bytes, size, report, error);
	text_release(&damage);
	free(bytes);
	return result;
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

bool reversible_is_damaged(const struct reversible *file)
{
	return file->is_damaged;
}

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

int reversible_read(struct reversible *file, struct signed_block *out, struct reversible_note *note,
                    const struct reversible_block *block, struct error *error)
{
	uint8_t *data;
	uint32_t length;
	int result = read_record(file, &data, &length, block->at);

	if (result)
		return fail(file, "read", result, error);
	result = unpack(out, note, cursor_make(data, length), error);
	free(data);
	return result;
}

/* --- changing it --- */

static void pack_record(struct bytes *out, uint64_t at, const struct signed_block *block,
                        const struct reversible_note *note)
{
	struct bytes data = {0};

	bytes_put_u32(&data, (uint32_t)note->heads_count);
	for (size_t i = 0; i < note->heads_count; i++)
		bytes_put_u64(&data, note->heads[i]);
	signed_block_pack(&data, block);
	bytes_put(&data, note->foreign.data, note->foreign.length);
	bytes_put_u32(out, (uint32_t)data.length);
	bytes_put_u32(out, record_checksum(at, data.data, data.length));
	bytes_put(out, data.data, data.length);
	bytes_release(&data);
}

int reversible_append(struct reversible *file, const struct signed_block *block,
                      const struct reversible_note *note, struct error *error)
{
	struct bytes record = {0};
	int result = file->ragged ? file_cut(file->fd, file->end) : 0;

	pack_record(&record, file->end, block, note);
	if (result == 0)
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
	for (size_t i = 0; i < file->count && result == 0; i++) {
		struct signed_block block = {0};
		struct reversible_note note = {0};
		result = reversible_read(file, &block, &note, &file->blocks[i], error);
		if (result == 0)
			result = reversible_append(&new, &block, &note, error);
		signed_block_release(&block);
		reversible_note_release(&note);
	}
	result = file_replace_end(new.fd, file->path, result);
	if (result == 0)
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

int reversible_repair(struct reversible *file, bool (*stays)(void *context, const struct checksum256 *id),
                      void *context, struct error *error)
{
	size_t left = 0;

	for (size_t i = 0; i < file->count; i++)
		if (stays(context, &file->blocks[i].id))
			file->blocks[left++] = file->blocks[i];
	file->count = left;
	return rewrite(file, error);
}

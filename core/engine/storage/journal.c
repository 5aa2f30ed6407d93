/* The journal of the pending block: see journal.h for its bytes. */
#include "core/engine/storage/journal.h"

#include "core/base/memory.h"
#include "core/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { JOURNAL_VERSION = 1, HEADER_SIZE = 16, RECORD_HEAD = 8 };
static const uint8_t journal_magic[8] = "EFSJRNL\n";

struct journal {
	int fd;
	char *path;
	uint64_t end;   /* of the last complete record */
	bool ragged;    /* the file goes on behind the end: an append failed and cutting it off did too */
	uint8_t *bytes; /* what was read at opening */
	struct extent {
		size_t at, length;
	} *records;
	size_t count, capacity;
};

static uint32_t record_checksum(uint64_t offset, const void *data, size_t length)
{
	uint8_t place[12];
	for (size_t i = 0; i < 8; i++)
		place[i] = (uint8_t)(offset >> 8 * i);
	for (size_t i = 0; i < 4; i++)
		place[8 + i] = (uint8_t)(length >> 8 * i);
	uLong checksum = crc32(0, place, sizeof place);
	return (uint32_t)(length ? crc32(checksum, data, (uInt)length) : checksum);
}

static int journal_begin(struct journal *journal)
{
	struct bytes header = {0};
	bytes_put(&header, journal_magic, sizeof journal_magic);
	bytes_put_u32(&header, JOURNAL_VERSION);
	bytes_put_u32(&header, 0);
	int result = file_cut(journal->fd, 0);
	if (!result)
		result = file_write(journal->fd, header.data, header.length, 0);
	journal->end = HEADER_SIZE;
	bytes_release(&header);
	return result;
}

/* A file shorter than its header is one whose making was cut short; it never held a record. */
static int journal_check_header(const struct journal *journal, uint64_t size, struct error *error)
{
	struct cursor in = cursor_make(journal->bytes, size < HEADER_SIZE ? size : HEADER_SIZE);
	size_t known = size < sizeof journal_magic ? size : sizeof journal_magic;
	if (known && memcmp(journal->bytes, journal_magic, known))
		return error_set(error, EBADMSG, "\"%s\" is not a journal", journal->path);
	if (size < HEADER_SIZE)
		return 0;
	cursor_take(&in, sizeof journal_magic);
	uint32_t version = cursor_u32(&in);
	if (version > JOURNAL_VERSION)
		return error_set(error, ENOTSUP,
		                 "journal \"%s\" has version %" PRIu32
		                 ", this program knows up to %d: use the newer program",
		                 journal->path, version, JOURNAL_VERSION);
	if (version != JOURNAL_VERSION || cursor_u32(&in) != 0)
		return error_set(error, EBADMSG, "\"%s\" is not a journal", journal->path);
	return 0;
}

/* Finds the complete records. */
static void journal_scan(struct journal *journal, uint64_t size)
{
	struct cursor in = cursor_make(journal->bytes, size);
	cursor_take(&in, HEADER_SIZE);
	while (cursor_left(&in) >= RECORD_HEAD) {
		uint32_t length = cursor_u32(&in), checksum = cursor_u32(&in);
		const uint8_t *data = cursor_take(&in, length);
		if (!data || length > JOURNAL_RECORD_MAXIMUM ||
		    record_checksum(journal->end, data, length) != checksum)
			break;
		memory_grow(&journal->records, &journal->capacity, journal->count + 1, sizeof *journal->records);
		journal->records[journal->count++] = (struct extent){(size_t)(data - journal->bytes), length};
		journal->end += RECORD_HEAD + (uint64_t)length;
	}
}

static int journal_load(struct journal *journal, struct text *report, struct error *error)
{
	uint64_t size;
	int result = file_size(journal->fd, &size);
	if (result)
		return error_set(error, -result, "cannot read journal \"%s\": %s", journal->path,
		                 file_reason(result));
	journal->bytes = memory_allocate(1, size + 1);
	result = file_read(journal->fd, journal->bytes, size, 0);
	if (result)
		return error_set(error, -result, "cannot read journal \"%s\": %s", journal->path,
		                 file_reason(result));
	result = journal_check_header(journal, size, error);
	if (result)
		return result;
	if (size < HEADER_SIZE) {
		result = journal_begin(journal);
		return result ? error_set(error, -result, "cannot make journal \"%s\": %s", journal->path,
		                          file_reason(result))
		              : 0;
	}
	journal->end = HEADER_SIZE;
	journal_scan(journal, size);
	if (journal->end == size)
		return 0;
	result = file_cut(journal->fd, journal->end);
	if (result)
		return error_set(error, -result, "cannot cut the torn end of journal \"%s\": %s", journal->path,
		                 file_reason(result));
	if (report)
		text_printf(report,
		            "journal \"%s\": cut %" PRIu64 " bytes of an unfinished record after %zu complete ones\n",
		            journal->path, size - journal->end, journal->count);
	return 0;
}

int journal_open(struct journal **out, const char *path, struct text *report, struct error *error)
{
	struct journal *journal = memory_allocate(1, sizeof *journal);
	journal->path = memory_copy_string(path);
	int result = file_open(&journal->fd, path, O_RDWR | O_CREAT, error);
	if (!result)
		result = journal_load(journal, report, error);
	if (result) {
		journal_close(journal);
		journal = NULL;
	}
	*out = journal;
	return result;
}

/* Frees the records that were there when it was opened; the file keeps them. */
static void forget_records(struct journal *journal)
{
	free(journal->bytes);
	free(journal->records);
	journal->bytes = NULL;
	journal->records = NULL;
	journal->count = journal->capacity = 0;
}

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	if (journal->fd >= 0)
		close(journal->fd);
	forget_records(journal);
	free(journal->path);
	free(journal);
}

size_t journal_count(const struct journal *journal)
{
	return journal->count;
}

struct cursor journal_record(const struct journal *journal, size_t index)
{
	return cursor_make(journal->bytes + journal->records[index].at, journal->records[index].length);
}

/* Cuts off what a failed append left behind. */
static int journal_trim(struct journal *journal)
{
	int result = file_cut(journal->fd, journal->end);
	journal->ragged = result != 0;
	return result;
}

int journal_append(struct journal *journal, const void *data, size_t length, struct error *error)
{
	if (length > JOURNAL_RECORD_MAXIMUM)
		return error_set(error, EFBIG, "a record of %zu bytes is too long for journal \"%s\"", length,
		                 journal->path);
	int result = journal->ragged ? journal_trim(journal) : 0;
	struct bytes record = {0};
	bytes_put_u32(&record, (uint32_t)length);
	bytes_put_u32(&record, record_checksum(journal->end, data, length));
	bytes_put(&record, data, length);
	if (!result) {
		result = file_write(journal->fd, record.data, record.length, journal->end);
		if (result)
			journal_trim(journal);
		else
			journal->end += record.length;
	}
	bytes_release(&record);
	return result ? error_set(error, -result, "cannot write journal \"%s\": %s", journal->path,
	                          file_reason(result))
	              : 0;
}

void journal_take_back(struct journal *journal, uint64_t size)
{
	if (size < HEADER_SIZE || size > journal->end)
		return;
	journal->end = size;
	journal_trim(journal);
}

int journal_reset(struct journal *journal, struct error *error)
{
	int result = file_cut(journal->fd, HEADER_SIZE);
	if (result)
		return error_set(error, -result, "cannot empty journal \"%s\": %s", journal->path,
		                 file_reason(result));
	forget_records(journal);
	journal->end = HEADER_SIZE;
	journal->ragged = false;
	return 0;
}

uint64_t journal_size(const struct journal *journal)
{
	return journal->end;
}

/* The journal of the pending block: see journal.h for its bytes. */
#include "core/engine/storage/journal.h"

#include "core/base/memory.h"
#include "core/base/system/file.h"
#include "core/engine/storage/record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { JOURNAL_VERSION = 1, HEADER_SIZE = 16 };
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

static int read_failed(const struct journal *journal, int result, struct error *error)
{
	return error_set(error, -result, "cannot read journal \"%s\": %s", journal->path, file_reason(result));
}

/* --- opening --- */

/* The length of the whole record at `at`, head included; 0: there is none. */
static uint64_t record_at(const struct journal *journal, uint64_t at, uint64_t size)
{
	if (size - at < RECORD_HEAD)
		return 0;
	struct cursor in = cursor_make(journal->bytes + at, size - at);
	uint32_t length = cursor_u32(&in), checksum = cursor_u32(&in);
	const uint8_t *data = length <= JOURNAL_RECORD_MAXIMUM ? cursor_take(&in, length) : NULL;
	return data && record_checksum(at, data, length) == checksum ? RECORD_HEAD + (uint64_t)length : 0;
}

/* Where the next whole record begins; size: nowhere. A record knows its place, so that none is taken for
 * one that is not. */
static uint64_t next_record(const struct journal *journal, uint64_t at, uint64_t size)
{
	while (at < size && !record_at(journal, at, size))
		at++;
	return at;
}

static int cut_torn_end(struct journal *journal, uint64_t size, struct text *report, struct error *error)
{
	struct text aside = TEXT_EMPTY;
	int result = file_keep_copy(&aside, journal->path, "cut", journal->bytes + journal->end,
	                            size - journal->end, error);
	if (result == 0 && (result = file_cut(journal->fd, journal->end)))
		error_set(error, -result, "cannot cut the torn end of journal \"%s\": %s", journal->path,
		          file_reason(result));
	if (result == 0 && report)
		text_printf(report,
		            "journal \"%s\": cut %" PRIu64
		            " bytes of an unfinished record after %zu complete ones, kept in \"%s\"\n",
		            journal->path, size - journal->end, journal->count, text_string(&aside));
	text_release(&aside);
	return result;
}

static int report_damage(struct journal *journal, const char *sentence, uint64_t size, struct text *report,
                         struct error *error)
{
	struct text aside = TEXT_EMPTY;
	int result = file_keep_copy(&aside, journal->path, "damaged", journal->bytes, size, error);
	if (result == 0 && report)
		text_printf(report,
		            "journal \"%s\" is damaged: %s; %zu records of it are whole; the file is kept as "
		            "\"%s\"\n",
		            journal->path, sentence, journal->count, text_string(&aside));
	text_release(&aside);
	return result;
}

/* Finds the whole records; what is not whole is told in *damage, or, at the end, may be torn. */
static void journal_scan(struct journal *journal, uint64_t size, struct text *damage)
{
	uint64_t at = HEADER_SIZE, length;
	while (at < size) {
		if ((length = record_at(journal, at, size))) {
			LIST_APPEND(journal->records, journal->count, journal->capacity,
			            (struct extent){(size_t)at + RECORD_HEAD, (size_t)length - RECORD_HEAD});
			at += length;
			continue;
		}
		uint64_t next = next_record(journal, at + 1, size);
		if (next == size && record_is_torn(journal->bytes, at, size))
			break;
		text_printf(damage, "%sbytes %" PRIu64 " to %" PRIu64,
		            damage->length ? ", " : "what was acknowledged in ", at, next - 1);
		at = next;
	}
	if (damage->length)
		text_append(damage, " is lost");
	journal->end = at;
}

/* The first bytes: -ENOTSUP for a newer version; *damage is told of what else they are. */
static int check_header(const struct journal *journal, uint64_t size, struct text *damage,
                        struct error *error)
{
	struct cursor in = cursor_make(journal->bytes, size);
	const uint8_t *magic = cursor_take(&in, sizeof journal_magic);
	uint32_t version = cursor_u32(&in), zero = cursor_u32(&in);
	bool is_journal = !in.failed && !memcmp(magic, journal_magic, sizeof journal_magic);
	if (is_journal && version > JOURNAL_VERSION)
		return file_refuse_newer("journal", journal->path, version, JOURNAL_VERSION, error);
	if (is_journal && version == JOURNAL_VERSION && !zero)
		return 0;
	if (size > HEADER_SIZE && next_record(journal, HEADER_SIZE, size) == size)
		return error_set(error, EBADMSG, "\"%s\" is not a journal", journal->path);
	if (size > HEADER_SIZE)
		text_append(damage, "its first bytes are not a journal's");
	return 0;
}

static void put_header(struct bytes *out)
{
	bytes_put(out, journal_magic, sizeof journal_magic);
	bytes_put_u32(out, JOURNAL_VERSION);
	bytes_put_u32(out, 0);
}

/* One without records may have any first bytes, or none: what is appended is to be found behind them. */
static int mend_header(struct journal *journal, struct error *error)
{
	struct bytes header = {0};
	put_header(&header);
	int result = file_write(journal->fd, header.data, header.length, 0);
	if (result)
		error_set(error, -result, "cannot mend the first bytes of journal \"%s\": %s", journal->path,
		          file_reason(result));
	bytes_release(&header);
	return result;
}

static int journal_load(struct journal *journal, struct text *report, struct error *error)
{
	struct text damage = TEXT_EMPTY;
	uint64_t size;
	int result = file_size(journal->fd, &size);
	if (result)
		return read_failed(journal, result, error);
	journal->bytes = memory_allocate(1, size + 1);
	result = file_read(journal->fd, journal->bytes, size, 0);
	if (result)
		return read_failed(journal, result, error);
	result = check_header(journal, size, &damage, error);
	if (result == 0 && size > HEADER_SIZE)
		journal_scan(journal, size, &damage);
	bool empty = !journal->count && !damage.length;
	if (result == 0 && empty) {
		text_append(&damage, "what it held is lost, for it is empty");
		journal->end = size > HEADER_SIZE ? size : HEADER_SIZE;
	}
	if (result == 0 && damage.length)
		result = report_damage(journal, text_string(&damage), size, report, error);
	if (result == 0 && empty)
		result = mend_header(journal, error);
	if (result == 0 && journal->end < size)
		result = cut_torn_end(journal, size, report, error);
	text_release(&damage);
	return result;
}

int journal_open(struct journal **out, const char *path, struct text *report, struct error *error)
{
	struct journal *journal = memory_allocate(1, sizeof *journal);
	journal->path = memory_copy_string(path);
	int result = file_open(&journal->fd, path, O_RDWR, error);
	if (result == 0)
		result = journal_load(journal, report, error);
	if (result) {
		journal_close(journal);
		journal = NULL;
	}
	*out = journal;
	return result;
}

/* --- making --- */

static void put_record(struct bytes *out, uint64_t at, const void *data, size_t length)
{
	bytes_put_u32(out, (uint32_t)length);
	bytes_put_u32(out, record_checksum(at, data, length));
	bytes_put(out, data, length);
}

int journal_create(struct journal **out, const char *path, const void *data, size_t length,
                   struct error *error)
{
	struct journal *journal = memory_allocate(1, sizeof *journal);
	struct text temporary = TEXT_EMPTY;
	struct bytes content = {0};
	int result;

	journal->path = memory_copy_string(path);
	put_header(&content);
	put_record(&content, HEADER_SIZE, data, length);
	journal->end = content.length;
	text_printf(&temporary, "%s.new", path);
	result = file_replace_begin(&journal->fd, path);
	if (result == 0)
		result = file_write(journal->fd, content.data, content.length, 0);
	if (result == 0 && rename(text_string(&temporary), path) < 0)
		result = -errno;
	if (result) {
		error_set(error, -result, "cannot make journal \"%s\": %s", path, file_reason(result));
		if (journal->fd >= 0)
			unlink(text_string(&temporary));
		journal_close(journal);
		journal = NULL;
	}
	bytes_release(&content);
	text_release(&temporary);
	*out = journal;
	return result;
}

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	if (journal->fd >= 0)
		close(journal->fd);
	free(journal->bytes);
	free(journal->records);
	free(journal->path);
	free(journal);
}

size_t journal_count(const struct journal *journal)
{
	return journal->count;
}

bool journal_has_first(const struct journal *journal)
{
	return journal->count && journal->records[0].at == HEADER_SIZE + RECORD_HEAD;
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
	put_record(&record, journal->end, data, length);
	if (result == 0) {
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

int journal_descriptor(const struct journal *journal)
{
	return fcntl(journal->fd, F_DUPFD_CLOEXEC, 0);
}

uint64_t journal_size(const struct journal *journal)
{
	return journal->end;
}

/* Opening a block log: is its end sound, does the index agree; and what to do if not.
 *
 * A sound log ends in the trailer of its last entry, which says the same as the last element of the index;
 * that is all there is to look at when nothing happened. Otherwise entries are unpacked one by one from
 * the last trustworthy element of the index on. The first that is not whole is where a torn append is cut
 * off, unless the log's end is whole again: then something in the middle was damaged and nothing is
 * touched. */
#include "core/engine/storage/block/block_log_private.h"

#include "core/base/memory.h"
#include "core/base/system/file.h"
#include "core/types/block.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { RESUME_TRIES = 16 };

struct recovery {
	struct block_log *log;
	const uint8_t *data; /* the log, mapped; NULL when empty */
	uint64_t size;
	uint64_t *offsets; /* the index, as it is or as it becomes */
	size_t count, capacity;
	uint64_t found; /* elements the file had */
	size_t kept;    /* of which these stay */
};

static uint64_t get_u64(const uint8_t *data)
{
	struct cursor in = cursor_make(data, 8);
	return cursor_u64(&in);
}

/* Whether element k of the index is the offset of a block with the number it should have, and its entry
 * can end at `end`. */
static bool element_is_plausible(const struct recovery *r, size_t k, uint64_t end)
{
	uint64_t offset = r->offsets[k];
	if (offset < r->log->start || end > r->size || offset > end || end - offset < ENTRY_MINIMUM)
		return false;
	const uint8_t *previous = r->data + offset + HEADER_PREVIOUS;
	uint32_t number = (uint32_t)previous[0] << 24 | (uint32_t)previous[1] << 16 | (uint32_t)previous[2] << 8 |
	                  previous[3];
	return number + 1 == (uint32_t)(r->log->first + k) && get_u64(r->data + end - ENTRY_TRAILER) == offset;
}

/* Whether the elements before the k-th, as many as are looked at, lead to each other. */
static bool elements_link(const struct recovery *r, size_t k)
{
	size_t last = k > INDEX_CHECKED ? k - INDEX_CHECKED : 0;
	for (; k > last; k--)
		if (!element_is_plausible(r, k - 1, r->offsets[k]))
			return false;
	return k > 0 || r->offsets[0] == r->log->start;
}

/* The end of the whole entry at offset, 0 when there is none. number 0: any; previous: the id it must
 * follow, or NULL. *id is its own. */
static uint64_t entry_end(const struct recovery *r, struct checksum256 *id, uint64_t offset, uint32_t number,
                          const struct checksum256 *previous)
{
	if (offset > r->size || r->size - offset < ENTRY_MINIMUM)
		return 0;
	struct cursor in = cursor_make(r->data + offset, r->size - offset);
	struct signed_block block;
	if (signed_block_unpack(&block, &in, NULL))
		return 0;
	bool right = (!number || block_header_number(&block.header) == number) &&
	             (!previous || checksum256_equal(&block.header.previous, previous));
	*id = block.id;
	signed_block_release(&block);
	uint64_t trailer = cursor_u64(&in);
	if (!right || in.failed || trailer != offset)
		return 0;
	return (uint64_t)(in.at - r->data);
}

/* Where to go on: behind the last element of the index that leads to a whole entry, else at the beginning. */
static uint64_t recovery_resume(struct recovery *r, struct checksum256 *id, bool *has_id)
{
	for (size_t tries = 0, k = r->count; k > 0 && tries < RESUME_TRIES; tries++) {
		k--;
		uint64_t end = r->offsets[k] >= r->log->start
		                   ? entry_end(r, id, r->offsets[k], (uint32_t)(r->log->first + k), NULL)
		                   : 0;
		if (end && elements_link(r, k)) {
			r->count = r->kept = k + 1;
			*has_id = true;
			return end;
		}
	}
	r->count = r->kept = 0;
	*has_id = false;
	return r->log->start;
}

/* Whether the log's very end is a whole entry, though what is before it is not. */
static bool recovery_end_is_whole(const struct recovery *r, uint64_t from)
{
	struct checksum256 id;
	if (r->size - from < ENTRY_MINIMUM)
		return false;
	uint64_t offset = get_u64(r->data + r->size - ENTRY_TRAILER);
	return offset > from && entry_end(r, &id, offset, 0, NULL) == r->size;
}

/* Were it not torn but damaged, the bytes would be wanted: they are kept. */
static int cut_torn_end(const struct recovery *r, uint64_t at, uint32_t last, struct text *report,
                        struct error *error)
{
	struct text aside = TEXT_EMPTY;
	int result = file_keep_copy(&aside, r->log->path, "cut", r->data + at, r->size - at, error);

	if (result == 0 && (result = file_cut(r->log->fd, at)))
		error_set(error, -result, "cannot cut the torn end of block log \"%s\": %s", r->log->path,
		          file_reason(result));
	if (result == 0 && report)
		text_printf(report,
		            "block log \"%s\": cut %" PRIu64 " bytes of an unfinished block after block %" PRIu32
		            ", kept in \"%s\"\n",
		            r->log->path, r->size - at, last, text_string(&aside));
	text_release(&aside);
	return result;
}

static int recovery_run(struct recovery *r, struct text *report, struct error *error)
{
	struct block_log *log = r->log;
	struct checksum256 id;
	bool has_id;
	uint64_t at = recovery_resume(r, &id, &has_id), end;
	while ((end = entry_end(r, &id, at, (uint32_t)(log->first + r->count), has_id ? &id : NULL))) {
		LIST_APPEND(r->offsets, r->count, r->capacity, at);
		at = end;
		has_id = true;
	}
	uint32_t last = (uint32_t)(log->first + r->count - 1);
	if (at < r->size && recovery_end_is_whole(r, at))
		return error_set(error, EBADMSG,
		                 "block log \"%s\" is damaged at block %" PRIu32 " (byte %" PRIu64
		                 "), with more blocks behind it: "
		                 "restore it from a copy, or set it aside to start from nothing",
		                 log->path, last + 1, at);
	int result = at < r->size ? cut_torn_end(r, at, last, report, error) : 0;
	if (result)
		return result;
	struct bytes rest = {0};
	for (size_t i = r->kept; i < r->count; i++)
		bytes_put_u64(&rest, r->offsets[i]);
	result = file_cut(log->index_fd, r->kept * 8);
	if (result == 0)
		result = file_write(log->index_fd, rest.data, rest.length, r->kept * 8);
	if (result == 0)
		result = file_sync(log->index_fd);
	bytes_release(&rest);
	if (result)
		return error_set(error, -result, "cannot write block index \"%s\": %s", log->index_path,
		                 file_reason(result));
	if (report && (r->kept != r->found || r->count != r->found))
		text_printf(report, "block index \"%s\": made anew from block %" PRIu32 " on\n", log->index_path,
		            (uint32_t)(log->first + r->kept));
	log->end = at;
	log->count = (uint32_t)r->count;
	return 0;
}

/* The quick look at a log that was closed, or killed between appends: reads nothing but ends. */
static bool log_is_sound(struct block_log *log, uint64_t size, uint64_t index_size)
{
	uint8_t offset[8], trailer[8], header[HEADER_PREVIOUS + 4];
	uint64_t count = index_size / 8;
	if (index_size % 8 || count > UINT32_MAX - log->first)
		return false;
	log->end = size;
	log->count = (uint32_t)count;
	if (!count)
		return size == log->start;
	size_t checked = count < INDEX_CHECKED ? (size_t)count : INDEX_CHECKED;
	uint8_t *elements = memory_allocate(checked, 8);
	bool sound = file_read(log->index_fd, elements, checked * 8, (count - checked) * 8) == 0;
	uint64_t end = size;
	for (size_t k = checked; k > 0 && sound; k--) {
		uint64_t element = get_u64(elements + 8 * (k - 1));
		sound = element >= log->start && end >= ENTRY_MINIMUM && element <= end - ENTRY_MINIMUM &&
		        file_read(log->fd, trailer, 8, end - ENTRY_TRAILER) == 0 && get_u64(trailer) == element;
		end = element;
	}
	memcpy(offset, elements + 8 * (checked - 1), 8);
	free(elements);
	if (!sound || (checked == count && end != log->start) ||
	    file_read(log->fd, header, sizeof header, get_u64(offset)))
		return false;
	const uint8_t *previous = header + HEADER_PREVIOUS;
	uint32_t number = (uint32_t)previous[0] << 24 | (uint32_t)previous[1] << 16 | (uint32_t)previous[2] << 8 |
	                  previous[3];
	return number + 1 == (uint32_t)(log->first + count - 1);
}

int block_log_recover(struct block_log *log, uint64_t size, uint64_t index_size, struct text *report,
                      struct error *error)
{
	if (log_is_sound(log, size, index_size))
		return 0;
	struct recovery r = {.log = log, .size = size, .found = index_size / 8 + (index_size % 8 != 0)};
	void *mapped = mmap(NULL, size, PROT_READ, MAP_PRIVATE, log->fd, 0);
	if (mapped == MAP_FAILED)
		return error_set(error, errno, "cannot read block log \"%s\": %s", log->path, file_reason(errno));
	r.data = mapped;
	/* An index longer than the log can have entries is not looked at. */
	size_t elements = index_size / 8 > size / ENTRY_MINIMUM ? 0 : (size_t)(index_size / 8);
	memory_grow(&r.offsets, &r.capacity, elements + 1, sizeof *r.offsets);
	uint8_t *bytes = memory_allocate(elements + 1, 8);
	int result = file_read(log->index_fd, bytes, elements * 8, 0);
	if (result) {
		error_set(error, -result, "cannot read block index \"%s\": %s", log->index_path, file_reason(result));
	} else {
		for (; r.count < elements; r.count++)
			r.offsets[r.count] = get_u64(bytes + 8 * r.count);
		result = recovery_run(&r, report, error);
	}
	free(bytes);
	free(r.offsets);
	munmap(mapped, size);
	return result;
}

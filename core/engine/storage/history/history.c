/* The history's folder: which segments there are, adding, saving, cutting, finding. */
#include "core/engine/storage/history/history.h"

#include "core/base/memory.h"
#include "core/base/system/file.h"
#include "core/engine/storage/history/history_private.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

enum {
	POSTINGS_AT_ONCE = 1 << 15, /* in memory before they become a segment */
	SEGMENTS_PER_LEVEL = 8,
	SEGMENTS_MAXIMUM = 256,
	NOTE_MAXIMUM = 1 << 20,
	INDEX_MAXIMUM = NOTE_MAXIMUM + SEGMENTS_MAXIMUM * 8 + 256
};
static const char magic[8] = "EOSFSHI1";

struct history {
	char *folder; /* owned; NULL: in memory */
	struct checksum256 chain;
	struct lines lines;
	struct segment *segments; /* owned: the oldest first */
	size_t segments_count, segments_capacity;
	struct posting *recent; /* owned: in no segment yet, in the order of lines */
	size_t recent_count, recent_capacity;
	uint32_t last;
	uint32_t saved_lines; /* those before are in segments */
	struct bytes note;
	uint8_t *found; /* owned: postings of history_find() that stand in no segment */
	size_t found_capacity;
};

static char *path_of(const struct history *history, const char *name)
{
	struct text path = TEXT_EMPTY;

	text_printf(&path, "%s/%s", history->folder, name);
	return text_take(&path);
}

static char *segment_path(const struct history *history, uint32_t first, uint32_t end)
{
	char name[32];

	snprintf(name, sizeof name, "%" PRIu32 "-%" PRIu32, first, end);
	return path_of(history, name);
}

static int failed(const struct history *history, int result, struct error *error)
{
	return result ? error_set(error, -result, "the accounts' history \"%s\": %s",
	                          history->folder ? history->folder : "in memory", file_reason(result))
	              : 0;
}

/* A file to be written, a new one; *path: owned, NULL in memory. */
static int create(const struct history *history, int *fd, char **path, uint32_t first, uint32_t end)
{
	*path = NULL;
	if (!history->folder) {
		*fd = memfd_create("history", MFD_CLOEXEC);
		return *fd < 0 ? -errno : 0;
	}
	*path = segment_path(history, first, end);
	unlink(*path);
	return file_open(fd, *path, O_RDWR | O_CREAT, NULL);
}

static void remove_segment(const struct history *history, struct segment *segment)
{
	char *path = history->folder ? segment_path(history, segment->first_line, segment->end_line) : NULL;

	if (path)
		unlink(path);
	free(path);
	segment_release(segment);
}

/* --- the index: magic, crc32 of what follows, chain, last block, bytes of lines, segments, note --- */

static int write_index(struct history *history)
{
	struct bytes all = {0}, body = {0};
	char *path;
	int result;

	history->saved_lines = lines_count(&history->lines);
	if (!history->folder)
		return 0;
	bytes_put(&body, history->chain.data, sizeof history->chain.data);
	bytes_put_u32(&body, history->last);
	bytes_put_u64(&body, history->lines.end);
	bytes_put_varuint32(&body, (uint32_t)history->segments_count);
	for (size_t i = 0; i < history->segments_count; i++) {
		bytes_put_u32(&body, history->segments[i].first_line);
		bytes_put_u32(&body, history->segments[i].end_line);
	}
	bytes_put_counted(&body, history->note.data, history->note.length);
	bytes_put(&all, magic, sizeof magic);
	bytes_put_u32(&all, (uint32_t)crc32(0, body.data, (uInt)body.length));
	bytes_put(&all, body.data, body.length);
	path = path_of(history, "index");
	result = file_sync(history->lines.fd);
	if (result == 0)
		result = file_replace(path, all.data, all.length, NULL);
	free(path);
	bytes_release(&body);
	bytes_release(&all);
	return result;
}

static int open_segments(struct history *history, struct cursor *in)
{
	uint32_t count = cursor_count(in, 8), next = 0;
	int result = count > SEGMENTS_MAXIMUM ? -ENODATA : 0;

	for (uint32_t i = 0; i < count && result == 0; i++) {
		uint32_t first = cursor_u32(in), end = cursor_u32(in);
		char *path = segment_path(history, first, end);
		int fd = -1;
		result = first != next || end < first ? -ENODATA : file_open(&fd, path, O_RDONLY, NULL);
		free(path);
		if (result)
			return result;
		memory_grow(&history->segments, &history->segments_capacity, history->segments_count + 1,
		            sizeof *history->segments);
		struct segment *segment = &history->segments[history->segments_count++];
		result = segment_open(segment, fd);
		if (result == 0 && (segment->first_line != first || segment->end_line != end))
			result = -ENODATA;
		next = end;
	}
	return result ? result : next == lines_count(&history->lines) ? 0 : -ENODATA;
}

static int read_body(struct history *history, struct cursor *in)
{
	struct checksum256 chain;
	size_t length;
	char *path = path_of(history, "lines");
	int fd = -1, result = file_open(&fd, path, O_RDWR, NULL);

	free(path);
	if (result)
		return result;
	cursor_copy(in, chain.data, sizeof chain.data);
	history->last = cursor_u32(in);
	result = lines_open(&history->lines, fd, cursor_u64(in));
	if (result == 0)
		result = open_segments(history, in);
	const uint8_t *note = cursor_counted(in, &length);
	if (result == 0 && (in->failed || !checksum256_equal(&chain, &history->chain)))
		result = -ENODATA;
	if (result == 0 && length)
		bytes_put(&history->note, note, length);
	return result;
}

static int read_index(struct history *history)
{
	struct text content = TEXT_EMPTY;
	char *path = path_of(history, "index");
	int result = file_load(&content, path, INDEX_MAXIMUM, NULL);
	struct cursor in = cursor_make(content.data, content.length);
	const uint8_t *begins = cursor_take(&in, sizeof magic);
	uint32_t checksum = cursor_u32(&in);

	free(path);
	if (result == 0 && (in.failed || memcmp(begins, magic, sizeof magic) != 0 ||
	                    crc32(0, in.at, (uInt)cursor_left(&in)) != checksum))
		result = -ENODATA;
	if (result == 0)
		result = read_body(history, &in);
	text_release(&content);
	return result;
}

static void forget_all(struct history *history)
{
	while (history->segments_count)
		segment_release(&history->segments[--history->segments_count]);
	lines_release(&history->lines);
	bytes_clear(&history->note);
	history->recent_count = 0;
	history->last = history->saved_lines = 0;
}

static int begin_anew(struct history *history)
{
	char *path = NULL;
	int fd, result = 0;

	forget_all(history);
	if (history->folder) {
		path = path_of(history, "lines");
		result = file_open(&fd, path, O_RDWR | O_CREAT, NULL);
		free(path);
	} else {
		fd = memfd_create("history", MFD_CLOEXEC);
		result = fd < 0 ? -errno : 0;
	}
	if (result == 0)
		result = lines_open(&history->lines, fd, 0);
	return result ? result : write_index(history);
}

int history_open(struct history **out, const char *folder, const struct checksum256 *chain, uint32_t end,
                 struct error *error)
{
	struct history *history = memory_allocate(1, sizeof *history);
	int result;

	*out = NULL;
	history->lines.fd = -1;
	history->folder = folder ? memory_copy_string(folder) : NULL;
	history->chain = *chain;
	result = folder ? read_index(history) : -ENODATA;
	history->saved_lines = lines_count(&history->lines);
	if (result == -ENODATA || result == -ENOENT || result == -EFBIG)
		result = begin_anew(history);
	if (result == 0 && history->last > end)
		result = history_cut(history, end, error);
	else
		failed(history, result, error);
	if (result)
		history_close(history);
	else
		*out = history;
	return result;
}

void history_close(struct history *history)
{
	if (!history)
		return;
	forget_all(history);
	bytes_release(&history->note);
	free(history->segments);
	free(history->recent);
	free(history->found);
	free(history->folder);
	free(history);
}

uint32_t history_last(const struct history *history)
{
	return history->last;
}

struct bytes *history_note(struct history *history)
{
	return &history->note;
}

/* --- adding --- */

int history_add(struct history *history, const uint64_t *keys, size_t count, const char *line, size_t length,
                const struct checksum256 *id, struct error *error)
{
	uint32_t number = lines_count(&history->lines), full = 0;
	int result = lines_add(&history->lines, &full, line, length, id, history->last + 1);

	memory_grow(&history->recent, &history->recent_capacity, history->recent_count + count + 1,
	            sizeof *history->recent);
	for (size_t i = 0; i < count && result == 0; i++)
		history->recent[history->recent_count++] = (struct posting){keys[i], number, full};
	return failed(history, result, error);
}

/* A segment, written, comes in place of the last `count`. */
static int replace_last(struct history *history, size_t count, int fd)
{
	struct segment made;
	int result = file_sync(fd);

	if (result == 0)
		result = segment_open(&made, fd);
	else
		made = (struct segment){.fd = fd};
	if (result) {
		segment_release(&made);
		return result;
	}
	struct segment *gone = NULL;
	if (count)
		gone = memory_copy(history->segments + history->segments_count - count, count * sizeof *gone);
	memory_grow(&history->segments, &history->segments_capacity, history->segments_count - count + 1,
	            sizeof *history->segments);
	history->segments_count -= count;
	history->segments[history->segments_count++] = made;
	result = count ? write_index(history) : 0;
	for (size_t i = 0; i < count; i++)
		if (gone[i].first_line == made.first_line && gone[i].end_line == made.end_line)
			segment_release(&gone[i]); /* the new one has its name */
		else
			remove_segment(history, &gone[i]);
	free(gone);
	return result;
}

/* The last segments, as many as are of one level. */
static size_t count_alike(const struct history *history)
{
	size_t count = 0;

	while (count < history->segments_count &&
	       history->segments[history->segments_count - 1 - count].level ==
	           history->segments[history->segments_count - 1].level)
		count++;
	return count;
}

static int merge_last(struct history *history)
{
	size_t count;
	int result = 0;

	while (result == 0 && (count = count_alike(history)) >= SEGMENTS_PER_LEVEL) {
		const struct segment *inputs = history->segments + history->segments_count - count;
		char *path;
		int fd;
		result = create(history, &fd, &path, inputs[0].first_line, inputs[count - 1].end_line);
		free(path);
		if (result == 0)
			result = segment_merge(fd, inputs, count, inputs[0].level + 1, UINT32_MAX);
		if (result == 0)
			result = replace_last(history, count, fd);
	}
	return result;
}

int history_save(struct history *history, struct error *error)
{
	uint32_t end = lines_count(&history->lines);
	int result = lines_flush(&history->lines), fd;
	char *path;

	if (result == 0 && history->saved_lines < end) {
		result = create(history, &fd, &path, history->saved_lines, end);
		free(path);
		if (result == 0)
			result = segment_write(fd, history->recent, history->recent_count, history->saved_lines, end);
		if (result == 0)
			result = replace_last(history, 0, fd);
		if (result == 0)
			history->recent_count = 0;
	}
	if (result == 0)
		result = write_index(history);
	if (result == 0)
		result = merge_last(history);
	return failed(history, result, error);
}

int history_advance(struct history *history, struct error *error)
{
	history->last++;
	return history->recent_count >= POSTINGS_AT_ONCE ? history_save(history, error) : 0;
}

/* --- cutting --- */

/* A segment without lines from `limit` on, in its place. */
static int cut_last(struct history *history, uint32_t limit)
{
	const struct segment *last = &history->segments[history->segments_count - 1];
	char *path;
	int fd, result = create(history, &fd, &path, last->first_line, limit);

	free(path);
	if (result == 0)
		result = segment_merge(fd, last, 1, last->level, limit);
	return result ? result : replace_last(history, 1, fd);
}

int history_cut(struct history *history, uint32_t last, struct error *error)
{
	uint32_t limit;
	int result = lines_after_block(&history->lines, &limit, last);

	if (last >= history->last)
		return 0;
	history->last = last;
	bytes_clear(&history->note);
	while (result == 0 && history->recent_count &&
	       history->recent[history->recent_count - 1].line >= limit)
		history->recent_count--;
	if (result == 0)
		result = lines_cut(&history->lines, limit);
	if (result == 0)
		result = lines_flush(&history->lines);
	while (result == 0 && history->segments_count &&
	       history->segments[history->segments_count - 1].first_line >= limit)
		remove_segment(history, &history->segments[--history->segments_count]);
	if (result == 0 && history->segments_count &&
	    history->segments[history->segments_count - 1].end_line > limit)
		result = cut_last(history, limit);
	if (result == 0 && history->saved_lines > limit)
		history->saved_lines = limit;
	if (result == 0 && history->saved_lines == lines_count(&history->lines))
		result = write_index(history);
	else if (result == 0)
		result = history_save(history, NULL);
	return failed(history, result, error);
}

/* --- finding --- */

static void add_run(struct history_lines *out, const uint8_t *postings, uint32_t count, uint32_t limit)
{
	while (count && posting_line(postings + (size_t)(count - 1) * POSTING_SIZE) >= limit)
		count--;
	if (!count)
		return;
	uint64_t bytes = posting_end(postings + (size_t)(count - 1) * POSTING_SIZE);
	LIST_APPEND(out->runs, out->runs_count, out->runs_capacity, (struct history_run){postings, count, bytes});
	out->count += count;
	out->bytes += bytes;
}

/* Postings that are in no segment, in the form that they have there. */
static uint32_t find_recent(struct history *history, uint64_t key)
{
	uint64_t end = 0;
	uint32_t count = 0;

	for (size_t i = 0; i < history->recent_count; i++) {
		const struct posting *posting = &history->recent[i];
		if (posting->key != key)
			continue;
		memory_grow(&history->found, &history->found_capacity, (size_t)(count + 1) * POSTING_SIZE, 1);
		uint8_t *at = history->found + (size_t)count++ * POSTING_SIZE;
		end += posting->length;
		for (unsigned k = 0; k < 4; k++)
			at[k] = (uint8_t)(posting->line >> 8 * k);
		for (unsigned k = 0; k < 5; k++)
			at[4 + k] = (uint8_t)(end >> 8 * k);
	}
	return count;
}

int history_find(struct history *history, struct history_lines *out, uint64_t key, uint32_t last_block,
                 struct error *error)
{
	uint32_t limit = UINT32_MAX, count;
	int result = last_block < history->last ? lines_after_block(&history->lines, &limit, last_block) : 0;

	*out = (struct history_lines){0};
	if (result)
		return failed(history, result, error);
	for (size_t i = 0; i < history->segments_count && history->segments[i].first_line < limit; i++) {
		const uint8_t *postings = segment_find(&history->segments[i], &count, key);
		if (postings)
			add_run(out, postings, count, limit);
	}
	count = find_recent(history, key);
	if (count)
		add_run(out, history->found, count, limit);
	return 0;
}

void history_lines_release(struct history_lines *lines)
{
	free(lines->runs);
	*lines = (struct history_lines){0};
}

uint64_t history_lines_before(const struct history_lines *lines, uint64_t count)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < lines->runs_count && count; i++) {
		const struct history_run *run = &lines->runs[i];
		if (count < run->count)
			return bytes + posting_end(run->postings + (size_t)(count - 1) * POSTING_SIZE);
		bytes += run->bytes;
		count -= run->count;
	}
	return bytes;
}

int history_read(struct history *history, struct text *out, const struct history_lines *lines, uint64_t index,
                 struct error *error)
{
	for (size_t i = 0; i < lines->runs_count; i++) {
		const struct history_run *run = &lines->runs[i];
		if (index < run->count)
			return failed(history,
			              lines_read(&history->lines, out,
			                         posting_line(run->postings + (size_t)index * POSTING_SIZE)),
			              error);
		index -= run->count;
	}
	return error_set(error, ENOENT, "the history has no line %" PRIu64, index);
}

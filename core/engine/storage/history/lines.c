/* Lines in compressed chunks. An id, which does not compress, stands beside the text. */
#include "core/engine/storage/history/history_private.h"

#include "core/base/memory.h"
#include "core/base/system/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum {
	HEAD_SIZE = 32,
	CHUNK_SIZE = 64 << 10, /* a chunk ends with the line that makes it this long */
	TEXT_MAXIMUM = CHUNK_SIZE + LINE_LENGTH_MAXIMUM + 1,
	PACKED_MAXIMUM = 2 * TEXT_MAXIMUM
};
#define CHUNK_MAGIC UINT32_C(0x4c534f45) /* "EOSL" */

static void chunk_release(struct chunk *chunk)
{
	text_release(&chunk->text);
	free(chunk->ids);
	free(chunk->starts);
	*chunk = (struct chunk){0};
}

static void chunk_clear(struct chunk *chunk, uint32_t first_line)
{
	text_clear(&chunk->text);
	chunk->ids_count = 0;
	chunk->first_line = first_line;
	chunk->lines = chunk->first_block = 0;
}

/* --- reading the file --- */

struct chunk_head {
	uint32_t magic, checksum, first_line, lines, first_block, ids, length, packed; /* in the file, too */
};
_Static_assert(sizeof(struct chunk_head) == HEAD_SIZE, "a head is written as it lies in memory");

static int read_head(const struct lines *lines, struct chunk_head *out, uint64_t at, uint64_t end)
{
	int result = end - at < HEAD_SIZE ? -ENODATA : file_read(lines->fd, out, sizeof *out, at);

	if (result)
		return result;
	if (out->magic != CHUNK_MAGIC || !out->lines || out->ids > out->lines || out->length > TEXT_MAXIMUM ||
	    out->packed > PACKED_MAXIMUM || out->lines > out->length ||
	    end - at - HEAD_SIZE < (uint64_t)out->ids * sizeof(struct checksum256) + out->packed)
		return -ENODATA;
	return 0;
}

static uint64_t chunk_size(const struct chunk_head *head)
{
	return HEAD_SIZE + (uint64_t)head->ids * sizeof(struct checksum256) + head->packed;
}

static void add_start(struct chunk *chunk, uint32_t line, size_t at, size_t ids)
{
	memory_grow(&chunk->starts, &chunk->starts_capacity, line + 1u, sizeof *chunk->starts);
	chunk->starts[line] = (struct line_start){(uint32_t)at, (uint32_t)ids};
}

/* Whether as many lines with as many ids are there as the chunk's head says. */
static bool find_starts(struct chunk *chunk)
{
	const char *text = chunk->text.data;
	uint32_t line = 0, ids = 0;
	size_t start = 0;

	for (size_t at = 0; at < chunk->text.length; at++) {
		if (at == start)
			add_start(chunk, line, at, ids);
		ids += text[at] == HISTORY_ID_MARK;
		if (text[at] != '\n')
			continue;
		line++;
		start = at + 1;
	}
	return line == chunk->lines && start == chunk->text.length && ids == chunk->ids_count;
}

static int unpack(struct chunk *out, const struct chunk_head *head, const uint8_t *body, size_t size)
{
	uLongf length = head->length;
	size_t ids = head->ids * sizeof *out->ids;
	char *text;
	int result;

	chunk_release(out);
	if (crc32(0, body, (uInt)size) != head->checksum)
		return -ENODATA;
	text = memory_allocate((size_t)head->length + 1, 1);
	result = uncompress((Bytef *)text, &length, body + ids, head->packed);
	if (result != Z_OK || length != head->length) {
		free(text);
		return -ENODATA;
	}
	*out = (struct chunk){.first_line = head->first_line, .lines = head->lines,
	                      .first_block = head->first_block,
	                      .text = {text, head->length, (size_t)head->length + 1},
	                      .ids = memory_copy(body, ids), .ids_count = head->ids,
	                      .ids_capacity = head->ids};
	return find_starts(out) ? 0 : -ENODATA;
}

static int load(struct lines *lines, const struct chunk_place *place)
{
	struct chunk_head head;
	int result;

	if (lines->cached.lines && lines->cached_at == place->at)
		return 0;
	result = read_head(lines, &head, place->at, lines->end);
	if (result)
		return result;
	size_t size = (size_t)chunk_size(&head) - HEAD_SIZE;
	uint8_t *body = memory_allocate(size, 1);
	result = file_read(lines->fd, body, size, place->at + HEAD_SIZE);
	if (result == 0)
		result = unpack(&lines->cached, &head, body, size);
	if (result)
		chunk_release(&lines->cached);
	lines->cached_at = place->at;
	free(body);
	return result;
}

static void add_place(struct lines *lines, uint32_t first_line, uint32_t first_block)
{
	LIST_APPEND(lines->places, lines->places_count, lines->places_capacity,
	            (struct chunk_place){lines->end, first_line, first_block});
}

int lines_open(struct lines *lines, int fd, uint64_t end)
{
	uint32_t next = 0;
	int result = 0;

	*lines = (struct lines){.fd = fd};
	while (lines->end < end && result == 0) {
		struct chunk_head head;
		result = read_head(lines, &head, lines->end, end);
		if (result == 0 && (head.first_line != next || head.lines > UINT32_MAX - next))
			result = -ENODATA;
		if (result)
			break;
		add_place(lines, head.first_line, head.first_block);
		next += head.lines;
		lines->end += chunk_size(&head);
	}
	if (result == 0)
		result = file_cut(fd, lines->end); /* what came after it was never said to be there */
	lines->open.first_line = next;
	return result;
}

void lines_release(struct lines *lines)
{
	if (lines->fd >= 0)
		close(lines->fd);
	free(lines->places);
	chunk_release(&lines->open);
	chunk_release(&lines->cached);
	*lines = (struct lines){.fd = -1};
}

uint32_t lines_count(const struct lines *lines)
{
	return lines->open.first_line + lines->open.lines;
}

/* --- adding --- */

int lines_flush(struct lines *lines)
{
	struct chunk *chunk = &lines->open;
	size_t ids = chunk->ids_count * sizeof *chunk->ids, capacity;
	uLongf packed = compressBound((uLong)chunk->text.length);
	uint8_t *all;
	int result;

	if (!chunk->lines)
		return 0;
	capacity = HEAD_SIZE + ids + packed;
	all = memory_allocate(capacity, 1);
	if (ids)
		memcpy(all + HEAD_SIZE, chunk->ids, ids);
	compress2(all + HEAD_SIZE + ids, &packed, (const Bytef *)chunk->text.data, (uLong)chunk->text.length,
	          Z_BEST_SPEED);
	struct chunk_head head = {CHUNK_MAGIC,
	                          (uint32_t)crc32(0, all + HEAD_SIZE, (uInt)(ids + packed)),
	                          chunk->first_line,
	                          chunk->lines,
	                          chunk->first_block,
	                          (uint32_t)chunk->ids_count,
	                          (uint32_t)chunk->text.length,
	                          (uint32_t)packed};
	memcpy(all, &head, HEAD_SIZE);
	result = file_write(lines->fd, all, HEAD_SIZE + ids + packed, lines->end);
	free(all);
	if (result)
		return result;
	add_place(lines, chunk->first_line, chunk->first_block);
	lines->end += HEAD_SIZE + ids + packed;
	chunk_clear(chunk, chunk->first_line + chunk->lines);
	return 0;
}

int lines_add(struct lines *lines, uint32_t *full, const char *line, size_t length,
              const struct checksum256 *id, uint32_t block_num)
{
	struct chunk *chunk = &lines->open;
	const char *mark = id ? memchr(line, HISTORY_ID_MARK, length) : NULL;

	if (length > LINE_LENGTH_MAXIMUM || lines_count(lines) == UINT32_MAX)
		return -EFBIG;
	add_start(chunk, chunk->lines, chunk->text.length, chunk->ids_count);
	if (mark) {
		bool same = chunk->ids_count && checksum256_equal(&chunk->ids[chunk->ids_count - 1], id);
		text_append_bytes(&chunk->text, line, (size_t)(mark - line));
		text_append_char(&chunk->text, same ? SAME_ID_MARK : HISTORY_ID_MARK);
		text_append_bytes(&chunk->text, mark + 1, length - (size_t)(mark - line) - 1);
		if (!same) {
			LIST_APPEND(chunk->ids, chunk->ids_count, chunk->ids_capacity, *id);
		}
	} else {
		text_append_bytes(&chunk->text, line, length);
	}
	text_append_char(&chunk->text, '\n');
	if (!chunk->lines)
		chunk->first_block = block_num;
	chunk->lines++;
	*full = (uint32_t)(length + 1 + (mark ? ID_DIGITS - 1 : 0));
	return chunk->text.length >= CHUNK_SIZE ? lines_flush(lines) : 0;
}

/* --- reading --- */

/* A line that the file or the open chunk has. */
static int find_chunk(struct lines *lines, const struct chunk **out, uint32_t number)
{
	size_t next = 1, end = lines->places_count;

	if (number >= lines_count(lines))
		return -ENODATA;
	if (number >= lines->open.first_line) {
		*out = &lines->open;
		return 0;
	}
	PARTITION_POINT(next, end, at, lines->places[at].first_line <= number);
	int result = load(lines, &lines->places[next - 1]);
	*out = &lines->cached;
	return result;
}

int lines_read(struct lines *lines, struct text *out, uint32_t number)
{
	const struct chunk *chunk;
	int result = find_chunk(lines, &chunk, number);

	if (result)
		return result;
	const struct line_start *start = &chunk->starts[number - chunk->first_line];
	size_t ids = start->ids;
	for (const char *at = chunk->text.data + start->at, *end = chunk->text.data + chunk->text.length;
	     at < end; at++) {
		if (*at == HISTORY_ID_MARK || *at == SAME_ID_MARK) {
			ids += *at == HISTORY_ID_MARK;
			if (!ids || ids > chunk->ids_count)
				return -ENODATA;
			text_append(out, checksum256_text(&chunk->ids[ids - 1]).text);
			continue;
		}
		text_append_char(out, *at);
		if (*at == '\n')
			return 0;
	}
	return -ENODATA;
}

/* --- by block --- */

static uint32_t block_of_line(const char *line)
{
	const char *number = strchr(line, ':');

	return number ? (uint32_t)strtoul(number + 1, NULL, 10) : 0;
}

int lines_after_block(struct lines *lines, uint32_t *out, uint32_t block_num)
{
	size_t low = 0, high = lines->places_count;
	const struct chunk *chunk = &lines->open;
	int result = 0;

	*out = lines_count(lines);
	/* the first chunk that begins after it; what is looked for is there or in the one before */
	PARTITION_POINT(low, high, at, lines->places[at].first_block <= block_num);
	bool is_open = low == lines->places_count && chunk->lines && chunk->first_block <= block_num;
	if (low < lines->places_count)
		*out = lines->places[low].first_line;
	else if (chunk->lines && !is_open)
		*out = chunk->first_line;
	if (!is_open && !low)
		return 0;
	if (!is_open) {
		result = load(lines, &lines->places[low - 1]);
		chunk = &lines->cached;
	}
	if (result)
		return result;
	uint32_t first = 0, last = chunk->lines;
	PARTITION_POINT(first, last, at, block_of_line(chunk->text.data + chunk->starts[at].at) <= block_num);
	if (first < chunk->lines)
		*out = chunk->first_line + first;
	return 0;
}

/* A chunk that loses its end is the open one from then on. */
static void reopen(struct lines *lines, uint32_t count)
{
	struct chunk *chunk = &lines->open;
	uint32_t left = count - chunk->first_line;

	if (left >= chunk->lines)
		return;
	chunk->text.length = chunk->starts[left].at;
	chunk->text.data[chunk->text.length] = '\0';
	chunk->ids_count = chunk->starts[left].ids;
	chunk->lines = left;
}

int lines_cut(struct lines *lines, uint32_t count)
{
	int result = 0;

	if (count >= lines_count(lines))
		return 0;
	while (lines->places_count && count < lines->open.first_line && result == 0) {
		struct chunk_place place = lines->places[lines->places_count - 1];
		result = load(lines, &place);
		if (result)
			break;
		chunk_release(&lines->open);
		lines->open = lines->cached;
		lines->cached = (struct chunk){0};
		lines->places_count--;
		lines->end = place.at;
	}
	if (result == 0)
		reopen(lines, count);
	return result ? result : file_cut(lines->fd, lines->end);
}

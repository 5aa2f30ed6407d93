/* Segments: which lines are about whom, sorted. Written once, then mapped and only read. */
#include "core/engine/storage/history/history_private.h"

#include "core/base/memory.h"
#include "core/base/system/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

enum { HEAD_SIZE = 32, KEY_SIZE = 12, WRITE_AT_ONCE = 64 << 10 };
static const char magic[8] = "EOSFSHS1";

/* --- reading --- */

static const struct packed_field head_fields[] = {
	PACKED_FIELD(struct segment, first_line), PACKED_FIELD(struct segment, end_line),
	PACKED_FIELD(struct segment, level),      PACKED_FIELD(struct segment, keys),
	PACKED_FIELD(struct segment, postings),   {0},
};

static size_t size_of(uint32_t keys, uint32_t postings)
{
	return HEAD_SIZE + (size_t)keys * KEY_SIZE + (size_t)postings * POSTING_SIZE;
}

static int read_head(struct segment *segment)
{
	struct cursor in = cursor_make(segment->data, HEAD_SIZE);
	const uint8_t *begins = cursor_take(&in, sizeof magic);
	uint32_t checksum = cursor_u32(&in);

	cursor_fields(&in, segment, head_fields);
	if (memcmp(begins, magic, sizeof magic) != 0 ||
	    crc32(0, segment->data + 12, HEAD_SIZE - 12) != checksum ||
	    segment->first_line > segment->end_line || segment->keys > segment->postings ||
	    segment->size != size_of(segment->keys, segment->postings))
		return -ENODATA;
	return 0;
}

int segment_open(struct segment *out, int fd)
{
	uint64_t size = 0;
	void *data;
	int result = file_size(fd, &size);

	*out = (struct segment){.fd = fd};
	if (result == 0 && size < HEAD_SIZE)
		result = -ENODATA;
	if (result)
		return result;
	data = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, fd, 0);
	if (data == MAP_FAILED)
		return -errno;
	out->data = data;
	out->size = (size_t)size;
	return read_head(out);
}

void segment_release(struct segment *segment)
{
	if (segment->data)
		munmap((void *)(uintptr_t)segment->data, segment->size);
	if (segment->fd >= 0)
		close(segment->fd);
	*segment = (struct segment){.fd = -1};
}

static uint64_t key_at(const struct segment *segment, uint32_t place)
{
	struct cursor in = cursor_make(segment->data + HEAD_SIZE + (size_t)place * KEY_SIZE, KEY_SIZE);

	return cursor_u64(&in);
}

/* The first posting of the key at that place; of the place behind the last: how many there are. */
static uint32_t first_of(const struct segment *segment, uint32_t place)
{
	struct cursor in;
	uint32_t first;

	if (place >= segment->keys)
		return segment->postings;
	in = cursor_make(segment->data + HEAD_SIZE + (size_t)place * KEY_SIZE + 8, 4);
	first = cursor_u32(&in);
	return first < segment->postings ? first : segment->postings;
}

/* The postings of the key at a place. */
static const uint8_t *postings_at(const struct segment *segment, uint32_t *count, uint32_t place)
{
	uint32_t first = first_of(segment, place), end = first_of(segment, place + 1);

	*count = end > first ? end - first : 0;
	return segment->data + HEAD_SIZE + (size_t)segment->keys * KEY_SIZE + (size_t)first * POSTING_SIZE;
}

const uint8_t *segment_find(const struct segment *segment, uint32_t *count, uint64_t key)
{
	uint32_t low = 0, high = segment->keys;

	PARTITION_POINT(low, high, at, key_at(segment, at) < key);
	*count = 0;
	return low < segment->keys && key_at(segment, low) == key ? postings_at(segment, count, low) : NULL;
}

/* --- writing --- */

struct writer {
	int fd, result;
	uint64_t at;
	struct bytes buffer;
};

static void flush(struct writer *writer)
{
	if (writer->result == 0)
		writer->result = file_write(writer->fd, writer->buffer.data, writer->buffer.length, writer->at);
	writer->at += writer->buffer.length;
	bytes_clear(&writer->buffer);
}

static void flush_much(struct writer *writer)
{
	if (writer->buffer.length >= WRITE_AT_ONCE)
		flush(writer);
}

static void put_head(struct writer *writer, const struct segment *segment)
{
	struct bytes fields = {0};

	bytes_put_fields(&fields, segment, head_fields);
	bytes_put(&writer->buffer, magic, sizeof magic);
	bytes_put_u32(&writer->buffer, (uint32_t)crc32(0, fields.data, (uInt)fields.length));
	bytes_put(&writer->buffer, fields.data, fields.length);
	bytes_release(&fields);
}

static void put_key(struct writer *writer, uint64_t key, uint32_t first)
{
	bytes_put_u64(&writer->buffer, key);
	bytes_put_u32(&writer->buffer, first);
	flush_much(writer);
}

static void put_posting(struct writer *writer, uint32_t line, uint64_t end)
{
	bytes_put_u32(&writer->buffer, line);
	bytes_put_u32(&writer->buffer, (uint32_t)end);
	bytes_put_u8(&writer->buffer, (uint8_t)(end >> 32));
	flush_much(writer);
}

static int end_writing(struct writer *writer)
{
	flush(writer);
	bytes_release(&writer->buffer);
	return writer->result;
}

static int compare_postings(const void *a, const void *b)
{
	const struct posting *left = a, *right = b;

	if (left->key != right->key)
		return left->key < right->key ? -1 : 1;
	return left->line < right->line ? -1 : left->line > right->line;
}

int segment_write(int fd, struct posting *postings, size_t count, uint32_t first_line, uint32_t end_line)
{
	struct segment head = {.first_line = first_line, .end_line = end_line, .postings = (uint32_t)count};
	struct writer writer = {.fd = fd};
	uint64_t end = 0;

	if (count)
		qsort(postings, count, sizeof *postings, compare_postings);
	for (size_t i = 0; i < count; i++)
		head.keys += i == 0 || postings[i].key != postings[i - 1].key;
	put_head(&writer, &head);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || postings[i].key != postings[i - 1].key)
			put_key(&writer, postings[i].key, (uint32_t)i);
	for (size_t i = 0; i < count; i++) {
		end = (i && postings[i].key == postings[i - 1].key ? end : 0) + postings[i].length;
		put_posting(&writer, postings[i].line, end);
	}
	return end_writing(&writer);
}

/* --- merging --- */

enum { INPUTS_MAXIMUM = 64 };

struct merge {
	const struct segment *inputs;
	size_t count;
	uint32_t limit;
	uint32_t places[INPUTS_MAXIMUM]; /* of the key that comes next, in each */
};

/* Ascending by line: how many come before the limit. */
static uint32_t count_before(const uint8_t *postings, uint32_t count, uint32_t limit)
{
	uint32_t low = 0, high = count;

	PARTITION_POINT(low, high, at, posting_line(postings + (size_t)at * POSTING_SIZE) < limit);
	return low;
}

/* The next key in order; writer: NULL, or its postings are written. *postings: how many it has. */
static bool next_key(struct merge *merge, uint64_t *key, uint32_t *postings, struct writer *writer)
{
	bool any = false;
	uint64_t bytes = 0;

	for (size_t i = 0; i < merge->count; i++)
		if (merge->places[i] < merge->inputs[i].keys &&
		    (!any || key_at(&merge->inputs[i], merge->places[i]) < *key)) {
			*key = key_at(&merge->inputs[i], merge->places[i]);
			any = true;
		}
	*postings = 0;
	for (size_t i = 0; i < merge->count && any; i++) {
		uint64_t end = 0;
		uint32_t count;
		if (merge->places[i] == merge->inputs[i].keys ||
		    key_at(&merge->inputs[i], merge->places[i]) != *key)
			continue;
		const uint8_t *at = postings_at(&merge->inputs[i], &count, merge->places[i]++);
		count = count_before(at, count, merge->limit);
		*postings += count;
		for (uint32_t k = 0; k < count && writer; k++, at += POSTING_SIZE) {
			end = posting_end(at);
			put_posting(writer, posting_line(at), bytes + end);
		}
		bytes += end;
	}
	return any;
}

int segment_merge(int fd, const struct segment *inputs, size_t count, uint32_t level, uint32_t limit)
{
	struct merge merge = {.inputs = inputs, .count = count, .limit = limit};
	struct segment head = {.first_line = inputs[0].first_line, .end_line = inputs[count - 1].end_line,
	                       .level = level};
	struct writer writer = {.fd = fd};
	uint32_t postings, first = 0;
	uint64_t key = 0;

	while (next_key(&merge, &key, &postings, NULL)) {
		head.keys += postings > 0;
		head.postings += postings;
	}
	if (head.end_line > limit)
		head.end_line = limit;
	put_head(&writer, &head);
	memset(merge.places, 0, sizeof merge.places);
	while (next_key(&merge, &key, &postings, NULL)) {
		if (postings)
			put_key(&writer, key, first);
		first += postings;
	}
	memset(merge.places, 0, sizeof merge.places);
	while (next_key(&merge, &key, &postings, &writer))
		continue;
	return end_writing(&writer);
}

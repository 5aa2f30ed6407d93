/* The growing text: pieces under a mutex, its own or shared with other texts; readers copy out what they ask
 * for. */
#include "core/base/growing_text.h"

#include "core/base/memory.h"
#include "core/base/secret.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OWN_SIZE = 4096 /* of a piece that takes what is appended next, too */ };

struct shared_lines {
	atomic_size_t references;
	size_t length, capacity; /* capacity beyond length: of its one owner */
	char data[];
};

struct growing_text {
	pthread_mutex_t mutex;
	struct piece {
		struct shared_lines *lines; /* held */
		uint64_t start;             /* where it begins, counted from the first byte ever */
	} *pieces; /* owned */
	size_t count, capacity, limit;
	uint64_t begin, end; /* what is there of all that was appended */
	struct timespec modified;
	int mirror; /* -1: none */
};

/* --- shared lines --- */

static struct shared_lines *lines_create(size_t capacity, const char *data, size_t length)
{
	struct shared_lines *lines = memory_allocate(1, sizeof *lines + capacity);

	atomic_init(&lines->references, 1);
	lines->capacity = capacity;
	lines->length = length;
	memcpy(lines->data, data, length);
	return lines;
}

struct shared_lines *shared_lines_create(const char *data, size_t length)
{
	return lines_create(length, data, length);
}

void shared_lines_release(struct shared_lines *lines)
{
	if (lines && atomic_fetch_sub(&lines->references, 1) == 1)
		free(lines);
}

/* --- life --- */

struct growing_text *growing_text_create(size_t limit)
{
	struct growing_text *text = memory_allocate(1, sizeof *text);
	pthread_mutex_init(&text->mutex, NULL);
	text->limit = limit;
	text->mirror = -1;
	return text;
}

static void drop_pieces(struct growing_text *text, size_t count)
{
	for (size_t i = 0; i < count; i++)
		shared_lines_release(text->pieces[i].lines);
	text->count -= count;
	memmove(text->pieces, text->pieces + count, text->count * sizeof *text->pieces);
}

void growing_text_destroy(struct growing_text *text)
{
	if (!text)
		return;
	if (text->count)
		drop_pieces(text, text->count);
	pthread_mutex_destroy(&text->mutex);
	free(text->pieces);
	free(text);
}

/* --- pieces --- */

/* The piece that holds a byte that is there. */
static size_t find_piece(const struct growing_text *text, uint64_t at)
{
	size_t next = 1, end = text->count;

	PARTITION_POINT(next, end, piece, text->pieces[piece].start <= at);
	return next - 1;
}

/* What is there from a byte on that lies together. */
static const char *bytes_at(const struct growing_text *text, uint64_t at, size_t *length)
{
	const struct piece *piece = &text->pieces[find_piece(text, at)];
	size_t from = (size_t)(at - piece->start);

	*length = piece->lines->length - from;
	return piece->lines->data + from;
}

/* Drops the older half, up to and with the end of a line. */
static void drop_older_half(struct growing_text *text)
{
	uint64_t at = text->begin + (text->end - text->begin) / 2;
	const char *newline = NULL;

	while (at < text->end && !newline) {
		size_t length;
		const char *bytes = bytes_at(text, at, &length);
		newline = memchr(bytes, '\n', length);
		at += newline ? (size_t)(newline - bytes) + 1 : length;
	}
	text->begin = at;
	drop_pieces(text, at < text->end ? find_piece(text, at) : text->count);
}

/* Whoever reads there may have gone, which is nobody's concern here. */
static void copy_out(const struct growing_text *text, const char *data, size_t length)
{
	ssize_t written = length ? write(text->mirror, data, length) : 0;
	(void)written;
}

void growing_text_mirror(struct growing_text *text, int descriptor)
{
	pthread_mutex_lock(&text->mutex);
	text->mirror = descriptor;
	for (uint64_t at = text->begin; at < text->end;) {
		size_t length;
		const char *bytes = bytes_at(text, at, &length);
		copy_out(text, bytes, length);
		at += length;
	}
	pthread_mutex_unlock(&text->mutex);
}

/* --- appending --- */

/* Takes the reference over. */
static void add_piece(struct growing_text *text, struct shared_lines *lines)
{
	LIST_APPEND(text->pieces, text->count, text->capacity, (struct piece){lines, text->end});
	text->end += lines->length;
}

/* Lines that come one after the other share a piece; one alone, between those of others, has its own. */
static void add_own(struct growing_text *text, const char *data, size_t length)
{
	struct shared_lines *last = text->count ? text->pieces[text->count - 1].lines : NULL;

	if (last && atomic_load(&last->references) == 1 && last->capacity - last->length >= length) {
		memcpy(last->data + last->length, data, length);
		last->length += length;
		text->end += length;
		return;
	}
	bool is_alone = !last || atomic_load(&last->references) > 1;
	add_piece(text, lines_create(is_alone || length > OWN_SIZE ? length : OWN_SIZE, data, length));
}

/* shared: in place of data; or NULL. */
static void append(struct growing_text *text, struct shared_lines *shared, const char *data, size_t length,
                   struct timespec when)
{
	pthread_mutex_lock(&text->mutex);
	while (text->begin < text->end && text->end - text->begin + length > text->limit)
		drop_older_half(text);
	if (shared) {
		atomic_fetch_add(&shared->references, 1);
		add_piece(text, shared);
	} else {
		add_own(text, data, length);
	}
	if (text->end - text->begin > text->limit)
		drop_older_half(text);
	text->modified = when;
	if (text->mirror >= 0)
		copy_out(text, data, length);
	pthread_mutex_unlock(&text->mutex);
}

void growing_text_append_shared(struct growing_text *text, struct shared_lines *lines, struct timespec when)
{
	append(text, lines, lines->data, lines->length, when);
}

size_t growing_text_append(struct growing_text *text, const char *lines, size_t length, struct timespec when)
{
	struct text shown = TEXT_EMPTY;
	if (length == 0)
		return 0;
	text_append_bytes(&shown, lines, length);
	secret_mask(&shown);
	if (lines[length - 1] != '\n')
		text_append_char(&shown, '\n');
	length = shown.length;
	append(text, NULL, shown.data, length, when);
	text_release(&shown);
	return length;
}

/* --- reading --- */

size_t growing_text_size(struct growing_text *text, struct timespec *modified)
{
	pthread_mutex_lock(&text->mutex);
	size_t length = (size_t)(text->end - text->begin);
	if (modified)
		*modified = text->modified;
	pthread_mutex_unlock(&text->mutex);
	return length;
}

size_t growing_text_read(struct growing_text *text, char *out, size_t size, uint64_t offset)
{
	size_t count = 0;

	pthread_mutex_lock(&text->mutex);
	uint64_t length = text->end - text->begin, at = text->begin + offset;
	if (offset >= length)
		size = 0;
	else if (size > length - offset)
		size = (size_t)(length - offset);
	while (count < size) {
		size_t together;
		const char *bytes = bytes_at(text, at + count, &together);
		if (together > size - count)
			together = size - count;
		memcpy(out + count, bytes, together);
		count += together;
	}
	pthread_mutex_unlock(&text->mutex);
	return count;
}

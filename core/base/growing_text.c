/* The growing text: one buffer under a mutex; readers copy out what they ask for. */
#include "core/base/growing_text.h"

#include "core/base/memory.h"
#include "core/base/secret.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct growing_text {
	pthread_mutex_t mutex;
	char *data;
	size_t length, capacity, limit;
	struct timespec modified;
	int mirror; /* -1: none */
};

struct growing_text *growing_text_create(size_t limit)
{
	struct growing_text *text = memory_allocate(1, sizeof *text);
	pthread_mutex_init(&text->mutex, NULL);
	text->limit = limit;
	text->mirror = -1;
	return text;
}

void growing_text_destroy(struct growing_text *text)
{
	if (!text)
		return;
	pthread_mutex_destroy(&text->mutex);
	free(text->data);
	free(text);
}

/* Drops the older half, up to and with the end of a line. */
static void drop_older_half(struct growing_text *text)
{
	size_t from = text->length / 2;
	const char *newline = memchr(text->data + from, '\n', text->length - from);
	size_t dropped = newline ? (size_t)(newline - text->data) + 1 : text->length;
	memmove(text->data, text->data + dropped, text->length - dropped);
	text->length -= dropped;
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
	copy_out(text, text->data, text->length);
	pthread_mutex_unlock(&text->mutex);
}

void growing_text_append_plain(struct growing_text *text, const char *lines, size_t length,
                               struct timespec when)
{
	pthread_mutex_lock(&text->mutex);
	while (text->length && text->length + length > text->limit)
		drop_older_half(text);
	memory_grow(&text->data, &text->capacity, text->length + length, 1);
	memcpy(text->data + text->length, lines, length);
	text->length += length;
	if (text->length > text->limit)
		drop_older_half(text);
	text->modified = when;
	if (text->mirror >= 0)
		copy_out(text, lines, length);
	pthread_mutex_unlock(&text->mutex);
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
	growing_text_append_plain(text, shown.data, length, when);
	text_release(&shown);
	return length;
}

size_t growing_text_size(struct growing_text *text, struct timespec *modified)
{
	pthread_mutex_lock(&text->mutex);
	size_t length = text->length;
	if (modified)
		*modified = text->modified;
	pthread_mutex_unlock(&text->mutex);
	return length;
}

size_t growing_text_read(struct growing_text *text, char *out, size_t size, uint64_t offset)
{
	pthread_mutex_lock(&text->mutex);
	size_t count = offset >= text->length ? 0 : text->length - (size_t)offset;
	if (count > size)
		count = size;
	if (count)
		memcpy(out, text->data + offset, count);
	pthread_mutex_unlock(&text->mutex);
	return count;
}

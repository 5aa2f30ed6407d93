/* The growable string. */
#include "core/base/text.h"

#include "core/base/encoding/hex.h"
#include "core/base/memory.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 128 };

/* Room for `more` further bytes and the NUL. */
static char *text_reserve(struct text *text, size_t more)
{
	size_t needed = text->length + more + 1;
	if (text->capacity < needed)
		memory_grow(&text->data, &text->capacity,
		            text->data || needed > FIRST_CAPACITY ? needed : FIRST_CAPACITY, 1);
	return text->data + text->length;
}

static void text_advance(struct text *text, size_t length)
{
	text->length += length;
	text->data[text->length] = 0;
}

void text_release(struct text *text)
{
	free(text->data);
	*text = (struct text)TEXT_EMPTY;
}

void text_release_secret(struct text *text)
{
	memory_wipe(text->data, text->capacity);
	text_release(text);
}

void text_clear(struct text *text)
{
	text_truncate(text, 0);
}

void text_truncate(struct text *text, size_t length)
{
	text->length = length;
	if (text->data)
		text->data[length] = 0;
}

char *text_take(struct text *text)
{
	char *string = text->data ? text->data : memory_copy_string("");

	*text = (struct text)TEXT_EMPTY;
	return string;
}

const char *text_string(const struct text *text)
{
	return text->data ? text->data : "";
}

/* What all printing comes down to, and short mostly. */
static inline void append(struct text *text, const void *data, size_t length)
{
	char *at = text_reserve(text, length);

	if (length)
		memcpy(at, data, length);
	text_advance(text, length);
}

void text_append_bytes(struct text *text, const void *data, size_t length)
{
	append(text, data, length);
}

void text_append(struct text *text, const char *string)
{
	append(text, string, strlen(string));
}

void text_append_char(struct text *text, char character)
{
	*text_reserve(text, 1) = character;
	text_advance(text, 1);
}

void text_printf(struct text *text, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	text_vprintf(text, format, arguments);
	va_end(arguments);
}

/* What has no fields or forms of its own, of which most of what is printed consists: no printf is needed for
 * it. False: something else, which *format is left at. */
static bool print_plain(struct text *text, const char **format, va_list *arguments)
{
	const char *at = *format + 1;
	bool is_long = (*at == 'l' || *at == 'z') && at[1] != 's';
	const char *string;
	int64_t number;

	switch (at[is_long]) {
	case 's':
		string = va_arg(*arguments, const char *);
		append(text, string ? string : "(null)", string ? strlen(string) : strlen("(null)"));
		break;
	case 'd':
		number = is_long ? va_arg(*arguments, long) : va_arg(*arguments, int);
		if (number < 0)
			text_append_char(text, '-');
		text_append_number(text, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
		break;
	case 'u':
		text_append_number(text, is_long ? va_arg(*arguments, unsigned long) : va_arg(*arguments, unsigned));
		break;
	default: return false;
	}
	*format = at + is_long + 1;
	return true;
}

static void print_by_libc(struct text *text, const char *format, va_list arguments)
{
	va_list again;
	int length;
	va_copy(again, arguments);
	text_reserve(text, 63);
	length = vsnprintf(text->data + text->length, text->capacity - text->length, format, arguments);
	if (length > 0 && (size_t)length >= text->capacity - text->length) {
		text_reserve(text, (size_t)length);
		vsnprintf(text->data + text->length, text->capacity - text->length, format, again);
	}
	va_end(again);
	text_advance(text, length > 0 ? (size_t)length : 0);
}

void text_vprintf(struct text *text, const char *format, va_list arguments)
{
	va_list rest;

	va_copy(rest, arguments);
	do {
		const char *percent = strchrnul(format, '%');
		append(text, format, (size_t)(percent - format));
		format = percent;
	} while (*format && print_plain(text, &format, &rest));
	if (*format)
		print_by_libc(text, format, rest);
	va_end(rest);
}

void text_append_number(struct text *text, uint64_t number)
{
	char digits[20], *at = digits + sizeof digits;

	do
		*--at = (char)('0' + number % 10);
	while (number /= 10);
	text_append_bytes(text, at, (size_t)(digits + sizeof digits - at));
}

void text_append_hex(struct text *text, const void *data, size_t length)
{
	hex_print(text_reserve(text, 2 * length), data, length);
	text_advance(text, 2 * length);
}

size_t utf8_size(const char *text, size_t left)
{
	const uint8_t *data = (const uint8_t *)text;
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t length = data[0] >= 0xf0 ? 4 : data[0] >= 0xe0 ? 3 : 2;
	uint32_t point = data[0] & (0xffu >> (length + 1));

	if (data[0] < 0x80)
		return 1;
	if (data[0] < 0xc2 || data[0] > 0xf4 || left < length)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if ((data[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (data[i] & 0x3fu);
	}
	if (point < smallest[length] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
		return 0;
	return length;
}

/* Writes the escape of one byte below 0x80 that cannot stand for itself. */
static void text_append_escape(struct text *text, uint8_t byte)
{
	static const char letters[] = {['\t'] = 't', ['\n'] = 'n', ['\r'] = 'r', ['"'] = '"', ['\\'] = '\\'};
	if (byte < sizeof letters && letters[byte]) {
		text_append_char(text, '\\');
		text_append_char(text, letters[byte]);
	} else {
		text_append(text, "\\u00");
		text_append_hex(text, &byte, 1);
	}
}

void text_append_json(struct text *text, const char *string, size_t length)
{
	const uint8_t *data = (const uint8_t *)string;
	size_t from = 0, i = 0;

	text_append_char(text, '"');
	while (i < length) {
		if (data[i] >= 0x20 && data[i] < 0x7f && data[i] != '"' && data[i] != '\\') {
			i++;
			continue;
		}
		size_t multibyte = data[i] < 0x80 ? 0 : utf8_size(string + i, length - i);
		if (multibyte) {
			i += multibyte;
			continue;
		}
		text_append_bytes(text, string + from, i - from);
		if (data[i] < 0x80)
			text_append_escape(text, data[i]);
		from = ++i;
	}
	text_append_bytes(text, string + from, length - from);
	text_append_char(text, '"');
}

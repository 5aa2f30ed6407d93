/* The one growable string. data is always NUL-terminated once anything was appended; NULL while empty and
 * never used. */
#ifndef EOSIOFS_CORE_BASE_TEXT_H
#define EOSIOFS_CORE_BASE_TEXT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	char *data;      /* owned; NUL-terminated */
	size_t length;   /* without the NUL */
	size_t capacity;
};

/* {0} is a valid empty text. */
#define TEXT_EMPTY {NULL, 0, 0}

void text_release(struct text *text);            /* frees; the text is empty again */
void text_release_secret(struct text *text);     /* overwrites it before */
void text_clear(struct text *text);              /* keeps the memory */
void text_truncate(struct text *text, size_t length); /* to a length that it had */
char *text_take(struct text *text);              /* gives the string to the caller, "" if empty; free() it */
const char *text_string(const struct text *text); /* never NULL */
void text_append(struct text *text, const char *string);
void text_append_bytes(struct text *text, const void *data, size_t length);
void text_append_char(struct text *text, char character);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_vprintf(struct text *text, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));
void text_append_number(struct text *text, uint64_t number); /* decimal */
void text_append_hex(struct text *text, const void *data, size_t length);
/* The length of the well-formed UTF-8 character at text, of which `left` bytes (at least one) are there; 0
 * when there is none. */
size_t utf8_size(const char *text, size_t left);
/* A JSON string with its quotes, escaped as nodeos does (protocol.md A.8: \u00xx for control bytes,
 * invalid UTF-8 dropped). */
void text_append_json(struct text *text, const char *string, size_t length);

#endif

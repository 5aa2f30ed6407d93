/* Base64: with its padding, and read in its form for addresses (nettle). */
#ifndef EOSIOFS_CORE_BASE_ENCODING_BASE64_H
#define EOSIOFS_CORE_BASE_ENCODING_BASE64_H

#include "core/base/bytes.h"
#include "core/base/text.h"

#include <stdbool.h>
#include <stdint.h>

/* Appends the digits. */
void base64_print(struct text *out, const void *data, size_t length);
/* RFC 4648 5, without padding: text of exactly `length` bytes; false: it is none. */
bool base64url_parse(uint8_t *out, size_t length, const char *text);

/* Appends the bytes. Padding may be missing, or too much, as old nodes write it. -EINVAL: other
 * characters. */
int base64_parse(struct bytes *out, const char *text);

#endif

/* Bitcoin's base58, without checksum (protocol.md A.5). */
#ifndef EOSIOFS_CORE_BASE_ENCODING_BASE58_H
#define EOSIOFS_CORE_BASE_ENCODING_BASE58_H

#include <stddef.h>
#include <stdint.h>

/* Text of at most 256 bytes of data; out must hold BASE58_TEXT_SIZE(length). */
#define BASE58_TEXT_SIZE(length) ((length) * 138 / 100 + 2)
void base58_print(char *out, const uint8_t *data, size_t length);

/* *length is out's size on entry (at most 256) and the bytes written on return. 0, or -EINVAL (bad
 * character, too long). */
int base58_parse(uint8_t *out, size_t *length, const char *text, size_t text_length);

#endif

/* Lower-case hexadecimal, both ways. */
#ifndef EOSIOFS_CORE_BASE_ENCODING_HEX_H
#define EOSIOFS_CORE_BASE_ENCODING_HEX_H

#include <stddef.h>
#include <stdint.h>

/* Writes 2 * length digits and a NUL. */
void hex_print(char *out, const void *data, size_t length);

/* Reads exactly digits characters (even, either case) into digits / 2 bytes. 0 or -EINVAL. */
int hex_parse(uint8_t *out, const char *text, size_t digits);

#endif

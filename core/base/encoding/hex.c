/* Hexadecimal text of bytes. */
#include "core/base/encoding/hex.h"

#include <errno.h>

void hex_print(char *out, const void *data, size_t length)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *bytes = data;
	for (size_t i = 0; i < length; i++) {
		*out++ = digits[bytes[i] >> 4];
		*out++ = digits[bytes[i] & 15];
	}
	*out = 0;
}

static int hex_digit(char character)
{
	if (character >= '0' && character <= '9')
		return character - '0';
	if (character >= 'a' && character <= 'f')
		return character - 'a' + 10;
	if (character >= 'A' && character <= 'F')
		return character - 'A' + 10;
	return -1;
}

int hex_parse(uint8_t *out, const char *text, size_t digits)
{
	if (digits % 2)
		return -EINVAL;
	for (size_t i = 0; i < digits; i += 2) {
		int high = hex_digit(text[i]);
		int low = high < 0 ? -1 : hex_digit(text[i + 1]); /* never reads beyond a NUL */

		if (low < 0)
			return -EINVAL;
		*out++ = (uint8_t)(high << 4 | low);
	}
	return 0;
}

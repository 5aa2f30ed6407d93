/* Base64, by nettle. */
#include "core/base/base64.h"

#include <nettle/base64.h>

void base64_print(struct text *out, const void *data, size_t length)
{
	const uint8_t *at = data;

	while (length > 0) {
		/* threes, so that only the last piece is padded */
		size_t piece = length < 48 ? length : 48;
		char digits[BASE64_ENCODE_RAW_LENGTH(48)];
		base64_encode_raw(digits, piece, at);
		text_append_bytes(out, digits, BASE64_ENCODE_RAW_LENGTH(piece));
		at += piece;
		length -= piece;
	}
}

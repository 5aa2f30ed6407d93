/* Base64, by nettle. */
#include "core/base/encoding/base64.h"

#include <errno.h>
#include <nettle/base64.h>
#include <string.h>

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

bool base64url_parse(uint8_t *out, size_t length, const char *text)
{
	struct base64_decode_ctx context;
	size_t digits = strlen(text), written = 0;

	if (digits != BASE64_ENCODE_RAW_LENGTH(length) - (3 - length % 3) % 3)
		return false;
	base64url_decode_init(&context);
	return base64_decode_update(&context, &written, out, digits, text) && written == length;
}

int base64_parse(struct bytes *out, const char *text)
{
	struct base64_decode_ctx context;
	size_t left = strlen(text);

	while (left > 0 && text[left - 1] == '=')
		left--;
	base64_decode_init(&context);
	while (left > 0) {
		uint8_t bytes[BASE64_DECODE_LENGTH(64)];
		size_t piece = left < 64 ? left : 64, length = sizeof bytes;
		if (!base64_decode_update(&context, &length, bytes, piece, text))
			return -EINVAL;
		bytes_put(out, bytes, length);
		text += piece;
		left -= piece;
	}
	return 0;
}

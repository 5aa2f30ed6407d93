/* Numbers and names of the binary format (reader.h). */
#include "core/engine/wasm/reader.h"

/* At most as many bytes as the bits need; what the last byte has beyond them must be zero, or copies of
 * the sign. */
bool read_leb_slowly(struct wasm_reader *in, uint64_t *out, unsigned bits, bool is_signed)
{
	uint64_t value = 0;
	unsigned shift = 0;
	uint8_t byte;

	for (;;) {
		if (in->at == in->end)
			return wasm_refuse(in->fault, WASM_FAULT_END_IN_NUMBER);
		byte = *in->at++;
		value |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
		if (shift >= bits || !(byte & 0x80))
			break;
	}
	if (shift >= bits) {
		unsigned used = bits - (shift - 7); /* of the last byte */
		uint8_t unused = (uint8_t)((byte & 0x7f) >> (is_signed ? used - 1 : used));
		uint8_t copies = (uint8_t)(0x7f >> (used - 1));
		if (byte & 0x80)
			return wasm_refuse(in->fault,
			                   is_signed ? WASM_FAULT_LEB_SIGNED_TOO_LONG : WASM_FAULT_LEB_TOO_LONG);
		if (is_signed ? unused != 0 && unused != copies : unused != 0)
			return wasm_refuse(in->fault,
			                   is_signed ? WASM_FAULT_LEB_SIGNED_BITS : WASM_FAULT_LEB_UNSIGNED_BITS);
	}
	if (is_signed && shift < 64 && (byte & 0x40))
		value |= UINT64_MAX << shift;
	*out = value;
	return true;
}

/* The length of the UTF-8 character that begins here; 0: none does. */
static unsigned character_length(const uint8_t *at, size_t left)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned length = at[0] < 0x80       ? 1
	                  : at[0] >> 5 == 6  ? 2
	                  : at[0] >> 4 == 14 ? 3
	                  : at[0] >> 3 == 30 ? 4
	                                     : 0;
	uint32_t character = length == 1 ? at[0] : at[0] & (0x7fu >> length);

	if (!length || length > left)
		return 0;
	for (unsigned i = 1; i < length; i++) {
		if (at[i] >> 6 != 2)
			return 0;
		character = character << 6 | (at[i] & 0x3f);
	}
	return character < least[length] || character > 0x10ffff || character >> 11 == 27 ? 0 : length;
}

bool read_name(struct wasm_reader *in, const char **text, uint32_t *length, uint32_t maximum)
{
	const uint8_t *data;

	if (!read_u32(in, length))
		return false;
	if (*length > maximum)
		return wasm_refuse_found(in->fault, WASM_FAULT_NAME_LENGTH, *length, maximum + 1);
	if (!read_span(in, &data, *length))
		return false;
	for (uint32_t at = 0; at < *length;) {
		unsigned step = character_length(data + at, *length - at);
		if (!step)
			return wasm_refuse(in->fault, WASM_FAULT_UTF8);
		at += step;
	}
	*text = (const char *)data;
	return true;
}

/* Packed data in and out for contracts (stream.h), and the text of names. */
#include "core/contracts/library/stream.h"

struct reader reader_make(const void *data, size_t length)
{
	const uint8_t *at = data;
	return (struct reader){at, at ? at + length : at};
}

struct reader reader_of_action(void)
{
	uint32_t length = action_data_size();
	uint8_t *data = allocate(length + 1);
	read_action_data(data, length);
	return reader_make(data, length);
}

const uint8_t *read_bytes(struct reader *in, size_t length)
{
	check((size_t)(in->end - in->at) >= length, "datastream attempted to read past the end");
	const uint8_t *data = in->at;
	in->at += length;
	return data;
}

void read_to(struct reader *in, void *out, size_t length)
{
	const uint8_t *data = read_bytes(in, length);
	if (length)
		__builtin_memcpy(out, data, length);
}

uint8_t read_u8(struct reader *in)
{
	return *read_bytes(in, 1);
}

uint16_t read_u16(struct reader *in)
{
	uint16_t value;
	read_to(in, &value, sizeof value);
	return value;
}

uint32_t read_u32(struct reader *in)
{
	uint32_t value;
	read_to(in, &value, sizeof value);
	return value;
}

uint64_t read_u64(struct reader *in)
{
	uint64_t value;
	read_to(in, &value, sizeof value);
	return value;
}

int64_t read_i64(struct reader *in)
{
	return (int64_t)read_u64(in);
}

uint32_t read_varuint32(struct reader *in)
{
	uint64_t value = 0;
	unsigned shift = 0;
	uint8_t byte;
	do {
		byte = read_u8(in);
		if (shift < 64)
			value |= (uint64_t)(uint32_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80);
	return (uint32_t)value;
}

struct blob read_blob(struct reader *in)
{
	uint32_t length = read_varuint32(in);
	return (struct blob){read_bytes(in, length), length};
}

struct blob read_rest(struct reader *in)
{
	size_t length = (size_t)(in->end - in->at);
	return (struct blob){read_bytes(in, length), length};
}

void write_bytes(struct writer *out, const void *data, size_t length)
{
	if (out->length + length > out->capacity) {
		size_t capacity = out->capacity ? out->capacity * 2 : 128;
		while (capacity < out->length + length)
			capacity *= 2;
		uint8_t *grown = allocate(capacity);
		if (out->length)
			__builtin_memcpy(grown, out->data, out->length);
		out->data = grown;
		out->capacity = capacity;
	}
	if (length)
		__builtin_memcpy(out->data + out->length, data, length);
	out->length += length;
}

void write_u8(struct writer *out, uint8_t value)
{
	write_bytes(out, &value, sizeof value);
}

void write_u16(struct writer *out, uint16_t value)
{
	write_bytes(out, &value, sizeof value);
}

void write_u32(struct writer *out, uint32_t value)
{
	write_bytes(out, &value, sizeof value);
}

void write_u64(struct writer *out, uint64_t value)
{
	write_bytes(out, &value, sizeof value);
}

void write_varuint32(struct writer *out, uint32_t value)
{
	for (; value >= 0x80; value >>= 7)
		write_u8(out, (uint8_t)(value | 0x80));
	write_u8(out, (uint8_t)value);
}

void write_blob(struct writer *out, struct blob blob)
{
	write_varuint32(out, (uint32_t)blob.length);
	write_bytes(out, blob.data, blob.length);
}

void write_text(struct writer *out, const char *text)
{
	struct blob blob = {(const uint8_t *)text, 0};
	while (text[blob.length])
		blob.length++;
	write_blob(out, blob);
}

size_t name_write(char out[NAME_LENGTH + 1], uint64_t value)
{
	static const char alphabet[] = ".12345abcdefghijklmnopqrstuvwxyz";
	size_t length = 0;
	for (int i = 0; i < NAME_LENGTH; i++) {
		out[i] = i < 12 ? alphabet[value >> (59 - 5 * i) & 31] : alphabet[value & 15];
		if (out[i] != '.')
			length = (size_t)i + 1;
	}
	out[length] = 0;
	return length;
}

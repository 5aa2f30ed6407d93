/* Reading a module's bytes: numbers, names, types; the first thing that is wrong is remembered and every
 * reader then gives false. */
#ifndef EOSIOFS_CORE_ENGINE_WASM_READER_H
#define EOSIOFS_CORE_ENGINE_WASM_READER_H

#include "core/engine/wasm/fault.h"

#include <stddef.h>
#include <string.h>

struct wasm_reader {
	const uint8_t *at, *end; /* borrowed */
	struct wasm_fault *fault;
};

/* Remembers a reason, unless there was one before, and gives false. */
static inline bool wasm_refuse_found(struct wasm_fault *fault, enum wasm_reason reason, uint32_t found,
                                     uint32_t limit)
{
	if (fault->reason == WASM_FAULT_NONE) {
		fault->reason = reason;
		fault->found = found;
		fault->over = found - limit;
	}
	return false;
}

static inline bool wasm_refuse(struct wasm_fault *fault, enum wasm_reason reason)
{
	return wasm_refuse_found(fault, reason, 0, 0);
}

static inline size_t reader_left(const struct wasm_reader *in)
{
	return (size_t)(in->end - in->at);
}

static inline bool read_byte(struct wasm_reader *in, uint8_t *out)
{
	if (in->at == in->end)
		return wasm_refuse(in->fault, WASM_FAULT_END_IN_BYTE);
	*out = *in->at++;
	return true;
}

/* The next bytes, borrowed. */
static inline bool read_span(struct wasm_reader *in, const uint8_t **out, size_t length)
{
	if (reader_left(in) < length)
		return wasm_refuse(in->fault, WASM_FAULT_END_IN_SPAN);
	*out = in->at;
	in->at += length;
	return true;
}

bool read_leb_slowly(struct wasm_reader *in, uint64_t *out, unsigned bits, bool is_signed);

/* LEB128: unsigned 32 and 1 bits, signed 32 and 64. */
static inline bool read_u32(struct wasm_reader *in, uint32_t *out)
{
	uint64_t value;
	if (in->at < in->end && *in->at < 0x80) {
		*out = *in->at++;
		return true;
	}
	if (!read_leb_slowly(in, &value, 32, false))
		return false;
	*out = (uint32_t)value;
	return true;
}

static inline bool read_bit(struct wasm_reader *in, uint8_t *out)
{
	uint64_t value;
	if (!read_leb_slowly(in, &value, 1, false))
		return false;
	*out = (uint8_t)value;
	return true;
}

static inline bool read_i32(struct wasm_reader *in, uint32_t *out)
{
	uint64_t value;
	if (in->at < in->end && *in->at < 0x80) {
		*out = (uint32_t)*in->at | (*in->at & 0x40 ? UINT32_MAX << 7 : 0);
		in->at++;
		return true;
	}
	if (!read_leb_slowly(in, &value, 32, true))
		return false;
	*out = (uint32_t)value;
	return true;
}

static inline bool read_i64(struct wasm_reader *in, uint64_t *out)
{
	return read_leb_slowly(in, out, 64, true);
}

static inline bool read_f32(struct wasm_reader *in, uint64_t *out)
{
	const uint8_t *data;
	uint32_t bits;
	if (!read_span(in, &data, sizeof bits))
		return false;
	memcpy(&bits, data, sizeof bits);
	*out = bits;
	return true;
}

static inline bool read_f64(struct wasm_reader *in, uint64_t *out)
{
	const uint8_t *data;
	if (!read_span(in, &data, sizeof *out))
		return false;
	memcpy(out, data, sizeof *out);
	return true;
}

/* A counted text of at most `maximum` bytes, which must be UTF-8; borrowed. */
bool read_name(struct wasm_reader *in, const char **text, uint32_t *length, uint32_t maximum);

#endif

/* Packed data in and out (protocol.md A.2): what the contract libraries call a datastream. Little-endian
 * machines only. */
#ifndef EOSIOFS_CORE_CONTRACTS_LIBRARY_STREAM_H
#define EOSIOFS_CORE_CONTRACTS_LIBRARY_STREAM_H

#include "core/contracts/library/contract.h"

/* Bytes that somebody else keeps: a string, a vector of bytes, a row. */
struct blob {
	const uint8_t *data;
	size_t length;
};

struct reader {
	const uint8_t *at, *end;
};

struct reader reader_make(const void *data, size_t length);
struct reader reader_of_action(void); /* the whole action data */
/* The next bytes, borrowed; fails the action with `datastream attempted to read past the end`. */
const uint8_t *read_bytes(struct reader *in, size_t length);
void read_to(struct reader *in, void *out, size_t length);
uint8_t read_u8(struct reader *in);
uint16_t read_u16(struct reader *in);
uint32_t read_u32(struct reader *in);
uint64_t read_u64(struct reader *in);
int64_t read_i64(struct reader *in);
uint32_t read_varuint32(struct reader *in);
struct blob read_blob(struct reader *in); /* counted */
struct blob read_rest(struct reader *in); /* all that is left */

/* Grows in the action's memory; {0} is empty. */
struct writer {
	uint8_t *data;
	size_t length, capacity;
};

void write_bytes(struct writer *out, const void *data, size_t length);
void write_u8(struct writer *out, uint8_t value);
void write_u16(struct writer *out, uint16_t value);
void write_u32(struct writer *out, uint32_t value);
void write_u64(struct writer *out, uint64_t value);
void write_varuint32(struct writer *out, uint32_t value);
void write_blob(struct writer *out, struct blob blob); /* counted */
void write_text(struct writer *out, const char *text); /* counted */

#endif

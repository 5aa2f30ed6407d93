/* Binary writing (struct bytes, grows) and reading (struct cursor, never beyond its end): protocol.md A.2,
 * little-endian. */
#ifndef EOSIOFS_CORE_BASE_BYTES_H
#define EOSIOFS_CORE_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
	uint8_t *data; /* owned */
	size_t length, capacity;
};

/* {0} is a valid empty buffer. */
void bytes_release(struct bytes *bytes);
void bytes_release_secret(struct bytes *bytes); /* overwrites it before */
void bytes_clear(struct bytes *bytes);
void bytes_put(struct bytes *bytes, const void *data, size_t length);
void bytes_put_u8(struct bytes *bytes, uint8_t value);
void bytes_put_u16(struct bytes *bytes, uint16_t value);
void bytes_put_u32(struct bytes *bytes, uint32_t value);
void bytes_put_u64(struct bytes *bytes, uint64_t value);
void bytes_put_varuint32(struct bytes *bytes, uint32_t value);
void bytes_put_double(struct bytes *bytes, double value);
/* varuint32 length, then the bytes: protocol "bytes" and "string". */
void bytes_put_counted(struct bytes *bytes, const void *data, size_t length);

/* A struct's fields as they are packed one after the other: one list that both writing and reading follow.
 * Integers, truth values, arrays of bytes, together at most FIELDS_MAXIMUM bytes; the list ends with a field
 * of no size. */
enum { FIELDS_MAXIMUM = 128 };
struct packed_field {
	uint16_t offset;
	uint8_t size;
	bool is_truth;
};
#define PACKED_FIELD(type, member)                               \
	{offsetof(type, member), sizeof(((type *)0)->member),        \
	 _Generic(((type *)0)->member, bool : true, default : false)}
void bytes_put_fields(struct bytes *bytes, const void *object, const struct packed_field *fields);
/* The same to where there is room for them; gives their length. */
size_t fields_write(uint8_t *out, const void *object, const struct packed_field *fields);

struct cursor {
	const uint8_t *at, *end, *begin; /* borrowed */
	/* sticky: set by the first read past the end, or of an ill-formed value; reads then give 0 */
	bool ended, in_number;   /* that read past the end, of a varuint32; `at` is still where it began */
	bool failed;
};

struct cursor cursor_make(const void *data, size_t length);
size_t cursor_left(const struct cursor *cursor);
/* The next length bytes, borrowed, or NULL (and failed) when there are fewer. */
const uint8_t *cursor_take(struct cursor *cursor, size_t length);
/* false, and zeroes, when there are fewer */
bool cursor_copy(struct cursor *cursor, void *out, size_t length);
uint8_t cursor_u8(struct cursor *cursor);
uint16_t cursor_u16(struct cursor *cursor);
uint32_t cursor_u32(struct cursor *cursor);
uint64_t cursor_u64(struct cursor *cursor);
uint32_t cursor_varuint32(struct cursor *cursor); /* at most 5 bytes are read */
double cursor_double(struct cursor *cursor);
void cursor_fields(struct cursor *cursor, void *object, const struct packed_field *fields);
/* varuint32 length, then that many bytes, borrowed; more than 20 MiB fails. */
const uint8_t *cursor_counted(struct cursor *cursor, size_t *length);
/* A count of elements of at least minimum bytes each: fails above 1 048 576 or when that many cannot be
 * left. */
uint32_t cursor_count(struct cursor *cursor, size_t minimum);
/* The same, but where that many cannot be left it is as many as make reading them fail, at the byte where
 * nodeos fails, and whoever allocates for them allocates no more than what is there asks for. */
uint32_t cursor_count_up_to(struct cursor *cursor, size_t minimum);

#endif

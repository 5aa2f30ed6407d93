/* What every contract here builds on: the intrinsics, checks, memory, names. Freestanding; nothing of the
 * rest of the program. */
#ifndef EOSIOFS_CORE_CONTRACTS_LIBRARY_CONTRACT_H
#define EOSIOFS_CORE_CONTRACTS_LIBRARY_CONTRACT_H

#include "core/contracts/intrinsics.h"

static inline void check(bool condition, const char *message)
{
	if (!condition)
		eosio_assert(false, message);
}

/* Zeroed memory that lasts as long as the action. */
static inline void *allocate(size_t length)
{
	return contract_allocate(length);
}

/* A name known to be well formed; folds to a constant. */
static inline uint64_t name(const char *text)
{
	uint64_t value = 0;
	for (int i = 0; i < 13 && text[i]; i++) {
		char c = text[i];
		uint64_t code = (uint64_t)(c >= 'a' && c <= 'z'   ? c - 'a' + 6
		                           : c >= '1' && c <= '5' ? c - '1' + 1
		                                                  : 0);
		value |= i < 12 ? code << (59 - 5 * i) : code & 15;
	}
	return value;
}

/* The text of a name, NUL-terminated; gives its length. */
enum { NAME_LENGTH = 13 };
size_t name_write(char out[NAME_LENGTH + 1], uint64_t value);

static inline uint64_t active_permission(void)
{
	return name("active");
}

/* The time of the block, microseconds and whole seconds. */
static inline int64_t now_us(void)
{
	return (int64_t)current_time();
}
static inline uint32_t now_sec(void)
{
	return (uint32_t)(now_us() / 1000000);
}

static inline bool equal_text(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

/* Two's complement arithmetic, as WebAssembly's. */
static inline int64_t wrapping_add(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}
static inline int64_t wrapping_subtract(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a - (uint64_t)b);
}
static inline int64_t wrapping_multiply(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a * (uint64_t)b);
}
/* Toward zero; what does not fit, and NaN, gives the least integer. */
static inline int64_t truncate_double(double value)
{
	return value > -9223372036854775808.0 && value < 9223372036854775808.0 ? (int64_t)value : INT64_MIN;
}

#endif

/* Arithmetic modulo a prime of at most 256 bits, in Montgomery form: what the curves need that no library
 * here computes on. Not in constant time: nothing secret goes through it. */
#ifndef EOSIOFS_CORE_BASE_CRYPTO_FIELD_H
#define EOSIOFS_CORE_BASE_CRYPTO_FIELD_H

#include <stdbool.h>
#include <stdint.h>

/* A number: four limbs, the least significant first; in Montgomery form wherever a struct field goes with
 * it. */
struct number {
	uint64_t limb[4];
};

struct field {
	struct number modulus, one, square; /* one: 2^256 mod the modulus; square: 2^512 mod it */
	uint64_t inverse;                   /* of -modulus, mod 2^64 */
};

/* modulus: odd, at least 2^192. */
void field_init(struct field *field, const struct number *modulus);

struct number number_read(const uint8_t bytes[32]); /* big-endian */
void number_write(uint8_t bytes[32], const struct number *number);
int number_compare(const struct number *a, const struct number *b);
bool number_is_zero(const struct number *a);
static inline bool number_bit(const struct number *a, unsigned bit)
{
	return a->limb[bit / 64] >> bit % 64 & 1;
}

/* Into Montgomery form and back. */
struct number field_in(const struct field *field, const struct number *a);
struct number field_out(const struct field *field, const struct number *a);
struct number field_add(const struct field *field, const struct number *a, const struct number *b);
struct number field_subtract(const struct field *field, const struct number *a, const struct number *b);
struct number field_multiply(const struct field *field, const struct number *a, const struct number *b);
struct number field_power(const struct field *field, const struct number *a, const struct number *exponent);
struct number field_invert(const struct field *field, const struct number *a); /* of zero: zero */

#endif

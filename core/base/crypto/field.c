/* Arithmetic modulo a prime (field.h). */
#include "core/base/crypto/field.h"

enum { LIMBS = 4, BITS = 256 };

typedef unsigned __int128 wide;

struct number number_read(const uint8_t bytes[32])
{
	struct number number = {{0}};
	for (unsigned i = 0; i < 32; i++)
		number.limb[3 - i / 8] = number.limb[3 - i / 8] << 8 | bytes[i];
	return number;
}

void number_write(uint8_t bytes[32], const struct number *number)
{
	for (unsigned i = 0; i < 32; i++)
		bytes[i] = (uint8_t)(number->limb[3 - i / 8] >> (56 - 8 * (i % 8)));
}

int number_compare(const struct number *a, const struct number *b)
{
	for (unsigned i = LIMBS; i-- > 0;)
		if (a->limb[i] != b->limb[i])
			return a->limb[i] < b->limb[i] ? -1 : 1;
	return 0;
}

bool number_is_zero(const struct number *a)
{
	return !(a->limb[0] | a->limb[1] | a->limb[2] | a->limb[3]);
}

/* The sum's and the difference's 257th bit. */
static uint64_t add(struct number *out, const struct number *a, const struct number *b)
{
	wide sum = 0;
	for (unsigned i = 0; i < LIMBS; i++) {
		sum += (wide)a->limb[i] + b->limb[i];
		out->limb[i] = (uint64_t)sum;
		sum >>= 64;
	}
	return (uint64_t)sum;
}

static uint64_t subtract(struct number *out, const struct number *a, const struct number *b)
{
	uint64_t borrow = 0;
	for (unsigned i = 0; i < LIMBS; i++) {
		wide difference = (wide)a->limb[i] - b->limb[i] - borrow;
		out->limb[i] = (uint64_t)difference;
		borrow = (uint64_t)(difference >> 64) & 1;
	}
	return borrow;
}

struct number field_add(const struct field *field, const struct number *a, const struct number *b)
{
	struct number sum, reduced;
	uint64_t carry = add(&sum, a, b);
	uint64_t borrow = subtract(&reduced, &sum, &field->modulus);
	return carry || !borrow ? reduced : sum;
}

struct number field_subtract(const struct field *field, const struct number *a, const struct number *b)
{
	struct number difference;
	if (subtract(&difference, a, b))
		add(&difference, &difference, &field->modulus);
	return difference;
}

/* One limb of b at a time, each time with the multiple of the modulus added that makes the lowest limb
 * zero. */
struct number field_multiply(const struct field *field, const struct number *a, const struct number *b)
{
	uint64_t t[LIMBS + 2] = {0};
	struct number result, reduced;

	for (unsigned i = 0; i < LIMBS; i++) {
		wide sum = 0;
		for (unsigned k = 0; k < LIMBS; k++) {
			sum += (wide)a->limb[k] * b->limb[i] + t[k];
			t[k] = (uint64_t)sum;
			sum >>= 64;
		}
		sum += t[LIMBS];
		t[LIMBS] = (uint64_t)sum;
		t[LIMBS + 1] = (uint64_t)(sum >> 64);
		uint64_t factor = t[0] * field->inverse;
		sum = ((wide)factor * field->modulus.limb[0] + t[0]) >> 64;
		for (unsigned k = 1; k < LIMBS; k++) {
			sum += (wide)factor * field->modulus.limb[k] + t[k];
			t[k - 1] = (uint64_t)sum;
			sum >>= 64;
		}
		sum += t[LIMBS];
		t[LIMBS - 1] = (uint64_t)sum;
		t[LIMBS] = t[LIMBS + 1] + (uint64_t)(sum >> 64);
	}
	for (unsigned k = 0; k < LIMBS; k++)
		result.limb[k] = t[k];
	uint64_t borrow = subtract(&reduced, &result, &field->modulus);
	return t[LIMBS] || !borrow ? reduced : result;
}

void field_init(struct field *field, const struct number *modulus)
{
	struct number power = {{1, 0, 0, 0}};

	field->modulus = *modulus;
	field->inverse = 1;
	for (unsigned i = 0; i < 6; i++) /* each step doubles the bits that are right */
		field->inverse *= 2 - modulus->limb[0] * field->inverse;
	field->inverse = -field->inverse;
	for (unsigned i = 0; i < 2 * BITS; i++) {
		power = field_add(field, &power, &power);
		if (i + 1 == BITS)
			field->one = power;
	}
	field->square = power;
}

struct number field_in(const struct field *field, const struct number *a)
{
	return field_multiply(field, a, &field->square);
}

struct number field_out(const struct field *field, const struct number *a)
{
	const struct number one = {{1, 0, 0, 0}};
	return field_multiply(field, a, &one);
}

struct number field_power(const struct field *field, const struct number *a, const struct number *exponent)
{
	struct number result = field->one;
	for (unsigned bit = BITS; bit-- > 0;) {
		result = field_multiply(field, &result, &result);
		if (number_bit(exponent, bit))
			result = field_multiply(field, &result, a);
	}
	return result;
}

struct number field_invert(const struct field *field, const struct number *a)
{
	const struct number two = {{2, 0, 0, 0}};
	struct number exponent;
	subtract(&exponent, &field->modulus, &two);
	return field_power(field, a, &exponent);
}

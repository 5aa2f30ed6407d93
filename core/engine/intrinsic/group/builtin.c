/* What compilers call for 128-bit integers and numbers of quadruple precision (wasm.md W.9.12). Numbers
 * are computed by the compiler's own library, but for NaN, where the rule is nodeos's (W.7), and for
 * conversions to integers, which round or saturate in ways of their own. */
#include "core/engine/intrinsic/intrinsic.h"

#include <string.h>

typedef unsigned __int128 u128;
typedef __int128 i128;
typedef __float128 f128;

static u128 joined(uint64_t low, uint64_t high)
{
	return (u128)high << 64 | low;
}

static void store(void *result, u128 value)
{
	memcpy(result, &value, sizeof value);
}

/* --- integers --- */

static u128 shifted_left(u128 value, uint32_t shift)
{
	return shift < 128 ? value << shift : 0;
}

void intrinsic___ashlti3(void *result, uint64_t low, uint64_t high, uint32_t shift)
{
	store(result, shifted_left(joined(low, high), shift));
}

void intrinsic___lshlti3(void *result, uint64_t low, uint64_t high, uint32_t shift)
{
	store(result, shifted_left(joined(low, high), shift));
}

void intrinsic___lshrti3(void *result, uint64_t low, uint64_t high, uint32_t shift)
{
	store(result, shift < 128 ? joined(low, high) >> shift : 0);
}

void intrinsic___ashrti3(void *result, uint64_t low, uint64_t high, uint32_t shift)
{
	store(result, (u128)((i128)joined(low, high) >> (shift & 127)));
}

void intrinsic___multi3(void *result, uint64_t a_low, uint64_t a_high, uint64_t b_low, uint64_t b_high)
{
	store(result, joined(a_low, a_high) * joined(b_low, b_high));
}

static u128 divisor(uint64_t low, uint64_t high)
{
	if (!low && !high)
		intrinsic_fail(ARITHMETIC_EXCEPTION, "divide by zero");
	return joined(low, high);
}

static u128 magnitude(u128 value)
{
	return value >> 127 ? -value : value;
}

/* The least number divided by -1 is itself. */
void intrinsic___divti3(void *result, uint64_t a_low, uint64_t a_high, uint64_t b_low, uint64_t b_high)
{
	u128 a = joined(a_low, a_high), b = divisor(b_low, b_high), quotient = magnitude(a) / magnitude(b);
	store(result, (a ^ b) >> 127 ? -quotient : quotient);
}

void intrinsic___modti3(void *result, uint64_t a_low, uint64_t a_high, uint64_t b_low, uint64_t b_high)
{
	u128 a = joined(a_low, a_high), b = divisor(b_low, b_high), remainder = magnitude(a) % magnitude(b);
	store(result, a >> 127 ? -remainder : remainder);
}

void intrinsic___udivti3(void *result, uint64_t a_low, uint64_t a_high, uint64_t b_low, uint64_t b_high)
{
	u128 b = divisor(b_low, b_high);
	store(result, joined(a_low, a_high) / b);
}

void intrinsic___umodti3(void *result, uint64_t a_low, uint64_t a_high, uint64_t b_low, uint64_t b_high)
{
	u128 b = divisor(b_low, b_high);
	store(result, joined(a_low, a_high) % b);
}

/* --- numbers of quadruple precision --- */

#define SIGN ((u128)1 << 127)
#define QUIET ((u128)1 << 111)
#define EXPONENT ((u128)0x7fff << 112)
#define NAN_DEFAULT (SIGN | EXPONENT | QUIET)

static u128 bits_of(f128 number)
{
	u128 bits;
	memcpy(&bits, &number, sizeof bits);
	return bits;
}

static f128 number_of(u128 bits)
{
	f128 number;
	memcpy(&number, &bits, sizeof number);
	return number;
}

static bool is_nan(u128 bits)
{
	return (bits & ~SIGN) > EXPONENT;
}

/* computed: what the operation gives for numbers. */
static void store_number(void *result, u128 a, u128 b, f128 computed)
{
	u128 bits = bits_of(computed);
	if (is_nan(bits))
		bits = is_nan(a) ? a | QUIET : is_nan(b) ? b | QUIET : NAN_DEFAULT;
	store(result, bits);
}

#define ARITHMETIC(name, operator) \
	void intrinsic_##name(void *result, uint64_t a_low, uint64_t a_high, uint64_t b_low, uint64_t b_high) \
	{ \
		u128 a = joined(a_low, a_high), b = joined(b_low, b_high); \
		store_number(result, a, b, number_of(a) operator number_of(b)); \
	}
ARITHMETIC(__addtf3, +)
ARITHMETIC(__subtf3, -)
ARITHMETIC(__multf3, *)
ARITHMETIC(__divtf3, /)

void intrinsic___negtf2(void *result, uint64_t low, uint64_t high)
{
	store(result, joined(low, high) ^ SIGN);
}

/* -1, 0, 1; with a NaN `unordered`. */
static int32_t compare(uint64_t a_low, uint64_t a_high, uint64_t b_low, uint64_t b_high, int32_t unordered)
{
	f128 a = number_of(joined(a_low, a_high)), b = number_of(joined(b_low, b_high));
	return a < b ? -1 : a > b ? 1 : a == b ? 0 : unordered;
}

#define COMPARISON(name, unordered) \
	int32_t intrinsic_##name(uint64_t a_low, uint64_t a_high, uint64_t b_low, uint64_t b_high) \
	{ \
		return compare(a_low, a_high, b_low, b_high, unordered); \
	}
COMPARISON(__cmptf2, 1)
COMPARISON(__eqtf2, 1)
COMPARISON(__netf2, 1)
COMPARISON(__letf2, 1)
COMPARISON(__getf2, -1)
COMPARISON(__lttf2, 0)
COMPARISON(__gttf2, 0)

int32_t intrinsic___unordtf2(uint64_t a_low, uint64_t a_high, uint64_t b_low, uint64_t b_high)
{
	return is_nan(joined(a_low, a_high)) || is_nan(joined(b_low, b_high));
}

/* --- between widths; a NaN keeps its sign and the upper bits of its payload, and becomes quiet --- */

void intrinsic___extendsftf2(void *result, float value)
{
	uint32_t bits;
	memcpy(&bits, &value, sizeof bits);
	if (value != value)
		store(result, (u128)(bits >> 31) << 127 | EXPONENT | QUIET | (u128)(bits & 0x7fffff) << 89);
	else
		store(result, bits_of((f128)value));
}

void intrinsic___extenddftf2(void *result, double value)
{
	uint64_t bits;
	memcpy(&bits, &value, sizeof bits);
	if (value != value)
		store(result, (u128)(bits >> 63) << 127 | EXPONENT | QUIET | (u128)(bits & 0xfffffffffffff) << 60);
	else
		store(result, bits_of((f128)value));
}

double intrinsic___trunctfdf2(uint64_t low, uint64_t high)
{
	u128 value = joined(low, high);
	double number = (double)number_of(value);
	if (is_nan(value)) {
		uint64_t bits = (uint64_t)(value >> 64 & SIGN >> 64) | UINT64_C(0x7ff8000000000000) |
		                (uint64_t)(value >> 60 & 0xfffffffffffff);
		memcpy(&number, &bits, sizeof number);
	}
	return number;
}

float intrinsic___trunctfsf2(uint64_t low, uint64_t high)
{
	u128 value = joined(low, high);
	float number = (float)number_of(value);
	if (is_nan(value)) {
		uint32_t bits = (uint32_t)(value >> 96 & SIGN >> 96) | 0x7fc00000 |
		                (uint32_t)(value >> 89 & 0x7fffff);
		memcpy(&number, &bits, sizeof number);
	}
	return number;
}

/* --- integers from numbers --- */

/* The magnitude as an integer, to the nearest even one, where it is below 2^100; else false. */
static bool rounded(u128 value, u128 *out)
{
	int exponent = (int)(value >> 112 & 0x7fff) - 16383;
	u128 fraction = (value & (((u128)1 << 112) - 1)) | (u128)1 << 112;

	if (exponent >= 100)
		return false;
	if (exponent < -1) {
		*out = 0;
		return true;
	}
	unsigned shift = (unsigned)(112 - exponent);
	u128 half = (u128)1 << (shift - 1), rest = fraction & ((half << 1) - 1);
	*out = shift < 128 ? fraction >> shift : 0;
	if (rest > half || (rest == half && (*out & 1)))
		++*out;
	return true;
}

/* Signed: what does not fit is `least`, which is minus `limit`. */
static int64_t fix_signed(u128 value, u128 limit)
{
	bool negative = value >> 127;
	u128 integer;
	if (!rounded(value, &integer) || integer > limit - !negative)
		return (int64_t)-limit;
	return (int64_t)(uint64_t)(negative ? -integer : integer);
}

/* What does not fit is all ones. */
static uint64_t fix_unsigned(u128 value, uint64_t greatest)
{
	u128 integer;
	if (!rounded(value, &integer) || integer > greatest || (value >> 127 && integer))
		return greatest;
	return (uint64_t)integer;
}

int32_t intrinsic___fixtfsi(uint64_t low, uint64_t high)
{
	return (int32_t)fix_signed(joined(low, high), (u128)1 << 31);
}

int64_t intrinsic___fixtfdi(uint64_t low, uint64_t high)
{
	return fix_signed(joined(low, high), (u128)1 << 63);
}

uint32_t intrinsic___fixunstfsi(uint64_t low, uint64_t high)
{
	return (uint32_t)fix_unsigned(joined(low, high), UINT32_MAX);
}

uint64_t intrinsic___fixunstfdi(uint64_t low, uint64_t high)
{
	return fix_unsigned(joined(low, high), UINT64_MAX);
}

/* A number of any width taken apart: its magnitude toward zero. */
struct parts {
	bool negative, outside; /* the exponent is 128 or more */
	u128 integer;
};

static struct parts take_apart(u128 bits, unsigned width, unsigned fraction_bits)
{
	unsigned exponent_bits = width - 1 - fraction_bits;
	int bias = (1 << (exponent_bits - 1)) - 1;
	int exponent = (int)(bits >> fraction_bits & (((u128)1 << exponent_bits) - 1)) - bias;
	u128 fraction = (bits & (((u128)1 << fraction_bits) - 1)) | (u128)1 << fraction_bits;
	struct parts parts = {.negative = bits >> (width - 1) & 1, .outside = exponent >= 128};

	if (!parts.outside && exponent >= 0)
		parts.integer = exponent >= (int)fraction_bits ? fraction << (exponent - (int)fraction_bits)
		                                               : fraction >> ((int)fraction_bits - exponent);
	return parts;
}

static struct parts parts_of_f32(float value)
{
	uint32_t bits;
	memcpy(&bits, &value, sizeof bits);
	return take_apart(bits, 32, 23);
}

static struct parts parts_of_f64(double value)
{
	uint64_t bits;
	memcpy(&bits, &value, sizeof bits);
	return take_apart(bits, 64, 52);
}

static void fix_signed_128(void *result, struct parts parts)
{
	if (parts.outside)
		store(result, parts.negative ? SIGN : ~SIGN);
	else
		store(result, parts.negative ? -parts.integer : parts.integer);
}

static void fix_unsigned_128(void *result, struct parts parts)
{
	store(result, parts.negative ? 0 : parts.outside ? ~(u128)0 : parts.integer);
}

void intrinsic___fixtfti(void *result, uint64_t low, uint64_t high)
{
	fix_signed_128(result, take_apart(joined(low, high), 128, 112));
}

void intrinsic___fixsfti(void *result, float value)
{
	fix_signed_128(result, parts_of_f32(value));
}

void intrinsic___fixdfti(void *result, double value)
{
	fix_signed_128(result, parts_of_f64(value));
}

void intrinsic___fixunstfti(void *result, uint64_t low, uint64_t high)
{
	fix_unsigned_128(result, take_apart(joined(low, high), 128, 112));
}

void intrinsic___fixunssfti(void *result, float value)
{
	fix_unsigned_128(result, parts_of_f32(value));
}

void intrinsic___fixunsdfti(void *result, double value)
{
	fix_unsigned_128(result, parts_of_f64(value));
}

/* --- numbers from integers --- */

double intrinsic___floatsidf(int32_t value)
{
	return (double)value;
}

void intrinsic___floatsitf(void *result, int32_t value)
{
	store(result, bits_of((f128)value));
}

void intrinsic___floatditf(void *result, int64_t value)
{
	store(result, bits_of((f128)value));
}

void intrinsic___floatunsitf(void *result, uint32_t value)
{
	store(result, bits_of((f128)value));
}

void intrinsic___floatunditf(void *result, uint64_t value)
{
	store(result, bits_of((f128)value));
}

double intrinsic___floattidf(uint64_t low, uint64_t high)
{
	return (double)(i128)joined(low, high);
}

double intrinsic___floatuntidf(uint64_t low, uint64_t high)
{
	return (double)joined(low, high);
}

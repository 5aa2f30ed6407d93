/* What the numeric instructions compute. Integers are the machine's; floats are too, but for NaN, where
 * the rule is nodeos's (wasm.md W.7: the first NaN among the operands made quiet, else the negative
 * default), and for min, max and the conversions. */
#ifndef EOSIOFS_CORE_ENGINE_WASM_NUMBER_H
#define EOSIOFS_CORE_ENGINE_WASM_NUMBER_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef uint32_t wasm_i32;
typedef uint64_t wasm_i64;
typedef float wasm_f32;
typedef double wasm_f64;

static inline uint32_t f32_bits(float value)
{
	uint32_t bits;
	memcpy(&bits, &value, sizeof bits);
	return bits;
}
static inline float f32_of(uint32_t bits)
{
	float value;
	memcpy(&value, &bits, sizeof value);
	return value;
}
static inline uint64_t f64_bits(double value)
{
	uint64_t bits;
	memcpy(&bits, &value, sizeof bits);
	return bits;
}
static inline double f64_of(uint64_t bits)
{
	double value;
	memcpy(&value, &bits, sizeof value);
	return value;
}

#define F32_SIGN UINT32_C(0x80000000)
#define F32_QUIET UINT32_C(0x00400000)
#define F32_DEFAULT UINT32_C(0xffc00000)
#define F64_SIGN UINT64_C(0x8000000000000000)
#define F64_QUIET UINT64_C(0x0008000000000000)
#define F64_DEFAULT UINT64_C(0xfff8000000000000)

/* The functions of one width; BITS: its bits as an integer. */
#define WASM_FLOAT(f, FLOAT, BITS, type, integral)                                 \
	static inline type f##_nan(type a, type b)                                     \
	{                                                                              \
		return a != a   ? f##_of(f##_bits(a) | BITS##_QUIET)                       \
		       : b != b ? f##_of(f##_bits(b) | BITS##_QUIET)                       \
		                : f##_of(BITS##_DEFAULT);                                  \
	}                                                                              \
	static inline type f##_add(type a, type b)                                     \
	{                                                                              \
		type result = a + b;                                                       \
		return __builtin_expect(result != result, 0) ? f##_nan(a, b) : result;     \
	}                                                                              \
	static inline type f##_sub(type a, type b)                                     \
	{                                                                              \
		type result = a - b;                                                       \
		return __builtin_expect(result != result, 0) ? f##_nan(a, b) : result;     \
	}                                                                              \
	static inline type f##_mul(type a, type b)                                     \
	{                                                                              \
		type result = a * b;                                                       \
		return __builtin_expect(result != result, 0) ? f##_nan(a, b) : result;     \
	}                                                                              \
	static inline type f##_div(type a, type b)                                     \
	{                                                                              \
		type result = a / b;                                                       \
		return __builtin_expect(result != result, 0) ? f##_nan(a, b) : result;     \
	}                                                                              \
	static inline type f##_min(type a, type b)                                     \
	{                                                                              \
		if (a != a || b != b)                                                      \
			return a != a ? a : b;                                                 \
		if ((f##_bits(a) ^ f##_bits(b)) & BITS##_SIGN)                             \
			return f##_bits(a) & BITS##_SIGN ? a : b;                              \
		return a < b ? a : b;                                                      \
	}                                                                              \
	static inline type f##_max(type a, type b)                                     \
	{                                                                              \
		if (a != a || b != b)                                                      \
			return a != a ? a : b;                                                 \
		if ((f##_bits(a) ^ f##_bits(b)) & BITS##_SIGN)                             \
			return f##_bits(a) & BITS##_SIGN ? b : a;                              \
		return a < b ? b : a;                                                      \
	}                                                                              \
	static inline type f##_copysign(type a, type b)                                \
	{                                                                              \
		return f##_of((f##_bits(a) & ~BITS##_SIGN) | (f##_bits(b) & BITS##_SIGN)); \
	}                                                                              \
	static inline type f##_abs(type a)                                             \
	{                                                                              \
		return f##_of(f##_bits(a) & ~BITS##_SIGN);                                 \
	}                                                                              \
	static inline type f##_neg(type a)                                             \
	{                                                                              \
		return f##_of(f##_bits(a) ^ BITS##_SIGN);                                  \
	}                                                                              \
	/* whole numbers, infinities and NaN stay as they are */                       \
	static inline bool f##_is_whole(type a)                                        \
	{                                                                              \
		type magnitude = f##_abs(a);                                               \
		return !(magnitude < (type)(integral));                                    \
	}                                                                              \
	static inline type f##_sqrt(type a)                                            \
	{                                                                              \
		return a != a || (a < 0) ? f##_nan(a, a) : FLOAT(sqrt)(a);                 \
	}                                                                              \
	static inline type f##_ceil(type a)                                            \
	{                                                                              \
		return f##_is_whole(a) ? a : f##_copysign(FLOAT(ceil)(a), a);              \
	}                                                                              \
	static inline type f##_floor(type a)                                           \
	{                                                                              \
		return f##_is_whole(a) ? a : f##_copysign(FLOAT(floor)(a), a);             \
	}                                                                              \
	static inline type f##_trunc(type a)                                           \
	{                                                                              \
		return f##_is_whole(a) ? a : f##_copysign(FLOAT(trunc)(a), a);             \
	}                                                                              \
	static inline type f##_nearest(type a)                                         \
	{                                                                              \
		return f##_is_whole(a) ? a : f##_copysign(FLOAT(nearbyint)(a), a);         \
	}

#define WASM_FLOAT_NAME_32(name) name##f
#define WASM_FLOAT_NAME_64(name) name
WASM_FLOAT(f32, WASM_FLOAT_NAME_32, F32, float, INT32_C(1) << 23)
WASM_FLOAT(f64, WASM_FLOAT_NAME_64, F64, double, INT64_C(1) << 52)

static inline double f64_promote_f32(float a)
{
	uint32_t bits = f32_bits(a);
	return a != a ? f64_of((uint64_t)(bits & F32_SIGN) << 32 | UINT64_C(0x7ff8000000000000) |
	                       (uint64_t)(bits & 0x7fffff) << 29)
	              : (double)a;
}

static inline float f32_demote_f64(double a)
{
	uint64_t bits = f64_bits(a);
	return a != a ? f32_of((uint32_t)(bits >> 32 & F32_SIGN) | 0x7fc00000 | (uint32_t)(bits >> 29 & 0x7fffff))
	              : (float)a;
}

static inline uint32_t i32_clz(uint32_t a)
{
	return a ? (uint32_t)__builtin_clz(a) : 32;
}
static inline uint32_t i32_ctz(uint32_t a)
{
	return a ? (uint32_t)__builtin_ctz(a) : 32;
}
static inline uint64_t i64_clz(uint64_t a)
{
	return a ? (uint64_t)__builtin_clzll(a) : 64;
}
static inline uint64_t i64_ctz(uint64_t a)
{
	return a ? (uint64_t)__builtin_ctzll(a) : 64;
}

/* --- the instructions ---
 *
 * BINARY(opcode, name, operands' type, result's type, expression of a and b), UNARY of a. CHECKED ones
 * fail where `fault` holds: an access violation for division, a system failure for conversion (W.6). */

#define WASM_INTEGER_COMPARE(BINARY, i, signed_type, opcode) \
	BINARY(opcode + 0, i##_eq, i, i32, a == b) \
	BINARY(opcode + 1, i##_ne, i, i32, a != b) \
	BINARY(opcode + 2, i##_lt_s, i, i32, (signed_type)a < (signed_type)b) \
	BINARY(opcode + 3, i##_lt_u, i, i32, a < b) \
	BINARY(opcode + 4, i##_gt_s, i, i32, (signed_type)a > (signed_type)b) \
	BINARY(opcode + 5, i##_gt_u, i, i32, a > b) \
	BINARY(opcode + 6, i##_le_s, i, i32, (signed_type)a <= (signed_type)b) \
	BINARY(opcode + 7, i##_le_u, i, i32, a <= b) \
	BINARY(opcode + 8, i##_ge_s, i, i32, (signed_type)a >= (signed_type)b) \
	BINARY(opcode + 9, i##_ge_u, i, i32, a >= b)

/* Those that also come with a constant as their second operand. */
#define WASM_INTEGER_SIMPLE(BINARY, i, signed_type, bits, opcode) \
	BINARY(opcode + 0, i##_add, i, i, a + b) \
	BINARY(opcode + 1, i##_sub, i, i, a - b) \
	BINARY(opcode + 2, i##_mul, i, i, a * b) \
	BINARY(opcode + 7, i##_and, i, i, a & b) \
	BINARY(opcode + 8, i##_or, i, i, a | b) \
	BINARY(opcode + 9, i##_xor, i, i, a ^ b) \
	BINARY(opcode + 10, i##_shl, i, i, a << (b & (bits - 1))) \
	BINARY(opcode + 11, i##_shr_s, i, i, (wasm_##i)((signed_type)a >> (b & (bits - 1)))) \
	BINARY(opcode + 12, i##_shr_u, i, i, a >> (b & (bits - 1))) \
	BINARY(opcode + 13, i##_rotl, i, i, a << (b & (bits - 1)) | a >> (-b & (bits - 1))) \
	BINARY(opcode + 14, i##_rotr, i, i, a >> (b & (bits - 1)) | a << (-b & (bits - 1)))

#define WASM_INTEGER_DIVIDE(CHECKED, i, signed_type, minimum, opcode)                                      \
	CHECKED(opcode + 3, i##_div_s, i, i, !b || (b + 1 == 0 && a == minimum),                               \
	        (wasm_##i)((signed_type)a / (signed_type)b))                                                   \
	CHECKED(opcode + 4, i##_div_u, i, i, !b, a / b)                                                        \
	CHECKED(opcode + 5, i##_rem_s, i, i, !b, b + 1 == 0 ? 0 : (wasm_##i)((signed_type)a % (signed_type)b)) \
	CHECKED(opcode + 6, i##_rem_u, i, i, !b, a % b)

#define WASM_FLOAT_BINARY(BINARY, f, opcode, compare) \
	BINARY(compare + 0, f##_eq, f, i32, a == b) \
	BINARY(compare + 1, f##_ne, f, i32, a != b) \
	BINARY(compare + 2, f##_lt, f, i32, a < b) \
	BINARY(compare + 3, f##_gt, f, i32, a > b) \
	BINARY(compare + 4, f##_le, f, i32, a <= b) \
	BINARY(compare + 5, f##_ge, f, i32, a >= b) \
	BINARY(opcode + 7, f##_add, f, f, f##_add(a, b)) \
	BINARY(opcode + 8, f##_sub, f, f, f##_sub(a, b)) \
	BINARY(opcode + 9, f##_mul, f, f, f##_mul(a, b)) \
	BINARY(opcode + 10, f##_div, f, f, f##_div(a, b)) \
	BINARY(opcode + 11, f##_min, f, f, f##_min(a, b)) \
	BINARY(opcode + 12, f##_max, f, f, f##_max(a, b)) \
	BINARY(opcode + 13, f##_copysign, f, f, f##_copysign(a, b))

#define WASM_FLOAT_UNARY(UNARY, f, opcode) \
	UNARY(opcode + 0, f##_abs, f, f, f##_abs(a)) \
	UNARY(opcode + 1, f##_neg, f, f, f##_neg(a)) \
	UNARY(opcode + 2, f##_ceil, f, f, f##_ceil(a)) \
	UNARY(opcode + 3, f##_floor, f, f, f##_floor(a)) \
	UNARY(opcode + 4, f##_trunc, f, f, f##_trunc(a)) \
	UNARY(opcode + 5, f##_nearest, f, f, f##_nearest(a)) \
	UNARY(opcode + 6, f##_sqrt, f, f, f##_sqrt(a))

#define WASM_COMPARE_I32(BINARY) WASM_INTEGER_COMPARE(BINARY, i32, int32_t, 0x46)
#define WASM_COMPARE_I64(BINARY) WASM_INTEGER_COMPARE(BINARY, i64, int64_t, 0x51)
#define WASM_SIMPLE_I32(BINARY) WASM_INTEGER_SIMPLE(BINARY, i32, int32_t, 32, 0x6a)
#define WASM_SIMPLE_I64(BINARY) WASM_INTEGER_SIMPLE(BINARY, i64, int64_t, 64, 0x7c)

#define WASM_BINARY(BINARY) \
	WASM_COMPARE_I32(BINARY) \
	WASM_COMPARE_I64(BINARY) \
	WASM_SIMPLE_I32(BINARY) \
	WASM_SIMPLE_I64(BINARY) \
	WASM_FLOAT_BINARY(BINARY, f32, 0x8b, 0x5b) \
	WASM_FLOAT_BINARY(BINARY, f64, 0x99, 0x61)

#define WASM_CHECKED_BINARY(CHECKED) \
	WASM_INTEGER_DIVIDE(CHECKED, i32, int32_t, UINT32_C(0x80000000), 0x6a) \
	WASM_INTEGER_DIVIDE(CHECKED, i64, int64_t, UINT64_C(0x8000000000000000), 0x7c)

#define WASM_UNARY(UNARY) \
	UNARY(0x67, i32_clz, i32, i32, i32_clz(a)) \
	UNARY(0x68, i32_ctz, i32, i32, i32_ctz(a)) \
	UNARY(0x69, i32_popcnt, i32, i32, (uint32_t)__builtin_popcount(a)) \
	UNARY(0x79, i64_clz, i64, i64, i64_clz(a)) \
	UNARY(0x7a, i64_ctz, i64, i64, i64_ctz(a)) \
	UNARY(0x7b, i64_popcnt, i64, i64, (uint64_t)__builtin_popcountll(a)) \
	WASM_FLOAT_UNARY(UNARY, f32, 0x8b) \
	WASM_FLOAT_UNARY(UNARY, f64, 0x99) \
	UNARY(0xa7, i32_wrap_i64, i64, i32, (uint32_t)a) \
	UNARY(0xac, i64_extend_i32_s, i32, i64, (uint64_t)(int32_t)a) \
	UNARY(0xb2, f32_convert_i32_s, i32, f32, (float)(int32_t)a) \
	UNARY(0xb3, f32_convert_i32_u, i32, f32, (float)a) \
	UNARY(0xb4, f32_convert_i64_s, i64, f32, (float)(int64_t)a) \
	UNARY(0xb5, f32_convert_i64_u, i64, f32, (float)a) \
	UNARY(0xb6, f32_demote_f64, f64, f32, f32_demote_f64(a)) \
	UNARY(0xb7, f64_convert_i32_s, i32, f64, (double)(int32_t)a) \
	UNARY(0xb8, f64_convert_i32_u, i32, f64, (double)a) \
	UNARY(0xb9, f64_convert_i64_s, i64, f64, (double)(int64_t)a) \
	UNARY(0xba, f64_convert_i64_u, i64, f64, (double)a) \
	UNARY(0xbb, f64_promote_f32, f32, f64, f64_promote_f32(a))

/* Floats to integers fail for NaN and out of range; i32.trunc_f64_s already from -2147483648.x on, unlike
 * the standard (W.7). */
#define WASM_CHECKED_UNARY(CHECKED) \
	CHECKED(0xa8, i32_trunc_f32_s, f32, i32, !(a >= -0x1p31f && a < 0x1p31f), (uint32_t)(int32_t)a) \
	CHECKED(0xa9, i32_trunc_f32_u, f32, i32, !(a > -1.0f && a < 0x1p32f), (uint32_t)(int64_t)a) \
	CHECKED(0xaa, i32_trunc_f64_s, f64, i32, !(a >= -0x1p31 && a < 0x1p31), (uint32_t)(int32_t)a) \
	CHECKED(0xab, i32_trunc_f64_u, f64, i32, !(a > -1.0 && a < 0x1p32), (uint32_t)(int64_t)a) \
	CHECKED(0xae, i64_trunc_f32_s, f32, i64, !(a >= -0x1p63f && a < 0x1p63f), (uint64_t)(int64_t)a) \
	CHECKED(0xaf, i64_trunc_f32_u, f32, i64, !(a > -1.0f && a < 0x1p64f), a < 0 ? 0 : (uint64_t)a) \
	CHECKED(0xb0, i64_trunc_f64_s, f64, i64, !(a >= -0x1p63 && a < 0x1p63), (uint64_t)(int64_t)a) \
	CHECKED(0xb1, i64_trunc_f64_u, f64, i64, !(a > -1.0 && a < 0x1p64), a < 0 ? 0 : (uint64_t)a)

/* Changes of type that change no bits, an i32 or f32 having zeros above its 32. RENAME(opcode, operand's
 * type, result's type). */
#define WASM_RENAME(RENAME) \
	RENAME(0xad, I32, I64) \
	RENAME(0xbc, F32, I32) \
	RENAME(0xbd, F64, I64) \
	RENAME(0xbe, I32, F32) \
	RENAME(0xbf, I64, F64)

#endif

/* pow as the reference contracts have it. Three steps: log2 of |x| as a sum of two doubles, times y with
 * the product's rounding error kept, then 2 to that power. The high part of each sum has its low 32 bits
 * cleared, so that products of high parts are exact. The order of the operations is the algorithm: no line
 * may be rearranged. */
#include "core/contracts/library/pow.h"

#include <stdbool.h>
#include <stdint.h>

static uint64_t bits_of(double value)
{
	uint64_t bits;
	__builtin_memcpy(&bits, &value, sizeof bits);
	return bits;
}

static double of_bits(uint64_t bits)
{
	double value;
	__builtin_memcpy(&value, &bits, sizeof value);
	return value;
}

static int32_t high_word(double value)
{
	return (int32_t)(bits_of(value) >> 32);
}

static uint32_t low_word(double value)
{
	return (uint32_t)bits_of(value);
}

static double with_high_word(double value, int32_t word)
{
	return of_bits((uint64_t)(uint32_t)word << 32 | low_word(value));
}

static double high_part(double value)
{
	return of_bits(bits_of(value) & ~UINT64_C(0xffffffff));
}

struct sum {
	double high, low;
};

static const double two_53 = 9007199254740992.0, huge_value = 1.0e300, tiny_value = 1.0e-300;

/* |x| within 2^-20 of 1 and |y| beyond 2^31: the series of the logarithm, four terms. */
static struct sum log2_near_one(double magnitude)
{
	static const double per_ln2 = 0x1.71547652b82fep+0, per_ln2_high = 0x1.715476p+0,
						per_ln2_low = 0x1.4ae0bf85ddf44p-26;
	double t = magnitude - 1.0;
	double w = (t * t) * (0.5 - t * (0x1.5555555555555p-2 - t * 0.25));
	double u = per_ln2_high * t, v = t * per_ln2_low - w * per_ln2;
	struct sum result;
	result.high = high_part(u + v);
	result.low = v - (result.high - u);
	return result;
}

/* |x| = 2^n * m with m near 1 or near 1.5: n + log2(1 or 1.5) + the series in s = (m - b) / (m + b). */
static struct sum log2_of(double magnitude)
{
	static const double base[] = {1.0, 1.5};
	/* log2 of base */
	static const double base_high[] = {0.0, 0x1.2b8034p-1}, base_low[] = {0.0, 0x1.cfdeb43cfd006p-27};
	static const double series[] = {0x1.3333333333303p-1, 0x1.b6db6db6fabffp-2, 0x1.55555518f264dp-2,
	                                0x1.17460a91d4101p-2, 0x1.d864a93c9db65p-3, 0x1.a7e284a454eefp-3};
	/* 2 / (3 ln 2) */
	static const double c = 0x1.ec709dc3a03fdp-1, c_high = 0x1.ec709ep-1, c_low = -0x1.e2fe0145b01f5p-28;
	int32_t n = 0, word = high_word(magnitude);
	if (word < 0x00100000) { /* subnormal */
		magnitude *= two_53;
		n -= 53;
		word = high_word(magnitude);
	}
	n += (word >> 20) - 0x3ff;
	int32_t fraction = word & 0x000fffff;
	int k = 0;
	word = fraction | 0x3ff00000;
	if (fraction > 0x3988e && fraction < 0xbb67a) { /* between sqrt(3/2) and sqrt(3) */
		k = 1;
	} else if (fraction >= 0xbb67a) {
		n++;
		word -= 0x00100000;
	}
	magnitude = with_high_word(magnitude, word);

	double u = magnitude - base[k], v = 1.0 / (magnitude + base[k]);
	double s = u * v, s_high = high_part(s);
	/* m + b, its high part */
	double t_high = with_high_word(0.0, ((word >> 1) | 0x20000000) + 0x00080000 + (k << 18));
	double t_low = magnitude - (t_high - base[k]);
	double s_low = v * ((u - s_high * t_high) - s_high * t_low);
	double s2 = s * s;
	double r = s2 * s2 *
	           (series[0] +
	            s2 * (series[1] + s2 * (series[2] + s2 * (series[3] + s2 * (series[4] + s2 * series[5])))));
	r += s_low * (s_high + s);
	s2 = s_high * s_high;
	t_high = high_part(3.0 + s2 + r);
	t_low = r - ((t_high - 3.0) - s2);
	u = s_high * t_high;
	v = s_low * t_high + t_low * s;
	double p_high = high_part(u + v), p_low = v - (p_high - u);
	double z_high = c_high * p_high, z_low = c_low * p_high + p_low * c + base_low[k];
	double exponent = (double)n;
	struct sum result;
	result.high = high_part(((z_high + z_low) + base_high[k]) + exponent);
	result.low = z_low - (((result.high - exponent) - base_high[k]) - z_high);
	return result;
}

/* value * 2^n with a result that may be subnormal, n < 0. */
static double scale_down(double value, int32_t n)
{
	if (n < -1022) {
		value *= 0x1p-1022 * 0x1p53;
		n += 1022 - 53;
		if (n < -1022) {
			value *= 0x1p-1022 * 0x1p53;
			n += 1022 - 53;
			if (n < -1022)
				n = -1022;
		}
	}
	return value * of_bits((uint64_t)(0x3ff + n) << 52);
}

/* sign * 2^(high + low) */
static double exp2_of(double high, double low, double sign)
{
	static const double ln2 = 0x1.62e42fefa39efp-1, ln2_high = 0x1.62e43p-1, ln2_low = -0x1.05c610ca86c39p-29;
	static const double series[] = {0x1.555555555553ep-3, -0x1.6c16c16bebd93p-9, 0x1.1566aaf25de2cp-14,
	                                -0x1.bbd41c5d26bf1p-20, 0x1.6376972bea4d0p-25};
	/* -(1024 - log2(greatest double + half an ulp)) */
	static const double overflow = 8.0085662595372944372e-17;
	double z = low + high;
	int32_t word = high_word(z);
	if (word >= 0x40900000) { /* 1024 or more */
		if (word != 0x40900000 || low_word(z) != 0 || low + overflow > z - high)
			return sign * huge_value * huge_value;
	} else if ((word & 0x7fffffff) >= 0x4090cc00) { /* -1075 or less */
		if ((uint32_t)word != 0xc090cc00 || low_word(z) != 0 || low <= z - high)
			return sign * tiny_value * tiny_value;
	}
	int32_t magnitude = word & 0x7fffffff, n = 0;
	if (magnitude > 0x3fe00000) { /* beyond 1/2: take the nearest integer out */
		int32_t k = (magnitude >> 20) - 0x3ff;
		int32_t rounded = (int32_t)((uint32_t)word + (UINT32_C(0x00100000) >> (k + 1)));
		k = ((rounded & 0x7fffffff) >> 20) - 0x3ff;
		double integer = with_high_word(0.0, rounded & ~(0x000fffff >> k));
		n = ((rounded & 0x000fffff) | 0x00100000) >> (20 - k);
		if (word < 0)
			n = -n;
		high -= integer;
	}
	double t = high_part(low + high);
	double u = t * ln2_high, v = (low - (t - high)) * ln2 + t * ln2_low;
	z = u + v;
	double w = v - (z - u);
	t = z * z;
	double t1 = z - t * (series[0] + t * (series[1] + t * (series[2] + t * (series[3] + t * series[4]))));
	double r = (z * t1) / (t1 - 2.0) - (w + z * w);
	z = 1.0 - (r - z);
	int32_t shifted = (int32_t)((uint32_t)high_word(z) + ((uint32_t)n << 20));
	if ((shifted >> 20) <= 0)
		z = scale_down(z, n);
	else
		z = with_high_word(z, shifted);
	return sign * z;
}

/* 0: no integer, 1: odd, 2: even. */
static int integer_kind(double y)
{
	double magnitude = y < 0 ? -y : y;
	if (magnitude >= two_53)
		return 2;
	if (magnitude < 1.0)
		return 0;
	int64_t integer = (int64_t)magnitude;
	return (double)integer != magnitude ? 0 : integer & 1 ? 1 : 2;
}

double contract_pow(double x, double y)
{
	const double infinity = __builtin_inf(), not_a_number = __builtin_nan("");
	double magnitude = of_bits(bits_of(x) & ~(UINT64_C(1) << 63));
	bool negative = bits_of(x) >> 63;
	int32_t x_word = high_word(magnitude), y_word = high_word(y) & 0x7fffffff;
	if (y == 0.0 || x == 1.0)
		return 1.0;
	if (x != x || y != y)
		return not_a_number;
	int kind = negative ? integer_kind(y) : 0;
	if (y == infinity || y == -infinity)
		return magnitude == 1.0 ? 1.0 : (magnitude > 1.0) == (y > 0) ? infinity : 0.0;
	if (y == 1.0)
		return x;
	if (y == -1.0)
		return 1.0 / x;
	if (y == 2.0)
		return x * x;
	if (y == 0.5 && !negative)
		return __builtin_sqrt(x);
	if (magnitude == 0.0 || magnitude == infinity || magnitude == 1.0) {
		double z = y < 0 ? 1.0 / magnitude : magnitude;
		if (negative && magnitude == 1.0 && kind == 0)
			return not_a_number;
		return negative && kind == 1 ? -z : z;
	}
	if (negative && kind == 0)
		return not_a_number;
	double sign = negative && kind == 1 ? -1.0 : 1.0;

	struct sum log2;
	if (y_word > 0x41e00000) { /* |y| > 2^31 */
		if (y_word > 0x43f00000 || x_word < 0x3fefffff || x_word > 0x3ff00000) {
			bool grows = (y > 0) == (y_word > 0x43f00000 ? x_word > 0x3fefffff : x_word > 0x3ff00000);
			return grows ? sign * huge_value * huge_value : sign * tiny_value * tiny_value;
		}
		log2 = log2_near_one(magnitude);
	} else {
		log2 = log2_of(magnitude);
	}
	double y_high = high_part(y);
	return exp2_of(y_high * log2.high, (y - y_high) * log2.high + y * log2.low, sign);
}

/* alt_bn128 (alt_bn128.h).
 *
 * Fp2 = Fp(u), u^2 = -1. The second group lies on the twist y^2 = x^3 + 3/xi, xi = 9 + u. Fp12 = Fp2(w),
 * w^6 = xi, so that an element is six coefficients in Fp2; (x, y) of the twist is (x w^2, y w^3) of the
 * curve. The pairing is the optimal ate pairing. */
#include "core/base/crypto/alt_bn128.h"

#include "core/base/crypto/field.h"

#include <string.h>

static const struct number PRIME = {
	{0x3c208c16d87cfd47, 0x97816a916871ca8d, 0xb85045b68181585d, 0x30644e72e131a029}};
/* (PRIME - 1) / 6 */
static const struct number SIXTH = {
	{0x34b017592414d4e1, 0xee9591c2e6bda1c2, 0xf40d60f3c0403964, 0x0810b7bdd032f006}};
/* The curve's parameter x = 4965661367192848881 gives 6 x + 2, the length of Miller's loop, and 6 x^2, by
 * which the Frobenius map multiplies the second group. */
static const struct number LOOP = {{0x9d797039be763ba8, 1, 0, 0}};
static const struct number TRACE = {{0xf83e9682e87cfd46, 0x6f4d8248eeb859fb, 0, 0}};
/* (PRIME^4 - PRIME^2 + 1) / ORDER */
static const uint64_t HARD_PART[12] = {0xe81bb482ccdf42b1, 0x5abf5cc4f49c36d4, 0xf1154e7e1da014fd,
                                       0xdcc7b44c87cdbacf, 0xaaa441e3954bcf8a, 0x6b887d56d5095f23,
                                       0x79581e16f3fd90c6, 0x3b1b1355d189227d, 0x4e529a5861876f6b,
                                       0x6c0eb522d5b12278, 0x331ec15183177faf, 0x01baaa710b0759ad};

struct fp2 {
	struct number re, im;
};

struct fp12 {
	struct fp2 c[6];
};

/* Jacobian over Fp2; a point of the first group has no imaginary parts. z = 0: infinity. */
struct point {
	struct fp2 x, y, z;
};

struct curve {
	struct field p;
	struct fp2 one, xi;
	struct fp2 b[2];       /* of the curve, of the twist */
	struct fp2 frobenius; /* xi^((p - 1) / 6): w^p = frobenius w */
};

struct alt_bn128_product {
	struct curve curve;
	struct fp12 product;
};

/* --- Fp2 --- */

static struct fp2 add(const struct curve *c, struct fp2 a, struct fp2 b)
{
	return (struct fp2){field_add(&c->p, &a.re, &b.re), field_add(&c->p, &a.im, &b.im)};
}

static struct fp2 subtract(const struct curve *c, struct fp2 a, struct fp2 b)
{
	return (struct fp2){field_subtract(&c->p, &a.re, &b.re), field_subtract(&c->p, &a.im, &b.im)};
}

static struct fp2 negative(const struct curve *c, struct fp2 a)
{
	return subtract(c, (struct fp2){{{0}}, {{0}}}, a);
}

static struct fp2 conjugate(const struct curve *c, struct fp2 a)
{
	const struct number zero = {{0}};
	a.im = field_subtract(&c->p, &zero, &a.im);
	return a;
}

static struct fp2 multiply(const struct curve *c, struct fp2 a, struct fp2 b)
{
	struct number re = field_multiply(&c->p, &a.re, &b.re), im = field_multiply(&c->p, &a.im, &b.im);
	struct number sum_a = field_add(&c->p, &a.re, &a.im), sum_b = field_add(&c->p, &b.re, &b.im);
	struct number cross = field_multiply(&c->p, &sum_a, &sum_b);
	cross = field_subtract(&c->p, &cross, &re);
	return (struct fp2){field_subtract(&c->p, &re, &im), field_subtract(&c->p, &cross, &im)};
}

static struct fp2 invert(const struct curve *c, struct fp2 a)
{
	struct number re = field_multiply(&c->p, &a.re, &a.re), im = field_multiply(&c->p, &a.im, &a.im);
	struct number norm = field_add(&c->p, &re, &im), inverse = field_invert(&c->p, &norm);
	a = conjugate(c, a);
	return (struct fp2){field_multiply(&c->p, &a.re, &inverse), field_multiply(&c->p, &a.im, &inverse)};
}

static struct fp2 power(const struct curve *c, struct fp2 a, const struct number *exponent)
{
	struct fp2 result = c->one;
	for (unsigned bit = 256; bit-- > 0;) {
		result = multiply(c, result, result);
		if (number_bit(exponent, bit))
			result = multiply(c, result, a);
	}
	return result;
}

static bool is_zero(struct fp2 a)
{
	return number_is_zero(&a.re) && number_is_zero(&a.im);
}

static bool equal(struct fp2 a, struct fp2 b)
{
	return !number_compare(&a.re, &b.re) && !number_compare(&a.im, &b.im);
}

static struct fp2 small(const struct curve *c, uint64_t re, uint64_t im)
{
	const struct number numbers[2] = {{{re, 0, 0, 0}}, {{im, 0, 0, 0}}};
	return (struct fp2){field_in(&c->p, &numbers[0]), field_in(&c->p, &numbers[1])};
}

static void curve_init(struct curve *c)
{
	field_init(&c->p, &PRIME);
	c->one = small(c, 1, 0);
	c->xi = small(c, 9, 1);
	c->b[0] = small(c, 3, 0);
	c->b[1] = multiply(c, c->b[0], invert(c, c->xi));
	c->frobenius = power(c, c->xi, &SIXTH);
}

/* --- points --- */

static struct point point_double(const struct curve *c, struct point a)
{
	struct fp2 xx = multiply(c, a.x, a.x), yy = multiply(c, a.y, a.y), s = multiply(c, a.x, yy),
	           m = add(c, add(c, xx, xx), xx);
	struct point out;

	s = add(c, s, s);
	s = add(c, s, s);
	out.x = subtract(c, multiply(c, m, m), add(c, s, s));
	out.z = multiply(c, a.y, a.z);
	out.z = add(c, out.z, out.z);
	yy = multiply(c, yy, yy);
	for (int i = 0; i < 3; i++)
		yy = add(c, yy, yy);
	out.y = subtract(c, multiply(c, m, subtract(c, s, out.x)), yy);
	return out;
}

static struct point point_add(const struct curve *c, struct point a, struct point b)
{
	struct fp2 az2 = multiply(c, a.z, a.z), bz2 = multiply(c, b.z, b.z);
	struct fp2 u = multiply(c, a.x, bz2), h = subtract(c, multiply(c, b.x, az2), u);
	struct fp2 s = multiply(c, a.y, multiply(c, bz2, b.z)),
	           r = subtract(c, multiply(c, b.y, multiply(c, az2, a.z)), s);
	struct point out = {0};

	if (is_zero(a.z))
		return b;
	if (is_zero(b.z))
		return a;
	if (is_zero(h))
		return is_zero(r) ? point_double(c, a) : out;
	struct fp2 h2 = multiply(c, h, h), h3 = multiply(c, h2, h);
	u = multiply(c, u, h2);
	out.x = subtract(c, subtract(c, multiply(c, r, r), h3), add(c, u, u));
	out.y = subtract(c, multiply(c, r, subtract(c, u, out.x)), multiply(c, s, h3));
	out.z = multiply(c, multiply(c, a.z, b.z), h);
	return out;
}

static struct point point_multiply(const struct curve *c, struct point a, const struct number *scalar)
{
	struct point sum = {0};
	for (unsigned bit = 256; bit-- > 0;) {
		sum = point_double(c, sum);
		if (number_bit(scalar, bit))
			sum = point_add(c, sum, a);
	}
	return sum;
}

/* z becomes 1; infinity stays. */
static struct point point_affine(const struct curve *c, struct point a)
{
	if (is_zero(a.z))
		return (struct point){0};
	struct fp2 inverse = invert(c, a.z), square = multiply(c, inverse, inverse);
	return (struct point){multiply(c, a.x, square), multiply(c, a.y, multiply(c, square, inverse)), c->one};
}

static bool read_coordinate(const struct curve *c, struct number *out, const uint8_t bytes[32])
{
	struct number number = number_read(bytes);
	*out = field_in(&c->p, &number);
	return number_compare(&number, &PRIME) < 0;
}

/* Coordinates of one or, imaginary part first, two numbers. */
static bool point_read(const struct curve *c, struct point *out, const uint8_t *bytes, bool twist)
{
	*out = (struct point){.z = c->one};
	if (twist && !(read_coordinate(c, &out->x.im, bytes) && read_coordinate(c, &out->x.re, bytes + 32) &&
	               read_coordinate(c, &out->y.im, bytes + 64) && read_coordinate(c, &out->y.re, bytes + 96)))
		return false;
	if (!twist && !(read_coordinate(c, &out->x.re, bytes) && read_coordinate(c, &out->y.re, bytes + 32)))
		return false;
	if (is_zero(out->x) && is_zero(out->y)) {
		*out = (struct point){0};
		return true;
	}
	return equal(multiply(c, out->y, out->y),
	             add(c, multiply(c, multiply(c, out->x, out->x), out->x), c->b[twist]));
}

static void point_write(const struct curve *c, uint8_t out[64], struct point a)
{
	struct number x, y;
	a = point_affine(c, a);
	x = field_out(&c->p, &a.x.re);
	y = field_out(&c->p, &a.y.re);
	number_write(out, &x);
	number_write(out + 32, &y);
}

bool alt_bn128_add(uint8_t out[64], const uint8_t a[64], const uint8_t b[64])
{
	struct curve c;
	struct point points[2];
	curve_init(&c);
	if (!point_read(&c, &points[0], a, false) || !point_read(&c, &points[1], b, false))
		return false;
	point_write(&c, out, point_add(&c, points[0], points[1]));
	return true;
}

bool alt_bn128_multiply(uint8_t out[64], const uint8_t point[64], const uint8_t scalar[32])
{
	struct number number = number_read(scalar);
	struct curve c;
	struct point a;
	curve_init(&c);
	if (!point_read(&c, &a, point, false))
		return false;
	point_write(&c, out, point_multiply(&c, a, &number));
	return true;
}

/* --- Fp12 --- */

static struct fp12 fp12_multiply(const struct curve *c, const struct fp12 *a, const struct fp12 *b)
{
	struct fp2 wide[11] = {0};
	struct fp12 out;
	for (int i = 0; i < 6; i++)
		for (int k = 0; k < 6; k++)
			if (!is_zero(b->c[k]))
				wide[i + k] = add(c, wide[i + k], multiply(c, a->c[i], b->c[k]));
	for (int i = 0; i < 6; i++)
		out.c[i] = i < 5 ? add(c, wide[i], multiply(c, wide[i + 6], c->xi)) : wide[i];
	return out;
}

/* To the power of the prime. */
static struct fp12 fp12_frobenius(const struct curve *c, const struct fp12 *a)
{
	struct fp2 factor = c->one;
	struct fp12 out;
	for (int i = 0; i < 6; i++) {
		out.c[i] = multiply(c, conjugate(c, a->c[i]), factor);
		factor = multiply(c, factor, c->frobenius);
	}
	return out;
}

/* To the power of prime^6: w becomes -w. */
static struct fp12 fp12_conjugate(const struct curve *c, const struct fp12 *a)
{
	struct fp12 out = *a;
	for (int i = 1; i < 6; i += 2)
		out.c[i] = negative(c, a->c[i]);
	return out;
}

/* a times its conjugate has even powers of w only: an element n0 + n1 v + n2 v^2 of Fp6, v = w^2, which
 * has a formula. */
static struct fp12 fp12_invert(const struct curve *c, const struct fp12 *a)
{
	struct fp12 conjugated = fp12_conjugate(c, a), norm = fp12_multiply(c, a, &conjugated), inverse = {0};
	struct fp2 n0 = norm.c[0], n1 = norm.c[2], n2 = norm.c[4];
	struct fp2 t0 = subtract(c, multiply(c, n0, n0), multiply(c, c->xi, multiply(c, n1, n2)));
	struct fp2 t1 = subtract(c, multiply(c, c->xi, multiply(c, n2, n2)), multiply(c, n0, n1));
	struct fp2 t2 = subtract(c, multiply(c, n1, n1), multiply(c, n0, n2));
	struct fp2 sum = add(c, multiply(c, n2, t1), multiply(c, n1, t2));
	sum = invert(c, add(c, multiply(c, n0, t0), multiply(c, c->xi, sum)));
	inverse.c[0] = multiply(c, t0, sum);
	inverse.c[2] = multiply(c, t1, sum);
	inverse.c[4] = multiply(c, t2, sum);
	return fp12_multiply(c, &conjugated, &inverse);
}

/* --- the pairing --- */

static struct point twist_frobenius(const struct curve *c, struct point q)
{
	struct fp2 square = multiply(c, c->frobenius, c->frobenius);
	q.x = multiply(c, conjugate(c, q.x), square);
	q.y = multiply(c, conjugate(c, q.y), multiply(c, square, c->frobenius));
	return q;
}

/* Multiplies by the line through t and q (the tangent, where they are one) at p, and adds q to t. Affine
 * points. */
static void step(const struct curve *c, struct fp12 *f, struct point *t, struct point q, struct point p)
{
	bool tangent = equal(t->x, q.x) && equal(t->y, q.y);
	struct fp2 xx = multiply(c, t->x, t->x);
	struct fp2 rise = tangent ? add(c, add(c, xx, xx), xx) : subtract(c, q.y, t->y);
	struct fp2 run = tangent ? add(c, t->y, t->y) : subtract(c, q.x, t->x);
	struct fp2 slope = multiply(c, rise, invert(c, run)), x;
	struct fp12 line = {0};

	line.c[0] = p.y;
	line.c[1] = negative(c, multiply(c, slope, p.x));
	line.c[3] = subtract(c, multiply(c, slope, t->x), t->y);
	*f = fp12_multiply(c, f, &line);
	x = subtract(c, subtract(c, multiply(c, slope, slope), t->x), q.x);
	t->y = subtract(c, multiply(c, slope, subtract(c, t->x, x)), t->y);
	t->x = x;
}

static struct fp12 miller(const struct curve *c, struct point p, struct point q)
{
	struct fp12 f = {{c->one}};
	struct point t = q;
	for (unsigned bit = 64; bit-- > 0;) {
		f = fp12_multiply(c, &f, &f);
		step(c, &f, &t, t, p);
		if (number_bit(&LOOP, bit))
			step(c, &f, &t, q, p);
	}
	q = twist_frobenius(c, q);
	step(c, &f, &t, q, p);
	q = twist_frobenius(c, q);
	q.y = negative(c, q.y);
	step(c, &f, &t, q, p);
	return f;
}

/* In the second group the Frobenius map is a multiplication. */
static bool in_second_group(const struct curve *c, struct point q)
{
	struct point mapped = twist_frobenius(c, q), multiplied = point_affine(c, point_multiply(c, q, &TRACE));
	return equal(mapped.x, multiplied.x) && equal(mapped.y, multiplied.y);
}

size_t alt_bn128_product_size(void)
{
	return sizeof(struct alt_bn128_product);
}

void alt_bn128_product_init(struct alt_bn128_product *product)
{
	curve_init(&product->curve);
	product->product = (struct fp12){{product->curve.one}};
}

bool alt_bn128_product_add(struct alt_bn128_product *product, const uint8_t pair[192])
{
	const struct curve *c = &product->curve;
	struct point p, q;
	struct fp12 f;
	if (!point_read(c, &p, pair, false) || !point_read(c, &q, pair + 64, true) ||
	    (!is_zero(q.z) && !in_second_group(c, q)))
		return false;
	if (is_zero(p.z) || is_zero(q.z))
		return true;
	f = miller(c, p, q);
	product->product = fp12_multiply(c, &product->product, &f);
	return true;
}

/* The final exponentiation, to (p^12 - 1) / order = (p^6 - 1) (p^2 + 1) (p^4 - p^2 + 1) / order. */
bool alt_bn128_product_is_one(const struct alt_bn128_product *product)
{
	const struct curve *c = &product->curve;
	struct fp12 inverse = fp12_invert(c, &product->product), f = fp12_conjugate(c, &product->product), twice,
	            result = {{c->one}};
	const struct fp12 one = {{c->one}};
	f = fp12_multiply(c, &f, &inverse);
	twice = fp12_frobenius(c, &f);
	twice = fp12_frobenius(c, &twice);
	f = fp12_multiply(c, &f, &twice);
	for (unsigned bit = 12 * 64; bit-- > 0;) {
		result = fp12_multiply(c, &result, &result);
		if (HARD_PART[bit / 64] >> bit % 64 & 1)
			result = fp12_multiply(c, &result, &f);
	}
	return !memcmp(&result, &one, sizeof one);
}

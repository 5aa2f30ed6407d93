/* P-256 (p256.h): points in Jacobian coordinates, x = X/Z^2, y = Y/Z^3; Z = 0 is infinity. */
#include "core/base/crypto/p256.h"

#include "core/base/crypto/field.h"
#include "core/base/crypto/nonce.h"
#include "core/base/memory.h"

#include <nettle/bignum.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecdsa.h>
#include <string.h>

static const struct number PRIME = {
	{0xffffffffffffffff, 0x00000000ffffffff, 0x0000000000000000, 0xffffffff00000001}};
static const struct number ORDER = {
	{0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff, 0xffffffff00000000}};
static const struct number HALF_ORDER = {
	{0x79dce5617e3192a8, 0xde737d56d38bcf42, 0x7fffffffffffffff, 0x7fffffff80000000}};
static const struct number B = {
	{0x3bce3c3e27d2604b, 0x651d06b0cc53b0f6, 0xb3ebbd55769886bc, 0x5ac635d8aa3a93e7}};
static const struct number BASE_X = {
	{0xf4a13945d898c296, 0x77037d812deb33a0, 0xf8bce6e563a440f2, 0x6b17d1f2e12c4247}};
static const struct number BASE_Y = {
	{0xcbb6406837bf51f5, 0x2bce33576b315ece, 0x8ee7eb4a7c0f9e16, 0x4fe342e2fe1a7f9b}};

struct point {
	struct number x, y, z;
};

static struct number times(const struct field *p, const struct number *a, const struct number *b)
{
	return field_multiply(p, a, b);
}

static struct point doubled(const struct field *p, const struct point *a)
{
	struct number z2 = times(p, &a->z, &a->z), y2 = times(p, &a->y, &a->y), s = times(p, &a->x, &y2);
	struct number less = field_subtract(p, &a->x, &z2), more = field_add(p, &a->x, &z2),
	              m = times(p, &less, &more), twice;
	struct point out;

	/* M = 3 (X - Z^2)(X + Z^2), S = 4 X Y^2 */
	twice = field_add(p, &m, &m);
	m = field_add(p, &m, &twice);
	s = field_add(p, &s, &s);
	s = field_add(p, &s, &s);
	twice = field_add(p, &s, &s);
	out.x = times(p, &m, &m);
	out.x = field_subtract(p, &out.x, &twice);
	out.z = times(p, &a->y, &a->z);
	out.z = field_add(p, &out.z, &out.z);
	out.y = field_subtract(p, &s, &out.x);
	out.y = times(p, &m, &out.y);
	y2 = times(p, &y2, &y2);
	for (int i = 0; i < 3; i++)
		y2 = field_add(p, &y2, &y2);
	out.y = field_subtract(p, &out.y, &y2);
	return out;
}

static struct point added(const struct field *p, const struct point *a, const struct point *b)
{
	struct number az2 = times(p, &a->z, &a->z), bz2 = times(p, &b->z, &b->z), az3 = times(p, &az2, &a->z),
	              bz3 = times(p, &bz2, &b->z);
	struct number u = times(p, &a->x, &bz2), s = times(p, &a->y, &bz3), h = times(p, &b->x, &az2),
	              r = times(p, &b->y, &az3);
	struct point out;

	if (number_is_zero(&a->z))
		return *b;
	if (number_is_zero(&b->z))
		return *a;
	h = field_subtract(p, &h, &u);
	r = field_subtract(p, &r, &s);
	if (number_is_zero(&h))
		return number_is_zero(&r) ? doubled(p, a) : (struct point){.z = {{0}}};
	struct number h2 = times(p, &h, &h), h3 = times(p, &h2, &h);
	u = times(p, &u, &h2);
	out.x = times(p, &r, &r);
	out.x = field_subtract(p, &out.x, &h3);
	out.x = field_subtract(p, &out.x, &u);
	out.x = field_subtract(p, &out.x, &u);
	out.y = field_subtract(p, &u, &out.x);
	out.y = times(p, &r, &out.y);
	s = times(p, &s, &h3);
	out.y = field_subtract(p, &out.y, &s);
	out.z = times(p, &a->z, &b->z);
	out.z = times(p, &out.z, &h);
	return out;
}

/* a A + b B */
static struct point combined(const struct field *p, const struct number *a, const struct point *A,
                             const struct number *b, const struct point *B_point)
{
	struct point both = added(p, A, B_point), sum = {.z = {{0}}};
	for (unsigned bit = 256; bit-- > 0;) {
		sum = doubled(p, &sum);
		if (number_bit(a, bit) || number_bit(b, bit))
			sum = added(p, &sum, !number_bit(b, bit) ? A : !number_bit(a, bit) ? B_point : &both);
	}
	return sum;
}

/* The point of an x that has such a y; false: x is none of a point. */
static bool decompress(const struct field *p, struct point *out, const struct number *x, bool odd)
{
	/* (p + 1) / 4 */
	static const struct number root = {
		{0x0000000000000000, 0x0000000040000000, 0x4000000000000000, 0x3fffffffc0000000}};
	struct number b = field_in(p, &B), three, square, y;

	out->x = field_in(p, x);
	square = times(p, &out->x, &out->x);
	square = times(p, &square, &out->x);
	three = field_add(p, &out->x, &out->x);
	three = field_add(p, &three, &out->x);
	square = field_subtract(p, &square, &three);
	square = field_add(p, &square, &b);
	out->y = field_power(p, &square, &root);
	y = times(p, &out->y, &out->y);
	if (number_compare(&y, &square))
		return false;
	y = field_out(p, &out->y);
	if (number_bit(&y, 0) != odd) {
		const struct number zero = {{0}};
		out->y = field_subtract(p, &zero, &out->y);
	}
	out->z = p->one;
	return true;
}

bool p256_is_point(const uint8_t bytes[33])
{
	struct number x = number_read(bytes + 1);
	struct point point;
	struct field p;
	field_init(&p, &PRIME);
	return (bytes[0] == 2 || bytes[0] == 3) && number_compare(&x, &PRIME) < 0 &&
	       decompress(&p, &point, &x, bytes[0] & 1);
}

bool p256_is_high(const uint8_t s[32])
{
	struct number number = number_read(s);
	return number_compare(&number, &HALF_ORDER) > 0;
}

bool p256_recover(uint8_t point[33], const uint8_t r_bytes[32], const uint8_t s_bytes[32], unsigned which,
                  const uint8_t digest[32])
{
	struct number r = number_read(r_bytes), s = number_read(s_bytes), e = number_read(digest), x = r, inverse,
	              u1, u2, z2, y;
	const struct number zero = {{0}};
	struct point R, base, sum;
	struct field p, n;

	if (number_is_zero(&r) || number_is_zero(&s) || number_compare(&r, &ORDER) >= 0 ||
	    number_compare(&s, &ORDER) >= 0)
		return false;
	field_init(&p, &PRIME);
	field_init(&n, &ORDER);
	if (which & 2) { /* x was r + n, which must be below p */
		unsigned __int128 carry = 0;
		for (int i = 0; i < 4; i++) {
			carry += (unsigned __int128)r.limb[i] + ORDER.limb[i];
			x.limb[i] = (uint64_t)carry;
			carry >>= 64;
		}
		if (carry || number_compare(&x, &PRIME) >= 0)
			return false;
	}
	if (!decompress(&p, &R, &x, which & 1))
		return false;
	base = (struct point){field_in(&p, &BASE_X), field_in(&p, &BASE_Y), p.one};
	/* the key: (s R - e G) / r */
	inverse = field_in(&n, &r);
	inverse = field_invert(&n, &inverse);
	e = field_in(&n, &e);
	u1 = field_multiply(&n, &inverse, &e);
	u1 = field_subtract(&n, &zero, &u1);
	u1 = field_out(&n, &u1);
	s = field_in(&n, &s);
	u2 = field_multiply(&n, &inverse, &s);
	u2 = field_out(&n, &u2);
	sum = combined(&p, &u1, &base, &u2, &R);
	if (number_is_zero(&sum.z))
		return false;
	inverse = field_invert(&p, &sum.z);
	z2 = times(&p, &inverse, &inverse);
	x = times(&p, &sum.x, &z2);
	y = times(&p, &sum.y, &z2);
	y = times(&p, &y, &inverse);
	x = field_out(&p, &x);
	y = field_out(&p, &y);
	point[0] = number_bit(&y, 0) ? 3 : 2;
	number_write(point + 1, &x);
	return true;
}

/* --- with the secret: nettle --- */

/* ecc_scalar_clear() it in any case. */
static bool scalar_read(struct ecc_scalar *out, const uint8_t secret[32])
{
	mpz_t number;

	nettle_mpz_init_set_str_256_u(number, 32, secret);
	ecc_scalar_init(out, nettle_get_secp_256r1());
	bool good = ecc_scalar_set(out, number);
	memory_wipe(mpz_limbs_modify(number, 4), 32);
	mpz_clear(number);
	return good;
}

static void scalar_clear(struct ecc_scalar *scalar)
{
	memory_wipe(scalar->p, 32);
	ecc_scalar_clear(scalar);
}

bool p256_public(uint8_t point[33], const uint8_t secret[32])
{
	struct ecc_scalar scalar;
	struct ecc_point product;
	mpz_t x, y;
	bool good = scalar_read(&scalar, secret);

	if (good) {
		mpz_inits(x, y, NULL);
		ecc_point_init(&product, nettle_get_secp_256r1());
		ecc_point_mul_g(&product, &scalar);
		ecc_point_get(&product, x, y);
		point[0] = mpz_odd_p(y) ? 3 : 2;
		nettle_mpz_get_str_256(32, point + 1, x);
		ecc_point_clear(&product);
		mpz_clears(x, y, NULL);
	}
	scalar_clear(&scalar);
	return good;
}

static void give_nonce(void *nonce, size_t length, uint8_t *out)
{
	if (length == 32)
		nonce_next(nonce, out);
}

/* Its negative is as good. */
static void make_low(uint8_t s[32])
{
	struct number number = number_read(s);
	const struct number zero = {{0}};
	struct field order;

	if (number_compare(&number, &HALF_ORDER) <= 0)
		return;
	field_init(&order, &ORDER);
	number = field_subtract(&order, &zero, &number);
	number_write(s, &number);
}

bool p256_sign(uint8_t r[32], uint8_t s[32], unsigned *which, const uint8_t secret[32],
               const uint8_t digest[32])
{
	struct ecc_scalar scalar;
	struct dsa_signature signature;
	struct nonce nonce;
	uint8_t own[33], made[33];
	bool good = p256_public(own, secret) && scalar_read(&scalar, secret);

	if (!good)
		return false;
	dsa_signature_init(&signature);
	nonce_begin(&nonce, secret, digest);
	ecdsa_sign(&scalar, &nonce, give_nonce, 32, digest, &signature);
	nonce_end(&nonce);
	scalar_clear(&scalar);
	nettle_mpz_get_str_256(32, r, signature.r);
	nettle_mpz_get_str_256(32, s, signature.s);
	dsa_signature_clear(&signature);
	make_low(s);
	for (*which = 0; *which < 4; ++*which)
		if (p256_recover(made, r, s, *which, digest) && memcmp(made, own, sizeof own) == 0)
			return true;
	return false;
}

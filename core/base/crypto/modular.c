/* Modular exponentiation, by gmp. */
#include "core/base/crypto/modular.h"

#include <gmp.h>
#include <string.h>

static void read(mpz_t out, const void *data, size_t length)
{
	mpz_init(out);
	mpz_import(out, length, 1, 1, 1, 0, data);
}

void modular_power(void *out, const void *base, size_t base_length, const void *exponent,
                   size_t exponent_length, const void *modulus, size_t modulus_length)
{
	mpz_t b, e, m, result;
	size_t length = 0;

	read(b, base, base_length);
	read(e, exponent, exponent_length);
	read(m, modulus, modulus_length);
	mpz_init(result);
	memset(out, 0, modulus_length);
	if (mpz_sgn(m)) {
		mpz_powm(result, b, e, m);
		length = (mpz_sizeinbase(result, 2) + 7) / 8;
		if (mpz_sgn(result))
			mpz_export((char *)out + modulus_length - length, NULL, 1, 1, 1, 0, result);
	}
	mpz_clears(b, e, m, result, NULL);
}

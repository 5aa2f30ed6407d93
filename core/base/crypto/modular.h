/* Modular exponentiation of big-endian numbers of any size (gmp). */
#ifndef EOSIOFS_CORE_BASE_CRYPTO_MODULAR_H
#define EOSIOFS_CORE_BASE_CRYPTO_MODULAR_H

#include <stddef.h>

/* base^exponent mod modulus, as long as the modulus, whose length is not 0; a modulus of 0 gives 0. */
void modular_power(void *out, const void *base, size_t base_length, const void *exponent,
                   size_t exponent_length, const void *modulus, size_t modulus_length);

#endif

/* The curve alt_bn128 (BN254) of Ethereum's precompiles, EIP-196 and EIP-197: y^2 = x^3 + 3 over a prime
 * field, and its pairing. Numbers are 32 bytes, big-endian; a point is x and y, two zeros being infinity. */
#ifndef EOSIOFS_CORE_BASE_CRYPTO_ALT_BN128_H
#define EOSIOFS_CORE_BASE_CRYPTO_ALT_BN128_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* false: an operand is no point of the curve; *out is left alone. */
bool alt_bn128_add(uint8_t out[64], const uint8_t a[64], const uint8_t b[64]);
bool alt_bn128_multiply(uint8_t out[64], const uint8_t point[64], const uint8_t scalar[32]);

/* A product of pairings, pair by pair: init, then each pair (64 bytes of G1, 128 of G2, whose coordinates
 * have their imaginary part first), then ask whether it is 1. */
struct alt_bn128_product;
size_t alt_bn128_product_size(void); /* of the memory that _init() makes one in */
void alt_bn128_product_init(struct alt_bn128_product *product);
/* false: one of the two is no point of its group. */
bool alt_bn128_product_add(struct alt_bn128_product *product, const uint8_t pair[192]);
bool alt_bn128_product_is_one(const struct alt_bn128_product *product);

#endif

/* Recovering P-256 keys (EOSIO's type R1) from signatures; signing with them is nobody's wish here. */
#ifndef EOSIOFS_CORE_BASE_CRYPTO_P256_H
#define EOSIOFS_CORE_BASE_CRYPTO_P256_H

#include <stdbool.h>
#include <stdint.h>

/* Is it a compressed point of the curve? */
bool p256_is_point(const uint8_t point[33]);
/* Is s above half of the order? */
bool p256_is_high(const uint8_t s[32]);
/* The compressed point; false: the signature (r, s, and which of the four points of that r) is of no key. */
bool p256_recover(uint8_t point[33], const uint8_t r[32], const uint8_t s[32], unsigned which,
                  const uint8_t digest[32]);

#endif

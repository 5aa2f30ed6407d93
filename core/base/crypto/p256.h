/* P-256 (EOSIO's type R1): recovering keys from signatures, by arithmetic of our own since nettle cannot, and
 * signing, by nettle, whose arithmetic takes a time that tells nothing of the secret. */
#ifndef EOSIOFS_CORE_BASE_CRYPTO_P256_H
#define EOSIOFS_CORE_BASE_CRYPTO_P256_H

#include <stdbool.h>
#include <stdint.h>

/* Is it a compressed point of the curve? */
bool p256_is_point(const uint8_t point[33]);
/* Is s above half of the order? */
bool p256_is_high(const uint8_t s[32]);
/* The compressed point of a private key; false: it is zero or not below the order. */
bool p256_public(uint8_t point[33], const uint8_t secret[32]);
/* The low one of the two signatures with the nonce of RFC 6979, and which of the four points of that r is the
 * nonce's; false as above. */
bool p256_sign(uint8_t r[32], uint8_t s[32], unsigned *which, const uint8_t secret[32],
               const uint8_t digest[32]);
/* The compressed point; false: the signature (r, s, and which of the four points of that r) is of no key. */
bool p256_recover(uint8_t point[33], const uint8_t r[32], const uint8_t s[32], unsigned which,
                  const uint8_t digest[32]);

#endif

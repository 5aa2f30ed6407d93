/* The nonces of deterministic ECDSA (RFC 6979, HMAC-SHA-256), one after the other. libsecp256k1's own
 * function begins anew for each and hashes in plain C: of a canonical signature, which takes two nonces on
 * average, that was a fifth of the time (tests/bench/signatures.c). */
#ifndef EOSIOFS_CORE_BASE_CRYPTO_NONCE_H
#define EOSIOFS_CORE_BASE_CRYPTO_NONCE_H

#include <stdbool.h>
#include <stdint.h>

struct nonce {
	uint8_t key[32], value[32]; /* K and V of 3.2 */
	bool begun;                 /* one was given */
};

void nonce_begin(struct nonce *nonce, const uint8_t secret[32], const uint8_t digest[32]);
void nonce_next(struct nonce *nonce, uint8_t out[32]);
void nonce_end(struct nonce *nonce); /* wipes it */

#endif

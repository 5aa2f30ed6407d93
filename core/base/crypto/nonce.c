/* Nonces for signatures. */
#include "core/base/crypto/nonce.h"

#include "core/base/memory.h"

#include <nettle/hmac.h>
#include <string.h>

/* V = HMAC_K(V) */
static void advance(struct nonce *nonce)
{
	struct hmac_sha256_ctx context;

	hmac_sha256_set_key(&context, sizeof nonce->key, nonce->key);
	hmac_sha256_update(&context, sizeof nonce->value, nonce->value);
	hmac_sha256_digest(&context, sizeof nonce->value, nonce->value);
	memory_wipe(&context, sizeof context);
}

/* K = HMAC_K(V || mark || seed), V = HMAC_K(V) */
static void mix(struct nonce *nonce, uint8_t mark, const uint8_t *seed, size_t length)
{
	struct hmac_sha256_ctx context;

	hmac_sha256_set_key(&context, sizeof nonce->key, nonce->key);
	hmac_sha256_update(&context, sizeof nonce->value, nonce->value);
	hmac_sha256_update(&context, 1, &mark);
	hmac_sha256_update(&context, length, seed);
	hmac_sha256_digest(&context, sizeof nonce->key, nonce->key);
	memory_wipe(&context, sizeof context);
	advance(nonce);
}

void nonce_begin(struct nonce *nonce, const uint8_t secret[32], const uint8_t digest[32])
{
	uint8_t seed[64];

	memcpy(seed, secret, 32);
	memcpy(seed + 32, digest, 32);
	memset(nonce->value, 1, sizeof nonce->value);
	memset(nonce->key, 0, sizeof nonce->key);
	nonce->begun = false;
	mix(nonce, 0, seed, sizeof seed);
	mix(nonce, 1, seed, sizeof seed);
	memory_wipe(seed, sizeof seed);
}

void nonce_next(struct nonce *nonce, uint8_t out[32])
{
	if (nonce->begun)
		mix(nonce, 0, NULL, 0);
	nonce->begun = true;
	advance(nonce);
	memcpy(out, nonce->value, sizeof nonce->value);
}

void nonce_end(struct nonce *nonce)
{
	memory_wipe(nonce, sizeof *nonce);
}

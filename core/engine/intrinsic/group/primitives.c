/* The intrinsics of CRYPTO_PRIMITIVES (wasm.md W.9.4). Those that give a result give 0 or, having written
 * nothing, -1. */
#include "core/engine/intrinsic/intrinsic.h"

#include "core/base/crypto/alt_bn128.h"
#include "core/base/crypto/modular.h"
#include "core/engine/engine_private.h"

#include <string.h>

enum { POINT = 64, NUMBER = 32, PAIR = 192 };
/* Units of the meter that each of these takes, about. */
enum { WORK_PAIRING = 400000, WORK_BLAKE2_ROUNDS = 1000, BLAKE2_ROUNDS = 10000, WORK_MULTIPLY = 100000 };

int32_t intrinsic_alt_bn128_add(const void *a, uint32_t a_length, const void *b, uint32_t b_length,
                                void *result, uint32_t result_length)
{
	intrinsic_enter(0);
	return a_length == POINT && b_length == POINT && result_length >= POINT && alt_bn128_add(result, a, b)
	           ? 0
	           : -1;
}

int32_t intrinsic_alt_bn128_mul(const void *point, uint32_t point_length, const void *scalar,
                                uint32_t scalar_length, void *result, uint32_t result_length)
{
	intrinsic_enter(0);
	intrinsic_work(WORK_MULTIPLY);
	return point_length == POINT && scalar_length == NUMBER && result_length >= POINT &&
	               alt_bn128_multiply(result, point, scalar)
	           ? 0
	           : -1;
}

/* The deadline may come between two pairs, so what the product holds lies in the contract's own memory. */
int32_t intrinsic_alt_bn128_pair(const void *pairs, uint32_t length)
{
	struct apply_context *context = intrinsic_enter(0);
	struct alt_bn128_product *product;
	const uint8_t *pair = pairs;
	if (length % PAIR)
		return -1;
	product = arena_allocate(context->arena, alt_bn128_product_size());
	alt_bn128_product_init(product);
	for (uint32_t at = 0; at < length; at += PAIR) {
		intrinsic_work(WORK_PAIRING);
		if (!alt_bn128_product_add(product, pair + at))
			return -1;
	}
	return alt_bn128_product_is_one(product) ? 0 : 1;
}

static unsigned ceil_log2(uint32_t value)
{
	return value < 2 ? 0 : 32 - (unsigned)__builtin_clz(value - 1);
}

/* What a producing node does not want to compute. */
static void check_mod_exp(const struct apply_context *context, uint32_t base, uint32_t exponent,
                          uint32_t modulus)
{
	uint32_t longest = base > modulus ? base : modulus;
	if (context->transaction->pending->validating)
		return;
	if (exponent > longest)
		intrinsic_fail(
			SUBJECTIVE_BLOCK_PRODUCTION_EXCEPTION,
			"mod_exp restriction: exponent bit size cannot exceed bit size of either base or modulus");
	if (5 * ceil_log2(exponent) + 8 * ceil_log2(longest) > 106)
		intrinsic_fail(SUBJECTIVE_BLOCK_PRODUCTION_EXCEPTION,
		               "mod_exp restriction: bit size too large for input arguments");
}

int32_t intrinsic_mod_exp(const void *base, uint32_t base_length, const void *exponent,
                          uint32_t exponent_length, const void *modulus, uint32_t modulus_length,
                          void *result, uint32_t result_length)
{
	check_mod_exp(intrinsic_enter(0), base_length, exponent_length, modulus_length);
	if (!modulus_length || result_length < modulus_length)
		return -1;
	modular_power(result, base, base_length, exponent, exponent_length, modulus, modulus_length);
	return 0;
}

int32_t intrinsic_blake2_f(uint32_t rounds, const void *state, uint32_t state_length, const void *message,
                           uint32_t message_length, const void *t0, uint32_t t0_length, const void *t1,
                           uint32_t t1_length, int32_t final, void *result, uint32_t result_length)
{
	struct blake2 blake2;
	intrinsic_enter(0);
	if (state_length != 64 || message_length != 128 || t0_length != 8 || t1_length != 8 || result_length < 64)
		return -1;
	hash_blake2_begin(&blake2, state, message, t0, t1, final == 1);
	for (uint32_t round = 0, next; round < rounds; round = next) {
		next = rounds - round > BLAKE2_ROUNDS ? round + BLAKE2_ROUNDS : rounds;
		hash_blake2_rounds(&blake2, round, next);
		intrinsic_work(WORK_BLAKE2_ROUNDS * ((next - round) / 100 + 1));
	}
	hash_blake2_end(result, &blake2);
	return 0;
}

void intrinsic_sha3(const void *data, uint32_t length, void *hash, uint32_t hash_length, int32_t keccak)
{
	uint8_t full[32];
	intrinsic_enter(0);
	hash_sha3_256(full, data, length, keccak == 1);
	if (hash_length)
		memcpy(hash, full, hash_length < sizeof full ? hash_length : sizeof full);
}

int32_t intrinsic_k1_recover(const void *signature, uint32_t signature_length, const void *digest,
                             uint32_t digest_length, void *key, uint32_t key_length)
{
	struct checksum256 checksum;
	uint8_t point[65];
	intrinsic_enter(0);
	if (signature_length != 65 || digest_length != sizeof checksum.data || key_length < sizeof point)
		return -1;
	memcpy(checksum.data, digest, sizeof checksum.data);
	if (signature_recover_point(point, signature, &checksum))
		return -1;
	memcpy(key, point, sizeof point);
	return 0;
}

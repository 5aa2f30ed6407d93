/* Nonces: each is the one that libsecp256k1's own function gives, whatever digest and secret. */
#include "core/base/crypto/nonce.h"

#include <secp256k1.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void nonces_are_those_of_libsecp256k1(void **state)
{
	enum { ROUNDS = 64, EACH = 8 };
	uint8_t secret[32], digest[32], ours[32], theirs[32];
	(void)state;

	for (unsigned round = 0; round < ROUNDS; round++) {
		struct nonce nonce;
		for (unsigned i = 0; i < 32; i++) {
			secret[i] = (uint8_t)(round * 7 + i * 3 + 1);
			digest[i] = (uint8_t)(round * 13 + i * i);
		}
		nonce_begin(&nonce, secret, digest);
		for (unsigned i = 0; i < EACH; i++) {
			nonce_next(&nonce, ours);
			assert_true(secp256k1_nonce_function_default(theirs, digest, secret, NULL, NULL, i));
			assert_memory_equal(ours, theirs, sizeof ours);
		}
		nonce_end(&nonce);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(nonces_are_those_of_libsecp256k1)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

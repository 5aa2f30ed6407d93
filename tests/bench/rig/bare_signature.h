/* A canonical signature and a recovery as libsecp256k1 alone does them: what no implementation of the chain
 * can be faster than. */
#ifndef EOSIOFS_TESTS_BENCH_RIG_BARE_SIGNATURE_H
#define EOSIOFS_TESTS_BENCH_RIG_BARE_SIGNATURE_H

#include <secp256k1.h>
#include <stdint.h>

struct bare {
	secp256k1_context *context;
	uint8_t secret[32], digest[32], signature[64], point[33];
	int recovery;
};

void bare_begin(struct bare *bare);
void bare_end(struct bare *bare);
/* Another digest each time: how many attempts a signature takes depends on it. */
void bare_next(struct bare *bare);
void bare_sign(struct bare *bare);
void bare_recover(struct bare *bare);

#endif

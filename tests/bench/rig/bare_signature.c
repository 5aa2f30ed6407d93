/* One signature and one recovery by libsecp256k1. */
#include "tests/bench/rig/bare_signature.h"

#include <secp256k1_recovery.h>
#include <stdlib.h>
#include <string.h>

/* The n-th attempt is the n-th nonce of RFC 6979 (protocol.md A.5.1). */
static int bare_nonce(unsigned char *out, const unsigned char *digest, const unsigned char *secret,
                      const unsigned char *algorithm, void *data, unsigned int attempt)
{
	(void)attempt;
	return secp256k1_nonce_function_default(out, digest, secret, algorithm, NULL, ++*(unsigned int *)data);
}

void bare_begin(struct bare *bare)
{
	memset(bare, 0, sizeof *bare);
	memset(bare->secret, 7, sizeof bare->secret);
	bare->context = secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
}

void bare_end(struct bare *bare)
{
	secp256k1_context_destroy(bare->context);
}

void bare_next(struct bare *bare)
{
	for (size_t i = 0; i < sizeof bare->digest && !++bare->digest[i]; i++)
		continue;
}

void bare_sign(struct bare *bare)
{
	secp256k1_ecdsa_recoverable_signature signature;
	const uint8_t *d = bare->signature;
	unsigned int attempts = 0;
	do {
		if (!secp256k1_ecdsa_sign_recoverable(bare->context, &signature, bare->digest, bare->secret,
		                                      bare_nonce, &attempts))
			abort();
		secp256k1_ecdsa_recoverable_signature_serialize_compact(bare->context, bare->signature,
		                                                        &bare->recovery, &signature);
	} while (d[0] & 0x80 || (!d[0] && !(d[1] & 0x80)) || d[32] & 0x80 || (!d[32] && !(d[33] & 0x80)));
}

void bare_recover(struct bare *bare)
{
	secp256k1_ecdsa_recoverable_signature signature;
	secp256k1_pubkey point;
	size_t length = sizeof bare->point;
	if (!secp256k1_ecdsa_recoverable_signature_parse_compact(bare->context, &signature, bare->signature,
	                                                         bare->recovery) ||
	    !secp256k1_ecdsa_recover(bare->context, &point, &signature, bare->digest))
		abort();
	secp256k1_ec_pubkey_serialize(bare->context, bare->point, &length, &point, SECP256K1_EC_COMPRESSED);
}

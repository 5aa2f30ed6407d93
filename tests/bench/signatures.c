/* What our signatures cost beside libsecp256k1's own. */
#include "tests/bench/rig/bare_signature.h"
#include "tests/bench/rig/bench.h"

#include "core/base/crypto/key.h"

#include <stdlib.h>
#include <string.h>

struct ours {
	struct signer *signer;
	struct private_key key;
	struct checksum256 digest;
	struct signature signature;
};

static void sign_bare(void *context, size_t times)
{
	struct bare *bare = context;
	memset(bare->digest, 0, sizeof bare->digest);
	while (times--) {
		bare_next(bare);
		bare_sign(bare);
	}
}

static void recover_bare(void *context, size_t times)
{
	while (times--)
		bare_recover(context);
}

static void sign_ours(void *context, size_t times)
{
	struct ours *ours = context;
	memset(&ours->digest, 0, sizeof ours->digest);
	while (times--) {
		for (size_t i = 0; i < sizeof ours->digest.data && !++ours->digest.data[i]; i++)
			continue;
		if (signer_sign(ours->signer, &ours->signature, &ours->key, &ours->digest, NULL))
			abort();
	}
}

static void recover_ours(void *context, size_t times)
{
	struct ours *ours = context;
	struct public_key key;
	while (times--)
		if (signature_recover(&key, &ours->signature, &ours->digest, NULL))
			abort();
}

int main(void)
{
	enum { TIMES = 300 };
	struct bare bare;
	struct ours ours = {.signer = signer_create()};
	bare_begin(&bare);
	memcpy(ours.key.secret, bare.secret, sizeof bare.secret);
	struct bench_pair sign = bench_measure(sign_ours, &ours, TIMES, sign_bare, &bare, TIMES);
	bench_report("a canonical signature", sign.value / 1000, "us", "libsecp256k1 alone", sign.against / 1000);
	struct bench_pair recover = bench_measure(recover_ours, &ours, TIMES, recover_bare, &bare, TIMES);
	bench_report("a key recovered from a signature", recover.value / 1000, "us", "libsecp256k1 alone",
	             recover.against / 1000);
	bare_end(&bare);
	signer_destroy(ours.signer);
	return 0;
}

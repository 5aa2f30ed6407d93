/* Intrinsics that hash and recover keys. */
#include "core/engine/intrinsic/intrinsic.h"

#include "core/contracts/intrinsics.h"

#include <string.h>

static void check_equal(const void *a, const void *b, size_t length)
{
	if (memcmp(a, b, length) != 0)
		intrinsic_fail(CRYPTO_API_EXCEPTION, "hash mismatch");
}

void intrinsic_sha1(const void *data, uint32_t length, uint8_t hash[20])
{
	hash_sha1(hash, data, length);
}

void intrinsic_sha256(const void *data, uint32_t length, uint8_t hash[32])
{
	struct checksum256 sum = hash_sha256(data, length);
	memcpy(hash, sum.data, 32);
}

void intrinsic_sha512(const void *data, uint32_t length, uint8_t hash[64])
{
	hash_sha512(hash, data, length);
}

void intrinsic_ripemd160(const void *data, uint32_t length, uint8_t hash[20])
{
	hash_ripemd160(hash, data, length);
}

void intrinsic_assert_sha1(const void *data, uint32_t length, const uint8_t hash[20])
{
	uint8_t is[20];
	intrinsic_sha1(data, length, is);
	check_equal(is, hash, sizeof is);
}

void intrinsic_assert_sha256(const void *data, uint32_t length, const uint8_t hash[32])
{
	uint8_t is[32];
	intrinsic_sha256(data, length, is);
	check_equal(is, hash, sizeof is);
}

void intrinsic_assert_sha512(const void *data, uint32_t length, const uint8_t hash[64])
{
	uint8_t is[64];
	intrinsic_sha512(data, length, is);
	check_equal(is, hash, sizeof is);
}

void intrinsic_assert_ripemd160(const void *data, uint32_t length, const uint8_t hash[20])
{
	uint8_t is[20];
	intrinsic_ripemd160(data, length, is);
	check_equal(is, hash, sizeof is);
}

static struct public_key recover(const uint8_t digest[32], const void *packed, uint32_t length)
{
	struct signature signature;
	struct public_key key;
	struct checksum256 sum;
	struct cursor in = cursor_make(packed, length);
	if (signature_unpack(&signature, &in))
		intrinsic_fail(CRYPTO_API_EXCEPTION, "signature of %u bytes does not decode", (unsigned)length);
	memcpy(sum.data, digest, sizeof sum.data);
	struct error error = {0};
	if (signature_recover(&key, &signature, &sum, &error))
		intrinsic_fail(CRYPTO_API_EXCEPTION, "%s", error.sentence);
	return key;
}

int32_t intrinsic_recover_key(const uint8_t digest[32], const void *signature, uint32_t signature_length,
                              void *key, uint32_t key_length)
{
	struct public_key recovered = recover(digest, signature, signature_length);
	uint8_t packed[34];
	packed[0] = recovered.type;
	memcpy(packed + 1, recovered.point, 33);
	memcpy(key, packed, key_length < sizeof packed ? key_length : sizeof packed);
	return sizeof packed;
}

void intrinsic_assert_recover_key(const uint8_t digest[32], const void *signature, uint32_t signature_length,
                                  const void *key, uint32_t key_length)
{
	struct public_key expected, recovered = recover(digest, signature, signature_length);
	struct cursor in = cursor_make(key, key_length);
	if (public_key_unpack(&expected, &in) || public_key_compare(&expected, &recovered) != 0)
		intrinsic_fail(CRYPTO_API_EXCEPTION, "Error expected key different than recovered key");
}

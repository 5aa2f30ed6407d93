/* Hashes, by nettle. */
#include "core/base/hash.h"

#include "core/base/hex.h"

#include <errno.h>
#include <nettle/ripemd160.h>
#include <nettle/sha1.h>
#include <string.h>

void hash_sha1(uint8_t out[20], const void *data, size_t length)
{
	struct sha1_ctx context;
	sha1_init(&context);
	sha1_update(&context, length, data);
	sha1_digest(&context, SHA1_DIGEST_SIZE, out);
}

void hash_sha512(uint8_t out[64], const void *data, size_t length)
{
	struct sha512_ctx context;
	sha512_init(&context);
	sha512_update(&context, length, data);
	sha512_digest(&context, SHA512_DIGEST_SIZE, out);
}

void hash_ripemd160(uint8_t out[20], const void *data, size_t length)
{
	struct ripemd160_ctx context;
	ripemd160_init(&context);
	ripemd160_update(&context, length, data);
	ripemd160_digest(&context, RIPEMD160_DIGEST_SIZE, out);
}

struct checksum256 hash_sha256(const void *data, size_t length)
{
	struct hash hash;
	hash_begin(&hash);
	hash_add(&hash, data, length);
	return hash_end(&hash);
}

void hash_begin(struct hash *hash)
{
	sha256_init(&hash->context);
}

void hash_add(struct hash *hash, const void *data, size_t length)
{
	if (length)
		sha256_update(&hash->context, length, data);
}

struct checksum256 hash_end(struct hash *hash)
{
	struct checksum256 checksum;
	sha256_digest(&hash->context, sizeof checksum.data, checksum.data);
	return checksum;
}

bool checksum256_equal(const struct checksum256 *a, const struct checksum256 *b)
{
	return !memcmp(a->data, b->data, sizeof a->data);
}

bool checksum256_is_zero(const struct checksum256 *checksum)
{
	static const struct checksum256 zero;
	return checksum256_equal(checksum, &zero);
}

int checksum256_parse(struct checksum256 *out, const char *text)
{
	if (strnlen(text, 65) != 64)
		return -EINVAL;
	return hex_parse(out->data, text, 64);
}

void checksum256_print(char out[65], const struct checksum256 *checksum)
{
	hex_print(out, checksum->data, sizeof checksum->data);
}

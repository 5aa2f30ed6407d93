/* Hashes, by nettle. */
#include "core/base/crypto/hash.h"

#include "core/base/encoding/hex.h"

#include <endian.h>
#include <errno.h>
#include <nettle/ripemd160.h>
#include <nettle/sha1.h>
#include <nettle/sha3.h>
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

void hash_sha3_256(uint8_t out[32], const void *data, size_t length, bool keccak)
{
	struct sha3_state state = {{0}};
	uint8_t block[SHA3_256_BLOCK_SIZE] = {0};
	const uint8_t *at = data;

	for (bool last = false; !last; at += sizeof block, length -= sizeof block) {
		last = length < sizeof block;
		if (last) {
			memset(block, 0, sizeof block);
			if (length)
				memcpy(block, at, length);
			block[length] = keccak ? 0x01 : 0x06;
			block[sizeof block - 1] |= 0x80;
		}
		for (size_t i = 0; i < sizeof block / 8; i++) {
			uint64_t word;
			memcpy(&word, (last ? block : at) + 8 * i, sizeof word);
			state.a[i] ^= le64toh(word);
		}
		sha3_permute(&state);
		if (last)
			break;
	}
	for (size_t i = 0; i < 4; i++) {
		uint64_t word = htole64(state.a[i]);
		memcpy(out + 8 * i, &word, sizeof word);
	}
}

/* --- BLAKE2b --- */

static const uint64_t blake2_initial[8] = {
	0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
	0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};

static const uint8_t blake2_order[10][16] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
                                             {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
                                             {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
                                             {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
                                             {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
                                             {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
                                             {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
                                             {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
                                             {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
                                             {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};

static void read_words(uint64_t *out, const uint8_t *data, size_t count)
{
	memcpy(out, data, count * sizeof *out);
	for (size_t i = 0; i < count; i++)
		out[i] = le64toh(out[i]);
}

void hash_blake2_begin(struct blake2 *blake2, const uint8_t state[64], const uint8_t message[128],
                       const uint8_t t0[8], const uint8_t t1[8], bool final)
{
	uint64_t counter[2];
	read_words(blake2->state, state, 8);
	read_words(blake2->message, message, 16);
	read_words(&counter[0], t0, 1);
	read_words(&counter[1], t1, 1);
	memcpy(blake2->vector, blake2->state, sizeof blake2->state);
	memcpy(blake2->vector + 8, blake2_initial, sizeof blake2_initial);
	blake2->vector[12] ^= counter[0];
	blake2->vector[13] ^= counter[1];
	if (final)
		blake2->vector[14] = ~blake2->vector[14];
}

static uint64_t rotated(uint64_t value, unsigned by)
{
	return value >> by | value << (64 - by);
}

static void blake2_mix(uint64_t *v, unsigned a, unsigned b, unsigned c, unsigned d, uint64_t x, uint64_t y)
{
	v[a] += v[b] + x;
	v[d] = rotated(v[d] ^ v[a], 32);
	v[c] += v[d];
	v[b] = rotated(v[b] ^ v[c], 24);
	v[a] += v[b] + y;
	v[d] = rotated(v[d] ^ v[a], 16);
	v[c] += v[d];
	v[b] = rotated(v[b] ^ v[c], 63);
}

void hash_blake2_rounds(struct blake2 *blake2, uint32_t from, uint32_t to)
{
	uint64_t *v = blake2->vector;
	const uint64_t *m = blake2->message;
	for (uint32_t round = from; round < to; round++) {
		const uint8_t *order = blake2_order[round % 10];
		for (unsigned i = 0; i < 4; i++)
			blake2_mix(v, i, 4 + i, 8 + i, 12 + i, m[order[2 * i]], m[order[2 * i + 1]]);
		for (unsigned i = 0; i < 4; i++)
			blake2_mix(v, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4, m[order[8 + 2 * i]],
			           m[order[9 + 2 * i]]);
	}
}

void hash_blake2_end(uint8_t out[64], const struct blake2 *blake2)
{
	for (size_t i = 0; i < 8; i++) {
		uint64_t word = htole64(blake2->state[i] ^ blake2->vector[i] ^ blake2->vector[i + 8]);
		memcpy(out + 8 * i, &word, sizeof word);
	}
}

struct checksum256 hash_sha256(const void *data, size_t length)
{
	struct hash hash;
	hash_begin(&hash);
	hash_add(&hash, data, length);
	return hash_end(&hash);
}

struct checksum256 hash_packed(struct bytes *packed)
{
	struct checksum256 hash = hash_sha256(packed->data, packed->length);
	bytes_release(packed);
	return hash;
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

int checksum256_compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct checksum256));
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

struct checksum256_text checksum256_text(const struct checksum256 *checksum)
{
	struct checksum256_text out;
	hex_print(out.text, checksum->data, sizeof checksum->data);
	return out;
}

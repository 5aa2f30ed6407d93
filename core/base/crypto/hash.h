/* SHA-1, SHA-256, SHA-512, RIPEMD-160, SHA3 and Keccak (nettle), and BLAKE2b's compression. */
#ifndef EOSIOFS_CORE_BASE_CRYPTO_HASH_H
#define EOSIOFS_CORE_BASE_CRYPTO_HASH_H

#include "core/base/bytes.h"

#include <nettle/sha2.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct checksum256 {
	uint8_t data[32];
};

void hash_sha1(uint8_t out[20], const void *data, size_t length);
void hash_sha512(uint8_t out[64], const void *data, size_t length);
void hash_ripemd160(uint8_t out[20], const void *data, size_t length);
struct checksum256 hash_sha256(const void *data, size_t length);
/* The same of what was put together, which is released. */
struct checksum256 hash_packed(struct bytes *packed);

/* SHA3-256, or Keccak-256, which it was before its padding changed. */
void hash_sha3_256(uint8_t out[32], const void *data, size_t length, bool keccak);
/* Rounds `from` to `to` of BLAKE2b's function F (RFC 7693 3.2) on the working vector that
 * hash_blake2_begin makes and hash_blake2_end turns into the new state. Words are little-endian. */
struct blake2 {
	uint64_t state[8], message[16], vector[16];
};
void hash_blake2_begin(struct blake2 *blake2, const uint8_t state[64], const uint8_t message[128],
                       const uint8_t t0[8], const uint8_t t1[8], bool final);
void hash_blake2_rounds(struct blake2 *blake2, uint32_t from, uint32_t to);
void hash_blake2_end(uint8_t out[64], const struct blake2 *blake2);

/* SHA-256 in pieces: hash_begin, hash_add…, hash_end. */
struct hash {
	struct sha256_ctx context;
};
void hash_begin(struct hash *hash);
void hash_add(struct hash *hash, const void *data, size_t length);
struct checksum256 hash_end(struct hash *hash);

bool checksum256_equal(const struct checksum256 *a, const struct checksum256 *b);
/* Of two checksums, for qsort: as their bytes. */
int checksum256_compare(const void *a, const void *b);
bool checksum256_is_zero(const struct checksum256 *checksum);
/* 64 hex digits; 0 or -EINVAL. */
int checksum256_parse(struct checksum256 *out, const char *text);
/* A printable copy for argument lists: checksum256_text(&checksum).text. */
struct checksum256_text {
	char text[65];
};
struct checksum256_text checksum256_text(const struct checksum256 *checksum);

#endif

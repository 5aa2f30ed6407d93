/* SHA-1, SHA-256, SHA-512, RIPEMD-160 (nettle). */
#ifndef EOSIOFS_CORE_BASE_HASH_H
#define EOSIOFS_CORE_BASE_HASH_H

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

/* SHA-256 in pieces: hash_begin, hash_add…, hash_end. */
struct hash {
	struct sha256_ctx context;
};
void hash_begin(struct hash *hash);
void hash_add(struct hash *hash, const void *data, size_t length);
struct checksum256 hash_end(struct hash *hash);

bool checksum256_equal(const struct checksum256 *a, const struct checksum256 *b);
bool checksum256_is_zero(const struct checksum256 *checksum);
/* 64 hex digits; 0 or -EINVAL. */
int checksum256_parse(struct checksum256 *out, const char *text);
void checksum256_print(char out[65], const struct checksum256 *checksum);

#endif

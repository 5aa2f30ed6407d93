/* Keys and signatures of types K1 (libsecp256k1) and R1 (p256.h), and the text forms of every key type:
 * protocol.md A.5. */
#ifndef EOSIOFS_CORE_BASE_CRYPTO_KEY_H
#define EOSIOFS_CORE_BASE_CRYPTO_KEY_H

#include "core/base/bytes.h"
#include "core/base/crypto/hash.h"
#include "core/base/error.h"
#include "core/base/text.h"

enum key_type { KEY_K1 = 0, KEY_R1 = 1, KEY_WEBAUTHN = 2 };
enum { KEY_TEXT_SIZE = 256, WEBAUTHN_ORIGIN_SIZE = 64 };

struct public_key {
	uint8_t type;     /* enum key_type */
	uint8_t point[33]; /* compressed */
	uint8_t user_presence; /* WebAuthn only: 0 none, 1 present, 2 verified */
	uint8_t origin_length;
	char origin[WEBAUTHN_ORIGIN_SIZE]; /* WebAuthn's rpid */
};

struct private_key {
	uint8_t secret[32]; /* memory_wipe() it after use */
	uint8_t type;       /* KEY_K1 or KEY_R1 */
};

/* K1 and R1: 65 bytes. WebAuthn signatures are refused with a sentence wherever a signature is read. */
struct signature {
	uint8_t type;
	uint8_t data[65]; /* 27 + 4 + recid, r, s (A.5.1) */
};

/* What signing needs: libsecp256k1's context, about 1 ms to make. Immutable afterwards, so threads may
 * share it. */
struct signer;
struct signer *signer_create(void);
void signer_destroy(struct signer *signer);

/* The key pair's other half. -EINVAL when the secret is out of range. */
int signer_public_key(const struct signer *signer, struct public_key *out, const struct private_key *key);
/* A signature of a 32-byte digest: K1 a canonical one, by exactly the loop of A.5.1, R1 one with a low s. */
int signer_sign(const struct signer *signer, struct signature *out, const struct private_key *key,
                const struct checksum256 *digest, struct error *error);
/* A new random key (getrandom) of that type. */
int signer_new_key(const struct signer *signer, struct private_key *out, struct public_key *public,
                   enum key_type type, struct error *error);

/* Recovers the key that made a signature; needs no signer. Refuses non-canonical ones ("signature is not
 * canonical") of K1, and those of R1 with a high s. */
int signature_recover(struct public_key *out, const struct signature *signature,
                      const struct checksum256 *digest, struct error *error);

/* The K1 point that a signature (first byte, r, s) of any form recovers to, uncompressed; -EINVAL: there is
 * none. The first byte is 27 to 34. */
int signature_recover_point(uint8_t point[65], const uint8_t signature[65],
                            const struct checksum256 *digest);

/* Order of authorities: type, then the point, unsigned; WebAuthn keys then by presence and origin. */
int public_key_compare(const struct public_key *a, const struct public_key *b);
/* In that order, each once; how many there are then. */
size_t public_keys_sort(struct public_key *keys, size_t count);
/* K1: is it a point of the curve? R1 and WebAuthn, whose curve nothing here computes on: does it begin
 * with 02 or 03? Unpacking does not ask. */
bool public_key_valid(const struct public_key *key);
void public_key_pack(struct bytes *out, const struct public_key *key);
int public_key_unpack(struct public_key *out, struct cursor *in); /* 0 or -EINVAL; sets in->failed too */
/* A printable copy for argument lists: public_key_text(&key).text. */
struct key_text {
	char text[KEY_TEXT_SIZE];
};
struct key_text public_key_text(const struct public_key *key); /* EOS… for K1, PUB_R1_…, PUB_WA_…. */
/* EOS…, PUB_K1_…, PUB_R1_…, PUB_WA_…; the sentence quotes the text and says what is wrong (checksum,
 * length, prefix). */
int public_key_parse(struct public_key *out, const char *text, struct error *error);

/* K1: WIF, 51 characters; R1: PVT_R1_…. */
void private_key_print(char out[KEY_TEXT_SIZE], const struct private_key *key);
/* WIF, PVT_K1_… or PVT_R1_…; the sentence never quotes the text. */
int private_key_parse(struct private_key *out, const char *text, struct error *error);

void signature_pack(struct bytes *out, const struct signature *signature);
int signature_unpack(struct signature *out, struct cursor *in);
struct key_text signature_text(const struct signature *signature); /* SIG_K1_… */
int signature_parse(struct signature *out, const char *text, struct error *error);

#endif

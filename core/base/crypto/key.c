/* Keys and signatures: the one place that knows libsecp256k1. Text forms are one table of prefixes and
 * sizes (protocol.md A.5). */
#include "core/base/crypto/key.h"

#include "core/base/crypto/nonce.h"
#include "core/base/crypto/p256.h"
#include "core/base/encoding/base58.h"
#include "core/base/exception.h"
#include "core/base/memory.h"

#include <errno.h>
#include <secp256k1.h>
#include <secp256k1_recovery.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum {
	POINT_SIZE = 33,
	UNCOMPRESSED_SIZE = 65,
	SIGNATURE_SIZE = 65,
	SECRET_SIZE = 32,
	CHECKSUM_SIZE = 4,
	WIF_SIZE = 1 + SECRET_SIZE + CHECKSUM_SIZE,
	WIF_VERSION = 0x80
};
enum { RECOVERY_BASE = 27, RECOVERY_COMPRESSED = 4 };
enum { DATA_MAXIMUM = POINT_SIZE + 2 + WEBAUTHN_ORIGIN_SIZE, PREFIX_SIZE = 8 };

/* The tag of each enum key_type: it ends the prefix of a text, and salts its checksum. */
static const char *const tags[] = {"K1", "R1", "WA"};

struct signer {
	secp256k1_context *context;
};

/* --- signing --- */

static bool random_bytes(void *out, size_t length)
{
	uint8_t *at = out;
	while (length) {
		ssize_t got = getrandom(at, length, 0);

		if (got < 0 && errno != EINTR)
			return false;
		if (got > 0) {
			at += got;
			length -= (size_t)got;
		}
	}
	return true;
}

struct signer *signer_create(void)
{
	struct signer *signer = memory_allocate(1, sizeof *signer);
	uint8_t seed[32];

	signer->context = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
	/* blinds the context against timing; without randomness it works all the same */
	if (random_bytes(seed, sizeof seed) && !secp256k1_context_randomize(signer->context, seed))
		abort();
	memory_wipe(seed, sizeof seed);
	return signer;
}

void signer_destroy(struct signer *signer)
{
	if (!signer)
		return;
	secp256k1_context_destroy(signer->context);
	free(signer);
}

int signer_public_key(const struct signer *signer, struct public_key *out, const struct private_key *key)
{
	secp256k1_pubkey point;
	size_t length = POINT_SIZE;
	*out = (struct public_key){.type = key->type};
	if (key->type == KEY_R1)
		return p256_public(out->point, key->secret) ? 0 : -EINVAL;
	if (!secp256k1_ec_pubkey_create(signer->context, &point, key->secret))
		return -EINVAL;
	secp256k1_ec_pubkey_serialize(signer->context, out->point, &length, &point, SECP256K1_EC_COMPRESSED);
	return 0;
}

/* Each call gives the next one; the first of all is skipped, as nodeos does. */
static int next_nonce(unsigned char *out, const unsigned char *digest, const unsigned char *secret,
                      const unsigned char *algorithm, void *context, unsigned int attempt)
{
	(void)digest;
	(void)secret;
	(void)algorithm;
	(void)attempt;
	nonce_next(context, out);
	return 1;
}

static bool signature_canonical(const uint8_t *d)
{
	return !(d[1] & 0x80) && !(d[1] == 0 && !(d[2] & 0x80)) && !(d[33] & 0x80) &&
	       !(d[33] == 0 && !(d[34] & 0x80));
}

static bool sign_k1(const struct signer *signer, uint8_t *data, unsigned *which, const uint8_t *secret,
                    const uint8_t *digest)
{
	secp256k1_ecdsa_recoverable_signature signature;
	struct nonce nonce;
	uint8_t skipped[32];
	int recovery = 0, made;

	nonce_begin(&nonce, secret, digest);
	nonce_next(&nonce, skipped);
	do {
		made = secp256k1_ecdsa_sign_recoverable(signer->context, &signature, digest, secret, next_nonce,
		                                        &nonce);
		secp256k1_ecdsa_recoverable_signature_serialize_compact(signer->context, data + 1, &recovery,
		                                                        &signature);
	} while (made && !signature_canonical(data));
	nonce_end(&nonce);
	*which = (unsigned)recovery;
	return made;
}

int signer_sign(const struct signer *signer, struct signature *out, const struct private_key *key,
                const struct checksum256 *digest, struct error *error)
{
	unsigned which;
	uint8_t *data = out->data;

	*out = (struct signature){.type = key->type};
	if (!(key->type == KEY_R1 ? p256_sign(data + 1, data + 33, &which, key->secret, digest->data)
	                          : sign_k1(signer, data, &which, key->secret, digest->data)))
		return error_chain(error, PRIVATE_KEY_TYPE_EXCEPTION, "private key is out of range");
	data[0] = (uint8_t)(RECOVERY_BASE + RECOVERY_COMPRESSED + which);
	return 0;
}

int signer_new_key(const struct signer *signer, struct private_key *out, struct public_key *public,
                   enum key_type type, struct error *error)
{
	out->type = (uint8_t)type;
	do {
		if (!random_bytes(out->secret, sizeof out->secret))
			return error_set(error, errno, "no randomness for a new key");
	} while (signer_public_key(signer, public, out));
	return 0;
}

static int recover(secp256k1_pubkey *point, const uint8_t *data, const struct checksum256 *digest)
{
	secp256k1_ecdsa_recoverable_signature parsed;
	return secp256k1_ecdsa_recoverable_signature_parse_compact(secp256k1_context_static, &parsed, data + 1,
	                                                           (data[0] - RECOVERY_BASE) & 3) &&
	               secp256k1_ecdsa_recover(secp256k1_context_static, point, &parsed, digest->data)
	           ? 0
	           : -EINVAL;
}

int signature_recover_point(uint8_t out[65], const uint8_t signature[65], const struct checksum256 *digest)
{
	secp256k1_pubkey point;
	size_t length = UNCOMPRESSED_SIZE;
	if (signature[0] < RECOVERY_BASE || signature[0] >= RECOVERY_BASE + 8 ||
	    recover(&point, signature, digest))
		return -EINVAL;
	secp256k1_ec_pubkey_serialize(secp256k1_context_static, out, &length, &point, SECP256K1_EC_UNCOMPRESSED);
	return 0;
}

int signature_recover(struct public_key *out, const struct signature *signature,
                      const struct checksum256 *digest, struct error *error)
{
	secp256k1_pubkey point;
	size_t length = POINT_SIZE;
	const uint8_t *data = signature->data;
	*out = (struct public_key){.type = signature->type};
	if (signature->type > KEY_R1)
		return error_chain(error, UNACTIVATED_SIGNATURE_TYPE,
		                   "signatures of type %s cannot be recovered here",
		                   signature->type <= KEY_WEBAUTHN ? tags[signature->type] : "unknown");
	if (data[0] < RECOVERY_BASE || data[0] >= RECOVERY_BASE + 8)
		return error_set(error, EINVAL, "unable to reconstruct public key from signature");
	if (signature->type == KEY_R1 && p256_is_high(data + 33))
		return error_set(error, EINVAL, "invalid high s-value encountered in r1 signature");
	if (signature->type == KEY_K1 && !signature_canonical(data))
		return error_set(error, EINVAL, "signature is not canonical");
	if (signature->type == KEY_R1
	        ? !p256_recover(out->point, data + 1, data + 33, (data[0] - RECOVERY_BASE) & 3u, digest->data)
	        : recover(&point, data, digest))
		return error_set(error, EINVAL, "unable to reconstruct public key from signature");
	if (signature->type == KEY_K1)
		secp256k1_ec_pubkey_serialize(secp256k1_context_static, out->point, &length, &point,
		                              SECP256K1_EC_COMPRESSED);
	return 0;
}

/* --- binary forms --- */

int public_key_compare(const struct public_key *a, const struct public_key *b)
{
	size_t shorter = a->origin_length < b->origin_length ? a->origin_length : b->origin_length;
	int order;
	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	order = memcmp(a->point, b->point, POINT_SIZE);
	if (order || a->type != KEY_WEBAUTHN)
		return order;
	if (a->user_presence != b->user_presence)
		return a->user_presence < b->user_presence ? -1 : 1;
	order = memcmp(a->origin, b->origin, shorter);
	return order ? order : a->origin_length - b->origin_length;
}

static int compare(const void *a, const void *b) { return public_key_compare(a, b); }

size_t public_keys_sort(struct public_key *keys, size_t count)
{
	size_t kept = 0;

	qsort(keys, count, sizeof *keys, compare);
	for (size_t i = 0; i < count; i++)
		if (!kept || public_key_compare(&keys[kept - 1], &keys[i]) != 0)
			keys[kept++] = keys[i];
	return kept;
}

bool public_key_valid(const struct public_key *key)
{
	secp256k1_pubkey point;
	if (key->type != KEY_K1)
		return key->point[0] == 2 || key->point[0] == 3;
	return secp256k1_ec_pubkey_parse(secp256k1_context_static, &point, key->point, POINT_SIZE);
}

/* Everything after the type. */
static void public_key_pack_data(struct bytes *out, const struct public_key *key)
{
	bytes_put(out, key->point, POINT_SIZE);
	if (key->type == KEY_WEBAUTHN) {
		bytes_put_u8(out, key->user_presence);
		bytes_put_counted(out, key->origin, key->origin_length);
	}
}

static int public_key_unpack_data(struct public_key *out, struct cursor *in)
{
	const uint8_t *origin;
	size_t length;
	cursor_copy(in, out->point, POINT_SIZE);
	if (out->type == KEY_WEBAUTHN) {
		out->user_presence = cursor_u8(in);
		origin = cursor_counted(in, &length);
		if (out->user_presence > 2 || !length || length > WEBAUTHN_ORIGIN_SIZE) {
			in->failed = true;
		} else if (!in->failed) {
			memcpy(out->origin, origin, length);
			out->origin_length = (uint8_t)length;
		}
	}
	return in->failed ? -EINVAL : 0;
}

void public_key_pack(struct bytes *out, const struct public_key *key)
{
	bytes_put_varuint32(out, key->type);
	public_key_pack_data(out, key);
}

int public_key_unpack(struct public_key *out, struct cursor *in)
{
	uint32_t type = cursor_varuint32(in);

	*out = (struct public_key){.type = (uint8_t)type};
	if (type > KEY_WEBAUTHN) {
		in->failed = true;
		out->type = KEY_K1;
	}
	return public_key_unpack_data(out, in);
}

void signature_pack(struct bytes *out, const struct signature *signature)
{
	bytes_put_varuint32(out, signature->type);
	bytes_put(out, signature->data, SIGNATURE_SIZE);
}

int signature_unpack(struct signature *out, struct cursor *in)
{
	uint32_t type = cursor_varuint32(in);

	*out = (struct signature){0};
	if (type > KEY_R1) {
		in->failed = true;
		return type == KEY_WEBAUTHN ? -EOPNOTSUPP : -EINVAL;
	}
	out->type = (uint8_t)type;
	return cursor_copy(in, out->data, SIGNATURE_SIZE) ? 0 : -EINVAL;
}

/* --- text forms --- */

/* The first four bytes of RIPEMD-160 of data and tag (NULL: none). */
static void checksum_make(uint8_t out[CHECKSUM_SIZE], const uint8_t *data, size_t length, const char *tag)
{
	uint8_t salted[DATA_MAXIMUM + 2], hash[20];
	memcpy(salted, data, length);
	if (tag)
		memcpy(salted + length, tag, 2);
	hash_ripemd160(hash, salted, length + (tag ? 2 : 0));
	memcpy(out, hash, CHECKSUM_SIZE);
	memory_wipe(salted, sizeof salted);
}

static void checked_print(char *out, const char *prefix, const uint8_t *data, size_t length, const char *tag)
{
	uint8_t checked[DATA_MAXIMUM + CHECKSUM_SIZE];
	memcpy(checked, data, length);
	checksum_make(checked + length, data, length, tag);
	base58_print(stpcpy(out, prefix), checked, length + CHECKSUM_SIZE);
	memory_wipe(checked, sizeof checked);
}

/* Base58 with that checksum into at most *length bytes of data. NULL, or what is wrong with it. */
static const char *checked_parse(uint8_t *out, size_t *length, const char *text, const char *tag)
{
	uint8_t checked[DATA_MAXIMUM + CHECKSUM_SIZE], checksum[CHECKSUM_SIZE];
	size_t size = *length + CHECKSUM_SIZE, text_length = strlen(text);
	const char *wrong = NULL;

	if (text_length > BASE58_TEXT_SIZE(sizeof checked))
		return "it is too long";
	if (base58_parse(checked, &size, text, text_length)) {
		wrong = text[strspn(text, "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")]
		            ? "it has a character that base58 does not have"
		            : "it is too long";
	} else if (size <= CHECKSUM_SIZE) {
		wrong = "it is too short";
	} else {
		*length = size - CHECKSUM_SIZE;
		checksum_make(checksum, checked, *length, tag);
		if (memcmp(checksum, checked + *length, CHECKSUM_SIZE))
			wrong = "its checksum does not match";
		else
			memcpy(out, checked, *length);
	}
	memory_wipe(checked, sizeof checked);
	return wrong;
}

/* The type that "KIND_TAG_" at the beginning of text names, and the rest of text; -1 when it names none. */
static int prefix_type(const char **rest, const char *text, const char *kind)
{
	char prefix[PREFIX_SIZE];
	for (int type = KEY_K1; type <= KEY_WEBAUTHN; type++) {
		int length = snprintf(prefix, sizeof prefix, "%s_%s_", kind, tags[type]);

		if (!strncmp(text, prefix, (size_t)length)) {
			*rest = text + length;
			return type;
		}
	}
	return -1;
}

struct key_text public_key_text(const struct public_key *key)
{
	uint8_t data[DATA_MAXIMUM];
	struct key_text out;
	char prefix[PREFIX_SIZE];
	size_t length = POINT_SIZE;
	memcpy(data, key->point, POINT_SIZE);
	if (key->type == KEY_K1) {
		checked_print(out.text, "EOS", data, length, NULL);
		return out;
	}
	if (key->type == KEY_WEBAUTHN) {
		data[length++] = key->user_presence;
		data[length++] = key->origin_length;
		memcpy(data + length, key->origin, key->origin_length);
		length += key->origin_length;
	}
	snprintf(prefix, sizeof prefix, "PUB_%s_", tags[key->type]);
	checked_print(out.text, prefix, data, length, tags[key->type]);
	return out;
}

int public_key_parse(struct public_key *out, const char *text, struct error *error)
{
	uint8_t data[DATA_MAXIMUM];
	const char *rest = text + 3, *wrong = "it begins neither with EOS nor with PUB_K1_, PUB_R1_ or PUB_WA_";
	size_t length = sizeof data;
	bool legacy = !strncmp(text, "EOS", 3) && !strchr(text, '_');
	int type = legacy ? KEY_K1 : prefix_type(&rest, text, "PUB");
	struct cursor cursor;

	*out = (struct public_key){.type = (uint8_t)(type < 0 ? KEY_K1 : type)};
	if (type >= 0)
		wrong = checked_parse(data, &length, rest, legacy ? NULL : tags[type]);
	if (!wrong) {
		cursor = cursor_make(data, length);
		if (public_key_unpack_data(out, &cursor) || cursor_left(&cursor))
			wrong = "its length is wrong";
	}
	if (wrong)
		return error_chain(error, PUBLIC_KEY_TYPE_EXCEPTION, "invalid public key '%s': %s", text, wrong);
	return 0;
}

/* The first four bytes of SHA-256 of the version byte and the secret, hashed once or twice. */
static void wif_checksum(uint8_t out[CHECKSUM_SIZE], const uint8_t *data, int times)
{
	struct checksum256 hash = hash_sha256(data, WIF_SIZE - CHECKSUM_SIZE);

	for (; times > 1; times--)
		hash = hash_sha256(hash.data, sizeof hash.data);
	memcpy(out, hash.data, CHECKSUM_SIZE);
	memory_wipe(&hash, sizeof hash);
}

void private_key_print(char out[KEY_TEXT_SIZE], const struct private_key *key)
{
	uint8_t data[WIF_SIZE];

	if (key->type == KEY_R1) {
		checked_print(out, "PVT_R1_", key->secret, SECRET_SIZE, tags[KEY_R1]);
		return;
	}
	data[0] = WIF_VERSION;
	memcpy(data + 1, key->secret, SECRET_SIZE);
	wif_checksum(data + 1 + SECRET_SIZE, data, 2);
	base58_print(out, data, sizeof data);
	memory_wipe(data, sizeof data);
}

static const char *wif_parse(struct private_key *out, const char *text)
{
	uint8_t data[WIF_SIZE + 1], once[CHECKSUM_SIZE], twice[CHECKSUM_SIZE];
	size_t length = sizeof data, text_length = strnlen(text, KEY_TEXT_SIZE);
	const char *wrong = NULL;

	if (base58_parse(data, &length, text, text_length)) {
		wrong = "it is neither WIF nor PVT_K1_ nor PVT_R1_";
	} else if (length == WIF_SIZE + 1 && data[0] == WIF_VERSION) {
		wrong = "it is of Bitcoin's compressed form, which EOSIO does not use";
	} else if (length != WIF_SIZE || data[0] != WIF_VERSION) {
		wrong = "it is neither WIF nor PVT_K1_ nor PVT_R1_";
	} else {
		wif_checksum(twice, data, 2);
		wif_checksum(once, data, 1);
		if (memcmp(data + WIF_SIZE - CHECKSUM_SIZE, twice, CHECKSUM_SIZE) &&
		    memcmp(data + WIF_SIZE - CHECKSUM_SIZE, once, CHECKSUM_SIZE))
			wrong = "its checksum does not match";
		else
			memcpy(out->secret, data + 1, SECRET_SIZE);
	}
	memory_wipe(data, sizeof data);
	return wrong;
}

int private_key_parse(struct private_key *out, const char *text, struct error *error)
{
	size_t length = SECRET_SIZE;
	const char *rest, *wrong;
	uint8_t unused[POINT_SIZE];
	int type = prefix_type(&rest, text, "PVT");

	*out = (struct private_key){.type = type == KEY_R1 ? KEY_R1 : KEY_K1};
	if (type == KEY_K1 || type == KEY_R1) {
		wrong = checked_parse(out->secret, &length, rest, tags[type]);
		if (!wrong && length != SECRET_SIZE)
			wrong = "its length is wrong";
	} else if (type >= 0) {
		wrong = "only K1 and R1 private keys can be used";
	} else {
		wrong = wif_parse(out, text);
	}
	if (!wrong && !(type == KEY_R1 ? p256_public(unused, out->secret)
	                               : secp256k1_ec_seckey_verify(secp256k1_context_static, out->secret)))
		wrong = "it is out of range";
	if (wrong) {
		memory_wipe(out, sizeof *out);
		return error_chain(error, PRIVATE_KEY_TYPE_EXCEPTION, "invalid private key: %s", wrong);
	}
	return 0;
}

struct key_text signature_text(const struct signature *signature)
{
	struct key_text out;
	char prefix[PREFIX_SIZE];
	snprintf(prefix, sizeof prefix, "SIG_%s_", tags[signature->type]);
	checked_print(out.text, prefix, signature->data, SIGNATURE_SIZE, tags[signature->type]);
	return out;
}

int signature_parse(struct signature *out, const char *text, struct error *error)
{
	size_t length = SIGNATURE_SIZE;
	const char *rest, *wrong = "it begins neither with SIG_K1_ nor with SIG_R1_";
	int type = prefix_type(&rest, text, "SIG");

	*out = (struct signature){0};
	if (type == KEY_WEBAUTHN)
		return error_chain(error, UNACTIVATED_SIGNATURE_TYPE, "WebAuthn signatures are not supported");
	if (type >= 0) {
		out->type = (uint8_t)type;
		wrong = checked_parse(out->data, &length, rest, tags[type]);
		if (!wrong && length != SIGNATURE_SIZE)
			wrong = "its length is wrong";
	}
	if (wrong)
		return error_set(error, EINVAL, "invalid signature '%s': %s", text, wrong);
	return 0;
}

/* Intrinsics that hash and recover keys. */
#include "core/engine/intrinsic/intrinsic.h"

#include "core/base/encoding/base64.h"
#include "core/base/encoding/json.h"
#include "core/engine/engine_private.h"

#include <string.h>

/* Units of the meter, about. */
enum { WORK_RECOVERY = 10000 };

static void check_equal(const void *a, const void *b, size_t length)
{
	if (memcmp(a, b, length) != 0)
		intrinsic_fail(CRYPTO_API_EXCEPTION, "hash mismatch");
}

void intrinsic_sha1(const void *data, uint32_t length, uint8_t *hash)
{
	hash_sha1(hash, data, length);
}

void intrinsic_sha256(const void *data, uint32_t length, uint8_t *hash)
{
	struct checksum256 sum = hash_sha256(data, length);
	memcpy(hash, sum.data, 32);
}

void intrinsic_sha512(const void *data, uint32_t length, uint8_t *hash)
{
	hash_sha512(hash, data, length);
}

void intrinsic_ripemd160(const void *data, uint32_t length, uint8_t *hash)
{
	hash_ripemd160(hash, data, length);
}

void intrinsic_assert_sha1(const void *data, uint32_t length, const uint8_t *hash)
{
	uint8_t is[20];
	intrinsic_sha1(data, length, is);
	check_equal(is, hash, sizeof is);
}

void intrinsic_assert_sha256(const void *data, uint32_t length, const uint8_t *hash)
{
	uint8_t is[32];
	intrinsic_sha256(data, length, is);
	check_equal(is, hash, sizeof is);
}

void intrinsic_assert_sha512(const void *data, uint32_t length, const uint8_t *hash)
{
	uint8_t is[64];
	intrinsic_sha512(data, length, is);
	check_equal(is, hash, sizeof is);
}

void intrinsic_assert_ripemd160(const void *data, uint32_t length, const uint8_t *hash)
{
	uint8_t is[20];
	intrinsic_ripemd160(data, length, is);
	check_equal(is, hash, sizeof is);
}

/* --- recovering keys --- */

enum { SIGNATURE = 65, POINT = 33, FIRST_BYTE = 27, VARIABLE_MAXIMUM = 16384, AUTHENTICATOR_DATA = 37 };

/* A packed signature of any type; what of it is borrowed. */
struct packed_signature {
	uint32_t type;
	const uint8_t *compact; /* first byte, r, s */
	const uint8_t *authenticator_data, *client_json;
	size_t authenticator_data_length, client_json_length;
};

static struct packed_signature unpack_signature(const void *packed, uint32_t length)
{
	struct cursor in = cursor_make(packed, length);
	struct packed_signature out = {.type = cursor_varuint32(&in)};
	if (!in.failed && out.type > KEY_WEBAUTHN)
		intrinsic_fail(ASSERT_EXCEPTION, "Provided index out of range for variant.");
	out.compact = cursor_take(&in, SIGNATURE);
	if (out.type == KEY_WEBAUTHN) {
		out.authenticator_data = cursor_counted(&in, &out.authenticator_data_length);
		out.client_json = cursor_counted(&in, &out.client_json_length);
	}
	if (in.failed)
		intrinsic_fail_unpack(&in);
	return out;
}

static void recover_k1(uint8_t point[POINT], const uint8_t *compact, const struct checksum256 *digest)
{
	uint8_t full[65];
	if (compact[0] < FIRST_BYTE || compact[0] >= FIRST_BYTE + 8)
		intrinsic_fail(0, "unable to reconstruct public key from signature");
	if (signature_recover_point(full, compact, digest))
		intrinsic_fail(ASSERT_EXCEPTION, "secp256k1_ecdsa_recover( ... ): ");
	point[0] = full[64] & 1 ? 3 : 2;
	memcpy(point + 1, full + 1, 32);
}

static void recover_r1(uint8_t point[POINT], const uint8_t *compact, const struct checksum256 *digest)
{
	struct signature signature = {.type = KEY_R1};
	struct public_key key;
	struct error error;

	memcpy(signature.data, compact, sizeof signature.data);
	if (signature_recover(&key, &signature, digest, &error))
		intrinsic_fail(0, "%s", error.sentence);
	memcpy(point, key.point, POINT);
}

static const char *json_text(const struct json *object, const char *name)
{
	const char *text = json_string(json_member(object, name));
	return text ? text : "";
}

/* What a browser says it has signed: the challenge must be the digest, the origin of https. The relying
 * party is the origin without scheme and port. NULL: all is well. */
static const char *check_client(const struct json *client, const struct checksum256 *digest,
                                char *relying_party, size_t size)
{
	static const char scheme[] = "https://";
	const char *origin = json_text(client, "origin"), *host = origin + sizeof scheme - 1, *colon;
	uint8_t challenge[sizeof digest->data];
	if (strcmp(json_text(client, "type"), "webauthn.get") != 0)
		return "webauthn signature type not an assertion";
	if (!base64url_parse(challenge, sizeof challenge, json_text(client, "challenge")) ||
	    memcmp(challenge, digest->data, sizeof challenge) != 0)
		return "Wrong webauthn challenge";
	if (strncmp(origin, scheme, sizeof scheme - 1) != 0)
		return "webauthn origin must begin with https://";
	colon = strrchr(host, ':');
	size_t length = colon ? (size_t)(colon - host) : strlen(host);
	if (!length || length >= size)
		return "webauthn pubkey must have non empty rpid";
	memcpy(relying_party, host, length);
	relying_party[length] = '\0';
	return NULL;
}

static const char *check_webauthn(struct public_key *out, const struct packed_signature *signature,
                                  const struct checksum256 *digest)
{
	char relying_party[WEBAUTHN_ORIGIN_SIZE + 1];
	struct json *client = NULL;
	struct error ignored;
	const uint8_t *data = signature->authenticator_data;
	const char *why;
	if (json_parse(&client, (const char *)signature->client_json, signature->client_json_length, &ignored))
		return "Failed to parse client data JSON";
	why = check_client(client, digest, relying_party, sizeof relying_party);
	json_release(client);
	if (why)
		return why;
	if (signature->authenticator_data_length < AUTHENTICATOR_DATA)
		return "auth_data not as large as required";
	struct checksum256 party = hash_sha256(relying_party, strlen(relying_party));
	if (memcmp(party.data, data, sizeof party.data) != 0)
		return "webauthn rpid hash doesn't match origin";
	out->user_presence = data[32] & 4 ? 2 : data[32] & 1;
	out->origin_length = (uint8_t)strlen(relying_party);
	memcpy(out->origin, relying_party, out->origin_length);
	return NULL;
}

static void recover_webauthn(struct public_key *out, const struct packed_signature *signature,
                             const struct checksum256 *digest)
{
	struct checksum256 client = hash_sha256(signature->client_json, signature->client_json_length),
	                   signed_digest;
	const char *why = check_webauthn(out, signature, digest);
	struct hash hash;
	if (why)
		intrinsic_fail(ASSERT_EXCEPTION, "%s", why);
	hash_begin(&hash);
	hash_add(&hash, signature->authenticator_data, signature->authenticator_data_length);
	hash_add(&hash, client.data, sizeof client.data);
	signed_digest = hash_end(&hash);
	recover_r1(out->point, signature->compact, &signed_digest);
}

static void check_variable_size(const struct apply_context *context, const struct packed_signature *signature)
{
	if (!context->transaction->pending->validating && signature->type == KEY_WEBAUTHN &&
	    signature->authenticator_data_length + signature->client_json_length > VARIABLE_MAXIMUM)
		intrinsic_fail(SIG_VARIABLE_SIZE_LIMIT_EXCEPTION,
		               "signature variable length component size greater than subjective maximum");
}

static uint32_t types_activated(const struct apply_context *context)
{
	return pending_feature(context->transaction->pending, FEATURE_WEBAUTHN_KEY) ? KEY_WEBAUTHN : KEY_R1;
}

static struct public_key recover(const struct packed_signature *signature, const uint8_t *digest)
{
	struct public_key key = {.type = (uint8_t)signature->type};
	struct checksum256 checksum;
	intrinsic_work(WORK_RECOVERY);
	memcpy(checksum.data, digest, sizeof checksum.data);
	if (signature->type == KEY_K1)
		recover_k1(key.point, signature->compact, &checksum);
	else if (signature->type == KEY_R1)
		recover_r1(key.point, signature->compact, &checksum);
	else
		recover_webauthn(&key, signature, &checksum);
	return key;
}

int32_t intrinsic_recover_key(const uint8_t *digest, const void *packed, uint32_t packed_length, void *out,
                              uint32_t length)
{
	struct apply_context *context = intrinsic_enter(0);
	struct packed_signature signature = unpack_signature(packed, packed_length);
	struct bytes key = {0};
	if (signature.type > types_activated(context))
		intrinsic_fail(UNACTIVATED_SIGNATURE_TYPE, "Unactivated signature type used during recover_key");
	check_variable_size(context, &signature);
	struct public_key recovered = recover(&signature, digest);
	if (signature.type == KEY_WEBAUTHN && length < POINT)
		intrinsic_fail(WASM_EXECUTION_ERROR,
		               "destination buffer must at least be able to hold an ECC public key");
	if (signature.type != KEY_WEBAUTHN && length < 1 + POINT)
		intrinsic_fail(OUT_OF_RANGE_EXCEPTION, "write datastream of length %u over by %d", (unsigned)length,
		               length ? 1 - (int)(length - 1) : 1);
	public_key_pack(&key, &recovered);
	int32_t size = (int32_t)key.length;
	memcpy(out, key.data, key.length < length ? key.length : length);
	bytes_release(&key);
	return size;
}

void intrinsic_assert_recover_key(const uint8_t *digest, const void *packed, uint32_t packed_length,
                                  const void *key, uint32_t length)
{
	struct apply_context *context = intrinsic_enter(0);
	struct packed_signature signature = unpack_signature(packed, packed_length);
	struct cursor in = cursor_make(key, length);
	struct public_key expected;
	if (public_key_unpack(&expected, &in))
		intrinsic_fail_unpack(&in);
	if (signature.type > types_activated(context))
		intrinsic_fail(UNACTIVATED_SIGNATURE_TYPE,
		               "Unactivated signature type used during assert_recover_key");
	if (expected.type > types_activated(context))
		intrinsic_fail(UNACTIVATED_KEY_TYPE, "Unactivated key type used when creating assert_recover_key");
	check_variable_size(context, &signature);
	struct public_key recovered = recover(&signature, digest);
	if (public_key_compare(&expected, &recovered) != 0)
		intrinsic_fail(CRYPTO_API_EXCEPTION, "Error expected key different than recovered key");
}

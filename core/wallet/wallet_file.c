/* Wallet files: encoding and decoding. */
#include "core/wallet/wallet_file.h"

#include "core/base/crypto/cipher.h"
#include "core/base/encoding/hex.h"
#include "core/base/encoding/json.h"
#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/wallet/wallet.h"

#include <errno.h>
#include <string.h>

struct wallet_secret wallet_secret_of(const char *password)
{
	struct wallet_secret secret;
	hash_sha512(secret.digest, password, strlen(password));
	return secret;
}

static void put_private_key(struct bytes *out, const struct wallet_key *key)
{
	bytes_put_varuint32(out, key->private.type);
	bytes_put(out, key->private.secret, sizeof key->private.secret);
}

int wallet_secret_new(struct wallet_secret *out, char password[WALLET_PASSWORD_SIZE],
                      const struct signer *signer, struct error *error)
{
	struct private_key random;
	struct public_key unused;
	int result = signer_new_key(signer, &random, &unused, KEY_K1, error);

	if (result)
		return result;
	private_key_print(stpcpy(password, "PW"), &random);
	*out = wallet_secret_of(password);
	memory_wipe(&random, sizeof random);
	return 0;
}

void wallet_file_encode(struct text *out, const struct wallet_secret *secret, const struct wallet_key *keys,
                        size_t count)
{
	struct bytes plain = {0}, cipher = {0};
	/* Reserved at once, so that growing leaves no copies of secrets behind. */
	memory_grow(&plain.data, &plain.capacity, sizeof secret->digest + 5 + count * 160, 1);
	bytes_put(&plain, secret->digest, sizeof secret->digest);
	bytes_put_varuint32(&plain, (uint32_t)count);
	for (size_t i = 0; i < count; i++) {
		public_key_pack(&plain, &keys[i].public);
		put_private_key(&plain, &keys[i]);
	}
	cipher_encrypt(&cipher, secret->digest, secret->digest + 32, plain.data, plain.length);
	text_append(out, "{\n  \"cipher_keys\": \"");
	text_append_hex(out, cipher.data, cipher.length);
	text_append(out, "\"\n}\n");
	bytes_release_secret(&plain);
	bytes_release(&cipher);
}

static int read_keys(struct wallet_key **keys, size_t *count, struct cursor *in)
{
	uint32_t total = cursor_count(in, 1 + 33 + 1 + 32);
	struct wallet_key *list = memory_allocate_secret(total, sizeof *list);

	for (uint32_t i = 0; i < total && !in->failed; i++) {
		public_key_unpack(&list[i].public, in);
		list[i].private.type = list[i].public.type;
		if (cursor_varuint32(in) != list[i].public.type || list[i].public.type > KEY_R1)
			in->failed = true;
		cursor_copy(in, list[i].private.secret, sizeof list[i].private.secret);
	}
	if (in->failed) {
		memory_release_secret(list, total, sizeof *list);
		return -EINVAL;
	}
	*keys = list;
	*count = total;
	return 0;
}

int wallet_file_decode(struct wallet_key **keys, size_t *count, const struct wallet_secret *secret,
                       const char *file, const char *text, size_t length, struct error *error)
{
	struct json *json = NULL;
	struct bytes cipher = {0}, plain = {0};
	int result = json_parse(&json, text, length, error);

	if (result) {
		error_prefix(error, "\"%s\" is no wallet file", file);
		goto out;
	}
	const char *digits = json_string(json_member(json, "cipher_keys"));
	size_t digit_count = digits ? strlen(digits) : 0;
	memory_grow(&cipher.data, &cipher.capacity, digit_count / 2 + 1, 1);
	cipher.length = digit_count / 2;
	if (!digits || hex_parse(cipher.data, digits, digit_count) != 0) {
		result = error_set(error, EINVAL, "\"%s\" is no wallet file: it has no hexadecimal cipher_keys",
		                   file);
		goto out;
	}
	result = -EINVAL;
	if (cipher_decrypt(&plain, secret->digest, secret->digest + 32, cipher.data, cipher.length) == 0 &&
	    plain.length > 64 && memcmp(plain.data, secret->digest, 64) == 0) {
		struct cursor in = cursor_make(plain.data + 64, plain.length - 64);
		result = read_keys(keys, count, &in);
	}
	if (result)
		result = error_chain(error, WALLET_INVALID_PASSWORD_EXCEPTION, "Invalid password for wallet: \"%s\"",
		                     file);
out:
	bytes_release_secret(&plain);
	bytes_release(&cipher);
	json_release(json);
	return result;
}

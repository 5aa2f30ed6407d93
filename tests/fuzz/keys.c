/* Keys, signatures, base58 and hexadecimal from arbitrary text and bytes: what parses prints back, what
 * unpacks packs back. */
#include "core/base/crypto/key.h"
#include "core/base/encoding/base58.h"
#include "core/base/encoding/hex.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_public_key(const struct public_key *key)
{
	struct public_key again;
	assert(public_key_parse(&again, public_key_text(key).text, NULL) == 0);
	assert(!public_key_compare(&again, key));
	public_key_valid(key);
}

static void check_signature(const struct signature *signature)
{
	static const struct checksum256 digest = {{1}};
	struct signature again;
	struct public_key key;
	struct error error;
	assert(signature_parse(&again, signature_text(signature).text, NULL) == 0);
	assert(!memcmp(&again, signature, sizeof again));
	if (!signature_recover(&key, signature, &digest, &error))
		assert(public_key_valid(&key));
	else
		assert(*error.sentence);
}

static void check_text(const char *text)
{
	char printed[KEY_TEXT_SIZE];
	struct public_key key;
	struct private_key secret, secret_again;
	struct signature signature;
	struct error error;
	if (!public_key_parse(&key, text, &error))
		check_public_key(&key);
	if (!signature_parse(&signature, text, &error))
		check_signature(&signature);
	if (!private_key_parse(&secret, text, &error)) {
		private_key_print(printed, &secret);
		assert(private_key_parse(&secret_again, printed, NULL) == 0);
		assert(!memcmp(&secret, &secret_again, sizeof secret));
	} else {
		assert(strlen(text) < 40 || !strstr(error.sentence, text));
	}
}

static void check_base58(const uint8_t *data, size_t size, const char *text)
{
	uint8_t parsed[256];
	char printed[BASE58_TEXT_SIZE(256)];
	size_t length = sizeof parsed;

	if (size <= sizeof parsed) {
		base58_print(printed, data, size);
		assert(base58_parse(parsed, &length, printed, strlen(printed)) == 0);
		assert(length == size && !memcmp(parsed, data, size));
	}
	length = sizeof parsed;
	if (!base58_parse(parsed, &length, text, strlen(text))) {
		base58_print(printed, parsed, length);
		assert(!strcmp(printed, text));
	}
}

static void check_bytes(const uint8_t *data, size_t size)
{
	struct cursor cursor = cursor_make(data, size);
	struct signature signature;
	struct public_key key;
	struct bytes packed = {0};

	if (!public_key_unpack(&key, &cursor)) {
		check_public_key(&key);
		public_key_pack(&packed, &key);
		assert(packed.length <= (size_t)(cursor.at - data));
	}
	cursor = cursor_make(data, size);
	if (!signature_unpack(&signature, &cursor))
		check_signature(&signature);
	bytes_release(&packed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *digits = malloc(2 * size + 1);
	uint8_t *parsed = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = 0;
	check_text(text);
	check_base58(data, size, text);
	check_bytes(data, size);
	hex_print(digits, data, size);
	assert(hex_parse(parsed, digits, 2 * size) == 0 && !memcmp(parsed, data, size));
	hex_parse(parsed, text, strlen(text) / 2 * 2);
	free(text);
	free(digits);
	free(parsed);
	return 0;
}

/* Keys and signatures: the vectors of the "nathan" key, every text form, and what is refused. */
#include "core/base/crypto/key.h"
#include "core/base/encoding/hex.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define NATHAN_WIF "5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3"
#define NATHAN_EOS "EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV"

static struct signer *signer;

static int setup(void **state)
{
	(void)state;
	signer = signer_create();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	signer_destroy(signer);
	return 0;
}

static void key_of_nathan_has_its_published_forms(void **state)
{
	struct checksum256 secret = hash_sha256("nathan", 6);
	struct private_key key = {.type = KEY_K1}, again;
	struct public_key public, parsed;
	struct error error;
	char text[KEY_TEXT_SIZE];

	(void)state;
	memcpy(key.secret, secret.data, 32);
	private_key_print(text, &key);
	assert_string_equal(text, NATHAN_WIF);
	assert_int_equal(private_key_parse(&again, NATHAN_WIF, &error), 0);
	assert_memory_equal(&again, &key, sizeof key);
	assert_int_equal(
		private_key_parse(&again, "PVT_K1_2bfGi9rYsXQSXXTvJbDAPhHLQUojjaNLomdm3cEJ1XTzMqUt3V", &error), 0);
	assert_memory_equal(&again, &key, sizeof key);
	assert_int_equal(signer_public_key(signer, &public, &key), 0);
	hex_print(text, public.point, 33);
	assert_string_equal(text, "02c0ded2bc1f1305fb0faac5e6c03ee3a1924234985427b6167ca569d13df435cf");
	assert_true(public_key_valid(&public));
	assert_string_equal(public_key_text(&public).text, NATHAN_EOS);
	assert_int_equal(
		public_key_parse(&parsed, "PUB_K1_6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5BoDq63", &error), 0);
	assert_int_equal(public_key_compare(&parsed, &public), 0);
}

static void signature_is_the_one_of_the_nonce_loop(void **state)
{
	static const char compact[] = "1f373c7d6999596a61e96ebdc6611e81a83aec25852ff3ebcf97692b2f0d87f911"
	                              "273f249f784d98e6171e2a89e7a64a1425dc419d2af493a9a797f41d82ac07c1";
	static const char *const form =
		"SIG_K1_"
	    "K2Uurs6P1PBfnzm6qhc4YnbxXTPsbRxeiDoZmFXj4f6Dydi3t9YmSzuotJez5uGrE237H5WYp1rRoqycqHVPubuZAWj768";
	struct checksum256 digest = hash_sha256("hello", 5);
	struct private_key key;
	struct signature signature, parsed;
	struct public_key recovered;
	struct error error;
	char text[KEY_TEXT_SIZE];

	(void)state;
	assert_int_equal(private_key_parse(&key, NATHAN_WIF, &error), 0);
	assert_int_equal(signer_sign(signer, &signature, &key, &digest, &error), 0);
	hex_print(text, signature.data, 65);
	assert_string_equal(text, compact);
	assert_string_equal(signature_text(&signature).text, form);
	assert_int_equal(signature_parse(&parsed, form, &error), 0);
	assert_memory_equal(&parsed, &signature, sizeof parsed);
	assert_int_equal(signature_recover(&recovered, &signature, &digest, &error), 0);
	assert_string_equal(public_key_text(&recovered).text, NATHAN_EOS);
	/* an s with its top bit set is never canonical */
	parsed.data[33] |= 0x80;
	assert_int_equal(signature_recover(&recovered, &parsed, &digest, &error), -EINVAL);
	assert_string_equal(error.sentence, "signature is not canonical");
	parsed = signature;
	parsed.data[0] = 26;
	assert_int_equal(signature_recover(&recovered, &parsed, &digest, &error), -EINVAL);
}

/* RFC 6979, A.2.5, with SHA-256; the first s is high, so that its negative is given. */
static void r1_signatures_are_those_of_the_rfc(void **state)
{
	static const struct {
		const char *message, *compact;
	} vectors[] = {{"sample", "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
	                          "0834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9"},
	               {"test", "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
	                        "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083"}};
	struct private_key key = {.type = KEY_R1};
	struct public_key public, recovered;
	struct signature signature, parsed;
	struct error error;
	char text[KEY_TEXT_SIZE];

	(void)state;
	assert_int_equal(
		hex_parse(key.secret, "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721", 64), 0);
	assert_int_equal(signer_public_key(signer, &public, &key), 0);
	hex_print(text, public.point, 33);
	assert_string_equal(text, "0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6");
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		struct checksum256 digest = hash_sha256(vectors[i].message, strlen(vectors[i].message));
		assert_int_equal(signer_sign(signer, &signature, &key, &digest, &error), 0);
		hex_print(text, signature.data + 1, 64);
		assert_string_equal(text, vectors[i].compact);
		assert_int_equal(signature_recover(&recovered, &signature, &digest, &error), 0);
		assert_int_equal(public_key_compare(&recovered, &public), 0);
		assert_memory_equal(signature_text(&signature).text, "SIG_R1_", 7);
		assert_int_equal(signature_parse(&parsed, signature_text(&signature).text, &error), 0);
		assert_memory_equal(&parsed, &signature, sizeof parsed);
		parsed.data[33] |= 0x80;
		assert_int_equal(signature_recover(&recovered, &parsed, &digest, &error), -EINVAL);
		assert_string_equal(error.sentence, "invalid high s-value encountered in r1 signature");
		signature.data[0] = 35;
		assert_int_equal(signature_recover(&recovered, &signature, &digest, &error), -EINVAL);
	}
}

/* As keosd 4.0.6 made and listed them. */
static void r1_private_keys_have_their_public_half(void **state)
{
	static const char *const pairs[][2] = {
		{"PUB_R1_5nwrKNU4BC1qrXtRhavwMhCcW951wfZ2Drq3VBArjnTCbeemz1",
	     "PVT_R1_QMzZ2eDQ7DVXdVoEoV2ZeLZr4FHGKJGXw6EfPAnxG6sfCbUby"},
		{"PUB_R1_7eq6gLB56hbXhcStpkoo3t3c81NS6u47jfucUVK7mQoBrXNgpt",
	     "PVT_R1_23yEJdexJbW1WdM3RLcRPcgy4WZ7B2CTWrsbzgF3RehkiEcD6s"}};
	struct private_key key;
	struct public_key public;
	struct error error;
	char text[KEY_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		assert_int_equal(private_key_parse(&key, pairs[i][1], &error), 0);
		private_key_print(text, &key);
		assert_string_equal(text, pairs[i][1]);
		assert_int_equal(signer_public_key(signer, &public, &key), 0);
		assert_string_equal(public_key_text(&public).text, pairs[i][0]);
	}
}

static void new_keys_sign_what_they_recover(void **state)
{
	(void)state;
	for (int i = 0; i < 50; i++) {
		struct private_key key, key_again;
		struct public_key public, recovered, public_again;
		struct signature signature;
		struct checksum256 digest = hash_sha256(&i, sizeof i);
		struct error error;

		assert_int_equal(signer_new_key(signer, &key, &public, i % 2 ? KEY_R1 : KEY_K1, &error), 0);
		assert_int_equal(signer_sign(signer, &signature, &key, &digest, &error), 0);
		assert_int_equal(signature_recover(&recovered, &signature, &digest, &error), 0);
		assert_int_equal(public_key_compare(&recovered, &public), 0);
		struct key_text text = public_key_text(&public);
		assert_int_equal(public_key_parse(&public_again, text.text, &error), 0);
		assert_memory_equal(&public_again, &public, sizeof public);
		private_key_print(text.text, &key);
		assert_true(i % 2 ? strncmp(text.text, "PVT_R1_", 7) == 0 : strlen(text.text) == 51);
		assert_int_equal(private_key_parse(&key_again, text.text, &error), 0);
		assert_memory_equal(&key_again, &key, sizeof key);
	}
}

static void malformed_public_keys_are_refused_with_the_reason(void **state)
{
	static const struct {
		const char *text, *reason;
	} invalid[] = {
		{"", "begins neither"},
		{"EOS", "too short"},
		{"EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CW", "checksum"},
		{"EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5C", "checksum"},
		{"EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV0", "character"},
		{"EOS 6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV", "character"},
		{"PUB_K1_6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV", "checksum"},
		{"PUB_R1_6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5BoDq63", "checksum"},
		{"PUB_6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5BoDq63", "begins neither"},
		{"PVT_K1_2bfGi9rYsXQSXXTvJbDAPhHLQUojjaNLomdm3cEJ1XTzMqUt3V", "begins neither"},
		{NATHAN_WIF, "begins neither"},
		{"EOS111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111"
	     "1111111111111111111111111111"
	     "111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111"
	     "1111111111111111111111111111",
	     "too long"},
	};
	struct public_key key;
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++) {
		assert_int_equal(public_key_parse(&key, invalid[i].text, &error), -EINVAL);
		assert_int_equal(error.code, 3010002);
		assert_non_null(strstr(error.sentence, invalid[i].text));
		assert_non_null(strstr(error.sentence, invalid[i].reason));
	}
}

static void malformed_private_keys_are_refused_without_being_quoted(void **state)
{
	static const char *const invalid[] = {"",
	                                      "5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD4",
	                                      "PVT_K1_2bfGi9rYsXQSXXTvJbDAPhHLQUojjaNLomdm3cEJ1XTzMqUt3W",
	                                      "PVT_R1_2bfGi9rYsXQSXXTvJbDAPhHLQUojjaNLomdm3cEJ1XTzMqUt3V",
	                                      NATHAN_EOS,
	                                      "KwDiBf89QgGbjEhKnhXJuH7LrciVrZi3qYjgd9M7rFU73sVHnoWn"};
	struct private_key key;
	struct error error;
	(void)state;
	for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++) {
		assert_int_equal(private_key_parse(&key, invalid[i], &error), -EINVAL);
		assert_int_equal(error.code, 3010003);
		assert_true(!*invalid[i] || !strstr(error.sentence, invalid[i]));
	}
	/* a secret of zero and one of the group's order have no public key */
	struct private_key zero = {0};
	struct public_key public;
	assert_int_equal(signer_public_key(signer, &public, &zero), -EINVAL);
	struct checksum256 digest = {{0}};
	struct signature signature;
	assert_int_equal(signer_sign(signer, &signature, &zero, &digest, &error), -EINVAL);
}

static void other_key_types_pack_and_print(void **state)
{
	static const char *const r1_text = "PUB_R1_6FPFZqw5ahYrR9jD96yDbbDNTdKtNqRbze6oTDLntrsANgQKZu";
	struct public_key r1,
		webauthn = {.type = KEY_WEBAUTHN, .point = {2, 1, 2, 3}, .user_presence = 1, .origin_length = 9},
		again;
	struct bytes packed = {0};
	struct cursor cursor;
	struct error error;
	(void)state;
	assert_int_equal(public_key_parse(&r1, r1_text, &error), 0);
	assert_int_equal(r1.type, KEY_R1);
	assert_string_equal(public_key_text(&r1).text, r1_text);
	memcpy(webauthn.origin, "localhost", 9);
	assert_int_equal(public_key_parse(&again, public_key_text(&webauthn).text, &error), 0);
	assert_memory_equal(&again, &webauthn, sizeof again);
	public_key_pack(&packed, &r1);
	public_key_pack(&packed, &webauthn);
	assert_int_equal(packed.length, 34 + 45);
	cursor = cursor_make(packed.data, packed.length);
	assert_int_equal(public_key_unpack(&again, &cursor), 0);
	assert_int_equal(public_key_compare(&again, &r1), 0);
	assert_int_equal(public_key_unpack(&again, &cursor), 0);
	assert_int_equal(public_key_compare(&again, &webauthn), 0);
	assert_true(public_key_compare(&r1, &webauthn) < 0 && public_key_compare(&webauthn, &r1) > 0);
	cursor = cursor_make(packed.data + 34, packed.length - 35);
	assert_int_equal(public_key_unpack(&again, &cursor), -EINVAL);
	packed.data[0] = 3;
	cursor = cursor_make(packed.data, packed.length);
	assert_int_equal(public_key_unpack(&again, &cursor), -EINVAL);
	assert_true(cursor.failed);
	bytes_release(&packed);
}

static void signatures_unpack_only_k1_and_r1(void **state)
{
	uint8_t data[66] = {0};
	struct signature signature;
	struct error error;
	(void)state;
	for (uint8_t type = 0; type < 4; type++) {
		struct cursor cursor = cursor_make(data, sizeof data);

		data[0] = type;
		assert_int_equal(signature_unpack(&signature, &cursor), type < 2    ? 0
		                                                        : type == 2 ? -EOPNOTSUPP
		                                                                    : -EINVAL);
		assert_int_equal(cursor.failed, type >= 2);
	}
	signature = (struct signature){0};
	struct key_text text = signature_text(&signature);
	assert_string_equal(text.text,
	                    "SIG_K1_111111111111111111111111111111111111111111111111111111111111111116uk5ne");
	assert_int_equal(signature_parse(&signature, text.text, &error), 0);
	assert_int_equal(
		signature_parse(&signature,
	                    "SIG_K1_111111111111111111111111111111111111111111111111111111111111111116uk5nf",
	                    &error),
		-EINVAL);
	assert_int_equal(signature_parse(&signature, "SIG_WA_11", &error), -EOPNOTSUPP);
	assert_int_equal(signature_parse(&signature, NATHAN_EOS, &error), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_of_nathan_has_its_published_forms),
		cmocka_unit_test(signature_is_the_one_of_the_nonce_loop),
		cmocka_unit_test(r1_signatures_are_those_of_the_rfc),
		cmocka_unit_test(r1_private_keys_have_their_public_half),
		cmocka_unit_test(new_keys_sign_what_they_recover),
		cmocka_unit_test(malformed_public_keys_are_refused_with_the_reason),
		cmocka_unit_test(malformed_private_keys_are_refused_without_being_quoted),
		cmocka_unit_test(other_key_types_pack_and_print),
		cmocka_unit_test(signatures_unpack_only_k1_and_r1),
	};
	return cmocka_run_group_tests_name("key", tests, setup, teardown);
}

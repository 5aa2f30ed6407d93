/* Hashes and hexadecimal text against published vectors. */
#include "core/base/crypto/hash.h"
#include "core/base/encoding/hex.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void hashes_match_published_vectors(void **state)
{
	uint8_t out[64];
	struct checksum256 checksum = hash_sha256("hello", 5);
	struct hash hash;

	(void)state;
	struct checksum256_text text = checksum256_text(&checksum);
	assert_string_equal(text.text, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
	hash_begin(&hash);
	hash_add(&hash, "he", 2);
	hash_add(&hash, NULL, 0);
	hash_add(&hash, "llo", 3);
	struct checksum256 pieces = hash_end(&hash);
	assert_true(checksum256_equal(&pieces, &checksum));
	hash_sha1(out, "abc", 3);
	hex_print(text.text, out, 20);
	assert_string_equal(text.text, "a9993e364706816aba3e25717850c26c9cd0d89d");
	hash_ripemd160(out, "abc", 3);
	hex_print(text.text, out, 20);
	assert_string_equal(text.text, "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc");
	hash_sha512(out, "abc", 3);
	hex_print(text.text, out, 8);
	assert_string_equal(text.text, "ddaf35a193617aba");
}

static void checksums_are_64_digits(void **state)
{
	static const char *const invalid[] = {"", "00",
	                                      "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b982",
	                                      "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b98244",
	                                      "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b982g"};
	struct checksum256 checksum = {{0}};
	(void)state;
	assert_true(checksum256_is_zero(&checksum));
	assert_int_equal(
		checksum256_parse(&checksum, "2CF24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"), 0);
	assert_false(checksum256_is_zero(&checksum));
	assert_int_equal(checksum.data[0], 0x2c);
	for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++)
		assert_int_equal(checksum256_parse(&checksum, invalid[i]), -EINVAL);
}

static void hex_refuses_odd_lengths_and_other_characters(void **state)
{
	uint8_t out[4];
	(void)state;
	assert_int_equal(hex_parse(out, "00fFA9", 6), 0);
	assert_memory_equal(out, "\x00\xff\xa9", 3);
	assert_int_equal(hex_parse(out, "000", 3), -EINVAL);
	assert_int_equal(hex_parse(out, "0x00", 4), -EINVAL);
	assert_int_equal(hex_parse(out, "0 ", 2), -EINVAL);
	assert_int_equal(hex_parse(out, "0", 2), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_match_published_vectors),
		cmocka_unit_test(checksums_are_64_digits),
		cmocka_unit_test(hex_refuses_odd_lengths_and_other_characters),
	};
	return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}

/* Records of files that only grow: every single flipped bit is turned back, and nothing else is taken for
 * one. */
#include "core/engine/storage/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { AT = 24, LENGTH = 57, SIZE = AT + RECORD_HEAD + LENGTH + 3 };

static void put(uint8_t *out, uint32_t value)
{
	for (size_t i = 0; i < 4; i++)
		out[i] = (uint8_t)(value >> 8 * i);
}

static void make(uint8_t bytes[SIZE])
{
	memset(bytes, 0xa5, SIZE);
	for (uint8_t i = 0; i < LENGTH; i++)
		bytes[AT + RECORD_HEAD + i] = (uint8_t)(i * 37);
	put(bytes + AT, LENGTH);
	put(bytes + AT + 4, record_checksum(AT, bytes + AT + RECORD_HEAD, LENGTH));
}

static void every_bit(void **state)
{
	uint8_t right[SIZE], bytes[SIZE];
	(void)state;
	make(right);
	for (size_t bit = 8 * AT; bit < (size_t)8 * (AT + RECORD_HEAD + LENGTH); bit++) {
		memcpy(bytes, right, SIZE);
		bytes[bit / 8] = (uint8_t)(bytes[bit / 8] ^ 1U << bit % 8);
		assert_true(record_mend(bytes, AT, SIZE));
		assert_memory_equal(bytes, right, SIZE);
	}
}

static void two_bits(void **state)
{
	uint8_t right[SIZE], bytes[SIZE];
	(void)state;
	make(right);
	for (size_t bit = 8 * (AT + RECORD_HEAD); bit + 9 < (size_t)8 * (AT + RECORD_HEAD + LENGTH); bit++) {
		memcpy(bytes, right, SIZE);
		bytes[bit / 8] = (uint8_t)(bytes[bit / 8] ^ 1U << bit % 8);
		bytes[(bit + 9) / 8] = (uint8_t)(bytes[(bit + 9) / 8] ^ 1U << (bit + 9) % 8);
		assert_false(record_mend(bytes, AT, SIZE));
	}
	assert_false(record_mend(bytes, SIZE - 5, SIZE));
}

static void torn(void **state)
{
	uint8_t bytes[SIZE];
	(void)state;
	make(bytes);
	assert_false(record_is_torn(bytes, AT, AT + RECORD_HEAD + LENGTH));
	for (size_t size = AT + 1; size < AT + RECORD_HEAD + LENGTH; size++)
		assert_true(record_is_torn(bytes, AT, size));
	memset(bytes + AT, 0, SIZE - AT);
	assert_true(record_is_torn(bytes, AT, SIZE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_bit), cmocka_unit_test(two_bits),
	                                   cmocka_unit_test(torn)};
	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}

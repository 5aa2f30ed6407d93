/* Block times: runs against a plain list. */
#include "core/chain/embedded/view/block_times.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_runs(void **state)
{
	(void)state;
	struct block_times times = {0};
	uint32_t slots[200], slot = 1000, found;

	assert_false(block_times_find(&times, &found, 1));
	for (uint32_t number = 5; number < 200; number++) {
		slot += number % 17 == 0 ? 30 : 1;
		slots[number] = slot;
		block_times_add(&times, number, slot);
	}
	assert_true(times.count < 15);
	for (uint32_t number = 5; number < 200; number++) {
		assert_true(block_times_find(&times, &found, number));
		assert_int_equal(found, slots[number]);
	}
	assert_false(block_times_find(&times, &found, 4));
	assert_false(block_times_find(&times, &found, 200));
	block_times_release(&times);
}

static void what_was_read_elsewhere_is_noted(void **state)
{
	struct block_times times = {0};
	uint32_t found;
	(void)state;
	block_times_add(&times, 100, 5000);
	for (uint32_t number = 10; number <= 20; number += 10)
		block_times_note(&times, number, number * 7, times.cuts);
	assert_true(block_times_find(&times, &found, 20));
	assert_int_equal(found, 140);
	assert_false(block_times_find(&times, &found, 20 + BLOCK_TIMES_NOTED));
	block_times_cut(&times, 10);
	assert_true(block_times_find(&times, &found, 10));
	assert_false(block_times_find(&times, &found, 20));
	block_times_note(&times, 20, 140, times.cuts - 1);
	assert_false(block_times_find(&times, &found, 20));
	block_times_release(&times);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_runs),
	                                   cmocka_unit_test(what_was_read_elsewhere_is_noted)};
	return cmocka_run_group_tests_name("block_times", tests, NULL, NULL);
}

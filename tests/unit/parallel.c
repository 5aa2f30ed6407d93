/* Everything is done, each thing once, however many there are. */
#include "core/base/system/parallel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <cmocka.h>

enum { COUNT = 5000 };
static _Atomic unsigned times[COUNT];

static void count(void *context, size_t index)
{
	atomic_fetch_add((_Atomic size_t *)context, 1);
	atomic_fetch_add(&times[index], 1);
}

static void each_once(void **state)
{
	static const size_t counts[] = {0, 1, 15, 16, 17, 100, COUNT};
	(void)state;
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		_Atomic size_t done = 0;
		for (size_t k = 0; k < COUNT; k++)
			times[k] = 0;
		parallel_do(counts[i], count, &done);
		assert_int_equal(done, counts[i]);
		for (size_t k = 0; k < COUNT; k++)
			assert_int_equal(times[k], k < counts[i]);
	}
	assert_true(parallel_processors() >= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each_once)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

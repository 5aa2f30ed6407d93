/* The generator against what Python draws: random.Random(seed).random(), randrange(10), sample(),
 * paretovariate(1.161) - 1. */
#include "core/boot/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
	uint64_t seed;
	double units[3];
	size_t digits[8];
} streams[] = {
	{0, {0x1.b0580f98a7dbep-1, 0x1.84129978f9c1ap-1, 0x1.aeaa51052e978p-2}, {4, 8, 7, 6, 4, 7, 5, 9}},
	{2018, {0x1.10fa138827aa5p-1, 0x1.c5aa3b3ae62e0p-6, 0x1.4146b2aae7a31p-1}, {8, 4, 1, 6, 8, 8, 3, 3}},
	{UINT64_C(1) << 40,
     {0x1.a881d8b4d9a60p-4, 0x1.5753194433dafp-1, 0x1.b4e4e38637f14p-2},
     {6, 6, 8, 1, 6, 8, 5, 6}},
	{UINT64_MAX,
     {0x1.659799fd7f980p-6, 0x1.5a35a94f333d8p-2, 0x1.b21c0274c09a4p-3},
     {9, 1, 5, 0, 3, 8, 7, 1}},
};

static void test_streams(void **state)
{
	struct random random;
	(void)state;
	for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
		random_seed(&random, streams[i].seed);
		for (size_t k = 0; k < 3; k++)
			assert_true(random_unit(&random) == streams[i].units[k]);
		for (size_t k = 0; k < 8; k++)
			assert_int_equal(random_below(&random, 10), streams[i].digits[k]);
	}
}

/* All from one generator, one after another; both of Python's ways, on either side of where it changes from
 * one to the other. */
static void test_samples(void **state)
{
	static const struct {
		size_t population, count, sample[20];
	} draws[] = {
		{21, 20, {17, 4, 0, 12, 16, 9, 1, 6, 8, 20, 3, 10, 18, 11, 13, 7, 15, 5, 14, 19}},
		{1000, 4, {80, 767, 168, 231}},
		{22, 5, {6, 13, 21, 18, 19}},
		{21, 5, {10, 19, 6, 15, 20}},
		{100, 20, {57, 37, 4, 74, 51, 20, 28, 46, 40, 78, 91, 58, 43, 33, 8, 82, 24, 15, 12, 18}},
		{86, 7, {65, 83, 30, 1, 45, 20, 80}},
		{3, 3, {2, 0, 1}},
	};
	struct random random;
	size_t out[20];
	(void)state;
	random_seed(&random, 2018);
	for (size_t i = 0; i < sizeof draws / sizeof *draws; i++) {
		random_sample(&random, out, draws[i].population, draws[i].count);
		for (size_t k = 0; k < draws[i].count; k++)
			assert_int_equal(out[k], draws[i].sample[k]);
	}
	random_sample(&random, out, 7, 0);
}

static void test_pareto(void **state)
{
	static const double expected[] = {0.9273147255586598, 0.02448098379611352, 1.3409533215029406};
	struct random random;
	(void)state;
	random_seed(&random, 2018);
	for (size_t i = 0; i < 3; i++)
		assert_true(random_pareto(&random, 1.161) == expected[i]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(test_streams), cmocka_unit_test(test_samples),
	                                          cmocka_unit_test(test_pareto)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The contracts' pow: the vote weights of 832 weeks as the reference contracts compute them
 * (contracts.md 12.1), and the special cases of IEEE 754. */
#include "core/contracts/library/pow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above */
#include <cmocka.h>

#include <math.h>
#include <string.h>

static uint64_t bits(double value)
{
	uint64_t out;
	memcpy(&out, &value, sizeof out);
	return out;
}

/* 2^(r / 52) for r weeks */
static const uint64_t weeks_table[52] = {
	0x3ff0000000000000, 0x3ff036f6d4e323d5, 0x3ff06eaa7ac32236, 0x3ff0a71d7a422df1,
	0x3ff0e05264b6b3d7, 0x3ff11a4bd4494102, 0x3ff1550c6c12d042, 0x3ff19096d83b7f60,
	0x3ff1ccedce19ae24, 0x3ff20a140c5187d2, 0x3ff2480c5af4f968, 0x3ff286d98ba41571,
	0x3ff2c67e79ade75b, 0x3ff306fe0a31b715, 0x3ff3485b2c40bf74, 0x3ff38a98d9005825,
	0x3ff3cdba13cc94fe, 0x3ff411c1ea5b5c7e, 0x3ff456b374dff656, 0x3ff49c91d62f1495,
	0x3ff4e3603be35854, 0x3ff52b21de82542d, 0x3ff573da01a20d3a, 0x3ff5bd8bf40efd89,
	0x3ff6083b0ff298bc, 0x3ff653eabafa5562, 0x3ff6a09e667f3bcc, 0x3ff6ee598fadfd5d,
	0x3ff73d1fbfaf9549, 0x3ff78cf48bd274e6, 0x3ff7dddb95b43dbe, 0x3ff82fd88b6c0a50,
	0x3ff882ef27b548c2, 0x3ff8d723321b285f, 0x3ff92c787f249ca6, 0x3ff982f2f080f6ed,
	0x3ff9da96753519d9, 0x3ffa336709c947be, 0x3ffa8d68b8778ebc, 0x3ffae89f995ad3ae,
	0x3ffb450fd29e7f58, 0x3ffba2bd98aecf15, 0x3ffc01ad2e69cb6a, 0x3ffc61e2e550e73c,
	0x3ffcc3631dbb48b7, 0x3ffd26324708bfb0, 0x3ffd8a54dfd56aa8, 0x3ffdefcf762e0db3,
	0x3ffe56a6a7c51c5f, 0x3ffebedf22287a93, 0x3fff287da2f7f5a8, 0x3fff9386f81c7917,
};

static void weights_of_weeks(void **state)
{
	(void)state;
	for (unsigned week = 832; week <= 1663; week++) {
		uint64_t expected = weeks_table[week % 52] + ((uint64_t)(week / 52) << 52);
		assert_int_equal(bits(contract_pow(2.0, week / 52.0)), expected);
	}
}

static void special_cases(void **state)
{
	static const struct {
		double x, y, result;
	} rows[] = {
		{3.0, 0.0, 1.0},           {3.5, 1.0, 3.5},           {1.5, 2.0, 2.25},
		{2.25, 0.5, 1.5},          {1.0, NAN, 1.0},           {0.0, 3.0, 0.0},
		{-0.0, 3.0, -0.0},         {-0.0, 2.5, 0.0},          {0.0, -1.5, INFINITY},
		{-0.0, -3.0, -INFINITY},   {2.0, INFINITY, INFINITY}, {0.5, INFINITY, 0.0},
		{-1.0, -INFINITY, 1.0},    {INFINITY, -2.5, 0.0},     {-INFINITY, 3.0, -INFINITY},
		{-2.0, 3.0, -8.0},         {-2.0, 4.0, 16.0},         {2.0, 1024.0, INFINITY},
		{2.0, -1074.0, 0x1p-1074}, {2.0, -1080.0, 0.0},       {2.0, 1023.0, 0x1p1023},
		{4.0, -3.0, 0x1p-6},       {0x1p-1074, 3.0, 0.0},     {2.0, 5e9, INFINITY},
		{0.5, 5e9, 0.0},           {2.0, -5e9, 0.0},          {-2.0, 9007199254740994.0, INFINITY},
		{10.0, 3.0, 1000.0},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(bits(contract_pow(rows[i].x, rows[i].y)), bits(rows[i].result));
	assert_true(isnan(contract_pow(-2.0, 0.5)));
	assert_true(isnan(contract_pow(-1.0, 1.5)));
	assert_true(isnan(contract_pow(NAN, 2.0)));
	assert_true(isnan(contract_pow(2.0, NAN)));
}

/* Never more than one unit in the last place from the C library's. */
static void near_the_exact(void **state)
{
	uint64_t seed = 1;
	(void)state;
	for (int i = 0; i < 20000; i++) {
		seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
		double x = ldexp(1.0 + (double)(seed >> 33) / 0x1p31, (int)(seed >> 20 & 127) - 64);
		seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
		double y = ((double)(seed >> 33) / 0x1p31 - 0.5) * 24.0;
		int64_t distance = (int64_t)(bits(contract_pow(x, y)) - bits(pow(x, y)));
		assert_true(distance >= -1 && distance <= 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(weights_of_weeks),
	    cmocka_unit_test(special_cases),
	    cmocka_unit_test(near_the_exact),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

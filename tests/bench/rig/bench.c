/* Rounds, medians, and how a result is told. */
#include "tests/bench/rig/bench.h"

#include <stdio.h>
#include <stdlib.h>

clockid_t bench_clock = CLOCK_MONOTONIC;

double bench_now(void)
{
	struct timespec now;
	clock_gettime(bench_clock, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

int bench_compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;
	return (left > right) - (left < right);
}

struct bench_pair bench_measure(bench_function *function, void *context, size_t times, bench_function *other,
                                void *other_context, size_t other_times)
{
	double values[BENCH_ROUNDS], others[BENCH_ROUNDS] = {0};
	for (int round = -1; round < BENCH_ROUNDS; round++) { /* the first warms up */
		double start = bench_now();
		function(context, times);
		double middle = bench_now();
		if (other)
			other(other_context, other_times);
		double end = bench_now();
		if (round < 0)
			continue;
		values[round] = (middle - start) / (double)times;
		others[round] = (end - middle) / (double)(other_times ? other_times : 1);
	}
	qsort(values, BENCH_ROUNDS, sizeof *values, bench_compare);
	qsort(others, BENCH_ROUNDS, sizeof *others, bench_compare);
	return (struct bench_pair){values[BENCH_ROUNDS / 2], others[BENCH_ROUNDS / 2]};
}

void bench_report(const char *name, double value, const char *unit, const char *against, double against_value)
{
	double ratio = against && against_value > 0 ? value / against_value : 0;
	if (against)
		printf("%-52s %12.2f %-6s %8.2f times %s (%.2f %s)\n", name, value, unit, ratio, against,
		       against_value, unit);
	else
		printf("%-52s %12.2f %s\n", name, value, unit);
	fflush(stdout);
	const char *path = getenv("BENCH_RESULTS");
	FILE *results = path ? fopen(path, "a") : NULL;
	if (!results)
		return;
	fprintf(results, "{\"name\":\"%s\",\"value\":%.3f,\"unit\":\"%s\",", name, value, unit);
	if (against)
		fprintf(results, "\"against\":\"%s\",\"ratio\":%.3f}\n", against, ratio);
	else
		fprintf(results, "\"against\":null,\"ratio\":null}\n");
	fclose(results);
}

/* Measuring two things side by side: rounds alternate between them, so that whatever else the machine does
 * slows both; medians are compared. A result is a line on stdout and, for bench.sh, an object appended to the
 * file that BENCH_RESULTS names. */
#ifndef EOSIOFS_TESTS_BENCH_RIG_BENCH_H
#define EOSIOFS_TESTS_BENCH_RIG_BENCH_H

#include <stddef.h>
#include <time.h>

enum { BENCH_ROUNDS = 15 };

extern clockid_t bench_clock; /* elapsed time, unless a bench sets another */

/* Does something `times` times. */
typedef void bench_function(void *context, size_t times);

double bench_now(void);                          /* ns */
int bench_compare(const void *a, const void *b); /* of doubles, for qsort() */

struct bench_pair {
	double value, against; /* ns each time */
};

/* Medians of both; the second may be NULL. A round does each as often as it says. */
struct bench_pair bench_measure(bench_function *function, void *context, size_t times, bench_function *other,
                                void *other_context, size_t other_times);
/* against: what the value is compared with, and its value in the same unit; NULL when with nothing. Names are
 * plain words without quotes. */
void bench_report(const char *name, double value, const char *unit, const char *against,
                  double against_value);

#endif

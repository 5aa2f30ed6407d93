/* The machine's clocks. */
#include "core/base/system/clock.h"

static int64_t read_us(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * SECOND_US + now.tv_nsec / 1000;
}

int64_t clock_real_us(void) { return read_us(CLOCK_REALTIME); }
int64_t clock_monotonic_us(void) { return read_us(CLOCK_MONOTONIC); }
int64_t clock_monotonic_ms(void) { return clock_monotonic_us() / 1000; }
int64_t clock_thread_us(void) { return read_us(CLOCK_THREAD_CPUTIME_ID); }

struct timespec clock_real(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return now;
}

struct timespec timespec_from_us(int64_t us)
{
	return (struct timespec){.tv_sec = us / SECOND_US, .tv_nsec = us % SECOND_US * 1000};
}

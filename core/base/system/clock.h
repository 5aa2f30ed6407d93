/* The machine's clocks: real time, which may be set, and the monotonic one, which only goes on. */
#ifndef EOSIOFS_CORE_BASE_SYSTEM_CLOCK_H
#define EOSIOFS_CORE_BASE_SYSTEM_CLOCK_H

#include "core/base/seconds.h"

#include <stdint.h>
#include <time.h>

int64_t clock_real_us(void);      /* microseconds since 1970 */
int64_t clock_monotonic_us(void); /* microseconds since some moment */
int64_t clock_monotonic_ms(void); /* the same in milliseconds */
int64_t clock_thread_us(void);    /* microseconds that the calling thread has had a processor */
struct timespec clock_real(void);
struct timespec timespec_from_us(int64_t us); /* not before 1970 */

#endif

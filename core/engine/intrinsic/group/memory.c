/* Intrinsics for memory and for giving up, which a WebAssembly contract imports where a native one uses
 * the compiler's. */
#include "core/engine/intrinsic/intrinsic.h"

#include <string.h>

void *intrinsic_memcpy(void *to, const void *from, uint32_t length)
{
	uintptr_t a = (uintptr_t)to, b = (uintptr_t)from;
	if ((a > b ? a - b : b - a) < length)
		intrinsic_fail(OVERLAPPING_MEMORY_ERROR, "memcpy can only accept non-aliasing pointers");
	return memcpy(to, from, length);
}

void *intrinsic_memmove(void *to, const void *from, uint32_t length)
{
	return memmove(to, from, length);
}

int32_t intrinsic_memcmp(const void *a, const void *b, uint32_t length)
{
	int order = memcmp(a, b, length);
	return order < 0 ? -1 : order > 0;
}

void *intrinsic_memset(void *to, int32_t value, uint32_t length)
{
	return memset(to, value, length);
}

void intrinsic_abort(void)
{
	intrinsic_fail(ABORT_CALLED, "abort() called");
}

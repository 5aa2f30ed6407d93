/* Finding an exception by its code. */
#include "core/base/exception.h"

#include "core/base/memory.h"

#include <errno.h>
#include <stddef.h>

static const struct exception exceptions[] = {
#define EXCEPTION(symbol, code, number, name, what) {code, number, name, what},
#include "core/base/exceptions.def"
};

static const struct exception *exception_exactly(uint32_t code)
{
	const size_t count = sizeof exceptions / sizeof *exceptions;
	size_t low = 0, high = count;
	PARTITION_POINT(low, high, at, exceptions[at].code < code);
	return low < count && exceptions[low].code == code ? &exceptions[low] : NULL;
}

const struct exception *exception_find(uint32_t code)
{
	/* a family begins at a multiple of 1000 (ABI exceptions), most at one of 10000 */
	static const uint32_t families[] = {1, 1000, 10000};
	const struct exception *found = NULL;

	for (size_t i = 0; i < sizeof families / sizeof families[0] && !found; i++)
		if (i == 0 || code >= 3000000)
			found = exception_exactly(code - code % families[i]);
	return found ? found : exception_exactly(3000000);
}

/* Whether somebody who waits has given up (Ctrl-C, the end of the mount): passed down to whatever may
 * take long, which asks between its steps, ends with -EINTR and leaves everything whole. */
#ifndef EOSIOFS_CORE_BASE_INTERRUPTION_H
#define EOSIOFS_CORE_BASE_INTERRUPTION_H

#include <stdbool.h>
#include <stddef.h>

struct interruption {
	bool (*happened)(void *context); /* may be called from any thread; NULL: never */
	void *context;                   /* borrowed */
};

/* NULL: nobody ever gives up. */
static inline bool interruption_happened(const struct interruption *interruption)
{
	return interruption && interruption->happened && interruption->happened(interruption->context);
}

#endif

/* The same done to many things, on every processor. */
#ifndef EOSIOFS_CORE_BASE_SYSTEM_PARALLEL_H
#define EOSIOFS_CORE_BASE_SYSTEM_PARALLEL_H

#include <stddef.h>

enum { PARALLEL_MAXIMUM = 16 };

/* How many processors there are, from 1 to PARALLEL_MAXIMUM. */
size_t parallel_processors(void);
/* each(context, index) for every index below count, in whatever order, by the caller's thread and by one for
 * each other processor; all is done when it returns. */
void parallel_do(size_t count, void (*each)(void *context, size_t index), void *context);

#endif

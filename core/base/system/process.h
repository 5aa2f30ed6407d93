/* Other processes, as the kernel shows them. */
#ifndef EOSIOFS_CORE_BASE_SYSTEM_PROCESS_H
#define EOSIOFS_CORE_BASE_SYSTEM_PROCESS_H

#include "core/base/text.h"

#include <stdbool.h>

/* Whether the process is gone, or as good as: from the moment on that it was killed it will not do anything
 * any more, though it may still hold its files for a while. */
bool process_is_ending(long pid);
/* Appends its name and its terminal: ` (bash, pts/3)`, without a terminal ` (cron)`; nothing when there is
 * no such process. */
void process_describe(struct text *out, long pid);

#endif

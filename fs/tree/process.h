/* Who a process is, for people: its name and its terminal. */
#ifndef EOSIOFS_FS_TREE_PROCESS_H
#define EOSIOFS_FS_TREE_PROCESS_H

#include "core/base/text.h"

#include <sys/types.h>

/* Appends ` (bash, pts/3)`, without a terminal ` (cron)`; nothing when there is no such process. */
void process_describe(struct text *out, pid_t pid);

#endif

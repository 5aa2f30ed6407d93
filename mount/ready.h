/* Whether everything is there that a mount needs, and going into the background once the mount answers. */
#ifndef EOSIOFS_MOUNT_READY_H
#define EOSIOFS_MOUNT_READY_H

#include "core/base/error.h"

#include <stdbool.h>

/* 0, or -errno with a sentence that says what to do: the mount point is missing, no folder, not empty,
 * busy; there is no /dev/fuse. A dead mount of ours in the way is unmounted. */
int ready_check(const char *mount_point, bool may_hold_files, struct error *error);

/* Goes on in a child process; before any thread is made. This process waits and ends with the child's
 * outcome: 0 once the mount answers, else the child's exit status, while the child's messages reach
 * stderr. Returns only in the child: 0, or -errno. *waiter is for ready_announce(). */
int ready_background(int *waiter, const char *mount_point, struct error *error);
/* In the child, once the loop is about to run: the terminal is let go, and the waiting process asks the
 * mount for an answer. waiter -1, in the foreground: nothing happens. */
void ready_announce(int waiter);

#endif

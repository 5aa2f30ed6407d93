/* A mounted eosiofs makes itself known under its mount point, so that another process learns whether a mount lives without touching it:
 * a stat of a mount that died or hangs would fail or hang too. */
#ifndef EOSIOFS_MOUNT_PRESENCE_H
#define EOSIOFS_MOUNT_PRESENCE_H

#include "core/base/error.h"

#include <stdbool.h>
#include <sys/types.h>

/* Announces that this process serves mount_point, until it ends. Returns a descriptor to close, or -errno; -EBUSY: another process does. */
int presence_announce(const char *mount_point, struct error *error);
/* The process that serves mount_point, 0 for none, -1 for one that this process cannot see (another PID namespace). One that was killed counts as
 * none, once its files are closed: that is waited for. Where descriptor is not NULL and there is one, it becomes readable when that process
 * has ended; close() it. */
pid_t presence_find(const char *mount_point, int *descriptor);
/* Waits until the process found has ended: true, or false when the time is up. */
bool presence_wait(int descriptor, int milliseconds);

#endif

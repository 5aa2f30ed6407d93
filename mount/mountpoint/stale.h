/* Mounts whose process died: every use of them fails with "Transport endpoint is not connected". */
#ifndef EOSIOFS_MOUNT_MOUNTPOINT_STALE_H
#define EOSIOFS_MOUNT_MOUNTPOINT_STALE_H

#include "core/base/error.h"

/* Is there a mount of ours at the absolute path that is proved dead: 1, 0, or -errno. Never hangs. */
int stale_find(const char *mount_point, struct error *error);
/* Unmounts the dead mounts of ours at the path and frees who waits for them, saying so on stderr. 0, or
 * -errno when one could not be unmounted. */
int stale_clean(const char *mount_point, struct error *error);

#endif

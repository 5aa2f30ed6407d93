/* Mounts whose process died: every use of them fails with "Transport endpoint is not connected". */
#ifndef EOSIOFS_MOUNT_STALE_H
#define EOSIOFS_MOUNT_STALE_H

#include "core/base/error.h"

/* Is there a dead mount of ours at the absolute path: 1, 0, or -errno. Never touches the mount. */
int stale_find(const char *mount_point, struct error *error);
/* Unmounts the dead mounts of ours at the path, saying so on stderr. 0, or -errno when one could not be
 * unmounted. */
int stale_clean(const char *mount_point, struct error *error);

#endif

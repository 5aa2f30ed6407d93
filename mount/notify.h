/* Tells the kernel that a name appeared in or vanished from a folder, so that it forgets what it cached of
 * it. */
#ifndef EOSIOFS_MOUNT_NOTIFY_H
#define EOSIOFS_MOUNT_NOTIFY_H

#include "mount/mount.h"

struct notify *notify_start(struct fuse_session *session);
/* Never waits: the kernel is told by a thread of its own, because it takes the folder's lock, which a
 * request being answered may hold. */
void notify_name(struct notify *notify, fuse_ino_t folder, const char *name);
/* Drops what was not told yet and ends the thread. The session's loop must still run, or the session be
 * unmounted. */
void notify_stop(struct notify *notify);
/* After notify_stop(). */
void notify_destroy(struct notify *notify);

#endif

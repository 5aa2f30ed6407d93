/* SIGINT, SIGTERM and SIGHUP end the mount cleanly. */
#ifndef EOSIOFS_MOUNT_SIGNALS_H
#define EOSIOFS_MOUNT_SIGNALS_H

#include "mount/mount.h"

struct signals;

/* Blocks the signals in this thread and all that it makes, so that only the thread of signals_start() gets
 * them. */
void signals_block(void);
/* Call in the thread that will run the session's loop. NULL when no thread can be made. */
struct signals *signals_start(struct mount *mount, struct fuse_session *session);
/* After the loop has ended, for whatever reason; waits until a stop under way is through. */
void signals_end(struct signals *signals);

#endif

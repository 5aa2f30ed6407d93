/* SIGINT, SIGTERM and SIGHUP end the mount cleanly, and a start at once. */
#ifndef EOSIOFS_MOUNT_SIGNALS_H
#define EOSIOFS_MOUNT_SIGNALS_H

#include "mount/mount.h"

struct signals;

/* Before any other thread is made, in the one that will run the session's loop: all that this one makes are
 * left in peace by the signals. Until signals_serve() each ends the process. NULL when no thread can be
 * made. */
struct signals *signals_start(void);
/* From now on they end the session. What is given is borrowed. */
void signals_serve(struct signals *signals, struct mount *mount, struct fuse_session *session);
/* After the loop has ended, for whatever reason; waits until a stop under way is through. NULL is fine. */
void signals_end(struct signals *signals);

#endif

/* How requests are taken from the kernel: in their order, where the order tells what people see. */
#ifndef EOSIOFS_MOUNT_RECEIVE_H
#define EOSIOFS_MOUNT_RECEIVE_H

#include "mount/mount.h"

/* After the session is mounted. 0 or -errno. */
int receive_in_order(struct fuse_session *session);

#endif

/* How requests are taken from the kernel: in their order, where the order tells what people see. */
#ifndef EOSIOFS_MOUNT_REQUEST_RECEIVE_H
#define EOSIOFS_MOUNT_REQUEST_RECEIVE_H

#include "mount/mount.h"

/* 0 or -errno; receiving_end() once no thread takes requests any more, also of one that was not begun. */
int receiving_begin(struct receiving *receiving);
void receiving_end(struct receiving *receiving);
/* Waits until every request that was read before is told to the tree. For who has read one itself. */
void receiving_settle(struct receiving *receiving);

/* After the session is mounted. 0 or -errno. */
int receive_in_order(struct fuse_session *session);

#endif

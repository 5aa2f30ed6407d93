/* eosiofs --unmount DIR */
#ifndef EOSIOFS_MOUNT_MOUNTPOINT_UNMOUNT_H
#define EOSIOFS_MOUNT_MOUNTPOINT_UNMOUNT_H

#include "core/base/error.h"

/* Unmounts the eosiofs at the absolute path and waits until its process has ended, so that its data folder
 * is free. -EBUSY: the sentence names who keeps it busy, one a line. -EINVAL: no eosiofs is mounted there. */
int unmount(const char *mount_point, struct error *error);

#endif

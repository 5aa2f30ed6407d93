/* The mounts of this process's view, from /proc/self/mountinfo, and unmounting. Nothing here touches what
 * is mounted. */
#ifndef EOSIOFS_MOUNT_MOUNTPOINT_MOUNT_TABLE_H
#define EOSIOFS_MOUNT_MOUNTPOINT_MOUNT_TABLE_H

#include "core/base/error.h"
#include "core/base/text.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#define MOUNT_TYPE "fuse.eosiofs"

struct mount_entry {
	char path[PATH_MAX];
	char root[PATH_MAX]; /* which folder of the file system stands there: "/" but for bind mounts */
	char type[64];
	uid_t user; /* who mounted it, for FUSE; 0 otherwise */
	gid_t group;
	unsigned connection; /* FUSE's number for it */
};

/* The topmost mount at exactly this absolute path: 1, 0 for none, -errno. */
int mount_table_find(struct mount_entry *out, const char *path, struct error *error);
/* Where an absolute path without links leads in the file system of that FUSE connection, by whichever of
 * its mounts: appends the path from its root, without a slash before it. False: elsewhere. */
bool mount_table_inside(struct text *out, const char *path, unsigned connection);
/* Unmounts. dead: even while it is busy, and whoever waits for an answer gets an error, where the kernel
 * lets us. -EBUSY; -EPERM when it is somebody else's. */
int mount_table_unmount(const char *path, bool dead, struct error *error);
/* Makes a path absolute without touching its last part, which may be a dead mount: only the folders above
 * are asked. */
int mount_table_absolute(char out[PATH_MAX], const char *path, struct error *error);

#endif

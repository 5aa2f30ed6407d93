/* A mounted eosiofs makes itself known under its mount point, so that another process of its user learns
 * which process serves a mount, and when that ends, without touching the mount. */
#ifndef EOSIOFS_MOUNT_MOUNTPOINT_PRESENCE_H
#define EOSIOFS_MOUNT_MOUNTPOINT_PRESENCE_H

#include "core/base/error.h"

#include <stdbool.h>
#include <sys/types.h>

/* What stands in the place of a process. */
enum {
	PRESENCE_NONE = 0,    /* nobody, or nobody whom we can know of: no proof that there is none */
	PRESENCE_HIDDEN = -1, /* one that this process cannot see (another PID namespace) */
	PRESENCE_DYING = -2   /* one that was killed and does not end */
};

/* Announces that this process serves mount_point, until it ends or presence_end(). *lock is for
 * presence_end(), -1 where there is no place to announce it. -EBUSY: another process serves it. */
int presence_announce(int *lock, const char *mount_point, struct error *error);
void presence_end(int lock, const char *mount_point);
/* Notes FUSE's number of the mount that is being served. */
void presence_note(int lock, unsigned connection);
/* The process that served that very mount is proved to have ended, whoever else may hold its connection. */
bool presence_has_ended(const char *mount_point, uid_t user, unsigned connection);
/* The process that serves the user's mount, or one of the above. One that was just killed is waited for,
 * and then is none. */
pid_t presence_find(const char *mount_point, uid_t user);
/* "process 12", or words for one that cannot be told. */
void presence_print(char out[32], pid_t process);
/* Waits until the process has ended: true, or false when the time is up. */
bool presence_wait(pid_t process, int milliseconds);

#endif

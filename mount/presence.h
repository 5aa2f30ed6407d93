/* A mounted eosiofs makes itself known under its mount point, so that another process learns whether a
 * mount lives without touching it: a stat of a mount that died or hangs would fail or hang too. */
#ifndef EOSIOFS_MOUNT_PRESENCE_H
#define EOSIOFS_MOUNT_PRESENCE_H

#include "core/base/error.h"

#include <stdbool.h>
#include <sys/types.h>

/* Who asked whether this process is there; kept open, because they see by that when it ends. */
struct presence {
	int listener; /* -1: not announced */
	int asked[16]; /* the latest; -1: free */
};

/* Announces that this process serves mount_point, until it ends or presence_end(). SIGIO then tells when
 * presence_answer() is due. -EBUSY: another process serves it. */
int presence_announce(struct presence *presence, const char *mount_point, struct error *error);
/* Takes in who has asked since, so that the queue of those who ask never fills. */
void presence_answer(struct presence *presence);
void presence_end(struct presence *presence);
/* The process that serves mount_point, 0 for none, -1 for one that this process cannot see (another PID
 * namespace). One that was killed counts as none, once its files are closed: that is waited for. Where
 * descriptor is not NULL and there is one, it becomes readable when that process has ended; close() it. */
pid_t presence_find(const char *mount_point, int *descriptor);
/* Waits until the process found has ended: true, or false when the time is up. */
bool presence_wait(int descriptor, int milliseconds);

#endif

/* Which signals interrupt what takes long. */
#ifndef EOSIOFS_MOUNT_INTERRUPT_H
#define EOSIOFS_MOUNT_INTERRUPT_H

#include <stdbool.h>
#include <sys/types.h>

/* The kernel interrupts a request for any signal that its caller handles, and only once: for the end of another child or a new window size too,
 * which shells handle and which end nothing. True unless all signals that wait for the thread `pid` are such. Asked again, since Ctrl-C may
 * follow. */
bool interrupt_is_meant(pid_t pid);

#endif

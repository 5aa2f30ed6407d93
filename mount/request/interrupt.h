/* Which signals interrupt what takes long. */
#ifndef EOSIOFS_MOUNT_REQUEST_INTERRUPT_H
#define EOSIOFS_MOUNT_REQUEST_INTERRUPT_H

#include <stdbool.h>
#include <sys/types.h>

/* The kernel interrupts a request for any signal that its caller does not ignore, and only once: for the
 * end of another child, a new window size or Ctrl-Z too, which end nothing. True unless all signals that
 * wait for the thread `pid` are such. Asked again, since Ctrl-C may follow. */
bool interrupt_is_meant(pid_t pid);

#endif

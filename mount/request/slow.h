/* Requests that may take long are answered from threads of their own, so that they hold no worker of
 * libfuse's loop. */
#ifndef EOSIOFS_MOUNT_REQUEST_SLOW_H
#define EOSIOFS_MOUNT_REQUEST_SLOW_H

#include <stdbool.h>

struct slow;

struct slow *slow_create(void);
/* Runs run(context) in a thread of its own; in this one where none can be made. */
void slow_run(struct slow *slow, void (*run)(void *context), void *context);
/* From here on slow_is_stopping() is true, so that what runs ends soon with EINTR; returns when nothing
 * runs any more. */
void slow_stop(struct slow *slow);
bool slow_is_stopping(const struct slow *slow);
/* After slow_stop(). */
void slow_destroy(struct slow *slow);

#endif

/* How the least file systems are served that a mount is measured beside: with its threads and timeouts. */
#ifndef EOSIOFS_TESTS_BENCH_RIG_LEAST_H
#define EOSIOFS_TESTS_BENCH_RIG_LEAST_H

#define FUSE_USE_VERSION 312
#include <fuse_lowlevel.h>

#define LEAST_NAME_TIMEOUT (24 * 3600.0) /* as mount/request/names.c */

/* Until it is unmounted or gets SIGTERM; prints "ready" once the mount answers. Gives the exit status. */
int least_serve(char *program, const char *mount_point, const struct fuse_lowlevel_ops *operations,
                void *context);

#endif

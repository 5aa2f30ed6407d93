/* How the least file systems are served that a mount is measured beside: with its threads and timeouts. */
#ifndef EOSIOFS_TESTS_BENCH_LEAST_H
#define EOSIOFS_TESTS_BENCH_LEAST_H

#define FUSE_USE_VERSION 312
#include <fuse_lowlevel.h>
#include <stdio.h>

#define LEAST_NAME_TIMEOUT (24 * 3600.0) /* as mount/request/names.c */

/* Until it is unmounted or gets SIGTERM; prints "ready" once the mount answers. Gives the exit status. */
static inline int least_serve(char *program, const char *mount_point,
                              const struct fuse_lowlevel_ops *operations, void *context)
{
	char *words[] = {program, NULL};
	struct fuse_args arguments = FUSE_ARGS_INIT(1, words);
	struct fuse_session *session = fuse_session_new(&arguments, operations, sizeof *operations, context);
	struct fuse_loop_config *config = fuse_loop_cfg_create();
	int result = 1;
	if (!session)
		return 1;
	fuse_loop_cfg_set_max_threads(config, 10); /* both as the mount's defaults */
	fuse_loop_cfg_set_idle_threads(config, 10);
	if (fuse_set_signal_handlers(session) == 0 && fuse_session_mount(session, mount_point) == 0) {
		puts("ready");
		fflush(stdout);
		result = fuse_session_loop_mt(session, config);
		fuse_session_unmount(session);
	}
	fuse_remove_signal_handlers(session);
	fuse_session_destroy(session);
	fuse_loop_cfg_destroy(config);
	fuse_opt_free_args(&arguments);
	return result != 0;
}

#endif

/* Serving a least file system. */
#include "tests/bench/rig/least.h"

#include <stdio.h>

int least_serve(char *program, const char *mount_point, const struct fuse_lowlevel_ops *operations,
                void *context)
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

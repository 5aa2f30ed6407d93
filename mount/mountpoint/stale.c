/* Finds and removes mounts whose process died. The presence says which live, and of which the process has
 * ended; where it says neither, as of a process out of sight (another namespace), the kernel is asked. */
#include "mount/mountpoint/stale.h"

#include "mount/mountpoint/mount_table.h"
#include "mount/mountpoint/presence.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ANSWER_MILLISECONDS = 2000 };

/* The kernel answers for a mount whose process is gone. One that lives answers itself; one that hangs would
 * make us hang, so it is a child that asks. */
static bool is_disconnected(const struct mount_entry *entry)
{
	struct statfs answer;
	int status = 0;
	pid_t child = fork();
	if (child == 0) {
		/* As its user: the kernel answers anybody else without asking. */
		if (geteuid() == 0 && (setresgid(entry->group, entry->group, entry->group) != 0 ||
		                       setresuid(entry->user, entry->user, entry->user) != 0))
			_exit(0);
		_exit(statfs(entry->path, &answer) != 0 && (errno == ENOTCONN || errno == ECONNABORTED));
	}
	if (child < 0)
		return false;
	if (!presence_wait(child, ANSWER_MILLISECONDS)) {
		kill(child, SIGKILL);
		return false;
	}
	return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

int stale_find(const char *mount_point, struct error *error)
{
	struct mount_entry entry;
	int result = mount_table_find(&entry, mount_point, error);
	if (result <= 0)
		return result;
	if (strcmp(entry.type, MOUNT_TYPE) != 0)
		return 0;
	pid_t server = presence_find(mount_point, entry.user);
	bool dead = server == PRESENCE_DYING ||
	            (server == PRESENCE_NONE &&
	             (presence_has_ended(mount_point, entry.user, entry.connection) || is_disconnected(&entry)));
	if (!dead)
		return 0;
	if (geteuid() != 0 && entry.user != geteuid())
		return error_set(error, EPERM,
		                 "a mount of user %u that died is in the way at '%s': that user, or root, can remove "
		                 "it with fusermount3 -uz",
		                 entry.user, mount_point);
	return 1;
}

int stale_clean(const char *mount_point, struct error *error)
{
	int result;
	while ((result = stale_find(mount_point, error)) == 1) {
		result = mount_table_unmount(mount_point, true, error);
		if (result)
			return result;
		fprintf(stderr, "eosiofs: unmounted what was left at '%s' of a mount that died\n", mount_point);
	}
	return result;
}

/* Checks before mounting, and the background. */
#include "mount/ready.h"

#include "mount/mountpoint/mount_table.h"
#include "mount/mountpoint/presence.h"
#include "mount/mountpoint/stale.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PREDECESSOR_MILLISECONDS = 10000 };

static int check_device(struct error *error)
{
	int device = open("/dev/fuse", O_RDWR | O_CLOEXEC);

	if (device >= 0) {
		close(device);
		return 0;
	}
	switch (errno) {
	case ENOENT:
		return error_set(
			error, ENOENT,
			"there is no /dev/fuse: load it with 'modprobe fuse'; a container needs '--device /dev/fuse "
			"--cap-add SYS_ADMIN'");
	case EACCES:
	case EPERM:
		return error_set(error, errno, "/dev/fuse: %s: run as root or as a user who may open it",
		                 strerror(errno));
	default:
		return error_set(error, errno, "/dev/fuse: %s: is the fuse module loaded (modprobe fuse)?",
		                 strerror(errno));
	}
}

static int check_empty(const char *mount_point, struct error *error)
{
	DIR *folder = opendir(mount_point);
	int result = 0;

	if (!folder)
		return error_set(error, errno, "mount point '%s': %s", mount_point, strerror(errno));
	for (struct dirent *entry; result == 0 && (entry = readdir(folder));)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			result = error_set(
				error, ENOTEMPTY,
				"mount point '%s' is not empty (it holds '%s'): take another one, or hide them below the "
				"mount with -o nonempty",
				mount_point, entry->d_name);
	closedir(folder);
	return result;
}

/* A mount that was just unmounted may still be writing its data folder. */
static void wait_for_predecessor(const char *mount_point)
{
	pid_t server = presence_find(mount_point, geteuid());
	if (server > 0)
		presence_wait(server, PREDECESSOR_MILLISECONDS);
}

int ready_check(const char *mount_point, bool may_hold_files, struct error *error)
{
	struct mount_entry entry;
	struct stat attributes;
	char server[32];
	int result = stale_clean(mount_point, error);
	if (result)
		return result;
	result = mount_table_find(&entry, mount_point, error);
	if (result < 0)
		return result;
	if (result == 1 && strcmp(entry.type, MOUNT_TYPE) == 0) {
		presence_print(server, presence_find(mount_point, entry.user));
		return error_set(error, EBUSY,
		                 "mount point '%s' is busy: %s has an eosiofs there; 'eosiofs --unmount %s' ends it",
		                 mount_point, server, mount_point);
	}
	if (result == 0)
		wait_for_predecessor(mount_point);
	if (stat(mount_point, &attributes) != 0) {
		if (errno == ENOENT)
			return error_set(error, ENOENT, "mount point '%s' does not exist: mkdir -p '%s'", mount_point,
			                 mount_point);
		return error_set(error, errno, "mount point '%s': %s", mount_point, strerror(errno));
	}
	if (!S_ISDIR(attributes.st_mode))
		return error_set(error, ENOTDIR, "mount point '%s' is not a folder", mount_point);
	if (result == 1 && !may_hold_files)
		return error_set(error, EBUSY, "mount point '%s' is busy: a file system of type %s is mounted there",
		                 mount_point, entry.type);
	result = may_hold_files ? 0 : check_empty(mount_point, error);
	return result ? result : check_device(error);
}

/* In the process that waits. */
static _Noreturn void wait_until_ready(pid_t child, int from_child, const char *mount_point)
{
	struct statfs answer;
	char byte;
	ssize_t count;
	int status;
	do
		count = read(from_child, &byte, 1);
	while (count < 0 && errno == EINTR);
	if (count == 1) {
		if (statfs(mount_point, &answer) == 0)
			_exit(EXIT_SUCCESS);
		fprintf(stderr, "eosiofs: mounted at '%s', but it does not answer: %s\n", mount_point,
		        strerror(errno));
		_exit(EXIT_FAILURE);
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			_exit(EXIT_FAILURE);
	if (WIFSIGNALED(status))
		fprintf(stderr, "eosiofs: ended by signal %d before it was mounted\n", WTERMSIG(status));
	_exit(WIFEXITED(status) && WEXITSTATUS(status) != 0 ? WEXITSTATUS(status) : EXIT_FAILURE);
}

int ready_background(int *waiter, const char *mount_point, struct error *error)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return error_set(error, errno, "cannot make a pipe: %s", strerror(errno));
	fflush(NULL);
	pid_t child = fork();
	if (child < 0) {
		int number = errno;
		close(ends[0]);
		close(ends[1]);
		return error_set(error, number, "cannot go into the background: %s", strerror(number));
	}
	if (child != 0) {
		close(ends[1]);
		wait_until_ready(child, ends[0], mount_point);
	}
	close(ends[0]);
	*waiter = ends[1];
	return 0;
}

void ready_announce(int waiter)
{
	if (waiter < 0)
		return;
	setsid();
	if (chdir("/") != 0)
		perror("eosiofs: /");
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		if (null > STDERR_FILENO)
			close(null);
	}
	while (write(waiter, "r", 1) < 0 && errno == EINTR)
		;
	close(waiter);
}

/* Presence: a locked file, named after the mount point, in a folder that is its user's alone: /run/user/UID,
 * or one in /tmp where there is none. The lock vanishes with its process, however that ends, and the kernel
 * tells whose it is. */
#include "mount/mountpoint/presence.h"

#include "core/base/crypto/hash.h"
#include "core/base/system/process.h"
#include "core/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { DYING_MILLISECONDS = 1000 };

static bool is_private(const char *path, uid_t user)
{
	struct stat status;
	return lstat(path, &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == user &&
	       (status.st_mode & 0077) == 0;
}

/* Appends the lock's path; false where the user has no place for it. make: as that user. */
static bool lock_path(struct text *out, const char *mount_point, uid_t user, bool make)
{
	char run[64];
	struct checksum256 hash = hash_sha256(mount_point, strlen(mount_point));

	snprintf(run, sizeof run, "/run/user/%u", (unsigned)user);
	if (is_private(run, user))
		text_printf(out, "%s/eosiofs", run);
	else
		text_printf(out, "/tmp/eosiofs-%u", (unsigned)user);
	if (make)
		mkdir(text_string(out), 0700);
	if (!is_private(text_string(out), user))
		return false;
	text_append_char(out, '/');
	text_append_hex(out, hash.data, sizeof hash.data);
	return true;
}

/* The lock, or -1 with errno. Whoever had it may have removed the file while this one was opened. */
static int take(const char *path)
{
	struct flock wanted = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	for (;;) {
		struct stat status;
		int lock = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
		if (lock < 0)
			return -1;
		bool taken = fcntl(lock, F_SETLK, &wanted) == 0;
		int number = errno;
		if (taken && fstat(lock, &status) == 0 && status.st_nlink > 0)
			return lock;
		close(lock);
		errno = number;
		if (!taken)
			return -1;
	}
}

void presence_print(char out[32], pid_t process)
{
	if (process > 0)
		snprintf(out, 32, "process %d", (int)process);
	else
		strcpy(out, "a process out of sight");
}

int presence_announce(int *lock, const char *mount_point, struct error *error)
{
	struct text path = TEXT_EMPTY;
	int result = 0;
	*lock = -1;
	if (lock_path(&path, mount_point, geteuid(), true)) {
		*lock = take(text_string(&path));
		if (*lock < 0 && (errno == EACCES || errno == EAGAIN)) {
			char server[32];
			presence_print(server, presence_find(mount_point, geteuid()));
			result = error_set(error, EBUSY, "'%s' is being served by %s", mount_point, server);
		} else if (*lock >= 0 && ftruncate(*lock, 0) != 0) { /* what an earlier one has noted */
			result = error_set(error, errno, "cannot write \"%s\": %s", text_string(&path), strerror(errno));
		}
	}
	text_release(&path);
	return result;
}

void presence_end(int lock, const char *mount_point)
{
	struct text path = TEXT_EMPTY;

	if (lock < 0)
		return;
	if (lock_path(&path, mount_point, geteuid(), false))
		unlink(text_string(&path));
	close(lock);
	text_release(&path);
}

void presence_note(int lock, unsigned connection)
{
	char text[16];
	int length = snprintf(text, sizeof text, "%u\n", connection);

	/* Without it the kernel alone is believed. */
	if (lock >= 0 && (ftruncate(lock, 0) != 0 || pwrite(lock, text, (size_t)length, 0) != length))
		perror("eosiofs: the mount's presence");
}

bool presence_has_ended(const char *mount_point, uid_t user, unsigned connection)
{
	struct text path = TEXT_EMPTY;
	struct flock held = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	char noted[16] = "", number[16];
	int lock = -1;

	snprintf(number, sizeof number, "%u\n", connection);
	if (lock_path(&path, mount_point, user, false))
		lock = open(text_string(&path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool ended = lock >= 0 && pread(lock, noted, sizeof noted - 1, 0) > 0 && strcmp(noted, number) == 0 &&
	             fcntl(lock, F_GETLK, &held) == 0 && held.l_type == F_UNLCK;
	if (lock >= 0)
		close(lock);
	text_release(&path);
	return ended;
}

bool presence_wait(pid_t process, int milliseconds)
{
	int descriptor = (int)syscall(SYS_pidfd_open, process, 0);
	struct pollfd ended = {.fd = descriptor, .events = POLLIN};
	int result;
	if (descriptor < 0)
		return errno == ESRCH;
	do
		result = poll(&ended, 1, milliseconds);
	while (result < 0 && errno == EINTR);
	close(descriptor);
	return result != 0;
}

pid_t presence_find(const char *mount_point, uid_t user)
{
	struct text path = TEXT_EMPTY;
	struct flock held = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	pid_t found = PRESENCE_NONE;
	int lock = -1;
	if (lock_path(&path, mount_point, user, false))
		lock = open(text_string(&path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (lock >= 0 && fcntl(lock, F_GETLK, &held) == 0 && held.l_type != F_UNLCK)
		found = held.l_pid > 0 ? held.l_pid : PRESENCE_HIDDEN;
	if (lock >= 0)
		close(lock);
	text_release(&path);
	if (found > 0 && process_is_ending(found))
		found = presence_wait(found, DYING_MILLISECONDS) ? PRESENCE_NONE : PRESENCE_DYING;
	return found;
}

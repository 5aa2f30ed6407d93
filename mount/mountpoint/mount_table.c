/* Reads /proc/self/mountinfo, and unmounts by umount2 (root) or fusermount3 (everybody else). */
#include "mount/mountpoint/mount_table.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINKS_MAXIMUM = 40 };

extern char **environ;

/* mountinfo writes blanks and the like as \ooo. */
static void unescape(char *text)
{
	char *out = text;
	for (const char *in = text; *in; in++) {
		if (in[0] == '\\' && in[1] >= '0' && in[1] <= '3' && in[2] >= '0' && in[2] <= '7' && in[3] >= '0' &&
		    in[3] <= '7') {
			*out++ = (char)((in[1] - '0') * 64 + (in[2] - '0') * 8 + (in[3] - '0'));
			in += 3;
		} else {
			*out++ = *in;
		}
	}
	*out = 0;
}

static unsigned long number_behind(const char *options, const char *word)
{
	const char *found = strstr(options, word);
	return found ? strtoul(found + strlen(word), NULL, 10) : 0;
}

/* A line: ID PARENT MAJOR:MINOR ROOT PATH OPTIONS [TAGS…] - TYPE SOURCE SUPER_OPTIONS */
static bool read_line(struct mount_entry *out, char *line)
{
	char *rest = line, *path = NULL, *root = NULL, *end = strstr(line, " - ");

	if (!end)
		return false;
	*end = 0;
	for (int field = 0; field < 5; field++) {
		root = path;
		path = strsep(&rest, " ");
		if (field == 2 && path)
			out->connection = (unsigned)number_behind(path, ":");
	}
	if (!path || strlen(path) >= sizeof out->path || strlen(root) >= sizeof out->root)
		return false;
	strcpy(out->path, path);
	unescape(out->path);
	strcpy(out->root, root);
	unescape(out->root);
	char *type = end + 3;
	char *super = strchr(type, ' ');
	if (!super)
		return false;
	*super++ = 0;
	snprintf(out->type, sizeof out->type, "%s", type);
	out->user = (uid_t)number_behind(super, "user_id=");
	out->group = (gid_t)number_behind(super, "group_id=");
	return true;
}

/* The last line that is wanted: it covers the others. 1, 0 for none, -errno. */
static int find_last(struct mount_entry *out, const char *path, struct error *error,
                     bool (*wanted)(const struct mount_entry *entry, const struct mount_entry *before,
                                    const char *path))
{
	FILE *table = fopen("/proc/self/mountinfo", "re");
	struct mount_entry entry;
	char *line = NULL;
	size_t capacity = 0;
	int found = 0;

	if (!table)
		return error_set(error, errno, "cannot read /proc/self/mountinfo: %s", strerror(errno));
	while (getline(&line, &capacity, table) > 0) {
		line[strcspn(line, "\n")] = 0;
		if (read_line(&entry, line) && wanted(&entry, found ? out : NULL, path)) {
			*out = entry;
			found = 1;
		}
	}
	free(line);
	fclose(table);
	return found;
}

static bool is_there(const struct mount_entry *entry, const struct mount_entry *before, const char *path)
{
	(void)before;
	return strcmp(entry->path, path) == 0;
}

int mount_table_find(struct mount_entry *out, const char *path, struct error *error)
{
	return find_last(out, path, error, is_there);
}

static bool is_above(const struct mount_entry *entry, const struct mount_entry *before, const char *path)
{
	size_t length = strcmp(entry->path, "/") == 0 ? 0 : strlen(entry->path);
	return strncmp(path, entry->path, length) == 0 && (path[length] == 0 || path[length] == '/') &&
	       (!before || strlen(entry->path) >= strlen(before->path));
}

bool mount_table_inside(struct text *out, const char *path, unsigned connection)
{
	struct mount_entry entry;

	if (find_last(&entry, path, NULL, is_above) != 1 || strcmp(entry.type, MOUNT_TYPE) != 0 ||
	    entry.connection != connection)
		return false;
	text_append(out, entry.root + 1);
	path += strlen(entry.path);
	if (*path)
		text_append(out, out->length ? path : path + 1);
	return true;
}

/* fusermount3's own messages are dropped: the caller has a better sentence. */
static int run_fusermount(const char *path, bool lazily)
{
	char *arguments[] = {"fusermount3", "-u", lazily ? "-z" : "-q", "--", (char *)(uintptr_t)path, NULL};
	posix_spawn_file_actions_t actions;
	pid_t child;
	int status;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	int result = posix_spawnp(&child, arguments[0], &actions, NULL, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (result)
		return -result;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EBUSY;
}

/* The connection's user may end it, where the control file system is mounted. */
static void abort_connection(const char *path)
{
	struct mount_entry entry;
	char control[80];

	if (mount_table_find(&entry, path, NULL) != 1)
		return;
	snprintf(control, sizeof control, "/sys/fs/fuse/connections/%u/abort", entry.connection);
	int file = open(control, O_WRONLY | O_CLOEXEC);
	if (file < 0)
		return;
	if (write(file, "1", 1) != 1)
		perror(control);
	close(file);
}

int mount_table_unmount(const char *path, bool dead, struct error *error)
{
	int result;
	if (dead)
		abort_connection(path);
	if (geteuid() == 0)
		result = umount2(path, UMOUNT_NOFOLLOW | (dead ? MNT_DETACH | MNT_FORCE : 0)) == 0 ? 0 : -errno;
	else
		result = run_fusermount(path, dead);
	if (result == -ENOENT && geteuid() != 0)
		return error_set(error, ENOENT, "fusermount3 is not installed: apt install fuse3");
	if (result)
		return error_set(error, -result, "cannot unmount '%s': %s", path, strerror(-result));
	return 0;
}

static int absolute(char out[PATH_MAX], const char *path, unsigned links, struct error *error);

/* Reading a link never asks a file system that is mounted there. */
static int follow_link(char path[PATH_MAX], const char *folder, unsigned links, struct error *error)
{
	char target[PATH_MAX], whole[2 * PATH_MAX];
	ssize_t length = readlink(path, target, sizeof target - 1);

	if (length <= 0)
		return 0;
	if (links == LINKS_MAXIMUM)
		return error_set(error, ELOOP, "'%s': %s", path, strerror(ELOOP));
	target[length] = 0;
	snprintf(whole, sizeof whole, "%s%s%s", target[0] == '/' ? "" : folder, target[0] == '/' ? "" : "/",
	         target);
	return absolute(path, whole, links + 1, error);
}

static int absolute(char out[PATH_MAX], const char *path, unsigned links, struct error *error)
{
	char folder[PATH_MAX], above[PATH_MAX];
	size_t length = strlen(path);

	if (length == 0)
		return error_set(error, EINVAL, "the mount point is empty");
	if (length >= PATH_MAX)
		return error_set(error, ENAMETOOLONG, "the mount point's path is too long");
	strcpy(folder, path);
	while (length > 1 && folder[length - 1] == '/')
		folder[--length] = 0;
	char *slash = strrchr(folder, '/');
	const char *last = slash ? slash + 1 : folder;
	if (*last == 0 || strcmp(last, ".") == 0 || strcmp(last, "..") == 0)
		return realpath(folder, out) ? 0 : error_set(error, errno, "'%s': %s", path, strerror(errno));
	char name[NAME_MAX + 1];
	if (strlen(last) > NAME_MAX)
		return error_set(error, ENAMETOOLONG, "'%s': %s", path, strerror(ENAMETOOLONG));
	strcpy(name, last);
	if (slash == folder)
		strcpy(folder, "/");
	else if (slash)
		*slash = 0;
	else
		strcpy(folder, ".");
	if (!realpath(folder, above)) {
		int number = errno;
		if (number == ENOTCONN)
			return error_set(error, number,
			                 "'%s' lies on a mount that died: unmount that one first (fusermount3 -uz)",
			                 path);
		return error_set(error, number, "'%s': the folder above it: %s", path, strerror(number));
	}
	if (strlen(above) + 1 + strlen(name) >= PATH_MAX)
		return error_set(error, ENAMETOOLONG, "the mount point's path is too long");
	strcpy(out, above);
	if (strcmp(above, "/") != 0)
		strcat(out, "/");
	strcat(out, name);
	return follow_link(out, above, links, error);
}

int mount_table_absolute(char out[PATH_MAX], const char *path, struct error *error)
{
	return absolute(out, path, 0, error);
}

/* Unmounting on request: who keeps a busy mount busy is read from /proc, whose links are paths, so that
 * the mount itself is not asked. */
#include "mount/mountpoint/unmount.h"

#include "core/base/text.h"
#include "mount/mountpoint/mount_table.h"
#include "mount/mountpoint/presence.h"
#include "mount/mountpoint/stale.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WAIT_MILLISECONDS = 60000 };

/* What the link points to below the mount point: "" for the mount point itself, NULL for elsewhere. */
static const char *link_below(char target[PATH_MAX], const char *link, const char *mount_point)
{
	size_t length = strlen(mount_point);
	ssize_t count = readlink(link, target, PATH_MAX - 1);

	if (count < 0)
		return NULL;
	target[count] = 0;
	if (strncmp(target, mount_point, length) != 0 || (target[length] != 0 && target[length] != '/'))
		return NULL;
	return target[length] == '/' ? target + length + 1 : "";
}

static void process_name(char out[32], long pid)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%ld/comm", pid);
	strcpy(out, "?");
	FILE *file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(out, 32, file))
		out[strcspn(out, "\n")] = 0;
	fclose(file);
}

static void name_process(struct text *out, long pid, const char *what, const char *below)
{
	char name[32];
	process_name(name, pid);
	text_printf(out, "\n  %s (process %ld) %s%s%s%s", name, pid, what, *below ? " '" : "", below,
	            *below ? "'" : "");
}

static void examine_process(struct text *out, long pid, const char *mount_point)
{
	char path[300], target[PATH_MAX];
	const char *below;
	snprintf(path, sizeof path, "/proc/%ld/cwd", pid);
	if ((below = link_below(target, path, mount_point)))
		name_process(out, pid, "is working in", *below ? below : ".");
	snprintf(path, sizeof path, "/proc/%ld/root", pid);
	if ((below = link_below(target, path, mount_point)))
		name_process(out, pid, "has its root in", *below ? below : ".");
	snprintf(path, sizeof path, "/proc/%ld/fd", pid);
	DIR *folder = opendir(path);
	if (!folder)
		return; /* gone, or somebody else's */
	for (struct dirent *entry; (entry = readdir(folder));) {
		snprintf(path, sizeof path, "/proc/%ld/fd/%s", pid, entry->d_name);
		if ((below = link_below(target, path, mount_point)))
			name_process(out, pid, "has open", *below ? below : ".");
	}
	closedir(folder);
}

static void name_users(struct text *out, const char *mount_point)
{
	DIR *processes = opendir("/proc");

	if (!processes)
		return;
	for (struct dirent *entry; (entry = readdir(processes));)
		if (isdigit((unsigned char)entry->d_name[0]) && strtol(entry->d_name, NULL, 10) != getpid())
			examine_process(out, strtol(entry->d_name, NULL, 10), mount_point);
	closedir(processes);
	if (out->length == 0)
		text_append(out, "\n  a process that this user may not look into (try as root)");
}

int unmount(const char *mount_point, struct error *error)
{
	struct text users = TEXT_EMPTY;
	struct mount_entry entry;
	int result = mount_table_find(&entry, mount_point, error);
	if (result < 0)
		return result;
	if (result == 0)
		return error_set(error, EINVAL, "nothing is mounted at '%s'", mount_point);
	if (strcmp(entry.type, MOUNT_TYPE) != 0)
		return error_set(error, EINVAL, "what is mounted at '%s' is no eosiofs but %s", mount_point,
		                 entry.type);
	if (geteuid() != 0 && entry.user != geteuid())
		return error_set(error, EPERM, "the eosiofs at '%s' is not yours but user %u's", mount_point,
		                 (unsigned)entry.user);
	pid_t server = presence_find(mount_point, entry.user);
	result = stale_find(mount_point, error);
	if (result < 0)
		return result;
	result = result == 1 ? stale_clean(mount_point, error) : mount_table_unmount(mount_point, false, error);
	if (result == -EBUSY) {
		name_users(&users, mount_point);
		error_set(error, EBUSY, "'%s' is busy:%s", mount_point, text_string(&users));
	}
	if (server == PRESENCE_DYING)
		server = presence_find(mount_point, entry.user);
	if (result == 0 && server == PRESENCE_DYING)
		result = error_set(error, ETIMEDOUT, "unmounted, but its process was killed and does not end");
	if (result == 0 && server > 0 && !presence_wait(server, WAIT_MILLISECONDS))
		result = error_set(error, ETIMEDOUT, "unmounted, but process %d is still writing its data folder",
		                   (int)server);
	text_release(&users);
	return result;
}

/* Finds and removes mounts whose process died. */
#include "mount/stale.h"

#include "mount/mount_table.h"
#include "mount/presence.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int stale_find(const char *mount_point, struct error *error)
{
	struct mount_entry entry;
	int result = mount_table_find(&entry, mount_point, error);
	if (result <= 0)
		return result;
	if (strcmp(entry.type, MOUNT_TYPE) != 0 || presence_find(mount_point, NULL) != 0)
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

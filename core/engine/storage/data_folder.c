/* The data folder: lock, format, places. */
#include "core/engine/storage/data_folder.h"

#include "core/base/memory.h"
#include "core/base/system/file.h"
#include "core/base/system/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

enum {
	DATA_FORMAT = 2, /* 1: no reversible blocks beside the log, no nodes but one */
	FORMAT_FILE_MAXIMUM = 64,
	ENDING_TRIES = 200, /* two seconds at most */
	ENDING_PAUSE_NS = 10000000
};

#define CACHE_TAG "CACHEDIR.TAG"

struct data_folder {
	char *path;
	int lock;   /* the file: programs that know only that one respect it, and it names the owner */
	int itself; /* the folder, locked too: the file may be removed */
	bool is_shared; /* other files may lie in it */
};

int data_folder_default(struct text *out, const char *mountpoint, struct error *error)
{
	size_t end = strlen(mountpoint);
	while (end && mountpoint[end - 1] == '/')
		end--;
	size_t start = end;
	while (start && mountpoint[start - 1] != '/')
		start--;
	const char *name = mountpoint + start;
	if (start == end || (end - start == 1 && name[0] == '.') || (end - start == 2 && !strncmp(name, "..", 2)))
		return error_set(error, EINVAL,
		                 "mount point \"%s\" has no name to find its data by: give -o data=DIR", mountpoint);
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
	if (data && data[0] == '/')
		text_append(out, data);
	else if (home && home[0] == '/')
		text_printf(out, "%s/.local/share", home);
	else
		return error_set(error, ENOENT,
		                 "neither XDG_DATA_HOME nor HOME says where data belongs: give -o data=DIR");
	text_append(out, "/eosiofs/");
	text_append_bytes(out, name, end - start);
	return 0;
}

/* That it is there outlives a loss of power. */
static int make_folder(const char *path)
{
	if (mkdir(path, 0700) < 0)
		return errno == EEXIST ? 0 : -errno;
	return file_sync_parent(path);
}

/* mkdir -p */
static int make_folders(const char *path)
{
	char *copy = memory_copy_string(path);
	int result = 0;
	for (char *slash = strchr(copy + 1, '/'); slash && result == 0; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		result = make_folder(copy);
		*slash = '/';
	}
	if (result == 0)
		result = make_folder(copy);
	free(copy);
	return result;
}

/* Whether nothing of anybody's is in it: a lock, or a format file that was never finished, may be left of
 * an opening that was cut short. */
static int folder_is_empty(const char *path, bool *empty)
{
	DIR *directory = opendir(path);
	if (!directory)
		return -errno;
	*empty = true;
	for (struct dirent *entry; (entry = readdir(directory));)
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..") && strcmp(entry->d_name, "lock") &&
		    strcmp(entry->d_name, "format.new") && strncmp(entry->d_name, CACHE_TAG, strlen(CACHE_TAG)))
			*empty = false;
	closedir(directory);
	return 0;
}

/* What somebody else owns or may write is theirs to change under us. */
static int check_owner(const char *path, const struct stat *status, struct error *error)
{
	if (status->st_uid != geteuid())
		return error_set(error, EPERM, "\"%s\" belongs to user %u: a data folder is its user's alone", path,
		                 (unsigned)status->st_uid);
	if (!S_ISLNK(status->st_mode) && (status->st_mode & (S_IWGRP | S_IWOTH)))
		return error_set(error, EPERM,
		                 "others may write \"%s\": a data folder is its user's alone (chmod go-w)", path);
	return 0;
}

static int check_owners(const char *path, struct error *error)
{
	char *const paths[] = {(char *)(uintptr_t)path, NULL};
	FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_COMFOLLOW, NULL);
	int result = 0;
	if (!walk)
		return error_set(error, errno, "cannot read data folder \"%s\": %s", path, file_reason(errno));
	for (FTSENT *entry; result == 0 && (entry = fts_read(walk));) {
		if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR)
			result = error_set(error, entry->fts_errno, "cannot read \"%s\": %s", entry->fts_path,
			                   file_reason(entry->fts_errno));
		else if (entry->fts_info != FTS_DP && entry->fts_info != FTS_NS)
			result = check_owner(entry->fts_path, entry->fts_statp, error);
	}
	fts_close(walk);
	return result;
}

/* *version is 0 when there is no format file. */
static int read_format(const struct data_folder *folder, long *version, struct error *error)
{
	char *path = data_folder_file(folder, "format"), rest = 0;
	struct text content = TEXT_EMPTY;
	int result = file_load(&content, path, FORMAT_FILE_MAXIMUM, error);
	*version = 0;
	if (result == -ENOENT) {
		free(path);
		if (error)
			error_clear(error);
		return 0;
	}
	bool says = sscanf(text_string(&content), "eosiofs %9ld%c", version, &rest) == 2 && rest == '\n' &&
	            *version > 0;
	if (result == -EFBIG || (result == 0 && !says))
		result = error_set(error, EBADMSG, "\"%s\" does not say which format the data folder has", path);
	if (result == 0 && *version > DATA_FORMAT)
		result = error_set(
			error, ENOTSUP,
			"data folder \"%s\" has format %ld, this program knows up to %d: use the newer program",
			folder->path, *version, DATA_FORMAT);
	text_release(&content);
	free(path);
	return result;
}

/* Who has one of the folder's two locks, as the kernel says, else as the lock file does; 0: not known. */
static long lock_owner(const struct data_folder *folder, int lock)
{
	char line[256], owner[32] = "";
	struct stat status;
	FILE *locks = fopen("/proc/locks", "re");
	long pid = 0, found = 0;
	unsigned major, minor;
	unsigned long long inode;

	while (locks && !found && fstat(lock, &status) == 0 && fgets(line, sizeof line, locks))
		if (sscanf(line, "%*d: FLOCK %*s %*s %ld %x:%x:%llu", &pid, &major, &minor, &inode) == 4 &&
		    inode == status.st_ino && makedev(major, minor) == status.st_dev)
			found = pid;
	if (locks)
		fclose(locks);
	if (found > 0)
		return found;
	return pread(folder->lock, owner, sizeof owner - 1, 0) > 0 ? strtol(owner, NULL, 10) : 0;
}

/* Who starts the program at once after killing it is not told that it is in use. -EWOULDBLOCK: by *owner. */
static int wait_for_lock(const struct data_folder *folder, long *owner, int fd)
{
	static const struct timespec pause = {.tv_nsec = ENDING_PAUSE_NS};
	for (int tries = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; tries++) {
		if (errno != EWOULDBLOCK)
			return -errno;
		*owner = lock_owner(folder, fd);
		if (tries == ENDING_TRIES || *owner <= 0 || !process_is_ending(*owner))
			return -EWOULDBLOCK;
		nanosleep(&pause, NULL);
	}
	return 0;
}

static int take_lock(struct data_folder *folder, struct error *error)
{
	char *path = data_folder_file(folder, "lock");
	long owner = 0;
	int result = file_open(&folder->lock, path, O_RDWR | O_CREAT, error);
	if (result) {
		free(path);
		return result;
	}
	folder->itself = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	result = folder->itself < 0 ? -errno : wait_for_lock(folder, &owner, folder->itself);
	if (result == 0)
		result = wait_for_lock(folder, &owner, folder->lock);
	if (result == -EWOULDBLOCK) {
		if (owner > 0)
			result = error_set(error, EBUSY, "data folder \"%s\" is in use by process %ld", folder->path,
			                   owner);
		else
			result = error_set(error, EBUSY, "data folder \"%s\" is in use by another process", folder->path);
	} else if (result) {
		error_set(error, -result, "cannot lock \"%s\": %s", path, file_reason(result));
	}
	free(path);
	return result;
}

static int write_owner(struct data_folder *folder, struct error *error)
{
	char line[32];
	int length = snprintf(line, sizeof line, "%ld\n", (long)getpid());
	int result = file_cut(folder->lock, 0);
	if (result == 0)
		result = file_write(folder->lock, line, (size_t)length, 0);
	return result
	           ? error_set(error, -result, "cannot write \"%s/lock\": %s", folder->path, file_reason(result))
	           : 0;
}

static int require_empty(const struct data_folder *folder, struct error *error)
{
	bool empty = false;
	int result = folder_is_empty(folder->path, &empty);
	if (result)
		return error_set(error, -result, "cannot read data folder \"%s\": %s", folder->path,
		                 file_reason(result));
	return empty ? 0
	             : error_set(error, ENOTEMPTY, "\"%s\" holds other files and is not a data folder of eosiofs",
	                         folder->path);
}

/* An empty folder becomes its user's alone; what others left in it before that is seen afterwards. */
static int take_empty(const struct data_folder *folder, struct error *error)
{
	struct stat status;
	int result = folder->is_shared ? 0 : require_empty(folder, error);
	if (result)
		return result;
	if (stat(folder->path, &status) == 0 && status.st_uid != geteuid())
		return check_owner(folder->path, &status, error);
	if (chmod(folder->path, 0700) < 0)
		return error_set(error, errno, "cannot keep others out of data folder \"%s\": %s", folder->path,
		                 file_reason(errno));
	return folder->is_shared ? 0 : require_empty(folder, error);
}

/* Backups that know the tag pass the folder by: it holds keys (bford.info/cachedir). */
static int write_tag(const struct data_folder *folder, struct error *error)
{
	static const char content[] = "Signature: 8a477f597d28d172789f06886806bc55\n"
	                              "# A testnet of eosiofs, keys and all: not for backups.\n";
	char *path = data_folder_file(folder, CACHE_TAG);
	int result = file_replace(path, content, sizeof content - 1, error);
	free(path);
	return result;
}

static int folder_start(struct data_folder *folder, struct error *error)
{
	long version;
	int result = make_folders(folder->path);
	if (result)
		return error_set(error, -result, "cannot make data folder \"%s\": %s", folder->path,
		                 file_reason(result));
	result = read_format(folder, &version, error);
	if (result == 0 && !version)
		result = take_empty(folder, error);
	if (result == 0)
		result = check_owners(folder->path, error);
	if (result)
		return result;
	result = take_lock(folder, error);
	if (result == 0)
		result = write_owner(folder, error);
	if (result == 0)
		result = read_format(folder, &version, error); /* it may have come while somebody else had the lock */
	if (result == 0 && version != DATA_FORMAT)
		result = write_tag(folder, error);
	if (result || version == DATA_FORMAT)
		return result;
	/* an older one is written to in this format from now on: older programs shall refuse it */
	char line[32], *path = data_folder_file(folder, "format");
	int length = snprintf(line, sizeof line, "eosiofs %d\n", DATA_FORMAT);
	result = file_replace(path, line, (size_t)length, error);
	free(path);
	return result;
}

static int open_folder(struct data_folder **out, const char *path, bool is_shared, struct error *error)
{
	struct data_folder *folder = memory_allocate(1, sizeof *folder);
	folder->is_shared = is_shared;
	folder->path = memory_copy_string(path);
	folder->lock = folder->itself = -1;
	for (size_t end = strlen(path); end > 1 && folder->path[end - 1] == '/';)
		folder->path[--end] = 0;
	int result = *path ? folder_start(folder, error)
	                   : error_set(error, ENOENT, "the data folder has no name");
	if (result) {
		data_folder_close(folder);
		folder = NULL;
	}
	*out = folder;
	return result;
}

int data_folder_open(struct data_folder **out, const char *path, struct error *error)
{
	return open_folder(out, path, false, error);
}

int data_folder_open_shared(struct data_folder **out, const char *path, struct error *error)
{
	return open_folder(out, path, true, error);
}

void data_folder_close(struct data_folder *folder)
{
	if (!folder)
		return;
	if (folder->lock >= 0)
		close(folder->lock); /* the file stays: removing it would let two others lock different ones */
	if (folder->itself >= 0)
		close(folder->itself);
	free(folder->path);
	free(folder);
}

const char *data_folder_path(const struct data_folder *folder)
{
	return folder->path;
}

char *data_folder_file(const struct data_folder *folder, const char *name)
{
	struct text path = TEXT_EMPTY;
	text_printf(&path, "%s/%s", folder->path, name);
	return text_take(&path);
}

char *data_folder_subfolder(const struct data_folder *folder, const char *name, struct error *error)
{
	char *path = data_folder_file(folder, name);
	struct stat status;
	int result = make_folder(path);
	if (result == 0 && lstat(path, &status) == 0 && !S_ISDIR(status.st_mode))
		result = -ENOTDIR;
	if (result == 0)
		return path;
	error_set(error, -result, "cannot make folder \"%s\": %s", path, file_reason(result));
	free(path);
	return NULL;
}

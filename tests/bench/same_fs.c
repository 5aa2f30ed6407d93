/* The least that shows the same contents as a folder: low-level libfuse over a copy of them, with the mount's
 * timeouts, flags and threads.
 *
 * usage: same_fs MOUNTPOINT FOLDER
 * Runs until it is unmounted or gets SIGTERM; prints "ready" once the mount answers. */
#include "tests/bench/rig/least.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct same {
	pthread_mutex_t lock;
	char **paths; /* by inode; each name that was looked up has one */
	size_t count, capacity;
};

static const char *path_of(fuse_req_t req, fuse_ino_t inode)
{
	struct same *same = fuse_req_userdata(req);
	pthread_mutex_lock(&same->lock);
	const char *path = same->paths[inode];
	pthread_mutex_unlock(&same->lock);
	return path;
}

static fuse_ino_t add(struct same *same, char *path)
{
	pthread_mutex_lock(&same->lock);
	if (same->count == same->capacity) {
		same->capacity *= 2;
		same->paths = realloc(same->paths, same->capacity * sizeof *same->paths);
		if (!same->paths)
			abort();
	}
	fuse_ino_t inode = same->count++;
	same->paths[inode] = path;
	pthread_mutex_unlock(&same->lock);
	return inode;
}

static void same_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct fuse_entry_param entry = {.entry_timeout = LEAST_NAME_TIMEOUT};
	char *path;
	if (asprintf(&path, "%s/%s", path_of(req, parent), name) < 0)
		abort();
	if (lstat(path, &entry.attr) != 0) {
		fuse_reply_err(req, errno);
		free(path);
		return;
	}
	entry.ino = entry.attr.st_ino = add(fuse_req_userdata(req), path);
	fuse_reply_entry(req, &entry);
}

static void same_getattr(fuse_req_t req, fuse_ino_t inode, struct fuse_file_info *info)
{
	struct stat attributes;
	(void)info;
	if (lstat(path_of(req, inode), &attributes) != 0) {
		fuse_reply_err(req, errno);
		return;
	}
	attributes.st_ino = inode;
	fuse_reply_attr(req, &attributes, 0.0);
}

static void same_readlink(fuse_req_t req, fuse_ino_t inode)
{
	char target[4096];
	ssize_t length = readlink(path_of(req, inode), target, sizeof target - 1);
	if (length < 0) {
		fuse_reply_err(req, errno);
		return;
	}
	target[length] = '\0';
	fuse_reply_readlink(req, target);
}

static void same_opendir(fuse_req_t req, fuse_ino_t inode, struct fuse_file_info *info)
{
	DIR *folder = opendir(path_of(req, inode));
	if (!folder) {
		fuse_reply_err(req, errno);
		return;
	}
	info->fh = (uint64_t)(uintptr_t)folder;
	fuse_reply_open(req, info);
}

static void same_readdir(fuse_req_t req, fuse_ino_t inode, size_t size, off_t offset,
                         struct fuse_file_info *info)
{
	DIR *folder = (DIR *)(uintptr_t)info->fh;
	char *buffer = malloc(size);
	size_t used = 0;
	(void)inode;
	if (!buffer)
		abort();
	seekdir(folder, offset);
	for (struct dirent *entry; (entry = readdir(folder));) {
		struct stat attributes = {.st_ino = entry->d_ino, .st_mode = (mode_t)DTTOIF(entry->d_type)};
		size_t room = size - used, takes = fuse_add_direntry(req, buffer + used, room, entry->d_name,
		                                                     &attributes, entry->d_off);
		if (takes > room)
			break;
		used += takes;
	}
	fuse_reply_buf(req, buffer, used);
	free(buffer);
}

static void same_releasedir(fuse_req_t req, fuse_ino_t inode, struct fuse_file_info *info)
{
	(void)inode;
	closedir((DIR *)(uintptr_t)info->fh);
	fuse_reply_err(req, 0);
}

static void same_open(fuse_req_t req, fuse_ino_t inode, struct fuse_file_info *info)
{
	int file = open(path_of(req, inode), O_RDONLY | O_CLOEXEC);
	if (file < 0) {
		fuse_reply_err(req, errno);
		return;
	}
	info->fh = (uint64_t)file;
	info->direct_io = 1;
	info->noflush = 1;
	fuse_reply_open(req, info);
}

static void same_read(fuse_req_t req, fuse_ino_t inode, size_t size, off_t offset,
                      struct fuse_file_info *info)
{
	char *buffer = malloc(size);
	(void)inode;
	if (!buffer)
		abort();
	ssize_t length = pread((int)info->fh, buffer, size, offset);
	if (length < 0)
		fuse_reply_err(req, errno);
	else
		fuse_reply_buf(req, buffer, (size_t)length);
	free(buffer);
}

static void same_release(fuse_req_t req, fuse_ino_t inode, struct fuse_file_info *info)
{
	(void)inode;
	close((int)info->fh);
	fuse_reply_err(req, 0);
}

static const struct fuse_lowlevel_ops operations = {
	.lookup = same_lookup,
	.getattr = same_getattr,
	.readlink = same_readlink,
	.opendir = same_opendir,
	.readdir = same_readdir,
	.releasedir = same_releasedir,
	.open = same_open,
	.read = same_read,
	.release = same_release,
};

int main(int count, char **words)
{
	struct same same = {.lock = PTHREAD_MUTEX_INITIALIZER, .count = FUSE_ROOT_ID + 1, .capacity = 1024};
	if (count != 3) {
		fprintf(stderr, "usage: same_fs MOUNTPOINT FOLDER\n");
		return 2;
	}
	same.paths = calloc(same.capacity, sizeof *same.paths);
	if (!same.paths)
		return 1;
	same.paths[FUSE_ROOT_ID] = strdup(words[2]);
	int result = least_serve(words[0], words[1], &operations, &same);
	for (size_t i = 0; i < same.count; i++)
		free(same.paths[i]);
	free(same.paths);
	return result;
}

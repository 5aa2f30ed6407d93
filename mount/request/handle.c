/* Operations on open files. The hot path is here: open, read and release of a small file copy its bytes
 * once and allocate nothing. */
#include "mount/mount.h"

#include "core/base/memory.h"
#include "mount/request/slow.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

/* what cat asks for; pages of the stack that no byte reaches cost nothing */
enum { READ_STACK = 128 * 1024 };

static struct handle *handle_of(const struct fuse_file_info *info)
{
	return (struct handle *)(uintptr_t)info->fh;
}

/* Contents never stay with the kernel: a read returns this handle's rendering, sizes grow and shrink under
 * it. */
static void set_flags(struct fuse_file_info *info, struct handle *handle)
{
	info->fh = (uintptr_t)handle;
	info->direct_io = 1;
	/* nothing was written that a close could complete */
	info->noflush = (info->flags & O_ACCMODE) == O_RDONLY;
}

void mount_open(fuse_req_t req, fuse_ino_t inode, struct fuse_file_info *info)
{
	struct mount *mount = mount_of(req);
	struct caller caller = mount_caller(req);
	struct dentry *dentry = mount_dentry(mount, inode);
	struct handle *handle;
	struct stat attributes;

	int result = tree_open(mount->tree, &handle, &caller, dentry, info->flags);
	if (result) {
		/* The kernel forgets a name that is gone, and creates the file where that was asked for. */
		bool gone = result == -ENOENT && tree_stat(mount->tree, &attributes, &caller, dentry) == -ENOENT;
		mount_reply(req, gone ? -ESTALE : result);
		return;
	}
	set_flags(info, handle);
	if (fuse_reply_open(req, info) == -ENOENT) /* interrupted: the kernel will never release it */
		handle_close(handle);
}

void mount_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
                  struct fuse_file_info *info)
{
	struct mount *mount = mount_of(req);
	struct caller caller = mount_caller(req);
	struct fuse_entry_param entry;
	struct handle *handle;
	struct dentry *dentry;

	int result = tree_create_file(mount->tree, &dentry, &handle, &caller, mount_dentry(mount, parent), name,
	                              mode, info->flags);
	if (result) {
		mount_reply(req, result);
		return;
	}
	result = mount_entry(mount, &entry, &caller, dentry);
	set_flags(info, handle);
	if (result == 0 && fuse_reply_create(req, &entry, info) != -ENOENT)
		return;
	if (result)
		mount_reply(req, result);
	handle_close(handle);
	tree_forget(mount->tree, dentry, 1);
}

void mount_read(fuse_req_t req, fuse_ino_t inode, size_t size, off_t offset, struct fuse_file_info *info)
{
	char stack[READ_STACK], *buffer = stack;
	if (size > sizeof stack)
		buffer = memory_allocate(size, 1);
	ssize_t count = handle_read(handle_of(info), buffer, size, offset);
	bool secret = dentry_is_secret(mount_dentry(mount_of(req), inode));
	if (count >= 0)
		fuse_reply_buf(req, buffer, (size_t)count);
	else
		mount_reply(req, (int)count);
	if (secret && count > 0)
		memory_wipe(buffer, (size_t)count);
	if (buffer != stack)
		free(buffer);
}

void mount_release(fuse_req_t req, fuse_ino_t inode, struct fuse_file_info *info)
{
	(void)inode;
	handle_close(handle_of(info));
	mount_reply(req, 0);
}

/* --- what may act: answered from a thread of its own where that may take long --- */

struct handle_task {
	fuse_req_t req;
	struct handle *handle;
	off_t offset;
	size_t size;
	char data[]; /* libfuse's own buffer belongs to the worker */
};

static void handle_task_start(fuse_req_t req, const struct fuse_file_info *info, void (*run)(void *),
                              char *data, size_t size, off_t offset)
{
	struct handle_task *task = memory_allocate(1, sizeof *task + size);
	*task = (struct handle_task){.req = req, .handle = handle_of(info), .offset = offset, .size = size};
	if (size != 0) {
		memcpy(task->data, data, size);
		memory_wipe(data, size);
	}
	slow_run(mount_of(req)->slow, run, task);
}

/* The bytes may be a password or a key, and libfuse keeps its buffer: they are wiped where they stand. */
static void answer_write(fuse_req_t req, struct handle *handle, char *data, size_t size, off_t offset)
{
	struct caller caller = mount_caller(req);
	ssize_t count = handle_write(handle, &caller, data, size, offset);
	memory_wipe(data, size);
	if (count >= 0)
		fuse_reply_write(req, (size_t)count);
	else
		mount_reply(req, (int)count);
}

static void write_task(void *context)
{
	struct handle_task *task = context;
	answer_write(task->req, task->handle, task->data, task->size, task->offset);
	free(task);
}

void mount_write(fuse_req_t req, fuse_ino_t inode, const char *data, size_t size, off_t offset,
                 struct fuse_file_info *info)
{
	char *bytes = (char *)(uintptr_t)data; /* libfuse's buffer, const only in name */

	if (dentry_is_slow(mount_dentry(mount_of(req), inode)))
		handle_task_start(req, info, write_task, bytes, size, offset);
	else
		answer_write(req, handle_of(info), bytes, size, offset);
}

static void answer_flush(fuse_req_t req, struct handle *handle)
{
	struct caller caller = mount_caller(req);
	mount_reply(req, handle_flush(handle, &caller));
}

static void flush_task(void *context)
{
	struct handle_task *task = context;
	answer_flush(task->req, task->handle);
	free(task);
}

void mount_flush(fuse_req_t req, fuse_ino_t inode, struct fuse_file_info *info)
{
	if (dentry_is_slow(mount_dentry(mount_of(req), inode)))
		handle_task_start(req, info, flush_task, NULL, 0, 0);
	else
		answer_flush(req, handle_of(info));
}

static void answer_sync(fuse_req_t req, struct handle *handle)
{
	struct caller caller = mount_caller(req);
	mount_reply(req, handle_sync(handle, &caller));
}

static void sync_task(void *context)
{
	struct handle_task *task = context;
	answer_sync(task->req, task->handle);
	free(task);
}

void mount_fsync(fuse_req_t req, fuse_ino_t inode, int data_only, struct fuse_file_info *info)
{
	(void)data_only;
	if (dentry_is_slow(mount_dentry(mount_of(req), inode)))
		handle_task_start(req, info, sync_task, NULL, 0, 0);
	else
		answer_sync(req, handle_of(info));
}

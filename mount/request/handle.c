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
	void (*answer)(const struct handle_task *task);
	off_t offset;
	size_t size;
	char *data;
	char own[]; /* libfuse's own buffer belongs to the worker */
};

static void run_task(void *context)
{
	struct handle_task *task = context;
	task->answer(task);
	free(task);
}

static void answer_task(const struct handle_task *task, fuse_ino_t inode)
{
	struct mount *mount = mount_of(task->req);
	if (!dentry_is_slow(mount_dentry(mount, inode))) {
		task->answer(task);
		return;
	}
	struct handle_task *own = memory_allocate(1, sizeof *own + task->size);
	*own = *task;
	own->data = own->own;
	if (task->size) {
		memcpy(own->data, task->data, task->size);
		memory_wipe(task->data, task->size);
	}
	slow_run(mount->slow, run_task, own);
}

/* The bytes may be a password or a key, and libfuse keeps its buffer: they are wiped where they stand. */
static void answer_write(const struct handle_task *task)
{
	struct caller caller = mount_caller(task->req);
	ssize_t count = handle_write(task->handle, &caller, task->data, task->size, task->offset);
	memory_wipe(task->data, task->size);
	if (count >= 0)
		fuse_reply_write(task->req, (size_t)count);
	else
		mount_reply(task->req, (int)count);
}

void mount_write(fuse_req_t req, fuse_ino_t inode, const char *data, size_t size, off_t offset,
                 struct fuse_file_info *info)
{
	const struct handle_task task = {.req = req,
	                                 .handle = handle_of(info),
	                                 .answer = answer_write,
	                                 .offset = offset,
	                                 .size = size,
	                                 .data = (char *)(uintptr_t)data}; /* const only in name */
	answer_task(&task, inode);
}

static void answer_flush(const struct handle_task *task)
{
	struct caller caller = mount_caller(task->req);
	mount_reply(task->req, handle_flush(task->handle, &caller));
}

void mount_flush(fuse_req_t req, fuse_ino_t inode, struct fuse_file_info *info)
{
	answer_task(&(struct handle_task){.req = req, .handle = handle_of(info), .answer = answer_flush}, inode);
}

static void answer_sync(const struct handle_task *task)
{
	struct caller caller = mount_caller(task->req);
	mount_reply(task->req, handle_sync(task->handle, &caller));
}

void mount_fsync(fuse_req_t req, fuse_ino_t inode, int data_only, struct fuse_file_info *info)
{
	(void)data_only;
	answer_task(&(struct handle_task){.req = req, .handle = handle_of(info), .answer = answer_sync}, inode);
}

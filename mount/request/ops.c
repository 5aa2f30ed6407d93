/* The table of low-level operations, and those about attributes and folders. Every operation is a thin
 * translation into fs/tree/tree.h. */
#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "mount/mount.h"
#include "mount/request/interrupt.h"
#include "mount/request/slow.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/statvfs.h>

enum {
	/* a folder's or an attribute's answer up to here needs no memory of its own */
	STACK_BUFFER = 4096,
	FOLDER_BUFFER_MAXIMUM = 1 << 20,
	ATTRIBUTE_MAXIMUM = 65536,    /* XATTR_SIZE_MAX */
	LINK_MAXIMUM = 4096,
	NAME_LENGTH_MAXIMUM = 255,
	SPACE_BLOCKS = 1 << 18,       /* what statfs shows: 1 GiB free, in memory */
	SPACE_BLOCK_SIZE = 4096,
};

struct dentry *mount_dentry(const struct mount *mount, fuse_ino_t inode)
{
	return inode == FUSE_ROOT_ID ? tree_root(mount->tree) : (struct dentry *)(uintptr_t)inode;
}

fuse_ino_t mount_inode(const struct mount *mount, const struct dentry *dentry)
{
	return dentry == tree_root(mount->tree) ? FUSE_ROOT_ID : (fuse_ino_t)(uintptr_t)dentry;
}

static bool interrupted(void *context)
{
	fuse_req_t req = context;
	return slow_is_stopping(mount_of(req)->slow) ||
	       (fuse_req_interrupted(req) && interrupt_is_meant(fuse_req_ctx(req)->pid));
}

struct caller mount_caller(fuse_req_t req)
{
	const struct fuse_ctx *context = fuse_req_ctx(req);
	return (struct caller){.uid = context->uid,
	                       .gid = context->gid,
	                       .pid = context->pid,
	                       .interruption = {interrupted, req}};
}

void mount_reply(fuse_req_t req, int result)
{
	fuse_reply_err(req, result == -ENOSYS ? EOPNOTSUPP : result < 0 ? -result : 0);
}

static void initialize(void *userdata, struct fuse_conn_info *connection)
{
	(void)userdata;
#ifdef FUSE_CAP_DIRECT_IO_ALLOW_MMAP
	if (connection->capable & FUSE_CAP_DIRECT_IO_ALLOW_MMAP)
		connection->want |= FUSE_CAP_DIRECT_IO_ALLOW_MMAP;
#endif
	connection->want |= connection->capable & FUSE_CAP_ATOMIC_O_TRUNC;
}

/* --- attributes --- */

/* Answers with what `result` says, or with the attributes. */
static void reply_attributes(fuse_req_t req, const struct caller *caller, struct dentry *dentry, int result)
{
	struct stat attributes;

	if (result == 0)
		result = tree_stat(mount_of(req)->tree, &attributes, caller, dentry);
	if (result == 0)
		fuse_reply_attr(req, &attributes, 0.0);
	else
		mount_reply(req, result);
}

static void get_attributes(fuse_req_t req, fuse_ino_t inode, struct fuse_file_info *info)
{
	struct caller caller = mount_caller(req);

	(void)info;
	reply_attributes(req, &caller, mount_dentry(mount_of(req), inode), 0);
}

static void set_attributes(fuse_req_t req, fuse_ino_t inode, struct stat *wanted, int fields,
                           struct fuse_file_info *info)
{
	struct mount *mount = mount_of(req);
	struct caller caller = mount_caller(req);
	struct dentry *dentry = mount_dentry(mount, inode);
	struct handle *handle = info ? (struct handle *)(uintptr_t)info->fh : NULL;
	bool mode = fields & FUSE_SET_ATTR_MODE;
	bool owner = fields & (FUSE_SET_ATTR_UID | FUSE_SET_ATTR_GID);
	bool times = fields & (FUSE_SET_ATTR_ATIME | FUSE_SET_ATTR_MTIME);
	int result = 0;

	if (fields & FUSE_SET_ATTR_SIZE)
		result = tree_truncate(mount->tree, &caller, dentry, handle, wanted->st_size);
	if (result == 0 && times) {
		struct timespec now = clock_real();
		if (!(fields & FUSE_SET_ATTR_MTIME) || (fields & FUSE_SET_ATTR_MTIME_NOW))
			wanted->st_mtim = now;
		if (!(fields & FUSE_SET_ATTR_ATIME) || (fields & FUSE_SET_ATTR_ATIME_NOW))
			wanted->st_atim = now;
		times = fields & FUSE_SET_ATTR_MTIME;
	}
	if (result == 0 && (mode || owner || times))
		result = tree_set_attributes(mount->tree, &caller, dentry, wanted, mode, times);
	reply_attributes(req, &caller, dentry, result);
}

static void read_link(fuse_req_t req, fuse_ino_t inode)
{
	struct mount *mount = mount_of(req);
	struct caller caller = mount_caller(req);
	char target[LINK_MAXIMUM];

	int result = tree_readlink(mount->tree, target, sizeof target, &caller, mount_dentry(mount, inode));
	if (result >= 0)
		fuse_reply_readlink(req, target);
	else
		mount_reply(req, result);
}

static void check_access(fuse_req_t req, fuse_ino_t inode, int mask)
{
	struct mount *mount = mount_of(req);
	struct caller caller = mount_caller(req);
	mount_reply(req, tree_access(mount->tree, &caller, mount_dentry(mount, inode), mask));
}

/* name NULL: the list of names. */
static void reply_attribute(fuse_req_t req, fuse_ino_t inode, const char *name, size_t size)
{
	struct mount *mount = mount_of(req);
	struct caller caller = mount_caller(req);
	struct dentry *dentry = mount_dentry(mount, inode);
	char stack[STACK_BUFFER], *buffer = stack;

	if (size > ATTRIBUTE_MAXIMUM)
		size = ATTRIBUTE_MAXIMUM;
	if (size > sizeof stack)
		buffer = memory_allocate(size, 1);
	ssize_t length = name ? tree_get_attribute(mount->tree, buffer, size, &caller, dentry, name)
	                      : tree_list_attributes(mount->tree, buffer, size, &caller, dentry);
	if (length < 0)
		mount_reply(req, (int)length);
	else if (size == 0)
		fuse_reply_xattr(req, (size_t)length);
	else if ((size_t)length > size)
		mount_reply(req, -ERANGE);
	else
		fuse_reply_buf(req, buffer, (size_t)length);
	if (buffer != stack)
		free(buffer);
}

static void get_attribute(fuse_req_t req, fuse_ino_t inode, const char *name, size_t size)
{
	reply_attribute(req, inode, name, size);
}

static void list_attributes(fuse_req_t req, fuse_ino_t inode, size_t size)
{
	reply_attribute(req, inode, NULL, size);
}

static void set_attribute(fuse_req_t req, fuse_ino_t inode, const char *name, const char *value, size_t size,
                          int flags)
{
	(void)inode, (void)name, (void)value, (void)size, (void)flags;
	mount_reply(req, -EOPNOTSUPP);
}

static void remove_attribute(fuse_req_t req, fuse_ino_t inode, const char *name)
{
	(void)inode, (void)name;
	mount_reply(req, -EOPNOTSUPP);
}

/* Tools that look for room before they save find some. */
static void file_system(fuse_req_t req, fuse_ino_t inode)
{
	(void)inode;
	struct statvfs room = {.f_bsize = SPACE_BLOCK_SIZE,
	                       .f_frsize = SPACE_BLOCK_SIZE,
	                       .f_blocks = SPACE_BLOCKS,
	                       .f_bfree = SPACE_BLOCKS,
	                       .f_bavail = SPACE_BLOCKS,
	                       .f_files = SPACE_BLOCKS,
	                       .f_ffree = SPACE_BLOCKS,
	                       .f_favail = SPACE_BLOCKS,
	                       .f_namemax = NAME_LENGTH_MAXIMUM};
	fuse_reply_statfs(req, &room);
}

/* --- folders --- */

static void open_folder(fuse_req_t req, fuse_ino_t inode, struct fuse_file_info *info)
{
	struct mount *mount = mount_of(req);
	struct caller caller = mount_caller(req);
	struct folder *folder;

	int result = tree_open_folder(mount->tree, &folder, &caller, mount_dentry(mount, inode));
	if (result) {
		mount_reply(req, result);
		return;
	}
	info->fh = (uintptr_t)folder;
	if (fuse_reply_open(req, info) == -ENOENT) /* interrupted: the kernel will never release it */
		folder_close(folder);
}

static void read_folder(fuse_req_t req, fuse_ino_t inode, size_t size, off_t offset,
                        struct fuse_file_info *info)
{
	struct folder *folder = (struct folder *)(uintptr_t)info->fh;
	struct caller caller = mount_caller(req);
	char stack[STACK_BUFFER], *buffer = stack;
	size_t used = 0;
	int result = 0;

	(void)inode;
	if (size > FOLDER_BUFFER_MAXIMUM)
		size = FOLDER_BUFFER_MAXIMUM;
	if (size > sizeof stack)
		buffer = memory_allocate(size, 1);
	for (uint64_t position = (uint64_t)offset;; position++) {
		const char *name;
		struct stat entry = {0};
		result = folder_entry(folder, &name, &entry.st_mode, &entry.st_ino, &caller.interruption, position);
		if (result <= 0)
			break;
		size_t needed = fuse_add_direntry(req, buffer + used, size - used, name, &entry, (off_t)position + 1);
		if (needed > size - used)
			break;
		used += needed;
	}
	/* What was read before a failure is shown; the failure is met again by the next call. */
	if (result < 0 && used == 0)
		mount_reply(req, result);
	else
		fuse_reply_buf(req, buffer, used);
	if (buffer != stack)
		free(buffer);
}

static void release_folder(fuse_req_t req, fuse_ino_t inode, struct fuse_file_info *info)
{
	(void)inode;
	folder_close((struct folder *)(uintptr_t)info->fh);
	mount_reply(req, 0);
}

static void sync_folder(fuse_req_t req, fuse_ino_t inode, int data_only, struct fuse_file_info *info)
{
	struct mount *mount = mount_of(req);
	struct caller caller = mount_caller(req);

	(void)data_only, (void)info;
	mount_reply(req, tree_sync(mount->tree, &caller, mount_dentry(mount, inode)));
}

/* --- what we do not have, with the errno that tools understand --- */

static void control(fuse_req_t req, fuse_ino_t inode, unsigned command, void *argument,
                    struct fuse_file_info *info, unsigned flags, const void *in, size_t in_size,
                    size_t out_size)
{
	(void)inode, (void)command, (void)argument, (void)info, (void)flags, (void)in, (void)in_size,
		(void)out_size;
	mount_reply(req, -ENOTTY);
}

static void allocate(fuse_req_t req, fuse_ino_t inode, int mode, off_t offset, off_t length,
                     struct fuse_file_info *info)
{
	(void)inode, (void)mode, (void)offset, (void)length, (void)info;
	mount_reply(req, -EOPNOTSUPP);
}

const struct fuse_lowlevel_ops mount_operations = {
	.init = initialize,
	.lookup = mount_lookup,
	.forget = mount_forget,
	.forget_multi = mount_forget_many,
	.getattr = get_attributes,
	.setattr = set_attributes,
	.readlink = read_link,
	.mknod = mount_make_node,
	.mkdir = mount_make_folder,
	.unlink = mount_unlink,
	.rmdir = mount_rmdir,
	.symlink = mount_symlink,
	.rename = mount_rename,
	.link = mount_link,
	.open = mount_open,
	.create = mount_create,
	.read = mount_read,
	.write = mount_write,
	.flush = mount_flush,
	.release = mount_release,
	.fsync = mount_fsync,
	.opendir = open_folder,
	.readdir = read_folder,
	.releasedir = release_folder,
	.fsyncdir = sync_folder,
	.statfs = file_system,
	.setxattr = set_attribute,
	.getxattr = get_attribute,
	.listxattr = list_attributes,
	.removexattr = remove_attribute,
	.access = check_access,
	.ioctl = control,
	.fallocate = allocate,
};

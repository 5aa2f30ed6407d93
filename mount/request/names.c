/* Operations that find, make, move and remove names. */
#include "mount/mount.h"

#include "core/base/memory.h"
#include "mount/request/slow.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

/* A name stays with the kernel, which is never told that it vanished: a notice takes the folder's lock,
 * which a mkdir or ls holds that waits for us, and a thread that waits for it keeps a killed process, and
 * all who wait for that, from ending. The kernel finds out by itself: whatever is done with a name that is
 * gone answers ENOENT, and what would make it anew looks it up first, opening since mount_open() says
 * ESTALE. */
static const double NAME_TIMEOUT = 24 * 3600.0;

int mount_entry(struct mount *mount, struct fuse_entry_param *out, const struct caller *caller,
                struct dentry *dentry)
{
	*out = (struct fuse_entry_param){.ino = mount_inode(mount, dentry), .attr_timeout = 0.0};
	/* A scratch name may be renamed onto another file: the kernel then carries what it knows of the one
	 * over to the other. */
	out->entry_timeout = dentry_is_scratch(dentry) ? 0.0 : NAME_TIMEOUT;
	return tree_stat(mount->tree, &out->attr, caller, dentry);
}

/* Answers with what `result` says, or with a dentry that the caller holds one reference of. */
static void reply_entry(fuse_req_t req, const struct caller *caller, struct dentry *dentry, int result)
{
	struct mount *mount = mount_of(req);
	struct fuse_entry_param entry;

	if (result) {
		mount_reply(req, result);
		return;
	}
	result = mount_entry(mount, &entry, caller, dentry);
	if (result)
		mount_reply(req, result);
	else if (fuse_reply_entry(req, &entry) == -ENOENT)
		result = -EINTR; /* the kernel did not take the reference */
	if (result)
		tree_forget(mount->tree, dentry, 1);
}

/* A name that is not there is never cached: it may be there at the next block. */
void mount_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct mount *mount = mount_of(req);
	struct caller caller = mount_caller(req);
	struct dentry *dentry = NULL;

	int result = tree_lookup(mount->tree, &dentry, &caller, mount_dentry(mount, parent), name);
	reply_entry(req, &caller, dentry, result);
}

static void forget(struct mount *mount, fuse_ino_t inode, uint64_t references)
{
	if (inode != FUSE_ROOT_ID)
		tree_forget(mount->tree, mount_dentry(mount, inode), references);
}

void mount_forget(fuse_req_t req, fuse_ino_t inode, uint64_t references)
{
	forget(mount_of(req), inode, references);
	fuse_reply_none(req);
}

void mount_forget_many(fuse_req_t req, size_t count, struct fuse_forget_data *forgets)
{
	for (size_t i = 0; i < count; i++)
		forget(mount_of(req), forgets[i].ino, forgets[i].nlookup);
	fuse_reply_none(req);
}

void mount_make_node(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, dev_t device)
{
	struct mount *mount = mount_of(req);
	struct caller caller = mount_caller(req);
	struct dentry *folder = mount_dentry(mount, parent), *dentry = NULL;
	struct handle *handle;

	(void)device;
	if (!S_ISREG(mode)) {
		mount_reply(req, tree_refuse(mount->tree, &caller, folder, name, "a device, pipe or socket"));
		return;
	}
	int result = tree_create_file(mount->tree, &dentry, &handle, &caller, folder, name, mode, O_WRONLY);
	if (result == 0)
		handle_close(handle);
	reply_entry(req, &caller, dentry, result);
}

void mount_symlink(fuse_req_t req, const char *target, fuse_ino_t parent, const char *name)
{
	struct mount *mount = mount_of(req);
	struct caller caller = mount_caller(req);
	(void)target;
	mount_reply(req, tree_refuse(mount->tree, &caller, mount_dentry(mount, parent), name, "a symbolic link"));
}

void mount_link(fuse_req_t req, fuse_ino_t inode, fuse_ino_t new_parent, const char *new_name)
{
	struct mount *mount = mount_of(req);
	struct caller caller = mount_caller(req);
	(void)inode;
	mount_reply(req,
	            tree_refuse(mount->tree, &caller, mount_dentry(mount, new_parent), new_name, "a hard link"));
}

void mount_unlink(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct mount *mount = mount_of(req);
	struct caller caller = mount_caller(req);
	mount_reply(req, tree_remove(mount->tree, &caller, mount_dentry(mount, parent), name));
}

void mount_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct mount *mount = mount_of(req);
	struct caller caller = mount_caller(req);
	mount_reply(req, tree_remove_folder(mount->tree, &caller, mount_dentry(mount, parent), name));
}

/* --- mkdir and rename, which may act: answered from a thread of their own where that may take long --- */

struct name_task {
	fuse_req_t req;
	struct dentry *folder, *new_folder;
	char *name, *new_name;
	unsigned flags;
};

static struct name_task *name_task_create(fuse_req_t req, struct dentry *folder, const char *name)
{
	struct name_task *task = memory_allocate(1, sizeof *task);
	*task = (struct name_task){.req = req, .folder = folder, .name = memory_copy_string(name)};
	return task;
}

static void name_task_destroy(struct name_task *task)
{
	free(task->new_name);
	free(task->name);
	free(task);
}

static void make_folder(fuse_req_t req, struct dentry *folder, const char *name)
{
	struct caller caller = mount_caller(req);
	struct dentry *dentry = NULL;

	int result = tree_make_folder(mount_of(req)->tree, &dentry, &caller, folder, name);
	reply_entry(req, &caller, dentry, result);
}

static void make_folder_task(void *context)
{
	struct name_task *task = context;
	make_folder(task->req, task->folder, task->name);
	name_task_destroy(task);
}

void mount_make_folder(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
	struct mount *mount = mount_of(req);
	struct dentry *folder = mount_dentry(mount, parent);

	(void)mode;
	if (dentry_is_slow(folder))
		slow_run(mount->slow, make_folder_task, name_task_create(req, folder, name));
	else
		make_folder(req, folder, name);
}

static void rename_task(void *context)
{
	struct name_task *task = context;
	struct caller caller = mount_caller(task->req);

	mount_reply(task->req, tree_rename(mount_of(task->req)->tree, &caller, task->folder, task->name,
	                                   task->new_folder, task->new_name, task->flags));
	name_task_destroy(task);
}

/* Renaming onto a file of the tree is a write of whatever kind that file is. */
void mount_rename(fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t new_parent,
                  const char *new_name, unsigned flags)
{
	struct mount *mount = mount_of(req);
	struct name_task *task = name_task_create(req, mount_dentry(mount, parent), name);

	task->new_folder = mount_dentry(mount, new_parent);
	task->new_name = memory_copy_string(new_name);
	task->flags = flags;
	slow_run(mount->slow, rename_task, task);
}

/* What the rooms of mount/ share: the mount as every request finds it. Only this folder knows libfuse. */
#ifndef EOSIOFS_MOUNT_MOUNT_H
#define EOSIOFS_MOUNT_MOUNT_H

#define FUSE_USE_VERSION FUSE_MAKE_VERSION(3, 12)
#include <fuse3/fuse_lowlevel.h>

#include "fs/tree/tree.h"

#include <pthread.h>

struct slow;
struct receiver;

/* The threads that take requests: request/receive.c. */
struct receiving {
	pthread_mutex_t lock;
	pthread_key_t own; /* the thread's struct receiver */
	struct receiver *receivers;
	bool has_begun;
};

struct mount {
	struct tree *tree;
	struct slow *slow;
	struct receiving receiving;
};

/* The operations, for fuse_session_new(); its userdata is a struct mount that lives as long as the session
 * does. */
extern const struct fuse_lowlevel_ops mount_operations;

/* --- shared by names.c, handle.c and ops.c of mount/request --- */

static inline struct mount *mount_of(fuse_req_t req)
{
	return fuse_req_userdata(req);
}
/* A dentry is its own inode number, except for the root. */
struct dentry *mount_dentry(const struct mount *mount, fuse_ino_t inode);
fuse_ino_t mount_inode(const struct mount *mount, const struct dentry *dentry);
/* Who asks; lives as long as the request. */
struct caller mount_caller(fuse_req_t req);
/* Answers with an errno. A tool must never see ENOSYS: the kernel takes it as "never ask again". */
void mount_reply(fuse_req_t req, int result);
/* Fills what LOOKUP, MKDIR and CREATE answer with. */
int mount_entry(struct mount *mount, struct fuse_entry_param *out, const struct caller *caller,
                struct dentry *dentry);

/* request/handle.c: files */
void mount_open(fuse_req_t req, fuse_ino_t inode, struct fuse_file_info *info);
void mount_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode,
                  struct fuse_file_info *info);
void mount_read(fuse_req_t req, fuse_ino_t inode, size_t size, off_t offset, struct fuse_file_info *info);
void mount_write(fuse_req_t req, fuse_ino_t inode, const char *data, size_t size, off_t offset,
                 struct fuse_file_info *info);
void mount_flush(fuse_req_t req, fuse_ino_t inode, struct fuse_file_info *info);
void mount_fsync(fuse_req_t req, fuse_ino_t inode, int data_only, struct fuse_file_info *info);
void mount_release(fuse_req_t req, fuse_ino_t inode, struct fuse_file_info *info);

/* request/names.c: what makes, moves and removes names */
void mount_lookup(fuse_req_t req, fuse_ino_t parent, const char *name);
void mount_forget(fuse_req_t req, fuse_ino_t inode, uint64_t references);
void mount_forget_many(fuse_req_t req, size_t count, struct fuse_forget_data *forgets);
void mount_make_folder(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode);
void mount_make_node(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, dev_t device);
void mount_symlink(fuse_req_t req, const char *target, fuse_ino_t parent, const char *name);
void mount_link(fuse_req_t req, fuse_ino_t inode, fuse_ino_t new_parent, const char *new_name);
void mount_unlink(fuse_req_t req, fuse_ino_t parent, const char *name);
void mount_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name);
void mount_rename(fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t new_parent,
                  const char *new_name, unsigned flags);

#endif

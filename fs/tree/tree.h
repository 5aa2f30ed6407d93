/* The filesystem without FUSE: what the mount may ask of the tree. Paths become nodes, files become
 * handles; every rule of DESIGN sections 2 and 3 lives below this face, so that tests drive it with no
 * mount. Thread-safe. Functions return 0 (or a count) or -errno; the sentence of a failed operation that a
 * user caused is in /errors by then. */
#ifndef EOSIOFS_FS_TREE_TREE_H
#define EOSIOFS_FS_TREE_TREE_H

#include "core/chain/chain.h"

#include <sys/stat.h>
#include <sys/types.h>

enum { NAME_SIZE_MAXIMUM = 255, PATH_SIZE_MAXIMUM = 4096 };

struct tree;
struct boot;   /* core/boot/boot.h */
struct row;    /* row.h */
struct node;   /* a path that exists, looked up; unique per path while somebody holds it */
struct handle; /* an open file */
struct folder; /* an open folder */

/* Who asks, and how what takes long learns that they gave up. */
struct caller {
	uid_t uid;
	gid_t gid;
	pid_t pid;
	struct interruption interruption;
};

struct tree_options {
	struct chain *chain;     /* borrowed */
	struct wallet *wallet;   /* borrowed */
	struct boot *boot;       /* borrowed; NULL: boot/ answers that there is none */
	/* absolute; paths that users write into `install` and the like that lie below it are looked up in the
	 * tree */
	const char *mount_point;
	/* the mount belongs to; others may not write, see keys or make the daemon read files */
	uid_t owner;
	gid_t group;
	const struct row *rows; /* borrowed; NULL: THE TABLE (fs/files/table.c) */
	size_t rows_count;
};

int tree_create(struct tree **out, const struct tree_options *options, struct error *error);
void tree_destroy(struct tree *tree);

/* --- nodes --- */
struct node *tree_root(struct tree *tree); /* borrowed; never forgotten */
/* One reference for the caller on success. -ENOENT only when it does not exist; could-not-ask has its own
 * errno. */
int tree_lookup(struct tree *tree, const struct caller *caller, struct node *folder, const char *name,
                struct node **out);
void tree_forget(struct tree *tree, struct node *node, uint64_t references);
/* The whole way from the root, "" or "accounts/eosio/votes"; as tree_lookup. */
int tree_walk(struct tree *tree, const struct caller *caller, const char *path, struct node **out);
const char *node_path(const struct node *node); /* without a leading slash */
const char *node_name(const struct node *node); /* its last part */
/* writing to it may take long: answer it from a thread of its own */
bool node_is_slow(const struct node *node);
/* its name may be renamed onto another file's, so the kernel must not keep it */
bool node_is_scratch(const struct node *node);

int tree_stat(struct tree *tree, const struct caller *caller, struct node *node, struct stat *out);
int tree_readlink(struct tree *tree, const struct caller *caller, struct node *node, char *out, size_t size);
int tree_access(struct tree *tree, const struct caller *caller, struct node *node, int mask);
/* chmod, chown, utimens, touch: real for scratch files; elsewhere they succeed and change nothing. */
int tree_set_attributes(struct tree *tree, const struct caller *caller, struct node *node,
                        const struct stat *wanted, bool set_mode, bool set_times);
int tree_truncate(struct tree *tree, const struct caller *caller, struct node *node, struct handle *handle,
                  off_t size);
/* Extended attributes: user.eosiofs.block and user.eosiofs.help. Size 0 asks for the length. */
ssize_t tree_get_attribute(struct tree *tree, const struct caller *caller, struct node *node,
                           const char *name, char *out, size_t size);
ssize_t tree_list_attributes(struct tree *tree, const struct caller *caller, struct node *node, char *out,
                             size_t size);

/* --- folders --- */
int tree_open_folder(struct tree *tree, const struct caller *caller, struct node *node, struct folder **out);
/* The name at position (0-based, "." and ".." included); sequential positions are cheap. 1: there is one,
 * 0: end. type: S_IFDIR … */
int folder_entry(struct folder *folder, uint64_t position, const char **name, mode_t *type, ino_t *inode);
void folder_close(struct folder *folder);
int tree_make_folder(struct tree *tree, const struct caller *caller, struct node *folder, const char *name,
                     struct node **out);

/* --- files --- */
/* flags: open(2)'s. O_TRUNC changes nothing by itself. */
int tree_open(struct tree *tree, const struct caller *caller, struct node *node, int flags,
              struct handle **out);
/* A new name in a folder: a scratch file (DESIGN 3), or -errno with a sentence ("votse: no such file, did
 * you mean votes"). */
int tree_create_file(struct tree *tree, const struct caller *caller, struct node *folder, const char *name,
                     mode_t mode, int flags, struct node **node, struct handle **handle);
ssize_t handle_read(struct handle *handle, char *out, size_t size, off_t offset);
/* The count taken; fewer than given after a failure part of the way, then -errno again and again for the
 * rest, without running it again. */
ssize_t handle_write(struct handle *handle, const struct caller *caller, const char *data, size_t size,
                     off_t offset);
int handle_flush(struct handle *handle, const struct caller *caller);
int handle_sync(struct handle *handle, const struct caller *caller);
void handle_close(struct handle *handle);

/* unlink */
int tree_remove(struct tree *tree, const struct caller *caller, struct node *folder, const char *name);
/* rmdir */
int tree_remove_folder(struct tree *tree, const struct caller *caller, struct node *folder, const char *name);
/* A scratch file onto a file of the tree: a write of its contents; afterwards the scratch node stands for
 * that file. A file of the tree onto a scratch name: a copy, nothing is destroyed. */
int tree_rename(struct tree *tree, const struct caller *caller, struct node *folder, const char *name,
                struct node *new_folder, const char *new_name, unsigned flags);
/* What no folder takes, as `what` names it ("a symbolic link", "a hard link", "a device"): -EPERM, with
 * the sentence in /errors. */
int tree_refuse(struct tree *tree, const struct caller *caller, struct node *folder, const char *name,
                const char *what);

/* --- help --- */
/* THE TABLE, a row a line: path, kind, help, usage (may be empty), separated by tabs; needs no tree. The
 * pages that show it are made of this: packaging/. */
void tree_print_table(struct text *out);

#endif

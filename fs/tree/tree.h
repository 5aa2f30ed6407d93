/* The filesystem without FUSE: what the mount may ask of the tree. Paths become dentries, files become
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
struct server; /* core/server/server.h */
struct row;    /* row.h */
struct dentry; /* a path that exists, looked up; unique per path while somebody holds it */
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
	struct server *server;   /* borrowed; NULL: no node serves HTTP */
	/* absolute; paths that users write into `install` and the like that lie below it are looked up in the
	 * tree */
	const char *mount_point;
	const char *defaults_file; /* keeps what is set in defaults/; NULL: nothing does */
	/* the mount belongs to; others may not write, see keys or make the daemon read files */
	uid_t owner;
	gid_t group;
	const struct row *rows; /* borrowed; NULL: THE TABLE (fs/files/table.c) */
	size_t rows_count;
	/* Appends where an absolute path without links leads in this very tree, by whatever way (a bind mount);
	 * false: elsewhere. May be NULL: then only what lies below mount_point is known. */
	bool (*inside)(void *context, struct text *out, const char *path);
	/* Waits until each handle_close() that was asked for before this is told by handle_close_begins(). May be
	 * NULL: then it always is. */
	void (*settle)(void *context);
	void *context;
};

/* -EINVAL: what the rows say cannot be. */
int tree_create(struct tree **out, const struct tree_options *options, struct error *error);
void tree_destroy(struct tree *tree); /* NULL is fine */

/* Errors, besides those listed at each call: what looks something up that the chain must be asked for
 * also ends with what the asking ended with (-EHOSTUNREACH, -ETIMEDOUT, -EINTR: core/chain/view.h),
 * never with -ENOENT then. What changes something ends with -EACCES for others than the mount's owner
 * and -EROFS below a graft. caller may be NULL: the owner. */

/* --- dentries --- */
struct dentry *tree_root(struct tree *tree); /* borrowed; never forgotten */
/* One reference for the caller on success. -ENOENT: it does not exist. -ENOTDIR: folder is none.
 * -EACCES: a folder of the owner's alone. -ENAMETOOLONG. */
int tree_lookup(struct tree *tree, struct dentry **out, const struct caller *caller, struct dentry *folder,
                const char *name);
void tree_forget(struct tree *tree, struct dentry *dentry, uint64_t references);
/* The whole way from the root, "" or "accounts/eosio/votes"; as tree_lookup. */
int tree_walk(struct tree *tree, struct dentry **out, const struct caller *caller, const char *path);
const char *dentry_path(const struct dentry *dentry); /* without a leading slash */
const char *dentry_name(const struct dentry *dentry); /* its last part */
/* writing to it may take long: answer it from a thread of its own */
bool dentry_is_slow(const struct dentry *dentry);
/* its name may be renamed onto another file's, so the kernel must not keep it */
bool dentry_is_scratch(const struct dentry *dentry);
/* What is read of it is wiped by whoever has it. */
bool dentry_is_secret(const struct dentry *dentry);

/* -ENOENT: it does not exist any more. What reading would end with, for its size. */
int tree_stat(struct tree *tree, struct stat *out, const struct caller *caller, struct dentry *dentry);
/* At most size bytes, ended by a zero. -EINVAL: it is no link. -ENOENT. */
int tree_readlink(struct tree *tree, char *out, size_t size, const struct caller *caller,
                  struct dentry *dentry);
/* -EACCES, -EROFS */
int tree_access(struct tree *tree, const struct caller *caller, struct dentry *dentry, int mask);
/* chmod, chown, utimens, touch: real for scratch files; elsewhere they succeed and change nothing.
 * -EPERM: not the owner. */
int tree_set_attributes(struct tree *tree, const struct caller *caller, struct dentry *dentry,
                        const struct stat *wanted, bool set_mode, bool set_times);
/* handle: the open one, or NULL. -EINVAL: a negative size. -EFBIG, -ENOSPC: a scratch file. -EISDIR,
 * -EACCES, -EROFS. */
int tree_truncate(struct tree *tree, const struct caller *caller, struct dentry *dentry,
                  struct handle *handle, off_t size);
/* Extended attributes: user.eosiofs.help (what the file is and how it is written), user.eosiofs.block (the
 * block whose state it shows; FROM-TO where no one block could be had), user.eosiofs.error (the last failure
 * at this path, of those in /errors; the owner's alone) and user.mime_type. The length; size 0 asks for it.
 * -ENODATA: it has none of that name. -EOPNOTSUPP: a name that does not begin with "user.". -ERANGE: size is
 * too small. */
ssize_t tree_get_attribute(struct tree *tree, char *out, size_t size, const struct caller *caller,
                           struct dentry *dentry, const char *name);
ssize_t tree_list_attributes(struct tree *tree, char *out, size_t size, const struct caller *caller,
                             struct dentry *dentry);

/* --- folders --- */
/* -ENOTDIR, -EACCES */
int tree_open_folder(struct tree *tree, struct folder **out, const struct caller *caller,
                     struct dentry *dentry);
/* The name at position (0-based, "." and ".." included); sequential positions are cheap. 1: there is
 * one, 0: end; else what listing ended with, -EINTR by this call's interruption (NULL: never) among it;
 * the next call asks again. type: S_IFDIR … */
int folder_entry(struct folder *folder, const char **name, mode_t *type, ino_t *inode,
                 const struct interruption *interruption, uint64_t position);
void folder_close(struct folder *folder); /* NULL is fine */
/* mkdir. -EEXIST; -EPERM: no folder can be made here; else what the row's act ended with. */
int tree_make_folder(struct tree *tree, struct dentry **out, const struct caller *caller,
                     struct dentry *folder, const char *name);

/* Everything acknowledged so far, wherever it was written, reaches the disk. */
int tree_sync(struct tree *tree, const struct caller *caller, struct dentry *dentry);

/* --- files --- */
/* flags: open(2)'s. O_TRUNC changes nothing by itself. -ENOENT: it does not exist any more. -EISDIR,
 * -ELOOP: a folder, a link. -EACCES: it is not for this caller, or can only be read. -EROFS. */
int tree_open(struct tree *tree, struct handle **out, const struct caller *caller, struct dentry *dentry,
              int flags);
/* A new name in a folder: a scratch file (DESIGN 3), or -ENOENT with a sentence ("votse: no such file,
 * did you mean votes"). -EEXIST: with O_EXCL. -ENOSPC: too many scratch files. Else as tree_open. */
int tree_create_file(struct tree *tree, struct dentry **dentry, struct handle **handle,
                     const struct caller *caller, struct dentry *folder, const char *name, mode_t mode,
                     int flags);
/* The count, 0 at the end. -EBADF: not open for reading. */
ssize_t handle_read(struct handle *handle, char *out, size_t size, off_t offset);
/* The count taken; fewer than given after a failure part of the way, then -errno again and again for
 * the rest, without running it again. -EBADF: not open for writing. -EINVAL: not understood; else what
 * the row's act ended with (DESIGN 3). */
ssize_t handle_write(struct handle *handle, const struct caller *caller, const char *data, size_t size,
                     off_t offset);
/* What can only run at the end runs: as handle_write. */
int handle_flush(struct handle *handle, const struct caller *caller);
/* Waits for the disk, as tree_sync does. */
int handle_sync(struct handle *handle, const struct caller *caller);
void handle_close(struct handle *handle); /* NULL is fine */
/* Tells that handle_close() comes: what it empties is empty for whatever is asked from now on, which may
 * wait for it. May be left out where nothing else is asked meanwhile. */
void handle_close_begins(struct handle *handle);

/* unlink and rmdir. -EPERM: nothing is deleted here, and the sentence says which write does what was
 * meant. -ENOENT, -EISDIR, -ENOTDIR. */
int tree_remove(struct tree *tree, const struct caller *caller, struct dentry *folder, const char *name);
int tree_remove_folder(struct tree *tree, const struct caller *caller, struct dentry *folder,
                       const char *name);
/* A scratch file onto a file of the tree: a write of its contents; afterwards the scratch dentry stands
 * for that file. A file of the tree onto a scratch name: a copy, nothing is destroyed. -EPERM:
 * everything else. -EEXIST: with RENAME_NOREPLACE. -EINVAL: other flags. -ENOENT; else what the write
 * ended with. */
int tree_rename(struct tree *tree, const struct caller *caller, struct dentry *folder, const char *name,
                struct dentry *new_folder, const char *new_name, unsigned flags);
/* What no folder takes, as `what` names it ("a symbolic link", "a hard link", "a device"): -EPERM, with
 * the sentence in /errors. */
int tree_refuse(struct tree *tree, const struct caller *caller, struct dentry *folder, const char *name,
                const char *what);

/* --- help --- */
/* THE TABLE, a row a line: path, kind, help, usage (may be empty), separated by tabs; needs no tree. The
 * pages that show it are made of this: packaging/. */
void tree_print_table(struct text *out);

#endif

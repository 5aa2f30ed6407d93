/* What is told about a file without opening it: stat, access, where a link leads; and what of that a caller
 * may set. */
#include "fs/tree/errors.h"
#include "fs/tree/handle.h"
#include "fs/tree/rendering.h"
#include "fs/tree/write/scratch.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static void stat_begin(const struct tree *tree, struct stat *out, const struct dentry *dentry,
                       struct timespec modified, size_t size)
{
	*out = (struct stat){.st_ino = dentry->inode,
	                     .st_mode = dentry_mode(dentry),
	                     .st_nlink = 1,
	                     .st_uid = tree->options.owner,
	                     .st_gid = tree->options.group,
	                     .st_size = (off_t)size,
	                     .st_blksize = 4096,
	                     .st_blocks = (blkcnt_t)((size + 511) / 512),
	                     .st_mtim = modified,
	                     .st_ctim = modified,
	                     .st_atim = modified};
}

static int stat_growing(struct tree *tree, struct stat *out, const struct caller *caller,
                        struct dentry *dentry, struct error *error)
{
	struct growing growing;
	int result = growing_begin(tree, &growing, caller, dentry, error);
	if (result)
		return result;
	pthread_mutex_lock(&tree->lock);
	if (dentry->readers)
		growing.from = dentry->growing_from;
	pthread_mutex_unlock(&tree->lock);
	stat_begin(tree, out, dentry, growing.modified,
	           growing.end > growing.from ? (size_t)(growing.end - growing.from) : 0);
	return 0;
}

static int stat_scratch(struct tree *tree, struct stat *out, const struct dentry *dentry)
{
	pthread_mutex_lock(&tree->lock);
	stat_begin(tree, out, dentry, dentry->scratch->modified, dentry->scratch->data.length);
	pthread_mutex_unlock(&tree->lock);
	return 0;
}

int tree_stat(struct tree *tree, struct stat *out, const struct caller *caller, struct dentry *dentry)
{
	struct error error = {0};
	struct rendering *rendering = NULL;
	struct timespec modified = tree->started;
	int result = 0;
	tree_settle(tree);
	dentry = dentry_resolve(tree, dentry);
	if (dentry->scratch)
		return stat_scratch(tree, out, dentry);
	switch (dentry->row->kind) {
	case ROW_FOLDER:
		result = dentry_exists(tree, &modified, caller, dentry, &error);
		folder_keep_time(tree, &modified, dentry);
		stat_begin(tree, out, dentry, modified, 0);
		return result;
	case ROW_GROWING:
		result = stat_growing(tree, out, caller, dentry, &error);
		return result && result != -ENOENT ? errors_fail(tree, caller, dentry, NULL, &error) : result;
	default:
		result = rendering_get(tree, &rendering, caller, dentry, RENDERING_STAT, &error);
	}
	if (result == -ENOENT && dentry_is_created(tree, dentry)) {
		stat_begin(tree, out, dentry, modified, 0);
		return 0;
	}
	if (result)
		return result == -ENOENT ? result : errors_fail(tree, caller, dentry, NULL, &error);
	stat_begin(tree, out, dentry, rendering->modified, rendering->text.length);
	rendering_release(tree, rendering);
	return 0;
}

int tree_readlink(struct tree *tree, char *out, size_t size, const struct caller *caller,
                  struct dentry *dentry)
{
	struct error error = {0};
	struct rendering *rendering = NULL;
	if (dentry->row->kind != ROW_LINK)
		return -EINVAL;
	int result = rendering_get(tree, &rendering, caller, dentry, RENDERING_OPEN, &error);
	if (result)
		return result == -ENOENT ? result : errors_fail(tree, caller, dentry, NULL, &error);
	if (size > 0) {
		size_t length = rendering->text.length < size - 1 ? rendering->text.length : size - 1;
		memcpy(out, text_string(&rendering->text), length);
		out[length] = '\0';
	}
	rendering_release(tree, rendering);
	return 0;
}

int tree_access(struct tree *tree, const struct caller *caller, struct dentry *dentry, int mask)
{
	dentry = dentry_resolve(tree, dentry);
	mode_t mode = dentry_mode(dentry);
	if (S_ISLNK(mode))
		return 0;
	if ((mask & W_OK) && dentry_check_writable_view(dentry, NULL))
		return -EROFS;
	mode_t bits = caller_is_owner(tree, caller) ? mode >> 6 : mode;
	if (((mask & R_OK) && !(bits & 4)) || ((mask & W_OK) && !(bits & 2)) || ((mask & X_OK) && !(bits & 1)))
		return -EACCES;
	return 0;
}

int tree_set_attributes(struct tree *tree, const struct caller *caller, struct dentry *dentry,
                        const struct stat *wanted, bool set_mode, bool set_times)
{
	if (!caller_is_owner(tree, caller))
		return -EPERM;
	dentry = dentry_resolve(tree, dentry);
	if (!dentry->scratch)
		return 0;
	pthread_mutex_lock(&tree->lock);
	if (set_mode)
		dentry->scratch->mode = wanted->st_mode & 0700;
	if (set_times)
		dentry->scratch->modified = wanted->st_mtim;
	pthread_mutex_unlock(&tree->lock);
	return 0;
}

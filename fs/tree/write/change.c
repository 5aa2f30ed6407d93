/* Changing folders: new names, removing, renaming. Almost everything is refused here, with a sentence that
 * names the write that does what was meant; scratch files (scratch.c) come and go. */
#include "fs/tree/write/change.h"

#include "core/base/memory.h"
#include "fs/tree/errors.h"
#include "fs/tree/handle.h"
#include "fs/tree/rendering.h"
#include "fs/tree/request.h"
#include "fs/tree/suggest.h"
#include "fs/tree/write/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1u
#endif

/* Whether the caller may change anything in that folder. */
static int check_change(struct tree *tree, const struct caller *caller, const struct dentry *folder,
                        struct error *error)
{
	return caller_is_owner(tree, caller)
	           ? dentry_check_writable_view(folder, error)
	           : error_set(error, EACCES, "only the user who made this mount may change anything in it");
}

/* The sentence for a name that is not there. */
static int no_such(struct tree *tree, const struct caller *caller, struct dentry *folder, const char *name,
                   int number, const char *what, struct error *error)
{
	struct suggestion suggestion = suggestion_begin(name);
	suggestion_consider_folder(&suggestion, tree, caller, folder, strcmp(what, "folder") == 0);
	const char *best = suggestion_best(&suggestion);
	if (!best && folder->row->make && strcmp(what, "file") == 0)
		return error_set(error, number, "no such file; mkdir makes what is in this folder");
	return best ? error_set(error, number, "no such %s, did you mean \"%s\"", what, best)
	            : error_set(error, number, "no such %s, and none can be made here", what);
}

int tree_refuse(struct tree *tree, const struct caller *caller, struct dentry *folder, const char *name,
                const char *what)
{
	struct error error = {0};
	error_set(&error, EPERM, "%s cannot be made here: the tree's files are those that README lists", what);
	return errors_fail(tree, caller, folder, name, &error);
}

/* --- new names --- */

static int make_folder(struct tree *tree, const struct caller *caller, struct dentry *folder,
                       const char *name, struct error *error)
{
	struct request request;
	struct dentry *there = NULL;
	int result = check_change(tree, caller, folder, error);
	if (result)
		return result;
	result = tree_lookup(tree, &there, caller, folder, name);
	if (result == 0) {
		dentry_release(tree, there);
		return error_set(error, EEXIST, "it is there already");
	}
	if (result != -ENOENT)
		return error_set(error, -result, "%s", strerror(-result));
	if (!folder->row->make)
		return no_such(tree, caller, folder, name, EPERM, "folder", error);
	request_begin(&request, tree, caller, folder);
	for (size_t i = 0; i < ROW_CAPTURES; i++) {
		if (request.capture[i])
			continue;
		request.capture[i] = name;
		break;
	}
	result = folder->row->make(&request, name, error);
	request_end(&request);
	tree_wrote(tree);
	return result;
}

int tree_make_folder(struct tree *tree, struct dentry **out, const struct caller *caller,
                     struct dentry *folder, const char *name)
{
	struct error error = {0};
	*out = NULL;
	if (make_folder(tree, caller, folder, name, &error) < 0)
		return errors_fail(tree, caller, folder, name, &error);
	int result = tree_lookup(tree, out, caller, folder, name);
	if (result == 0 && caller)
		(*out)->maker = caller->pid;
	return result;
}

/* The path of the open file of that name and kind which the process copies from: cp -r opens it without
 * following links. NULL: none. */
static char *source_of_copy(struct tree *tree, const struct caller *caller, const struct dentry *folder,
                            const char *name)
{
	char *path = NULL;
	pthread_mutex_lock(&tree->lock);
	for (const struct handle *at = tree->handles; at && !path; at = at->next)
		if (at->opener.pid == caller->pid && (at->flags & O_ACCMODE) == O_RDONLY &&
		    (at->flags & O_NOFOLLOW) && at->dentry->parent && at->dentry->parent != folder &&
		    at->dentry->parent->row == folder->row && strcmp(at->dentry->name, name) == 0)
			path = memory_copy_string(at->dentry->path);
	pthread_mutex_unlock(&tree->lock);
	return path;
}

void change_tell_copy(struct tree *tree, const struct caller *caller, const struct dentry *folder,
                      const char *name)
{
	struct error error = {0};
	if (!caller || !folder->maker || folder->maker != caller->pid)
		return;
	char *source = source_of_copy(tree, caller, folder, name);
	if (!source)
		return;
	error_set(&error, EEXIST,
	          "this was made by mkdir with files of its own, not as a copy; what it shall have is written "
	          "into them: cat %s > %s/%s",
	          source, folder->path, name);
	errors_fail(tree, caller, folder, name, &error);
	free(source);
}

/* A name that a row allows and that does not exist yet, as a new permission's file. */
static int create_in_row(struct tree *tree, struct dentry **out, struct dentry *folder, const char *name)
{
	struct dentry *dentry = NULL;
	int result = dentry_make(tree, &dentry, folder, name);
	if (result)
		return result;
	if (!dentry->row->creatable) {
		dentry_release(tree, dentry);
		return -ENOENT;
	}
	dentry = dentry_intern(tree, dentry);
	pthread_mutex_lock(&tree->lock);
	dentry->created = true;
	pthread_mutex_unlock(&tree->lock);
	*out = dentry;
	return 0;
}

static int create_file(struct tree *tree, struct dentry **out, const struct caller *caller,
                       struct dentry *folder, const char *name, mode_t mode, int flags, struct error *error)
{
	int result = check_change(tree, caller, folder, error);
	if (result)
		return result;
	result = tree_lookup(tree, out, caller, folder, name);
	if (result == 0 && (flags & O_EXCL)) {
		dentry_release(tree, *out);
		*out = NULL;
		return error_set(error, EEXIST, "it is there already");
	}
	if (result == 0)
		return 0;
	if (result != -ENOENT)
		return error_set(error, -result, "%s", strerror(-result));
	if (create_in_row(tree, out, folder, name) == 0)
		return 0;
	if (scratch_name_fits(tree, caller, folder, name, flags & O_EXCL))
		return scratch_create(tree, out, folder, name, mode, error);
	return no_such(tree, caller, folder, name, ENOENT, "file", error);
}

int tree_create_file(struct tree *tree, struct dentry **dentry, struct handle **handle,
                     const struct caller *caller, struct dentry *folder, const char *name, mode_t mode,
                     int flags)
{
	struct error error = {0};
	*dentry = NULL;
	*handle = NULL;
	if (create_file(tree, dentry, caller, folder, name, mode, flags, &error) < 0)
		return errors_fail(tree, caller, folder, name, &error);
	int result = tree_open(tree, handle, caller, *dentry, flags);
	if (result) {
		dentry_release(tree, *dentry);
		*dentry = NULL;
	}
	return result;
}

/* --- removing --- */

static int remove_name(struct tree *tree, const struct caller *caller, struct dentry *folder,
                       const char *name, bool want_folder, struct error *error)
{
	struct dentry *dentry = NULL;
	int result = tree_lookup(tree, &dentry, caller, folder, name);
	if (result)
		return error_set(error, -result, "no such file");
	bool is_folder = !dentry->scratch && dentry->row->kind == ROW_FOLDER;
	result = check_change(tree, caller, folder, error);
	if (result)
		goto out;
	if (dentry->scratch && !want_folder)
		scratch_remove(tree, dentry);
	else if (want_folder && !is_folder)
		result = error_set(error, ENOTDIR, "is no folder");
	else if (!want_folder && is_folder)
		result = error_set(error, EISDIR, "is a folder");
	else
		result = error_set(error, EPERM, "deleting destroys nothing here: %s%s",
		                   dentry->row->instead_of_remove ? dentry->row->instead_of_remove
		                                                  : "it shows what the chain holds",
		                   !is_folder && dentry_is_writable(dentry)
		                       ? " (mv and install delete first, and tar x does without "
		                         "--overwrite: cp and cat write into it)"
		                       : "");
out:
	dentry_release(tree, dentry);
	return result;
}

int tree_remove(struct tree *tree, const struct caller *caller, struct dentry *folder, const char *name)
{
	struct error error = {0};
	int result = remove_name(tree, caller, folder, name, false, &error);
	return result ? errors_fail(tree, caller, folder, name, &error) : 0;
}

int tree_remove_folder(struct tree *tree, const struct caller *caller, struct dentry *folder,
                       const char *name)
{
	struct error error = {0};
	int result = remove_name(tree, caller, folder, name, true, &error);
	return result ? errors_fail(tree, caller, folder, name, &error) : 0;
}

/* --- renaming --- */

/* From now on the dentry, which the kernel goes on using under the new name, stands for the other. */
static void become(struct tree *tree, struct dentry *dentry, struct dentry *other)
{
	pthread_mutex_lock(&tree->lock);
	other->references++;
	dentry->becomes = other;
	if (dentry->scratch && dentry->scratch->handles == 0)
		scratch_resize(tree, dentry, 0, NULL);
	pthread_mutex_unlock(&tree->lock);
	if (dentry->scratch)
		scratch_remove(tree, dentry);
}

/* The contents of a scratch file, copied. */
static struct bytes contents(struct tree *tree, const struct dentry *dentry)
{
	struct bytes copy = {0};
	pthread_mutex_lock(&tree->lock);
	bytes_put(&copy, dentry->scratch->data.data, dentry->scratch->data.length);
	pthread_mutex_unlock(&tree->lock);
	return copy;
}

/* A failed write has told its sentence itself: *told. */
static int write_whole(struct tree *tree, const struct caller *caller, struct dentry *target,
                       const struct bytes *data)
{
	struct handle *handle = NULL;
	size_t done = 0;
	int result = tree_open(tree, &handle, caller, target, O_WRONLY | O_TRUNC);
	if (result)
		return result;
	while (done < data->length && result == 0) {
		ssize_t count = handle_write(handle, caller, (const char *)data->data + done, data->length - done,
		                             (off_t)done);
		if (count < 0)
			result = (int)count;
		else
			done += (size_t)count;
	}
	if (result == 0)
		result = handle_flush(handle, caller);
	handle_close(handle);
	return result;
}

static int rename_onto_file(struct tree *tree, const struct caller *caller, struct dentry *scratch,
                            struct dentry *target)
{
	struct bytes data = contents(tree, scratch);
	int result = write_whole(tree, caller, target, &data);
	bytes_release(&data);
	if (result == 0)
		become(tree, scratch, target);
	return result;
}

static int put_in_scratch(struct tree *tree, struct dentry **out, const char *data, size_t length,
                          struct dentry *folder, const char *name, struct dentry *old, struct error *error)
{
	if (old)
		scratch_remove(tree, old);
	int result = scratch_create(tree, out, folder, name, 0600, error);
	if (result)
		return result;
	ssize_t count = scratch_write(tree, *out, data, length, 0, false, error);
	if (count < 0) {
		scratch_remove(tree, *out);
		dentry_release(tree, *out);
		*out = NULL;
	}
	return count < 0 ? (int)count : 0;
}

/* Onto a scratch name: another scratch file moves, a file of the tree is copied and stays. */
static int rename_onto_scratch(struct tree *tree, const struct caller *caller, struct dentry *source,
                               struct dentry *folder, const char *name, struct dentry *old,
                               struct error *error)
{
	struct rendering *rendering = NULL;
	struct dentry *made = NULL;
	int result = 0;
	if (source->scratch) {
		struct bytes data = contents(tree, source);
		result = put_in_scratch(tree, &made, (const char *)data.data, data.length, folder, name, old, error);
		bytes_release(&data);
	} else {
		result = rendering_get(tree, &rendering, caller, source, RENDERING_OPEN, error);
		if (result == 0)
			result = put_in_scratch(tree, &made, rendering->text.data, rendering->text.length, folder, name,
			                        old, error);
		rendering_release(tree, rendering);
	}
	if (result == 0)
		become(tree, source, made);
	if (made)
		dentry_release(tree, made);
	return result;
}

static int rename_dentry(struct tree *tree, bool *told, const struct caller *caller, struct dentry *source,
                         struct dentry *folder, const char *name, struct dentry *target, unsigned flags,
                         struct error *error)
{
	bool is_folder = !source->scratch && source->row->kind == ROW_FOLDER;
	if (flags & ~RENAME_NOREPLACE)
		return error_set(error, EINVAL, "files cannot be exchanged here");
	if (target && (flags & RENAME_NOREPLACE))
		return error_set(error, EEXIST, "\"%s\" is there already", name);
	if (target == source)
		return 0;
	if (source->scratch && target && !target->scratch && target->row->kind != ROW_FOLDER) {
		*told = true;
		return rename_onto_file(tree, caller, source, target);
	}
	if (!is_folder && (source->scratch || dentry_is_writable(source)) && (!target || target->scratch) &&
	    scratch_name_fits(tree, caller, folder, name, false))
		return rename_onto_scratch(tree, caller, source, folder, name, target, error);
	if (source->scratch)
		return no_such(tree, caller, folder, name, ENOENT, "file", error);
	return error_set(error, EPERM, "names in this tree are given by the chain: nothing can be renamed");
}

int tree_rename(struct tree *tree, const struct caller *caller, struct dentry *folder, const char *name,
                struct dentry *new_folder, const char *new_name, unsigned flags)
{
	struct error error = {0};
	struct dentry *source = NULL, *target = NULL;
	bool told = false;
	int result = check_change(tree, caller, folder, &error);
	if (result == 0)
		result = check_change(tree, caller, new_folder, &error);
	if (result == 0) {
		result = tree_lookup(tree, &source, caller, folder, name);
		if (result)
			error_set(&error, -result, "no such file");
	}
	if (result == 0) {
		result = tree_lookup(tree, &target, caller, new_folder, new_name);
		if (result == -ENOENT)
			result = create_in_row(tree, &target, new_folder, new_name);
		result = result == -ENOENT ? 0 : result;
		if (result)
			error_set(&error, -result, "%s: %s", new_name, strerror(-result));
	}
	if (result == 0)
		result = rename_dentry(tree, &told, caller, source, new_folder, new_name, target, flags, &error);
	/* "No such file" would be said of the file, not of the producer that it names. */
	if (result == -ENOENT && told)
		result = -ECANCELED;
	if (source)
		dentry_release(tree, source);
	if (target)
		dentry_release(tree, target);
	return result < 0 && !told ? errors_fail(tree, caller, folder, name, &error) : result;
}

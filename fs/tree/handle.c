/* Open files. A reader has one rendering from open to close; what a writer sends goes to its kind
 * (kinds.c). */
#include "fs/tree/handle.h"

#include "core/base/memory.h"
#include "fs/tree/errors.h"
#include "fs/tree/rendering.h"
#include "fs/tree/request.h"
#include "fs/tree/write/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum { WRITE_SIZE_MAXIMUM = 1 << 30, INPUT_STEP = 64 << 10 };

static bool wants_to_read(int flags) { return (flags & O_ACCMODE) != O_WRONLY; }
static bool wants_to_write(int flags) { return (flags & O_ACCMODE) != O_RDONLY; }

static int check_open(struct tree *tree, const struct caller *caller, const struct dentry *dentry, int flags,
                      struct error *error)
{
	bool owner = caller_is_owner(tree, caller);
	mode_t mode = dentry_mode(dentry);
	if (S_ISDIR(mode))
		return error_set(error, EISDIR, "is a folder");
	if (S_ISLNK(mode))
		return error_set(error, ELOOP, "is a link");
	if (!owner && (wants_to_write(flags) || !(mode & 04)))
		return error_set(error, EACCES, "only the user who made this mount may %s it",
		                 wants_to_write(flags) ? "write" : "read");
	if (wants_to_write(flags) && dentry_check_writable_view(dentry, error))
		return -EROFS;
	if (wants_to_write(flags) && !dentry->scratch && !dentry_is_writable(dentry))
		return error_set(error, EACCES, "can only be read: %s",
		                 dentry->row->help ? dentry->row->help : "it shows the chain's state");
	return 0;
}

/* Lock held. */
static void add_reader(struct handle *handle)
{
	handle->older_reader = handle->dentry->readers;
	handle->dentry->readers = handle;
}

static void remove_reader(struct handle *handle)
{
	struct handle **at = &handle->dentry->readers;
	while (*at && *at != handle)
		at = &(*at)->older_reader;
	if (*at)
		*at = handle->older_reader;
}

int growing_begin(struct tree *tree, struct growing *out, const struct caller *caller,
                  const struct dentry *dentry, struct error *error)
{
	const struct row *row = dentry->row;
	struct request request;
	int result = 0;
	*out = (struct growing){.modified = tree->started};
	request_begin(&request, tree, caller, dentry);
	if (row->measure) {
		result = row->measure(&request, &out->from, &out->end, error);
		out->modified = request_modified(&request);
	} else if ((out->text = row->grow(&request, error))) {
		out->from = row->grow_from ? row->grow_from(&request) : 0;
		out->end = growing_text_size(out->text, &out->modified);
	} else {
		result = error->number ? -error->number : -ENOENT;
	}
	request_end(&request);
	if (out->modified.tv_sec == 0)
		out->modified = tree->started;
	return result;
}

static int open_growing(struct handle *handle, const struct caller *caller, struct error *error)
{
	struct tree *tree = handle->tree;
	struct dentry *dentry = handle->dentry;
	struct growing growing;
	int result = growing_begin(tree, &growing, caller, dentry, error);
	if (result)
		return result;
	handle->growing = growing.text;
	/* All who read at the same time count from the same place, so that size and offsets agree for tail -f. */
	pthread_mutex_lock(&tree->lock);
	if (!dentry->readers)
		dentry->growing_from = growing.from;
	handle->growing_from = dentry->growing_from;
	add_reader(handle);
	pthread_mutex_unlock(&tree->lock);
	return 0;
}

static int open_rendering(struct handle *handle, const struct caller *caller, struct error *error)
{
	struct tree *tree = handle->tree;
	int result = rendering_get(tree, &handle->rendering, caller, handle->dentry, RENDERING_OPEN, error);
	/* A file that is about to be made is empty. */
	if (result == -ENOENT && dentry_is_created(tree, handle->dentry) && wants_to_write(handle->flags)) {
		handle->rendering = memory_allocate(1, sizeof *handle->rendering);
		handle->rendering->references = 1;
		result = 0;
	}
	if (result)
		return result;
	pthread_mutex_lock(&tree->lock);
	add_reader(handle);
	pthread_mutex_unlock(&tree->lock);
	return 0;
}

static void open_scratch(struct handle *handle)
{
	struct tree *tree = handle->tree;
	pthread_mutex_lock(&tree->lock);
	handle->dentry->scratch->handles++;
	if ((handle->flags & O_TRUNC) && wants_to_write(handle->flags))
		scratch_resize(tree, handle->dentry, 0, NULL);
	pthread_mutex_unlock(&tree->lock);
}

/* What a release empties is empty for whatever is asked after it. */
void tree_settle(struct tree *tree)
{
	if (tree->may_empty && tree->options.settle)
		tree->options.settle(tree->options.context);
	if (!tree->emptying)
		return;
	pthread_mutex_lock(&tree->lock);
	while (tree->emptying)
		pthread_cond_wait(&tree->emptied, &tree->lock);
	pthread_mutex_unlock(&tree->lock);
}

void handle_set_may_empty(struct handle *handle, bool may_empty)
{
	if (handle->may_empty == may_empty)
		return;
	handle->may_empty = may_empty;
	if (may_empty)
		handle->tree->may_empty++;
	else
		handle->tree->may_empty--;
}

void handle_close_begins(struct handle *handle)
{
	if (!handle->emptying && !handle->dentry->scratch && kind_may_empty(handle)) {
		handle->emptying = true;
		handle->tree->emptying++;
	}
	handle_set_may_empty(handle, false);
}

static void empty(struct handle *handle)
{
	struct tree *tree = handle->tree;
	kind_empty(handle);
	pthread_mutex_lock(&tree->lock);
	tree->emptying--;
	pthread_cond_broadcast(&tree->emptied);
	pthread_mutex_unlock(&tree->lock);
}

int tree_open(struct tree *tree, struct handle **out, const struct caller *caller, struct dentry *dentry,
              int flags)
{
	struct error error = {0};
	*out = NULL;
	tree_settle(tree);
	dentry = dentry_resolve(tree, dentry);
	int result = check_open(tree, caller, dentry, flags, &error);
	if (result)
		return errors_fail(tree, caller, dentry, NULL, &error);
	struct handle *handle = memory_allocate(1, sizeof *handle);
	*handle = (struct handle){.tree = tree,
	                          .dentry = dentry_hold(tree, dentry),
	                          .flags = flags,
	                          .truncated = wants_to_write(flags) && (flags & O_TRUNC)};
	if (caller)
		handle->opener = (struct caller){.uid = caller->uid, .gid = caller->gid, .pid = caller->pid};
	pthread_mutex_init(&handle->lock, NULL);
	pthread_mutex_lock(&tree->lock);
	LINK(handle, tree->handles);
	pthread_mutex_unlock(&tree->lock);
	if (dentry->scratch)
		open_scratch(handle);
	else if (wants_to_read(flags) && dentry->row->kind == ROW_GROWING)
		result = open_growing(handle, caller, &error);
	else if (wants_to_read(flags))
		result = open_rendering(handle, caller, &error);
	if (result) {
		handle_close(handle);
		return result == -ENOENT ? result : errors_fail(tree, caller, dentry, NULL, &error);
	}
	handle_set_may_empty(handle, !dentry->scratch && kind_may_empty(handle));
	*out = handle;
	return 0;
}

/* What nobody holds is made as it is read. */
static ssize_t read_part(struct handle *handle, char *out, size_t size, uint64_t offset)
{
	struct request request;
	struct error error = {0};
	struct text text = TEXT_EMPTY;
	uint64_t begin = 0;
	request_begin(&request, handle->tree, &handle->opener, handle->dentry);
	int result = handle->dentry->row->part(&request, &text, &begin, offset, size, &error);
	request_end(&request);
	if (result == 0 && begin + text.length > offset) {
		size_t there = (size_t)(begin + text.length - offset);
		size = size < there ? size : there;
		memcpy(out, text.data + (offset - begin), size);
	} else {
		size = 0;
	}
	text_release(&text);
	return result ? errors_fail(handle->tree, &handle->opener, handle->dentry, NULL, &error) : (ssize_t)size;
}

ssize_t handle_read(struct handle *handle, char *out, size_t size, off_t offset)
{
	if (offset < 0 || !wants_to_read(handle->flags))
		return -EBADF;
	if (handle->dentry->scratch)
		return scratch_read(handle->tree, handle->dentry, out, size, offset);
	if (handle->dentry->row->kind == ROW_GROWING && handle->dentry->row->part)
		return read_part(handle, out, size, handle->growing_from + (uint64_t)offset);
	if (handle->growing)
		return (ssize_t)growing_text_read(handle->growing, out, size,
		                                  handle->growing_from + (uint64_t)offset);
	const struct text *text = &handle->rendering->text;
	if ((uint64_t)offset >= text->length)
		return 0;
	if (size > text->length - (size_t)offset)
		size = text->length - (size_t)offset;
	memcpy(out, text->data + offset, size);
	return (ssize_t)size;
}

ssize_t handle_write(struct handle *handle, const struct caller *caller, const char *data, size_t size,
                     off_t offset)
{
	struct error error = {0};
	ssize_t result = 0;
	if (!wants_to_write(handle->flags) || offset < 0)
		return -EBADF;
	if (size > WRITE_SIZE_MAXIMUM)
		size = WRITE_SIZE_MAXIMUM;
	if (handle->dentry->scratch) {
		result = scratch_write(handle->tree, handle->dentry, data, size, offset,
		                       (handle->flags & O_APPEND) != 0, &error);
		return result < 0 ? errors_fail(handle->tree, caller, handle->dentry, NULL, &error) : result;
	}
	tree_settle(handle->tree);
	pthread_mutex_lock(&handle->lock);
	result = handle->failed ? -handle->failed : kind_write(handle, caller, data, size, offset);
	pthread_mutex_unlock(&handle->lock);
	return result;
}

int handle_flush(struct handle *handle, const struct caller *caller)
{
	int result = 0;
	if (handle->dentry->scratch || !wants_to_write(handle->flags))
		return 0;
	pthread_mutex_lock(&handle->lock);
	if (!handle->failed)
		result = kind_flush(handle, caller);
	else if (handle->failed_in_flush)
		result = -handle->failed;
	pthread_mutex_unlock(&handle->lock);
	return result;
}

int handle_sync(struct handle *handle, const struct caller *caller)
{
	int result = 0;
	if (handle->dentry->scratch)
		return 0;
	if (wants_to_write(handle->flags)) {
		pthread_mutex_lock(&handle->lock);
		result = handle->failed ? -handle->failed : kind_sync(handle, caller);
		pthread_mutex_unlock(&handle->lock);
	}
	return result ? result : tree_sync(handle->tree, caller, handle->dentry);
}

int input_hold(struct handle *handle, size_t size, struct error *error)
{
	struct tree *tree = handle->tree;
	struct input *input = &handle->input;
	if (size <= input->held)
		return 0;
	size_t held = (size / INPUT_STEP + 1) * INPUT_STEP;
	pthread_mutex_lock(&tree->lock);
	bool fits = tree->input_bytes - input->held + held <= INPUT_TOTAL_MAXIMUM;
	if (fits) {
		tree->input_bytes += held - input->held;
		input->held = held;
	}
	pthread_mutex_unlock(&tree->lock);
	return fits ? 0
	            : error_set(error, ENOSPC, "no room: open files hold %d bytes that are half written",
	                        INPUT_TOTAL_MAXIMUM);
}

void input_release(struct handle *handle)
{
	struct input *input = &handle->input;
	text_release_secret(&input->pending);
	bytes_release(&input->bytes);
	pthread_mutex_lock(&handle->tree->lock);
	handle->tree->input_bytes -= input->held;
	input->held = 0;
	pthread_mutex_unlock(&handle->tree->lock);
}

void handle_close(struct handle *handle)
{
	if (!handle)
		return;
	struct tree *tree = handle->tree;
	handle_close_begins(handle);
	if (handle->emptying)
		empty(handle);
	pthread_mutex_lock(&tree->lock);
	handle->dentry->created = false;
	remove_reader(handle);
	UNLINK(handle);
	rendering_drop(handle->rendering);
	if (handle->dentry->scratch)
		handle->dentry->scratch->handles--;
	pthread_mutex_unlock(&tree->lock);
	input_release(handle);
	pthread_mutex_destroy(&handle->lock);
	dentry_release(tree, handle->dentry);
	free(handle);
}

int tree_truncate(struct tree *tree, const struct caller *caller, struct dentry *dentry,
                  struct handle *handle, off_t size)
{
	struct error error = {0};
	dentry = dentry_resolve(tree, dentry);
	if (size < 0)
		return -EINVAL;
	int result = check_open(tree, caller, dentry, O_WRONLY, &error);
	if (result)
		return errors_fail(tree, caller, dentry, NULL, &error);
	if (dentry->scratch) {
		pthread_mutex_lock(&tree->lock);
		result = (uint64_t)size > SCRATCH_SIZE_MAXIMUM ? -EFBIG
		                                               : scratch_resize(tree, dentry, (size_t)size, NULL);
		pthread_mutex_unlock(&tree->lock);
		return result;
	}
	if (!handle)
		return 0;
	pthread_mutex_lock(&handle->lock);
	result = kind_truncate(handle, size);
	handle_set_may_empty(handle, kind_may_empty(handle));
	pthread_mutex_unlock(&handle->lock);
	return result;
}

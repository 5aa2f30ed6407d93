/* Renderings: a file's contents at one moment. One rendering serves every reader of one state; a stat's is
 * kept a second for the open that follows it, so that sizes are true (DESIGN 3). Also what is told about
 * files: stat, access, links. */
#include "fs/tree/rendering.h"

#include "core/base/encoding/json.h"
#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "fs/tree/errors.h"
#include "fs/tree/handle.h"
#include "fs/tree/request.h"
#include "fs/tree/write/scratch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STAT_HOLDS_MS = 1000, AGAIN_MAXIMUM = 3, KEPT_BYTES_MAXIMUM = 4 << 20 };

void rendering_drop(struct rendering *rendering)
{
	if (rendering && --rendering->references == 0) {
		if (rendering->secret && rendering->text.data)
			memory_wipe(rendering->text.data, rendering->text.capacity);
		text_release(&rendering->text);
		free(rendering);
	}
}

void rendering_release(struct tree *tree, struct rendering *rendering)
{
	if (!rendering)
		return;
	pthread_mutex_lock(&tree->lock);
	rendering_drop(rendering);
	pthread_mutex_unlock(&tree->lock);
}

/* --- the kept ones, least recently made last --- */

static void unlink_kept(struct tree *tree, struct dentry *dentry)
{
	*(dentry->kept_newer ? &dentry->kept_newer->kept_older : &tree->kept_newest) = dentry->kept_older;
	*(dentry->kept_older ? &dentry->kept_older->kept_newer : &tree->kept_oldest) = dentry->kept_newer;
	dentry->kept_newer = dentry->kept_older = NULL;
}

void rendering_forget(struct tree *tree, struct dentry *dentry)
{
	if (!dentry->rendering)
		return;
	unlink_kept(tree, dentry);
	tree->kept_bytes -= dentry->rendering->text.capacity;
	rendering_drop(dentry->rendering);
	dentry->rendering = NULL;
}

static void keep(struct tree *tree, struct dentry *dentry, struct rendering *rendering)
{
	rendering_forget(tree, dentry);
	dentry->rendering = rendering;
	rendering->references++;
	tree->kept_bytes += rendering->text.capacity;
	dentry->kept_older = tree->kept_newest;
	*(tree->kept_newest ? &tree->kept_newest->kept_newer : &tree->kept_oldest) = dentry;
	tree->kept_newest = dentry;
	while (tree->kept_bytes > KEPT_BYTES_MAXIMUM && tree->kept_oldest != dentry)
		rendering_forget(tree, tree->kept_oldest);
}

/* --- making one --- */

/* What a verb shows before anything pending: what it is and how to write it. */
static void print_usage(struct text *out, const struct dentry *dentry)
{
	if (dentry->row->kind != ROW_VERB)
		return;
	if (dentry->row->help)
		text_printf(out, "# %s\n", dentry->row->help);
	if (dentry->row->usage && dentry_is_writable(dentry))
		text_printf(out, "# usage: echo '%s' > %s\n", dentry->row->usage, dentry->name);
}

/* Grows with all that may have changed a file: this mount's writes, and what its servers took. */
static uint64_t writes(const struct tree *tree)
{
	return tree->writes + (tree->options.chain ? tree->options.chain->served : 0);
}

static void indent(struct text *json)
{
	struct text compact = *json;
	*json = (struct text)TEXT_EMPTY;
	if (compact.length) {
		json_indent(json, compact.data, compact.length);
		text_append_char(json, '\n');
	}
	text_release(&compact);
}

static int render(struct tree *tree, struct rendering **out, struct request *request,
                  const struct dentry *dentry, struct error *error)
{
	struct rendering *rendering = memory_allocate(1, sizeof *rendering);
	int result = 0;
	rendering->references = 1;
	rendering->secret = dentry->row->secret;
	pthread_mutex_lock(&tree->lock);
	rendering->writes = writes(tree);
	pthread_mutex_unlock(&tree->lock);
	print_usage(&rendering->text, dentry);
	if (dentry->row->read)
		result = dentry->row->read(request, &rendering->text, error);
	if (result == 0 && dentry->row->indented)
		indent(&rendering->text);
	if (result == 0 && request->view && request->view->operations->sound)
		result = request->view->operations->sound(request->view, error);
	if (result == 0 && request->view && request->view->operations->newest)
		result = request->view->operations->newest(request->view, &rendering->newest, error);
	if (result) {
		text_release(&rendering->text);
		free(rendering);
		return result;
	}
	rendering->modified = request_modified(request);
	if (request->view) {
		rendering->has_view = true;
		rendering->sequence = request->view->sequence;
		rendering->block_num = request->view->block_num;
		if (rendering->newest < rendering->block_num)
			rendering->newest = rendering->block_num;
	}
	*out = rendering;
	return 0;
}

/* Of one block if it can be: of answers between which the head moved it is made again (DESIGN 6). */
static int render_of_one_block(struct tree *tree, struct rendering **out, struct request *request,
                               const struct dentry *dentry, struct error *error)
{
	int result = render(tree, out, request, dentry, error);

	for (int again = 0; result == 0 && (*out)->newest > (*out)->block_num && again < AGAIN_MAXIMUM; again++) {
		const struct caller *caller = request->caller;
		rendering_release(tree, *out);
		*out = NULL;
		request_end(request);
		request_begin(request, tree, caller, dentry);
		result = render(tree, out, request, dentry, error);
	}
	return result;
}

/* One reference, or NULL when what is kept does not serve. *ask_chain: whether the chain must be asked before
 * it may. */
static struct rendering *take_kept(struct tree *tree, bool *ask_chain, struct dentry *dentry,
                                   enum rendering_use use, int64_t now)
{
	struct rendering *kept = dentry->rendering;
	*ask_chain = false;
	if (use == RENDERING_STAT && dentry->readers) {
		kept = dentry->readers->rendering;
	} else {
		if (!kept || kept->writes != writes(tree))
			return NULL;
		bool is_stats = use == RENDERING_OPEN && kept->stat_ms && now - kept->stat_ms < STAT_HOLDS_MS;
		if (!is_stats && dentry->row->live)
			return NULL;
		*ask_chain = !is_stats && kept->has_view;
	}
	kept->references++;
	return kept;
}

int rendering_get(struct tree *tree, struct rendering **out, const struct caller *caller,
                  struct dentry *dentry, enum rendering_use use, struct error *error)
{
	struct request request;
	int64_t now = clock_monotonic_us() / 1000;
	bool ask_chain = false;
	int result = 0;
	pthread_mutex_lock(&tree->lock);
	struct rendering *rendering = take_kept(tree, &ask_chain, dentry, use, now);
	pthread_mutex_unlock(&tree->lock);
	if (rendering && !ask_chain) {
		*out = rendering;
		return 0;
	}
	request_begin(&request, tree, caller, dentry);
	if (rendering)
		result = request_view(&request, error);
	if (result == 0 && !(rendering && request.view->sequence == rendering->sequence)) {
		rendering_release(tree, rendering);
		rendering = NULL;
		result = render_of_one_block(tree, &rendering, &request, dentry, error);
	}
	request_end(&request);
	if (result) {
		rendering_release(tree, rendering);
		return result;
	}
	pthread_mutex_lock(&tree->lock);
	if (use == RENDERING_STAT)
		rendering->stat_ms = now;
	if (dentry->rendering != rendering && !rendering->secret)
		keep(tree, dentry, rendering);
	pthread_mutex_unlock(&tree->lock);
	*out = rendering;
	return 0;
}

/* --- what is told about dentries --- */

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

static int stat_measured(struct tree *tree, struct stat *out, const struct caller *caller,
                         struct dentry *dentry, struct error *error)
{
	struct request request;
	uint64_t from = 0, end = 0;
	request_begin(&request, tree, caller, dentry);
	int result = dentry->row->measure(&request, &from, &end, error);
	struct timespec modified = request_modified(&request);
	request_end(&request);
	if (result)
		return result;
	pthread_mutex_lock(&tree->lock);
	if (dentry->readers)
		from = dentry->growing_from;
	pthread_mutex_unlock(&tree->lock);
	stat_begin(tree, out, dentry, modified, end > from ? (size_t)(end - from) : 0);
	return 0;
}

static int stat_growing(struct tree *tree, struct stat *out, const struct caller *caller,
                        struct dentry *dentry, struct error *error)
{
	struct request request;
	struct timespec modified = tree->started;
	uint64_t from = 0;
	if (dentry->row->measure)
		return stat_measured(tree, out, caller, dentry, error);
	request_begin(&request, tree, caller, dentry);
	struct growing_text *text = dentry->row->grow(&request, error);
	if (text && dentry->row->grow_from)
		from = dentry->row->grow_from(&request);
	request_end(&request);
	if (!text)
		return error ? -error->number : -EIO;
	pthread_mutex_lock(&tree->lock);
	if (dentry->readers)
		from = dentry->growing_from;
	pthread_mutex_unlock(&tree->lock);
	size_t size = growing_text_size(text, &modified);
	if (modified.tv_sec == 0)
		modified = tree->started;
	stat_begin(tree, out, dentry, modified, size > from ? size - (size_t)from : 0);
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

/* Renderings: a file's contents at one moment. One rendering serves every reader of one state; a stat's is
 * kept a second for the open that follows it, so that sizes are true (DESIGN 3). */
#include "fs/tree/rendering.h"

#include "core/base/encoding/json.h"
#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "fs/tree/handle.h"
#include "fs/tree/request.h"

#include <stdlib.h>

enum { STAT_HOLDS_MS = 1000, AGAIN_MAXIMUM = 3, KEPT_BYTES_MAXIMUM = 4 << 20 };

void rendering_drop(struct rendering *rendering)
{
	if (rendering && --rendering->references == 0) {
		if (rendering->secret)
			text_release_secret(&rendering->text);
		else
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
	int64_t now = clock_monotonic_ms();
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

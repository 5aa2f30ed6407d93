/* The tree: what it is made of, from its beginning to its end. */
#include "fs/tree/tree.h"

#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "fs/tree/errors.h"
#include "fs/tree/handle.h"
#include "fs/tree/request.h"
#include "fs/tree/sent.h"

#include <stdlib.h>

int tree_create(struct tree **out, const struct tree_options *options, struct error *error)
{
	struct tree *tree = memory_allocate(1, sizeof *tree);
	*out = NULL;
	tree->options = *options;
	if (!tree->options.rows) {
		tree->options.rows = tree_rows;
		tree->options.rows_count = tree_rows_count;
	}
	int result = patterns_make(&tree->patterns, tree->options.rows, tree->options.rows_count, error);
	if (result) {
		free(tree);
		return result;
	}
	tree->options.mount_point = memory_copy_string(options->mount_point ? options->mount_point : "");
	if (options->defaults_file)
		tree->options.defaults_file = memory_copy_string(options->defaults_file);
	tree->started = clock_real();
	tree->written = tree->started;
	pthread_mutex_init(&tree->lock, NULL);
	pthread_cond_init(&tree->emptied, NULL);
	dentries_begin(tree);
	tree->errors = errors_create();
	tree->log = transaction_log_create();
	if (options->chain && options->chain->operations->watch_lost)
		options->chain->operations->watch_lost(options->chain, errors_lost, tree);
	*out = tree;
	return 0;
}

void tree_destroy(struct tree *tree)
{
	if (!tree)
		return;
	if (tree->options.chain && tree->options.chain->operations->watch_lost)
		tree->options.chain->operations->watch_lost(tree->options.chain, NULL, NULL);
	/* What is still open has not said all it meant to. */
	for (struct handle *handle = tree->handles; handle; handle = handle->next)
		handle->truncated = false;
	while (tree->handles)
		handle_close(tree->handles);
	while (tree->folders)
		folder_close(tree->folders);
	dentries_end(tree);
	patterns_release(&tree->patterns);
	errors_destroy(tree->errors);
	transaction_log_destroy(tree->log);
	request_states_destroy(tree);
	pthread_cond_destroy(&tree->emptied);
	pthread_mutex_destroy(&tree->lock);
	free((char *)(uintptr_t)tree->options.mount_point);
	free((char *)(uintptr_t)tree->options.defaults_file);
	free(tree);
}

struct dentry *tree_root(struct tree *tree) { return tree->root; }

bool caller_is_owner(const struct tree *tree, const struct caller *caller)
{
	return !caller || caller->uid == tree->options.owner || caller->uid == 0;
}

int tree_sync(struct tree *tree, const struct caller *caller, struct dentry *dentry)
{
	struct error error = {0};
	struct chain *chain = tree->options.chain;
	int result = chain && chain->operations->sync ? chain->operations->sync(chain, &error) : 0;
	return result ? errors_fail(tree, caller, dentry, NULL, &error) : 0;
}

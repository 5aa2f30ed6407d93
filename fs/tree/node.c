/* Nodes: paths that were looked up, one node a path while somebody holds it; and the tree that they belong
 * to. */
#include "fs/tree/node.h"

#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "core/types/name.h"
#include "fs/tree/errors.h"
#include "fs/tree/handle.h"
#include "fs/tree/rendering.h"
#include "fs/tree/request.h"
#include "fs/tree/write/change.h"
#include "fs/tree/write/scratch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

uint64_t node_hash(uint64_t seed, const char *text)
{
	uint64_t hash = seed ^ UINT64_C(0xcbf29ce484222325);
	for (; *text; text++)
		hash = (hash ^ (uint8_t)*text) * UINT64_C(0x100000001b3);
	return hash ^ hash >> 29;
}

static struct node **bucket(struct tree *tree, uint64_t inode)
{
	return &tree->buckets[inode & (tree->buckets_count - 1)];
}

static void grow_buckets(struct tree *tree)
{
	struct node **old = tree->buckets;
	size_t count = tree->buckets_count;
	tree->buckets_count *= 4;
	tree->buckets = memory_allocate(tree->buckets_count, sizeof *tree->buckets);
	for (size_t i = 0; i < count; i++) {
		for (struct node *node = old[i], *next; node; node = next) {
			next = node->next_in_bucket;
			node->next_in_bucket = *bucket(tree, node->inode);
			*bucket(tree, node->inode) = node;
		}
	}
	free(old);
}

static struct node *find_locked(struct tree *tree, const struct node *folder, const char *name)
{
	for (struct node *node = *bucket(tree, node_hash(folder->inode, name)); node; node = node->next_in_bucket)
		if (node->parent == folder && !node->becomes && strcmp(node->name, name) == 0)
			return node;
	return NULL;
}

static void intern_locked(struct tree *tree, struct node *node)
{
	if (tree->nodes_count > tree->buckets_count)
		grow_buckets(tree);
	node->next_in_bucket = *bucket(tree, node->inode);
	*bucket(tree, node->inode) = node;
	node->interned = true;
	tree->nodes_count++;
}

void node_unlink(struct tree *tree, struct node *node)
{
	if (!node->interned)
		return;
	struct node **at = bucket(tree, node->inode);
	while (*at != node)
		at = &(*at)->next_in_bucket;
	*at = node->next_in_bucket;
	node->interned = false;
	tree->nodes_count--;
}

static void node_free(struct node *node)
{
	if (node->scratch) {
		bytes_release(&node->scratch->data);
		free(node->scratch);
	}
	if (node->owns_capture)
		free((char *)(uintptr_t)node->capture);
	free(node->path);
	free(node);
}

/* Lock held. Lets go of ancestors, too, without recursion. */
static void drop(struct tree *tree, struct node *node, uint64_t references)
{
	while (node) {
		node->references -= references < node->references ? references : node->references;
		if (node->references > 0)
			return;
		struct node *parent = node->parent;
		node_unlink(tree, node);
		rendering_forget(tree, node);
		if (node->becomes)
			drop(tree, node->becomes, 1);
		if (node->scratch)
			tree->scratch_bytes -= node->scratch->data.length;
		node_free(node);
		node = parent;
		references = 1;
	}
}

struct node *node_hold(struct tree *tree, struct node *node)
{
	pthread_mutex_lock(&tree->lock);
	node->references++;
	pthread_mutex_unlock(&tree->lock);
	return node;
}

void node_release(struct tree *tree, struct node *node)
{
	pthread_mutex_lock(&tree->lock);
	drop(tree, node, 1);
	pthread_mutex_unlock(&tree->lock);
}

void tree_forget(struct tree *tree, struct node *node, uint64_t references)
{
	if (node == tree->root || references == 0)
		return;
	pthread_mutex_lock(&tree->lock);
	drop(tree, node, references);
	pthread_mutex_unlock(&tree->lock);
}

struct node *node_resolve(struct tree *tree, struct node *node)
{
	pthread_mutex_lock(&tree->lock);
	while (node->becomes)
		node = node->becomes;
	pthread_mutex_unlock(&tree->lock);
	return node;
}

bool node_is_created(struct tree *tree, const struct node *node)
{
	pthread_mutex_lock(&tree->lock);
	bool created = node->created;
	pthread_mutex_unlock(&tree->lock);
	return created;
}

/* An interned one, held; or NULL. */
static struct node *node_find(struct tree *tree, const struct node *folder, const char *name)
{
	pthread_mutex_lock(&tree->lock);
	struct node *node = find_locked(tree, folder, name);
	if (node)
		node->references++;
	pthread_mutex_unlock(&tree->lock);
	return node;
}

struct node *node_intern(struct tree *tree, struct node *fresh)
{
	pthread_mutex_lock(&tree->lock);
	struct node *there = find_locked(tree, fresh->parent, fresh->name);
	if (there) {
		there->references++;
		drop(tree, fresh, 1);
	} else {
		intern_locked(tree, fresh);
		there = fresh;
	}
	pthread_mutex_unlock(&tree->lock);
	return there;
}

struct node *node_make_plain(struct tree *tree, struct node *folder, const char *name, const struct row *row)
{
	struct node *node = memory_allocate(1, sizeof *node);
	struct text path = TEXT_EMPTY;
	if (folder->path[0])
		text_printf(&path, "%s/", folder->path);
	text_append(&path, name);
	*node = (struct node){.path = text_take(&path),
	                      .parent = node_hold(tree, folder),
	                      .inode = node_hash(folder->inode, name),
	                      .row = row,
	                      .graft = folder->row->graft ? folder : folder->graft,
	                      .references = 1};
	node->name = node->path + strlen(node->path) - strlen(name);
	return node;
}

bool row_is_hidden(const struct node *folder, const struct row *row)
{
	const struct node *graft = folder->row->graft ? folder : folder->graft;
	return row->live && graft && graft->row->past;
}

int node_make(struct tree *tree, struct node **out, struct node *folder, const char *name)
{
	size_t captured = 0;
	size_t pattern = folder->scratch ? 0 : patterns_child(&tree->patterns, &captured, folder->pattern, name);
	if (pattern == 0 || row_is_hidden(folder, tree->patterns.at[pattern].row))
		return -ENOENT;
	struct node *node = node_make_plain(tree, folder, name, tree->patterns.at[pattern].row);
	node->pattern = pattern;
	if (captured) {
		node->capture = node->name;
		if (captured < strlen(name)) {
			char *copy = memory_allocate(captured + 1, 1);
			memcpy(copy, name, captured);
			node->capture = copy;
			node->owns_capture = true;
		}
		if (name_parse(&node->capture_name, node->capture, NULL) != 0)
			node->capture_name = 0;
	}
	*out = node;
	return 0;
}

bool caller_is_owner(const struct tree *tree, const struct caller *caller)
{
	return !caller || caller->uid == tree->options.owner || caller->uid == 0;
}

bool node_is_writable(const struct node *node)
{
	return kind_is_writable(node->row->kind) && (node_mode(node) & 0200);
}

int node_check_writable_view(const struct node *node, struct error *error)
{
	const struct node *graft = node->row->graft ? node : node->graft;
	if (!graft)
		return 0;
	const char *path = node->path + strlen(graft->path);
	return error_set(error, EROFS, "%s shows a view of the chain, which can only be read; write to %s",
	                 graft->path, *path ? path + 1 : "what stands at the top");
}

mode_t node_mode(const struct node *node)
{
	if (node->scratch)
		return S_IFREG | node->scratch->mode;
	mode_t mode = row_mode(node->row);
	return node->graft && !S_ISLNK(mode) ? mode & ~(mode_t)0222 : mode;
}

bool row_is_served(const struct tree *tree, const struct row *row)
{
	return !row->needs || !tree->options.chain || !(tree->options.chain->lacks & row->needs);
}

mode_t row_mode(const struct row *row)
{
	static const mode_t types[] = {
		[ROW_FOLDER] = S_IFDIR | 0755, [ROW_READ_ONLY] = S_IFREG | 0444, [ROW_VERB] = S_IFREG | 0644,
		[ROW_VALUE] = S_IFREG | 0644,  [ROW_LIST] = S_IFREG | 0644,      [ROW_DOCUMENT] = S_IFREG | 0644,
		[ROW_BYTES] = S_IFREG | 0644,  [ROW_GROWING] = S_IFREG | 0444,   [ROW_LINK] = S_IFLNK | 0777};
	mode_t mode = types[row->kind];
	if (row->mode)
		mode = (mode & S_IFMT) | row->mode;
	return row->owner_only ? mode & ~(mode_t)0077 : mode;
}

int node_exists(struct tree *tree, struct timespec *modified, const struct caller *caller,
                struct node *node, struct error *error)
{
	struct request request;
	if (!row_is_served(tree, node->row))
		return error_set(error, EOPNOTSUPP, "%s is not here: %s", node->path,
		                 node->row->needs & CHAIN_PROCESSES
		                     ? "the nodes are no processes of their own; -o nodeos=PATH makes them so"
		                     : "a node does not tell or do this over HTTP");
	if (!node->row->exists) {
		if (modified)
			*modified = tree->started;
		return 0;
	}
	request_begin(&request, tree, caller, node);
	int result = node->row->exists(&request, error);
	if (result == 0 && modified)
		*modified = request_modified(&request);
	request_end(&request);
	return result;
}

int tree_lookup(struct tree *tree, struct node **out, const struct caller *caller, struct node *folder,
                const char *name)
{
	struct error error = {0};
	int result = 0;
	*out = NULL;
	if (strlen(name) > NAME_SIZE_MAXIMUM || strlen(folder->path) + strlen(name) + 2 > PATH_SIZE_MAXIMUM)
		return -ENAMETOOLONG;
	if (!S_ISDIR(row_mode(folder->row)))
		return -ENOTDIR;
	if (folder->row->owner_only && !caller_is_owner(tree, caller))
		return -EACCES;
	struct node *node = node_find(tree, folder, name);
	bool fresh = !node;
	if (fresh) {
		result = node_make(tree, &node, folder, name);
		if (result)
			return result;
	}
	if (!node->scratch)
		result = node_exists(tree, NULL, caller, node, &error);
	if (result) {
		node_release(tree, node);
		if (result != -ENOENT)
			errors_fail(tree, caller, folder, name, &error);
		return result;
	}
	*out = fresh ? node_intern(tree, node) : node;
	change_tell_copy(tree, caller, folder, name);
	return 0;
}

int tree_walk(struct tree *tree, struct node **out, const struct caller *caller, const char *path)
{
	struct node *node = node_hold(tree, tree->root);
	int result = 0;
	*out = NULL;
	while (result == 0) {
		char name[NAME_SIZE_MAXIMUM + 1];
		struct node *child = NULL;
		path += strspn(path, "/");
		size_t length = strcspn(path, "/");
		if (length == 0)
			break;
		if (length > NAME_SIZE_MAXIMUM) {
			result = -ENAMETOOLONG;
			break;
		}
		memcpy(name, path, length);
		name[length] = '\0';
		path += length;
		result = tree_lookup(tree, &child, caller, node, name);
		node_release(tree, node);
		node = child;
	}
	if (result == 0)
		*out = node;
	else
		node_release(tree, node);
	return result;
}

struct node *tree_root(struct tree *tree) { return tree->root; }
const char *node_path(const struct node *node) { return node->path; }
const char *node_name(const struct node *node) { return node->name; }
bool node_is_slow(const struct node *node) { return node->row->slow; }
bool node_is_scratch(const struct node *node) { return node->scratch != NULL; }
bool node_is_secret(const struct node *node) { return node->row->secret; }

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
	tree->buckets_count = NODE_BUCKETS_FIRST;
	tree->buckets = memory_allocate(tree->buckets_count, sizeof *tree->buckets);
	tree->root = memory_allocate(1, sizeof *tree->root);
	*tree->root = (struct node){
		.path = memory_copy_string(""), .row = tree->patterns.at[0].row, .inode = 1, .references = 1};
	tree->root->name = tree->root->path;
	tree->errors = errors_create();
	tree->log = transaction_log_create();
	if (options->chain && options->chain->operations->watch_lost)
		options->chain->operations->watch_lost(options->chain, errors_lost, tree);
	*out = tree;
	return 0;
}

/* The kernel does not forget its nodes before an unmount; whatever is left goes here. */
static void free_nodes(struct tree *tree)
{
	for (size_t i = 0; i < tree->buckets_count; i++) {
		for (struct node *node = tree->buckets[i], *next; node; node = next) {
			next = node->next_in_bucket;
			rendering_forget(tree, node);
			node_free(node);
		}
	}
	node_free(tree->root);
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
	while (tree->scratch_count > 0)
		scratch_remove(tree, tree->scratch[tree->scratch_count - 1]);
	free_nodes(tree);
	patterns_release(&tree->patterns);
	errors_destroy(tree->errors);
	transaction_log_destroy(tree->log);
	request_states_destroy(tree);
	pthread_cond_destroy(&tree->emptied);
	pthread_mutex_destroy(&tree->lock);
	free((char *)(uintptr_t)tree->options.mount_point);
	free((char *)(uintptr_t)tree->options.defaults_file);
	free(tree->buckets);
	free(tree);
}

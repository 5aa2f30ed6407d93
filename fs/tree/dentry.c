/* Dentries: paths that were looked up, one for each while somebody holds it. */
#include "fs/tree/dentry.h"

#include "core/base/memory.h"
#include "core/types/name.h"
#include "fs/tree/errors.h"
#include "fs/tree/rendering.h"
#include "fs/tree/request.h"
#include "fs/tree/write/change.h"
#include "fs/tree/write/scratch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS_AT_FIRST = 1024 };

uint64_t dentry_hash(uint64_t seed, const char *text)
{
	uint64_t hash = memory_hash(seed, text, strlen(text));
	return hash ^ hash >> 29;
}

static struct dentry **bucket(struct tree *tree, uint64_t inode)
{
	return &tree->buckets[inode & (tree->buckets_count - 1)];
}

static void grow_buckets(struct tree *tree)
{
	struct dentry **old = tree->buckets;
	size_t count = tree->buckets_count;
	tree->buckets_count *= 4;
	tree->buckets = memory_allocate(tree->buckets_count, sizeof *tree->buckets);
	for (size_t i = 0; i < count; i++) {
		for (struct dentry *dentry = old[i], *next; dentry; dentry = next) {
			next = dentry->next_in_bucket;
			dentry->next_in_bucket = *bucket(tree, dentry->inode);
			*bucket(tree, dentry->inode) = dentry;
		}
	}
	free(old);
}

static struct dentry *find_locked(struct tree *tree, const struct dentry *folder, const char *name)
{
	for (struct dentry *dentry = *bucket(tree, dentry_hash(folder->inode, name)); dentry;
	     dentry = dentry->next_in_bucket)
		if (dentry->parent == folder && !dentry->becomes && !dentry->removed &&
		    strcmp(dentry->name, name) == 0)
			return dentry;
	return NULL;
}

static void intern_locked(struct tree *tree, struct dentry *dentry)
{
	if (tree->dentries_count > tree->buckets_count)
		grow_buckets(tree);
	dentry->next_in_bucket = *bucket(tree, dentry->inode);
	*bucket(tree, dentry->inode) = dentry;
	dentry->interned = true;
	tree->dentries_count++;
}

static void unlink_locked(struct tree *tree, struct dentry *dentry)
{
	if (!dentry->interned)
		return;
	struct dentry **at = bucket(tree, dentry->inode);
	while (*at != dentry)
		at = &(*at)->next_in_bucket;
	*at = dentry->next_in_bucket;
	dentry->interned = false;
	tree->dentries_count--;
}

static void dentry_free(struct dentry *dentry)
{
	if (dentry->scratch) {
		bytes_release(&dentry->scratch->data);
		free(dentry->scratch);
	}
	if (dentry->owns_capture)
		free((char *)(uintptr_t)dentry->capture);
	free(dentry->path);
	free(dentry);
}

/* Lock held. Lets go of ancestors, too, without recursion. */
static void drop(struct tree *tree, struct dentry *dentry, uint64_t references)
{
	while (dentry) {
		dentry->references -= references < dentry->references ? references : dentry->references;
		if (dentry->references > 0)
			return;
		struct dentry *parent = dentry->parent;
		unlink_locked(tree, dentry);
		rendering_forget(tree, dentry);
		if (dentry->becomes)
			drop(tree, dentry->becomes, 1);
		if (dentry->scratch)
			tree->scratch_bytes -= dentry->scratch->data.length;
		dentry_free(dentry);
		dentry = parent;
		references = 1;
	}
}

struct dentry *dentry_hold(struct tree *tree, struct dentry *dentry)
{
	pthread_mutex_lock(&tree->lock);
	dentry->references++;
	pthread_mutex_unlock(&tree->lock);
	return dentry;
}

void dentry_release(struct tree *tree, struct dentry *dentry)
{
	pthread_mutex_lock(&tree->lock);
	drop(tree, dentry, 1);
	pthread_mutex_unlock(&tree->lock);
}

void tree_forget(struct tree *tree, struct dentry *dentry, uint64_t references)
{
	if (dentry == tree->root || references == 0)
		return;
	pthread_mutex_lock(&tree->lock);
	drop(tree, dentry, references);
	pthread_mutex_unlock(&tree->lock);
}

struct dentry *dentry_resolve(struct tree *tree, struct dentry *dentry)
{
	pthread_mutex_lock(&tree->lock);
	while (dentry->becomes)
		dentry = dentry->becomes;
	pthread_mutex_unlock(&tree->lock);
	return dentry;
}

bool dentry_is_created(struct tree *tree, const struct dentry *dentry)
{
	pthread_mutex_lock(&tree->lock);
	bool created = dentry->created;
	pthread_mutex_unlock(&tree->lock);
	return created;
}

/* An interned one, held; or NULL. */
static struct dentry *dentry_find(struct tree *tree, const struct dentry *folder, const char *name)
{
	pthread_mutex_lock(&tree->lock);
	struct dentry *dentry = find_locked(tree, folder, name);
	if (dentry)
		dentry->references++;
	pthread_mutex_unlock(&tree->lock);
	return dentry;
}

struct dentry *dentry_intern(struct tree *tree, struct dentry *fresh)
{
	pthread_mutex_lock(&tree->lock);
	struct dentry *there = find_locked(tree, fresh->parent, fresh->name);
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

struct dentry *dentry_make_plain(struct tree *tree, struct dentry *folder, const char *name,
                                 const struct row *row)
{
	struct dentry *dentry = memory_allocate(1, sizeof *dentry);
	struct text path = TEXT_EMPTY;
	if (folder->path[0])
		text_printf(&path, "%s/", folder->path);
	text_append(&path, name);
	*dentry = (struct dentry){.path = text_take(&path),
	                          .parent = dentry_hold(tree, folder),
	                          .inode = dentry_hash(folder->inode, name),
	                          .row = row,
	                          .graft = folder->row->graft ? folder : folder->graft,
	                          .references = 1};
	dentry->name = dentry->path + strlen(dentry->path) - strlen(name);
	return dentry;
}

bool row_is_hidden(const struct dentry *folder, const struct row *row)
{
	const struct dentry *graft = folder->row->graft ? folder : folder->graft;
	return row->live && graft && graft->row->past;
}

int dentry_make(struct tree *tree, struct dentry **out, struct dentry *folder, const char *name)
{
	size_t captured = 0;
	size_t pattern = folder->scratch ? 0 : patterns_child(&tree->patterns, &captured, folder->pattern, name);
	if (pattern == 0 || row_is_hidden(folder, tree->patterns.at[pattern].row))
		return -ENOENT;
	struct dentry *dentry = dentry_make_plain(tree, folder, name, tree->patterns.at[pattern].row);
	dentry->pattern = pattern;
	if (captured) {
		dentry->capture = dentry->name;
		if (captured < strlen(name)) {
			char *copy = memory_allocate(captured + 1, 1);
			memcpy(copy, name, captured);
			dentry->capture = copy;
			dentry->owns_capture = true;
		}
		if (name_parse(&dentry->capture_name, dentry->capture, NULL) != 0)
			dentry->capture_name = 0;
	}
	*out = dentry;
	return 0;
}

bool dentry_is_writable(const struct dentry *dentry)
{
	return kind_is_writable(dentry->row->kind) && (dentry_mode(dentry) & 0200);
}

int dentry_check_writable_view(const struct dentry *dentry, struct error *error)
{
	const struct dentry *graft = dentry->row->graft ? dentry : dentry->graft;
	if (!graft)
		return 0;
	const char *path = dentry->path + strlen(graft->path);
	return error_set(error, EROFS, "%s shows a view of the chain, which can only be read; write to %s",
	                 graft->path, *path ? path + 1 : "what stands at the top");
}

mode_t dentry_mode(const struct dentry *dentry)
{
	if (dentry->scratch)
		return S_IFREG | dentry->scratch->mode;
	mode_t mode = row_mode(dentry->row);
	return dentry->graft && !S_ISLNK(mode) ? mode & ~(mode_t)0222 : mode;
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
	return row->owner_only ? types[row->kind] & ~(mode_t)0077 : types[row->kind];
}

int dentry_exists(struct tree *tree, struct timespec *modified, const struct caller *caller,
                  struct dentry *dentry, struct error *error)
{
	struct request request;
	if (!row_is_served(tree, dentry->row))
		return error_set(error, EOPNOTSUPP, "%s is not here: %s", dentry->path,
		                 dentry->row->needs & CHAIN_PROCESSES
		                     ? "the nodes are no processes of their own; -o nodeos=PATH makes them so"
		                     : "a node does not tell or do this over HTTP");
	if (!dentry->row->exists) {
		if (modified)
			*modified = tree->started;
		return 0;
	}
	request_begin(&request, tree, caller, dentry);
	int result = dentry->row->exists(&request, error);
	if (result == 0 && modified)
		*modified = request_modified(&request);
	request_end(&request);
	return result;
}

int tree_lookup(struct tree *tree, struct dentry **out, const struct caller *caller, struct dentry *folder,
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
	struct dentry *dentry = dentry_find(tree, folder, name);
	bool fresh = !dentry;
	if (fresh) {
		result = dentry_make(tree, &dentry, folder, name);
		if (result)
			return result;
	}
	if (!dentry->scratch)
		result = dentry_exists(tree, NULL, caller, dentry, &error);
	if (result) {
		dentry_release(tree, dentry);
		if (result != -ENOENT)
			errors_fail(tree, caller, folder, name, &error);
		return result;
	}
	*out = fresh ? dentry_intern(tree, dentry) : dentry;
	change_tell_copy(tree, caller, folder, name);
	return 0;
}

int tree_walk(struct tree *tree, struct dentry **out, const struct caller *caller, const char *path)
{
	struct dentry *dentry = dentry_hold(tree, tree->root);
	int result = 0;
	*out = NULL;
	while (result == 0) {
		char name[NAME_SIZE_MAXIMUM + 1];
		struct dentry *child = NULL;
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
		result = tree_lookup(tree, &child, caller, dentry, name);
		dentry_release(tree, dentry);
		dentry = child;
	}
	if (result == 0)
		*out = dentry;
	else
		dentry_release(tree, dentry);
	return result;
}

const char *dentry_path(const struct dentry *dentry) { return dentry->path; }
const char *dentry_name(const struct dentry *dentry) { return dentry->name; }
bool dentry_is_slow(const struct dentry *dentry) { return dentry->row->slow; }
bool dentry_is_scratch(const struct dentry *dentry) { return dentry->scratch != NULL; }
bool dentry_is_secret(const struct dentry *dentry) { return dentry->row->secret; }

void dentries_begin(struct tree *tree)
{
	tree->buckets_count = BUCKETS_AT_FIRST;
	tree->buckets = memory_allocate(tree->buckets_count, sizeof *tree->buckets);
	tree->root = memory_allocate(1, sizeof *tree->root);
	*tree->root = (struct dentry){
		.path = memory_copy_string(""), .row = tree->patterns.at[0].row, .inode = 1, .references = 1};
	tree->root->name = tree->root->path;
}

void dentries_end(struct tree *tree)
{
	for (size_t i = 0; i < tree->buckets_count; i++) {
		for (struct dentry *dentry = tree->buckets[i], *next; dentry; dentry = next) {
			next = dentry->next_in_bucket;
			rendering_forget(tree, dentry);
			dentry_free(dentry);
		}
	}
	dentry_free(tree->root);
	free(tree->buckets);
}

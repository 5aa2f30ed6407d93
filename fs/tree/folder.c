/* Listing folders, a page of names at a time, so that a million accounts list in constant memory. Order:
 * ".", "..", the folder's fixed names, its scratch files, then what its rows list. */
#include "core/base/memory.h"
#include "fs/tree/errors.h"
#include "fs/tree/request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_NAMES = 512 };

struct entry {
	char *name; /* owned */
	mode_t type;
};

struct folder {
	struct tree *tree;
	struct folder *next, **link; /* among the tree's open ones */
	struct dentry *dentry;       /* held */
	struct caller caller;
	bool dated;               /* somebody asked for its time since it was opened */
	struct timespec modified; /* what they were told */
	struct entry page[PAGE_NAMES];
	size_t page_count;
	uint64_t page_position; /* of the page's first entry */
	struct entry *fixed;    /* owned: what comes before the listed names */
	size_t fixed_count;
	bool at_end;
};

static void clear_page(struct folder *folder)
{
	for (size_t i = 0; i < folder->page_count; i++)
		free(folder->page[i].name);
	folder->page_count = 0;
}

static void add_fixed(struct folder *folder, const char *name, mode_t type)
{
	folder->fixed[folder->fixed_count++] = (struct entry){memory_copy_string(name), type};
}

static void collect_scratch(struct folder *folder)
{
	struct tree *tree = folder->tree;
	pthread_mutex_lock(&tree->lock);
	for (size_t i = 0; i < tree->scratch_count; i++)
		if (tree->scratch[i]->parent == folder->dentry)
			add_fixed(folder, tree->scratch[i]->name, S_IFREG);
	pthread_mutex_unlock(&tree->lock);
}

/* A fixed name that may be absent says so itself. */
static bool fixed_exists(struct folder *folder, const struct row *row, const char *name)
{
	struct dentry *dentry = NULL;
	if (!row_is_served(folder->tree, row))
		return false;
	if (!row->exists)
		return true;
	if (tree_lookup(folder->tree, &dentry, &folder->caller, folder->dentry, name) != 0)
		return false;
	dentry_release(folder->tree, dentry);
	return true;
}

static void collect_fixed(struct folder *folder)
{
	const struct patterns *patterns = &folder->tree->patterns;
	const struct pattern *pattern = &patterns->at[folder->dentry->pattern];
	folder->fixed = memory_allocate(pattern->words_count + SCRATCH_COUNT_MAXIMUM + 2, sizeof *folder->fixed);
	add_fixed(folder, ".", S_IFDIR);
	add_fixed(folder, "..", S_IFDIR);
	for (size_t i = 0; i < pattern->words_count; i++) {
		const struct pattern *child = &patterns->at[pattern->children[i]];
		if (!child->row->unlisted && !row_is_hidden(folder->dentry, child->row) &&
		    fixed_exists(folder, child->row, child->segment))
			add_fixed(folder, child->segment, row_mode(child->row) & S_IFMT);
	}
	collect_scratch(folder);
}

struct page_listing {
	struct listing listing; /* first */
	struct folder *folder;
	const char *after; /* skipped: the last name of the page before; NULL: none */
};

static mode_t type_of_name(const struct folder *folder, const char *name)
{
	size_t captured = 0;
	size_t pattern = patterns_child(&folder->tree->patterns, &captured, folder->dentry->pattern, name);
	return pattern ? row_mode(folder->tree->patterns.at[pattern].row) & S_IFMT : S_IFREG;
}

static int add_to_page(struct listing *listing, const char *name)
{
	struct page_listing *page = (struct page_listing *)listing;
	struct folder *folder = page->folder;
	if (!*name || strlen(name) > NAME_SIZE_MAXIMUM || (page->after && strcmp(name, page->after) == 0))
		return 0;
	folder->page[folder->page_count++] = (struct entry){memory_copy_string(name), type_of_name(folder, name)};
	return folder->page_count == PAGE_NAMES;
}

static void first_page(struct folder *folder)
{
	clear_page(folder);
	folder->page_position = folder->fixed_count;
	folder->at_end = folder->dentry->row->list == NULL;
}

/* The page after the one that is there, as whoever opened the folder may see it. */
static int next_page(struct folder *folder, const struct interruption *interruption)
{
	struct caller caller = folder->caller;
	struct page_listing page = {.listing = {add_to_page}, .folder = folder};
	struct request request;
	struct error error = {0};
	char *after = folder->page_count > 0 ? memory_copy_string(folder->page[folder->page_count - 1].name)
	                                     : NULL;
	if (interruption)
		caller.interruption = *interruption;
	folder->page_position += folder->page_count;
	clear_page(folder);
	page.after = after;
	request_begin(&request, folder->tree, &caller, folder->dentry);
	int result = folder->dentry->row->list(&request, after ? after : "", &page.listing, &error);
	request_end(&request);
	free(after);
	folder->at_end = folder->page_count < PAGE_NAMES;
	if (result) {
		first_page(folder);
		errors_fail(folder->tree, &folder->caller, folder->dentry, NULL, &error);
	}
	return result;
}

int tree_open_folder(struct tree *tree, struct folder **out, const struct caller *caller,
                     struct dentry *dentry)
{
	static const struct caller nobody;
	struct folder *folder = NULL;
	*out = NULL;
	if (dentry->scratch || dentry->row->kind != ROW_FOLDER)
		return -ENOTDIR;
	if (dentry->row->owner_only && !caller_is_owner(tree, caller))
		return -EACCES;
	folder = memory_allocate(1, sizeof *folder);
	folder->tree = tree;
	folder->dentry = dentry_hold(tree, dentry);
	pthread_mutex_lock(&tree->lock);
	LINK(folder, tree->folders);
	pthread_mutex_unlock(&tree->lock);
	folder->caller = caller ? *caller : nobody;
	if (!caller)
		folder->caller.uid = tree->options.owner;
	collect_fixed(folder);
	/* It ends with the request that opened the folder. */
	folder->caller.interruption = (struct interruption){0};
	first_page(folder);
	*out = folder;
	return 0;
}

int folder_entry(struct folder *folder, const char **name, mode_t *type, ino_t *inode,
                 const struct interruption *interruption, uint64_t position)
{
	const struct entry *entry = NULL;
	if (position < folder->fixed_count) {
		entry = &folder->fixed[position];
	} else {
		if (position < folder->page_position)
			first_page(folder);
		while (position >= folder->page_position + folder->page_count) {
			int result = folder->at_end ? 0 : next_page(folder, interruption);
			if (result < 0)
				return result;
			if (folder->page_count == 0 ||
			    (folder->at_end && position >= folder->page_position + folder->page_count))
				return 0;
		}
		entry = &folder->page[position - folder->page_position];
	}
	*name = entry->name;
	*type = entry->type;
	*inode = position == 0                             ? folder->dentry->inode
	         : position == 1 && folder->dentry->parent ? folder->dentry->parent->inode
	         : position == 1                           ? folder->dentry->inode
	                                                   : dentry_hash(folder->dentry->inode, entry->name);
	return 1;
}

void folder_keep_time(struct tree *tree, struct timespec *modified, const struct dentry *dentry)
{
	pthread_mutex_lock(&tree->lock);
	struct folder *folder = tree->folders;
	while (folder && folder->dentry != dentry)
		folder = folder->next;
	if (folder && !folder->dated)
		folder->modified = *modified;
	if (folder) {
		folder->dated = true;
		*modified = folder->modified;
	}
	pthread_mutex_unlock(&tree->lock);
}

void folder_close(struct folder *folder)
{
	if (!folder)
		return;
	clear_page(folder);
	for (size_t i = 0; i < folder->fixed_count; i++)
		free(folder->fixed[i].name);
	free(folder->fixed);
	pthread_mutex_lock(&folder->tree->lock);
	UNLINK(folder);
	pthread_mutex_unlock(&folder->tree->lock);
	dentry_release(folder->tree, folder->dentry);
	free(folder);
}

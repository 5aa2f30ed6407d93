/* Dentries (paths that were looked up), and the tree that holds them: the inside of what tree.h shows. For
 * the files of fs/tree alone. */
#ifndef EOSIOFS_FS_TREE_DENTRY_H
#define EOSIOFS_FS_TREE_DENTRY_H

#include "fs/tree/match.h"

#include <pthread.h>
#include <time.h>

struct errors;          /* errors.h */
struct transaction_log; /* sent.h */
struct rendering;       /* rendering.h */
struct scratch;         /* scratch.h */
struct kept_state;      /* request.c */
enum { SCRATCH_COUNT_MAXIMUM = 64 };

struct dentry {
	struct dentry *next_in_bucket;
	struct dentry *parent;      /* held; NULL for the root */
	const struct dentry *graft; /* an ancestor: the innermost whose row is a graft; NULL: none */
	size_t pattern;             /* index in tree->patterns; 0 for the root and scratch files */
	const struct row *row;
	char *path;          /* owned */
	const char *name;    /* the path's last part */
	const char *capture; /* what stands at the @word, or NULL; owned when it is not the whole name */
	bool owns_capture;
	uint64_t capture_name;
	ino_t inode;
	/* outside's, children's, handles', the scratch list's; under tree->lock, as all below */
	uint64_t references;
	bool interned;
	bool removed;                /* a scratch file that only who holds it still knows */
	bool created;                /* made by tree_create_file() before it exists */
	struct rendering *rendering; /* the newest, kept for the next reader; see tree->kept_* */
	struct dentry *kept_newer, *kept_older;
	struct handle *readers;  /* newest first */
	uint64_t growing_from;   /* while it has readers */
	struct scratch *scratch; /* owned; NULL for a file of the tree */
	_Atomic pid_t maker;     /* of a folder that mkdir made: whose mkdir; else 0 */
	/* held: what it was renamed onto; no lookup finds it any more */
	struct dentry *becomes;
};

/* An open file or folder into and out of the tree's list of them; under the tree's lock. */
#define LINK(opened, head)                          \
	do {                                            \
		(opened)->next = (head);                    \
		(opened)->link = &(head);                   \
		if ((opened)->next)                         \
			(opened)->next->link = &(opened)->next; \
		(head) = (opened);                          \
	} while (0)
#define UNLINK(opened)                             \
	do {                                           \
		*(opened)->link = (opened)->next;          \
		if ((opened)->next)                        \
			(opened)->next->link = (opened)->link; \
	} while (0)

struct tree {
	struct tree_options options;
	struct patterns patterns;
	struct timespec started;
	pthread_mutex_t lock; /* never held while a handler or the chain is called */
	struct dentry *root;
	struct dentry **buckets;
	size_t buckets_count, dentries_count;
	uint64_t writes; /* successful ones, of this mount */
	struct timespec written;
	struct dentry *kept_newest, *kept_oldest; /* dentries with a rendering */
	size_t kept_bytes;
	size_t input_bytes; /* what all open files hold that is not run yet */
	struct dentry *scratch[SCRATCH_COUNT_MAXIMUM]; /* held */
	size_t scratch_count, scratch_bytes;
	struct errors *errors;
	struct transaction_log *log;
	_Atomic unsigned may_empty; /* open files whose closing may empty them */
	_Atomic unsigned emptying;  /* files that are being emptied; those who come later wait for emptied */
	pthread_cond_t emptied;
	struct handle *handles; /* open ones: closed with the tree, for a mount may end while files are open */
	struct folder *folders;
	struct kept_state *states; /* owned: what request_state() made */
	_Atomic bool impersonate;
};

void dentries_begin(struct tree *tree); /* the root, and room for others */
/* The kernel does not forget its dentries before an unmount: whatever is left goes. */
void dentries_end(struct tree *tree);
/* What tells of the present is not there below a graft of the past. */
bool row_is_hidden(const struct dentry *folder, const struct row *row);
/* Interned or not: a fresh dentry for a name of the table, one reference; -ENOENT when no row matches. Does
 * not ask whether it exists. */
int dentry_make(struct tree *tree, struct dentry **out, struct dentry *folder, const char *name);
/* Puts a fresh dentry among the others, or frees it in favour of the one that is there; returns the one,
 * with the reference moved. */
struct dentry *dentry_intern(struct tree *tree, struct dentry *fresh);
/* A fresh dentry for a name that no row stands for, one reference. */
struct dentry *dentry_make_plain(struct tree *tree, struct dentry *folder, const char *name,
                                 const struct row *row);
struct dentry *dentry_hold(struct tree *tree, struct dentry *dentry);
void dentry_release(struct tree *tree, struct dentry *dentry);           /* NULL is fine */
struct dentry *dentry_resolve(struct tree *tree, struct dentry *dentry); /* follows becomes */
/* made by tree_create_file() and still open */
bool dentry_is_created(struct tree *tree, const struct dentry *dentry);
bool dentry_is_writable(const struct dentry *dentry);
bool kind_is_writable(enum row_kind kind);
/* -EROFS, saying which file can be written instead, for what hangs below a graft. */
int dentry_check_writable_view(const struct dentry *dentry, struct error *error);
/* Whether the chain has what the row needs. */
bool row_is_served(const struct tree *tree, const struct row *row);
mode_t row_mode(const struct row *row);          /* with the file type */
mode_t dentry_mode(const struct dentry *dentry); /* the row's; nothing below a graft can be written */
bool caller_is_owner(const struct tree *tree, const struct caller *caller);
int dentry_exists(struct tree *tree, struct timespec *modified, const struct caller *caller,
                  struct dentry *dentry, struct error *error);
/* Of a folder that is open: the time that its newest opener was told first, for tar takes one whose time goes
 * on meanwhile for changed. */
void folder_keep_time(struct tree *tree, struct timespec *modified, const struct dentry *dentry);
uint64_t dentry_hash(uint64_t seed, const char *text);

#endif

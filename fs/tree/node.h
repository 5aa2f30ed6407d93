/* Nodes, and the tree that holds them: the inside of what tree.h shows. For the files of fs/tree alone. */
#ifndef EOSIOFS_FS_TREE_NODE_H
#define EOSIOFS_FS_TREE_NODE_H

#include "fs/tree/match.h"

#include <pthread.h>
#include <time.h>

enum { NODE_BUCKETS_FIRST = 1024 };

struct errors;          /* errors.h */
struct transaction_log; /* errors.h */
struct rendering;       /* rendering.h */
struct scratch;         /* scratch.h */
struct kept_state;      /* request.c */
enum { SCRATCH_COUNT_MAXIMUM = 64 };

struct node {
	struct node *next_in_bucket;
	struct node *parent; /* held; NULL for the root */
	const struct node *graft; /* an ancestor: the innermost whose row is a graft; NULL: none */
	size_t pattern;      /* index in tree->patterns; 0 for the root and scratch files */
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
	bool created;        /* made by tree_create_file() before it exists */
	struct rendering *rendering; /* the newest, kept for the next reader; see tree->kept_* */
	struct node *kept_newer, *kept_older;
	struct handle *readers; /* newest first */
	uint64_t growing_from;  /* while it has readers */
	struct scratch *scratch; /* owned; NULL for a file of the tree */
	_Atomic pid_t maker;     /* of a folder that mkdir made: whose mkdir; else 0 */
	/* held: what it was renamed onto; no lookup finds it any more */
	struct node *becomes;
};

/* An open file or folder into and out of the tree's list of them; under the tree's lock. */
#define LINK(opened, head)                                  \
	do {                                                \
		(opened)->next = (head);                    \
		(opened)->link = &(head);                   \
		if ((opened)->next)                         \
			(opened)->next->link = &(opened)->next; \
		(head) = (opened);                          \
	} while (0)
#define UNLINK(opened)                                      \
	do {                                                \
		*(opened)->link = (opened)->next;           \
		if ((opened)->next)                         \
			(opened)->next->link = (opened)->link;  \
	} while (0)

struct tree {
	struct tree_options options;
	struct patterns patterns;
	struct timespec started;
	pthread_mutex_t lock; /* never held while a handler or the chain is called */
	struct node *root;
	struct node **buckets;
	size_t buckets_count, nodes_count;
	uint64_t writes; /* successful ones, of this mount */
	struct timespec written;
	struct node *kept_newest, *kept_oldest; /* nodes with a rendering */
	size_t kept_bytes;
	size_t input_bytes; /* what all open files hold that is not run yet */
	struct node *scratch[SCRATCH_COUNT_MAXIMUM]; /* held */
	size_t scratch_count, scratch_bytes;
	struct errors *errors;
	struct transaction_log *log;
	_Atomic unsigned may_empty; /* open files whose closing may empty them */
	_Atomic unsigned emptying; /* files that are being emptied; those who come later wait for emptied */
	pthread_cond_t emptied;
	struct handle *handles; /* open ones: closed with the tree, for a mount may end while files are open */
	struct folder *folders;
	struct kept_state *states; /* owned: what request_state() made */
	_Atomic bool impersonate;
};

/* What tells of the present is not there below a graft of the past. */
bool row_is_hidden(const struct node *folder, const struct row *row);
/* Interned or not: a fresh node for a name of the table, one reference; -ENOENT when no row matches. Does
 * not ask whether it exists. */
int node_make(struct tree *tree, struct node **out, struct node *folder, const char *name);
/* Puts a fresh node among the others, or frees it in favour of the one that is there; returns the one,
 * with the reference moved. */
struct node *node_intern(struct tree *tree, struct node *fresh);
/* A fresh node for a name that no row stands for, one reference. */
struct node *node_make_plain(struct tree *tree, struct node *folder, const char *name, const struct row *row);
void node_unlink(struct tree *tree, struct node *node); /* lookups no longer find it; lock held */
struct node *node_hold(struct tree *tree, struct node *node);
void node_release(struct tree *tree, struct node *node); /* NULL is fine */
struct node *node_resolve(struct tree *tree, struct node *node); /* follows becomes */
/* made by tree_create_file() and still open */
bool node_is_created(struct tree *tree, const struct node *node);
bool node_is_writable(const struct node *node);
bool kind_is_writable(enum row_kind kind);
/* -EROFS, saying which file can be written instead, for what hangs below a graft. */
int node_check_writable_view(const struct node *node, struct error *error);
/* Whether the chain has what the row needs. */
bool row_is_served(const struct tree *tree, const struct row *row);
mode_t row_mode(const struct row *row); /* with the file type */
mode_t node_mode(const struct node *node); /* the row's; nothing below a graft can be written */
bool caller_is_owner(const struct tree *tree, const struct caller *caller);
int node_exists(struct tree *tree, struct timespec *modified, const struct caller *caller,
                struct node *node, struct error *error);
/* Of a folder that is open: the time that its newest opener was told first, for tar takes one whose time goes
 * on meanwhile for changed. */
void folder_keep_time(struct tree *tree, struct timespec *modified, const struct node *node);
uint64_t node_hash(uint64_t seed, const char *text);

#endif

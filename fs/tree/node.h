/* Inside the tree: what tree.h and row.h leave open. Only files of fs/ that make up the tree itself
 * include it; handlers that keep something per mount (errors, log, defaults) find it here too. */
#ifndef EOSIOFS_FS_TREE_NODE_H
#define EOSIOFS_FS_TREE_NODE_H

#include "fs/tree/lexer.h"
#include "fs/tree/match.h"

#include <pthread.h>
#include <time.h>

enum { NODE_BUCKETS_FIRST = 1024, NAME_SIZE_MAXIMUM = 255, PATH_SIZE_MAXIMUM = 4096 };

/* Contents as they were at one moment, shared by those who read them. */
struct rendering {
	unsigned references; /* under tree->lock */
	bool secret;
	struct text text;
	bool has_view;
	uint64_t sequence;  /* of the view, when has_view */
	uint64_t writes;    /* tree->writes when it was made */
	uint32_t block_num; /* the view's block, 0 without one */
	struct timespec modified;
	int64_t stat_ms; /* monotonic time of the last stat that reported it, 0: none did */
};

/* A private memory file (DESIGN 3). */
struct scratch {
	struct bytes data;
	mode_t mode;
	struct timespec modified;
	unsigned handles;
};

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
	/* held: what it was renamed onto; no lookup finds it any more */
	struct node *becomes;
};

struct errors;
struct defaults;
struct drafts;
struct transaction_log;

enum { SCRATCH_COUNT_MAXIMUM = 64, SCRATCH_SIZE_MAXIMUM = 16 << 20, SCRATCH_TOTAL_MAXIMUM = 32 << 20 };
enum { KEPT_BYTES_MAXIMUM = 4 << 20 };

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
	struct node *scratch[SCRATCH_COUNT_MAXIMUM]; /* held */
	size_t scratch_count, scratch_bytes;
	struct errors *errors;
	struct transaction_log *log;
	_Atomic unsigned emptying; /* files that are being emptied; those who come later wait for emptied */
	pthread_cond_t emptied;
	struct handle *handles; /* open ones: closed with the tree, for a mount may end while files are open */
	struct folder *folders;
	struct defaults *defaults;
	struct drafts *drafts;
	_Atomic bool impersonate;
};

/* --- node.c --- */
/* Interned or not: a fresh node for a name of the table, one reference; -ENOENT when no row matches. Does
 * not ask whether it exists. */
int node_make(struct tree *tree, struct node **out, struct node *folder, const char *name);
/* Puts a fresh node among the others, or frees it in favour of the one that is there; returns the one,
 * with the reference moved. */
struct node *node_intern(struct tree *tree, struct node *fresh);
void node_unlink(struct tree *tree, struct node *node); /* lookups no longer find it; lock held */
struct node *node_hold(struct tree *tree, struct node *node);
void node_release(struct tree *tree, struct node *node); /* NULL is fine */
struct node *node_resolve(struct tree *tree, struct node *node); /* follows becomes */
/* made by tree_create_file() and still open */
bool node_is_created(struct tree *tree, const struct node *node);
bool node_is_writable(const struct node *node);
/* -EROFS, saying which file can be written instead, for what hangs below a graft. */
int node_check_writable_view(const struct node *node, struct error *error);
mode_t row_mode(const struct row *row); /* with the file type */
mode_t node_mode(const struct node *node); /* the row's; nothing below a graft can be written */
bool caller_is_owner(const struct tree *tree, const struct caller *caller);
int node_exists(struct tree *tree, const struct caller *caller, struct node *node, struct timespec *modified,
                struct error *error);
uint64_t node_hash(uint64_t seed, const char *text);

/* --- request.c --- */
void request_begin(struct request *request, struct tree *tree, const struct caller *caller,
                   const struct node *node);
void request_end(struct request *request);
/* The time of the block that the request saw; the mount's own times when it opened no view. */
struct timespec request_modified(struct request *request);
void tree_wrote(struct tree *tree); /* counts a successful write */
int64_t monotonic_ms(void);
struct timespec slot_to_timespec(uint32_t slot);

/* --- rendering.c --- */
enum rendering_use { RENDERING_STAT, RENDERING_OPEN };
/* One reference for the caller. */
int rendering_get(struct tree *tree, struct rendering **out, const struct caller *caller, struct node *node,
                  enum rendering_use use, struct error *error);
void rendering_release(struct tree *tree, struct rendering *rendering);
void rendering_drop(struct rendering *rendering);                       /* the same, lock held */
void rendering_forget(struct tree *tree, struct node *node);            /* lock held */

/* --- handle.c, kinds.c --- */
void tree_settle(struct tree *tree); /* waits until what is being emptied is empty */
/* What a writer has sent and nothing ran yet. */
struct input {
	struct text pending;
	struct bytes bytes;
	struct lexer lexer;
	bool tried;        /* a write came, if only one that was refused */
	bool started;      /* something was taken */
	bool dirty;        /* bytes: something not yet run */
	bool comment;
	bool unended;      /* the last line ran before its newline came */
	unsigned runs, done; /* done: those that succeeded */
	unsigned line, begun; /* newlines so far; where the pending command begins */
	uint64_t taken;    /* bytes that writes brought */
	size_t sent;       /* list: how much of pending was sent */
};
struct handle {
	struct tree *tree;
	struct handle *next, **link; /* among the tree's open ones */
	struct node *node; /* held */
	int flags;
	bool truncated;   /* with O_TRUNC or by ftruncate: what is written is to be all */
	struct caller opener; /* who is asked about what happens at the end */
	struct rendering *rendering; /* NULL unless open for reading */
	struct growing_text *growing;
	uint64_t growing_from;
	struct handle *older_reader;
	pthread_mutex_t lock; /* one write at a time */
	int failed;           /* errno that the rest of the writes gets */
	bool failed_in_flush;
	struct input input;
};
bool kind_is_writable(enum row_kind kind);
ssize_t kind_write(struct handle *handle, const struct caller *caller, const char *data, size_t size,
                   off_t offset);
int kind_flush(struct handle *handle, const struct caller *caller);
int kind_sync(struct handle *handle, const struct caller *caller);
int kind_truncate(struct handle *handle, off_t size);
/* Whether closing it may empty the file: it was truncated and nothing was written, not even in vain. */
bool kind_may_empty(const struct handle *handle);
void kind_empty(struct handle *handle);

/* --- scratch.c --- */
bool scratch_name_fits(struct tree *tree, const struct caller *caller, struct node *folder, const char *name);
int scratch_create(struct tree *tree, struct node **out, struct node *folder, const char *name, mode_t mode,
                   struct error *error);
void scratch_remove(struct tree *tree, struct node *node);
int scratch_resize(struct tree *tree, struct node *node, size_t size, struct error *error); /* lock held */
ssize_t scratch_write(struct tree *tree, struct node *node, const char *data, size_t size, off_t offset,
                      bool append, struct error *error);
ssize_t scratch_read(struct tree *tree, struct node *node, char *out, size_t size, off_t offset);

/* --- suggest.c --- */
struct suggestion {
	const char *wanted;
	char best[NAME_SIZE_MAXIMUM + 1];
	size_t distance;
};
struct suggestion suggestion_begin(const char *wanted);
void suggestion_consider(struct suggestion *suggestion, const char *candidate);
const char *suggestion_best(const struct suggestion *suggestion); /* NULL when nothing is near */
/* Over the names of a folder (the first 2 000 of a long one): those of folders, or of files. */
void suggestion_consider_folder(struct suggestion *suggestion, struct tree *tree, const struct caller *caller,
                                struct node *folder, bool folders);

/* --- errors.c --- */
struct errors *errors_create(void);
void errors_destroy(struct errors *errors);
/* Adds it under FOLDER/NAME and returns -number. */
int errors_fail(struct tree *tree, const struct caller *caller, const struct node *folder, const char *name,
                const struct error *error);
struct transaction_log *transaction_log_create(void);
void transaction_log_destroy(struct transaction_log *log);
/* A line for people, beside the transactions. */
void transaction_log_note(struct tree *tree, const char *path, const char *what);
void transaction_log_add(struct tree *tree, struct chain_view *view, const struct transaction_trace *trace);
/* One of very many: with the command in place of the actions, whose data would have to be decoded for
 * each. */
void transaction_log_add_command(struct tree *tree, const struct transaction_trace *trace,
                                 const char *command);

/* --- defaults.c --- */
struct defaults *defaults_create(void);
void defaults_destroy(struct defaults *defaults);

/* --- proposals.c --- */
struct drafts *drafts_create(void);
void drafts_destroy(struct drafts *drafts);

/* --- readme.c --- */
void readme_print(struct text *out, const struct row *rows, size_t count, const char *mount_point);

#endif

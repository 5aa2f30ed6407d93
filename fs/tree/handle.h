/* Open files, and how each kind of writable file takes what is written. */
#ifndef EOSIOFS_FS_TREE_HANDLE_H
#define EOSIOFS_FS_TREE_HANDLE_H

#include "fs/tree/dentry.h"
#include "fs/tree/write/lexer.h"

/* What a writer has sent and nothing ran yet. */
struct input {
	struct text pending;
	struct bytes bytes;
	size_t held; /* so much of tree->input_bytes */
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
	struct dentry *dentry;       /* held */
	int flags;
	bool may_empty;   /* counted as such in the tree */
	bool emptying;    /* it is being closed, and its file then emptied */
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

/* What a file of ROW_GROWING shows now. */
struct growing {
	struct growing_text *text; /* borrowed; NULL: the row's `part` makes it as it is read */
	uint64_t from, end;        /* in it */
	struct timespec modified;
};
int growing_begin(struct tree *tree, struct growing *out, const struct caller *caller,
                  const struct dentry *dentry, struct error *error);

/* Counts it among those whose closing may empty their file, or no longer. */
void handle_set_may_empty(struct handle *handle, bool may_empty);
void tree_settle(struct tree *tree); /* waits until what is being emptied is empty */

enum { INPUT_TOTAL_MAXIMUM = 64 << 20 };
/* Room for that many bytes that are written and not run yet; -ENOSPC when all open files together have too
 * many. */
int input_hold(struct handle *handle, size_t size, struct error *error);
void input_release(struct handle *handle); /* wipes and frees them */

/* --- write/kinds.c --- */
ssize_t kind_write(struct handle *handle, const struct caller *caller, const char *data, size_t size,
                   off_t offset);
int kind_flush(struct handle *handle, const struct caller *caller);
int kind_sync(struct handle *handle, const struct caller *caller);
int kind_truncate(struct handle *handle, off_t size);
/* Whether closing it may empty the file: it was truncated and nothing was written, not even in vain. */
bool kind_may_empty(const struct handle *handle);
void kind_empty(struct handle *handle);

#endif

/* A row of THE TABLE (fs/files/table.c) and what its handlers get. A file of the tree exists because a row
 * exists. Handlers see whole contents or one complete command, never offsets. */
#ifndef EOSIOFS_FS_TREE_ROW_H
#define EOSIOFS_FS_TREE_ROW_H

#include "fs/tree/tree.h"

/* The kinds of DESIGN section 3. Where write does not get bytes it gets text that ends with a zero byte,
 * which length does not count. */
enum row_kind {
	ROW_FOLDER,
	ROW_READ_ONLY,
	/* write gets one command at a time, without white space at its ends; never an empty one or a `#` line */
	ROW_VERB,
	ROW_VALUE,    /* write gets one line, white space at its ends cut off; may be empty */
	ROW_LIST,     /* write gets all lines so far, each with its newline */
	/* write gets a whole JSON value; one that begins otherwise (a bare key, `delete`) is one line */
	ROW_DOCUMENT,
	ROW_BYTES,    /* write gets all bytes at flush */
	ROW_GROWING,  /* grow gives the text, or measure and part do */
	ROW_LINK,     /* read gives the target */
};

enum { ROW_CAPTURES = 3 };

/* What a handler works with: made for one lookup, read or write, gone after it. */
struct request {
	struct tree *tree;
	struct chain *chain;
	struct wallet *wallet;
	const struct caller *caller;
	struct chain_view *view; /* NULL until request_view() has opened it; one view per request */
	/* What stands at the pattern's @words, in order: the text, and its value where it is a name that
	 * parses (else 0). */
	const char *capture[ROW_CAPTURES];
	uint64_t name[ROW_CAPTURES];
	/* set by reading handlers: the block that last wrote what is shown (mtime); 0: the view's block */
	uint32_t block_num;
	uint32_t slot;      /* set instead where the time is known and the block is not */
	bool append;        /* the file was opened with O_APPEND (>>) */
	/* ROW_LIST: so much of the data (whole lines) earlier writes on this handle have sent already */
	size_t sent;
	bool again;         /* the first line behind those was sent already, without what now goes on with it */
	bool only_parse;    /* of a row that parses: nothing may happen, only sentences be made */
	const struct dentry *dentry; /* whose file it is; dentry_path() for sentences */
};
/* Opens request->view where it is not open: the same view until the request ends or sends a transaction. */
int request_view(struct request *request, struct error *error);
/* Closes it: the next request_view() shows what is there then. */
void request_end(struct request *request);

/* What the chain is told to ask whether the caller has given up; NULL: nobody can. */
const struct interruption *request_interruption(const struct request *request);

/* What the owner of some files keeps for each mount beside the chain: made when it is first asked for,
 * gone with the tree. A kind is one constant. */
struct mount_state {
	void *(*create)(void);
	void (*destroy)(void *state);
};
void *request_state(struct request *request, const struct mount_state *kind); /* borrowed */
const struct tree_options *request_options(const struct request *request);

/* Takes names one by one; nonzero: enough. */
struct listing {
	int (*add)(struct listing *listing, const char *name);
};

/* What a row's file does, as its handlers do it; headers of handlers declare them by these types. */
typedef int row_read(struct request *request, struct text *out, struct error *error);
typedef int row_write(struct request *request, const char *data, size_t length, struct error *error);
typedef struct growing_text *row_grow(struct request *request, struct error *error);
typedef uint64_t row_grow_from(struct request *request);
typedef int row_measure(struct request *request, uint64_t *begin, uint64_t *end, struct error *error);
typedef int row_part(struct request *request, struct text *out, uint64_t *begin, uint64_t offset, size_t size,
                     struct error *error);
typedef int row_exists(struct request *request, struct error *error);
typedef int row_list(struct request *request, const char *from, struct listing *listing, struct error *error);
typedef int row_make(struct request *request, const char *name, struct error *error);
typedef int row_graft(struct request *request, struct chain_revision *out, struct error *error);

struct row {
	/* "accounts/@account/votes"; parent folders have rows of their own. A segment is a word, or @word with
	 * an optional ending: "@permission.json". */
	const char *pattern;
	enum row_kind kind;
	/* Appends the whole contents (ROW_LINK: the target). A verb's first lines (help and usage) come from
	 * the row; its read is optional and adds what is pending, in lines that begin with `#`. */
	row_read *read;
	row_write *write;
	/* ROW_GROWING */
	row_grow *grow;
	/* ROW_GROWING, optional: where what is shown begins, for a file that shows the last part of its text. */
	row_grow_from *grow_from;
	/* ROW_GROWING whose text nobody holds: where in it what is shown begins and ends, in bytes; its time by
	 * request_saw_block(). */
	row_measure *measure;
	/* Appends what is there from a byte at or before `offset` on, *begin, at least to offset + size or the
	 * end. */
	row_part *part;
	/* For a row whose pattern ends with an @word: 0, or -ENOENT with a sentence, or why one could not ask. */
	row_exists *exists;
	/* For a folder whose children are an @word: the names at or after `from` ("" at first), ascending. */
	row_list *list;
	/* mkdir NAME in this folder; the name is the request's last capture. */
	row_make *make;
	/* A graft: below this folder hang all rows at the top that say `grafted`, read-only, and answer
	 * from the view of the revision that this gives; the request is the folder's own. Handlers never
	 * know where they were reached from: what stands at the @words of the graft is not among their
	 * captures. */
	row_graft *graft;
	/* The sentence that unlink and rmdir answer with: which write does what was meant. NULL: a general
	 * one. */
	const char *instead_of_remove;
	/* there when it is named, and in no list, so that whoever walks the whole tree ends soon */
	bool unlisted;
	bool grafted;        /* hangs below every graft, too */
	bool past;           /* of a graft: what tells of the present (live) is not below it */
	/* what no block wrote yet below this folder is as old as the folder: its exists tells request->slot */
	bool dates_contents;
	/* Opened to be overwritten (O_TRUNC) and closed with no write tried: the value becomes the empty one. */
	bool empties;
	/* For a list that does not: which write takes something out of it. */
	const char *instead_of_empty;
	enum chain_part needs; /* it is not there where the chain lacks that; 0: nothing */
	bool slow;           /* a write may take long */
	bool owner_only;     /* not even readable by others under allow_other */
	/* a name that does not exist yet (exists: -ENOENT) may be created and written, as a new permission's
	 * file */
	bool creatable;
	/* shows other things than the chain's state too (wallet, nodes, clock): never taken from a kept
	 * rendering */
	bool live;
	/* keys or passwords pass through it: what is read is wiped as soon as nobody has it open, and what its
	 * handlers leave on the stack at once */
	bool secret;
	/* what `read` appends is compact JSON, or nothing: shown in cleos's layout, with a newline */
	bool indented;
	/* a verb whose last word is free text: a command ends at every newline, whatever quotes stand in it */
	bool plain_lines;
	/* write honours only_parse: all lines that come in one piece are parsed before the first is run */
	bool parses;
	const char *usage;   /* verbs: the parameters, as shown on read: `TO QUANTITY SYM [MEMO]` */
	const char *help;    /* one sentence, no full stop */
};

/* THE TABLE, in fs/files/table.c: rows sorted as the help shows them. */
extern const struct row tree_rows[];
extern const size_t tree_rows_count;

/* --- what handlers share --- */

/* One transaction of these actions (taken over, even on failure), signed by the wallet, logged in /log and
 * /last_transaction. Afterwards the request's view is closed: what was borrowed from it is gone, the next
 * request_view() shows the new state. */
int request_send(struct request *request, struct action *actions, size_t count, struct error *error);
/* A whole transaction as it is (emptied on success), signed by the wallet where it has no signatures; else
 * the same. */
int request_send_packed(struct request *request, struct packed_transaction *packed, struct error *error);
/* One of the system contracts' actions, as core/chain/system_actions packs them (taken over, even on
 * failure); the contract must know it. */
int request_act(struct request *request, struct action *action, struct error *error);
void tree_wrote(struct tree *tree); /* counts what was sent otherwise than by these */
/* Whether actions of this mount need no keys (wallet/impersonate). */
bool tree_impersonates(const struct tree *tree);
void tree_impersonate(struct tree *tree, bool on);
/* mtime of a file that shows a table row: the latest of the blocks seen; the first one: what no block
 * wrote yet. */
enum { BLOCK_NUM_GENESIS = 1 };
void request_saw_block(struct request *request, uint32_t block_num);

#endif

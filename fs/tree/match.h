/* The patterns of a table, made fit for looking up: which rows stand in which folder, and whether a name
 * matches a segment. */
#ifndef EOSIOFS_FS_TREE_MATCH_H
#define EOSIOFS_FS_TREE_MATCH_H

#include "fs/tree/row.h"

struct pattern {
	const struct row *row;
	const char *segment; /* the last one, borrowed from the row */
	const char *ending;  /* NULL for a plain word; what follows the @word: "", ".json" */
	size_t folder;       /* index of the parent, by the row's pattern */
	size_t *children;    /* owned; in the table's order, words before @words */
	size_t children_count, words_count;
};
struct patterns {
	struct pattern *at; /* owned; 0 is the root */
	size_t count;
};

/* -EINVAL, naming the row, when a pattern is there twice, its folder has no row or is no folder, or it has
 * too many captures. The rows are borrowed. */
int patterns_make(struct patterns *out, const struct row *rows, size_t count, struct error *error);
void patterns_release(struct patterns *patterns);

/* The row for a name in a folder, 0 for none. *captured: how many of the name's first bytes stand at the
 * @word; 0 for a plain word. */
size_t patterns_child(const struct patterns *patterns, size_t *captured, size_t folder, const char *name);

#endif

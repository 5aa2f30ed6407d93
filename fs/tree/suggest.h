/* "did you mean": the name that is nearest to a wrong one. */
#ifndef EOSIOFS_FS_TREE_SUGGEST_H
#define EOSIOFS_FS_TREE_SUGGEST_H

#include "fs/tree/tree.h"

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
                                struct dentry *folder, bool folders);

#endif

/* /errors: what went wrong. */
#ifndef EOSIOFS_FS_TREE_ERRORS_H
#define EOSIOFS_FS_TREE_ERRORS_H

#include "fs/tree/row.h"

row_grow errors_grow;
row_grow_from errors_grow_from;

struct errors *errors_create(void);
void errors_destroy(struct errors *errors);
/* Adds it under FOLDER/NAME and returns -number. */
int errors_fail(struct tree *tree, const struct caller *caller, const struct dentry *folder, const char *name,
                const struct error *error);
/* Appends the last failure at the dentry itself, of those that /errors shows: errno and sentence. */
void errors_print_last(struct tree *tree, struct text *out, const struct dentry *dentry);
/* An acknowledged transaction is lost: into /errors and /log. Whoever made the tree watches the chain. */
void errors_lost(void *tree, const struct chain_lost *lost);

#endif

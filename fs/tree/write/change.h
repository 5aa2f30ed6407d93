/* What lookups tell those who change folders. */
#ifndef EOSIOFS_FS_TREE_WRITE_CHANGE_H
#define EOSIOFS_FS_TREE_WRITE_CHANGE_H

#include "fs/tree/tree.h"

/* Told of each name that is found: `cp -r accounts/a accounts/b` makes an account, whose files are there
 * already; the kernel answers that itself, so the sentence is made here. */
void change_tell_copy(struct tree *tree, const struct caller *caller, const struct dentry *folder,
                      const char *name);

#endif

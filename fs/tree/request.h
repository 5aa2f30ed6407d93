/* The life of a request, for the files of fs/tree; what handlers may do with one is in row.h. */
#ifndef EOSIOFS_FS_TREE_REQUEST_H
#define EOSIOFS_FS_TREE_REQUEST_H

#include "fs/tree/dentry.h"

void request_begin(struct request *request, struct tree *tree, const struct caller *caller,
                   const struct dentry *dentry);
/* The time of the block that the request saw; the mount's own times when it opened no view. */
struct timespec request_modified(struct request *request);
void request_states_destroy(struct tree *tree); /* what request_state() made */

#endif

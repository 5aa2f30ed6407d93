/* Paths that callers write. */
#ifndef EOSIOFS_FS_TREE_PATH_H
#define EOSIOFS_FS_TREE_PATH_H

#include "fs/tree/row.h"

/* Appends where an absolute path leads in the tree; false when it leads elsewhere. */
bool path_is_inside(const struct request *request, struct text *out, const char *path);
/* Appends an absolute path without links, `.` and `..`, found part by part from the caller's working
 * directory on; it stops looking as soon as it is inside the mount. -ENOENT, -ELOOP, -ENAMETOOLONG. */
int path_resolve(const struct request *request, struct text *out, const char *given, struct error *error);

#endif

/* Handler of README. */
#ifndef EOSIOFS_FS_TREE_README_H
#define EOSIOFS_FS_TREE_README_H

#include "fs/tree/row.h"

int readme_read(struct request *request, struct text *out, struct error *error);

#endif

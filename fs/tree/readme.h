/* README and README.md, printed from the rows. */
#ifndef EOSIOFS_FS_TREE_README_H
#define EOSIOFS_FS_TREE_README_H

#include "fs/tree/row.h"

/* lacks: as a chain says it; such rows are shown as absent. */
void readme_print(struct text *out, const struct row *rows, size_t count, const char *mount_point,
                  unsigned lacks);

row_read readme_read;

#endif

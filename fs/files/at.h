/* at/: the tree as it was. */
#ifndef EOSIOFS_FS_FILES_AT_H
#define EOSIOFS_FS_FILES_AT_H

#include "fs/tree/row.h"

int at_exists(struct request *request, struct error *error);
int at_graft(struct request *request, struct chain_revision *out, struct error *error);

#endif

/* at/: the tree as it was. */
#ifndef EOSIOFS_FS_FILES_AT_H
#define EOSIOFS_FS_FILES_AT_H

#include "fs/tree/row.h"

row_exists at_exists;
row_graft at_graft;

#endif

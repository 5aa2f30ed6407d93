/* Handlers of blocks/ and transactions/. */
#ifndef EOSIOFS_FS_FILES_BLOCKS_H
#define EOSIOFS_FS_FILES_BLOCKS_H

#include "fs/tree/row.h"

/* The block that a name means: its number, its id, `head`, `lib`, or a time: then the last one that is not
 * later. -ENOENT: there is none. */
int block_find(struct request *request, uint32_t *number, const char *name, struct error *error);

row_list blocks_list;
row_exists blocks_exists;
row_read blocks_read;

row_list transactions_list;
row_exists transactions_exists;
row_read transactions_read;

#endif

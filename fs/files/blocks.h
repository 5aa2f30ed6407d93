/* Handlers of blocks/ and transactions/. */
#ifndef EOSIOFS_FS_FILES_BLOCKS_H
#define EOSIOFS_FS_FILES_BLOCKS_H

#include "fs/tree/row.h"

/* The block that a name means: its number, its id, `head`, `lib`, or a time: then the last one that is not
 * later. -ENOENT: there is none. */
int block_find(struct request *request, uint32_t *number, const char *name, struct error *error);

int blocks_list(struct request *request, const char *from, struct listing *listing, struct error *error);
int blocks_exists(struct request *request, struct error *error);
int blocks_read(struct request *request, struct text *out, struct error *error);

int transactions_list(struct request *request, const char *from, struct listing *listing,
                      struct error *error);
int transactions_exists(struct request *request, struct error *error);
int transactions_read(struct request *request, struct text *out, struct error *error);

#endif

/* Handlers of /errors, /log and /last_transaction. */
#ifndef EOSIOFS_FS_TREE_ERRORS_H
#define EOSIOFS_FS_TREE_ERRORS_H

#include "fs/tree/row.h"

struct growing_text *errors_grow(struct request *request, struct error *error);
uint64_t errors_grow_from(struct request *request);
struct growing_text *log_grow(struct request *request, struct error *error);
int last_transaction_read(struct request *request, struct text *out, struct error *error);

#endif

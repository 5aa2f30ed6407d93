/* What this mount has sent: the traces of its last transactions, also of those that failed, which no block
 * tells of. */
#ifndef EOSIOFS_FS_TREE_SENT_H
#define EOSIOFS_FS_TREE_SENT_H

#include "fs/tree/row.h"

enum { SENT_MAXIMUM = 1000 };

/* Its trace is taken over. error: what it failed with; NULL: it did not. */
void sent_keep(struct request *request, struct transaction_trace *trace, const struct error *error);
/* Ids, newest first, at most `maximum`; how many there are. */
size_t sent_ids(struct request *request, struct checksum256 *out, size_t maximum);
/* Shows the visitor the trace of that id. false: none is kept. */
bool sent_find(struct request *request, const struct checksum256 *id,
               void (*visit)(void *context, struct transaction_trace *trace), void *context);

#endif

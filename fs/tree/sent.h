/* What this mount has sent: /log and /last_transaction, and the traces of its last transactions, also of
 * those that failed, which no block tells of. */
#ifndef EOSIOFS_FS_TREE_SENT_H
#define EOSIOFS_FS_TREE_SENT_H

#include "fs/tree/row.h"

row_grow log_grow;
row_read last_transaction_read;

struct transaction_log *transaction_log_create(void);
void transaction_log_destroy(struct transaction_log *log);
void transaction_log_add(struct tree *tree, struct chain_view *view, const struct transaction_trace *trace);
/* One of very many: with the command in place of the actions, whose data would have to be decoded for
 * each. */
void transaction_log_add_command(struct tree *tree, const struct transaction_trace *trace,
                                 const char *command);
/* A line for people, beside the transactions. */
void transaction_log_note(struct tree *tree, const char *path, const char *what);

enum { SENT_MAXIMUM = 1000 };

/* Its trace is taken over. error: what it failed with; NULL: it did not. */
void sent_keep(struct request *request, struct transaction_trace *trace, const struct error *error);
/* Ids, newest first, at most `maximum`; how many there are. */
size_t sent_ids(struct request *request, struct checksum256 *out, size_t maximum);
/* Shows the visitor the trace of that id. false: none is kept. */
bool sent_find(struct request *request, const struct checksum256 *id,
               void (*visit)(void *context, struct transaction_trace *trace), void *context);

#endif

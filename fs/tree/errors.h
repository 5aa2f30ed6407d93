/* /errors, /log and /last_transaction: what went wrong, what this mount sent, and their handlers. */
#ifndef EOSIOFS_FS_TREE_ERRORS_H
#define EOSIOFS_FS_TREE_ERRORS_H

#include "fs/tree/row.h"

row_grow errors_grow, log_grow;
row_grow_from errors_grow_from;
row_read last_transaction_read;

struct errors *errors_create(void);
void errors_destroy(struct errors *errors);
/* Adds it under FOLDER/NAME and returns -number. */
int errors_fail(struct tree *tree, const struct caller *caller, const struct dentry *folder, const char *name,
                const struct error *error);
/* Appends the last failure at the dentry itself, of those that /errors shows: errno and sentence. */
void errors_print_last(struct tree *tree, struct text *out, const struct dentry *dentry);
/* An acknowledged transaction is lost: into errors and log. Whoever made the tree watches the chain. */
void errors_lost(void *tree, const struct chain_lost *lost);
struct transaction_log *transaction_log_create(void);
void transaction_log_destroy(struct transaction_log *log);
void transaction_log_add(struct tree *tree, struct chain_view *view, const struct transaction_trace *trace);
/* One of very many: with the command in place of the actions, whose data would have to be decoded for
 * each. */
void transaction_log_add_command(struct tree *tree, const struct transaction_trace *trace,
                                 const char *command);
/* A line for people, beside the transactions. */
void transaction_log_note(struct tree *tree, const char *path, const char *what);

#endif

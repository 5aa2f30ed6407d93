/* Rows of the reference contracts' tables as a request reads them (core/chain/system_rows.h), and what
 * handlers that act through these contracts share. Functions that read return -ENOENT, without a sentence,
 * for what is not there: no contract yet, no row, or another contract's row of that name. Blocks seen go
 * to the request's mtime. */
#ifndef EOSIOFS_FS_FILES_SYSTEM_TABLES_H
#define EOSIOFS_FS_FILES_SYSTEM_TABLES_H

#include "core/chain/system_rules.h"
#include "fs/tree/row.h"

/* A row of any table. */
int request_row(struct request *request, struct chain_row *out, uint64_t code, uint64_t scope, uint64_t table,
                uint64_t key, struct error *error);

int voter_row_read(struct request *request, struct voter_row *out, uint64_t owner, struct error *error);
int producer_row_read(struct request *request, struct producer_row *out, uint64_t owner, struct error *error);
int delegation_row_read(struct request *request, struct delegation_row *out, uint64_t from, uint64_t receiver,
                        struct error *error);
int refund_row_read(struct request *request, struct refund_row *out, uint64_t owner, struct error *error);
int resources_row_read(struct request *request, struct resources_row *out, uint64_t owner,
                       struct error *error);
int ram_market_row_read(struct request *request, struct ram_market_row *out, struct error *error);
int token_row_read(struct request *request, struct token_row *out, uint64_t contract, uint64_t symbol_code,
                   struct error *error);
int global_row_read(struct request *request, struct global_row *out, struct error *error);
/* Producers from the one with the most votes on, until the visitor has seen enough; 0. */
int walk_producers(struct request *request, chain_index_row_visitor *visitor, void *context,
                   struct error *error);

/* 0; -ENOENT "no such account: NAME", with the nearest name there is. */
int require_account(struct request *request, uint64_t name, struct error *error);
/* 0 and the core symbol; -ECANCELED, naming what is to be done, before the system contract is initialized.
 * symbol may be NULL. */
int require_system_contract(struct request *request, uint64_t *symbol, struct error *error);
/* The request's account (capture 0) as get_account knows it; release it. */
int request_account(struct request *request, struct chain_account *out, struct error *error);

/* Actions that become one transaction. {0} is an empty one; release it in any case. */
struct batch {
	struct action *actions; /* owned */
	size_t count, capacity;
};
void batch_release(struct batch *batch);
/* Takes the action over, even on failure; its contract must know it. */
int batch_take(struct batch *batch, struct request *request, struct action *action, struct error *error);
/* Nothing in it: nothing is sent, 0. */
int batch_send(struct batch *batch, struct request *request, struct error *error);

#endif

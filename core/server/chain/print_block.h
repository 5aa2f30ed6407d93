/* Blocks, headers and transactions as nodeos's JSON. */
#ifndef EOSIOFS_CORE_SERVER_CHAIN_PRINT_BLOCK_H
#define EOSIOFS_CORE_SERVER_CHAIN_PRINT_BLOCK_H

#include "core/chain/view.h"

/* get_block: actions' data by the ABIs of the view. */
void print_block(struct chain_view *view, struct text *out, const struct signed_block *block);
/* get_raw_block: as it is. */
void print_raw_block(struct text *out, const struct signed_block *block);
/* The members of a signed header, without braces. */
void print_signed_header(struct text *out, const struct signed_block *block);
void print_block_info(struct text *out, const struct signed_block *block, uint32_t number);
void print_header_state(struct text *out, const struct chain_header_state *state);
void print_extensions(struct text *out, const struct extension *extensions, size_t count);
/* An action's data by the contract's ABI, or as bytes where that cannot be; the bytes beside it. */
void print_action(struct chain_view *view, struct text *out, const struct action *action);
/* The members of a transaction as blocks and waiting transactions show it, with braces: data by ABI, the
 * bytes beside it. */
void print_transaction(struct chain_view *view, struct text *out, const struct transaction *transaction);

#endif

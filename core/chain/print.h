/* Blocks, traces and the values in them in the forms of nodeos's JSON (protocol.md A.8). */
#ifndef EOSIOFS_CORE_CHAIN_PRINT_H
#define EOSIOFS_CORE_CHAIN_PRINT_H

#include "core/chain/view.h"

/* get_block: actions' data by the ABIs of the view. */
void chain_print_block(struct chain_view *view, struct text *out, const struct signed_block *block);
/* An action's data by the contract's ABI, or as bytes where that cannot be; the bytes beside it. */
void chain_print_action(struct chain_view *view, struct text *out, const struct action *action);
/* That data alone. */
void chain_print_action_data(struct chain_view *view, struct text *out, const struct action *action);
/* A transaction's trace (D.3), actions below the one that caused them. */
void chain_print_trace(struct chain_view *view, struct text *out, const struct transaction_trace *trace);

void chain_print_uint64(struct text *out, uint64_t value); /* quoted above 2^32 - 1 */
void chain_print_uint128(struct text *out, const uint64_t value[2]); /* low, high; decimal, unquoted */
void chain_print_slot(struct text *out, uint32_t slot);    /* quoted time */
void chain_print_name(struct text *out, uint64_t name);
void chain_print_checksum(struct text *out, const struct checksum256 *checksum);
void chain_print_hex(struct text *out, const void *data, size_t length);

#endif

/* A transaction's trace as nodeos's JSON (protocol.md D.3). */
#ifndef EOSIOFS_CORE_SERVER_CHAIN_PRINT_TRACE_H
#define EOSIOFS_CORE_SERVER_CHAIN_PRINT_TRACE_H

#include "core/chain/view.h"
#include "core/types/trace.h"

/* tree: actions below the one that caused them, as push_transaction has it; else in the order of their
 * ordinals. */
void print_trace(struct chain_view *view, struct text *out, const struct transaction_trace *trace, bool tree);

#endif

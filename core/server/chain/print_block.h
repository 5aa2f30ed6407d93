/* Blocks and headers in the forms that HTTP alone shows; those that all share are core/chain/print.h's. */
#ifndef EOSIOFS_CORE_SERVER_CHAIN_PRINT_BLOCK_H
#define EOSIOFS_CORE_SERVER_CHAIN_PRINT_BLOCK_H

#include "core/chain/view.h"

/* get_raw_block: as it is. */
void print_raw_block(struct text *out, const struct signed_block *block);
/* The members of a signed header, without braces. */
void print_signed_header(struct text *out, const struct signed_block *block);
void print_block_info(struct text *out, const struct signed_block *block, uint32_t number);
void print_header_state(struct text *out, const struct chain_header_state *state);
void print_extensions(struct text *out, const struct extension *extensions, size_t count);

#endif

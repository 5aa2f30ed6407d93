/* Where each transaction of the block log is: a hash table on disk from its id to its block's number, 12
 * bytes an entry, at most half full. Whatever it says is to be looked up: it may name a block that does not
 * hold the transaction, and whatever it lacks can be read again from the log. */
#ifndef EOSIOFS_CORE_ENGINE_STORAGE_BLOCK_TRANSACTION_INDEX_H
#define EOSIOFS_CORE_ENGINE_STORAGE_BLOCK_TRANSACTION_INDEX_H

#include "core/base/crypto/hash.h"
#include "core/base/error.h"

#include <stdint.h>

struct transaction_index;

/* Of the chain with that id, whose log ends at block `end`; begun anew where there is none, or one of another
 * chain or of later blocks, or a damaged one. path NULL: in memory. One thread at a time may use it. */
int transaction_index_open(struct transaction_index **out, const char *path, const struct checksum256 *chain,
                           uint32_t end, struct error *error);
void transaction_index_close(struct transaction_index *index); /* NULL is fine */
/* The last block of which it has all transactions; 0: none. */
uint32_t transaction_index_last(const struct transaction_index *index);
int transaction_index_add(struct transaction_index *index, const struct checksum256 *id, uint32_t number,
                          struct error *error);
/* It has those up to that block alone; entries of later ones stay, and are found out when looked up. */
int transaction_index_cut(struct transaction_index *index, uint32_t last, struct error *error);
/* It has all transactions of the next block, too. */
int transaction_index_advance(struct transaction_index *index, struct error *error);
/* The blocks that it may be in: at most `maximum` numbers. Their count, or -errno. */
int transaction_index_find(struct transaction_index *index, uint32_t *numbers, size_t maximum,
                           const struct checksum256 *id, struct error *error);

#endif

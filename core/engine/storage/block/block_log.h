/* nodeos's block log: blocks.log (version 3; 1 and 2 are read and continued) and blocks.index, to the byte
 * as protocol.md E.9 has them, so that a stock nodeos can replay what we wrote. Blocks follow each other
 * without gaps from the first one on. */
#ifndef EOSIOFS_CORE_ENGINE_STORAGE_BLOCK_BLOCK_LOG_H
#define EOSIOFS_CORE_ENGINE_STORAGE_BLOCK_BLOCK_LOG_H

#include "core/base/bytes.h"
#include "core/base/text.h"
#include "core/types/genesis.h"

enum {
	BLOCK_LOG_BLOCK_MAXIMUM = 64 << 20, /* bytes of a packed block */
	BLOCK_LOG_HEADER_SIZE = 126,        /* of a log that begins with its genesis */
};

struct block_log;

/* Opens FOLDER/blocks.log and FOLDER/blocks.index; makes them (0600) when there are none, which needs a
 * genesis. With genesis NULL any chain's log will do. An append that was cut short is cut off; an index
 * that is missing or disagrees is made anew; a sentence about either is appended to *report (which may be
 * NULL). Takes a time that does not depend on the log's length unless the index must be made anew. Fails,
 * leaving everything alone, with
 *   -ENOENT   no log, and no genesis to make one
 *   -EINVAL   the log of another chain
 *   -ENOTSUP  a newer version, or a pruned log
 *   -EBADMSG  no block log, or damaged otherwise than at its end: the sentence says at which block
 * or another -errno. */
int block_log_open(struct block_log **out, const char *folder, const struct genesis *genesis,
                   struct text *report, struct error *error);
void block_log_close(struct block_log *log); /* NULL is fine */

/* The genesis the log begins with; NULL when it begins with a later block. Borrowed. */
const struct genesis *block_log_genesis(const struct block_log *log);
uint32_t block_log_first(const struct block_log *log); /* the number its first block has or will have */
uint32_t block_log_last(const struct block_log *log);  /* first - 1 while it is empty */

/* Adds the packed signed block `number`, which must be last + 1. 0 means that the kernel has it; on
 * failure the log is as it was and later appends may succeed. */
int block_log_append(struct block_log *log, uint32_t number, const void *packed, size_t length,
                     struct error *error);
/* Cuts off what follows a block. The entries go to the end of "PATH.restored" first, as they stand here. */
int block_log_cut(struct block_log *log, uint32_t last, struct error *error);
/* What was appended outlives a loss of power. */
int block_log_sync(struct block_log *log, struct error *error);
/* Appends the packed block to *out. -ENOENT: not in the log. Any thread may read while one other appends. */
int block_log_read(struct block_log *log, struct bytes *out, uint32_t number, struct error *error);
/* The id that block `number` follows, as its header says; cheap. Likewise. */
int block_log_previous(struct block_log *log, struct checksum256 *out, uint32_t number, struct error *error);

#endif

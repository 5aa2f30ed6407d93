/* The recorded node's own blocks, put together again from their JSON. */
#ifndef EOSIOFS_TESTS_GOLDEN_REBUILD_H
#define EOSIOFS_TESTS_GOLDEN_REBUILD_H

#include "tests/golden/recording.h"

#include "core/types/block.h"

/* Header, signature, receipts. *cut: a transaction's bytes are not in the recording; its packed_trx is empty
 * then, its id is as recorded. Release *out also after an error. */
int rebuild_block(struct signed_block *out, bool *cut, const struct recording_block *recorded,
                  struct error *error);

#endif

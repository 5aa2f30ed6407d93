/* Deferred and delayed transactions that wait in the state (protocol.md D.6). */
#ifndef EOSIOFS_CORE_ENGINE_STATE_DEFERRED_H
#define EOSIOFS_CORE_ENGINE_STATE_DEFERRED_H

#include "core/base/bytes.h"
#include "core/engine/state/state_key.h"

struct generated_transaction {
	struct checksum256 id;
	uint64_t sender;       /* 0: a user's delayed transaction */
	uint64_t sender_id[2]; /* low, high 64 bits */
	uint64_t payer;
	int64_t delay_until, expiration, published; /* microseconds */
	uint64_t object_id;    /* older ones have lower ones */
	const uint8_t *packed; /* the transaction; borrowed from the root */
	size_t packed_length;
};

/* The sender id of a delayed transaction. */
void generated_transaction_sender_id(uint64_t sender_id[2], const struct checksum256 *id);

bool generated_transaction_get(const struct map_root *root, struct generated_transaction *out,
                               uint64_t sender, const uint64_t sender_id[2]);
/* By transaction id; among several (REPLACE_DEFERRED not active) the oldest. */
bool generated_transaction_find(const struct map_root *root, struct generated_transaction *out,
                                const struct checksum256 *id);
/* The first by (delay_until, object id) at or after the given ones: paging, and what is due next. */
bool generated_transaction_seek(const struct map_root *root, struct generated_transaction *out,
                                int64_t delay_until, uint64_t object_id);
/* Bytes of RAM that one of this length is billed. */
int64_t generated_transaction_ram(size_t packed_length);

void generated_transaction_put(struct map_edit *edit, const struct generated_transaction *generated);
void generated_transaction_remove(struct map_edit *edit, const struct generated_transaction *generated);

#endif

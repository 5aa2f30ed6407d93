/* The states after earlier blocks: those that are kept, and others made from them by applying the blocks in
 * between again. What is kept shares its unchanged parts. */
#ifndef EOSIOFS_CORE_CHAIN_EMBEDDED_VIEW_PAST_H
#define EOSIOFS_CORE_CHAIN_EMBEDDED_VIEW_PAST_H

#include "core/base/interruption.h"
#include "core/network/network.h"

#include <pthread.h>

struct past;
struct states; /* core/engine/storage/state/states.h */

/* Whose past it is. The lock is that of the ledger and of all counted roots. */
struct past_source {
	pthread_mutex_t *lock;
	struct ledger *ledger; /* borrowed, under lock */
	/* A block at or before a head, without the lock. -ENOENT. */
	int (*read)(void *context, struct signed_block *out, const struct block_state *head, uint32_t number,
	            struct error *error);
	void *context;
	struct states *states; /* where those of before are: borrowed; NULL: nowhere */
};

enum { PAST_STRIDE = 1000 }; /* blocks between two states that stay for long */
/* Keeps the last 1 000 irreversible states, and of those before, back to `history` blocks (UINT32_MAX: all),
 * every thousandth: in memory until it is stored, where states are. */
struct past *past_create(const struct past_source *source, uint32_t history);
void past_destroy(struct past *past); /* under lock; NULL is fine */
/* The oldest block whose state is shown while this one is the head; 0: all are. */
uint32_t past_oldest(const struct past *past, uint32_t head);
/* Keeps what has become irreversible; to be called for each block that a node takes in. Under lock. */
void past_follow(struct past *past, const struct node *node);
/* The last irreversible one that it keeps: borrowed; NULL: none. Under lock. */
struct block_state *past_newest(const struct past *past);
/* The next irreversible state up to a block that is to be stored: held; NULL: none. Under lock. */
struct block_state *past_unstored(const struct past *past, uint32_t last);
void past_stored(struct past *past, uint32_t number); /* under lock */
/* The transactions of blocks before this one can be read elsewhere: they need not be kept. Under lock. */
void past_shed(struct past *past, uint32_t number);
/* Forgets the states after a block. Under lock. */
void past_cut(struct past *past, uint32_t last);
/* A state that was stored, with a ledger of its own (past_release()); map and root are taken over. NULL:
 * it is malformed. Without the lock. */
struct block_state *past_open(struct past *past, struct map *map, struct map_root *root,
                              const struct bytes *header);
/* A state of the past may be of a ledger of its own, which is held with it. Under lock. */
struct block_state *past_hold(struct block_state *state);
void past_release(struct block_state *state); /* NULL is fine */
/* The state after a block at or before the head, held (past_release()), from the nearest one before it that
 * is kept or stored by applying the blocks in between. Without the lock. -ENOENT: no such block. -EOPNOTSUPP:
 * it is older than `history`. -EINTR. */
int past_state(struct past *past, struct block_state **out, struct block_state *head, uint32_t number,
               const struct interruption *interruption, struct error *error);
/* What such a block did: the traces of onblock and of its transactions, each to be released, then free(*out).
 * Without the lock. Fails as past_state(). */
int past_traces(struct past *past, struct transaction_trace **out, size_t *count, struct block_state *head,
                uint32_t number, const struct interruption *interruption, struct error *error);

#endif

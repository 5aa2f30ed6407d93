/* What the embedded chain asks of its views, and they of each other. */
#ifndef EOSIOFS_CORE_CHAIN_EMBEDDED_VIEW_VIEW_H
#define EOSIOFS_CORE_CHAIN_EMBEDDED_VIEW_VIEW_H

#include "core/chain/embedded/embedded_private.h"

/* --- view.c --- */
int embedded_view_open(struct chain *base, struct chain_view **out, const struct chain_revision *revision,
                       const struct interruption *interruption, struct error *error);
struct chain_view_operations embedded_view_operations(void);
/* A block at or before a head, from memory or from the data folder; -ENOENT. chain: a struct
 * embedded_chain. */
int embedded_read_block(void *chain, struct signed_block *out, const struct block_state *head,
                        uint32_t number, struct error *error);
struct published *embedded_state_of(struct chain_view *view);

/* --- transactions.c --- */
/* The last block at or before a head that has a transaction of that id; -ENOENT. */
int embedded_find_transaction(struct embedded_chain *chain, uint32_t *number, struct block_state *head,
                              const struct checksum256 *id, const struct interruption *interruption,
                              struct error *error);

/* --- history.c --- */
int embedded_open_history(struct embedded_chain *chain, struct error *error);
void embedded_close_history(struct embedded_chain *chain);
/* Tells the next block: its deeds, ascending, the block's own last. newest: of the deeds that led to the
 * view. Under index_lock. */
int embedded_tell(struct embedded_chain *chain, struct chain_view *view, struct deeds *newest,
                  struct deeds *const *deeds, size_t count, struct error *error);
/* All that is stored is told, and that reaches the disk. */
int embedded_save_history(struct embedded_chain *chain, struct error *error);
int embedded_history(struct chain_view *view, struct chain_history *out, enum chain_history_kind kind,
                     uint64_t name, uint64_t from, uint64_t maximum, struct error *error);
int embedded_history_text(struct chain_view *view, struct text *out, uint64_t *begin,
                          enum chain_history_kind kind, uint64_t name, uint64_t offset, size_t size,
                          struct error *error);

#endif

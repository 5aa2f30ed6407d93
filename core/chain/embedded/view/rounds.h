/* Rounds: how many blocks each producer made and how many of its slots passed, from the blocks as they are
 * stored. A round is twelve slots of each scheduled producer. */
#ifndef EOSIOFS_CORE_CHAIN_EMBEDDED_VIEW_ROUNDS_H
#define EOSIOFS_CORE_CHAIN_EMBEDDED_VIEW_ROUNDS_H

#include "core/base/text.h"
#include "core/engine/engine.h"

struct rounds;

/* As they were packed; nothing there, or something else: from the next block on. */
struct rounds *rounds_create(const struct bytes *packed);
void rounds_destroy(struct rounds *rounds); /* NULL is fine */
void rounds_pack(struct bytes *out, const struct rounds *rounds); /* in place of what is in it */
/* The next block: where it begins a round, a line about the one that has ended for each producer that had
 * something to do with it (or with rounds between the two, in which nobody made a block). */
typedef void round_visitor(void *context, uint64_t producer, const struct text *line);
void rounds_take(struct rounds *rounds, const struct deeds *block, round_visitor *visitor, void *context);

#endif

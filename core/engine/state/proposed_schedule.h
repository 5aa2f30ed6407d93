/* The proposed producer schedule, which waits in the state until the block that proposed it is
 * irreversible (protocol.md E.5). */
#ifndef EOSIOFS_CORE_ENGINE_STATE_PROPOSED_SCHEDULE_H
#define EOSIOFS_CORE_ENGINE_STATE_PROPOSED_SCHEDULE_H

#include "core/engine/state/state_key.h"
#include "core/types/block.h"

/* false: none is proposed. *out is the caller's to release; block_num: of the block that proposed it. */
bool proposed_schedule_get(const struct map_root *root, uint32_t *block_num, struct producer_schedule *out);
void proposed_schedule_put(struct map_edit *edit, uint32_t block_num,
                           const struct producer_schedule *schedule);
void proposed_schedule_remove(struct map_edit *edit);

#endif

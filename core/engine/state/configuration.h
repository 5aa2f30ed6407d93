/* The chain's configuration (setparams), as a state has it. */
#ifndef EOSIOFS_CORE_ENGINE_STATE_CONFIGURATION_H
#define EOSIOFS_CORE_ENGINE_STATE_CONFIGURATION_H

#include "core/engine/state/map/map.h"
#include "core/types/genesis.h"

void configuration_get(const struct map_root *root, struct chain_config *out);
void configuration_put(struct map_edit *edit, const struct chain_config *config);

#endif

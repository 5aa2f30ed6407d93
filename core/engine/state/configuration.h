/* The chain's configuration (setparams), and the limits of contract code, as a state has them. */
#ifndef EOSIOFS_CORE_ENGINE_STATE_CONFIGURATION_H
#define EOSIOFS_CORE_ENGINE_STATE_CONFIGURATION_H

#include "core/engine/state/map/map.h"
#include "core/engine/wasm/wasm.h"
#include "core/types/genesis.h"

void configuration_get(const struct map_root *root, struct chain_config *out);
void configuration_put(struct map_edit *edit, const struct chain_config *config);

/* What set_wasm_parameters_packed set, until then the default. */
void wasm_limits_get(const struct map_root *root, struct wasm_limits *out);
void wasm_limits_put(struct map_edit *edit, const struct wasm_limits *limits);

#endif

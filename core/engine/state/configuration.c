/* The chain's configuration in the state. */
#include "core/engine/state/configuration.h"

#include "core/engine/state/state_key.h"

#include <string.h>

void configuration_get(const struct map_root *root, struct chain_config *out)
{
	struct state_key key = state_key_global(GLOBAL_CONFIGURATION);
	struct cursor in;

	*out = (struct chain_config){0};
	if (!state_read(root, &in, &key))
		return;
	chain_config_unpack(out, &in);
	out->max_action_return_value_size = cursor_u32(&in);
}

void configuration_put(struct map_edit *edit, const struct chain_config *config)
{
	struct state_key key = state_key_global(GLOBAL_CONFIGURATION);
	struct bytes value = {0};

	chain_config_pack(&value, config);
	bytes_put_u32(&value, config->max_action_return_value_size);
	state_put(edit, &key, value.data, value.length);
	bytes_release(&value);
}

/* wasm.md W.10 */
static void wasm_limits_default(struct wasm_limits *out)
{
	*out = (struct wasm_limits){.max_mutable_global_bytes = 1024,
	                            .max_table_elements = 1024,
	                            .max_section_elements = 8192,
	                            .max_linear_memory_init = 64 << 10,
	                            .max_func_local_bytes = 8192,
	                            .max_nested_structures = 1024,
	                            .max_symbol_bytes = 8192,
	                            .max_module_bytes = 20 << 20,
	                            .max_code_bytes = 20 << 20,
	                            .max_pages = 528,
	                            .max_call_depth = 251};
}

/* As they are packed: eleven u32, which is how they lie in memory. */
void wasm_limits_get(const struct map_root *root, struct wasm_limits *out)
{
	struct state_key key = state_key_global(GLOBAL_WASM_LIMITS);
	struct map_value value;

	if (state_get(root, &value, &key) && value.length == sizeof *out)
		memcpy(out, value.data, sizeof *out);
	else
		wasm_limits_default(out);
}

void wasm_limits_put(struct map_edit *edit, const struct wasm_limits *limits)
{
	struct state_key key = state_key_global(GLOBAL_WASM_LIMITS);
	state_put(edit, &key, limits, sizeof *limits);
}

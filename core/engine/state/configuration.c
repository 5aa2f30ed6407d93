/* The chain's configuration in the state. */
#include "core/engine/state/configuration.h"

#include "core/engine/state/state_key.h"

void configuration_get(const struct map_root *root, struct chain_config *out)
{
	struct state_key key = state_key_global(GLOBAL_CONFIGURATION);
	struct map_value value;
	struct cursor in;

	*out = (struct chain_config){0};
	if (!state_get(root, &value, &key))
		return;
	in = cursor_make(value.data, value.length);
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

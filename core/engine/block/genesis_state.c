/* The state at genesis (protocol.md D.8), and the chain's counters. */
#include "core/engine/engine_private.h"

#include "core/engine/state/account.h"
#include "core/types/abi/eosio.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <endian.h>

#define EOSIO name_literal("eosio")
#define PRODS name_literal("eosio.prods")
#define OWNER name_literal("owner")
#define ACTIVE name_literal("active")

/* --- counters --- */

static const struct packed_field counters_fields[] = {
	PACKED_FIELD(struct block_globals, global_sequence),
	PACKED_FIELD(struct block_globals, next_generated_id),
	PACKED_FIELD(struct block_globals, next_link_id),
	{0},
};

void block_globals_get(const struct map_root *root, struct block_globals *out)
{
	struct state_key key = state_key_global(GLOBAL_COUNTERS);

	*out = (struct block_globals){0};
	configuration_get(root, &out->config);
	feature_set_get(root, &out->features);
	wasm_limits_get(root, &out->wasm_limits);
	state_get_fields(root, out, &key, counters_fields);
}

void block_globals_put(struct map_edit *edit, const struct block_globals *globals)
{
	struct state_key key = state_key_global(GLOBAL_COUNTERS);

	state_put_fields(edit, &key, globals, counters_fields);
}

void tapos_put(struct map_edit *edit, const struct checksum256 *block_id)
{
	struct state_key key = state_key_make(STATE_TAPOS, NULL, 0);
	uint32_t number = block_id_number(block_id),
	         value[2] = {htole32(number), htole32(block_id_prefix(block_id))};

	state_key_add_u16(&key, (uint16_t)number);
	state_put(edit, &key, value, sizeof value);
}

/* --- accounts --- */

static void put_permission(struct map_edit *edit, const struct genesis *genesis, uint64_t account,
                           uint64_t name, uint64_t parent, const struct authority *authority)
{
	struct permission_object permission = {.account = account,
	                                       .name = name,
	                                       .parent = parent,
	                                       .last_updated = genesis->initial_timestamp,
	                                       .last_used = genesis->initial_timestamp,
	                                       .block_num = 1};
	permission_put(edit, &permission, authority);
}

static void put_account(struct map_edit *edit, const struct genesis *genesis, uint64_t name, bool privileged,
                        const struct authority *owner, const struct authority *active)
{
	struct resource_account resources = {.name = name, .limits = {-1, -1, -1}, .block_num = 1};
	struct account_object account = {.name = name,
	                                 .creation_slot = slot_from_us(genesis->initial_timestamp),
	                                 .privileged = privileged,
	                                 .block_num = 1};

	account_create(edit, &account);
	put_permission(edit, genesis, name, OWNER, 0, owner);
	put_permission(edit, genesis, name, ACTIVE, OWNER, active);
	resources.ram_usage = (uint64_t)(RAM_ACCOUNT + 2 * RAM_PERMISSION + authority_billable_size(owner) +
	                                 authority_billable_size(active));
	resource_account_put(edit, &resources);
}

static void put_accounts(struct map_edit *edit, const struct genesis *genesis)
{
	struct authority key = authority_of_key(&genesis->initial_key);
	struct authority eosio = authority_of_permission(&(struct permission_level){EOSIO, ACTIVE});
	struct authority nobody = {.threshold = 1};
	struct bytes abi = {0};

	abi_eosio_pack(&abi);
	put_account(edit, genesis, EOSIO, true, &key, &key);
	account_abi_put(edit, EOSIO, abi.data, abi.length); /* not billed */
	put_account(edit, genesis, name_literal("eosio.null"), false, &nobody, &nobody);
	put_account(edit, genesis, PRODS, false, &nobody, &eosio);
	put_permission(edit, genesis, PRODS, name_literal("prod.major"), ACTIVE, &eosio);
	put_permission(edit, genesis, PRODS, name_literal("prod.minor"), name_literal("prod.major"), &eosio);
	authority_release(&key);
	authority_release(&eosio);
	bytes_release(&abi);
}

void genesis_state(struct map_edit *edit, struct block_globals *globals, const struct genesis *genesis)
{
	struct resource_state resources;
	*globals = (struct block_globals){.config = genesis->initial_configuration};
	if (!globals->config.max_action_return_value_size)
		globals->config.max_action_return_value_size = 256;
	wasm_limits_get(map_edit_view(edit), &globals->wasm_limits);
	configuration_put(edit, &globals->config);
	feature_set_put(edit, &globals->features);
	resource_state_initial(&resources);
	resource_state_put(edit, &resources);
	put_accounts(edit, genesis);
	block_globals_put(edit, globals);
}

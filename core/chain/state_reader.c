/* Reading a state of the engine in the forms of struct chain. */
#include "core/chain/state_reader.h"

#include "core/base/memory.h"
#include "core/engine/state/account.h"
#include "core/engine/run/authorization.h"
#include "core/engine/state/feature.h"
#include "core/engine/state/permission.h"
#include "core/engine/state/resource.h"
#include "core/engine/block/schedule.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>
#include <stdlib.h>

static int no_account(struct error *error, uint64_t name)
{
	return error_set(error, ENOENT, "no such account: %s", name_text(name).text);
}

/* --- accounts --- */

struct links {
	struct permission_link *items; /* owned */
	size_t count, capacity;
};

static int compare_links(const void *a, const void *b)
{
	uint64_t left = ((const struct permission_link *)a)->id, right = ((const struct permission_link *)b)->id;
	return left < right ? -1 : left > right;
}

/* Every link of an account, oldest first, as get_account lists them. */
static void links_read(struct links *out, const struct map_root *root, uint64_t account)
{
	struct permission_link link;
	uint64_t code = 0, action = 0;
	while (permission_link_seek(root, &link, account, code, action)) {
		memory_grow(&out->items, &out->capacity, out->count + 1, sizeof *out->items);
		out->items[out->count++] = link;
		code = link.code;
		action = link.action + 1;
		if (!action && !++code)
			break;
	}
	if (out->count > 1)
		qsort(out->items, out->count, sizeof *out->items, compare_links);
}

static size_t links_to(const struct links *links, uint64_t permission, struct chain_linked_action **out)
{
	size_t count = 0;
	*out = links->count ? memory_allocate(links->count, sizeof **out) : NULL;
	for (size_t i = 0; i < links->count; i++)
		if (links->items[i].permission == permission)
			(*out)[count++] = (struct chain_linked_action){links->items[i].code, links->items[i].action};
	return count;
}

static void read_permissions(struct chain_account *out, const struct map_root *root)
{
	struct permission_object permission;
	struct links links = {0};
	size_t capacity = 0;
	uint64_t from = 0;
	links_read(&links, root, out->name);
	while (permission_seek(root, &permission, out->name, from)) {
		memory_grow(&out->permissions, &capacity, out->permissions_count + 1, sizeof *out->permissions);
		struct chain_permission *at = &out->permissions[out->permissions_count++];
		*at = (struct chain_permission){
			.name = permission.name, .parent = permission.parent, .block_num = permission.block_num};
		at->authority = permission_authority(&permission);
		at->linked_actions_count = links_to(&links, permission.name, &at->linked_actions);
		if (permission.block_num > out->block_num)
			out->block_num = permission.block_num;
		from = permission.name + 1;
		if (!from)
			break;
	}
	out->any_linked_actions_count = links_to(&links, name_literal("eosio.any"), &out->any_linked_actions);
	free(links.items);
}

static struct chain_limit read_limit(const struct map_root *root, uint64_t name, enum resource_kind kind,
                                     uint32_t slot)
{
	struct resource_limit limit;
	if (!resource_limit_get(root, &limit, name, kind, slot))
		return (struct chain_limit){0};
	return (struct chain_limit){.used = limit.used,
	                            .available = limit.available,
	                            .max = limit.max,
	                            .current_used = limit.current_used,
	                            .last_usage_slot = limit.last_usage_slot};
}

static void read_resources(struct chain_account *out, const struct map_root *root,
                           const struct account_object *account, uint32_t slot)
{
	struct resource_limits limits = {0};
	struct resource_account resources = {0};
	if (resource_limits_get(root, &limits, account->name)) {
		out->net_weight = limits.net_weight;
		out->cpu_weight = limits.cpu_weight;
		out->ram_quota = limits.ram_bytes;
	}
	if (resource_account_get(root, &resources, account->name)) {
		out->ram_usage = (int64_t)resources.ram_usage;
		if (resources.block_num > out->block_num)
			out->block_num = resources.block_num;
	}
	out->net_limit = read_limit(root, account->name, RESOURCE_NET, slot);
	out->cpu_limit = read_limit(root, account->name, RESOURCE_CPU, slot);
	/* Never used: nodeos shows the account's creation. */
	if (!out->net_limit.last_usage_slot)
		out->net_limit.last_usage_slot = account->creation_slot;
	if (!out->cpu_limit.last_usage_slot)
		out->cpu_limit.last_usage_slot = account->creation_slot;
}

int state_read_account(const struct map_root *root, struct chain_account *out, uint64_t name, uint32_t slot,
                       struct error *error)
{
	struct account_object account;
	*out = (struct chain_account){0};
	if (!account_get(root, &account, name))
		return no_account(error, name);
	out->name = name;
	out->privileged = account.privileged;
	out->last_code_update = account.last_code_update;
	out->created = slot_to_us(account.creation_slot);
	out->code_hash = account.code_hash;
	out->block_num = account.block_num;
	read_permissions(out, root);
	read_resources(out, root, &account, slot);
	return 0;
}

int state_read_accounts(const struct map_root *root, uint64_t from, chain_account_visitor *visitor,
                        void *context)
{
	struct account_object account;
	int result = 0;
	while (!result && account_seek(root, &account, from)) {
		result = visitor(context, account.name);
		from = account.name + 1;
		if (!from)
			break;
	}
	return result;
}

int state_read_code(const struct map_root *root, uint64_t account, struct bytes *out, struct error *error)
{
	struct map_value code;
	if (!account_exists(root, account))
		return no_account(error, account);
	if (account_code(root, &code, account))
		bytes_put(out, code.data, code.length);
	return 0;
}

int state_read_abi_version(const struct map_root *root, uint64_t name, uint64_t *version, struct error *error)
{
	struct account_object account;
	struct map_value abi;
	if (!account_get(root, &account, name))
		return no_account(error, name);
	/* The block beside the sequence: two branches, or a state that was restored, may give the same
	 * sequence to different ABIs. */
	*version = account_abi(root, &abi, name) ? ((uint64_t)account.block_num << 32 | account.abi_sequence) + 1
	                                         : 0;
	return 0;
}

int state_read_abi(const struct map_root *root, uint64_t account, struct bytes *out, uint64_t *version,
                   struct error *error)
{
	struct map_value abi;
	int result = state_read_abi_version(root, account, version, error);
	if (!result && account_abi(root, &abi, account))
		bytes_put(out, abi.data, abi.length);
	return result;
}

/* --- tables --- */

static struct chain_row chain_row_of(const struct table_row *row)
{
	return (struct chain_row){.primary_key = row->primary_key,
	                          .payer = row->payer,
	                          .block_num = row->block_num,
	                          .data = row->data,
	                          .length = row->length};
}

int state_read_row(const struct map_root *root, struct chain_row *out, const struct table_id *id,
                   uint64_t primary_key)
{
	struct table_row row;
	if (!table_row_get(root, &row, id, primary_key))
		return -ENOENT;
	*out = chain_row_of(&row);
	return 0;
}

int state_read_rows(const struct map_root *root, const struct table_id *id, uint64_t from,
                    chain_row_visitor *visitor, void *context)
{
	struct table_row row;
	int result = 0;
	while (!result && table_row_seek(root, &row, id, from)) {
		struct chain_row out = chain_row_of(&row);
		result = visitor(context, &out);
		from = row.primary_key + 1;
		if (!from)
			break;
	}
	return result;
}

int state_read_rows_by_double(const struct map_root *root, const struct table_id *id, unsigned index,
                              chain_row_visitor *visitor, void *context)
{
	struct table_id secondary = {id->code, id->scope, (id->table & ~UINT64_C(15)) | index};
	struct secondary_row entry = {0};
	int result = 0;
	while (!result &&
	       secondary_row_seek(root, &entry, &secondary, SECONDARY_DOUBLE, entry.key, entry.primary_key)) {
		struct chain_row row;
		if (!state_read_row(root, &row, id, entry.primary_key))
			result = visitor(context, &row);
		/* The next entry: the same key with a greater primary key, else the next key. */
		int carry = 7;
		if (++entry.primary_key)
			continue;
		while (carry >= 0 && ++entry.key[carry] == 0)
			carry--;
		if (carry < 0)
			break;
	}
	return result;
}

int state_read_scopes(const struct map_root *root, uint64_t code, uint64_t table, uint64_t from_scope,
                      chain_scope_visitor *visitor, void *context)
{
	struct table_object object;
	struct table_id from = {code, from_scope, table};
	int result = 0;
	while (!result && table_object_seek(root, &object, &from)) {
		from = object.id;
		if (!(object.id.table & 15) && (!table || object.id.table == table)) {
			struct chain_scope scope = {.scope = object.id.scope,
			                            .table = object.id.table,
			                            .payer = object.payer,
			                            .count = object.count};
			result = visitor(context, &scope);
		}
		if (table && object.id.table < table) {
			from.table = table; /* this scope may still have it */
		} else if (table) {
			from.table = table; /* the next scope */
			from.scope++;
		} else {
			from.table++;
			from.scope += from.table == 0;
		}
		if (!from.scope && object.id.scope)
			break;
	}
	return result;
}

int state_read_table_contracts(const struct map_root *root, uint64_t scope, uint64_t table,
                               chain_account_visitor *visitor, void *context)
{
	uint64_t code = 0;
	int result = 0;
	while (!result && table_code_seek(root, &code, code)) {
		const struct table_id id = {code, scope, table};
		struct table_object object;
		if (table_object_get(root, &object, &id))
			result = visitor(context, code);
		if (!++code)
			break;
	}
	return result;
}

int state_read_key_permissions(const struct map_root *root, const struct public_key *key,
                               chain_key_permission_visitor *visitor, void *context)
{
	struct permission_level level, from = {0, 0};
	int result = 0;
	while (!result && key_permission_seek(root, &level, key, &from)) {
		struct chain_key_permission out = {level.actor, level.permission};
		result = visitor(context, &out);
		from = level;
		if (!++from.permission && !++from.actor)
			break;
	}
	return result;
}

/* --- the chain --- */

int state_read_features(const struct map_root *root, chain_feature_visitor *visitor, void *context)
{
	struct feature_set set;
	int result = 0;
	feature_set_get(root, &set);
	for (int i = 0; !result && i < FEATURE_COUNT; i++) {
		struct chain_feature feature = {.digest = feature_digest((enum feature)i),
		                                .name = feature_table[i].name,
		                                .active = feature_active(&set, (enum feature)i),
		                                .activation_block_num = set.activation_block[i]};
		for (size_t j = 0; j < set.preactivated_count; j++)
			feature.preactivated |= set.preactivated[j] == i;
		result = visitor(context, &feature);
	}
	return result;
}

int state_read_proposed_schedule(const struct map_root *root, struct producer_schedule *out)
{
	uint32_t block_num;
	*out = (struct producer_schedule){0};
	proposed_schedule_get(root, &block_num, out);
	return 0;
}

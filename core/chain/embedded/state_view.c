/* Reading a state of the engine: one implementation over any root. */
#include "core/chain/embedded/state_view.h"

#include "core/base/memory.h"
#include "core/engine/state/account.h"
#include "core/engine/state/contract_table.h"
#include "core/engine/run/authorization.h"
#include "core/engine/state/configuration.h"
#include "core/engine/state/feature.h"
#include "core/engine/state/permission.h"
#include "core/engine/state/resource.h"
#include "core/engine/state/proposed_schedule.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>
#include <stdlib.h>

static const struct map_root *root_of(const struct chain_view *view)
{
	return ((const struct state_view *)view)->root;
}

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

static int read_account(struct chain_view *view, struct chain_account *out, uint64_t name,
                        struct error *error)
{
	const struct map_root *root = root_of(view);
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
	read_resources(out, root, &account, view->slot);
	return 0;
}

static int read_accounts(struct chain_view *view, uint64_t from, chain_account_visitor *visitor,
                         void *context, struct error *error)
{
	const struct map_root *root = root_of(view);
	struct account_object account;
	int result = 0;
	(void)error;
	while (!result && account_seek(root, &account, from)) {
		result = visitor(context, account.name);
		from = account.name + 1;
		if (!from)
			break;
	}
	return result;
}

static int read_code(struct chain_view *view, struct bytes *out, uint64_t account, struct error *error)
{
	const struct map_root *root = root_of(view);
	struct map_value code;
	if (!account_exists(root, account))
		return no_account(error, account);
	if (account_code(root, &code, account))
		bytes_put(out, code.data, code.length);
	return 0;
}

static int read_account_exists(struct chain_view *view, uint32_t *created, uint64_t name, struct error *error)
{
	struct account_object account;
	if (!account_get(root_of(view), &account, name))
		return no_account(error, name);
	if (created)
		*created = account.creation_slot;
	return 0;
}

static int read_abi(struct chain_view *view, struct bytes *out, uint64_t *version, uint64_t name,
                    struct error *error)
{
	struct account_object account;
	struct map_value abi;
	*version = 0;
	if (!account_get(root_of(view), &account, name))
		return no_account(error, name);
	if (!account_abi(root_of(view), &abi, name))
		return 0;
	/* The block beside the sequence: two branches, or a state that was restored, may give the same
	 * sequence to different ABIs. */
	*version = ((uint64_t)account.block_num << 32 | account.abi_sequence) + 1;
	if (out)
		bytes_put(out, abi.data, abi.length);
	return 0;
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

static int read_row(struct chain_view *view, struct chain_row *out, const struct table_id *id,
                    uint64_t primary_key, struct error *error)
{
	struct table_row row;
	if (!table_row_get(root_of(view), &row, id, primary_key))
		return error_set(error, ENOENT, "table %s of %s has no such row", name_text(id->table).text,
		                 name_text(id->code).text);
	*out = chain_row_of(&row);
	return 0;
}

static int read_rows(struct chain_view *view, const struct table_id *id, uint64_t from,
                     chain_row_visitor *visitor, void *context, struct error *error)
{
	const struct map_root *root = root_of(view);
	struct table_row row;
	int result = 0;
	(void)error;
	while (!result && table_row_seek(root, &row, id, from)) {
		struct chain_row out = chain_row_of(&row);
		result = visitor(context, &out);
		from = row.primary_key + 1;
		if (!from)
			break;
	}
	return result;
}

static int read_rows_by_double(struct chain_view *view, const struct table_id *id, unsigned index,
                               chain_row_visitor *visitor, void *context, struct error *error)
{
	const struct map_root *root = root_of(view);
	struct table_id secondary = {id->code, id->scope, (id->table & ~UINT64_C(15)) | index};
	struct secondary_row entry = {0};
	int result = 0;
	(void)error;
	while (!result &&
	       secondary_row_seek(root, &entry, &secondary, SECONDARY_DOUBLE, entry.key, entry.primary_key)) {
		struct chain_row row;
		if (read_row(view, &row, id, entry.primary_key, NULL) == 0)
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

static int read_scopes(struct chain_view *view, uint64_t code, uint64_t table, uint64_t from_scope,
                       chain_scope_visitor *visitor, void *context, struct error *error)
{
	const struct map_root *root = root_of(view);
	struct table_object object;
	struct table_id from = {code, from_scope, table};
	int result = 0;
	(void)error;
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

static int read_table_contracts(struct chain_view *view, uint64_t scope, uint64_t table,
                                chain_account_visitor *visitor, void *context, struct error *error)
{
	const struct map_root *root = root_of(view);
	uint64_t code = 0;
	int result = 0;
	(void)error;
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

static int read_key_permissions(struct chain_view *view, const struct public_key *key,
                                chain_key_permission_visitor *visitor, void *context, struct error *error)
{
	const struct map_root *root = root_of(view);
	struct permission_level level, from = {0, 0};
	int result = 0;
	(void)error;
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

static int read_features(struct chain_view *view, chain_feature_visitor *visitor, void *context,
                         struct error *error)
{
	const struct map_root *root = root_of(view);
	struct feature_set set;
	int result = 0;
	(void)error;
	feature_set_get(root, &set);
	for (int i = 0; !result && i < FEATURE_COUNT; i++) {
		struct chain_feature feature = {.feature = (enum feature)i,
		                                .digest = feature_digest((enum feature)i),
		                                .name = feature_table[i].name,
		                                .active = feature_active(&set, (enum feature)i),
		                                .activation_block_num = set.activation_block[i]};
		for (size_t j = 0; j < set.preactivated_count; j++)
			feature.preactivated |= set.preactivated[j] == i;
		result = visitor(context, &feature);
	}
	return result;
}

static int read_config(struct chain_view *view, struct chain_config *out, struct error *error)
{
	(void)error;
	configuration_get(root_of(view), out);
	return 0;
}

static int read_schedules(struct chain_view *view, struct producer_schedule *active,
                          struct producer_schedule *pending, struct producer_schedule *proposed,
                          struct error *error)
{
	const struct block_state *head = ((struct state_view *)view)->head;
	uint32_t block_num;
	(void)error;
	*active = producer_schedule_copy(&head->active_schedule);
	*pending = producer_schedule_copy(&head->pending_schedule);
	*proposed = (struct producer_schedule){0};
	proposed_schedule_get(root_of(view), &block_num, proposed);
	return 0;
}

static int read_missed(struct chain_view *view, uint32_t *missed, uint64_t producer, struct error *error)
{
	(void)error;
	*missed = block_state_missed(((struct state_view *)view)->head, producer);
	return 0;
}

static int read_required_keys(struct chain_view *view, struct public_key **out, size_t *out_count,
                              const struct transaction *transaction, const struct public_key *available,
                              size_t available_count, struct error *error)
{
	return authorization_required_keys(root_of(view), transaction, available, available_count, out, out_count,
	                                   error);
}

const struct chain_view_operations state_view_operations = {
	.account = read_account,
	.account_exists = read_account_exists,
	.accounts = read_accounts,
	.code = read_code,
	.abi = read_abi,
	.row = read_row,
	.rows = read_rows,
	.rows_by_double = read_rows_by_double,
	.scopes = read_scopes,
	.table_contracts = read_table_contracts,
	.features = read_features,
	.config = read_config,
	.schedules = read_schedules,
	.missed = read_missed,
	.key_permissions = read_key_permissions,
	.required_keys = read_required_keys,
};

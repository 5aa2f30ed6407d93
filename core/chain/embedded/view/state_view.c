/* Reading a state of the engine: one implementation over any root. */
#include "core/chain/embedded/view/state_view.h"

#include "core/base/memory.h"
#include "core/engine/run/authorization.h"
#include "core/engine/state/account.h"
#include "core/engine/state/configuration.h"
#include "core/engine/state/contract_table.h"
#include "core/engine/state/deferred.h"
#include "core/engine/state/feature.h"
#include "core/engine/state/permission.h"
#include "core/engine/state/proposed_schedule.h"
#include "core/engine/state/resource.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
		LIST_APPEND(out->items, out->count, out->capacity, link);
		code = link.code;
		action = link.action + 1;
		if (!action && !++code)
			break;
	}
	if (out->count > 1)
		qsort(out->items, out->count, sizeof *out->items, compare_links);
}

static size_t links_to(const struct links *links, struct chain_linked_action **out, uint64_t permission)
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
		at->linked_actions_count = links_to(&links, &at->linked_actions, permission.name);
		if (permission.block_num > out->block_num)
			out->block_num = permission.block_num;
		from = permission.name + 1;
		if (!from)
			break;
	}
	out->any_linked_actions_count = links_to(&links, &out->any_linked_actions, name_literal("eosio.any"));
	free(links.items);
}

/* Never used: nodeos shows the account's creation. */
static struct chain_limit limit_of(const struct resource_limit *limit, int64_t created)
{
	return (struct chain_limit){.used = limit->used,
	                            .available = limit->available,
	                            .max = limit->max,
	                            .current_used = limit->current_used,
	                            .last_usage_slot = limit->last_usage_slot ? limit->last_usage_slot
	                                                                      : slot_from_us(created)};
}

void state_view_resources(const struct state_view *view, struct chain_account *account, uint32_t multiple)
{
	struct resource_account resources;
	struct resource_limit net = {0}, cpu = {0};
	struct resource_state state;

	if (resource_account_get(view->root, &resources, account->name) &&
	    resource_state_get(view->root, &state)) {
		struct resource_limits limits = resource_limits_newest(view->root, &resources);
		resource_limit_of(&net, &state, &resources, limits.net_weight, RESOURCE_NET, view->base.slot,
		                  multiple);
		resource_limit_of(&cpu, &state, &resources, limits.cpu_weight, RESOURCE_CPU, view->base.slot,
		                  multiple);
		account->net_weight = limits.net_weight;
		account->cpu_weight = limits.cpu_weight;
		account->ram_quota = limits.ram_bytes;
		account->ram_usage = (int64_t)resources.ram_usage;
		if (resources.block_num > account->block_num)
			account->block_num = resources.block_num;
	}
	account->net_limit = limit_of(&net, account->created);
	account->cpu_limit = limit_of(&cpu, account->created);
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
	state_view_resources((const struct state_view *)view, out, ELASTIC_MULTIPLIER);
	return 0;
}

static int read_accounts(struct chain_view *view, uint64_t from, chain_account_visitor *visitor,
                         void *context, struct error *error)
{
	const struct map_root *root = root_of(view);
	struct account_object account;
	int result = 0;
	(void)error;
	while (result == 0 && account_seek(root, &account, from)) {
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
		return !error ? -ENOENT
		              : error_set(error, ENOENT, "table %s of %s has no such row",
		                          name_text(id->table).text, name_text(id->code).text);
	*out = chain_row_of(&row);
	return 0;
}

/* From a primary key on, or back. */
static int visit_rows(const struct chain_view *view, const struct table_id *id, uint64_t from, bool back,
                      chain_row_visitor *visitor, void *context)
{
	const struct map_root *root = root_of(view);
	const uint64_t end = back ? 0 : UINT64_MAX;
	struct table_row row;
	int result = 0;
	while (result == 0 &&
	       (back ? table_row_seek_back(root, &row, id, from) : table_row_seek(root, &row, id, from))) {
		struct chain_row out = chain_row_of(&row);
		result = visitor(context, &out);
		if (row.primary_key == end)
			break;
		from = back ? row.primary_key - 1 : row.primary_key + 1;
	}
	return result;
}

static int read_rows(struct chain_view *view, const struct table_id *id, uint64_t from,
                     chain_row_visitor *visitor, void *context, struct error *error)
{
	(void)error;
	return visit_rows(view, id, from, false, visitor, context);
}

static int read_rows_back(struct chain_view *view, const struct table_id *id, uint64_t from,
                          chain_row_visitor *visitor, void *context, struct error *error)
{
	(void)error;
	return visit_rows(view, id, from, true, visitor, context);
}

/* The next place in an index: the same key with a greater primary key, else the next key; false: none. */
static bool next_place(struct secondary_row *entry, enum secondary_type type)
{
	int at = (int)secondary_key_length(type) - 1;
	if (++entry->primary_key)
		return true;
	while (at >= 0 && ++entry->key[at] == 0)
		at--;
	return at >= 0;
}

/* Where a walk begins. from NULL: at the first entry, or (back) at the last. */
static bool first_place(const struct map_root *root, struct secondary_row *entry, const struct table_id *id,
                        enum secondary_type type, const uint8_t *from, bool back)
{
	struct secondary_row place = {0};
	if (back && !from)
		return secondary_row_seek_last(root, entry, id, type);
	if (from)
		memcpy(place.key, from, secondary_key_length(type));
	if (!back)
		return secondary_row_seek(root, entry, id, type, place.key, 0);
	place.primary_key = UINT64_MAX;
	return next_place(&place, type)
	           ? secondary_row_seek_before(root, entry, id, type, place.key, place.primary_key)
	           : secondary_row_seek_last(root, entry, id, type);
}

static bool is_negative_zero(const struct map_root *root, const struct table_id *id, enum secondary_type type,
                             uint64_t primary_key)
{
	static const uint8_t zeroes[16];
	const uint8_t *key;
	uint64_t payer;
	size_t last = secondary_key_length(type) - 1;
	return (type == SECONDARY_DOUBLE || type == SECONDARY_LONG_DOUBLE) &&
	       secondary_row_get(root, &key, &payer, id, type, primary_key) && key[last] == 0x80 &&
	       memcmp(key, zeroes, last) == 0;
}

static int read_index_rows(struct chain_view *view, const struct chain_index *index, const uint8_t *from,
                           bool back, chain_index_row_visitor *visitor, void *context, struct error *error)
{
	static const enum secondary_type types[] = {
		[CHAIN_INDEX_U64] = SECONDARY_U64,       [CHAIN_INDEX_U128] = SECONDARY_U128,
		[CHAIN_INDEX_U256] = SECONDARY_U256,     [CHAIN_INDEX_DOUBLE] = SECONDARY_DOUBLE,
		[CHAIN_INDEX_LONG_DOUBLE] = SECONDARY_LONG_DOUBLE,
	};
	const struct map_root *root = root_of(view);
	const enum secondary_type type = types[index->type];
	const struct table_id id = {index->table.code, index->table.scope,
	                            (index->table.table & ~UINT64_C(15)) | index->place};
	struct secondary_row entry;
	bool found = first_place(root, &entry, &id, type, from, back);
	int result = 0;
	(void)error;
	while (result == 0 && found) {
		struct chain_index_row out = {.negative_zero = is_negative_zero(root, &id, type, entry.primary_key)};
		memcpy(out.key, entry.key, secondary_key_length(type));
		if (read_row(view, &out.row, &index->table, entry.primary_key, NULL) == 0)
			result = visitor(context, &out);
		struct secondary_row place = entry;
		if (back)
			found = secondary_row_seek_before(root, &entry, &id, type, place.key, place.primary_key);
		else
			found = next_place(&place, type) &&
			        secondary_row_seek(root, &entry, &id, type, place.key, place.primary_key);
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
	while (result == 0 && table_object_seek(root, &object, &from)) {
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

static int read_tables(struct chain_view *view, uint64_t code, uint64_t from_scope, bool back,
                       chain_scope_visitor *visitor, void *context, struct error *error)
{
	const struct map_root *root = root_of(view);
	struct table_id from = {code, from_scope, back ? UINT64_MAX : 0};
	struct table_object object;
	int result = 0;
	(void)error;
	while (result == 0 && (back ? table_object_seek_back(root, &object, &from)
	                        : table_object_seek(root, &object, &from))) {
		struct chain_scope scope = {.scope = object.id.scope,
		                            .table = object.id.table,
		                            .payer = object.payer,
		                            .count = object.count};
		result = visitor(context, &scope);
		from = object.id;
		if (back ? from.table-- == 0 && from.scope-- == 0 : ++from.table == 0 && ++from.scope == 0)
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
	while (result == 0 && table_code_seek(root, &code, code)) {
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
	while (result == 0 && key_permission_seek(root, &level, key, &from)) {
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
	for (int i = 0; result == 0 && i < FEATURE_COUNT; i++) {
		struct chain_feature feature = {.feature = (enum feature)i,
		                                .digest = feature_digest((enum feature)i),
		                                .name = feature_table[i].name,
		                                .active = feature_active(&set, (enum feature)i),
		                                .activation_block_num = set.activation_block[i],
		                                .preactivation_required = feature_table[i].preactivation_required};
		checksum256_parse(&feature.description_digest, feature_table[i].description);
		feature.has_dependency = feature_table[i].dependency != FEATURE_COUNT;
		if (feature.has_dependency)
			feature.dependency = feature_digest(feature_table[i].dependency);
		for (size_t j = 0; j < set.order_count; j++)
			if (set.order[j] == i)
				feature.activation_ordinal = (uint32_t)j;
		for (size_t j = 0; j < set.preactivated_count; j++)
			feature.preactivated |= set.preactivated[j] == i;
		result = visitor(context, &feature);
	}
	return result;
}

static int read_scheduled(struct chain_view *view, int64_t delay_until, const struct checksum256 *id,
                          chain_scheduled_visitor *visitor, void *context, struct error *error)
{
	const struct map_root *root = root_of(view);
	struct generated_transaction at;
	uint64_t object_id = 0;
	int result = 0;
	if (id) {
		if (!generated_transaction_find(root, &at, id))
			return error_set(error, ENOENT, "no such transaction waits");
		delay_until = at.delay_until;
		object_id = at.object_id;
	}
	while (result == 0 && generated_transaction_seek(root, &at, delay_until, object_id)) {
		const struct chain_scheduled out = {.id = at.id,
		                                    .sender = at.sender,
		                                    .sender_id = {at.sender_id[0], at.sender_id[1]},
		                                    .payer = at.payer,
		                                    .delay_until = at.delay_until,
		                                    .expiration = at.expiration,
		                                    .published = at.published,
		                                    .packed = at.packed,
		                                    .packed_length = at.packed_length};
		result = visitor(context, &out);
		delay_until = at.delay_until;
		object_id = at.object_id + 1;
	}
	return result;
}

static int read_config(struct chain_view *view, struct chain_config *out, struct error *error)
{
	(void)error;
	configuration_get(root_of(view), out);
	return 0;
}

static int read_schedules(struct chain_view *view, struct chain_schedules *out, struct error *error)
{
	const struct block_state *head = ((struct state_view *)view)->head;
	uint32_t block_num;
	(void)error;
	*out = (struct chain_schedules){.active = producer_schedule_copy(&head->active_schedule),
	                                .pending = producer_schedule_copy(&head->pending_schedule)};
	proposed_schedule_get(root_of(view), &block_num, &out->proposed);
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
	return authorization_required_keys(root_of(view), out, out_count, transaction, available, available_count,
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
	.rows_back = read_rows_back,
	.index_rows = read_index_rows,
	.scopes = read_scopes,
	.tables = read_tables,
	.table_contracts = read_table_contracts,
	.scheduled = read_scheduled,
	.features = read_features,
	.config = read_config,
	.schedules = read_schedules,
	.missed = read_missed,
	.key_permissions = read_key_permissions,
	.required_keys = read_required_keys,
};

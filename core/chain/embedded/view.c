/* Reading the embedded chain: each view pins one published state, and every answer comes out of its root. */
#include "core/chain/embedded/embedded.h"
#include "core/chain/state_reader.h"

#include "core/base/memory.h"
#include "core/engine/state/account.h"
#include "core/engine/run/authorization.h"
#include "core/engine/state/resource.h"
#include "core/engine/block/schedule.h"
#include "core/types/name.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static struct published *state_of(struct chain_view *view)
{
	return ((struct embedded_view *)view)->state;
}

static const struct map_root *root_of(struct chain_view *view)
{
	return state_of(view)->root;
}

static int view_open(struct chain *base, struct chain_view **out, struct error *error)
{
	struct embedded_view *view = memory_allocate(1, sizeof *view);

	(void)error;
	view->state = embedded_pin(embedded_of(base));
	view->base.chain = base;
	view->base.block_num = view->state->block_num;
	view->base.slot = view->state->slot;
	view->base.sequence = view->state->sequence;
	*out = &view->base;
	return 0;
}

static void view_close(struct chain_view *view)
{
	embedded_unpin(embedded_of(view->chain), state_of(view));
	free(view);
}

/* The slot of a block, from what this process has seen or from the log. */
static int find_slot_of(struct embedded_chain *chain, uint32_t number, uint32_t *slot)
{
	struct signed_block block = {0};

	pthread_mutex_lock(&chain->publish);
	bool known = block_times_find(&chain->times, number, slot);
	pthread_mutex_unlock(&chain->publish);
	if (known)
		return 0;
	if (!chain->storage || storage_read_block(chain->storage, &block, number, NULL) != 0)
		return -ENOENT;
	*slot = block.header.timestamp;
	signed_block_release(&block);
	return 0;
}

static int read_block_slot(struct chain_view *view, uint32_t *slot, uint32_t number, struct error *error)
{
	struct published *state = state_of(view);
	uint32_t back = state->block_num - number;

	if (number >= state->block_num) {
		*slot = state->slot;
		return 0;
	}
	/* The usual question: the sealed head. */
	if (back == 1 && state->head->number == number) {
		*slot = state->head->block->header.timestamp;
		return 0;
	}
	if (find_slot_of(embedded_of(view->chain), number, slot) != 0)
		return error_set(error, ENOENT, "the time of block %" PRIu32 " is not known any more", number);
	return 0;
}

/* The id of a block that was reversible when the state was saved, and is out of memory. */
static void find_id_in_log(struct embedded_chain *chain, struct checksum256 *id, uint32_t number)
{
	struct signed_block block = {0};

	if (chain->storage && storage_read_block(chain->storage, &block, number, NULL) == 0)
		*id = block.id;
	signed_block_release(&block);
}

static int read_info(struct chain_view *view, struct chain_info *out, struct error *error)
{
	struct published *state = state_of(view);
	struct resource_state resources;

	(void)error;
	*out = (struct chain_info){
		.chain_id = view->chain->chain_id,
		.head_block_id = state->head->id,
		.irreversible_block_id = state->irreversible_id,
		.head_block_num = state->head->number,
		.irreversible_block_num = state->irreversible_num,
		.head_slot = state->head->block->header.timestamp,
		.head_block_producer = state->head->block->header.producer,
	};
	if (read_block_slot(view, &out->irreversible_slot, out->irreversible_block_num, NULL) != 0)
		out->irreversible_slot = out->head_slot;
	if (checksum256_is_zero(&out->irreversible_block_id))
		find_id_in_log(embedded_of(view->chain), &out->irreversible_block_id, out->irreversible_block_num);
	if (resource_state_get(state->root, &resources)) {
		out->virtual_block_cpu_limit = resources.virtual_cpu_limit;
		out->virtual_block_net_limit = resources.virtual_net_limit;
		out->block_cpu_limit = resources.max_block_cpu;
		out->block_net_limit = resources.max_block_net;
		out->total_cpu_weight = resources.total_cpu_weight;
		out->total_net_weight = resources.total_net_weight;
	}
	return 0;
}

static int read_account(struct chain_view *view, struct chain_account *out, uint64_t name,
                        struct error *error)
{
	return state_read_account(root_of(view), out, name, view->slot, error);
}

static int read_account_exists(struct chain_view *view, uint64_t name, uint32_t *created, struct error *error)
{
	struct account_object account;

	if (account_get(root_of(view), &account, name)) {
		if (created)
			*created = account.creation_slot;
		return 0;
	}
	return error_set(error, ENOENT, "no such account: %s", name_text(name).text);
}

static int read_accounts(struct chain_view *view, uint64_t from, chain_account_visitor *visitor,
                         void *context, struct error *error)
{
	(void)error;
	return state_read_accounts(root_of(view), from, visitor, context);
}

static int read_code(struct chain_view *view, uint64_t account, struct bytes *out, struct error *error)
{
	return state_read_code(root_of(view), account, out, error);
}

static int read_abi(struct chain_view *view, uint64_t account, struct bytes *out, uint64_t *version,
                    struct error *error)
{
	return state_read_abi(root_of(view), account, out, version, error);
}

static int read_abi_version(struct chain_view *view, uint64_t account, uint64_t *version, struct error *error)
{
	return state_read_abi_version(root_of(view), account, version, error);
}

static int read_row(struct chain_view *view, struct chain_row *out, const struct table_id *id,
                    uint64_t primary_key, struct error *error)
{
	int result = state_read_row(root_of(view), out, id, primary_key);

	if (result == -ENOENT)
		error_set(error, ENOENT, "table %s of %s has no such row", name_text(id->table).text,
		          name_text(id->code).text);
	return result;
}

static int read_rows(struct chain_view *view, const struct table_id *id, uint64_t from,
                     chain_row_visitor *visitor, void *context, struct error *error)
{
	(void)error;
	return state_read_rows(root_of(view), id, from, visitor, context);
}

static int read_rows_by_double(struct chain_view *view, const struct table_id *id, unsigned index,
                               chain_row_visitor *visitor, void *context, struct error *error)
{
	(void)error;
	return state_read_rows_by_double(root_of(view), id, index, visitor, context);
}

static int read_scopes(struct chain_view *view, uint64_t code, uint64_t table, uint64_t from_scope,
                       chain_scope_visitor *visitor, void *context, struct error *error)
{
	(void)error;
	return state_read_scopes(root_of(view), code, table, from_scope, visitor, context);
}

static int read_table_contracts(struct chain_view *view, uint64_t scope, uint64_t table,
                                chain_account_visitor *visitor, void *context, struct error *error)
{
	(void)error;
	return state_read_table_contracts(root_of(view), scope, table, visitor, context);
}

static int read_features(struct chain_view *view, chain_feature_visitor *visitor, void *context,
                         struct error *error)
{
	(void)error;
	return state_read_features(root_of(view), visitor, context);
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
	struct published *state = state_of(view);
	uint32_t block_num;

	(void)error;
	*active = producer_schedule_copy(&state->head->active_schedule);
	*pending = producer_schedule_copy(&state->head->pending_schedule);
	*proposed = (struct producer_schedule){0};
	proposed_schedule_get(state->root, &block_num, proposed);
	return 0;
}

static int read_key_permissions(struct chain_view *view, const struct public_key *key,
                                chain_key_permission_visitor *visitor, void *context, struct error *error)
{
	(void)error;
	return state_read_key_permissions(root_of(view), key, visitor, context);
}

static int read_required_keys(struct chain_view *view, const struct transaction *transaction,
                              const struct public_key *available, size_t available_count,
                              struct public_key **out, size_t *out_count, struct error *error)
{
	return authorization_required_keys(root_of(view), transaction, available, available_count, out, out_count,
	                                   error);
}

static int read_node(struct chain *base, struct chain_node *out, uint64_t name, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);

	if (name != name_literal("eosio"))
		return error_set(error, ENOENT, "there is no node \"%s\"", name_text(name).text);
	struct published *state = embedded_pin(chain);
	*out = (struct chain_node){.name = name, .running = true, .head_block_num = state->head->number,
	                           .irreversible_block_num = state->irreversible_num, .log = chain->node_log};
	const struct producer_schedule *schedule = &state->head->active_schedule;
	for (size_t i = 0; i < schedule->producers_count; i++)
		if (embedded_signing_key(chain, &schedule->producers[i], NULL))
			out->producers[out->producers_count++] = schedule->producers[i].producer_name;
	embedded_unpin(chain, state);
	return 0;
}

/* On its way to storage: NULL when it is not. Under lock. */
static const struct sealed *find_sealed(const struct embedded_chain *chain, uint32_t number)
{
	for (size_t i = 0; i < chain->sealed_count; i++) {
		const struct sealed *sealed = &chain->sealed[(chain->sealed_first + i) % SEALED_MAXIMUM];
		if (sealed->block->number == number)
			return sealed;
	}
	return NULL;
}

/* Appends a block that is in memory, if it is; false: it is there, but not signed yet. */
static bool pack_from_memory(struct embedded_chain *chain, struct bytes *out, uint32_t number)
{
	pthread_mutex_lock(&chain->lock);
	const struct sealed *sealed = find_sealed(chain, number);
	const struct block_state *block = sealed ? sealed->block : engine_head(chain->engine);
	bool is_signed = !sealed || sealed->is_signed;
	if (is_signed && !sealed && !chain->storage && number <= block->number &&
	    block->number - number < RECENT_BLOCKS) {
		const struct bytes *recent = &chain->recent[number % RECENT_BLOCKS];
		bytes_put(out, recent->data, recent->length);
	} else if (is_signed) {
		while (block && block->number > number)
			block = block->previous;
		if (block && block->number == number)
			signed_block_pack(out, block->block);
	}
	pthread_mutex_unlock(&chain->lock);
	return is_signed;
}

/* From memory, or from the log. */
static int read_block(struct chain *base, struct signed_block *out, uint32_t number, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	struct bytes packed = {0};
	int result = -ENOENT;

	if (!pack_from_memory(chain, &packed, number)) {
		result = embedded_finish(chain, false, error);
		if (result || !pack_from_memory(chain, &packed, number))
			return result ? result : error_set(error, EAGAIN, "block %" PRIu32 " is being signed", number);
		result = -ENOENT;
	}
	if (packed.length) {
		struct cursor in = cursor_make(packed.data, packed.length);
		result = signed_block_unpack(out, &in, error);
	} else if (chain->storage) {
		result = storage_read_block(chain->storage, out, number, error);
	}
	bytes_release(&packed);
	if (result == -ENOENT)
		error_set(error, ENOENT, "there is no block %" PRIu32 " here", number);
	return result;
}

const struct chain_operations embedded_operations = {
	.kind = "embedded",
	.destroy = embedded_destroy,
	.view_open = view_open,
	.view_close = view_close,
	.info = read_info,
	.account = read_account,
	.account_exists = read_account_exists,
	.accounts = read_accounts,
	.code = read_code,
	.abi_bytes = read_abi,
	.abi_version = read_abi_version,
	.row = read_row,
	.rows = read_rows,
	.rows_by_double = read_rows_by_double,
	.scopes = read_scopes,
	.table_contracts = read_table_contracts,
	.features = read_features,
	.config = read_config,
	.schedules = read_schedules,
	.key_permissions = read_key_permissions,
	.required_keys = read_required_keys,
	.push = embedded_push,
	.reference = embedded_reference,
	.schedule_feature = embedded_schedule_feature,
	.clock = embedded_clock,
	.clock_advance = embedded_clock_advance,
	.node = read_node,
	.block_slot = read_block_slot,
	.block = read_block,
};

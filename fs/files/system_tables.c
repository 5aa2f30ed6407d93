/* Rows of the system contract's tables, decoded natively, and what is shared by the handlers that act
 * through that contract. */
#include "fs/files/system_tables.h"

#include "core/base/memory.h"
#include "core/types/name.h"

#include <errno.h>
#include <stdlib.h>

#define EOSIO name_literal("eosio")
/* contracts.md 5.1: the symbol 4,RAMCORE, rammarket's one key */
#define RAMCORE_SYMBOL UINT64_C(4995142087184830980)

int request_row(struct request *request, struct chain_row *out, uint64_t code, uint64_t scope, uint64_t table,
                uint64_t key, struct error *error)
{
	const struct table_id id = {code, scope, table};
	struct chain_view *view = NULL;
	int result = request_view(request, &view, error);
	if (result == 0)
		result = view->operations->row(view, out, &id, key, error);
	/* A row that never was has been so from the beginning. */
	if (result == 0 || result == -ENOENT)
		request_saw_block(request, result == 0 ? out->block_num : BLOCK_NUM_GENESIS);
	return result;
}

/* A row of the system contract. */
static int system_row(struct request *request, struct cursor *out, uint64_t scope, const char *table,
                      uint64_t key, struct error *error)
{
	struct chain_row row;
	int result = request_row(request, &row, EOSIO, scope, name_literal(table), key, error);
	if (result == 0)
		*out = cursor_make(row.data, row.length);
	return result;
}

static int decoded(const struct cursor *in)
{
	return in->failed ? -ENOENT : 0;
}

int voter_row_read(struct request *request, struct voter_row *out, uint64_t owner, struct error *error)
{
	struct cursor in;
	int result = system_row(request, &in, EOSIO, "voters", owner, error);
	return result < 0 ? result : voter_row_decode(out, in.at, cursor_left(&in));
}

int producer_row_read(struct request *request, struct producer_row *out, uint64_t owner, struct error *error)
{
	struct cursor in;
	int result = system_row(request, &in, EOSIO, "producers", owner, error);
	return result < 0 ? result : producer_row_decode(out, in.at, cursor_left(&in));
}

int delegation_row_decode(struct delegation_row *out, const void *data, size_t length)
{
	struct cursor in = cursor_make(data, length);
	*out = (struct delegation_row){.from = cursor_u64(&in), .receiver = cursor_u64(&in)};
	asset_unpack(&out->net, &in);
	asset_unpack(&out->cpu, &in);
	return decoded(&in);
}

int delegation_row_read(struct request *request, struct delegation_row *out, uint64_t from, uint64_t receiver,
                        struct error *error)
{
	struct cursor in;
	int result = system_row(request, &in, from, "delband", receiver, error);
	return result < 0 ? result : delegation_row_decode(out, in.at, cursor_left(&in));
}

int refund_row_read(struct request *request, struct refund_row *out, uint64_t owner, struct error *error)
{
	struct cursor in;
	int result = system_row(request, &in, owner, "refunds", owner, error);
	if (result < 0)
		return result;
	cursor_u64(&in);
	out->request_time = cursor_u32(&in);
	asset_unpack(&out->net, &in);
	asset_unpack(&out->cpu, &in);
	return decoded(&in);
}

int resources_row_read(struct request *request, struct resources_row *out, uint64_t owner,
                       struct error *error)
{
	struct cursor in;
	int result = system_row(request, &in, owner, "userres", owner, error);
	if (result < 0)
		return result;
	cursor_u64(&in);
	asset_unpack(&out->net, &in);
	asset_unpack(&out->cpu, &in);
	out->ram_bytes = (int64_t)cursor_u64(&in);
	return decoded(&in);
}

int ram_market_row_read(struct request *request, struct ram_market_row *out, struct error *error)
{
	struct cursor in;
	int result = system_row(request, &in, EOSIO, "rammarket", RAMCORE_SYMBOL, error);
	if (result < 0)
		return result;
	asset_unpack(&out->supply, &in);
	asset_unpack(&out->base, &in);
	cursor_double(&in);
	asset_unpack(&out->quote, &in);
	return decoded(&in);
}

int global_row_read(struct request *request, struct global_row *out, struct error *error)
{
	struct cursor in, in2, in3;
	int result = system_row(request, &in, EOSIO, "global", name_literal("global"), error);
	if (result == 0)
		result = system_row(request, &in2, EOSIO, "global2", name_literal("global2"), error);
	if (result == 0)
		result = system_row(request, &in3, EOSIO, "global3", name_literal("global3"), error);
	if (result < 0)
		return result;
	result = global_row_decode(out, in.at, cursor_left(&in));
	cursor_u16(&in2);
	cursor_u32(&in2);
	cursor_u32(&in2);
	out->total_votepay_share = cursor_double(&in2);
	out->revision = cursor_u8(&in2);
	out->last_vpay_update = (int64_t)cursor_u64(&in3);
	out->votepay_share_change_rate = cursor_double(&in3);
	return result || in2.failed || in3.failed ? -ENOENT : 0;
}

/* --- what is demanded before something is sent --- */

int require_account(struct request *request, uint64_t name, struct error *error)
{
	struct chain_view *view = NULL;
	int result = request_view(request, &view, error);
	if (result == 0)
		result = view->operations->account_exists(view, NULL, name, error);
	return result;
}

int require_system_contract(struct request *request, uint64_t *symbol, struct error *error)
{
	struct chain_view *view = NULL;
	uint64_t ignored = 0;
	int result = request_view(request, &view, error);
	if (result < 0)
		return result;
	if (chain_market_symbol(view, symbol ? symbol : &ignored))
		return 0;
	return error_set(
		error, ECANCELED,
		"system contract must first be initialized: install eosio.system in accounts/eosio/contract/install, "
		"then write [0,\"4,SYS\"] into accounts/eosio/actions/init");
}

int request_account(struct request *request, struct chain_account *out, struct error *error)
{
	struct chain_view *view = NULL;
	int result = request_view(request, &view, error);
	*out = (struct chain_account){0};
	if (result == 0)
		result = view->operations->account(view, out, request->name[0], error);
	if (result == 0)
		request_saw_block(request, out->block_num);
	return result;
}

/* --- several actions, one transaction --- */

void batch_release(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		action_release(&batch->actions[i]);
	free(batch->actions);
	*batch = (struct batch){0};
}

static struct action *batch_next(struct batch *batch)
{
	memory_grow(&batch->actions, &batch->capacity, batch->count + 1, sizeof *batch->actions);
	struct action *next = &batch->actions[batch->count];
	*next = (struct action){0};
	return next;
}

int batch_add(struct batch *batch, struct request *request, uint64_t contract, const char *action,
              uint64_t actor, uint64_t permission, struct error *error, const char *json_format, ...)
{
	const struct permission_level level = {actor, permission};
	struct chain_view *view = NULL;
	struct text data = TEXT_EMPTY;
	va_list arguments;
	va_start(arguments, json_format);
	text_vprintf(&data, json_format, arguments);
	va_end(arguments);
	int result = request_view(request, &view, error);
	if (result == 0)
		result = chain_action_make_text(view, batch_next(batch), contract, name_literal(action),
		                                text_string(&data), &level, 1, error);
	batch->count += result == 0;
	text_release(&data);
	return result;
}

void batch_add_packed(struct batch *batch, uint64_t contract, uint64_t action, uint64_t actor,
                      uint64_t permission, struct bytes *data)
{
	const struct permission_level level = {actor, permission};
	*batch_next(batch) = (struct action){.account = contract,
	                                     .name = action,
	                                     .authorization = memory_copy(&level, sizeof level),
	                                     .authorization_count = 1,
	                                     .data = *data};
	*data = (struct bytes){0};
	batch->count++;
}

int batch_send(struct batch *batch, struct request *request, struct error *error)
{
	return batch->count ? request_send(request, batch->actions, batch->count, error) : 0;
}

struct asset_text asset_text(const struct asset *asset)
{
	struct asset_text out;
	asset_print(out.text, asset);
	return out;
}

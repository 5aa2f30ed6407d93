/* Rows of the reference contracts' tables as requests read them, and what is shared by the handlers that act
 * through that contract. */
#include "fs/files/system_tables.h"

#include "core/base/memory.h"
#include "core/types/name.h"
#include "fs/tree/suggest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define EOSIO name_literal("eosio")

int request_row(struct request *request, struct chain_row *out, uint64_t code, uint64_t scope, uint64_t table,
                uint64_t key, struct error *error)
{
	const struct table_id id = {code, scope, table};
	int result = request_view(request, error);
	if (result == 0)
		result = request->view->operations->row(request->view, out, &id, key, error);
	/* A row that never was has been so from the beginning. */
	if (result == 0 || result == -ENOENT)
		request_saw_block(request, result == 0 ? out->block_num : BLOCK_NUM_GENESIS);
	return result;
}

/* A row of the system contract. */
static int system_row(struct request *request, struct chain_row *out, uint64_t scope, const char *table,
                      uint64_t key, struct error *error)
{
	return request_row(request, out, EOSIO, scope, name_literal(table), key, error);
}

int voter_row_read(struct request *request, struct voter_row *out, uint64_t owner, struct error *error)
{
	struct chain_row row;
	int result = system_row(request, &row, EOSIO, "voters", owner, error);
	return result ? result : voter_row_decode(out, &row);
}

int producer_row_read(struct request *request, struct producer_row *out, uint64_t owner, struct error *error)
{
	struct chain_row row;
	int result = system_row(request, &row, EOSIO, "producers", owner, error);
	return result ? result : producer_row_decode(out, &row);
}

int delegation_row_read(struct request *request, struct delegation_row *out, uint64_t from, uint64_t receiver,
                        struct error *error)
{
	struct chain_row row;
	int result = system_row(request, &row, from, "delband", receiver, error);
	return result ? result : delegation_row_decode(out, &row);
}

int refund_row_read(struct request *request, struct refund_row *out, uint64_t owner, struct error *error)
{
	struct chain_row row;
	int result = system_row(request, &row, owner, "refunds", owner, error);
	return result ? result : refund_row_decode(out, &row);
}

int resources_row_read(struct request *request, struct resources_row *out, uint64_t owner,
                       struct error *error)
{
	struct chain_row row;
	int result = system_row(request, &row, owner, "userres", owner, error);
	return result ? result : resources_row_decode(out, &row);
}

int ram_market_row_read(struct request *request, struct ram_market_row *out, struct error *error)
{
	struct chain_row row;
	int result = system_row(request, &row, EOSIO, "rammarket", RAMCORE_SYMBOL, error);
	return result ? result : ram_market_row_decode(out, &row);
}

int token_row_read(struct request *request, struct token_row *out, uint64_t contract, uint64_t symbol_code,
                   struct error *error)
{
	struct chain_row row;
	int result = request_row(request, &row, contract, symbol_code, name_literal("stat"), symbol_code, error);
	return result ? result : token_row_decode(out, &row);
}

int global_row_read(struct request *request, struct global_row *out, struct error *error)
{
	static const struct {
		const char *table;
		int (*decode)(struct global_row *out, const struct chain_row *row);
	} parts[] = {
		{"global", global_row_decode}, {"global2", global_row_decode2}, {"global3", global_row_decode3}};
	int result = 0;
	for (size_t i = 0; i < sizeof parts / sizeof *parts && result == 0; i++) {
		struct chain_row row;
		result = system_row(request, &row, EOSIO, parts[i].table, name_literal(parts[i].table), error);
		if (result == 0)
			result = parts[i].decode(out, &row);
		else if (result == -ENOENT && i > 0)
			result = 0; /* the first contracts of 2018 have the first part alone */
	}
	return result;
}

int walk_producers(struct request *request, chain_index_row_visitor *visitor, void *context,
                   struct error *error)
{
	const struct chain_index by_votes = {.table = {EOSIO, EOSIO, name_literal("producers")},
	                                     .type = CHAIN_INDEX_DOUBLE};
	int result = request_view(request, error);
	if (result == 0)
		result = request->view->operations->index_rows(request->view, &by_votes, NULL, false, visitor,
		                                               context, error);
	return result < 0 ? result : 0;
}

/* --- what is demanded before something is sent --- */

enum { NEIGHBOURS_MAXIMUM = 500 };
#define FIRST_FOUR_LETTERS (~UINT64_C(0) << 44)

struct neighbours {
	struct suggestion suggestion;
	unsigned count;
};

static int consider_neighbour(void *context, uint64_t name)
{
	struct neighbours *neighbours = context;
	suggestion_consider(&neighbours->suggestion, name_text(name).text);
	return ++neighbours->count % NEIGHBOURS_MAXIMUM == 0;
}

/* Among the first accounts of all, and among those that begin alike: never among a million. */
static void suggest_account(struct chain_view *view, uint64_t name, struct error *error)
{
	const struct name_text text = name_text(name);
	struct neighbours neighbours = {.suggestion = suggestion_begin(text.text)};
	view->operations->accounts(view, 0, consider_neighbour, &neighbours, NULL);
	neighbours.count = 0;
	view->operations->accounts(view, name & FIRST_FOUR_LETTERS, consider_neighbour, &neighbours, NULL);
	const char *best = suggestion_best(&neighbours.suggestion);
	if (best)
		error_set(error, ENOENT, "no such account: %s, did you mean \"%s\"", text.text, best);
}

int require_account(struct request *request, uint64_t name, struct error *error)
{
	int result = request_view(request, error);
	if (result == 0)
		result = request->view->operations->account_exists(request->view, NULL, name, error);
	if (result == -ENOENT && error)
		suggest_account(request->view, name, error);
	return result;
}

int require_system_contract(struct request *request, uint64_t *symbol, struct error *error)
{
	uint64_t ignored = 0;
	int result = request_view(request, error);
	if (result)
		return result;
	if (chain_market_symbol(request->view, symbol ? symbol : &ignored))
		return 0;
	return error_set(
		error, ECANCELED,
		"system contract must first be initialized: install eosio.system in accounts/eosio/contract/install, "
		"then write [0,\"4,SYS\"] into accounts/eosio/actions/init");
}

int request_account(struct request *request, struct chain_account *out, struct error *error)
{
	int result = request_view(request, error);
	*out = (struct chain_account){0};
	if (result == 0)
		result = request->view->operations->account(request->view, out, request->name[0], error);
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

int batch_take(struct batch *batch, struct request *request, struct action *action, struct error *error)
{
	int result = request_view(request, error);
	if (result == 0)
		result = chain_action_known(request->view, action->account, action->name, error);
	if (result == 0) {
		LIST_APPEND(batch->actions, batch->count, batch->capacity, *action);
		*action = (struct action){0};
	}
	action_release(action);
	return result;
}

int batch_send(struct batch *batch, struct request *request, struct error *error)
{
	return batch->count ? request_send(request, batch->actions, batch->count, error) : 0;
}

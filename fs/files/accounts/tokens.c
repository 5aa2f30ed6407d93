/* accounts/NAME/balance and transfer. A balance is read without its contract's ABI: the row of a token is
 * an asset under its symbol's code. */
#include "fs/files/accounts/accounts.h"

#include "core/base/memory.h"
#include "core/chain/system_actions.h"
#include "core/types/name.h"
#include "fs/files/system_tables.h"
#include "fs/tree/write/command.h"

#include <errno.h>
#include <stdlib.h>

enum { SYMBOL_PRECISION_MAXIMUM = 18 };

struct balances {
	struct request *request;
	struct text *out;
	uint64_t contract;
	struct asset *assets; /* owned; of the core token's contract */
	size_t count, capacity;
};

static int collect_balance(void *context, const struct chain_row *row)
{
	struct balances *balances = context;
	struct asset asset;
	if (balance_row_decode(&asset, row) != 0)
		return 0;
	request_saw_block(balances->request, row->block_num);
	LIST_APPEND(balances->assets, balances->count, balances->capacity, asset);
	return 0;
}

static int print_balance(void *context, const struct chain_row *row)
{
	struct balances *balances = context;
	struct asset asset;
	if (balance_row_decode(&asset, row) != 0)
		return 0;
	request_saw_block(balances->request, row->block_num);
	text_printf(balances->out, "%s@%s\n", asset_text(&asset).text, name_text(balances->contract).text);
	return 0;
}

static int print_other_contract(void *context, uint64_t contract)
{
	struct balances *balances = context;
	struct chain_view *view = balances->request->view;
	const struct table_id id = {contract, balances->request->name[0], name_literal("accounts")};
	if (contract == name_literal("eosio.token"))
		return 0;
	balances->contract = contract;
	int result = view->operations->rows(view, &id, 0, print_balance, balances, NULL);
	return result < 0 ? result : 0;
}

/* The core token stands first: `read AMOUNT SYMBOL < balance`. */
static void print_core_contract(struct balances *balances)
{
	if (balances->count > 1) {
		uint64_t core = chain_core_symbol(balances->request->view);
		for (size_t i = 1; i < balances->count; i++) {
			if (balances->assets[i].symbol != core)
				continue;
			struct asset asset = balances->assets[i];
			for (; i > 0; i--)
				balances->assets[i] = balances->assets[i - 1];
			balances->assets[0] = asset;
			break;
		}
	}
	for (size_t i = 0; i < balances->count; i++)
		text_printf(balances->out, "%s\n", asset_text(&balances->assets[i]).text);
}

int accounts_balance_read(struct request *request, struct text *out, struct error *error)
{
	const struct table_id id = {name_literal("eosio.token"), request->name[0], name_literal("accounts")};
	struct balances balances = {.request = request, .out = out};
	int result = request_view(request, error);
	if (result)
		return result;
	request_saw_block(request, BLOCK_NUM_GENESIS);
	result = request->view->operations->rows(request->view, &id, 0, collect_balance, &balances, error);
	if (result == 0) {
		print_core_contract(&balances);
		result = request->view->operations->table_contracts(request->view, id.scope, id.table,
		                                                    print_other_contract, &balances, error);
	}
	free(balances.assets);
	return result;
}

/* --- transfer --- */

static uint64_t power_of_ten(unsigned exponent)
{
	uint64_t power = 1;
	while (exponent-- > 0)
		power *= 10;
	return power;
}

/* `10 SYS` is 10.0000 SYS: fewer digits than the token has are filled up. */
static int match_precision(struct request *request, struct asset *quantity, uint64_t contract,
                           struct error *error)
{
	const uint64_t code = symbol_code(quantity->symbol);
	struct token_row token;
	int result = token_row_read(request, &token, contract, code, error);
	struct symbol_text code_text = symbol_code_text(code);
	if (result == -ENOENT)
		return error_set(error, ENOENT, "no such token: %s at %s", code_text.text, name_text(contract).text);
	if (result)
		return result;
	unsigned given = symbol_precision(quantity->symbol), wanted = symbol_precision(token.supply.symbol);
	if (given > wanted)
		return error_set(error, EINVAL, "symbol precision mismatch: %s, but %s has %u digits after the point",
		                 asset_text(quantity).text, code_text.text, wanted);
	if (wanted > SYMBOL_PRECISION_MAXIMUM ||
	    quantity->amount > ASSET_MAXIMUM / (int64_t)power_of_ten(wanted - given))
		return error_set(error, EINVAL, "%s is out of range", asset_text(quantity).text);
	quantity->amount *= (int64_t)power_of_ten(wanted - given);
	quantity->symbol = token.supply.symbol;
	return 0;
}

int accounts_transfer_write(struct request *request, const char *data, size_t length, struct error *error)
{
	const uint64_t from = request->name[0];
	uint64_t to = 0, contract = name_literal("eosio.token");
	struct command command;
	struct asset quantity = {0};
	struct action action;
	int result = command_parse(&command, data, length, NULL, 0, error);
	if (result == 0)
		result = command_take_name(&command, &to, "the receiver's name", error);
	if (result == 0)
		result = command_take_quantity(&command, &quantity, 0, &contract, "the quantity", error);
	if (result == 0 && quantity.amount <= 0)
		result = error_set(error, EINVAL, "must transfer positive quantity: %s", asset_text(&quantity).text);
	if (request->only_parse)
		goto out;
	if (result == 0)
		result = require_account(request, to, error);
	if (result == 0)
		result = require_account(request, contract, error);
	if (result == 0)
		result = match_precision(request, &quantity, contract, error);
	if (result == 0) {
		make_token_transfer(&action, contract, from, to, &quantity, command_take_rest(&command));
		result = request_act(request, &action, error);
	}
out:
	command_release(&command);
	return result;
}

/* accounts/NAME/ram: RAM bought, bought and sold by the market's formula (contracts.md 7.1 to 7.4). */
#include "fs/files/accounts/accounts.h"

#include "core/chain/system_actions.h"
#include "fs/files/system_tables.h"
#include "fs/tree/write/command.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define RAM_BYTES_MAXIMUM (INT64_C(1) << 50)

int accounts_ram_read(struct request *request, struct text *out, struct error *error)
{
	struct resources_row row;
	int result = resources_row_read(request, &row, request->name[0], error);
	if (result == 0)
		text_printf(out, "%" PRId64 "\n", row.ram_bytes);
	return result == -ENOENT ? 0 : result;
}

static int buy_for(struct request *request, const struct asset *quantity, struct error *error)
{
	struct action action;
	make_buyram(&action, request->name[0], request->name[0], quantity);
	return request_act(request, &action, error);
}

/* Sets so many, or adds them. */
static int set_bytes(struct request *request, int64_t wanted, bool more, struct error *error)
{
	struct resources_row row = {.ram_bytes = 0};
	struct ram_market_row market;
	int result = resources_row_read(request, &row, request->name[0], error);
	if (result && result != -ENOENT)
		return result;
	int64_t difference = more ? wanted : wanted - row.ram_bytes;
	if (difference == 0)
		return 0;
	result = require_system_contract(request, NULL, error);
	if (result == 0)
		result = ram_market_row_read(request, &market, error);
	if (result)
		return result;
	if (difference > 0) {
		struct asset price = {ram_market_price(&market, difference), market.quote.symbol};
		if (!price.amount)
			return error_set(error, EDQUOT, "the RAM market has no %" PRId64 " bytes to sell", difference);
		return buy_for(request, &price, error);
	}
	/* The smallest unit of the token buys several bytes; so few more than wanted are as near as it gets,
	 * and nobody buys them back. */
	if (ram_market_tokens(&market, -difference) <= 1)
		return 0;
	struct action action;
	make_sellram(&action, request->name[0], -difference);
	return request_act(request, &action, error);
}

/* An empty line is what the file shows of an account that has no RAM of its own. */
static int set_nothing(struct request *request, struct error *error)
{
	struct resources_row row;
	int result = resources_row_read(request, &row, request->name[0], error);
	return result == 0 ? error_set(error, EINVAL, "the bytes are missing") : result == -ENOENT ? 0 : result;
}

int accounts_ram_write(struct request *request, const char *data, size_t length, struct error *error)
{
	struct command command;
	struct asset quantity = {0};
	uint64_t symbol = 0;
	int64_t bytes = 0;
	int result = command_parse(&command, data, length, NULL, 0, error);
	if (result == 0 && command.count == 0)
		result = set_nothing(request, error);
	if (result || command.count == 0)
		goto out;
	if (command.count == 1 && !strchr(command.word[0], ' ')) {
		const bool plus = *command.word[0] == '+';
		result = command_int64(&bytes, command.word[0] + plus, 0, RAM_BYTES_MAXIMUM, "RAM in bytes", error);
		if (result && strspn(command.word[0], "+-0123456789") < strlen(command.word[0]))
			error_set(error, EINVAL, "\"%s\" is neither a number of bytes nor a quantity like 1.0000 SYS",
			          command.word[0]);
		if (result == 0 && !request->only_parse)
			result = set_bytes(request, bytes, plus || request->append, error);
		goto out;
	}
	result = require_system_contract(request, &symbol, error);
	if (result == 0)
		result = command_take_quantity(&command, &quantity, symbol, NULL, "the quantity to spend on RAM",
		                               error);
	if (result == 0)
		result = command_end(&command, ACCOUNTS_RAM_USAGE, error);
	if (result == 0 && !request->only_parse)
		result = buy_for(request, &quantity, error);
out:
	command_release(&command);
	return result;
}

/* eosio.token: tokens with a supply and an issuer (contracts.md 1). A token is known by its symbol's code;
 * the precision is checked apart. */
#include "core/contracts/contracts.h"
#include "core/contracts/library/send.h"
#include "core/contracts/library/table.h"

struct token {
	struct asset supply, max_supply;
	uint64_t issuer;
};
static const struct field token_fields[] = {FIELD(struct token, supply), FIELD(struct token, max_supply),
	                                        FIELD(struct token, issuer)};
static const struct row_type token_type = ROW_TYPE(struct token, token_fields);

struct account {
	struct asset balance;
};
static const struct field account_fields[] = {FIELD(struct account, balance)};
static const struct row_type account_type = ROW_TYPE(struct account, account_fields);

enum { MEMO_MAXIMUM = 256 };
static const char memo_too_long[] = "memo has more than 256 bytes";

static struct table tokens(uint64_t self, uint64_t code)
{
	return (struct table){self, code, name("stat"), &token_type};
}

static struct table accounts(uint64_t self, uint64_t owner)
{
	return (struct table){self, owner, name("accounts"), &account_type};
}

static void subtract_balance(uint64_t self, uint64_t owner, struct asset value)
{
	struct table table = accounts(self, owner);
	struct account account;
	struct found found;
	table_get(&table, asset_code(value.symbol), &found, &account, "no balance object found");
	check(account.balance.amount >= value.amount, "overdrawn balance");
	asset_subtract(&account.balance, value);
	table_modify(&table, &found, owner, &account);
}

static void add_balance(uint64_t self, uint64_t owner, struct asset value, uint64_t payer)
{
	struct table table = accounts(self, owner);
	struct account account;
	struct found found;
	if (table_find(&table, asset_code(value.symbol), &found, &account)) {
		asset_add(&account.balance, value);
		table_modify(&table, &found, 0, &account);
	} else {
		account.balance = value;
		table_emplace(&table, payer, asset_code(value.symbol), &account);
	}
}

static void token_create(uint64_t self, struct reader *in)
{
	uint64_t issuer = read_u64(in);
	struct asset maximum = read_asset(in);
	require_auth(self);
	check(symbol_is_valid(maximum.symbol), "invalid symbol name");
	check(asset_is_valid(maximum), "invalid supply");
	check(maximum.amount > 0, "max-supply must be positive");
	struct table table = tokens(self, asset_code(maximum.symbol));
	check(!table_has(&table, asset_code(maximum.symbol)), "token with symbol already exists");
	struct token token = {{0, maximum.symbol}, maximum, issuer};
	table_emplace(&table, self, asset_code(maximum.symbol), &token);
}

static void token_issue(uint64_t self, struct reader *in)
{
	uint64_t to = read_u64(in);
	struct asset quantity = read_asset(in);
	struct blob memo = read_blob(in);
	uint64_t code = asset_code(quantity.symbol);
	struct table table = tokens(self, code);
	struct token token;
	struct found found;
	check(symbol_is_valid(quantity.symbol), "invalid symbol name");
	check(memo.length <= MEMO_MAXIMUM, memo_too_long);
	table_get(&table, code, &found, &token, "token with symbol does not exist, create token before issue");
	require_auth(token.issuer);
	check(asset_is_valid(quantity), "invalid quantity");
	check(quantity.amount > 0, "must issue positive quantity");
	check(quantity.symbol == token.supply.symbol, "symbol precision mismatch");
	check(quantity.amount <= wrapping_subtract(token.max_supply.amount, token.supply.amount),
	      "quantity exceeds available supply");
	asset_add(&token.supply, quantity);
	table_modify(&table, &found, 0, &token);
	add_balance(self, token.issuer, quantity, token.issuer);
	if (to != token.issuer) {
		struct writer data = {0};
		write_u64(&data, token.issuer);
		write_u64(&data, to);
		write_asset(&data, quantity);
		write_blob(&data, memo);
		send_action(self, name("transfer"), token.issuer, 0, &data);
	}
}

static void token_retire(uint64_t self, struct reader *in)
{
	struct asset quantity = read_asset(in);
	struct blob memo = read_blob(in);
	uint64_t code = asset_code(quantity.symbol);
	struct table table = tokens(self, code);
	struct token token;
	struct found found;
	check(symbol_is_valid(quantity.symbol), "invalid symbol name");
	check(memo.length <= MEMO_MAXIMUM, memo_too_long);
	table_get(&table, code, &found, &token, "token with symbol does not exist");
	require_auth(token.issuer);
	check(asset_is_valid(quantity), "invalid quantity");
	check(quantity.amount > 0, "must retire positive quantity");
	check(quantity.symbol == token.supply.symbol, "symbol precision mismatch");
	asset_subtract(&token.supply, quantity);
	table_modify(&table, &found, 0, &token);
	subtract_balance(self, token.issuer, quantity);
}

static void token_transfer(uint64_t self, struct reader *in)
{
	uint64_t from = read_u64(in), to = read_u64(in);
	struct asset quantity = read_asset(in);
	struct blob memo = read_blob(in);
	struct table table = tokens(self, asset_code(quantity.symbol));
	struct token token;
	struct found found;
	check(from != to, "cannot transfer to self");
	require_auth(from);
	check(is_account(to), "to account does not exist");
	table_get(&table, asset_code(quantity.symbol), &found, &token, "unable to find key");
	require_recipient(from);
	require_recipient(to);
	check(asset_is_valid(quantity), "invalid quantity");
	check(quantity.amount > 0, "must transfer positive quantity");
	check(quantity.symbol == token.supply.symbol, "symbol precision mismatch");
	check(memo.length <= MEMO_MAXIMUM, memo_too_long);
	uint64_t payer = has_auth(to) ? to : from;
	subtract_balance(self, from, quantity);
	add_balance(self, to, quantity, payer);
}

static void token_open(uint64_t self, struct reader *in)
{
	uint64_t owner = read_u64(in), symbol_value = read_u64(in), payer = read_u64(in);
	uint64_t code = asset_code(symbol_value);
	struct table table = tokens(self, code), balances = accounts(self, owner);
	struct token token;
	struct found found;
	require_auth(payer);
	table_get(&table, code, &found, &token, "symbol does not exist");
	check(token.supply.symbol == symbol_value, "symbol precision mismatch");
	if (!table_has(&balances, code)) {
		struct account account = {{0, symbol_value}};
		table_emplace(&balances, payer, code, &account);
	}
}

static void token_close(uint64_t self, struct reader *in)
{
	uint64_t owner = read_u64(in), symbol_value = read_u64(in);
	struct table balances = accounts(self, owner);
	struct account account;
	struct found found;
	require_auth(owner);
	table_get(&balances, asset_code(symbol_value), &found, &account,
	          "Balance row already deleted or never existed. Action won't have any effect.");
	check(account.balance.amount == 0, "Cannot close because the balance is not zero.");
	table_erase(&balances, &found);
}

void eosio_token_apply(uint64_t receiver, uint64_t code, uint64_t action)
{
	static const struct action_row actions[] = {
	    {"transfer", token_transfer}, {"issue", token_issue}, {"create", token_create},
	    {"open", token_open},         {"close", token_close}, {"retire", token_retire},
	};
	action_dispatch(actions, sizeof actions / sizeof *actions, receiver, code, action, false);
}

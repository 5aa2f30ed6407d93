/* A contract of one's own: it greets, and keeps coins. docs/contract.md says how it is made and used; what it
 * calls is in core/contracts/library/ and core/contracts/intrinsics.h. */
#include "core/contracts/library/send.h"
#include "core/contracts/library/table.h"

/* --- greeting: table `greeted`, a row for everybody who was --- */

struct greeted {
	uint64_t user;
	uint32_t times;
};
static const struct field greeted_fields[] = {FIELD(struct greeted, user), FIELD(struct greeted, times)};
static const struct row_type greeted_type = ROW_TYPE(struct greeted, greeted_fields);

static void hi(uint64_t self, struct reader *in)
{
	uint64_t user = read_u64(in);
	struct table table = {self, self, name("greeted"), &greeted_type};
	struct greeted row = {user, 1};
	struct found found;

	if (table_find(&table, user, &found, &row)) {
		row.times++;
		table_modify(&table, &found, 0, &row); /* 0: who paid for the row goes on paying */
	} else {
		table_emplace(&table, self, user, &row);
	}
	prints("hi, ");
	printn(user);
}

/* --- coins: table `balances`, a scope for each owner, a row for each kind of coin --- */

struct balance {
	struct asset quantity;
};
static const struct field balance_fields[] = {FIELD(struct balance, quantity)};
static const struct row_type balance_type = ROW_TYPE(struct balance, balance_fields);

static struct table balances(uint64_t self, uint64_t owner)
{
	return (struct table){self, owner, name("balances"), &balance_type};
}

static void add(uint64_t self, uint64_t owner, struct asset quantity, uint64_t payer)
{
	struct table table = balances(self, owner);
	struct balance row;
	struct found found;

	if (table_find(&table, asset_code(quantity.symbol), &found, &row)) {
		asset_add(&row.quantity, quantity);
		table_modify(&table, &found, 0, &row);
	} else {
		row.quantity = quantity;
		table_emplace(&table, payer, asset_code(quantity.symbol), &row);
	}
}

static void subtract(uint64_t self, uint64_t owner, struct asset quantity)
{
	struct table table = balances(self, owner);
	struct balance row;
	struct found found;

	table_get(&table, asset_code(quantity.symbol), &found, &row, "there are no such coins");
	check(row.quantity.amount >= quantity.amount, "there are not so many coins");
	asset_subtract(&row.quantity, quantity);
	table_modify(&table, &found, 0, &row);
}

static void issue(uint64_t self, struct reader *in)
{
	uint64_t to = read_u64(in);
	struct asset quantity = read_asset(in);

	require_auth(self);
	check(is_account(to), "there is no such account");
	check(symbol_is_valid(quantity.symbol) && asset_is_valid(quantity) && quantity.amount > 0, "no quantity");
	add(self, to, quantity, self);
}

static void transfer(uint64_t self, struct reader *in)
{
	uint64_t from = read_u64(in), to = read_u64(in);
	struct asset quantity = read_asset(in);

	require_auth(from);
	check(is_account(to), "there is no such account");
	check(asset_is_valid(quantity) && quantity.amount > 0, "no quantity");
	require_recipient(from);
	require_recipient(to);
	subtract(self, from, quantity);
	add(self, to, quantity, from);
}

void apply(uint64_t receiver, uint64_t code, uint64_t action);
void apply(uint64_t receiver, uint64_t code, uint64_t action)
{
	static const struct action_row actions[] = {{"hi", hi}, {"issue", issue}, {"transfer", transfer}};

	action_dispatch(actions, sizeof actions / sizeof *actions, receiver, code, action, true);
}

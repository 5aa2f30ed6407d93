/* eosio.system: REX, funds and balances of its users (contracts.md 10.2). */
#include "core/contracts/eosio.system/rex.h"

enum { MATURITY_LENGTH = 12 };

static uint32_t maturity_time(const struct list *list, uint32_t index)
{
	uint32_t time;
	__builtin_memcpy(&time, list->items + index * MATURITY_LENGTH, sizeof time);
	return time;
}

static int64_t maturity_rex(const struct list *list, uint32_t index)
{
	int64_t rex;
	__builtin_memcpy(&rex, list->items + index * MATURITY_LENGTH + 4, sizeof rex);
	return rex;
}

static void maturity_set(struct list *list, uint32_t index, uint32_t time, int64_t rex)
{
	__builtin_memcpy(list->items + index * MATURITY_LENGTH, &time, sizeof time);
	__builtin_memcpy(list->items + index * MATURITY_LENGTH + 4, &rex, sizeof rex);
}

void rex_transfer_from_fund(struct system *system, uint64_t owner, struct asset amount)
{
	struct table table = rex_funds(system);
	struct rex_fund row;
	struct found found;
	check(amount.amount > 0 && amount.symbol == system_core_symbol(system),
	      "must transfer positive amount from REX fund");
	table_get(&table, owner, &found, &row, "must deposit to REX fund first");
	check(asset_compare(amount, row.balance) <= 0, "insufficient funds");
	row.balance.amount -= amount.amount;
	table_modify(&table, &found, 0, &row);
}

void rex_transfer_to_fund(struct system *system, uint64_t owner, struct asset amount)
{
	struct table table = rex_funds(system);
	struct rex_fund row;
	struct found found;
	check(amount.amount > 0 && amount.symbol == system_core_symbol(system),
	      "must transfer positive amount to REX fund");
	if (table_find(&table, owner, &found, &row)) {
		row.balance.amount = wrapping_add(row.balance.amount, amount.amount);
		table_modify(&table, &found, 0, &row);
	} else {
		row = (struct rex_fund){0, owner, amount};
		table_emplace(&table, owner, owner, &row);
	}
}

int64_t rex_update_account(struct system *system, uint64_t owner, int64_t proceeds, int64_t stake_change,
                           bool force)
{
	struct table table = rex_orders(system);
	struct rex_order order;
	struct found found;
	int64_t requested = 0;
	if (table_find(&table, owner, &found, &order)) {
		if (order.is_open) {
			requested = order.rex_requested.amount;
		} else {
			proceeds = wrapping_add(proceeds, order.proceeds.amount);
			stake_change = wrapping_add(stake_change, order.stake_change.amount);
			table_erase(&table, &found);
		}
	}
	if (proceeds > 0)
		rex_transfer_to_fund(system, owner, system_core(system, proceeds));
	if (force || stake_change)
		system_update_voting_power(system, owner, system_core(system, stake_change));
	return requested;
}

void rex_process_maturities(struct system *system, struct found *found, struct rex_balance *row)
{
	struct table table = rex_balances(system);
	while (row->maturities.count && maturity_time(&row->maturities, 0) <= system_seconds(system)) {
		row->matured_rex = wrapping_add(row->matured_rex, maturity_rex(&row->maturities, 0));
		row->maturities.items += MATURITY_LENGTH;
		row->maturities.count--;
	}
	table_modify(&table, found, 0, row);
}

/* The end of today, five days on. */
static uint32_t maturity_of_now(const struct system *system)
{
	uint32_t now = system_seconds(system);
	return now - now % SECONDS_PER_DAY + REX_MATURITY_DAYS * SECONDS_PER_DAY;
}

int64_t rex_add_to_balance(struct system *system, uint64_t owner, struct asset payment, struct asset received)
{
	struct table table = rex_balances(system);
	struct rex_balance row = {0};
	struct found found, pool_found;
	struct rex_pool pool;
	int64_t before = 0;
	if (table_find(&table, owner, &found, &row)) {
		before = row.vote_stake.amount;
		rex_get_pool(system, &pool_found, &pool);
		row.rex_balance.amount = wrapping_add(row.rex_balance.amount, received.amount);
		row.vote_stake.amount = rex_proportion(row.rex_balance.amount, pool.total_lendable.amount,
		                                       pool.total_rex.amount);
		table_modify(&table, &found, 0, &row);
	} else {
		row = (struct rex_balance){.owner = owner, .vote_stake = payment, .rex_balance = received};
		table_emplace(&table, owner, owner, &row);
		table_find(&table, owner, &found, &row);
	}
	rex_process_maturities(system, &found, &row);
	uint32_t maturity = maturity_of_now(system), count = row.maturities.count;
	if (count && maturity_time(&row.maturities, count - 1) == maturity) {
		maturity_set(&row.maturities, count - 1, maturity,
		             wrapping_add(maturity_rex(&row.maturities, count - 1), received.amount));
	} else {
		uint8_t *items = allocate((count + 1) * MATURITY_LENGTH);
		if (count)
			__builtin_memcpy(items, row.maturities.items, count * MATURITY_LENGTH);
		row.maturities = (struct list){items, count + 1};
		maturity_set(&row.maturities, count, maturity, received.amount);
	}
	table_modify(&table, &found, 0, &row);
	struct asset change = row.vote_stake;
	asset_subtract(&change, (struct asset){before, change.symbol});
	return change.amount;
}

struct rex_outcome rex_fill_order(struct system *system, struct found *found, struct rex_balance *row,
                                  int64_t rex)
{
	struct table table = rex_balances(system);
	struct rex_outcome outcome = {false, 0, 0};
	struct rex_pool pool;
	struct found pool_found;
	rex_get_pool(system, &pool_found, &pool);
	int64_t lendable = pool.total_lendable.amount, total = pool.total_rex.amount;
	int64_t total_after = wrapping_subtract(total, rex),
			lendable_after = rex_proportion(total_after, lendable, total);
	int64_t proceeds =
		asset_make(wrapping_subtract(lendable, lendable_after), pool.total_lendable.symbol).amount;
	/* a fifth of what is lent stays in the pool */
	int64_t floor = rex_proportion(2, pool.total_lent.amount, 10);
	if (proceeds > wrapping_subtract(pool.total_unlent.amount, floor))
		return outcome;
	int64_t before = row->vote_stake.amount, value = rex_proportion(row->rex_balance.amount, lendable, total);
	pool.total_rex.amount = total_after;
	pool.total_lendable.amount = lendable_after;
	pool.total_unlent.amount = wrapping_subtract(lendable_after, pool.total_lent.amount);
	rex_put_pool(system, &pool_found, &pool);
	row->vote_stake.amount = wrapping_subtract(value, proceeds);
	row->rex_balance.amount = wrapping_subtract(row->rex_balance.amount, rex);
	row->matured_rex = wrapping_subtract(row->matured_rex, rex);
	table_modify(&table, found, 0, row);
	outcome = (struct rex_outcome){true, proceeds, wrapping_subtract(row->vote_stake.amount, before)};
	return outcome;
}

void system_consolidate(struct system *system, struct reader *in)
{
	uint64_t owner = read_u64(in);
	struct table table = rex_balances(system);
	struct rex_balance row;
	struct found found;
	require_auth(owner);
	rex_run(system, REX_RUN);
	table_get(&table, owner, &found, &row, "account has no REX balance");
	int64_t requested = rex_update_account(system, owner, 0, 0, false);
	int64_t total = wrapping_subtract(row.matured_rex, requested);
	for (uint32_t i = 0; i < row.maturities.count; i++)
		total = wrapping_add(total, maturity_rex(&row.maturities, i));
	row.matured_rex = requested;
	row.maturities = (struct list){allocate(MATURITY_LENGTH), 1}; /* even of nothing */
	maturity_set(&row.maturities, 0, maturity_of_now(system), total);
	table_modify(&table, &found, 0, &row);
}

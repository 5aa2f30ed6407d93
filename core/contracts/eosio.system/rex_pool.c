/* eosio.system: REX, its rows, the pool, and the processing of loans and orders that every action does a
 * little of (contracts.md 10.1 to 10.3). */
#include "core/contracts/eosio.system/rex.h"

static const struct field pool_fields[] = {
	FIELD(struct rex_pool, version),          FIELD(struct rex_pool, total_lent),
	FIELD(struct rex_pool, total_unlent),     FIELD(struct rex_pool, total_rent),
	FIELD(struct rex_pool, total_lendable),   FIELD(struct rex_pool, total_rex),
	FIELD(struct rex_pool, namebid_proceeds), FIELD(struct rex_pool, loan_num)};
static const struct row_type pool_type = ROW_TYPE(struct rex_pool, pool_fields);

static const struct field fund_fields[] = {FIELD(struct rex_fund, version), FIELD(struct rex_fund, owner),
	                                       FIELD(struct rex_fund, balance)};
static const struct row_type fund_type = ROW_TYPE(struct rex_fund, fund_fields);

enum { MATURITY_LENGTH = 12 };
static const struct field balance_fields[] = {
	FIELD(struct rex_balance, version),
	FIELD(struct rex_balance, owner),
	FIELD(struct rex_balance, vote_stake),
	FIELD(struct rex_balance, rex_balance),
	FIELD(struct rex_balance, matured_rex),
	FIELD_OF(struct rex_balance, maturities, FIELD_LIST, MATURITY_LENGTH)};
static const struct row_type balance_type = ROW_TYPE(struct rex_balance, balance_fields);

static const struct field loan_fields[] = {
	FIELD(struct rex_loan, version),  FIELD(struct rex_loan, from),      FIELD(struct rex_loan, receiver),
	FIELD(struct rex_loan, payment),  FIELD(struct rex_loan, balance),   FIELD(struct rex_loan, total_staked),
	FIELD(struct rex_loan, loan_num), FIELD(struct rex_loan, expiration)};
static void loan_expiration(const void *row, void *out)
{
	__builtin_memcpy(out, &((const struct rex_loan *)row)->expiration, 8);
}

static void loan_owner(const void *row, void *out)
{
	__builtin_memcpy(out, &((const struct rex_loan *)row)->from, 8);
}

static const struct index loan_indices[] = {{INDEX_U64, loan_expiration}, {INDEX_U64, loan_owner}};
static const struct row_type loan_type = ROW_TYPE_INDEXED(struct rex_loan, loan_fields, loan_indices);

static const struct field order_fields[] = {
	FIELD(struct rex_order, version),       FIELD(struct rex_order, owner),
	FIELD(struct rex_order, rex_requested), FIELD(struct rex_order, proceeds),
	FIELD(struct rex_order, stake_change),  FIELD(struct rex_order, order_time),
	FIELD(struct rex_order, is_open)};
static void order_by_time(const void *row, void *out)
{
	const struct rex_order *order = row;
	uint64_t key = order->is_open ? (uint64_t)order->order_time : UINT64_MAX;
	__builtin_memcpy(out, &key, sizeof key);
}

static const struct index order_indices[] = {{INDEX_U64, order_by_time}};
static const struct row_type order_type = ROW_TYPE_INDEXED(struct rex_order, order_fields, order_indices);

static struct table rex_pools(const struct system *system)
{
	return (struct table){system->self, system->self, name("rexpool"), &pool_type};
}

struct table rex_funds(const struct system *system)
{
	return (struct table){system->self, system->self, name("rexfund"), &fund_type};
}

struct table rex_balances(const struct system *system)
{
	return (struct table){system->self, system->self, name("rexbal"), &balance_type};
}

struct table rex_loans(const struct system *system, bool cpu)
{
	return (struct table){system->self, system->self, cpu ? name("cpuloan") : name("netloan"), &loan_type};
}

struct table rex_orders(const struct system *system)
{
	return (struct table){system->self, system->self, name("rexqueue"), &order_type};
}

bool rex_initialized(const struct system *system)
{
	struct table table = rex_pools(system);
	return !table_is_empty(&table);
}

void rex_get_pool(const struct system *system, struct found *found, struct rex_pool *pool)
{
	struct table table = rex_pools(system);
	table_get(&table, 0, found, pool, "rex system not initialized yet");
}

void rex_put_pool(const struct system *system, struct found *found, const struct rex_pool *pool)
{
	struct table table = rex_pools(system);
	table_modify(&table, found, 0, pool);
}

static bool rex_available(const struct system *system)
{
	struct table table = rex_pools(system);
	struct rex_pool pool;
	struct found found;
	return table_find(&table, 0, &found, &pool) && pool.total_rex.amount > 0;
}

bool rex_loans_available(const struct system *system)
{
	struct table orders = rex_orders(system);
	return table_is_empty(&orders) && rex_available(system);
}

int64_t rex_convert(int64_t *connector_in, int64_t *connector_out, int64_t in)
{
	double from = (double)*connector_in, to = (double)*connector_out;
	int64_t out = truncate_double(((double)in * to) / ((double)in + from));
	if (out < 0)
		out = 0;
	*connector_in = wrapping_add(*connector_in, in);
	*connector_out = wrapping_subtract(*connector_out, out);
	return out;
}

int64_t rex_proportion(int64_t a, int64_t b, int64_t c)
{
	check(c != 0, "divide by zero");
	unsigned __int128 product = (unsigned __int128)(__int128)a * (unsigned __int128)(__int128)b;
	return (int64_t)(uint64_t)(product / (unsigned __int128)(__int128)c);
}

struct asset rex_add_to_pool(struct system *system, struct asset payment)
{
	const int64_t rex_ratio = 10000, initial_rent = 1000000000;
	struct table table = rex_pools(system);
	struct rex_pool pool = {0};
	struct found found;
	struct asset received = {wrapping_multiply(payment.amount, rex_ratio), rex_symbol()},
				 rent = {initial_rent, payment.symbol}, zero = {0, payment.symbol};
	if (!table_find(&table, 0, &found, &pool)) {
		pool = (struct rex_pool){0, zero, payment, rent, payment, received, zero, 0};
		table_emplace(&table, system->self, 0, &pool);
	} else if (pool.total_rex.amount <= 0) { /* negative: it grew past its type */
		pool.total_rent = rent;
		pool.total_lendable = payment;
		pool.total_lent = zero;
		pool.total_unlent = payment;
		pool.total_rex = received;
		table_modify(&table, &found, 0, &pool);
	} else {
		check(pool.total_lendable.amount > 0, "lendable REX pool is empty");
		int64_t lendable = pool.total_lendable.amount,
				lendable_after = wrapping_add(lendable, payment.amount);
		int64_t rex = pool.total_rex.amount, rex_after = rex_proportion(lendable_after, rex, lendable);
		received.amount = wrapping_subtract(rex_after, rex);
		pool.total_lendable.amount = lendable_after;
		pool.total_rex.amount = rex_after;
		pool.total_unlent.amount = wrapping_subtract(lendable_after, pool.total_lent.amount);
		check(pool.total_unlent.amount >= 0, "programmer error, this should never go negative");
		table_modify(&table, &found, 0, &pool);
	}
	return received;
}

void rex_update_resource_limits(struct system *system, uint64_t from, uint64_t receiver, int64_t net,
                                int64_t cpu)
{
	if (!net && !cpu)
		return;
	struct table table = system_resources(system, receiver);
	struct resources row;
	struct found found;
	uint64_t core = system_core_symbol(system);
	if (table_find(&table, receiver, &found, &row)) {
		row.net_weight.amount = wrapping_add(row.net_weight.amount, net);
		row.cpu_weight.amount = wrapping_add(row.cpu_weight.amount, cpu);
		table_modify(&table, &found, 0, &row);
	} else {
		check(net >= 0 && cpu >= 0, "logic error, should not occur");
		row = (struct resources){receiver, asset_make(net, core), asset_make(cpu, core), 0};
		table_emplace(&table, from, receiver, &row);
		found.iterator = db_find_i64(table.code, table.scope, table.name, receiver);
	}
	check(row.net_weight.amount >= 0, "insufficient staked total net bandwidth");
	check(row.cpu_weight.amount >= 0, "insufficient staked total cpu bandwidth");
	if (!row.net_weight.amount && !row.cpu_weight.amount && !row.ram_bytes)
		table_erase(&table, &found);
	int64_t ram_bytes, net_weight, cpu_weight;
	get_resource_limits(receiver, &ram_bytes, &net_weight, &cpu_weight);
	set_resource_limits(receiver, ram_bytes, wrapping_add(net_weight, net), wrapping_add(cpu_weight, cpu));
}

/* One loan that has expired: renewed for as long as its balance pays, else ended. */
static void process_loan(struct system *system, const struct table *table, struct found *found,
                         struct rex_loan *loan, bool cpu)
{
	struct rex_pool pool;
	struct found pool_found;
	int64_t staked = loan->total_staked.amount, delta;
	rex_get_pool(system, &pool_found, &pool);
	rex_convert(&pool.total_unlent.amount, &pool.total_rent.amount, staked);
	pool.total_lent.amount = wrapping_subtract(pool.total_lent.amount, staked);
	pool.total_lendable.amount = wrapping_add(pool.total_unlent.amount, pool.total_lent.amount);
	rex_put_pool(system, &pool_found, &pool);
	bool renewed = asset_compare(loan->payment, loan->balance) <= 0 && rex_loans_available(system);
	if (renewed) {
		int64_t rented = rex_convert(&pool.total_rent.amount, &pool.total_unlent.amount,
		                             loan->payment.amount);
		pool.total_lent.amount = wrapping_add(pool.total_lent.amount, rented);
		pool.total_unlent.amount = wrapping_add(pool.total_unlent.amount, loan->payment.amount);
		pool.total_lendable.amount = wrapping_add(pool.total_unlent.amount, pool.total_lent.amount);
		rex_put_pool(system, &pool_found, &pool);
		delta = wrapping_subtract(rented, staked);
		loan->total_staked.amount = rented;
		loan->expiration += REX_LOAN_US;
		loan->balance.amount -= loan->payment.amount;
		table_modify(table, found, 0, loan);
	} else {
		delta = wrapping_subtract(0, staked);
		if (loan->balance.amount > 0)
			rex_transfer_to_fund(system, loan->from, loan->balance);
	}
	if (delta)
		rex_update_resource_limits(system, loan->from, loan->receiver, cpu ? 0 : delta, cpu ? delta : 0);
	if (!renewed)
		table_erase(table, found);
}

static void process_loans(struct system *system, bool cpu, uint16_t maximum)
{
	struct table table = rex_loans(system, cpu);
	for (uint16_t i = 0; i < maximum; i++) {
		struct rex_loan loan;
		struct found found;
		int32_t iterator;
		uint64_t number;
		if (!index_first(&table, 0, &iterator, &number) || !table_find(&table, number, &found, &loan) ||
		    loan.expiration > system->now)
			break;
		process_loan(system, &table, &found, &loan, cpu);
	}
}

static void process_orders(struct system *system, uint16_t maximum)
{
	struct table orders = rex_orders(system), balances = rex_balances(system);
	int32_t iterator;
	uint64_t owner;
	bool more = index_first(&orders, 0, &iterator, &owner);
	for (uint16_t i = 0; i < maximum && more; i++) {
		struct rex_order order;
		struct rex_balance balance;
		struct found found, balance_found;
		if (!table_find(&orders, owner, &found, &order) || !order.is_open)
			break;
		more = index_next(&orders, 0, &iterator, &owner); /* before a filled one moves to the end */
		if (!table_find(&balances, order.owner, &balance_found, &balance))
			continue;
		struct rex_outcome outcome = rex_fill_order(system, &balance_found, &balance,
		                                            order.rex_requested.amount);
		if (!outcome.success)
			continue;
		order.proceeds.amount = outcome.proceeds;
		order.stake_change.amount = outcome.stake_change;
		order.is_open = false;
		table_modify(&orders, &found, 0, &order);
	}
}

void rex_run(struct system *system, uint16_t maximum)
{
	struct rex_pool pool;
	struct found found;
	rex_get_pool(system, &found, &pool);
	if (pool.namebid_proceeds.amount > 0) {
		system_channel_to_rex(system, name("eosio.names"), pool.namebid_proceeds);
		rex_get_pool(system, &found, &pool);
		pool.namebid_proceeds.amount = 0;
		rex_put_pool(system, &found, &pool);
	}
	process_loans(system, true, maximum);
	process_loans(system, false, maximum);
	process_orders(system, maximum);
}

void system_channel_to_rex(struct system *system, uint64_t from, struct asset amount)
{
	static const char begin[] = "transfer from ", end[] = " to eosio.rex";
	struct rex_pool pool;
	struct found found;
	if (!rex_available(system))
		return;
	rex_get_pool(system, &found, &pool);
	pool.total_unlent.amount = wrapping_add(pool.total_unlent.amount, amount.amount);
	pool.total_lendable.amount = wrapping_add(pool.total_lendable.amount, amount.amount);
	rex_put_pool(system, &found, &pool);
	char memo[sizeof begin + NAME_LENGTH + sizeof end];
	__builtin_memcpy(memo, begin, sizeof begin - 1);
	size_t length = name_write(memo + sizeof begin - 1, from);
	__builtin_memcpy(memo + sizeof begin - 1 + length, end, sizeof end);
	system_transfer(from, 0, name("eosio.rex"), amount, memo);
}

void system_channel_bid_to_rex(struct system *system, int64_t highest_bid)
{
	struct rex_pool pool;
	struct found found;
	if (!rex_available(system))
		return;
	rex_get_pool(system, &found, &pool);
	pool.namebid_proceeds.amount = wrapping_add(pool.namebid_proceeds.amount, highest_bid);
	rex_put_pool(system, &found, &pool);
}

bool system_holds_rex(const struct system *system, uint64_t owner)
{
	struct table table = rex_balances(system);
	struct rex_balance row;
	struct found found;
	return table_find(&table, owner, &found, &row) && row.rex_balance.amount > 0;
}

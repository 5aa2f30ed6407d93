/* eosio.system: REX, what its lenders do (contracts.md 10.4). */
#include "core/contracts/eosio.system/rex.h"

void system_deposit(struct system *system, struct reader *in)
{
	uint64_t owner = read_u64(in);
	struct asset amount = read_asset(in);
	require_auth(owner);
	check(amount.symbol == system_core_symbol(system), "must deposit core token");
	check(amount.amount > 0, "must deposit a positive amount");
	system_transfer(owner, 0, name("eosio.rex"), amount, "deposit to REX fund");
	rex_transfer_to_fund(system, owner, amount);
	rex_update_account(system, owner, 0, 0, false);
}

void system_withdraw(struct system *system, struct reader *in)
{
	uint64_t owner = read_u64(in);
	struct asset amount = read_asset(in);
	require_auth(owner);
	check(amount.symbol == system_core_symbol(system), "must withdraw core token");
	check(amount.amount > 0, "must withdraw a positive amount");
	rex_update_account(system, owner, 0, 0, false);
	rex_transfer_from_fund(system, owner, amount);
	system_transfer(name("eosio.rex"), 0, owner, amount, "withdraw from REX fund");
}

void system_buyrex(struct system *system, struct reader *in)
{
	uint64_t from = read_u64(in);
	struct asset amount = read_asset(in);
	require_auth(from);
	check(amount.symbol == system_core_symbol(system), "asset must be core token");
	check(amount.amount > 0, "must use positive amount");
	rex_transfer_from_fund(system, from, amount);
	struct asset received = rex_add_to_pool(system, amount);
	int64_t change = rex_add_to_balance(system, from, amount, received);
	rex_run(system, REX_RUN);
	rex_update_account(system, from, 0, change, false);
}

static void check_voting_requirement(const struct system *system, uint64_t owner)
{
	struct table table = system_voters(system);
	struct voter row;
	struct found found;
	check(table_find(&table, owner, &found, &row) && (row.proxy || row.producers.count >= 21),
	      "must vote for at least 21 producers or for a proxy before buying REX");
}

void system_unstaketorex(struct system *system, struct reader *in)
{
	uint64_t owner = read_u64(in), receiver = read_u64(in);
	struct asset net = read_asset(in), cpu = read_asset(in);
	struct table table = system_delegations(system, owner);
	struct delegation row;
	struct found found;
	uint64_t core;
	require_auth(owner);
	core = system_core_symbol(system);
	check(net.symbol == core && cpu.symbol == core, "asset must be core token");
	check(net.amount >= 0 && cpu.amount >= 0 && (net.amount > 0 || cpu.amount > 0),
	      "must unstake a positive amount to buy rex");
	check_voting_requirement(system, owner);
	table_get(&table, receiver, &found, &row, "delegated bandwidth record does not exist");
	check(net.amount <= row.net_weight.amount, "amount exceeds tokens staked for net");
	check(cpu.amount <= row.cpu_weight.amount, "amount exceeds tokens staked for cpu");
	row.net_weight.amount -= net.amount;
	row.cpu_weight.amount -= cpu.amount;
	table_modify(&table, &found, 0, &row);
	if (!row.net_weight.amount && !row.cpu_weight.amount)
		table_erase(&table, &found);
	rex_update_resource_limits(system, 0, receiver, -net.amount, -cpu.amount);
	struct asset payment = net;
	asset_add(&payment, cpu);
	system_transfer(name("eosio.stake"), 0, name("eosio.rex"), payment, "buy REX with staked tokens");
	struct asset received = rex_add_to_pool(system, payment);
	rex_add_to_balance(system, owner, payment, received);
	rex_run(system, REX_RUN);
	rex_update_account(system, owner, 0, 0, true);
}

static void queue_order(struct system *system, uint64_t from, struct asset rex,
                        const struct rex_balance *balance)
{
	struct table table = rex_orders(system);
	struct rex_order order;
	struct found found;
	if (table_find(&table, from, &found, &order)) {
		order.rex_requested.amount = wrapping_add(order.rex_requested.amount, rex.amount);
		check(order.rex_requested.amount <= balance->matured_rex,
		      "insufficient funds for current and scheduled orders");
		table_modify(&table, &found, 0, &order);
	} else {
		struct asset zero = system_core(system, 0);
		order = (struct rex_order){0, from, rex, zero, zero, system->now, true};
		table_emplace(&table, from, from, &order);
	}
}

void system_sellrex(struct system *system, struct reader *in)
{
	uint64_t from = read_u64(in);
	struct asset rex = read_asset(in);
	struct table table = rex_balances(system);
	struct rex_balance row;
	struct found found;
	require_auth(from);
	rex_run(system, REX_RUN);
	table_get(&table, from, &found, &row, "user must first buyrex");
	check(rex.amount > 0 && rex.symbol == row.rex_balance.symbol,
	      "asset must be a positive amount of (REX, 4)");
	rex_process_maturities(system, &found, &row);
	check(rex.amount <= row.matured_rex, "insufficient available rex");
	struct rex_outcome outcome = rex_fill_order(system, &found, &row, rex.amount);
	rex_update_account(system, from, outcome.proceeds, outcome.stake_change, false);
	if (!outcome.success)
		queue_order(system, from, rex, &row);
}

void system_cnclrexorder(struct system *system, struct reader *in)
{
	uint64_t owner = read_u64(in);
	struct table table = rex_orders(system);
	struct rex_order order;
	struct found found;
	require_auth(owner);
	table_get(&table, owner, &found, &order, "no sellrex order is scheduled");
	check(order.is_open, "sellrex order has been filled and cannot be canceled");
	table_erase(&table, &found);
}

void system_updaterex(struct system *system, struct reader *in)
{
	uint64_t owner = read_u64(in);
	struct table table = rex_balances(system);
	struct rex_balance row;
	struct rex_pool pool;
	struct found found, pool_found;
	require_auth(owner);
	rex_run(system, REX_RUN);
	table_get(&table, owner, &found, &row, "account has no REX balance");
	rex_get_pool(system, &pool_found, &pool);
	struct asset before = row.vote_stake, change = system_core(system, 0);
	if (pool.total_rex.amount > 0)
		change.amount = rex_proportion(row.rex_balance.amount, pool.total_lendable.amount,
		                               pool.total_rex.amount);
	row.vote_stake = change;
	table_modify(&table, &found, 0, &row);
	asset_subtract(&change, before);
	rex_update_account(system, owner, 0, change.amount, true);
	rex_process_maturities(system, &found, &row);
}

void system_rexexec(struct system *system, struct reader *in)
{
	uint64_t user = read_u64(in);
	uint16_t maximum = read_u16(in);
	require_auth(user);
	rex_run(system, maximum);
}

static bool has_loan(const struct system *system, uint64_t owner, bool cpu)
{
	struct table table = rex_loans(system, cpu);
	struct rex_loan loan;
	struct found found;
	uint64_t number;
	return index_lower_bound(&table, 1, &owner, &number) && table_find(&table, number, &found, &loan) &&
	       loan.from == owner;
}

void system_closerex(struct system *system, struct reader *in)
{
	uint64_t owner = read_u64(in);
	struct table funds = rex_funds(system), balances = rex_balances(system);
	struct rex_fund fund;
	struct rex_balance balance;
	struct found found;
	require_auth(owner);
	if (rex_initialized(system))
		rex_run(system, REX_RUN);
	rex_update_account(system, owner, 0, 0, false);
	if (!has_loan(system, owner, true) && !has_loan(system, owner, false) &&
	    table_find(&funds, owner, &found, &fund) && !fund.balance.amount)
		table_erase(&funds, &found);
	if (table_find(&balances, owner, &found, &balance)) {
		check(balance.rex_balance.amount == 0, "account has remaining REX balance, must sell first");
		table_erase(&balances, &found);
	}
}

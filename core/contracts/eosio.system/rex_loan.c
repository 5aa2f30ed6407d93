/* eosio.system: REX, what its borrowers do (contracts.md 10.4). */
#include "core/contracts/eosio.system/rex.h"

static void rent(struct system *system, struct reader *in, bool cpu)
{
	uint64_t from = read_u64(in), receiver = read_u64(in);
	struct asset payment = read_asset(in), fund = read_asset(in);
	require_auth(from);
	rex_run(system, REX_RUN);
	check(rex_loans_available(system), "rex loans are not currently available");
	uint64_t core = system_core_symbol(system);
	check(payment.symbol == core && fund.symbol == core, "must use core token");
	check(payment.amount > 0 && fund.amount >= 0, "must use positive asset amount");
	rex_update_account(system, from, 0, 0, false);
	struct asset whole = payment;
	asset_add(&whole, fund);
	rex_transfer_from_fund(system, from, whole);

	struct rex_pool pool;
	struct found found;
	rex_get_pool(system, &found, &pool);
	int64_t rented = rex_convert(&pool.total_rent.amount, &pool.total_unlent.amount, payment.amount);
	pool.total_lent.amount = wrapping_add(pool.total_lent.amount, rented);
	pool.total_unlent.amount = wrapping_add(pool.total_unlent.amount, payment.amount);
	pool.total_lendable.amount = wrapping_add(pool.total_unlent.amount, pool.total_lent.amount);
	pool.loan_num++;
	rex_put_pool(system, &found, &pool);
	struct table table = rex_loans(system, cpu);
	struct rex_loan loan = {
		0, from, receiver, payment, fund, asset_make(rented, core), pool.loan_num, system->now + REX_LOAN_US};
	table_emplace(&table, from, pool.loan_num, &loan);
	rex_update_resource_limits(system, from, receiver, cpu ? 0 : rented, cpu ? rented : 0);
}

void system_rentcpu(struct system *system, struct reader *in)
{
	rent(system, in, true);
}

void system_rentnet(struct system *system, struct reader *in)
{
	rent(system, in, false);
}

static void get_loan(struct system *system, const struct table *table, uint64_t number, uint64_t from,
                     struct found *found, struct rex_loan *loan)
{
	table_get(table, number, found, loan, "loan not found");
	check(loan->from == from, "user must be loan creator");
	check(loan->expiration > system->now, "loan has already expired");
}

static void fund_loan(struct system *system, struct reader *in, bool cpu)
{
	uint64_t from = read_u64(in), number = read_u64(in);
	struct asset payment = read_asset(in);
	struct table table = rex_loans(system, cpu);
	struct rex_loan loan;
	struct found found;
	require_auth(from);
	check(payment.symbol == system_core_symbol(system), "must use core token");
	rex_transfer_from_fund(system, from, payment);
	get_loan(system, &table, number, from, &found, &loan);
	loan.balance.amount = wrapping_add(loan.balance.amount, payment.amount);
	table_modify(&table, &found, 0, &loan);
}

void system_fundcpuloan(struct system *system, struct reader *in)
{
	fund_loan(system, in, true);
}

void system_fundnetloan(struct system *system, struct reader *in)
{
	fund_loan(system, in, false);
}

static void defund_loan(struct system *system, struct reader *in, bool cpu)
{
	uint64_t from = read_u64(in), number = read_u64(in);
	struct asset amount = read_asset(in);
	struct table table = rex_loans(system, cpu);
	struct rex_loan loan;
	struct found found;
	require_auth(from);
	check(amount.symbol == system_core_symbol(system), "must use core token");
	get_loan(system, &table, number, from, &found, &loan);
	check(asset_compare(loan.balance, amount) >= 0, "insufficent loan balance");
	loan.balance.amount = wrapping_subtract(loan.balance.amount, amount.amount);
	table_modify(&table, &found, 0, &loan);
	rex_transfer_to_fund(system, from, amount);
}

void system_defcpuloan(struct system *system, struct reader *in)
{
	defund_loan(system, in, true);
}

void system_defnetloan(struct system *system, struct reader *in)
{
	defund_loan(system, in, false);
}

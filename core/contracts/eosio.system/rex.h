/* eosio.system: REX, what its files share (contracts.md 10). A pool of stake to be rented; who lends holds
 * REX, a share of the pool. */
#ifndef EOSIOFS_CORE_CONTRACTS_EOSIO_SYSTEM_REX_H
#define EOSIOFS_CORE_CONTRACTS_EOSIO_SYSTEM_REX_H

#include "core/contracts/eosio.system/system.h"

enum { REX_RUN = 2, REX_MATURITY_DAYS = 5 }; /* how much each user's action processes on the side */
#define REX_LOAN_US (30 * MICROSECONDS_PER_DAY)

struct rex_pool {
	uint8_t version;
	struct asset total_lent, total_unlent, total_rent, total_lendable, total_rex, namebid_proceeds;
	uint64_t loan_num;
};
struct rex_fund {
	uint8_t version;
	uint64_t owner;
	struct asset balance;
};
struct rex_balance {
	uint8_t version;
	uint64_t owner;
	struct asset vote_stake, rex_balance;
	int64_t matured_rex;
	struct list maturities; /* of u32 seconds, i64 REX */
};
struct rex_loan {
	uint8_t version;
	uint64_t from, receiver;
	struct asset payment, balance, total_staked;
	uint64_t loan_num;
	int64_t expiration; /* microseconds */
};
struct rex_order {
	uint8_t version;
	uint64_t owner;
	struct asset rex_requested, proceeds, stake_change;
	int64_t order_time;
	uint8_t is_open;
};

/* rex_pool.c */
struct table rex_funds(const struct system *system);
struct table rex_balances(const struct system *system);
struct table rex_loans(const struct system *system, bool cpu);
struct table rex_orders(const struct system *system);
bool rex_initialized(const struct system *system);
bool rex_loans_available(const struct system *system);
/* there must be one */
void rex_get_pool(const struct system *system, struct found *found, struct rex_pool *pool);
void rex_put_pool(const struct system *system, struct found *found, const struct rex_pool *pool);
/* in * out / (in + from), moved from one connector to the other. */
int64_t rex_convert(int64_t *connector_in, int64_t *connector_out, int64_t in);
/* a * b / c over 128 bits. */
int64_t rex_proportion(int64_t a, int64_t b, int64_t c);
struct asset rex_add_to_pool(struct system *system, struct asset payment); /* the REX received */
void rex_run(struct system *system, uint16_t maximum);
/* A loan's part of receiver's stake. */
void rex_update_resource_limits(struct system *system, uint64_t from, uint64_t receiver, int64_t net,
                                int64_t cpu);

/* rex_balance.c */
void rex_transfer_from_fund(struct system *system, uint64_t owner, struct asset amount);
void rex_transfer_to_fund(struct system *system, uint64_t owner, struct asset amount);
/* Takes in what a filled order has brought; gives the REX that an open one asks for. */
int64_t rex_update_account(struct system *system, uint64_t owner, int64_t proceeds, int64_t stake_change,
                           bool force);
void rex_process_maturities(struct system *system, struct found *found, struct rex_balance *row);
/* the stake's change */
int64_t rex_add_to_balance(struct system *system, uint64_t owner, struct asset payment,
                           struct asset received);
struct rex_outcome {
	bool success;
	int64_t proceeds, stake_change;
};
struct rex_outcome rex_fill_order(struct system *system, struct found *found, struct rex_balance *row,
                                  int64_t rex);

#endif

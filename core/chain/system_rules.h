/* The rules of the contracts that people reach through files, where they must be known before or without
 * an action: what a contract would answer, when something is due, what it would pay (contracts.md 5.1, 7,
 * 8, 9). The one place outside the contracts that knows them. */
#ifndef EOSIOFS_CORE_CHAIN_SYSTEM_RULES_H
#define EOSIOFS_CORE_CHAIN_SYSTEM_RULES_H

#include "core/chain/system_rows.h"
#include "core/contracts/eosio.system/rules.h"

struct bundle; /* core/contracts/bundle.h */

/* Who acts, by an action's own parameters (`from`, `owner`, `voter` …): the index of the field among those
 * of the action's type; -1 where the contract itself acts, or nothing tells. */
int action_actor_field(const struct abi *abi, uint64_t contract, uint64_t action);

/* Puts whose it was behind the contract's words about a balance: the actor's. */
void explain_overdrawn(struct error *error, uint64_t actor);

/* What a sale of so many bytes brings, before the fee. */
int64_t ram_market_tokens(const struct ram_market_row *market, int64_t bytes);
/* The least quantity that buys so many bytes, fee included; 0: there is none. */
int64_t ram_market_price(const struct ram_market_row *market, int64_t bytes);

/* Seconds from an undelegatebw to its refund, by the code that eosio has now. */
uint32_t system_refund_delay(struct chain_view *view);

/* Where contracts of ours are; some have code of an eosiofs before it had WebAssembly, which does nothing by
 * itself. */
enum { HOLLOW_ACCOUNTS = 4 };
extern const char *const hollow_accounts[HOLLOW_ACCOUNTS];
/* The bundle to install in its place; NULL: the account has no such code. 0 or -errno. */
int chain_hollow_contract(struct chain_view *view, const struct bundle **out, const char *account,
                          struct error *error);
/* One line, without its newline, that says so and what helps, where any of them has; else nothing is
 * added. */
void chain_hollow_notice(struct chain_view *view, struct text *out);

/* What claimrewards would pay a producer in a block of this time. supply: of the core token. global
 * becomes what the claim would make of it first: the buckets filled up to now. */
struct claim_pay {
	int64_t blocks, votes;
};
struct claim_pay claim_pay_compute(const struct producer_row *producer, const struct producer_pay_row *share,
                                   struct global_row *global, int64_t supply, int64_t now);

#endif

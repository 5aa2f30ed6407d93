/* The rules of the contracts that people reach through files, where they must be known before or without
 * an action: what a contract would answer, when something is due, what it would pay (contracts.md 5.1, 7,
 * 8, 9). The one place outside the contracts that knows them. */
#ifndef EOSIOFS_CORE_CHAIN_SYSTEM_RULES_H
#define EOSIOFS_CORE_CHAIN_SYSTEM_RULES_H

#include "core/chain/system_rows.h"

/* Who acts, by an action's own parameters (`from`, `owner`, `voter` …): the index of the field among those
 * of the action's type; -1 where the contract itself acts, or nothing tells. */
int action_actor_field(const struct abi *abi, uint64_t contract, uint64_t action);

enum { VOTE_PRODUCERS_MAXIMUM = 30, SCHEDULE_SIZE = 21 };
#define REFUND_DELAY_SEC UINT32_C(259200)
#define MINIMUM_ACTIVATED_STAKE INT64_C(1500000000000) /* 150 million tokens of 4 digits: 15 % */
#define ONE_DAY_US INT64_C(86400000000)

/* What claimrewards would pay a producer in a block of this time. supply: of the core token. global
 * becomes what the claim would make of it first: the buckets filled up to now. */
struct claim_pay {
	int64_t blocks, votes;
};
struct claim_pay claim_pay_compute(const struct producer_row *producer, const struct producer_pay_row *share,
                                   struct global_row *global, int64_t supply, int64_t now);

#endif

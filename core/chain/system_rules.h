/* The rules of the contracts that people reach through files, where they must be known before or without
 * an action: what a contract would answer, when something is due, what it would pay (contracts.md 5.1, 7,
 * 8, 9). The one place outside the contracts that knows them. */
#ifndef EOSIOFS_CORE_CHAIN_SYSTEM_RULES_H
#define EOSIOFS_CORE_CHAIN_SYSTEM_RULES_H

#include "core/chain/chain.h"

/* Who acts, by an action's own parameters (`from`, `owner`, `voter` …): the index of the field among those
 * of the action's type; -1 where the contract itself acts, or nothing tells. */
int action_actor_field(const struct abi *abi, uint64_t contract, uint64_t action);

#endif

/* Sending actions, and choosing what an action's name runs. */
#ifndef EOSIOFS_CORE_CONTRACTS_LIBRARY_SEND_H
#define EOSIOFS_CORE_CONTRACTS_LIBRARY_SEND_H

#include "core/contracts/library/asset.h"

/* Packs an action authorized by ACTOR@active for one or two actors (second 0: one). */
void write_action(struct writer *out, uint64_t account, uint64_t action, uint64_t actor, uint64_t second,
                  const struct writer *data);
void send_action(uint64_t account, uint64_t action, uint64_t actor, uint64_t second,
                 const struct writer *data);
/* Inline `transfer` of a token contract, authorized by FROM@active and, if given, SECOND@active. */
void send_transfer(uint64_t token, uint64_t from, uint64_t second, uint64_t to, struct asset quantity,
                   const char *memo);

/* A contract's actions by name. self is the account that holds the contract. */
struct action_row {
	const char *name;
	void (*run)(uint64_t self, struct reader *in);
};
/* The dispatch of eosio.token and eosio.wrap: an unknown action does nothing; of the others (strict): it
 * fails, except on account eosio. */
void action_dispatch(const struct action_row *rows, size_t count, uint64_t receiver, uint64_t code,
                     uint64_t action, bool strict);

#endif

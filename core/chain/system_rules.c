/* The contracts' rules; see system_rules.h. */
#include "core/chain/system_rules.h"

#include "core/types/name.h"

#include <string.h>

/* --- who acts --- */

/* Parameters that name who acts. What stands further up decides: `open` is of an owner, but the ram_payer
 * acts. */
static const char *const actor_fields[] = {"executer", "canceler", "ram_payer", "from",   "owner",
                                           "voter",    "account",  "payer",     "creator", "proposer",
                                           "proxy",    "producer", "bidder",    "user"};

/* These are done to the account that they name. */
static const struct {
	const char *contract, *action;
} privileged[] = {
	{"eosio", "setpriv"},    {"eosio", "setalimits"}, {"eosio", "rmvproducer"}, {"eosio", "setacctram"},
	{"eosio", "setacctnet"}, {"eosio", "setacctcpu"}, {"eosio.wrap", "exec"},
};

static bool is_privileged(uint64_t contract, uint64_t action)
{
	for (size_t i = 0; i < sizeof privileged / sizeof *privileged; i++)
		if (name_literal(privileged[i].contract) == contract && name_literal(privileged[i].action) == action)
			return true;
	return false;
}

int action_actor_field(const struct abi *abi, uint64_t contract, uint64_t action)
{
	const char *type = abi_action_type(abi, action), *field = NULL, *field_type = NULL;
	if (!type || is_privileged(contract, action))
		return -1;
	for (size_t i = 0; i < sizeof actor_fields / sizeof *actor_fields; i++)
		for (size_t k = 0; abi_field_at(abi, type, k, &field, &field_type); k++)
			if (strcmp(field, actor_fields[i]) == 0 &&
			    (strcmp(field_type, "name") == 0 || strcmp(field_type, "account_name") == 0))
				return (int)k;
	return -1;
}

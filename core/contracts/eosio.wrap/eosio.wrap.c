/* eosio.wrap: runs a transaction with any authorization, as a deferred one sent by a privileged account
 * (contracts.md 3). */
#include "core/contracts/contracts.h"
#include "core/contracts/library/send.h"

static void wrap_exec(uint64_t self, struct reader *in)
{
	require_auth(self);
	uint64_t executer = read_u64(in);
	require_auth(executer);
	struct blob transaction = read_rest(in);
	uint64_t sender_id[2] = {(uint64_t)now_us(), executer}; /* low half, high half */
	send_deferred(sender_id, executer, transaction.data, (uint32_t)transaction.length, 0);
}

void eosio_wrap_apply(uint64_t receiver, uint64_t code, uint64_t action)
{
	static const struct action_row actions[] = {{"exec", wrap_exec}};
	action_dispatch(actions, 1, receiver, code, action, false);
}

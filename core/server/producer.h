/* What the producers' API says of a node: its runtime options, and whose transactions it takes. */
#ifndef EOSIOFS_CORE_SERVER_PRODUCER_H
#define EOSIOFS_CORE_SERVER_PRODUCER_H

#include "core/chain/chain.h"

#include <pthread.h>

/* A node's, but for its greylist, which its chain has. Its handlers come from several threads. */
struct producer {
	pthread_mutex_t mutex;
	int32_t max_transaction_time, max_irreversible_block_age, produce_time_offset_us,
		last_block_time_offset_us, max_scheduled_transaction_time, subjective_cpu_leeway_us;
	bool has_leeway;
	double incoming_defer_ratio;
	struct name_set actor_whitelist, actor_blacklist, contract_whitelist, contract_blacklist;
	struct action_name {
		uint64_t account, action;
	} *action_blacklist; /* owned */
	size_t action_blacklist_count;
	struct public_key *key_blacklist; /* owned */
	size_t key_blacklist_count;
};
void producer_init(struct producer *producer, int32_t max_transaction_time); /* milliseconds */
void producer_release(struct producer *producer);

/* A row of the producers' tables. */
#define PRODUCER(name, parameters, status, handler) \
	{"/v1/producer/" name, PLUGIN_PRODUCER, parameters, status, handler, .reads = false}
struct call;
/* Changes it, as the call's node has it, and answers. */
int producer_change_greylist(struct call *call, const struct greylist_change *change);

/* Do the lists let a transaction in? 3130001 to 3130006. `trace`: of its dry run, which tells what it
 * executes; lists that nobody has set need none. */
bool producer_has_lists(struct producer *producer);
int producer_check(struct producer *producer, const struct transaction *transaction,
                   const struct transaction_trace *trace, struct error *error);

#endif

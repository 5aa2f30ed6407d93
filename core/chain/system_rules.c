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

/* --- what a claim pays --- */

#define CONTINUOUS_RATE 0.04879
#define USECONDS_PER_YEAR INT64_C(31449600000000)
#define MINIMUM_VOTE_PAY INT64_C(1000000)

/* The part of the producer's own votes that update_votes has not yet added up (contracts.md 8.4, 8.5). */
static double votepay_share(const struct producer_row *producer, const struct producer_pay_row *share,
                            int64_t now)
{
	const int64_t three_days = 3 * ONE_DAY_US;
	bool after = producer->last_claim + three_days <= share->updated;
	double rate = after ? 0.0 : producer->total_votes;
	return rate > 0.0 && now > share->updated ? share->votepay + rate * ((double)(now - share->updated) / 1e6)
	                                          : share->votepay;
}

static int64_t vote_pay(const struct producer_row *producer, const struct producer_pay_row *share,
                        const struct global_row *global, int64_t now)
{
	const double bucket = (double)global->pervote_bucket;
	double total = global->total_votepay_share, pay = 0;
	if (global->revision == 0) {
		if (global->total_producer_vote_weight > 0)
			pay = bucket * producer->total_votes / global->total_producer_vote_weight;
	} else if (producer->last_claim + 3 * ONE_DAY_US > now) {
		if (now > global->last_vpay_update)
			total += global->votepay_share_change_rate * ((double)(now - global->last_vpay_update) / 1e6);
		if (total > 0)
			pay = votepay_share(producer, share, now) * bucket / total;
	}
	int64_t whole = pay < bucket ? (int64_t)pay : global->pervote_bucket;
	return whole < MINIMUM_VOTE_PAY ? 0 : whole;
}

struct claim_pay claim_pay_compute(const struct producer_row *producer, const struct producer_pay_row *share,
                                   struct global_row *global, int64_t supply, int64_t now)
{
	struct claim_pay pay = {0};
	int64_t elapsed = now - global->last_pervote_bucket_fill;
	if (elapsed > 0 && global->last_pervote_bucket_fill > 0) {
		int64_t issued = (int64_t)(CONTINUOUS_RATE * (double)supply * (double)elapsed /
		                           (double)USECONDS_PER_YEAR);
		int64_t producers = issued / 5;
		global->perblock_bucket += producers / 4;
		global->pervote_bucket += producers - producers / 4;
	}
	if (global->total_unpaid_blocks > 0)
		pay.blocks = (int64_t)((uint64_t)global->perblock_bucket * producer->unpaid_blocks) /
		             (int64_t)global->total_unpaid_blocks;
	pay.votes = vote_pay(producer, share, global, now);
	return pay;
}

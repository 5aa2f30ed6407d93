/* eosio.system: inflation and producers' pay (contracts.md 9.3). */
#include "core/contracts/eosio.system/system.h"

static void issue(const struct system *system, struct asset quantity, const char *memo)
{
	struct writer data = {0};
	write_u64(&data, system->self);
	write_asset(&data, quantity);
	write_text(&data, memo);
	send_action(name("eosio.token"), name("issue"), system->self, 0, &data);
}

/* New tokens for the time since the last claim by anybody: four fifths saved, the rest to the producers'
 * buckets. */
static void fill_buckets(struct system *system, uint64_t core)
{
	struct asset supply = system_token_supply(asset_code(core));
	int64_t elapsed = system->now - system->global.last_pervote_bucket_fill;
	if (elapsed <= 0 || system->global.last_pervote_bucket_fill <= 0)
		return;
	int64_t tokens = truncate_double((CONTINUOUS_RATE * (double)supply.amount * (double)elapsed) /
	                                 MICROSECONDS_PER_YEAR);
	int64_t to_producers = tokens / 5, to_savings = tokens - to_producers;
	int64_t per_block = to_producers / 4, per_vote = to_producers - per_block;
	issue(system, (struct asset){tokens, core}, "issue tokens for producer pay and savings");
	system_transfer(system->self, 0, name("eosio.saving"), (struct asset){to_savings, core},
	                "unallocated inflation");
	system_transfer(system->self, 0, name("eosio.bpay"), (struct asset){per_block, core},
	                "fund per-block bucket");
	system_transfer(system->self, 0, name("eosio.vpay"), (struct asset){per_vote, core},
	                "fund per-vote bucket");
	system->global.pervote_bucket = wrapping_add(system->global.pervote_bucket, per_vote);
	system->global.perblock_bucket = wrapping_add(system->global.perblock_bucket, per_block);
	system->global.last_pervote_bucket_fill = system->now;
}

static int64_t vote_pay(struct system *system, const struct producer *producer, double share, bool crossed)
{
	int64_t bucket = system->global.pervote_bucket, pay = 0;
	if (system->global2.revision > 0) {
		double total = system_update_total_votepay_share(system, 0.0, 0.0);
		if (total > 0 && !crossed) {
			pay = truncate_double((share * (double)bucket) / total);
			if (pay > bucket)
				pay = bucket;
		}
	} else if (system->global.total_producer_vote_weight > 0) {
		pay = truncate_double(((double)bucket * producer->total_votes) /
		                      system->global.total_producer_vote_weight);
	}
	return pay < MINIMUM_PERVOTE_DAILY_PAY ? 0 : pay;
}

void system_claimrewards(struct system *system, struct reader *in)
{
	uint64_t owner = read_u64(in);
	struct table table = system_producers(system), table2 = system_producers2(system);
	struct producer producer;
	struct producer2 row2;
	struct found found, found2;
	require_auth(owner);
	table_get(&table, owner, &found, &producer, "unable to find key");
	check(producer.is_active, "producer does not have an active key");
	check(system->global.total_activated_stake >= MINIMUM_ACTIVATED_STAKE,
	      "cannot claim rewards until the chain is activated (at least 15% of all tokens participate in "
	      "voting)");
	check(system->now - producer.last_claim_time > MICROSECONDS_PER_DAY,
	      "already claimed rewards within past day");
	uint64_t core = system_core_symbol(system);
	fill_buckets(system, core);

	int64_t last_claim_plus_3_days = producer.last_claim_time + 3 * MICROSECONDS_PER_DAY;
	bool crossed = last_claim_plus_3_days <= system->now, updated_after = true;
	if (table_find(&table2, owner, &found2, &row2)) {
		updated_after = last_claim_plus_3_days <= row2.last_votepay_share_update;
	} else {
		row2 = (struct producer2){owner, 0, system->now};
		table_emplace(&table2, owner, owner, &row2);
		found2 = (struct found){db_find_i64(table2.code, table2.scope, table2.name, owner), owner, {0, 0}};
	}
	int64_t block_pay = 0;
	if (system->global.total_unpaid_blocks > 0)
		block_pay = wrapping_multiply(system->global.perblock_bucket, producer.unpaid_blocks) /
		            system->global.total_unpaid_blocks;
	double share = system_update_producer_votepay_share(system, &found2, &row2,
	                                                    updated_after ? 0.0 : producer.total_votes, true);
	int64_t votes_pay = vote_pay(system, &producer, share, crossed);
	system->global.pervote_bucket = wrapping_subtract(system->global.pervote_bucket, votes_pay);
	system->global.perblock_bucket = wrapping_subtract(system->global.perblock_bucket, block_pay);
	system->global.total_unpaid_blocks -= producer.unpaid_blocks;
	system_update_total_votepay_share(system, -share, updated_after ? producer.total_votes : 0.0);
	producer.last_claim_time = system->now;
	producer.unpaid_blocks = 0;
	table_modify(&table, &found, 0, &producer);
	if (block_pay > 0)
		system_transfer(name("eosio.bpay"), owner, owner, (struct asset){block_pay, core},
		                "producer block pay");
	if (votes_pay > 0)
		system_transfer(name("eosio.vpay"), owner, owner, (struct asset){votes_pay, core},
		                "producer vote pay");
}

/* eosio.system: votes, proxies, and the shares that votes give producers (contracts.md 8.3 to 8.9). */
#include "core/contracts/eosio.system/system.h"

#include "core/contracts/library/pow.h"

/* Votes weigh more the later they are cast: twice as much every year. */
static double stake_to_vote(const struct system *system, int64_t staked)
{
	int64_t weeks = ((int64_t)system_seconds(system) - 946684800) / (SECONDS_PER_DAY * 7);
	double weight = (double)weeks / 52.0;
	return (double)staked * contract_pow(2.0, weight);
}

double system_update_total_votepay_share(struct system *system, double additional, double rate_delta)
{
	struct global3 *global3 = &system->global3;
	double *total = &system->global2.total_producer_votepay_share, delta = 0;
	if (system->now > global3->last_vpay_state_update)
		delta = global3->total_vpay_share_change_rate *
		        ((double)(system->now - global3->last_vpay_state_update) / 1E6);
	delta += additional;
	if (delta < 0 && *total < -delta)
		*total = 0.0;
	else
		*total += delta;
	if (rate_delta < 0 && global3->total_vpay_share_change_rate < -rate_delta)
		global3->total_vpay_share_change_rate = 0.0;
	else
		global3->total_vpay_share_change_rate += rate_delta;
	global3->last_vpay_state_update = system->now;
	return *total;
}

double system_update_producer_votepay_share(struct system *system, struct found *found, struct producer2 *row,
                                            double rate, bool reset)
{
	struct table table = system_producers2(system);
	double delta = 0.0;
	if (rate > 0.0 && system->now > row->last_votepay_share_update)
		delta = rate * ((double)(system->now - row->last_votepay_share_update) / 1E6);
	double share = row->votepay_share + delta;
	row->votepay_share = reset ? 0.0 : share;
	row->last_votepay_share_update = system->now;
	table_modify(&table, found, 0, row);
	return share;
}

/* What changes of votes sum up to, for system_update_total_votepay_share. */
struct share_change {
	double inactive_share, rate;
};

/* The vote pay part of a change of a producer's votes (8.7 step 5): initial: its votes before. */
static void change_votepay(struct system *system, struct share_change *change,
                           const struct producer *producer, double initial, double delta)
{
	struct table table = system_producers2(system);
	struct producer2 row;
	struct found found;
	if (!table_find(&table, producer->owner, &found, &row))
		return;
	int64_t last_claim_plus_3_days = producer->last_claim_time + 3 * MICROSECONDS_PER_DAY;
	bool crossed = last_claim_plus_3_days <= system->now;
	bool updated_after = last_claim_plus_3_days <= row.last_votepay_share_update;
	double share = system_update_producer_votepay_share(system, &found, &row, updated_after ? 0.0 : initial,
	                                                    crossed && !updated_after);
	if (!crossed) {
		change->rate += delta;
	} else if (!updated_after) {
		change->inactive_share += share;
		change->rate -= initial;
	}
}

/* 8.8: a voter's weight changed through the votes it was given or the passing of time; hands the change
 * on. */
static void propagate_weight_change(struct system *system, uint64_t voter_name)
{
	struct table voters = system_voters(system), producers = system_producers(system);
	struct voter voter;
	struct found found;
	table_find(&voters, voter_name, &found, &voter);
	check(!voter.proxy || !voter.is_proxy, "account registered as a proxy is not allowed to use a proxy");
	double weight = stake_to_vote(system, voter.staked);
	if (voter.is_proxy)
		weight += voter.proxied_vote_weight;
	double delta = weight - voter.last_vote_weight;
	if ((delta < 0 ? -delta : delta) > 1) {
		if (voter.proxy) {
			struct voter proxy;
			struct found proxy_found;
			table_get(&voters, voter.proxy, &proxy_found, &proxy, "proxy not found");
			proxy.proxied_vote_weight += weight - voter.last_vote_weight;
			table_modify(&voters, &proxy_found, 0, &proxy);
			propagate_weight_change(system, voter.proxy);
		} else {
			struct share_change change = {0, 0};
			for (uint32_t i = 0; i < voter.producers.count; i++) {
				struct producer producer;
				struct found producer_found;
				table_get(&producers, list_u64(&voter.producers, i), &producer_found, &producer,
				          "producer not found");
				double initial = producer.total_votes;
				producer.total_votes += delta;
				system->global.total_producer_vote_weight += delta;
				table_modify(&producers, &producer_found, 0, &producer);
				change_votepay(system, &change, &producer, initial, delta);
			}
			system_update_total_votepay_share(system, -change.inactive_share, change.rate);
		}
	}
	table_find(&voters, voter_name, &found, &voter);
	voter.last_vote_weight = weight;
	table_modify(&voters, &found, 0, &voter);
}

/* What one producer gains and loses; is_new: the vote being cast names it. */
struct vote_delta {
	uint64_t owner;
	double weight;
	bool is_new;
};
struct vote_deltas {
	struct vote_delta *rows; /* ascending by owner */
	uint32_t count;
};

static void add_delta(struct vote_deltas *deltas, uint64_t owner, double weight, bool is_new)
{
	uint32_t at = 0;
	while (at < deltas->count && deltas->rows[at].owner < owner)
		at++;
	if (at == deltas->count || deltas->rows[at].owner != owner) {
		__builtin_memmove(deltas->rows + at + 1, deltas->rows + at,
		                  (deltas->count - at) * sizeof *deltas->rows);
		deltas->rows[at] = (struct vote_delta){owner, 0, false};
		deltas->count++;
	}
	deltas->rows[at].weight += weight;
	deltas->rows[at].is_new = is_new;
}

static void add_to_proxy(struct system *system, uint64_t proxy, struct found *found, struct voter *row,
                         double weight)
{
	struct table voters = system_voters(system);
	row->proxied_vote_weight += weight;
	table_modify(&voters, found, 0, row);
	propagate_weight_change(system, proxy);
}

static void check_vote(uint64_t voter, uint64_t proxy, const struct list *producers)
{
	if (proxy) {
		check(producers->count == 0, "cannot vote for producers and proxy at same time");
		check(voter != proxy, "cannot proxy to self");
		require_recipient(proxy);
	} else {
		check(producers->count <= VOTES_MAXIMUM, "attempt to vote for too many producers");
		for (uint32_t i = 1; i < producers->count; i++)
			check(list_u64(producers, i - 1) < list_u64(producers, i),
			      "producer votes must be unique and sorted");
	}
}

static void apply_deltas(struct system *system, const struct vote_deltas *deltas, bool voting)
{
	struct table producers = system_producers(system);
	struct share_change change = {0, 0};
	for (uint32_t i = 0; i < deltas->count; i++) {
		const struct vote_delta *delta = &deltas->rows[i];
		struct producer producer;
		struct found found;
		if (!table_find(&producers, delta->owner, &found, &producer)) {
			check(!delta->is_new, "producer is not registered");
			continue;
		}
		check(!voting || producer.is_active || !delta->is_new, "producer is not currently registered");
		double initial = producer.total_votes;
		producer.total_votes += delta->weight;
		if (producer.total_votes < 0)
			producer.total_votes = 0;
		system->global.total_producer_vote_weight += delta->weight;
		table_modify(&producers, &found, 0, &producer);
		change_votepay(system, &change, &producer, initial, delta->weight);
	}
	system_update_total_votepay_share(system, -change.inactive_share, change.rate);
}

void system_update_votes(struct system *system, uint64_t voter_name, uint64_t proxy,
                         const struct list *producers, bool voting)
{
	struct table voters = system_voters(system);
	struct voter voter, other;
	struct found found, other_found;
	check_vote(voter_name, proxy, producers);
	table_get(&voters, voter_name, &found, &voter, "user must stake before they can vote");
	check(!proxy || !voter.is_proxy, "account registered as a proxy is not allowed to use a proxy");
	if (voter.last_vote_weight <= 0.0) { /* its first vote: its stake counts toward the chain's activation */
		system->global.total_activated_stake = wrapping_add(system->global.total_activated_stake,
		                                                    voter.staked);
		if (system->global.total_activated_stake >= MINIMUM_ACTIVATED_STAKE &&
		    !system->global.thresh_activated_stake_time)
			system->global.thresh_activated_stake_time = system->now;
	}
	double weight = stake_to_vote(system, voter.staked);
	if (voter.is_proxy)
		weight += voter.proxied_vote_weight;

	struct vote_deltas deltas = {
		allocate((voter.producers.count + producers->count + 1) * sizeof(struct vote_delta)), 0};
	if (voter.last_vote_weight > 0) {
		if (voter.proxy) {
			table_get(&voters, voter.proxy, &other_found, &other, "old proxy not found");
			add_to_proxy(system, voter.proxy, &other_found, &other, -voter.last_vote_weight);
		} else {
			for (uint32_t i = 0; i < voter.producers.count; i++)
				add_delta(&deltas, list_u64(&voter.producers, i), -voter.last_vote_weight, false);
		}
	}
	if (proxy) {
		table_get(&voters, proxy, &other_found, &other, "invalid proxy specified");
		check(!voting || other.is_proxy, "proxy not found");
		if (weight >= 0)
			add_to_proxy(system, proxy, &other_found, &other, weight);
	} else if (weight >= 0) {
		for (uint32_t i = 0; i < producers->count; i++)
			add_delta(&deltas, list_u64(producers, i), weight, true);
	}
	apply_deltas(system, &deltas, voting);

	table_find(&voters, voter_name, &found, &voter); /* as handing weights on may have left it */
	voter.last_vote_weight = weight;
	voter.producers = *producers;
	voter.proxy = proxy;
	table_modify(&voters, &found, 0, &voter);
}

void system_voteproducer(struct system *system, struct reader *in)
{
	uint64_t voter_name = read_u64(in), proxy = read_u64(in);
	struct list producers = {NULL, read_varuint32(in)};
	const uint8_t *items = read_bytes(in, producers.count * sizeof(uint64_t));
	producers.items = allocate(producers.count * sizeof(uint64_t) + 1);
	__builtin_memcpy(producers.items, items, producers.count * sizeof(uint64_t));
	require_auth(voter_name);
	system_update_votes(system, voter_name, proxy, &producers, true);
	if (system_holds_rex(system, voter_name)) {
		struct table voters = system_voters(system);
		struct voter voter;
		struct found found;
		table_find(&voters, voter_name, &found, &voter);
		check(voter.proxy || voter.producers.count >= 21,
		      "voter holding REX tokens must vote for at least 21 producers or for a proxy");
	}
}

void system_regproxy(struct system *system, struct reader *in)
{
	uint64_t proxy = read_u64(in);
	bool is_proxy = read_u8(in) != 0;
	struct table voters = system_voters(system);
	struct voter row;
	struct found found;
	require_auth(proxy);
	if (table_find(&voters, proxy, &found, &row)) {
		check(is_proxy != (row.is_proxy != 0), "action has no effect");
		check(!is_proxy || !row.proxy, "account that uses a proxy is not allowed to become a proxy");
		row.is_proxy = is_proxy;
		table_modify(&voters, &found, 0, &row);
		propagate_weight_change(system, proxy);
	} else {
		row = (struct voter){.owner = proxy, .is_proxy = is_proxy};
		table_emplace(&voters, proxy, proxy, &row);
	}
}

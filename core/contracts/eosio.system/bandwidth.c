/* eosio.system: staking for bandwidth, refunds, voting power (contracts.md 7.5 to 7.9). */
#include "core/contracts/eosio.system/system.h"

static int64_t magnitude(int64_t value)
{
	return value < 0 ? wrapping_subtract(0, value) : value;
}

static void change_delegation(struct system *system, uint64_t from, uint64_t receiver, struct asset net,
                              struct asset cpu)
{
	struct table table = system_delegations(system, from);
	struct delegation row;
	struct found found;
	if (table_find(&table, receiver, &found, &row)) {
		asset_add(&row.net_weight, net);
		asset_add(&row.cpu_weight, cpu);
		table_modify(&table, &found, 0, &row);
	} else {
		row = (struct delegation){from, receiver, net, cpu};
		table_emplace(&table, from, receiver, &row);
		found.iterator = db_find_i64(table.code, table.scope, table.name, receiver);
	}
	check(row.net_weight.amount >= 0, "insufficient staked net bandwidth");
	check(row.cpu_weight.amount >= 0, "insufficient staked cpu bandwidth");
	if (!row.net_weight.amount && !row.cpu_weight.amount)
		table_erase(&table, &found);
}

static void change_resources(struct system *system, uint64_t from, uint64_t receiver, struct asset net,
                             struct asset cpu)
{
	struct table table = system_resources(system, receiver);
	struct resources row;
	struct found found;
	if (table_find(&table, receiver, &found, &row)) {
		asset_add(&row.net_weight, net);
		asset_add(&row.cpu_weight, cpu);
		table_modify(&table, &found, from == receiver ? from : 0, &row);
	} else {
		row = (struct resources){receiver, net, cpu, 0};
		table_emplace(&table, from, receiver, &row);
		found.iterator = db_find_i64(table.code, table.scope, table.name, receiver);
	}
	check(row.net_weight.amount >= 0, "insufficient staked total net bandwidth");
	check(row.cpu_weight.amount >= 0, "insufficient staked total cpu bandwidth");
	int64_t ram_bytes, net_weight, cpu_weight, bought = wrapping_add(row.ram_bytes, RAM_GIFT_BYTES);
	get_resource_limits(receiver, &ram_bytes, &net_weight, &cpu_weight);
	set_resource_limits(receiver, bought > ram_bytes ? bought : ram_bytes, row.net_weight.amount,
	                    row.cpu_weight.amount);
	if (!row.net_weight.amount && !row.cpu_weight.amount && !row.ram_bytes)
		table_erase(&table, &found);
}

void system_send_deferred(struct system *system, const uint64_t sender_id[2], uint64_t payer, uint64_t action,
                          uint64_t actor, const struct writer *data, uint32_t delay_sec, bool replace)
{
	struct writer out = {0};
	write_u32(&out, system_seconds(system) + DEFERRED_LIFETIME_SECONDS);
	write_u16(&out, 0);
	write_u32(&out, 0);
	write_varuint32(&out, 0); /* max_net_usage_words */
	write_u8(&out, 0);        /* max_cpu_usage_ms */
	write_varuint32(&out, delay_sec);
	write_varuint32(&out, 0); /* context-free actions */
	write_varuint32(&out, 1);
	write_action(&out, system->self, action, actor, 0, data);
	write_varuint32(&out, 0); /* extensions */
	cancel_deferred(sender_id);
	send_deferred(sender_id, payer, out.data, (uint32_t)out.length, replace);
}

/* What a pending refund covers is not transferred again: takes it out of *amount. */
static void draw_on_refund(struct asset *refund, struct asset *amount)
{
	asset_subtract(refund, *amount);
	amount->amount = 0;
	if (refund->amount < 0) {
		amount->amount = -refund->amount;
		refund->amount = 0;
	}
}

/* Step 8 without its transfer: true while there is a refund to send later. */
static bool change_refund(struct system *system, uint64_t from, struct asset *net, struct asset *cpu)
{
	struct table table = system_refunds(system, from);
	struct refund row;
	struct found found;
	if (table_find(&table, from, &found, &row)) {
		if (net->amount < 0 || cpu->amount < 0)
			row.request_time = system_seconds(system);
		draw_on_refund(&row.net_amount, net);
		draw_on_refund(&row.cpu_amount, cpu);
		table_modify(&table, &found, 0, &row);
		check(row.net_amount.amount >= 0, "negative net refund amount");
		check(row.cpu_amount.amount >= 0, "negative cpu refund amount");
		if (row.net_amount.amount || row.cpu_amount.amount)
			return true;
		table_erase(&table, &found);
		return false;
	}
	if (net->amount >= 0 && cpu->amount >= 0)
		return false;
	row = (struct refund){from, system_seconds(system), {0, net->symbol}, {0, cpu->symbol}};
	if (net->amount < 0) {
		row.net_amount.amount = -net->amount;
		net->amount = 0;
	}
	if (cpu->amount < 0) {
		row.cpu_amount.amount = -cpu->amount;
		cpu->amount = 0;
	}
	table_emplace(&table, from, from, &row);
	return true;
}

static void change_bandwidth(struct system *system, uint64_t from, uint64_t receiver, struct asset net,
                             struct asset cpu, bool transfer)
{
	require_auth(from);
	check(net.amount || cpu.amount, "should stake non-zero amount");
	struct asset sum = net;
	asset_add(&sum, cpu);
	check(magnitude(sum.amount) >=
	          (magnitude(net.amount) > magnitude(cpu.amount) ? magnitude(net.amount) : magnitude(cpu.amount)),
	      "net and cpu deltas cannot be opposite signs");
	uint64_t source = from;
	if (transfer)
		from = receiver;
	change_delegation(system, from, receiver, net, cpu);
	change_resources(system, from, receiver, net, cpu);
	if (source != name("eosio.stake")) {
		struct asset net_left = net, cpu_left = cpu;
		bool refunding = false;
		if ((!transfer && from == receiver) || sum.amount < 0)
			refunding = change_refund(system, from, &net_left, &cpu_left);
		uint64_t sender_id[2] = {from, 0};
		if (refunding) {
			struct writer data = {0};
			write_u64(&data, from);
			system_send_deferred(system, sender_id, from, name("refund"), from, &data,
			                     system->refund_delay_sec, true);
		} else {
			cancel_deferred(sender_id);
		}
		asset_add(&net_left, cpu_left);
		if (net_left.amount > 0)
			system_transfer(source, 0, name("eosio.stake"), net_left, "stake bandwidth");
	}
	system_update_voting_power(system, from, sum);
}

/* The founders' stake is freed over ten years. */
static void check_b1_vesting(const struct system *system, int64_t staked)
{
	const int64_t base_time = 1527811200, maximum = INT64_C(1000000000000);
	double elapsed = (double)((int64_t)system_seconds(system) - base_time);
	int64_t claimable = truncate_double((double)maximum * elapsed / (10.0 * 52.0 * 7.0 * 24.0 * 3600.0));
	check(maximum - claimable <= staked, "b1 can only claim their tokens over 10 years");
}

void system_update_voting_power(struct system *system, uint64_t voter_name, struct asset delta)
{
	struct table table = system_voters(system);
	struct voter row;
	struct found found;
	if (table_find(&table, voter_name, &found, &row)) {
		row.staked = wrapping_add(row.staked, delta.amount);
		table_modify(&table, &found, 0, &row);
	} else {
		row = (struct voter){.owner = voter_name, .staked = delta.amount};
		table_emplace(&table, voter_name, voter_name, &row);
	}
	check(row.staked >= 0, "stake for voting cannot be negative");
	if (voter_name == name("b1"))
		check_b1_vesting(system, row.staked);
	if (row.producers.count || row.proxy)
		system_update_votes(system, voter_name, row.proxy, &row.producers, false);
}

void system_delegatebw(struct system *system, struct reader *in)
{
	uint64_t from = read_u64(in), receiver = read_u64(in);
	struct asset net = read_asset(in), cpu = read_asset(in), zero;
	bool transfer = read_u8(in) != 0;
	zero = system_core(system, 0);
	check(asset_compare(cpu, zero) >= 0, "must stake a positive amount");
	check(asset_compare(net, zero) >= 0, "must stake a positive amount");
	check(wrapping_add(net.amount, cpu.amount) > 0, "must stake a positive amount");
	check(!transfer || from != receiver, "cannot use transfer flag if delegating to self");
	change_bandwidth(system, from, receiver, net, cpu, transfer);
}

void system_undelegatebw(struct system *system, struct reader *in)
{
	uint64_t from = read_u64(in), receiver = read_u64(in);
	struct asset net = read_asset(in), cpu = read_asset(in), zero;
	zero = system_core(system, 0);
	check(asset_compare(cpu, zero) >= 0, "must unstake a positive amount");
	check(asset_compare(net, zero) >= 0, "must unstake a positive amount");
	check(wrapping_add(net.amount, cpu.amount) > 0, "must unstake a positive amount");
	check(system->global.total_activated_stake >= MINIMUM_ACTIVATED_STAKE,
	      "cannot undelegate bandwidth until the chain is activated (at least 15% of all tokens participate "
	      "in voting)");
	net.amount = wrapping_subtract(0, net.amount);
	cpu.amount = wrapping_subtract(0, cpu.amount);
	change_bandwidth(system, from, receiver, net, cpu, false);
}

void system_refund(struct system *system, struct reader *in)
{
	uint64_t owner = read_u64(in);
	struct table table = system_refunds(system, owner);
	struct refund row;
	struct found found;
	require_auth(owner);
	table_get(&table, owner, &found, &row, "refund request not found");
	check(((int64_t)row.request_time + system->refund_delay_sec) * 1000000 <= system->now,
	      "refund is not available yet");
	asset_add(&row.net_amount, row.cpu_amount);
	system_transfer(name("eosio.stake"), owner, owner, row.net_amount, "unstake");
	table_erase(&table, &found);
}

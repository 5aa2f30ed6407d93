/* eosio.system: buying and selling RAM over the Bancor market (contracts.md 7.1 to 7.4). */
#include "core/contracts/eosio.system/system.h"

#include "core/contracts/library/pow.h"

static struct asset to_exchange(struct exchange *market, struct connector *connector, struct asset in)
{
	double R = (double)market->supply.amount;
	double C = (double)wrapping_add(connector->balance.amount, in.amount);
	double F = connector->weight;
	double T = (double)in.amount;
	double E = -R * (1.0 - contract_pow(1.0 + T / C, F));
	int64_t issued = truncate_double(E);
	market->supply.amount = wrapping_add(market->supply.amount, issued);
	connector->balance.amount = wrapping_add(connector->balance.amount, in.amount);
	return asset_make(issued, market->supply.symbol);
}

static struct asset from_exchange(struct exchange *market, struct connector *connector, struct asset in)
{
	check(in.symbol == market->supply.symbol, "unexpected asset symbol input");
	double R = (double)wrapping_subtract(market->supply.amount, in.amount);
	double C = (double)connector->balance.amount;
	double F = 1.0 / connector->weight;
	double E = (double)in.amount;
	double T = C * (contract_pow(1.0 + E / R, F) - 1.0);
	int64_t out = truncate_double(T);
	market->supply.amount = wrapping_subtract(market->supply.amount, in.amount);
	connector->balance.amount = wrapping_subtract(connector->balance.amount, out);
	return asset_make(out, connector->balance.symbol);
}

static struct asset convert(struct exchange *market, struct asset from, uint64_t to)
{
	do {
		uint64_t base = market->base.balance.symbol, quote = market->quote.balance.symbol;
		if (from.symbol != market->supply.symbol) {
			check(from.symbol == base || from.symbol == quote, "invalid sell");
			from = to_exchange(market, from.symbol == base ? &market->base : &market->quote, from);
		} else {
			check(to == base || to == quote, "invalid conversion");
			from = from_exchange(market, to == base ? &market->base : &market->quote, from);
		}
	} while (from.symbol != to);
	return from;
}

/* Half a percent, rounded up. */
static int64_t fee_of(int64_t amount)
{
	return wrapping_add(amount, 199) / 200;
}

static void set_limits(const struct resources *resources)
{
	set_resource_limits(resources->owner, wrapping_add(resources->ram_bytes, RAM_GIFT_BYTES),
	                    resources->net_weight.amount, resources->cpu_weight.amount);
}

static void take_ram_fee(struct system *system, uint64_t payer, struct asset fee, const char *memo)
{
	if (fee.amount > 0) {
		system_transfer(payer, 0, name("eosio.ramfee"), fee, memo);
		system_channel_to_rex(system, name("eosio.ramfee"), fee);
	}
}

static void buy(struct system *system, uint64_t payer, uint64_t receiver, struct asset quant)
{
	require_auth(payer);
	system_update_ram_supply(system);
	check(quant.symbol == system_core_symbol(system), "must buy ram with core token");
	check(quant.amount > 0, "must purchase a positive amount");
	struct asset fee = {fee_of(quant.amount), quant.symbol}, net = quant;
	net.amount -= fee.amount;
	system_transfer(payer, name("eosio.ram"), name("eosio.ram"), net, "buy ram");
	take_ram_fee(system, payer, fee, "ram fee");

	struct table table = system_market(system);
	struct exchange market;
	struct found found;
	table_get(&table, ramcore_symbol(), &found, &market, "ram market does not exist");
	int64_t bytes = convert(&market, net, ram_symbol()).amount;
	table_modify(&table, &found, 0, &market);
	check(bytes > 0, "must reserve a positive amount");
	system->global.total_ram_bytes_reserved += (uint64_t)bytes;
	system->global.total_ram_stake = wrapping_add(system->global.total_ram_stake, net.amount);

	struct table resources_table = system_resources(system, receiver);
	struct resources resources;
	if (table_find(&resources_table, receiver, &found, &resources)) {
		resources.ram_bytes = wrapping_add(resources.ram_bytes, bytes);
		table_modify(&resources_table, &found, receiver, &resources);
	} else {
		resources = (struct resources){receiver, {0, quant.symbol}, {0, quant.symbol}, bytes};
		table_emplace(&resources_table, receiver, receiver, &resources);
	}
	resources.owner = receiver;
	set_limits(&resources);
}

void system_buyram(struct system *system, struct reader *in)
{
	uint64_t payer = read_u64(in), receiver = read_u64(in);
	buy(system, payer, receiver, read_asset(in));
}

void system_buyrambytes(struct system *system, struct reader *in)
{
	uint64_t payer = read_u64(in), receiver = read_u64(in);
	uint32_t bytes = read_u32(in);
	struct table table = system_market(system);
	struct exchange market;
	struct found found;
	uint64_t core = system_core_symbol(system);
	table_get(&table, ramcore_symbol(), &found, &market, "ram market does not exist");
	buy(system, payer, receiver, convert(&market, (struct asset){bytes, ram_symbol()}, core));
}

void system_sellram(struct system *system, struct reader *in)
{
	uint64_t account = read_u64(in);
	int64_t bytes = read_i64(in);
	require_auth(account);
	system_update_ram_supply(system);
	check(bytes > 0, "cannot sell negative byte");

	struct table resources_table = system_resources(system, account), table = system_market(system);
	struct resources resources;
	struct exchange market;
	struct found resources_found, found;
	table_get(&resources_table, account, &resources_found, &resources, "no resource row");
	check(resources.ram_bytes >= bytes, "insufficient quota");
	table_get(&table, ramcore_symbol(), &found, &market, "ram market does not exist");
	struct asset tokens = convert(&market, (struct asset){bytes, ram_symbol()}, market.quote.balance.symbol);
	table_modify(&table, &found, 0, &market);
	check(tokens.amount > 1, "token amount received from selling ram is too low");
	system->global.total_ram_bytes_reserved -= (uint64_t)bytes;
	system->global.total_ram_stake = wrapping_subtract(system->global.total_ram_stake, tokens.amount);
	check(system->global.total_ram_stake >= 0,
	      "error, attempt to unstake more tokens than previously staked");
	resources.ram_bytes -= bytes;
	table_modify(&resources_table, &resources_found, account, &resources);
	set_limits(&resources);
	system_transfer(name("eosio.ram"), account, account, tokens, "sell ram");
	take_ram_fee(system, account, (struct asset){fee_of(tokens.amount), tokens.symbol}, "sell ram fee");
}

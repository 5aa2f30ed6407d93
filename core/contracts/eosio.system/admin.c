/* eosio.system: administration and what accompanies the chain's own actions (contracts.md 6). */
#include "core/contracts/eosio.system/system.h"

void system_init(struct system *system, struct reader *in)
{
	uint32_t version = read_varuint32(in);
	uint64_t core = read_u64(in);
	require_auth(system->self);
	check(version == 0, "unsupported version for init action");
	struct table table = system_market(system);
	check(!table_has(&table, ramcore_symbol()), "system contract has already been initialized");
	struct asset supply = system_token_supply(asset_code(core));
	check(supply.symbol == core, "specified core symbol does not exist (precision mismatch)");
	check(supply.amount > 0, "system token supply must be greater than 0");
	uint64_t free_ram = system->global.max_ram_size - system->global.total_ram_bytes_reserved;
	struct exchange market = {{INT64_C(100000000000000), ramcore_symbol()},
	                          {{(int64_t)free_ram, ram_symbol()}, 0.5},
	                          {{supply.amount / 1000, core}, 0.5}};
	table_emplace(&table, system->self, ramcore_symbol(), &market);
	struct writer data = {0};
	write_u64(&data, name("eosio.rex"));
	write_u64(&data, core);
	write_u64(&data, system->self);
	send_action(name("eosio.token"), name("open"), system->self, 0, &data);
}

/* Changes the RAM for sale; fails before init as an iterator of multi_index would. */
static void market_add_ram(struct system *system, int64_t bytes)
{
	struct table table = system_market(system);
	struct exchange market;
	struct found found;
	table_get(&table, ramcore_symbol(), &found, &market, "cannot pass end iterator to modify");
	market.base.balance.amount = wrapping_add(market.base.balance.amount, bytes);
	table_modify(&table, &found, 0, &market);
}

void system_setram(struct system *system, struct reader *in)
{
	uint64_t size = read_u64(in);
	require_auth(system->self);
	check(system->global.max_ram_size < size, "ram may only be increased");
	check(size < UINT64_C(1) << 50, "ram size is unrealistic");
	check(size > system->global.total_ram_bytes_reserved, "attempt to set max below reserved");
	market_add_ram(system, (int64_t)(size - system->global.max_ram_size));
	system->global.max_ram_size = size;
}

void system_update_ram_supply(struct system *system)
{
	uint32_t slot = system_slot(system);
	if (slot <= system->global2.last_ram_increase)
		return;
	uint32_t bytes = (slot - system->global2.last_ram_increase) * (uint32_t)system->global2.new_ram_per_block;
	system->global.max_ram_size += bytes;
	market_add_ram(system, bytes);
	system->global2.last_ram_increase = slot;
}

void system_setramrate(struct system *system, struct reader *in)
{
	uint16_t rate = read_u16(in);
	require_auth(system->self);
	system_update_ram_supply(system);
	system->global2.new_ram_per_block = rate;
}

void system_setparams(struct system *system, struct reader *in)
{
	const uint8_t *parameters = read_bytes(in, PARAMETERS_LENGTH);
	uint16_t max_authority_depth;
	__builtin_memcpy(&max_authority_depth, parameters + PARAMETERS_LENGTH - sizeof max_authority_depth,
	                 sizeof max_authority_depth);
	require_auth(system->self);
	__builtin_memcpy(system->global.parameters, parameters, PARAMETERS_LENGTH);
	check(max_authority_depth >= 3, "max_authority_depth should be at least 3");
	set_blockchain_parameters_packed(parameters, PARAMETERS_LENGTH);
}

void system_setpriv(struct system *system, struct reader *in)
{
	uint64_t account = read_u64(in);
	bool privileged = read_u8(in) != 0;
	require_auth(system->self);
	set_privileged(account, privileged);
}

void system_setalimits(struct system *system, struct reader *in)
{
	uint64_t account = read_u64(in);
	int64_t ram_bytes = read_i64(in), net_weight = read_i64(in), cpu_weight = read_i64(in);
	require_auth(system->self);
	struct table table = system_resources(system, account);
	check(!table_has(&table, account), "only supports unlimited accounts");
	set_resource_limits(account, ram_bytes, net_weight, cpu_weight);
}

void system_rmvproducer(struct system *system, struct reader *in)
{
	uint64_t owner = read_u64(in);
	struct table table = system_producers(system);
	struct producer row;
	struct found found;
	require_auth(system->self);
	table_get(&table, owner, &found, &row, "producer not found");
	system_deactivate(&table, &found, &row);
}

void system_updtrevision(struct system *system, struct reader *in)
{
	uint8_t revision = read_u8(in);
	require_auth(system->self);
	check(system->global2.revision < 255, "can not increment revision");
	check(revision == system->global2.revision + 1, "can only increment revision by one");
	check(revision <= 1, "specified revision is not yet supported by the code");
	system->global2.revision = revision;
}

/* Names under 12 characters, and those with a dot, are not for everybody. */
static void check_name_right(const struct system *system, uint64_t creator, uint64_t account)
{
	bool has_dot = false;
	uint64_t rest = account >> 4;
	for (int i = 0; i < 12; i++, rest >>= 5)
		has_dot = has_dot || !(rest & 31);
	if (!has_dot)
		return;
	uint64_t suffix = name_suffix(account);
	if (suffix != account) {
		check(creator == suffix, "only suffix may create this account");
		return;
	}
	struct table table = system_bids(system);
	struct name_bid bid;
	struct found found;
	table_get(&table, account, &found, &bid, "no active bid for name");
	check(bid.high_bidder == creator, "only highest bidder can claim");
	check(bid.high_bid < 0, "auction for name is not closed yet");
	table_erase(&table, &found);
}

void system_newaccount(struct system *system, struct reader *in)
{
	uint64_t creator = read_u64(in), account = read_u64(in);
	if (creator != system->self)
		check_name_right(system, creator, account);
	struct table table = system_resources(system, account);
	struct resources row = {account, system_core(system, 0), system_core(system, 0), 0};
	table_emplace(&table, account, account, &row);
	set_resource_limits(account, 0, 0, 0);
}

void system_setabi(struct system *system, struct reader *in)
{
	struct abi_hash {
		uint64_t owner;
		uint8_t hash[32];
	} row = {0}, before;
	static const struct field fields[] = {FIELD(struct abi_hash, owner), FIELD(struct abi_hash, hash)};
	static const struct row_type type = ROW_TYPE(struct abi_hash, fields);
	struct table table = {system->self, system->self, name("abihash"), &type};
	struct found found;
	row.owner = read_u64(in);
	struct blob abi = read_blob(in);
	sha256(abi.data, (uint32_t)abi.length, row.hash);
	if (table_find(&table, row.owner, &found, &before))
		table_modify(&table, &found, 0, &row);
	else
		table_emplace(&table, row.owner, row.owner, &row);
}

/* eosio.system: globals, tables and rows (contracts.md 5). */
#include "core/contracts/eosio.system/system.h"

static const struct field global_fields[] = {FIELD(struct global, parameters),
	                                         FIELD(struct global, max_ram_size),
	                                         FIELD(struct global, total_ram_bytes_reserved),
	                                         FIELD(struct global, total_ram_stake),
	                                         FIELD(struct global, last_producer_schedule_update),
	                                         FIELD(struct global, last_pervote_bucket_fill),
	                                         FIELD(struct global, pervote_bucket),
	                                         FIELD(struct global, perblock_bucket),
	                                         FIELD(struct global, total_unpaid_blocks),
	                                         FIELD(struct global, total_activated_stake),
	                                         FIELD(struct global, thresh_activated_stake_time),
	                                         FIELD(struct global, last_producer_schedule_size),
	                                         FIELD(struct global, total_producer_vote_weight),
	                                         FIELD(struct global, last_name_close)};
static const struct row_type global_type = ROW_TYPE(struct global, global_fields);

static const struct field global2_fields[] = {
	FIELD(struct global2, new_ram_per_block), FIELD(struct global2, last_ram_increase),
	FIELD(struct global2, last_block_num), FIELD(struct global2, total_producer_votepay_share),
	FIELD(struct global2, revision)};
static const struct row_type global2_type = ROW_TYPE(struct global2, global2_fields);

static const struct field global3_fields[] = {FIELD(struct global3, last_vpay_state_update),
	                                          FIELD(struct global3, total_vpay_share_change_rate)};
static const struct row_type global3_type = ROW_TYPE(struct global3, global3_fields);

static const struct field producer_fields[] = {FIELD(struct producer, owner),
	                                           FIELD(struct producer, total_votes),
	                                           FIELD_OF(struct producer, producer_key, FIELD_KEY, 0),
	                                           FIELD(struct producer, is_active),
	                                           FIELD_OF(struct producer, url, FIELD_BLOB, 1),
	                                           FIELD(struct producer, unpaid_blocks),
	                                           FIELD(struct producer, last_claim_time),
	                                           FIELD(struct producer, location)};
/* prototalvote: the best active producer first */
static void producer_votes(const void *row, void *out)
{
	const struct producer *producer = row;
	double key = producer->is_active ? -producer->total_votes : producer->total_votes;
	__builtin_memcpy(out, &key, sizeof key);
}

static const struct index producer_indices[] = {{INDEX_DOUBLE, producer_votes}};
static const struct row_type producer_type = ROW_TYPE_INDEXED(struct producer, producer_fields,
                                                              producer_indices);

static const struct field producer2_fields[] = {FIELD(struct producer2, owner),
	                                            FIELD(struct producer2, votepay_share),
	                                            FIELD(struct producer2, last_votepay_share_update)};
static const struct row_type producer2_type = ROW_TYPE(struct producer2, producer2_fields);

static const struct field voter_fields[] = {FIELD(struct voter, owner),
	                                        FIELD(struct voter, proxy),
	                                        FIELD_OF(struct voter, producers, FIELD_LIST, sizeof(uint64_t)),
	                                        FIELD(struct voter, staked),
	                                        FIELD(struct voter, last_vote_weight),
	                                        FIELD(struct voter, proxied_vote_weight),
	                                        FIELD(struct voter, is_proxy),
	                                        FIELD(struct voter, reserved1),
	                                        FIELD(struct voter, reserved2),
	                                        FIELD(struct voter, reserved3)};
static const struct row_type voter_type = ROW_TYPE(struct voter, voter_fields);

static const struct field exchange_fields[] = {
	FIELD(struct exchange, supply), FIELD(struct exchange, base.balance), FIELD(struct exchange, base.weight),
	FIELD(struct exchange, quote.balance), FIELD(struct exchange, quote.weight)};
static const struct row_type exchange_type = ROW_TYPE(struct exchange, exchange_fields);

static const struct field resources_fields[] = {
	FIELD(struct resources, owner), FIELD(struct resources, net_weight), FIELD(struct resources, cpu_weight),
	FIELD(struct resources, ram_bytes)};
static const struct row_type resources_type = ROW_TYPE(struct resources, resources_fields);

static const struct field delegation_fields[] = {FIELD(struct delegation, from), FIELD(struct delegation, to),
	                                             FIELD(struct delegation, net_weight),
	                                             FIELD(struct delegation, cpu_weight)};
static const struct row_type delegation_type = ROW_TYPE(struct delegation, delegation_fields);

static const struct field refund_fields[] = {FIELD(struct refund, owner), FIELD(struct refund, request_time),
	                                         FIELD(struct refund, net_amount),
	                                         FIELD(struct refund, cpu_amount)};
static const struct row_type refund_type = ROW_TYPE(struct refund, refund_fields);

static const struct field bid_fields[] = {
	FIELD(struct name_bid, newname), FIELD(struct name_bid, high_bidder), FIELD(struct name_bid, high_bid),
	FIELD(struct name_bid, last_bid_time)};
/* highbid: open bids, the highest first, after all closed ones */
static void bid_amount(const void *row, void *out)
{
	uint64_t key = 0 - (uint64_t)((const struct name_bid *)row)->high_bid;
	__builtin_memcpy(out, &key, sizeof key);
}

static const struct index bid_indices[] = {{INDEX_U64, bid_amount}};
static const struct row_type bid_type = ROW_TYPE_INDEXED(struct name_bid, bid_fields, bid_indices);

struct table system_producers(const struct system *system)
{
	return (struct table){system->self, system->self, name("producers"), &producer_type};
}

struct table system_producers2(const struct system *system)
{
	return (struct table){system->self, system->self, name("producers2"), &producer2_type};
}

struct table system_voters(const struct system *system)
{
	return (struct table){system->self, system->self, name("voters"), &voter_type};
}

struct table system_market(const struct system *system)
{
	return (struct table){system->self, system->self, name("rammarket"), &exchange_type};
}

struct table system_resources(const struct system *system, uint64_t account)
{
	return (struct table){system->self, account, name("userres"), &resources_type};
}

struct table system_delegations(const struct system *system, uint64_t from)
{
	return (struct table){system->self, from, name("delband"), &delegation_type};
}

struct table system_refunds(const struct system *system, uint64_t owner)
{
	return (struct table){system->self, owner, name("refunds"), &refund_type};
}

struct table system_bids(const struct system *system)
{
	return (struct table){system->self, system->self, name("namebids"), &bid_type};
}

/* A singleton: one row under its table's name. */
static struct table singleton(const struct system *system, const char *table, const struct row_type *type)
{
	return (struct table){system->self, system->self, name(table), type};
}

static void store_singleton(const struct system *system, const char *table_name, const struct row_type *type,
                            const void *row)
{
	struct table table = singleton(system, table_name, type);
	struct found found = {db_find_i64(table.code, table.scope, table.name, table.name), table.name, {0, 0}};
	if (found.iterator >= 0)
		table_modify(&table, &found, system->self, row);
	else
		table_emplace(&table, system->self, table.name, row);
}

void system_load(struct system *system)
{
	struct table table = singleton(system, "global", &global_type);
	struct found found;
	if (!table_find(&table, table.name, &found, &system->global)) {
		get_blockchain_parameters_packed(system->global.parameters, PARAMETERS_LENGTH);
		system->global.max_ram_size = DEFAULT_RAM_SIZE;
	}
	table = singleton(system, "global2", &global2_type);
	table_find(&table, table.name, &found, &system->global2);
	table = singleton(system, "global3", &global3_type);
	table_find(&table, table.name, &found, &system->global3);
}

void system_store(const struct system *system)
{
	store_singleton(system, "global", &global_type, &system->global);
	store_singleton(system, "global2", &global2_type, &system->global2);
	store_singleton(system, "global3", &global3_type, &system->global3);
}

uint64_t system_core_symbol(const struct system *system)
{
	struct table table = system_market(system);
	struct exchange market;
	struct found found;
	table_get(&table, ramcore_symbol(), &found, &market, "system contract must first be initialized");
	return market.quote.balance.symbol;
}

struct asset system_token_supply(uint64_t code)
{
	struct supply {
		struct asset supply;
	} row;
	static const struct field fields[] = {FIELD(struct supply, supply)};
	static const struct row_type type = ROW_TYPE(struct supply, fields); /* the beginning of a stat row */
	struct table table = {name("eosio.token"), code, name("stat"), &type};
	struct found found;
	table_get(&table, code, &found, &row, "unable to find key");
	return row.supply;
}

uint32_t system_slot(const struct system *system)
{
	return (uint32_t)((system->now / 1000 - INT64_C(946684800000)) / 500);
}

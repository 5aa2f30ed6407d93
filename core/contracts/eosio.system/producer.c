/* eosio.system: registering producers, and what each block does (contracts.md 8.1, 8.2, 9.1, 9.2). */
#include "core/contracts/eosio.system/system.h"

void system_regproducer(struct system *system, struct reader *in)
{
	uint64_t owner = read_u64(in);
	struct key key = read_key(in);
	struct blob url = read_blob(in);
	uint16_t location = read_u16(in);
	check(url.length < 512, "url too long");
	check(!key_is_default(key), "public key should not be the default value");
	require_auth(owner);

	struct table table = system_producers(system), table2 = system_producers2(system);
	struct producer row;
	struct producer2 row2 = {owner, 0, system->now};
	struct found found;
	if (table_find(&table, owner, &found, &row)) {
		row.producer_key = key;
		row.is_active = true;
		row.url = url;
		row.location = location;
		if (!row.last_claim_time)
			row.last_claim_time = system->now;
		table_modify(&table, &found, owner, &row);
		if (!table_has(&table2, owner)) {
			table_emplace(&table2, owner, owner, &row2);
			system_update_total_votepay_share(system, 0.0, row.total_votes);
		}
	} else {
		row = (struct producer){owner, 0, key, true, url, 0, system->now, location};
		table_emplace(&table, owner, owner, &row);
		table_emplace(&table2, owner, owner, &row2);
	}
}

void system_deactivate(const struct table *table, struct found *found, struct producer *row)
{
	row->producer_key = (struct key){0};
	row->is_active = false;
	table_modify(table, found, 0, row);
}

void system_unregprod(struct system *system, struct reader *in)
{
	uint64_t owner = read_u64(in);
	struct table table = system_producers(system);
	struct producer row;
	struct found found;
	require_auth(owner);
	table_get(&table, owner, &found, &row, "producer not found");
	system_deactivate(&table, &found, &row);
}

struct elected {
	uint64_t owner;
	struct key key;
};

static void update_elected_producers(struct system *system, uint32_t slot)
{
	struct table table = system_producers(system);
	struct elected elected[SCHEDULE_SIZE];
	uint32_t count = 0;
	int32_t iterator;
	uint64_t owner;
	system->global.last_producer_schedule_update = slot;
	for (bool more = index_first(&table, 0, &iterator, &owner); more && count < SCHEDULE_SIZE;
	     more = index_next(&table, 0, &iterator, &owner)) {
		struct producer row;
		struct found found;
		if (!table_find(&table, owner, &found, &row) || row.total_votes <= 0 || !row.is_active)
			break;
		uint32_t at = count++;
		for (; at > 0 && elected[at - 1].owner > owner; at--) /* ascending by name */
			elected[at] = elected[at - 1];
		elected[at] = (struct elected){owner, row.producer_key};
	}
	if (count < system->global.last_producer_schedule_size)
		return;
	struct writer out = {0};
	write_varuint32(&out, count);
	for (uint32_t i = 0; i < count; i++) {
		write_u64(&out, elected[i].owner);
		write_key(&out, elected[i].key);
	}
	if (set_proposed_producers(out.data, (uint32_t)out.length) >= 0)
		system->global.last_producer_schedule_size = (uint16_t)count;
}

void system_onblock(struct system *system, struct reader *in)
{
	require_auth(system->self);
	uint32_t slot = read_u32(in);
	uint64_t owner = read_u64(in);
	system->global2.last_block_num = slot;
	if (system->global.total_activated_stake < MINIMUM_ACTIVATED_STAKE)
		return;
	if (!system->global.last_pervote_bucket_fill)
		system->global.last_pervote_bucket_fill = system->now;
	struct table table = system_producers(system);
	struct producer row;
	struct found found;
	if (table_find(&table, owner, &found, &row)) {
		system->global.total_unpaid_blocks++;
		row.unpaid_blocks++;
		table_modify(&table, &found, 0, &row);
	}
	if (slot - system->global.last_producer_schedule_update > SCHEDULE_UPDATE_SLOTS) {
		update_elected_producers(system, slot);
		if (slot - system->global.last_name_close > SLOTS_PER_DAY)
			system_close_auction(system, slot);
	}
}

/* eosio.system: auctions of short names (contracts.md 11). */
#include "core/contracts/eosio.system/system.h"

struct bid_refund {
	uint64_t bidder;
	struct asset amount;
};
static const struct field bid_refund_fields[] = {FIELD(struct bid_refund, bidder),
	                                             FIELD(struct bid_refund, amount)};
static const struct row_type bid_refund_type = ROW_TYPE(struct bid_refund, bid_refund_fields);

static struct table bid_refunds(const struct system *system, uint64_t newname)
{
	return (struct table){system->self, newname, name("bidrefunds"), &bid_refund_type};
}

/* What follows the last dot; the whole name when there is none. */
uint64_t name_suffix(uint64_t value)
{
	uint32_t after_last_dot = 0, dot = 0;
	for (int32_t shift = 59; shift >= 4; shift -= 5) {
		if (!(value >> shift & 31))
			dot = (uint32_t)shift;
		else
			after_last_dot = dot;
	}
	uint64_t thirteenth = value & 15;
	if (thirteenth)
		after_last_dot = dot;
	if (!after_last_dot)
		return value;
	uint64_t mask = (UINT64_C(1) << after_last_dot) - 16;
	return ((value & mask) << (64 - after_last_dot)) + (thirteenth << (63 - after_last_dot));
}

/* "bid name " and the name. */
static const char *memo_of(const char *begin, uint64_t newname)
{
	char *memo = allocate(64);
	size_t length = 0;
	for (; begin[length]; length++)
		memo[length] = begin[length];
	name_write(memo + length, newname);
	return memo;
}

static void print_bid(uint64_t bidder, struct asset bid, uint64_t newname)
{
	char text[ASSET_TEXT];
	asset_write_text(text, bid);
	printn(bidder);
	prints(" bid ");
	prints(text);
	prints(" on ");
	printn(newname);
	prints("\n");
}

/* The outbid gets its money back, from the table and soon by itself. */
static void refund_outbid(struct system *system, uint64_t bidder, uint64_t newname, uint64_t outbid,
                          struct asset amount)
{
	struct table table = bid_refunds(system, newname);
	struct bid_refund row;
	struct found found;
	if (table_find(&table, outbid, &found, &row)) {
		asset_add(&row.amount, amount);
		table_modify(&table, &found, 0, &row);
	} else {
		row = (struct bid_refund){outbid, amount};
		table_emplace(&table, bidder, outbid, &row);
	}
	struct writer data = {0};
	uint64_t sender_id[2] = {outbid, newname};
	write_u64(&data, outbid);
	write_u64(&data, newname);
	system_send_deferred(system, sender_id, bidder, name("bidrefund"), system->self, &data, 0, false);
}

void system_bidname(struct system *system, struct reader *in)
{
	uint64_t bidder = read_u64(in), newname = read_u64(in);
	struct asset bid = read_asset(in);
	require_auth(bidder);
	check(name_suffix(newname) == newname, "you can only bid on top-level suffix");
	check(newname != 0, "the empty name is not a valid account name to bid on");
	check((newname & 0xf) == 0, "13 character names are not valid account names to bid on");
	check((newname & 0x1f0) == 0,
	      "accounts with 12 character names and no dots can be created without bidding required");
	check(!is_account(newname), "account already exists");
	check(bid.symbol == system_core_symbol(system), "asset must be system token");
	check(bid.amount > 0, "insufficient bid");
	system_transfer(bidder, 0, name("eosio.names"), bid, memo_of("bid name ", newname));
	print_bid(bidder, bid, newname);

	struct table table = system_bids(system);
	struct name_bid row;
	struct found found;
	if (!table_find(&table, newname, &found, &row)) {
		row = (struct name_bid){newname, bidder, bid.amount, system->now};
		table_emplace(&table, bidder, newname, &row);
		return;
	}
	check(row.high_bid > 0, "this auction has already closed");
	check(bid.amount - row.high_bid > row.high_bid / 10, "must increase bid by 10%");
	check(row.high_bidder != bidder, "account is already highest bidder");
	refund_outbid(system, bidder, newname, row.high_bidder, (struct asset){row.high_bid, bid.symbol});
	row.high_bidder = bidder;
	row.high_bid = bid.amount;
	row.last_bid_time = system->now;
	table_modify(&table, &found, bidder, &row);
}

void system_bidrefund(struct system *system, struct reader *in)
{
	uint64_t bidder = read_u64(in), newname = read_u64(in);
	struct table table = bid_refunds(system, newname);
	struct bid_refund row;
	struct found found;
	table_get(&table, bidder, &found, &row, "refund not found");
	system_transfer(name("eosio.names"), bidder, bidder, row.amount, memo_of("refund bid on name ", newname));
	table_erase(&table, &found);
}

void system_close_auction(struct system *system, uint32_t slot)
{
	struct table table = system_bids(system);
	const uint64_t open_bids = INT64_MAX;
	const int64_t activated = system->global.thresh_activated_stake_time;
	struct name_bid row;
	struct found found;
	uint64_t newname;
	if (!index_lower_bound(&table, 0, &open_bids, &newname) || !table_find(&table, newname, &found, &row))
		return;
	if (row.high_bid <= 0 || system->now - row.last_bid_time <= MICROSECONDS_PER_DAY || activated <= 0 ||
	    system->now - activated <= 14 * MICROSECONDS_PER_DAY)
		return;
	system->global.last_name_close = slot;
	system_channel_bid_to_rex(system, row.high_bid);
	row.high_bid = -row.high_bid;
	table_modify(&table, &found, 0, &row);
}

/* eosio.system: what its files share: the globals that each action loads and stores, the rows of its
 * tables, and the steps that one file does for another. The rules are contracts.md 5 to 11; the names of
 * its sections stand in the files' first comments. */
#ifndef EOSIOFS_CORE_CONTRACTS_EOSIO_SYSTEM_SYSTEM_H
#define EOSIOFS_CORE_CONTRACTS_EOSIO_SYSTEM_SYSTEM_H

#include "core/contracts/eosio.system/rules.h"
#include "core/contracts/library/send.h"
#include "core/contracts/library/table.h"

#define DEFAULT_RAM_SIZE (UINT64_C(64) << 30)
enum {
	SECONDS_PER_DAY = 86400,
	RAM_GIFT_BYTES = 1400,
	SCHEDULE_UPDATE_SLOTS = 120,
	SLOTS_PER_DAY = 172800,
	PARAMETERS_LENGTH = 68,
	DEFERRED_LIFETIME_SECONDS = 60,
};

struct global {
	uint8_t parameters[PARAMETERS_LENGTH]; /* packed blockchain parameters */
	uint64_t max_ram_size, total_ram_bytes_reserved;
	int64_t total_ram_stake;
	uint32_t last_producer_schedule_update; /* slot */
	int64_t last_pervote_bucket_fill;       /* microseconds */
	int64_t pervote_bucket, perblock_bucket;
	uint32_t total_unpaid_blocks;
	int64_t total_activated_stake, thresh_activated_stake_time;
	uint16_t last_producer_schedule_size;
	double total_producer_vote_weight;
	uint32_t last_name_close; /* slot */
};
struct global2 {
	uint16_t new_ram_per_block;
	uint32_t last_ram_increase, last_block_num; /* slots, despite the name */
	double total_producer_votepay_share;
	uint8_t revision;
};
struct global3 {
	int64_t last_vpay_state_update;
	double total_vpay_share_change_rate;
};

/* A running action. */
struct system {
	uint64_t self;
	int64_t now;                  /* microseconds */
	uint32_t refund_delay_sec;    /* what the two variants of the contract differ in */
	struct global global;
	struct global2 global2;
	struct global3 global3;
};

struct producer {
	uint64_t owner;
	double total_votes;
	struct key producer_key;
	uint8_t is_active;
	struct blob url;
	uint32_t unpaid_blocks;
	int64_t last_claim_time;
	uint16_t location;
};
struct producer2 {
	uint64_t owner;
	double votepay_share;
	int64_t last_votepay_share_update;
};
struct voter {
	uint64_t owner, proxy;
	struct list producers; /* names */
	int64_t staked;
	double last_vote_weight, proxied_vote_weight;
	uint8_t is_proxy;
	uint32_t reserved1, reserved2;
	struct asset reserved3;
};
struct connector {
	struct asset balance;
	double weight;
};
struct exchange {
	struct asset supply;
	struct connector base, quote;
};
struct resources { /* userres */
	uint64_t owner;
	struct asset net_weight, cpu_weight;
	int64_t ram_bytes;
};
struct delegation { /* delband */
	uint64_t from, to;
	struct asset net_weight, cpu_weight;
};
struct refund {
	uint64_t owner;
	uint32_t request_time; /* seconds */
	struct asset net_amount, cpu_amount;
};
struct name_bid {
	uint64_t newname, high_bidder;
	int64_t high_bid; /* negative: closed */
	int64_t last_bid_time;
};

/* globals.c */
void system_load(struct system *system);
void system_store(const struct system *system);
struct table system_producers(const struct system *system);
struct table system_producers2(const struct system *system);
struct table system_voters(const struct system *system);
struct table system_market(const struct system *system);
struct table system_resources(const struct system *system, uint64_t account);
struct table system_delegations(const struct system *system, uint64_t from);
struct table system_refunds(const struct system *system, uint64_t owner);
struct table system_bids(const struct system *system);
static inline uint64_t ramcore_symbol(void) { return symbol("RAMCORE", 4); }
static inline uint64_t ram_symbol(void) { return symbol("RAM", 0); }
static inline uint64_t rex_symbol(void) { return symbol("REX", 4); }
/* `system contract must first be initialized` before init. */
uint64_t system_core_symbol(const struct system *system);
static inline struct asset system_core(const struct system *system, int64_t amount)
{
	return (struct asset){amount, system_core_symbol(system)};
}
/* The supply of the core token. */
struct asset system_token_supply(uint64_t code);
uint32_t system_slot(const struct system *system);
static inline uint32_t system_seconds(const struct system *system)
{
	return (uint32_t)(system->now / 1000000);
}
static inline void system_transfer(uint64_t from, uint64_t second, uint64_t to, struct asset quantity,
                                   const char *memo)
{
	send_transfer(name("eosio.token"), from, second, to, quantity, memo);
}

/* admin.c: the slots since the last increase add to the RAM that is for sale. */
void system_update_ram_supply(struct system *system);

/* bandwidth.c */
/* Stake that an account won or lost weighs in its votes. */
void system_update_voting_power(struct system *system, uint64_t voter, struct asset delta);
/* A deferred transaction of one action of this contract by ACTOR@active; cancels an earlier one of that id
 * first. sender_id: low, high. */
void system_send_deferred(struct system *system, const uint64_t sender_id[2], uint64_t payer, uint64_t action,
                          uint64_t actor, const struct writer *data, uint32_t delay_sec, bool replace);

/* voting.c */
/* Takes back the voter's old votes and casts the new ones. voting: it is the voter who acts, so new
 * producers and the proxy must be registered. */
void system_update_votes(struct system *system, uint64_t voter, uint64_t proxy, const struct list *producers,
                         bool voting);
double system_update_total_votepay_share(struct system *system, double additional, double rate_delta);
double system_update_producer_votepay_share(struct system *system, struct found *found, struct producer2 *row,
                                            double rate, bool reset);

/* producer.c: takes a producer off the list; its key goes. */
void system_deactivate(const struct table *table, struct found *found, struct producer *row);

/* bidname.c */
/* What follows the last dot; the whole name where there is none. */
uint64_t name_suffix(uint64_t value);
/* The highest of all bids wins its name when it has stood for a day, and the chain has been activated 14
 * days ago. */
void system_close_auction(struct system *system, uint32_t slot);

/* rex_pool.c: fees and bids become rent, once there is REX. */
void system_channel_to_rex(struct system *system, uint64_t from, struct asset amount);
void system_channel_bid_to_rex(struct system *system, int64_t highest_bid);
bool system_holds_rex(const struct system *system, uint64_t owner);

/* The actions of people, each a function system_NAME (admin.c, bandwidth.c …). onblock and those of the
 * chain's own that the contract takes part in stand apart, in eosio.system.c. */
#define SYSTEM_ACTIONS(ACTION)                                                              \
	ACTION(init) ACTION(setram) ACTION(setramrate) ACTION(setparams) ACTION(setpriv)        \
	ACTION(setalimits) ACTION(rmvproducer) ACTION(updtrevision) ACTION(bidname)             \
	ACTION(bidrefund) ACTION(buyram) ACTION(buyrambytes) ACTION(sellram)                    \
	ACTION(delegatebw) ACTION(undelegatebw) ACTION(refund) ACTION(regproducer)              \
	ACTION(unregprod) ACTION(voteproducer) ACTION(regproxy) ACTION(claimrewards)            \
	ACTION(deposit) ACTION(withdraw) ACTION(buyrex) ACTION(unstaketorex) ACTION(sellrex)    \
	ACTION(cnclrexorder) ACTION(rentcpu) ACTION(rentnet) ACTION(fundcpuloan)                \
	ACTION(fundnetloan) ACTION(defcpuloan) ACTION(defnetloan) ACTION(updaterex)             \
	ACTION(rexexec) ACTION(consolidate) ACTION(closerex)

typedef void system_action(struct system *system, struct reader *in);
#define DECLARE(name) system_action system_##name;
SYSTEM_ACTIONS(DECLARE)
#undef DECLARE
system_action system_onblock, system_newaccount, system_setabi;

#endif

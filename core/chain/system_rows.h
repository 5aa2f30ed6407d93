/* Rows of the reference contracts' tables (contracts.md 1.1, 2, 5.2), decoded natively: the one place
 * that knows them. Decoders return -ENOENT, without a sentence, for bytes that are no such row (another
 * contract's table of that name). */
#ifndef EOSIOFS_CORE_CHAIN_SYSTEM_ROWS_H
#define EOSIOFS_CORE_CHAIN_SYSTEM_ROWS_H

#include "core/chain/view.h"

/* The key of rammarket's one row: the symbol 4,RAMCORE. */
#define RAMCORE_SYMBOL UINT64_C(4995142087184830980)
enum { VOTER_PRODUCERS_READ = 64 };

struct voter_row {
	uint64_t owner, proxy;
	uint64_t producers[VOTER_PRODUCERS_READ];
	size_t producers_count;
	int64_t staked;
	double last_vote_weight, proxied_vote_weight;
	bool is_proxy;
};

struct producer_row {
	uint64_t owner;
	double total_votes;
	struct public_key key; /* all zero when unregistered */
	bool active;
	const char *url; /* borrowed from the row's bytes */
	size_t url_length;
	uint32_t unpaid_blocks;
	int64_t last_claim; /* microseconds */
	uint16_t location;
};

/* The parts of global, global2 and global3 that are shown. */
struct global_row {
	int64_t last_pervote_bucket_fill, pervote_bucket, perblock_bucket, total_activated_stake, threshold_time;
	uint32_t total_unpaid_blocks;
	uint16_t last_producer_schedule_size; /* a shorter schedule is never proposed */
	double total_producer_vote_weight;
	/* global2 */
	double total_votepay_share;
	uint8_t revision;
	/* global3 */
	int64_t last_vpay_update;
	double votepay_share_change_rate;
};

/* producers2 */
struct producer_pay_row {
	double votepay;
	int64_t updated; /* microseconds */
};

struct delegation_row {
	uint64_t from, receiver;
	struct asset net, cpu;
};

struct refund_row {
	uint32_t request_time; /* seconds */
	struct asset net, cpu;
};

struct resources_row {
	struct asset net, cpu;
	int64_t ram_bytes;
};

struct ram_market_row {
	struct asset supply, base, quote;
};

/* eosio.token's stat */
struct token_row {
	struct asset supply, maximum;
	uint64_t issuer;
};

/* eosio.msig's proposal */
struct proposal_row {
	const uint8_t *transaction; /* packed; borrowed from the row's bytes */
	size_t transaction_length;
};
typedef void approval_visitor(void *context, const struct permission_level *level, bool provided,
                              int64_t time);

int voter_row_decode(struct voter_row *out, const struct chain_row *row);
int producer_row_decode(struct producer_row *out, const struct chain_row *row);
int producer_pay_row_decode(struct producer_pay_row *out, const struct chain_row *row);
/* From table global; the other two add the parts of global2 and global3. */
int global_row_decode(struct global_row *out, const struct chain_row *row);
int global_row_decode2(struct global_row *out, const struct chain_row *row);
int global_row_decode3(struct global_row *out, const struct chain_row *row);
int delegation_row_decode(struct delegation_row *out, const struct chain_row *row);
int refund_row_decode(struct refund_row *out, const struct chain_row *row);
int resources_row_decode(struct resources_row *out, const struct chain_row *row);
int ram_market_row_decode(struct ram_market_row *out, const struct chain_row *row);
int token_row_decode(struct token_row *out, const struct chain_row *row);
int proposal_row_decode(struct proposal_row *out, const struct chain_row *row);
/* A row of eosio.msig's approvals2, or (not timed) of the older approvals: first those who were asked and
 * have not approved, then those who have (provided), with the time (microseconds; 0: not known). */
int approvals_row_walk(const struct chain_row *row, bool timed, approval_visitor *visitor, void *context);
/* A row of a token's table `accounts`: nothing but an asset, under its symbol's code. */
int balance_row_decode(struct asset *out, const struct chain_row *row);

#endif

/* Rows of the system contract's tables, decoded natively (contracts.md 5.2): what both the tree and the
 * boot sequence look at. Decoders return -ENOENT, without a sentence, for bytes that are no such row
 * (another contract's table of that name). */
#ifndef EOSIOFS_CORE_CHAIN_SYSTEM_ROWS_H
#define EOSIOFS_CORE_CHAIN_SYSTEM_ROWS_H

#include "core/base/key.h"

enum { VOTER_PRODUCERS_READ = 64 };
#define MINIMUM_ACTIVATED_STAKE INT64_C(1500000000000) /* 150 million tokens: 15 % */
#define ONE_DAY_US INT64_C(86400000000)

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

int voter_row_decode(struct voter_row *out, const void *data, size_t length);
int producer_row_decode(struct producer_row *out, const void *data, size_t length);
int global_row_decode(struct global_row *out, const void *data, size_t length); /* the part of table global */

#endif

/* Rows of the system contract's and the token's tables, decoded natively (contracts.md 1.1, 5.2), and what handlers that act through these
 * contracts share. Functions that read return -ENOENT, without a sentence, for what is not there: no contract yet, no row, or another
 * contract's row of that name. Blocks seen go to the request's mtime. */
#ifndef EOSIOFS_FS_SYSTEM_TABLES_H
#define EOSIOFS_FS_SYSTEM_TABLES_H

#include "fs/row.h"

enum { VOTE_PRODUCERS_MAXIMUM = 30, VOTER_PRODUCERS_READ = 64, SCHEDULE_SIZE = 21 };
enum { BLOCK_NUM_GENESIS = 1 };
#define MINIMUM_ACTIVATED_STAKE INT64_C(1500000000000) /* 150 million tokens: 15 % */
#define ONE_DAY_US INT64_C(86400000000)
#define REFUND_DELAY_SEC UINT32_C(259200)

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
	const char *url; /* borrowed from the view */
	size_t url_length;
	uint32_t unpaid_blocks;
	int64_t last_claim; /* microseconds */
	uint16_t location;
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

/* The parts of global, global2 and global3 that are shown. */
struct global_row {
	int64_t last_pervote_bucket_fill, pervote_bucket, perblock_bucket, total_activated_stake, threshold_time;
	uint32_t total_unpaid_blocks;
	double total_producer_vote_weight;
	/* global2 */
	double total_votepay_share;
	uint8_t revision;
	/* global3 */
	int64_t last_vpay_update;
	double votepay_share_change_rate;
};

/* A row of any table. */
int request_row(struct request *request, struct chain_row *out, uint64_t code, uint64_t scope, uint64_t table, uint64_t key, struct error *error);

int voter_row_read(struct request *request, struct voter_row *out, uint64_t owner, struct error *error);
int producer_row_read(struct request *request, struct producer_row *out, uint64_t owner, struct error *error);
int producer_row_decode(struct producer_row *out, const void *data, size_t length);
int delegation_row_read(struct request *request, struct delegation_row *out, uint64_t from, uint64_t receiver, struct error *error);
int delegation_row_decode(struct delegation_row *out, const void *data, size_t length);
int refund_row_read(struct request *request, struct refund_row *out, uint64_t owner, struct error *error);
int resources_row_read(struct request *request, struct resources_row *out, uint64_t owner, struct error *error);
int ram_market_row_read(struct request *request, struct ram_market_row *out, struct error *error);
int global_row_read(struct request *request, struct global_row *out, struct error *error);

/* 0; -ENOENT "no such account: NAME". */
int require_account(struct request *request, uint64_t name, struct error *error);
/* 0 and the core symbol; -ECANCELED, naming what is to be done, before the system contract is initialized. symbol may be NULL. */
int require_system_contract(struct request *request, uint64_t *symbol, struct error *error);
/* The request's account (capture 0) as get_account knows it; release it. */
int request_account(struct request *request, struct chain_account *out, struct error *error);

/* Actions that become one transaction. {0} is an empty one; release it in any case. */
struct batch {
	struct action *actions; /* owned */
	size_t count, capacity;
};
void batch_release(struct batch *batch);
/* JSON data made by printf, authorized by actor@permission. */
int batch_add(struct batch *batch, struct request *request, uint64_t contract, const char *action, uint64_t actor, uint64_t permission,
              struct error *error, const char *json_format, ...) __attribute__((format(printf, 8, 9)));
void batch_add_packed(struct batch *batch, uint64_t contract, uint64_t action, uint64_t actor, uint64_t permission, struct bytes *data);
/* Nothing in it: nothing is sent, 0. */
int batch_send(struct batch *batch, struct request *request, struct error *error);

struct asset_text {
	char text[ASSET_TEXT_SIZE];
};
/* A printable copy for argument lists: asset_text(&asset).text. */
struct asset_text asset_text(const struct asset *asset);

#endif

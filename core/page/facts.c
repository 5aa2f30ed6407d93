/* What the page shows, read from a view: tokens, producers, the latest blocks. */
#include "core/page/page_private.h"

#include "core/base/memory.h"
#include "core/chain/system_rows.h"
#include "core/types/name.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { BALANCE_SIZE = 16 };

void facts_release(struct facts *facts)
{
	free(facts->holdings);
	free(facts->turns);
	free(facts->nodes);
	free(facts->links);
	*facts = (struct facts){0};
}

struct asset facts_asset(const struct facts *facts, int64_t amount)
{
	return (struct asset){.amount = amount, .symbol = facts->symbol};
}

/* A row that there may be; -ENOENT is no failure. false: there is none, or *result says why not. */
static bool find_row(struct chain_view *view, struct chain_row *out, int *result, const struct table_id *id,
                     uint64_t key, struct error *error)
{
	*result = view->operations->row(view, out, id, key, error);
	if (*result == -ENOENT) {
		*result = 0;
		return false;
	}
	return *result == 0;
}

/* The token's row in that table and scope begins with an amount: a balance, or a supply. */
static int read_amount(struct chain_view *view, int64_t *out, uint64_t scope, uint64_t table, uint64_t symbol,
                       struct error *error)
{
	const struct table_id id = {name_literal("eosio.token"), scope, table};
	struct chain_row row;
	struct asset asset;
	int result;

	*out = 0;
	if (find_row(view, &row, &result, &id, symbol_code(symbol), error) && row.length >= BALANCE_SIZE) {
		struct cursor in = cursor_make(row.data, BALANCE_SIZE);
		if (asset_unpack(&asset, &in) == 0 && asset.symbol == symbol)
			*out = asset.amount;
	}
	return result;
}

int facts_general(struct facts *facts, struct chain_view *view, struct error *error)
{
	const uint64_t eosio = name_literal("eosio"), global = name_literal("global");
	const struct table_id id = {eosio, eosio, global};
	struct global_row decoded;
	struct chain_row row;
	int result = view->operations->info(view, &facts->info, error);

	if (result)
		return result;
	facts->symbol = chain_core_symbol(view);
	result = read_amount(view, &facts->supply, symbol_code(facts->symbol), name_literal("stat"),
	                     facts->symbol, error);
	if (result == 0 && find_row(view, &row, &result, &id, global, error) &&
	    global_row_decode(&decoded, &row) == 0)
		facts->activated = decoded.total_activated_stake;
	return result;
}

/* --- tokens --- */

struct collecting {
	struct facts *facts;
	struct chain_view *view;
	struct error *error;
	size_t next; /* of the holdings: the first whose stake may still come */
};

static bool is_systems_own(uint64_t name)
{
	struct name_text name_as_text = name_text(name);
	const char *text = name_as_text.text;
	return strncmp(text, "eosio", 5) == 0 && (text[5] == '\0' || text[5] == '.');
}

static int collect_holding(void *context, uint64_t name)
{
	struct collecting *collecting = context;
	struct facts *facts = collecting->facts;
	struct holding holding = {.account = name};

	facts->accounts++;
	if (is_systems_own(name))
		return 0;
	int result = read_amount(collecting->view, &holding.liquid, name, name_literal("accounts"), facts->symbol,
	                         collecting->error);
	if (result == 0)
		LIST_APPEND(facts->holdings, facts->holdings_count, facts->holdings_capacity, holding);
	return result;
}

/* Both come by name; a node far away tells many rows at once. */
static int collect_stake(void *context, const struct chain_row *row)
{
	struct collecting *collecting = context;
	struct facts *facts = collecting->facts;
	struct voter_row voter;

	if (voter_row_decode(&voter, row) != 0)
		return 0;
	while (collecting->next < facts->holdings_count &&
	       facts->holdings[collecting->next].account < voter.owner)
		collecting->next++;
	if (collecting->next == facts->holdings_count)
		return 1;
	if (facts->holdings[collecting->next].account == voter.owner)
		facts->holdings[collecting->next].staked = voter.staked;
	return 0;
}

static int richest_first(const void *a, const void *b)
{
	const struct holding *left = a, *right = b;
	int64_t left_all = left->liquid + left->staked, right_all = right->liquid + right->staked;

	if (left_all != right_all)
		return left_all > right_all ? -1 : 1;
	return left->account < right->account ? -1 : left->account > right->account;
}

int facts_holdings(struct facts *facts, struct chain_view *view, struct error *error)
{
	const uint64_t eosio = name_literal("eosio");
	const struct table_id voters = {eosio, eosio, name_literal("voters")};
	struct collecting collecting = {facts, view, error, 0};
	int result = view->operations->accounts(view, 0, collect_holding, &collecting, error);

	if (result == 0)
		result = view->operations->rows(view, &voters, 0, collect_stake, &collecting, error);
	if (result < 0)
		return result;
	if (facts->holdings_count)
		qsort(facts->holdings, facts->holdings_count, sizeof *facts->holdings, richest_first);
	return 0;
}

/* --- producers --- */

struct ranking {
	struct facts *facts;
	double all_votes;
};

static int collect_producer(void *context, const struct chain_index_row *found)
{
	const struct chain_row *row = &found->row;
	struct ranking *ranking = context;
	struct facts *facts = ranking->facts;
	struct producer_row decoded;

	if (facts->producers_count == PRODUCERS_SHOWN)
		return 1;
	if (producer_row_decode(&decoded, row) != 0)
		return 0;
	struct producer_fact *producer = &facts->producers[facts->producers_count++];
	size_t length = decoded.url_length < URL_SIZE ? decoded.url_length : URL_SIZE - 1;
	*producer = (struct producer_fact){
		.name = decoded.owner,
		.votes = ranking->all_votes > 0 ? decoded.total_votes / ranking->all_votes : 0,
		.active = decoded.active,
		.unpaid_blocks = decoded.unpaid_blocks,
	};
	memcpy(producer->url, decoded.url, length);
	return 0;
}

static void mark_scheduled(struct facts *facts, const struct producer_schedule *schedule)
{
	for (size_t i = 0; i < facts->producers_count; i++)
		facts->producers[i].scheduled |= producer_schedule_find(schedule, facts->producers[i].name) != NULL;
}

int facts_producers(struct facts *facts, struct chain_view *view, struct error *error)
{
	const uint64_t eosio = name_literal("eosio"), global = name_literal("global");
	const struct chain_index by_votes = {.table = {eosio, eosio, name_literal("producers")},
	                                     .type = CHAIN_INDEX_DOUBLE};
	const struct table_id id = {eosio, eosio, global};
	struct chain_schedules schedules = {0};
	struct ranking ranking = {.facts = facts};
	struct global_row decoded;
	struct chain_row row;
	int result;

	if (find_row(view, &row, &result, &id, global, error) &&
	    global_row_decode(&decoded, &row) == 0)
		ranking.all_votes = decoded.total_producer_vote_weight;
	if (result)
		return result;
	result = view->operations->index_rows(view, &by_votes, NULL, false, collect_producer, &ranking, error);
	if (result < 0)
		return result;
	result = view->operations->schedules(view, &schedules, error);
	if (result == 0)
		mark_scheduled(facts, &schedules.active);
	chain_schedules_release(&schedules);
	return result;
}

/* --- blocks --- */

static void collect_transaction(struct facts *facts, uint32_t block_num,
                                const struct transaction_receipt *receipt)
{
	const struct transaction *transaction = &receipt->packed.transaction;
	struct transaction_fact fact = {.block_num = block_num, .id = receipt->id, .is_deferred = receipt->is_id};

	if (facts->transactions_count == TRANSACTIONS_SHOWN)
		return;
	if (!receipt->is_id) {
		fact.id = receipt->packed.id;
		fact.actions = transaction->actions_count;
	}
	if (fact.actions > 0) {
		fact.contract = transaction->actions[0].account;
		fact.action = transaction->actions[0].name;
		fact.actor = transaction_first_authorizer(transaction);
	}
	facts->transactions[facts->transactions_count++] = fact;
}

static void collect_block(struct facts *facts, const struct signed_block *block, uint32_t number)
{
	if (facts->blocks_count < BLOCKS_SHOWN)
		facts->blocks[facts->blocks_count++] = (struct block_fact){
			.number = number,
			.slot = block->header.timestamp,
			.producer = block->header.producer,
			.transactions = block->transactions_count,
		};
	for (size_t i = block->transactions_count; i > 0; i--)
		collect_transaction(facts, number, &block->transactions[i - 1]);
}

int facts_blocks(struct facts *facts, struct chain_view *view, struct error *error)
{
	enum { LOOKED_AT = 60 }; /* blocks in which transactions are looked for */
	uint32_t head = facts->info.head_block_num;
	int result = 0;

	for (uint32_t i = 0; i < LOOKED_AT && i < head; i++) {
		struct signed_block block = {0};
		result = view->operations->block(view, &block, head - i, error);
		if (result == 0)
			collect_block(facts, &block, head - i);
		signed_block_release(&block);
		if (result)
			break;
		if (facts->blocks_count == BLOCKS_SHOWN && facts->transactions_count == TRANSACTIONS_SHOWN)
			break;
	}
	/* a chain that was joined late, or one behind HTTP, may lack old blocks */
	return result == -ENOENT ? 0 : result;
}

/* producers/NAME: what the chain makes of a producer: votes, rank, whether it produces, and what a claim
 * would pay (contracts.md 9.2). */
#include "fs/files/producers/producers.h"

#include "core/chain/system_actions.h"
#include "core/types/block.h"
#include "core/types/name.h"
#include "core/types/time.h"
#include "fs/files/system_tables.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define EOSIO name_literal("eosio")

int producers_votes_read(struct request *request, struct text *out, struct error *error)
{
	struct producer_row producer;
	int result = request_producer(request, &producer, error);
	/* as every double of the chain is shown */
	if (result == 0)
		text_printf(out, "%.17f\n", producer.total_votes);
	return result;
}

int producers_unpaid_blocks_read(struct request *request, struct text *out, struct error *error)
{
	struct producer_row producer;
	int result = request_producer(request, &producer, error);
	if (result == 0)
		text_printf(out, "%" PRIu32 "\n", producer.unpaid_blocks);
	return result;
}

int producers_last_claim_read(struct request *request, struct text *out, struct error *error)
{
	struct producer_row producer;
	int result = request_producer(request, &producer, error);
	if (result == 0 && producer.last_claim)
		text_printf(out, "%s\n", time_point_text(producer.last_claim).text);
	return result;
}

int producers_missed_read(struct request *request, struct text *out, struct error *error)
{
	uint32_t missed = 0;
	int result = request_view(request, error);
	if (result == 0)
		result = request->view->operations->missed(request->view, &missed, request->name[0], error);
	if (result == 0)
		text_printf(out, "%" PRIu32 "\n", missed);
	return result;
}

int producers_node_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_producer producer = {0};
	int result = request->chain->operations->producer_state(request->chain, &producer, request->name[0],
	                                                        error);
	request_saw_block(request, BLOCK_NUM_GENESIS);
	if (result)
		return result;
	/* up to the root, however far; where there is none, to the place where the tutorial would make it */
	for (const char *at = dentry_path(request->dentry); (at = strchr(at, '/')); at++)
		text_append(out, "../");
	text_printf(out, "nodes/%s", producer.node ? name_text(producer.node).text : request->capture[0]);
	return 0;
}

/* --- rank --- */

struct rank_search {
	uint64_t producer;
	unsigned rank;
};

static int count_to_producer(void *context, const struct chain_index_row *found)
{
	const struct chain_row *row = &found->row;
	struct rank_search *search = context;
	search->rank++;
	return row->primary_key == search->producer;
}

/* 1 first: the walk ends where the producer stands. */
static int find_rank(struct request *request, unsigned *rank, struct error *error)
{
	struct rank_search search = {.producer = request->name[0]};
	int result = walk_producers(request, count_to_producer, &search, error);
	*rank = search.rank;
	return result;
}

int producers_rank_read(struct request *request, struct text *out, struct error *error)
{
	struct producer_row producer;
	unsigned rank = 0;
	int result = request_producer(request, &producer, error);
	if (result == 0 && producer.active)
		result = find_rank(request, &rank, error);
	request->block_num = 0; /* other producers' votes count as well */
	if (result == 0 && producer.active)
		text_printf(out, "%u\n", rank);
	return result;
}

/* --- status --- */

/* A sentence with its node's name for %1$s and its key for %2$s, and a newline. */
static void print_places(struct text *out, const char *sentence, const char *node, const char *key)
{
	for (const char *place; (place = strchr(sentence, '%')); sentence = place + 4) {
		text_append_bytes(out, sentence, (size_t)(place - sentence));
		text_append(out, place[1] == '1' ? node : key);
	}
	text_printf(out, "%s\n", sentence);
}

/* One of the active schedule: what its node lets it do. */
static int print_scheduled(struct request *request, struct text *out,
                           const struct producer_authority *scheduled, struct error *error)
{
	static const char *const sentences[] = {
		[CHAIN_PRODUCER_PRODUCES] = "producing",
		[CHAIN_PRODUCER_NO_NODE] = "not producing: no node has its key %2$s",
		[CHAIN_PRODUCER_NODE_STOPPED] = "not producing: its node %1$s is stopped",
		[CHAIN_PRODUCER_NO_KEY] = "not producing: its node %1$s has no key",
		[CHAIN_PRODUCER_WRONG_KEY] = "not producing: its node %1$s has another key, not %2$s",
		[CHAIN_PRODUCER_CUT_OFF] = "not producing here: its node %1$s is cut off, no link leads to it",
		[CHAIN_PRODUCER_STALE] = "not producing: its node %1$s has seen no fresh block since its start",
		[CHAIN_PRODUCER_PAUSED] = "not producing: its node %1$s is paused: /v1/producer/resume lets it go on",
		[CHAIN_PRODUCER_LIB_TOO_OLD] =
			"not producing: the last irreversible block is older than its node %1$s allows",
		[CHAIN_PRODUCER_NOT_KNOWN] = "scheduled; whether its node runs is not told here",
	};
	struct chain_producer producer = {0};
	int result = request->chain->operations->producer_state(request->chain, &producer,
	                                                        scheduled->producer_name, error);
	if (result)
		return result;
	print_places(out, sentences[producer.state], name_text(producer.node).text,
	             scheduled->keys_count > 0 ? public_key_text(&scheduled->keys[0].key).text : "");
	return 0;
}

/* Those with no votes, and the unregistered, come last. */
static int count_electable(void *context, const struct chain_index_row *found)
{
	unsigned *electable = context;
	struct producer_row producer;
	if (producer_row_decode(&producer, &found->row) != 0 || !producer.active || !(producer.total_votes > 0))
		return 1;
	return ++*electable == SCHEDULE_SIZE;
}

/* One of the first by votes that waits for a schedule: one is proposed once a minute, but never a shorter
 * one than the last (contracts.md 9.2). */
static int print_waiting(struct request *request, struct text *out, const struct global_row *global,
                         unsigned rank, struct error *error)
{
	unsigned electable = 0;
	int result = walk_producers(request, count_electable, &electable, error);
	if (result)
		return result;
	if (electable < global->last_producer_schedule_size)
		text_printf(out,
		            "not producing: rank %u, but only %u producer%s votes, and the schedule of %u stays "
		            "until as many have\n",
		            rank, electable, electable == 1 ? " has" : "s have",
		            (unsigned)global->last_producer_schedule_size);
	else
		text_printf(
			out, "not producing yet: rank %u, schedule pending: a new one is proposed once a minute\n",
			rank);
	return 0;
}

static int print_unscheduled(struct request *request, struct text *out, const struct producer_row *producer,
                             bool pending, struct error *error)
{
	struct global_row global = {0};
	unsigned rank = 0;
	if (!producer->active) {
		text_printf(out, "not producing: unregistered (echo 1 > producers/%s/active)\n",
		            request->capture[0]);
		return 0;
	}
	int result = global_row_read(request, &global, error);
	if (result && result != -ENOENT)
		return result;
	if (global.total_activated_stake < MINIMUM_ACTIVATED_STAKE) {
		const uint64_t symbol = chain_core_symbol(request->view);
		const struct asset voted = {global.total_activated_stake, symbol},
		                   needed = {MINIMUM_ACTIVATED_STAKE, symbol};
		text_printf(out, "not producing: 15 %% not reached: %s of %s have voted\n", asset_text(&voted).text,
		            asset_text(&needed).text);
		return 0;
	}
	if (pending) {
		text_append(
			out, "not producing yet: schedule pending, until the block that proposed it is irreversible\n");
		return 0;
	}
	result = find_rank(request, &rank, error);
	if (result)
		return result;
	if (rank > SCHEDULE_SIZE)
		text_printf(out, "not producing: rank %u, of which the first %d produce\n", rank, SCHEDULE_SIZE);
	else if (!(producer->total_votes > 0))
		text_printf(out, "not producing: rank %u, but nobody votes for it\n", rank);
	else
		return print_waiting(request, out, &global, rank, error);
	return 0;
}

int producers_status_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_schedules schedules = {0};
	struct producer_row producer;
	int result = request_producer(request, &producer, error);
	if (result == 0)
		result = request->view->operations->schedules(request->view, &schedules, error);
	if (result == 0) {
		const uint64_t name = request->name[0];
		const struct producer_authority *scheduled = producer_schedule_find(&schedules.active, name);
		bool waits = producer_schedule_find(&schedules.pending, name) ||
		             producer_schedule_find(&schedules.proposed, name);
		result = scheduled ? print_scheduled(request, out, scheduled, error)
		                   : print_unscheduled(request, out, &producer, waits, error);
	}
	request->block_num = 0; /* a sentence about the whole chain */
	chain_schedules_release(&schedules);
	return result;
}

/* --- rewards --- */

/* What claimrewards would pay in a block of this time. */
static int compute_pay(struct request *request, struct claim_pay *out, const struct producer_row *producer,
                       struct global_row *global, uint64_t symbol, int64_t now, struct error *error)
{
	struct producer_pay_row share = {.updated = now};
	struct token_row token;
	struct chain_row row;
	int result = token_row_read(request, &token, name_literal("eosio.token"), symbol_code(symbol), error);
	if (result)
		return result;
	if (request_row(request, &row, EOSIO, EOSIO, name_literal("producers2"), producer->owner, NULL) == 0)
		producer_pay_row_decode(&share, &row);
	*out = claim_pay_compute(producer, &share, global, token.supply.amount, now);
	return 0;
}

/* Of the block that a claim would be in: the one in the making, which a node elsewhere does not tell, or the
 * next one. */
static int64_t claim_time(const struct request *request)
{
	struct chain_view *view = request->view;
	struct chain_info info = {0};
	if (!view)
		return 0;
	view->operations->info(view, &info, NULL);
	return slot_to_us(info.head_slot >= view->slot ? info.head_slot + 1 : view->slot);
}

int producers_rewards_read(struct request *request, struct text *out, struct error *error)
{
	struct producer_row producer;
	struct global_row global = {0};
	struct claim_pay pay = {0};
	uint64_t symbol = 0;
	int result = request_producer(request, &producer, error);
	if (result == 0)
		result = global_row_read(request, &global, error);
	if (result == 0)
		symbol = chain_core_symbol(request->view);
	const int64_t now = claim_time(request);
	if (result == 0)
		result = compute_pay(request, &pay, &producer, &global, symbol, now, error);
	request->block_num = 0; /* grows with time */
	if (result == -ENOENT && producer.owner) {
		text_append(out, "# nothing: there is no token to be paid in\n");
		return 0;
	}
	if (result)
		return result;
	const struct asset sum = {pay.blocks + pay.votes, symbol}, blocks = {pay.blocks, symbol},
	                   votes = {pay.votes, symbol};
	text_printf(out, "# a claim now would pay %s: %s for %" PRIu32 " blocks, %s for votes\n",
	            asset_text(&sum).text, asset_text(&blocks).text, producer.unpaid_blocks,
	            asset_text(&votes).text);
	if (!producer.active)
		text_append(out, "# but it would fail: the producer is unregistered\n");
	else if (global.total_activated_stake < MINIMUM_ACTIVATED_STAKE)
		text_append(out, "# but it would fail: 15 % of all tokens have not voted yet\n");
	else if (now - producer.last_claim <= MICROSECONDS_PER_DAY)
		text_printf(out, "# but it would fail: one claim a day, the next after %s\n",
		            time_point_text(producer.last_claim + MICROSECONDS_PER_DAY).text);
	return 0;
}

int producers_rewards_write(struct request *request, const char *data, size_t length, struct error *error)
{
	(void)data;
	(void)length;
	struct action action;
	make_claimrewards(&action, request->name[0]);
	return request_act(request, &action, error);
}

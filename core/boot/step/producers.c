/* Producers and votes: reg-prod, vote, claim, proxy. */
#include "core/boot/step/step.h"

#include "core/chain/system_actions.h"
#include "core/chain/system_rules.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	/* of chain time, one at a time: a schedule is proposed once a minute and takes two rounds at most */
	WAIT_SECONDS = 240,
};

static size_t producer_account(const struct boot_plan *plan, size_t producer)
{
	return plan->accounts.users + producer;
}

static uint64_t producer_of(const struct boot_plan *plan, size_t producer)
{
	return plan->accounts.list[producer_account(plan, producer)].name;
}

static int not_known(const char *what, uint64_t name, struct error *error)
{
	return error_set(error, EBADMSG, "the row of %s \"%s\" is not what this program knows", what,
	                 name_text(name).text);
}

/* 1, or 0: not registered. */
static int read_producer(struct boot_context *context, struct producer_row *out, uint64_t name,
                         struct error *error)
{
	struct chain_row row;
	int result = boot_row(context, &row, "eosio", name_literal("eosio"), "producers", name, error);

	if (result <= 0)
		return result;
	return producer_row_decode(out, &row) == 0 ? 1 : not_known("producer", name, error);
}

/* --- reg-prod --- */

int step_reg_prod_check(struct boot_context *context, struct error *error)
{
	int result = 0;
	for (size_t i = 0; i < boot_producers(context->plan) && result == 0; i++)
		result = boot_account_signs(context, producer_account(context->plan, i), error);
	return result;
}

size_t step_reg_prod_count(struct boot_context *context) { return boot_producers(context->plan); }

int step_reg_prod_done(struct boot_context *context, size_t index, struct error *error)
{
	struct producer_row row;
	return read_producer(context, &row, producer_of(context->plan, index), error);
}

int step_reg_prod_make(struct boot_context *context, struct boot_item *item, size_t index,
                       struct error *error)
{
	uint64_t name = producer_of(context->plan, index);
	struct public_key public;
	char url[KEY_TEXT_SIZE + 64];
	int result = boot_account_key(&context->plan->accounts, &public, NULL,
	                              producer_account(context->plan, index), error);

	if (result)
		return result;
	struct key_text key = public_key_text(&public);
	snprintf(url, sizeof url, "https://%s.com/%s", name_text(name).text, key.text);
	make_regproducer(boot_item_next(item), name, &public, url, strlen(url), 0);
	boot_item_by_account(item, producer_account(context->plan, index));
	item->order = BOOT_BESIDE;
	text_printf(&item->command, "cleos system regproducer %s %s %s", name_text(name).text, key.text, url);
	return 0;
}

/* --- voters --- */

/* 1, or 0 with an empty row. */
static int read_voter(struct boot_context *context, struct voter_row *out, uint64_t name, struct error *error)
{
	struct chain_row row;
	int result = boot_row(context, &row, "eosio", name_literal("eosio"), "voters", name, error);

	*out = (struct voter_row){0};
	if (result <= 0)
		return result;
	return voter_row_decode(out, &row) == 0 ? 1 : not_known("voter", name, error);
}

/* voteproducer; producers in the order that the contract demands. names is sorted. */
static void make_vote(struct boot_item *item, const struct boot_plan *plan, size_t account, uint64_t *names,
                      size_t count)
{
	uint64_t voter = plan->accounts.list[account].name;

	count = names_sort(names, count);
	make_voteproducer(boot_item_next(item), voter, 0, names, count);
	text_printf(&item->command, "cleos system voteproducer prods %s", name_text(voter).text);
	for (size_t i = 0; i < count; i++)
		text_printf(&item->command, " %s", name_text(names[i]).text);
	boot_item_by_account(item, account);
}

/* --- vote --- */

int step_vote_check(struct boot_context *context, struct error *error)
{
	int result = 0;
	for (size_t i = 0; i < step_vote_count(context) && result == 0; i++)
		result = boot_account_signs(context, i, error);
	return result;
}

size_t step_vote_count(struct boot_context *context)
{
	return boot_producers(context->plan) ? context->plan->voters : 0;
}

int step_vote_done(struct boot_context *context, size_t index, struct error *error)
{
	struct voter_row row;
	int result = read_voter(context, &row, context->plan->accounts.list[index].name, error);

	return result < 0 ? result : row.producers_count > 0 || row.proxy != 0;
}

int step_vote_make(struct boot_context *context, struct boot_item *item, size_t index, struct error *error)
{
	const struct boot_plan *plan = context->plan;
	uint64_t names[64];
	(void)error;
	for (size_t i = 0; i < plan->votes_each; i++)
		names[i] = producer_of(plan, plan->votes[index * plan->votes_each + i]);
	make_vote(item, plan, index, names, plan->votes_each);
	item->order = BOOT_BESIDE;
	return 0;
}

/* --- the state of the vote as a whole --- */

/* 1: 15 % of all tokens have voted. */
static int stake_activated(struct boot_context *context, struct error *error)
{
	struct chain_row row;
	struct global_row global;
	int result = boot_row(context, &row, "eosio", name_literal("eosio"), "global", name_literal("global"),
	                      error);

	if (result <= 0)
		return result;
	if (global_row_decode(&global, &row) != 0)
		return error_set(error, EBADMSG, "the system contract's global state is not what this program knows");
	return global.total_activated_stake >= MINIMUM_ACTIVATED_STAKE;
}

int boot_producers_elected(struct boot_context *context, struct error *error)
{
	struct chain_schedules schedules = {0};
	int result = context->view->operations->schedules(context->view, &schedules, error);
	const struct producer_schedule *active = &schedules.active;
	bool elected = active->producers_count > 1 ||
	               (active->producers_count == 1 &&
	                active->producers[0].producer_name != name_literal("eosio"));

	chain_schedules_release(&schedules);
	return result ? result : elected;
}

/* --- claim --- */

size_t step_claim_count(struct boot_context *context) { return boot_producers(context->plan); }

/* Nothing to do unless a day has passed since the registration or the last claim. */
int step_claim_done(struct boot_context *context, size_t index, struct error *error)
{
	struct producer_row row;
	int result = read_producer(context, &row, producer_of(context->plan, index), error);

	if (result <= 0 || !row.active ||
	    slot_to_us(context->view->slot) - row.last_claim <= MICROSECONDS_PER_DAY)
		return result < 0 ? result : BOOT_ITEM_NEEDLESS;
	result = stake_activated(context, error);
	return result < 0 ? result : result ? BOOT_ITEM_OPEN : BOOT_ITEM_NEEDLESS;
}

int step_claim_make(struct boot_context *context, struct boot_item *item, size_t index, struct error *error)
{
	uint64_t name = producer_of(context->plan, index);

	(void)error;
	make_claimrewards(boot_item_next(item), name);
	boot_item_by_account(item, producer_account(context->plan, index));
	text_printf(&item->command, "cleos system claimrewards %s", name_text(name).text);
	return 0;
}

/* --- proxy --- */

/* Items: the elected producers take over (the script sleeps for it), the proxy (the first producer) votes,
 * becomes a proxy, the voters choose it. What was elected stays: a proxy's votes for fewer producers than
 * the schedule has change nothing. */
enum { ITEM_ELECTION, ITEM_PROXY_VOTES, ITEM_PROXY_REGISTERS, ITEM_VOTERS };

size_t step_proxy_count(struct boot_context *context)
{
	return boot_producers(context->plan) ? ITEM_VOTERS + context->plan->voters : 0;
}

int step_proxy_done(struct boot_context *context, size_t index, struct error *error)
{
	const struct boot_plan *plan = context->plan;
	struct voter_row row;
	int result;
	if (index == ITEM_ELECTION) {
		result = boot_producers_elected(context, error);
		if (result == 0)
			result = stake_activated(context, error) == 1 ? BOOT_ITEM_OPEN
			                                              : BOOT_ITEM_NEEDLESS; /* eosio goes on */
		return result;
	}
	size_t account = index < ITEM_VOTERS ? producer_account(plan, 0) : index - ITEM_VOTERS;
	if (index >= ITEM_VOTERS && account == producer_account(plan, 0))
		return BOOT_ITEM_NEEDLESS; /* the proxy does not use itself */
	result = read_voter(context, &row, plan->accounts.list[account].name, error);
	if (result < 0)
		return result;
	return index == ITEM_PROXY_VOTES       ? row.producers_count > 0
	       : index == ITEM_PROXY_REGISTERS ? row.is_proxy
	                                       : row.proxy != 0;
}

/* 1: and one of them has made a block. */
static int producers_took_over(struct boot_context *context, struct error *error)
{
	struct chain_info info;
	int result = boot_producers_elected(context, error);

	if (result <= 0)
		return result;
	result = context->view->operations->info(context->view, &info, error);
	return result ? result : info.head_block_producer != name_literal("eosio");
}

/* A real node's clock is its own. */
static int wait_a_second(struct boot_context *context, struct error *error)
{
	error_clear(error);
	nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
	return interruption_happened(context->interruption)
	           ? error_set(error, EINTR, "interrupted")
	           : 0;
}

/* The chain's clock goes on until the vote has become a schedule, and the schedule the active one. */
static int await_election(struct boot_context *context, size_t index, struct error *error)
{
	const struct chain_operations *operations = context->chain->operations;
	int result = 0;
	(void)index;
	for (unsigned second = 0; second < WAIT_SECONDS; second++) {
		struct boot_context now = *context;
		now.view = NULL;
		result = chain_view_open(context->chain, &now.view, NULL, context->interruption, error);
		if (result == 0)
			result = producers_took_over(&now, error);
		if (result == 0 && second == 0 && stake_activated(&now, error) == 0) {
			text_append(context->notes,
			            "# less than 15 % of all tokens have voted: eosio goes on producing\n");
			result = 1;
		}
		chain_view_close(now.view);
		if (result)
			return result < 0 ? result : 0;
		result = operations->clock_advance(context->chain, SECOND_US, false, context->interruption, error);
		if (result == -EOPNOTSUPP)
			result = wait_a_second(context, error);
		if (result)
			return result;
	}
	return error_set(error, EAGAIN, "the elected producers have not taken over within %d s%s", WAIT_SECONDS,
	                 context->chain->lacks & CHAIN_NODES
	                     ? ": their nodes need the keys that step wallet made, which lie in the wallet here"
	                     : "");
}

static void make_proxy_vote(struct boot_context *context, struct boot_item *item)
{
	const struct boot_plan *plan = context->plan;
	uint64_t names[64];
	for (size_t i = 0; i < plan->votes_each; i++)
		names[i] = producer_of(plan, i);
	make_vote(item, plan, producer_account(plan, 0), names, plan->votes_each);
}

int step_proxy_make(struct boot_context *context, struct boot_item *item, size_t index, struct error *error)
{
	const struct boot_plan *plan = context->plan;
	uint64_t proxy = producer_of(plan, 0);

	(void)error;
	if (index == ITEM_ELECTION) {
		text_append(&item->command, "# until the elected producers are active");
		item->act = await_election;
		return 0;
	}
	if (index == ITEM_PROXY_VOTES) {
		make_proxy_vote(context, item);
		return 0;
	}
	if (index == ITEM_PROXY_REGISTERS) {
		make_regproxy(boot_item_next(item), proxy, true);
		boot_item_by_account(item, producer_account(plan, 0));
		text_printf(&item->command, "cleos system regproxy %s", name_text(proxy).text);
		return 0;
	}
	uint64_t voter = plan->accounts.list[index - ITEM_VOTERS].name;
	make_voteproducer(boot_item_next(item), voter, proxy, NULL, 0);
	boot_item_by_account(item, index - ITEM_VOTERS);
	item->order = BOOT_BESIDE;
	text_printf(&item->command, "cleos system voteproducer proxy %s %s", name_text(voter).text,
	            name_text(proxy).text);
	return 0;
}

/* stake and xfer: accounts with RAM, stake and liquid tokens by the tutorial's rule, and random transfers
 * among them. */
#include "core/base/memory.h"
#include "core/boot/random.h"
#include "core/boot/step/step.h"
#include "core/chain/system_actions.h"
#include "core/types/name.h"

#include <errno.h>
#include <stdlib.h>

/* How many accounts of others are listed to see which of the plan's are there. */
enum { OTHERS_LISTED = 10000 };

/* --- stake --- */

/* How an account's funds are split: ram, then min-stake, then at most max-unstaked liquid, the rest
 * staked; halves rounded to even as Python's. */
struct split {
	int64_t ram, net, cpu, liquid;
};

static struct split split_funds(const struct boot_plan *plan, size_t account)
{
	int64_t ram = boot_settings_units(&plan->settings, OPTION_RAM_FUNDS),
	        least = boot_settings_units(&plan->settings, OPTION_MIN_STAKE);
	int64_t most = boot_settings_units(&plan->settings, OPTION_MAX_UNSTAKED),
	        rest = plan->accounts.list[account].funds - ram;
	int64_t staked = rest < least ? rest : least, liquid = rest - staked < most ? rest - staked : most,
	        stake = rest - liquid;
	int64_t net = stake / 2;

	if (stake % 2 && net % 2)
		net++;
	return (struct split){ram, net, stake - net, liquid};
}

static size_t stake_account(const struct boot_plan *plan, size_t index)
{
	return plan->stake_items[index] / 2;
}

static bool stake_is_transfer(const struct boot_plan *plan, size_t index)
{
	return plan->stake_items[index] % 2;
}

/* Accounts whose funds do not pay for their RAM are left out, as the script leaves them out. */
void boot_plan_stake_items(struct boot_plan *plan)
{
	plan->stake_items = memory_allocate(2 * plan->accounts.count + 1, sizeof *plan->stake_items);
	plan->stake_items_count = 0;
	for (size_t i = 0; i < plan->accounts.count; i++) {
		if (plan->accounts.list[i].funds < boot_settings_units(&plan->settings, OPTION_RAM_FUNDS))
			continue;
		plan->stake_items[plan->stake_items_count++] = (uint32_t)(2 * i);
		if (split_funds(plan, i).liquid)
			plan->stake_items[plan->stake_items_count++] = (uint32_t)(2 * i + 1);
	}
}

size_t step_stake_count(struct boot_context *context) { return context->plan->stake_items_count; }

static int has_balance(struct boot_context *context, uint64_t account, struct error *error)
{
	struct chain_row row;
	return boot_row(context, &row, "eosio.token", account, "accounts", symbol_code(context->plan->symbol),
	                error);
}

struct listing {
	struct boot_plan *plan;
	bool *has;       /* by account */
	uint32_t *order; /* owned: the plan's accounts by name */
	size_t next, others;
};

static int compare_listed(const void *a, const void *b, void *plan)
{
	const struct boot_account *list = ((const struct boot_plan *)plan)->accounts.list;

	return name_compare(&list[*(const uint32_t *)a].name, &list[*(const uint32_t *)b].name);
}

/* Ends behind the last of them, or where too many others lie between. */
static int see_account(void *context, const struct chain_scope *scope)
{
	struct listing *listing = context;
	struct boot_plan *plan = listing->plan;
	const struct boot_account *list = plan->accounts.list;

	while (listing->next < plan->accounts.count && list[listing->order[listing->next]].name < scope->scope)
		listing->next++;
	if (listing->next == plan->accounts.count)
		return 1;
	if (list[listing->order[listing->next]].name == scope->scope)
		listing->has[listing->order[listing->next++]] = true;
	else if (++listing->others > OTHERS_LISTED)
		return 1;
	return 0;
}

/* Which of the plan's accounts have rows of their own in a table; of those not reached ask() tells. */
static int list_accounts(struct boot_context *context, struct boot_listed *out, const char *code,
                         const char *table,
                         int (*ask)(struct boot_context *context, uint64_t account, struct error *error),
                         struct error *error)
{
	struct boot_plan *plan = context->plan;
	const size_t count = plan->accounts.count;
	struct listing listing = {.plan = plan, .order = memory_allocate(count + 1, sizeof *listing.order)};

	free(out->has);
	out->has = listing.has = memory_allocate(count + 1, sizeof *out->has);
	for (size_t i = 0; i < count; i++)
		listing.order[i] = (uint32_t)i;
	qsort_r(listing.order, count, sizeof *listing.order, compare_listed, plan);
	int result = count ? context->view->operations->scopes(context->view, name_literal(code),
	                                                       name_literal(table),
	                                                       plan->accounts.list[listing.order[0]].name,
	                                                       see_account, &listing, error)
	                   : 0;
	bool left = result == 1;
	for (size_t at = listing.next; left && result >= 0 && at < count; at++) {
		result = ask(context, plan->accounts.list[listing.order[at]].name, error);
		out->has[listing.order[at]] = result > 0;
	}
	free(listing.order);
	out->sequence = result < 0 ? 0 : context->view->sequence;
	return result < 0 ? result : 0;
}

/* The system contract's own list of accounts says it at once. One that was made before that contract was
 * there is not in it: the chain refuses to make it again. */
static int account_exists(struct boot_context *context, size_t account, struct error *error)
{
	struct boot_listed *exist = &context->plan->exist;

	if (!boot_asks_far(context))
		return boot_account_exists(context, context->plan->accounts.list[account].name, error);
	int result = exist->sequence == context->view->sequence
	                 ? 0
	                 : list_accounts(context, exist, "eosio", "userres", boot_account_exists, error);
	return result ? result : exist->has[account];
}

static int see_other_token(void *context, const struct chain_scope *scope)
{
	return scope->scope != *(const uint64_t *)context;
}

/* Whether whoever has a balance has it in the plan's symbol: the contract has no other one. */
static int is_only_token(struct boot_context *context, struct error *error)
{
	uint64_t symbol = symbol_code(context->plan->symbol);
	int result = context->view->operations->scopes(context->view, name_literal("eosio.token"),
	                                               name_literal("stat"), 0, see_other_token, &symbol, error);

	return result < 0 ? result : !result;
}

static int has_tokens(struct boot_context *context, size_t account, struct error *error)
{
	struct boot_listed *have = &context->plan->have_tokens;
	uint64_t name = context->plan->accounts.list[account].name;

	int only = boot_asks_far(context) ? is_only_token(context, error) : 0;
	if (only <= 0)
		return only ? only : has_balance(context, name, error);
	int result = have->sequence == context->view->sequence
	                 ? 0
	                 : list_accounts(context, have, "eosio.token", "accounts", has_balance, error);
	return result ? result : have->has[account];
}

int step_stake_done(struct boot_context *context, size_t index, struct error *error)
{
	size_t account = stake_account(context->plan, index);
	int exists = account_exists(context, account, error);

	return exists > 0 && stake_is_transfer(context->plan, index) ? has_tokens(context, account, error)
	                                                             : exists;
}

static int check_existing(struct boot_context *context, size_t account, struct error *error)
{
	struct boot_account *wanted = &context->plan->accounts.list[account];
	struct chain_account found = {0};
	struct public_key key;
	int result = context->view->operations->account(context->view, &found, wanted->name, error);

	if (result == 0)
		result = boot_account_key(&context->plan->accounts, &key, NULL, account, error);
	const struct chain_permission *active = chain_account_permission(&found, name_literal("active"));
	bool same = result == 0 && active && authority_names_key(&active->authority, &key);
	chain_account_release(&found);
	if (result == 0 && !same)
		result = error_set(error, EEXIST, "account \"%s\" exists already, with another key than this boot's",
		                   name_text(wanted->name).text);
	return result;
}

/* An account that somebody else made must not be taken for one of ours. */
int step_stake_check(struct boot_context *context, struct error *error)
{
	for (size_t i = 0; i < context->plan->stake_items_count; i++) {
		if (stake_is_transfer(context->plan, i))
			continue;
		int result = step_stake_done(context, i, error);
		if (result > 0)
			result = check_existing(context, stake_account(context->plan, i), error);
		if (result < 0)
			return result;
	}
	return 0;
}

static void make_liquid(struct boot_context *context, struct boot_item *item, size_t account)
{
	const struct boot_plan *plan = context->plan;
	uint64_t name = plan->accounts.list[account].name;
	int64_t liquid = split_funds(plan, account).liquid;

	make_token_transfer(boot_item_next(item), name_literal("eosio.token"), name_literal("eosio"), name,
	                    &(struct asset){liquid, plan->symbol}, "");
	text_printf(&item->command, "cleos transfer eosio %s \"%s\"", name_text(name).text,
	            asset_text(&(struct asset){liquid, plan->symbol}).text);
}

static int make_account(struct boot_context *context, struct boot_item *item, size_t account,
                        struct error *error)
{
	const struct boot_plan *plan = context->plan;
	uint64_t eosio = name_literal("eosio"), name = plan->accounts.list[account].name;
	struct split split = split_funds(plan, account);
	struct public_key public;
	int result = boot_account_key(&context->plan->accounts, &public, NULL, account, error);

	if (result)
		return result;
	struct authority authority = authority_of_key(&public);
	make_newaccount(boot_item_next(item), eosio, name, &authority, &authority);
	authority_release(&authority);
	make_buyram(boot_item_next(item), eosio, name, &(struct asset){split.ram, plan->symbol});
	make_delegatebw(boot_item_next(item), eosio, name, &(struct asset){split.net, plan->symbol},
	                &(struct asset){split.cpu, plan->symbol}, true);
	text_printf(&item->command,
	            "cleos system newaccount --transfer eosio %s %s --stake-net \"%s\" --stake-cpu \"%s\" "
	            "--buy-ram \"%s\"",
	            name_text(name).text, public_key_text(&public).text,
	            asset_text(&(struct asset){split.net, plan->symbol}).text,
	            asset_text(&(struct asset){split.cpu, plan->symbol}).text,
	            asset_text(&(struct asset){split.ram, plan->symbol}).text);
	return 0;
}

int step_stake_make(struct boot_context *context, struct boot_item *item, size_t index, struct error *error)
{
	size_t account = stake_account(context->plan, index);

	boot_item_by_boot_key(item);
	item->order = stake_is_transfer(context->plan, index) ? BOOT_AFTER_LAST : BOOT_BESIDE;
	if (!stake_is_transfer(context->plan, index))
		return make_account(context, item, account, error);
	make_liquid(context, item, account);
	return 0;
}

/* --- xfer --- */

static size_t senders(const struct boot_plan *plan)
{
	size_t wanted = boot_settings_count(&plan->settings, OPTION_NUM_SENDERS);

	return wanted < plan->accounts.count ? wanted : plan->accounts.count;
}

int step_xfer_check(struct boot_context *context, struct error *error)
{
	int result = senders(context->plan) >= 2 ? 0
	                                         : error_set(error, EINVAL, "random transfers need two accounts");

	for (size_t i = 0; i < senders(context->plan) && result == 0; i++)
		result = boot_account_signs(context, i, error);
	return result;
}

size_t step_xfer_count(struct boot_context *context)
{
	(void)context;
	return BOOT_ENDLESS;
}

int step_xfer_make(struct boot_context *context, struct boot_item *item, size_t index, struct error *error)
{
	const struct boot_plan *plan = context->plan;
	size_t from = random_below(context->random, senders(plan)), to = from;

	(void)index;
	(void)error;
	while (to == from)
		to = random_below(context->random, senders(plan));
	uint64_t source = plan->accounts.list[from].name, target = plan->accounts.list[to].name;
	make_token_transfer(boot_item_next(item), name_literal("eosio.token"), source, target,
	                    &(struct asset){1, plan->symbol}, "");
	boot_item_by_account(item, from);
	text_printf(&item->command, "cleos transfer -f %s %s \"%s\"", name_text(source).text,
	            name_text(target).text, asset_text(&(struct asset){1, plan->symbol}).text);
	return 0;
}

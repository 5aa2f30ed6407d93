/* The first steps: wallet, boot node, system accounts, contracts, tokens, protocol features, the system
 * contract and its initialization. */
#include "core/boot/step/step.h"

#include "core/base/memory.h"
#include "core/chain/system_actions.h"
#include "core/chain/system_rows.h"
#include "core/types/name.h"

#include <errno.h>
#include <stdlib.h>

/* The list is data: what a newer chain needs beside these is one more line. */
const char *const boot_system_accounts[BOOT_SYSTEM_ACCOUNTS] = {
	"eosio.bpay",   "eosio.msig",  "eosio.names", "eosio.ram",  "eosio.ramfee",
	"eosio.saving", "eosio.stake", "eosio.token", "eosio.vpay", "eosio.rex", /* newer */
};

#define TOKEN_MAXIMUM INT64_C(100000000000000) /* 10 000 000 000.0000 */

/* --- wallet: eosio's key, the first users', all producers' --- */

static size_t wallet_users(const struct boot_plan *plan)
{
	size_t limit = boot_settings_count(&plan->settings, OPTION_MAX_USER_KEYS);

	return limit < plan->accounts.users ? limit : plan->accounts.users;
}

size_t step_wallet_count(struct boot_context *context)
{
	return 1 + wallet_users(context->plan) + boot_producers(context->plan);
}

/* The account of an item, from 1. */
static size_t wallet_account(const struct boot_plan *plan, size_t index)
{
	size_t users = wallet_users(plan);

	return index <= users ? index - 1 : plan->accounts.users + (index - 1 - users);
}

static int wallet_item_key(struct boot_plan *plan, struct public_key *public, struct private_key *private,
                           size_t index, struct error *error)
{
	if (index > 0)
		return boot_account_key(&plan->accounts, public, private, wallet_account(plan, index), error);
	*public = plan->public;
	if (private)
		*private = plan->private;
	return 0;
}

/* A key whose private half nobody gave us cannot go in; what needs it will say so. */
static bool wallet_item_known(const struct boot_plan *plan, size_t index)
{
	if (index == 0)
		return plan->has_private;
	const struct boot_account *account = &plan->accounts.list[wallet_account(plan, index)];
	return account->generated_key || account->has_private;
}

int step_wallet_done(struct boot_context *context, size_t index, struct error *error)
{
	struct public_key public;
	int result = wallet_item_key(context->plan, &public, NULL, index, error);

	return result ? result : !wallet_item_known(context->plan, index) || wallet_has(context->wallet, &public);
}

/* All at once: a wallet is saved whole. What comes after the first finds its key there. */
static int import_keys(struct boot_context *context, size_t index, struct error *error)
{
	size_t count = step_wallet_count(context), known = 0;
	struct wallet_key *pairs;
	struct public_key public;
	int result = wallet_item_key(context->plan, &public, NULL, index, error);

	if (result || wallet_has(context->wallet, &public))
		return result;
	pairs = memory_allocate(count, sizeof *pairs);
	for (size_t i = 0; i < count && result == 0; i++) {
		if (!wallet_item_known(context->plan, i))
			continue;
		result = wallet_item_key(context->plan, &pairs[known].public, &pairs[known].private, i, error);
		known++;
	}
	if (result == 0)
		result = wallet_import_pairs(context->wallet, pairs, known, error);
	memory_wipe(pairs, count * sizeof *pairs);
	free(pairs);
	return result;
}

int step_wallet_make(struct boot_context *context, struct boot_item *item, size_t index, struct error *error)
{
	struct public_key public;
	int result = wallet_item_key(context->plan, &public, NULL, index, error);

	if (result)
		return result;
	text_printf(&item->command, "cleos wallet import # %s of %s", public_key_text(&public).text,
	            index
	                ? name_text(context->plan->accounts.list[wallet_account(context->plan, index)].name).text
	                : "eosio");
	item->act = import_keys;
	return 0;
}

/* --- boot: the genesis node --- */

size_t step_boot_count(struct boot_context *context)
{
	(void)context;
	return 1;
}

static int boot_node_runs(struct boot_context *context, struct error *error)
{
	struct chain_node node;
	int result = context->chain->operations->node(context->chain, &node, name_literal("eosio"),
	                                              context->interruption, error);

	return result ? result : node.state != CHAIN_NODE_STOPPED;
}

int step_boot_done(struct boot_context *context, size_t index, struct error *error)
{
	(void)index;
	return boot_node_runs(context, error);
}

static int demand_boot_node(struct boot_context *context, size_t index, struct error *error)
{
	int result = step_boot_done(context, index, error);

	return result < 0 ? result
	       : result   ? 0
	                  : error_set(error, EAGAIN, "node eosio is stopped: write `start` to nodes/eosio/state");
}

int step_boot_make(struct boot_context *context, struct boot_item *item, size_t index, struct error *error)
{
	(void)index;
	(void)error;
	text_printf(&item->command, "nodeos -e -p eosio --genesis-json %s",
	            context->plan->settings.value[OPTION_GENESIS]);
	item->act = demand_boot_node;
	return 0;
}

/* --- sys: the eosio.* accounts --- */

size_t step_sys_count(struct boot_context *context)
{
	(void)context;
	return BOOT_SYSTEM_ACCOUNTS;
}

int step_sys_done(struct boot_context *context, size_t index, struct error *error)
{
	return boot_account_exists(context, name_literal(boot_system_accounts[index]), error);
}

int step_sys_make(struct boot_context *context, struct boot_item *item, size_t index, struct error *error)
{
	struct authority authority = authority_of_key(&context->plan->public);

	(void)error;
	text_printf(&item->command, "cleos create account eosio %s %s", boot_system_accounts[index],
	            public_key_text(&context->plan->public).text);
	make_newaccount(boot_item_next(item), name_literal("eosio"), name_literal(boot_system_accounts[index]),
	                  &authority, &authority);
	authority_release(&authority);
	boot_item_by_boot_key(item);
	item->order = BOOT_BESIDE;
	return 0;
}

/* --- contracts: token and msig --- */

static const char *const contracts[] = {"eosio.token", "eosio.msig"};

size_t step_contracts_count(struct boot_context *context)
{
	(void)context;
	return sizeof contracts / sizeof *contracts;
}

int step_contracts_done(struct boot_context *context, size_t index, struct error *error)
{
	return boot_has_any_contract(context, contracts[index], error);
}

int step_contracts_make(struct boot_context *context, struct boot_item *item, size_t index,
                        struct error *error)
{
	return boot_put_contract(item, context->plan, name_literal(contracts[index]), contracts[index], error);
}

/* --- tokens: create and issue --- */

size_t step_tokens_count(struct boot_context *context)
{
	(void)context;
	return 2;
}

int step_tokens_done(struct boot_context *context, size_t index, struct error *error)
{
	uint64_t code = symbol_code(context->plan->symbol);
	struct chain_row row;
	int result = boot_row(context, &row, "eosio.token", code, "stat", code, error);

	if (result <= 0 || index == 0)
		return result;
	struct token_row token;
	return token_row_decode(&token, &row) == 0 && token.supply.amount > 0;
}

int step_tokens_make(struct boot_context *context, struct boot_item *item, size_t index, struct error *error)
{
	const struct boot_plan *plan = context->plan;
	uint64_t eosio = name_literal("eosio");

	(void)error;
	boot_item_by_boot_key(item);
	if (index == 0) {
		make_token_create(boot_item_next(item), eosio, &(struct asset){TOKEN_MAXIMUM, plan->symbol});
		text_printf(&item->command,
		            "cleos push action eosio.token create '[\"eosio\", \"%s\"]' -p eosio.token",
		            asset_text(&(struct asset){TOKEN_MAXIMUM, plan->symbol}).text);
		return 0;
	}
	int64_t total = plan->accounts.total + boot_settings_units(&plan->settings, OPTION_EXTRA_ISSUE);
	make_token_issue(boot_item_next(item), eosio, &(struct asset){total, plan->symbol}, "memo");
	text_printf(&item->command,
	            "cleos push action eosio.token issue '[\"eosio\", \"%s\", \"memo\"]' -p eosio",
	            asset_text(&(struct asset){total, plan->symbol}).text);
	return 0;
}

/* --- sys-contract: features, eosio.system, the privilege of eosio.msig --- */

/* Items: PREACTIVATE_FEATURE, eosio.boot, one for each other feature, the block in which they become
 * active, eosio.system, setpriv. */
enum sys_contract_item {
	ITEM_PREACTIVATE,
	ITEM_BOOT_CONTRACT,
	ITEM_FEATURE,
	ITEM_FEATURES_ACTIVE,
	ITEM_SYSTEM_CONTRACT,
	ITEM_PRIVILEGE
};

static enum sys_contract_item sys_contract_item(const struct boot_plan *plan, size_t index)
{
	size_t others = plan->features_count ? plan->features_count - 1 : 0;
	if (index < ITEM_FEATURE)
		return (enum sys_contract_item)index;
	if (index < ITEM_FEATURE + others)
		return ITEM_FEATURE;
	return (enum sys_contract_item)(ITEM_FEATURES_ACTIVE + (index - ITEM_FEATURE - others));
}

size_t step_sys_contract_count(struct boot_context *context)
{
	return (size_t)ITEM_PRIVILEGE + context->plan->features_count - (context->plan->features_count > 0);
}

struct feature_search {
	const struct checksum256 *digest; /* NULL: is any not active? */
	bool active, inactive;
};

static int see_feature(void *context, const struct chain_feature *feature)
{
	struct feature_search *search = context;
	if (!feature->active)
		search->inactive = true;
	if (search->digest && feature->active && checksum256_equal(search->digest, &feature->digest))
		search->active = true;
	return 0;
}

static int search_features(struct boot_context *context, struct feature_search *search, struct error *error)
{
	return context->view->operations->features(context->view, see_feature, search, error);
}

static int all_features_active(struct boot_context *context, struct error *error)
{
	struct feature_search search = {0};
	int result = search_features(context, &search, error);

	return result ? result : !search.inactive;
}

static int feature_active(struct boot_context *context, size_t feature, struct error *error)
{
	struct feature_search search = {.digest = &context->plan->features[feature].digest};
	int result = feature < context->plan->features_count ? search_features(context, &search, error) : 0;

	return result ? result : search.active;
}

static int has_system_contract(struct boot_context *context, struct error *error)
{
	int result = boot_has_contract(context, "eosio", "eosio.system", error);

	if (result == 0)
		result = boot_has_contract(context, "eosio", "eosio.system.fast-refund", error);
	return result ? result : step_init_done(context, 0, error);
}

int step_sys_contract_done(struct boot_context *context, size_t index, struct error *error)
{
	struct chain_account account = {0};
	int result;
	switch (sys_contract_item(context->plan, index)) {
	case ITEM_PREACTIVATE:
		return feature_active(context, 0, error);
	case ITEM_BOOT_CONTRACT:
		result = all_features_active(context, error);
		return result ? result : boot_has_contract(context, "eosio", "eosio.boot", error);
	case ITEM_FEATURE:
		return feature_active(context, index - ITEM_FEATURE + 1, error);
	case ITEM_FEATURES_ACTIVE:
		return all_features_active(context, error);
	case ITEM_SYSTEM_CONTRACT:
		return has_system_contract(context, error);
	case ITEM_PRIVILEGE:
		break;
	}
	result = context->view->operations->account(context->view, &account, name_literal("eosio.msig"), error);
	bool privileged = account.privileged;
	chain_account_release(&account);
	if (result == -ENOENT)
		error_clear(error);
	return result == -ENOENT ? 0 : result ? result : privileged;
}

/* Features that were asked for just before an interruption become active with the next block; asking again
 * would be refused. */
int step_sys_contract_begin(struct boot_context *context, struct error *error)
{
	int all = all_features_active(context, error), first = feature_active(context, 0, error);

	if (all < 0 || first < 0)
		return all < 0 ? all : first;
	if (all || !first)
		return 0;
	return context->chain->operations->schedule_feature(context->chain, NULL, context->interruption, error);
}

static int preactivate(struct boot_context *context, size_t index, struct error *error)
{
	return context->chain->operations->schedule_feature(context->chain,
	                                                    &context->plan->features[index].digest,
	                                                    context->interruption, error);
}

/* A node that produces shows what it activates with the block in the making, and need not be waited for. */
static int await_features(struct boot_context *context, size_t index, struct error *error)
{
	struct boot_context now = *context;
	int result = chain_view_open(now.chain, &now.view, NULL, now.interruption, error);

	(void)index;
	if (result == 0) {
		result = all_features_active(&now, error);
		chain_view_close(now.view);
	}
	return result < 0 ? result
	       : result   ? 0
	                  : now.chain->operations->schedule_feature(now.chain, NULL, now.interruption, error);
}

static void make_activation(struct boot_item *item, const struct boot_feature *feature)
{
	make_activate(boot_item_next(item), &feature->digest);
	boot_item_by_boot_key(item);
	text_printf(&item->command, "cleos push action eosio activate '[\"%s\"]' -p eosio@active # %s",
	            checksum256_text(&feature->digest).text, feature->name);
}

int step_sys_contract_make(struct boot_context *context, struct boot_item *item, size_t index,
                           struct error *error)
{
	const struct boot_plan *plan = context->plan;
	switch (sys_contract_item(plan, index)) {
	case ITEM_PREACTIVATE:
		text_printf(&item->command,
		            "curl -X POST http://127.0.0.1:%s/v1/producer/schedule_protocol_feature_activations -d "
		            "'{\"protocol_features_to_activate\": [\"%s\"]}' # %s",
		            plan->settings.value[OPTION_HTTP_PORT], checksum256_text(&plan->features[0].digest).text,
		            plan->features[0].name);
		item->act = preactivate;
		return 0;
	case ITEM_BOOT_CONTRACT:
		return boot_put_contract(item, plan, name_literal("eosio"), "eosio.boot", error);
	case ITEM_FEATURE:
		make_activation(item, &plan->features[index - ITEM_FEATURE + 1]);
		return 0;
	case ITEM_FEATURES_ACTIVE:
		text_append(&item->command, "# the next block activates them");
		item->act = await_features;
		item->settled = true;
		return 0;
	case ITEM_SYSTEM_CONTRACT:
		return boot_put_contract(item, plan, name_literal("eosio"), "eosio.system", error);
	case ITEM_PRIVILEGE:
		break;
	}
	make_setpriv(boot_item_next(item), name_literal("eosio.msig"), true);
	boot_item_by_boot_key(item);
	text_append(&item->command, "cleos push action eosio setpriv '[\"eosio.msig\", 1]' -p eosio@active");
	return 0;
}

/* --- init-sys-contract --- */

size_t step_init_count(struct boot_context *context)
{
	(void)context;
	return 1;
}

int step_init_done(struct boot_context *context, size_t index, struct error *error)
{
	uint64_t symbol;
	(void)index;
	(void)error;
	return chain_market_symbol(context->view, &symbol);
}

int step_init_make(struct boot_context *context, struct boot_item *item, size_t index, struct error *error)
{
	(void)index;
	(void)error;
	make_init(boot_item_next(item), 0, context->plan->symbol);
	boot_item_by_boot_key(item);
	text_printf(&item->command, "cleos push action eosio init '[0, \"%s\"]' -p eosio@active",
	            symbol_text(context->plan->symbol).text);
	return 0;
}

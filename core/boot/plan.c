/* From options and accounts to a plan: who is created with what, who votes for whom, which key is eosio's. */
#include "core/base/memory.h"
#include "core/boot/random.h"
#include "core/boot/step/step.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void boot_plan_destroy(struct boot_plan *plan)
{
	if (!plan)
		return;
	boot_accounts_release(&plan->accounts);
	free(plan->votes);
	free(plan->stake_items);
	free(plan->exist.has);
	free(plan->have_tokens.has);
	memory_wipe(plan, sizeof *plan);
	free(plan);
}

/* The options' pair; or, with another genesis, the chain's own key, whose private half the option or the
 * wallet has. */
static int choose_keys(struct boot_plan *plan, const struct chain *chain, struct error *error)
{
	const char *public = plan->settings.value[OPTION_PUBLIC_KEY];
	struct public_key half;
	int result = public_key_parse(&plan->public, public, error);

	if (result == 0 && strcmp(public, boot_options[OPTION_PUBLIC_KEY].standard) == 0)
		plan->public = chain->genesis.initial_key;
	if (result == 0)
		result = private_key_parse(&plan->private, plan->settings.value[OPTION_PRIVATE_KEY], error);
	if (result == 0)
		result = signer_public_key(plan->accounts.signer, &half, &plan->private);
	if (result)
		return result;
	plan->has_private = public_key_compare(&half, &plan->public) == 0;
	bool is_default = strcmp(plan->settings.value[OPTION_PRIVATE_KEY],
	                         boot_options[OPTION_PRIVATE_KEY].standard) == 0;
	plan->keys_differ = !plan->has_private && !is_default;
	return 0;
}

int boot_plan_key(const struct boot_plan *plan, struct private_key *out, struct wallet *wallet,
                  struct error *error)
{
	if (plan->keys_differ)
		return error_set(error, EINVAL,
		                 "the options public-key and private-key do not match: private-key is not that of %s",
		                 public_key_text(&plan->public).text);
	*out = plan->private;
	return plan->has_private ? 0 : wallet_private_key(wallet, out, &plan->public, error);
}

/* The script's votes: after the funds, num-producers-vote producers at random for each of the first
 * accounts. */
static void draw_votes(struct boot_plan *plan)
{
	size_t producers = boot_producers(plan),
		   each = boot_settings_count(&plan->settings, OPTION_NUM_PRODUCERS_VOTE);
	size_t voters = boot_settings_count(&plan->settings, OPTION_NUM_VOTERS);
	struct random random;

	plan->voters = voters < plan->accounts.count ? voters : plan->accounts.count;
	if (each > producers)
		each = producers > 1 ? producers - 1 : producers; /* as the script has it */
	plan->votes_each = each;
	plan->votes = memory_allocate(plan->voters * each + 1, sizeof *plan->votes);
	random_seed(&random, plan->accounts.seed);
	for (size_t i = 0; i < plan->accounts.count; i++)
		random_pareto(&random, PARETO_SHAPE);
	size_t *sample = memory_allocate(each + 1, sizeof *sample);
	for (size_t i = 0; i < plan->voters; i++) {
		random_sample(&random, sample, producers, each);
		for (size_t k = 0; k < each; k++)
			plan->votes[i * each + k] = (uint32_t)sample[k];
	}
	free(sample);
}

static int take_feature(void *context, const struct chain_feature *feature)
{
	struct boot_plan *plan = context;
	struct boot_feature taken = {.digest = feature->digest};
	bool first = feature->feature == FEATURE_PREACTIVATE_FEATURE;

	if (plan->features_count == BOOT_FEATURES_MAXIMUM)
		return 0;
	snprintf(taken.name, sizeof taken.name, "%s", feature->name);
	if (first)
		memmove(plan->features + 1, plan->features, plan->features_count * sizeof *plan->features);
	plan->features[first ? 0 : plan->features_count] = taken;
	plan->features_count++;
	return 0;
}

int boot_plan_create(struct boot_plan **out, const struct boot_settings *settings,
                     struct boot_accounts *given, struct chain *chain,
                     const struct interruption *interruption, struct error *error)
{
	struct boot_plan *plan = memory_allocate(1, sizeof *plan);
	struct chain_view *view = NULL;

	plan->settings = *settings;
	plan->symbol = boot_settings_symbol(settings);
	boot_accounts_init(&plan->accounts, given->signer);
	plan->accounts.list = given->list;
	plan->accounts.count = given->count;
	plan->accounts.users = given->users;
	given->list = NULL;
	given->count = given->users = 0;
	int result = boot_accounts_limit(&plan->accounts, settings, error);
	if (result == 0)
		result = boot_accounts_allocate(&plan->accounts, settings, error);
	if (result == 0)
		result = choose_keys(plan, chain, error);
	if (result == 0)
		result = chain_view_open(chain, &view, NULL, interruption, error);
	if (result == 0)
		result = view->operations->features(view, take_feature, plan, error);
	chain_view_close(view);
	if (result) {
		boot_plan_destroy(plan);
		return result;
	}
	draw_votes(plan);
	boot_plan_stake_items(plan);
	*out = plan;
	return 0;
}

/* What was asked for: which steps, in which order, and whether they can be done at all, before the first of
 * them does anything. */
#include "core/boot/boot_private.h"

#include "core/base/memory.h"
#include "core/types/name.h"

#include <errno.h>
#include <string.h>

/* A step that was asked for: by its own name, or as one of `all`. */
struct wanted {
	size_t step;
	bool by_name;
};

/* `all` or names, into the order in which they were written. */
static int parse_words(const char *words, struct wanted order[BOOT_STEPS_MAXIMUM], size_t *count,
                       struct error *error)
{
	char word[64];

	*count = 0;
	while (*(words += strspn(words, " \t\n"))) {
		size_t length = strcspn(words, " \t\n");
		if (length >= sizeof word)
			return error_set(error, ENOENT, "there is no boot step \"%.60s…\"", words);
		memcpy(word, words, length);
		word[length] = '\0';
		words += length;
		bool all = strcmp(word, "all") == 0 || strcmp(word, "--all") == 0 || strcmp(word, "-a") == 0;
		int found = all ? 0 : boot_step_find(word, error);
		if (found < 0)
			return error_set(error, EINVAL, "there is no boot step \"%s\"; `all`, or names as in boot/steps",
			                 word);
		for (size_t i = (size_t)found; i < (all ? boot_steps_count : (size_t)found + 1); i++)
			if (!all || boot_steps[i].in_all) {
				if (*count == BOOT_STEPS_MAXIMUM)
					return error_set(error, E2BIG, "at most %d steps a line", BOOT_STEPS_MAXIMUM);
				order[(*count)++] = (struct wanted){i, !all};
			}
	}
	return *count ? 0 : error_set(error, EINVAL, "which steps? `all`, or names as in boot/steps");
}

/* What `all` does not do again. */
static size_t leave_out_ended(const struct boot *boot, struct wanted *order, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (order[i].by_name || !atomic_load(&boot->steps[order[i].step].ended))
			order[kept++] = order[i];
	return kept;
}

static bool is_among(const struct wanted *order, size_t count, size_t step)
{
	for (size_t i = 0; i < count; i++)
		if (order[i].step == step)
			return true;
	return false;
}

/* The steps before one, the earliest first: each must be complete, or come before it in this run. */
static int check_needs(const struct boot *boot, struct boot_context *context, const struct wanted *order,
                       size_t position, size_t step, struct error *error)
{
	const char *needs = boot_steps[step].needs;
	size_t done = 0, total = 0;

	if (!needs)
		return 0;
	int needed = boot_step_find(needs, error);
	if (needed < 0)
		return needed;
	if (is_among(order, position, (size_t)needed) || atomic_load(&boot->steps[needed].ended))
		return 0;
	int result = check_needs(boot, context, order, position, (size_t)needed, error);
	if (result == 0)
		result = boot_step_judge(context, &done, &total, &boot_steps[needed], error);
	if (result == 0 && done < total)
		result = error_set(error, EINVAL, "step \"%s\" must come before: it is missing (%zu of %zu done)",
		                   boot_steps[needed].name, done, total);
	return result;
}

/* What eosio must sign and cannot any more. */
static int check_signer(struct boot_context *context, const struct boot_step *step, struct error *error)
{
	struct chain_account eosio = {0};
	size_t done = 0, total = 0, keys = 0;
	bool signs = false;
	int result = context->view->operations->account(context->view, &eosio, name_literal("eosio"), error);

	const struct chain_permission *active = chain_account_permission(&eosio, name_literal("active"));
	if (active) {
		keys = active->authority.keys_count;
		signs = authority_names_key(&active->authority, &context->plan->public);
	}
	chain_account_release(&eosio);
	if (result || signs)
		return result;
	result = boot_step_judge(context, &done, &total, step, error);
	if (result || done == total)
		return result;
	return keys ? error_set(error, EACCES, "eosio has other keys than %s, which the option public-key names",
	                        public_key_text(&context->plan->public).text)
	            : error_set(error, EACCES,
	                        "eosio has resigned to the producers: what is missing (%zu of %zu done) nobody "
	                        "can sign any more",
	                        done, total);
}

/* Everything that can be known before the first transaction. */
static int check_run(struct boot *boot, const struct wanted *order, size_t count,
                     struct private_key *boot_key, struct error *error)
{
	struct boot_context context;
	int result = boot_plan_ensure(boot, error);

	if (result)
		return result;
	result = boot_plan_key(boot->plan, boot_key, boot->environment.wallet, error);
	if (result)
		return result;
	result = boot_context_open(boot, &context, error);
	for (size_t i = 0; i < count && result == 0; i++) {
		const struct boot_step *step = &boot_steps[order[i].step];
		result = check_needs(boot, &context, order, i, order[i].step, error);
		if (result == 0 && step->check)
			result = step->check(&context, error);
		if (result == 0 && step->by_eosio)
			result = check_signer(&context, step, error);
		if (result)
			error_prefix(error, "boot step %s", step->name);
	}
	chain_view_close(context.view);
	return result;
}

/* A new chain began before real time, so that others take its blocks when it is booted. */
static int catch_up(const struct boot *boot, const struct boot_runner *runner, struct error *error)
{
	struct chain *chain = boot->environment.chain;
	struct chain_clock clock;

	if (!chain->operations->clock_end)
		return 0; /* a real node's clock is its own */
	int result = chain->operations->clock(chain, &clock, runner->interruption, error);
	return result || clock.chain_time >= clock.real_time
	           ? result
	           : chain->operations->clock_end(chain, runner->interruption, error);
}

static int begin_run(struct boot *boot, const struct boot_runner *runner, struct error *error)
{
	int result = 0;

	boot_enter(boot, runner->interruption);
	if (boot->running)
		result = error_set(error, EBUSY, "the boot is running already (started by process %d)",
		                   boot->running_pid);
	else
		boot->running_pid = runner->pid;
	boot->running = true;
	boot_leave(boot);
	return result;
}

int boot_run(struct boot *boot, const char *words, const struct boot_runner *runner, struct error *error)
{
	struct wanted order[BOOT_STEPS_MAXIMUM];
	size_t count = 0;
	struct private_key boot_key = {0};
	struct error local = {0}, unsettled = {0};
	bool all = false;

	error = error ? error : &local;
	int result = parse_words(words, order, &count, error);
	if (result)
		return result;
	for (size_t i = 0; i < count; i++)
		all = all || !order[i].by_name;
	result = begin_run(boot, runner, error);
	if (result)
		return result;
	result = boot_settle(boot, runner, error); /* what one that was interrupted has sent */
	if (result == 0)
		result = boot_await_predecessor(boot, runner, error);
	if (result)
		goto out;
	boot_enter(boot, runner->interruption);
	count = leave_out_ended(boot, order, count);
	result = check_run(boot, order, count, &boot_key, error);
	boot_leave(boot);
	if (result)
		goto out;
	if (is_among(order, count, (size_t)boot_step_find("wallet", NULL)) ||
	    is_among(order, count, (size_t)boot_step_find("stake", NULL)))
		boot_accounts_derive(&boot->plan->accounts);
	for (size_t i = 0; i < count && result == 0; i++)
		result = boot_step_run(boot, order[i].step, runner, &boot_key, error);
	int settled = boot_settle(boot, runner, &unsettled);
	if (result == 0 && settled) {
		*error = unsettled;
		result = settled;
	}
	if (result == 0 && all)
		result = catch_up(boot, runner, error);
	boot_keep_steps(boot);
out:
	boot_enter(boot, runner->interruption);
	boot->running = boot->judged = false;
	boot_leave(boot);
	memory_wipe(&boot_key, sizeof boot_key);
	return result;
}

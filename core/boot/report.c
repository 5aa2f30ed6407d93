/* What people watch: the steps with their states, a step with its commands, a line of progress. */
#include "core/base/system/clock.h"
#include "core/boot/boot_private.h"
#include "core/chain/system_rules.h"

#include <stdio.h>
#include <string.h>

enum { COMMANDS_SHOWN = 200, COMMAND_LENGTH = 400, BAR_WIDTH = 30 };

bool boot_step_name(char out[64], size_t step)
{
	if (step >= boot_steps_count)
		return false;
	snprintf(out, 64, "%02zu-%s", step + 1, boot_steps[step].name);
	return true;
}

int boot_step_judge(struct boot_context *context, size_t *done, size_t *total, const struct boot_step *step,
                    struct error *error)
{
	size_t count = step->count(context);

	*done = *total = 0;
	for (size_t i = 0; count != BOOT_ENDLESS && i < count; i++) {
		int state = step->done(context, i, error);
		if (state < 0)
			return state;
		*done += state == BOOT_ITEM_DONE;
		*total += state != BOOT_ITEM_NEEDLESS;
	}
	return 0;
}

/* --- progress --- */

static bool is_endless(const struct boot_step *step) { return !step->done; }

/* How much there is to do, and done of it, as it is shown: what was done here counts though nothing of it is
 * due any more, and what ended is done whatever has become of it since. */
static void count_items(const struct boot_step_state *state, size_t *done, size_t *total)
{
	int how = atomic_load(&state->state);
	size_t sent = atomic_load(&state->sent);

	*done = atomic_load(&state->done);
	*total = atomic_load(&state->total);
	if (how == BOOT_STATE_DONE && *total < sent)
		*total = sent;
	if (atomic_load(&state->ended) && (how == BOOT_STATE_UNKNOWN || how == BOOT_STATE_DONE))
		*done = *total;
}

void boot_progress_line(struct boot *boot, size_t index)
{
	const struct boot_step_state *step = &boot->steps[index];
	size_t done, total, sent = atomic_load(&step->sent);
	int64_t spent = clock_monotonic_us() - atomic_load(&step->began_us);
	struct text line = TEXT_EMPTY;
	double seconds = (double)spent / SECOND_US, rate = spent > 0 ? (double)sent / seconds : 0;
	char bar[BAR_WIDTH + 1] = "";

	count_items(step, &done, &total);
	if (atomic_load(&step->state) != BOOT_STATE_RUNNING)
		seconds = (double)atomic_load(&step->spent_us) / SECOND_US;
	size_t full = total ? done * BAR_WIDTH / total : 0;
	memset(bar, '#', full);
	memset(bar + full, '.', BAR_WIDTH - full);
	if (total)
		text_printf(&line, "%-17s [%s] %3zu %% %6zu/%zu %7.1f s", boot_steps[index].name, bar,
		            done * 100 / total, done, total, seconds);
	else if (!is_endless(&boot_steps[index]))
		text_printf(&line, "%-17s nothing to do", boot_steps[index].name);
	else
		text_printf(&line, "%-17s %zu sent %7.1f s", boot_steps[index].name, sent, seconds);
	if (sent && rate > 0)
		text_printf(&line, " %6.0f/s", rate);
	if (sent && rate > 0 && done < total)
		text_printf(&line, ", %.1f s left", (double)(total - done) / rate);
	if (atomic_load(&step->state) == BOOT_STATE_INTERRUPTED)
		text_append(&line, is_endless(&boot_steps[index]) ? ", stopped" : ", interrupted");
	if (atomic_load(&step->state) == BOOT_STATE_FAILED)
		text_append(&line, ", failed");
	text_append_char(&line, '\n');
	boot_append(boot->progress, line.data, line.length);
	text_release(&line);
}

/* --- steps --- */

/* Counts by the chain for what is not running; once for each state of the chain. Under lock. */
static int judge_all(struct boot *boot, struct error *error)
{
	struct boot_context context;
	int result = boot_plan_ensure(boot, error);

	if (result || boot->running)
		return result;
	result = boot_context_open(boot, &context, error);
	if (result)
		return result;
	if (!boot->judged || boot->judged_sequence != context.view->sequence) {
		for (size_t i = 0; i < boot_steps_count && result == 0; i++) {
			size_t done = 0, total = 0;
			if (atomic_load(&boot->steps[i].ended) && atomic_load(&boot->steps[i].total))
				continue; /* it stays so */
			result = boot_step_judge(&context, &done, &total, &boot_steps[i], error);
			atomic_store(&boot->steps[i].done, done);
			atomic_store(&boot->steps[i].total, total);
		}
		boot->judged = result == 0;
		boot->judged_sequence = context.view->sequence;
	}
	chain_view_close(context.view);
	return result;
}

static const char *state_word(const struct boot_step *step, const struct boot_step_state *state)
{
	size_t done, total;
	int how = atomic_load(&state->state);

	count_items(state, &done, &total);
	if (how == BOOT_STATE_RUNNING || how == BOOT_STATE_SENT)
		return "running";
	if (is_endless(step))
		return how == BOOT_STATE_INTERRUPTED ? "stopped" : how == BOOT_STATE_FAILED ? "failed" : "waiting";
	if (total == 0)
		return "none due";
	if (done == total)
		return "done";
	return how == BOOT_STATE_FAILED        ? "failed"
	       : how == BOOT_STATE_INTERRUPTED ? "interrupted"
	       : done                          ? "begun"
	                                       : "waiting";
}

static void print_state(struct boot *boot, struct text *out, size_t index)
{
	const struct boot_step *step = &boot_steps[index];
	const struct boot_step_state *state = &boot->steps[index];
	int64_t spent = atomic_load(&state->state) == BOOT_STATE_RUNNING
	                    ? clock_monotonic_us() - atomic_load(&state->began_us)
	                    : atomic_load(&state->spent_us);
	char counts[48], name[64];
	size_t done, total;

	boot_step_name(name, index);
	count_items(state, &done, &total);
	snprintf(counts, sizeof counts, "%zu/%zu", done, total);
	if (is_endless(step))
		snprintf(counts, sizeof counts, "%zu", atomic_load(&state->sent));
	text_printf(out, "# %-20s %c %-11s %13s", name, step->in_all ? '*' : ' ', state_word(step, state),
	            counts);
	if (spent)
		text_printf(out, " %8.2f s", (double)spent / SECOND_US);
	else
		text_append(out, "          -");
	text_printf(out, "  %s\n", step->help);
}

static void print_notice(struct boot *boot, struct text *out)
{
	struct boot_context context;
	struct text notice = TEXT_EMPTY;

	if (boot_context_open(boot, &context, NULL) == 0)
		chain_hollow_notice(context.view, &notice);
	chain_view_close(context.view);
	if (notice.length)
		text_printf(out, "# %s\n", text_string(&notice));
	text_release(&notice);
}

int boot_run_read(struct boot *boot, struct text *out, const struct interruption *interruption,
                  struct error *error)
{
	boot_enter(boot, interruption);
	int result = judge_all(boot, error);
	if (result == 0) {
		print_notice(boot, out);
		text_append(out, "# step               * all  state          counts    seconds\n");
		for (size_t i = 0; i < boot_steps_count; i++)
			print_state(boot, out, i);
	}
	boot_leave(boot);
	return result;
}

/* The commands of a step, the first few hundred of them. */
static int print_commands(struct boot *boot, struct text *out, const struct boot_step *step,
                          struct error *error)
{
	struct boot_context context;
	int result = boot_context_open(boot, &context, error);

	if (result)
		return result;
	size_t count = is_endless(step) ? 0 : step->count(&context);
	for (size_t i = 0; i < count && i < COMMANDS_SHOWN && result == 0; i++) {
		struct boot_item item = {0};
		result = step->make(&context, &item, i, error);
		const char *command = text_string(&item.command);
		if (result == 0)
			text_printf(out, "# %.*s%s\n", COMMAND_LENGTH, command,
			            strlen(command) > COMMAND_LENGTH ? "…" : "");
		boot_item_release(&item);
	}
	if (result == 0 && count > COMMANDS_SHOWN)
		text_printf(out, "# … and %zu more like these\n", count - COMMANDS_SHOWN);
	if (is_endless(step))
		text_printf(out, "# cleos transfer -f FROM TO \"0.0001 %s\", again and again\n",
		            boot->plan->settings.value[OPTION_SYMBOL]);
	chain_view_close(context.view);
	return result;
}

int boot_step_read(struct boot *boot, struct text *out, size_t step, const struct interruption *interruption,
                   struct error *error)
{
	boot_enter(boot, interruption);
	int result = judge_all(boot, error);
	if (result == 0) {
		print_state(boot, out, step);
		result = print_commands(boot, out, &boot_steps[step], error);
	}
	boot_leave(boot);
	return result;
}

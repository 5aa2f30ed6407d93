/* Between steps: one begins while what the last one has sent is with the node and in no block yet, where that
 * takes its time, and all of them have ended when it is in blocks. */
#include "core/boot/boot_private.h"

#include <errno.h>
#include <string.h>

int boot_await_blocks(struct boot *boot, const struct boot_runner *runner, struct error *error)
{
	struct chain *chain = boot->environment.chain;
	uint32_t step = 0;
	int result = chain->operations->settle
	                 ? chain->operations->settle(chain, &step, runner->interruption, error)
	                 : 0;

	if (result) {
		error_prefix(error, "boot step %s", boot_steps[step].name);
		atomic_store(&boot->steps[step].state, result == -EINTR ? BOOT_STATE_INTERRUPTED : BOOT_STATE_FAILED);
	}
	return result;
}

/* From now on `all` leaves them alone. */
static void end_steps(struct boot *boot, bool have_ended)
{
	struct chain_view *view = NULL;
	bool is_any = false;

	for (size_t i = 0; i < boot_steps_count; i++) {
		if (atomic_load(&boot->steps[i].state) != BOOT_STATE_SENT)
			continue;
		atomic_store(&boot->steps[i].state, have_ended ? BOOT_STATE_DONE : BOOT_STATE_UNKNOWN);
		if (!have_ended || (!view && chain_view_open(boot->environment.chain, &view, NULL, NULL, NULL) != 0))
			continue;
		atomic_store(&boot->steps[i].ended, view->block_num);
		is_any = true;
	}
	chain_view_close(view);
	if (is_any)
		boot_keep_steps(boot);
}

int boot_settle(struct boot *boot, const struct boot_runner *runner, struct error *error)
{
	int result = boot_await_blocks(boot, runner, error);

	chain_view_close(boot->view);
	boot->view = NULL;
	boot->unsettled = false;
	end_steps(boot, result == 0);
	return result;
}

int boot_await_predecessor(struct boot *boot, const struct boot_runner *runner, struct error *error)
{
	struct boot_context context = {.chain = boot->environment.chain, .interruption = runner->interruption};
	size_t done = 0, total = 0;

	if (!boot->first_head || !boot_asks_far(&context))
		return 0;
	int result = chain_view_open(context.chain, &context.view, NULL, context.interruption, error);
	if (result == 0 && context.view->block_num <= boot->first_head)
		result = boot_step_judge(&context, &done, &total, &boot_steps[boot_step_find("sys", NULL)], error);
	chain_view_close(context.view);
	if (result == 0 && done)
		result = context.chain->operations->schedule_feature(context.chain, NULL, context.interruption,
		                                                     error);
	if (result == 0)
		boot->first_head = 0;
	return result;
}

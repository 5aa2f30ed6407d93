/* Running a function as a contract: see intrinsic_rig.h. */
#include "tests/intrinsic_rig.h"

void test_run_release(struct test_run *run)
{
	text_release(&run->console);
}

int test_contract(struct test_chain *chain, struct test_run *out, contract_apply *apply, bool privileged,
                  bool context_free)
{
	struct transaction transaction = {
		.expiration = 1234, .ref_block_num = 0xfffe, .ref_block_prefix = 0x80000001};
	struct permission_level levels[2] = {{name_literal("alice"), name_literal("active")},
	                                     {name_literal("bob"), name_literal("active")}};
	uint8_t data[3] = {1, 2, 3};
	struct action action = {name_literal("alice"), name_literal("test"), levels, 2, {data, 3, 3}};
	struct transaction_trace trace = {0};
	struct transaction_context context;
	struct checksum256 id = {{1}};
	transaction.actions = &action;
	transaction.actions_count = 1;
	error_clear(&chain->error);
	transaction_context_begin(&context, chain->branch->pending, &transaction, &id, &trace, 100);
	struct apply_context running = {.transaction = &context,
	                                .own_action = action,
	                                .receiver = action.account,
	                                .context_free = context_free,
	                                .privileged = privileged,
	                                .error = &chain->error};
	running.action = &running.own_action;
	running.ordinal = transaction_schedule_action(&context, &action, action.account, false, 0, 0);
	running.first_ordinal = running.ordinal;
	int result = intrinsic_run(&running, apply);
	if (out) {
		*out = (struct test_run){.ram_count = running.ram_count};
		assert_true(running.ram_count <= 8);
		for (size_t i = 0; i < running.ram_count; i++)
			out->ram[i] = running.ram[i];
		out->console = apply_trace(&running)->console;
		apply_trace(&running)->console = (struct text){0};
	}
	free(running.ram);
	free(running.notified);
	free(running.inline_ordinals);
	free(running.context_free_inline_ordinals);
	transaction_context_release(&context);
	transaction_trace_release(&trace);
	return result;
}

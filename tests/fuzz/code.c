/* What setcode makes of arbitrary code: it may refuse it, and must not read beyond it. */
#include "tests/contract_rig.h"

#include <sanitizer/lsan_interface.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
	static struct test_chain chain;
	struct bytes packed = {0};
	if (!chain.branch) { /* kept for all inputs; the state's pointers are packed, so the leak checker would
		                    not see that it is */
		__lsan_disable();
		test_create(&chain);
		test_seal(&chain);
		__lsan_enable();
	}
	test_next(&chain);
	bytes_put_u64(&packed, name_literal("eosio"));
	bytes_put_u16(&packed, 0);
	bytes_put_counted(&packed, data, length);
	test_push(&chain, "eosio", "setcode", &packed, "eosio", 0);
	branch_block_drop(chain.branch);
	transaction_trace_release(&chain.trace);
	chain.trace = (struct transaction_trace){0};
	return 0;
}

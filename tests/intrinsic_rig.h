/* Running a function of a test as the contract of account "alice" inside a block. */
#ifndef EOSIOFS_TESTS_INTRINSIC_RIG_H
#define EOSIOFS_TESTS_INTRINSIC_RIG_H

#include "tests/contract_rig.h"

#include "core/engine/engine_private.h"
#include "core/engine/intrinsic/intrinsic.h"

struct test_run {
	struct ram_delta ram[8]; /* what was billed */
	size_t ram_count;
	struct text console;
};

void test_run_release(struct test_run *run);
/* The action is RECEIVER::test, authorized by alice@active and bob@active, its data 01 02 03. The chain's
 * error says how it failed. */
int test_contract(struct test_chain *chain, struct test_run *out, contract_apply *apply, bool privileged,
                  bool context_free);

#endif

/* A chain for tests of contracts: blocks at chosen times, actions from JSON, rows as hexadecimal. No keys:
 * authorities count as satisfied. */
#ifndef EOSIOFS_TESTS_CONTRACT_RIG_H
#define EOSIOFS_TESTS_CONTRACT_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above */
#include <cmocka.h>

#include "core/base/exception.h"
#include "core/base/encoding/hex.h"
#include "core/base/memory.h"
#include "core/contracts/bundle.h"
#include "core/engine/state/contract_table.h"
#include "core/engine/engine.h"
#include "core/types/abi/abi.h"
#include "core/types/feature.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEST_TIME INT64_C(1577836800000000) /* 2020-01-01T00:00:00 */

struct test_chain {
	struct branch *branch;
	struct error error;
	struct transaction_trace trace; /* of the last action */
	uint32_t nonce;
	struct greylist greylist; /* of the node that makes the blocks */
	struct installed {
		uint64_t account;
		struct abi *abi;
	} installed[16];
	size_t installed_count;
};

void test_seal(struct test_chain *chain);
void test_at(struct test_chain *chain, int64_t us);
void test_next(struct test_chain *chain);
/* Time of the block in the making. */
int64_t test_time(const struct test_chain *chain);
/* Pushes one action with packed data (emptied), authorized by the comma-separated ACTOR[@PERMISSION]s.
 * delay_sec: of the transaction. */
int test_push(struct test_chain *chain, const char *account, const char *action, struct bytes *data,
              const char *authorization, uint32_t delay_sec);
/* The same from JSON, by the ABI of the bundle installed on the account. */
int test_act(struct test_chain *chain, const char *account, const char *action, const char *json,
             const char *authorization);
void test_succeeds(struct test_chain *chain, const char *account, const char *action, const char *json,
                   const char *authorization);
void test_fails(struct test_chain *chain, const char *account, const char *action, const char *json,
                const char *authorization, const char *message);
int test_setcode(struct test_chain *chain, const char *account, const char *name);
void test_install(struct test_chain *chain, const char *account, const char *name);
/* eosio makes an account, which has eosio's key, after so many seconds. */
void test_account_delayed(struct test_chain *chain, const char *account, uint32_t seconds);
void test_account(struct test_chain *chain, const char *account);
/* A chain at a minute before TEST_TIME with eosio.boot and PREACTIVATE_FEATURE. */
void test_create(struct test_chain *chain);
/* The features that have an effect, then the system accounts with token and msig. */
void test_boot(struct test_chain *chain);
void test_destroy(struct test_chain *chain);
/* Runs what is due, and gives how many that were; their last trace is chain->trace. */
size_t test_run_scheduled(struct test_chain *chain);
/* A row as hexadecimal, "" when there is none; *payer, when asked for. Lasts until the next call. */
const char *test_row(struct test_chain *chain, const char *code, uint64_t scope, const char *table,
                     uint64_t key, uint64_t *payer);
void test_row_is(struct test_chain *chain, const char *code, uint64_t scope, const char *table, uint64_t key,
                 const char *payer, const char *hex);
/* A little-endian field of a row. */
int64_t test_field(struct test_chain *chain, const char *code, uint64_t scope, const char *table,
                   uint64_t key, size_t offset);
int64_t test_balance(struct test_chain *chain, const char *account, uint64_t code);
/* What the last action cost or freed an account. */
int64_t test_ram(const struct test_chain *chain, const char *account);

#endif

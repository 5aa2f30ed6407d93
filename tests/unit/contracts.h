/* A chain for tests of contracts: blocks at chosen times, actions from JSON, rows as hexadecimal. No keys:
 * authorities count as satisfied. */
#ifndef EOSIOFS_TESTS_UNIT_CONTRACTS_H
#define EOSIOFS_TESTS_UNIT_CONTRACTS_H

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

static inline void test_seal(struct test_chain *chain)
{
	struct block_state *state;
	struct checksum256 digest;
	if (branch_block_pending(chain->branch))
		assert_int_equal(branch_block_seal(chain->branch, &state, &digest, &chain->error), 0);
}

/* Seals what is open and starts the block of that time, or the next slot when it has passed. */
static inline void test_at_with(struct test_chain *chain, int64_t us, const char *feature)
{
	struct block_options options = {0};
	struct checksum256 *preactivated = NULL, digest;
	test_seal(chain);
	options.slot = slot_from_us(us);
	if (options.slot <= branch_head(chain->branch)->block->header.timestamp)
		options.slot = branch_head(chain->branch)->block->header.timestamp + 1;
	options.producer = branch_producer_of_slot(chain->branch, options.slot)->producer_name;
	options.features_count = branch_preactivated_features(chain->branch, &preactivated);
	options.features = preactivated;
	if (feature) {
		assert_int_equal(checksum256_parse(&digest, feature), 0);
		options.features = &digest;
		options.features_count = 1;
	}
	if (branch_block_start(chain->branch, &options, NULL, &chain->error))
		fail_msg("block start: %s", chain->error.sentence);
	free(preactivated);
}

static inline void test_at(struct test_chain *chain, int64_t us)
{
	test_at_with(chain, us, NULL);
}

static inline void test_next(struct test_chain *chain)
{
	test_at(chain, 0);
}

/* Time of the block in the making. */
static inline int64_t test_time(const struct test_chain *chain)
{
	return slot_to_us(branch_block_slot(chain->branch));
}

/* Pushes one action with packed data (emptied), authorized by the comma-separated ACTOR[@PERMISSION]s.
 * delay_sec: of the transaction. */
static inline int test_push(struct test_chain *chain, const char *account, const char *action,
                            struct bytes *data, const char *authorization, uint32_t delay_sec)
{
	struct transaction transaction = {0};
	struct packed_transaction packed = {0};
	struct push_options options = {.without_keys = true, .greylists = {&chain->greylist}};
	char levels[256], *save = NULL;
	struct action *made = memory_allocate(1, sizeof *made);
	transaction.expiration = (uint32_t)(test_time(chain) / 1000000) + 60 + chain->nonce++ % 3000;
	transaction.ref_block_num = (uint16_t)branch_head(chain->branch)->number;
	transaction.ref_block_prefix = block_id_prefix(&branch_head(chain->branch)->id);
	transaction.delay_sec = delay_sec;
	made->account = name_literal(account);
	made->name = name_literal(action);
	made->data = *data;
	*data = (struct bytes){0};
	made->authorization = memory_allocate(8, sizeof *made->authorization);
	snprintf(levels, sizeof levels, "%s", authorization);
	for (char *at = strtok_r(levels, ",", &save); at; at = strtok_r(NULL, ",", &save))
		assert_int_equal(
			permission_level_parse(&made->authorization[made->authorization_count++], at, &chain->error), 0);
	transaction.actions = made;
	transaction.actions_count = 1;
	packed_transaction_make(&packed, &transaction);
	transaction_trace_release(&chain->trace);
	chain->trace = (struct transaction_trace){0};
	error_clear(&chain->error);
	int result = branch_push(chain->branch, &packed, NULL, 0, &options, &chain->trace, &chain->error);
	packed_transaction_release(&packed);
	return result;
}

/* The same from JSON, by the ABI of the bundle installed on the account. */
static inline int test_act(struct test_chain *chain, const char *account, const char *action,
                           const char *json, const char *authorization)
{
	struct bytes data = {0};
	struct json *parsed;
	for (size_t i = 0; i < chain->installed_count; i++) {
		if (chain->installed[i].account != name_literal(account))
			continue;
		assert_int_equal(json_parse(&parsed, json, strlen(json), &chain->error), 0);
		const char *type = abi_action_type(chain->installed[i].abi, name_literal(action));
		if (!type || abi_to_binary(chain->installed[i].abi, &data, type, parsed, &chain->error))
			fail_msg("%s::%s %s: %s", account, action, json, chain->error.sentence);
		json_release(parsed);
		return test_push(chain, account, action, &data, authorization, 0);
	}
	fail_msg("no contract on %s", account);
	return -1;
}

static inline void test_succeeds(struct test_chain *chain, const char *account, const char *action,
                                 const char *json, const char *authorization)
{
	if (test_act(chain, account, action, json, authorization))
		fail_msg("%s::%s %s: %s", account, action, json, chain->error.sentence);
}

static inline void test_fails(struct test_chain *chain, const char *account, const char *action,
                              const char *json, const char *authorization, const char *message)
{
	static const char prefix[] = "assertion failure with message: ";
	assert_int_not_equal(test_act(chain, account, action, json, authorization), 0);
	const char *sentence = chain->error.sentence;
	assert_string_equal(
		strncmp(sentence, prefix, sizeof prefix - 1) ? sentence : sentence + sizeof prefix - 1, message);
}

/* What the contract on an account is packed by. */
static inline void test_know(struct test_chain *chain, const char *account, const char *name)
{
	const struct bundle *bundle = bundle_find(name);
	size_t i = 0;
	assert_non_null(bundle);
	while (i < chain->installed_count && chain->installed[i].account != name_literal(account))
		i++;
	if (i == chain->installed_count)
		chain->installed_count++;
	else
		abi_release(chain->installed[i].abi);
	chain->installed[i].account = name_literal(account);
	assert_int_equal(abi_parse(&chain->installed[i].abi, bundle->abi, strlen(bundle->abi), &chain->error), 0);
}

static inline int test_setcode(struct test_chain *chain, const char *account, const char *name)
{
	const struct bundle *bundle = bundle_find(name);
	struct bytes data = {0};
	bytes_put_u64(&data, name_literal(account));
	bytes_put_u16(&data, 0);
	bytes_put_counted(&data, bundle->code->data, bundle->code->length);
	return test_push(chain, "eosio", "setcode", &data, account, 0);
}

static inline void test_install(struct test_chain *chain, const char *account, const char *name)
{
	if (test_setcode(chain, account, name))
		fail_msg("setcode %s: %s", name, chain->error.sentence);
	test_know(chain, account, name);
}

/* eosio makes an account, which has eosio's key, after so many seconds. */
static inline void test_account_delayed(struct test_chain *chain, const char *account, uint32_t seconds)
{
	struct bytes data = {0};
	struct public_key key = ledger_genesis(branch_ledger(chain->branch))->initial_key;
	struct authority authority = authority_of_key(&key);
	bytes_put_u64(&data, name_literal("eosio"));
	bytes_put_u64(&data, name_literal(account));
	authority_pack(&data, &authority);
	authority_pack(&data, &authority);
	authority_release(&authority);
	if (test_push(chain, "eosio", "newaccount", &data, "eosio", seconds))
		fail_msg("newaccount %s: %s", account, chain->error.sentence);
}

static inline void test_account(struct test_chain *chain, const char *account)
{
	test_account_delayed(chain, account, 0);
}

/* A chain at a minute before TEST_TIME with eosio.boot and PREACTIVATE_FEATURE. */
static inline void test_create(struct test_chain *chain)
{
	struct genesis genesis;
	*chain = (struct test_chain){0};
	genesis_default(&genesis);
	assert_int_equal(branch_create(&chain->branch, &genesis, &chain->error), 0);
	test_at_with(chain, TEST_TIME - 60000000,
	             "0ec7e080177b2c02b278d5088611686b49d739925a92d9bfcacd7fc6b74053bd");
	test_install(chain, "eosio", "eosio.boot");
}

/* The features that have an effect, then the system accounts with token and msig. */
static inline void test_boot(struct test_chain *chain)
{
	static const char *const features[] = {
		"1a99a59d87e06e09ec5b028a9cbb7749b4a5ad8819004365d02dc4379a8b7241",
		"ef43112c6543b88db2283a2e077278c315ae2c84719a8b25f25cc88565fbea99",
		"4a90c00d55454dc5b059055ca213579c6ea856967712a56017487886a4d4cc0f",
		"e0fb64b1085cc5538970158d05a009c24e276fb94e1a0bf6a528b48fbc4ff526",
		"ad9e3d8f650687709fd68f4b90b41f7d825a365b02c23a636cef88ac2ac00c43",
		"8ba52fe7a3956c5cd3a656a3174b931d3bb2abb45578befc59f283ecd816a405",
		"2652f5f96006294109b3dd0bbde63693f55324af452b799ee137a81a905eed25",
		"4e7bf348da00a945489b2a681749eb56f5de00b900014e137ddae39f48f69d67",
		"299dcb6af692324b899b39f16d5a530a33062804e41f09dc97e9f156b4476707"};
	static const char *const accounts[] = {"eosio.token",  "eosio.msig",   "eosio.wrap", "eosio.ram",
	                                       "eosio.ramfee", "eosio.stake",  "eosio.bpay", "eosio.vpay",
	                                       "eosio.names",  "eosio.saving", "eosio.rex",  "alice",
	                                       "bob",          "carol",        "prox"};
	char json[128];
	for (size_t i = 0; i < sizeof features / sizeof *features; i++) {
		snprintf(json, sizeof json, "{\"feature_digest\":\"%s\"}", features[i]);
		test_succeeds(chain, "eosio", "activate", json, "eosio");
	}
	test_next(chain);
	for (size_t i = 0; i < sizeof accounts / sizeof *accounts; i++)
		test_account(chain, accounts[i]);
	test_install(chain, "eosio.token", "eosio.token");
	test_install(chain, "eosio.msig", "eosio.msig");
	test_install(chain, "eosio.wrap", "eosio.wrap");
}

static inline void test_destroy(struct test_chain *chain)
{
	greylist_release(&chain->greylist);
	for (size_t i = 0; i < chain->installed_count; i++)
		abi_release(chain->installed[i].abi);
	transaction_trace_release(&chain->trace);
	if (branch_block_pending(chain->branch))
		branch_block_drop(chain->branch);
	branch_destroy(chain->branch);
}

/* Runs what is due, and gives how many that were; their last trace is chain->trace. */
static inline size_t test_run_scheduled(struct test_chain *chain)
{
	struct push_options options = {.without_keys = true, .greylists = {&chain->greylist}};
	struct checksum256 id;
	size_t count = 0;
	for (; branch_next_scheduled(chain->branch, &id); count++) {
		transaction_trace_release(&chain->trace);
		chain->trace = (struct transaction_trace){0};
		assert_int_equal(branch_push_scheduled(chain->branch, &id, &options, &chain->trace, &chain->error),
		                 0);
	}
	return count;
}

/* A row as hexadecimal, "" when there is none; *payer, when asked for. Lasts until the next call. */
static inline const char *test_row(struct test_chain *chain, const char *code, uint64_t scope,
                                   const char *table, uint64_t key, uint64_t *payer)
{
	static char hex[2 * 1024 + 1];
	struct map_root *root = branch_state(chain->branch);
	struct table_id id = {name_literal(code), scope, name_literal(table)};
	struct table_row row;
	hex[0] = 0;
	if (table_row_get(root, &row, &id, key)) {
		assert_true(row.length <= sizeof hex / 2);
		hex_print(hex, row.data, row.length);
		if (payer)
			*payer = row.payer;
	}
	map_root_release(root);
	return hex;
}

static inline void test_row_is(struct test_chain *chain, const char *code, uint64_t scope, const char *table,
                               uint64_t key, const char *payer, const char *hex)
{
	uint64_t paid_by = 0;
	assert_string_equal(test_row(chain, code, scope, table, key, &paid_by), hex);
	assert_string_equal(name_text(paid_by).text, payer);
}

/* A little-endian field of a row. */
static inline int64_t test_field(struct test_chain *chain, const char *code, uint64_t scope,
                                 const char *table, uint64_t key, size_t offset)
{
	const char *hex = test_row(chain, code, scope, table, key, NULL);
	uint8_t data[8];
	int64_t value;
	assert_true(strlen(hex) >= 2 * (offset + 8));
	hex_parse(data, hex + 2 * offset, 16);
	memcpy(&value, data, sizeof value);
	return value;
}

static inline int64_t test_balance(struct test_chain *chain, const char *account, uint64_t code)
{
	return test_field(chain, "eosio.token", name_literal(account), "accounts", code, 0);
}

/* What the last action cost or freed an account. */
static inline int64_t test_ram(const struct test_chain *chain, const char *account)
{
	int64_t sum = 0;
	for (size_t i = 0; i < chain->trace.actions_count; i++)
		for (size_t k = 0; k < chain->trace.actions[i].ram_deltas_count; k++)
			if (chain->trace.actions[i].ram_deltas[k].account == name_literal(account))
				sum += chain->trace.actions[i].ram_deltas[k].delta;
	return sum;
}

#endif

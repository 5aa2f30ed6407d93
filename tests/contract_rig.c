/* The chain that contract_rig.h tells of. */
#include "tests/contract_rig.h"

void test_seal(struct test_chain *chain)
{
	struct block_state *state;
	struct checksum256 digest;
	if (branch_block_pending(chain->branch))
		assert_int_equal(branch_block_seal(chain->branch, &state, &digest, &chain->error), 0);
}

/* Seals what is open and starts the block of that time, or the next slot when it has passed. */
static void test_at_with(struct test_chain *chain, int64_t us, const struct checksum256 *feature)
{
	struct block_options options = {0};
	struct checksum256 *preactivated = NULL;
	test_seal(chain);
	options.slot = slot_from_us(us);
	if (options.slot <= branch_head(chain->branch)->block->header.timestamp)
		options.slot = branch_head(chain->branch)->block->header.timestamp + 1;
	options.producer = branch_producer_of_slot(chain->branch, options.slot)->producer_name;
	options.features_count = branch_preactivated_features(chain->branch, &preactivated);
	options.features = preactivated;
	if (feature) {
		options.features = feature;
		options.features_count = 1;
	}
	if (branch_block_start(chain->branch, NULL, &options, &chain->error))
		fail_msg("block start: %s", chain->error.sentence);
	free(preactivated);
}

void test_at(struct test_chain *chain, int64_t us)
{
	test_at_with(chain, us, NULL);
}

void test_next(struct test_chain *chain)
{
	test_at(chain, 0);
}

int64_t test_time(const struct test_chain *chain)
{
	return slot_to_us(branch_block_slot(chain->branch));
}

int test_push(struct test_chain *chain, const char *account, const char *action, struct bytes *data,
              const char *authorization, uint32_t delay_sec)
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
	int result = branch_push(chain->branch, &chain->trace, &packed, NULL, 0, &options, &chain->error);
	packed_transaction_release(&packed);
	return result;
}

int test_act(struct test_chain *chain, const char *account, const char *action, const char *json,
             const char *authorization)
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

void test_succeeds(struct test_chain *chain, const char *account, const char *action, const char *json,
                   const char *authorization)
{
	if (test_act(chain, account, action, json, authorization))
		fail_msg("%s::%s %s: %s", account, action, json, chain->error.sentence);
}

void test_fails(struct test_chain *chain, const char *account, const char *action, const char *json,
                const char *authorization, const char *message)
{
	static const char prefix[] = "assertion failure with message: ";
	assert_int_not_equal(test_act(chain, account, action, json, authorization), 0);
	const char *sentence = chain->error.sentence;
	assert_string_equal(
		strncmp(sentence, prefix, sizeof prefix - 1) ? sentence : sentence + sizeof prefix - 1, message);
}

/* What the contract on an account is packed by. */
static void test_know(struct test_chain *chain, const char *account, const char *name)
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

int test_setcode(struct test_chain *chain, const char *account, const char *name)
{
	const struct bundle *bundle = bundle_find(name);
	struct bytes data = {0};
	bytes_put_u64(&data, name_literal(account));
	bytes_put_u16(&data, 0);
	bytes_put_counted(&data, bundle->code->data, bundle->code->length);
	return test_push(chain, "eosio", "setcode", &data, account, 0);
}

void test_install(struct test_chain *chain, const char *account, const char *name)
{
	if (test_setcode(chain, account, name))
		fail_msg("setcode %s: %s", name, chain->error.sentence);
	test_know(chain, account, name);
}

void test_account_delayed(struct test_chain *chain, const char *account, uint32_t seconds)
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

void test_account(struct test_chain *chain, const char *account)
{
	test_account_delayed(chain, account, 0);
}

void test_create(struct test_chain *chain)
{
	const struct checksum256 preactivate = feature_digest(FEATURE_PREACTIVATE_FEATURE);
	struct genesis genesis;
	*chain = (struct test_chain){0};
	genesis_default(&genesis);
	assert_int_equal(branch_create(&chain->branch, &genesis, &chain->error), 0);
	test_at_with(chain, TEST_TIME - 60000000, &preactivate);
	test_install(chain, "eosio", "eosio.boot");
}

void test_boot(struct test_chain *chain)
{
	static const enum feature features[] = {
		FEATURE_ONLY_LINK_TO_EXISTING_PERMISSION, FEATURE_REPLACE_DEFERRED, FEATURE_NO_DUPLICATE_DEFERRED_ID,
		FEATURE_FIX_LINKAUTH_RESTRICTION, FEATURE_RESTRICT_ACTION_TO_SELF, FEATURE_ONLY_BILL_FIRST_AUTHORIZER,
		FEATURE_FORWARD_SETCODE, FEATURE_RAM_RESTRICTIONS, FEATURE_WTMSIG_BLOCK_SIGNATURES};
	static const char *const accounts[] = {"eosio.token",  "eosio.msig",   "eosio.wrap", "eosio.ram",
	                                       "eosio.ramfee", "eosio.stake",  "eosio.bpay", "eosio.vpay",
	                                       "eosio.names",  "eosio.saving", "eosio.rex",  "alice",
	                                       "bob",          "carol",        "prox"};
	char json[128];
	for (size_t i = 0; i < sizeof features / sizeof *features; i++) {
		struct checksum256 digest = feature_digest(features[i]);
		snprintf(json, sizeof json, "{\"feature_digest\":\"%s\"}", checksum256_text(&digest).text);
		test_succeeds(chain, "eosio", "activate", json, "eosio");
	}
	test_next(chain);
	for (size_t i = 0; i < sizeof accounts / sizeof *accounts; i++)
		test_account(chain, accounts[i]);
	test_install(chain, "eosio.token", "eosio.token");
	test_install(chain, "eosio.msig", "eosio.msig");
	test_install(chain, "eosio.wrap", "eosio.wrap");
}

void test_destroy(struct test_chain *chain)
{
	greylist_release(&chain->greylist);
	for (size_t i = 0; i < chain->installed_count; i++)
		abi_release(chain->installed[i].abi);
	transaction_trace_release(&chain->trace);
	if (branch_block_pending(chain->branch))
		branch_block_drop(chain->branch);
	branch_destroy(chain->branch);
}

size_t test_run_scheduled(struct test_chain *chain)
{
	struct push_options options = {.without_keys = true, .greylists = {&chain->greylist}};
	struct checksum256 id;
	size_t count = 0;
	for (; branch_next_scheduled(chain->branch, &id); count++) {
		transaction_trace_release(&chain->trace);
		chain->trace = (struct transaction_trace){0};
		assert_int_equal(branch_push_scheduled(chain->branch, &chain->trace, &id, &options, &chain->error),
		                 0);
	}
	return count;
}

const char *test_row(struct test_chain *chain, const char *code, uint64_t scope, const char *table,
                     uint64_t key, uint64_t *payer)
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

void test_row_is(struct test_chain *chain, const char *code, uint64_t scope, const char *table, uint64_t key,
                 const char *payer, const char *hex)
{
	uint64_t paid_by = 0;
	assert_string_equal(test_row(chain, code, scope, table, key, &paid_by), hex);
	assert_string_equal(name_text(paid_by).text, payer);
}

int64_t test_field(struct test_chain *chain, const char *code, uint64_t scope, const char *table,
                   uint64_t key, size_t offset)
{
	const char *hex = test_row(chain, code, scope, table, key, NULL);
	uint8_t data[8];
	int64_t value;
	assert_true(strlen(hex) >= 2 * (offset + 8));
	hex_parse(data, hex + 2 * offset, 16);
	memcpy(&value, data, sizeof value);
	return value;
}

int64_t test_balance(struct test_chain *chain, const char *account, uint64_t code)
{
	return test_field(chain, "eosio.token", name_literal(account), "accounts", code, 0);
}

int64_t test_ram(const struct test_chain *chain, const char *account)
{
	int64_t sum = 0;
	for (size_t i = 0; i < chain->trace.actions_count; i++)
		for (size_t k = 0; k < chain->trace.actions[i].ram_deltas_count; k++)
			if (chain->trace.actions[i].ram_deltas[k].account == name_literal(account))
				sum += chain->trace.actions[i].ram_deltas[k].delta;
	return sum;
}

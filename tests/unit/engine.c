/* The engine from genesis on: the published blocks of the EOS mainnet, sealing and validating, saving and
 * restoring, transactions. */
#include "core/engine/engine.h"

#include "core/base/encoding/hex.h"
#include "core/base/memory.h"
#include "core/engine/state/account.h"
#include "core/engine/state/permission.h"
#include "core/engine/state/resource.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct genesis mainnet(void)
{
	struct genesis genesis;
	struct error error = {0};
	genesis_default(&genesis);
	assert_int_equal(time_point_parse(&genesis.initial_timestamp, "2018-06-08T08:08:08.888", &error), 0);
	assert_int_equal(public_key_parse(&genesis.initial_key,
	                                  "EOS7EarnUhcyYqmdnPon8rm7mBCTnBoot6o7fE2WzjvEX2TdggbL3", &error),
	                 0);
	genesis.initial_configuration = (struct chain_config){.max_block_net_usage = 1048576,
	                                                      .target_block_net_usage_pct = 1000,
	                                                      .max_transaction_net_usage = 524288,
	                                                      .base_per_transaction_net_usage = 12,
	                                                      .net_usage_leeway = 500,
	                                                      .context_free_discount_net_usage_num = 20,
	                                                      .context_free_discount_net_usage_den = 100,
	                                                      .max_block_cpu_usage = 200000,
	                                                      .target_block_cpu_usage_pct = 1000,
	                                                      .max_transaction_cpu_usage = 150000,
	                                                      .min_transaction_cpu_usage = 100,
	                                                      .max_transaction_lifetime = 3600,
	                                                      .deferred_trx_expiration_window = 600,
	                                                      .max_transaction_delay = 3888000,
	                                                      .max_inline_action_size = 4096,
	                                                      .max_inline_action_depth = 4,
	                                                      .max_authority_depth = 6,
	                                                      .max_action_return_value_size = 256};
	return genesis;
}

static struct block_state *produce(struct branch *branch, uint32_t slot)
{
	struct block_options options = {.slot = slot,
	                                .producer = branch_producer_of_slot(branch, slot)->producer_name};
	struct checksum256 digest;
	struct block_state *sealed;
	struct error error = {0};

	if (branch_block_start(branch, NULL, &options, &error))
		fail_msg("start: %s", error.sentence);
	if (branch_block_seal(branch, &sealed, &digest, &error))
		fail_msg("seal: %s", error.sentence);
	return sealed;
}

static void expect_header(const struct block_state *block, const char *hex)
{
	struct bytes packed = {0};
	char text[512];
	block_header_pack(&packed, &block->block->header);
	hex_print(text, packed.data, packed.length);
	assert_string_equal(text, hex);
	bytes_release(&packed);
}

static void expect_checksum(const struct checksum256 *checksum, const char *hex)
{
	assert_string_equal(checksum256_text(checksum).text, hex);
}

#define ZEROES "0000000000000000000000000000000000000000000000000000000000000000"

static void mainnet_blocks(void **state)
{
	struct genesis genesis = mainnet();
	struct branch *branch;

	(void)state;
	assert_int_equal(branch_create(&branch, &genesis, NULL), 0);
	expect_checksum(ledger_chain_id(branch_ledger(branch)),
	                "aca376f206b8fc25a6ed44dbdc66547c36c6c33e3a119ffbeaef943642f0e906");
	expect_checksum(&branch_head(branch)->id,
	                "00000001405147477ab2f5f51cda427b638191c66d2c59aa392d5c2c98076cb0");
	expect_header(branch_head(branch), "d1eb594500000000000000000100" ZEROES ZEROES
	              "aca376f206b8fc25a6ed44dbdc66547c36c6c33e3a119ffbeaef943642f0e906" "000000000000");
	expect_header(produce(branch, 0x455cf9dc), "dcf95c450000000000ea30550000"
	              "00000001405147477ab2f5f51cda427b638191c66d2c59aa392d5c2c98076cb0" ZEROES
	              "e0244db4c02d68ae64dec160310e247bb04e5cb599afb7c14710fbf3f4576c0e" "000000000000");
	expect_header(produce(branch, 0x455cf9dd), "ddf95c450000000000ea30550000"
	              "0000000267f3e2284b482f3afc2e724be1d6cbc1804532ec62d4e7af47c30693" ZEROES
	              "1fb815fab36fcb7abda71a209c804db4d7d5c20c164035344f7efecb608d6b53" "000000000000");
	branch_destroy(branch);
}

static void genesis_accounts(void **state)
{
	struct genesis genesis;
	struct branch *branch;
	struct account_object account;
	struct permission_object permission;
	struct map_value abi;
	struct checksum256 hash;
	uint64_t from = 0;
	size_t count = 0;
	(void)state;
	genesis_default(&genesis);
	assert_int_equal(branch_create(&branch, &genesis, NULL), 0);
	const struct map_root *root = branch_head(branch)->root;
	for (; account_seek(root, &account, from); from = account.name + 1, count++)
		assert_int_equal(account.privileged, account.name == name_literal("eosio"));
	assert_int_equal(count, 3);
	assert_true(account_abi(root, &abi, name_literal("eosio")));
	hash = hash_sha256(abi.data, abi.length);
	expect_checksum(&hash, "ae67fd3b82d11a374330c96910014c0873af19696df619c669748f2173098e5d");
	assert_true(permission_get(root, &permission, name_literal("eosio.prods"), name_literal("prod.minor")));
	assert_true(permission.parent == name_literal("prod.major"));
	assert_int_equal(permission.last_updated, genesis.initial_timestamp);
	branch_destroy(branch);
}

/* --- transactions --- */

struct chain {
	struct branch *branch;
	struct signer *signer;
	struct private_key key;
	struct public_key public;
	uint32_t slot;
};

static void chain_begin(struct chain *chain)
{
	struct genesis genesis;
	struct error error = {0};
	genesis_default(&genesis);
	*chain = (struct chain){.signer = signer_create(),
	                        .slot = slot_from_us(genesis.initial_timestamp) + 1000};
	assert_int_equal(private_key_parse(&chain->key, GENESIS_PRIVATE_KEY, &error), 0);
	chain->public = genesis.initial_key;
	assert_int_equal(branch_create(&chain->branch, &genesis, &error), 0);
}

static void chain_end(struct chain *chain)
{
	branch_destroy(chain->branch);
	signer_destroy(chain->signer);
}

static void chain_start(struct chain *chain)
{
	struct block_options options = {.slot = ++chain->slot, .producer = name_literal("eosio")};
	struct error error = {0};

	if (branch_block_start(chain->branch, NULL, &options, &error))
		fail_msg("%s", error.sentence);
}

static struct block_state *chain_seal(struct chain *chain)
{
	struct signature signature;
	struct checksum256 digest;
	struct block_state *sealed;
	struct error error = {0};
	if (branch_block_seal(chain->branch, &sealed, &digest, &error))
		fail_msg("%s", error.sentence);
	assert_int_equal(signer_sign(chain->signer, &signature, &chain->key, &digest, &error), 0);
	block_state_sign(sealed, &signature);
	return sealed;
}

/* A signed transaction of one action by actor@permission. */
static void make(const struct chain *chain, struct packed_transaction *out, const char *name,
                 const char *actor, const char *permission, const struct bytes *data)
{
	struct action *action = memory_allocate(1, sizeof *action);
	struct transaction transaction = {.actions = action, .actions_count = 1};
	struct error error = {0};
	const struct block_state *head = branch_head(chain->branch);

	transaction.expiration = (uint32_t)(slot_to_us(chain->slot) / 1000000) + 30;
	transaction.ref_block_num = (uint16_t)head->number;
	transaction.ref_block_prefix = block_id_prefix(&head->id);
	action->account = name_literal("eosio");
	action->name = name_literal(name);
	action->authorization = memory_allocate(1, sizeof *action->authorization);
	action->authorization[0] = (struct permission_level){name_literal(actor), name_literal(permission)};
	action->authorization_count = 1;
	bytes_put(&action->data, data->data, data->length);
	packed_transaction_make(out, &transaction);
	assert_int_equal(packed_transaction_sign(out, chain->signer, &chain->key, NULL,
	                                         ledger_chain_id(branch_ledger(chain->branch)), &error),
	                 0);
}

static int push(struct chain *chain, struct packed_transaction *packed, struct transaction_trace *trace,
                struct error *error)
{
	struct public_key keys[4];
	int result = packed_transaction_keys(packed, keys, ledger_chain_id(branch_ledger(chain->branch)), error);

	return result ? result
	              : branch_push(chain->branch, trace, packed, keys, packed->signatures_count, NULL, error);
}

static void newaccount_data(struct bytes *data, const struct chain *chain, const char *name)
{
	struct authority authority = authority_of_key(&chain->public);

	bytes_put_u64(data, name_literal("eosio"));
	bytes_put_u64(data, name_literal(name));
	authority_pack(data, &authority);
	authority_pack(data, &authority);
	authority_release(&authority);
}

static void push_newaccount(struct chain *chain, const char *name)
{
	struct packed_transaction packed;
	struct transaction_trace trace;
	struct bytes data = {0};
	struct error error = {0};
	newaccount_data(&data, chain, name);
	make(chain, &packed, "newaccount", "eosio", "active", &data);
	if (push(chain, &packed, &trace, &error))
		fail_msg("%s", error.sentence);
	assert_int_equal(trace.net_usage, 200);
	assert_int_equal(trace.actions_count, 1);
	assert_int_equal(trace.actions[0].ram_deltas_count, 1);
	assert_int_equal(trace.actions[0].ram_deltas[0].delta, 2724);
	transaction_trace_release(&trace);
	bytes_release(&data);
}

static void accounts_are_created_and_refused(void **state)
{
	struct packed_transaction packed;
	struct transaction_trace trace;
	struct bytes data = {0};
	struct error error = {0};
	struct map_root *before, *after;
	struct chain chain;
	(void)state;
	chain_begin(&chain);
	chain_start(&chain);
	push_newaccount(&chain, "alice");
	before = branch_state(chain.branch);
	newaccount_data(&data, &chain, "alice");
	make(&chain, &packed, "newaccount", "eosio", "active", &data);
	packed.transaction.expiration++; /* another transaction */
	packed_transaction_release(&packed);
	make(&chain, &packed, "newaccount", "eosio", "owner", &data);
	assert_int_not_equal(push(&chain, &packed, &trace, &error), 0);
	assert_int_equal(error.code, 3050001);
	assert_string_equal(error.sentence, "Cannot create account named alice, as that name is already taken");
	assert_non_null(trace.error);
	assert_non_null(trace.actions[0].error);
	transaction_trace_release(&trace);
	packed_transaction_release(&packed);
	after = branch_state(chain.branch);
	assert_int_equal(map_root_count(before), map_root_count(after));
	map_root_release(before);
	map_root_release(after);
	assert_int_equal(branch_block_transactions(chain.branch), 1);
	chain_seal(&chain);
	bytes_release(&data);
	chain_end(&chain);
}

static void duplicates_and_expired_are_refused(void **state)
{
	struct packed_transaction packed, again;
	struct transaction_trace trace;
	struct bytes data = {0}, copy = {0};
	struct error error = {0};
	struct chain chain;
	struct cursor in;
	(void)state;
	chain_begin(&chain);
	chain_start(&chain);
	newaccount_data(&data, &chain, "alice");
	make(&chain, &packed, "newaccount", "eosio", "active", &data);
	packed_transaction_pack(&copy, &packed);
	in = cursor_make(copy.data, copy.length);
	assert_int_equal(packed_transaction_unpack(&again, &in, &error), 0);
	assert_int_equal(push(&chain, &packed, &trace, &error), 0);
	transaction_trace_release(&trace);
	chain_seal(&chain);
	chain_start(&chain);
	assert_int_not_equal(push(&chain, &again, &trace, &error), 0);
	assert_int_equal(error.code, 3040008);
	transaction_trace_release(&trace);
	chain_seal(&chain);
	chain.slot += 200;
	chain_start(&chain);
	assert_int_not_equal(push(&chain, &again, &trace, &error), 0);
	assert_int_equal(error.code, 3040005);
	transaction_trace_release(&trace);
	packed_transaction_release(&again);
	bytes_release(&data);
	bytes_release(&copy);
	chain_end(&chain);
}

static void sealed_blocks_validate(void **state)
{
	struct chain chain, other;
	struct signed_block *first, copy;
	struct bytes packed = {0};
	struct error error = {0};
	struct cursor in;
	(void)state;
	chain_begin(&chain);
	chain_begin(&other);
	chain_start(&chain);
	push_newaccount(&chain, "alice");
	push_newaccount(&chain, "bob");
	first = chain_seal(&chain)->block;
	signed_block_pack(&packed, first);
	in = cursor_make(packed.data, packed.length);
	assert_int_equal(signed_block_unpack(&copy, &in, &error), 0);

	copy.transactions[0].cpu_usage_us++;
	assert_int_not_equal(branch_apply_block(other.branch, &copy, false, &error), 0);
	assert_int_equal(branch_head(other.branch)->number, 1);
	copy.transactions[0].cpu_usage_us--;
	copy.transactions[1].net_usage_words++;
	assert_int_not_equal(branch_apply_block(other.branch, &copy, false, &error), 0);
	copy.transactions[1].net_usage_words--;
	copy.producer_signature.data[20] ^= 1;
	assert_int_not_equal(branch_apply_block(other.branch, &copy, false, &error), 0);
	copy.producer_signature.data[20] ^= 1;
	if (branch_apply_block(other.branch, &copy, false, &error))
		fail_msg("%s", error.sentence);
	assert_true(checksum256_equal(&branch_head(other.branch)->id, &branch_head(chain.branch)->id));
	assert_int_not_equal(branch_apply_block(other.branch, &copy, false, &error), 0); /* does not link */
	signed_block_release(&copy);
	bytes_release(&packed);
	chain_end(&chain);
	chain_end(&other);
}

static void saved_head_goes_on(void **state)
{
	struct chain chain;
	struct branch *restored;
	struct bytes packed = {0};
	struct error error = {0};
	struct cursor in;
	(void)state;
	chain_begin(&chain);
	for (int i = 0; i < 5; i++) {
		chain_start(&chain);
		push_newaccount(&chain, (const char *[]){"a", "b", "c", "d", "e"}[i]);
		chain_seal(&chain);
	}
	branch_pack_block(&packed, chain.branch, branch_head(chain.branch));
	in = cursor_make(packed.data, packed.length);
	/* The state goes into another map entry by entry, as a state file brings it. */
	struct map *map = map_create();
	struct map_root *empty = map_empty(map);
	struct map_edit *edit = map_edit_begin(empty);
	struct map_entry entry = {0};
	map_root_release(empty);
	for (bool more = map_seek(branch_head(chain.branch)->root, &entry, "", 0); more;
	     more = map_next(branch_head(chain.branch)->root, &entry))
		map_edit_put(edit, entry.key, entry.key_length, entry.value.data, entry.value.length);
	if (branch_restore(&restored, ledger_genesis(branch_ledger(chain.branch)), map, map_edit_finish(edit),
	                   &in, &error))
		fail_msg("%s", error.sentence);
	assert_int_equal(branch_irreversible(restored, NULL), branch_irreversible(chain.branch, NULL));
	produce(restored, chain.slot + 1);
	produce(chain.branch, chain.slot + 1);
	assert_true(checksum256_equal(&branch_head(restored)->id, &branch_head(chain.branch)->id));
	branch_destroy(restored);
	bytes_release(&packed);
	chain_end(&chain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mainnet_blocks),
		cmocka_unit_test(genesis_accounts),
		cmocka_unit_test(accounts_are_created_and_refused),
		cmocka_unit_test(duplicates_and_expired_are_refused),
		cmocka_unit_test(sealed_blocks_validate),
		cmocka_unit_test(saved_head_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

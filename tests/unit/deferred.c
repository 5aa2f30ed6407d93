/* Transactions that wait: delayed ones of users, cancelled, executed, failing, expired; a sender's onerror.
 */
#include "core/engine/engine_private.h"

#include "core/base/memory.h"
#include "core/engine/state/account.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct chain {
	struct branch *branch;
	uint32_t slot;
	uint32_t expiration; /* varied, so that no two transactions are the same */
};

static void begin(struct chain *chain)
{
	struct genesis genesis;
	genesis_default(&genesis);
	*chain = (struct chain){.slot = slot_from_us(genesis.initial_timestamp) + 100};
	assert_int_equal(branch_create(&chain->branch, &genesis, NULL), 0);
}

static void start(struct chain *chain, uint32_t slots)
{
	struct block_options options = {.slot = chain->slot += slots, .producer = name_literal("eosio")};

	assert_int_equal(branch_block_start(chain->branch, NULL, &options, NULL), 0);
}

static struct block_state *seal(struct chain *chain)
{
	struct checksum256 digest;
	struct block_state *sealed;
	assert_int_equal(branch_block_seal(chain->branch, &sealed, &digest, NULL), 0);
	return sealed;
}

static void make_action(struct transaction *transaction, const char *name, const void *data, size_t length)
{
	struct action *action = memory_allocate(1, sizeof *action);

	transaction->actions = action;
	transaction->actions_count = 1;
	action->account = name_literal("eosio");
	action->name = name_literal(name);
	action->authorization = memory_allocate(1, sizeof *action->authorization);
	action->authorization[0] = (struct permission_level){name_literal("eosio"), name_literal("active")};
	action->authorization_count = 1;
	bytes_put(&action->data, data, length);
}

static void newaccount_data(struct bytes *data, const struct chain *chain, const char *name)
{
	struct authority authority = authority_of_key(&chain->branch->ledger->genesis.initial_key);

	bytes_put_u64(data, name_literal("eosio"));
	bytes_put_u64(data, name_literal(name));
	authority_pack(data, &authority);
	authority_pack(data, &authority);
	authority_release(&authority);
}

/* Pushed as if signed; the id of what now waits or has run. */
static int push(struct chain *chain, struct checksum256 *id, const char *action, const struct bytes *data,
                uint32_t delay_sec, struct error *error)
{
	const struct push_options options = {.without_keys = true};
	const struct block_state *head = branch_head(chain->branch);
	struct transaction transaction = {.delay_sec = delay_sec};
	struct packed_transaction packed;
	struct transaction_trace trace;
	int result;

	transaction.expiration = (uint32_t)(slot_to_us(chain->slot) / 1000000) + 30 + chain->expiration++ % 100;
	transaction.ref_block_num = (uint16_t)head->number;
	transaction.ref_block_prefix = block_id_prefix(&head->id);
	make_action(&transaction, action, data->data, data->length);
	packed_transaction_make(&packed, &transaction);
	*id = packed.id;
	result = branch_push(chain->branch, &trace, &packed, NULL, 0, &options, error);
	if (result == 0 && delay_sec) {
		assert_int_equal(trace.status, STATUS_DELAYED);
		assert_int_equal(trace.actions_count, 0);
		assert_true(trace.account_ram_delta.delta > 272);
	}
	transaction_trace_release(&trace);
	packed_transaction_release(&packed);
	return result;
}

static struct checksum256 push_delayed_account(struct chain *chain, const char *name, uint32_t delay_sec)
{
	struct bytes data = {0};
	struct checksum256 id;
	struct error error = {0};
	newaccount_data(&data, chain, name);
	if (push(chain, &id, "newaccount", &data, delay_sec, &error))
		fail_msg("%s", error.sentence);
	bytes_release(&data);
	return id;
}

static uint64_t eosio_ram(const struct chain *chain)
{
	struct resource_account account;
	assert_true(
		resource_account_get(map_edit_view(chain->branch->pending->edit), &account, name_literal("eosio")));
	return account.ram_usage;
}

static void run_due(struct chain *chain, const struct checksum256 *expected, uint8_t status)
{
	struct transaction_trace trace;
	struct checksum256 id;
	assert_true(branch_next_scheduled(chain->branch, &id));
	assert_true(checksum256_equal(&id, expected));
	assert_int_equal(branch_push_scheduled(chain->branch, &trace, &id, NULL, NULL), 0);
	assert_int_equal(trace.status, status);
	assert_true(trace.has_receipt);
	transaction_trace_release(&trace);
}

static void delayed(void **state)
{
	struct chain chain;
	struct checksum256 first, second, none;
	struct transaction_trace trace;
	struct error error = {0};
	struct block_state *block;
	uint64_t ram;
	(void)state;
	begin(&chain);
	start(&chain, 1);
	ram = eosio_ram(&chain);
	second = push_delayed_account(&chain, "bob", 20);
	first = push_delayed_account(&chain, "alice", 10);
	assert_true(eosio_ram(&chain) > ram + 2 * 272);
	assert_int_not_equal(branch_push_scheduled(chain.branch, &trace, &first, NULL, &error), 0); /* not due */
	assert_false(branch_next_scheduled(chain.branch, &none));
	seal(&chain);
	start(&chain, 20);
	run_due(&chain, &first, STATUS_EXECUTED);
	assert_true(account_exists(map_edit_view(chain.branch->pending->edit), name_literal("alice")));
	assert_false(branch_next_scheduled(chain.branch, &none));
	assert_int_not_equal(branch_push_scheduled(chain.branch, &trace, &first, NULL, &error), 0); /* gone */
	block = seal(&chain);
	assert_int_equal(block->block->transactions_count, 1);
	assert_true(block->block->transactions[0].is_id);
	assert_int_equal(block->block->transactions[0].net_usage_words, 0);
	start(&chain, 20);
	run_due(&chain, &second, STATUS_EXECUTED);
	assert_int_equal(eosio_ram(&chain), ram); /* all of it given back */
	seal(&chain);
	branch_destroy(chain.branch);
}

static void failing_and_expired(void **state)
{
	struct chain chain;
	struct checksum256 first, second, third;
	(void)state;
	begin(&chain);
	start(&chain, 1);
	first = push_delayed_account(&chain, "alice", 10);
	second = push_delayed_account(&chain, "alice", 11); /* will be taken */
	third = push_delayed_account(&chain, "carol", 12);
	seal(&chain);
	start(&chain, 24);
	run_due(&chain, &first, STATUS_EXECUTED);
	run_due(&chain, &second, STATUS_HARD_FAIL); /* a user's: nobody handles it */
	seal(&chain);
	start(&chain, 2 * 612); /* 600 s after it was due */
	run_due(&chain, &third, STATUS_EXPIRED);
	assert_false(account_exists(map_edit_view(chain.branch->pending->edit), name_literal("carol")));
	seal(&chain);
	branch_destroy(chain.branch);
}

static void cancelled(void **state)
{
	struct chain chain;
	struct checksum256 waiting, id;
	struct bytes data = {0};
	struct error error = {0};
	uint64_t ram;
	(void)state;
	begin(&chain);
	start(&chain, 1);
	ram = eosio_ram(&chain);
	waiting = push_delayed_account(&chain, "alice", 100);
	bytes_put_u64(&data, name_literal("eosio"));
	bytes_put_u64(&data, name_literal("owner"));
	bytes_put(&data, waiting.data, 32);
	assert_int_not_equal(push(&chain, &id, "canceldelay", &data, 0, &error),
	                     0); /* active does not satisfy owner */
	assert_int_equal(error.code, 3090005);
	data.length = 8;
	bytes_put_u64(&data, name_literal("active"));
	bytes_put(&data, waiting.data, 32);
	data.data[16] ^= 1;
	assert_int_not_equal(push(&chain, &id, "canceldelay", &data, 0, &error), 0);
	assert_int_equal(error.code, 3040011);
	data.data[16] ^= 1;
	if (push(&chain, &id, "canceldelay", &data, 0, &error))
		fail_msg("%s", error.sentence);
	assert_int_equal(eosio_ram(&chain), ram);
	assert_false(generated_transaction_find(map_edit_view(chain.branch->pending->edit),
	                                        &(struct generated_transaction){0}, &waiting));
	bytes_release(&data);
	branch_destroy(chain.branch);
}

/* What a contract of `sender` would have sent: it stands in the state at once. */
static struct checksum256 send_as(struct chain *chain, uint64_t sender, const char *new_account)
{
	struct pending_block *pending = chain->branch->pending;
	struct generated_transaction generated = {
		.sender = sender, .sender_id = {7, 8}, .payer = sender, .object_id = 99};
	struct transaction transaction = {0};
	struct bytes data = {0}, packed = {0};
	newaccount_data(&data, chain, new_account);
	make_action(&transaction, "newaccount", data.data, data.length);
	transaction_pack(&packed, &transaction);
	generated.id = hash_sha256(packed.data, packed.length);
	generated.published = generated.delay_until = slot_to_us(chain->slot);
	generated.expiration = generated.delay_until + 600000000;
	generated.packed = packed.data;
	generated.packed_length = packed.length;
	generated_transaction_put(pending->edit, &generated);
	assert_int_equal(
		resource_ram_add(pending->edit, sender, generated_transaction_ram(packed.length), 2, NULL), 0);
	transaction_release(&transaction);
	bytes_release(&data);
	bytes_release(&packed);
	return generated.id;
}

static void senders_handle_errors(void **state)
{
	struct transaction_trace trace;
	struct checksum256 id;
	struct block_state *block;
	struct chain chain;
	uint64_t sequence;
	(void)state;
	begin(&chain);
	start(&chain, 1);
	id = send_as(&chain, name_literal("eosio"), "eosio.null"); /* is taken */
	sequence = chain.branch->pending->globals.global_sequence;
	assert_int_equal(branch_push_scheduled(chain.branch, &trace, &id, NULL, NULL), 0);
	assert_int_equal(trace.status, STATUS_SOFT_FAIL);
	assert_int_equal(trace.actions_count, 1);
	assert_true(trace.actions[0].action.name == name_literal("onerror"));
	assert_true(trace.actions[0].receiver == name_literal("eosio"));
	assert_int_equal(chain.branch->pending->globals.global_sequence,
	                 sequence + 1); /* the failed one took none */
	assert_non_null(trace.failed_deferred);
	assert_int_equal(trace.failed_deferred->error->code, 3050001);
	transaction_trace_release(&trace);
	assert_int_equal(chain.branch->pending->action_digests_count, 2); /* onblock, onerror */
	block = seal(&chain);
	assert_int_equal(block->block->transactions[0].status, STATUS_SOFT_FAIL);
	branch_destroy(chain.branch);
}

/* A validating chain comes to the same end. */
static void validated(void **state)
{
	struct chain chain, other;
	struct error error = {0};
	struct signed_block *blocks[4];
	struct block_state *first;
	struct checksum256 id;
	(void)state;
	begin(&chain);
	begin(&other);
	start(&chain, 1);
	push_delayed_account(&chain, "alice", 5);
	push_delayed_account(&chain, "alice", 6);
	first = block_state_hold(seal(&chain));
	blocks[0] = first->block;
	start(&chain, 14);
	while (branch_next_scheduled(chain.branch, &id)) {
		struct transaction_trace trace;
		assert_int_equal(branch_push_scheduled(chain.branch, &trace, &id, NULL, NULL), 0);
		transaction_trace_release(&trace);
	}
	blocks[1] = seal(&chain)->block;
	assert_int_equal(blocks[1]->transactions_count, 2);
	assert_int_equal(blocks[1]->transactions[1].status, STATUS_HARD_FAIL);
	for (int i = 0; i < 2; i++)
		if (branch_apply_block(other.branch, blocks[i], true, &error))
			fail_msg("%s", error.sentence);
	assert_true(checksum256_equal(&branch_head(other.branch)->id, &branch_head(chain.branch)->id));
	branch_destroy(other.branch);
	block_state_release(first);
	branch_destroy(chain.branch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(delayed),   cmocka_unit_test(failing_and_expired), cmocka_unit_test(cancelled),
		cmocka_unit_test(senders_handle_errors), cmocka_unit_test(validated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What a transaction must be before it runs, what it may use, and who is billed (protocol.md B.3 to B.6). */
#include "tests/contract_rig.h"

#include "core/engine/state/resource.h"

/* One action eosio::nothing by alice@active, which eosio.bios lets pass; change is what the case makes of it.
 */
static uint32_t try_with(struct test_chain *chain,
                         void (*change)(struct test_chain *chain, struct transaction *transaction),
                         uint32_t cpu_us)
{
	const struct push_options options = {
		.without_keys = true, .billed_cpu_us = cpu_us, .greylists = {NULL, &chain->greylist}};
	const struct block_state *head = branch_head(chain->branch);
	struct packed_transaction packed;
	struct transaction transaction = {.actions = memory_allocate(2, sizeof(struct action)),
	                                  .actions_count = 1};

	transaction.expiration = (uint32_t)(test_time(chain) / 1000000) + 60 + chain->nonce++;
	transaction.ref_block_num = (uint16_t)head->number;
	transaction.ref_block_prefix = block_id_prefix(&head->id);
	for (int i = 0; i < 2; i++) {
		transaction.actions[i].account = name_literal("eosio");
		transaction.actions[i].name = name_literal("nothing");
		transaction.actions[i].authorization = memory_allocate(1, sizeof(struct permission_level));
		transaction.actions[i].authorization[0] = (struct permission_level){name_literal(i ? "bob" : "alice"),
		                                                                    name_literal("active")};
		transaction.actions[i].authorization_count = 1;
	}
	if (change)
		change(chain, &transaction);
	if (transaction.actions_count < 2) {
		free(transaction.actions[1].authorization);
		transaction.actions[1] = (struct action){0};
	}
	packed_transaction_make(&packed, &transaction);
	transaction_trace_release(&chain->trace);
	error_clear(&chain->error);
	branch_push(chain->branch, &chain->trace, &packed, NULL, 0, &options, &chain->error);
	packed_transaction_release(&packed);
	return chain->error.code;
}

static void begin(struct test_chain *chain)
{
	test_create(chain);
	test_boot(chain);
	test_install(chain, "eosio", "eosio.bios");
	test_at(chain, TEST_TIME);
}

/* --- what it must be --- */

static void past(struct test_chain *chain, struct transaction *transaction)
{
	transaction->expiration = (uint32_t)(test_time(chain) / 1000000) - 1;
}

static void just_now(struct test_chain *chain, struct transaction *transaction)
{
	transaction->expiration = (uint32_t)(test_time(chain) / 1000000);
}

static void an_hour(struct test_chain *chain, struct transaction *transaction)
{
	transaction->expiration = (uint32_t)(test_time(chain) / 1000000) + 3600;
}

static void more_than_an_hour(struct test_chain *chain, struct transaction *transaction)
{
	transaction->expiration = (uint32_t)(test_time(chain) / 1000000) + 3601;
}

static void other_prefix(struct test_chain *chain, struct transaction *transaction)
{
	(void)chain;
	transaction->ref_block_prefix++;
}

static void no_reference(struct test_chain *chain, struct transaction *transaction)
{
	(void)chain;
	transaction->ref_block_num = 0;
	transaction->ref_block_prefix = 0;
}

static void unused_reference(struct test_chain *chain, struct transaction *transaction)
{
	(void)chain;
	transaction->ref_block_num = 40000;
	transaction->ref_block_prefix = 0;
}

static void no_actions(struct test_chain *chain, struct transaction *transaction)
{
	(void)chain;
	free(transaction->actions[0].authorization);
	transaction->actions[0].authorization = NULL;
	transaction->actions_count = 0;
}

static void no_authorization(struct test_chain *chain, struct transaction *transaction)
{
	(void)chain;
	transaction->actions[0].authorization_count = 0;
}

static void no_such_code(struct test_chain *chain, struct transaction *transaction)
{
	no_authorization(chain, transaction);
	transaction->actions[0].account = name_literal("nobody");
}

static void no_such_actor(struct test_chain *chain, struct transaction *transaction)
{
	(void)chain;
	transaction->actions[0].authorization[0] = (struct permission_level){name_literal("nobody"), 0};
}

static void no_such_permission(struct test_chain *chain, struct transaction *transaction)
{
	(void)chain;
	transaction->actions[0].authorization[0].permission = name_literal("spend");
}

static void empty_permission(struct test_chain *chain, struct transaction *transaction)
{
	(void)chain;
	transaction->actions[0].authorization[0].permission = 0;
}

static void an_extension(struct test_chain *chain, struct transaction *transaction)
{
	past(chain, transaction);
	just_now(chain, transaction);
	transaction->extensions = memory_allocate(1, sizeof *transaction->extensions);
	transaction->extensions_count = 1;
}

static struct action *context_free(struct transaction *transaction, const char *account, const char *name)
{
	struct action *action = transaction->context_free_actions = memory_allocate(1, sizeof *action);
	transaction->context_free_actions_count = 1;
	action->account = name_literal(account);
	action->name = name_literal(name);
	return action;
}

static void context_free_with_authority(struct test_chain *chain, struct transaction *transaction)
{
	struct action *action = context_free(transaction, "eosio", "nothing");
	(void)chain;
	action->authorization = memory_allocate(1, sizeof(struct permission_level));
	action->authorization_count = 1;
}

static void context_free_unknown(struct test_chain *chain, struct transaction *transaction)
{
	(void)chain;
	context_free(transaction, "nobody", "nothing");
}

static void context_free_that_reads(struct test_chain *chain, struct transaction *transaction)
{
	struct action *action = context_free(transaction, "eosio", "reqauth");
	(void)chain;
	bytes_put_u64(&action->data, name_literal("alice"));
}

static void context_free_alone(struct test_chain *chain, struct transaction *transaction)
{
	no_actions(chain, transaction);
	context_free(transaction, "eosio", "nothing");
}

static void context_free_fine(struct test_chain *chain, struct transaction *transaction)
{
	(void)chain;
	context_free(transaction, "eosio", "nothing");
}

static void few_words(struct test_chain *chain, struct transaction *transaction)
{
	(void)chain;
	transaction->max_net_usage_words = 9;
}

static void enough_words(struct test_chain *chain, struct transaction *transaction)
{
	(void)chain;
	transaction->max_net_usage_words = 10;
}

static void huge(struct test_chain *chain, struct transaction *transaction)
{
	static const uint8_t data[524288];
	(void)chain;
	bytes_put(&transaction->actions[0].data, data, sizeof data);
}

static void a_millisecond(struct test_chain *chain, struct transaction *transaction)
{
	(void)chain;
	transaction->max_cpu_usage_ms = 1;
}

static void by_two(struct test_chain *chain, struct transaction *transaction)
{
	(void)chain;
	transaction->actions_count = 2;
}

static void refusals(void **state)
{
	static const struct {
		void (*change)(struct test_chain *chain, struct transaction *transaction);
		uint32_t cpu_us, code;
		const char *sentence; /* its beginning when it ends in '*' */
	} cases[] = {
		{NULL, 0, 0, ""},
		{past, 0, 3040005, "expired transaction *"},
		{just_now, 0, 0, ""},
		{an_hour, 0, 0, ""},
		{more_than_an_hour, 0, 3040006,
	     "Transaction expiration is too far in the future relative to the reference time of "
	     "2020-01-01T00:00:00.000, expiration is "
	     "2020-01-01T01:00:01 and the maximum transaction lifetime is 3600 seconds"},
		{other_prefix, 0, 3040007,
	     "Transaction's reference block did not match. Is this transaction from a different fork?"},
		{no_reference, 0, 0, ""}, /* of the entry that nothing has been written to */
		{unused_reference, 0, 3040007,
	     "Transaction's reference block did not match. Is this transaction from a different fork?"},
		{no_actions, 0, 3040003, "transaction must have at least one authorization"},
		{context_free_alone, 0, 3040003, "transaction must have at least one authorization"},
		{no_authorization, 0, 3040003, "transaction must have at least one authorization"},
		{no_such_code, 0, 3040000, "action's code account 'nobody' does not exist"},
		{no_such_actor, 0, 3040000, "action's authorizing actor 'nobody' does not exist"},
		{no_such_permission, 0, 3040000,
	     "action's authorizations include a non-existent permission: "
	     "{\"actor\":\"alice\",\"permission\":\"spend\"}"},
		{empty_permission, 0, 3090007, "Invalid permission"},
		{an_extension, 0, 3100006, "no transaction extensions supported yet for input transactions"},
		{context_free_with_authority, 0, 3040000, "context-free actions cannot have authorizations"},
		{context_free_unknown, 0, 3040000, "action's code account 'nobody' does not exist"},
		{context_free_that_reads, 0, 3050007, "only context free api's can be used in this context"},
		{context_free_fine, 0, 0, ""},
		{few_words, 0, 3080002,
	     "transaction net usage is too high: 79 > 72"}, /* 12 + 16 + 50 + 1, not yet rounded up */
		{enough_words, 0, 0, ""},
		{huge, 0, 3080002, "transaction net usage is too high: 524*"},
		{NULL, 90001, 3080004,
	     "billed CPU time (90001 us) is greater than the maximum billable CPU time for the transaction "
	     "(90000 us) reached on chain "
	     "max_transaction_cpu_usage 90000us"},
		{NULL, 99, 3040000, "cannot bill CPU time less than the minimum of 100 us"},
		{a_millisecond, 1001, 3080004,
	     "billed CPU time (1001 us) is greater than the maximum billable CPU time for the transaction (1000 "
	     "us) reached trx specified "
	     "max_cpu_usage_ms 1ms"},
		{a_millisecond, 1000, 0, ""},
		{NULL, 90000, 0, ""},
		{NULL, 9000, 3080005,
	     "billed CPU time (9000 us) is greater than the billable CPU time left in the block (*"},
		{NULL, 0, 0, ""},
	};
	struct test_chain chain;
	(void)state;
	begin(&chain);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		uint32_t code = try_with(&chain, cases[i].change, cases[i].cpu_us);
		size_t length = strcspn(cases[i].sentence, "*");
		if (code != cases[i].code || (code && strncmp(chain.error.sentence, cases[i].sentence, length)) ||
		    (code && !cases[i].sentence[length] && chain.error.sentence[length]))
			fail_msg("case %zu: %u %s", i, code, chain.error.sentence);
	}
	assert_int_equal(chain.trace.net_usage, 80);
	test_destroy(&chain);
}

/* --- what it may use --- */

static struct resource_account usage_of(struct test_chain *chain, const char *name)
{
	struct resource_account account;
	struct map_root *root = branch_state(chain->branch);
	assert_true(resource_account_get(root, &account, name_literal(name)));
	map_root_release(root);
	return account;
}

static void limits(struct test_chain *chain, const char *account, int net, int cpu)
{
	char json[160];
	snprintf(json, sizeof json, "{\"account\":\"%s\",\"ram_bytes\":-1,\"net_weight\":%d,\"cpu_weight\":%d}",
	         account, net, cpu);
	test_succeeds(chain, "eosio", "setalimits", json, "eosio");
}

static void what_accounts_can_pay(void **state)
{
	struct test_chain chain;
	(void)state;
	begin(&chain);
	limits(&chain, "eosio.token", 1000000, 1000000);
	limits(&chain, "alice", 0, -1);
	assert_int_equal(try_with(&chain, NULL, 0), 0); /* the whole chain's weights count from the block's end */
	test_next(&chain);
	assert_int_equal(try_with(&chain, NULL, 0), 3080002);
	assert_string_equal(chain.error.sentence, "transaction net usage is too high: 80 > 0");
	limits(&chain, "alice", -1, 0); /* its own at once */
	assert_int_equal(try_with(&chain, NULL, 0), 3080004);
	assert_string_equal(chain.error.sentence, "billed CPU time (100 us) is greater than the maximum billable "
	                                          "CPU time for the transaction (0 us) reached "
	                                          "account cpu limit 0us");
	limits(&chain, "alice", -1, -1);
	limits(&chain, "bob", 0, 0);
	assert_int_equal(try_with(&chain, by_two, 0), 0); /* the first authorizer alone is billed */
	assert_int_equal(usage_of(&chain, "alice").net.consumed,
	                 1 + 120); /* the average of before, rounded up, and this */
	assert_int_equal(usage_of(&chain, "bob").net.consumed, 0);
	test_destroy(&chain);
}

/* Before ONLY_BILL_FIRST_AUTHORIZER everybody who authorizes is. */
static void all_are_billed(void **state)
{
	struct test_chain chain;
	(void)state;
	test_create(&chain);
	test_account(&chain, "alice");
	test_account(&chain, "bob");
	test_next(&chain);
	assert_int_equal(try_with(&chain, by_two, 150), 0);
	assert_int_equal(usage_of(&chain, "alice").net.consumed, 120);
	assert_int_equal(usage_of(&chain, "bob").net.consumed, 120);
	assert_int_equal(usage_of(&chain, "bob").cpu.consumed, 150);
	test_destroy(&chain);
}

/* --- greylists --- */

/* alice has the 115 200 000th part of the windows, which have grown to more than four times what blocks hold:
 * of that she would have 150 us of CPU and 1 572 bytes of NET. */
static void begin_grown(struct test_chain *chain)
{
	begin(chain);
	limits(chain, "eosio.token", 115199999, 115199999);
	limits(chain, "alice", 1, 1);
	for (int i = 0; i < 800; i++)
		test_next(chain);
}

static void list(struct test_chain *chain, const char *account, uint32_t limit)
{
	struct name_set names = {0};

	greylist_release(&chain->greylist);
	if (*account)
		name_set_add(&names, name_literal(account));
	greylist_apply(&chain->greylist, &(struct greylist_change){.added = &names, .limit = limit});
	name_set_release(&names);
}

static void who_is_greylisted_has_less_cpu(void **state)
{
	struct test_chain chain;
	(void)state;
	begin_grown(&chain);
	list(&chain, "alice", 0);
	assert_int_equal(try_with(&chain, NULL, 151), 3080008);
	assert_string_equal(chain.error.sentence,
	                    "billed CPU time (151 us) is greater than the maximum greylisted "
	                    "billable CPU time for the transaction (150 us) reached account "
	                    "cpu limit 150us");
	assert_int_equal(try_with(&chain, NULL, 150), 0);
	assert_int_equal(try_with(&chain, a_millisecond, 1001), 3080004); /* another limit is met first */
	list(&chain, "bob", 0);
	assert_int_equal(try_with(&chain, by_two, 100), 0);
	list(&chain, "bob", 1); /* greylist_limit */
	assert_int_equal(try_with(&chain, NULL, 0), 3080008);
	list(&chain, "", 2);
	assert_int_equal(try_with(&chain, NULL, 0), 3080008);
	list(&chain, "", 5); /* so much they have not grown to */
	assert_int_equal(try_with(&chain, NULL, 1000), 3080004);
	assert_int_equal(try_with(&chain, NULL, 0), 0);
	list(&chain, "eosio.token", 1000);
	assert_int_equal(try_with(&chain, NULL, 1000), 3080004);
	limits(&chain, "alice", -1, -1);
	list(&chain, "alice", 1); /* who is unlimited stays so */
	assert_int_equal(try_with(&chain, NULL, 0), 0);
	test_destroy(&chain);
}

static void who_is_greylisted_has_less_net(void **state)
{
	struct test_chain chain;
	(void)state;
	begin_grown(&chain);
	limits(&chain, "alice", 1, -1);
	list(&chain, "alice", 0);
	for (int i = 0; i < 1572 / 80; i++)
		assert_int_equal(try_with(&chain, NULL, 0), 0);
	assert_int_equal(try_with(&chain, NULL, 0), 3080007);
	assert_string_equal(chain.error.sentence, "greylisted transaction net usage is too high: 80 > 51");
	list(&chain, "", 0);
	assert_int_equal(try_with(&chain, NULL, 0), 0);
	test_destroy(&chain);
}

/* One that came too late for its time stays for others, and one that fails is billed what all can see. */
static void greylists_and_deferred_transactions(void **state)
{
	struct bytes nothing = {0}, bob = {0};
	struct test_chain chain;
	struct checksum256 id;
	const struct push_options options = {.greylists = {&chain.greylist}};
	(void)state;
	begin_grown(&chain);
	bytes_put_u64(&bob, name_literal("bob"));
	assert_int_equal(test_push(&chain, "eosio", "reqauth", &bob, "alice", 1), 0);
	assert_int_equal(test_push(&chain, "eosio", "nothing", &nothing, "alice", 2), 0);
	for (int i = 0; i < 3; i++)
		test_next(&chain);
	list(&chain, "alice", 0);
	assert_true(branch_next_scheduled(chain.branch, &id));
	assert_int_equal(branch_push_scheduled(chain.branch, &chain.trace, &id, &options, &chain.error), 0);
	assert_int_equal(chain.trace.status, STATUS_HARD_FAIL);
	assert_int_equal(chain.trace.cpu_usage_us, 100);
	for (int i = 0; i < 2; i++)
		test_next(&chain);
	assert_true(branch_next_scheduled(chain.branch, &id));
	transaction_trace_release(&chain.trace);
	assert_int_not_equal(branch_push_scheduled(chain.branch, &chain.trace, &id, &options, &chain.error), 0);
	assert_int_equal(chain.error.code, 3080008);
	list(&chain, "", 0);
	assert_int_equal(test_run_scheduled(&chain), 1);
	assert_int_equal(chain.trace.status, STATUS_EXECUTED);
	test_destroy(&chain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusals),
		cmocka_unit_test(what_accounts_can_pay),
		cmocka_unit_test(all_are_billed),
		cmocka_unit_test(who_is_greylisted_has_less_cpu),
		cmocka_unit_test(who_is_greylisted_has_less_net),
		cmocka_unit_test(greylists_and_deferred_transactions),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

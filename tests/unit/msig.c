/* eosio.msig, eosio.wrap and eosio.bios through the engine (contracts.md 2 to 4). */
#include "tests/contract_rig.h"

#define M "eosio.msig"

static uint64_t n(const char *name)
{
	return name_literal(name);
}

/* A proposal to transfer 1.0000 SYS from alice to bob, expiring in a day. */
static const char *proposal_json(const struct test_chain *chain, const char *requested, int delay_sec,
                                 const char *context_free)
{
	static char json[2048];
	snprintf(json, sizeof json,
	         "{\"proposer\":\"carol\",\"proposal_name\":\"pay\",\"requested\":[%s],\"trx\":{\"expiration\":"
	         "\"%s\",\"ref_block_num\":0,\"ref_block_prefix\":0,"
	         "\"max_net_usage_words\":0,\"max_cpu_usage_ms\":0,\"delay_sec\":%d,\"context_free_actions\":[%s]"
	         ",\"actions\":[{\"account\":\"eosio.token\",\"name\":"
	         "\"transfer\",\"authorization\":[{\"actor\":\"alice\",\"permission\":\"active\"}],\"data\":"
	         "\"0000000000855c340000000000000e3d1027000000000000045359530000000000\"}],\"transaction_"
	         "extensions\":[]}}",
	         requested, time_point_sec_text((uint32_t)(test_time(chain) / 1000000) + 86400).text, delay_sec,
	         context_free);
	return json;
}

#define LEVEL(actor) "{\"actor\":\"" actor "\",\"permission\":\"active\"}"
#define APPROVE "{\"proposer\":\"carol\",\"proposal_name\":\"pay\",\"level\":" LEVEL("alice") "}"
#define EXEC "{\"proposer\":\"carol\",\"proposal_name\":\"pay\",\"executer\":\"bob\"}"
#define CANCEL(canceler) "{\"proposer\":\"carol\",\"proposal_name\":\"pay\",\"canceler\":\"" canceler "\"}"

static void begin(struct test_chain *chain)
{
	test_create(chain);
	test_boot(chain);
	test_install(chain, "eosio", "eosio.bios");
	test_succeeds(chain, "eosio", "setpriv", "{\"account\":\"eosio.msig\",\"is_priv\":1}", "eosio");
	test_succeeds(chain, "eosio", "setpriv", "{\"account\":\"eosio.wrap\",\"is_priv\":1}", "eosio");
	test_succeeds(chain, "eosio.token", "create",
	              "{\"issuer\":\"alice\",\"maximum_supply\":\"1000.0000 SYS\"}", "eosio.token");
	test_succeeds(chain, "eosio.token", "issue",
	              "{\"to\":\"alice\",\"quantity\":\"1000.0000 SYS\",\"memo\":\"\"}", "alice");
	test_at(chain, TEST_TIME);
}

static void proposed_approved_executed(void **state)
{
	struct test_chain chain;
	(void)state;
	begin(&chain);
	test_fails(&chain, M, "propose", proposal_json(&chain, LEVEL("alice"), 0, ""), "bob",
	           "missing authority of carol");
	test_fails(&chain, M, "propose", proposal_json(&chain, LEVEL("bob"), 0, ""), "carol",
	           "transaction authorization failed");
	test_fails(&chain, M, "propose",
	           proposal_json(&chain, LEVEL("alice"), 0,
	                         "{\"account\":\"bob\",\"name\":\"x\",\"authorization\":[],\"data\":\"\"}"),
	           "carol", "not allowed to `propose` a transaction with context-free actions");
	test_succeeds(&chain, M, "propose", proposal_json(&chain, LEVEL("bob") "," LEVEL("alice"), 0, ""),
	              "carol");
	/* two tables, two rows; the transaction and the approvals asked for, both of time 0; nobody approved */
	assert_int_equal(test_ram(&chain, "carol"), 4 * 112 + (8 + 1 + 83 + 1) + (1 + 8 + 1 + 2 * 24 + 1));
	test_fails(&chain, M, "propose", proposal_json(&chain, LEVEL("alice"), 0, ""), "carol",
	           "proposal with the same name exists");
	test_fails(&chain, M, "exec", EXEC, "bob", "transaction authorization failed");
	test_fails(&chain, M, "approve",
	           "{\"proposer\":\"carol\",\"proposal_name\":\"pay\",\"level\":" LEVEL("prox") "}", "prox",
	           "approval is not on the list of requested approvals");
	test_fails(&chain, M, "approve", APPROVE, "bob", "missing authority of alice/active");
	test_fails(&chain, M, "unapprove", APPROVE, "alice", "no approval previously granted");
	test_fails(&chain, M, "approve",
	           "{\"proposer\":\"carol\",\"proposal_name\":\"pay\",\"level\":" LEVEL(
				   "alice") ",\"proposal_hash\":"
	                        "\"0000000000000000000000000000000000000000000000000000000000000000\"}",
	           "alice", "hash mismatch");
	test_succeeds(&chain, M, "approve", APPROVE, "alice");
	assert_int_equal(test_field(&chain, M, n("carol"), "approvals2", n("pay"), 9 + 1 + 24 + 1 + 16),
	                 TEST_TIME);
	assert_int_equal(test_field(&chain, M, n("carol"), "proposal", n("pay"), 8 + 1 + 83 + 1),
	                 TEST_TIME); /* may run at once */
	test_succeeds(&chain, M, "unapprove", APPROVE, "alice");
	test_fails(&chain, M, "exec", EXEC, "bob", "transaction authorization failed");
	test_succeeds(&chain, M, "approve", APPROVE, "alice");
	test_succeeds(&chain, M, "exec", EXEC, "bob");
	assert_int_equal(test_balance(&chain, "bob", UINT64_C(5462355)), 10000);
	assert_int_equal(chain.trace.actions[1].action.account == n("eosio.token"), 1);
	assert_string_equal(test_row(&chain, M, n("carol"), "proposal", n("pay"), NULL), "");
	assert_string_equal(test_row(&chain, M, n("carol"), "approvals2", n("pay"), NULL), "");
	test_fails(&chain, M, "exec", EXEC, "bob", "proposal not found");
	test_destroy(&chain);
}

/* Whose permissions there are not, no approval can replace; the chain itself says so. */
static void unknown_actors(void **state)
{
	struct test_chain chain;
	char json[2048];
	(void)state;
	begin(&chain);
	for (int i = 0; i < 2; i++) { /* an actor, a permission of alice */
		snprintf(json, sizeof json, "%s", proposal_json(&chain, LEVEL("alice"), 0, ""));
		char *actor = strstr(json, LEVEL("alice") "],\"data\"");
		assert_non_null(actor);
		memcpy(i ? strstr(actor, "active") : strstr(actor, "alice"), "nobdy", 5);
		assert_int_not_equal(test_act(&chain, M, "propose", json, "carol"), 0);
		assert_int_equal(chain.error.code, PERMISSION_QUERY_EXCEPTION);
		assert_non_null(
			strstr(chain.error.sentence,
		           i ? "Failed to retrieve permission: {\"actor\":\"alice\",\"permission\":\"nobdye\"}"
		             : "Failed to retrieve permission: {\"actor\":\"nobdy\",\"permission\":\"active\"}"));
	}
	test_destroy(&chain);
}

static void delayed_invalidated_cancelled(void **state)
{
	struct test_chain chain;
	(void)state;
	begin(&chain);
	test_succeeds(&chain, M, "propose", proposal_json(&chain, LEVEL("alice"), 100, ""), "carol");
	test_succeeds(&chain, M, "approve", APPROVE, "alice");
	test_fails(&chain, M, "exec", EXEC, "bob", "too early to execute");
	test_at(&chain, TEST_TIME + 99500000);
	test_fails(&chain, M, "exec", EXEC, "bob", "too early to execute");
	test_at(&chain, TEST_TIME + 100000000);
	test_succeeds(&chain, M, "invalidate", "{\"account\":\"alice\"}", "alice");
	test_row_is(&chain, M, n(M), "invals", n("alice"), "alice", "0000000000855c34" "0021f0c7089b0500");
	test_fails(&chain, M, "exec", EXEC, "bob", "transaction authorization failed");
	test_next(&chain);
	test_succeeds(&chain, M, "invalidate", "{\"account\":\"alice\"}", "alice");
	assert_int_equal(test_ram(&chain, "alice"), 0);
	assert_int_equal(test_field(&chain, M, n(M), "invals", n("alice"), 8), TEST_TIME + 100500000);
	test_succeeds(&chain, M, "unapprove", APPROVE, "alice");
	test_succeeds(&chain, M, "approve", APPROVE,
	              "alice"); /* of the same time as the invalidation: does not count */
	test_fails(&chain, M, "exec", EXEC, "bob", "transaction authorization failed");
	test_fails(&chain, M, "cancel", CANCEL("bob"), "bob", "cannot cancel until expiration");
	test_at(&chain, TEST_TIME + INT64_C(86401000000));
	test_fails(&chain, M, "exec", EXEC, "bob", "transaction expired");
	test_succeeds(&chain, M, "cancel", CANCEL("bob"), "bob");
	assert_true(test_ram(&chain, "carol") + test_ram(&chain, "alice") < -500);
	test_fails(&chain, M, "cancel", CANCEL("carol"), "carol", "proposal not found");
	test_destroy(&chain);
}

static void wrapped(void **state)
{
	struct test_chain chain;
	char json[1024];
	(void)state;
	begin(&chain);
	snprintf(json, sizeof json,
	         "{\"executer\":\"carol\",\"trx\":{\"expiration\":\"%s\",\"ref_block_num\":0,\"ref_block_"
	         "prefix\":0,\"max_net_usage_words\":0,\"max_cpu_usage_ms\":0,"
	         "\"delay_sec\":0,\"context_free_actions\":[],\"actions\":[{\"account\":\"eosio.token\",\"name\":"
	         "\"transfer\",\"authorization\":[{\"actor\":"
	         "\"alice\",\"permission\":\"active\"}],\"data\":"
	         "\"0000000000855c340000000000000e3d1027000000000000045359530000000000\"}],"
	         "\"transaction_extensions\":[]}}",
	         time_point_sec_text((uint32_t)(test_time(&chain) / 1000000) + 60).text);
	test_fails(&chain, "eosio.wrap", "exec", json, "eosio.wrap", "missing authority of carol");
	test_fails(&chain, "eosio.wrap", "exec", json, "carol", "missing authority of eosio.wrap");
	test_succeeds(&chain, "eosio.wrap", "exec", json, "carol,eosio.wrap");
	test_next(&chain);
	assert_int_equal(test_run_scheduled(&chain), 1);
	assert_int_equal(chain.trace.status, STATUS_EXECUTED);
	assert_int_equal(test_balance(&chain, "bob", UINT64_C(5462355)), 10000);
	test_destroy(&chain);
}

static void bios(void **state)
{
	struct test_chain chain;
	struct bytes data = {0};
	char hex[2 * 40 + 1];
	(void)state;
	begin(&chain);
	test_fails(&chain, "eosio", "reqactivated",
	           "{\"feature_digest\":\"bcd2a26394b36614fd4894241d3c451ab0f6fd110958c3423073621a70826e99\"}",
	           "alice", "protocol feature is not activated");
	test_succeeds(&chain, "eosio", "activate",
	              "{\"feature_digest\":\"bcd2a26394b36614fd4894241d3c451ab0f6fd110958c3423073621a70826e99\"}",
	              "eosio");
	assert_string_equal(
		text_string(&chain.trace.actions[0].console),
		"feature digest activated: bcd2a26394b36614fd4894241d3c451ab0f6fd110958c3423073621a70826e99\n");
	test_next(&chain);
	test_succeeds(&chain, "eosio", "reqactivated",
	              "{\"feature_digest\":\"bcd2a26394b36614fd4894241d3c451ab0f6fd110958c3423073621a70826e99\"}",
	              "alice");
	test_fails(&chain, "eosio", "setalimits",
	           "{\"account\":\"bob\",\"ram_bytes\":-1,\"net_weight\":0,\"cpu_weight\":0}", "bob",
	           "missing authority of eosio");
	test_succeeds(&chain, "eosio", "setalimits",
	              "{\"account\":\"bob\",\"ram_bytes\":100000,\"net_weight\":-1,\"cpu_weight\":-1}", "eosio");
	test_fails(&chain, "eosio", "reqauth", "{\"from\":\"bob\"}", "alice", "missing authority of bob");
	test_succeeds(&chain, "eosio", "setprods",
	              "{\"schedule\":[{\"producer_name\":\"bob\",\"authority\":[\"block_signing_authority_v0\",{"
	              "\"threshold\":1,\"keys\":[{\"key\":"
	              "\"EOS8Znrtgwt8TfpmbVpTKvA2oB8Nqey625CLN8bCN3TEbgx86Dsvr\",\"weight\":1}]}]}]}",
	              "eosio");
	for (int i = 0;
	     i < 4 && branch_producer_of_slot(chain.branch, branch_block_slot(chain.branch) + 1)->producer_name !=
	                  n("bob");
	     i++)
		test_next(&chain);
	assert_true(branch_producer_of_slot(chain.branch, branch_block_slot(chain.branch) + 1)->producer_name ==
	            n("bob"));
	test_fails(&chain, "eosio", "onerror", "{\"sender_id\":\"1\",\"sent_trx\":\"\"}", "eosio",
	           "the onerror action cannot be called directly");
	/* setabi leaves its hash */
	struct checksum256 hash = hash_sha256("abc", 3);
	for (int i = 0; i < 2; i++) {
		bytes_put_u64(&data, n("alice"));
		bytes_put_counted(&data, i ? "abc" : "ab", i ? 3 : 2);
		assert_int_equal(test_push(&chain, "eosio", "setabi", &data, "alice", 0), 0);
		assert_int_equal(test_ram(&chain, "alice"), i ? 1 : 2 + 112 + 112 + 40);
	}
	memcpy(hex, "0000000000855c34", 16);
	hex_print(hex + 16, hash.data, 32);
	test_row_is(&chain, "eosio", n("eosio"), "abihash", n("alice"), "alice", hex);
	test_destroy(&chain);
}

/* The library's dispatcher refuses what it does not know, but not on account eosio, whose onblock has no
 * function there. */
static void unknown_actions(void **state)
{
	struct test_chain chain;
	struct bytes data = {0};
	(void)state;
	begin(&chain);
	assert_int_not_equal(test_push(&chain, M, "nosuch", &data, "alice", 0), 0);
	assert_string_equal(chain.error.sentence, "assertion failure with error code: 8000000000000000000");
	assert_true(chain.error.assert_code == UINT64_C(8000000000000000000));
	assert_int_equal(test_push(&chain, "eosio", "nosuch", &data, "alice", 0), 0);
	test_destroy(&chain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proposed_approved_executed),
		cmocka_unit_test(delayed_invalidated_cancelled),
		cmocka_unit_test(wrapped),
		cmocka_unit_test(bios),
		cmocka_unit_test(unknown_actions),
		cmocka_unit_test(unknown_actors),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

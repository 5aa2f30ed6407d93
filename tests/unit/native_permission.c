/* newaccount, updateauth, deleteauth, linkauth and unlinkauth as a chain with eosio.boot runs them:
 * sentences, their order, RAM (C.5). */
#include "tests/contract_rig.h"

#define S "eosio"
#define K1 "{\"key\":\"EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV\",\"weight\":1}"
#define K2 "{\"key\":\"EOS8Znrtgwt8TfpmbVpTKvA2oB8Nqey625CLN8bCN3TEbgx86Dsvr\",\"weight\":1}"
#define LEVEL(actor, permission) \
	"{\"permission\":{\"actor\":\"" actor "\",\"permission\":\"" permission "\"},\"weight\":1}"
#define WAIT(seconds) "{\"wait_sec\":" seconds ",\"weight\":1}"
#define AUTHORITY(threshold, keys, accounts, waits) \
	"{\"threshold\":" threshold ",\"keys\":[" keys "],\"accounts\":[" accounts "],\"waits\":[" waits "]}"
#define KEY AUTHORITY("1", K1, "", "")
#define NEWACCOUNT(creator, name, owner, active) \
	"{\"creator\":\"" creator "\",\"name\":\"" name "\",\"owner\":" owner ",\"active\":" active "}"
#define UPDATE(account, permission, parent, authority)                                    \
	"{\"account\":\"" account "\",\"permission\":\"" permission "\",\"parent\":\"" parent \
	"\",\"auth\":" authority "}"
#define DELETE(account, permission) "{\"account\":\"" account "\",\"permission\":\"" permission "\"}"
#define LINK(account, code, type, requirement)                            \
	"{\"account\":\"" account "\",\"code\":\"" code "\",\"type\":\"" type \
	"\",\"requirement\":\"" requirement "\"}"
#define UNLINK(account, code, type) \
	"{\"account\":\"" account "\",\"code\":\"" code "\",\"type\":\"" type "\"}"

struct step {
	const char *action, *data, *authorization;
	uint32_t code;        /* 0: done */
	const char *sentence; /* the whole of it, or its beginning when it ends in '*' */
	const char *account;  /* whose RAM changes by delta */
	int64_t delta;
};

static void run(struct test_chain *chain, const struct step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct step *step = &steps[i];
		int result = test_act(chain, S, step->action, step->data, step->authorization);
		if (chain->error.code != step->code || (result == 0) != !step->code)
			fail_msg("step %zu, %s: %u %s", i, step->data, chain->error.code, chain->error.sentence);
		if (step->sentence) {
			size_t length = strcspn(step->sentence, "*");
			if (strncmp(chain->error.sentence, step->sentence, length) ||
			    (!step->sentence[length] && chain->error.sentence[length]))
				fail_msg("step %zu: %s", i, chain->error.sentence);
		}
		if (step->account && test_ram(chain, step->account) != step->delta)
			fail_msg("step %zu: RAM %lld", i, (long long)test_ram(chain, step->account));
	}
}

static void begin(struct test_chain *chain)
{
	test_create(chain);
	test_boot(chain);
}

static void accounts(void **state)
{
	static const struct step steps[] = {
		{"newaccount", NEWACCOUNT("alice", "new1", KEY, KEY), "bob", 3090004, "missing authority of alice",
	     NULL, 0},
		{"newaccount", NEWACCOUNT("alice", "", AUTHORITY("0", K1, "", ""), AUTHORITY("2", K1, "", "")),
	     "alice", 3050000, "Invalid owner authority", NULL, 0},
		{"newaccount", NEWACCOUNT("alice", "", KEY, AUTHORITY("2", K1, "", "")), "alice", 3050000,
	     "Invalid active authority", NULL, 0},
		{"newaccount", NEWACCOUNT("alice", "", KEY, KEY), "alice", 3050000, "account name cannot be empty",
	     NULL, 0},
		{"newaccount", NEWACCOUNT("alice", "eosio.1234512", KEY, KEY), "alice", 3050000,
	     "account names can only be 12 chars long", NULL, 0},
		{"newaccount", NEWACCOUNT("alice", "eosio.token", KEY, KEY), "alice", 3050000,
	     "only privileged accounts can have names that start with 'eosio.'", NULL, 0},
		{"newaccount", NEWACCOUNT("alice", "bob", AUTHORITY("1", "", LEVEL("nobody", "active"), ""), KEY),
	     "alice", 3050001, "Cannot create account named bob, as that name is already taken", NULL, 0},
		{"newaccount", NEWACCOUNT("alice", "new1", AUTHORITY("1", "", LEVEL("nobody", "active"), ""), KEY),
	     "alice", 3050000, "account 'nobody' does not exist", NULL, 0},
		{"newaccount", NEWACCOUNT("alice", "new1", KEY, AUTHORITY("1", "", LEVEL("bob", "none"), "")),
	     "alice", 3050000, "permission '{\"actor\":\"bob\",\"permission\":\"none\"}' does not exist", NULL,
	     0},
		{"newaccount", NEWACCOUNT("alice", "new1", KEY, AUTHORITY("1", "", LEVEL("bob", ""), "")), "alice",
	     3090007, "Invalid permission", NULL, 0},
		{"newaccount", NEWACCOUNT("alice", "new1", KEY, KEY), "alice", 0, NULL, "new1", 2724},
		{"newaccount", NEWACCOUNT("alice", "new1", KEY, KEY), "alice", 3050001, NULL, NULL, 0},
		/* an authority may name the account that is being made */
		{"newaccount",
	     NEWACCOUNT("alice", "new2", AUTHORITY("1", K1, LEVEL("new2", "active"), ""),
	                AUTHORITY("1", K2, LEVEL("new2", "eosio.code"), "")),
	     "alice", 0, NULL, "new2", 2724 + 2 * 32},
		{"newaccount", NEWACCOUNT("alice", "new3", AUTHORITY("1", K1, LEVEL("new3", "spend"), ""), KEY),
	     "alice", 3050000, "permission '{\"actor\":\"new3\",\"permission\":\"spend\"}' does not exist", NULL,
	     0},
		{"newaccount", NEWACCOUNT("eosio", "eosio.thing", KEY, KEY), "eosio", 0, NULL, "eosio.thing", 2724},
	};
	struct test_chain chain;
	(void)state;
	begin(&chain);
	run(&chain, steps, sizeof steps / sizeof *steps);
	test_destroy(&chain);
}

static const struct step authority_steps[] = {
	{"updateauth", UPDATE("alice", "eosio.x", "active", AUTHORITY("0", "", "", "")), "alice", 3050000,
     "Permission names that start with 'eosio.' are reserved", NULL, 0},
	{"updateauth", UPDATE("alice", "active", "active", AUTHORITY("0", "", "", "")), "alice", 3050000,
     "Cannot set an authority as its own parent", NULL, 0},
	{"updateauth", UPDATE("alice", "spend", "active", AUTHORITY("1", K2 "," K1, "", "")), "alice",
     3050000, "Invalid authority: {\"threshold\":1,*", NULL, 0},
	{"updateauth", UPDATE("alice", "spend", "active", AUTHORITY("1", K1, "", WAIT("0"))), "alice",
     3050000, "Invalid authority: *", NULL, 0},
	{"updateauth", UPDATE("alice", "active", "", KEY), "alice", 3050000,
     "Cannot change active authority's parent from owner", NULL, 0},
	{"updateauth", UPDATE("alice", "owner", "active", KEY), "alice@owner", 3050000,
     "Cannot change owner authority's parent", NULL, 0},
	{"updateauth", UPDATE("alice", "spend", "", KEY), "alice", 3090007, "Invalid permission", NULL,
     0}, /* the authorization's check comes first */
	{"updateauth", UPDATE("alice", "spend", "active", AUTHORITY("1", K1, "", WAIT("3888001"))), "alice",
     3050000, "Cannot set delay longer than max_transacton_delay, which is 3888000 seconds", NULL, 0},
	{"updateauth", UPDATE("alice", "spend", "active", AUTHORITY("1", "", LEVEL("nobody", "owner"), "")),
     "alice", 3050000, "account 'nobody' does not exist", NULL, 0},
	{"updateauth", UPDATE("alice", "spend", "none", KEY), "alice", 3060001,
     "Failed to retrieve permission: {\"actor\":\"alice\",\"permission\":\"none\"} (*", NULL, 0},
	{"updateauth",
     UPDATE("alice", "spend", "active",
            AUTHORITY("2", K1 "," K2, LEVEL("bob", "eosio.code"), WAIT("60") "," WAIT("3600"))),
     "alice", 0, NULL, "alice", 288 + 2 * 50 + 32 + 2 * 16},
	{"updateauth", UPDATE("alice", "spend", "active", AUTHORITY("1", K1, "", WAIT("60"))), "alice", 0,
     NULL, "alice", 50 + 16 - (2 * 50 + 32 + 2 * 16)},
	{"updateauth", UPDATE("alice", "spend", "active", AUTHORITY("1", K2, "", WAIT("61"))), "alice", 0,
     NULL, "alice", 0},
	{"updateauth", UPDATE("alice", "spend", "owner", KEY), "alice", 3050000,
     "Changing parent authority is not currently supported", NULL, 0},
	{"updateauth", UPDATE("alice", "vote", "spend", KEY), "alice@spend", 0, NULL, "alice", 338},
	{"updateauth", UPDATE("alice", "spend", "active", KEY), "alice@vote", 3090005,
     "updateauth action declares irrelevant authority '{\"actor\":\"alice\",\"permission\":\"vote\"}'; "
     "minimum authority is "
     "{\"actor\":\"alice\",\"permission\":\"spend\"}",
     NULL, 0},
	{"updateauth", UPDATE("alice", "spend", "active", KEY), "alice,alice@owner", 3090005,
     "updateauth action should only have one declared authorization", NULL, 0},
	{"deleteauth", DELETE("alice", "active"), "alice", 3050000, "Cannot delete active authority", NULL,
     0},
	{"deleteauth", DELETE("alice", "owner"), "alice@owner", 3050000, "Cannot delete owner authority",
     NULL, 0},
	{"deleteauth", DELETE("alice", "spend"), "alice", 3050000,
     "Cannot remove a permission which has children. Remove the children first.", NULL, 0},
	{"linkauth", LINK("alice", "eosio.token", "", ""), "alice", 3050000,
     "Required permission cannot be empty", NULL, 0},
	{"linkauth", LINK("alice", "nobody", "", "vote"), "alice", 3060002,
     "Failed to retrieve code for account: nobody", NULL, 0},
	{"linkauth", LINK("alice", "eosio.token", "", "none"), "alice", 3060001,
     "Failed to retrieve permission: none", NULL, 0},
	{"linkauth", LINK("alice", "eosio.token", "transfer", "vote"), "alice", 0, NULL, "alice", 144},
	{"linkauth", LINK("alice", "eosio", "buyram", "vote"), "alice", 0, NULL, "alice", 144},
	{"linkauth", LINK("alice", "eosio.token", "transfer", "vote"), "alice", 3050000,
     "Attempting to update required authority, but new requirement is same as old", NULL, 0},
	{"linkauth", LINK("alice", "eosio.token", "transfer", "spend"), "alice", 0, NULL, "alice", 0},
	{"linkauth", LINK("alice", "eosio.token", "", "eosio.any"), "alice", 0, NULL, "alice", 144},
	{"linkauth", LINK("alice", "eosio.token", "transfer", "vote"), "alice", 0, NULL, "alice", 0},
	/* the oldest of its links is named */
	{"deleteauth", DELETE("alice", "vote"), "alice", 3050000,
     "Cannot delete a linked authority. Unlink the authority first. This authority is linked to "
     "eosio.token::transfer.",
     NULL, 0},
	{"unlinkauth", UNLINK("alice", "eosio.token", "transfer"), "alice", 0, NULL, "alice", -144},
	/* authorized by the link of the whole contract, yet there is none of this action */
	{"unlinkauth", UNLINK("alice", "eosio.token", "transfer"), "alice@vote", 3050000,
     "Attempting to unlink authority, but no link found", NULL, 0},
	{"unlinkauth", UNLINK("alice", "eosio", "sellram"), "alice", 3040000,
     "cannot unlink non-existent permission link of account 'alice' for actions matching "
     "'eosio::sellram'",
     NULL, 0},
	{"deleteauth", DELETE("alice", "vote"), "alice", 3050000,
     "Cannot delete a linked authority. Unlink the authority first. This authority is linked to "
     "eosio::buyram.",
     NULL, 0},
	{"unlinkauth", UNLINK("alice", "eosio", "buyram"), "alice@vote", 0, NULL, "alice", -144},
	{"deleteauth", DELETE("alice", "vote"), "alice@vote", 3060001, "Failed to retrieve permission: *",
     NULL, 0}, /* it has gone when its use is noted */
	{"deleteauth", DELETE("alice", "vote"), "alice", 0, NULL, "alice", -338},
	{"deleteauth", DELETE("alice", "spend"), "alice", 0, NULL, "alice", -(288 + 50 + 16)},
};

static void authorities(void **state)
{
	struct test_chain chain;
	(void)state;
	begin(&chain);
	run(&chain, authority_steps, sizeof authority_steps / sizeof *authority_steps);
	test_destroy(&chain);
}

/* Before its features are active the chain is as it was at first. */
static void before_the_features(void **state)
{
	static const struct step steps[] = {
		{"newaccount", NEWACCOUNT("eosio", "alice", KEY, KEY), "eosio", 0, NULL, NULL, 0},
		{"newaccount", NEWACCOUNT("eosio", "bob", KEY, KEY), "eosio", 0, NULL, NULL, 0},
		{"updateauth", UPDATE("bob", "spend", "active", KEY), "bob", 0, NULL, NULL, 0},
		{"linkauth", LINK("alice", "bob", "go", "none"), "alice", 3060001, NULL, NULL, 0},
		{"linkauth", LINK("alice", "bob", "go", "spend"), "alice", 0, NULL, NULL,
	     0}, /* somebody has a permission of that name */
		{"linkauth", LINK("alice", "bob", "unlinkauth", "active"), "alice", 3050000,
	     "Cannot link eosio::unlinkauth to a minimum permission", NULL, 0},
		{"linkauth", LINK("alice", "bob", "canceldelay", "active"), "alice", 3050000,
	     "Cannot link eosio::canceldelay to a minimum permission", NULL, 0},
	};
	struct test_chain chain;
	(void)state;
	test_create(&chain);
	run(&chain, steps, sizeof steps / sizeof *steps);
	test_destroy(&chain);
}

/* Data that ends early, in the words of the node's reader: single bytes it gets, the rest it reads, and "over
 * by" is 1 less what is left. */
static void data_that_ends_early(void **state)
{
	static const struct {
		const char *action;
		size_t length; /* of zeros */
		const char *sentence;
	} vectors[] = {
		{"deleteauth", 0, "read datastream of length 0 over by 1"},
		{"deleteauth", 5, "read datastream of length 5 over by -4"},
		{"linkauth", 24, "read datastream of length 24 over by 1"},
		{"unlinkauth", 23, "read datastream of length 23 over by -6"},
		{"canceldelay", 47, "read datastream of length 47 over by -30"},
		{"updateauth", 26, "read datastream of length 26 over by -1"},
		{"updateauth", 28, "get datastream of length 28 over by 1"},
		{"newaccount", 16 + 7 + 4, "get datastream of length 27 over by 1"},
		{"setcode", 9, "read datastream of length 9 over by 1"},
		{"setabi", 8, "get datastream of length 8 over by 1"},
	};
	struct test_chain chain;
	(void)state;
	begin(&chain);
	for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
		static const uint8_t zeros[64];
		struct bytes data = {0};
		bytes_put(&data, zeros, vectors[i].length);
		assert_int_not_equal(test_push(&chain, S, vectors[i].action, &data, "alice@active", 0), 0);
		assert_string_equal(chain.error.sentence, vectors[i].sentence);
		assert_int_equal(chain.error.code, 8);
	}
	test_destroy(&chain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(accounts), cmocka_unit_test(authorities),
	                                   cmocka_unit_test(before_the_features),
	                                   cmocka_unit_test(data_that_ends_early)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

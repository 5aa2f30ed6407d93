/* setcode and setabi: their refusals, in order, and what they cost (protocol.md C.5). */
#include "tests/contract_rig.h"

#define CODE_MULTIPLIER 10

struct step {
	const char *account, *bundle; /* NULL: no code */
	uint8_t vm_type, vm_version;
	const char *authorization;
	uint32_t code; /* 0: done */
	const char *sentence;
};

static int set(struct test_chain *chain, const struct step *step)
{
	const struct bundle *bundle = step->bundle ? bundle_find(step->bundle) : NULL;
	struct bytes data = {0};

	bytes_put_u64(&data, name_literal(step->account));
	bytes_put_u8(&data, step->vm_type);
	bytes_put_u8(&data, step->vm_version);
	bytes_put_counted(&data, bundle ? bundle->code->data : NULL, bundle ? bundle->code->length : 0);
	return test_push(chain, "eosio", "setcode", &data, step->authorization, 0);
}

static int64_t length(const char *bundle)
{
	return bundle ? (int64_t)bundle_find(bundle)->code->length : 0;
}

static void code(void **state)
{
	static const struct step steps[] = {
	    {"alice", "eosio.token", 1, 1, "bob", 3090004, "missing authority of alice"},
	    {"alice", "eosio.token", 1, 1, "alice", 3160006, "code should be 0"},
	    {"alice", "eosio.token", 0, 1, "alice", 3160007, "version should be 0"},
	    {"alice", NULL, 0, 0, "alice", 3160008, "contract is already cleared"},
	    {"alice", "eosio.token", 0, 0, "alice", 0, NULL},
	    {"alice", "eosio.token", 0, 0, "alice", 3160008, "contract is already running this version of code"},
	    {"bob", "eosio.token", 0, 0, "bob", 0, NULL}, /* each pays for what they share */
	    {"alice", "eosio.msig", 0, 0, "alice", 0, NULL},
	    {"alice", NULL, 0, 0, "alice", 0, NULL},
	    {"alice", NULL, 0, 0, "alice", 3160008, "contract is already cleared"},
	    {"alice", "eosio.token", 0, 0, "alice", 0, NULL},
	};
	struct test_chain chain;
	const char *before[2] = {NULL, NULL}; /* alice's, bob's */
	(void)state;
	test_create(&chain);
	test_boot(&chain);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		const struct step *step = &steps[i];
		const char **held = &before[step->account[0] == 'b'];
		set(&chain, step);
		if (chain.error.code != step->code || (step->code && strcmp(chain.error.sentence, step->sentence)))
			fail_msg("step %zu: %u %s", i, chain.error.code, chain.error.sentence);
		if (step->code)
			continue;
		assert_int_equal(test_ram(&chain, step->account),
		                 CODE_MULTIPLIER * (length(step->bundle) - length(*held)));
		*held = step->bundle;
	}
	test_destroy(&chain);
}

/* Refused where nothing has to be looked at; the same ABI again is not refused. */
static void abi(void **state)
{
	static const struct {
		const char *text, *authorization;
		int64_t delta;
	} steps[] = {{"abcdef", "bob", 0},
	             {"abcdef", "alice", 6},
	             {"abcdef", "alice", 0},
	             {"ab", "alice", -4},
	             {"", "alice", -2}};
	struct test_chain chain;
	struct bytes data = {0};
	(void)state;
	test_create(&chain);
	test_boot(&chain);
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		bytes_put_u64(&data, name_literal("alice"));
		bytes_put_counted(&data, steps[i].text, strlen(steps[i].text));
		if (test_push(&chain, "eosio", "setabi", &data, steps[i].authorization, 0))
			assert_string_equal(chain.error.sentence, "missing authority of alice");
		assert_int_equal(test_ram(&chain, "alice"), steps[i].delta);
		assert_int_equal(!chain.error.code, i > 0);
	}
	test_destroy(&chain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(code), cmocka_unit_test(abi)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

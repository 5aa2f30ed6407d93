/* What eosio.bios's setprods may propose, and when (protocol.md D.4, D.7). */
#include "tests/contract_rig.h"

#define K1 "EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV"
#define K2 "EOS8Znrtgwt8TfpmbVpTKvA2oB8Nqey625CLN8bCN3TEbgx86Dsvr"
#define ZERO "EOS1111111111111111111111111111111114T1Anm"
#define KEY(key, weight) "{\"key\":\"" key "\",\"weight\":" weight "}"
#define PRODUCER(name, threshold, keys) \
	"{\"producer_name\":\"" name        \
	"\",\"authority\":[\"block_signing_authority_v0\",{\"threshold\":" threshold ",\"keys\":[" keys "]}]}"
#define ONE(name) PRODUCER(name, "1", KEY(K1, "1"))
#define SEVEN(name) \
	ONE(name) "," ONE(name) "," ONE(name) "," ONE(name) "," ONE(name) "," ONE(name) "," ONE(name)
#define MANY SEVEN("bob") "," SEVEN("bob") "," SEVEN("bob")

static void lists(void **state)
{
	static const struct {
		const char *list;
		uint32_t code;
		const char *sentence;
	} cases[] = {
		{"", 0, NULL}, /* nobody: allowed until DISALLOW_EMPTY_PRODUCER_SCHEDULE */
		{ONE("nobody"), 3070002, "producer schedule includes a nonexisting account"},
		{PRODUCER("bob", "1", KEY(K1, "1") "," KEY(K1, "1")), 3070002,
	     "producer schedule includes a duplicated key for bob"},
		{PRODUCER("bob", "0", KEY(K1, "1")), 3070002,
	     "producer schedule includes an authority with a threshold of 0 for bob"},
		{PRODUCER("bob", "3", KEY(K1, "1") "," KEY(K2, "1")), 3070002,
	     "producer schedule includes an unsatisfiable authority for bob"},
		{PRODUCER("bob", "1", ""), 3070002, "producer schedule includes an unsatisfiable authority for bob"},
		{ONE("bob") "," ONE("bob"), 3070002, "duplicate producer name in producer schedule"},
		{ONE("bob") "," ONE("bob") "," PRODUCER("alice", "0", ""), 3070002,
	     "producer schedule includes an authority with a threshold of 0 for alice"},
		{MANY, 3070002, "duplicate producer name in producer schedule"},
		{SEVEN("bob") "," SEVEN("bob") "," MANY "," MANY "," MANY "," MANY "," MANY "," MANY, 3070002,
	     "Producer schedule exceeds the maximum producer count for this chain"},
		{PRODUCER("bob", "1", KEY(ZERO, "1")), 0, NULL}, /* nobody has it, nobody looks */
		{PRODUCER("bob", "2", KEY(K1, "1") "," KEY(K2, "1")) "," ONE("alice"), 0, NULL},
	};
	enum { LENGTH = 65536 };
	struct test_chain chain;
	char *json = memory_allocate(1, LENGTH);
	(void)state;
	test_create(&chain);
	test_boot(&chain);
	test_install(&chain, "eosio", "eosio.bios");
	test_next(&chain);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		snprintf(json, LENGTH, "{\"schedule\":[%s]}", cases[i].list);
		test_act(&chain, "eosio", "setprods", json, "eosio");
		if (chain.error.code != cases[i].code ||
		    (cases[i].code && strcmp(chain.error.sentence, cases[i].sentence)))
			fail_msg("case %zu: %u %s", i, chain.error.code, chain.error.sentence);
	}
	free(json);
	test_succeeds(&chain, "eosio", "activate",
	              "{\"feature_digest\":\"68dcaa34c0517d19666e6b33add67351d8c5f69e999ca1e37931bc410a297428\"}",
	              "eosio");
	test_next(&chain);
	test_fails(&chain, "eosio", "setprods", "{\"schedule\":[]}", "eosio",
	           "Producer schedule cannot be empty");
	test_destroy(&chain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(lists)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

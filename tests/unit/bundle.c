/* The bundles: valid modules, found by name and by hash, refused while a feature they import from is not
 * active. */
#include "tests/contract_rig.h"

static void every_bundle_has_a_twin(void **state)
{
	const struct bundle *bundle;
	size_t count = 0;
	(void)state;
	for (; (bundle = bundle_at(count)); count++) {
		struct checksum256 hash = hash_sha256(bundle->code->data, bundle->code->length);
		bool hollow;
		struct abi *abi;
		struct error error;
		assert_ptr_equal(bundle_twin(&hash, &hollow), bundle->apply);
		assert_false(hollow);
		assert_ptr_equal(bundle_find(bundle->name), bundle);
		assert_true(count == 0 || strcmp(bundle_at(count - 1)->name, bundle->name) < 0);
		assert_int_equal(abi_parse(&abi, bundle->abi, strlen(bundle->abi), &error), 0);
		abi_release(abi);
	}
	assert_int_equal(count, 7);
	assert_null(bundle_find("eosio.nothing"));
}

static void recorded_code_has_the_same_twins(void **state)
{
	static const struct {
		const char *name, *hash;
	} rows[] = {{"eosio.boot", "b295aa0b211e671c215469bdea1f57707849bf0b9a44d0c0a64ddb90244518eb"},
	            {"eosio.token", "4c76fdcd411cafbf3af1c0987bbb093bac2bfd2e8a669f12feae785ffd43a7c3"},
	            {"eosio.msig", "2ac7aed4b22f190af6b7b2ef3f90c74d5eb19eeb98220c9dfb6990dfd9aabbb6"},
	            {"eosio.system", "3130526bb9f79d0be0540e02e7ba0424e7732d4ccb2cfb28a6f5ad64a71cd736"}};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct bundle *bundle = bundle_find(rows[i].name);
		struct checksum256 recorded;
		bool hollow;
		assert_int_equal(checksum256_parse(&recorded, rows[i].hash), 0);
		assert_ptr_equal(bundle_twin(&recorded, &hollow), bundle->apply);
	}
}

static void features_before_code(void **state)
{
	struct test_chain chain = {0};
	struct genesis genesis;
	(void)state;
	genesis_default(&genesis);
	assert_int_equal(branch_create(&chain.branch, &genesis, &chain.error), 0);
	test_at(&chain, TEST_TIME);
	assert_int_not_equal(test_setcode(&chain, "eosio", "eosio.boot"), 0);
	assert_int_equal(chain.error.code, WASM_SERIALIZATION_ERROR);
	assert_string_equal(chain.error.sentence, "env.preactivate_feature unresolveable");
	test_destroy(&chain);

	test_create(&chain); /* PREACTIVATE_FEATURE is active: eosio.boot is installed */
	assert_int_not_equal(test_setcode(&chain, "eosio", "eosio.bios"), 0);
	assert_string_equal(chain.error.sentence, "env.set_proposed_producers_ex unresolveable");
	test_destroy(&chain);
}

static void other_code_is_refused(void **state)
{
	static const struct {
		const char *hex, *sentence;
		uint32_t code;
	} rows[] = {
		{"0061736d0100", "expected data but found end of stream", 3070003},
		{"00", "expected data but found end of stream", 3070003},
		{"0061736d0100000001ff", "expected data but found end of stream", 3070003},
		{"0061736d010000000201", "expected data but found end of stream", 3070003},
		{"0061736d01000000", "Smart contract's apply function not exported; non-existent; or wrong type",
	     3070002},
		{"0061736d01000000020a0103656e760262620000", "invalid import function type index", 3070003},
	};
	struct test_chain chain;
	(void)state;
	test_create(&chain);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bytes data = {0};
		uint8_t code[64];
		size_t length = strlen(rows[i].hex) / 2;
		hex_parse(code, rows[i].hex, 2 * length);
		bytes_put_u64(&data, name_literal("eosio"));
		bytes_put_u16(&data, 0);
		bytes_put_counted(&data, code, length);
		assert_int_not_equal(test_push(&chain, "eosio", "setcode", &data, "eosio", 0), 0);
		assert_int_equal(chain.error.code, rows[i].code);
		assert_string_equal(chain.error.sentence, rows[i].sentence);
	}
	test_destroy(&chain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_bundle_has_a_twin),
	    cmocka_unit_test(recorded_code_has_the_same_twins),
	    cmocka_unit_test(features_before_code),
	    cmocka_unit_test(other_code_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

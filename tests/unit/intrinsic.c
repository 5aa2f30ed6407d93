/* The other intrinsics: the table that names them, what each prints, hashes and answers, and what is refused
 * to whom. */
#include "tests/intrinsic_rig.h"

#include "core/contracts/intrinsics.h"
#include "core/contracts/library/asset.h"

#include <unistd.h>

/* All that wasm.md W.8 counts, each once, in files that are there. */
static void the_table_is_whole(void **state)
{
	const struct intrinsic *row;
	size_t count = 0, gated = 0;
	char path[128];
	(void)state;
	for (; (row = intrinsic_at(count)); count++) {
		const char *signature = row->host.signature, *colon = strchr(signature, ':');
		size_t slots = (size_t)(colon - signature);
		assert_ptr_equal(intrinsic_find(row->name, strlen(row->name)), row);
		assert_true(strspn(signature, "ilfd") == slots && strlen(colon) == 2);
		assert_int_equal(row->slots, slots ? slots : 1);
		snprintf(path, sizeof path, "core/engine/intrinsic/group/%s.c", row->group);
		assert_int_equal(access(path, R_OK), 0);
		gated += row->feature != FEATURE_COUNT;
	}
	assert_int_equal(count, 186);
	assert_int_equal(gated, 18);
	assert_null(intrinsic_find("db_store", 8));
	assert_null(intrinsic_find("zz", 2));
	assert_null(intrinsic_find("", 0));
}

static void print_everything(uint64_t receiver, uint64_t code, uint64_t action)
{
	static const uint8_t one_quad[16] = {[14] = 0xff, [15] = 0x3f};
	__int128 wide = -1;
	unsigned __int128 greatest = (unsigned __int128)-1;
	char text[ASSET_TEXT];
	(void)code;
	prints("a ");
	prints_l("b cut", 2);
	printn(receiver);
	prints("::");
	printn(action);
	prints(" ");
	printi(INT64_MIN);
	prints(" ");
	printui(UINT64_MAX);
	prints(" ");
	printi128(&wide);
	prints(" ");
	printui128(&greatest);
	prints(" ");
	printsf(1.5f);
	prints(" ");
	printdf(-0.1);
	prints(" ");
	printqf(one_quad);
	prints(" ");
	printhex("\1\xab", 2);
	asset_write_text(text, (struct asset){-1, symbol("EOS", 4)});
	prints(" ");
	prints(text);
	asset_write_text(text, (struct asset){INT64_MIN, symbol("A", 0)});
	prints(" ");
	prints(text);
}

static void hash_everything(uint64_t receiver, uint64_t code, uint64_t action)
{
	uint8_t hash[64], data[8] = {0};
	(void)receiver, (void)code, (void)action;
	sha1("abc", 3, hash);
	assert_sha1("abc", 3, hash);
	printhex(hash, 4);
	sha256("abc", 3, hash);
	assert_sha256("abc", 3, hash);
	printhex(hash, 4);
	sha512("abc", 3, hash);
	assert_sha512("abc", 3, hash);
	printhex(hash, 4);
	ripemd160("abc", 3, hash);
	assert_ripemd160("abc", 3, hash);
	printhex(hash, 4);
	assert_int_equal(action_data_size(), 3);
	assert_int_equal(read_action_data(data, 2), 2);
	assert_int_equal(read_action_data(NULL, 0), 3);
	assert_int_equal(data[1] * 256 + data[2], 2 * 256);
	assert_int_equal(expiration(), 1234);
	assert_int_equal(tapos_block_num(), 0xfffe);
	assert_int_equal(tapos_block_prefix(), INT32_MIN + 1);
	assert_int_equal(transaction_size(), read_transaction(NULL, 0));
	assert_int_equal(get_action(1, 0, NULL, 0), 8 + 8 + 1 + 32 + 1 + 3);
	assert_int_equal(get_action(1, 1, NULL, 0), -1);
	assert_int_equal(get_action(0, 0, NULL, 0), -1);
	assert_true(current_time() > (uint64_t)TEST_TIME - 60000000);
	assert_true(get_sender() == 0);
	assert_true(has_auth(name_literal("bob")) && !has_auth(name_literal("carol")));
	assert_true(is_account(name_literal("eosio")) && !is_account(name_literal("nobody")));
	assert_true(get_account_creation_time(name_literal("alice")) > TEST_TIME - 60000000);
	assert_int_equal(get_code_hash(name_literal("alice"), 0, NULL, 0), 43);
	eosio_exit(0);
	check(false, "never reached");
}

static void console_and_answers(void **state)
{
	struct test_chain chain;
	struct test_run run;
	(void)state;
	test_create(&chain);
	test_boot(&chain);
	assert_int_equal(test_contract(&chain, &run, print_everything, false, false), 0);
	assert_string_equal(
		text_string(&run.console),
		"a b alice::test -9223372036854775808 18446744073709551615 -1 "
	    "340282366920938463463374607431768211455 1.500000e+00 "
		"-1.000000000000000e-01 1.000000000000000000e+00 01ab -0.0001 EOS -9223372036854775808 A");
	test_run_release(&run);
	assert_int_equal(test_contract(&chain, &run, hash_everything, false, false), 0);
	assert_string_equal(text_string(&run.console), "a9993e36ba7816bfddaf35a18eb208f7");
	test_run_release(&run);
	test_destroy(&chain);
}

#define CALL(name, statement)                            \
	static void name(uint64_t r, uint64_t c, uint64_t a) \
	{                                                    \
		(void)r, (void)c, (void)a;                       \
		statement;                                       \
	}
CALL(asserts, eosio_assert(false, "why not"))
CALL(asserts_message, eosio_assert_message(false, "why not, cut", 7))
CALL(asserts_code, eosio_assert_code(false, 42))
CALL(asserts_reserved, eosio_assert_code(false, UINT64_C(10000000000000000000)))
CALL(aborts, intrinsic_abort())
CALL(overlaps, char both[4] = {0}; intrinsic_memcpy(both, both + 1, 3))
CALL(exhausts, for (;;) contract_allocate(1 << 20))
CALL(wants_carol, require_auth(name_literal("carol")))
CALL(wants_owner, require_auth2(name_literal("bob"), name_literal("owner")))
CALL(wants_privilege, set_privileged(name_literal("bob"), true))
CALL(wrong_hash, uint8_t hash[32] = {0}; assert_sha256("abc", 3, hash))
CALL(reads_cfd, get_context_free_data(0, NULL, 0))
CALL(asks_time, current_time())
CALL(no_such_kind, get_action(2, 0, NULL, 0))
CALL(bad_inline, send_inline("\1\2", 2))
CALL(bad_producers, set_proposed_producers("\1", 1))
CALL(unknown_format, set_proposed_producers_ex(2, "", 0))
CALL(unknown_producer, set_proposed_producers_ex(1, "\1\1\0\0\0\0\0\0\0\0\1\0\0\0\0", 15))
CALL(bad_limit, set_resource_limits(name_literal("bob"), -2, 0, 0))

static void refusals(void **state)
{
	static const struct {
		contract_apply *apply;
		bool privileged, context_free;
		uint32_t code;
		const char *sentence;
	} rows[] = {
		{asserts, false, false, 3050003, "assertion failure with message: why not"},
		{asserts_message, false, false, 3050003, "assertion failure with message: why not"},
		{asserts_code, false, false, 3050004, "assertion failure with error code: 42"},
		{asserts_reserved, false, false, 3050011,
	     "eosio_assert_code called with reserved error code: 10000000000000000000"},
		{aborts, false, false, 3050008, "abort() called"},
		{overlaps, false, false, 3070004, "memcpy can only accept non-aliasing pointers"},
		{exhausts, false, false, 3070002, "contract ran out of memory"},
		{wants_carol, false, false, 3090004, "missing authority of carol"},
		{wants_owner, false, false, 3090004, "missing authority of bob/owner"},
		{wants_privilege, false, false, 3050007, "alice does not have permission to call this API"},
		{wrong_hash, false, false, 3230001, "hash mismatch"},
		{reads_cfd, false, false, 3050007, "this API may only be called from context_free apply"},
		{asks_time, false, true, 3050007, "only context free api's can be used in this context"},
		{no_such_kind, false, false, 3050005, "action is not found"},
		{bad_inline, false, false, 8, "read datastream of length 2 over by -1"},
		{bad_producers, true, false, 8, "read datastream of length 1 over by 1"},
		{unknown_format, true, false, 3070002, "Producer schedule is in an unknown format!"},
		{unknown_producer, true, false, 3070002, "producer schedule includes a nonexisting account"},
		{bad_limit, true, false, 3070002, "invalid value for ram resource limit expected [-1,INT64_MAX]"},
	};
	struct test_chain chain;
	(void)state;
	test_create(&chain);
	test_boot(&chain);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_not_equal(
			test_contract(&chain, NULL, rows[i].apply, rows[i].privileged, rows[i].context_free), 0);
		assert_string_equal(chain.error.sentence, rows[i].sentence);
		assert_int_equal(chain.error.code, rows[i].code);
	}
	assert_int_equal(
		test_contract(&chain, NULL, asserts_code, false, false) != 0 && chain.error.assert_code == 42, 1);
	test_destroy(&chain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_table_is_whole),
	    cmocka_unit_test(console_and_answers),
	    cmocka_unit_test(refusals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

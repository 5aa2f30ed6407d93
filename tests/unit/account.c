/* Accounts, the code they share, and walking entries by their keys while they change. */
#include "core/engine/state/account.h"

#include "core/engine/state/deferred.h"
#include "core/types/name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct map *map;
static struct map_edit *edit;

static int setup(void **state)
{
	struct map_root *empty;
	(void)state;
	map = map_create();
	empty = map_empty(map);
	edit = map_edit_begin(empty);
	map_root_release(empty);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	map_edit_drop(edit);
	map_destroy(map);
	return 0;
}

static void accounts(void **state)
{
	static const char *const names[] = {"zoe", "alice", "eosio", "bob"}, *const order[] = {"alice", "bob",
	                                                                                       "eosio", "zoe"};
	struct account_object account = {.privileged = true,
	                                 .last_code_update = -5,
	                                 .recv_sequence = UINT64_MAX,
	                                 .auth_sequence = 7,
	                                 .code_sequence = 3,
	                                 .abi_sequence = 4,
	                                 .creation_slot = 99,
	                                 .block_num = 11},
	                      back;
	uint64_t from = 0;
	(void)state;
	for (size_t i = 0; i < 4; i++) {
		account.name = name_literal(names[i]);
		memset(account.code_hash.data, (int)i, 32);
		account_create(edit, &account);
	}
	for (size_t i = 0; i < 4; i++, from = back.name + 1) {
		assert_true(account_seek(map_edit_view(edit), &back, from));
		assert_true(back.name == name_literal(order[i]));
	}
	assert_false(account_seek(map_edit_view(edit), &back, from));
	assert_true(account_get(map_edit_view(edit), &back, account.name));
	assert_true(back.privileged && back.last_code_update == -5 && back.recv_sequence == UINT64_MAX &&
	            back.auth_sequence == 7 && back.code_sequence == 3 && back.abi_sequence == 4 &&
	            back.creation_slot == 99 && back.block_num == 11);
	assert_memory_equal(back.code_hash.data, account.code_hash.data, 32);
	assert_false(account_exists(map_edit_view(edit), name_literal("nobody")));
}

static void shared_code(void **state)
{
	struct checksum256 hash = hash_sha256("code", 4);
	struct map_value code;

	(void)state;
	code_hold(edit, &hash, "code", 4);
	code_hold(edit, &hash, "code", 4);
	code_release(edit, &hash);
	assert_true(code_get(map_edit_view(edit), &code, &hash));
	assert_int_equal(code.length, 4);
	code_release(edit, &hash);
	assert_false(code_get(map_edit_view(edit), &code, &hash));
	assert_int_equal(map_root_count(map_edit_view(edit)), 0); /* nothing is left behind */
	account_abi_put(edit, name_literal("alice"), "abi", 3);
	assert_true(account_abi(map_edit_view(edit), &code, name_literal("alice")));
	account_abi_put(edit, name_literal("alice"), NULL, 0);
	assert_false(account_abi(map_edit_view(edit), &code, name_literal("alice")));
}

static void walking(void **state)
{
	struct state_key prefix = state_key_name(STATE_PERMISSION, 5),
	                 from = state_key_pair(STATE_PERMISSION, 5, 3), key;
	struct state_walk walk;
	uint64_t seen = 0;

	(void)state;
	for (uint64_t account = 4; account < 7; account++)
		for (uint64_t name = 0; name < 10; name++) {
			key = state_key_pair(STATE_PERMISSION, account, name);
			state_put(edit, &key, "", 0);
		}
	for (state_walk_begin(&walk, &prefix, &from); state_walk_next(&walk, map_edit_view(edit)); seen++) {
		assert_true(state_key_u64(walk.entry.key, 1) == 5);
		assert_true(state_key_u64(walk.entry.key, STATE_OF_NAME_FIELD) == 3 + seen);
		map_edit_remove(edit, walk.entry.key, walk.entry.key_length);
	}
	assert_int_equal(seen, 7);
	assert_int_equal(map_root_count(map_edit_view(edit)), 23);
}

static void waiting_transactions(void **state)
{
	struct generated_transaction one = {.sender = 9,
	                                    .sender_id = {1, 2},
	                                    .payer = 9,
	                                    .delay_until = 100,
	                                    .expiration = 700,
	                                    .published = 50,
	                                    .object_id = 1,
	                                    .packed = (const uint8_t *)"packed",
	                                    .packed_length = 6},
	                             two = one, back;

	(void)state;
	one.id.data[0] = two.id.data[0] = 1; /* ids need not differ */
	two.sender_id[0] = 3;
	two.object_id = 2;
	two.delay_until = 90;
	generated_transaction_put(edit, &one);
	generated_transaction_put(edit, &two);
	assert_true(generated_transaction_seek(map_edit_view(edit), &back, 0, 0));
	assert_int_equal(back.object_id, 2); /* due first */
	assert_true(generated_transaction_seek(map_edit_view(edit), &back, 90, 3));
	assert_int_equal(back.object_id, 1);
	assert_true(generated_transaction_find(map_edit_view(edit), &back, &one.id));
	assert_int_equal(back.object_id, 1); /* the oldest */
	assert_int_equal(back.packed_length, 6);
	assert_int_equal(back.sender_id[1], 2);
	generated_transaction_remove(edit, &back);
	generated_transaction_remove(edit, &two);
	assert_int_equal(map_root_count(map_edit_view(edit)), 0);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
	const struct CMUnitTest tests[] = {TEST(accounts), TEST(shared_code), TEST(walking),
	                                   TEST(waiting_transactions)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

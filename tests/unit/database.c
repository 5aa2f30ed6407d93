/* Database intrinsics: iterators as nodeos numbers them, RAM to the byte, payers, errors; a random contract
 * against plain arrays. */
#include "tests/intrinsic_rig.h"

#include "core/contracts/intrinsics.h"

#include <math.h>

#define ALICE name_literal("alice")
#define BOB name_literal("bob")
enum { SCOPE = 5, TABLE = 48 };

static int64_t billed(const struct test_run *run, uint64_t account)
{
	for (size_t i = 0; i < run->ram_count; i++)
		if (run->ram[i].account == account)
			return run->ram[i].delta;
	return 0;
}

static void iterators(uint64_t receiver, uint64_t code, uint64_t action)
{
	uint64_t primary = 77;
	char data[8] = "";
	(void)code, (void)action;
	assert_int_equal(db_find_i64(receiver, SCOPE, TABLE, 1), -1); /* no such table */
	assert_int_equal(db_end_i64(receiver, SCOPE, TABLE), -1);
	assert_int_equal(db_store_i64(SCOPE, TABLE, ALICE, 10, "ten", 3), 0);
	assert_int_equal(db_store_i64(SCOPE, TABLE, ALICE, 5, "five", 4), 1);
	assert_int_equal(db_store_i64(SCOPE + 1, TABLE, ALICE, 5, "", 0), 2); /* another table */
	assert_int_equal(db_end_i64(receiver, SCOPE, TABLE), -2);
	assert_int_equal(db_end_i64(receiver, SCOPE + 1, TABLE), -3);
	assert_int_equal(db_find_i64(receiver, SCOPE, TABLE, 10), 0);
	assert_int_equal(db_find_i64(receiver, SCOPE, TABLE, 11), -2);
	assert_int_equal(db_lowerbound_i64(receiver, SCOPE, TABLE, 6), 0);
	assert_int_equal(db_lowerbound_i64(receiver, SCOPE, TABLE, 5), 1);
	assert_int_equal(db_upperbound_i64(receiver, SCOPE, TABLE, 5), 0);
	assert_int_equal(db_upperbound_i64(receiver, SCOPE, TABLE, 10), -2);
	assert_int_equal(db_upperbound_i64(receiver, SCOPE, TABLE, UINT64_MAX), -2);
	assert_int_equal(db_next_i64(1, &primary), 0);
	assert_int_equal(primary, 10);
	assert_int_equal(db_next_i64(0, &primary), -2);
	assert_int_equal(db_next_i64(-2, &primary), -1);
	assert_int_equal(db_previous_i64(-2, &primary), 0);
	assert_int_equal(db_previous_i64(0, &primary), 1);
	assert_int_equal(primary, 5);
	assert_int_equal(db_previous_i64(1, &primary), -1);
	assert_int_equal(db_get_i64(1, NULL, 0), 4);
	assert_int_equal(db_get_i64(1, data, 2), 2);
	assert_string_equal(data, "fi");
	assert_int_equal(db_get_i64(1, data, sizeof data), 4);
	db_remove_i64(1);
	assert_int_equal(db_find_i64(receiver, SCOPE, TABLE, 5), -2);
	assert_int_equal(db_store_i64(SCOPE, TABLE, ALICE, 5, "again", 5), 3); /* a new row, a new iterator */
	db_remove_i64(3);
	db_remove_i64(0);
	db_remove_i64(2);
	assert_int_equal(db_find_i64(receiver, SCOPE, TABLE, 5), -1);
}

static void store_two(uint64_t receiver, uint64_t code, uint64_t action)
{
	(void)receiver, (void)code, (void)action;
	double key = -0.0;
	unsigned __int128 wide[2] = {1, 2};
	db_store_i64(SCOPE, TABLE, BOB, 1, "1234567890", 10);
	db_store_i64(SCOPE, TABLE, ALICE, 2, "", 0);
	db_idx_double_store(SCOPE, TABLE, ALICE, 1, &key);
	db_idx64_store(SCOPE, TABLE + 1, ALICE, 1, &wide);
	db_idx128_store(SCOPE, TABLE + 2, ALICE, 1, &wide);
	db_idx256_store(SCOPE, TABLE + 3, ALICE, 1, &wide, 2);
	db_idx_long_double_store(SCOPE, TABLE + 4, ALICE, 1, &wide);
}

static void change_payers(uint64_t receiver, uint64_t code, uint64_t action)
{
	(void)code, (void)action;
	double key = 0.0;
	db_update_i64(db_find_i64(receiver, SCOPE, TABLE, 1), 0, "12345", 5);     /* bob: 5 less */
	db_update_i64(db_find_i64(receiver, SCOPE, TABLE, 2), BOB, "12345", 5);   /* alice to bob */
	db_idx_double_update(db_idx_double_find_primary(receiver, SCOPE, TABLE, &key, 1), BOB, &key);
	assert_int_equal(signbit(key) != 0, 1); /* the key came back as it was stored */
}

static void remove_all(uint64_t receiver, uint64_t code, uint64_t action)
{
	(void)code, (void)action;
	unsigned __int128 wide[2];
	double key;
	db_remove_i64(db_find_i64(receiver, SCOPE, TABLE, 1));
	db_remove_i64(db_find_i64(receiver, SCOPE, TABLE, 2));
	db_idx_double_remove(db_idx_double_find_primary(receiver, SCOPE, TABLE, &key, 1));
	db_idx64_remove(db_idx64_find_primary(receiver, SCOPE, TABLE + 1, &wide, 1));
	db_idx128_remove(db_idx128_find_primary(receiver, SCOPE, TABLE + 2, &wide, 1));
	db_idx256_remove(db_idx256_find_primary(receiver, SCOPE, TABLE + 3, &wide, 2, 1));
	db_idx_long_double_remove(db_idx_long_double_find_primary(receiver, SCOPE, TABLE + 4, &wide, 1));
}

static void begin(struct test_chain *chain)
{
	test_create(chain);
	test_boot(chain);
}

static void iterators_count(void **state)
{
	struct test_chain chain;
	struct test_run run;
	(void)state;
	begin(&chain);
	assert_int_equal(test_contract(&chain, &run, iterators, false, false), 0);
	assert_int_equal(billed(&run, ALICE), 0); /* all is as it was */
	test_run_release(&run);
	test_destroy(&chain);
}

static void ram_to_the_byte(void **state)
{
	struct test_chain chain;
	struct test_run run;
	(void)state;
	begin(&chain);
	/* one table of 48, shared by rows and doubles; four more of the other indices */
	assert_int_equal(test_contract(&chain, &run, store_two, false, false), 0);
	assert_int_equal(billed(&run, BOB), 112 + 112 + 10);
	assert_int_equal(billed(&run, ALICE), 112 + 128 + 4 * 112 + 128 + 144 + 160 + 144);
	assert_int_equal(test_contract(&chain, &run, change_payers, false, false), 0);
	assert_int_equal(billed(&run, BOB), -5 + 117 + 128);
	assert_int_equal(billed(&run, ALICE), -112 - 128);
	assert_int_equal(test_contract(&chain, &run, remove_all, false, false), 0);
	assert_int_equal(billed(&run, BOB), -(112 + 117 + 117 + 128));
	assert_int_equal(billed(&run, ALICE), -(4 * 112 + 128 + 144 + 160 + 144));
	test_destroy(&chain);
}

/* --- failures --- */

static void no_payer(uint64_t r, uint64_t c, uint64_t a)
{
	(void)r, (void)c, (void)a;
	db_store_i64(1, 1, ALICE, 2, "", 0);
	db_store_i64(1, 1, 0, 1, "", 0);
}

static void strange_payer(uint64_t r, uint64_t c, uint64_t a)
{
	(void)r, (void)c, (void)a;
	db_store_i64(2, 1, name_literal("carol"), 1, "", 0);
}

static void bad_get(uint64_t r, uint64_t c, uint64_t a)
{
	(void)r, (void)c, (void)a;
	db_get_i64(-1, NULL, 0);
}

static void end_get(uint64_t r, uint64_t c, uint64_t a)
{
	(void)r, (void)c, (void)a;
	db_get_i64(-2, NULL, 0);
}

static void far_get(uint64_t r, uint64_t c, uint64_t a)
{
	(void)r, (void)c, (void)a;
	db_get_i64(3, NULL, 0);
}

static void bad_end(uint64_t r, uint64_t c, uint64_t a)
{
	(void)r, (void)c, (void)a;
	db_previous_i64(-5, NULL);
}

static void dead_get(uint64_t r, uint64_t c, uint64_t a)
{
	(void)r, (void)c, (void)a;
	int32_t iterator = db_store_i64(1, 1, ALICE, 1, "", 0);
	db_remove_i64(iterator);
	db_get_i64(iterator, NULL, 0);
}

static void not_a_number(uint64_t r, uint64_t c, uint64_t a)
{
	(void)r, (void)c, (void)a;
	double key = NAN;
	db_idx_double_store(1, 1, ALICE, 1, &key);
}

static void foreign_row(uint64_t r, uint64_t c, uint64_t a)
{
	(void)r, (void)c, (void)a;
	uint64_t token = name_literal("eosio.token");
	db_remove_i64(db_find_i64(token, UINT64_C(5462355), name_literal("stat"), UINT64_C(5462355)));
}

static void twice(uint64_t r, uint64_t c, uint64_t a)
{
	(void)r, (void)c, (void)a;
	db_store_i64(1, 1, ALICE, 1, "", 0);
	db_store_i64(1, 1, ALICE, 1, "", 0);
}

static void odd_count(uint64_t r, uint64_t c, uint64_t a)
{
	(void)r, (void)c, (void)a;
	uint8_t key[48] = {0};
	db_idx256_store(1, 1, ALICE, 1, key, 3);
}

static void failures(void **state)
{
	static const struct {
		contract_apply *apply;
		uint32_t code;
		const char *sentence;
	} rows[] = {
		{no_payer, 3160001, "must specify a valid account to pay for new record"},
		{bad_get, 3160003, "invalid iterator"},
		{end_get, 3160005, "dereference of end iterator"},
		{far_get, 3160003, "iterator out of range"},
		{bad_end, 3160003, "not a valid end iterator"},
		{dead_get, 3160005, "dereference of deleted object"},
		{not_a_number, 3040000, "NaN is not an allowed value for a secondary key"},
		{foreign_row, 3160002, "db access violation"},
		{twice, 13, "could not insert object, most likely a uniqueness constraint was violated"},
		{odd_count, 3230002,
	     "invalid size of secondary key array for idx256: given 3 bytes but expected 2 bytes"},
	};
	struct test_chain chain;
	(void)state;
	begin(&chain);
	test_succeeds(&chain, "eosio.token", "create", "{\"issuer\":\"alice\",\"maximum_supply\":\"1.0000 SYS\"}",
	              "eosio.token");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_not_equal(test_contract(&chain, NULL, rows[i].apply, false, false), 0);
		assert_int_equal(chain.error.code, rows[i].code);
		assert_string_equal(chain.error.sentence, rows[i].sentence);
	}
	/* RAM_RESTRICTIONS judges after the action, so storing for somebody else is no error yet */
	if (test_contract(&chain, NULL, strange_payer, false, false))
		fail_msg("%s", chain.error.sentence);
	test_destroy(&chain);
}

/* --- a random contract against plain arrays --- */

enum { ROWS = 40 };
struct model {
	bool present;
	uint64_t key;
};

static void check_index(uint64_t receiver, const struct model *rows)
{
	uint64_t primary = 0, key = 0, last_key = 0, last_primary = 0;
	size_t seen = 0, present = 0;
	for (size_t i = 0; i < ROWS; i++)
		present += rows[i].present;
	for (int32_t at = db_idx64_lowerbound(receiver, SCOPE, TABLE, &key, &primary); at >= 0;
	     at = db_idx64_next(at, &primary)) {
		assert_true(rows[primary].present);
		key = rows[primary].key;
		assert_true(!seen || last_key < key || (last_key == key && last_primary < primary));
		last_key = key;
		last_primary = primary;
		seen++;
	}
	assert_int_equal(seen, present);
	for (int32_t at = db_idx64_previous(db_idx64_end(receiver, SCOPE, TABLE), &primary); present && at >= 0;
	     at = db_idx64_previous(at, &primary))
		seen--;
	assert_int_equal(seen, 0);
}

static void random_rows(uint64_t receiver, uint64_t code, uint64_t action)
{
	struct model rows[ROWS] = {{0}};
	(void)code, (void)action;
	srand(3);
	for (int step = 0; step < 600; step++) {
		size_t at = (size_t)rand() % ROWS;
		uint64_t key = (uint64_t)rand() % 7, found = 0, primary;
		if (!rows[at].present) {
			db_idx64_store(SCOPE, TABLE, ALICE, at, &key);
			rows[at] = (struct model){true, key};
		} else if (rand() % 2) {
			db_idx64_update(db_idx64_find_primary(receiver, SCOPE, TABLE, &found, at), 0, &key);
			assert_true(found == rows[at].key);
			rows[at].key = key;
		} else {
			db_idx64_remove(db_idx64_find_primary(receiver, SCOPE, TABLE, &found, at));
			rows[at].present = false;
		}
		size_t first = 0, above = 0;
		while (first < ROWS && !(rows[first].present && rows[first].key == key))
			first++;
		int32_t iterator = db_idx64_find_secondary(receiver, SCOPE, TABLE, &key, &primary);
		assert_int_equal(iterator >= 0, first < ROWS);
		assert_true(iterator < 0 || primary == first);
		found = key;
		iterator = db_idx64_upperbound(receiver, SCOPE, TABLE, &found, &primary);
		for (size_t i = 0; i < ROWS; i++)
			above += rows[i].present && rows[i].key > key;
		assert_int_equal(iterator >= 0, above > 0);
		assert_true(iterator < 0 || (found > key && rows[primary].key == found));
		if (step % 10 == 0)
			check_index(receiver, rows);
	}
}

static void indices_against_arrays(void **state)
{
	struct test_chain chain;
	(void)state;
	begin(&chain);
	if (test_contract(&chain, NULL, random_rows, false, false))
		fail_msg("%s", chain.error.sentence);
	test_destroy(&chain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(iterators_count),
	    cmocka_unit_test(ram_to_the_byte),
	    cmocka_unit_test(failures),
	    cmocka_unit_test(indices_against_arrays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

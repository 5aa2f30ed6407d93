/* The past: blocks, transactions, and the tree as it was. */
#include "tests/tree/fixture.h"

#define ALICE "accounts/alice1111111/"

static char *last_id(void)
{
	char *id = memory_copy_string(fixture_read("last_transaction"));
	id[strcspn(id, "\n")] = '\0';
	return id;
}

static const char *path_of(const char *folder, const char *name)
{
	static char path[256];
	snprintf(path, sizeof path, "%s/%s.json", folder, name);
	return path;
}

static uint32_t head(void) { return (uint32_t)strtoul(fixture_read("chain/head"), NULL, 10); }

static const char *block_path(uint32_t number)
{
	char text[16];
	snprintf(text, sizeof text, "%u", number);
	return path_of("blocks", text);
}

/* The line that begins with such a member. */
static void member_of(char *out, size_t size, const char *name)
{
	char start[64];
	snprintf(start, sizeof start, "\n  \"%s\": ", name);
	const char *at = strstr(text_string(&fixture.contents), start);
	assert_non_null(at);
	at += strlen(start);
	snprintf(out, size, "%.*s", (int)strcspn(at, ",\n"), at);
}

static void a_transaction_is_seen_before_its_block_and_after(void **state)
{
	(void)state;
	fixture_boot();
	fixture_account("alice1111111", "100.0000 SYS");
	fixture_account("bob111111111", "100.0000 SYS");
	fixture_advance(1, false);
	fixture_write(ALICE "transfer", "bob111111111 1.0000 SYS a memo of it\n");
	char *id = last_id(), when[2][32];
	for (int sealed = 0; sealed < 2; sealed++) {
		fixture_expect_part(path_of("transactions", id), "\"status\": \"executed\"");
		fixture_expect_part(path_of("transactions", id), "a memo of it");
		fixture_expect_part(path_of("transactions", id), "\"inline_traces\"");
		fixture_expect_part(path_of("transactions", id), "\"account_ram_deltas\"");
		fixture_expect_part(path_of("transactions", id), "\"receiver\": \"bob111111111\"");
		member_of(when[sealed], sizeof when[sealed], "block_num");
		fixture_advance(2, false);
	}
	/* what it was shown as at first is what its block says */
	assert_string_equal(when[0], when[1]);
	char name[80];
	snprintf(name, sizeof name, "%s.json ", id);
	assert_non_null(strstr(fixture_list("transactions"), name));
	fixture_expect_part(path_of("blocks", when[0]), id);
	fixture_expect_part(path_of("blocks", when[0]), "a memo of it");
	fixture_expect_part(path_of("blocks", when[0]), "\"onblock\"");
	free(id);
	assert_false(
		fixture_exists("transactions/0000000000000000000000000000000000000000000000000000000000000000.json"));
	assert_false(fixture_exists("transactions/nothing.json"));
	assert_int_equal(
		fixture_try_read(
			"transactions/0000000000000000000000000000000000000000000000000000000000000000.json"),
		-ENOENT);
}

static void a_failed_transaction_tells_why(void **state)
{
	(void)state;
	fixture_write("accounts/bob111111111/transfer", "alice1111111 0.0001 SYS\n");
	char *before = memory_copy_string(fixture_list("transactions"));
	fixture_refuse(ECANCELED, "overdrawn balance", "push",
	               "eosio.token transfer '[\"alice1111111\",\"bob111111111\",\"9999.0000 SYS\",\"too "
	               "much\"]' -p alice1111111\n");
	/* it is the one that is new in the list */
	char *names = memory_copy_string(fixture_list("transactions")), *rest = NULL;
	const char *found = NULL;
	for (char *name = strtok_r(names, " ", &rest); name; name = strtok_r(NULL, " ", &rest))
		if (!strstr(before, name))
			found = name;
	assert_non_null(found);
	char path[128];
	snprintf(path, sizeof path, "transactions/%s", found);
	fixture_expect_part(path, "overdrawn balance");
	fixture_expect_part(path, "\"receipt\": null");
	fixture_expect_part(path, "too much");
	fixture_advance(5, false);
	fixture_expect_part(path, "overdrawn balance");
	free(names);
	free(before);
}

static void blocks_are_found_by_all_their_names(void **state)
{
	char id[128], time[64], path[256];
	(void)state;
	fixture_advance(60, false);
	uint32_t number = head();
	fixture_read(block_path(number));
	member_of(id, sizeof id, "id");
	member_of(time, sizeof time, "timestamp");
	char *whole = memory_copy_string(text_string(&fixture.contents));
	snprintf(path, sizeof path, "blocks/%.64s.json", id + 1);
	fixture_expect(path, whole);
	snprintf(path, sizeof path, "blocks/%.23s.json", time + 1);
	fixture_expect(path, whole);
	fixture_expect("blocks/head.json", whole);
	free(whole);
	const char *names = fixture_list("blocks");
	assert_non_null(strstr(names, "head.json lib.json "));
	size_t count = 0;
	for (const char *at = names; (at = strstr(at, ".json ")); at++)
		count++;
	assert_int_equal(count, 102);
	assert_true(fixture_exists("blocks/1.json"));
	fixture_expect_part("blocks/1.json", "\"traces\": []");
	assert_false(fixture_exists("blocks/0.json"));
	assert_false(fixture_exists("blocks/01.json"));
	assert_false(fixture_exists("blocks/99999999.json"));
	assert_false(fixture_exists("blocks/1969-01-01T00:00:00.json"));
	snprintf(path, sizeof path, "blocks/%.63sx.json", id + 1);
	assert_false(fixture_exists(path));
}

/* --- at/ --- */

static const char *at(const char *block, const char *file)
{
	static char path[256];
	snprintf(path, sizeof path, "at/%s/%s", block, file);
	return path;
}

static void the_tree_is_there_as_it_was(void **state)
{
	char before[16], after[16], time[32], id[80];
	(void)state;
	snprintf(before, sizeof before, "%u", head());
	char *balance = memory_copy_string(fixture_read(ALICE "balance"));
	char *info = memory_copy_string(fixture_read(ALICE "info.json"));
	/* the top shows what the block in the making has done already, its onblock above all */
	char *global = memory_copy_string(fixture_read(at(before, "chain/global.json")));
	char *producers = memory_copy_string(fixture_list("producers"));
	snprintf(id, sizeof id, "%.64s", strstr(fixture_read("chain/info.json"), "\"head_block_id\": \"") + 18);
	snprintf(time, sizeof time, "%.23s", fixture_read("chain/time"));
	fixture_write(ALICE "transfer", "eosio 1.2345 SYS\n");
	fixture_mkdir("accounts", "carol1111111");
	fixture_mkdir("producers", "alice1111111");
	fixture_advance(400, false);
	snprintf(after, sizeof after, "%u", head());

	const char *const names[] = {before, id, time};
	for (size_t i = 0; i < 3; i++) {
		fixture_expect(at(names[i], ALICE "balance"), balance);
		fixture_expect(at(names[i], ALICE "info.json"), info);
		fixture_expect(at(names[i], "chain/global.json"), global);
		assert_string_equal(fixture_list(at(names[i], "producers")), producers);
		assert_false(fixture_exists(at(names[i], "accounts/carol1111111")));
		assert_int_equal(strtoul(fixture_read(at(names[i], "chain/head")), NULL, 10),
		                 strtoul(before, NULL, 10));
	}
	assert_true(fixture_exists(at(after, "accounts/carol1111111")));
	assert_true(fixture_exists(at(after, "producers/alice1111111")));
	char *now = memory_copy_string(fixture_read(ALICE "balance"));
	fixture_expect(at(after, ALICE "balance"), now);
	assert_string_equal(fixture_list(at(before, "")), "chain accounts producers ");
	assert_string_equal(fixture_list("at"), "");
	assert_false(fixture_exists("at/99999999"));
	assert_false(fixture_exists("at/0"));
	assert_false(fixture_exists("at/yesterday"));
	assert_false(fixture_exists(at(before, "wallet")));
	/* what tells of the present */
	assert_false(fixture_exists(at(before, "chain/clock")));
	assert_null(strstr(fixture_list(at(before, "chain")), "clock"));
	assert_false(fixture_exists(at(after, "producers/alice1111111/status")));
	assert_null(strstr(fixture_list(at(after, "producers/alice1111111")), "status"));
	assert_true(fixture_exists("nodes/eosio/view/chain/clock"));
	fixture_refuse(EROFS, "write to " ALICE "transfer", at(before, ALICE "transfer"), "eosio 1.0000 SYS\n");
	free(now);
	free(producers);
	free(global);
	free(info);
	free(balance);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_transaction_is_seen_before_its_block_and_after),
		cmocka_unit_test(a_failed_transaction_tells_why),
		cmocka_unit_test(blocks_are_found_by_all_their_names),
		cmocka_unit_test(the_tree_is_there_as_it_was),
	};
	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}

/* What happened: accounts/NAME/history.jsonl and history/, producers/NAME/history.jsonl. */
#include "tests/tree/fixture.h"

#define ALICE "accounts/alice1111111/"
#define BOB "accounts/bob111111111/"

static unsigned lines_of(const char *path)
{
	unsigned count = 0;
	for (const char *at = fixture_read(path); *at; at++)
		count += *at == '\n';
	return count;
}

static uint64_t size_of(const char *path)
{
	struct dentry *dentry;
	struct stat status;
	assert_int_equal(tree_walk(fixture.tree, &dentry, &fixture.caller, path), 0);
	assert_int_equal(tree_stat(fixture.tree, &status, &fixture.caller, dentry), 0);
	tree_forget(fixture.tree, dentry, 1);
	return (uint64_t)status.st_size;
}

static void an_action_is_told_once_to_all_it_is_about(void **state)
{
	char *before, *sealed, *token;
	(void)state;
	fixture_boot();
	fixture_account("alice1111111", "100.0000 SYS");
	fixture_account("bob111111111", "100.0000 SYS");
	fixture_advance(1, false);
	before = memory_copy_string(fixture_read(BOB "history.jsonl"));
	assert_non_null(strstr(before, "{\"seq\":1,\"block_num\":"));
	assert_non_null(strstr(before, "\"name\":\"newaccount\""));
	unsigned count = lines_of(BOB "history.jsonl");

	/* at once, and no more than once, though he received three traces of it */
	fixture_write(ALICE "transfer", "bob111111111 1.0000 SYS a memo of it\n");
	assert_int_equal(lines_of(BOB "history.jsonl"), count + 1);
	assert_int_equal(size_of(BOB "history.jsonl"), strlen(fixture_read(BOB "history.jsonl")));
	fixture_expect_part(
		BOB "history.jsonl",
		"\"account\":\"eosio.token\",\"name\":\"transfer\",\"authorization\":[\"alice1111111@active\"],"
		"\"data\":{\"from\":\"alice1111111\",\"to\":\"bob111111111\",\"quantity\":\"1.0000 SYS\","
		"\"memo\":\"a memo of it\"}}\n");
	assert_non_null(strstr(fixture_last_line(ALICE "history.jsonl"), "a memo of it"));
	assert_non_null(strstr(fixture_last_line("accounts/eosio.token/history.jsonl"), "a memo of it"));
	char *pending = memory_copy_string(fixture_read(BOB "history.jsonl"));
	assert_memory_equal(pending, before, strlen(before));
	fixture_advance(5, false);
	sealed = memory_copy_string(fixture_read(BOB "history.jsonl"));
	assert_string_equal(sealed, pending);
	/* what each block does by itself is nobody's */
	token = memory_copy_string(fixture_read("accounts/eosio/history.jsonl"));
	assert_null(strstr(token, "onblock"));
	fixture_advance(60, false);
	fixture_expect("accounts/eosio/history.jsonl", token);
	assert_int_equal(size_of("accounts/eosio/history.jsonl"), strlen(token));
	free(before);
	free(pending);
	free(sealed);
	free(token);
}

static struct handle *open_file(const char *path, struct dentry **dentry)
{
	struct handle *handle;
	assert_int_equal(tree_walk(fixture.tree, dentry, &fixture.caller, path), 0);
	assert_int_equal(tree_open(fixture.tree, &handle, &fixture.caller, *dentry, O_RDONLY), 0);
	return handle;
}

static void tail_follows(void **state)
{
	struct dentry *dentry;
	struct handle *handle = open_file(ALICE "history.jsonl", &dentry);
	uint64_t size = size_of(ALICE "history.jsonl");
	char more[1024];
	(void)state;
	assert_int_equal(handle_read(handle, more, sizeof more, (off_t)size), 0);
	fixture_write(ALICE "transfer", "bob111111111 2.0000 SYS followed\n");
	ssize_t count = handle_read(handle, more, sizeof more - 1, (off_t)size);
	assert_int_equal(size_of(ALICE "history.jsonl"), size + (uint64_t)count);
	more[count] = '\0';
	more[strcspn(more, "\n")] = '\0';
	assert_string_equal(more, fixture_last_line(ALICE "history.jsonl"));
	handle_close(handle);
	tree_forget(fixture.tree, dentry, 1);
}

/* Any piece of it is the same as in the whole. */
static void pieces_are_those_of_the_whole(void **state)
{
	struct dentry *dentry;
	struct handle *handle;
	char *whole = memory_copy_string(fixture_read("accounts/eosio/history.jsonl")), piece[97];
	(void)state;
	handle = open_file("accounts/eosio/history.jsonl", &dentry);
	size_t length = strlen(whole);
	for (size_t at = 0; at < length; at += 61) {
		ssize_t count = handle_read(handle, piece, sizeof piece, (off_t)at);
		assert_int_equal(count, length - at < sizeof piece ? length - at : sizeof piece);
		assert_memory_equal(piece, whole + at, (size_t)count);
	}
	handle_close(handle);
	tree_forget(fixture.tree, dentry, 1);
	free(whole);
}

static void earlier_ones_are_named(void **state)
{
	char path[64];
	(void)state;
	unsigned count = lines_of("accounts/eosio/history.jsonl");
	assert_string_equal(fixture_list("accounts/eosio/history"), "");
	snprintf(path, sizeof path, "accounts/eosio/history/%u.jsonl", count - 1);
	assert_int_equal(lines_of(path), 2);
	char *two = memory_copy_string(fixture_read(path));
	assert_int_equal(size_of(path), strlen(two));
	assert_non_null(strstr(fixture_read("accounts/eosio/history.jsonl"), two));
	fixture_expect_part("accounts/eosio/history/1.jsonl", "{\"seq\":1,");
	snprintf(path, sizeof path, "accounts/eosio/history/%u.jsonl", count + 1);
	assert_false(fixture_exists(path));
	assert_false(fixture_exists("accounts/eosio/history/0.jsonl"));
	assert_false(fixture_exists("accounts/eosio/history/01.jsonl"));
	assert_false(fixture_exists("accounts/eosio/history/x.jsonl"));
	free(two);
}

static void the_last_ten_thousand_are_shown(void **state)
{
	struct text line = TEXT_EMPTY;
	char *whole;
	(void)state;
	for (unsigned i = 0; i < 3500; i++) {
		if (i % 500 == 0)
			fixture_advance(1, false);
		text_clear(&line);
		text_printf(&line,
		            "[{\"account\":\"eosio.token\",\"name\":\"transfer\",\"authorization\":[{\"actor\":"
		            "\"alice1111111\",\"permission\":\"active\"}],"
		            "\"data\":[\"alice1111111\",\"bob111111111\",\"0.0001 SYS\",\"%u a\"]},"
		            "{\"account\":\"eosio.token\",\"name\":\"transfer\",\"authorization\":[{\"actor\":"
		            "\"alice1111111\",\"permission\":\"active\"}],"
		            "\"data\":[\"alice1111111\",\"bob111111111\",\"0.0001 SYS\",\"%u b\"]},"
		            "{\"account\":\"eosio.token\",\"name\":\"transfer\",\"authorization\":[{\"actor\":"
		            "\"alice1111111\",\"permission\":\"active\"}],"
		            "\"data\":[\"alice1111111\",\"bob111111111\",\"0.0001 SYS\",\"%u c\"]}]\n",
		            i, i, i);
		fixture_write("push", text_string(&line));
	}
	fixture_advance(2, false);
	assert_int_equal(lines_of(BOB "history.jsonl"), 10000);
	whole = memory_copy_string(fixture_read(BOB "history.jsonl"));
	assert_int_equal(size_of(BOB "history.jsonl"), strlen(whole));
	assert_non_null(strstr(fixture_last_line(BOB "history.jsonl"), "\"memo\":\"3499 c\""));
	/* the first shown: 500 and some come before it */
	unsigned long first = strtoul(whole + strlen("{\"seq\":"), NULL, 10);
	assert_true(first > 500 && first < 600);
	char path[64];
	snprintf(path, sizeof path, BOB "history/%lu.jsonl", first);
	fixture_expect(path, whole);
	assert_int_equal(lines_of(BOB "history/1.jsonl"), 10000);
	fixture_expect_part(BOB "history/1.jsonl", "{\"seq\":1,");
	free(whole);
	text_release(&line);
}

static void the_past_shows_its_own(void **state)
{
	char path[64];
	(void)state;
	unsigned long head = strtoul(fixture_read("chain/head"), NULL, 10);
	char *then = memory_copy_string(fixture_last_line("accounts/eosio/history.jsonl"));
	fixture_write("accounts/eosio/transfer", "bob111111111 3.0000 SYS later\n");
	fixture_advance(2, false);
	assert_string_not_equal(fixture_last_line("accounts/eosio/history.jsonl"), then);
	snprintf(path, sizeof path, "at/%lu/accounts/eosio/history.jsonl", head);
	assert_string_equal(fixture_last_line(path), then);
	assert_int_equal(size_of(path), strlen(fixture_read(path)));
	fixture_expect_part("nodes/eosio/view/accounts/eosio/history.jsonl", "\"memo\":\"later\"");
	free(then);
}

static void a_round_is_a_line(void **state)
{
	(void)state;
	fixture_mkdir("producers", "alice1111111");
	fixture_advance(13, false);
	/* eosio alone: a round is its twelve slots */
	fixture_expect("producers/alice1111111/history.jsonl", "");
	fixture_mkdir("producers", "eosio");
	fixture_advance(13, false);
	unsigned count = lines_of("producers/eosio/history.jsonl");
	fixture_advance(60, false);
	assert_int_equal(lines_of("producers/eosio/history.jsonl"), count + 10);
	assert_non_null(strstr(fixture_last_line("producers/eosio/history.jsonl"),
	                       "\"blocks\":12,\"missed\":0,\"first_block\":"));
	fixture_advance(30, true);
	fixture_advance(10, false);
	fixture_expect_part("producers/eosio/history.jsonl", "\"missed\":59,");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_action_is_told_once_to_all_it_is_about),
		cmocka_unit_test(tail_follows),
		cmocka_unit_test(pieces_are_those_of_the_whole),
		cmocka_unit_test(earlier_ones_are_named),
		cmocka_unit_test(the_last_ten_thousand_are_shown),
		cmocka_unit_test(the_past_shows_its_own),
		cmocka_unit_test(a_round_is_a_line),
	};
	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}

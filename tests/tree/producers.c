/* Voting and producing over a real chain: accounts/NAME/{votes,proxy,is_proxy,refund} and producers/. */
#include "tests/tree/fixture.h"

#define KEY_1 "EOS8imf2TDq6FKtLZ8mvXPWcd6EF2rQwo8zKdLNzsbU9EiMSt9Lwz"

static void producers_register(void **state)
{
	(void)state;
	fixture_refuse(ECANCELED, "system contract must first be initialized", "accounts/eosio/votes", "eosio\n");
	assert_int_equal(fixture_try_mkdir("producers", "eosio"), -ECANCELED);
	fixture_boot();
	fixture_account("producer1111", "100.0000 SYS");
	fixture_account("producer2222", "100.0000 SYS");
	fixture_account("voter1111111", "100.0000 SYS");
	assert_int_equal(fixture_try_mkdir("producers", "nobody111111"), -ENOENT);
	assert_non_null(strstr(fixture_last_line("errors"), "no such account: nobody111111"));
	fixture_mkdir("producers", "producer1111");
	fixture_mkdir("producers", "producer2222");
	assert_int_equal(fixture_try_mkdir("producers", "producer1111"), -EEXIST);
	assert_string_equal(fixture_list("producers"), "producer1111 producer2222 ");
	assert_true(fixture_exists("producers/producer1111"));
	assert_false(fixture_exists("producers/voter1111111"));
	fixture_expect("producers/producer1111/active", "1\n");
	fixture_expect("producers/producer1111/url", "");
	fixture_expect("producers/producer1111/location", "0\n");
	fixture_expect("producers/producer1111/unpaid_blocks", "0\n");
	assert_string_equal(fixture_link("producers/producer1111/account"), "../../accounts/producer1111");
	assert_int_equal(strlen(fixture_read("producers/producer1111/last_claim")), 24);
	/* its account's key */
	char *key = memory_copy_string(fixture_read("producers/producer1111/key"));
	key[strlen(key) - 1] = '\0';
	fixture_expect_part("accounts/producer1111/permissions/active.json", key);
	free(key);
}

static void registrations_change(void **state)
{
	static const char *const values[] = {"key", "url", "location", "active"};
	char path[64];
	(void)state;
	fixture_write("producers/producer1111/url", "https://producer1111.com/\"quoted\" ?\n");
	fixture_expect("producers/producer1111/url", "https://producer1111.com/\"quoted\" ?\n");
	fixture_write("producers/producer1111/location", "276\n");
	fixture_write("producers/producer1111/key", KEY_1 "\n");
	fixture_expect("producers/producer1111/key", KEY_1 "\n");
	fixture_expect("producers/producer1111/location", "276\n");
	for (size_t i = 0; i < 4; i++) {
		snprintf(path, sizeof path, "producers/producer1111/%s", values[i]);
		fixture_round_trip(path);
	}
	fixture_refuse(EINVAL, "from 0 to 65535", "producers/producer1111/location", "65536\n");
	fixture_refuse(EINVAL, "EOS8imf", "producers/producer1111/key", "EOS8imf\n");
	fixture_refuse(EINVAL, "\"maybe\"", "producers/producer1111/active", "maybe\n");
	/* unregistered: it stays in the list, and comes back with its account's key */
	fixture_write("producers/producer1111/active", "0\n");
	fixture_expect("producers/producer1111/active", "0\n");
	fixture_expect("producers/producer1111/key", "");
	fixture_expect("producers/producer1111/rank", "");
	fixture_expect_part("producers/producer1111/status", "not producing: unregistered");
	fixture_round_trip("producers/producer1111/key");
	fixture_round_trip("producers/producer1111/url");
	assert_string_equal(fixture_list("producers"), "producer1111 producer2222 ");
	fixture_refuse(ECANCELED, "not currently registered: producer1111", "producers/producer1111/url",
	               "http://elsewhere\n");
	fixture_refuse(ECANCELED, "not currently registered: producer1111", "accounts/voter1111111/votes",
	               "producer1111\n");
	fixture_write("producers/producer1111/active", "1\n");
	fixture_expect("producers/producer1111/url", "https://producer1111.com/\"quoted\" ?\n");
	fixture_expect("producers/producer1111/location", "276\n");
	fixture_expect_part("producers/producer1111/status",
	                    "not producing: 15 % not reached: 0.0000 SYS of 150000000.0000 SYS have voted");
}

static void votes_are_set_added_and_cleared(void **state)
{
	(void)state;
	fixture_write("accounts/voter1111111/votes", "producer2222 producer1111 producer2222\n");
	fixture_expect("accounts/voter1111111/votes", "producer1111\nproducer2222\n");
	fixture_expect("producers/producer1111/rank", "1\n");
	fixture_expect("producers/producer2222/rank", "2\n");
	assert_true(atof(fixture_read("producers/producer1111/votes")) > 0);
	/* writing the same votes again sends them again */
	char *before = memory_copy_string(fixture_read("last_transaction"));
	fixture_write("accounts/voter1111111/votes", "producer1111\nproducer2222\n");
	assert_string_not_equal(before, fixture_read("last_transaction"));
	free(before);
	fixture_write("accounts/voter1111111/votes", "producer2222\n");
	fixture_expect("accounts/voter1111111/votes", "producer2222\n");
	fixture_append("accounts/voter1111111/votes", "producer1111\n");
	fixture_expect("accounts/voter1111111/votes", "producer1111\nproducer2222\n");
	/* one away, one more; both in one write, and as bash sends them */
	fixture_write("accounts/voter1111111/votes", "-producer1111\n");
	fixture_expect("accounts/voter1111111/votes", "producer2222\n");
	fixture_append("accounts/voter1111111/votes", "+producer1111\n");
	fixture_expect("accounts/voter1111111/votes", "producer1111\nproducer2222\n");
	fixture_write("accounts/voter1111111/votes", "-producer1111 -producer2222 +producer1111");
	fixture_expect("accounts/voter1111111/votes", "producer1111\n");
	fixture_write("accounts/voter1111111/votes", "-producer1111\n+producer2222\n+producer1111\n");
	fixture_expect("accounts/voter1111111/votes", "producer1111\nproducer2222\n");
	fixture_expect_part("accounts/voter1111111/info.json", "\"voter_info\": {");
	fixture_refuse(ENOENT, "no such producer: voter1111111 is an account, but not registered",
	               "accounts/voter1111111/votes", "producer1111 voter1111111\n");
	fixture_refuse(ENOENT, "no such producer: nobody111111", "accounts/voter1111111/votes",
	               "producer1111 nobody111111\n");
	fixture_refuse(EINVAL, "Not*A", "accounts/voter1111111/votes", "Not*A\n");
	fixture_expect("accounts/voter1111111/votes", "producer1111\nproducer2222\n");
	fixture_write("accounts/voter1111111/votes", "\n");
	fixture_expect("accounts/voter1111111/votes", "");
	fixture_mkdir("accounts", "unstaked1111");
	fixture_write("accounts/producer2222/votes", "producer2222\n");
}

static void proxies_vote_for_others(void **state)
{
	(void)state;
	fixture_account("proxy1111111", "10.0000 SYS");
	fixture_expect("accounts/proxy1111111/is_proxy", "0\n");
	fixture_refuse(ENOENT, "no such proxy: proxy1111111 has not registered", "accounts/voter1111111/proxy",
	               "proxy1111111\n");
	fixture_write("accounts/proxy1111111/is_proxy", "1\n");
	fixture_round_trip("accounts/proxy1111111/is_proxy");
	fixture_write("accounts/proxy1111111/votes", "producer1111\n");
	fixture_write("accounts/voter1111111/proxy", "proxy1111111\n");
	fixture_expect("accounts/voter1111111/proxy", "proxy1111111\n");
	fixture_round_trip("accounts/voter1111111/proxy");
	/* who has a proxy votes for nobody: clearing that changes nothing */
	fixture_write_in_vain("accounts/voter1111111/votes", "\n");
	fixture_refuse(ENOENT, "no such account: nobody111111", "accounts/voter1111111/proxy", "nobody111111\n");
	fixture_refuse(ECANCELED, "cannot proxy to self", "accounts/proxy1111111/proxy", "proxy1111111\n");
	fixture_refuse(EINVAL, "\"2\"", "accounts/proxy1111111/is_proxy", "2\n");
	fixture_write("accounts/voter1111111/proxy", "\n");
	fixture_expect("accounts/voter1111111/proxy", "");
	fixture_write("accounts/proxy1111111/is_proxy", "no\n");
	fixture_expect("accounts/proxy1111111/is_proxy", "0\n");
}

/* 15 % have voted: stakes can be taken back, elected producers take over and are paid. */
static void an_activated_chain(void **state)
{
	(void)state;
	fixture_refuse(ECANCELED, "cannot claim rewards until the chain is activated",
	               "producers/producer1111/rewards", "claim\n");
	fixture_write("create_account", "whale1111111 --transfer --stake-net '80000000.0000 SYS' --stake-cpu "
	                                "'80000000.0000 SYS' --buy-ram-kbytes 64\n");
	fixture_write("accounts/whale1111111/votes", "producer1111\n");
	fixture_expect_part("producers/producer1111/status", "schedule pending");
	fixture_advance(200, false);
	fixture_expect_part("producers/producer1111/status", "producing\n");
	fixture_expect_part("chain/schedule.json", "producer1111");

	fixture_write("accounts/voter1111111/stake", "90 SYS 80 SYS\n");
	fixture_expect("accounts/voter1111111/stake", "90.0000 SYS 80.0000 SYS\n");
	fixture_expect_part("accounts/voter1111111/refund",
	                    "# pending: 10.0000 SYS from NET, 20.0000 SYS from CPU; due ");
	fixture_write("accounts/voter1111111/stake", "80 SYS 81 SYS\n");
	fixture_expect_part("accounts/voter1111111/refund",
	                    "# pending: 20.0000 SYS from NET, 19.0000 SYS from CPU; due ");
	fixture_refuse(ECANCELED, "refund is not available yet", "accounts/voter1111111/refund", "claim\n");
	fixture_refuse(ECANCELED, "insufficient staked net bandwidth", "accounts/voter1111111/stake",
	               "-800 SYS -1 SYS\n");
}

/* What a claim would pay is what it pays. */
static void rewards_are_what_they_say(void **state)
{
	char said[64], paid[64];
	(void)state;
	fixture_expect_part("producers/producer1111/rewards", "# but it would fail: one claim a day");
	fixture_refuse(ECANCELED, "already claimed rewards within past day", "producers/producer1111/rewards",
	               "claim\n");
	fixture_advance(25 * 3600, true);
	assert_true(atoi(fixture_read("producers/producer1111/unpaid_blocks")) > 0);
	const char *line = strstr(fixture_read("producers/producer1111/rewards"), "would pay ");
	assert_int_equal(sscanf(line, "would pay %63[^ ]", said), 1);
	assert_true(atof(said) > 0);
	long long before = (long long)(atof(fixture_read("accounts/producer1111/balance")) * 10000 + 0.5);
	fixture_write("producers/producer1111/rewards", "# a comment\nclaim\n");
	long long after = (long long)(atof(fixture_read("accounts/producer1111/balance")) * 10000 + 0.5);
	snprintf(paid, sizeof paid, "%lld.%04lld", (after - before) / 10000, (after - before) % 10000);
	assert_string_equal(said, paid);
	fixture_expect("producers/producer1111/unpaid_blocks", "0\n");
	/* three days later the stake can be had */
	fixture_advance(3 * 86400, true);
	fixture_write("accounts/voter1111111/refund", "please\n");
	fixture_expect_part("accounts/voter1111111/refund", "# nothing is pending");
}

/* The tutorial's message-replace installs another code with another rule. */
static void a_fast_refund_is_due_soon(void **state)
{
	(void)state;
	fixture_write("accounts/voter1111111/stake", "70 SYS 71 SYS\n");
	char *due = memory_copy_string(strstr(fixture_read("accounts/voter1111111/refund"), "due "));
	fixture_write("accounts/eosio/contract/install", "eosio.system.fast-refund\n");
	assert_string_not_equal(strstr(fixture_read("accounts/voter1111111/refund"), "due "), due);
	free(due);
	fixture_advance(12, false);
	fixture_write("accounts/voter1111111/refund", "claim\n");
	fixture_expect_part("accounts/voter1111111/refund", "# nothing is pending");
	fixture_write("accounts/eosio/contract/install", "eosio.system\n");
}

/* A schedule never becomes shorter: who is elected by too few to replace it waits for votes, not for the
 * minute. */
static void fewer_elected_than_scheduled(void **state)
{
	(void)state;
	fixture_mkdir("producers", "voter1111111");
	fixture_write("accounts/whale1111111/votes", "producer1111 producer2222 voter1111111\n");
	fixture_advance(400, false);
	fixture_expect("producers/voter1111111/status", "producing\n");
	fixture_mkdir("producers", "proxy1111111");
	fixture_expect("producers/proxy1111111/status", "not producing: rank 4, but nobody votes for it\n");
	/* who was voted for more than once may keep the rounding of it, which counts as votes */
	fixture_write("producers/producer1111/active", "0\n");
	fixture_write("producers/producer2222/active", "0\n");
	fixture_write("accounts/whale1111111/votes", "proxy1111111\n");
	fixture_expect("producers/proxy1111111/status", "not producing: rank 1, but only 1 producer has votes, "
	                                                "and the schedule of 3 stays until as many have\n");
	fixture_write("producers/producer1111/active", "1\n");
	fixture_write("producers/producer2222/active", "1\n");
	fixture_write("accounts/whale1111111/votes", "proxy1111111 producer1111 producer2222\n");
	fixture_expect_part("producers/proxy1111111/status",
	                    "schedule pending: a new one is proposed once a minute\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(producers_register),
		cmocka_unit_test(registrations_change),
		cmocka_unit_test(votes_are_set_added_and_cleared),
		cmocka_unit_test(proxies_vote_for_others),
		cmocka_unit_test(an_activated_chain),
		cmocka_unit_test(rewards_are_what_they_say),
		cmocka_unit_test(a_fast_refund_is_due_soon),
		cmocka_unit_test(fewer_elected_than_scheduled),
	};
	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}

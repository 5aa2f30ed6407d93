/* index.html and the charts: numbers as the chain has them, and whatever a stranger wrote as text. */
#include "tests/tree/fixture.h"

/* The document without script and style, where markup would do harm. */
static void expect_no(const char *page, const char *part)
{
	if (strstr(page, part))
		fail_msg("the page holds %s", part);
}

static void an_empty_chain_has_a_page(void **state)
{
	(void)state;
	fixture_expect_part("index.html", "<b id=\"account-count\">3</b> accounts");
	fixture_expect_part("index.html", "nobody holds tokens yet");
	fixture_expect_part("index.html", "nobody has voted yet");
	fixture_expect_part("chain/distribution.svg", "nobody holds tokens yet");
	fixture_expect_part("chain/votes.svg", "nobody has voted yet");
	fixture_expect_part("chain/schedule.svg", ">eosio<");
}

static void what_the_chain_holds_is_on_it(void **state)
{
	(void)state;
	fixture_boot();
	fixture_account("producer1111", "100.0000 SYS");
	fixture_account("producer2222", "100.0000 SYS");
	fixture_account("voter1111111", "250.0000 SYS");
	fixture_mkdir("producers", "producer1111");
	fixture_mkdir("producers", "producer2222");
	fixture_write("accounts/voter1111111/votes", "producer1111\n");
	fixture_expect_part(
		"index.html",
		"<td>voter1111111</td><td class=\"number\">1000.0000 SYS</td><td class=\"number\">500.0000 SYS</td>");
	fixture_expect_part("index.html", "<td>producer1111</td><td class=\"number\">100.00 %</td>");
	fixture_expect_part("chain/votes.svg", ">100.00 %<");
	fixture_expect_part("chain/distribution.svg", "of the tokens</text>");
	fixture_expect_part("chain/distribution.svg", "<style>");
	fixture_write("chain/clock", "+1s\n");
	fixture_expect_part("index.html", "eosio · voteproducer");
}

static void what_strangers_write_is_text(void **state)
{
	(void)state;
	fixture_write("producers/producer1111/url", "<script>alert(\"1\")</script>&'\n");
	fixture_write("producers/producer2222/url", "javascript:alert(1)\n");
	const char *page = fixture_read("index.html");
	assert_non_null(strstr(
		page, "<td class=\"url\" "
	          "title=\"&lt;script&gt;alert(&quot;1&quot;)&lt;/"
	          "script&gt;&amp;&#39;\">&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;</td>"));
	assert_non_null(strstr(page, ">javascript:alert(1)</td>"));
	expect_no(page, "<script>alert");
	expect_no(page, "href=\"javascript");
	fixture_write("producers/producer2222/url", "https://example.com/\"onclick=\"alert(1)\n");
	page = fixture_read("index.html");
	assert_non_null(strstr(page, "href=\"https://example.com/&quot;onclick=&quot;alert(1)\""));
	expect_no(page, "\"onclick");
}

static void slots_missed_are_told_from_slots_not_yet_there(void **state)
{
	(void)state;
	fixture_write("chain/clock", "+6s\n");
	fixture_expect_part("chain/schedule.svg", "cell full");
	fixture_write("chain/clock", "skip +6s\n");
	fixture_write("chain/clock", "+1s\n");
	fixture_expect_part("chain/schedule.svg", "cell some");
	fixture_write("chain/clock", "skip +60s\n");
	fixture_write("chain/clock", "+1s\n");
	fixture_expect_part("chain/schedule.svg", "cell missed");
}

static void nodes_and_links_are_drawn(void **state)
{
	(void)state;
	fixture_expect_part("chain/network.svg", "<title>eosio: running, block ");
	assert_null(strstr(fixture_read("chain/network.svg"), "class=\"link"));
	fixture_mkdir("nodes", "second");
	fixture_write("nodes/second/peers", "eosio\n");
	fixture_expect_part("chain/network.svg", "<title>second: stopped, block ");
	fixture_expect_part("chain/network.svg", "class=\"link down\"");
	fixture_write("nodes/second/peers", "localhost:9876\n");
	fixture_write("nodes/second/state", "start\n");
	fixture_expect_part("chain/network.svg", "class=\"link\"");
	fixture_expect_part("index.html", "class=\"node running\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_chain_has_a_page),
		cmocka_unit_test(what_the_chain_holds_is_on_it),
		cmocka_unit_test(what_strangers_write_is_text),
		cmocka_unit_test(slots_missed_are_told_from_slots_not_yet_there),
		cmocka_unit_test(nodes_and_links_are_drawn),
	};
	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}

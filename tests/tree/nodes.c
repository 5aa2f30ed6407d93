/* nodes/, and why producers/NAME/status says that one does not produce: a booted chain in memory whose blocks
 * come with the clock. */
#include "tests/tree/fixture.h"

#define KEY_1 "EOS8imf2TDq6FKtLZ8mvXPWcd6EF2rQwo8zKdLNzsbU9EiMSt9Lwz"
#define PUBLIC "EOS8mUftJXepGzdQ2TaCduNuSPAfXJHf22uex4u41ab1EVv9EAhWt"
#define PRIVATE "5K7EYY3j1YY14TSFVfqgtbWbrw3FA8BUUnSyFGgwHi8Uy61wU1o"

static char producing[16]; /* a producer that is scheduled */

static const char *file(const char *folder, const char *name)
{
	static char path[64];
	snprintf(path, sizeof path, "%s/%s/%s", folder, producing, name);
	return path;
}

static void expect_status(const char *part)
{
	fixture_expect_part(file("producers", "status"), part);
}

static void write_state(const char *text)
{
	fixture_write(file("nodes", "state"), text);
}

/* 24 producers, each with its node, that all have node eosio for their only peer; each voter votes for 20 of
 * them. */
static void a_booted_network(void **state)
{
	unsigned scheduled = 0, waiting = 0;
	(void)state;
	fixture_write("boot/options/user-limit", "40\n");
	fixture_write("boot/options/producer-limit", "24\n");
	fixture_write("boot/options/topology", "star\n");
	fixture_write("boot/run", "all\n");
	fixture_write("accounts/useraaaaaaab/votes", "producer111a producer111b\n");
	fixture_advance(300, false);
	char *names = memory_copy_string(fixture_list("producers")), *rest = names;
	for (char *name; (name = strtok_r(rest, " ", &rest));) {
		char path[64];
		snprintf(path, sizeof path, "producers/%s/status", name);
		const char *status = fixture_read(path);
		if (strcmp(status, "producing\n") == 0) {
			scheduled++;
			snprintf(producing, sizeof producing, "%s", name);
		} else if (strncmp(status, "not producing: rank 2", 21) == 0) {
			waiting++;
			assert_non_null(strstr(status, ", of which the first 21 produce\n"));
		}
	}
	free(names);
	assert_int_equal(scheduled, 21);
	assert_true(waiting > 0);
	/* what the script has on its command line stands in config.ini, the key without its private half */
	fixture_expect_part(file("nodes", "config.ini"), "\nenable-stale-production = true\nproducer-name = ");
	fixture_expect_part(file("nodes", "config.ini"), "=KEOSD:\np2p-peer-address = eosio\n");
	fixture_expect_part(file("nodes", "producers"), producing);
}

/* The status of a producer is read until it says that, at most `times`, seconds apart. */
static void await_status(const char *name, const char *sentence, int times, int seconds)
{
	char path[64];
	snprintf(path, sizeof path, "producers/%s/status", name);
	while (times-- && !strstr(fixture_read(path), sentence))
		fixture_advance(seconds, false);
	fixture_expect_part(path, sentence);
}

/* One that was not among the first gets votes. */
static void a_schedule_that_is_pending(void **state)
{
	char *names = memory_copy_string(fixture_list("producers")), *rest = names, line[64];
	const char *comes = NULL;
	(void)state;
	for (char *name; !comes && (name = strtok_r(rest, " ", &rest));) {
		snprintf(line, sizeof line, "producers/%s/status", name);
		if (strncmp(fixture_read(line), "not producing: rank 2", 21) == 0)
			comes = name;
	}
	assert_non_null(comes);
	snprintf(line, sizeof line, "+%s\n", comes);
	fixture_write("accounts/useraaaaaaac/votes", line);
	await_status(comes, "schedule pending: a new one is proposed once a minute\n", 0, 0);
	await_status(comes, "schedule pending, until the block that proposed it is irreversible\n", 20, 5);
	await_status(comes, "producing\n", 20, 60);
	snprintf(producing, sizeof producing, "%s", comes);
	free(names);
}

static void nodes_that_do_not_run(void **state)
{
	(void)state;
	write_state("stop\n");
	expect_status("not producing: its node ");
	expect_status(" is stopped\n");
	/* what the file reads is accepted, and it starts as it was started */
	write_state("running\n");
	expect_status("producing\n");
	write_state("kill\n");
	expect_status(" is stopped\n");
	write_state("restart\n");
	expect_status("producing\n");
	fixture_write(file("nodes", "peers"), "\n");
	expect_status("not producing here: its node ");
	expect_status(" is cut off, no link leads to it\n");
	fixture_write(file("nodes", "peers"), "eosio\n");
	expect_status("producing\n");
}

/* --- blocks/ of the node that the tree shows --- */

/* A member of a block's JSON as text, in memory of the test's. */
static char *member(const char *block, const char *name)
{
	char path[96], words[40];
	snprintf(path, sizeof path, "blocks/%s.json", block);
	snprintf(words, sizeof words, "\n  \"%s\": ", name);
	const char *at = strstr(fixture_read(path), words);
	assert_non_null(at);
	at += strlen(words) + (at[strlen(words)] == '"');
	char *out = memory_copy_string(at);
	out[strcspn(out, "\",\n")] = '\0';
	return out;
}

static bool has_block(const char *id)
{
	char path[96];
	snprintf(path, sizeof path, "blocks/%s.json", id);
	return fixture_exists(path);
}

static void view_through(const char *node)
{
	char line[32];
	snprintf(line, sizeof line, "%s\n", node);
	fixture_write("chain/node", line);
}

/* What blocks/ has of a number, and that head and lib are the node's. */
static char *seen_through(const char *node, const char *number)
{
	static const char *const ends[] = {"head", "lib"};
	view_through(node);
	for (size_t i = 0; i < 2; i++) {
		char path[16], *shown = member(ends[i], "block_num");
		snprintf(path, sizeof path, "chain/%s", ends[i]);
		assert_int_equal(atoi(shown), atoi(fixture_read(path)));
		snprintf(path, sizeof path, "%s.json", ends[i]);
		assert_non_null(strstr(fixture_list("blocks"), path));
		free(shown);
	}
	return member(number, "id");
}

/* A node without links makes its own blocks: two of each number, of which each node shows its own; they are
 * found by their ids where they are on the branch. */
static void a_fork_shows_each_nodes_blocks(void **state)
{
	char number[16];
	(void)state;
	fixture_write(file("nodes", "peers"), "\n");
	snprintf(number, sizeof number, "%d", atoi(fixture_read("chain/head")) + 1);
	fixture_advance(150, false); /* a round */
	char *ours = seen_through("eosio", number), *theirs = seen_through(producing, number);
	assert_string_not_equal(ours, theirs);
	assert_true(has_block(theirs));
	assert_false(has_block(ours));
	char *head = member("head", "id"), *maker = member(number, "producer");
	assert_string_equal(maker, producing);
	view_through("eosio");
	assert_true(has_block(ours));
	assert_false(has_block(theirs));
	assert_false(has_block(head));
	/* healed, the shorter branch is left, once a turn of six seconds that may have begun is over: one that
	 * produces takes no blocks */
	fixture_write(file("nodes", "peers"), "eosio\n");
	fixture_advance(10, false);
	char *now = seen_through(producing, number);
	assert_string_equal(now, ours);
	assert_false(has_block(theirs));
	view_through("eosio");
	expect_status("producing\n");
	free(now);
	free(maker);
	free(head);
	free(ours);
	free(theirs);
}

/* Each by a command line of its own, which the file's options come to: without them here. */
static void start_with(const char *options)
{
	char line[512];
	fixture_write(file("nodes", "state"), "stop\n");
	fixture_write(file("nodes", "config.ini"), "plugin = eosio::http_plugin\n");
	snprintf(line, sizeof line, "start --producer-name %s %s\n", producing, options);
	write_state(line);
}

static void nodes_that_may_not(void **state)
{
	char *file_before = memory_copy_string(fixture_read(file("nodes", "config.ini"))), line[32];
	(void)state;
	start_with("-e --p2p-peer-address eosio");
	expect_status("not producing: its node ");
	expect_status(" has no key\n");
	start_with("-e --p2p-peer-address eosio --signature-provider " PUBLIC "=KEY:" PRIVATE);
	expect_status(" has another key, not EOS");
	/* as that node itself sees it, to which nobody sends a block */
	fixture_write(file("nodes", "state"), "stop\n");
	fixture_write(file("nodes", "config.ini"), strchr(strstr(file_before, "\nproducer-name"), '\n') + 1);
	fixture_write(file("nodes", "peers"), "\n");
	write_state("start\n");
	snprintf(line, sizeof line, "%s\n", producing);
	fixture_write("chain/node", line);
	fixture_refuse(EAGAIN, "no running node that node ", "accounts/useraaaaaaab/transfer",
	               "useraaaaaaac 0.0001 SYS\n");
	expect_status(" has seen no fresh block since its start\n");
	fixture_write("chain/node", "eosio\n");
	fixture_write(file("nodes", "state"), "stop\n");
	fixture_write(file("nodes", "config.ini"), file_before);
	write_state("start --max-irreversible-block-age 0\n");
	expect_status("not producing: the last irreversible block is older than its node ");
	write_state("restart\n");
	expect_status(" is older than its node ");
	write_state("stop\n");
	write_state("start\n");
	expect_status("producing\n");
	bool paused;
	struct error error = {0};
	assert_int_equal(
		fixture.chain->operations->pause(fixture.chain, &paused, CHAIN_PAUSE, name_literal("eosio"), &error),
		0);
	expect_status("producing\n");
	uint64_t name;
	assert_int_equal(name_parse_account(&name, producing, &error), 0);
	assert_int_equal(fixture.chain->operations->pause(fixture.chain, &paused, CHAIN_PAUSE, name, &error), 0);
	expect_status(" is paused: /v1/producer/resume lets it go on\n");
	assert_int_equal(fixture.chain->operations->pause(fixture.chain, &paused, CHAIN_RESUME, name, &error), 0);
	assert_int_equal(
		fixture.chain->operations->pause(fixture.chain, &paused, CHAIN_RESUME, name_literal("eosio"), &error),
		0);
	free(file_before);
}

/* Its key on the chain is one that nobody has: after the next schedule nobody signs for it. */
static void keys_that_change(void **state)
{
	(void)state;
	fixture_write(file("producers", "key"), KEY_1 "\n");
	expect_status("producing\n");
	fixture_advance(600, false);
	expect_status(" has another key, not " KEY_1 "\n");
	fixture_refuse(EBUSY, "runs: `echo stop > state` first", file("nodes", "state"), "remove\n");
	write_state("stop\n");
	write_state("remove\n");
	expect_status("not producing: no node has its key " KEY_1 "\n");
	assert_false(fixture_exists(file("nodes", "state")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_booted_network),
		cmocka_unit_test(a_schedule_that_is_pending),
		cmocka_unit_test(nodes_that_do_not_run),
		cmocka_unit_test(a_fork_shows_each_nodes_blocks),
		cmocka_unit_test(nodes_that_may_not),
		cmocka_unit_test(keys_that_change),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}

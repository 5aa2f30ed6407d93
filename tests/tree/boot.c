/* boot/ over a real chain in memory: all at once, step by step, stopped and gone on with, refused. */
#include "tests/tree/fixture.h"

#include "core/boot/boot.h"

static int setup_small(void **state)
{
	fixture_setup(state);
	fixture_write("boot/options/user-limit", "40\n");
	fixture_write("boot/options/producer-limit", "22\n");
	return 0;
}

/* How many transactions this mount has sent. */
static size_t sent(void)
{
	size_t count = 0;
	for (const char *at = fixture_read("log"); (at = strstr(at, "executed transaction: ")); at++)
		count++;
	return count;
}

static size_t count_lines(const char *text)
{
	size_t count = 0;
	for (; *text; text++)
		count += *text == '\n';
	return count;
}

static void test_files(void **state)
{
	(void)state;
	fixture_expect_part("boot/run", "# usage: echo 'all");
	assert_string_equal(
		fixture_list("boot/steps"),
		"01-wallet 02-boot 03-sys 04-contracts 05-tokens 06-sys-contract 07-init-sys-contract 08-stake "
	    "09-reg-prod 10-start-prod "
		"11-vote 12-claim 13-proxy 14-resign 15-msg-replace 16-contracts-update 17-xfer 18-log ");
	assert_string_equal(fixture_list("boot/options"),
	                    "cleos contracts-dir extra-issue genesis http-port keosd log-path max-unstaked "
	                    "max-user-keys min-producer-funds min-stake "
	                    "nodeos nodes-dir num-producers-vote num-senders num-voters private-key "
	                    "producer-limit producer-sync-delay public-key "
	                    "ram-funds seed symbol topology user-limit wallet-dir ");
	fixture_expect("boot/options/user-limit", "40\n");
	fixture_expect("boot/options/seed", "2018\n");
	fixture_write("boot/options/user-limit", "\n");
	fixture_expect("boot/options/user-limit", "3000\n");
	fixture_expect_part("boot/steps/08-stake", "# cleos system newaccount --transfer eosio useraaaaaaaa EOS");
	fixture_expect_part("boot/steps/08-stake", "more like these");
	fixture_expect_part("boot/accounts.json", "{\"name\": \"useraaaaaaaa\", \"pub\": \"EOS");
	fixture_round_trip("boot/accounts.json");
	fixture_expect("boot/progress", "");
}

static void test_all(void **state)
{
	(void)state;
	fixture_write("boot/run", "all\n");
	size_t first = sent();
	for (unsigned i = 1; i <= 14; i++) {
		char done[16];
		snprintf(done, sizeof done, "# %02u-", i);
		const char *line = strstr(fixture_read("boot/run"), done);
		assert_non_null(line);
		const char *word = strstr(line, i == 12 ? " none due " : " done ");
		assert_true(word && word < strchr(line, '\n'));
	}
	assert_int_equal(count_lines(fixture_list("accounts")), 0);
	fixture_expect_part("accounts/useraaaaaaaa/balance", "10.0000 SYS");
	fixture_expect_part("accounts/useraaaaaaab/proxy", "producer111a");
	fixture_expect_part("accounts/eosio/permissions/active.json", "eosio.prods");
	fixture_expect_part("chain/schedule.json", "producer111a");
	assert_int_equal(count_lines(fixture_read("accounts/producer111a/votes")), 20);
	fixture_expect_part("boot/output.log", "cleos system regproducer producer111a EOS");
	fixture_expect_part("boot/progress",
	                    "stake             [##############################] 100 %    124/124");
	/* What needs nothing done counts for nothing. */
	fixture_expect_part("boot/run", "# 12-claim             * none due              0/0 ");
	fixture_expect_part("boot/run", "# 15-msg-replace         waiting              0/49 ");
	fixture_expect_part("boot/progress", "claim             nothing to do");
	/* Again: nothing is done twice. */
	fixture_write("boot/run", "all\n");
	assert_int_equal(sent(), first);
	/* A day later rewards are due; they are claimed once. */
	fixture_advance(25 * 3600, true);
	fixture_expect_part("boot/run", "# 12-claim             * waiting              0/22 ");
	fixture_write("boot/run", "claim\n");
	fixture_expect_part("boot/run", "# 12-claim             * done                22/22 ");
	assert_int_equal(sent(), first + 22);
	fixture_write("boot/steps/12-claim", "run\n");
	assert_int_equal(sent(), first + 22);
	fixture_expect_part("boot/output.log", "# nothing is due");
}

static void test_replacing_the_system_contract(void **state)
{
	char before[80];
	(void)state;
	fixture_refuse(EINVAL, "\"sys\" must come before", "boot/run", "msg-replace\n");
	fixture_write("boot/run", "all\n");
	snprintf(before, sizeof before, "%s", fixture_read("accounts/eosio/contract/hash"));
	fixture_write("boot/run", "msg-replace\n");
	assert_string_not_equal(fixture_read("accounts/eosio/contract/hash"), before);
	assert_string_equal(fixture_list("proposals"), "");
	size_t now = sent();
	fixture_write("boot/run", "msg-replace all\n");
	assert_int_equal(sent(), now);
	/* Refunds come after ten seconds now. */
	double balance = strtod(fixture_read("accounts/useraaaaaaaa/balance"),
	                        NULL); /* less what the proposal's RAM cost */
	fixture_write("accounts/useraaaaaaaa/stake", "-1.0000 SYS -1.0000 SYS\n");
	fixture_advance(11, false);
	assert_true(strtod(fixture_read("accounts/useraaaaaaaa/balance"), NULL) == balance + 2);
	fixture_expect_part("chain/params.json", "\"max_inline_action_size\": 524288");
}

/* Interrupted after every n-th question, until it is through: the same chain, nothing twice. */
static struct {
	unsigned every, asked;
} interruption;

static bool interrupt(void *context)
{
	(void)context;
	return ++interruption.asked % interruption.every == 0;
}

static void test_interrupted_again_and_again(void **state)
{
	(void)state;
	fixture_write("boot/run", "all\n");
	size_t whole = sent();
	char *rich = memory_copy_string(fixture_read("accounts/useraaaaaaaa/stake"));
	char *supply = memory_copy_string(fixture_read("chain/supply"));
	char *votes = memory_copy_string(fixture_read("accounts/producer111a/votes"));
	fixture_teardown(state);
	setup_small(state);
	fixture.caller.interruption.happened = interrupt;
	interruption.every = 7;
	unsigned rounds = 0;
	int result;
	while ((result = fixture_try_write("boot/run", "all\n")) == -EINTR && rounds < 1000)
		rounds++;
	fixture.caller.interruption.happened = NULL;
	assert_int_equal(result, 0);
	assert_true(rounds > 20);
	assert_int_equal(sent(), whole);
	fixture_expect("accounts/useraaaaaaaa/stake", rich);
	fixture_expect("accounts/producer111a/votes", votes);
	fixture_expect("chain/supply", supply);
	free(rich);
	free(supply);
	free(votes);
}

static void test_transfers_until_interrupted(void **state)
{
	(void)state;
	fixture_write("boot/run", "all\n");
	size_t before = sent();
	fixture.caller.interruption.happened = interrupt;
	interruption.every = 15;
	interruption.asked = 0;
	assert_int_equal(fixture_try_write("boot/run", "xfer\n"), -EINTR);
	fixture.caller.interruption.happened = NULL;
	assert_int_equal(sent(), before + 15);
	fixture_expect_part("boot/output.log", "cleos transfer -f user");
	fixture_expect_part("boot/run", "# 17-xfer                stopped                15");
	fixture_expect_part("errors", "EINTR: boot step xfer: stopped after 15 transfers");
}

static void test_single_steps(void **state)
{
	(void)state;
	fixture_refuse(EINVAL, "step \"sys\" must come before", "boot/run", "tokens\n");
	fixture_refuse(EINVAL, "no boot step \"stakes\"", "boot/run", "boot stakes\n");
	fixture_refuse(EINVAL, "step \"stake\" must come before", "boot/run",
	               "sys contracts tokens sys-contract init-sys-contract reg-prod stake\n");
	assert_int_equal(sent(), 0);
	fixture_write("boot/run", "sys contracts\n");
	fixture_write("boot/steps/05-tokens", "go\n");
	fixture_write("boot/run", "06-sys-contract\n");
	fixture_expect_part("boot/run", "# 06-sys-contract      * done");
	fixture_expect_part("boot/run", "# 08-stake             * waiting");
}

static void test_refused_before_anything_happens(void **state)
{
	(void)state;
	fixture_refuse(ERANGE, "user-limit: 5000000 is out of range", "boot/options/user-limit", "5000000\n");
	fixture_refuse(EINVAL, "no whole number", "boot/options/seed", "x\n");
	assert_int_equal(fixture_try_write("boot/options/users", "1\n"), -ENOENT);
	fixture_refuse(EINVAL, "line 2", "boot/accounts.json", "{\"users\": [\n{\"name\": 1}}\n");
	fixture_refuse(EINVAL, "line 3", "boot/accounts.json",
	               "{\"users\": [\n{\"name\": \"a\"},\n{\"name\": \"A\"}]}\n");
	fixture_refuse(EINVAL, "line 3, column 3 of the JSON: unexpected", "boot/accounts.json",
	               "{\"users\": [\n{\"name\": \"a},\n{\"name\": \"b\"}]}\n");
	assert_null(strstr(fixture_read("errors"), "not closed"));
	fixture_refuse(EEXIST, "appears twice", "boot/accounts.json",
	               "{\"users\": [{\"name\": \"useraaaaaaaa\"}, {\"name\": \"useraaaaaaaa\"}]}\n");
	fixture_refuse(EINVAL, "do not match", "boot/accounts.json",
	               "{\"users\": [{\"name\": \"a\", \"pub\": "
	               "\"EOS8Znrtgwt8TfpmbVpTKvA2oB8Nqey625CLN8bCN3TEbgx86Dsvr\", \"pvt\": "
	               "\"5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3\"}]}\n");
	fixture_refuse(ERANGE, "exceed the supply", "boot/accounts.json",
	               "{\"users\": [{\"name\": \"a\", \"funds\": 90000000000000}, {\"name\": \"b\", \"funds\": "
	               "90000000000000}]}\n");
	/* The private halves of those who are to sign. */
	fixture_write(
		"boot/accounts.json",
		"{\"users\": [{\"name\": \"useraaaaaaaa\", \"pub\": "
	    "\"EOS8Znrtgwt8TfpmbVpTKvA2oB8Nqey625CLN8bCN3TEbgx86Dsvr\"}], \"producers\": "
		"[{\"name\": \"proda\", \"pub\": \"EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV\"}]}\n");
	fixture_refuse(ENOENT, "private key of \"proda\"", "boot/run", "all\n");
	fixture_write("boot/accounts.json", "{}\n");
	/* Options out of what the others leave. */
	fixture_refuse(ERANGE, "at most 130 producers are generated", "boot/options/producer-limit", "131\n");
	fixture_refuse(ERANGE, "exceed the supply", "boot/options/extra-issue", "9999999999\n");
	fixture_expect("boot/options/extra-issue", "0\n");
	fixture_write("boot/options/public-key", "EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV\n");
	fixture_write("boot/options/private-key", "5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3\n");
	fixture_refuse(
		EACCES,
		"boot step sys: eosio has other keys than EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV",
		"boot/run", "all\n");
	fixture_write("boot/options/public-key", "\n");
	fixture_write("boot/options/private-key", "\n");
	/* The options' two keys. */
	fixture_write("boot/options/private-key", "5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3\n");
	fixture_expect("boot/options/private-key", "hidden\n");
	fixture_refuse(EINVAL, "do not match", "boot/run", "all\n");
	fixture_write("boot/options/private-key", "\n");
	/* Somebody else's account of that name. */
	fixture_mkdir("accounts", "useraaaaaaac");
	size_t before = sent();
	fixture_refuse(EEXIST, "account \"useraaaaaaac\" exists already", "boot/run", "all\n");
	assert_int_equal(sent(), before);
	assert_false(fixture_exists("accounts/eosio.bpay"));
}

/* What eosio cannot sign any more is refused in words, not tried: another boot, which knows nothing of the
 * first one, over the same chain. */
static void test_after_resigning(void **state)
{
	struct boot_environment environment = {
		.chain = fixture.chain, .wallet = fixture.wallet, .signer = fixture.signer};
	struct boot_runner runner = {.pid = 1};
	struct boot *other = NULL;
	struct error error = {0};
	(void)state;
	fixture_write("boot/run", "all\n");
	size_t before = sent();
	assert_int_equal(boot_create(&other, &environment, &error), 0);
	assert_int_equal(boot_option_write(other, OPTION_PRODUCER_LIMIT, "22", NULL, &error), 0);
	assert_int_equal(boot_option_write(other, OPTION_USER_LIMIT, "50", NULL, &error), 0);
	assert_int_equal(boot_run(other, "all", &runner, &error), -EACCES);
	assert_non_null(
		strstr(error.sentence, "boot step stake: eosio has resigned to the producers: what is missing ("));
	boot_destroy(other);
	assert_int_equal(sent(), before);
}

/* What people change after a step has ended is theirs; the step's name does it anew. */
static void test_ended_stays_ended(void **state)
{
	(void)state;
	fixture_write("boot/run", "all\n");
	fixture_write("accounts/useraaaaaaab/proxy", "\n");
	fixture_write("accounts/useraaaaaaac/votes", "producer111c\n");
	fixture_write("producers/producer111d/active", "0\n");
	fixture_write("accounts/useraaaaaaad/permissions/active.json",
	              "EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV\n");
	size_t before = sent();
	fixture_write("boot/run", "all\n");
	assert_int_equal(sent(), before);
	fixture_expect("accounts/useraaaaaaab/proxy", "");
	fixture_expect("accounts/useraaaaaaac/votes", "producer111c\n");
	fixture_expect_part("boot/run", "# 13-proxy             * done");
	fixture_write("boot/run", "proxy\n");
	fixture_expect("accounts/useraaaaaaab/proxy", "producer111a\n");
	fixture_expect("accounts/useraaaaaaac/proxy", "producer111a\n");
}

/* What a step went by is fixed once it has ended; what it does not touch, and the value that is there, are
 * not. */
static void test_options_after_their_step(void **state)
{
	static const struct {
		const char *option, *value, *step;
	} fixed[] = {
		{"user-limit", "50\n", "tokens"},
		{"producer-limit", "21\n", "tokens"},
		{"extra-issue", "5\n", "tokens"},
		{"min-producer-funds", "500\n", "tokens"},
		{"seed", "3\n", "tokens"},
		{"symbol", "EOS\n", "tokens"},
		{"public-key", "EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV\n", "sys"},
	};
	char path[80], sentence[80];
	(void)state;
	fixture_write("boot/run", "wallet boot sys contracts tokens\n");
	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
		snprintf(path, sizeof path, "boot/options/%s", fixed[i].option);
		snprintf(sentence, sizeof sentence, "%s: step \"%s\" has ended", fixed[i].option, fixed[i].step);
		fixture_refuse(EPERM, sentence, path, fixed[i].value);
	}
	fixture_refuse(EPERM, "accounts.json: step \"tokens\" has ended", "boot/accounts.json",
	               "{\"users\": [{\"name\": \"alice1111111\"}]}\n");
	fixture_write("boot/options/user-limit", "40\n");
	fixture_write("boot/options/ram-funds", "0.2\n");
	fixture_write("boot/options/num-voters", "5\n");
	fixture_write("boot/run", "all\n");
	fixture_refuse(EPERM, "ram-funds: step \"stake\" has ended", "boot/options/ram-funds", "0.1\n");
	fixture_refuse(EPERM, "num-voters: step \"vote\" has ended", "boot/options/num-voters", "6\n");
	fixture_write("boot/options/num-senders", "3\n");
}

static void test_other_options(void **state)
{
	(void)state;
	fixture_write("boot/options/symbol", "EOS\n");
	fixture_write("boot/options/max-unstaked", "0\n");
	fixture_write("boot/options/extra-issue", "77.5\n");
	fixture_write("boot/options/num-voters", "0\n");
	fixture_write("boot/options/max-user-keys", "3\n");
	fixture_write(
		"boot/run",
		"wallet boot sys contracts tokens sys-contract init-sys-contract stake reg-prod start-prod vote\n");
	fixture_expect("accounts/eosio/balance", "77.5000 EOS\n");
	fixture_expect("accounts/useraaaaaaaa/balance", "");
	/* The genesis key, three users', all producers'. */
	size_t keys = 0;
	for (const char *at = fixture_list("wallet/keys"); *at; at++)
		keys += *at == ' ';
	assert_int_equal(keys, 1 + 3 + 22);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_files, setup_small, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_all, setup_small, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_replacing_the_system_contract, setup_small, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_interrupted_again_and_again, setup_small, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_transfers_until_interrupted, setup_small, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_single_steps, setup_small, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_refused_before_anything_happens, setup_small, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_after_resigning, setup_small, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_ended_stays_ended, setup_small, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_options_after_their_step, setup_small, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_other_options, setup_small, fixture_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

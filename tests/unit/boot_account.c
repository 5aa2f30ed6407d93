/* Accounts to create: generated names, derived keys, accounts.json both ways and what it is refused for,
 * funds. */
#include "core/boot/account.h"

#include "core/types/name.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct signer *signer;
static struct boot_settings settings;

static int setup(void **state)
{
	(void)state;
	boot_settings_reset(&settings);
	return 0;
}

static void set(size_t option, const char *value)
{
	struct error error = {0};
	assert_int_equal(boot_settings_set(&settings, option, value, &error), 0);
}

static void make(struct boot_accounts *accounts, const char *json)
{
	struct error error = {0};
	boot_accounts_init(accounts, signer);
	if (json && boot_accounts_parse(accounts, json, strlen(json), &settings, NULL, &error) != 0)
		fail_msg("%s", error.sentence);
	assert_int_equal(boot_accounts_limit(accounts, &settings, &error), 0);
	assert_int_equal(boot_accounts_allocate(accounts, &settings, &error), 0);
}

static void expect_name(const struct boot_accounts *accounts, size_t index, const char *name)
{
	assert_string_equal(name_text(accounts->list[index].name).text, name);
}

static void test_generated_names(void **state)
{
	struct boot_accounts accounts;
	(void)state;
	set(OPTION_PRODUCER_LIMIT, "57");
	make(&accounts, NULL);
	assert_int_equal(accounts.users, 3000);
	assert_int_equal(accounts.count, 3057);
	expect_name(&accounts, 0, "useraaaaaaaa");
	expect_name(&accounts, 15, "useraaaaaaap");
	expect_name(&accounts, 16, "useraaaaaaba");
	expect_name(&accounts, 2999, "useraaaaallh");
	expect_name(&accounts, 3000, "producer111a");
	expect_name(&accounts, 3025, "producer111z");
	expect_name(&accounts, 3026, "producer222a");
	expect_name(&accounts, 3056, "producer333e");
	boot_accounts_release(&accounts);
	set(OPTION_PRODUCER_LIMIT, "131");
	struct error error = {0};
	boot_accounts_init(&accounts, signer);
	assert_int_equal(boot_accounts_limit(&accounts, &settings, &error), -ERANGE);
	boot_accounts_release(&accounts);
}

static void test_derived_keys(void **state)
{
	struct boot_accounts accounts, again;
	struct public_key a, b, half;
	struct private_key private;
	struct error error = {0};
	(void)state;
	make(&accounts, NULL);
	make(&again, NULL);
	assert_int_equal(boot_account_key(&accounts, &a, &private, 7, &error), 0);
	assert_int_equal(signer_public_key(signer, &half, &private), 0);
	assert_int_equal(public_key_compare(&a, &half), 0);
	assert_int_equal(boot_account_key(&again, &b, NULL, 7, &error), 0);
	assert_int_equal(public_key_compare(&a, &b), 0);
	assert_int_equal(boot_account_key(&again, &b, NULL, 8, &error), 0);
	assert_int_not_equal(public_key_compare(&a, &b), 0);
	boot_accounts_release(&again);
	set(OPTION_SEED, "2019");
	make(&again, NULL);
	assert_int_equal(boot_account_key(&again, &b, NULL, 7, &error), 0);
	assert_int_not_equal(public_key_compare(&a, &b), 0);
	boot_accounts_release(&again);
	boot_accounts_release(&accounts);
}

/* Five users and no producer, seed 7: what the script's language computes. */
static void test_pareto_funds(void **state)
{
	static const int64_t expected[] = {4867619828930, 3090788890418, 1322031943434, 498863488347,
	                                   220695848870};
	struct boot_accounts accounts;
	(void)state;
	set(OPTION_SEED, "7");
	make(&accounts, "{\"users\": [{\"name\": \"a\"}, {\"name\": \"b\"}, {\"name\": \"c\"}, {\"name\": "
	                "\"d\"}, {\"name\": \"e\"}]}");
	assert_int_equal(accounts.count, 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(accounts.list[i].funds, expected[i]);
	boot_accounts_release(&accounts);
}

static void test_funds_of_producers_and_given_ones(void **state)
{
	struct boot_accounts accounts;
	(void)state;
	set(OPTION_MIN_PRODUCER_FUNDS, "1000000");
	set(OPTION_PRODUCER_LIMIT, "10");
	make(&accounts, NULL);
	for (size_t i = 3000; i < 3010; i++)
		assert_true(accounts.list[i].funds >= INT64_C(10000000000));
	assert_true(accounts.total > INT64_C(10000000000000));
	for (size_t i = 1; i < 3000; i++)
		assert_true(accounts.list[i].funds <= accounts.list[i - 1].funds);
	boot_accounts_release(&accounts);
	make(&accounts, "{\"users\": [{\"name\": \"a\", \"funds\": \"999999990.0000 SYS\"}, {\"name\": \"b\"}], "
	                "\"producers\": [{\"name\": \"c\", \"funds\": 5}]}");
	assert_int_equal(accounts.list[0].funds, INT64_C(9999999900000));
	assert_int_equal(accounts.list[1].funds, 99995);
	assert_int_equal(accounts.list[2].funds, 5); /* given, so not lifted */
	boot_accounts_release(&accounts);
}

static void test_limits(void **state)
{
	struct boot_accounts accounts;
	(void)state;
	set(OPTION_USER_LIMIT, "1");
	set(OPTION_PRODUCER_LIMIT, "1");
	make(&accounts, "{\"users\": [{\"name\": \"a\"}, {\"name\": \"b\"}], \"producers\": [{\"name\": \"c\"}, "
	                "{\"name\": \"d\"}]}");
	assert_int_equal(accounts.count, 2);
	assert_int_equal(accounts.users, 1);
	expect_name(&accounts, 1, "c");
	boot_accounts_release(&accounts);
}

#define NATHAN "\"pub\": \"EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV\""
#define NATHAN_PRIVATE "\"pvt\": \"5KQwrPbwdL6PhXujxW37FSSQZ1JiwsST4cqQzDeyXtP79zkvFD3\""

static void test_document_round_trip(void **state)
{
	struct boot_accounts accounts, back;
	struct text shown = TEXT_EMPTY, kept = TEXT_EMPTY;
	struct public_key public;
	struct private_key private;
	struct error error = {0};
	(void)state;
	make(&accounts, "{\"users\": [{\"name\": \"nathan\", " NATHAN ", " NATHAN_PRIVATE
	                ", \"funds\": 12}, {\"name\": \"other\"}], \"producers\": []}");
	assert_int_equal(boot_accounts_print(&accounts, &shown, false, &error), 0);
	assert_null(strstr(text_string(&shown), "5K"));
	assert_non_null(strstr(text_string(&shown), "\"funds\": 12}"));
	/* Written back without private keys, they are still known. */
	boot_accounts_init(&back, signer);
	assert_int_equal(
		boot_accounts_parse(&back, text_string(&shown), shown.length, &settings, &accounts, &error), 0);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(boot_account_key(&back, &public, &private, i, &error), 0);
	assert_int_equal(boot_accounts_print(&back, &kept, true, &error), 0);
	assert_non_null(strstr(text_string(&kept), NATHAN_PRIVATE));
	boot_accounts_release(&back);
	/* For somebody else only the public half is. */
	boot_accounts_init(&back, signer);
	assert_int_equal(boot_accounts_parse(&back, text_string(&shown), shown.length, &settings, NULL, &error),
	                 0);
	assert_int_equal(boot_account_key(&back, &public, &private, 0, &error), -ENOENT);
	assert_non_null(strstr(error.sentence, "nathan"));
	boot_accounts_release(&back);
	boot_accounts_release(&accounts);
	text_release(&shown);
	text_release(&kept);
}

static const struct {
	const char *document;
	int result;
	const char *part;
} broken[] = {
	{"{\"users\": [\n{\"name\": \"a\"},\n{\"name\": }]}", -EINVAL, "accounts.json: "},
	{"{\"users\": [\n{\"name\": \"a\"},\n{\"name\": }]}", -EINVAL, "line 3"},
	{"[]", -EINVAL, "no object"},
	{"{\"users\": {}}", -EINVAL, "\"users\" is no list"},
	{"{\"users\": [{\"pub\": \"x\"}]}", -EINVAL, "entry 1 of \"users\" has no name"},
	{"{\"users\": [\n{\"name\": \"a\"},\n{\"name\": \"Alice\"}]}", -EINVAL, "accounts.json line 3: "},
	{"{\"users\": [{\"name\": \"thirteenchars\"}]}", -EINVAL, "thirteenchars"},
	{"{\"users\": [{\"name\": \"eosio.bpay\"}]}", -EINVAL, "system's"},
	{"{\"users\": [\n{\"name\": \"a\"}],\n\"producers\": [\n{\"name\": \"a\"}]}", -EEXIST,
     "accounts.json line 4: the name \"a\" appears twice"},
	{"{\"users\": [{\"name\": \"a\", \"pub\": \"EOS6\"}]}", -EINVAL, "the public key of \"a\""},
	{"{\"users\": [{\"name\": \"a\", \"pvt\": \"5K\"}]}", -EINVAL, "the private key of \"a\""},
	{"{\"users\": [\n{\"name\": \"a\", \"pub\": "
     "\"EOS8Znrtgwt8TfpmbVpTKvA2oB8Nqey625CLN8bCN3TEbgx86Dsvr\", " NATHAN_PRIVATE "}]}",
     -EINVAL, "accounts.json line 2: the keys of \"a\" do not match"},
	{"{\"users\": [{\"name\": \"a\", \"funds\": -1}]}", -ERANGE, "the funds of \"a\" are negative"},
	{"{\"users\": [{\"name\": \"a\", \"funds\": 1.5}]}", -EINVAL, "funds of \"a\""},
	{"{\"users\": [{\"name\": \"a\", \"funds\": \"1.0000 EOS\"}]}", -EINVAL, "EOS"},
	{"{\"users\": [{\"name\": \"a\", \"funds\": 100000000000001}]}", -ERANGE, "exceed the supply"},
	{"{\"user\": []}", -EINVAL, "\"user\" is not understood; it may be users or producers"},
	{"{\"users\": [\n{\"name\": \"a\", \"fund\": 5}]}", -EINVAL,
     "accounts.json line 2: \"a\" has a \"fund\": an account has name, pub, pvt and funds"},
	{"{\"users\": [{\"name\": \"a\", \"pub\": 5}]}", -EINVAL, "the public key of \"a\" is no text"},
	{"{\"users\": [{\"name\": \"a\", \"pvt\": {}}]}", -EINVAL, "the private key of \"a\" is no text"},
};

static void test_broken_documents(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		struct boot_accounts accounts;
		struct error error = {0};
		boot_accounts_init(&accounts, signer);
		int result = boot_accounts_parse(&accounts, broken[i].document, strlen(broken[i].document), &settings,
		                                 NULL, &error);
		if (result != broken[i].result || !strstr(error.sentence, broken[i].part))
			fail_msg("%s: %d %s", broken[i].document, result, error.sentence);
		boot_accounts_release(&accounts);
	}
}

static void test_funds_beyond_the_supply(void **state)
{
	const char *document = "{\"users\": [{\"name\": \"a\", \"funds\": 60000000000000}, {\"name\": \"b\", "
	                       "\"funds\": 40000000000000}]}";
	struct boot_accounts accounts;
	struct error error = {0};
	(void)state;
	make(&accounts, document);
	boot_accounts_release(&accounts);
	set(OPTION_EXTRA_ISSUE, "0.0001");
	boot_accounts_init(&accounts, signer);
	assert_int_equal(boot_accounts_parse(&accounts, document, strlen(document), &settings, NULL, &error), 0);
	assert_int_equal(boot_accounts_allocate(&accounts, &settings, &error), -ERANGE);
	assert_non_null(strstr(error.sentence, "exceed the supply"));
	boot_accounts_release(&accounts);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_generated_names, setup),
		cmocka_unit_test_setup(test_derived_keys, setup),
		cmocka_unit_test_setup(test_pareto_funds, setup),
		cmocka_unit_test_setup(test_funds_of_producers_and_given_ones, setup),
		cmocka_unit_test_setup(test_limits, setup),
		cmocka_unit_test_setup(test_document_round_trip, setup),
		cmocka_unit_test_setup(test_broken_documents, setup),
		cmocka_unit_test_setup(test_funds_beyond_the_supply, setup),
	};
	signer = signer_create();
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	signer_destroy(signer);
	return failed;
}

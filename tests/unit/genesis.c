/* Genesis: the published chain ids, JSON both ways, the configuration's rules. */
#include "core/base/encoding/hex.h"
#include "core/types/genesis.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static const char packed_leap_4[] =
	"00d0c752936d05000002c0ded2bc1f1305fb0faac5e6c03ee3a1924234985427b6167ca569d13df435cf0000100000000000e803"
	"0000000008000c000000"
	"f40100001400000064000000400d0300e8030000f049020064000000100e00005802000080533b000000080004000600";

static void assert_chain_id(const struct genesis *genesis, const char *expected)
{
	struct checksum256 id = genesis_chain_id(genesis);

	assert_string_equal(checksum256_text(&id).text, expected);
}

/* The configuration of a stock node without a genesis file. */
static void stock(struct genesis *genesis, const char *timestamp, const char *key, unsigned inline_size)
{
	struct text json = TEXT_EMPTY;
	text_printf(&json,
	            "{\"initial_timestamp\":\"%s\",\"initial_key\":\"%s\",\"initial_configuration\":{\"max_block_"
	            "cpu_usage\":200000,"
	            "\"target_block_cpu_usage_pct\":1000,\"max_transaction_cpu_usage\":150000,\"max_inline_"
	            "action_size\":%u},\"initial_chain_id\":\"00\"}",
	            timestamp, key, inline_size);
	assert_int_equal(genesis_parse(genesis, json.data, json.length, NULL), 0);
	text_release(&json);
}

static void chain_ids_are_the_published_ones(void **state)
{
	struct genesis genesis;
	struct bytes packed = {0};
	char text[221];
	(void)state;
	stock(&genesis, "2018-06-01T12:00:00.000", "EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV",
	      524288);
	genesis_pack(&packed, &genesis);
	assert_int_equal(packed.length, 110);
	hex_print(text, packed.data, packed.length);
	assert_string_equal(text, packed_leap_4);
	bytes_release(&packed);
	assert_chain_id(&genesis, "8a34ec7df1b8cd06ff4a8abbaa7cc50300823350cadc59ab296cb00d104d2b8f");
	genesis.initial_configuration.max_inline_action_size = 4096;
	assert_chain_id(&genesis, "cf057bbfb72640471fd910bcb67639c22df9f92470936cddc1ade0e2f2e7dc4f");
	stock(&genesis, "2018-06-08T08:08:08.888", "EOS7EarnUhcyYqmdnPon8rm7mBCTnBoot6o7fE2WzjvEX2TdggbL3", 4096);
	assert_chain_id(&genesis, "aca376f206b8fc25a6ed44dbdc66547c36c6c33e3a119ffbeaef943642f0e906");
	genesis_default(&genesis);
	assert_chain_id(
		&genesis,
		"60fb0eb4742886af8a0e147f4af6fd363e8e8d8f18bdf73a10ee0134fec1c551"); /* as recorded from the boot
	                                                                            tutorial's node */
}

static void default_key_belongs_to_its_private_key(void **state)
{
	struct signer *signer = signer_create();
	struct genesis genesis;
	struct private_key private_key;
	struct public_key public;

	(void)state;
	genesis_default(&genesis);
	assert_int_equal(private_key_parse(&private_key, GENESIS_PRIVATE_KEY, NULL), 0);
	assert_int_equal(signer_public_key(signer, &public, &private_key), 0);
	assert_int_equal(public_key_compare(&public, &genesis.initial_key), 0);
	signer_destroy(signer);
}

static void genesis_round_trips(void **state)
{
	struct genesis genesis, again;
	struct text text = TEXT_EMPTY;
	struct bytes packed = {0};
	(void)state;
	genesis_default(&genesis);
	genesis.initial_configuration.max_block_net_usage = UINT64_C(1) << 40;
	genesis_print(&text, &genesis);
	assert_int_equal(genesis_parse(&again, text.data, text.length, NULL), 0);
	assert_memory_equal(&again, &genesis, sizeof genesis);
	genesis_pack(&packed, &genesis);
	struct cursor cursor = cursor_make(packed.data, packed.length);
	assert_int_equal(genesis_unpack(&again, &cursor), 0);
	assert_memory_equal(&again, &genesis, sizeof genesis);
	cursor = cursor_make(packed.data, packed.length - 1);
	assert_int_equal(genesis_unpack(&again, &cursor), -EINVAL);
	bytes_release(&packed);
	text_release(&text);
}

static void malformed_genesis_files_name_the_culprit(void **state)
{
#define HEAD                                                          \
	"{\"initial_timestamp\":\"2018-06-01T12:00:00\",\"initial_key\":" \
	"\"EOS6MRyAjQq8ud7hVNYcfnVPJqcVpscN5So8BhtHuGYqET5GDW5CV\","
	static const struct {
		const char *text, *sentence;
	} invalid[] = {
		{"", "genesis: "},
		{"[]", "must be an object"},
		{"{}", "'initial_timestamp'"},
		{"{\"initial_timestamp\":\"yesterday\"}", "time 'yesterday'"},
		{"{\"initial_timestamp\":\"2018-06-01T12:00:00\",\"initial_key\":\"EOS1\"}",
	     "invalid public key 'EOS1'"},
		{HEAD "\"initial_configuration\":[]}", "the configuration must be an object"},
		{HEAD "\"initial_configuration\":{\"max_authority_depth\":65536}}",
	     "'max_authority_depth' must be a number from 0 to 65535"},
		{HEAD "\"initial_configuration\":{\"max_inline_action_size\":\"x\"}}", "'max_inline_action_size'"},
		{HEAD "\"initial_configuration\":{\"max_transaction_cpu_usage\":100000}}",
	     "max transaction cpu usage must be less than max block cpu usage"},
	};
	struct genesis genesis;
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++) {
		assert_int_equal(genesis_parse(&genesis, invalid[i].text, strlen(invalid[i].text), &error), -EINVAL);
		assert_non_null(strstr(error.sentence, invalid[i].sentence));
	}
}

static void configurations_are_checked_as_setparams_does(void **state)
{
	struct genesis genesis;
	struct error error;
	(void)state;
	genesis_default(&genesis);
	struct chain_config good = genesis.initial_configuration, bad;
	assert_int_equal(chain_config_validate(&good, &error), 0);
#define REFUSED(member, value) \
	do { \
		bad = good; \
		bad.member = (value); \
		assert_int_equal(chain_config_validate(&bad, &error), -EINVAL); \
		assert_int_equal(error.code, 3050000); \
	} while (0)
	REFUSED(target_block_net_usage_pct, 9);
	REFUSED(target_block_net_usage_pct, 10001);
	REFUSED(target_block_cpu_usage_pct, 9);
	REFUSED(target_block_cpu_usage_pct, 10001);
	REFUSED(max_block_net_usage, good.max_transaction_net_usage);
	REFUSED(max_block_cpu_usage, good.max_transaction_cpu_usage + good.min_transaction_cpu_usage);
	REFUSED(base_per_transaction_net_usage, good.max_transaction_net_usage - 10239);
	REFUSED(context_free_discount_net_usage_den, 0);
	REFUSED(context_free_discount_net_usage_num, 101);
	REFUSED(min_transaction_cpu_usage, good.max_transaction_cpu_usage + 1);
	REFUSED(max_authority_depth, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chain_ids_are_the_published_ones),
		cmocka_unit_test(default_key_belongs_to_its_private_key),
		cmocka_unit_test(genesis_round_trips),
		cmocka_unit_test(malformed_genesis_files_name_the_culprit),
		cmocka_unit_test(configurations_are_checked_as_setparams_does),
	};
	return cmocka_run_group_tests_name("genesis", tests, NULL, NULL);
}

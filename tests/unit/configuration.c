/* config.ini and nodeos's command line: what is taken from them, what is shown of them, what is refused and
 * how. */
#include "core/network/configuration.h"

#include "core/types/genesis.h"
#include "core/types/name.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PUBLIC "EOS8Znrtgwt8TfpmbVpTKvA2oB8Nqey625CLN8bCN3TEbgx86Dsvr"

static struct signer *signer;
static struct key_store *keys;

static int setup(void **state)
{
	(void)state;
	signer = signer_create();
	return key_store_open(&keys, NULL, signer, NULL);
}

static int teardown(void **state)
{
	(void)state;
	key_store_close(keys);
	signer_destroy(signer);
	return 0;
}

static void expect_print(const struct configuration *configuration, const char *expected)
{
	struct text text = TEXT_EMPTY;
	configuration_print(configuration, &text);
	assert_string_equal(text_string(&text), expected);
	text_release(&text);
}

/* "# name = value" of what is written where there is no file: such a line counts, once it is no comment. */
static void the_usual_file_is_understood(void **state)
{
	struct configuration configuration;
	struct text usual = TEXT_EMPTY;
	struct error error = {0};
	size_t seen = 0;

	(void)state;
	configuration_print_default(&usual);
	assert_int_equal(configuration_parse(&configuration, text_string(&usual), keys, &error), 0);
	assert_int_equal(configuration.producers_count + configuration.peers_count + configuration.unknown_count,
	                 0);
	configuration_release(&configuration);
	for (char *rest = usual.data, *line; (line = strsep(&rest, "\n"));) {
		const char *equals = strstr(line, " = ");
		if (!equals || !equals[3] || strcspn(line + 2, " ") + 2 != (size_t)(equals - line))
			continue;
		assert_int_equal(configuration_parse(&configuration, line + 2, keys, &error), 0);
		assert_int_equal(configuration.unknown_count, 0);
		configuration_release(&configuration);
		seen++;
	}
	assert_int_equal(seen, 37);
	text_release(&usual);
}

static void keys_of_another_wallet_are_kept_with_its_address(void **state)
{
	static const char line[] = "signature-provider = " PUBLIC
							   "=KEOSD:unix:///run/keosd.sock/v1/wallet/sign_digest";
	struct configuration file, none, both;
	struct error error = {0};

	(void)state;
	assert_int_equal(configuration_parse(&file, line, keys, &error), 0);
	assert_int_equal(configuration_parse_arguments(&none, NULL, 0, keys, &error), 0);
	configuration_merge(&both, &file, &none);
	assert_int_equal(both.signers.count, 1);
	assert_int_equal(both.keosds_count, 1);
	assert_string_equal(both.keosds[0].url, "unix:///run/keosd.sock/v1/wallet/sign_digest");
	expect_print(&file,
	             "signature-provider = " PUBLIC "=KEOSD:unix:///run/keosd.sock/v1/wallet/sign_digest\n");
	configuration_release(&both);
	configuration_release(&none);
	configuration_release(&file);
}

static void a_file_is_read_and_shown(void **state)
{
	struct configuration configuration;
	struct public_key key;
	struct error error = {0};
	(void)state;
	assert_int_equal(
		configuration_parse(
			&configuration,
			"# my node\n\nproducer-name = alice\nproducer-name=bob # two of them\n"
			"signature-provider = " PUBLIC "=KEY:" GENESIS_PRIVATE_KEY "   # hers\n"
			"p2p-peer-address = localhost:9010\nenable-stale-production = true\n"
			"max-irreversible-block-age = 600\nhttp-server-address = 127.0.0.1:8001\nnonsense = 1\n",
			keys, &error),
		0);
	assert_int_equal(configuration.producers_count, 2);
	assert_true(configuration.producers[1] == name_literal("bob"));
	assert_int_equal(configuration.signers.count, 1);
	assert_true(configuration.enable_stale_production);
	assert_int_equal(configuration.max_irreversible_block_age, 600);
	assert_string_equal(configuration.http_server_address, "127.0.0.1:8001");
	assert_int_equal(configuration.unknown_count, 1);
	assert_string_equal(configuration.unknown[0], "nonsense");
	assert_int_equal(public_key_parse(&key, PUBLIC, NULL), 0);
	assert_true(key_store_get(keys, NULL, &key));
	/* in the order and words it was written, but for the private key */
	expect_print(&configuration,
	             "# my node\n\nproducer-name = alice\nproducer-name=bob # two of them\n"
	             "signature-provider = " PUBLIC "=KEOSD: # hers\n"
	             "p2p-peer-address = localhost:9010\nenable-stale-production = true\n"
	             "max-irreversible-block-age = 600\nhttp-server-address = 127.0.0.1:8001\nnonsense = 1\n");
	const char *peers[] = {"alice", "localhost:9011"};
	configuration_set_peers(&configuration, peers, 2);
	assert_int_equal(configuration.peers_count, 2);
	expect_print(
		&configuration,
		"# my node\n\nproducer-name = alice\nproducer-name=bob # two of them\n"
		"signature-provider = " PUBLIC "=KEOSD: # hers\n"
		"p2p-peer-address = alice\np2p-peer-address = localhost:9011\nenable-stale-production = true\n"
		"max-irreversible-block-age = 600\nhttp-server-address = 127.0.0.1:8001\nnonsense = 1\n");
	configuration_release(&configuration);
}

static void what_is_no_file_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *text, *sentence;
	} wrong[] = {
		{"producer-name = alice\nbob\n",
	     "config.ini line 2: the options configuration file contains an invalid line 'bob'"},
		{"producer-name = ALICE\n", "config.ini line 1: \"ALICE\" is no account name: those are of a-z, 1-5 "
	                                "and dots, at most 12 characters"},
		{"\n\nenable-stale-production = perhaps", "config.ini line 3: \"perhaps\" is neither true nor false"},
		{"max-irreversible-block-age = soon", "config.ini line 1: \"soon\" is no number of seconds"},
		{"signature-provider = " PUBLIC,
	     "config.ini line 1: signature-provider is PUBLIC_KEY=KEY:PRIVATE_KEY or PUBLIC_KEY=KEOSD:[URL]"},
		{"greylist-limit = 0", "config.ini line 1: Invalid limit (0) passed into set_greylist_limit. Must be "
	                           "between 1 and 1000."},
		{"greylist-limit = 1001", "config.ini line 1: Invalid limit (1001) passed into set_greylist_limit. "
	                              "Must be between 1 and 1000."},
		{"greylist-limit = some",
	     "config.ini line 1: the argument ('some') for option '--greylist-limit' is invalid"},
		{"greylist-account = a.b\ngreylist-account = A", "config.ini line 2: \"A\" is no account name: those "
	                                                     "are of a-z, 1-5 and dots, at most 12 characters"},
		{"http-server-address = a:1\nhttp-server-address = a:2",
	     "config.ini line 2: option '--http-server-address' cannot be specified more than once"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct configuration configuration;
		struct error error = {0};
		assert_int_equal(configuration_parse(&configuration, wrong[i].text, keys, &error), -EINVAL);
		assert_string_equal(error.sentence, wrong[i].sentence);
	}
}

/* Accounts add up, of limits the command line's counts. */
static void greylists_are_read(void **state)
{
	const char *const words[] = {"--greylist-account", "carol", "--greylist-account=alice",
	                             "--greylist-limit", "7"};
	struct configuration file, arguments, both;
	struct error error = {0};
	(void)state;
	assert_int_equal(configuration_parse(&file,
	                                     "greylist-account = bob\ngreylist-account = alice\n"
	                                     "greylist-limit = 9\n",
	                                     keys, &error),
	                 0);
	assert_int_equal(configuration_parse_arguments(&arguments, words, 5, keys, &error), 0);
	configuration_merge(&both, &file, &arguments);
	assert_int_equal(both.greylist.accounts.count, 3);
	assert_int_equal(both.greylist.limit, 7);
	configuration_release(&arguments);
	assert_int_equal(configuration_parse_arguments(&arguments, words, 2, keys, &error), 0);
	configuration_release(&both);
	configuration_merge(&both, &file, &arguments);
	assert_int_equal(both.greylist.limit, 9);
	configuration_release(&file);
	configuration_release(&arguments);
	configuration_release(&both);
}

/* The tutorial's command line of 2018, and today's. */
static void command_lines_are_read(void **state)
{
	const char *const words[] = {"--max-irreversible-block-age",
	                             "-1",
	                             "--max-transaction-time=1000",
	                             "--contracts-console",
	                             "--genesis-json",
	                             "/x/genesis.json",
	                             "--blocks-dir",
	                             "/x/blocks",
	                             "--config-dir",
	                             "/x",
	                             "--data-dir",
	                             "/x",
	                             "--chain-state-db-size-mb",
	                             "1024",
	                             "--http-server-address",
	                             "127.0.0.1:8003",
	                             "--p2p-listen-endpoint",
	                             "127.0.0.1:9003",
	                             "--max-clients",
	                             "6",
	                             "--p2p-max-nodes-per-host",
	                             "6",
	                             "--enable-stale-production",
	                             "--producer-name",
	                             "alice",
	                             "--private-key",
	                             "[\"" PUBLIC "\",\"" GENESIS_PRIVATE_KEY "\"]",
	                             "--plugin",
	                             "eosio::http_plugin",
	                             "--plugin",
	                             "eosio::chain_plugin",
	                             "--p2p-peer-address",
	                             "localhost:9001",
	                             "--p2p-peer-address",
	                             "localhost:9002"},
	                  *const unknown[] = {"--producer", "alice"},
					  *const missing[] = {"-e", "--producer-name"};
	struct configuration configuration;
	struct error error = {0};
	(void)state;
	if (configuration_parse_arguments(&configuration, words, sizeof words / sizeof words[0], keys, &error))
		fail_msg("%s", error.sentence);
	assert_int_equal(configuration.producers_count, 1);
	assert_int_equal(configuration.signers.count, 1);
	assert_int_equal(configuration.peers_count, 2);
	assert_true(configuration.enable_stale_production);
	assert_string_equal(configuration.p2p_listen_endpoint, "127.0.0.1:9003");
	for (size_t i = 0; i < configuration.lines_count; i++)
		assert_null(strstr(configuration.lines[i], GENESIS_PRIVATE_KEY));
	configuration_release(&configuration);
	assert_int_equal(configuration_parse_arguments(&configuration, unknown, 2, keys, &error), -EINVAL);
	assert_string_equal(error.sentence, "Unknown option '--producer' passed as command line argument");
	assert_int_equal(configuration_parse_arguments(&configuration, missing, 2, keys, &error), -EINVAL);
	assert_string_equal(error.sentence, "the required argument for option '--producer-name' is missing");
}

/* Of connections: numbers, keys in JSON as nodeos has them, and what is no such thing. */
static void peers_options_are_read(void **state)
{
	static const struct {
		const char *text, *sentence;
	} wrong[] = {
		{"max-clients = many",
	     "config.ini line 1: the argument ('many') for option '--max-clients' is invalid"},
		{"max-clients = 4294967296",
	     "config.ini line 1: the argument ('4294967296') for option '--max-clients' is invalid"},
		{"allowed-connection = some",
	     "config.ini line 1: allowed-connection is any, producers, specified or none, not \"some\""},
		{"peer-key = " PUBLIC,
	     "config.ini line 1: 4 parse_error_exception: Parse Error: Unexpected char '69' in \"" PUBLIC
	     "\": peer-key is a JSON string, as '\"EOS...\"'"},
		{"peer-private-key = " PUBLIC,
	     "config.ini line 1: peer-private-key is [\"PUBLIC_KEY\",\"PRIVATE_KEY\"]"},
	};
	struct configuration configuration, again;
	struct error error = {0};
	struct text text = TEXT_EMPTY;
	(void)state;
	assert_int_equal(
		configuration_parse(&configuration,
	                        "max-clients = 6\np2p-max-nodes-per-host = 3\nallowed-connection = specified\n"
	                        "allowed-connection = producers\npeer-key = \"" PUBLIC "\"\n"
	                        "peer-private-key = [\"" PUBLIC "\",\"" GENESIS_PRIVATE_KEY "\"]\n"
	                        "p2p-accept-transactions = false\nagent-name = mine\n",
	                        keys, &error),
		0);
	assert_true(configuration.max_clients.is_given && configuration.max_clients.value == 6);
	assert_int_equal(configuration.max_nodes_per_host.value, 3);
	assert_false(configuration.sync_fetch_span.is_given);
	assert_true(configuration.accept_transactions.is_given && !configuration.accept_transactions.value);
	assert_int_equal(configuration.allowed_connections, ALLOW_SPECIFIED | ALLOW_PRODUCERS);
	assert_int_equal(configuration.peer_keys.count, 1);
	assert_int_equal(configuration.peer_signers.count, 1);
	assert_int_equal(configuration.signers.count, 0);
	configuration_print(&configuration, &text);
	assert_null(strstr(text_string(&text), GENESIS_PRIVATE_KEY));
	/* what is shown is accepted, for the key is kept */
	assert_int_equal(configuration_parse(&again, text_string(&text), keys, &error), 0);
	assert_int_equal(again.peer_signers.count, 1);
	configuration_release(&again);
	configuration_release(&configuration);
	text_release(&text);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		error = (struct error){0};
		assert_int_equal(configuration_parse(&configuration, wrong[i].text, keys, &error), -EINVAL);
		assert_string_equal(error.sentence, wrong[i].sentence);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_file_is_read_and_shown, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_no_file_is_refused_with_its_line, setup, teardown),
		cmocka_unit_test_setup_teardown(greylists_are_read, setup, teardown),
		cmocka_unit_test_setup_teardown(command_lines_are_read, setup, teardown),
		cmocka_unit_test_setup_teardown(peers_options_are_read, setup, teardown),
		cmocka_unit_test_setup_teardown(the_usual_file_is_understood, setup, teardown),
		cmocka_unit_test_setup_teardown(keys_of_another_wallet_are_kept_with_its_address, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

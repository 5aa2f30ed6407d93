/* The server's handlers over a chain in memory, without sockets: who may ask, what a node's configuration
 * opens, which failures look how, and what waits while production is paused. */
#include "tests/scene.h"
#include "tests/temporary.h"
#include "tests/wasm_builder.h"

#include "core/base/encoding/json.h"
#include "core/chain/print.h"
#include "core/server/server.h"

#include <errno.h>

static struct rig rig = {.manual_clock = true};

static int group_begin(void **state)
{
	(void)state;
	rig_open(&rig);
	rig_make_token(&rig);
	rig_must(rig_advance(&rig, 5 * SECOND), "advance", &rig.error);
	return 0;
}

static int group_end(void **state)
{
	(void)state;
	rig_end(&rig);
	return 0;
}

static struct server_node *node_with(const char *config)
{
	struct server_options options;
	struct error error = {0};
	rig_must(server_options_parse(&options, config, &error), "options", &error);
	return server_node_create(name_literal("eosio"), rig.chain, &options);
}

#define CHAIN "plugin = eosio::chain_api_plugin\nhttp-server-address = 127.0.0.1:8888\n"

static bool admitted(struct server_node *node, const char *host, const char *origin)
{
	const struct http_request request = {
		.method = "POST", .target = "/v1/chain/get_info", .host = host, .origin = origin, .port = 8888};
	struct http_answer answer = {0};
	bool result = server_admit(node, &request, &answer);
	if (result == 0)
		assert_int_equal(answer.status, origin ? 403 : 400);
	http_answer_release(&answer);
	return result;
}

/* The answer's body, free()d by the caller; *status may be 0: it waits. */
static char *ask_as(struct server_node *node, const char *method, const char *target, const char *body,
                    unsigned *status)
{
	const struct http_request request = {.method = method,
	                                     .target = target,
	                                     .host = "127.0.0.1:8888",
	                                     .body = body,
	                                     .length = body ? strlen(body) : 0,
	                                     .port = 8888};
	struct http_answer answer = {0};
	bool answered = server_answer(node, &request, &answer);
	char *text = memory_copy_string(text_string(&answer.body));
	*status = answered ? answer.status : 0;
	http_answer_release(&answer);
	return text;
}

static void expect(struct server_node *node, const char *target, const char *body, unsigned status,
                   const char *part)
{
	unsigned got;
	char *text = ask_as(node, "POST", target, body, &got);
	if (got != status || !strstr(text, part))
		fail_msg("%s %s: %u %s", target, body ? body : "", got, text);
	free(text);
}

static void hosts_are_those_of_the_address_and_its_aliases(void **state)
{
	struct server_node *node = node_with(CHAIN "http-alias = localhost\n"),
	                   *open = node_with(CHAIN "http-validate-host = false\n"),
					   *wide = node_with("http-server-address = 0.0.0.0:8888\n"),
					   *six = node_with("http-server-address = [::1]:8888\n"),
					   *star = node_with("http-server-address = *:8888\n");
	(void)state;
	assert_true(admitted(node, "127.0.0.1:8888", NULL));
	assert_true(admitted(node, "LocalHost:8888", NULL));
	assert_false(admitted(node, "127.0.0.1", NULL));
	assert_false(admitted(node, "127.0.0.1:8889", NULL));
	assert_false(admitted(node, "evil.example:8888", NULL));
	assert_false(admitted(node, "", NULL));
	assert_false(admitted(node, NULL, NULL));
	assert_true(admitted(open, "evil.example", NULL));
	assert_false(admitted(open, "", NULL));
	assert_true(admitted(wide, "192.0.2.7:8888", NULL));
	assert_false(admitted(wide, "evil.example:8888", NULL));
	assert_true(admitted(star, "127.0.0.1:8888", NULL));
	assert_false(admitted(star, "evil.example:8888", NULL));
	assert_true(admitted(six, "[::1]:8888", NULL));
	assert_false(admitted(six, "[::2]:8888", NULL));
	server_stop(NULL, node);
	server_stop(NULL, open);
	server_stop(NULL, wide);
	server_stop(NULL, six);
	server_stop(NULL, star);
}

static void origins_are_refused_unless_they_are_named(void **state)
{
	struct server_node *node = node_with(CHAIN),
	                   *one = node_with(CHAIN "access-control-allow-origin = http://app.example\n"),
					   *all = node_with(CHAIN
	                                    "access-control-allow-origin = *\naccess-control-max-age = 600\n");
	const struct http_request request = {
		.method = "OPTIONS", .target = "/v1/chain/get_info", .host = "127.0.0.1:8888", .port = 8888};
	struct http_answer answer = {0};
	(void)state;
	assert_false(admitted(node, "127.0.0.1:8888", "http://127.0.0.1:8888"));
	assert_false(admitted(one, "127.0.0.1:8888", "http://evil.example"));
	assert_true(admitted(one, "127.0.0.1:8888", "http://app.example"));
	assert_true(admitted(all, "127.0.0.1:8888", "null"));
	assert_true(server_answer(all, &request, &answer));
	assert_int_equal(answer.status, 200);
	assert_string_equal(text_string(&answer.headers),
	                    "access-control-allow-origin: *\naccess-control-max-age: 600\n");
	http_answer_release(&answer);
	server_stop(NULL, node);
	server_stop(NULL, one);
	server_stop(NULL, all);
}

static void a_node_answers_what_its_configuration_names(void **state)
{
	struct server_node *none = node_with(""), *chain = node_with(CHAIN),
	                   *producer = node_with(CHAIN "plugin = eosio::producer_api_plugin\n");
	(void)state;
	expect(none, "/v1/chain/get_info", NULL, 404, "Unknown Endpoint");
	expect(chain, "/v1/chain/get_info", NULL, 200, "chain_id");
	expect(chain, "/v1/producer/pause", NULL, 404, "Unknown Endpoint");
	expect(chain, "/v1/net/connections", NULL, 404, "Unknown Endpoint");
	expect(chain, "/v1/trace_api/get_block", "{\"block_num\":2}", 404, "Unknown Endpoint");
	expect(chain, "/v1/wallet/list_wallets", NULL, 404, "Unknown Endpoint");
	expect(chain, "/", NULL, 404, "Unknown Endpoint");
	expect(producer, "/v1/producer/paused", NULL, 201, "false");
	expect(chain, "/v1/node/get_supported_apis", NULL, 200, "{\"apis\":[\"/v1/chain/");
	expect(chain, "*", NULL, 400, "Illegal request-target");
	expect(chain, "/v1/../x", NULL, 400, "Illegal request-target");
	server_stop(NULL, none);
	server_stop(NULL, chain);
	server_stop(NULL, producer);
}

static void options_are_read_by_line(void **state)
{
	static const char *const wrong[] = {"http-server-address = nowhere",
	                                    "http-server-address = 127.0.0.1:70000", "max-body-size = -1",
	                                    "http-validate-host = perhaps", "max-transaction-time = soon",
	                                    "trace-rpc-abi = alice", "trace-rpc-abi = alice=alice.abi"};
	struct server_options options;
	struct error error = {0};
	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_int_equal(server_options_parse(&options, wrong[i], &error), -EINVAL);
		assert_int_equal(strncmp(error.sentence, wrong[i], strcspn(wrong[i], " ")), 0);
	}
	assert_int_equal(
		server_options_parse(
			&options,
			"# a comment = here\nhttp-server-address = 127.0.0.1:1\nunknown = 5\nhttp-server-address=[::1]:2",
			&error),
		0);
	assert_string_equal(options.host, "::1");
	assert_int_equal(options.port, 2);
}

static void bodies_that_are_none_are_refused(void **state)
{
	static const char *const wrong[] = {"",
	                                    "{}",
	                                    "{",
	                                    "[1]",
	                                    "\"x\"",
	                                    "{\"account_name\":[]}",
	                                    "{\"account_name\":{}}",
	                                    "{\"account_name\":\"UPPER\"}",
	                                    "{\"account_name\":\"\xff\"}",
	                                    "\xef\xbb\xbf{}"};
	struct server_node *node = node_with(CHAIN);
	struct text deep = TEXT_EMPTY;
	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		expect(node, "/v1/chain/get_account", wrong[i], 400, "3200006");
	for (int i = 0; i < 100000; i++)
		text_append_char(&deep, '[');
	expect(node, "/v1/chain/get_account", text_string(&deep), 400, "3200006");
	expect(node, "/v1/chain/get_table_rows",
	       "{\"code\":\"eosio.token\",\"scope\":\"eosio\",\"table\":\"accounts\",\"limit\":"
	       "99999999999999999999}",
	       400, "3200006");
	expect(node, "/v1/chain/get_account", "{\"account_name\":\"nosuch\"}", 500, "unknown key");
	text_release(&deep);
	server_stop(NULL, node);
}

static void a_paused_node_lets_transactions_wait(void **state)
{
	static const char *const expired =
		"{\"signatures\":[],\"compression\":\"none\",\"packed_trx\":\"00000000000000000000000000000000\"}";
	struct server_node *node = node_with(CHAIN "plugin = eosio::producer_api_plugin\n");
	struct text later = TEXT_EMPTY;
	unsigned status;
	(void)state;
	/* an expiration in the year 2038: it waits while the node is paused, and is refused for another reason
	 * then */
	text_append(
		&later,
		"{\"signatures\":[],\"compression\":\"none\",\"packed_trx\":\"ffffff7f000000000000000000000000\"}");
	expect(node, "/v1/producer/pause", NULL, 201, "ok");
	expect(node, "/v1/producer/paused", NULL, 201, "true");
	expect(node, "/v1/chain/send_transaction", expired, 500, "3040005");
	free(ask_as(node, "POST", "/v1/chain/send_transaction", text_string(&later), &status));
	assert_int_equal(status, 0);
	expect(node, "/v1/chain/push_transactions", "[{}]", 202, "Missing signatures");
	expect(node, "/v1/chain/get_info", NULL, 200, "head_block_num");
	expect(node, "/v1/producer/resume", NULL, 201, "ok");
	free(ask_as(node, "POST", "/v1/chain/send_transaction", text_string(&later), &status));
	assert_int_equal(status, 500);
	text_release(&later);
	server_stop(NULL, node);
}

/* What a transaction that is asked for at once gets; false: it has to wait. */
static bool is_answered_at_once(struct server_node *node, const char *body)
{
	const struct http_request request = {.method = "POST",
	                                     .target = "/v1/chain/send_transaction",
	                                     .host = "127.0.0.1:8888",
	                                     .body = body,
	                                     .length = strlen(body),
	                                     .port = 8888,
	                                     .at_once = true};
	struct http_answer answer = {0};
	bool answered = server_answer(node, &request, &answer);

	http_answer_release(&answer);
	return answered;
}

struct at_work {
	struct server_node *node;
	const char *body;
	size_t asked, answered;
};

/* Called where the chain is held. */
static void ask_at_work(void *context, const struct peer_connection *connection)
{
	struct at_work *at_work = context;

	(void)connection;
	at_work->asked++;
	at_work->answered += is_answered_at_once(at_work->node, at_work->body);
}

static void what_has_to_wait_is_not_answered_at_once(void **state)
{
	const char *expired =
		"{\"signatures\":[],\"compression\":\"none\",\"packed_trx\":\"00000000000000000000000000000000\"}";
	const char *peer = "eosio";
	const uint64_t eosio = name_literal("eosio");
	struct server_node *node = node_with(CHAIN "plugin = eosio::producer_api_plugin\n");
	struct at_work at_work = {.node = node, .body = expired};
	const struct chain_operations *operations = rig.chain->operations;
	(void)state;
	assert_true(is_answered_at_once(node, expired));
	expect(node, "/v1/producer/pause", NULL, 201, "ok");
	assert_false(is_answered_at_once(node, expired));
	expect(node, "/v1/producer/resume", NULL, 201, "ok");
	expect(node, "/v1/producer/set_whitelist_blacklist", "{\"actor_blacklist\":[\"bob\"]}", 201, "ok");
	assert_false(is_answered_at_once(node, expired));
	expect(node, "/v1/producer/set_whitelist_blacklist", "{\"actor_blacklist\":[]}", 201, "ok");
	assert_true(is_answered_at_once(node, expired));
	rig_must(operations->node_set_peers(rig.chain, eosio, &peer, 1, &rig.error), "peers", &rig.error);
	rig_must(operations->node_connections(rig.chain, eosio, ask_at_work, &at_work, &rig.error), "connections",
	         &rig.error);
	rig_must(operations->node_set_peers(rig.chain, eosio, NULL, 0, &rig.error), "peers", &rig.error);
	assert_int_equal(at_work.asked, 1);
	assert_int_equal(at_work.answered, 0);
	assert_true(is_answered_at_once(node, expired));
	server_stop(NULL, node);
}

static void traces_are_found_by_block_and_by_transaction(void **state)
{
	struct server_node *node = node_with("plugin = eosio::trace_api_plugin\n");
	struct transaction_trace trace = {0};
	char body[128];
	(void)state;
	rig_must(rig_transfer(&rig, &trace, "bob"), "transfer", &rig.error);
	rig_must(rig_advance(&rig, SECOND), "advance", &rig.error);
	struct checksum256_text id = checksum256_text(&trace.id);
	snprintf(body, sizeof body, "{\"id\":\"%s\"}", id.text);
	expect(node, "/v1/trace_api/get_transaction_trace", body, 200, "\"action\":\"transfer\"");
	snprintf(body, sizeof body, "{\"block_num\":%u}", trace.block_num);
	for (int i = 0; i < 3; i++)
		expect(node, "/v1/trace_api/get_block", body, 200, id.text);
	expect(node, "/v1/trace_api/get_block", "{\"block_num\":1}", 404, "Trace API: block trace missing");
	expect(node, "/v1/trace_api/get_block", "{\"block_num\":4000000}", 404, "Trace API: block trace missing");
	expect(node, "/v1/trace_api/get_block", "{}", 400, "Bad or missing block_num");
	expect(node, "/v1/trace_api/get_transaction_trace", "{\"id\":\"1234567\"}", 400,
	       "Bad or missing transaction ID");
	expect(node, "/v1/trace_api/get_transaction_trace", "{\"id\":\"12345678\"}", 404,
	       "transaction id missing");
	transaction_trace_release(&trace);
	server_stop(NULL, node);
}

static void a_transactions_status_follows_it(void **state)
{
	struct server_node *node = node_with(CHAIN "transaction-finality-status-max-storage-size-gb = 1\n"),
	                   *without = node_with(CHAIN);
	struct transaction_trace trace = {0};
	char body[128];
	(void)state;
	rig_must(rig_transfer(&rig, &trace, "bob"), "transfer", &rig.error);
	snprintf(body, sizeof body, "{\"id\":\"%s\"}", checksum256_text(&trace.id).text);
	expect(without, "/v1/chain/get_transaction_status", body, 404, "Unknown Endpoint");
	rig_must(rig_advance(&rig, SECOND / 2), "advance", &rig.error);
	expect(node, "/v1/chain/get_transaction_status", body, 200, "{\"state\":\"IN_BLOCK\",\"block_number\":");
	rig_must(rig_advance(&rig, 3 * SECOND), "advance", &rig.error);
	expect(node, "/v1/chain/get_transaction_status", body, 200,
	       "{\"state\":\"IRREVERSIBLE\",\"block_number\":");
	body[7] = body[7] == '0' ? '1' : '0';
	expect(node, "/v1/chain/get_transaction_status", body, 200, "{\"state\":\"UNKNOWN\",\"head_number\":");
	expect(node, "/v1/chain/get_transaction_status", "{\"id\":\"x\"}", 400, "Invalid transaction id");
	expect(node, "/v1/chain/get_transaction_status", "", 400, "A Request body is required");
	transaction_trace_release(&trace);
	server_stop(NULL, node);
	server_stop(NULL, without);
}

/* alice's contract: whatever is asked returns four bytes. */
#define ALICE_ABI \
	"{\"version\":\"eosio::abi/1.2\"," \
	"\"structs\":[{\"name\":\"hi\",\"base\":\"\",\"fields\":[{\"name\":\"to\",\"type\":\"name\"}]}]," \
	"\"actions\":[{\"name\":\"hi\",\"type\":\"hi\",\"ricardian_contract\":\"\"}," \
	"{\"name\":\"mute\",\"type\":\"hi\",\"ricardian_contract\":\"\"}]," \
	"\"action_results\":[{\"name\":\"hi\",\"result_type\":\"uint32\"}]}"

static void set_alices_contract(void)
{
	struct builder builder = {0};
	struct bytes code = {0};

	allow_producers(&rig);
	rig_activate(&rig, FEATURE_ACTION_RETURN_VALUE);
	rig_must(rig_advance(&rig, SECOND), "advance", &rig.error);
	build_import(&builder, "env", "set_action_return_value", "ii:v");
	BUILD(&builder, BUILD_MEMORY, "\0\1");
	BUILD(&builder, BUILD_DATA, "\0\x41\0\x0b\4\7\0\0\0");
	BUILD_APPLY(&builder, "", "\x41\0\x41\4\x10\0");
	build_finish(&builder, &code);
	rig_set_contract(&rig, "alice", code.data, code.length, ALICE_ABI);
	bytes_release(&code);
}

static void expect_trace(struct server_node *node, const char *action, const char *part)
{
	struct transaction_trace trace = {0};
	char body[128];

	rig_must(rig_act(&rig, &trace, "alice", action, "bob", "[\"bob\"]"), action, &rig.error);
	rig_must(rig_advance(&rig, SECOND), "advance", &rig.error);
	snprintf(body, sizeof body, "{\"id\":\"%s\"}", checksum256_text(&trace.id).text);
	expect(node, "/v1/trace_api/get_transaction_trace", body, 200, part);
	transaction_trace_release(&trace);
}

static void traces_are_decoded_by_the_abis_that_are_named(void **state)
{
	char *folder = temporary_folder(), *path = temporary_path(folder, "alice.abi"), config[512];
	(void)state;
	set_alices_contract();
	file_set(path, ALICE_ABI, strlen(ALICE_ABI));
	snprintf(config, sizeof config, "plugin = eosio::trace_api_plugin\ntrace-rpc-abi = alice=%s\n", path);
	struct server_node *node = node_with(config), *without = node_with("plugin = eosio::trace_api_plugin\n");
	expect_trace(node, "hi",
	             "\"return_value\":\"07000000\",\"params\":{\"to\":\"bob\"},\"return_data\":7}]");
	expect_trace(node, "mute", "\"return_value\":\"07000000\",\"params\":{\"to\":\"bob\"}}]");
	expect_trace(without, "hi", "\"return_value\":\"07000000\"}]");
	server_stop(NULL, node);
	server_stop(NULL, without);
	free(path);
	temporary_remove(folder);
}

static void failed_snapshots_have_the_error_shape(void **state)
{
	struct server_node *node = node_with("plugin = eosio::producer_api_plugin\n");
	(void)state;
	expect(node, "/v1/producer/create_snapshot", NULL, 500, "\"error\":{\"code\":");
	expect(node, "/v1/producer/get_integrity_hash", NULL, 500, "\"error\":{\"code\":");
	expect(node, "/v1/producer/get_snapshot_requests", NULL, 201, "snapshot_requests");
	server_stop(NULL, node);
}

static void expect_authority(const struct authority *authority)
{
	struct text expected = TEXT_EMPTY, printed = TEXT_EMPTY;

	authority_print(&expected, authority);
	chain_print_authority(rig.chain, &printed, authority);
	assert_string_equal(text_string(&printed), text_string(&expected));
	text_release(&expected);
	text_release(&printed);
}

/* Texts that are kept are those of the same key, weight and threshold: these share a place. */
static void authorities_alike_in_part_are_told_apart(void **state)
{
	struct key_weight keys[2] = {{.key = {.point = {2, [32] = 7}}, .weight = 1},
	                             {.key = {.point = {3, [32] = 7}}, .weight = 1}};
	struct authority authority = {.threshold = 1, .keys = keys, .keys_count = 1};
	struct permission_level_weight account = {{name_literal("eosio"), name_literal("active")}, 1};
	(void)state;
	expect_authority(&authority);
	expect_authority(&authority);
	authority.threshold = 2;
	expect_authority(&authority);
	keys[0].weight = 2;
	expect_authority(&authority);
	authority.keys = keys + 1;
	expect_authority(&authority);
	authority.keys = keys;
	authority.keys_count = 2;
	expect_authority(&authority);
	authority.keys_count = 1;
	expect_authority(&authority);
	authority.accounts = &account;
	authority.accounts_count = 1;
	expect_authority(&authority);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts_are_those_of_the_address_and_its_aliases),
		cmocka_unit_test(origins_are_refused_unless_they_are_named),
		cmocka_unit_test(a_node_answers_what_its_configuration_names),
		cmocka_unit_test(options_are_read_by_line),
		cmocka_unit_test(bodies_that_are_none_are_refused),
		cmocka_unit_test(a_paused_node_lets_transactions_wait),
		cmocka_unit_test(what_has_to_wait_is_not_answered_at_once),
		cmocka_unit_test(traces_are_found_by_block_and_by_transaction),
		cmocka_unit_test(a_transactions_status_follows_it),
		cmocka_unit_test(failed_snapshots_have_the_error_shape),
		cmocka_unit_test(traces_are_decoded_by_the_abis_that_are_named),
		cmocka_unit_test(authorities_alike_in_part_are_told_apart),
	};
	return cmocka_run_group_tests(tests, group_begin, group_end);
}

/* Requests of every endpoint, a node's and keosd's: a target, a newline, a body, as they would come over
 * HTTP. Whatever they hold, the answer is a status and JSON (or the page), and nothing is lost or read out of
 * bounds. */
#include "core/base/encoding/json.h"
#include "core/server/node.h"
#include "core/server/server.h"
#include "core/server/wallet/wallet.h"
#include "core/wallet/wallet.h"
#include "tests/chain_rig.h"

#include <assert.h>
#include <sanitizer/lsan_interface.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *count, char ***arguments);

static struct rig rig = {.manual_clock = true};
static struct server_node *node, *keosd;

/* An unlocked wallet in memory, with the key that its calls sign with. */
static void serve_wallet(const struct server_options *options)
{
	static const char unlock[] = "[\"default\",\"" WALLET_MEMORY_PASSWORD "\"]";
	struct server_options walleted = *options;
	struct http_answer answer = {0};
	struct private_key key;
	struct wallet *wallet;
	const struct http_request request = {.method = "POST",
	                                     .target = "/v1/wallet/unlock",
	                                     .host = "127.0.0.1:8888",
	                                     .body = unlock,
	                                     .length = sizeof unlock - 1,
	                                     .port = 8888};
	walleted.plugins = PLUGIN_WALLET;
	rig_must(private_key_parse(&key, GENESIS_PRIVATE_KEY, &rig.error), "key", &rig.error);
	rig_must(wallet_open(&wallet, NULL, false, rig.signer, &rig.error), "wallet", &rig.error);
	rig_must(wallet_import(wallet, NULL, &key, &rig.error), "import", &rig.error);
	keosd = server_node_create(0, NULL, &walleted);
	keosd->wallet = wallet_service_create(wallet);
	assert(server_answer(keosd, &request, &answer) && answer.status == 200);
	http_answer_release(&answer);
}

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
	static const char config[] =
		"plugin = eosio::chain_api_plugin\nplugin = eosio::producer_api_plugin\nplugin = "
	    "eosio::trace_api_plugin\n"
		"plugin = eosio::net_api_plugin\nplugin = eosio::db_size_api_plugin\nenable-account-queries = true\n"
		"http-validate-host = false\nhttp-server-address = 127.0.0.1:8888\n";
	struct server_options options;
	struct error error = {0};
	(void)count;
	(void)arguments;
	__lsan_disable(); /* the chain lives as long as the program, and its map's pointers carry marks */
	rig_open(&rig);
	rig_make_token(&rig);
	rig_must(rig_advance(&rig, 3000000), "advance", &rig.error);
	rig_must(server_options_parse(&options, config, &error), "options", &error);
	node = server_node_create(name_literal("eosio"), rig.chain, &options);
	serve_wallet(&options);
	return 0;
}

/* A paused node answers no transaction: the next input finds it producing again. */
static void resume(void)
{
	bool paused;
	rig.chain->operations->pause(rig.chain, &paused, CHAIN_RESUME, name_literal("eosio"), NULL);
}

static void check_answer(const struct http_answer *answer)
{
	struct json *json = NULL;
	struct error error = {0};
	assert(answer->status >= 200 && answer->status < 600);
	if (!answer->content_type &&
	    json_parse(&json, text_string(&answer->body), answer->body.length, &error) != 0) {
		fprintf(stderr, "%s: %.2000s\n", error.sentence, text_string(&answer->body));
		abort();
	}
	json_release(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *line = size ? memchr(data, '\n', size) : NULL;
	size_t length = line ? (size_t)(line - data) : size, rest = line ? size - length - 1 : 0;
	char *target = memory_allocate(length + 1, 1), *body = memory_allocate(rest + 1, 1);
	struct http_answer answer = {0};
	struct http_request request = {.method = "POST",
	                               .target = target,
	                               .host = "127.0.0.1:8888",
	                               .body = rest ? body : NULL,
	                               .length = rest,
	                               .port = 8888};
	if (length)
		memcpy(target, data, length);
	if (rest)
		memcpy(body, line + 1, rest);
	struct server_node *asked = strncmp(target, "/v1/wallet/", 11) == 0 ? keosd : node;
	if (!server_admit(asked, &request, &answer) || server_answer(asked, &request, &answer))
		check_answer(&answer);
	resume();
	http_answer_release(&answer);
	free(target);
	free(body);
	return 0;
}

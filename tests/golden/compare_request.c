/* --requests: asks the chain what the recorded node was asked after its last block, over the server's own
 * handlers, and compares the answers. The node's signed blocks are applied before (--blocks), so that block
 * ids, CPU and NET windows are the node's too. */
#include "tests/golden/replay.h"

#include "core/base/exception.h"
#include "core/base/memory.h"
#include "core/server/server.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char *member_text(const struct json *object, const char *name)
{
	const char *text = json_string(json_member(object, name));
	return text ? text : "";
}

/* --- what is not compared --- */

/* Members that say something of the recorded process, its compilation, or the code of contracts that are ours
 * here. */
static const char *const never[] = {
	"file",    "line_number", "method", "server_version", "server_full_version_string",
	"elapsed", "stack",       NULL};

/* The first message is compared, the others are not; what C++ types and files a message names neither. */
static void cut_message(char *message)
{
	static const char *const until[] = {"unknown key (", "Could not convert ", "rethrow "};
	static const char *const times[] = {"block time ", "reference time of "};
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		char *at = strstr(message, times[i]);
		if (at)
			at[strlen(times[i])] = '\0';
	}
	for (size_t i = 0; i < sizeof until / sizeof *until; i++)
		if (strncmp(message, until[i], strlen(until[i])) == 0)
			message[strlen(until[i])] = '\0';
}

struct failure_seen {
	uint64_t code;
	const char *name, *what;
	char *message; /* owned */
};

static bool failure_of(struct failure_seen *out, const struct json *response)
{
	const struct json *error = json_member(response, "error");
	const char *message = member_text(json_first(json_member(error, "details")), "message");
	*out = (struct failure_seen){0};
	if (json_type(error) != JSON_OBJECT || json_uint64(&out->code, json_member(error, "code")) != 0)
		return false;
	out->name = member_text(error, "name");
	out->what = member_text(error, "what");
	out->message = memory_copy_string(message);
	cut_message(out->message);
	return true;
}

static void compare_failures(struct replay *replay, const struct failure_seen *expected,
                             const struct failure_seen *got)
{
	replay_compare_number(replay, "error code", expected->code, got->code);
	if (expected->code != got->code)
		return;
	/* Standard exceptions go by names and texts of the reference's compiler. */
	if (expected->code == STD_EXCEPTION || expected->code == ASSERT_EXCEPTION)
		return;
	replay_compare_text(replay, "error name", expected->name, got->name);
	replay_compare_text(replay, "error what", expected->what, got->what);
	replay_compare_text(replay, "message", expected->message, got->message);
}

/* What follows from the bytes of a contract that is ours here. */
static const char *const *of_code(const struct replay *replay, const struct json *response)
{
	static const char *const members[] = {"ram_usage", "code_hash", "wasm", NULL};
	uint64_t name;
	if (name_parse(&name, member_text(response, "account_name"), NULL) != 0 ||
	    !replay_has_own_code(replay, name))
		return NULL;
	return members;
}

/* Blocks with a contract that is ours here hold our transaction in the place of the recorded one. */
static bool has_cut_transaction(const struct json *response)
{
	for (const struct json *at = json_first(json_member(response, "transactions")); at; at = json_next(at)) {
		const struct json *trx = json_member(at, "trx");
		if (json_type(trx) == JSON_ARRAY)
			trx = json_next(json_first(trx));
		if (json_member(json_member(trx, "packed_trx"), "sha256"))
			return true;
	}
	return false;
}

static int compare_printed(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The elements of a list, sorted: what the reference lists in the order of its memory. */
static char *sorted_list(const struct json *list)
{
	size_t count = 0;
	char **texts = memory_allocate(json_count(list) + 1, sizeof *texts);
	struct text out = TEXT_EMPTY;
	for (const struct json *at = json_first(list); at; at = json_next(at)) {
		struct text text = TEXT_EMPTY;
		json_print(&text, at);
		texts[count++] = text_take(&text);
	}
	qsort(texts, count, sizeof *texts, compare_printed);
	for (size_t i = 0; i < count; i++) {
		text_printf(&out, "%s%s", i ? "," : "", texts[i]);
		free(texts[i]);
	}
	free(texts);
	return text_take(&out);
}

static bool compare_unordered(struct replay *replay, const struct json *line, const struct json *got)
{
	if (strcmp(member_text(line, "request"), "/v1/chain/get_accounts_by_authorizers") != 0)
		return false;
	char *expected = sorted_list(json_member(json_member(line, "response"), "accounts")),
		 *ours = sorted_list(json_member(got, "accounts"));
	replay_compare_text(replay, "accounts", expected, ours);
	free(expected);
	free(ours);
	return true;
}

/* Traces: what counts blocks and microseconds differs; texts of failures in push_transactions are the
 * reference's logger's. */
static const char *const of_moment[] = {"block_num",
                                        "block_time",
                                        "cpu_usage_us",
                                        "global_sequence",
                                        "recv_sequence",
                                        "auth_sequence",
                                        "elapsed",
                                        "stack",
                                        "error",
                                        "file",
                                        "line_number",
                                        "method",
                                        NULL};

static bool shows_traces(const struct json *response)
{
	return json_member(response, "processed") || json_member(json_first(response), "processed");
}

static void compare_traces(struct replay *replay, const struct json *expected, const struct json *got)
{
	const char *const *before = replay->ignored;
	replay->ignored = of_moment;
	replay_compare_json(replay, "answer", expected, got, NULL);
	replay->ignored = before;
}

/* Was this one cut, so that ours stands in its place? */
static bool is_cut_trace(const struct json *transaction)
{
	for (const struct json *at = json_first(json_member(transaction, "actions")); at; at = json_next(at))
		if (json_member(json_member(at, "data"), "sha256"))
			return true;
	return false;
}

static bool is_traced_block(const struct json *line)
{
	return strcmp(member_text(line, "request"), "/v1/trace_api/get_block") == 0;
}

static void compare_traced_block(struct replay *replay, const struct json *expected, const struct json *got)
{
	static const char *const transactions[] = {"transactions", NULL}, *const cut[] = {"data", "signatures",
	                                                                                  "transaction_header",
	                                                                                  NULL};
	const struct json *theirs = json_first(json_member(expected, "transactions")),
	                  *ours = json_first(json_member(got, "transactions"));
	const char *const *before = replay->ignored;
	replay_compare_json(replay, "answer", expected, got, transactions);
	replay_compare_number(replay, "transactions", json_count(json_member(expected, "transactions")),
	                      json_count(json_member(got, "transactions")));
	for (; theirs && ours; theirs = json_next(theirs), ours = json_next(ours)) {
		replay->ignored = is_cut_trace(theirs) ? cut : before;
		replay_compare_json(replay, "transaction", theirs, ours, NULL);
	}
	replay->ignored = before;
}

/* --- one request --- */

/* A body that is no JSON (RFC 8259) may be refused where the recorded node was lax. */
static bool is_lax(const struct json *body)
{
	const char *text = json_string(body);
	struct json *parsed = NULL;
	bool lax = text && *text && json_parse(&parsed, text, strlen(text), NULL) != 0;
	json_release(parsed);
	return lax;
}

/* A parameter of another type or value than the call wants: it may be refused where the recorded node made
 * something of it. */
static bool is_wrong(const struct json *line)
{
	const char *note = member_text(line, "note");
	static const char *const lax[] = {"/v1/chain/get_accounts_by_authorizers", "/v1/chain/get_producers"};
	for (size_t i = 0; i < sizeof lax / sizeof *lax; i++)
		if (strcmp(member_text(line, "request"), lax[i]) == 0 && strcmp(note, "right") != 0)
			return true;
	return strchr(note, '=') || strstr(note, " left out");
}

static void compare_answer(struct replay *replay, const struct json *line, const struct http_answer *answer)
{
	const struct json *response = json_member(line, "response");
	struct text body = TEXT_EMPTY;
	struct json *got = NULL;
	struct error error = {0};
	static const char *const cut[] = {"transactions", NULL};
	struct failure_seen expected = {0}, ours = {0};
	uint64_t status = 0;

	json_uint64(&status, json_member(line, "status"));
	text_append_bytes(&body, text_string(&answer->body), answer->body.length);
	recording_mask_nul(&body, 0);
	if (answer->status == 400 && (is_lax(json_member(line, "body")) || (status < 300 && is_wrong(line)))) {
		text_release(&body);
		return;
	}
	replay_compare_number(replay, "status", status, answer->status);
	if (json_parse(&got, text_string(&body), body.length, &error) != 0)
		replay_differ(replay, "answer", "JSON", error.sentence);
	else if (failure_of(&expected, response) && failure_of(&ours, got))
		compare_failures(replay, &expected, &ours);
	else if (status == answer->status && shows_traces(response))
		compare_traces(replay, response, got);
	else if (status == answer->status && is_traced_block(line))
		compare_traced_block(replay, response, got);
	else if (status == answer->status && !compare_unordered(replay, line, got))
		replay_compare_json(replay, "answer", response, got,
		                    has_cut_transaction(response) ? cut : of_code(replay, response));
	free(expected.message);
	free(ours.message);
	json_release(got);
	text_release(&body);
}

static void ask(struct replay *replay, struct server_node *node, const struct json *line, const char *body)
{
	struct http_answer answer = {0};
	const char *method = member_text(line, "method");
	const struct json *host = json_member(json_member(line, "request_headers"), "Host");

	const struct http_request request = {.method = *method ? method : "POST",
	                                     .target = member_text(line, "request"),
	                                     .host = host ? json_string(host) : "127.0.0.1:8888",
	                                     .body = body,
	                                     .length = body ? strlen(body) : 0,
	                                     .port = 8888};
	replay_at(replay, "request %s %.300s", request.target, body ? body : "");
	replay->requests++;
	if (server_admit(node, &request, &answer))
		server_answer(node, &request, &answer);
	compare_answer(replay, line, &answer);
	http_answer_release(&answer);
}

/* --- all of them --- */

/* Not what another process or another time answered; no snapshots, whose binary form is nodeos's own; nor
 * what only older nodes answer. */
static bool is_compared(const struct json *line)
{
	static const char *const elsewhere[] = {
		"/v1/producer/schedule_snapshot",     "/v1/producer/unschedule_snapshot",
		"/v1/producer/get_snapshot_requests", "/v1/producer/create_snapshot",
		"/v1/producer/get_integrity_hash",    "/v1/chain/abi_json_to_bin",
		"/v1/chain/abi_bin_to_json",          "/v1/db_size/get"};
	for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
		if (strcmp(member_text(line, "request"), elsewhere[i]) == 0)
			return false;
	return strncmp(member_text(line, "request"), "/v1/net/", 8) != 0 &&
	       !json_is_true(json_member(line, "wallet")) &&
	       json_type(json_member(line, "replay")) == JSON_MISSING &&
	       json_type(json_member(line, "status")) == JSON_NUMBER;
}

/* A long text of the body is not in the recording. */
static bool is_cut_short(const char *body)
{
	return body && strstr(body, "{\"long\":") && strstr(body, "\"sha256\":");
}

/* What the reference's parser of JSON makes of numbers and escapes, and none here: 5.0 is no 5, a number of
 * 20 digits no text, \u00e9 is u00e9; 200 levels are too many. */
static bool is_of_its_parser(const char *path, const char *body)
{
	size_t open = 0;
	if (!body)
		return false;
	for (const char *at = body; *at; at++)
		open += *at == '{' || *at == '[';
	if (open >= 200 || strstr(body, "\\u") || strstr(body, "\"abi_hash\": 12345678901234567890") ||
	    strstr(body, "\"abi_hash\":12345678901234567890"))
		return true;
	for (const char *at = body; strcmp(path, "/v1/chain/get_table_rows") == 0 && (at = strstr(at, ".0"));
	     at++)
		if (isdigit((unsigned char)at[-1]) && (at[2] == ',' || at[2] == '}'))
			return true;
	return false;
}

/* How many rows fit into no time, or one millisecond, differs. */
static bool is_short_of_time(const char *body)
{
	static const char word[] = "\"time_limit_ms\":";
	const char *at = body ? strstr(body, word) : NULL;
	if (!at)
		return false;
	at += sizeof word - 1;
	at += strspn(at, " \"-");
	return strtod(at, NULL) < 2 || strncmp(at, "4294967296", 10) == 0;
}

static bool is_in(const char *list, const char *word)
{
	size_t length = strlen(word);
	for (const char *at = list; (at = strstr(at, word)); at += length)
		if ((at == list || at[-1] == ',') && (at[length] == ',' || !at[length]))
			return true;
	return false;
}

uint32_t replay_requests_at(const struct replay *replay)
{
	uint64_t number = 0;
	for (size_t i = 0; i < replay->recording.requests_count && !number; i++)
		if (strcmp(member_text(replay->recording.requests[i], "request"), "/v1/chain/get_info") == 0)
			json_uint64(&number, json_member(json_member(replay->recording.requests[i], "response"),
			                                 "head_block_num"));
	return (uint32_t)number;
}

void replay_requests(struct replay *replay)
{
	static const char config[] = "plugin = eosio::chain_api_plugin\nplugin = "
	                             "eosio::producer_api_plugin\nplugin = eosio::trace_api_plugin\n"
								 "plugin = eosio::net_api_plugin\nhttp-server-address = 127.0.0.1:8888\n"
								 "http-validate-host = false\nenable-account-queries = "
	                             "true\nmax-transaction-time = 200\nverbose-http-errors = true\n",
	                  more[] = "plugin = eosio::db_size_api_plugin\n";
	struct server_options options;
	struct text lines = TEXT_EMPTY;
	struct error error = {0};
	const char *section = "";
	bool paused;
	/* The node of the recording that has sections was started with one plugin more. */
	text_append(&lines, config);
	if (replay->recording.requests_count &&
	    json_string(json_member(replay->recording.requests[0], "section")))
		text_append(&lines, more);
	int result = server_options_parse(&options, text_string(&lines), &error);
	text_release(&lines);
	if (result) {
		replay_differ(replay, "options", "read", error.sentence);
		return;
	}
	struct server_node *node = server_node_create(name_literal("eosio"), replay->chain, &options);
	replay->chain->operations->pause(replay->chain, &paused, CHAIN_PAUSE, name_literal("eosio"), &error);
	replay->ignored = never;
	for (size_t i = 0; i < replay->recording.requests_count; i++) {
		const struct json *line = replay->recording.requests[i];
		if (json_string(json_member(line, "section"))) {
			section = json_string(json_member(line, "section"));
			/* Production was resumed before its transactions. */
			if (strcmp(section, "transactions") == 0)
				replay->chain->operations->pause(replay->chain, &paused, CHAIN_RESUME, name_literal("eosio"),
				                                 &error);
		} else if (strcmp(section, "options") != 0 && strcmp(section, "producing") != 0 &&
		           (!replay->sections || is_in(replay->sections, section)) && is_compared(line) &&
		           !is_cut_short(replay->recording.bodies[i]) &&
		           !is_short_of_time(replay->recording.bodies[i]) &&
		           !is_of_its_parser(member_text(line, "request"), replay->recording.bodies[i]))
			ask(replay, node, line, replay->recording.bodies[i]);
	}
	replay->ignored = NULL;
	server_stop(NULL, node);
}

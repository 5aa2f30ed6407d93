/* /v1/chain: what concerns transactions without sending one: ids, keys, waiting ones, data in and out of
 * binary; and the ranking of producers. */
#include "core/server/call.h"

#include "core/base/encoding/hex.h"
#include "core/base/memory.h"
#include "core/server/chain/parse_transaction.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* --- get_transaction_id --- */

static int invalid_request(struct call *call, const char *sentence)
{
	return error_chain(&call->error, INVALID_HTTP_REQUEST, "%s", sentence);
}

/* Data must be given in bytes: the id needs no contract's ABI. */
static int check_actions(struct call *call, const struct json *actions)
{
	if (json_type(actions) != JSON_ARRAY)
		return invalid_request(call, "Transaction actions are missing or invalid");
	for (const struct json *at = json_first(actions); at; at = json_next(at)) {
		const struct json *data = json_member(at, "data"), *hex = json_member(at, "hex_data");
		if (json_type(at) != JSON_OBJECT || !json_count(at))
			return invalid_request(call, "Transaction contains invalid or empty action");
		if (!json_string(data) && !json_string(hex))
			return invalid_request(call, "Request supports only un-exploded 'data' (hex form)");
	}
	return 0;
}

static int get_transaction_id(struct call *call)
{
	struct transaction transaction = {0};

	if (!call->body)
		return invalid_request(call,
		                       call->sent_length ? "Invalid transaction" : "A Request body is required");
	if (json_type(call->body) != JSON_OBJECT)
		return invalid_request(call, "Transaction object is missing or invalid");
	int result = check_actions(call, json_member(call->body, "actions"));
	if (result)
		return result;
	result = parse_transaction(call, &transaction, call->body);
	if (result == 0) {
		struct checksum256 id = transaction_id(&transaction);
		chain_print_checksum(call->out, &id);
	} else if (call->error.code != NAME_TYPE_EXCEPTION) {
		result = invalid_request(call, "Invalid transaction");
	}
	transaction_release(&transaction);
	return result;
}

/* --- get_required_keys --- */

static int parse_keys(struct call *call, struct public_key **out, size_t *count)
{
	const struct json *keys = json_member(call->body, "available_keys");

	*out = memory_allocate(json_count(keys) + 1, sizeof **out);
	*count = 0;
	if (json_type(keys) != JSON_MISSING && json_type(keys) != JSON_ARRAY)
		return call_bad_parameters(call);
	for (const struct json *at = json_first(keys); at; at = json_next(at))
		if (!json_string(at) || public_key_parse(&(*out)[(*count)++], json_string(at), NULL) != 0)
			return call_bad_parameters(call);
	return 0;
}

static void print_keys(struct text *out, const struct public_key *keys, size_t count)
{
	for (size_t i = 0; i < count; i++)
		text_printf(out, "%s\"%s\"", i ? "," : "", public_key_text(&keys[i]).text);
}

static int get_required_keys(struct call *call)
{
	struct public_key *available = NULL, *required = NULL;
	size_t available_count, required_count = 0;
	struct transaction transaction = {0};
	int result = parse_keys(call, &available, &available_count);

	if (result == 0 && json_type(json_member(call->body, "transaction")) != JSON_OBJECT)
		result = error_chain(&call->error, TRANSACTION_TYPE_EXCEPTION, "Invalid transaction");
	if (result == 0)
		result = parse_transaction(call, &transaction, json_member(call->body, "transaction"));
	if (result && call->bad)
		result = error_chain(&call->error, TRANSACTION_TYPE_EXCEPTION, "Invalid transaction");
	if (result == 0) {
		available_count = public_keys_sort(available, available_count);
		result = call->view->operations->required_keys(call->view, &required, &required_count, &transaction,
		                                               available, available_count, &call->error);
	}
	if (result == 0) {
		text_append(call->out, "{\"required_keys\":[");
		print_keys(call->out, required, required_count);
		text_append(call->out, "]}");
	}
	transaction_release(&transaction);
	free(available);
	free(required);
	return result;
}

/* --- get_scheduled_transactions --- */

struct waiting {
	struct call *call;
	bool json;
	uint32_t limit, printed;
	struct checksum256 more;
	bool has_more;
};

static void print_waiting_transaction(struct waiting *waiting, const struct chain_scheduled *scheduled)
{
	struct text *out = waiting->call->out;
	struct cursor in = cursor_make(scheduled->packed, scheduled->packed_length);
	struct transaction transaction = {0};

	if (waiting->json && transaction_unpack(&transaction, &in) == 0)
		chain_print_transaction(waiting->call->view, out, &transaction, CHAIN_PRINT_SEEN);
	else
		chain_print_hex(out, scheduled->packed, scheduled->packed_length);
	transaction_release(&transaction);
}

static int print_waiting(void *context, const struct chain_scheduled *scheduled)
{
	struct waiting *waiting = context;
	struct text *out = waiting->call->out;

	if (waiting->printed == waiting->limit) {
		waiting->more = scheduled->id;
		waiting->has_more = true;
		return 1;
	}
	text_printf(out,
	            "%s{\"trx_id\":\"%s\",\"sender\":\"%s\",\"sender_id\":\"%s\",\"payer\":\"%s\","
	            "\"delay_until\":\"%s\",\"expiration\":\"%s\",\"published\":\"%s\",\"transaction\":",
	            waiting->printed++ ? "," : "", checksum256_text(&scheduled->id).text,
	            name_text(scheduled->sender).text, chain_uint128_text(scheduled->sender_id).text,
	            name_text(scheduled->payer).text, time_point_text(scheduled->delay_until).text,
	            time_point_text(scheduled->expiration).text, time_point_text(scheduled->published).text);
	print_waiting_transaction(waiting, scheduled);
	text_append_char(out, '}');
	return 0;
}

/* The bound is a time or a transaction's id. */
static int get_scheduled_transactions(struct call *call)
{
	const char *bound = body_text(call, "lower_bound");
	struct waiting waiting = {.call = call};
	struct checksum256 id;
	int64_t from = 0;
	bool by_id = false;

	waiting.json = body_bool(call, "json", false);
	waiting.limit = body_uint32(call, "limit", 50);
	(void)body_uint32(call, "time_limit_ms", 0);
	if (call->bad)
		return call_bad_parameters(call);
	if (*bound && time_point_parse(&from, bound, NULL) != 0) {
		by_id = checksum256_parse(&id, bound) == 0;
		from = INT64_MAX; /* neither: nothing waits so long */
	}
	text_append(call->out, "{\"transactions\":[");
	int result = call->view->operations->scheduled(call->view, from, by_id ? &id : NULL, print_waiting,
	                                               &waiting, &call->error);
	if (result == -ENOENT)
		result = 0;
	text_printf(call->out, "],\"more\":\"%s\"}",
	            waiting.has_more ? checksum256_text(&waiting.more).text : "");
	return result < 0 ? result : 0;
}

/* --- data to binary and back, which older clients ask for --- */

static int contract_type(struct call *call, struct chain_abi **abi, const char **type, uint64_t code,
                         uint64_t action)
{
	int result = call->view->operations->account_exists(call->view, NULL, code, &call->error);

	if (result == -ENOENT)
		return error_chain(&call->error, CONTRACT_QUERY_EXCEPTION, "Contract can't be found %s",
		                   name_text(code).text);
	if (result == 0)
		result = chain_abi_get(call->view, abi, code, &call->error);
	if (result)
		return result;
	*type = abi_action_type(abi[0]->abi, action);
	return *type ? 0
	             : error_chain(&call->error, ACTION_VALIDATE_EXCEPTION, "Unknown action %s in contract %s",
	                           name_text(action).text, name_text(code).text);
}

static int abi_json_to_bin(struct call *call)
{
	uint64_t code = body_name(call, "code"), action = body_name(call, "action");
	const struct json *args = json_member(call->body, "args");
	struct chain_abi *abi = NULL;
	struct bytes out = {0};
	const char *type;

	if (call->bad)
		return call_bad_parameters(call);
	int result = contract_type(call, &abi, &type, code, action);
	if (result == 0 && abi_to_binary(abi->abi, &out, type, args, &call->error) != 0) {
		struct text text = TEXT_EMPTY;
		json_print(&text, args);
		result = error_chain(&call->error, INVALID_ACTION_ARGS_EXCEPTION,
		                     "'%.200s' is invalid args for action '%s' code '%s'. expected '%s'",
		                     text_string(&text), name_text(action).text, name_text(code).text, type);
		text_release(&text);
	}
	if (result == 0) {
		text_append(call->out, "{\"binargs\":");
		chain_print_hex(call->out, out.data, out.length);
		text_append_char(call->out, '}');
	}
	bytes_release(&out);
	chain_abi_release(call->chain, abi);
	return result;
}

static int abi_bin_to_json(struct call *call)
{
	uint64_t code = body_name(call, "code"), action = body_name(call, "action");
	const char *text = body_text(call, "binargs"), *type;
	size_t length = strlen(text);
	uint8_t *data = memory_allocate(length / 2 + 1, 1);
	struct chain_abi *abi = NULL;

	if (length % 2 || hex_parse(data, text, length) != 0)
		call->bad = true;
	int result = call->bad ? call_bad_parameters(call) : contract_type(call, &abi, &type, code, action);
	if (result == 0) {
		struct cursor in = cursor_make(data, length / 2);
		text_append(call->out, "{\"args\":");
		result = abi_to_json(abi->abi, call->out, type, &in, &call->error);
		text_append_char(call->out, '}');
	}
	free(data);
	chain_abi_release(call->chain, abi);
	return result;
}

static int get_producers(struct call *call)
{
	bool json = body_bool(call, "json", false);
	const char *lower = body_text(call, "lower_bound");
	uint32_t limit = body_uint32(call, "limit", 50);
	uint64_t from = 0;

	(void)body_uint32(call, "time_limit_ms", 0);
	if (call->bad)
		return call_bad_parameters(call);
	if (*lower && name_parse(&from, lower, NULL) != 0)
		return call_bad_parameters(call);
	return chain_producers_print(call->view, call->out, json, from, limit, &call->error);
}

const struct endpoint chain_transaction_endpoints[] = {
	{"/v1/chain/get_transaction_id", PLUGIN_CHAIN, PARAMETERS_OWN, 200, get_transaction_id, .reads = true},
	{"/v1/chain/get_required_keys", PLUGIN_CHAIN, PARAMETERS_REQUIRED, 200, get_required_keys, .reads = true},
	{"/v1/chain/get_scheduled_transactions", PLUGIN_CHAIN, PARAMETERS_REQUIRED, 200,
     get_scheduled_transactions, .reads = true},
	{"/v1/chain/abi_json_to_bin", PLUGIN_CHAIN, PARAMETERS_REQUIRED, 200, abi_json_to_bin, .reads = true,
     .unlisted = true},
	{"/v1/chain/abi_bin_to_json", PLUGIN_CHAIN, PARAMETERS_REQUIRED, 200, abi_bin_to_json, .reads = true,
     .unlisted = true},
	{"/v1/chain/get_producers", PLUGIN_CHAIN, PARAMETERS_REQUIRED, 200, get_producers, .reads = true},
	{.path = NULL},
};

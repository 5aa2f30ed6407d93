/* /v1/chain: accounts, their contracts, and who may sign for them. */
#include "core/server/call.h"

#include "core/base/encoding/base64.h"
#include "core/base/encoding/hex.h"
#include "core/types/name.h"

#include <errno.h>
#include <string.h>

/* What nodeos's database says of a name it does not have; clients look for "unknown key". */
static int no_such_account(struct call *call, uint64_t name)
{
	return error_set(&call->error, ENOENT, "unknown key (eosio::chain::name): %s", name_text(name).text);
}

static int get_account(struct call *call)
{
	uint64_t name = body_name(call, "account_name"), symbol = 0;
	bool expected = body_has(call, "expected_core_symbol");
	const uint64_t *core_symbol = expected ? &symbol : NULL;
	struct chain_account account = {0};

	if (expected && symbol_parse(&symbol, body_text(call, "expected_core_symbol"), NULL) != 0)
		call->bad = true;
	if (call->bad)
		return call_bad_parameters(call);
	int result = call->view->operations->account(call->view, &account, name, &call->error);
	if (result == -ENOENT)
		return error_set(&call->error, ENOENT,
		                 "unknown key (boost::tuples::tuple<bool, eosio::chain::name>): (0 %s)",
		                 name_text(name).text);
	if (result == 0)
		result = chain_account_print(call->view, call->out, &account, core_symbol, false,
		                             &call->error);
	chain_account_release(&account);
	return result;
}

/* The account's code hash; the account must exist. */
static int code_hash(struct call *call, struct checksum256 *out, uint64_t name)
{
	struct chain_account account = {0};
	int result = call->view->operations->account(call->view, &account, name, &call->error);

	if (result == -ENOENT)
		return no_such_account(call, name);
	*out = account.code_hash;
	chain_account_release(&account);
	return result;
}

/* {"account_name":"…" and, where asked for, ,"code_hash":"…" */
static int begin_answer(struct call *call, uint64_t *name, bool hash)
{
	struct checksum256 code = {{0}};

	*name = body_name(call, "account_name");
	if (call->bad)
		return call_bad_parameters(call);
	int result = code_hash(call, &code, *name);
	if (result)
		return result;
	text_printf(call->out, "{\"account_name\":\"%s\"", name_text(*name).text);
	if (hash)
		text_printf(call->out, ",\"code_hash\":\"%s\"", checksum256_text(&code).text);
	return 0;
}

/* ,"abi":{…} when there is one that can be read. */
static void print_abi_member(struct call *call, uint64_t name)
{
	struct chain_abi *abi = NULL;
	if (chain_abi_get(call->view, &abi, name, NULL) != 0)
		return;
	text_append(call->out, ",\"abi\":");
	abi_print(call->out, abi->abi);
	chain_abi_release(call->chain, abi);
}

static int get_code_hash(struct call *call)
{
	uint64_t name;
	int result = begin_answer(call, &name, true);
	if (result == 0)
		text_append_char(call->out, '}');
	return result;
}

static int get_abi(struct call *call)
{
	uint64_t name;
	int result = begin_answer(call, &name, false);
	if (result)
		return result;
	print_abi_member(call, name);
	text_append_char(call->out, '}');
	return 0;
}

/* wasm: the bytes as a JSON string, as nodeos has it. */
static int get_code(struct call *call)
{
	bool as_wasm = body_bool(call, "code_as_wasm", true);
	struct bytes code = {0};
	uint64_t name;

	if (!call->bad && !as_wasm)
		return error_chain(&call->error, UNSUPPORTED_FEATURE,
		                   "Returning WAST from get_code is no longer supported");
	int result = begin_answer(call, &name, true);
	if (result == 0)
		result = call->view->operations->code(call->view, &code, name, &call->error);
	if (result == 0) {
		text_append(call->out, ",\"wast\":\"\",\"wasm\":");
		text_append_json(call->out, (const char *)code.data, code.length);
		print_abi_member(call, name);
		text_append_char(call->out, '}');
	}
	bytes_release(&code);
	return result;
}

/* As nodeos 4.0.6 writes it: with a `=` too many behind anything that is not empty. */
static void print_base64(struct text *out, const struct bytes *bytes)
{
	text_append_char(out, '"');
	base64_print(out, bytes->data, bytes->length);
	text_append(out, bytes->length ? "=\"" : "\"");
}

static int get_raw_code_and_abi(struct call *call)
{
	struct bytes code = {0}, abi = {0};
	uint64_t name, version;
	int result = begin_answer(call, &name, false);

	if (result == 0)
		result = call->view->operations->code(call->view, &code, name, &call->error);
	if (result == 0)
		result = call->view->operations->abi(call->view, &abi, &version, name, &call->error);
	if (result == 0) {
		text_append(call->out, ",\"wasm\":");
		print_base64(call->out, &code);
		text_append(call->out, ",\"abi\":");
		print_base64(call->out, &abi);
		text_append_char(call->out, '}');
	}
	bytes_release(&code);
	bytes_release(&abi);
	return result;
}

/* Digits of a checksum, of which the last ones may be left out. */
static bool parse_short_checksum(struct checksum256 *out, const char *text)
{
	size_t length = strlen(text);
	return length % 2 == 0 && length <= 2 * sizeof out->data && hex_parse(out->data, text, length) == 0;
}

/* The ABI itself is left out for a client that has the one of that hash. */
static int get_raw_abi(struct call *call)
{
	struct checksum256 known = {{0}};
	bool has_known = body_has(call, "abi_hash");
	struct bytes abi = {0};
	uint64_t name, version;
	const char *known_text = json_string(json_member(call->body, "abi_hash"));
	if (has_known && (!known_text || !parse_short_checksum(&known, known_text)))
		call->bad = true;
	int result = begin_answer(call, &name, true);
	if (result == 0)
		result = call->view->operations->abi(call->view, &abi, &version, name, &call->error);
	if (result == 0) {
		struct checksum256 hash = hash_sha256(abi.data, abi.length);
		text_printf(call->out, ",\"abi_hash\":\"%s\"", checksum256_text(&hash).text);
		if (!has_known || !checksum256_equal(&known, &hash)) {
			text_append(call->out, ",\"abi\":");
			print_base64(call->out, &abi);
		}
		text_append_char(call->out, '}');
	}
	bytes_release(&abi);
	return result;
}

/* --- who may sign: get_accounts_by_authorizers --- */

struct authorizers {
	struct call *call;
	size_t printed;
	uint64_t account; /* looked at last */
	/* what is looked for: a key, or a permission level (permission 0: any of that actor) */
	const struct public_key *key;
	struct permission_level level;
};

static void print_found(struct authorizers *search, uint64_t account,
                        const struct chain_permission *permission, const struct permission_level *level,
                        uint16_t weight)
{
	struct text *out = search->call->out;

	text_printf(out, "%s{\"account_name\":\"%s\",\"permission_name\":\"%s\",", search->printed++ ? "," : "",
	            name_text(account).text, name_text(permission->name).text);
	if (level)
		text_printf(out, "\"authorizing_account\":%s", permission_level_text(level).text);
	else
		text_printf(out, "\"authorizing_key\":\"%s\"", public_key_text(search->key).text);
	text_printf(out, ",\"weight\":%u,\"threshold\":%u}", weight, permission->authority.threshold);
}

/* What of a permission's authority is looked for. */
static void print_matches(struct authorizers *search, uint64_t account,
                          const struct chain_permission *permission)
{
	const struct authority *authority = &permission->authority;

	for (size_t i = 0; search->key && i < authority->keys_count; i++)
		if (public_key_compare(&authority->keys[i].key, search->key) == 0)
			print_found(search, account, permission, NULL, authority->keys[i].weight);
	for (size_t i = 0; !search->key && i < authority->accounts_count; i++) {
		const struct permission_level_weight *at = &authority->accounts[i];
		if (at->permission.actor == search->level.actor &&
		    (!search->level.permission || at->permission.permission == search->level.permission))
			print_found(search, account, permission, &at->permission, at->weight);
	}
}

/* An account's permissions as they came to be: owner, active, the others by their names. */
static int look_at_account(void *context, uint64_t name)
{
	static const char *const first[] = {"owner", "active"};
	struct authorizers *search = context;
	struct call *call = search->call;
	struct chain_account account = {0};
	int result = call->view->operations->account(call->view, &account, name, &call->error);

	for (size_t rank = 0; result == 0 && rank <= 2; rank++)
		for (size_t i = 0; i < account.permissions_count; i++) {
			const struct chain_permission *permission = &account.permissions[i];
			size_t own = permission->name == name_literal(first[0])   ? 0
			             : permission->name == name_literal(first[1]) ? 1
			                                                          : 2;
			if (own == rank)
				print_matches(search, name, permission);
		}
	chain_account_release(&account);
	return result;
}

/* Once an account: its permissions that have the key follow one another. */
static int look_at_permission(void *context, const struct chain_key_permission *found)
{
	struct authorizers *search = context;

	if (search->account == found->account)
		return 0;
	search->account = found->account;
	return look_at_account(context, found->account);
}

static bool parse_level(struct call *call, struct permission_level *out, const struct json *json)
{
	*out = (struct permission_level){0};
	if (json_type(json) != JSON_OBJECT) {
		out->actor = value_name(call, json);
		return !call->bad;
	}
	if (!json_member(json, "actor") || !json_member(json, "permission"))
		return false;
	out->actor = value_name(call, json_member(json, "actor"));
	out->permission = value_name(call, json_member(json, "permission"));
	return !call->bad;
}

/* Does the same stand before it in the list? */
static bool is_repeated(const struct json *list, const struct json *element)
{
	struct text own = TEXT_EMPTY, other = TEXT_EMPTY;
	bool found = false;
	json_print(&own, element);
	for (const struct json *at = json_first(list); at != element && !found; at = json_next(at)) {
		text_clear(&other);
		json_print(&other, at);
		found = strcmp(text_string(&own), text_string(&other)) == 0;
	}
	text_release(&own);
	text_release(&other);
	return found;
}

static int get_accounts_by_authorizers(struct call *call)
{
	const struct chain_view_operations *operations = call->view->operations;
	struct authorizers search = {.call = call};
	struct public_key key;
	int result = 0;

	text_append(call->out, "{\"accounts\":[");
	const struct json *accounts = json_member(call->body, "accounts"),
	                  *keys = json_member(call->body, "keys");
	if ((accounts && json_type(accounts) != JSON_ARRAY) || (keys && json_type(keys) != JSON_ARRAY))
		return call_bad_parameters(call);
	for (const struct json *at = json_first(accounts); at && result == 0; at = json_next(at))
		if (!parse_level(call, &search.level, at))
			return call_bad_parameters(call);
		else if (!is_repeated(accounts, at))
			result = operations->accounts(call->view, 0, look_at_account, &search, &call->error);
	for (const struct json *at = json_first(keys); at && result == 0; at = json_next(at)) {
		if (public_key_parse(&key, value_text(call, at), NULL) != 0)
			return call_bad_parameters(call);
		if (is_repeated(keys, at))
			continue;
		search.key = &key;
		search.account = 0;
		result = operations->key_permissions(call->view, &key, look_at_permission, &search, &call->error);
	}
	text_append(call->out, "]}");
	return result;
}

const struct endpoint chain_account_endpoints[] = {
	{"/v1/chain/get_account", PLUGIN_CHAIN, PARAMETERS_REQUIRED, 200, get_account, .reads = true},
	{"/v1/chain/get_code", PLUGIN_CHAIN, PARAMETERS_REQUIRED, 200, get_code, .reads = true},
	{"/v1/chain/get_code_hash", PLUGIN_CHAIN, PARAMETERS_REQUIRED, 200, get_code_hash, .reads = true},
	{"/v1/chain/get_abi", PLUGIN_CHAIN, PARAMETERS_REQUIRED, 200, get_abi, .reads = true},
	{"/v1/chain/get_raw_code_and_abi", PLUGIN_CHAIN, PARAMETERS_REQUIRED, 200, get_raw_code_and_abi,
     .reads = true},
	{"/v1/chain/get_raw_abi", PLUGIN_CHAIN, PARAMETERS_REQUIRED, 200, get_raw_abi, .reads = true},
	{"/v1/chain/get_accounts_by_authorizers", PLUGIN_ACCOUNT_QUERIES, PARAMETERS_REQUIRED, 200,
     get_accounts_by_authorizers, .reads = true, .pace = HTTP_LONG},
	{.path = NULL},
};

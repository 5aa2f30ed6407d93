/* /v1/wallet: keosd's calls. */
#include "core/server/wallet/wallet.h"

#include "core/base/encoding/hex.h"
#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "core/server/chain/parse_transaction.h"
#include "core/server/wallet/wallet_service.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SIGNING_KEYS_MAXIMUM = 1024 };

/* --- parameters --- */

enum { PARAMETERS_MAXIMUM = 3 };

/* The members of a list of exactly that many. */
static int take_list(struct call *call, const struct json **out, size_t count)
{
	if (json_type(call->body) != JSON_ARRAY)
		return call_bad_parameters(call);
	if (json_count(call->body) != count)
		return error_chain(&call->error, INVALID_HTTP_REQUEST, "Missing valid input from POST body");
	*out = json_first(call->body);
	for (size_t i = 1; i < count; i++)
		out[i] = json_next(out[i - 1]);
	return 0;
}

static int take_texts(struct call *call, const char **out, size_t count)
{
	const struct json *list[PARAMETERS_MAXIMUM];
	int result = take_list(call, list, count);

	for (size_t i = 0; i < count && result == 0; i++)
		out[i] = value_text(call, list[i]);
	return result || !call->bad ? result : call_bad_parameters(call);
}

static int take_text(struct call *call, const char **out)
{
	*out = value_text(call, call->body);
	return call->bad ? call_bad_parameters(call) : 0;
}

static int check_file_name(struct call *call, const char *name)
{
	bool good = *name != '\0' && strlen(name) < WALLET_NAME_SIZE;

	for (const char *at = name; *at; at++)
		good = good && (isalnum((unsigned char)*at) || strchr("._-", *at));
	return good ? 0 : error_chain(&call->error, WALLET_EXCEPTION,
	                              "Invalid filename, path not allowed in wallet name %s", name);
}

/* 3120002 */
static int find(struct call *call, struct wallet_service *service, struct served_wallet **out,
                const char *name)
{
	*out = wallet_service_find(service, name);
	return *out ? 0
	            : error_chain(&call->error, WALLET_NONEXISTENT_EXCEPTION, "Wallet not found: %s", name);
}

/* Takes the parameters, of which the first names a wallet, and begins with that: 3120003 besides. *service is
 * ended in any case. */
static int begin_unlocked(struct call *call, struct wallet_service **service, struct wallet **wallet,
                          const char **texts, size_t count)
{
	struct served_wallet *served;
	int result = take_texts(call, texts, count);

	*service = result ? NULL : wallet_service_begin(call);
	if (result == 0)
		result = find(call, *service, &served, texts[0]);
	if (result == 0 && !served->unlocked)
		result = error_chain(&call->error, WALLET_LOCKED_EXCEPTION, "Wallet is locked: %s", texts[0]);
	*wallet = result ? NULL : served->wallet;
	return result;
}

static int take_key(struct call *call, struct public_key *out, const char *text)
{
	return public_key_parse(out, text, NULL) == 0
	           ? 0
	           : error_chain(&call->error, ASSERT_EXCEPTION, "%s is no public key", text);
}

static int nothing_more(struct call *call, int result)
{
	if (result == 0)
		text_append(call->out, "{}");
	return result;
}

/* --- opening and locking --- */

static int create(struct call *call)
{
	const char *name;
	char password[WALLET_PASSWORD_SIZE];
	struct served_wallet *served;
	int result = take_text(call, &name);

	if (result == 0)
		result = check_file_name(call, name);
	if (result)
		return result;
	struct wallet_service *service = wallet_service_begin(call);
	if ((served = wallet_service_find(service, name)))
		result = error_chain(&call->error, WALLET_EXIST_EXCEPTION,
		                     "Wallet with name: '%s' already exists at %s", name,
		                     wallet_where(served->wallet));
	else
		result = wallet_service_add(service, &served, password, name, &call->error);
	if (result == 0)
		text_printf(call->out, "\"%s\"", password);
	memory_wipe(password, sizeof password);
	return wallet_service_end(service, result);
}

/* The one of that name, which is opened if it is not; the name is a file's. */
static int find_or_open(struct call *call, struct wallet_service *service, struct served_wallet **out,
                        const char *name)
{
	*out = wallet_service_find(service, name);
	return *out ? 0 : wallet_service_add(service, out, NULL, name, &call->error);
}

static int open_wallet(struct call *call)
{
	const char *name;
	struct served_wallet *served;
	int result = take_text(call, &name);

	if (result == 0)
		result = check_file_name(call, name);
	if (result)
		return result;
	struct wallet_service *service = wallet_service_begin(call);
	result = find_or_open(call, service, &served, name);
	if (result == 0)
		served_wallet_lock(served); /* It is read again, and locked by that. */
	return wallet_service_end(service, nothing_more(call, result));
}

static int lock_one(struct call *call)
{
	const char *name;
	struct served_wallet *served;
	int result = take_text(call, &name);

	if (result)
		return result;
	struct wallet_service *service = wallet_service_begin(call);
	result = find(call, service, &served, name);
	if (result == 0)
		served_wallet_lock(served);
	return wallet_service_end(service, nothing_more(call, result));
}

static int lock_all(struct call *call)
{
	struct wallet_service *service = wallet_service_begin(call);
	wallet_service_lock(service);
	return wallet_service_end(service, nothing_more(call, 0));
}

static int unlock(struct call *call)
{
	const char *texts[2];
	struct served_wallet *served;
	int result = take_texts(call, texts, 2);

	if (result == 0)
		result = check_file_name(call, texts[0]);
	if (result)
		return result;
	struct wallet_service *service = wallet_service_begin(call);
	result = find_or_open(call, service, &served, texts[0]);
	if (result == 0)
		result = served_wallet_unlock(served, texts[1], &call->error);
	return wallet_service_end(service, nothing_more(call, result));
}

static int set_timeout(struct call *call)
{
	int64_t seconds = (int64_t)value_uint64(call, call->body);

	if (call->bad)
		return call_bad_parameters(call);
	if (seconds < 0 || seconds > INT64_MAX / 1000000000)
		return error_chain(&call->error, INVALID_LOCK_TIMEOUT_EXCEPTION,
		                   "Overflow on timeout_time, specified %" PRId64, seconds);
	struct wallet_service *service = wallet_service_begin(call);
	service->timeout = seconds * SECOND_US;
	service->until = clock_monotonic_us() + service->timeout;
	return wallet_service_end(service, nothing_more(call, 0));
}

static int list_wallets(struct call *call)
{
	struct wallet_service *service = wallet_service_begin(call);

	text_append_char(call->out, '[');
	for (size_t i = 0; i < service->count; i++)
		text_printf(call->out, "%s\"%s%s\"", i ? "," : "", wallet_name(service->list[i].wallet),
		            service->list[i].unlocked ? " *" : "");
	text_append_char(call->out, ']');
	return wallet_service_end(service, 0);
}

/* --- keys --- */

static int get_public_keys(struct call *call)
{
	struct wallet_service *service = wallet_service_begin(call);
	struct public_key *keys;
	size_t count;
	int result = wallet_service_keys(service, &keys, &count, &call->error);

	text_append_char(call->out, '[');
	for (size_t i = 0; i < count; i++)
		text_printf(call->out, "%s\"%s\"", i ? "," : "", public_key_text(&keys[i]).text);
	text_append_char(call->out, ']');
	free(keys);
	return wallet_service_end(service, result);
}

static void print_pair(struct call *call, struct wallet *wallet, const struct public_key *key)
{
	struct private_key private;
	char secret[KEY_TEXT_SIZE];

	if (wallet_private_key(wallet, &private, key, NULL) == 0) {
		private_key_print(secret, &private);
		text_printf(call->out, "%s[\"%s\",\"%s\"]", call->out->length > 1 ? "," : "",
		            public_key_text(key).text, secret);
		memory_wipe(secret, sizeof secret);
	}
	memory_wipe(&private, sizeof private);
}

static int list_keys(struct call *call)
{
	const char *texts[2];
	struct wallet_keys *keys = NULL;
	struct wallet_service *service;
	struct wallet *wallet;
	int result = begin_unlocked(call, &service, &wallet, texts, 2);

	if (result == 0)
		result = wallet_check_password(wallet, texts[1], &call->error);
	if (result == 0)
		result = wallet_keys_hold(wallet, &keys, &call->error);
	text_append_char(call->out, '[');
	for (size_t i = 0; result == 0 && i < keys->count; i++)
		print_pair(call, wallet, &keys->list[i]);
	text_append_char(call->out, ']');
	wallet_keys_release(keys);
	return wallet_service_end(service, result);
}

static int import_key(struct call *call)
{
	const char *texts[2];
	struct private_key key;
	struct wallet_service *service;
	struct wallet *wallet;
	int result = begin_unlocked(call, &service, &wallet, texts, 2);

	if (result == 0 && private_key_parse(&key, texts[1], NULL) != 0)
		result = error_chain(&call->error, ASSERT_EXCEPTION, "that is no private key");
	if (result == 0)
		result = wallet_import(wallet, NULL, &key, &call->error);
	memory_wipe(&key, sizeof key);
	return wallet_service_end(service, nothing_more(call, result));
}

static int create_key(struct call *call)
{
	const char *texts[2];
	struct private_key key;
	struct public_key public;
	struct wallet_service *service;
	struct wallet *wallet;
	int result = begin_unlocked(call, &service, &wallet, texts, 2);

	bool is_r1 = result == 0 && strcasecmp(texts[1], "R1") == 0;
	if (result == 0 && !is_r1 && *texts[1] && strcasecmp(texts[1], "K1") != 0)
		result = error_chain(&call->error, UNSUPPORTED_KEY_TYPE_EXCEPTION,
		                     "Key type \"%s\" not supported by software wallet", texts[1]);
	if (result == 0)
		result = signer_new_key(service->signer, &key, &public, is_r1 ? KEY_R1 : KEY_K1, &call->error);
	if (result == 0)
		result = wallet_import(wallet, NULL, &key, &call->error);
	memory_wipe(&key, sizeof key);
	if (result == 0)
		text_printf(call->out, "\"%s\"", public_key_text(&public).text);
	return wallet_service_end(service, result);
}

static int remove_key(struct call *call)
{
	const char *texts[3];
	struct public_key key;
	struct wallet_service *service;
	struct wallet *wallet;
	int result = begin_unlocked(call, &service, &wallet, texts, 3);

	if (result == 0)
		result = take_key(call, &key, texts[2]);
	if (result == 0)
		result = wallet_check_password(wallet, texts[1], &call->error);
	if (result == 0)
		result = wallet_remove(wallet, &key, &call->error);
	return wallet_service_end(service, nothing_more(call, result));
}

/* --- signing --- */

static int sign_digest(struct call *call)
{
	const char *texts[2];
	struct public_key key;
	struct private_key private;
	struct signature signature;
	struct checksum256 digest;
	int result = take_texts(call, texts, 2);

	if (result == 0)
		result = take_key(call, &key, texts[1]);
	if (result == 0 &&
	    (strlen(texts[0]) != 2 * sizeof digest.data || checksum256_parse(&digest, texts[0]) != 0))
		result = error_chain(&call->error, ASSERT_EXCEPTION, "a digest has 64 hexadecimal digits");
	if (result)
		return result;
	struct wallet_service *service = wallet_service_begin(call);
	result = wallet_service_key(service, &private, &key, &call->error);
	if (result == 0)
		result = signer_sign(service->signer, &signature, &private, &digest, &call->error);
	memory_wipe(&private, sizeof private);
	if (result == 0)
		text_printf(call->out, "\"%s\"", signature_text(&signature).text);
	return wallet_service_end(service, result);
}

static int take_context_free_data(struct call *call, struct packed_transaction *packed,
                                  const struct json *list)
{
	size_t count = json_count(list);
	struct bytes *pieces = count ? memory_allocate(count, sizeof *pieces) : NULL;
	size_t made = 0;

	for (const struct json *at = json_first(list); at; at = json_next(at)) {
		const char *text = value_text(call, at);
		size_t length = strlen(text);
		uint8_t *bytes = memory_allocate(length / 2 + 1, 1);
		call->bad = call->bad || length % 2 || hex_parse(bytes, text, length) != 0;
		bytes_put(&pieces[made++], bytes, call->bad ? 0 : length / 2);
		free(bytes);
	}
	packed_transaction_set_context_free_data(packed, pieces, count);
	return call->bad ? call_bad_parameters(call) : 0;
}

static int sign_with(struct call *call, struct wallet_service *service, struct packed_transaction *packed,
                     const struct json *list, const struct checksum256 *chain_id)
{
	size_t count = json_count(list);
	struct public_key *keys = memory_allocate(count + 1, sizeof *keys);
	int result = 0;
	size_t i = 0;

	for (const struct json *at = json_first(list); at && result == 0; at = json_next(at))
		result = take_key(call, &keys[i++], value_text(call, at));
	if (result == 0)
		count = public_keys_sort(keys, count);
	for (i = 0; i < count && result == 0; i++) {
		struct private_key private;
		result = wallet_service_key(service, &private, &keys[i], &call->error);
		if (result == 0)
			result = packed_transaction_sign(packed, service->signer, &private, &keys[i], chain_id,
			                                 &call->error);
		memory_wipe(&private, sizeof private);
	}
	free(keys);
	return result;
}

/* Those that came with it are given back as they are. */
static bool are_signatures(const struct json *list)
{
	struct signature signature;

	for (const struct json *at = json_first(list); at; at = json_next(at))
		if (!json_string(at) || signature_parse(&signature, json_string(at), NULL) != 0)
			return false;
	return true;
}

static int sign_transaction(struct call *call)
{
	const struct json *list[3] = {NULL, NULL, NULL};
	struct packed_transaction packed = {0};
	struct transaction transaction = {0};
	struct checksum256 chain_id;
	int result = take_list(call, list, 3);

	if (result == 0 && (json_type(list[0]) != JSON_OBJECT || json_type(list[1]) != JSON_ARRAY ||
	                    json_count(list[1]) > SIGNING_KEYS_MAXIMUM || !json_string(list[2]) ||
	                    checksum256_parse(&chain_id, json_string(list[2])) != 0 ||
	                    !are_signatures(json_member(list[0], "signatures"))))
		result = call_bad_parameters(call);
	if (result)
		return result;
	result = parse_transaction(call, &transaction, list[0]);
	if (result && call->bad)
		result = call_bad_parameters(call);
	if (result) {
		transaction_release(&transaction);
		return result;
	}
	packed_transaction_make(&packed, &transaction);
	result = take_context_free_data(call, &packed, json_member(list[0], "context_free_data"));
	if (result == 0) {
		struct wallet_service *service = wallet_service_begin(call);
		result = wallet_service_end(service, sign_with(call, service, &packed, list[1], &chain_id));
	}
	if (result == 0)
		print_signed_transaction(call, &packed, json_member(list[0], "signatures"));
	packed_transaction_release(&packed);
	return result;
}

#define WALLET(name, parameters, status, handler) \
	{"/v1/wallet/" name, PLUGIN_WALLET, parameters, status, handler, .reads = false, .pace = HTTP_LONG}

const struct endpoint wallet_endpoints[] = {
	WALLET("create", PARAMETERS_LIST, 201, create),
	WALLET("open", PARAMETERS_LIST, 200, open_wallet),
	WALLET("lock", PARAMETERS_LIST, 200, lock_one),
	WALLET("lock_all", PARAMETERS_NONE, 200, lock_all),
	WALLET("unlock", PARAMETERS_LIST, 200, unlock),
	WALLET("set_timeout", PARAMETERS_LIST, 200, set_timeout),
	WALLET("list_wallets", PARAMETERS_NONE, 200, list_wallets),
	WALLET("get_public_keys", PARAMETERS_NONE, 200, get_public_keys),
	WALLET("list_keys", PARAMETERS_LIST, 200, list_keys),
	WALLET("import_key", PARAMETERS_LIST, 201, import_key),
	WALLET("create_key", PARAMETERS_LIST, 201, create_key),
	WALLET("remove_key", PARAMETERS_LIST, 201, remove_key),
	{"/v1/wallet/sign_digest", PLUGIN_WALLET | PLUGIN_SIGNING, PARAMETERS_LIST, 201, sign_digest,
	 .reads = false, .pace = HTTP_LONG},
	WALLET("sign_transaction", PARAMETERS_LIST, 201, sign_transaction),
	{.path = NULL},
};

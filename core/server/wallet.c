/* /v1/wallet: keosd's calls over the one wallet that there is, "default". They have a lock of their own,
 * which the wallet's password opens and idle time closes: that the files may sign does not let callers. */
#include "core/server/wallet.h"

#include "core/base/encoding/hex.h"
#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "core/server/chain/parse_transaction.h"
#include "core/server/node.h"
#include "core/types/name.h"
#include "core/types/time.h"
#include "core/wallet/wallet.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TIMEOUT_SECONDS = 900, SIGNING_KEYS_MAXIMUM = 1024 };
static const char wallet_name[] = "default";

struct wallet_service {
	struct wallet *wallet; /* borrowed; NULL: */
	struct server_keys keys;
	struct signer *signer;
	pthread_mutex_t mutex; /* of all below; one call at a time */
	bool unlocked;
	bool opened; /* the wallet itself was locked and is to be so again */
	int64_t timeout, until; /* microseconds, monotonic */
};

struct wallet_service *wallet_service_create(struct wallet *wallet)
{
	struct wallet_service *service = memory_allocate(1, sizeof *service);

	service->wallet = wallet;
	service->signer = signer_create();
	service->timeout = (int64_t)TIMEOUT_SECONDS * 1000000;
	pthread_mutex_init(&service->mutex, NULL);
	return service;
}

struct wallet_service *signing_service_create(const struct server_keys *keys)
{
	struct wallet_service *service = wallet_service_create(NULL);

	service->keys = *keys;
	return service;
}

static void lock_service(struct wallet_service *service)
{
	if (service->unlocked && service->opened)
		wallet_lock(service->wallet, NULL);
	service->unlocked = service->opened = false;
}

void wallet_service_destroy(struct wallet_service *service)
{
	if (!service)
		return;
	lock_service(service);
	signer_destroy(service->signer);
	pthread_mutex_destroy(&service->mutex);
	free(service);
}

static struct wallet_service *begin(struct call *call)
{
	struct wallet_service *service = call->node->wallet;
	int64_t now = clock_monotonic_us();

	pthread_mutex_lock(&service->mutex);
	if (service->unlocked && (now >= service->until || wallet_locked(service->wallet)))
		lock_service(service);
	service->until = now + service->timeout;
	return service;
}

static int end(struct wallet_service *service, int result)
{
	pthread_mutex_unlock(&service->mutex);
	return result;
}

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
	bool good = *name != '\0';

	for (const char *at = name; *at; at++)
		good = good && (isalnum((unsigned char)*at) || strchr("._-", *at));
	return good ? 0 : error_chain(&call->error, WALLET_EXCEPTION,
	                              "Invalid filename, path not allowed in wallet name %s", name);
}

static int check_name(struct call *call, const char *name)
{
	if (strcmp(name, wallet_name) != 0)
		return error_chain(&call->error, WALLET_NONEXISTENT_EXCEPTION, "Wallet not found: %s", name);
	return 0;
}

static int check_unlocked(struct call *call, const struct wallet_service *service, const char *name)
{
	int result = check_name(call, name);
	if (result == 0 && !service->unlocked)
		result = error_chain(&call->error, WALLET_LOCKED_EXCEPTION, "Wallet is locked: %s", name);
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
	int result = take_text(call, &name);

	if (result == 0)
		result = check_file_name(call, name);
	if (result)
		return result;
	if (strcmp(name, wallet_name) == 0)
		return error_chain(&call->error, WALLET_EXIST_EXCEPTION,
		                   "Wallet with name: '%s' already exists at wallet/%s.wallet", name, name);
	return error_chain(&call->error, WALLET_EXCEPTION,
	                   "eosiofs holds one wallet, default, whose password lies beside it in wallet/password");
}

static int open_wallet(struct call *call)
{
	const char *name;
	int result = take_text(call, &name);

	if (result == 0)
		result = check_file_name(call, name);
	if (result == 0 && strcmp(name, wallet_name) != 0)
		result = error_chain(&call->error, WALLET_NONEXISTENT_EXCEPTION,
		                     "Unable to open file: wallet/%s.wallet", name);
	if (result)
		return result;
	/* It is read again, and locked by that. */
	struct wallet_service *service = begin(call);
	lock_service(service);
	return end(service, nothing_more(call, 0));
}

static int lock_one(struct call *call)
{
	const char *name;
	int result = take_text(call, &name);

	if (result == 0)
		result = check_name(call, name);
	if (result)
		return result;
	struct wallet_service *service = begin(call);
	lock_service(service);
	return end(service, nothing_more(call, 0));
}

static int lock_all(struct call *call)
{
	struct wallet_service *service = begin(call);
	lock_service(service);
	return end(service, nothing_more(call, 0));
}

static int unlock(struct call *call)
{
	const char *texts[2];
	int result = take_texts(call, texts, 2);

	if (result == 0 && strcmp(texts[0], wallet_name) != 0)
		result = error_chain(&call->error, WALLET_NONEXISTENT_EXCEPTION,
		                     "Unable to open file: wallet/%s.wallet", texts[0]);
	if (result)
		return result;
	struct wallet_service *service = begin(call);
	if (service->unlocked)
		return end(service, error_chain(&call->error, WALLET_UNLOCKED_EXCEPTION,
		                                "Wallet is already unlocked: %s", wallet_name));
	service->opened = wallet_locked(service->wallet);
	result = service->opened ? wallet_unlock(service->wallet, texts[1], &call->error)
	                         : wallet_check_password(service->wallet, texts[1], &call->error);
	service->unlocked = result == 0;
	return end(service, nothing_more(call, result));
}

static int set_timeout(struct call *call)
{
	int64_t seconds = (int64_t)value_uint64(call, call->body);

	if (call->bad)
		return call_bad_parameters(call);
	if (seconds < 0 || seconds > INT64_MAX / 1000000000)
		return error_chain(&call->error, INVALID_LOCK_TIMEOUT_EXCEPTION,
		                   "Overflow on timeout_time, specified %" PRId64, seconds);
	struct wallet_service *service = begin(call);
	service->timeout = seconds * 1000000;
	service->until = clock_monotonic_us() + service->timeout;
	return end(service, nothing_more(call, 0));
}

static int list_wallets(struct call *call)
{
	struct wallet_service *service = begin(call);
	text_printf(call->out, "[\"%s%s\"]", wallet_name, service->unlocked ? " *" : "");
	return end(service, 0);
}

/* --- keys --- */

static int get_public_keys(struct call *call)
{
	struct wallet_service *service = begin(call);
	struct wallet_keys *keys = NULL;

	if (!service->unlocked)
		return end(service, error_chain(&call->error, WALLET_LOCKED_EXCEPTION,
		                                "You don't have any unlocked wallet!"));
	int result = wallet_keys_hold(service->wallet, &keys, &call->error);
	text_append_char(call->out, '[');
	for (size_t i = 0; result == 0 && i < keys->count; i++)
		text_printf(call->out, "%s\"%s\"", i ? "," : "", public_key_text(&keys->list[i]).text);
	text_append_char(call->out, ']');
	wallet_keys_release(keys);
	return end(service, result);
}

static void print_pair(struct call *call, struct wallet *wallet, const struct public_key *key)
{
	struct private_key private;
	char secret[KEY_TEXT_SIZE];

	if (wallet_private_key(wallet, key, &private, NULL) == 0) {
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
	int result = take_texts(call, texts, 2);

	if (result)
		return result;
	struct wallet_service *service = begin(call);
	result = check_unlocked(call, service, texts[0]);
	if (result == 0)
		result = wallet_check_password(service->wallet, texts[1], &call->error);
	if (result == 0)
		result = wallet_keys_hold(service->wallet, &keys, &call->error);
	text_append_char(call->out, '[');
	for (size_t i = 0; result == 0 && i < keys->count; i++)
		print_pair(call, service->wallet, &keys->list[i]);
	text_append_char(call->out, ']');
	wallet_keys_release(keys);
	return end(service, result);
}

static int import_key(struct call *call)
{
	const char *texts[2];
	struct private_key key;
	int result = take_texts(call, texts, 2);

	if (result)
		return result;
	struct wallet_service *service = begin(call);
	result = check_unlocked(call, service, texts[0]);
	if (result == 0 && private_key_parse(&key, texts[1], NULL) != 0)
		result = error_chain(&call->error, ASSERT_EXCEPTION, "that is no private key");
	if (result == 0)
		result = wallet_import(service->wallet, &key, NULL, &call->error);
	memory_wipe(&key, sizeof key);
	return end(service, nothing_more(call, result));
}

static int create_key(struct call *call)
{
	const char *texts[2];
	struct private_key key;
	struct public_key public;
	int result = take_texts(call, texts, 2);

	if (result)
		return result;
	struct wallet_service *service = begin(call);
	result = check_unlocked(call, service, texts[0]);
	bool is_r1 = strcasecmp(texts[1], "R1") == 0;
	if (result == 0 && !is_r1 && *texts[1] && strcasecmp(texts[1], "K1") != 0)
		result = error_chain(&call->error, UNSUPPORTED_KEY_TYPE_EXCEPTION,
		                     "Key type \"%s\" not supported by software wallet", texts[1]);
	if (result == 0)
		result = signer_new_key(service->signer, is_r1 ? KEY_R1 : KEY_K1, &key, &public, &call->error);
	if (result == 0)
		result = wallet_import(service->wallet, &key, NULL, &call->error);
	memory_wipe(&key, sizeof key);
	if (result == 0)
		text_printf(call->out, "\"%s\"", public_key_text(&public).text);
	return end(service, result);
}

static int remove_key(struct call *call)
{
	const char *texts[3];
	struct public_key key;
	int result = take_texts(call, texts, 3);

	if (result)
		return result;
	struct wallet_service *service = begin(call);
	result = check_unlocked(call, service, texts[0]);
	if (result == 0)
		result = take_key(call, &key, texts[2]);
	if (result == 0)
		result = wallet_check_password(service->wallet, texts[1], &call->error);
	if (result == 0)
		result = wallet_remove(service->wallet, &key, &call->error);
	return end(service, nothing_more(call, result));
}

/* --- signing --- */

static int find_key(struct call *call, struct wallet_service *service, struct private_key *out,
                    const struct public_key *key)
{
	if (service->wallet ? service->unlocked && wallet_private_key(service->wallet, key, out, NULL) == 0
	                    : service->keys.private_key(service->keys.context, service->keys.node, key, out))
		return 0;
	return error_chain(&call->error, WALLET_MISSING_PUB_KEY_EXCEPTION,
	                   "Public key not found in unlocked wallets %s", public_key_text(key).text);
}

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
	struct wallet_service *service = begin(call);
	result = find_key(call, service, &private, &key);
	if (result == 0)
		result = signer_sign(service->signer, &signature, &private, &digest, &call->error);
	memory_wipe(&private, sizeof private);
	if (result == 0)
		text_printf(call->out, "\"%s\"", signature_text(&signature).text);
	return end(service, result);
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

/* Keys in their own order, as the wallet's set of them has it. */
static int compare_keys(const void *a, const void *b)
{
	return public_key_compare(a, b);
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
		qsort(keys, count, sizeof *keys, compare_keys);
	for (i = 0; i < count && result == 0; i++) {
		struct private_key private;
		if (i && public_key_compare(&keys[i], &keys[i - 1]) == 0)
			continue;
		result = find_key(call, service, &private, &keys[i]);
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
		struct wallet_service *service = begin(call);
		result = end(service, sign_with(call, service, &packed, list[1], &chain_id));
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

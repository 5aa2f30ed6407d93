/* The accounts to create: reading and writing accounts.json, generating names and keys, sharing out the
 * tokens. */
#include "core/boot/account.h"

#include "core/base/encoding/json.h"
#include "core/base/memory.h"
#include "core/base/system/parallel.h"
#include "core/boot/random.h"
#include "core/types/asset.h"
#include "core/types/name.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALLOCATED INT64_C(1000000000)
#define SUPPLY_MAXIMUM INT64_C(100000000000000)

enum {
	ACCOUNTS_MAXIMUM = 1000000,
	GENERATED_USERS = 3000, GENERATED_PRODUCERS = 30, /* "all" of those that are generated */
	GENERATED_PRODUCERS_MAXIMUM = 5 * 26,
};

void boot_accounts_init(struct boot_accounts *accounts, const struct signer *signer)
{
	*accounts = (struct boot_accounts){.signer = signer};
	pthread_mutex_init(&accounts->lock, NULL);
}

void boot_accounts_release(struct boot_accounts *accounts)
{
	if (accounts->list)
		memory_wipe(accounts->list, accounts->count * sizeof *accounts->list);
	free(accounts->list);
	accounts->list = NULL;
	accounts->count = accounts->users = 0;
	pthread_mutex_destroy(&accounts->lock);
}

/* --- names and keys --- */

/* user and eight digits of base 16, a to p. */
static uint64_t user_name(size_t number)
{
	char text[NAME_TEXT_SIZE] = "useraaaaaaaa";

	for (size_t at = 11; number; number /= 16)
		text[at--] = (char)('a' + number % 16);
	return name_literal(text);
}

/* producer111a to producer111z, producer222a, … */
static uint64_t producer_name(size_t number)
{
	char text[NAME_TEXT_SIZE] = "producer111a", digit = (char)('1' + number / 26);

	text[8] = text[9] = text[10] = digit;
	text[11] = (char)('a' + number % 26);
	return name_literal(text);
}

/* A private key of the seed and the name alone, so that nothing but the seed needs to be kept. */
static int derive_key(const struct signer *signer, struct public_key *public, struct private_key *private,
                      uint64_t seed, uint64_t name)
{
	char text[96];

	for (unsigned attempt = 0; attempt < 8; attempt++) {
		int length = snprintf(text, sizeof text, "eosiofs boot %" PRIu64 " %s %u", seed, name_text(name).text,
		                      attempt);
		struct checksum256 hash = hash_sha256(text, (size_t)length);
		*private = (struct private_key){.type = KEY_K1};
		memcpy(private->secret, hash.data, sizeof private->secret);
		if (signer_public_key(signer, public, private) == 0)
			return 0;
	}
	return -EINVAL;
}

int boot_account_key(struct boot_accounts *accounts, struct public_key *public, struct private_key *private,
                     size_t index, struct error *error)
{
	struct boot_account *account = &accounts->list[index];
	struct private_key secret = {0};
	int result = 0;

	*public = (struct public_key){.type = KEY_K1};
	pthread_mutex_lock(&accounts->lock);
	bool known = account->has_public, has_private = account->has_private;
	memcpy(public->point, account->point, sizeof public->point);
	memcpy(secret.secret, account->secret, sizeof secret.secret);
	pthread_mutex_unlock(&accounts->lock);
	if (!known) {
		result = derive_key(accounts->signer, public, &secret, accounts->seed, account->name);
		pthread_mutex_lock(&accounts->lock);
		memcpy(account->point, public->point, sizeof account->point);
		memcpy(account->secret, secret.secret, sizeof account->secret);
		account->has_public = account->has_private = has_private = result == 0;
		pthread_mutex_unlock(&accounts->lock);
	}
	if (result)
		result = error_set(error, EINVAL, "no key could be derived for \"%s\"",
		                   name_text(account->name).text);
	else if (private && !has_private)
		result = error_set(error, ENOENT,
		                   "the private key of \"%s\" is not known: accounts.json has only its public one",
		                   name_text(account->name).text);
	else if (private)
		*private = secret;
	memory_wipe(&secret, sizeof secret);
	return result;
}

static void derive_one(void *context, size_t index)
{
	struct public_key public;

	boot_account_key(context, &public, NULL, index, NULL); /* who needs it is told what failed */
}

void boot_accounts_derive(struct boot_accounts *accounts)
{
	parallel_do(accounts->count, derive_one, accounts);
}

/* --- reading accounts.json --- */

struct reading {
	struct boot_accounts *out;
	const struct boot_settings *settings;
	const struct boot_account **before; /* ascending by name; owned */
	size_t before_count;
	const char *text; /* the document, for the lines of what is wrong */
	size_t length, capacity;
};

/* The line of an entry: of the occurrence-th time its name stands in the document. */
static unsigned line_of(const struct reading *reading, const char *name, unsigned occurrence)
{
	const char *at = reading->text, *end = reading->text + reading->length;
	char quoted[NAME_TEXT_SIZE + 64];
	unsigned line = 1;

	int length = snprintf(quoted, sizeof quoted, "\"%.60s%s", name, strlen(name) > 60 ? "" : "\"");
	for (; occurrence && at; occurrence--) {
		const char *found = memmem(at, (size_t)(end - at), quoted, (size_t)length);
		if (!found)
			break;
		for (; at < found; at++)
			line += *at == '\n';
		at++;
	}
	return line;
}

static int fail(const struct reading *reading, const char *name, unsigned occurrence, struct error *error)
{
	error_prefix(error, "accounts.json line %u", line_of(reading, name, occurrence));
	return -error->number;
}

static int read_funds(int64_t *out, const struct reading *reading, const struct json *json, const char *name,
                      struct error *error)
{
	struct asset asset = {0};
	uint64_t symbol = boot_settings_symbol(reading->settings);
	const char *text = json_string(json);

	*out = -1;
	if (json_type(json) == JSON_MISSING || json_type(json) == JSON_NULL)
		return 0;
	if (text && strpbrk(text, ". ")) {
		if (asset_parse_as(&asset, text, symbol, error) != 0)
			return fail(reading, name, 1, error);
		*out = asset.amount;
	} else if (json_int64(out, json) != 0) {
		error_set(error, EINVAL,
		          "the funds of \"%s\" are no whole number of units of 0.0001, and no \"N.NNNN SYM\"", name);
		return fail(reading, name, 1, error);
	}
	if (*out < 0) {
		error_set(error, ERANGE, "the funds of \"%s\" are negative", name);
		return fail(reading, name, 1, error);
	}
	if (*out > SUPPLY_MAXIMUM) {
		error_set(error, ERANGE, "the funds of \"%s\" exceed the supply of 10000000000 tokens", name);
		return fail(reading, name, 1, error);
	}
	return 0;
}

static int compare_accounts(const void *a, const void *b)
{
	const struct boot_account *x = *(const struct boot_account *const *)a,
	                          *y = *(const struct boot_account *const *)b;

	return x->name < y->name ? -1 : x->name > y->name;
}

static void sort_before(struct reading *reading, const struct boot_accounts *before)
{
	reading->before_count = before ? before->count : 0;
	reading->before = memory_allocate(reading->before_count + 1, sizeof *reading->before);
	for (size_t i = 0; i < reading->before_count; i++)
		reading->before[i] = &before->list[i];
	qsort(reading->before, reading->before_count, sizeof *reading->before, compare_accounts);
}

/* The private key that an earlier list has for the same name and public key. */
static void keep_private(struct boot_account *account, const struct reading *reading)
{
	struct boot_account **found = bsearch(&account, reading->before, reading->before_count,
	                                      sizeof *reading->before, compare_accounts);
	const struct boot_account *old = found ? *found : NULL;

	if (!old || !old->has_private || memcmp(old->point, account->point, sizeof old->point) != 0)
		return;
	memcpy(account->secret, old->secret, sizeof account->secret);
	account->has_private = true;
	account->generated_key = old->generated_key;
}

static int take_private(struct boot_account *account, const struct reading *reading, const char *text,
                        const char *name, struct error *error)
{
	struct private_key private;
	struct public_key public;

	if (private_key_parse(&private, text, error) != 0 || private.type != KEY_K1 ||
	    signer_public_key(reading->out->signer, &public, &private) != 0) {
		if (!error->number)
			error_set(error, EINVAL, "it is no K1 key");
		error_prefix(error, "the private key of \"%s\"", name);
		return fail(reading, name, 1, error);
	}
	memcpy(account->secret, private.secret, sizeof account->secret);
	memory_wipe(&private, sizeof private);
	if (account->has_public && memcmp(public.point, account->point, sizeof account->point) != 0) {
		error_set(error, EINVAL, "the keys of \"%s\" do not match: pub is not the public half of pvt", name);
		return fail(reading, name, 1, error);
	}
	memcpy(account->point, public.point, sizeof account->point);
	account->has_public = account->has_private = true;
	return 0;
}

/* NULL: there is none. */
static int read_key_text(const char **out, const struct reading *reading, const struct json *key,
                         const char *what, const char *name, struct error *error)
{
	*out = json_string(key);
	if (*out || json_type(key) == JSON_MISSING || json_type(key) == JSON_NULL)
		return 0;
	error_set(error, EINVAL, "the %s key of \"%s\" is no text", what, name);
	return fail(reading, name, 1, error);
}

static int read_keys(struct boot_account *account, const struct reading *reading, const struct json *entry,
                     const char *name, struct error *error)
{
	const char *pub, *pvt;
	struct public_key public, derived;
	struct private_key private;
	int result;

	if ((result = read_key_text(&pub, reading, json_member(entry, "pub"), "public", name, error)) != 0 ||
	    (result = read_key_text(&pvt, reading, json_member(entry, "pvt"), "private", name, error)) != 0)
		return result;
	if (pub) {
		if (public_key_parse(&public, pub, error) != 0) {
			error_prefix(error, "the public key of \"%s\"", name);
			return fail(reading, name, 1, error);
		}
		if (public.type != KEY_K1) {
			error_set(error, EINVAL, "the public key of \"%s\" is no K1 key", name);
			return fail(reading, name, 1, error);
		}
		memcpy(account->point, public.point, sizeof account->point);
		account->has_public = true;
	}
	if (pvt)
		return take_private(account, reading, pvt, name, error);
	if (!pub) {
		account->generated_key = true;
		return 0;
	}
	keep_private(account, reading);
	if (!account->has_private &&
	    derive_key(reading->out->signer, &derived, &private, reading->out->seed, account->name) == 0 &&
	    memcmp(derived.point, account->point, sizeof derived.point) == 0) {
		memcpy(account->secret, private.secret, sizeof account->secret);
		account->has_private = account->generated_key = true;
	}
	return 0;
}

/* What would be passed over may be a slip of the pen, and decide over tokens. */
static int check_entry_members(const struct reading *reading, const struct json *entry, const char *name,
                               struct error *error)
{
	for (const struct json *member = json_first(entry); member; member = json_next(member)) {
		const char *word = json_name(member);
		if (strcmp(word, "name") != 0 && strcmp(word, "pub") != 0 && strcmp(word, "pvt") != 0 &&
		    strcmp(word, "funds") != 0) {
			error_set(error, EINVAL, "\"%s\" has a \"%.40s\": an account has name, pub, pvt and funds", name,
			          word);
			return fail(reading, name, 1, error);
		}
	}
	return 0;
}

static int read_entry(struct reading *reading, const struct json *entry, const char *list, size_t number,
                      struct error *error)
{
	struct boot_account account = {.funds = -1};
	const char *name = json_string(json_member(entry, "name"));
	int result;

	if (!name)
		return error_set(error, EINVAL, "accounts.json: entry %zu of \"%s\" has no name", number + 1, list);
	if (name_parse_account(&account.name, name, error) != 0)
		return fail(reading, name, 1, error);
	if (strncmp(name, "eosio.", 6) == 0 || strcmp(name, "eosio") == 0) {
		error_set(error, EINVAL, "\"%s\" is a name of the system's", name);
		return fail(reading, name, 1, error);
	}
	if (reading->out->count >= ACCOUNTS_MAXIMUM)
		return error_set(error, E2BIG, "accounts.json has more than %d accounts", ACCOUNTS_MAXIMUM);
	if ((result = check_entry_members(reading, entry, name, error)) != 0 ||
	    (result = read_funds(&account.funds, reading, json_member(entry, "funds"), name, error)) != 0 ||
	    (result = read_keys(&account, reading, entry, name, error)) != 0)
		return result;
	if (reading->out->count == reading->capacity) {
		/* By hand rather than by realloc, which may leave secrets in freed memory. */
		size_t capacity = reading->capacity ? 2 * reading->capacity : 64;
		struct boot_account *grown = memory_allocate(capacity, sizeof *grown);
		if (reading->out->list) {
			memcpy(grown, reading->out->list, reading->out->count * sizeof *grown);
			memory_wipe(reading->out->list, reading->out->count * sizeof *grown);
		}
		free(reading->out->list);
		reading->out->list = grown;
		reading->capacity = capacity;
	}
	reading->out->list[reading->out->count++] = account;
	memory_wipe(&account, sizeof account);
	return 0;
}

static int read_list(struct reading *reading, const struct json *list, const char *name, struct error *error)
{
	size_t number = 0;
	int result = 0;

	if (json_type(list) != JSON_ARRAY && json_type(list) != JSON_MISSING)
		return error_set(error, EINVAL, "accounts.json: \"%s\" is no list", name);
	for (const struct json *entry = json_first(list); entry && result == 0; entry = json_next(entry))
		result = read_entry(reading, entry, name, number++, error);
	return result;
}

/* A misspelt member would be a list that is silently not there. */
static int check_members(const struct json *json, struct error *error)
{
	for (const struct json *member = json_first(json); member; member = json_next(member))
		if (strcmp(json_name(member), "users") != 0 && strcmp(json_name(member), "producers") != 0)
			return error_set(error, EINVAL,
			                 "accounts.json: \"%s\" is not understood; it may be users or producers",
			                 json_name(member));
	return 0;
}

static int check_unique(const struct reading *reading, struct error *error)
{
	size_t count = reading->out->count;
	uint64_t *names = memory_allocate(count + 1, sizeof *names);
	int result = 0;

	for (size_t i = 0; i < count; i++)
		names[i] = reading->out->list[i].name;
	qsort(names, count, sizeof *names, name_compare);
	for (size_t i = 1; i < count && result == 0; i++)
		if (names[i] == names[i - 1]) {
			error_set(error, EEXIST, "the name \"%s\" appears twice", name_text(names[i]).text);
			result = fail(reading, name_text(names[i]).text, 2, error);
		}
	free(names);
	return result;
}

int boot_accounts_parse(struct boot_accounts *out, const char *text, size_t length,
                        const struct boot_settings *settings, const struct boot_accounts *before,
                        struct error *error)
{
	struct reading reading = {.out = out, .settings = settings, .text = text, .length = length};
	struct json *json = NULL;
	struct error local = {0};

	error = error ? error : &local;
	out->seed = boot_settings_count(settings, OPTION_SEED);
	sort_before(&reading, before);
	int result = json_parse(&json, text, length, error);
	if (result)
		error_prefix(error, "accounts.json");
	if (result == 0 && json_type(json) != JSON_OBJECT)
		result = error_set(error, EINVAL, "accounts.json is no object with \"users\" and \"producers\"");
	if (result == 0)
		result = check_members(json, error);
	if (result == 0)
		result = read_list(&reading, json_member(json, "users"), "users", error);
	out->users = out->count;
	if (result == 0)
		result = read_list(&reading, json_member(json, "producers"), "producers", error);
	if (result == 0)
		result = check_unique(&reading, error);
	json_release(json);
	free(reading.before);
	return result;
}

/* --- limits and generation --- */

static void generate(struct boot_accounts *accounts, size_t users, size_t producers)
{
	accounts->count = users + producers;
	accounts->users = users;
	accounts->list = memory_allocate(accounts->count + 1, sizeof *accounts->list);
	for (size_t i = 0; i < accounts->count; i++)
		accounts->list[i] = (struct boot_account){
			.name = i < users ? user_name(i) : producer_name(i - users), .funds = -1, .generated_key = true};
}

int boot_accounts_limit(struct boot_accounts *accounts, const struct boot_settings *settings,
                        struct error *error)
{
	size_t users = boot_settings_count(settings, OPTION_USER_LIMIT),
		   producers = boot_settings_count(settings, OPTION_PRODUCER_LIMIT);
	size_t count = accounts->count;

	accounts->seed = boot_settings_count(settings, OPTION_SEED);
	if (count == 0) {
		if (producers > GENERATED_PRODUCERS_MAXIMUM)
			return error_set(
				error, ERANGE,
				"producer-limit: at most %d producers are generated; name more of them in accounts.json",
				GENERATED_PRODUCERS_MAXIMUM);
		generate(accounts, users ? users : GENERATED_USERS, producers ? producers : GENERATED_PRODUCERS);
		return 0;
	}
	size_t had = count - accounts->users;
	if (!users || users > accounts->users)
		users = accounts->users;
	if (!producers || producers > had)
		producers = had;
	memmove(accounts->list + users, accounts->list + accounts->users, producers * sizeof *accounts->list);
	memory_wipe(accounts->list + users + producers, (count - users - producers) * sizeof *accounts->list);
	accounts->users = users;
	accounts->count = users + producers;
	return 0;
}

/* --- funds --- */

static int compare_descending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x > y ? -1 : x < y;
}

int boot_accounts_allocate(struct boot_accounts *accounts, const struct boot_settings *settings,
                           struct error *error)
{
	int64_t minimum = boot_settings_units(settings, OPTION_MIN_PRODUCER_FUNDS);
	double *shares = memory_allocate(accounts->count + 1, sizeof *shares), sum = 0, given = 0;
	struct random random;
	size_t open = 0;

	random_seed(&random, accounts->seed);
	for (size_t i = 0; i < accounts->count; i++)
		if (accounts->list[i].funds < 0)
			shares[open++] = random_pareto(&random, PARETO_SHAPE);
		else
			given += (double)accounts->list[i].funds / 10000;
	qsort(shares, open, sizeof *shares, compare_descending);
	for (size_t i = 0; i < open; i++)
		sum += shares[i];
	double factor = sum > 0 && given < (double)ALLOCATED ? ((double)ALLOCATED - given) / sum : 0;
	accounts->total = 0;
	for (size_t i = 0, next = 0; i < accounts->count; i++) {
		struct boot_account *account = &accounts->list[i];
		if (account->funds < 0) {
			/* ties to even, as Python rounds */
			account->funds = (int64_t)rint(factor * shares[next++] * 10000);
			if (i >= accounts->users && account->funds < minimum)
				account->funds = minimum;
		}
		accounts->total += account->funds;
		if (accounts->total > SUPPLY_MAXIMUM)
			break;
	}
	free(shares);
	if (accounts->total > SUPPLY_MAXIMUM - boot_settings_units(settings, OPTION_EXTRA_ISSUE))
		return error_set(error, ERANGE,
		                 "the funds of all accounts and extra-issue exceed the supply of 10000000000 tokens");
	return 0;
}

/* --- writing --- */

static int print_account(struct boot_accounts *accounts, struct text *out, size_t index, bool with_secrets,
                         struct error *error)
{
	const struct boot_account *account = &accounts->list[index];
	struct public_key public;
	struct private_key private;
	char key[KEY_TEXT_SIZE];
	int result = 0;

	text_printf(out, "{\"name\": \"%s\"", name_text(account->name).text);
	if (!with_secrets || account->has_public) {
		result = boot_account_key(accounts, &public, NULL, index, error);
		if (result)
			return result;
		text_printf(out, ", \"pub\": \"%s\"", public_key_text(&public).text);
	}
	if (with_secrets && account->has_public && account->has_private) {
		memcpy(private.secret, account->secret, sizeof private.secret);
		private_key_print(key, &private);
		text_printf(out, ", \"pvt\": \"%s\"", key);
		memory_wipe(&private, sizeof private);
		memory_wipe(key, sizeof key);
	}
	if (account->funds >= 0)
		text_printf(out, ", \"funds\": %" PRId64, account->funds);
	text_append(out, "}");
	return 0;
}

int boot_accounts_print(struct boot_accounts *accounts, struct text *out, bool with_secrets,
                        struct error *error)
{
	int result = 0;

	text_append(out, "{\n\"users\": [");
	for (size_t i = 0; i < accounts->count && result == 0; i++) {
		if (i == accounts->users)
			text_append(out, "\n],\n\"producers\": [");
		text_append(out, i == 0 || i == accounts->users ? "\n" : ",\n");
		result = print_account(accounts, out, i, with_secrets, error);
	}
	if (accounts->users == accounts->count)
		text_append(out, "\n],\n\"producers\": [");
	text_append(out, "\n]\n}\n");
	return result;
}

/* config.ini and command lines: one table of options. */
#include "core/network/configuration_private.h"

#include "core/base/memory.h"
#include "core/types/name.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const char peer_option[] = "p2p-peer-address";

/* --- the options --- */

enum option_kind {
	OPTION_PRODUCER,
	OPTION_SIGNATURE_PROVIDER,
	OPTION_PRIVATE_KEY, /* of 2018 */
	OPTION_PEER,
	OPTION_TEXT,
	OPTION_STALE,
	OPTION_BLOCK_AGE,
	OPTION_TRANSACTION_TIME,
	OPTION_GREYLIST_ACCOUNT,
	OPTION_GREYLIST_LIMIT,
	OPTION_NUMBER,
	OPTION_TRUTH, /* a number that is 0 or 1 */
	OPTION_ALLOWED,
	OPTION_PEER_KEY,
	OPTION_PEER_PRIVATE_KEY,
	OPTION_SWITCH, /* known, of no consequence here; takes no value on a command line */
	OPTION_VALUE   /* the same with a value */
};

struct option {
	const char *name;
	char letter; /* its short form; 0: none */
	enum option_kind kind;
	size_t field; /* OPTION_TEXT, OPTION_NUMBER, OPTION_TRUTH: where */
};

static const struct option options[] = {
	{"abi-serializer-max-time-ms", 0, OPTION_VALUE, 0},
	{"access-control-allow-credentials", 0, OPTION_SWITCH, 0},
	{"access-control-allow-headers", 0, OPTION_VALUE, 0},
	{"access-control-allow-origin", 0, OPTION_VALUE, 0},
	{"access-control-max-age", 0, OPTION_VALUE, 0},
	{"agent-name", 0, OPTION_TEXT, offsetof(struct configuration, agent_name)},
	{"allowed-connection", 0, OPTION_ALLOWED, 0},
	{"block-log-dir", 0, OPTION_VALUE, 0},
	{"blocks-dir", 0, OPTION_VALUE, 0},
	{"chain-state-db-size-mb", 0, OPTION_VALUE, 0},
	{"config", 'c', OPTION_VALUE, 0},
	{"config-dir", 0, OPTION_VALUE, 0},
	{"connection-cleanup-period", 0, OPTION_VALUE, 0},
	{"contracts-console", 0, OPTION_SWITCH, 0},
	{"cpu-effort-percent", 0, OPTION_VALUE, 0},
	{"data-dir", 'd', OPTION_VALUE, 0},
	{"delete-all-blocks", 0, OPTION_SWITCH, 0},
	{"enable-account-queries", 0, OPTION_VALUE, 0},
	{"enable-stale-production", 'e', OPTION_STALE, 0},
	{"filter-on", 'f', OPTION_VALUE, 0},
	{"filter-out", 'F', OPTION_VALUE, 0},
	{"genesis-json", 0, OPTION_VALUE, 0},
	{"genesis-timestamp", 0, OPTION_VALUE, 0},
	{"greylist-account", 0, OPTION_GREYLIST_ACCOUNT, 0},
	{"greylist-limit", 0, OPTION_GREYLIST_LIMIT, 0},
	{"hard-replay-blockchain", 0, OPTION_SWITCH, 0},
	{"http-alias", 0, OPTION_VALUE, 0},
	{"http-max-response-time-ms", 0, OPTION_VALUE, 0},
	{"http-server-address", 0, OPTION_TEXT, offsetof(struct configuration, http_server_address)},
	{"http-validate-host", 0, OPTION_VALUE, 0},
	{"keosd-provider-timeout", 0, OPTION_VALUE, 0},
	{"last-block-cpu-effort-percent", 0, OPTION_VALUE, 0},
	{"last-block-time-offset-us", 0, OPTION_VALUE, 0},
	{"logconf", 'l', OPTION_VALUE, 0},
	{"max-body-size", 0, OPTION_VALUE, 0},
	{"max-clients", 0, OPTION_NUMBER, offsetof(struct configuration, max_clients)},
	{"max-irreversible-block-age", 0, OPTION_BLOCK_AGE, 0},
	{"max-transaction-time", 0, OPTION_TRANSACTION_TIME, 0},
	{"net-threads", 0, OPTION_VALUE, 0},
	{"p2p-accept-transactions", 0, OPTION_TRUTH, offsetof(struct configuration, accept_transactions)},
	{"p2p-auto-bp-peer", 0, OPTION_VALUE, 0},
	{"p2p-dedup-cache-expire-time-sec", 0, OPTION_NUMBER, offsetof(struct configuration, dedup_seconds)},
	{"p2p-keepalive-interval-ms", 0, OPTION_NUMBER, offsetof(struct configuration, keepalive_ms)},
	{"p2p-listen-endpoint", 0, OPTION_TEXT, offsetof(struct configuration, p2p_listen_endpoint)},
	{"p2p-max-nodes-per-host", 0, OPTION_NUMBER, offsetof(struct configuration, max_nodes_per_host)},
	{peer_option, 0, OPTION_PEER, 0},
	{"p2p-server-address", 0, OPTION_TEXT, offsetof(struct configuration, p2p_server_address)},
	{"peer-key", 0, OPTION_PEER_KEY, 0},
	{"peer-private-key", 0, OPTION_PEER_PRIVATE_KEY, 0},
	{"plugin", 0, OPTION_VALUE, 0},
	{"private-key", 0, OPTION_PRIVATE_KEY, 0},
	{"produce-time-offset-us", 0, OPTION_VALUE, 0},
	{"producer-name", 'p', OPTION_PRODUCER, 0},
	{"protocol-features-dir", 0, OPTION_VALUE, 0},
	{"read-mode", 0, OPTION_VALUE, 0},
	{"replay-blockchain", 0, OPTION_SWITCH, 0},
	{"signature-provider", 0, OPTION_SIGNATURE_PROVIDER, 0},
	{"snapshots-dir", 0, OPTION_VALUE, 0},
	{"state-dir", 0, OPTION_VALUE, 0},
	{"state-history-dir", 0, OPTION_VALUE, 0},
	{"sync-fetch-span", 0, OPTION_NUMBER, offsetof(struct configuration, sync_fetch_span)},
	{"trace-no-abis", 0, OPTION_SWITCH, 0},
	{"trace-rpc-abi", 0, OPTION_VALUE, 0},
	{"transaction-finality-status-max-storage-size-gb", 0, OPTION_VALUE, 0},
	{"transaction-retry-interval-sec", 0, OPTION_VALUE, 0},
	{"transaction-retry-max-expiration-sec", 0, OPTION_VALUE, 0},
	{"transaction-retry-max-storage-size-gb", 0, OPTION_VALUE, 0},
	{"verbose-http-errors", 0, OPTION_SWITCH, 0},
	{"wasm-runtime", 0, OPTION_VALUE, 0},
};

static const struct option *find_option(const char *name)
{
	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
		if (!strcmp(options[i].name, name) ||
		    (options[i].letter && name[0] == options[i].letter && !name[1]))
			return &options[i];
	return NULL;
}

static bool takes_value(const struct option *option)
{
	return option->kind != OPTION_SWITCH && option->kind != OPTION_STALE;
}

/* --- a configuration --- */

static void free_strings(char **strings, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(strings[i]);
	free(strings);
}

void configuration_release(struct configuration *configuration)
{
	free_strings(configuration->lines, configuration->lines_count);
	free_strings(configuration->peers, configuration->peers_count);
	free_strings(configuration->unknown, configuration->unknown_count);
	free(configuration->producers);
	free(configuration->signers.keys);
	free(configuration->keosds);
	greylist_release(&configuration->greylist);
	free(configuration->peer_keys.keys);
	free(configuration->peer_signers.keys);
	free(configuration->agent_name);
	free(configuration->http_server_address);
	free(configuration->p2p_listen_endpoint);
	free(configuration->p2p_server_address);
	*configuration = (struct configuration){0};
}

static void add_string(char ***strings, size_t *count, size_t *capacity, const char *string)
{
	memory_grow(strings, capacity, *count + 1, sizeof **strings);
	(*strings)[(*count)++] = memory_copy_string(string);
}

static void add_line(struct configuration *configuration, const char *line)
{
	add_string(&configuration->lines, &configuration->lines_count, &configuration->lines_capacity, line);
}

static void add_producer(struct configuration *configuration, uint64_t name)
{
	for (size_t i = 0; i < configuration->producers_count; i++)
		if (configuration->producers[i] == name)
			return;
	LIST_APPEND(configuration->producers, configuration->producers_count, configuration->producers_capacity,
	            name);
}

static void add_peer(struct configuration *configuration, const char *peer)
{
	for (size_t i = 0; i < configuration->peers_count; i++)
		if (!strcmp(configuration->peers[i], peer))
			return;
	add_string(&configuration->peers, &configuration->peers_count, &configuration->peers_capacity, peer);
}

/* --- values --- */

static int take_switch(bool *out, const char *value, struct error *error)
{
	static const char *const yes[] = {"", "1", "true", "yes", "on"},
	                         *const no[] = {"0", "false", "no", "off"};

	for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
		if (!strcmp(value, yes[i]))
			return *out = true, 0;
	for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
		if (!strcmp(value, no[i]))
			return *out = false, 0;
	return error_set(error, EINVAL, "\"%s\" is neither true nor false", value);
}

static int take_number(int64_t *out, const char *value, const char *unit, struct error *error)
{
	char *end;
	long long number = strtoll(value, &end, 10);

	if (end == value || *end || number < INT32_MIN || number > INT32_MAX)
		return error_set(error, EINVAL, "\"%s\" is no number of %s", value, unit);
	*out = number;
	return 0;
}

static int take_text(struct configuration *configuration, const struct option *option, const char *value,
                     struct error *error)
{
	char **field = (char **)(void *)((char *)configuration + option->field);

	if (*field)
		return error_set(error, EINVAL, "option '--%s' cannot be specified more than once", option->name);
	*field = memory_copy_string(value);
	return 0;
}

static struct configured_number *number_of(struct configuration *configuration, const struct option *option)
{
	return (struct configured_number *)(void *)((char *)configuration + option->field);
}

static int take_count(struct configured_number *out, const struct option *option, const char *value,
                      struct error *error)
{
	char *end;
	unsigned long long number = strtoull(value, &end, 10);

	if (!isdigit((unsigned char)*value) || *end || number > UINT32_MAX)
		return error_set(error, EINVAL, "the argument ('%s') for option '--%s' is invalid", value,
		                 option->name);
	*out = (struct configured_number){true, (uint32_t)number};
	return 0;
}

static int take_greylist_limit(uint32_t *out, const struct option *option, const char *value,
                               struct error *error)
{
	struct configured_number limit = {false, 0};
	int result = take_count(&limit, option, value, error);

	*out = limit.value;
	if (result || (limit.value >= 1 && limit.value <= ELASTIC_MULTIPLIER))
		return result;
	return error_set(error, EINVAL,
	                 "Invalid limit (%s) passed into set_greylist_limit. Must be between 1 and 1000.", value);
}

static int take_truth(struct configured_number *out, const char *value, struct error *error)
{
	bool truth;
	int result = take_switch(&truth, value, error);

	if (result == 0)
		*out = (struct configured_number){true, truth};
	return result;
}

static int take_allowed(unsigned *out, const char *value, struct error *error)
{
	static const char *const names[] = {"none", "producers", "specified", "any"};

	for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
		if (!strcmp(names[i], value)) {
			*out |= 1U << i;
			return 0;
		}
	return error_set(error, EINVAL, "allowed-connection is any, producers, specified or none, not \"%s\"",
	                 value);
}

static int take_option(struct configuration *configuration, const struct option *option, const char *value,
                       struct key_store *keys, struct error *error)
{
	uint64_t name;
	int result = 0;
	switch (option->kind) {
	case OPTION_PRODUCER:
		if (!(result = name_parse_account(&name, value, error)))
			add_producer(configuration, name);
		return result;
	case OPTION_SIGNATURE_PROVIDER:
		return configuration_take_signature_provider(configuration, value, keys, error);
	case OPTION_PRIVATE_KEY:
		return configuration_take_private_key(configuration, value, keys, error);
	case OPTION_PEER:
		add_peer(configuration, value);
		return 0;
	case OPTION_TEXT:
		return take_text(configuration, option, value, error);
	case OPTION_STALE:
		return take_switch(&configuration->enable_stale_production, value, error);
	case OPTION_BLOCK_AGE:
		return take_number(&configuration->max_irreversible_block_age, value, "seconds", error);
	case OPTION_TRANSACTION_TIME:
		configuration->has_transaction_time = true;
		return take_number(&configuration->max_transaction_time, value, "milliseconds", error);
	case OPTION_GREYLIST_ACCOUNT:
		if (!(result = name_parse_account(&name, value, error)))
			name_set_add(&configuration->greylist.accounts, name);
		return result;
	case OPTION_GREYLIST_LIMIT:
		return take_greylist_limit(&configuration->greylist.limit, option, value, error);
	case OPTION_NUMBER:
		return take_count(number_of(configuration, option), option, value, error);
	case OPTION_TRUTH:
		return take_truth(number_of(configuration, option), value, error);
	case OPTION_ALLOWED:
		return take_allowed(&configuration->allowed_connections, value, error);
	case OPTION_PEER_KEY:
		return configuration_take_peer_key(configuration, value, error);
	case OPTION_PEER_PRIVATE_KEY:
		return configuration_take_peer_private_key(configuration, value, keys, error);
	case OPTION_SWITCH:
	case OPTION_VALUE:
		break;
	}
	return 0;
}

/* The line as it may be shown: a private key stands for its public one. */
static void print_option(struct text *out, const struct configuration *configuration,
                         const struct option *option, const char *value)
{
	if (option->kind == OPTION_PRIVATE_KEY || option->kind == OPTION_SIGNATURE_PROVIDER)
		text_printf(out, "signature-provider = %s=%s",
		            public_key_text(&configuration->signers.keys[configuration->signers.count - 1]).text,
		            strstr(value, "=KEOSD:") ? strstr(value, "=KEOSD:") + 1 : "KEOSD:");
	else if (option->kind == OPTION_PEER_PRIVATE_KEY)
		text_printf(
			out, "%s = [\"%s\",\"\"]", option->name,
			public_key_text(&configuration->peer_signers.keys[configuration->peer_signers.count - 1]).text);
	else
		text_printf(out, "%s = %s", option->name, value);
}

static bool is_secret(const struct option *option)
{
	return option->kind == OPTION_PRIVATE_KEY || option->kind == OPTION_SIGNATURE_PROVIDER ||
	       option->kind == OPTION_PEER_PRIVATE_KEY;
}

/* --- the file --- */

static char *trimmed(const char *from, const char *end)
{
	while (from < end && isspace((unsigned char)*from))
		from++;
	while (end > from && isspace((unsigned char)end[-1]))
		end--;
	char *copy = memory_allocate((size_t)(end - from) + 1, 1);
	memcpy(copy, from, (size_t)(end - from));
	return copy;
}

static int parse_line(struct configuration *out, const char *line, struct key_store *keys,
                      struct error *error)
{
	const char *end = strchr(line, '#'), *equals;
	struct text shown = TEXT_EMPTY;
	char *name, *value;
	int result = 0;
	end = end ? end : line + strlen(line);
	equals = memchr(line, '=', (size_t)(end - line));
	name = trimmed(line, equals ? equals : end);
	value = equals ? trimmed(equals + 1, end) : NULL;
	const struct option *option = find_option(name);
	if (!*name && !equals)
		add_line(out, line);
	else if (!equals || !*name || name[0] == '[')
		result = error_set(error, EINVAL, "the options configuration file contains an invalid line '%s'",
		                   line);
	else if (!option) {
		add_string(&out->unknown, &out->unknown_count, &out->unknown_capacity, name);
		add_line(out, line);
	} else if (!(result = take_option(out, option, value, keys, error))) {
		if (is_secret(option)) {
			print_option(&shown, out, option, value);
			if (*end)
				text_printf(&shown, " %s", end);
			add_line(out, text_string(&shown));
		} else {
			add_line(out, line);
		}
	}
	if (value)
		memory_wipe(value, strlen(value));
	free(name);
	free(value);
	text_release(&shown);
	return result;
}

int configuration_parse(struct configuration *out, const char *text, struct key_store *keys,
                        struct error *error)
{
	unsigned number = 0;
	int result = 0;

	*out = (struct configuration){.max_irreversible_block_age = -1};
	while (result == 0 && *text) {
		const char *end = strchr(text, '\n');
		size_t length = end ? (size_t)(end - text) : strlen(text);
		char *line = memory_allocate(length + 1, 1);
		memcpy(line, text, length);
		number++;
		result = parse_line(out, line, keys, error);
		memory_wipe(line, length);
		free(line);
		text += length + (end != NULL);
	}
	if (result) {
		error_prefix(error, "config.ini line %u", number);
		configuration_release(out);
	}
	return result;
}

/* --- the command line --- */

/* The name of an argument that begins an option: "--name", "--name=value", "-n". */
static char *argument_name(const char *argument, const char **value)
{
	const char *name = argument + (argument[1] == '-' ? 2 : 1), *equals = strchr(name, '=');

	*value = equals ? equals + 1 : NULL;
	return trimmed(name, equals ? equals : name + strlen(name));
}

static int parse_argument(struct configuration *out, const char *const *arguments, size_t count, size_t *used,
                          struct key_store *keys, struct error *error)
{
	struct text shown = TEXT_EMPTY;
	const char *value = NULL;
	int result = 0;
	if (arguments[0][0] != '-' || !arguments[0][1])
		return error_set(error, EINVAL, "too many positional options have been specified: '%s'",
		                 arguments[0]);
	char *name = argument_name(arguments[0], &value);
	const struct option *option = find_option(name);
	*used = 1;
	if (!option)
		result = error_set(error, EINVAL, "Unknown option '%s' passed as command line argument",
		                   arguments[0]);
	else if (!value && takes_value(option)) {
		if (count < 2)
			result = error_set(error, EINVAL, "the required argument for option '--%s' is missing",
			                   option->name);
		else
			value = arguments[(*used)++];
	} else if (!value) {
		value = "true";
	}
	if (result == 0)
		result = take_option(out, option, value, keys, error);
	if (result == 0) {
		print_option(&shown, out, option, value);
		add_line(out, text_string(&shown));
	}
	text_release(&shown);
	free(name);
	return result;
}

int configuration_parse_arguments(struct configuration *out, const char *const *arguments, size_t count,
                                  struct key_store *keys, struct error *error)
{
	int result = 0;

	*out = (struct configuration){.max_irreversible_block_age = -1};
	for (size_t i = 0, used = 0; i < count && result == 0; i += used)
		result = parse_argument(out, arguments + i, count - i, &used, keys, error);
	if (result)
		configuration_release(out);
	return result;
}

/* --- together --- */

static char *one_of(const char *first, const char *second)
{
	return first || second ? memory_copy_string(first ? first : second) : NULL;
}

/* What comes later goes before. */
static void merge_number(struct configuration *out, const struct configuration *in, size_t field)
{
	const struct configured_number *given = (const void *)((const char *)in + field);

	if (given->is_given)
		*(struct configured_number *)(void *)((char *)out + field) = *given;
}

void configuration_merge(struct configuration *out, const struct configuration *file,
                         const struct configuration *arguments)
{
	static const size_t numbers[] = {
		offsetof(struct configuration, max_clients),     offsetof(struct configuration, max_nodes_per_host),
		offsetof(struct configuration, keepalive_ms),    offsetof(struct configuration, sync_fetch_span),
		offsetof(struct configuration, dedup_seconds),   offsetof(struct configuration, accept_transactions),
	};
	const struct configuration *both[2] = {arguments, file};

	*out = (struct configuration){
		.enable_stale_production = arguments->enable_stale_production || file->enable_stale_production,
		.max_irreversible_block_age = arguments->max_irreversible_block_age >= 0
	                                      ? arguments->max_irreversible_block_age
	                                      : file->max_irreversible_block_age,
		.has_transaction_time = arguments->has_transaction_time || file->has_transaction_time,
		.max_transaction_time = arguments->has_transaction_time ? arguments->max_transaction_time
	                                                            : file->max_transaction_time,
		.http_server_address = one_of(arguments->http_server_address, file->http_server_address),
		.p2p_listen_endpoint = one_of(arguments->p2p_listen_endpoint, file->p2p_listen_endpoint),
		.p2p_server_address = one_of(arguments->p2p_server_address, file->p2p_server_address),
		.agent_name = one_of(arguments->agent_name, file->agent_name),
	};
	for (int i = 1; i >= 0; i--) {
		for (size_t k = 0; k < both[i]->producers_count; k++)
			add_producer(out, both[i]->producers[k]);
		key_list_join(&out->signers, &both[i]->signers);
		for (size_t k = 0; k < both[i]->keosds_count; k++)
			configuration_add_keosd(out, &both[i]->keosds[k]);
		key_list_join(&out->peer_keys, &both[i]->peer_keys);
		key_list_join(&out->peer_signers, &both[i]->peer_signers);
		out->allowed_connections |= both[i]->allowed_connections;
		for (size_t k = 0; k < sizeof numbers / sizeof numbers[0]; k++)
			merge_number(out, both[i], numbers[k]);
		const struct greylist *greylist = &both[i]->greylist;
		greylist_apply(&out->greylist, &(struct greylist_change){&greylist->accounts, NULL, greylist->limit});
		for (size_t k = 0; k < both[i]->peers_count; k++)
			add_peer(out, both[i]->peers[k]);
	}
}

void configuration_print(const struct configuration *configuration, struct text *out)
{
	for (size_t i = 0; i < configuration->lines_count; i++)
		text_printf(out, "%s\n", configuration->lines[i]);
}

static bool is_peer_line(const char *line)
{
	while (isspace((unsigned char)*line))
		line++;
	if (strncmp(line, peer_option, sizeof peer_option - 1))
		return false;
	line += sizeof peer_option - 1;
	while (isspace((unsigned char)*line))
		line++;
	return *line == '=';
}

void configuration_set_peers(struct configuration *configuration, const char *const *peers, size_t count)
{
	struct configuration after = {0};
	struct text line = TEXT_EMPTY;
	bool written = false;

	for (size_t i = 0; i <= configuration->lines_count; i++) {
		bool is_last = i == configuration->lines_count,
			 is_peer = !is_last && is_peer_line(configuration->lines[i]);
		for (size_t k = 0; (is_last || is_peer) && !written && k < count; k++) {
			text_clear(&line);
			text_printf(&line, "%s = %s", peer_option, peers[k]);
			add_line(&after, text_string(&line));
		}
		written = written || is_peer;
		if (!is_last && !is_peer)
			add_line(&after, configuration->lines[i]);
	}
	for (size_t k = 0; k < count; k++)
		add_peer(&after, peers[k]);
	free_strings(configuration->lines, configuration->lines_count);
	free_strings(configuration->peers, configuration->peers_count);
	configuration->lines = after.lines;
	configuration->lines_count = after.lines_count;
	configuration->lines_capacity = after.lines_capacity;
	configuration->peers = after.peers;
	configuration->peers_count = after.peers_count;
	configuration->peers_capacity = after.peers_capacity;
	text_release(&line);
}

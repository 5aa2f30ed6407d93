/* nodeos's HTTP options out of a config.ini, by a table. */
#include "core/server/options.h"

#include "core/base/memory.h"
#include "core/base/system/file.h"
#include "core/server/call.h"
#include "core/types/abi/abi.h"
#include "core/types/name.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

/* The plugins that have endpoints. An API plugin starts what it needs, as nodeos's do. */
static const struct plugin_name {
	const char *name;
	unsigned plugins;
} plugin_names[] = {
	{"eosio::chain_api_plugin", PLUGIN_CHAIN},
	{"eosio::producer_api_plugin", PLUGIN_PRODUCER},
	{"eosio::net_api_plugin", PLUGIN_NET},
	{"eosio::trace_api_plugin", PLUGIN_TRACE},
	{"eosio::db_size_api_plugin", PLUGIN_DB_SIZE},
};

static int take_plugin(struct server_options *out, const char *value, struct error *error)
{
	(void)error;
	for (size_t i = 0; i < sizeof plugin_names / sizeof *plugin_names; i++)
		if (strcmp(value, plugin_names[i].name) == 0)
			out->plugins |= plugin_names[i].plugins;
	return 0;
}

int server_address_parse(struct server_options *out, const char *text, struct error *error)
{
	const char *colon = strrchr(text, ':');
	size_t length = colon ? (size_t)(colon - text) : 0;
	char *end = NULL;
	unsigned long port = colon ? strtoul(colon + 1, &end, 10) : 0;

	if (!colon || !length || !isdigit((unsigned char)colon[1]) || *end || port > UINT16_MAX ||
	    length >= sizeof out->host)
		return error_set(error, EINVAL, "'%s' is no HOST:PORT", text);
	if (text[0] == '[' && text[length - 1] == ']') {
		text++;
		length -= 2;
	}
	snprintf(out->host, sizeof out->host, "%.*s", (int)length, text);
	out->port = (uint16_t)port;
	return 0;
}

int server_no_address(struct error *error, const char *host, const char *why)
{
	return error_set(error, EADDRNOTAVAIL, "%s is no address to listen at: %s", host, why);
}

int server_socket_parse(struct server_options *out, const char *path, struct error *error)
{
	struct sockaddr_un address;

	if (strlen(path) >= sizeof address.sun_path)
		return error_set(error, ENAMETOOLONG, "'%s' is too long for a socket: %zu characters at most", path,
		                 sizeof address.sun_path - 1);
	strcpy(out->host, path);
	out->is_local = true;
	return 0;
}

static int take_bool(bool *out, const char *value, struct error *error)
{
	static const char *const yes[] = {"true", "1", "yes", "on"}, *const no[] = {"false", "0", "no", "off"};
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
		if (strcmp(value, yes[i]) == 0 || strcmp(value, no[i]) == 0) {
			*out = strcmp(value, yes[i]) == 0;
			return 0;
		}
	return error_set(error, EINVAL, "'%s' is neither true nor false", value);
}

static int take_text(char *out, size_t size, const char *value, struct error *error)
{
	if (strlen(value) >= size || strchr(value, '\r'))
		return error_set(error, EINVAL, "'%.40s…' is too long", value);
	strcpy(out, value);
	return 0;
}

static int take_verbose(struct server_options *out, const char *value, struct error *error)
{
	return take_bool(&out->verbose_errors, value, error);
}

static int take_validate(struct server_options *out, const char *value, struct error *error)
{
	return take_bool(&out->validate_host, value, error);
}

static int take_credentials(struct server_options *out, const char *value, struct error *error)
{
	return take_bool(&out->allow_credentials, value, error);
}

static int take_account_queries(struct server_options *out, const char *value, struct error *error)
{
	bool on = false;
	int result = take_bool(&on, value, error);
	out->plugins |= on ? PLUGIN_ACCOUNT_QUERIES : 0;
	return result;
}

static int take_number(unsigned long *out, const char *value, unsigned long maximum, const char *what,
                       struct error *error)
{
	char *end;
	*out = strtoul(value, &end, 10);
	if (!isdigit((unsigned char)*value) || *end || *out > maximum)
		return error_set(error, EINVAL, "'%s' is no number of %s up to %lu", value, what, maximum);
	return 0;
}

/* What is kept in so many gigabytes; 0: nothing is. */
static int take_storage(struct server_options *out, unsigned plugin, const char *value, struct error *error)
{
	unsigned long gigabytes = 0;
	int result = take_number(&gigabytes, value, UINT32_MAX, "gigabytes", error);
	out->plugins |= gigabytes ? plugin : 0;
	return result;
}

static int take_status(struct server_options *out, const char *value, struct error *error)
{
	return take_storage(out, PLUGIN_STATUS, value, error);
}

static int take_retry(struct server_options *out, const char *value, struct error *error)
{
	return take_storage(out, PLUGIN_RETRY, value, error);
}

static int take_retry_seconds(struct server_options *out, const char *value, struct error *error)
{
	unsigned long seconds = 0;
	int result = take_number(&seconds, value, UINT32_MAX, "seconds", error);
	out->retry_seconds = (uint32_t)seconds;
	return result;
}

static int take_producer(struct server_options *out, const char *value, struct error *error)
{
	(void)value;
	(void)error;
	out->produces = true;
	return 0;
}

static int take_origin(struct server_options *out, const char *value, struct error *error)
{
	return take_text(out->allow_origin, sizeof out->allow_origin, value, error);
}

static int take_headers(struct server_options *out, const char *value, struct error *error)
{
	return take_text(out->allow_headers, sizeof out->allow_headers, value, error);
}

static int take_age(struct server_options *out, const char *value, struct error *error)
{
	return take_text(out->maximum_age, sizeof out->maximum_age, value, error);
}

static int take_alias(struct server_options *out, const char *value, struct error *error)
{
	if (out->aliases_count == SERVER_ALIASES)
		return error_set(error, E2BIG, "more than %d aliases", SERVER_ALIASES);
	return take_text(out->aliases[out->aliases_count++], sizeof *out->aliases, value, error);
}

static int take_body_limit(struct server_options *out, const char *value, struct error *error)
{
	return take_number(&out->body_limit, value, BODY_LIMIT, "bytes", error);
}

static int take_transaction_time(struct server_options *out, const char *value, struct error *error)
{
	char *end;
	long time = strtol(value, &end, 10);
	if (!*value || *end || time < -1 || time > INT32_MAX)
		return error_set(error, EINVAL, "'%s' is no number of milliseconds", value);
	out->max_transaction_time = (int32_t)time;
	return 0;
}

/* Without the white space around it. */
static char *trimmed(char *text)
{
	char *end = text + strlen(text);
	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

/* ACCOUNT=FILE */
static int take_trace_abi(struct server_options *out, const char *value, struct error *error)
{
	const char *path = strchr(value, '=');
	char name[SERVER_HOST_SIZE];
	struct text text = TEXT_EMPTY;
	struct abi *abi = NULL;
	uint64_t account;

	if (!path || path[1] != '/')
		return error_set(error, EINVAL, "'%s' is no ACCOUNT=FILE with the whole path of an .abi file", value);
	snprintf(name, sizeof name, "%.*s", (int)(path - value), value);
	int result = name_parse_account(&account, trimmed(name), error);
	if (result == 0)
		result = file_load(&text, path + 1, BODY_LIMIT, error);
	if (result == 0 && (result = abi_parse(&abi, text_string(&text), text.length, error)) != 0)
		error_prefix(error, "%s", path + 1);
	text_release(&text);
	if (result)
		return result;
	struct trace_abi *taken = memory_allocate(1, sizeof *taken);
	*taken = (struct trace_abi){out->trace_abis, account, abi};
	out->trace_abis = taken;
	return 0;
}

static const struct option_row {
	const char *name;
	int (*take)(struct server_options *out, const char *value, struct error *error);
} option_rows[] = {
	{"plugin", take_plugin},
	{"http-server-address", server_address_parse},
	{"http-validate-host", take_validate},
	{"http-alias", take_alias},
	{"verbose-http-errors", take_verbose},
	{"max-body-size", take_body_limit},
	{"max-transaction-time", take_transaction_time},
	{"access-control-allow-origin", take_origin},
	{"access-control-allow-headers", take_headers},
	{"access-control-max-age", take_age},
	{"access-control-allow-credentials", take_credentials},
	{"enable-account-queries", take_account_queries},
	{"transaction-finality-status-max-storage-size-gb", take_status},
	{"transaction-retry-max-storage-size-gb", take_retry},
	{"transaction-retry-max-expiration-sec", take_retry_seconds},
	{"producer-name", take_producer},
	{"trace-rpc-abi", take_trace_abi},
};

static int take_line(struct server_options *out, char *line, struct error *error)
{
	char *value = strchr(line, '=');
	if (*trimmed(line) == '#' || !value)
		return 0;
	*value++ = '\0';
	const char *name = trimmed(line);
	for (size_t i = 0; i < sizeof option_rows / sizeof *option_rows; i++)
		if (strcmp(name, option_rows[i].name) == 0) {
			int result = option_rows[i].take(out, trimmed(value), error);
			if (result)
				error_prefix(error, "%s", name);
			return result;
		}
	return 0;
}

int server_options_parse(struct server_options *out, const char *text, struct error *error)
{
	char *lines = memory_copy_string(text), *rest = lines;
	int result = 0;

	*out = (struct server_options){.validate_host = true, .body_limit = BODY_LIMIT,
	                                .max_transaction_time = 30,
	                                .retry_seconds = 120};
	for (char *line; result == 0 && (line = strsep(&rest, "\n"));)
		result = take_line(out, line, error);
	free(lines);
	if (result == 0 && (out->plugins & PLUGIN_RETRY) && out->produces)
		result = error_set(error, EINVAL,
		                   "transaction-retry-max-storage-size-gb: not on a node that has a producer-name");
	if (result)
		server_options_release(out);
	return result;
}

void server_options_release(struct server_options *options)
{
	for (struct trace_abi *next; options->trace_abis; options->trace_abis = next) {
		next = options->trace_abis->next;
		abi_release(options->trace_abis->abi);
		free(options->trace_abis);
	}
}

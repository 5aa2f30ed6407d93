/* What a node's process is given: a config.ini made of the node's own, where names of nodes are addresses and
 * keys are asked for at a socket, and a command line that names its folders. */
#include "core/chain/processes/processes_private.h"

#include "core/base/memory.h"
#include "core/base/system/file.h"
#include "core/types/name.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- lines --- */

enum { OPTION_SIZE = 64 };

/* "name = value" taken apart; false: a comment, an empty line. *value ends at the line's end. */
static bool split(char name[OPTION_SIZE], const char **value, const char *line)
{
	const char *equals = strchr(line, '='), *mark = strchr(line, '#');

	while (isspace((unsigned char)*line))
		line++;
	if (!equals || (mark && mark < equals))
		return false;
	size_t length = (size_t)(equals - line);
	while (length && isspace((unsigned char)line[length - 1]))
		length--;
	if (length == 0 || length >= OPTION_SIZE)
		return false;
	memcpy(name, line, length);
	name[length] = 0;
	for (*value = equals + 1; isspace((unsigned char)**value);)
		++*value;
	return true;
}

static bool is_one_of(const char *name, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(name, *list) == 0)
			return true;
	return false;
}

int launch_check(const struct configuration *configuration, struct error *error)
{
	static const char *const paths[] = {"block-log-dir",
	                                    "blocks-dir",
	                                    "c",
	                                    "config",
	                                    "config-dir",
	                                    "d",
	                                    "data-dir",
	                                    "genesis-json",
	                                    "l",
	                                    "logconf",
	                                    "protocol-features-dir",
	                                    "snapshots-dir",
	                                    "state-dir",
	                                    "state-history-dir",
	                                    "trace-rpc-abi",
	                                    NULL};
	static const char *const deleting[] = {"delete-all-blocks", NULL};
	const char *value;
	char name[OPTION_SIZE];

	if (configuration->unknown_count)
		return error_set(error, EINVAL, "Unknown option '%s': what it names is not known",
		                 configuration->unknown[0]);
	for (size_t i = 0; i < configuration->lines_count; i++) {
		if (!split(name, &value, configuration->lines[i]))
			continue;
		if (is_one_of(name, paths))
			return error_set(error, EPERM,
			                 "%s names a folder or a file: a node of this mount keeps its own below the "
			                 "mount's data folder",
			                 name);
		if (is_one_of(name, deleting))
			return error_set(error, EPERM, "%s: write remove into the node's file state, and make it again",
			                 name);
	}
	return 0;
}

/* --- addresses --- */

/* This one, unless somebody has it now; else any that nobody has. 0: none can be had. */
static uint16_t free_port(uint16_t wanted)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(wanted)};
	socklen_t length = sizeof address;
	const int on = 1;
	int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (made < 0)
		return wanted;
	setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	bool bound = bind(made, (const struct sockaddr *)&address, length) == 0;
	if (!bound) {
		address.sin_port = 0;
		bound = bind(made, (const struct sockaddr *)&address, length) == 0;
	}
	if (!bound || getsockname(made, (struct sockaddr *)&address, &length) != 0)
		address.sin_port = 0;
	close(made);
	return ntohs(address.sin_port);
}

static void set_address(char out[64], uint16_t *port, const char *configured)
{
	const char *colon = configured ? strrchr(configured, ':') : NULL;

	if (colon && strcmp(colon, ":0") != 0 && strlen(configured) < 64) {
		strcpy(out, configured);
		return;
	}
	*port = free_port(*port);
	snprintf(out, 64, "%.*s:%u", colon ? (int)(colon - configured < 48 ? colon - configured : 48) : 9,
	         colon ? configured : "127.0.0.1", *port);
}

void launch_set_addresses(struct process_node *node, const struct configuration *configuration)
{
	set_address(node->http_address, &node->http_port, configuration->http_server_address);
	set_address(node->p2p_address, &node->p2p_port, configuration->p2p_listen_endpoint);
}

/* --- config.ini --- */

static bool has_value(const struct configuration *configuration, const char *option, const char *wanted)
{
	const char *value;
	char name[OPTION_SIZE];

	for (size_t i = 0; i < configuration->lines_count; i++)
		if (split(name, &value, configuration->lines[i]) && strcmp(name, option) == 0 &&
		    (!wanted || strncmp(value, wanted, strlen(wanted)) == 0))
			return true;
	return false;
}

/* Under mutex: a line as the process is to read it. */
static void print_line(struct text *out, struct processes *processes, const char *line, const char *keys)
{
	const struct process_node *peer = NULL;
	const char *value;
	char name[OPTION_SIZE];
	uint64_t named;

	if (!split(name, &value, line)) {
		text_printf(out, "%s\n", line);
		return;
	}
	if (strcmp(name, "p2p-peer-address") == 0 && name_parse_account(&named, value, NULL) == 0)
		peer = processes_find(processes, named);
	size_t key = strcspn(value, "=");
	if (peer)
		text_printf(out, "%s = %s\n", name, peer->p2p_address);
	else if (strcmp(name, "signature-provider") == 0 && strcmp(value + key, "=KEOSD:") == 0)
		text_printf(out, "%s = %.*s=KEOSD:%s\n", name, (int)key, value, keys);
	else
		text_printf(out, "%s\n", line);
}

/* Options of which there are many add up; of the others the command line's counts. */
static bool is_replaced(const char *line, const struct configuration *arguments)
{
	static const char *const many[] = {
		"http-alias", "p2p-auto-bp-peer", "p2p-peer-address", "peer-key",           "peer-private-key",
		"plugin",     "private-key",      "producer-name",    "signature-provider", NULL};
	static const char *const ours[] = {"http-server-address", "p2p-listen-endpoint", NULL};
	const char *value;
	char name[OPTION_SIZE];

	if (!split(name, &value, line))
		return false;
	return is_one_of(name, ours) || (!is_one_of(name, many) && has_value(arguments, name, NULL));
}

/* Under mutex. */
static void print_configuration(struct text *out, struct processes *processes, struct process_node *node,
                                const char *keys)
{
	static const char *const plugins[] = {"eosio::http_plugin", "eosio::chain_api_plugin"};
	const struct configuration *parts[] = {&node->file, &node->arguments};

	text_printf(out,
	            "# Made of nodes/%s/config.ini at each start.\n"
	            "http-server-address = %s\np2p-listen-endpoint = %s\n",
	            name_text(node->name).text, node->http_address, node->p2p_address);
	if (!has_value(&node->file, "keosd-provider-timeout", NULL) &&
	    !has_value(&node->arguments, "keosd-provider-timeout", NULL))
		text_append(out, "keosd-provider-timeout = 1000\n");
	for (size_t i = 0; i < sizeof plugins / sizeof *plugins; i++)
		if (!has_value(&node->file, "plugin", plugins[i]) &&
		    !has_value(&node->arguments, "plugin", plugins[i]))
			text_printf(out, "plugin = %s\n", plugins[i]);
	for (size_t part = 0; part < 2; part++)
		for (size_t i = 0; i < parts[part]->lines_count; i++) {
			const char *line = parts[part]->lines[i], *value;
			char name[OPTION_SIZE];
			bool ours = split(name, &value, line) &&
			            is_replaced(line, part ? &(struct configuration){0} : &node->arguments);
			if (!ours)
				print_line(out, processes, line, keys);
		}
}

/* --- the program and its folders --- */

static int check_program(const char *program, struct error *error)
{
	struct stat found;

	if (stat(program, &found) != 0)
		return error_set(error, errno, "%s: %s", program, file_reason(errno));
	if (!S_ISREG(found.st_mode) || access(program, X_OK) != 0)
		return error_set(error, EACCES, "%s is no program that can be run", program);
	if (found.st_uid != 0 && found.st_uid != geteuid())
		return error_set(error, EPERM, "%s belongs to another user (%u): it is not run", program,
		                 (unsigned)found.st_uid);
	if (found.st_mode & (S_IWGRP | S_IWOTH))
		return error_set(error, EPERM, "%s may be written by others: it is not run (chmod go-w)", program);
	return 0;
}

static int make_folder(char **path, const char *folder, const char *name, struct error *error)
{
	struct text text = TEXT_EMPTY;

	text_printf(&text, "%s/%s", folder, name);
	*path = text_take(&text);
	return mkdir(*path, 0700) == 0 || errno == EEXIST
	           ? 0
	           : error_set(error, errno, "%s: %s", *path, file_reason(errno));
}

static int write_file(const char *folder, const char *name, const struct text *content, struct error *error)
{
	struct text path = TEXT_EMPTY;

	text_printf(&path, "%s/%s", folder, name);
	int result = file_replace(text_string(&path), text_string(content), content->length, error);
	text_release(&path);
	return result;
}

/* This program is such a node when it is told to. */
static bool is_self(const struct processes_options *options)
{
	struct stat program, self;

	return stat(options->program, &program) == 0 && stat(options->self, &self) == 0 &&
	       program.st_dev == self.st_dev && program.st_ino == self.st_ino;
}

/* A genesis is given to a chain that begins. */
static void add_words(struct text *out, const struct processes *processes, const char *data,
                      const char *configuration)
{
	struct text blocks = TEXT_EMPTY;

	text_printf(&blocks, "%s/blocks", data);
	text_printf(out, "%s%c", processes->options.program, 0);
	if (is_self(&processes->options))
		text_printf(out, "--node%c", 0);
	text_printf(out, "--data-dir=%s%c--config-dir=%s%c", data, 0, configuration, 0);
	if (access(text_string(&blocks), F_OK) != 0)
		text_printf(out, "--genesis-json=%s/genesis.json%c", processes->options.folder, 0);
	text_release(&blocks);
}

static char **words_of(const struct text *text)
{
	size_t count = 0, i = 0;

	for (size_t at = 0; at < text->length; at++)
		count += text->data[at] == 0;
	char **words = memory_allocate(count + 1, sizeof *words);
	for (const char *at = text->data; i < count; at += strlen(at) + 1)
		words[i++] = memory_copy_string(at);
	return words;
}

int launch_prepare(struct processes *processes, struct process_node *node, char ***words, const char *keys,
                   struct error *error)
{
	struct text content = TEXT_EMPTY, line = TEXT_EMPTY;
	char *configuration = NULL, *data = NULL;
	int result = check_program(processes->options.program, error);

	if (result == 0)
		result = make_folder(&configuration, node->folder, "config", error);
	if (result == 0)
		result = make_folder(&data, node->folder, "data", error);
	if (result == 0) {
		pthread_mutex_lock(&processes->mutex);
		print_configuration(&content, processes, node, keys);
		pthread_mutex_unlock(&processes->mutex);
		result = write_file(configuration, "config.ini", &content, error);
	}
	if (result == 0) {
		add_words(&line, processes, data, configuration);
		*words = words_of(&line);
	}
	text_release(&content);
	text_release(&line);
	free(configuration);
	free(data);
	return result;
}

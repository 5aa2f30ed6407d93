/* The nodes of a chain of processes: made, started and stopped. */
#include "core/chain/processes/processes_private.h"

#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "core/base/system/file.h"
#include "core/types/name.h"
#include "core/wallet/wallet.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EOSIO name_literal("eosio")

enum { LOG_LIMIT = 4 << 20, START_PATIENCE_MS = 60000, OPEN_FILES = 16, LAST_LINE = 512 };

/* --- finding --- */

struct process_node *processes_find(struct processes *processes, uint64_t name)
{
	for (size_t i = 0; i < processes->nodes_count; i++)
		if (processes->nodes[i]->name == name && !processes->nodes[i]->is_removed)
			return processes->nodes[i];
	return NULL;
}

int processes_get(struct processes *processes, struct process_node **out, uint64_t name, struct error *error)
{
	pthread_mutex_lock(&processes->mutex);
	*out = processes_find(processes, name);
	pthread_mutex_unlock(&processes->mutex);
	return *out ? 0 : error_set(error, ENOENT, "there is no node \"%s\"", name_text(name).text);
}

/* --- files of a node --- */

int process_node_save(const struct process_node *node, const char *name,
                      const struct configuration *configuration, struct error *error)
{
	struct text path = TEXT_EMPTY, content = TEXT_EMPTY;

	configuration_print(configuration, &content);
	text_printf(&path, "%s/%s", node->folder, name);
	int result = file_replace(text_string(&path), text_string(&content), content.length, error);
	text_release(&path);
	text_release(&content);
	return result;
}

/* Its options stand in the file "running" while it is to run. */
static int save_running(const struct process_node *node, bool running, struct error *error)
{
	struct text path = TEXT_EMPTY;

	if (running)
		return process_node_save(node, "running", &node->arguments, error);
	text_printf(&path, "%s/running", node->folder);
	int result = unlink(text_string(&path)) == 0 || errno == ENOENT
	                 ? 0
	                 : error_set(error, errno, "%s: %s", path.data, file_reason(errno));
	text_release(&path);
	return result;
}

/* --- life --- */

/* The configuration that a node begins with; its addresses are ports that are free. */
static void print_default(struct text *out, uint64_t name, const struct genesis *genesis)
{
	text_append(out, "# port 0: one that is free; endpoints says which\n"
	                 "http-server-address = 127.0.0.1:0\np2p-listen-endpoint = 127.0.0.1:0\n"
	                 "p2p-max-nodes-per-host = 100\n");
	if (name == EOSIO)
		text_printf(out,
		            "enable-stale-production = true\nproducer-name = eosio\nsignature-provider = %s=KEOSD:\n"
		            "plugin = eosio::producer_plugin\nplugin = eosio::producer_api_plugin\n",
		            public_key_text(&genesis->initial_key).text);
	text_append(out, "plugin = eosio::chain_api_plugin\nplugin = eosio::http_plugin\n"
	                 "http-alias = localhost\nenable-account-queries = true\ncontracts-console = true\n");
}

static void insert(struct processes *processes, struct process_node *node)
{
	size_t at = processes->nodes_count;

	memory_grow(&processes->nodes, &processes->nodes_capacity, at + 1, sizeof *processes->nodes);
	for (; at && processes->nodes[at - 1]->name > node->name; at--)
		processes->nodes[at] = processes->nodes[at - 1];
	processes->nodes[at] = node;
	processes->nodes_count++;
}

static struct process_node *create_node(const struct processes *processes, uint64_t name)
{
	struct process_node *node = memory_allocate(1, sizeof *node);
	struct text folder = TEXT_EMPTY;

	text_printf(&folder, "%s/nodes/%s", processes->options.folder, name_text(name).text);
	*node = (struct process_node){
		.name = name, .folder = text_take(&folder), .log = growing_text_create(LOG_LIMIT)};
	node->supervised = supervised_create(processes->options.self, node->log);
	return node;
}

void processes_release_node(struct process_node *node)
{
	supervised_destroy(node->supervised);
	if (node->chain && node->name != EOSIO)
		chain_destroy(node->chain);
	configuration_release(&node->file);
	configuration_release(&node->arguments);
	configuration_release(&node->active);
	growing_text_destroy(node->log);
	free(node->folder);
	free(node);
}

int processes_add(struct processes *processes, struct process_node **out, uint64_t name, const char *text,
                  struct error *error)
{
	struct process_node *node;
	struct text usual = TEXT_EMPTY;
	int result = 0;

	if (processes_get(processes, &node, name, NULL) == 0)
		return error_set(error, EEXIST, "there is a node \"%s\" already", name_text(name).text);
	node = create_node(processes, name);
	print_default(&usual, name, &processes->genesis);
	if (mkdir(node->folder, 0700) != 0 && errno != EEXIST)
		result = error_set(error, errno, "%s: %s", node->folder, file_reason(errno));
	if (result == 0)
		result = configuration_parse(&node->file, text ? text : text_string(&usual), processes->keys, error);
	text_release(&usual);
	if (result == 0 && !text)
		result = process_node_save(node, "config.ini", &node->file, error);
	if (result) {
		processes_release_node(node);
		return result;
	}
	pthread_mutex_lock(&processes->mutex);
	launch_set_addresses(node, &node->file);
	insert(processes, node);
	pthread_mutex_unlock(&processes->mutex);
	if (out)
		*out = node;
	return 0;
}

int process_node_make(struct chain *base, uint64_t name, struct error *error)
{
	struct processes *processes = processes_of(base);

	pthread_mutex_lock(&processes->changes);
	int result = processes_add(processes, NULL, name, NULL, error);
	pthread_mutex_unlock(&processes->changes);
	return result;
}

static int remove_path(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	(void)status, (void)kind, (void)place;
	return remove(path);
}

static int remove_node(struct processes *processes, struct process_node *node, struct error *error)
{
	if (node->name == EOSIO)
		return error_set(error, EPERM, "node \"eosio\" shows the chain: a mount needs it");
	if (supervised_is_wanted(node->supervised))
		return error_set(error, EBUSY, "node \"%s\" runs: stop it first", name_text(node->name).text);
	pthread_mutex_lock(&processes->mutex);
	node->is_removed = true;
	pthread_mutex_unlock(&processes->mutex);
	if (nftw(node->folder, remove_path, OPEN_FILES, FTW_DEPTH | FTW_PHYS) != 0)
		return error_set(error, errno, "%s: %s", node->folder, file_reason(errno));
	return 0;
}

/* --- starting and stopping --- */

/* Keys that its configuration names and that only the wallet has become the nodes' own. */
static void take_keys(struct processes *processes, const struct configuration *configuration)
{
	struct private_key key;

	for (size_t i = 0; i < configuration->signers.count; i++)
		if (!key_store_get(processes->keys, NULL, &configuration->signers.keys[i]) &&
		    wallet_private_key(processes->options.wallet, &key, &configuration->signers.keys[i], NULL) == 0)
			key_store_add(processes->keys, &key, NULL);
	memory_wipe(&key, sizeof key);
}

static int failed(struct process_node *node, int status, struct error *error)
{
	char last[LAST_LINE + 1];
	size_t size = growing_text_size(node->log, NULL);
	size_t length = growing_text_read(node->log, last, LAST_LINE, size > LAST_LINE ? size - LAST_LINE : 0);

	while (length && last[length - 1] == '\n')
		length--;
	last[length] = 0;
	const char *line = strrchr(last, '\n');
	return error_set(error, EINVAL, "node \"%s\" has ended at once (%d): %s", name_text(node->name).text,
	                 status, line ? line + 1 : last);
}

/* Until it answers; one that never does is ended. */
static int await(struct processes *processes, struct process_node *node, struct error *error)
{
	int64_t until = clock_monotonic_ms() + START_PATIENCE_MS;
	struct chain_info info;
	int status;

	while (supervised_watch(node->supervised, &status)) {
		int result = process_node_ask(processes, node, &info, true, NULL, error);
		if (result == 0)
			return 0;
		if (clock_monotonic_ms() >= until) {
			supervised_end(node->supervised, false);
			return result;
		}
		error_clear(error);
	}
	supervised_end(node->supervised, false);
	return failed(node, status, error);
}

/* What is reached at its address before may be asked still. */
static void leave_chain(struct processes *processes, struct process_node *node)
{
	LIST_APPEND(processes->former, processes->former_count, processes->former_capacity, node->chain);
	node->chain = NULL;
}

static int set_active(struct processes *processes, struct process_node *node, struct error *error)
{
	struct configuration merged;
	char before[sizeof node->http_address];
	int result = 0;

	configuration_merge(&merged, &node->file, &node->arguments);
	pthread_mutex_lock(&processes->mutex);
	configuration_release(&node->active);
	node->active = merged;
	strcpy(before, node->http_address);
	launch_set_addresses(node, &node->active);
	if (node->chain && strcmp(before, node->http_address) != 0 && node->name == EOSIO) {
		result = error_set(error, EBUSY,
		                   "the mount asks node \"eosio\" at %s: its http-server-address counts "
		                   "from the next mount",
		                   before);
		strcpy(node->http_address, before);
	} else if (node->chain && strcmp(before, node->http_address) != 0) {
		leave_chain(processes, node);
	}
	pthread_mutex_unlock(&processes->mutex);
	return result;
}

int processes_start(struct processes *processes, struct process_node *node, struct error *error)
{
	struct text keys = TEXT_EMPTY;
	char **words = NULL;
	int result = launch_check(&node->file, error);

	if (result == 0)
		result = launch_check(&node->arguments, error);
	if (result == 0)
		result = set_active(processes, node, error);
	if (result)
		return result;
	take_keys(processes, &node->active);
	result = key_store_save(processes->keys, error);
	if (result == 0)
		result = processes->options.serve_keys(processes->options.context, &keys, processes, node->name,
		                                       error);
	if (result == 0)
		result = launch_prepare(processes, node, &words, text_string(&keys), error);
	if (result == 0)
		result = supervised_start(node->supervised, words, error);
	if (result == 0)
		result = await(processes, node, error);
	if (result == 0)
		result = save_running(node, true, error);
	text_release(&keys);
	return result;
}

static int start_with(struct processes *processes, struct process_node *node, const char *const *words,
                      size_t count, struct error *error)
{
	struct configuration parsed;

	if (supervised_is_wanted(node->supervised))
		return error_set(error, EBUSY, "node \"%s\" runs already", name_text(node->name).text);
	int result = configuration_parse_arguments(&parsed, words, count, processes->keys, error);
	if (result)
		return result;
	result = launch_check(&parsed, error);
	if (result) {
		configuration_release(&parsed);
		return result;
	}
	pthread_mutex_lock(&processes->mutex);
	configuration_release(&node->arguments);
	node->arguments = parsed;
	pthread_mutex_unlock(&processes->mutex);
	return processes_start(processes, node, error);
}

static int end(struct process_node *node, bool kill, struct error *error)
{
	if (!supervised_is_wanted(node->supervised))
		return error_set(error, ESRCH, "node \"%s\" does not run", name_text(node->name).text);
	supervised_end(node->supervised, kill);
	return save_running(node, false, error);
}

static int run_command(struct processes *processes, struct process_node *node, const char *const *words,
                       size_t count, struct error *error)
{
	const char *word = count ? words[0] : "";

	if (strcmp(word, "start") == 0)
		return start_with(processes, node, words + 1, count - 1, error);
	if (count == 1 && strcmp(word, "stop") == 0)
		return end(node, false, error);
	if (count == 1 && strcmp(word, "kill") == 0)
		return end(node, true, error);
	if (count == 1 && strcmp(word, "restart") == 0) {
		supervised_end(node->supervised, false);
		return processes_start(processes, node, error);
	}
	if (count == 1 && strcmp(word, "remove") == 0)
		return remove_node(processes, node, error);
	return error_set(error, EINVAL, "\"%s\": start [nodeos options], stop, kill, restart or remove", word);
}

int process_node_command(struct chain *base, uint64_t name, const char *const *words, size_t count,
                         struct error *error)
{
	struct processes *processes = processes_of(base);
	struct process_node *node;

	pthread_mutex_lock(&processes->changes);
	int result = processes_get(processes, &node, name, error);
	if (result == 0)
		result = run_command(processes, node, words, count, error);
	pthread_mutex_unlock(&processes->changes);
	return result;
}

/* With these lines, unless it names a producer already; it runs then. */
static int start_one(struct processes *processes, const struct chain_node_start *start, struct error *error)
{
	struct process_node *node;
	struct text text = TEXT_EMPTY;
	int result = 0;

	if (processes_get(processes, &node, start->name, NULL) != 0)
		result = processes_add(processes, &node, start->name, NULL, error);
	if (result == 0 && !node->file.producers_count) {
		configuration_print(&node->file, &text);
		text_append(&text, start->configuration);
		result = process_node_take(processes, node, text_string(&text), error);
		text_release_secret(&text); /* the lines may hold a private key */
	}
	return result || supervised_is_wanted(node->supervised) ? result
	                                                        : start_with(processes, node, NULL, 0, error);
}

int process_nodes_start(struct chain *base, const struct chain_node_start *nodes, size_t *count,
                        struct error *error)
{
	struct processes *processes = processes_of(base);
	size_t started = 0;
	int result = 0;

	pthread_mutex_lock(&processes->changes);
	while (started < *count && result == 0) {
		result = start_one(processes, &nodes[started], error);
		started += result == 0;
	}
	pthread_mutex_unlock(&processes->changes);
	*count = started;
	return result;
}

/* A chain of processes: its life. */
#include "core/chain/processes/processes.h"

#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "core/base/system/file.h"
#include "core/chain/processes/processes_private.h"
#include "core/types/name.h"
#include "core/wallet/wallet.h"

#include <dirent.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define EOSIO name_literal("eosio")

enum { FILE_LIMIT = 16 << 20 };

struct processes *processes_of(struct chain *chain)
{
	return (struct processes *)(uintptr_t)((const char *)chain->operations -
	                                       offsetof(struct processes, operations));
}

bool processes_key(void *context, uint64_t name, const struct public_key *key, struct private_key *out)
{
	struct processes *processes = context;
	bool named = false;

	pthread_mutex_lock(&processes->mutex);
	const struct process_node *node = processes_find(processes, name);
	for (size_t i = 0; node && i < node->active.signers.count && !named; i++)
		named = public_key_compare(&node->active.signers.keys[i], key) == 0;
	pthread_mutex_unlock(&processes->mutex);
	return named && key_store_get(processes->keys, out, key);
}

/* --- the end --- */

static void release(struct processes *processes)
{
	for (size_t i = 0; i < processes->nodes_count; i++)
		processes_release_node(processes->nodes[i]);
	for (size_t i = 0; i < processes->former_count; i++)
		chain_destroy(processes->former[i]);
	free(processes->former);
	free(processes->nodes);
	key_store_close(processes->keys);
	pthread_mutex_destroy(&processes->changes);
	pthread_mutex_destroy(&processes->mutex);
	free(processes);
}

/* All are told at once, and then waited for one after the other: until then they may want signatures. */
static void *end_node(void *node)
{
	supervised_end(((struct process_node *)node)->supervised, false);
	return NULL;
}

static void end_all(struct processes *processes)
{
	pthread_t *threads = memory_allocate(processes->nodes_count + 1, sizeof *threads);
	size_t made = 0;

	while (made < processes->nodes_count &&
	       pthread_create(&threads[made], NULL, end_node, processes->nodes[made]) == 0)
		made++;
	for (size_t i = 0; i < made; i++)
		pthread_join(threads[i], NULL);
	free(threads);
	processes->options.end_keys(processes->options.context);
}

static void destroy(struct chain *base)
{
	struct processes *processes = processes_of(base);

	end_all(processes);
	processes->destroy_chain(base);
	release(processes);
}

/* --- the folder --- */

static char *path_of(const struct processes *processes, const char *name)
{
	struct text path = TEXT_EMPTY;

	text_printf(&path, "%s/%s", processes->options.folder, name);
	return text_take(&path);
}

static int make_folder(const char *path, struct error *error)
{
	return mkdir(path, 0700) == 0 || errno == EEXIST
	           ? 0
	           : error_set(error, errno, "%s: %s", path, file_reason(errno));
}

/* The chain's own, once it has begun. */
static int settle_genesis(struct processes *processes, const struct genesis *given, struct error *error)
{
	char *path = path_of(processes, "genesis.json");
	struct text content = TEXT_EMPTY;
	int result = file_load(&content, path, FILE_LIMIT, NULL);

	if (result == 0) {
		result = genesis_parse(&processes->genesis, text_string(&content), content.length, error);
		struct checksum256 ours = genesis_chain_id(&processes->genesis),
		                   theirs = given ? genesis_chain_id(given) : ours;
		if (result == 0 && !checksum256_equal(&ours, &theirs))
			result = error_set(error, EINVAL, "the chain in %s has another genesis",
			                   processes->options.folder);
	} else if (result == -ENOENT) {
		if (given)
			processes->genesis = *given;
		else
			genesis_default(&processes->genesis);
		genesis_print(&content, &processes->genesis);
		result = file_replace(path, text_string(&content), content.length, error);
	} else {
		error_set(error, -result, "%s: %s", path, file_reason(result));
	}
	text_release(&content);
	free(path);
	return result;
}

/* The key of eosio: a node signs with it, and the boot begins with it. */
static int take_genesis_key(struct processes *processes, const struct private_key *given, struct error *error)
{
	struct private_key key;
	struct public_key public;

	if (given)
		key = *given;
	else if (private_key_parse(&key, GENESIS_PRIVATE_KEY, error) != 0)
		return -EINVAL;
	int result = signer_public_key(processes->options.signer, &public, &key);
	if (result == 0 && public_key_compare(&public, &processes->genesis.initial_key) == 0) {
		result = key_store_add(processes->keys, &key, error);
		if (result == 0 && !wallet_has(processes->options.wallet, &public))
			result = wallet_import(processes->options.wallet, NULL, &key, error);
	} else if (given) {
		result = error_set(error, EINVAL, "the genesis key is not that of the genesis");
	}
	memory_wipe(&key, sizeof key);
	return result;
}

/* One that was here before; its options, if it ran. */
static int load_node(struct processes *processes, uint64_t name, struct error *error)
{
	struct text path = TEXT_EMPTY, content = TEXT_EMPTY, running = TEXT_EMPTY;
	struct process_node *node = NULL;

	text_printf(&path, "%s/nodes/%s/config.ini", processes->options.folder, name_text(name).text);
	int result = file_load(&content, text_string(&path), FILE_LIMIT, error);
	if (result == 0)
		result = processes_add(processes, &node, name, text_string(&content), error);
	text_clear(&path);
	text_printf(&path, "%s/nodes/%s/running", processes->options.folder, name_text(name).text);
	if (result == 0 && file_load(&running, text_string(&path), FILE_LIMIT, NULL) == 0) {
		result = configuration_parse(&node->arguments, text_string(&running), processes->keys, error);
		node->is_to_run = result == 0;
	}
	text_release(&path);
	text_release(&content);
	text_release(&running);
	return result;
}

static int load_nodes(struct processes *processes, struct error *error)
{
	char *path = path_of(processes, "nodes");
	int result = make_folder(path, error);
	DIR *folder = result ? NULL : opendir(path);
	uint64_t name;

	if (result == 0 && !folder)
		result = error_set(error, errno, "%s: %s", path, file_reason(errno));
	for (struct dirent *entry; folder && result == 0 && (entry = readdir(folder));)
		if (name_parse_account(&name, entry->d_name, NULL) == 0)
			result = load_node(processes, name, error);
	if (folder)
		closedir(folder);
	free(path);
	return result;
}

/* --- the beginning --- */

/* The others' failures stand in their logs. */
static void start_others(struct processes *processes)
{
	for (size_t i = 0; i < processes->nodes_count; i++) {
		struct process_node *node = processes->nodes[i];
		struct error error = {0};
		if (node->name != EOSIO && node->is_to_run && processes_start(processes, node, &error) != 0)
			growing_text_append(node->log, error.sentence, strlen(error.sentence), clock_real());
	}
}

static int start_first(struct processes *processes, struct error *error)
{
	struct process_node *first = processes_find(processes, EOSIO);
	int result = first ? 0 : processes_add(processes, &first, EOSIO, NULL, error);

	if (result == 0)
		result = processes_start(processes, first, error);
	if (result)
		return result;
	/* over HTTP, but for what is about nodes */
	struct chain_operations *all = &processes->operations;
	processes->chain = first->chain;
	*all = *first->chain->operations;
	processes->destroy_chain = all->destroy;
	all->destroy = destroy;
	all->view_open = process_node_view;
	all->node = process_node_look;
	all->node_from = process_node_from;
	all->node_make = process_node_make;
	all->node_command = process_node_command;
	all->nodes_start = process_nodes_start;
	all->node_configuration = process_node_configuration;
	all->node_configure = process_node_configure;
	all->node_options = process_node_options;
	all->node_peers = process_node_peers;
	all->node_set_peers = process_node_set_peers;
	all->producer_state = process_producer_state;
	processes->chain->operations = all;
	processes->chain->lacks &= ~(unsigned)(CHAIN_NODES | CHAIN_ORIGIN | CHAIN_PROCESSES);
	return 0;
}

int processes_chain_create(struct chain **out, const struct processes_options *options, struct error *error)
{
	struct processes *processes = memory_allocate(1, sizeof *processes);
	char *keys;

	processes->options = *options;
	pthread_mutex_init(&processes->changes, NULL);
	pthread_mutex_init(&processes->mutex, NULL);
	keys = path_of(processes, "keys");
	int result = make_folder(options->folder, error);
	if (result == 0)
		result = settle_genesis(processes, options->genesis, error);
	if (result == 0)
		result = key_store_open(&processes->keys, keys, options->signer, error);
	if (result == 0)
		result = take_genesis_key(processes, options->genesis_key, error);
	if (result == 0)
		result = load_nodes(processes, error);
	if (result == 0)
		result = start_first(processes, error);
	free(keys);
	if (result) {
		end_all(processes);
		release(processes);
		return result;
	}
	start_others(processes);
	*out = processes->chain;
	return 0;
}

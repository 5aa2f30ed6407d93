/* How the nodes of a chain of processes are configured: it counts from their next start. */
#include "core/chain/processes/processes_private.h"

#include "core/types/name.h"

#include <errno.h>
#include <string.h>

static int print_of(struct chain *base, struct text *out, uint64_t name, bool with_arguments,
                    struct error *error)
{
	struct processes *processes = processes_of(base);

	pthread_mutex_lock(&processes->mutex);
	const struct process_node *node = processes_find(processes, name);
	if (node)
		configuration_print(&node->file, out);
	if (node && with_arguments)
		configuration_print(&node->arguments, out);
	pthread_mutex_unlock(&processes->mutex);
	return node ? 0 : error_set(error, ENOENT, "there is no node \"%s\"", name_text(name).text);
}

int process_node_configuration(struct chain *base, struct text *out, uint64_t name, struct error *error)
{
	return print_of(base, out, name, false, error);
}

int process_node_options(struct chain *base, struct text *out, uint64_t name, struct error *error)
{
	return print_of(base, out, name, true, error);
}

int process_node_take(struct processes *processes, struct process_node *node, const char *text,
                      struct error *error)
{
	struct configuration parsed;
	int result = configuration_parse(&parsed, text, processes->keys, error);

	if (result)
		return result;
	result = launch_check(&parsed, error);
	if (result == 0)
		result = key_store_save(processes->keys, error);
	if (result == 0)
		result = process_node_save(node, "config.ini", &parsed, error);
	if (result) {
		configuration_release(&parsed);
		return result;
	}
	pthread_mutex_lock(&processes->mutex);
	configuration_release(&node->file);
	node->file = parsed;
	if (!supervised_is_wanted(node->supervised))
		launch_set_addresses(node, &node->file);
	pthread_mutex_unlock(&processes->mutex);
	return 0;
}

int process_node_configure(struct chain *base, uint64_t name, const char *text, struct error *error)
{
	struct processes *processes = processes_of(base);
	struct process_node *node;

	pthread_mutex_lock(&processes->changes);
	int result = processes_get(processes, &node, name, error);
	if (result == 0)
		result = process_node_take(processes, node, text, error);
	pthread_mutex_unlock(&processes->changes);
	return result;
}

/* Those that it goes by, or will. */
int process_node_peers(struct chain *base, struct text *out, uint64_t name, struct error *error)
{
	struct processes *processes = processes_of(base);

	pthread_mutex_lock(&processes->mutex);
	struct process_node *node = processes_find(processes, name);
	const struct configuration *shown = NULL;
	if (node)
		shown = supervised_is_wanted(node->supervised) ? &node->active : &node->file;
	for (size_t i = 0; shown && i < shown->peers_count; i++)
		text_printf(out, "%s\n", shown->peers[i]);
	pthread_mutex_unlock(&processes->mutex);
	return node ? 0 : error_set(error, ENOENT, "there is no node \"%s\"", name_text(name).text);
}

int process_node_set_peers(struct chain *base, uint64_t name, const char *const *peers, size_t count,
                           struct error *error)
{
	struct processes *processes = processes_of(base);
	struct process_node *node;

	for (size_t i = 0; i < count; i++)
		if (!*peers[i] || strpbrk(peers[i], " \t\n#="))
			return error_set(error, EINVAL, "\"%s\" is no p2p-peer-address: host:port or a node's name",
			                 peers[i]);
	pthread_mutex_lock(&processes->changes);
	int result = processes_get(processes, &node, name, error);
	if (result == 0 && supervised_is_wanted(node->supervised))
		result = error_set(error, EBUSY,
		                   "node \"%s\" runs, and a process reads its peers when it starts: stop "
		                   "it first, or write them into config.ini and restart it",
		                   name_text(name).text);
	if (result == 0) {
		pthread_mutex_lock(&processes->mutex);
		configuration_set_peers(&node->file, peers, count);
		pthread_mutex_unlock(&processes->mutex);
		result = process_node_save(node, "config.ini", &node->file, error);
	}
	pthread_mutex_unlock(&processes->changes);
	return result;
}

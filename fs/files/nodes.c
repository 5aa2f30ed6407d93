/* nodes/: the nodes of the network: what each knows, how it is configured, its log; making, starting and
 * stopping them. chain/node: which of them the tree shows. */
#include "fs/files/nodes.h"

#include "core/server/server.h"
#include "core/types/name.h"
#include "fs/tree/write/command.h"

#include <errno.h>
#include <string.h>

static int not_ours(struct error *error)
{
	return error_set(error, EOPNOTSUPP, "the nodes of this chain are not this mount's to change");
}

static int read_node(struct request *request, struct chain_node *out, struct error *error)
{
	int result = request_view(request, error);
	if (result)
		return result;
	if (request->name[0] == 0)
		return error_set(error, ENOENT, "no such node: %s", request->capture[0]);
	return request->chain->operations->node(request->chain, out, request->name[0],
	                                        request_interruption(request), error);
}

int nodes_list(struct request *request, const char *from, struct listing *listing, struct error *error)
{
	uint64_t name = 0;
	int result = request->chain->operations->node_from(request->chain, &name, 0, error);

	while (result == 0) {
		struct name_text text = name_text(name);
		if (strcmp(text.text, from) >= 0 && listing->add(listing, text.text))
			return 0;
		result = request->chain->operations->node_from(request->chain, &name, name + 1, error);
	}
	return result == -ENOENT ? 0 : result;
}

int nodes_make(struct request *request, const char *text, struct error *error)
{
	uint64_t name;
	int result = name_parse_account(&name, text, error);

	if (result == 0 && !request->chain->operations->node_make)
		return not_ours(error);
	return result ? result : request->chain->operations->node_make(request->chain, name, error);
}

int nodes_exists(struct request *request, struct error *error)
{
	struct chain_node node;
	return read_node(request, &node, error);
}

/* --- configuration --- */

int nodes_config_ini_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_node node;
	int result = read_node(request, &node, error);
	request_saw_block(request, BLOCK_NUM_GENESIS);
	if (result == 0)
		result = request->chain->operations->node_configuration(request->chain, out, node.name, error);
	return result;
}

int nodes_config_ini_write(struct request *request, const char *data, size_t length, struct error *error)
{
	struct text text = TEXT_EMPTY;

	if (!request->chain->operations->node_configure)
		return not_ours(error);
	text_append_bytes(&text, data, length);
	int result = request->chain->operations->node_configure(request->chain, request->name[0],
	                                                        text_string(&text), error);
	text_release(&text);
	return result;
}

int nodes_peers_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_node node;
	int result = read_node(request, &node, error);
	return result ? result
	              : request->chain->operations->node_peers(request->chain, out, node.name, error);
}

/* One a word: the lines so far are the list; what was appended comes behind what is there. */
int nodes_peers_write(struct request *request, const char *data, size_t length, struct error *error)
{
	struct text before = TEXT_EMPTY;
	struct command command = {0};
	int result = request->chain->operations->node_set_peers ? 0 : not_ours(error);

	if (result == 0 && request->append)
		result = request->chain->operations->node_peers(request->chain, &before, request->name[0], error);
	text_append_bytes(&before, data, length);
	for (size_t i = 0; i < before.length; i++)
		if (before.data[i] == '\n')
			before.data[i] = ' ';
	if (result == 0)
		result = command_parse(&command, text_string(&before), before.length, NULL, 0, error);
	if (result == 0)
		result = request->chain->operations->node_set_peers(request->chain, request->name[0], command.word,
		                                                    command.count, error);
	command_release(&command);
	text_release(&before);
	return result;
}

/* --- state --- */

int nodes_state_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_node node;
	int result = read_node(request, &node, error);

	if (result)
		return result;
	if (node.state == CHAIN_NODE_SYNCING)
		text_printf(out, "syncing %u\n", node.blocks_to_go);
	else
		text_append(out, node.state == CHAIN_NODE_RUNNING ? "running\n" : "stopped\n");
	return 0;
}

/* What the file reads is accepted: a node that is so stays as it is, another becomes so, with the options
 * that it was last started with. */
static const char *command_for(const struct chain_node *node, const char *word)
{
	bool runs = node->state != CHAIN_NODE_STOPPED;

	if (strcmp(word, "running") == 0 || strcmp(word, "syncing") == 0)
		return runs ? NULL : "restart";
	if (strcmp(word, "stopped") == 0)
		return runs ? "stop" : NULL;
	return word;
}

int nodes_state_write(struct request *request, const char *data, size_t length, struct error *error)
{
	struct chain_node node;
	struct command command = {0};
	int result = request->chain->operations->node_command ? read_node(request, &node, error)
	                                                      : not_ours(error);

	if (result == 0)
		result = command_parse(&command, data, length, NULL, 0, error);
	if (result == 0 && command.count == 0)
		result = error_set(error, EINVAL, "start [nodeos options], stop, kill, restart or remove is missing");
	if (result == 0) {
		const char *word = command_for(&node, command.word[0]);
		bool as_read = word != command.word[0];
		command.word[0] = word;
		if (word)
			result = request->chain->operations->node_command(request->chain, node.name, command.word,
			                                                  as_read ? 1 : command.count, error);
	}
	command_release(&command);
	return result;
}

int nodes_head_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_node node;
	int result = read_node(request, &node, error);
	if (result == 0)
		text_printf(out, "%u\n", node.head_block_num);
	return result;
}

int nodes_lib_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_node node;
	int result = read_node(request, &node, error);
	if (result == 0)
		text_printf(out, "%u\n", node.irreversible_block_num);
	return result;
}

int nodes_producers_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_node node;
	int result = read_node(request, &node, error);
	for (size_t i = 0; result == 0 && i < node.producers_count; i++)
		text_printf(out, "%s\n", name_text(node.producers[i]).text);
	return result;
}

static void print_p2p(struct text *out, const struct chain_node *node)
{
	text_printf(out, "p2p %s", node->p2p_address);
	if (*node->p2p_trouble)
		text_printf(out, " (not open: %s)", node->p2p_trouble);
	else if (node->p2p_is_open || node->p2p_is_sought)
		text_append(out, node->p2p_is_open ? " (open)" : " (not open: its name is being looked up)");
	text_append(out, "\n");
}

int nodes_endpoints_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_node node;
	int result = read_node(request, &node, error);
	struct server *server = request_options(request)->server;
	struct text served = TEXT_EMPTY;

	if (result)
		return result;
	if (server)
		server_address_print(server, &served, node.name);
	if (served.length)
		text_printf(out, "http %s\n", text_string(&served) + strlen("http://"));
	else
		text_printf(out, "http %s%s\n", node.http_address,
		            node.http_is_open || (request->chain->lacks & CHAIN_NODES) ? "" : " (not served)");
	if (node.p2p_address[0])
		print_p2p(out, &node);
	text_release(&served);
	return result;
}

int nodes_pid_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_node node;
	int result = read_node(request, &node, error);
	if (result == 0 && node.pid)
		text_printf(out, "%ld\n", node.pid);
	return result;
}

int nodes_view_graft(struct request *request, struct chain_revision *out, struct error *error)
{
	(void)error;
	out->node = request->name[0];
	return 0;
}

struct growing_text *nodes_stderr_grow(struct request *request, struct error *error)
{
	struct chain_node node;
	if (read_node(request, &node, error) != 0)
		return NULL;
	if (!node.log)
		error_set(error, EOPNOTSUPP, "this node's log is not here");
	return node.log;
}

/* --- chain/node --- */

int chain_node_read(struct request *request, struct text *out, struct error *error)
{
	uint64_t name;
	int result = request->chain->operations->viewed_node(request->chain, &name, error);
	if (result == 0)
		text_printf(out, "%s\n", name_text(name).text);
	return result;
}

int chain_node_write(struct request *request, const char *data, size_t length, struct error *error)
{
	uint64_t name;
	int result = name_parse_account(&name, data, error);

	(void)length;
	if (result == 0 && !request->chain->operations->view_node)
		return not_ours(error);
	return result ? result : request->chain->operations->view_node(request->chain, name, error);
}

/* nodes/: the nodes of the network, each with what it knows and its log. */
#include "fs/files/nodes.h"

#include "core/types/name.h"

#include <errno.h>
#include <string.h>

static int read_node(struct request *request, struct chain_node *out, struct error *error)
{
	struct chain_view *view = NULL;
	int result = request_view(request, &view, error);
	if (result)
		return result;
	if (request->name[0] == 0)
		return error_set(error, ENOENT, "no such node: %s", request->capture[0]);
	return request->chain->operations->node(request->chain, out, request->name[0],
	                                        request_interruption(request), error);
}

int nodes_list(struct request *request, const char *from, struct listing *listing, struct error *error)
{
	static const char only[] = "eosio";
	struct chain_node node;
	int result = 0;
	if (strcmp(only, from) < 0)
		return 0;
	/* The node that mounting starts; one that is not there is no failure of listing. */
	result = request->chain->operations->node(request->chain, &node, name_literal(only),
	                                          request_interruption(request), error);
	if (result == 0)
		listing->add(listing, only);
	return result == -ENOENT ? 0 : result;
}

int nodes_exists(struct request *request, struct error *error)
{
	struct chain_node node;
	return read_node(request, &node, error);
}

int nodes_config_ini_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_node node;
	int result = read_node(request, &node, error);
	if (result)
		return result;
	request_saw_block(request, 1);
	text_printf(out, "# nodeos's configuration of node %s\n", request->capture[0]);
	text_append(
		out,
		"# the keys that sign its producers' blocks stay in the wallet: no signature-provider stands here\n"
		"enable-stale-production = true\n"
		"plugin = eosio::producer_plugin\n"
		"plugin = eosio::producer_api_plugin\n"
		"plugin = eosio::chain_api_plugin\n");
	for (size_t i = 0; i < node.producers_count; i++)
		text_printf(out, "producer-name = %s\n", name_text(node.producers[i]).text);
	return 0;
}

int nodes_state_read(struct request *request, struct text *out, struct error *error)
{
	struct chain_node node;
	int result = read_node(request, &node, error);
	if (result == 0)
		text_append(out, node.state == CHAIN_NODE_RUNNING ? "running\n" : "stopped\n");
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

int nodes_view_graft(struct request *request, struct chain_revision *out, struct error *error)
{
	(void)error;
	out->node = request->name[0];
	return 0;
}

struct growing_text *nodes_stderr_grow(struct request *request, struct error *error)
{
	struct chain_node node;
	if (read_node(request, &node, error) < 0)
		return NULL;
	if (!node.log)
		error_set(error, EOPNOTSUPP, "this node's log is not here");
	return node.log;
}

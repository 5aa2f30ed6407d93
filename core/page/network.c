/* The nodes and their links, as a picture: whom each connects to, what runs, whose blocks it signs. */
#include "core/page/page_private.h"

#include "core/base/memory.h"
#include "core/types/name.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct node_fact node_fact(const struct chain_node *node)
{
	struct node_fact fact = {
		.name = node->name,
		.state = node->state,
		.head_block_num = node->head_block_num,
		.irreversible_block_num = node->irreversible_block_num,
		.producer = node->producers_count ? node->producers[0] : 0,
		.producers_count = node->producers_count,
	};
	memcpy(fact.p2p_address, node->p2p_address, sizeof fact.p2p_address);
	return fact;
}

static int collect_nodes(struct facts *facts, struct chain_view *view, struct error *error)
{
	const struct chain_operations *operations = view->chain->operations;
	struct chain_node node;
	uint64_t name = 0;
	int result = operations->node_from(view->chain, &name, 0, error);

	while (result == 0) {
		facts->nodes_total++;
		if (facts->nodes_count < NODES_SHOWN) {
			result = operations->node(view->chain, &node, name, view->interruption, error);
			if (result)
				return result;
			LIST_APPEND(facts->nodes, facts->nodes_count, facts->nodes_capacity, node_fact(&node));
		}
		result = operations->node_from(view->chain, &name, name + 1, error);
	}
	return result == -ENOENT ? 0 : result;
}

/* By its name, or by the port of a p2p-peer-address: all of them are on this machine. */
static size_t find_node(const struct facts *facts, const char *peer)
{
	const char *port = strrchr(peer, ':');
	size_t i = 0;

	for (; i < facts->nodes_count; i++) {
		const char *own = strrchr(facts->nodes[i].p2p_address, ':');
		if (port ? own && strcmp(own, port) == 0 : strcmp(name_text(facts->nodes[i].name).text, peer) == 0)
			break;
	}
	return i;
}

static int collect_links(struct facts *facts, struct chain_view *view, size_t from, struct error *error)
{
	struct text peers = TEXT_EMPTY;
	int result = view->chain->operations->node_peers(view->chain, &peers, facts->nodes[from].name, error);
	char *rest = NULL;

	text_string(&peers);
	for (char *peer = peers.data ? strtok_r(peers.data, "\n", &rest) : NULL; result == 0 && peer;
	     peer = strtok_r(NULL, "\n", &rest)) {
		size_t to = find_node(facts, peer);
		if (to == facts->nodes_count || to == from)
			continue;
		LIST_APPEND(facts->links, facts->links_count, facts->links_capacity, (struct link_fact){from, to});
	}
	text_release(&peers);
	return result;
}

int facts_network(struct facts *facts, struct chain_view *view, struct error *error)
{
	const bool links_known = !(view->chain->lacks & CHAIN_NODES);
	int result = collect_nodes(facts, view, error);

	for (size_t i = 0; links_known && result == 0 && i < facts->nodes_count; i++)
		result = collect_links(facts, view, i, error);
	return result;
}

/* --- the picture: nodes on a circle, so that no link hides another node --- */

enum { SIDE = 480, RADIUS = 145, LABEL_AT = RADIUS + 12, DOT = 6 };

static double angle(const struct facts *facts, size_t i)
{
	return 2 * M_PI * (double)i / (double)facts->nodes_count - M_PI / 2;
}

static double x_at(double direction, double radius)
{
	return SIDE / 2.0 + radius * cos(direction);
}

static double y_at(double direction, double radius)
{
	return SIDE / 2.0 + radius * sin(direction);
}

static void print_links(struct text *out, const struct facts *facts)
{
	for (size_t i = 0; i < facts->links_count; i++) {
		const struct link_fact *link = &facts->links[i];
		double from = angle(facts, link->from), to = angle(facts, link->to);
		bool down = facts->nodes[link->from].state == CHAIN_NODE_STOPPED ||
		            facts->nodes[link->to].state == CHAIN_NODE_STOPPED;
		text_printf(out, "<path class=\"%s\" d=\"M%.1f %.1fL%.1f %.1f\"/>\n", down ? "link down" : "link",
		            x_at(from, RADIUS), y_at(from, RADIUS), x_at(to, RADIUS), y_at(to, RADIUS));
	}
}

static void print_node(struct text *out, const struct node_fact *node, double direction)
{
	static const char *const states[] = {
		[CHAIN_NODE_STOPPED] = "stopped", [CHAIN_NODE_RUNNING] = "running", [CHAIN_NODE_SYNCING] = "syncing"};
	bool left = cos(direction) < -1e-9;
	double turn = direction * 180 / M_PI + (left ? 180 : 0);
	double x = x_at(direction, LABEL_AT), y = y_at(direction, LABEL_AT);

	text_printf(out, "<circle class=\"node %s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%d\"><title>",
	            states[node->state], x_at(direction, RADIUS), y_at(direction, RADIUS), DOT);
	markup_name(out, node->name);
	text_printf(out, ": %s, block %u, %u irreversible", states[node->state], node->head_block_num,
	            node->irreversible_block_num);
	if (node->producers_count) {
		text_append(out, "; signs for ");
		markup_name(out, node->producer);
		if (node->producers_count > 1)
			text_printf(out, " and %zu more", node->producers_count - 1);
	}
	text_printf(out,
	            "</title></circle>\n<text class=\"tick\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" "
	            "dominant-baseline=\"middle\" transform=\"rotate(%.1f %.1f %.1f)\">",
	            x, y, left ? "end" : "start", turn, x, y);
	markup_name(out, node->name);
	text_append(out, "</text>\n");
}

int network_chart_height(const struct facts *facts)
{
	return facts->nodes_count ? SIDE : 0;
}

void network_chart_print(struct text *out, const struct facts *facts)
{
	print_links(out, facts);
	for (size_t i = 0; i < facts->nodes_count; i++)
		print_node(out, &facts->nodes[i], angle(facts, i));
	if (facts->nodes_count < facts->nodes_total)
		text_printf(out, "<text class=\"tick\" x=\"4\" y=\"14\">the first %zu of %zu nodes</text>\n",
		            facts->nodes_count, facts->nodes_total);
}

/* /v1/net: a node's connections, and whom it connects to. */
#include "core/server/call.h"

#include "core/base/memory.h"
#include "core/server/node.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* --- connections --- */

static void print_text(struct text *out, const char *text)
{
	text_append_json(out, text, strlen(text));
}

static void print_handshake(struct text *out, const struct peer_connection *connection,
                            const struct checksum256 *chain_id)
{
	static const struct public_key no_key;
	static const struct signature no_signature;
	static const struct checksum256 none;
	const struct peer_heads *heads = &connection->heads;
	bool heard = connection->network_version != 0;

	text_printf(out,
	            "{\"network_version\":%u,\"chain_id\":\"%s\",\"node_id\":\"%s\",\"key\":\"%s\",\"time\":%s,"
	            "\"token\":\"%s\",\"sig\":\"%s\",\"p2p_address\":",
	            connection->network_version, checksum256_text(heard ? chain_id : &none).text,
	            checksum256_text(&connection->node_id).text, public_key_text(&no_key).text,
	            chain_number_text((uint64_t)connection->time_ns).text, checksum256_text(&none).text,
	            signature_text(&no_signature).text);
	print_text(out, connection->p2p_address);
	text_printf(out,
	            ",\"last_irreversible_block_num\":%" PRIu32
	            ",\"last_irreversible_block_id\":\"%s\",\"head_num\":%" PRIu32
	            ",\"head_id\":\"%s\",\"os\":\"%s\",\"agent\":\"%s\",\"generation\":%u}",
	            heads->irreversible_num, checksum256_text(&heads->irreversible_id).text, heads->head_num,
	            checksum256_text(&heads->head_id).text, heard ? "linux" : "", heard ? "EOS Test Agent" : "",
	            connection->generation);
}

static void print_connection(struct text *out, const struct peer_connection *connection,
                             const struct checksum256 *chain_id)
{
	text_append(out, "{\"peer\":");
	print_text(out, connection->peer);
	text_printf(out, ",\"connecting\":%s,\"syncing\":%s,\"is_bp_peer\":false,\"last_handshake\":",
	            connection->connecting ? "true" : "false", connection->syncing ? "true" : "false");
	print_handshake(out, connection, chain_id);
	text_append_char(out, '}');
}

struct listing {
	struct call *call;
	const char *peer; /* only the one that is called so; NULL: all */
	bool begun;
};

static void list_connection(void *context, const struct peer_connection *connection)
{
	struct listing *listing = context;
	struct call *call = listing->call;

	if (listing->peer && (listing->begun || strcmp(listing->peer, connection->peer) != 0))
		return;
	text_append(call->out, listing->begun ? "," : "");
	print_connection(call->out, connection, &call->chain->chain_id);
	listing->begun = true;
}

static int list(struct call *call, struct listing *listing)
{
	const struct chain_operations *operations = call->chain->operations;

	if (!operations->node_connections)
		return error_chain(&call->error, UNSUPPORTED_FEATURE, "connections are not known of this chain");
	return operations->node_connections(call->chain, call->node->name, list_connection, listing,
	                                    &call->error);
}

static int get_connections(struct call *call)
{
	struct listing listing = {.call = call};

	text_append_char(call->out, '[');
	int result = list(call, &listing);
	text_append_char(call->out, ']');
	return result;
}

/* The body, a host's name. */
static const char *peer_of(struct call *call)
{
	return value_text(call, call->body);
}

static int get_status(struct call *call)
{
	struct listing listing = {.call = call, .peer = peer_of(call)};

	if (call->bad)
		return call_bad_parameters(call);
	int result = list(call, &listing);
	if (!listing.begun)
		text_append(call->out, "null");
	return result;
}

/* --- changing them: the node's p2p-peer-address list --- */

struct peers {
	struct text lines;
	const char **list; /* into lines; one place is free */
	size_t count;
};

static int read_peers(struct call *call, struct peers *out)
{
	const struct chain_operations *operations = call->chain->operations;
	size_t limit = 1;

	if (!operations->node_peers || !operations->node_set_peers)
		return error_chain(&call->error, UNSUPPORTED_FEATURE, "connections are not this chain's own");
	int result = operations->node_peers(call->chain, &out->lines, call->node->name, &call->error);
	for (size_t i = 0; i < out->lines.length; i++)
		limit += out->lines.data[i] == '\n';
	out->list = memory_allocate(limit, sizeof *out->list);
	char *rest = out->lines.length ? out->lines.data : NULL;
	for (char *line; result == 0 && (line = strsep(&rest, "\n"));)
		if (*line)
			out->list[out->count++] = line;
	return result;
}

static void peers_release(struct peers *peers)
{
	free(peers->list);
	text_release(&peers->lines);
}

static size_t find_peer(const struct peers *peers, const char *name)
{
	size_t place = 0;
	while (place < peers->count && strcmp(peers->list[place], name) != 0)
		place++;
	return place;
}

static int set_peers(struct call *call, const struct peers *peers)
{
	return call->chain->operations->node_set_peers(call->chain, call->node->name, peers->list, peers->count,
	                                               &call->error);
}

/* What is no address is refused where nodeos says that it was added. */
static int connect(struct call *call)
{
	const char *peer = peer_of(call);
	struct peers peers = {0};
	int result = call->bad ? call_bad_parameters(call) : read_peers(call, &peers);
	bool known = result == 0 && find_peer(&peers, peer) < peers.count;

	if (result == 0 && !known) {
		peers.list[peers.count++] = peer;
		result = set_peers(call, &peers);
	}
	if (result == 0)
		print_text(call->out, known ? "already connected" : "added connection");
	else if (result == -EINVAL)
		result = call_bad_parameters(call);
	peers_release(&peers);
	return result;
}

static int disconnect(struct call *call)
{
	const char *peer = peer_of(call);
	struct peers peers = {0};
	int result = call->bad ? call_bad_parameters(call) : read_peers(call, &peers);
	size_t place = result == 0 ? find_peer(&peers, peer) : 0;
	bool known = place < peers.count;

	if (known) {
		peers.list[place] = peers.list[--peers.count];
		result = set_peers(call, &peers);
	}
	if (result == 0)
		print_text(call->out, known ? "connection removed" : "no known connection for host");
	peers_release(&peers);
	return result;
}

const struct endpoint net_endpoints[] = {
	{"/v1/net/connect", PLUGIN_NET, PARAMETERS_LIST, 201, connect, .reads = false, .pace = HTTP_LONG},
	{"/v1/net/disconnect", PLUGIN_NET, PARAMETERS_LIST, 201, disconnect, .reads = false, .pace = HTTP_LONG},
	{"/v1/net/status", PLUGIN_NET, PARAMETERS_LIST, 201, get_status, .reads = false},
	{"/v1/net/connections", PLUGIN_NET, PARAMETERS_NONE, 201, get_connections, .reads = false},
	{.path = NULL},
};

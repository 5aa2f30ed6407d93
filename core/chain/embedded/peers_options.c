/* A node's endpoint as it is configured and as it is shown: who may connect, how many, how often; who is. */
#include "core/chain/embedded/peers_private.h"

#include "core/base/memory.h"
#include "core/network/configuration.h"

#include <errno.h>
#include <stdio.h>

/* Whose handshakes count: those of the keys that are named, and of its own. */
static int take_keys(struct p2p_options *out, struct outside *outside, const struct configuration *active,
                     struct error *error)
{
	const struct key_list *lists[] = {&active->peer_keys, &active->peer_signers, &active->signers};
	size_t count = 0;

	if ((active->allowed_connections & ALLOW_SPECIFIED) && !active->peer_keys.count)
		return error_set(error, EINVAL,
		                 "at least one peer-key must accompany 'allowed-connection=specified'");
	outside->keys = memory_allocate(active->peer_keys.count + active->peer_signers.count +
	                                    active->signers.count + 1,
	                                sizeof *outside->keys);
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
		for (size_t k = 0; k < lists[i]->count; k++)
			outside->keys[count++] = lists[i]->keys[k];
	out->peer_keys = outside->keys;
	out->peer_keys_count = count;
	return 0;
}

/* Handshakes are signed with the smallest of the peer-private-keys. */
static void take_own_key(struct p2p_options *out, struct outside *outside, const struct key_list *signers)
{
	const struct public_key *smallest = NULL;

	for (size_t i = 0; i < signers->count; i++)
		if (!smallest || public_key_compare(&signers->keys[i], smallest) < 0)
			smallest = &signers->keys[i];
	if (smallest && key_store_get(outside->chain->node_keys, &outside->own_key, smallest))
		out->own_key = &outside->own_key;
}

int outside_configure(struct outside *outside, struct p2p_options *out, struct error *error)
{
	static const unsigned allowed[][2] = {{ALLOW_PRODUCERS, P2P_ALLOW_PRODUCERS},
	                                      {ALLOW_SPECIFIED, P2P_ALLOW_SPECIFIED},
	                                      {ALLOW_ANY, P2P_ALLOW_ANY}};
	const struct configuration *active = node_configuration(outside->node);

	if (active->max_clients.is_given)
		out->clients_maximum = active->max_clients.value;
	if (active->max_nodes_per_host.is_given)
		out->per_host_maximum = active->max_nodes_per_host.value;
	if (active->sync_fetch_span.is_given)
		out->sync_fetch_span = active->sync_fetch_span.value ? active->sync_fetch_span.value : 1;
	if (active->keepalive_ms.is_given)
		out->keepalive_ns = (int64_t)(active->keepalive_ms.value ? active->keepalive_ms.value : 1) * 1000000;
	if (active->dedup_seconds.is_given)
		out->transaction_memory_s = active->dedup_seconds.value;
	if (active->agent_name)
		out->agent = outside->agent = memory_copy_string(active->agent_name);
	outside->ignores_transactions = active->accept_transactions.is_given &&
	                                !active->accept_transactions.value;
	if (active->allowed_connections)
		out->allowed = P2P_ALLOW_NONE;
	for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
		if (active->allowed_connections & allowed[i][0])
			out->allowed |= allowed[i][1];
	take_own_key(out, outside, &active->peer_signers);
	return take_keys(out, outside, active, error);
}

/* --- shown --- */

struct walk {
	peer_connection_visitor *visitor;
	void *context;
};

static void show(void *context, const struct p2p_status *status)
{
	const struct p2p_handshake *handshake = status->handshake;
	const struct walk *walk = context;
	struct peer_connection out = {.connecting = status->connecting, .syncing = status->syncing};

	snprintf(out.peer, sizeof out.peer, "%s", *status->peer ? status->peer : status->remote);
	if (handshake) {
		if (!*status->peer)
			snprintf(out.peer, sizeof out.peer, "%.*s", PEER_SIZE - 1, handshake->address.text);
		snprintf(out.p2p_address, sizeof out.p2p_address, "%.*s", PEER_SIZE - 1, handshake->address.text);
		out.network_version = handshake->network_version;
		out.node_id = handshake->node_id;
		out.heads = handshake->heads;
		out.time_ns = handshake->time;
		out.generation = (unsigned)(uint16_t)handshake->generation;
	}
	walk->visitor(walk->context, &out);
}

void peers_connections(struct peers *peers, uint64_t node, peer_connection_visitor *visitor, void *context)
{
	struct walk walk = {visitor, context};

	peers_hold(peers);
	for (struct outside *outside = peers->list; outside; outside = outside->next)
		if (outside->name == node && outside->peer)
			p2p_endpoint_connections(peer_node_endpoint(outside->peer), show, &walk);
	peers_let_go(peers);
}

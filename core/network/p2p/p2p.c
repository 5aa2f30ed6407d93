/* Connections: bytes in, bytes out, opening, closing; and which file each message goes to. */
#include "core/network/p2p/p2p_private.h"

#include "core/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void p2p_options_default(struct p2p_options *options)
{
	*options = (struct p2p_options){.agent = "EOS Test Agent",
	                                .clients_maximum = 25,
	                                .per_host_maximum = 1,
	                                .sync_fetch_span = 100,
	                                .keepalive_ns = MILLISECONDS(10000),
	                                .transaction_memory_s = 10,
	                                .allowed = P2P_ALLOW_ANY};
}

struct p2p *p2p_create(const struct p2p_options *options, const struct p2p_host *host)
{
	struct p2p *p2p = memory_allocate(1, sizeof *p2p);
	p2p->options = *options;
	p2p->host = *host;
	return p2p;
}

static void connection_free(struct p2p_connection *connection)
{
	bytes_release(&connection->input);
	bytes_release(&connection->current);
	bytes_release(&connection->queue);
	id_set_release(&connection->blocks);
	id_set_release(&connection->transactions);
	free(connection);
}

void p2p_destroy(struct p2p *p2p)
{
	if (!p2p)
		return;
	while (p2p->connections) {
		struct p2p_connection *connection = p2p->connections;
		p2p->connections = connection->next;
		connection_free(connection);
	}
	id_set_release(&p2p->transactions);
	free(p2p);
}

/* --- opening and closing --- */

/* "127.0.0.1" of "127.0.0.1:51494". */
static bool same_host(const char *remote, const char *host)
{
	size_t length = strlen(host);
	return strncmp(remote, host, length) == 0 && remote[length] == ':';
}

bool p2p_admits(const struct p2p *p2p, const char *host)
{
	unsigned all = 0, from_host = 0;

	for (struct p2p_connection *other = p2p->connections; other; other = other->next)
		if (!other->outbound) {
			all++;
			from_host += same_host(other->remote, host);
		}
	return from_host < p2p->options.per_host_maximum &&
	       (p2p->options.clients_maximum == 0 || all < p2p->options.clients_maximum);
}

struct p2p_connection *p2p_open(struct p2p *p2p, const char *peer, const char *remote, int64_t now)
{
	struct p2p_connection *connection = memory_allocate(1, sizeof *connection), **end = &p2p->connections;

	p2p->now = now;
	*connection = (struct p2p_connection){.p2p = p2p,
	                                      .number = ++p2p->connections_made,
	                                      .outbound = peer != NULL,
	                                      .connecting = true,
	                                      .own_version = P2P_VERSION,
	                                      .serve_next = 1};
	snprintf(connection->peer, sizeof connection->peer, "%s", peer ? peer : "");
	snprintf(connection->remote, sizeof connection->remote, "%s", remote);
	snprintf(connection->name, sizeof connection->name, "%s", connection->peer);
	while (*end)
		end = &(*end)->next;
	*end = connection;
	if (connection->outbound) {
		connection->type = connection_type_of(connection->peer);
		p2p_log(p2p, LOG_CREATED, "created connection %llu to %s", (unsigned long long)connection->number,
		        connection->peer);
		handshake_send(connection);
	} else {
		p2p_log(p2p, LOG_ACCEPTED, "Accepted new connection: %.*s", (int)strcspn(remote, ":"), remote);
	}
	return connection;
}

void connection_end(struct p2p_connection *connection)
{
	if (!connection->ended)
		connection_log(connection, LOG_CLOSING, "Closing connection");
	connection->ended = true;
	connection_drop_queue(connection);
}

void p2p_close(struct p2p_connection *connection, bool by_peer, int64_t now)
{
	struct p2p *p2p = connection->p2p;
	struct p2p_connection **at = &p2p->connections;

	p2p->now = now;
	if (by_peer)
		connection_log(connection, LOG_PEER_CLOSED, "Peer closed connection");
	if (by_peer && !connection->ended)
		connection_log(connection, LOG_CLOSING, "Closing connection");
	connection_log(connection, LOG_CLOSE, "closing");
	connection->ended = true;
	while (*at != connection)
		at = &(*at)->next;
	*at = connection->next;
	sync_connection_closed(connection);
	connection_free(connection);
}

bool p2p_is_ended(const struct p2p_connection *connection)
{
	return connection->ended;
}

void p2p_standing(const struct p2p *p2p, struct p2p_standing *out)
{
	*out = (struct p2p_standing){.target = p2p->sync == SYNC_LIB_CATCHUP ? p2p->sync_target : 0};
	for (const struct p2p_connection *connection = p2p->connections; connection;
	     connection = connection->next) {
		out->connected += connection->welcome && !connection->ended;
		out->current += connection->welcome && connection_is_current(connection);
		if (p2p->sync == SYNC_HEAD_CATCHUP && connection->catching_up &&
		    connection->catch_up_num > out->target)
			out->target = connection->catch_up_num;
	}
}

void p2p_connection_status(const struct p2p_connection *connection, struct p2p_status *out)
{
	*out = (struct p2p_status){.peer = connection->peer,
	                           .remote = connection->remote,
	                           .connecting = connection->connecting,
	                           .syncing = connection->syncing,
	                           .handshake = connection->handshake_seen ? &connection->handshake : NULL,
	                           .number = connection->number,
	                           .go_away_reason = connection->go_away_reason,
	                           .heard = connection->heard != 0,
	                           .timed_out = connection->timed_out};
}

/* --- out --- */

/* What waits becomes what is written: a range's next block before all else. */
static void refill(struct p2p_connection *connection)
{
	bytes_clear(&connection->current);
	connection->written = 0;
	if (!serve_next_block(connection)) {
		struct bytes emptied = connection->current;
		connection->current = connection->queue;
		connection->queue = emptied;
	}
}

/* Something was queued. What can be written at once is on its way, whatever happens next. */
void connection_queued(struct p2p_connection *connection)
{
	if (connection->written == connection->current.length)
		refill(connection);
}

static void check_queue(struct p2p_connection *connection, size_t maximum)
{
	if (connection->queue.length + connection->current.length - connection->written > maximum)
		connection_end(connection);
}

void connection_send(struct p2p_connection *connection, const struct p2p_message *message)
{
	if (connection->ended)
		return;
	p2p_message_pack(&connection->queue, message);
	connection_queued(connection);
	check_queue(connection, QUEUE_WRITE_MAXIMUM);
}

void connection_send_block(struct p2p_connection *connection, const struct checksum256 *id)
{
	struct p2p *p2p = connection->p2p;
	struct bytes block = {0};

	if (!connection->ended && p2p->host.block(p2p->host.context, &block, id)) {
		p2p_block_pack(&connection->queue, block.data, block.length);
		id_set_add(&connection->blocks, id, block_id_number(id));
		connection->block_seen = p2p->now;
		connection_queued(connection);
		check_queue(connection, QUEUE_WRITE_MAXIMUM);
	}
	bytes_release(&block);
}

void connection_go_away(struct p2p_connection *connection, enum p2p_go_away_reason reason)
{
	struct p2p_message message = {.type = P2P_GO_AWAY, .go_away.reason = reason};

	if (connection->outbound)
		connection->go_away_reason = reason;
	connection_send(connection, &message);
}

void connection_drop_queue(struct p2p_connection *connection)
{
	bytes_clear(&connection->queue);
	connection->serve_next = 1;
	connection->serve_end = 0;
}

size_t p2p_output(struct p2p_connection *connection, const uint8_t **data)
{
	if (!connection->ended)
		connection_queued(connection);
	size_t length = connection->current.length - connection->written;

	*data = length ? connection->current.data + connection->written : NULL;
	return length;
}

void p2p_written(struct p2p_connection *connection, size_t length, int64_t now)
{
	connection->p2p->now = now;
	connection->written += length;
}

/* --- in --- */

static void receive_go_away(struct p2p_connection *connection, const struct p2p_go_away *go_away)
{
	connection_log(connection, LOG_GO_AWAY, "received go_away_message, reason = %s",
	               p2p_go_away_text(go_away->reason));
	connection->go_away_reason = go_away->reason;
	connection_end(connection);
}

static void receive(struct p2p_connection *connection, struct p2p_message *message)
{
	switch (message->type) {
	case P2P_HANDSHAKE:
		handshake_receive(connection, &message->handshake);
		break;
	case P2P_GO_AWAY:
		receive_go_away(connection, &message->go_away);
		break;
	case P2P_TIME:
		time_receive(connection, &message->time);
		break;
	case P2P_NOTICE:
		sync_receive_notice(connection, &message->selection);
		break;
	case P2P_REQUEST:
		serve_request(connection, &message->selection);
		break;
	case P2P_SYNC_REQUEST:
		serve_sync_request(connection, &message->sync_request);
		break;
	case P2P_BLOCK:
		relay_receive_block(connection, &message->block);
		break;
	case P2P_TRANSACTION:
		relay_receive_transaction(connection, &message->transaction);
		break;
	default:
		break; /* a chain_size is ignored */
	}
}

/* A message whose value is longer than its frame says reads on into what follows, one that is shorter leaves
 * the rest as the next frame (p2p.md 1.1). The count of bytes taken; 0: not enough of them, or it ended. */
static size_t take_message(struct p2p_connection *connection, const uint8_t *data, size_t length)
{
	struct p2p_message message;
	struct error error = {0};
	uint32_t payload;

	if (length < P2P_FRAME_HEAD)
		return 0;
	if (!p2p_frame_length(&payload, data)) {
		connection_log(connection, LOG_LENGTH, "incoming message length unexpected (%u)", payload);
		connection_end(connection);
		return 0;
	}
	if (length - P2P_FRAME_HEAD < payload)
		return 0;
	struct cursor in = cursor_make(data + P2P_FRAME_HEAD, length - P2P_FRAME_HEAD);
	if (p2p_message_unpack(&message, &in, &error) != 0) {
		connection_log(connection, LOG_EXCEPTION, "Exception in handling message: %s", error.sentence);
		connection_end(connection);
		return 0;
	}
	connection->heard = connection->p2p->now;
	receive(connection, &message);
	p2p_message_release(&message);
	return length - cursor_left(&in);
}

void p2p_input(struct p2p_connection *connection, const void *data, size_t length, int64_t now)
{
	size_t taken = 0, count;

	connection->p2p->now = now;
	if (connection->ended || length == 0)
		return;
	check_queue(connection, QUEUE_READ_MAXIMUM);
	bytes_put(&connection->input, data, length);
	while (!connection->ended && (count = take_message(connection, connection->input.data + taken,
	                                                   connection->input.length - taken)) > 0)
		taken += count;
	memmove(connection->input.data, connection->input.data + taken, connection->input.length - taken);
	connection->input.length -= taken;
}

/* --- timers --- */

void p2p_tick(struct p2p *p2p, int64_t *next, int64_t now)
{
	enum { FORGETTING_MS = 3000 };

	p2p->now = now;
	if (p2p->next_keepalive == 0) {
		p2p->next_keepalive = now + p2p->options.keepalive_ns;
		p2p->next_forgetting = now + MILLISECONDS(FORGETTING_MS);
	}
	if (now >= p2p->next_keepalive) {
		for (struct p2p_connection *connection = p2p->connections; connection; connection = connection->next)
			keepalive(connection);
		p2p->next_keepalive = now + p2p->options.keepalive_ns;
	}
	if (now >= p2p->next_forgetting) {
		relay_forget(p2p);
		p2p->next_forgetting = now + MILLISECONDS(FORGETTING_MS);
	}
	if (p2p->sync_deadline && now >= p2p->sync_deadline)
		sync_expire(p2p);
	*next = p2p->next_keepalive < p2p->next_forgetting ? p2p->next_keepalive : p2p->next_forgetting;
	if (p2p->sync_deadline && p2p->sync_deadline < *next)
		*next = p2p->sync_deadline;
}

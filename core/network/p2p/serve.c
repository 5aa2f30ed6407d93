/* What peers ask for: a range of blocks, one at a time as they are written, a branch, a single block (p2p.md
 * 1.7, 1.8, 3.4). */
#include "core/network/p2p/p2p_private.h"

static bool block_by_number(struct p2p *p2p, struct bytes *out, struct checksum256 *id, uint32_t number)
{
	return p2p->host.block_id(p2p->host.context, id, number) && p2p->host.block(p2p->host.context, out, id);
}

bool serve_next_block(struct p2p_connection *connection)
{
	struct p2p *p2p = connection->p2p;
	struct bytes block = {0};
	struct checksum256 id;
	bool served = false;

	if (connection->serve_next > connection->serve_end)
		return false;
	if (connection->serve_next > 0 && block_by_number(p2p, &block, &id, connection->serve_next)) {
		p2p_block_pack(&connection->current, block.data, block.length);
		id_set_add(&connection->blocks, &id, connection->serve_next);
		connection->block_seen = p2p->now;
		connection->serve_next++;
		served = true;
	} else {
		connection_log(connection, LOG_CANNOT_SERVE,
		               "enqueue sync, unable to fetch block %u, sending benign_other go away",
		               connection->serve_next);
		connection->serve_next = 1;
		connection->serve_end = 0;
		connection_go_away(connection, P2P_BENIGN_OTHER);
	}
	bytes_release(&block);
	return served;
}

static void serve(struct p2p_connection *connection, uint32_t start, uint32_t end)
{
	if (connection->serve_next <= connection->serve_end) {
		if (end > connection->serve_end)
			connection->serve_end = end;
		return;
	}
	connection->serve_next = start;
	connection->serve_end = end;
	connection_queued(connection);
}

void serve_sync_request(struct p2p_connection *connection, const struct p2p_sync_request *request)
{
	if (request->end == 0)
		connection_drop_queue(connection);
	else
		serve(connection, request->start, request->end);
}

/* From behind the asker's head, where that is on our branch, else from behind what is irreversible there. */
static void serve_branch(struct p2p_connection *connection, const struct checksum256 *id)
{
	struct p2p *p2p = connection->p2p;
	struct peer_heads heads;
	struct checksum256 ours;
	uint32_t from = connection->peer_irreversible;

	p2p->host.heads(p2p->host.context, &heads);
	if (id && block_id_number(id) > heads.head_num) {
		connection_log(connection, LOG_UNKNOWN_BRANCH,
		               "Peer asked for unknown block %u, sending: benign_other go away", block_id_number(id));
		connection_go_away(connection, P2P_BENIGN_OTHER);
		return;
	}
	if (from == 0)
		return;
	if (id && p2p->host.block_id(p2p->host.context, &ours, block_id_number(id)) &&
	    checksum256_equal(&ours, id))
		from = block_id_number(id);
	if (from >= heads.head_num)
		return;
	connection_log(connection, LOG_BRANCH, "enqueue %u - %u", from + 1, heads.head_num);
	serve(connection, from + 1, heads.head_num);
}

static void serve_one(struct p2p_connection *connection, const struct checksum256 *id)
{
	struct p2p *p2p = connection->p2p;

	if (p2p->host.knows(p2p->host.context, id)) {
		connection_send_block(connection, id);
		return;
	}
	connection_log(connection, LOG_UNKNOWN_BLOCK, "fetch block by id returned null, id %s",
	               checksum256_text(id).text);
}

void serve_request(struct p2p_connection *connection, const struct p2p_selection *request)
{
	const struct p2p_select_ids *blocks = &request->blocks, *transactions = &request->transactions;

	if (blocks->ids_count > 1) {
		connection_log(connection, LOG_REQUEST_IDS,
		               "Invalid request_message, req_blocks.ids.size %zu, closing", blocks->ids_count);
		connection_end(connection);
		return;
	}
	if (blocks->mode == P2P_CATCH_UP)
		serve_branch(connection, blocks->ids_count ? &blocks->ids[0] : NULL);
	else if (blocks->mode == P2P_NORMAL && blocks->ids_count)
		serve_one(connection, &blocks->ids[0]);
	if (transactions->ids_count && (transactions->mode == P2P_NONE || transactions->mode == P2P_NORMAL)) {
		connection_log(connection, LOG_REQUEST_TRANSACTIONS, "Invalid request_message, req_trx.ids.size %zu",
		               transactions->ids_count);
		connection_end(connection);
	} else if (blocks->mode == P2P_NONE && transactions->mode == P2P_NONE) {
		connection->syncing = false;
	}
}

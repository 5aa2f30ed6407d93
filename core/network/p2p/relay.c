/* Blocks and transactions that come, and those that go on to others (p2p.md 3.3, 3.5, 3.6). */
#include "core/network/p2p/p2p_private.h"

#include "core/base/exception.h"

/* --- blocks --- */

/* Many rejections in a row, none of them within two milliseconds of another, end a connection; each before
 * that is answered by a handshake. */
static void reject(struct p2p_connection *connection, uint32_t number)
{
	struct p2p *p2p = connection->p2p;

	sync_block_rejected(connection);
	if (connection->rejections == 0 || p2p->now - connection->rejected >= MILLISECONDS(2)) {
		connection->rejections++;
		connection->rejected = p2p->now;
	}
	if (connection->rejections >= REJECTIONS_MAXIMUM) {
		connection_log(connection, LOG_REJECTIONS, "block %u not accepted, closing connection", number);
		connection_end(connection);
	} else {
		handshake_send(connection);
	}
}

static void log_rejected(const struct p2p_connection *connection, uint32_t number,
                         const struct checksum256 *id, const struct error *error)
{
	char text[17];
	const struct exception *exception = exception_find(error->code);

	log_id(text, id);
	p2p_log(connection->p2p, LOG_BAD_BLOCK, "%s connection %llu: #%u %s...: %s (%u)\n%s", exception->name,
	        (unsigned long long)connection->number, number, text, exception->what, error->code,
	        error->sentence);
}

void relay_receive_block(struct p2p_connection *connection, struct signed_block *block)
{
	struct p2p *p2p = connection->p2p;
	const struct checksum256 id = block->id;
	const uint32_t number = block_id_number(&id);
	struct peer_heads heads;
	struct error error = {0};

	connection->block_seen = p2p->now;
	p2p->host.heads(p2p->host.context, &heads);
	if (p2p->sync != SYNC_LIB_CATCHUP && number < heads.irreversible_num) {
		struct p2p_message stop = {.type = P2P_SYNC_REQUEST};
		connection_log(connection, LOG_BELOW_LIB, "received block %u less than lib %u", number,
		               heads.irreversible_num);
		connection_send(connection, &stop);
		handshake_send(connection);
		return;
	}
	if (p2p->host.knows(p2p->host.context, &id)) {
		id_set_add(&connection->blocks, &id, number);
		sync_block_processed(connection, number, &id);
		return;
	}
	/* before it is received, so that what is accepted is not sent back */
	id_set_add(&connection->blocks, &id, number);
	switch (p2p->host.receive_block(p2p->host.context, block, &error)) {
	case P2P_BLOCK_ACCEPTED:
		connection->rejections = 0;
		sync_block_processed(connection, number, &id);
		break;
	case P2P_BLOCK_REJECTED:
		log_rejected(connection, number, &id, &error);
		reject(connection, number);
		break;
	default:
		break; /* dropped: it is asked for again after our turn */
	}
}

void p2p_block_accepted(struct p2p *p2p, const struct checksum256 *id, int64_t now)
{
	const uint32_t number = block_id_number(id);

	p2p->now = now;
	if (p2p->sync == SYNC_LIB_CATCHUP)
		return;
	for (struct p2p_connection *connection = p2p->connections; connection; connection = connection->next)
		if (connection_is_current(connection) && connection->type != CONNECTION_TRANSACTIONS &&
		    connection->peer_irreversible < number && !id_set_has(&connection->blocks, id))
			connection_send_block(connection, id);
}

/* --- transactions --- */

static uint32_t forget_at(const struct p2p *p2p, const struct packed_transaction *packed)
{
	int64_t last = p2p->now / 1000000000 + p2p->options.transaction_memory_s;
	return packed->transaction.expiration < last ? packed->transaction.expiration : (uint32_t)last;
}

void relay_receive_transaction(struct p2p_connection *connection, struct packed_transaction *packed)
{
	struct p2p *p2p = connection->p2p;
	uint32_t until = forget_at(p2p, packed);

	if (p2p->transactions.count >= TRANSACTION_IDS_MAXIMUM)
		return;
	id_set_add(&connection->transactions, &packed->id, until);
	if (id_set_add(&p2p->transactions, &packed->id, until))
		p2p->host.receive_transaction(p2p->host.context, packed);
}

void p2p_transaction_accepted(struct p2p *p2p, const struct packed_transaction *packed, int64_t now)
{
	p2p->now = now;
	uint32_t until = forget_at(p2p, packed);
	struct p2p_message message = {.type = P2P_TRANSACTION, .transaction = *packed}; /* borrowed */

	id_set_add(&p2p->transactions, &packed->id, until);
	for (struct p2p_connection *connection = p2p->connections; connection; connection = connection->next)
		if (connection_is_current(connection) && connection->type != CONNECTION_BLOCKS &&
		    id_set_add(&connection->transactions, &packed->id, until))
			connection_send(connection, &message);
}

void relay_forget(struct p2p *p2p)
{
	struct peer_heads heads;
	uint32_t second = (uint32_t)(p2p->now / 1000000000);

	p2p->host.heads(p2p->host.context, &heads);
	id_set_forget(&p2p->transactions, second);
	for (struct p2p_connection *connection = p2p->connections; connection; connection = connection->next) {
		id_set_forget(&connection->transactions, second);
		id_set_forget(&connection->blocks, heads.irreversible_num);
	}
}

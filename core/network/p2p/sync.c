/* Catching up: with what is irreversible at the peers, range by range, and with a peer's head (p2p.md 3.1,
 * 3.2). */
#include "core/network/p2p/p2p_private.h"

enum { RESPONSE_MS = 5000 };

static const char *state_name(enum sync_state state)
{
	static const char *const names[] = {"in sync", "lib catchup", "head catchup"};
	return names[state];
}

static void set_state(struct p2p *p2p, enum sync_state state)
{
	if (p2p->sync == state)
		return;
	p2p_log(p2p, LOG_STATE, "old state %s becoming %s", state_name(p2p->sync), state_name(state));
	p2p->sync = state;
	if (state != SYNC_LIB_CATCHUP) {
		p2p->sync_source = NULL;
		p2p->sync_deadline = 0;
	}
}

static struct peer_heads heads_of(struct p2p *p2p)
{
	struct peer_heads heads;
	p2p->host.heads(p2p->host.context, &heads);
	return heads;
}

/* --- ranges --- */

static bool can_serve(const struct p2p_connection *connection, uint32_t target)
{
	return connection_is_current(connection) && connection->type != CONNECTION_TRANSACTIONS &&
	       connection->peer_irreversible >= target;
}

/* The next one after the last source, all around. */
static struct p2p_connection *choose_source(struct p2p *p2p)
{
	struct p2p_connection *first = NULL;
	bool after = p2p->sync_source == NULL;

	for (struct p2p_connection *connection = p2p->connections; connection; connection = connection->next) {
		if (can_serve(connection, p2p->sync_target)) {
			if (after)
				return connection;
			if (!first)
				first = connection;
		}
		if (connection == p2p->sync_source)
			after = true;
	}
	return first;
}

static void request_range(struct p2p_connection *source, uint32_t start, uint32_t end)
{
	struct p2p_message message = {.type = P2P_SYNC_REQUEST, .sync_request = {start, end}};

	if (end)
		connection_log(source, LOG_RANGE, "requesting range %u to %u", start, end);
	connection_send(source, &message);
}

/* source NULL: one is chosen. */
static void request_next_chunk(struct p2p *p2p, struct p2p_connection *source)
{
	struct peer_heads heads = heads_of(p2p);

	if (p2p->sync_source && !p2p->sync_source->ended && heads.head_num < p2p->sync_requested) {
		p2p_log(
			p2p, LOG_IGNORING,
			"ignoring request, head is %u last req = %u, sync_next_expected_num: %u, sync_known_lib_num: %u, "
			"sync_req_span: %u, source connection %llu",
			heads.head_num, p2p->sync_requested, p2p->sync_expected, p2p->sync_target,
			p2p->options.sync_fetch_span, (unsigned long long)p2p->sync_source->number);
		return;
	}
	if (!source)
		source = choose_source(p2p);
	if (!source) {
		p2p_log(p2p, LOG_NO_SOURCE, "Unable to continue syncing at this time");
		p2p->sync_target = heads.irreversible_num;
		p2p->sync_requested = 0;
		set_state(p2p, SYNC_IN_SYNC);
		return;
	}
	uint64_t end = (uint64_t)p2p->sync_expected + p2p->options.sync_fetch_span - 1;
	if (end > p2p->sync_target)
		end = p2p->sync_target;
	if (end < p2p->sync_expected)
		return;
	p2p->sync_source = source;
	p2p->sync_requested = (uint32_t)end;
	p2p->sync_deadline = p2p->now + MILLISECONDS(RESPONSE_MS);
	request_range(source, p2p->sync_expected, p2p->sync_requested);
}

/* A peer says that so much is irreversible. */
static void sync_start(struct p2p_connection *connection, uint32_t target)
{
	struct p2p *p2p = connection->p2p;
	struct peer_heads heads = heads_of(p2p);

	if (target > p2p->sync_target)
		p2p->sync_target = target;
	bool required = p2p->sync_requested < p2p->sync_target || heads.head_num < p2p->sync_requested;
	if (!required || target <= heads.irreversible_num) {
		handshake_send(connection);
		return;
	}
	set_state(p2p, SYNC_LIB_CATCHUP);
	if (p2p->sync_expected <= heads.irreversible_num)
		p2p->sync_expected = heads.irreversible_num + 1;
	connection_log(connection, LOG_START_SYNC,
	               "Catching up with chain, our last req is %u, theirs is %u, next expected %u",
	               p2p->sync_requested, target, p2p->sync_expected);
	request_next_chunk(p2p, connection);
}

/* The range that was asked for will not come: from what is irreversible here, by whoever can. */
static void start_again(struct p2p *p2p)
{
	p2p->sync_requested = 0;
	p2p->sync_expected = heads_of(p2p).irreversible_num + 1;
	request_next_chunk(p2p, NULL);
}

void sync_expire(struct p2p *p2p)
{
	struct p2p_connection *source = p2p->sync_source;

	p2p->sync_deadline = 0;
	if (p2p->sync != SYNC_LIB_CATCHUP || !source)
		return;
	connection_log(source, LOG_REASSIGN, "reassign_fetch, our last req is %u, next expected is %u",
	               p2p->sync_requested, p2p->sync_expected);
	request_range(source, 0, 0);
	connection_end(source); /* its stop may not get out any more: the close says the same */
	start_again(p2p);
}

void sync_connection_closed(struct p2p_connection *connection)
{
	struct p2p *p2p = connection->p2p;

	p2p->sync_target = 0;
	for (const struct p2p_connection *other = p2p->connections; other; other = other->next)
		if (connection_is_current(other) && other->peer_irreversible > p2p->sync_target)
			p2p->sync_target = other->peer_irreversible;
	if (p2p->sync_source != connection)
		return;
	p2p->sync_source = NULL;
	if (p2p->sync == SYNC_LIB_CATCHUP)
		start_again(p2p);
}

/* --- a peer's head --- */

static void request_branch(struct p2p_connection *connection, enum p2p_mode mode, struct checksum256 *from)
{
	struct p2p_message message = {.type = P2P_REQUEST,
	                              .selection.blocks = {.mode = mode, .ids = from, .ids_count = from ? 1 : 0}};
	connection_send(connection, &message);
}

static bool is_on_its_way(const struct p2p *p2p, uint32_t number, const struct checksum256 *id)
{
	for (const struct p2p_connection *other = p2p->connections; other; other = other->next)
		if (other->catching_up &&
		    (other->catch_up_num > number || checksum256_equal(&other->catch_up_id, id)))
			return true;
	return false;
}

void sync_head(struct p2p_connection *connection, uint32_t number, const struct checksum256 *id)
{
	struct p2p *p2p = connection->p2p;
	struct peer_heads heads = heads_of(p2p);
	char text[17];

	log_id(text, id);
	if (is_on_its_way(p2p, number, id)) {
		connection_log(connection, LOG_NONE_NOTICE, "none notice while in %s, fork head num = %u, id %s...",
		               state_name(p2p->sync), number, text);
		connection->catching_up = false;
		request_branch(connection, P2P_NONE, NULL);
		return;
	}
	connection_log(connection, LOG_CATCH_UP,
	               "catch_up while in %s, fork head num = %u target LIB = %u next_expected = %u, id %s...",
	               state_name(p2p->sync), number, p2p->sync_target, p2p->sync_expected, text);
	if (p2p->sync == SYNC_LIB_CATCHUP || number < heads.irreversible_num)
		return;
	set_state(p2p, SYNC_HEAD_CATCHUP);
	connection->catching_up = true;
	connection->catch_up_num = number;
	connection->catch_up_id = *id;
	request_branch(connection, P2P_CATCH_UP, &heads.head_id);
}

/* --- what comes --- */

static void receive_head(struct p2p_connection *connection, const struct p2p_select_ids *blocks)
{
	struct p2p *p2p = connection->p2p;
	const struct checksum256 *id = &blocks->ids[0];
	char text[17];

	log_id(text, id);
	connection_log(connection, LOG_NOTICE, "notice_message, pending %u, blk_num %u, id %s...",
	               blocks->pending, block_id_number(id), text);
	if (!p2p->host.knows(p2p->host.context, id)) {
		sync_head(connection, blocks->pending, id);
	} else {
		struct peer_heads heads = heads_of(p2p);
		if (!checksum256_equal(&heads.head_id, &connection->told_head))
			handshake_send(connection);
	}
}

void sync_receive_notice(struct p2p_connection *connection, const struct p2p_selection *notice)
{
	connection->connecting = false;
	if (notice->blocks.ids_count > 1) {
		connection_log(connection, LOG_NOTICE_IDS,
		               "Invalid notice_message, known_blocks.ids.size %zu, closing connection",
		               notice->blocks.ids_count);
		connection_end(connection);
	} else if (notice->blocks.mode == P2P_LAST_IRREVERSIBLE) {
		connection->peer_irreversible = notice->transactions.pending;
		sync_start(connection, notice->transactions.pending);
	} else if (notice->blocks.mode == P2P_CATCH_UP && notice->blocks.ids_count == 1) {
		receive_head(connection, &notice->blocks);
	}
}

static void head_block_processed(struct p2p *p2p, uint32_t number, const struct checksum256 *id)
{
	bool more = false;

	for (struct p2p_connection *other = p2p->connections; other; other = other->next) {
		if (other->catching_up &&
		    (other->catch_up_num < number || checksum256_equal(&other->catch_up_id, id)))
			other->catching_up = false;
		more = more || other->catching_up;
	}
	if (more)
		return;
	set_state(p2p, SYNC_IN_SYNC);
	handshake_send_to_all(p2p);
}

void sync_block_processed(struct p2p_connection *connection, uint32_t number, const struct checksum256 *id)
{
	struct p2p *p2p = connection->p2p;

	if (p2p->sync == SYNC_HEAD_CATCHUP) {
		head_block_processed(p2p, number, id);
		return;
	}
	if (p2p->sync != SYNC_LIB_CATCHUP || number != p2p->sync_expected)
		return;
	p2p->sync_expected = number + 1;
	p2p->sync_deadline = p2p->now + MILLISECONDS(RESPONSE_MS);
	if (number >= p2p->sync_target) {
		set_state(p2p, SYNC_IN_SYNC);
		handshake_send_to_all(p2p);
	} else if (number >= p2p->sync_requested) {
		request_next_chunk(p2p, NULL);
	}
}

void sync_block_rejected(struct p2p_connection *connection)
{
	connection->p2p->sync_requested = 0;
}

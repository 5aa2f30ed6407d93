/* Time messages and keepalive: who is silent too long goes (p2p.md 1.5, 2.6). */
#include "core/network/p2p/p2p_private.h"

static void send_time(struct p2p_connection *connection, int64_t origin, int64_t receive)
{
	struct p2p_message message = {
		.type = P2P_TIME, .time = {.origin = origin, .receive = receive, .transmit = connection->p2p->now}};
	connection_send(connection, &message);
}

/* A ping, unless one is unanswered. */
static void send_ping(struct p2p_connection *connection)
{
	if (connection->ping_sent)
		return;
	connection->ping_sent = connection->p2p->now;
	send_time(connection, 0, 0);
}

/* Ours are nanoseconds; older nodes send coarser units, which their size tells. */
static int64_t to_nanoseconds(int64_t time)
{
	const int64_t least = 1686211688888000000; /* a moment before any sender of nanoseconds */
	for (int64_t unit = 1; unit <= 1000000000; unit *= 1000)
		if (time >= least / unit)
			return time > INT64_MAX / unit ? INT64_MAX : time * unit;
	return time;
}

void time_receive(struct p2p_connection *connection, const struct p2p_time *time)
{
	enum { OFFSET_WARNED_MS = 500 };
	int64_t now = connection->p2p->now;

	if (time->transmit == 0 || time->transmit == connection->last_transmit)
		return;
	connection->last_transmit = time->transmit;
	if (time->origin == 0) {
		send_time(connection, time->transmit, now);
		return;
	}
	connection->ping_sent = 0;
	/* in halves, so that no sum of what a stranger wrote overflows */
	int64_t receive = to_nanoseconds(time->receive) / 2, origin = to_nanoseconds(time->origin) / 2,
	        transmit = to_nanoseconds(time->transmit) / 2;
	int64_t offset = (receive - origin) / 2 + (transmit - now / 2) / 2;
	if (offset > MILLISECONDS(OFFSET_WARNED_MS) / 2 || -offset > MILLISECONDS(OFFSET_WARNED_MS) / 2)
		connection_log(connection, LOG_OFFSET,
		               "Clock offset is %lldus, calculation: (rec %lld - org %lld + xmt %lld - dst %lld)/2",
		               (long long)(offset / 500), (long long)time->receive, (long long)time->origin,
		               (long long)time->transmit, (long long)now);
	if (connection->generation == 0)
		handshake_send(connection);
}

void keepalive(struct p2p_connection *connection)
{
	const int64_t interval = connection->p2p->options.keepalive_ns;
	int64_t now = connection->p2p->now;
	int64_t blocks = interval > MILLISECONDS(1000) ? interval : MILLISECONDS(1000);

	if (connection->ended)
		return;
	if (connection->heard == 0) {
		send_ping(connection);
	} else if (now - connection->heard > 2 * interval) {
		connection_log(connection, LOG_TIMED_OUT, "heartbeat timed out");
		connection->timed_out = true;
		connection->go_away_reason = P2P_BENIGN_OTHER;
		connection_end(connection);
	} else if (connection->generation == 0 || now - connection->block_seen > blocks) {
		handshake_send(connection);
	} else {
		send_ping(connection);
	}
}

/* A node's sockets: listening, connecting to those that config.ini names and again when they are lost (p2p.md
 * 2.1), reading, writing, closing. */
#include "core/network/p2p/tcp_private.h"

#include "core/base/memory.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	READ_AT_ONCE = 65536,
	RECONNECT_MS = 100,
	CHECK_MS = 30000,
	CLOSES_MAXIMUM = 9, /* in a row without a message: more, and the next try waits */
	BACKLOG = 16
};

/* --- sockets --- */

static struct socket *socket_add(struct p2p_endpoint *endpoint, int descriptor, struct peer *peer)
{
	struct socket *socket = memory_allocate(1, sizeof *socket);
	int on = 1;

	setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	*socket = (struct socket){.kind = SOCKET_CONNECTION,
	                          .descriptor = descriptor,
	                          .endpoint = endpoint,
	                          .next = endpoint->sockets,
	                          .peer = peer};
	endpoint->sockets = socket;
	return socket;
}

static bool is_final(struct peer *peer, uint32_t reason)
{
	switch (reason) {
	case P2P_NO_REASON:
	case P2P_DUPLICATE:
	case P2P_BENIGN_OTHER:
		return false;
	case P2P_WRONG_VERSION: {
		bool again = peer->wrong_version;
		peer->wrong_version = true;
		return again;
	}
	default:
		return true;
	}
}

/* When a lost peer is tried again. */
static void note_loss(struct p2p_endpoint *endpoint, struct peer *peer, const struct p2p_status *status,
                      int64_t now)
{
	peer->connected = false;
	peer->closes = status->heard ? 0 : peer->closes + 1;
	peer->never = peer->never || is_final(peer, status->go_away_reason);
	if (peer->closes > CLOSES_MAXIMUM || status->go_away_reason == P2P_BENIGN_OTHER || status->timed_out)
		peer->not_before = now + MILLISECONDS(CHECK_MS);
	endpoint->check_at = now + MILLISECONDS(RECONNECT_MS);
}

/* by_peer: the other side closed it first. */
static void socket_close(struct socket *socket, bool by_peer)
{
	int64_t now = tcp_now();
	struct p2p_status status;

	if (socket->descriptor < 0)
		return;
	close(socket->descriptor);
	socket->descriptor = -1; /* freed by endpoint_flush() */
	if (socket->connection) {
		p2p_connection_status(socket->connection, &status);
		if (socket->peer)
			note_loss(socket->endpoint, socket->peer, &status, now);
		else
			socket->endpoint->check_at = now + MILLISECONDS(RECONNECT_MS);
		p2p_close(socket->connection, by_peer, now);
		socket->connection = NULL;
	}
}

/* --- who comes --- */

void endpoint_accept(struct p2p_endpoint *endpoint)
{
	struct sockaddr_in address;
	socklen_t length = sizeof address;
	char remote[ADDRESS_SIZE], host[ADDRESS_SIZE];
	int descriptor = accept4(endpoint->listener.descriptor, (struct sockaddr *)&address, &length,
	                         SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (descriptor < 0)
		return;
	address_print(remote, &address);
	snprintf(host, sizeof host, "%.*s", (int)strcspn(remote, ":"), remote);
	if (!p2p_admits(endpoint->p2p, host)) {
		close(descriptor);
		return;
	}
	struct socket *socket = socket_add(endpoint, descriptor, NULL);
	socket->connection = p2p_open(endpoint->p2p, NULL, remote, tcp_now());
	if (tcp_watch(endpoint->tcp, socket, EPOLLIN) != 0)
		socket_close(socket, false);
}

/* Without the lock: a name may take its time. */
static int listen_at(struct p2p_endpoint *endpoint, const char *text, struct error *error)
{
	struct sockaddr_in address;
	socklen_t length = sizeof address;
	int on = 1, result = address_resolve(&address, text, error);

	if (result)
		return result;
	endpoint->listener = (struct socket){.kind = SOCKET_LISTENER, .endpoint = endpoint};
	endpoint->listener.descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (endpoint->listener.descriptor < 0)
		return error_set(error, errno, "no socket for '%s': %s", text, strerror(errno));
	setsockopt(endpoint->listener.descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(endpoint->listener.descriptor, (struct sockaddr *)&address, sizeof address) != 0 ||
	    listen(endpoint->listener.descriptor, BACKLOG) != 0 ||
	    getsockname(endpoint->listener.descriptor, (struct sockaddr *)&address, &length) != 0)
		return error_set(error, errno, "cannot listen at '%s': %s", text, strerror(errno));
	address_print(endpoint->address, &address);
	return 0;
}

/* --- who is gone to --- */

static void connection_failed(struct p2p_endpoint *endpoint, struct socket *socket, int number)
{
	/* nodeos prints no address either */
	p2p_log(endpoint->p2p, LOG_REFUSED, "connection failed to 0.0.0.0:0 %s", strerror(number));
	socket->peer->connected = false;
	socket_close(socket, false);
}

static void dial(struct p2p_endpoint *endpoint, struct peer *peer, const struct sockaddr_in *address)
{
	int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (descriptor < 0)
		return;
	struct socket *socket = socket_add(endpoint, descriptor, peer);
	peer->connected = true;
	if (connect(descriptor, (const struct sockaddr *)address, sizeof *address) != 0 && errno != EINPROGRESS)
		connection_failed(endpoint, socket, errno);
	else if (tcp_watch(endpoint->tcp, socket, EPOLLOUT) != 0)
		connection_failed(endpoint, socket, errno);
}

static void peer_found(void *context, uint64_t key, const struct lookup_found *found)
{
	struct peer *peer = context;
	struct sockaddr_in address;
	struct error error = {0};
	(void)key;

	peer->is_sought = false;
	if (address_found(&address, found, peer->address, &error) != 0)
		p2p_log(peer->endpoint->p2p, LOG_UNRESOLVED, "%s", error.sentence);
	else
		dial(peer->endpoint, peer, &address);
	tcp_wake(peer->endpoint->tcp);
}

static void connect_peer(struct p2p_endpoint *endpoint, struct peer *peer)
{
	char host[ADDRESS_SIZE], port[PORT_SIZE];
	struct sockaddr_in address;
	struct error error = {0};

	if (address_is_number(&address, peer->address)) {
		dial(endpoint, peer, &address);
		return;
	}
	int result = address_split(host, port, peer->address, &error);
	if (result == 0)
		result = lookup_begin(endpoint->tcp->lookups, host, AF_INET, peer_found, peer, 0, &error);
	peer->is_sought = result == 0;
	if (result)
		p2p_log(endpoint->p2p, LOG_UNRESOLVED, "Unable to resolve %s", error.sentence);
}

static void connection_made(struct p2p_endpoint *endpoint, struct socket *socket)
{
	struct sockaddr_in address;
	socklen_t length = sizeof address;
	char remote[ADDRESS_SIZE];
	int number = 0;
	socklen_t size = sizeof number;

	getsockopt(socket->descriptor, SOL_SOCKET, SO_ERROR, &number, &size);
	if (number == 0 && getpeername(socket->descriptor, (struct sockaddr *)&address, &length) != 0)
		number = errno;
	if (number != 0) {
		connection_failed(endpoint, socket, number);
		return;
	}
	address_print(remote, &address);
	socket->connection = p2p_open(endpoint->p2p, socket->peer->address, remote, tcp_now());
	if (tcp_watch(endpoint->tcp, socket, EPOLLIN) != 0)
		socket_close(socket, false);
}

/* --- bytes --- */

static void read_socket(struct socket *socket)
{
	uint8_t buffer[READ_AT_ONCE];
	ssize_t length = recv(socket->descriptor, buffer, sizeof buffer, 0);

	if (length > 0)
		p2p_input(socket->connection, buffer, (size_t)length, tcp_now());
	else if (length == 0 || (errno != EAGAIN && errno != EINTR))
		socket_close(socket, true);
}

void endpoint_event(struct socket *socket, uint32_t events)
{
	if (socket->descriptor < 0)
		return;
	if (!socket->connection)
		connection_made(socket->endpoint, socket);
	else if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		read_socket(socket);
}

static void write_socket(struct socket *socket)
{
	const uint8_t *data;
	size_t length;
	bool blocked = false;

	while (!blocked && (length = p2p_output(socket->connection, &data)) > 0) {
		ssize_t count = send(socket->descriptor, data, length, MSG_NOSIGNAL);
		if (count > 0) {
			p2p_written(socket->connection, (size_t)count, tcp_now());
		} else if (errno == EAGAIN) {
			blocked = true;
		} else if (errno != EINTR) {
			socket_close(socket, true);
			return;
		}
	}
	if (blocked != socket->wants_to_write) {
		socket->wants_to_write = blocked;
		tcp_watch(socket->endpoint->tcp, socket, blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
	}
}

void endpoint_flush(struct p2p_endpoint *endpoint)
{
	struct socket **at = &endpoint->sockets;

	while (*at) {
		struct socket *socket = *at;
		if (socket->connection)
			write_socket(socket);
		if (socket->connection && p2p_is_ended(socket->connection))
			socket_close(socket, false);
		if (socket->descriptor < 0) {
			*at = socket->next;
			free(socket);
		} else {
			at = &socket->next;
		}
	}
}

/* --- timers --- */

static void log_counts(struct p2p_endpoint *endpoint)
{
	unsigned clients = 0, connected = 0, configured = 0;

	for (const struct socket *socket = endpoint->sockets; socket; socket = socket->next)
		clients += socket->connection && !socket->peer;
	for (const struct peer *peer = endpoint->peers; peer; peer = peer->next) {
		configured++;
		connected += peer->connected;
	}
	p2p_log(endpoint->p2p, LOG_CLIENTS,
	        "p2p client connections: %u/%u, peer connections: %u/%u, block producer peers: 0", clients,
	        endpoint->p2p->options.clients_maximum, connected, configured);
}

static void check_peers(struct p2p_endpoint *endpoint, int64_t now)
{
	for (struct peer *peer = endpoint->peers; peer; peer = peer->next)
		if (!peer->connected && !peer->is_sought && !peer->never && now >= peer->not_before)
			connect_peer(endpoint, peer);
	if (endpoint->check_at) /* at the start there is nothing to count */
		log_counts(endpoint);
	endpoint->check_at = now + MILLISECONDS(CHECK_MS);
}

int64_t endpoint_timers(struct p2p_endpoint *endpoint, int64_t now)
{
	int64_t next;

	p2p_tick(endpoint->p2p, &next, now);
	if (now >= endpoint->check_at)
		check_peers(endpoint, now);
	return endpoint->check_at < next ? endpoint->check_at : next;
}

void endpoint_tell(struct p2p_endpoint *endpoint)
{
	struct p2p_standing standing;

	p2p_standing(endpoint->p2p, &standing);
	if (standing.connected == endpoint->told.connected && standing.current == endpoint->told.current &&
	    standing.target == endpoint->told.target)
		return;
	endpoint->told = standing;
	if (endpoint->tell)
		endpoint->tell(endpoint->p2p->host.context, &standing);
}

/* --- letters from other threads --- */

static void post(struct p2p_endpoint *endpoint, struct letter *letter)
{
	pthread_mutex_lock(&endpoint->mail_lock);
	*endpoint->mail_end = letter;
	endpoint->mail_end = &letter->next;
	pthread_mutex_unlock(&endpoint->mail_lock);
	tcp_wake(endpoint->tcp);
}

void p2p_endpoint_tell_block(struct p2p_endpoint *endpoint, const struct checksum256 *id)
{
	struct letter *letter = memory_allocate(1, sizeof *letter);
	letter->is_block = true;
	letter->id = *id;
	post(endpoint, letter);
}

void p2p_endpoint_tell_transaction(struct p2p_endpoint *endpoint, const struct bytes *packed)
{
	struct letter *letter = memory_allocate(1, sizeof *letter);
	bytes_put(&letter->packed, packed->data, packed->length);
	post(endpoint, letter);
}

static struct letter *take_mail(struct p2p_endpoint *endpoint)
{
	pthread_mutex_lock(&endpoint->mail_lock);
	struct letter *mail = endpoint->mail;
	endpoint->mail = NULL;
	endpoint->mail_end = &endpoint->mail;
	pthread_mutex_unlock(&endpoint->mail_lock);
	return mail;
}

static void read_letter(struct p2p_endpoint *endpoint, const struct letter *letter)
{
	struct packed_transaction packed;

	if (letter->is_block) {
		p2p_block_accepted(endpoint->p2p, &letter->id, tcp_now());
		return;
	}
	struct cursor in = cursor_make(letter->packed.data, letter->packed.length);
	if (packed_transaction_unpack(&packed, &in, NULL) == 0)
		p2p_transaction_accepted(endpoint->p2p, &packed, tcp_now());
	packed_transaction_release(&packed);
}

static void letter_free(struct letter *letter)
{
	bytes_release(&letter->packed);
	free(letter);
}

void endpoint_mail(struct p2p_endpoint *endpoint)
{
	struct letter *letter = take_mail(endpoint);

	while (letter) {
		struct letter *next = letter->next;
		read_letter(endpoint, letter);
		letter_free(letter);
		letter = next;
	}
}

/* --- opening, closing, peers --- */

static struct peer **find_peer(struct p2p_endpoint *endpoint, const char *address)
{
	struct peer **at = &endpoint->peers;
	while (*at && strcmp((*at)->address, address) != 0)
		at = &(*at)->next;
	return at;
}

static int add_peer(struct p2p_endpoint *endpoint, const char *address, struct error *error)
{
	struct peer **end = find_peer(endpoint, address);
	char host[ADDRESS_SIZE], port[PORT_SIZE];
	int result = address_split(host, port, address, error);

	if (result)
		return result;
	if (strlen(address) >= P2P_PEER_SIZE)
		return error_set(error, EINVAL, "the address of a peer has at most %d characters", P2P_PEER_SIZE - 1);
	if (*end)
		return error_set(error, EEXIST, "already connected");
	*end = memory_allocate(1, sizeof **end);
	(*end)->endpoint = endpoint;
	snprintf((*end)->address, sizeof(*end)->address, "%s", address);
	return 0;
}

static void endpoint_free(struct p2p_endpoint *endpoint)
{
	struct letter *letter = take_mail(endpoint);

	while (letter) {
		struct letter *next = letter->next;
		letter_free(letter);
		letter = next;
	}
	while (endpoint->peers) {
		struct peer *peer = endpoint->peers;
		endpoint->peers = peer->next;
		free(peer);
	}
	p2p_destroy(endpoint->p2p);
	pthread_mutex_destroy(&endpoint->mail_lock);
	free(endpoint);
}

/* From here on the thread has it. */
static int hand_over(struct p2p_endpoint *endpoint, struct p2p_endpoint **out, struct error *error)
{
	struct p2p_tcp *tcp = endpoint->tcp;
	int result = 0;

	pthread_mutex_lock(&tcp->lookups->lock);
	if (endpoint->listener.descriptor >= 0)
		result = tcp_watch(tcp, &endpoint->listener, EPOLLIN);
	if (result == 0) {
		endpoint->next = tcp->endpoints;
		tcp->endpoints = endpoint;
		*out = endpoint; /* before the thread goes on, whose host may ask for it */
	}
	pthread_mutex_unlock(&tcp->lookups->lock);
	return result ? error_set(error, -result, "cannot wait for peers: %s", strerror(-result)) : 0;
}

int p2p_endpoint_open(struct p2p_endpoint **out, struct p2p_tcp *tcp,
                      const struct p2p_endpoint_options *options, struct error *error)
{
	struct p2p_endpoint *endpoint = memory_allocate(1, sizeof *endpoint);
	struct p2p_options own = options->options;
	int result = 0;

	endpoint->tcp = tcp;
	endpoint->tell = options->standing;
	endpoint->mail_end = &endpoint->mail;
	endpoint->listener.descriptor = -1;
	pthread_mutex_init(&endpoint->mail_lock, NULL);
	if (options->listen && *options->listen)
		result = listen_at(endpoint, options->listen, error);
	if (!own.address)
		own.address = endpoint->address;
	endpoint->p2p = p2p_create(&own, &options->host);
	for (size_t i = 0; result == 0 && i < options->peers_count; i++) {
		result = add_peer(endpoint, options->peers[i], error);
		if (result == -EEXIST)
			result = 0; /* named twice is named once */
	}
	if (result == 0)
		result = hand_over(endpoint, out, error);
	if (result) {
		if (endpoint->listener.descriptor >= 0)
			close(endpoint->listener.descriptor);
		endpoint_free(endpoint);
		return result;
	}
	tcp_wake(tcp);
	return 0;
}

void endpoint_close_all(struct p2p_endpoint *endpoint)
{
	if (endpoint->listener.descriptor >= 0)
		close(endpoint->listener.descriptor);
	for (struct peer *peer = endpoint->peers; peer; peer = peer->next)
		lookup_forget(endpoint->tcp->lookups, peer, 0);
	for (struct socket *socket = endpoint->sockets; socket; socket = socket->next)
		socket_close(socket, false);
	endpoint_flush(endpoint);
	endpoint_tell(endpoint);
}

void p2p_endpoint_close(struct p2p_endpoint *endpoint)
{
	if (!endpoint)
		return;
	struct p2p_tcp *tcp = endpoint->tcp;
	pthread_mutex_lock(&tcp->lookups->lock);
	endpoint->closing = true;
	tcp_wake(tcp);
	while (!endpoint->closed)
		pthread_cond_wait(&tcp->changed, &tcp->lookups->lock);
	pthread_mutex_unlock(&tcp->lookups->lock);
	endpoint_free(endpoint);
}

static struct p2p_connection *connection_to(const struct p2p_endpoint *endpoint, const struct peer *peer)
{
	for (const struct socket *socket = endpoint->sockets; socket; socket = socket->next)
		if (socket->peer == peer && socket->connection)
			return socket->connection;
	return NULL;
}

void p2p_endpoint_connections(struct p2p_endpoint *endpoint,
                              void (*visitor)(void *context, const struct p2p_status *status), void *context)
{
	struct p2p_status status;

	pthread_mutex_lock(&endpoint->tcp->lookups->lock);
	for (const struct peer *peer = endpoint->peers; peer; peer = peer->next) {
		const struct p2p_connection *connection = connection_to(endpoint, peer);
		status = (struct p2p_status){.peer = peer->address, .remote = "", .connecting = true};
		if (connection)
			p2p_connection_status(connection, &status);
		visitor(context, &status);
	}
	for (const struct socket *socket = endpoint->sockets; socket; socket = socket->next)
		if (!socket->peer && socket->connection) {
			p2p_connection_status(socket->connection, &status);
			visitor(context, &status);
		}
	pthread_mutex_unlock(&endpoint->tcp->lookups->lock);
}

const char *p2p_endpoint_address(const struct p2p_endpoint *endpoint)
{
	return endpoint->address;
}

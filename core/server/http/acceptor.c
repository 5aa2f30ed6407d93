/* Letting in, and deadlines. */
#include "core/server/http/acceptor.h"

#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "core/server/http/http.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { EVENTS = 16, PATIENCE_MS = HTTP_PATIENCE * 1000, PAUSE_MS = 1000 };

struct acceptor {
	connection_taker *take;
	void *context;
	int set, wake; /* epoll, eventfd */
	pthread_t thread;
	bool started;
	pthread_mutex_t mutex; /* of what follows */
	pthread_cond_t connection_ended;
	struct entrance *entrances;
	struct connection *connections; /* the newest first */
	int64_t sweep_at; /* no deadline is earlier; 0: there is no connection */
	bool ending;
};

struct entrance {
	struct entrance *next;
	void *owner;
	int socket;
	size_t connections;
	bool is_shut; /* nobody is let in: all its connections are taken, or accept() has failed */
};

void connection_expect(struct connection *connection)
{
	atomic_store(&connection->deadline, clock_monotonic_ms() + PATIENCE_MS);
}

/* --- under the mutex --- */

static void set_shut(struct acceptor *acceptor, struct entrance *entrance, bool is_shut)
{
	struct epoll_event event = {.events = is_shut ? 0 : EPOLLIN, .data.ptr = entrance};

	entrance->is_shut = is_shut;
	epoll_ctl(acceptor->set, EPOLL_CTL_MOD, entrance->socket, &event);
}

static void sweep_by(struct acceptor *acceptor, int64_t when)
{
	if (!acceptor->sweep_at || acceptor->sweep_at > when)
		acceptor->sweep_at = when;
}

/* Whoever let a deadline pass is cut off. Deadlines that are set later lie a whole patience ahead. */
static void sweep(struct acceptor *acceptor)
{
	int64_t now = clock_monotonic_ms();

	if (!acceptor->sweep_at || now < acceptor->sweep_at)
		return;
	acceptor->sweep_at = acceptor->connections ? now + PATIENCE_MS : 0;
	for (struct connection *at = acceptor->connections; at; at = at->next) {
		int64_t deadline = atomic_load(&at->deadline);
		if (deadline && deadline <= now)
			shutdown(at->socket, SHUT_RDWR);
		else if (deadline)
			sweep_by(acceptor, deadline);
	}
	for (struct entrance *at = acceptor->entrances; at; at = at->next)
		if (at->is_shut && at->connections < HTTP_CONNECTIONS)
			set_shut(acceptor, at, false);
}

/* The newest of that socket: the number is another's as soon as the older one is closed. */
static struct connection *find(struct acceptor *acceptor, int socket)
{
	struct connection *at = acceptor->connections;

	while (at && at->socket != socket)
		at = at->next;
	return at;
}

/* Cuts off the one of that entrance that has been waited for longest. */
static void make_room(const struct connection *newest)
{
	const struct connection *oldest = NULL;
	int64_t earliest = INT64_MAX;

	for (const struct connection *at = newest->next; at; at = at->next) {
		int64_t deadline = atomic_load(&at->deadline);
		if (at->entrance == newest->entrance && deadline && deadline <= earliest) {
			earliest = deadline;
			oldest = at;
		}
	}
	if (oldest)
		shutdown(oldest->socket, SHUT_RDWR);
}

/* The last one that can be let in takes the place of another, so that there is always one left. */
static void begin(struct acceptor *acceptor, struct entrance *entrance, int socket)
{
	struct connection *connection = memory_allocate(1, sizeof *connection);

	*connection = (struct connection){.next = acceptor->connections,
	                                  .link = &acceptor->connections,
	                                  .entrance = entrance,
	                                  .owner = entrance->owner,
	                                  .socket = socket};
	if (connection->next)
		connection->next->link = &connection->next;
	acceptor->connections = connection;
	connection_expect(connection);
	sweep_by(acceptor, atomic_load(&connection->deadline));
	if (++entrance->connections == HTTP_CONNECTIONS) {
		set_shut(acceptor, entrance, true);
		make_room(connection);
	}
}

static void end(struct acceptor *acceptor, struct connection *connection)
{
	struct entrance *entrance = connection->entrance;

	*connection->link = connection->next;
	if (connection->next)
		connection->next->link = connection->link;
	free(connection);
	entrance->connections--;
	if (entrance->is_shut && entrance->socket >= 0)
		set_shut(acceptor, entrance, false);
	pthread_cond_broadcast(&acceptor->connection_ended);
}

/* --- the thread --- */

struct guest {
	int socket;
	socklen_t length;
	struct sockaddr_storage address;
};

/* One who waits there. Where nobody can be let in that is tried again after a while. Under the mutex. */
static bool accept_guest(struct acceptor *acceptor, struct entrance *entrance, struct guest *out)
{
	out->length = sizeof out->address;
	out->socket = accept4(entrance->socket, (struct sockaddr *)&out->address, &out->length,
	                      SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (out->socket >= 0) {
		begin(acceptor, entrance, out->socket);
		return true;
	}
	if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) {
		set_shut(acceptor, entrance, true);
		sweep_by(acceptor, clock_monotonic_ms() + PAUSE_MS);
	}
	return false;
}

/* One at each entrance for which there is an event; an entrance may be gone meanwhile. Under the mutex. */
static size_t accept_guests(struct acceptor *acceptor, struct guest *out, const struct epoll_event *events,
                            int count)
{
	size_t accepted = 0;

	for (struct entrance *at = acceptor->entrances; at; at = at->next)
		for (int i = 0; i < count; i++)
			if (events[i].data.ptr == at)
				accepted += accept_guest(acceptor, at, &out[accepted]);
	return accepted;
}

static void hand_in(struct acceptor *acceptor, const struct guest *guest)
{
	const struct sockaddr *address = (const struct sockaddr *)&guest->address;

	if (acceptor->take(acceptor->context, guest->socket, address, guest->length))
		return;
	pthread_mutex_lock(&acceptor->mutex);
	end(acceptor, find(acceptor, guest->socket));
	pthread_mutex_unlock(&acceptor->mutex);
}

/* Milliseconds; under the mutex. */
static int time_to_sweep(const struct acceptor *acceptor)
{
	int64_t left = acceptor->sweep_at - clock_monotonic_ms();

	return !acceptor->sweep_at ? -1 : left < 0 ? 0 : (int)left;
}

static void *attend(void *context)
{
	struct acceptor *acceptor = context;
	struct epoll_event events[EVENTS];
	struct guest guests[EVENTS];

	pthread_mutex_lock(&acceptor->mutex);
	while (!acceptor->ending) {
		int wait = time_to_sweep(acceptor);
		pthread_mutex_unlock(&acceptor->mutex);
		int count = epoll_wait(acceptor->set, events, EVENTS, wait);
		pthread_mutex_lock(&acceptor->mutex);
		sweep(acceptor);
		size_t accepted = accept_guests(acceptor, guests, events, count);
		pthread_mutex_unlock(&acceptor->mutex);
		for (size_t i = 0; i < accepted; i++)
			hand_in(acceptor, &guests[i]);
		pthread_mutex_lock(&acceptor->mutex);
	}
	pthread_mutex_unlock(&acceptor->mutex);
	return NULL;
}

/* --- from outside --- */

int acceptor_create(struct acceptor **out, connection_taker *take, void *context, struct error *error)
{
	struct acceptor *acceptor = memory_allocate(1, sizeof *acceptor);
	struct epoll_event event = {.events = EPOLLIN};
	int number = 0;

	acceptor->take = take;
	acceptor->context = context;
	pthread_mutex_init(&acceptor->mutex, NULL);
	pthread_cond_init(&acceptor->connection_ended, NULL);
	acceptor->set = epoll_create1(EPOLL_CLOEXEC);
	acceptor->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (acceptor->set < 0 || acceptor->wake < 0 ||
	    epoll_ctl(acceptor->set, EPOLL_CTL_ADD, acceptor->wake, &event) < 0)
		number = errno;
	if (!number)
		number = pthread_create(&acceptor->thread, NULL, attend, acceptor);
	acceptor->started = !number;
	if (number) {
		acceptor_destroy(acceptor);
		return error_set(error, number, "cannot wait for connections: %s", strerror(number));
	}
	*out = acceptor;
	return 0;
}

void acceptor_destroy(struct acceptor *acceptor)
{
	if (!acceptor)
		return;
	if (acceptor->started) {
		pthread_mutex_lock(&acceptor->mutex);
		acceptor->ending = true;
		pthread_mutex_unlock(&acceptor->mutex);
		eventfd_write(acceptor->wake, 1);
		pthread_join(acceptor->thread, NULL);
	}
	if (acceptor->set >= 0)
		close(acceptor->set);
	if (acceptor->wake >= 0)
		close(acceptor->wake);
	pthread_cond_destroy(&acceptor->connection_ended);
	pthread_mutex_destroy(&acceptor->mutex);
	free(acceptor);
}

int acceptor_open(struct acceptor *acceptor, struct entrance **out, int socket, void *owner,
                  struct error *error)
{
	struct entrance *entrance = memory_allocate(1, sizeof *entrance);
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = entrance};

	pthread_mutex_lock(&acceptor->mutex);
	*entrance = (struct entrance){.next = acceptor->entrances, .owner = owner, .socket = socket};
	int number = epoll_ctl(acceptor->set, EPOLL_CTL_ADD, socket, &event) == 0 ? 0 : errno;
	if (!number)
		acceptor->entrances = entrance;
	pthread_mutex_unlock(&acceptor->mutex);
	if (number) {
		close(socket);
		free(entrance);
		return error_set(error, number, "cannot wait for connections: %s", strerror(number));
	}
	*out = entrance;
	return 0;
}

void acceptor_close(struct acceptor *acceptor, struct entrance *entrance)
{
	struct entrance **at = &acceptor->entrances;

	pthread_mutex_lock(&acceptor->mutex);
	while (*at != entrance)
		at = &(*at)->next;
	*at = entrance->next;
	close(entrance->socket);
	entrance->socket = -1;
	for (struct connection *connection = acceptor->connections; connection; connection = connection->next)
		if (connection->entrance == entrance)
			shutdown(connection->socket, SHUT_RDWR);
	pthread_mutex_unlock(&acceptor->mutex);
}

void acceptor_await_end(struct acceptor *acceptor, struct entrance *entrance)
{
	pthread_mutex_lock(&acceptor->mutex);
	while (entrance->connections)
		pthread_cond_wait(&acceptor->connection_ended, &acceptor->mutex);
	pthread_mutex_unlock(&acceptor->mutex);
	free(entrance);
}

struct connection *acceptor_connection(struct acceptor *acceptor, int socket)
{
	pthread_mutex_lock(&acceptor->mutex);
	struct connection *connection = find(acceptor, socket);
	pthread_mutex_unlock(&acceptor->mutex);
	return connection;
}

void acceptor_connection_end(struct acceptor *acceptor, struct connection *connection)
{
	pthread_mutex_lock(&acceptor->mutex);
	end(acceptor, connection);
	pthread_mutex_unlock(&acceptor->mutex);
}

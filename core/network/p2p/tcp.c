/* The thread: waits for sockets, timers and letters, and lets the endpoints do the rest. */
#include "core/network/p2p/tcp_private.h"

#include "core/base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS_AT_ONCE = 64 };

int64_t tcp_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int tcp_watch(struct p2p_tcp *tcp, struct socket *socket, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = socket};
	if (epoll_ctl(tcp->epoll, EPOLL_CTL_MOD, socket->descriptor, &event) == 0 ||
	    epoll_ctl(tcp->epoll, EPOLL_CTL_ADD, socket->descriptor, &event) == 0)
		return 0;
	return -errno;
}

void tcp_wake(struct p2p_tcp *tcp)
{
	const uint64_t one = 1;
	ssize_t written = write(tcp->wake.descriptor, &one, sizeof one);
	(void)written; /* a full counter wakes as well */
}

static void handle(const struct epoll_event *event)
{
	struct socket *socket = event->data.ptr;
	uint64_t count;

	switch (socket->kind) {
	case SOCKET_WAKE: {
		ssize_t taken = read(socket->descriptor, &count, sizeof count);
		(void)taken; /* what woke us is found by looking */
		break;
	}
	case SOCKET_LISTENER:
		endpoint_accept(socket->endpoint);
		break;
	case SOCKET_CONNECTION:
		endpoint_event(socket, event->events);
		break;
	}
}

/* Endpoints go here alone, where no event is in hand that points to their sockets. */
static void let_go(struct p2p_tcp *tcp)
{
	struct p2p_endpoint **at = &tcp->endpoints;

	while (*at) {
		struct p2p_endpoint *endpoint = *at;
		if (!endpoint->closing) {
			at = &endpoint->next;
			continue;
		}
		endpoint_close_all(endpoint);
		*at = endpoint->next;
		endpoint->closed = true;
		pthread_cond_broadcast(&tcp->changed);
	}
}

/* Letters, timers, and what is to be written now; when to wake next. */
static int64_t work(struct p2p_tcp *tcp)
{
	int64_t now = tcp_now(), next = INT64_MAX;

	let_go(tcp);
	for (struct p2p_endpoint *endpoint = tcp->endpoints; endpoint; endpoint = endpoint->next) {
		endpoint_mail(endpoint);
		int64_t at = endpoint_timers(endpoint, now);
		endpoint_flush(endpoint);
		endpoint_tell(endpoint);
		next = at < next ? at : next;
	}
	return next;
}

static void *run(void *argument)
{
	struct p2p_tcp *tcp = argument;
	struct epoll_event events[EVENTS_AT_ONCE];

	pthread_mutex_lock(&tcp->lookups->lock);
	while (!tcp->stop) {
		int64_t wait = (work(tcp) - tcp_now()) / 1000000 + 1;
		int timeout = wait < 0 ? 0 : wait > 60000 ? 60000 : (int)wait;
		pthread_mutex_unlock(&tcp->lookups->lock);
		int count = epoll_wait(tcp->epoll, events, EVENTS_AT_ONCE, timeout);
		pthread_mutex_lock(&tcp->lookups->lock);
		/* what an event points to is freed by flush alone, after all events of this round */
		for (int i = 0; i < count; i++)
			handle(&events[i]);
	}
	pthread_mutex_unlock(&tcp->lookups->lock);
	return NULL;
}

int p2p_tcp_create(struct p2p_tcp **out, struct error *error)
{
	struct p2p_tcp *tcp = memory_allocate(1, sizeof *tcp);
	int result;

	tcp->lookups = lookups_create();
	pthread_cond_init(&tcp->changed, NULL);
	tcp->epoll = epoll_create1(EPOLL_CLOEXEC);
	tcp->wake = (struct socket){.kind = SOCKET_WAKE, .descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
	if (tcp->epoll < 0 || tcp->wake.descriptor < 0)
		result = -errno;
	else
		result = tcp_watch(tcp, &tcp->wake, EPOLLIN);
	if (result == 0)
		result = -pthread_create(&tcp->thread, NULL, run, tcp);
	if (result == 0) {
		*out = tcp;
		return 0;
	}
	if (tcp->epoll >= 0)
		close(tcp->epoll);
	if (tcp->wake.descriptor >= 0)
		close(tcp->wake.descriptor);
	pthread_cond_destroy(&tcp->changed);
	lookups_destroy(tcp->lookups);
	free(tcp);
	return error_set(error, -result, "no thread for peers: %s", strerror(-result));
}

void p2p_tcp_destroy(struct p2p_tcp *tcp)
{
	if (!tcp)
		return;
	tcp->stop = true;
	tcp_wake(tcp);
	pthread_join(tcp->thread, NULL);
	close(tcp->epoll);
	close(tcp->wake.descriptor);
	pthread_cond_destroy(&tcp->changed);
	lookups_destroy(tcp->lookups);
	free(tcp);
}

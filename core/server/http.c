/* HTTP: the one file that knows libmicrohttpd. Each listener is a daemon of its own without a thread; their
 * epoll descriptors stand in one epoll set, and one thread waits for all. */
#include "core/server/http.h"

#include "core/base/memory.h"
#include "core/server/socket.h"
#include "core/server/workers.h"

#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* A connection's memory holds its headers: target and headers of 8 KiB each fit, as nodeos has it. */
enum { CONNECTION_MEMORY = 24 << 10, BODY_FIRST = 1024, BODIES_MAXIMUM = 64 << 20, EVENTS = 16 };
/* Milliseconds: for how long after others' requests nobody is alone; what is no short answer; and for how
 * long after one that was none nobody counts as alone. */
enum { OTHERS_MS = 100, SHORT_MS = 5, LESSON_MS = 10000 };

struct http {
	struct workers *workers;
	int set, wake; /* epoll, eventfd */
	pthread_t thread;
	bool started;
	pthread_mutex_t mutex; /* held while a daemon runs, so that none is changed meanwhile */
	struct http_listener *listeners;
	struct connection *connections;
	const struct connection *last; /* that asked; NULL: it is gone */
	int64_t alone_from; /* when who asked last will have been alone for a while. Milliseconds, monotonic */
	int64_t sweep_at; /* no deadline is earlier; 0: there is none. Milliseconds, monotonic */
	_Atomic size_t body_bytes; /* of all bodies in memory */
	bool ending;
};

struct http_listener {
	struct http_listener *next;
	struct http *http;
	struct MHD_Daemon *daemon;
	const struct http_service *service;
	int set; /* the daemon's epoll */
	uint16_t port;
	char *path; /* owned: of a unix socket; NULL: none */
	_Atomic bool resumed; /* connections are to be gone on with */
};

struct connection {
	struct connection *next, **link;
	int socket;
	int64_t deadline; /* 0: we are at work */
};

enum progress { HEADERS, BODY, AT_WORK, DONE, GONE };

/* One request and its answer. */
struct exchange {
	struct job job; /* first */
	struct http_listener *listener;
	struct MHD_Connection *handle;
	struct connection *connection;
	enum progress progress;
	char *target;
	char *body;
	size_t capacity;
	struct http_request request;
	struct http_answer answer;
};

void http_answer_release(struct http_answer *answer)
{
	text_release(&answer->body);
	text_release(&answer->headers);
}

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- connections and their deadlines --- */

static void expect_within_patience(struct http *http, struct connection *connection)
{
	connection->deadline = now_ms() + HTTP_PATIENCE * 1000;
	if (!http->sweep_at)
		http->sweep_at = connection->deadline;
}

/* Whoever let a deadline pass is cut off; libmicrohttpd then sees the end of the connection. */
static void sweep(struct http *http)
{
	int64_t now = now_ms();
	if (!http->sweep_at || now < http->sweep_at)
		return;
	http->sweep_at = 0;
	for (struct connection *at = http->connections; at; at = at->next) {
		if (at->deadline && at->deadline <= now) {
			shutdown(at->socket, SHUT_RDWR);
			at->deadline = 0;
		}
		if (at->deadline && (!http->sweep_at || at->deadline < http->sweep_at))
			http->sweep_at = at->deadline;
	}
}

static void connection_changed(void *context, struct MHD_Connection *handle, void **place,
                               enum MHD_ConnectionNotificationCode what)
{
	struct http_listener *listener = context;
	struct http *http = listener->http;
	struct connection *connection = *place;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		const union MHD_ConnectionInfo *info =
			MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CONNECTION_FD);
		connection = memory_allocate(1, sizeof *connection);
		connection->socket = info->connect_fd;
		connection->next = http->connections;
		connection->link = &http->connections;
		if (connection->next)
			connection->next->link = &connection->next;
		http->connections = connection;
		expect_within_patience(http, connection);
		*place = connection;
	} else if (connection) {
		if (http->last == connection)
			http->last = NULL;
		*connection->link = connection->next;
		if (connection->next)
			connection->next->link = connection->link;
		free(connection);
	}
}

/* --- exchanges --- */

static void *exchange_begin(void *context, const char *target, struct MHD_Connection *handle)
{
	struct exchange *exchange = memory_allocate(1, sizeof *exchange);
	exchange->listener = context;
	exchange->handle = handle;
	exchange->target = memory_copy_string(target);
	exchange->connection =
		MHD_get_connection_info(handle, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
	return exchange;
}

static void exchange_end(void *context, struct MHD_Connection *handle, void **place,
                         enum MHD_RequestTerminationCode code)
{
	struct http_listener *listener = context;
	struct exchange *exchange = *place;

	(void)handle;
	(void)code;
	if (!exchange)
		return;
	if (exchange->connection)
		expect_within_patience(listener->http, exchange->connection);
	atomic_fetch_sub(&listener->http->body_bytes, exchange->capacity);
	http_answer_release(&exchange->answer);
	free(exchange->body);
	free(exchange->target);
	free(exchange);
	*place = NULL;
}

static void add_headers(struct MHD_Response *response, const struct http_listener *listener,
                        const struct http_answer *answer)
{
	char *lines = memory_copy_string(text_string(&answer->headers)), *rest = lines;

	MHD_add_response_header(response, "server", listener->service->server_header);
	MHD_add_response_header(response, "content-type",
	                        answer->content_type ? answer->content_type : "application/json");
	for (char *name; (name = strsep(&rest, "\n"));) {
		char *value = strstr(name, ": ");
		if (!value)
			continue;
		*value = '\0';
		MHD_add_response_header(response, name, value + 2);
	}
	free(lines);
}

static enum MHD_Result send_answer(struct exchange *exchange)
{
	struct http_answer *answer = &exchange->answer;
	size_t length = answer->body.length;
	char *body = text_take(&answer->body);
	struct MHD_Response *response =
		MHD_create_response_from_buffer_with_free_callback(length, body, free);

	if (!response) {
		free(body);
		return MHD_NO;
	}
	add_headers(response, exchange->listener, answer);
	enum MHD_Result result = MHD_queue_response(exchange->handle, answer->status, response);
	MHD_destroy_response(response);
	if (exchange->connection)
		expect_within_patience(exchange->listener->http, exchange->connection);
	return result;
}

/* The thread looks anew at what there is to wait for. */
static void rouse(struct http *http)
{
	const uint64_t one = 1;
	(void)!write(http->wake, &one, sizeof one);
}

/* A long request's end, on any thread: the epoll thread is told to go on with the connection, since
 * libmicrohttpd rouses only threads of its own. */
static void exchange_resume(struct exchange *exchange, enum progress progress)
{
	struct http_listener *listener = exchange->listener;

	exchange->progress = progress;
	MHD_resume_connection(exchange->handle);
	atomic_store(&listener->resumed, true);
	rouse(listener->http);
}

static bool run_exchange(struct job *job)
{
	struct exchange *exchange = (struct exchange *)job;
	const struct http_service *service = exchange->listener->service;

	if (!service->answer(service->context, &exchange->request, &exchange->answer))
		return false;
	exchange_resume(exchange, DONE);
	return true;
}

static void drop_exchange(struct job *job)
{
	exchange_resume((struct exchange *)job, GONE);
}

/* Nobody else has asked anything for a while: being handed to another thread and back would cost who asks
 * more than it could cost others to wait. */
static bool is_alone(struct http *http, const struct connection *connection)
{
	int64_t now = now_ms();

	if (http->last && http->last != connection)
		http->alone_from = now + OTHERS_MS;
	http->last = connection;
	return now >= http->alone_from;
}

/* On this thread; false: not so. One that took long is followed by none for a time. */
static bool answer_at_once(struct exchange *exchange)
{
	struct http *http = exchange->listener->http;
	const struct http_service *service = exchange->listener->service;
	int64_t began = now_ms();

	exchange->request.at_once = true;
	bool answered = service->answer(service->context, &exchange->request, &exchange->answer);
	exchange->request.at_once = false;
	if (now_ms() > began + SHORT_MS)
		http->alone_from = began + LESSON_MS;
	return answered;
}

static enum MHD_Result whole_request(struct exchange *exchange)
{
	struct http_listener *listener = exchange->listener;
	const struct http_service *service = listener->service;

	exchange->request.body = exchange->body;
	if (exchange->connection)
		exchange->connection->deadline = 0;
	enum http_pace pace = service->pace(service->context, &exchange->request);
	bool alone = is_alone(listener->http, exchange->connection);
	if (pace == HTTP_SHORT || (pace == HTTP_MAY_WAIT && alone)) {
		if (answer_at_once(exchange)) {
			exchange->progress = DONE;
			return send_answer(exchange);
		}
		if (pace == HTTP_SHORT)
			return MHD_NO;
	}
	exchange->progress = AT_WORK;
	exchange->job = (struct job){.owner = listener, .run = run_exchange, .drop = drop_exchange};
	MHD_suspend_connection(exchange->handle);
	workers_add(listener->http->workers, &exchange->job);
	return MHD_YES;
}

struct lengths {
	const char *first;
	bool differ;
};

static enum MHD_Result take_length(void *context, enum MHD_ValueKind kind, const char *name,
                                   const char *value)
{
	struct lengths *lengths = context;

	(void)kind;
	if (strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) != 0 || !value)
		return MHD_YES;
	lengths->differ = lengths->differ || (lengths->first && strcmp(lengths->first, value) != 0);
	lengths->first = value;
	return MHD_YES;
}

/* Two lengths, or one beside chunks: where the body ends depends on who reads it. */
static bool has_unclear_length(struct MHD_Connection *handle)
{
	struct lengths lengths = {NULL, false};

	MHD_get_connection_values(handle, MHD_HEADER_KIND, take_length, &lengths);
	const char *coding =
		MHD_lookup_connection_value(handle, MHD_HEADER_KIND, MHD_HTTP_HEADER_TRANSFER_ENCODING);
	return lengths.differ || (lengths.first && coding);
}

static bool announces_too_much(struct MHD_Connection *handle, size_t limit)
{
	const char *text = MHD_lookup_connection_value(handle, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
	return text && strtoull(text, NULL, 10) > limit;
}

/* The headers are there. */
static enum MHD_Result begin_request(struct exchange *exchange, const char *method)
{
	struct http_listener *listener = exchange->listener;
	const struct http_service *service = listener->service;
	struct MHD_Connection *handle = exchange->handle;

	exchange->progress = BODY;
	exchange->request = (struct http_request){
		.method = method,
		.target = exchange->target,
		.host = MHD_lookup_connection_value(handle, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST),
		.origin = MHD_lookup_connection_value(handle, MHD_HEADER_KIND, MHD_HTTP_HEADER_ORIGIN),
		.port = listener->port,
	};
	if (!service->admit(service->context, &exchange->request, &exchange->answer)) {
		exchange->progress = DONE;
		return send_answer(exchange);
	}
	bool refused = announces_too_much(handle, service->body_limit) || has_unclear_length(handle);
	return refused ? MHD_NO : MHD_YES;
}

static enum MHD_Result take_body(struct exchange *exchange, const char *data, size_t *size)
{
	struct http *http = exchange->listener->http;
	size_t length = exchange->request.length, before = exchange->capacity;

	if (*size > exchange->listener->service->body_limit - length)
		return MHD_NO;
	size_t wanted = length + *size < BODY_FIRST ? BODY_FIRST : length + *size;
	memory_grow(&exchange->body, &exchange->capacity, wanted, 1);
	atomic_fetch_add(&http->body_bytes, exchange->capacity - before);
	if (exchange->capacity > before && atomic_load(&http->body_bytes) > BODIES_MAXIMUM)
		return MHD_NO;
	memcpy(exchange->body + length, data, *size);
	exchange->request.length = length + *size;
	*size = 0;
	return MHD_YES;
}

static enum MHD_Result handle_request(void *context, struct MHD_Connection *handle, const char *decoded,
                                      const char *method, const char *version, const char *data,
                                      size_t *size, void **place)
{
	struct exchange *exchange = *place;

	(void)context;
	(void)handle;
	(void)decoded;
	(void)version;
	switch (exchange ? exchange->progress : GONE) {
	case HEADERS: return begin_request(exchange, method);
	case BODY: return *size ? take_body(exchange, data, size) : whole_request(exchange);
	case DONE: return send_answer(exchange);
	case AT_WORK: return MHD_YES;
	case GONE: break;
	}
	return MHD_NO;
}

/* --- the thread --- */

static int wait_ms(const struct http *http)
{
	int64_t wait = http->sweep_at ? http->sweep_at - now_ms() : -1;
	MHD_UNSIGNED_LONG_LONG due;

	if (http->sweep_at && wait < 0)
		wait = 0;
	for (const struct http_listener *at = http->listeners; at; at = at->next)
		if (MHD_get_timeout(at->daemon, &due) == MHD_YES && (wait < 0 || (int64_t)due < wait))
			wait = (int64_t)due;
	return wait > INT32_MAX ? INT32_MAX : (int)wait;
}

static void run_listeners(struct http *http, const struct epoll_event *events, int count)
{
	MHD_UNSIGNED_LONG_LONG due;

	for (struct http_listener *at = http->listeners; at; at = at->next) {
		bool resumed = atomic_exchange(&at->resumed, false);
		bool ready = resumed || (MHD_get_timeout(at->daemon, &due) == MHD_YES && due == 0);
		for (int i = 0; i < count && !ready; i++)
			ready = events[i].data.ptr == at;
		if (ready)
			MHD_run(at->daemon);
	}
}

static void *serve(void *context)
{
	struct http *http = context;
	struct epoll_event events[EVENTS];

	pthread_mutex_lock(&http->mutex);
	while (!http->ending) {
		int wait = wait_ms(http);
		pthread_mutex_unlock(&http->mutex);
		int count = epoll_wait(http->set, events, EVENTS, wait);
		pthread_mutex_lock(&http->mutex);
		for (int i = 0; i < count; i++)
			if (!events[i].data.ptr) {
				uint64_t wakes;
				(void)!read(http->wake, &wakes, sizeof wakes);
			}
		run_listeners(http, events, count);
		sweep(http);
	}
	pthread_mutex_unlock(&http->mutex);
	return NULL;
}

int http_create(struct http **out, struct error *error)
{
	struct http *http = memory_allocate(1, sizeof *http);
	struct epoll_event event = {.events = EPOLLIN};
	int result = workers_create(&http->workers, error);

	pthread_mutex_init(&http->mutex, NULL);
	http->set = epoll_create1(EPOLL_CLOEXEC);
	http->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (result == 0 &&
	    (http->set < 0 || http->wake < 0 || epoll_ctl(http->set, EPOLL_CTL_ADD, http->wake, &event) < 0))
		result = error_set(error, errno, "cannot wait for connections: %s", strerror(errno));
	if (result == 0) {
		int failed = pthread_create(&http->thread, NULL, serve, http);
		http->started = failed == 0;
		if (failed)
			result = error_set(error, failed, "cannot make a thread: %s", strerror(failed));
	}
	if (result) {
		http_destroy(http);
		return result;
	}
	*out = http;
	return 0;
}

void http_wake(struct http *http)
{
	workers_wake(http->workers);
}

void http_destroy(struct http *http)
{
	if (!http)
		return;
	while (http->listeners)
		http_listener_close(http, http->listeners);
	if (http->started) {
		pthread_mutex_lock(&http->mutex);
		http->ending = true;
		pthread_mutex_unlock(&http->mutex);
		rouse(http);
		pthread_join(http->thread, NULL);
	}
	workers_destroy(http->workers);
	if (http->set >= 0)
		close(http->set);
	if (http->wake >= 0)
		close(http->wake);
	pthread_mutex_destroy(&http->mutex);
	free(http);
}

/* --- listeners --- */

static int start_daemon(struct http *http, struct http_listener *listener, int socket, struct error *error)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = listener};

	listener->daemon = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_SUPPRESS_DATE_NO_CLOCK, 0, NULL, NULL,
		handle_request, listener, MHD_OPTION_LISTEN_SOCKET, socket, MHD_OPTION_URI_LOG_CALLBACK,
		exchange_begin, listener, MHD_OPTION_NOTIFY_COMPLETED, exchange_end, listener,
		MHD_OPTION_NOTIFY_CONNECTION, connection_changed, listener, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)HTTP_CONNECTIONS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		MHD_OPTION_STRICT_FOR_CLIENT, 0, MHD_OPTION_END);
	if (!listener->daemon)
		return error_set(error, errno ? errno : ENOMEM, "cannot serve HTTP: %s", strerror(errno));
	listener->set = MHD_get_daemon_info(listener->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	if (epoll_ctl(http->set, EPOLL_CTL_ADD, listener->set, &event) == 0)
		return 0;
	int number = errno;
	MHD_stop_daemon(listener->daemon);
	return error_set(error, number, "cannot serve HTTP: %s", strerror(number));
}

/* Takes over the listening socket. */
static int add_listener(struct http *http, struct http_listener **out, int socket, uint16_t port,
                        const struct http_service *service, struct error *error)
{
	struct http_listener *listener = memory_allocate(1, sizeof *listener);
	int result;

	*listener = (struct http_listener){.http = http, .service = service, .port = port};
	pthread_mutex_lock(&http->mutex);
	result = start_daemon(http, listener, socket, error);
	if (result == 0) {
		listener->next = http->listeners;
		http->listeners = listener;
		*out = listener;
	}
	pthread_mutex_unlock(&http->mutex);
	if (result) {
		close(socket);
		free(listener);
		return result;
	}
	rouse(http);
	return 0;
}

int http_listen(struct http *http, struct http_listener **out, const char *host, uint16_t port,
                const struct http_service *service, struct error *error)
{
	int made = socket_listen(host, port, error);
	return made < 0 ? made : add_listener(http, out, made, socket_port(made), service, error);
}

int http_listen_local(struct http *http, struct http_listener **out, const char *path,
                      const struct http_service *service, struct error *error)
{
	int made = socket_listen_local(path, error);
	if (made < 0)
		return made;
	int result = add_listener(http, out, made, 0, service, error);
	if (result == 0)
		out[0]->path = memory_copy_string(path);
	else
		unlink(path);
	return result;
}

uint16_t http_listener_port(const struct http_listener *listener)
{
	return listener->port;
}

void http_listener_close(struct http *http, struct http_listener *listener)
{
	pthread_mutex_lock(&http->mutex);
	epoll_ctl(http->set, EPOLL_CTL_DEL, listener->set, NULL);
	for (struct http_listener **at = &http->listeners; *at; at = &(*at)->next)
		if (*at == listener) {
			*at = listener->next;
			break;
		}
	workers_end_of(http->workers, listener);
	MHD_run(listener->daemon); /* what was resumed is no longer suspended */
	MHD_stop_daemon(listener->daemon);
	pthread_mutex_unlock(&http->mutex);
	if (listener->path)
		unlink(listener->path);
	free(listener->path);
	free(listener);
}

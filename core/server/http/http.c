/* HTTP: the one file that knows libmicrohttpd. One daemon with one thread, which waits for nothing but
 * connections, serves those of all listeners. */
#include "core/server/http/http.h"

#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "core/server/http/acceptor.h"
#include "core/server/http/socket.h"
#include "core/server/http/workers.h"

#include <errno.h>
#include <limits.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* A connection's memory holds its headers: target and headers of 8 KiB each fit, as nodeos has it. */
enum { CONNECTION_MEMORY = 24 << 10, BODIES_MAXIMUM = 64 << 20, SPARE_MAXIMUM = 64 << 10 };
/* Microseconds: for how long after others' requests nobody is alone; what is no short answer; and for how
 * long after one that was none nobody counts as alone. */
enum { OTHERS_US = 100000, SHORT_US = 30000, LESSON_US = SECOND_US };

struct http {
	struct workers *workers;
	struct acceptor *acceptor;
	struct MHD_Daemon *daemon;
	/* the daemon's thread's */
	size_t body_bytes;      /* of all bodies in memory */
	struct exchange *spare; /* owned: its texts are the next one's, so that they need not grow; or NULL */
	const struct connection *last; /* that asked; NULL: it is gone */
	int64_t alone_from; /* when who asked last will have been alone for a while. Microseconds, monotonic */
	pthread_mutex_t mutex; /* of its listeners' is_closing */
	struct http_listener *listeners;
};

struct http_listener {
	struct http_listener *next;
	struct http *http;
	const struct http_service *service;
	struct entrance *entrance;
	bool is_closing; /* nothing is handed over any more */
	uint16_t port;
	char *path; /* owned: of a unix socket; NULL: none */
};

enum progress { HEADERS, BODY, AT_WORK, DONE, GONE };

/* One request and its answer. */
struct exchange {
	struct job job; /* first */
	struct http_listener *listener;
	struct MHD_Connection *handle;
	struct connection *connection;
	enum progress progress;
	struct text target, body;
	struct http_request request;
	bool is_old; /* HTTP/1.0, and answered so */
	struct http_answer answer;
};

void http_answer_release(struct http_answer *answer)
{
	text_release(&answer->body);
	text_release(&answer->headers);
}

/* From now on it is the daemon's. */
static bool take_connection(void *context, int socket, const struct sockaddr *address, socklen_t length)
{
	struct http *http = context;
	return MHD_add_connection(http->daemon, socket, address, length) == MHD_YES;
}

static void connection_changed(void *context, struct MHD_Connection *handle, void **place,
                               enum MHD_ConnectionNotificationCode what)
{
	struct http *http = context;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		const union MHD_ConnectionInfo *info =
			MHD_get_connection_info(handle, MHD_CONNECTION_INFO_CONNECTION_FD);
		*place = acceptor_connection(http->acceptor, info->connect_fd);
		return;
	}
	if (http->last == *place)
		http->last = NULL;
	acceptor_connection_end(http->acceptor, *place);
}

/* --- exchanges --- */

static void *exchange_begin(void *context, const char *target, struct MHD_Connection *handle)
{
	struct http *http = context;
	struct exchange *exchange = http->spare ? http->spare : memory_allocate(1, sizeof *exchange);

	http->spare = NULL;
	http->body_bytes += exchange->body.capacity;
	exchange->progress = HEADERS;
	exchange->connection =
		MHD_get_connection_info(handle, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
	exchange->listener = exchange->connection->owner;
	exchange->handle = handle;
	text_append(&exchange->target, target);
	return exchange;
}

static void exchange_release(struct exchange *exchange)
{
	http_answer_release(&exchange->answer);
	text_release(&exchange->body);
	text_release(&exchange->target);
	free(exchange);
}

static void exchange_end(void *context, struct MHD_Connection *handle, void **place,
                         enum MHD_RequestTerminationCode code)
{
	struct http *http = context;
	struct exchange *exchange = *place;

	(void)handle;
	(void)code;
	if (!exchange)
		return;
	connection_expect(exchange->connection);
	*place = NULL;
	http->body_bytes -= exchange->body.capacity;
	if (http->spare || exchange->body.capacity + exchange->answer.body.capacity > SPARE_MAXIMUM) {
		exchange_release(exchange);
		return;
	}
	text_clear(&exchange->target);
	text_clear(&exchange->body);
	text_clear(&exchange->answer.body);
	text_clear(&exchange->answer.headers);
	exchange->answer.content_type = NULL;
	exchange->answer.begun = false;
	http->spare = exchange;
}

static void add_headers(struct MHD_Response *response, const struct http_listener *listener,
                        const struct http_answer *answer)
{
	char *rest = answer->headers.data;

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
}

static enum MHD_Result send_answer(struct exchange *exchange)
{
	struct http_answer *answer = &exchange->answer;
	struct MHD_Response *response = MHD_create_response_from_buffer(answer->body.length, answer->body.data,
	                                                                MHD_RESPMEM_PERSISTENT);

	if (!response)
		return MHD_NO;
	add_headers(response, exchange->listener, answer);
	if (exchange->is_old)
		MHD_set_response_options(response, MHD_RF_HTTP_1_0_SERVER, MHD_RO_END);
	enum MHD_Result result = MHD_queue_response(exchange->handle, answer->status, response);
	MHD_destroy_response(response);
	connection_expect(exchange->connection);
	return result;
}

/* Its end, on any thread. */
static void exchange_resume(struct exchange *exchange, enum progress progress)
{
	exchange->progress = progress;
	MHD_resume_connection(exchange->handle);
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
static bool is_alone(struct http *http, const struct connection *connection, int64_t now)
{
	if (http->last && http->last != connection)
		http->alone_from = now + OTHERS_US;
	http->last = connection;
	return now >= http->alone_from;
}

/* On this thread; false: not so. One that took long is followed by none for a time. */
static bool answer_at_once(struct exchange *exchange, int64_t began)
{
	struct http *http = exchange->listener->http;
	const struct http_service *service = exchange->listener->service;

	exchange->request.at_once = true;
	bool answered = service->answer(service->context, &exchange->request, &exchange->answer);
	exchange->request.at_once = false;
	if (clock_monotonic_us() > began + SHORT_US)
		http->alone_from = began + LESSON_US;
	return answered;
}

/* To another thread; not while the listener is being closed, as who closes it waits for what was. */
static enum MHD_Result hand_over(struct exchange *exchange)
{
	struct http_listener *listener = exchange->listener;
	struct http *http = listener->http;

	pthread_mutex_lock(&http->mutex);
	bool is_closing = listener->is_closing;
	if (!is_closing) {
		exchange->progress = AT_WORK;
		exchange->job = (struct job){.owner = listener, .run = run_exchange, .drop = drop_exchange};
		MHD_suspend_connection(exchange->handle);
		workers_add(http->workers, &exchange->job);
	}
	pthread_mutex_unlock(&http->mutex);
	return is_closing ? MHD_NO : MHD_YES;
}

static enum MHD_Result whole_request(struct exchange *exchange)
{
	struct http_listener *listener = exchange->listener;
	const struct http_service *service = listener->service;

	exchange->request.body = exchange->body.data;
	exchange->request.length = exchange->body.length;
	atomic_store(&exchange->connection->deadline, 0);
	enum http_pace pace = service->pace(service->context, &exchange->request);
	int64_t now = clock_monotonic_us();
	bool alone = is_alone(listener->http, exchange->connection, now);
	if (pace == HTTP_SHORT || (pace == HTTP_MAY_WAIT && alone)) {
		if (answer_at_once(exchange, now)) {
			exchange->progress = DONE;
			return send_answer(exchange);
		}
		if (pace == HTTP_SHORT)
			return MHD_NO;
	}
	return hand_over(exchange);
}

/* The first of each, NULL: there is none. */
struct headers {
	const char *host, *origin, *length, *coding;
	bool lengths_differ;
};

static enum MHD_Result take_header(void *context, enum MHD_ValueKind kind, const char *name,
                                   const char *value)
{
	struct headers *headers = context;
	const char **place = strcasecmp(name, MHD_HTTP_HEADER_HOST) == 0                ? &headers->host
	                     : strcasecmp(name, MHD_HTTP_HEADER_ORIGIN) == 0            ? &headers->origin
	                     : strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0    ? &headers->length
	                     : strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0 ? &headers->coding
	                                                                                : NULL;

	(void)kind;
	if (place && !*place)
		*place = value;
	else if (place == &headers->length && value && strcmp(*place, value) != 0)
		headers->lengths_differ = true;
	return MHD_YES;
}

/* Two lengths, or one beside chunks: where the body ends depends on who reads it. */
static bool has_bad_length(const struct headers *headers, size_t limit)
{
	return headers->lengths_differ ||
	       (headers->length && (headers->coding || strtoull(headers->length, NULL, 10) > limit));
}

/* The headers are there. */
static enum MHD_Result begin_request(struct exchange *exchange, const char *method, const char *version)
{
	struct http_listener *listener = exchange->listener;
	const struct http_service *service = listener->service;
	struct headers headers = {0};

	MHD_get_connection_values(exchange->handle, MHD_HEADER_KIND, take_header, &headers);
	exchange->progress = BODY;
	exchange->is_old = strcmp(version, MHD_HTTP_VERSION_1_0) == 0;
	exchange->request = (struct http_request){
		.method = method,
		.target = exchange->target.data,
		.host = headers.host,
		.origin = headers.origin,
		.port = listener->port,
	};
	if (!service->admit(service->context, &exchange->request, &exchange->answer)) {
		exchange->progress = DONE;
		return send_answer(exchange);
	}
	return has_bad_length(&headers, service->body_limit) ? MHD_NO : MHD_YES;
}

static enum MHD_Result take_body(struct exchange *exchange, const char *data, size_t *size)
{
	struct http *http = exchange->listener->http;
	struct text *body = &exchange->body;
	size_t before = body->capacity;

	if (*size > exchange->listener->service->body_limit - body->length)
		return MHD_NO;
	text_append_bytes(body, data, *size);
	http->body_bytes += body->capacity - before;
	*size = 0;
	return body->capacity > before && http->body_bytes > BODIES_MAXIMUM ? MHD_NO : MHD_YES;
}

static enum MHD_Result handle_request(void *context, struct MHD_Connection *handle, const char *decoded,
                                      const char *method, const char *version, const char *data,
                                      size_t *size, void **place)
{
	struct exchange *exchange = *place;

	(void)context;
	(void)handle;
	(void)decoded;
	switch (exchange ? exchange->progress : GONE) {
	case HEADERS: return begin_request(exchange, method, version);
	case BODY: return *size ? take_body(exchange, data, size) : whole_request(exchange);
	case DONE: return send_answer(exchange);
	case AT_WORK: return MHD_YES;
	case GONE: break;
	}
	return MHD_NO;
}

/* --- as a whole --- */

static int start_daemon(struct http *http, struct error *error)
{
	http->daemon = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME |
			MHD_USE_SUPPRESS_DATE_NO_CLOCK,
		0, NULL, NULL, handle_request, http, MHD_OPTION_URI_LOG_CALLBACK, exchange_begin, http,
		MHD_OPTION_NOTIFY_COMPLETED, exchange_end, http, MHD_OPTION_NOTIFY_CONNECTION, connection_changed,
		http, MHD_OPTION_CONNECTION_LIMIT, (unsigned)INT_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)CONNECTION_MEMORY, MHD_OPTION_STRICT_FOR_CLIENT, 0, MHD_OPTION_END);
	return http->daemon ? 0
	                    : error_set(error, errno ? errno : ENOMEM, "cannot serve HTTP: %s", strerror(errno));
}

int http_create(struct http **out, struct error *error)
{
	struct http *http = memory_allocate(1, sizeof *http);
	int result = workers_create(&http->workers, error);

	pthread_mutex_init(&http->mutex, NULL);
	if (result == 0)
		result = start_daemon(http, error);
	if (result == 0)
		result = acceptor_create(&http->acceptor, take_connection, http, error);
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
	acceptor_destroy(http->acceptor);
	if (http->daemon)
		MHD_stop_daemon(http->daemon);
	if (http->spare)
		exchange_release(http->spare);
	workers_destroy(http->workers);
	pthread_mutex_destroy(&http->mutex);
	free(http);
}

/* --- listeners --- */

/* Takes over the listening socket. */
static int add_listener(struct http *http, struct http_listener **out, int socket, uint16_t port,
                        const struct http_service *service, struct error *error)
{
	struct http_listener *listener = memory_allocate(1, sizeof *listener);

	*listener = (struct http_listener){.http = http, .service = service, .port = port};
	int result = acceptor_open(http->acceptor, &listener->entrance, socket, listener, error);
	if (result) {
		free(listener);
		return result;
	}
	pthread_mutex_lock(&http->mutex);
	listener->next = http->listeners;
	http->listeners = listener;
	pthread_mutex_unlock(&http->mutex);
	*out = listener;
	return 0;
}

int http_listen(struct http *http, struct http_listener **out, const char *address, uint16_t port,
                const struct http_service *service, struct error *error)
{
	int made = socket_listen(address, port, error);
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
	struct http_listener **at = &http->listeners;

	pthread_mutex_lock(&http->mutex);
	while (*at != listener)
		at = &(*at)->next;
	*at = listener->next;
	listener->is_closing = true;
	pthread_mutex_unlock(&http->mutex);
	acceptor_close(http->acceptor, listener->entrance);
	workers_end_of(http->workers, listener);
	acceptor_await_end(http->acceptor, listener->entrance);
	if (listener->path)
		unlink(listener->path);
	free(listener->path);
	free(listener);
}

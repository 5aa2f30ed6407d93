/* HTTP/1.1 on libmicrohttpd: any number of listeners, whose connections one thread serves; requests that may
 * take long are answered on a few threads of their own, and one that cannot be answered yet keeps none.
 * What a request means is its service's business: nothing here knows of chains. */
#ifndef EOSIOFS_CORE_SERVER_HTTP_HTTP_H
#define EOSIOFS_CORE_SERVER_HTTP_HTTP_H

#include "core/base/error.h"
#include "core/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http;
struct http_listener;

/* Everything is borrowed for the call. */
struct http_request {
	const char *method;
	const char *target; /* as it was sent: nothing decoded, the query included */
	const char *host, *origin; /* NULL: no such header */
	const char *body;          /* not NUL-terminated */
	size_t length;
	uint16_t port; /* of the listener */
	const void *found; /* by pace(), for answer(); NULL: nothing was */
	bool at_once;  /* false is answered rather than waiting for others */
};

/* How long an answer takes that is made on the thread which waits for all connections. */
enum http_pace {
	HTTP_SHORT,    /* no time worth speaking of */
	HTTP_MAY_WAIT, /* that, too, where nobody else is at work: made there for who is alone and asks at_once */
	HTTP_LONG,     /* too long: made on a thread of its own */
};

struct http_answer {
	unsigned status;
	struct text body;    /* owned */
	const char *content_type; /* lives as long as the service; NULL: JSON */
	struct text headers; /* owned: "name: value\n" each, beside those every answer has */
	bool begun; /* the service's own, kept while it is asked again */
};
void http_answer_release(struct http_answer *answer);

/* What answers a listener's requests. All calls may come from any thread. */
struct http_service {
	void *context;
	/* Before the body is read: false with the answer filled refuses the request. */
	bool (*admit)(void *context, const struct http_request *request, struct http_answer *answer);
	enum http_pace (*pace)(void *context, struct http_request *request);
	/* false: it cannot be answered yet; asked again after http_wake(), or soon and on another thread when it
	 * was asked at_once. Never happens to short ones. */
	bool (*answer)(void *context, const struct http_request *request, struct http_answer *answer);
	const char *server_header;
	size_t body_limit; /* bytes: an announced length above it closes the connection */
};

enum { HTTP_CONNECTIONS = 256 }; /* a listener's */
/* Seconds in which a request must have arrived, in which its answer must be taken, and for which an idle
 * connection is kept. */
enum { HTTP_PATIENCE = 30 };

int http_create(struct http **out, struct error *error);
/* Closes every listener. Requests that wait are not answered. */
void http_destroy(struct http *http);

/* address: IPv4 or IPv6; port 0: any. service is borrowed. -EADDRINUSE when somebody has the port. */
int http_listen(struct http *http, struct http_listener **out, const char *address, uint16_t port,
                const struct http_service *service, struct error *error);
/* At a unix socket that only its owner may use (0600); one that a dead process left behind is replaced. */
int http_listen_local(struct http *http, struct http_listener **out, const char *path,
                      const struct http_service *service, struct error *error);
uint16_t http_listener_port(const struct http_listener *listener);
/* Cuts its connections; what is being answered is waited for. */
void http_listener_close(struct http *http, struct http_listener *listener);

/* Requests that could not be answered yet are asked again. */
void http_wake(struct http *http);

#endif

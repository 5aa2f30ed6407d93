/* HTTP requests to one node, on libcurl: connections are kept and reused, calls may come from any thread and
 * run beside each other, each ends when whoever waits gives up. */
#ifndef EOSIOFS_CORE_BASE_SYSTEM_HTTP_CLIENT_H
#define EOSIOFS_CORE_BASE_SYSTEM_HTTP_CLIENT_H

#include "core/base/error.h"
#include "core/base/interruption.h"
#include "core/base/text.h"

struct http_client;

enum { HTTP_ANSWER_MAXIMUM = 64 << 20, HTTP_CONNECT_SECONDS = 5, HTTP_ANSWER_SECONDS = 30 };

/* url: http(s)://HOST[:PORT][/PREFIX], without a slash at its end, or unix:// and the absolute path of a
 * socket. authorities: the file of certificates that https trusts; NULL: the system's. -EINVAL for another
 * scheme. */
int http_client_create(struct http_client **out, const char *url, const char *authorities,
                       struct error *error);
void http_client_destroy(struct http_client *client); /* NULL is fine; no call may run */
/* Without a name and a password. */
const char *http_client_url(const struct http_client *client);

/* Posts body to url + path. *status and *answer (appended) are the server's, whatever the status. -errno:
 * there is no whole answer: -EHOSTUNREACH (nobody was reached: the request did not arrive), -ETIMEDOUT,
 * -EPROTO (not HTTP, too long, cut off: it may have arrived), -EINTR. */
int http_client_post(struct http_client *client, struct text *answer, unsigned *status, const char *path,
                     const struct text *body, const struct interruption *interruption, struct error *error);

#endif

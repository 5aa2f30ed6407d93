/* The one file that knows libcurl. */
#include "core/base/system/http_client.h"

#include "core/base/memory.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* How often a waiting call looks whether it was given up, how many connections are kept, what a request is
 * copied into, which libcurl takes and gives back with each. */
enum { LOOK_MS = 100, KEPT_MAXIMUM = 16, UPLOAD_BUFFER = 16 << 10 };

static const char LOCAL_SCHEME[] = "unix://";

/* A transfer and the connection that it keeps. */
struct line {
	struct line *next;
	CURLM *multi;
	CURL *easy;
	char why[CURL_ERROR_SIZE]; /* the last failure, in libcurl's words */
};

struct http_client {
	char *url, *authorities;
	char *shown; /* url without the name and password that may stand in it */
	const char *socket; /* in url: a unix socket's path; NULL: HTTP goes over TCP */
	struct curl_slist *headers;
	pthread_mutex_t mutex;
	struct line *idle;
	size_t kept;
};

static void line_destroy(struct line *line)
{
	curl_multi_cleanup(line->multi);
	curl_easy_cleanup(line->easy);
	free(line);
}

static size_t take_answer(char *data, size_t size, size_t count, void *context)
{
	struct text *answer = context;
	if (answer->length + size * count > HTTP_ANSWER_MAXIMUM)
		return 0;
	text_append_bytes(answer, data, size * count);
	return size * count;
}

/* This machine is asked directly, whatever proxy the environment names for others. */
static bool is_local(const char *url)
{
	static const char *const hosts[] = {"://127.", "://localhost", "://[::1]"};

	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
		if (strstr(url, hosts[i]))
			return true;
	return false;
}

/* What all its transfers have in common. */
static void prepare_line(const struct http_client *client, CURL *easy)
{
	if (client->socket || is_local(client->shown))
		curl_easy_setopt(easy, CURLOPT_PROXY, "");
	if (client->socket)
		curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, client->socket);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, client->headers);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "eosiofs");
	curl_easy_setopt(easy, CURLOPT_POST, 1L);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_answer);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)HTTP_CONNECT_SECONDS);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)HTTP_ANSWER_SECONDS);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, (long)UPLOAD_BUFFER);
	if (client->authorities)
		curl_easy_setopt(easy, CURLOPT_CAINFO, client->authorities);
}

static struct line *line_take(struct http_client *client)
{
	pthread_mutex_lock(&client->mutex);
	struct line *line = client->idle;
	if (line) {
		client->idle = line->next;
		client->kept--;
	}
	pthread_mutex_unlock(&client->mutex);
	if (line)
		return line;
	line = memory_allocate(1, sizeof *line);
	line->multi = curl_multi_init();
	line->easy = curl_easy_init();
	if (line->multi && line->easy) {
		prepare_line(client, line->easy);
		curl_easy_setopt(line->easy, CURLOPT_ERRORBUFFER, line->why);
		return line;
	}
	if (line->multi)
		curl_multi_cleanup(line->multi);
	if (line->easy)
		curl_easy_cleanup(line->easy);
	free(line);
	return NULL;
}

static void line_give_back(struct http_client *client, struct line *line)
{
	pthread_mutex_lock(&client->mutex);
	bool keep = client->kept < KEPT_MAXIMUM;
	if (keep) {
		line->next = client->idle;
		client->idle = line;
		client->kept++;
	}
	pthread_mutex_unlock(&client->mutex);
	if (!keep)
		line_destroy(line);
}

int http_client_create(struct http_client **out, const char *url, const char *authorities,
                       struct error *error)
{
	size_t length = strlen(url);
	bool is_local = strncasecmp(url, LOCAL_SCHEME, sizeof LOCAL_SCHEME - 1) == 0;

	if (!is_local && strncasecmp(url, "http://", 7) != 0 && strncasecmp(url, "https://", 8) != 0)
		return error_set(error, EINVAL, "'%s' is no http:// or https:// address", url);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return error_set(error, ENOMEM, "libcurl cannot be used");
	struct http_client *client = memory_allocate(1, sizeof *client);
	client->url = memory_copy_string(url);
	client->authorities = authorities ? realpath(authorities, NULL) : NULL;
	if (authorities && !client->authorities) /* libcurl will tell why */
		client->authorities = memory_copy_string(authorities);
	while (length > sizeof "https://" - 1 && client->url[length - 1] == '/')
		client->url[--length] = '\0';
	const char *host = strstr(client->url, "://") + 3, *at = memrchr(host, '@', strcspn(host, "/"));
	client->shown = memory_copy_string(client->url);
	if (at && !is_local)
		strcpy(client->shown + (host - client->url), at + 1);
	if (is_local)
		client->socket = client->url + sizeof LOCAL_SCHEME - 1;
	client->headers = curl_slist_append(curl_slist_append(NULL, "Content-Type: application/json"), "Expect:");
	pthread_mutex_init(&client->mutex, NULL);
	*out = client;
	return 0;
}

void http_client_destroy(struct http_client *client)
{
	if (!client)
		return;
	while (client->idle) {
		struct line *line = client->idle;
		client->idle = line->next;
		line_destroy(line);
	}
	curl_slist_free_all(client->headers);
	pthread_mutex_destroy(&client->mutex);
	free(client->url);
	free(client->shown);
	free(client->authorities);
	free(client);
	curl_global_cleanup();
}

const char *http_client_url(const struct http_client *client)
{
	return client->shown;
}

static void prepare(struct line *line, struct text *answer, const char *url, const struct text *body)
{
	curl_easy_setopt(line->easy, CURLOPT_URL, url);
	curl_easy_setopt(line->easy, CURLOPT_POSTFIELDS, text_string(body));
	curl_easy_setopt(line->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body->length);
	curl_easy_setopt(line->easy, CURLOPT_WRITEDATA, answer);
}

static int failure(const struct http_client *client, const struct line *line, CURLcode code,
                   struct error *error)
{
	const char *url = client->shown, *why = *line->why ? line->why : curl_easy_strerror(code);
	long sent = 0;

	/* what a connection that was kept leaves unanswered libcurl sends again over a new one */
	curl_easy_getinfo(line->easy, CURLINFO_REQUEST_SIZE, &sent);
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
	case CURLE_SSL_CONNECT_ERROR:
		return error_set(error, sent ? EPROTO : EHOSTUNREACH, "the node at %s cannot be reached: %s", url,
		                 why);
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
		return error_set(error, EHOSTUNREACH,
		                 "the node at %s cannot be reached: %s (CURL_CA_BUNDLE=FILE in the mount's "
		                 "environment names the certificates that are trusted)",
		                 url, why);
	case CURLE_OPERATION_TIMEDOUT:
		return error_set(error, ETIMEDOUT, "the node at %s does not answer: %s", url, why);
	case CURLE_WRITE_ERROR:
		return error_set(error, EPROTO, "the node at %s answers more than %d bytes", url,
		                 HTTP_ANSWER_MAXIMUM);
	default:
		return error_set(error, EPROTO, "the node at %s: %s", url, why);
	}
}

/* Runs the transfer to its end, unless somebody gives it up. */
static int perform(struct http_client *client, struct line *line, const struct interruption *interruption,
                   struct error *error)
{
	int running = 1, left;
	CURLMsg *message;

	curl_multi_add_handle(line->multi, line->easy);
	for (;;) {
		curl_multi_perform(line->multi, &running);
		if (!running)
			break;
		if (interruption_happened(interruption)) {
			curl_multi_remove_handle(line->multi, line->easy);
			return error_set(error, EINTR, "interrupted while the node at %s was asked", client->shown);
		}
		curl_multi_poll(line->multi, NULL, 0, LOOK_MS, NULL);
	}
	CURLcode code = CURLE_RECV_ERROR;
	while ((message = curl_multi_info_read(line->multi, &left)))
		if (message->msg == CURLMSG_DONE)
			code = message->data.result;
	curl_multi_remove_handle(line->multi, line->easy);
	return code == CURLE_OK ? 0 : failure(client, line, code, error);
}

int http_client_post(struct http_client *client, struct text *answer, unsigned *status, const char *path,
                     const struct text *body, const struct interruption *interruption, struct error *error)
{
	struct text url = TEXT_EMPTY;
	struct line *line = line_take(client);
	long code = 0;

	if (!line)
		return error_set(error, ENOMEM, "libcurl cannot make a connection");
	text_printf(&url, "%s%s", client->socket ? "http://localhost" : client->url, path);
	prepare(line, answer, text_string(&url), body);
	int result = perform(client, line, interruption, error);
	if (result == 0)
		curl_easy_getinfo(line->easy, CURLINFO_RESPONSE_CODE, &code);
	*status = (unsigned)code;
	text_release(&url);
	if (result)
		line_destroy(line); /* whatever is still on its way there must not meet the next call */
	else
		line_give_back(client, line);
	return result;
}

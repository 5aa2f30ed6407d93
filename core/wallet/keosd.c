/* Asking a wallet of another process for a signature. */
#include "core/wallet/keosd.h"

#include "core/base/encoding/json.h"
#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "core/base/system/http_client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static const char CALL[] = "/v1/wallet/sign_digest", LOCAL[] = "unix://";

/* Where in unix://… the call begins: behind the part that is a socket. */
static const char *end_of_socket(const char *url)
{
	const char *path = url + sizeof LOCAL - 1, *end = path;
	struct stat found;

	do {
		end += 1 + strcspn(end + 1, "/");
		char *part = memory_copy(path, (size_t)(end - path) + 1);
		part[end - path] = 0;
		bool is_socket = stat(part, &found) == 0 && S_ISSOCK(found.st_mode);
		free(part);
		if (is_socket)
			return end;
	} while (*end);
	return NULL;
}

/* Splits the address into the server's (free(*server)) and the call's. */
static int split(const char *url, char **server, const char **call, struct error *error)
{
	const char *host = strstr(url, "://"), *end;

	if (strncasecmp(url, LOCAL, sizeof LOCAL - 1) == 0) {
		if (!(end = end_of_socket(url)))
			return error_set(error, EHOSTUNREACH, "there is no socket at %s", url);
	} else {
		if (!host)
			return error_set(error, EINVAL, "'%s' is no http://, https:// or unix:// address", url);
		end = host + 3 + strcspn(host + 3, "/");
	}
	*server = memory_copy(url, (size_t)(end - url) + 1);
	(*server)[end - url] = 0;
	*call = end[0] && end[1] ? end : CALL;
	return 0;
}

static bool is_late(void *context)
{
	return clock_monotonic_us() >= *(const int64_t *)context;
}

static int ask(struct text *answer, unsigned *status, const char *server, const char *call,
               const struct text *body, struct error *error)
{
	int64_t until = clock_monotonic_us() + KEOSD_PATIENCE_MS * 1000;
	const struct interruption late = {is_late, &until};
	struct http_client *client = NULL;
	int result = http_client_create(&client, server, NULL, error);

	if (result == 0)
		result = http_client_post(client, answer, status, call, body, &late, error);
	http_client_destroy(client);
	return result == -EINTR ? error_set(error, ETIMEDOUT, "the wallet at %s does not answer", server)
	                        : result;
}

/* What its refusal says, in nodeos's form of it. */
static int refused(const char *server, unsigned status, const struct json *answer, struct error *error)
{
	const struct json *failure = json_member(answer, "error"),
	                  *detail = json_first(json_member(failure, "details"));
	const char *message = json_string(json_member(detail, "message"));

	if (!message)
		message = json_string(json_member(failure, "what"));
	return error_set(error, EACCES, "the wallet at %s does not sign: %u %s", server, status,
	                 message ? message : "without a word");
}

static int take_signature(struct signature *out, const char *server, const struct json *answer,
                          const struct public_key *key, const struct checksum256 *digest, struct error *error)
{
	const char *text = json_string(answer);
	struct public_key made_by;

	if (!text || signature_parse(out, text, NULL) != 0 ||
	    signature_recover(&made_by, out, digest, NULL) != 0 || public_key_compare(&made_by, key) != 0)
		return error_set(error, EPROTO, "what the wallet at %s answers is no signature of that key", server);
	return 0;
}

int keosd_sign(struct signature *out, const char *url, const struct public_key *key,
               const struct checksum256 *digest, struct error *error)
{
	struct text body = TEXT_EMPTY, answer = TEXT_EMPTY;
	char *server = NULL;
	struct json *json = NULL;
	const char *call = CALL;
	unsigned status = 0;
	int result = split(url, &server, &call, error);

	if (result)
		return result;
	text_printf(&body, "[\"%s\",\"%s\"]", checksum256_text(digest).text, public_key_text(key).text);
	result = ask(&answer, &status, server, call, &body, error);
	if (result == 0 && json_parse(&json, text_string(&answer), answer.length, NULL) != 0)
		json = NULL;
	if (result == 0)
		result = status / 100 == 2 ? take_signature(out, server, json, key, digest, error)
		                           : refused(server, status, json, error);
	json_release(json);
	text_release(&answer);
	text_release(&body);
	free(server);
	return result;
}

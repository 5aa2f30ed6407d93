/* Dispatching: who may ask, which endpoint it is, what nodeos demands of the body, and how failures look. */
#include "core/server/node.h"
#include "core/server/server.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* --- endpoints --- */

static int get_supported_apis(struct call *call);

static const struct endpoint http_endpoints[] = {
	{"/v1/node/get_supported_apis", PLUGIN_HTTP, PARAMETERS_NONE, 200, get_supported_apis, .reads = false,
     .unlisted = true},
	{.path = NULL},
};

static const struct endpoint *const endpoint_tables[] = {
	chain_info_endpoints,        chain_account_endpoints, chain_table_endpoints,
	chain_block_endpoints,       chain_push_endpoints,    chain_transaction_endpoints,
	producer_endpoints,          producer_list_endpoints, db_size_endpoints,
	trace_endpoints,             page_endpoints,          net_endpoints,
	wallet_endpoints,            chain_status_endpoints,  http_endpoints,
};
enum { ENDPOINT_TABLES = sizeof endpoint_tables / sizeof *endpoint_tables };

static const struct endpoint *find_endpoint(const struct server_node *node, const char *target)
{
	for (size_t i = 0; i < ENDPOINT_TABLES; i++)
		for (const struct endpoint *at = endpoint_tables[i]; at->path; at++)
			if ((at->plugin & node->options.plugins) && strcmp(at->path, target) == 0)
				return at;
	return NULL;
}

/* In the order of their paths. */
static int get_supported_apis(struct call *call)
{
	const char *last = "";
	text_append(call->out, "{\"apis\":[");
	for (const char *next = last; next; last = next) {
		next = NULL;
		for (size_t i = 0; i < ENDPOINT_TABLES; i++)
			for (const struct endpoint *at = endpoint_tables[i]; at->path; at++)
				if (!at->unlisted && (at->plugin & call->node->options.plugins) &&
				    strcmp(at->path, last) > 0 && (!next || strcmp(at->path, next) < 0))
					next = at->path;
		if (next)
			text_printf(call->out, "%s\"%s\"", *last ? "," : "", next);
	}
	text_append(call->out, "]}");
	return 0;
}

/* --- failures (protocol.md F.2) --- */

static const struct failure {
	uint32_t code;
	unsigned status;
	const char *message;
} failures[] = {
	{UNKNOWN_BLOCK_EXCEPTION, 400, "Unknown Block"},
	{INVALID_HTTP_REQUEST, 400, "Invalid Request"},
	{UNSATISFIED_AUTHORIZATION, 401, "UnAuthorized"},
	{TX_DUPLICATE, 409, "Conflict"},
	{EOF_EXCEPTION, 422, "Unprocessable Entity"},
};

static void print_failure(struct http_answer *answer, const struct error *error, unsigned status,
                          const char *method)
{
	const struct exception *exception = exception_find(error->code);
	struct failure failure = {0, 500, "Internal Service Error"};

	for (size_t i = 0; i < sizeof failures / sizeof *failures; i++)
		if (failures[i].code == error->code)
			failure = failures[i];
	if (status)
		failure = (struct failure){0, status, "Internal Service Error"};
	answer->status = failure.status;
	text_clear(&answer->body);
	text_printf(&answer->body,
	            "{\"code\":%u,\"message\":\"%s\",\"error\":{\"code\":%u,\"name\":\"%s\",\"what\":\"%s\","
	            "\"details\":[{\"message\":",
	            failure.status, failure.message, error->code, exception->name, exception->what);
	text_append_json(&answer->body, error->sentence, strlen(error->sentence));
	text_printf(&answer->body, ",\"file\":\"eosiofs\",\"line_number\":0,\"method\":\"%s\"}]}}", method);
}

/* The refusals that nodeos's HTTP makes itself: no exception stands behind them. */
static void refuse(struct http_answer *answer, unsigned status, const char *message)
{
	answer->status = status;
	text_clear(&answer->body);
	print_refusal(&answer->body, status, message);
}

static void unknown_endpoint(struct http_answer *answer)
{
	answer->status = 404;
	text_append(&answer->body,
	            "{\"code\":404,\"message\":\"Not Found\",\"error\":{\"code\":0,\"name\":\"exception\","
	            "\"what\":\"unspecified\",\"details\":[{\"message\":\"Unknown Endpoint\",\"file\":"
	            "\"eosiofs\",\"line_number\":0,\"method\":\"handle_request\"}]}}");
}

/* --- who may ask --- */

static bool names_host(const char *host, size_t length, const char *ours)
{
	return strlen(ours) == length && strncasecmp(host, ours, length) == 0;
}

static bool is_wildcard(const char *host)
{
	return strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0 || strcmp(host, "*") == 0;
}

/* A number is nobody's name. */
static bool is_literal_address(const char *host, size_t length)
{
	char text[INET6_ADDRSTRLEN] = "";
	struct in6_addr address;

	if (length >= sizeof text)
		return false;
	memcpy(text, host, length);
	return inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1;
}

/* HOST:PORT with the address that config.ini says or an alias of it, so that no name of somebody else's
 * leads here. */
static bool host_is_ours(const struct server_node *node, const struct http_request *request)
{
	const struct server_options *options = &node->options;
	const char *host = request->host, *colon = host ? strrchr(host, ':') : NULL;
	char port[8];

	if (options->is_local)
		return true;
	if (!host || !*host)
		return false;
	if (!options->validate_host)
		return true;
	snprintf(port, sizeof port, "%u", request->port);
	if (!colon || strcmp(colon + 1, port) != 0)
		return false;
	size_t length = (size_t)(colon - host);
	if (*host == '[' && length >= 2 && host[length - 1] == ']') {
		host++;
		length -= 2;
	}
	bool ours = names_host(host, length, options->host) || names_host(host, length, options->address) ||
	            (is_wildcard(options->host) && is_literal_address(host, length));
	for (size_t i = 0; i < options->aliases_count && !ours; i++)
		ours = names_host(host, length, options->aliases[i]);
	return ours;
}

/* A browser says where its page comes from, whatever the page says: a page of somebody else's shall not
 * reach a node that its owner did not open to it. */
static bool origin_is_allowed(const struct server_node *node, const char *origin)
{
	const char *allowed = node->options.allow_origin;
	return !origin || strcmp(allowed, "*") == 0 || (*allowed && strcmp(allowed, origin) == 0);
}

static void add_access_control(const struct server_options *options, struct text *headers)
{
	if (*options->allow_origin)
		text_printf(headers, "access-control-allow-origin: %s\n", options->allow_origin);
	if (*options->allow_headers)
		text_printf(headers, "access-control-allow-headers: %s\n", options->allow_headers);
	if (*options->maximum_age)
		text_printf(headers, "access-control-max-age: %s\n", options->maximum_age);
	if (options->allow_credentials)
		text_append(headers, "access-control-allow-credentials: true\n");
}

bool server_admit(struct server_node *node, const struct http_request *request, struct http_answer *answer)
{
	if (!host_is_ours(node, request)) {
		refuse(answer, 400, "Disallowed HTTP HOST header in the request");
		return false;
	}
	if (!origin_is_allowed(node, request->origin)) {
		refuse(answer, 403, "access-control-allow-origin of this node does not name that origin");
		return false;
	}
	return true;
}

/* --- calls --- */

static bool is_empty_object(const char *text, size_t length)
{
	static const char white[] = " \t\r\n", object[] = "{}";
	size_t seen = 0;
	for (size_t i = 0; i < length; i++) {
		if (seen < 2 && text[i] == object[seen])
			seen++;
		else if (!memchr(white, text[i], sizeof white - 1))
			return false;
	}
	return seen == 2 || seen == 0;
}

/* What http_plugin checks before an endpoint sees the body. */
static int check_parameters(struct call *call, struct json **body, const struct endpoint *endpoint)
{
	bool empty = is_empty_object(call->sent, call->sent_length);

	if (endpoint->parameters == PARAMETERS_NONE)
		return empty ? 0 : call_bad_parameters(call);
	if ((endpoint->parameters == PARAMETERS_REQUIRED || endpoint->parameters == PARAMETERS_LIST) && empty)
		return error_chain(&call->error, INVALID_HTTP_REQUEST, "A Request body is required");
	bool marked = call->sent_length && (uint8_t)call->sent[0] == 0xef; /* a byte order mark: no JSON */
	if (call->sent_length == 0 || (!marked && json_parse(body, call->sent, call->sent_length, NULL) == 0)) {
		call->body = *body;
		bool object = !*body || json_type(*body) == JSON_OBJECT;
		return object || endpoint->parameters >= PARAMETERS_LIST ? 0 : call_bad_parameters(call);
	}
	return endpoint->parameters == PARAMETERS_OWN ? 0 : call_bad_parameters(call);
}

static int run_endpoint(struct call *call, const struct endpoint *endpoint)
{
	struct json *body = NULL;
	int result = check_parameters(call, &body, endpoint);

	if (result == 0 && endpoint->reads)
		result = call_view_open(call, &call->view);
	if (result == 0)
		result = endpoint->answer(call);
	chain_view_close(call->view);
	json_release(body);
	for (size_t i = 0; i < call->strings_count; i++)
		text_release(&call->strings[i]);
	return result;
}

static bool answer_call(struct server_node *node, const struct endpoint *endpoint,
                        const struct http_request *request, struct http_answer *answer)
{
	struct call call = {.node = node,
	                    .chain = node->chain,
	                    .sent = request->body,
	                    .sent_length = request->length,
	                    .out = &answer->body,
	                    .headers = &answer->headers,
	                    .status = endpoint->status,
	                    .at_once = request->at_once,
	                    .begun = &answer->begun};
	int result = run_endpoint(&call, endpoint);

	if (result == CALL_AGAIN)
		return false;
	if (result < 0)
		print_failure(answer, &call.error, call.failure_status, strrchr(endpoint->path, '/') + 1);
	else
		answer->status = call.status;
	answer->content_type = result < 0 ? NULL : call.content_type;
	return true;
}

bool server_answer(struct server_node *node, const struct http_request *request, struct http_answer *answer)
{
	text_clear(&answer->headers);
	text_clear(&answer->body);
	if (request->target[0] != '/' || strstr(request->target, "..")) {
		refuse(answer, 400, "Illegal request-target");
		return true;
	}
	add_access_control(&node->options, &answer->headers);
	if (strcmp(request->method, "OPTIONS") == 0) {
		answer->status = 200;
		text_append(&answer->body, "{}");
		return true;
	}
	const struct endpoint *endpoint = request->found ? request->found : find_endpoint(node, request->target);
	if (endpoint)
		return answer_call(node, endpoint, request, answer);
	unknown_endpoint(answer);
	return true;
}

/* --- as a service of http.h --- */

static bool service_admit(void *context, const struct http_request *request, struct http_answer *answer)
{
	return server_admit(context, request, answer);
}

static bool service_answer(void *context, const struct http_request *request, struct http_answer *answer)
{
	return server_answer(context, request, answer);
}

static enum http_pace service_pace(void *context, struct http_request *request)
{
	const struct endpoint *endpoint = find_endpoint(context, request->target);
	request->found = endpoint;
	return endpoint ? endpoint->pace : HTTP_SHORT;
}

const struct http_service server_service = {
	.admit = service_admit, .pace = service_pace, .answer = service_answer};

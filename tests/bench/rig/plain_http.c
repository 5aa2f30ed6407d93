/* Requests as bytes, sockets. */
#include "tests/bench/rig/plain_http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int plain_connect(uint16_t port)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int out = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(out, (const struct sockaddr *)&address, sizeof address) != 0) {
		perror("connect");
		abort();
	}
	return out;
}

void plain_request(struct text *out, const char *api, const char *call, const char *body)
{
	text_printf(out, "POST /v1/%s%s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %zu\r\n\r\n%s", api, call,
	            strlen(body), body);
}

void plain_push_request(struct text *out, const struct packed_transaction *packed)
{
	struct text body = TEXT_EMPTY;
	text_printf(&body,
	            "{\"transaction\":{\"signatures\":[\"%s\"],\"compression\":\"none\","
	            "\"packed_context_free_data\":\"\",\"packed_trx\":\"",
	            signature_text(&packed->signatures[0]).text);
	text_append_hex(&body, packed->packed_trx.data, packed->packed_trx.length);
	text_append(&body, "\"}}");
	plain_request(out, "chain/", "send_transaction2", text_string(&body));
	text_release(&body);
}

void plain_send(int to, const struct text *request)
{
	for (size_t sent = 0; sent < request->length;) {
		ssize_t length = send(to, request->data + sent, request->length - sent, MSG_NOSIGNAL);
		if (length <= 0)
			abort();
		sent += (size_t)length;
	}
}

const char *plain_receive(int from)
{
	static char buffer[1 << 20];
	size_t have = 0, whole = 0;
	const char *body = buffer;
	while (!whole || have < whole) {
		ssize_t got = recv(from, buffer + have, sizeof buffer - 1 - have, 0);
		if (got <= 0)
			abort();
		have += (size_t)got;
		buffer[have] = '\0';
		const char *end = strstr(buffer, "\r\n\r\n"), *header = strcasestr(buffer, "content-length: ");
		if (!whole && end) {
			body = end + 4;
			whole = (size_t)(body - buffer) + strtoul(header + 16, NULL, 10);
		}
	}
	if (strncmp(buffer, "HTTP/1.1 20", 11) != 0) {
		fprintf(stderr, "%s\n", buffer);
		abort();
	}
	return body;
}

/* Addresses of peers, as config.ini names them. */
#include "core/network/p2p/tcp_private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

int address_split(char host[ADDRESS_SIZE], char port[PORT_SIZE], const char *address, struct error *error)
{
	const char *colon = strchr(address, ':');
	size_t length = colon ? (size_t)(colon - address) : 0,
		   digits = colon ? strspn(colon + 1, "0123456789") : 0;

	if (length == 0 || length >= ADDRESS_SIZE || digits == 0 || digits > 5 ||
	    (colon[1 + digits] != '\0' && colon[1 + digits] != ':'))
		return error_set(error, EINVAL, "'%.100s' is no address such as localhost:9876", address);
	memcpy(host, address, length);
	host[length] = '\0';
	memcpy(port, colon + 1, digits);
	port[digits] = '\0';
	return 0;
}

static int resolve(struct sockaddr_in *out, const char *host, const char *port, int flags)
{
	const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM, .ai_flags = flags};
	struct addrinfo *found = NULL;
	int failed = getaddrinfo(host, port, &hints, &found);

	if (failed)
		return failed;
	memcpy(out, found->ai_addr, sizeof *out);
	freeaddrinfo(found);
	return 0;
}

int address_resolve(struct sockaddr_in *out, const char *host, const char *port)
{
	return resolve(out, host, port, 0);
}

bool address_is_number(struct sockaddr_in *out, const char *address)
{
	char host[ADDRESS_SIZE], port[PORT_SIZE];

	return address_split(host, port, address, NULL) == 0 && resolve(out, host, port, AI_NUMERICHOST) == 0;
}

void address_print(char out[ADDRESS_SIZE], const struct sockaddr_in *address)
{
	char host[INET_ADDRSTRLEN] = "";
	inet_ntop(AF_INET, &address->sin_addr, host, sizeof host);
	snprintf(out, ADDRESS_SIZE, "%s:%u", host, ntohs(address->sin_port));
}

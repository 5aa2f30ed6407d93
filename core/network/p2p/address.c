/* Addresses of peers, as config.ini names them. */
#include "core/network/p2p/tcp_private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

int address_parse(struct sockaddr_in *out, const char *address, struct error *error)
{
	const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	char host[ADDRESS_SIZE], port[8] = "";
	const char *colon = strchr(address, ':');
	size_t length = colon ? (size_t)(colon - address) : 0,
		   digits = colon ? strspn(colon + 1, "0123456789") : 0;

	if (length == 0 || length >= sizeof host || digits == 0 || digits > 5 ||
	    (colon[1 + digits] != '\0' && colon[1 + digits] != ':'))
		return error_set(error, EINVAL, "'%.100s' is no address such as localhost:9876", address);
	memcpy(host, address, length);
	host[length] = '\0';
	memcpy(port, colon + 1, digits);
	int result = getaddrinfo(host, port, &hints, &found);
	if (result != 0)
		return error_set(error, EHOSTUNREACH, "Unable to resolve %s:%s %s", host, port, gai_strerror(result));
	memcpy(out, found->ai_addr, sizeof *out);
	freeaddrinfo(found);
	return 0;
}

void address_print(char out[ADDRESS_SIZE], const struct sockaddr_in *address)
{
	char host[INET_ADDRSTRLEN] = "";
	inet_ntop(AF_INET, &address->sin_addr, host, sizeof host);
	snprintf(out, ADDRESS_SIZE, "%s:%u", host, ntohs(address->sin_port));
}

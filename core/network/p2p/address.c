/* Addresses of peers, as config.ini names them. */
#include "core/network/p2p/tcp_private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int address_split(char host[ADDRESS_SIZE], char port[PORT_SIZE], const char *address, struct error *error)
{
	const char *colon = strchr(address, ':');
	size_t length = colon ? (size_t)(colon - address) : 0,
		   digits = colon ? strspn(colon + 1, "0123456789") : 0;

	if (length == 0 || length >= ADDRESS_SIZE || digits == 0 || digits > 5 || atoi(colon + 1) > UINT16_MAX ||
	    (colon[1 + digits] != '\0' && colon[1 + digits] != ':'))
		return error_set(error, EINVAL, "'%.100s' is no address such as localhost:9876", address);
	memcpy(host, address, length);
	host[length] = '\0';
	memcpy(port, colon + 1, digits);
	port[digits] = '\0';
	return 0;
}

static bool fill(struct sockaddr_in *out, const char *number, const char *port)
{
	*out = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
	return inet_pton(AF_INET, number, &out->sin_addr) == 1;
}

bool address_is_number(struct sockaddr_in *out, const char *address)
{
	char host[ADDRESS_SIZE], port[PORT_SIZE];

	return address_split(host, port, address, NULL) == 0 && fill(out, host, port);
}

int address_found(struct sockaddr_in *out, const struct lookup_found *found, const char *address,
                  struct error *error)
{
	char host[ADDRESS_SIZE], port[PORT_SIZE];
	int result = address_split(host, port, address, error);

	if (result == 0 && found->why)
		return error_set(error, EHOSTUNREACH, "Unable to resolve %s:%s %s", host, port, found->why);
	if (result == 0)
		fill(out, found->address, port);
	return result;
}

int address_resolve(struct sockaddr_in *out, const char *address, struct error *error)
{
	char host[ADDRESS_SIZE], port[PORT_SIZE], number[LOOKUP_ADDRESS_SIZE];
	int result = address_split(host, port, address, error);

	if (result)
		return result;
	const struct lookup_found found = {host, number, lookup_now(number, host, AF_INET)};
	return address_found(out, &found, address, error);
}

void address_print(char out[ADDRESS_SIZE], const struct sockaddr_in *address)
{
	char host[INET_ADDRSTRLEN] = "";
	inet_ntop(AF_INET, &address->sin_addr, host, sizeof host);
	snprintf(out, ADDRESS_SIZE, "%s:%u", host, ntohs(address->sin_port));
}

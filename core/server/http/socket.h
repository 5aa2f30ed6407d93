/* Sockets to listen at: non-blocking, closed by exec. */
#ifndef EOSIOFS_CORE_SERVER_HTTP_SOCKET_H
#define EOSIOFS_CORE_SERVER_HTTP_SOCKET_H

#include "core/base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum { SOCKET_ADDRESS_SIZE = 64 };

bool socket_is_address(const char *host); /* IPv4 or IPv6: nothing is to be looked up */
/* The address of a name, as text, which the system may take its time for. */
int socket_look_up(char out[SOCKET_ADDRESS_SIZE], const char *host, struct error *error);
/* host: an address, or a name that is looked up; port 0: any. The descriptor, or -errno. */
int socket_listen(const char *host, uint16_t port, struct error *error);
uint16_t socket_port(int socket);
/* A unix socket of mode 0600, in the place of one at which nobody listens any more. */
int socket_listen_local(const char *path, struct error *error);

#endif

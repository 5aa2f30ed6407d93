/* Sockets to listen at: non-blocking, closed by exec. */
#ifndef EOSIOFS_CORE_SERVER_HTTP_SOCKET_H
#define EOSIOFS_CORE_SERVER_HTTP_SOCKET_H

#include "core/base/error.h"

#include <stdint.h>

/* address: IPv4 or IPv6; port 0: any. The descriptor, or -errno. */
int socket_listen(const char *address, uint16_t port, struct error *error);
uint16_t socket_port(int socket);
/* A unix socket of mode 0600, in the place of one at which nobody listens any more. */
int socket_listen_local(const char *path, struct error *error);

#endif

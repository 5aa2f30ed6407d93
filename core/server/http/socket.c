/* Sockets to listen at. */
#include "core/server/http/socket.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int bind_and_listen(const struct sockaddr *address, socklen_t length)
{
	const int on = 1;
	int made = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (made < 0)
		return -errno;
	setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(made, address, length) == 0 && listen(made, SOMAXCONN) == 0)
		return made;
	int number = errno;
	close(made);
	return -number;
}

int socket_listen(const char *address, uint16_t port, struct error *error)
{
	const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found;
	char port_text[8];

	snprintf(port_text, sizeof port_text, "%u", port);
	if (getaddrinfo(address, port_text, &hints, &found) != 0)
		return error_set(error, EADDRNOTAVAIL, "%s is no address to listen at", address);
	int made = bind_and_listen(found->ai_addr, found->ai_addrlen);
	freeaddrinfo(found);
	if (made < 0)
		return error_set(error, -made, "cannot listen at %s:%u: %s", address, port, strerror(-made));
	return made;
}

uint16_t socket_port(int socket)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof address;

	if (getsockname(socket, (struct sockaddr *)&address, &length) != 0)
		return 0;
	return ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
	                                           : ((struct sockaddr_in *)&address)->sin_port);
}

/* A socket, at which nobody listens any more: a file that is none refuses connections, too. */
static bool is_left_behind(const struct sockaddr_un *address)
{
	struct stat status;

	if (lstat(address->sun_path, &status) != 0 || !S_ISSOCK(status.st_mode))
		return false;
	int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool refused = made >= 0 && connect(made, (const struct sockaddr *)address, sizeof *address) != 0 &&
	               errno == ECONNREFUSED;
	close(made);
	return refused;
}

/* Between bind() and listen() nobody can connect, so that the mode holds from the first connection on. */
static int bind_local(const struct sockaddr_un *address)
{
	int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	const struct sockaddr *at = (const struct sockaddr *)address;

	if (made < 0)
		return -errno;
	int result = bind(made, at, sizeof *address);
	if (result != 0 && errno == EADDRINUSE && is_left_behind(address) && unlink(address->sun_path) == 0)
		result = bind(made, at, sizeof *address);
	if (result == 0 && (chmod(address->sun_path, 0600) != 0 || listen(made, SOMAXCONN) != 0)) {
		unlink(address->sun_path);
		result = -1;
	}
	if (result == 0)
		return made;
	int number = errno;
	close(made);
	return -number;
}

int socket_listen_local(const char *path, struct error *error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof address.sun_path)
		return error_set(error, ENAMETOOLONG, "%s is too long for a socket", path);
	strcpy(address.sun_path, path);
	int made = bind_local(&address);
	if (made < 0)
		return error_set(error, -made, "cannot listen at %s: %s", path, strerror(-made));
	return made;
}

/* Presence: a listening socket in the abstract namespace, named after the mount point. It vanishes with
 * its process, however that ends, and leaves nothing to clean up. */
#include "mount/presence.h"

#include "core/base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { DYING_MILLISECONDS = 10000, QUEUE = 64, KEPT = sizeof(((struct presence *)0)->asked) / sizeof(int) };

static const char PREFIX[] = "eosiofs-mount-";

/* The name is the path's hash: a path may be longer than a socket's name. */
static socklen_t address_of(struct sockaddr_un *address, const char *mount_point)
{
	static const char digits[] = "0123456789abcdef";
	struct checksum256 hash = hash_sha256(mount_point, strlen(mount_point));
	size_t length = sizeof PREFIX - 1;

	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	char *name = address->sun_path + 1; /* abstract: a NUL comes first */
	memcpy(name, PREFIX, length);
	for (size_t i = 0; i < sizeof hash.data; i++) {
		name[length++] = digits[hash.data[i] >> 4];
		name[length++] = digits[hash.data[i] & 15];
	}
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length);
}

int presence_announce(struct presence *presence, const char *mount_point, struct error *error)
{
	struct sockaddr_un address;
	socklen_t length = address_of(&address, mount_point);
	int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (descriptor < 0)
		return error_set(error, errno, "cannot make a socket: %s", strerror(errno));
	if (bind(descriptor, (struct sockaddr *)&address, length) != 0 || listen(descriptor, QUEUE) != 0) {
		int number = errno == EADDRINUSE ? EBUSY : errno;
		close(descriptor);
		return error_set(error, number, "'%s' is being served by process %d", mount_point,
		                 presence_find(mount_point, NULL));
	}
	for (size_t i = 0; i < KEPT; i++)
		presence->asked[i] = -1;
	presence->listener = descriptor;
	fcntl(descriptor, F_SETOWN, getpid());
	fcntl(descriptor, F_SETFL, O_NONBLOCK | O_ASYNC);
	return 0;
}

/* Whoever is gone makes room; where nobody is, the one that asked first. */
static void make_room(struct presence *presence)
{
	size_t kept = 0;
	char byte;
	for (size_t i = 0; i < KEPT; i++) {
		int asked = presence->asked[i];
		presence->asked[i] = -1;
		if (asked < 0)
			continue;
		if (recv(asked, &byte, 1, MSG_DONTWAIT) == 0)
			close(asked);
		else
			presence->asked[kept++] = asked;
	}
	if (kept < KEPT)
		return;
	close(presence->asked[0]);
	memmove(presence->asked, presence->asked + 1, (KEPT - 1) * sizeof *presence->asked);
	presence->asked[KEPT - 1] = -1;
}

void presence_answer(struct presence *presence)
{
	int asked;
	while ((asked = accept4(presence->listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		make_room(presence);
		for (size_t i = 0; i < KEPT && asked >= 0; i++) {
			if (presence->asked[i] >= 0)
				continue;
			presence->asked[i] = asked;
			asked = -1;
		}
	}
}

void presence_end(struct presence *presence)
{
	if (presence->listener < 0)
		return;
	for (size_t i = 0; i < KEPT; i++)
		if (presence->asked[i] >= 0)
			close(presence->asked[i]);
	close(presence->listener);
	presence->listener = -1;
}

bool presence_wait(int descriptor, int milliseconds)
{
	struct pollfd ended = {.fd = descriptor, .events = POLLIN};
	int result;
	do
		result = poll(&ended, 1, milliseconds);
	while (result < 0 && errno == EINTR);
	return result != 0;
}

/* A killed process is a zombie, or gone, while its last threads still end: only then its files are closed. */
static bool is_dying(pid_t process)
{
	char path[64], line[512];
	snprintf(path, sizeof path, "/proc/%d/stat", process);
	FILE *file = fopen(path, "re");
	if (!file)
		return true;
	const char *name_end = fgets(line, sizeof line, file) ? strrchr(line, ')') : NULL;
	fclose(file);
	return !name_end || name_end[1] == 0 || strchr("ZX", name_end[2]);
}

pid_t presence_find(const char *mount_point, int *descriptor)
{
	struct sockaddr_un address;
	socklen_t length = address_of(&address, mount_point);
	struct ucred server;
	socklen_t server_length = sizeof server;
	pid_t found = 0;

	int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connection < 0)
		return 0;
	if (connect(connection, (struct sockaddr *)&address, length) == 0 &&
	    getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &server, &server_length) == 0)
		found = server.pid ? server.pid : -1;
	if (found > 0 && is_dying(found)) {
		presence_wait(connection, DYING_MILLISECONDS);
		found = 0;
	}
	if (found != 0 && descriptor)
		*descriptor = connection;
	else
		close(connection);
	return found;
}

/* Looking up names: those of peers each in a short thread of its own, for the system's resolver may take its
 * time and cannot be interrupted, and the connections wait for nobody. Who asked may be gone by then. */
#include "core/network/p2p/tcp_private.h"

#include "core/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <unistd.h>

enum { LOOKUPS_MAXIMUM = 32 };

struct lookup {
	struct resolver *resolver; /* held */
	_Atomic unsigned references;
	_Atomic bool done; /* then: */
	int failed;        /* as getaddrinfo */
	struct sockaddr_in address;
	char host[ADDRESS_SIZE], port[PORT_SIZE];
};

int resolver_create(struct resolver **out, int wake)
{
	int own = fcntl(wake, F_DUPFD_CLOEXEC, 0);

	if (own < 0)
		return -errno;
	*out = memory_allocate(1, sizeof **out);
	**out = (struct resolver){.references = 1, .wake = own, .resolve = address_resolve};
	return 0;
}

void resolver_release(struct resolver *resolver)
{
	if (!resolver || --resolver->references)
		return;
	close(resolver->wake);
	free(resolver);
}

void lookup_release(struct lookup *lookup)
{
	if (!lookup || --lookup->references)
		return;
	resolver_release(lookup->resolver);
	free(lookup);
}

static void *look_up(void *argument)
{
	struct lookup *lookup = argument;
	struct resolver *resolver = lookup->resolver;
	const uint64_t one = 1;

	lookup->failed = resolver->resolve(&lookup->address, lookup->host, lookup->port);
	lookup->done = true;
	resolver->running--;
	ssize_t written = write(resolver->wake, &one, sizeof one);
	(void)written; /* a full counter wakes as well */
	lookup_release(lookup);
	return NULL;
}

static int unresolved(const char *host, const char *port, int failed, struct error *error)
{
	return error_set(error, EHOSTUNREACH, "Unable to resolve %s:%s %s", host, port, gai_strerror(failed));
}

int resolver_ask(const struct resolver *resolver, struct sockaddr_in *out, const char *address,
                 struct error *error)
{
	char host[ADDRESS_SIZE], port[PORT_SIZE];
	int result = address_split(host, port, address, error), failed;

	if (result == 0 && (failed = resolver->resolve(out, host, port)) != 0)
		result = unresolved(host, port, failed, error);
	return result;
}

int lookup_begin(struct lookup **out, struct resolver *resolver, const char *address, struct error *error)
{
	struct lookup *lookup = memory_allocate(1, sizeof *lookup);
	pthread_t thread;
	int result = address_split(lookup->host, lookup->port, address, error);

	if (result == 0 && resolver->running >= LOOKUPS_MAXIMUM)
		result = error_set(error, EAGAIN, "Unable to resolve %s: %d names are being looked up", address,
		                   LOOKUPS_MAXIMUM);
	if (result) {
		free(lookup);
		return result;
	}
	lookup->resolver = resolver;
	lookup->references = 2;
	resolver->references++;
	resolver->running++;
	result = -pthread_create(&thread, NULL, look_up, lookup);
	if (result) {
		resolver->running--;
		lookup->references = 1;
		lookup_release(lookup);
		return error_set(error, -result, "Unable to resolve %s: no thread for it", address);
	}
	pthread_detach(thread);
	*out = lookup;
	return 0;
}

int lookup_end(struct lookup **lookup, struct sockaddr_in *out, struct error *error)
{
	struct lookup *ended = *lookup;
	int result = 0;

	if (!ended->done)
		return -EINPROGRESS;
	*out = ended->address;
	if (ended->failed)
		result = unresolved(ended->host, ended->port, ended->failed, error);
	lookup_release(ended);
	*lookup = NULL;
	return result;
}

/* Addresses of machines by their names, each looked up in a thread of its own. */
#include "core/base/system/lookup.h"

#include "core/base/memory.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

enum { LOOKUPS_MAXIMUM = 32 };

struct lookup {
	struct lookup *next;
	struct lookups *lookups;
	lookup_answer *answer; /* NULL: it was forgotten */
	void *context;
	uint64_t key;
	int family;
	char *host; /* owned */
};

struct lookups *lookups_create(void)
{
	struct lookups *lookups = memory_allocate(1, sizeof *lookups);

	pthread_mutex_init(&lookups->lock, NULL);
	return lookups;
}

/* Under the lock. */
static void unlock(struct lookups *lookups)
{
	bool is_last = lookups->is_ended && !lookups->list;

	pthread_mutex_unlock(&lookups->lock);
	if (!is_last)
		return;
	pthread_mutex_destroy(&lookups->lock);
	free(lookups);
}

void lookups_destroy(struct lookups *lookups)
{
	if (!lookups)
		return;
	pthread_mutex_lock(&lookups->lock);
	for (struct lookup *lookup = lookups->list; lookup; lookup = lookup->next)
		lookup->answer = NULL;
	lookups->is_ended = true;
	unlock(lookups);
}

bool lookup_is_near(const char *host)
{
	struct in6_addr address;

	return strcmp(host, "localhost") == 0 || inet_pton(AF_INET, host, &address) == 1 ||
	       inet_pton(AF_INET6, host, &address) == 1;
}

const char *lookup_now(char out[LOOKUP_ADDRESS_SIZE], const char *host, int family)
{
	const struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_family = family, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found;
	int failed = getaddrinfo(host, NULL, &hints, &found);

	if (failed)
		return gai_strerror(failed);
	failed = getnameinfo(found->ai_addr, found->ai_addrlen, out, LOOKUP_ADDRESS_SIZE, NULL, 0,
	                     NI_NUMERICHOST);
	freeaddrinfo(found);
	return failed ? gai_strerror(failed) : NULL;
}

static void lookup_free(struct lookup *lookup)
{
	free(lookup->host);
	free(lookup);
}

static void *look_up(void *argument)
{
	struct lookup *lookup = argument, **at;
	struct lookups *lookups = lookup->lookups;
	char address[LOOKUP_ADDRESS_SIZE];
	const char *why = lookup_now(address, lookup->host, lookup->family);
	const struct lookup_found found = {lookup->host, why ? NULL : address, why};

	pthread_mutex_lock(&lookups->lock);
	for (at = &lookups->list; *at != lookup; at = &(*at)->next)
		continue;
	*at = lookup->next;
	if (lookup->answer)
		lookup->answer(lookup->context, lookup->key, &found);
	lookup_free(lookup);
	unlock(lookups);
	return NULL;
}

int lookup_begin(struct lookups *lookups, const char *host, int family, lookup_answer *answer, void *context,
                 uint64_t key, struct error *error)
{
	struct lookup *lookup = memory_allocate(1, sizeof *lookup);
	pthread_t thread;
	int count = 0, result = 0;

	*lookup = (struct lookup){lookups->list, lookups, answer, context, key, family, memory_copy_string(host)};
	for (const struct lookup *other = lookups->list; other; other = other->next)
		count++;
	if (count >= LOOKUPS_MAXIMUM)
		result = error_set(error, EAGAIN, "%s: %d names are being looked up", host, LOOKUPS_MAXIMUM);
	else if ((result = -pthread_create(&thread, NULL, look_up, lookup)) != 0)
		error_set(error, -result, "%s: no thread to look it up", host);
	if (result) {
		lookup_free(lookup);
		return result;
	}
	pthread_detach(thread);
	lookups->list = lookup;
	return 0;
}

void lookup_forget(struct lookups *lookups, const void *context, uint64_t key)
{
	for (struct lookup *lookup = lookups->list; lookup; lookup = lookup->next)
		if (lookup->context == context && lookup->key == key)
			lookup->answer = NULL;
}

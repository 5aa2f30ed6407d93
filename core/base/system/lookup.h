/* Addresses of machines by their names. The system's resolver may take its time and cannot be interrupted:
 * each name is looked up in a thread of its own, and who asked may be gone by then. */
#ifndef EOSIOFS_CORE_BASE_SYSTEM_LOOKUP_H
#define EOSIOFS_CORE_BASE_SYSTEM_LOOKUP_H

#include "core/base/error.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum { LOOKUP_ADDRESS_SIZE = 64 };

/* What one owner has looked up. */
struct lookups {
	pthread_mutex_t lock; /* the owner's, for whatever it likes: answers come under it */
	struct lookup *list;  /* owned; each by its thread too */
	bool is_ended;        /* the owner is gone: the last thread frees this */
};

struct lookup_found {
	const char *host, *address; /* the address as text; NULL: there is none, and: */
	const char *why;
};

/* Called by the lookup's thread, under the lock. */
typedef void lookup_answer(void *context, uint64_t key, const struct lookup_found *found);

struct lookups *lookups_create(void);
/* Waits for no lookup, and gives no answers any more. NULL is fine. */
void lookups_destroy(struct lookups *lookups);

/* Whether the system knows the host without asking anybody: an address, or localhost. */
bool lookup_is_near(const char *host);
/* family: AF_INET, or AF_UNSPEC for IPv6 as well. Waits: NULL, or why there is none. */
const char *lookup_now(char out[LOOKUP_ADDRESS_SIZE], const char *host, int family);
/* Never waits. -EAGAIN: too many are under way. Under the lock, as the next. */
int lookup_begin(struct lookups *lookups, const char *host, int family, lookup_answer *answer, void *context,
                 uint64_t key, struct error *error);
/* What was begun so is not answered. */
void lookup_forget(struct lookups *lookups, const void *context, uint64_t key);

#endif

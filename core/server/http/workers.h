/* Threads for what may take long: made when first needed, a few at most. Jobs that cannot be finished yet
 * are kept aside, without a thread, and run again when woken. */
#ifndef EOSIOFS_CORE_SERVER_HTTP_WORKERS_H
#define EOSIOFS_CORE_SERVER_HTTP_WORKERS_H

#include "core/base/error.h"

#include <stdbool.h>

struct workers;

/* Part of what its owner allocates. run() gives false when it must be run again after workers_wake(); what
 * has given true is its owner's again. owner: whose jobs workers_end_of() waits for. */
struct job {
	struct job *next; /* the queue's */
	void *owner;
	bool (*run)(struct job *job);
	void (*drop)(struct job *job); /* instead of a further run: its owner goes away */
};

int workers_create(struct workers **out, struct error *error);
void workers_destroy(struct workers *workers); /* no job may be left */
void workers_add(struct workers *workers, struct job *job);
void workers_wake(struct workers *workers);
/* Drops the owner's jobs that do not run, and waits for those that do. */
void workers_end_of(struct workers *workers, const void *owner);

#endif

/* A process that is to run until it is told otherwise: below a keeper, its output in a log, started again
 * when it ends by itself, each time later. */
#ifndef EOSIOFS_CORE_CHAIN_PROCESSES_SUPERVISED_H
#define EOSIOFS_CORE_CHAIN_PROCESSES_SUPERVISED_H

#include "core/base/error.h"
#include "core/base/growing_text.h"

#include <stdbool.h>
#include <sys/types.h>

struct supervised;

/* self: this program, log: where its output goes; both borrowed. */
struct supervised *supervised_create(const char *self, struct growing_text *log);
void supervised_destroy(struct supervised *supervised); /* ends it; NULL is fine */

/* words: a program's path first, NULL last; taken over, each too. -errno: it cannot be executed. It must not
 * be wanted yet. */
int supervised_start(struct supervised *supervised, char **words, struct error *error);
/* It has ended when this returns; kill: by SIGKILL. Nothing when it is not wanted. */
void supervised_end(struct supervised *supervised, bool kill);
bool supervised_is_wanted(struct supervised *supervised);
/* 0: it does not run now. */
pid_t supervised_pid(struct supervised *supervised);
/* Waits a moment, less when it ends meanwhile. Whether it has run since its start without an end; else
 * *status is how it ended (keeper.h). */
bool supervised_watch(struct supervised *supervised, int *status);

#endif

/* A process that does not outlive who wanted it: a keeper, this program executed again, stands between the
 * two. It reads a pipe of its owner's; when that ends, however the owner did, it ends the process with
 * SIGTERM and, where that does not end it within KEEPER_PATIENCE_MS, with SIGKILL. */
#ifndef EOSIOFS_CORE_BASE_SYSTEM_KEEPER_H
#define EOSIOFS_CORE_BASE_SYSTEM_KEEPER_H

#include "core/base/error.h"

#include <sys/types.h>

enum { KEEPER_PATIENCE_MS = 10000 };

struct keeper {
	pid_t pid;   /* the keeper's */
	pid_t child; /* the process it keeps */
	int control; /* closed by keeper_end() */
	int output;  /* what the process prints, on either stream; it ends when the keeper has */
};

/* Runs `words` (a program's path first, NULL last) below a keeper; `self` is this program. Both have a
 * session of their own and none of our descriptors. -errno: the program cannot be executed. */
int keeper_start(struct keeper *out, const char *self, const char *const *words, struct error *error);
/* Asks for the end of the process; may be called again. kill: with SIGKILL, at once. */
void keeper_end(struct keeper *keeper, int kill);
/* Waits until the keeper has ended, and closes what is left: the process's exit status, or 128 and its
 * signal's number. */
int keeper_wait(struct keeper *keeper);

/* What the keeper is: the program's path and its arguments, NULL last. Its exit status is as keeper_wait()
 * has it. */
int keeper_run(char *const *words);

#endif

/* What has ended the program is tried in a process of its own first: a mark says what is being done, and one
 * that is found at the start says what the last process did not come to the end of. */
#ifndef EOSIOFS_CORE_CHAIN_EMBEDDED_STORAGE_TRIAL_H
#define EOSIOFS_CORE_CHAIN_EMBEDDED_STORAGE_TRIAL_H

#include "core/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trial {
	char *path; /* of the mark; owned */
	int fd;
	bool was_marked;
	uint32_t suspect_number;
	size_t suspect_index;
};

/* Reads the mark in the folder, or makes one. */
int trial_begin(struct trial *trial, const char *folder, struct error *error);
/* Removes the mark: all was done. Also after a trial_begin() that failed. */
void trial_end(struct trial *trial);

/* Marks that (number, index) is being done. Where the mark was found there it is run in a child first, and
 * false says that the child did not come to its end: a signal, 30 s of CPU time. */
bool trial_passes(struct trial *trial, uint32_t number, size_t index, void (*run)(void *context),
                  void *context);

#endif

/* Files that the command line names. */
#ifndef EOSIOFS_MOUNT_GENESIS_FILE_H
#define EOSIOFS_MOUNT_GENESIS_FILE_H

#include "core/types/genesis.h"

#include <sys/types.h>

/* Whatever can be read, a pipe too. -EFBIG: it does not end within `size` bytes. */
ssize_t small_file_read(char *out, size_t size, const char *path, const char *what, struct error *error);
/* A genesis.json. -EINVAL: it is none; the sentence names the file. */
int genesis_file_read(struct genesis *out, const char *path, struct error *error);

#endif

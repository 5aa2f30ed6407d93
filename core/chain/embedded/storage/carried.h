/* What of a data folder goes with its chain into a file, besides blocks, state and keys. */
#ifndef EOSIOFS_CORE_CHAIN_EMBEDDED_STORAGE_CARRIED_H
#define EOSIOFS_CORE_CHAIN_EMBEDDED_STORAGE_CARRIED_H

enum { CARRIED_MAXIMUM = 16 << 20 }; /* bytes of one */
#define CARRIED_NODES "nodes"

/* Paths in the folder, none with a secret in it; ends with NULL. */
extern const char *const carried_files[];

#endif

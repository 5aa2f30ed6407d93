/* `eosiofs --node`: one node as a process, without a mount. */
#ifndef EOSIOFS_MOUNT_NODE_H
#define EOSIOFS_MOUNT_NODE_H

/* Runs until SIGINT or SIGTERM; nodeos's options, its log on stderr. The process's exit status, as nodeos has
 * them. */
int node_run(const char *const *arguments, int count);

#endif

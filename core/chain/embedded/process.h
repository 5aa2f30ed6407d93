/* A node that is a process of its own, started with nodeos's command line (protocol.md G.1, G.2). */
#ifndef EOSIOFS_CORE_CHAIN_EMBEDDED_PROCESS_H
#define EOSIOFS_CORE_CHAIN_EMBEDDED_PROCESS_H

#include "core/base/crypto/key.h"
#include "core/base/error.h"
#include "core/network/network.h"

#include <stddef.h>
#include <stdint.h>

struct embedded_process {
	uint64_t name; /* of the node */
	char *data_folder, *configuration_path, *genesis_path; /* owned, absolute; genesis_path NULL: none */
	struct node_home home; /* the paths above */
	char *configuration;    /* owned: config.ini's text */
	const char **arguments; /* owned: those given (borrowed), and nodeos's defaults of what nobody said */
	size_t arguments_count;
};

/* arguments: without the program's name; borrowed. -EINVAL: nodeos would not start with them, or with its
 * config.ini. */
int embedded_process_parse(struct embedded_process *out, const char *const *arguments, size_t count,
                           const struct signer *signer, struct error *error);
void embedded_process_release(struct embedded_process *process);

#endif

/* -o nodeos=PATH: the chain of nodes that are processes, and the sockets where they ask for signatures. */
#ifndef EOSIOFS_MOUNT_PROCESSES_H
#define EOSIOFS_MOUNT_PROCESSES_H

#include "core/chain/chain.h"
#include "core/engine/storage/data_folder.h"
#include "core/server/server.h"
#include "mount/options.h"

struct process_serving {
	struct server *server; /* owned: of the sockets alone */
	char *nodes;           /* owned: the folder of the nodes */
	char *program;         /* owned: what this process runs */
};

/* key: the genesis's; NULL: it was not given. Everything borrowed lives longer than the chain. */
int processes_attach(struct process_serving *out, struct chain **chain, const struct options *options,
                     struct data_folder *folder, struct wallet *wallet, const struct signer *signer,
                     const struct private_key *key, struct error *error);
/* After the chain. */
void processes_detach(struct process_serving *serving);

#endif

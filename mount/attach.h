/* Mounting the chain of a node that speaks nodeos's HTTP API: -o url. */
#ifndef EOSIOFS_MOUNT_ATTACH_H
#define EOSIOFS_MOUNT_ATTACH_H

#include "core/chain/nodeos/nodeos.h"
#include "mount/options.h"

/* What is about a chain within this process is refused. */
int attach_check(const struct options *options, struct error *error);
int attach_parse_wait(enum nodeos_wait *out, const char *word, struct error *error);
int attach_chain(struct chain **out, const struct options *options, struct error *error);

#endif

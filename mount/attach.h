/* Mounting the chain of a node that speaks nodeos's HTTP API: -o url. */
#ifndef EOSIOFS_MOUNT_ATTACH_H
#define EOSIOFS_MOUNT_ATTACH_H

#include "core/chain/chain.h"
#include "mount/options.h"

int attach_chain(struct chain **out, const struct options *options, struct error *error);

#endif

/* HTTP as the options ask for it: which nodes serve, and what the user is told of it. */
#ifndef EOSIOFS_MOUNT_SERVE_H
#define EOSIOFS_MOUNT_SERVE_H

#include "core/server/server.h"
#include "mount/options.h"

/* *out is NULL with -o http=off. A port that is taken is no failure: the next free one, and a notice on
 * stderr. Without -o http nothing is: what cannot be served is a notice too. */
int serve_start(struct server **out, const struct options *options, struct chain *chain, struct error *error);

#endif

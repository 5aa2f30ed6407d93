/* HTTP as the options ask for it: which nodes serve, and what the user is told of it. */
#ifndef EOSIOFS_MOUNT_SERVE_H
#define EOSIOFS_MOUNT_SERVE_H

#include "core/server/follow.h"
#include "mount/options.h"

struct serving {
	struct server *server; /* NULL where nothing is served */
	struct follower *follower;
};

/* A port that is taken is no failure: the next free one, and a notice on stderr. Without -o http=HOST:PORT
 * nothing is: what cannot be served is a notice too. */
int serve_start(struct serving *out, const struct options *options, struct chain *chain,
                struct wallet *wallet, struct error *error);
void serve_end(struct serving *serving); /* before the chain's and the wallet's end */

#endif

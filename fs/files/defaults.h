/* defaults/: what a new account gets when nothing else is said. One table of fields serves reading and
 * writing. */
#ifndef EOSIOFS_FS_FILES_DEFAULTS_H
#define EOSIOFS_FS_FILES_DEFAULTS_H

#include "fs/tree/row.h"

struct account_defaults {
	uint64_t creator;
	bool new_key;          /* a wallet key of its own, labelled with the account's name */
	struct public_key key; /* when !new_key */
	struct asset stake_net, stake_cpu;
	int64_t ram_bytes;
	bool transfer;
};
/* As they stand now. Amounts that nobody set are 10 of the core token. */
int defaults_get(struct request *request, struct account_defaults *out, struct error *error);

row_read defaults_read;
row_write defaults_write;

#endif

/* A network to test with: nodes that name each other, a schedule of producers p1111 and so on, one node each,
 * and what the hooks were told. */
#ifndef EOSIOFS_TESTS_NETWORK_RIG_H
#define EOSIOFS_TESTS_NETWORK_RIG_H

#include "core/engine/engine_private.h"
#include "core/network/network_private.h"

#include "core/base/memory.h"
#include "core/types/name.h"
#include "core/types/time.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MESH_NODES = 101, MESH_LOST = 10000 };

struct mesh {
	struct network *network;
	struct signer *signer;
	struct key_store *keys;
	struct private_key key;
	char public[KEY_TEXT_SIZE], private[KEY_TEXT_SIZE];
	struct node *eosio, *nodes[MESH_NODES]; /* eosio is not among them */
	size_t count;
	int64_t now;
	struct checksum256 lost[MESH_LOST];
	size_t lost_count;
	char reason[200]; /* of the last loss */
	uint64_t salt;
	uint32_t first_slot; /* of block 2 */
	uint32_t lifetime; /* of transactions, seconds */
};

/* The name of the i-th producer and its node. */
uint64_t mesh_name(size_t i);
/* Time goes on by a slot, as it does for a network that is looked at when something is due. */
void mesh_slot(struct mesh *mesh);
void mesh_slots(struct mesh *mesh, size_t count);
void mesh_begin(struct mesh *mesh);
void mesh_end(struct mesh *mesh);
void mesh_start(struct mesh *mesh, struct node *node, const char *options);
/* A node for the next producer, running; peers: names, and more options. */
struct node *mesh_add(struct mesh *mesh, const char *options);
/* eosio proposes the nodes' producers and makes blocks until they are the active schedule. */
void mesh_elect(struct mesh *mesh);
/* The account that the last mesh_push() made. */
uint64_t mesh_account(const struct mesh *mesh);
/* An action of eosio by eosio, pushed to a node. Takes the data. */
int mesh_push_action(struct mesh *mesh, struct node *node, const char *name, struct bytes data,
                     struct checksum256 *id, struct error *error);
/* A transaction that makes an account of its own, pushed to a node. */
int mesh_push(struct mesh *mesh, struct node *node, struct checksum256 *id, struct error *error);
bool mesh_log_has(const struct node *node, const char *text);

#endif

/* Accounts: what the chain keeps of one beside permissions and resources, and the code and ABI it carries.
 * Reading works on any root. */
#ifndef EOSIOFS_CORE_ENGINE_STATE_ACCOUNT_H
#define EOSIOFS_CORE_ENGINE_STATE_ACCOUNT_H

#include "core/base/error.h"
#include "core/engine/state/state_key.h"

struct account_object {
	uint64_t name;
	uint32_t creation_slot;
	bool privileged;
	struct checksum256 code_hash; /* zeroes: no contract */
	int64_t last_code_update;     /* microseconds; 0: never */
	uint64_t recv_sequence, auth_sequence;
	uint32_t code_sequence, abi_sequence;
	uint32_t block_num; /* of the block that last changed anything but recv_sequence and auth_sequence */
};

bool account_get(const struct map_root *root, struct account_object *out, uint64_t name);
bool account_exists(const struct map_root *root, uint64_t name);
/* The sentence of nodeos's database for an account that it looked up and did not find: 13. */
int account_missing(struct error *error, uint64_t name);
/* The first account with a name >= from, for paging: go on with name + 1. */
bool account_seek(const struct map_root *root, struct account_object *out, uint64_t from);
/* A new account: the object, and its place in the walk of account_seek(). */
void account_create(struct map_edit *edit, const struct account_object *account);
void account_put(struct map_edit *edit, const struct account_object *account);

/* The contract's code and ABI, borrowed from the root; false: none. */
bool account_code(const struct map_root *root, struct map_value *out, uint64_t name);
bool account_abi(const struct map_root *root, struct map_value *out, uint64_t name);

/* Code is kept once for all accounts that run it, counted. */
void code_hold(struct map_edit *edit, const struct checksum256 *hash, const void *code, size_t length);
void code_release(struct map_edit *edit, const struct checksum256 *hash);
bool code_get(const struct map_root *root, struct map_value *out, const struct checksum256 *hash);
/* length 0: none */
void account_abi_put(struct map_edit *edit, uint64_t name, const void *abi, size_t length);

#endif

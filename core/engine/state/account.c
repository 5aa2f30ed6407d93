/* Account objects, contract code and ABIs in the state map. */
#include "core/engine/state/account.h"

#include "core/base/bytes.h"
#include "core/base/exception.h"
#include "core/types/name.h"

#include <endian.h>

static const struct packed_field account_fields[] = {
	PACKED_FIELD(struct account_object, creation_slot),
	PACKED_FIELD(struct account_object, privileged),
	PACKED_FIELD(struct account_object, code_hash),
	PACKED_FIELD(struct account_object, last_code_update),
	PACKED_FIELD(struct account_object, recv_sequence),
	PACKED_FIELD(struct account_object, auth_sequence),
	PACKED_FIELD(struct account_object, code_sequence),
	PACKED_FIELD(struct account_object, abi_sequence),
	PACKED_FIELD(struct account_object, block_num),
	{0},
};

bool account_get(const struct map_root *root, struct account_object *out, uint64_t name)
{
	struct state_key key = state_key_name(STATE_ACCOUNT, name);

	out->name = name;
	return state_get_fields(root, out, &key, account_fields);
}

bool account_exists(const struct map_root *root, uint64_t name)
{
	struct state_key key = state_key_name(STATE_ACCOUNT, name);
	struct map_value value;

	return state_get(root, &value, &key);
}

int account_missing(struct error *error, uint64_t name)
{
	return error_chain(error, STD_EXCEPTION, "unknown key (eosio::chain::name): %s", name_text(name).text);
}

bool account_seek(const struct map_root *root, struct account_object *out, uint64_t from)
{
	struct state_key prefix = state_key_make(STATE_ACCOUNT_NAME, NULL, 0),
	                 first = state_key_name(STATE_ACCOUNT_NAME, from);
	struct state_walk walk;

	state_walk_begin(&walk, &prefix, &first);
	return state_walk_next(&walk, root) && account_get(root, out, state_key_u64(walk.entry.key, 1));
}

void account_create(struct map_edit *edit, const struct account_object *account)
{
	struct state_key key = state_key_name(STATE_ACCOUNT_NAME, account->name);

	state_put(edit, &key, NULL, 0);
	account_put(edit, account);
}

void account_put(struct map_edit *edit, const struct account_object *account)
{
	struct state_key key = state_key_name(STATE_ACCOUNT, account->name);

	state_put_fields(edit, &key, account, account_fields);
}

/* --- code and ABI --- */

bool code_get(const struct map_root *root, struct map_value *out, const struct checksum256 *hash)
{
	struct state_key key = state_key_hash(STATE_CODE, hash);

	return state_get(root, out, &key);
}

bool account_code(const struct map_root *root, struct map_value *out, uint64_t name)
{
	struct account_object account;
	return account_get(root, &account, name) && !checksum256_is_zero(&account.code_hash) &&
	       code_get(root, out, &account.code_hash);
}

bool account_abi(const struct map_root *root, struct map_value *out, uint64_t name)
{
	struct state_key key = state_key_name(STATE_ABI, name);

	return state_get(root, out, &key);
}

static uint32_t code_references(const struct map_edit *edit, const struct state_key *key)
{
	struct cursor in;

	return state_read(map_edit_view(edit), &in, key) ? cursor_u32(&in) : 0;
}

static void code_set_references(struct map_edit *edit, const struct state_key *key, uint32_t count)
{
	count = htole32(count);
	state_put(edit, key, &count, sizeof count);
}

void code_hold(struct map_edit *edit, const struct checksum256 *hash, const void *code, size_t length)
{
	struct state_key references = state_key_hash(STATE_CODE_REFERENCES, hash),
	                 key = state_key_hash(STATE_CODE, hash);
	uint32_t count = code_references(edit, &references);

	if (!count)
		state_put(edit, &key, code, length);
	code_set_references(edit, &references, count + 1);
}

void code_release(struct map_edit *edit, const struct checksum256 *hash)
{
	struct state_key references = state_key_hash(STATE_CODE_REFERENCES, hash),
	                 key = state_key_hash(STATE_CODE, hash);
	uint32_t count = code_references(edit, &references);

	if (count > 1) {
		code_set_references(edit, &references, count - 1);
		return;
	}
	state_remove(edit, &references);
	state_remove(edit, &key);
}

void account_abi_put(struct map_edit *edit, uint64_t name, const void *abi, size_t length)
{
	struct state_key key = state_key_name(STATE_ABI, name);

	if (length)
		state_put(edit, &key, abi, length);
	else
		state_remove(edit, &key);
}

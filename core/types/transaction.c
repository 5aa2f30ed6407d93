/* Transactions: bytes, ids, digests, signatures (protocol.md B.1, B.2). */
#include "core/types/transaction.h"

#include "core/base/exception.h"
#include "core/base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ACTION_MINIMUM = 18, EXTENSION_MINIMUM = 3 }; /* packed */

/* --- extensions --- */

void extensions_release(struct extension *extensions, size_t count)
{
	for (size_t i = 0; i < count; i++)
		bytes_release(&extensions[i].data);
	free(extensions);
}

void extensions_pack(struct bytes *out, const struct extension *extensions, size_t count)
{
	bytes_put_varuint32(out, (uint32_t)count);
	for (size_t i = 0; i < count; i++) {
		bytes_put_u16(out, extensions[i].type);
		bytes_put_counted(out, extensions[i].data.data, extensions[i].data.length);
	}
}

struct extension *extensions_unpack(size_t *count, struct cursor *in)
{
	struct extension *extensions;
	*count = cursor_count_up_to(in, EXTENSION_MINIMUM);
	extensions = *count ? memory_allocate(*count, sizeof *extensions) : NULL;
	for (size_t i = 0; i < *count && !in->failed; i++) {
		const uint8_t *data;
		size_t length;

		extensions[i].type = cursor_u16(in);
		data = cursor_counted(in, &length);
		bytes_put(&extensions[i].data, data, length);
	}
	return extensions;
}

/* --- transactions --- */

static void actions_release(struct action *actions, size_t count)
{
	for (size_t i = 0; i < count; i++)
		action_release(&actions[i]);
	free(actions);
}

static void actions_pack(struct bytes *out, const struct action *actions, size_t count)
{
	bytes_put_varuint32(out, (uint32_t)count);
	for (size_t i = 0; i < count; i++)
		action_pack(out, &actions[i]);
}

static struct action *actions_unpack(size_t *count, struct cursor *in)
{
	struct action *actions;
	*count = cursor_count_up_to(in, ACTION_MINIMUM);
	actions = *count ? memory_allocate(*count, sizeof *actions) : NULL;
	for (size_t i = 0; i < *count && !in->failed; i++)
		action_unpack(&actions[i], in);
	return actions;
}

struct transaction transaction_of_action(uint64_t account, uint64_t name, uint64_t actor)
{
	const struct permission_level level = {actor, name_literal("active")};
	const struct action action = {account, name, memory_copy(&level, sizeof level), 1, {0}};

	return (struct transaction){.actions = memory_copy(&action, sizeof action), .actions_count = 1};
}

struct transaction transaction_header(const struct transaction *transaction)
{
	struct transaction header = *transaction;

	header.context_free_actions = header.actions = NULL;
	header.context_free_actions_count = header.actions_count = header.extensions_count = 0;
	header.extensions = NULL;
	return header;
}

void transaction_release(struct transaction *transaction)
{
	actions_release(transaction->context_free_actions, transaction->context_free_actions_count);
	actions_release(transaction->actions, transaction->actions_count);
	extensions_release(transaction->extensions, transaction->extensions_count);
	*transaction = (struct transaction){0};
}

void transaction_pack(struct bytes *out, const struct transaction *transaction)
{
	bytes_put_u32(out, transaction->expiration);
	bytes_put_u16(out, transaction->ref_block_num);
	bytes_put_u32(out, transaction->ref_block_prefix);
	bytes_put_varuint32(out, transaction->max_net_usage_words);
	bytes_put_u8(out, transaction->max_cpu_usage_ms);
	bytes_put_varuint32(out, transaction->delay_sec);
	actions_pack(out, transaction->context_free_actions, transaction->context_free_actions_count);
	actions_pack(out, transaction->actions, transaction->actions_count);
	extensions_pack(out, transaction->extensions, transaction->extensions_count);
}

int transaction_unpack(struct transaction *out, struct cursor *in)
{
	*out = (struct transaction){.expiration = cursor_u32(in)};
	out->ref_block_num = cursor_u16(in);
	out->ref_block_prefix = cursor_u32(in);
	out->max_net_usage_words = cursor_varuint32(in);
	out->max_cpu_usage_ms = cursor_u8(in);
	out->delay_sec = cursor_varuint32(in);
	out->context_free_actions = actions_unpack(&out->context_free_actions_count, in);
	out->actions = actions_unpack(&out->actions_count, in);
	out->extensions = extensions_unpack(&out->extensions_count, in);
	if (!in->failed)
		return 0;
	transaction_release(out);
	return -EINVAL;
}

uint64_t transaction_first_authorizer(const struct transaction *transaction)
{
	for (size_t i = 0; i < transaction->actions_count; i++)
		if (transaction->actions[i].authorization_count)
			return transaction->actions[i].authorization[0].actor;
	return 0;
}

struct checksum256 transaction_id(const struct transaction *transaction)
{
	struct bytes packed = {0};
	transaction_pack(&packed, transaction);
	return hash_packed(&packed);
}

/* --- digests and signatures --- */

static void context_free_data_pack(struct bytes *out, const struct packed_transaction *packed)
{
	bytes_put_varuint32(out, (uint32_t)packed->context_free_data_count);
	for (size_t i = 0; i < packed->context_free_data_count; i++)
		bytes_put_counted(out, packed->context_free_data[i].data, packed->context_free_data[i].length);
}

struct checksum256 packed_transaction_digest(const struct packed_transaction *packed,
                                             const struct checksum256 *chain_id)
{
	struct bytes bytes = {0};
	struct checksum256 data_digest = {{0}};
	if (packed->context_free_data_count) {
		context_free_data_pack(&bytes, packed);
		data_digest = hash_packed(&bytes);
	}
	bytes_put(&bytes, chain_id->data, sizeof chain_id->data);
	transaction_pack(&bytes, &packed->transaction);
	bytes_put(&bytes, data_digest.data, sizeof data_digest.data);
	return hash_packed(&bytes);
}

/* The next signature's key: known of all of them, or of none. */
static void keep_signer(struct packed_transaction *packed, const struct public_key *public)
{
	size_t count = packed->signatures_count;

	if (!public || public->type != KEY_K1 || (count && !packed->signed_by)) {
		free(packed->signed_by);
		packed->signed_by = NULL;
		return;
	}
	memory_resize(&packed->signed_by, count + 1, sizeof *packed->signed_by);
	memcpy(packed->signed_by[count].data, public->point, sizeof public->point);
}

int packed_transaction_sign(struct packed_transaction *packed, const struct signer *signer,
                            const struct private_key *key, const struct public_key *public,
                            const struct checksum256 *chain_id, struct error *error)
{
	struct checksum256 digest = packed_transaction_digest(packed, chain_id);
	struct signature signature;
	int result = signer_sign(signer, &signature, key, &digest, error);

	if (result)
		return result;
	keep_signer(packed, public);
	memory_resize(&packed->signatures, packed->signatures_count + 1, sizeof signature);
	packed->signatures[packed->signatures_count++] = signature;
	return 0;
}

int packed_transaction_keys(const struct packed_transaction *packed, struct public_key *keys,
                            const struct checksum256 *chain_id, struct error *error)
{
	struct checksum256 digest;
	if (packed->signatures_count && !packed->signed_by)
		digest = packed_transaction_digest(packed, chain_id);
	for (size_t i = 0; i < packed->signatures_count; i++) {
		struct public_key key = {.type = KEY_K1};
		size_t at = i;
		int result = 0;

		if (packed->signed_by)
			memcpy(key.point, packed->signed_by[i].data, sizeof key.point);
		else
			result = signature_recover(&key, &packed->signatures[i], &digest, error);
		if (result)
			return result;
		for (; at && public_key_compare(&keys[at - 1], &key) > 0; at--)
			keys[at] = keys[at - 1];
		keys[at] = key;
		if (at && !public_key_compare(&keys[at - 1], &key))
			return error_chain(error, TX_DUPLICATE_SIG,
			                   "transaction includes more than one signature signed using the same key "
			                   "associated with public key: %s",
			                   public_key_text(&key).text);
	}
	return 0;
}

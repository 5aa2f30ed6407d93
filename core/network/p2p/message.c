/* Messages as bytes: packing and unpacking side by side, one row a type. */
#include "core/network/p2p/message.h"

#include "core/base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void put_id(struct bytes *out, const struct checksum256 *id)
{
	bytes_put(out, id->data, sizeof id->data);
}

static void take_id(struct checksum256 *out, struct cursor *in)
{
	cursor_copy(in, out->data, sizeof out->data);
}

static void put_text(struct bytes *out, const struct p2p_text *text)
{
	bytes_put_counted(out, text->text, text->length);
}

static void take_text(struct p2p_text *out, struct cursor *in)
{
	const uint8_t *data = cursor_counted(in, &out->length);
	size_t kept = !data ? 0 : out->length < P2P_TEXT_MAXIMUM ? out->length : P2P_TEXT_MAXIMUM;

	if (kept)
		memcpy(out->text, data, kept);
	out->text[kept] = '\0';
}

/* --- handshake --- */

static void pack_handshake(struct bytes *out, const struct p2p_message *message)
{
	const struct p2p_handshake *handshake = &message->handshake;

	bytes_put_u16(out, handshake->network_version);
	put_id(out, &handshake->chain_id);
	put_id(out, &handshake->node_id);
	public_key_pack(out, &handshake->key);
	bytes_put_u64(out, (uint64_t)handshake->time);
	put_id(out, &handshake->token);
	signature_pack(out, &handshake->signature);
	put_text(out, &handshake->address);
	bytes_put_u32(out, handshake->irreversible_num);
	put_id(out, &handshake->irreversible_id);
	bytes_put_u32(out, handshake->head_num);
	put_id(out, &handshake->head_id);
	put_text(out, &handshake->os);
	put_text(out, &handshake->agent);
	bytes_put_u16(out, (uint16_t)handshake->generation);
}

static int unpack_handshake(struct p2p_message *message, struct cursor *in, struct error *error)
{
	struct p2p_handshake *handshake = &message->handshake;

	handshake->network_version = cursor_u16(in);
	take_id(&handshake->chain_id, in);
	take_id(&handshake->node_id, in);
	if (public_key_unpack(&handshake->key, in) != 0)
		return error_set(error, EINVAL, "the handshake's key cannot be read");
	handshake->time = (int64_t)cursor_u64(in);
	take_id(&handshake->token, in);
	if (signature_unpack(&handshake->signature, in) != 0)
		return error_set(error, EINVAL, "the handshake's signature cannot be read");
	take_text(&handshake->address, in);
	handshake->irreversible_num = cursor_u32(in);
	take_id(&handshake->irreversible_id, in);
	handshake->head_num = cursor_u32(in);
	take_id(&handshake->head_id, in);
	take_text(&handshake->os, in);
	take_text(&handshake->agent, in);
	handshake->generation = (int16_t)cursor_u16(in);
	return 0;
}

struct checksum256 p2p_handshake_token(int64_t time)
{
	struct bytes bytes = {0};
	bytes_put_u64(&bytes, (uint64_t)time);
	struct checksum256 token = hash_sha256(bytes.data, bytes.length);
	bytes_release(&bytes);
	return token;
}

unsigned p2p_protocol_version(uint16_t network_version)
{
	bool known = network_version >= P2P_VERSION_BASE &&
	             network_version - P2P_VERSION_BASE <= P2P_VERSION_RANGE;
	return known ? (unsigned)network_version - P2P_VERSION_BASE : 0;
}

/* --- the short ones --- */

static void pack_chain_size(struct bytes *out, const struct p2p_message *message)
{
	bytes_put_u32(out, message->chain_size.irreversible_num);
	put_id(out, &message->chain_size.irreversible_id);
	bytes_put_u32(out, message->chain_size.head_num);
	put_id(out, &message->chain_size.head_id);
}

static int unpack_chain_size(struct p2p_message *message, struct cursor *in, struct error *error)
{
	(void)error;
	message->chain_size.irreversible_num = cursor_u32(in);
	take_id(&message->chain_size.irreversible_id, in);
	message->chain_size.head_num = cursor_u32(in);
	take_id(&message->chain_size.head_id, in);
	return 0;
}

static void pack_go_away(struct bytes *out, const struct p2p_message *message)
{
	bytes_put_u32(out, message->go_away.reason);
	put_id(out, &message->go_away.node_id);
}

static int unpack_go_away(struct p2p_message *message, struct cursor *in, struct error *error)
{
	(void)error;
	message->go_away.reason = cursor_u32(in);
	take_id(&message->go_away.node_id, in);
	return 0;
}

static void pack_time(struct bytes *out, const struct p2p_message *message)
{
	bytes_put_u64(out, (uint64_t)message->time.origin);
	bytes_put_u64(out, (uint64_t)message->time.receive);
	bytes_put_u64(out, (uint64_t)message->time.transmit);
	bytes_put_u64(out, (uint64_t)message->time.destination);
}

static int unpack_time(struct p2p_message *message, struct cursor *in, struct error *error)
{
	(void)error;
	message->time.origin = (int64_t)cursor_u64(in);
	message->time.receive = (int64_t)cursor_u64(in);
	message->time.transmit = (int64_t)cursor_u64(in);
	message->time.destination = (int64_t)cursor_u64(in);
	return 0;
}

static void pack_ids(struct bytes *out, const struct p2p_select_ids *ids)
{
	bytes_put_u32(out, ids->mode);
	bytes_put_u32(out, ids->pending);
	bytes_put_varuint32(out, (uint32_t)ids->ids_count);
	for (size_t i = 0; i < ids->ids_count; i++)
		put_id(out, &ids->ids[i]);
}

static void unpack_ids(struct p2p_select_ids *ids, struct cursor *in)
{
	ids->mode = cursor_u32(in);
	ids->pending = cursor_u32(in);
	uint32_t count = cursor_count(in, sizeof ids->ids->data);
	if (count == 0 || in->failed)
		return;
	ids->ids = memory_allocate(count, sizeof *ids->ids);
	ids->ids_count = count;
	for (size_t i = 0; i < count; i++)
		take_id(&ids->ids[i], in);
}

static void pack_selection(struct bytes *out, const struct p2p_message *message)
{
	pack_ids(out, &message->selection.transactions);
	pack_ids(out, &message->selection.blocks);
}

static int unpack_selection(struct p2p_message *message, struct cursor *in, struct error *error)
{
	(void)error;
	unpack_ids(&message->selection.transactions, in);
	unpack_ids(&message->selection.blocks, in);
	return 0;
}

static void pack_sync_request(struct bytes *out, const struct p2p_message *message)
{
	bytes_put_u32(out, message->sync_request.start);
	bytes_put_u32(out, message->sync_request.end);
}

static int unpack_sync_request(struct p2p_message *message, struct cursor *in, struct error *error)
{
	(void)error;
	message->sync_request.start = cursor_u32(in);
	message->sync_request.end = cursor_u32(in);
	return 0;
}

static void pack_block(struct bytes *out, const struct p2p_message *message)
{
	signed_block_pack(out, &message->block);
}

static int unpack_block(struct p2p_message *message, struct cursor *in, struct error *error)
{
	return signed_block_unpack(&message->block, in, error);
}

static void pack_transaction(struct bytes *out, const struct p2p_message *message)
{
	packed_transaction_pack(out, &message->transaction);
}

static int unpack_transaction(struct p2p_message *message, struct cursor *in, struct error *error)
{
	return packed_transaction_unpack(&message->transaction, in, error);
}

/* --- frames --- */

static const struct type {
	void (*pack)(struct bytes *out, const struct p2p_message *message);
	int (*unpack)(struct p2p_message *message, struct cursor *in, struct error *error);
} types[P2P_MESSAGE_TYPES] = {
	[P2P_HANDSHAKE] = {pack_handshake, unpack_handshake},
	[P2P_CHAIN_SIZE] = {pack_chain_size, unpack_chain_size},
	[P2P_GO_AWAY] = {pack_go_away, unpack_go_away},
	[P2P_TIME] = {pack_time, unpack_time},
	[P2P_NOTICE] = {pack_selection, unpack_selection},
	[P2P_REQUEST] = {pack_selection, unpack_selection},
	[P2P_SYNC_REQUEST] = {pack_sync_request, unpack_sync_request},
	[P2P_BLOCK] = {pack_block, unpack_block},
	[P2P_TRANSACTION] = {pack_transaction, unpack_transaction},
};

/* A frame's length is known only when its value has been packed. */
static size_t frame_begin(struct bytes *out, enum p2p_message_type type)
{
	size_t start = out->length;
	bytes_put_u32(out, 0);
	bytes_put_varuint32(out, type);
	return start;
}

static void frame_end(struct bytes *out, size_t start)
{
	size_t length = out->length - start - P2P_FRAME_HEAD;
	for (size_t i = 0; i < P2P_FRAME_HEAD; i++)
		out->data[start + i] = (uint8_t)(length >> 8 * i);
}

void p2p_message_pack(struct bytes *out, const struct p2p_message *message)
{
	size_t start = frame_begin(out, message->type);
	types[message->type].pack(out, message);
	frame_end(out, start);
}

void p2p_block_pack(struct bytes *out, const void *packed, size_t length)
{
	size_t start = frame_begin(out, P2P_BLOCK);
	bytes_put(out, packed, length);
	frame_end(out, start);
}

int p2p_message_unpack(struct p2p_message *out, struct cursor *in, struct error *error)
{
	uint32_t index = cursor_varuint32(in);

	memset(out, 0, sizeof *out);
	if (in->failed)
		return error_set(error, EINVAL, "a message without an index");
	if (index >= P2P_MESSAGE_TYPES)
		return error_set(error, EINVAL, "message %u is unknown", index);
	out->type = (enum p2p_message_type)index;
	int result = types[index].unpack(out, in, error);
	if (result == 0 && in->failed)
		result = error_set(error, EINVAL, "message %u ends too early", index);
	if (result)
		p2p_message_release(out);
	return result;
}

bool p2p_frame_length(uint32_t *out, const uint8_t head[P2P_FRAME_HEAD])
{
	struct cursor cursor = cursor_make(head, P2P_FRAME_HEAD);
	*out = cursor_u32(&cursor);
	return *out != 0 && *out <= P2P_FRAME_MAXIMUM;
}

void p2p_message_release(struct p2p_message *message)
{
	switch (message->type) {
	case P2P_NOTICE:
	case P2P_REQUEST:
		free(message->selection.transactions.ids);
		free(message->selection.blocks.ids);
		break;
	case P2P_BLOCK:
		signed_block_release(&message->block);
		break;
	case P2P_TRANSACTION:
		packed_transaction_release(&message->transaction);
		break;
	default:
		break; /* these own nothing */
	}
	message->type = P2P_CHAIN_SIZE;
}

const char *p2p_go_away_text(uint32_t reason)
{
	static const char *const texts[] = {
		[P2P_NO_REASON] = "no reason",
		[P2P_SELF] = "self connect",
		[P2P_DUPLICATE] = "duplicate",
		[P2P_WRONG_CHAIN] = "wrong chain",
		[P2P_WRONG_VERSION] = "wrong version",
		[P2P_FORKED] = "chain is forked",
		[P2P_UNLINKABLE] = "unlinkable block received",
		[P2P_BAD_TRANSACTION] = "bad transaction",
		[P2P_VALIDATION] = "invalid block",
		[P2P_BENIGN_OTHER] = "some other non-fatal condition, possibly unknown block",
		[P2P_FATAL_OTHER] = "some other failure",
		[P2P_AUTHENTICATION] = "authentication failure",
	};
	return reason < sizeof texts / sizeof *texts ? texts[reason] : "some crazy reason";
}

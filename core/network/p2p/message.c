/* Messages as bytes: one table of fields a type, by which it is packed and unpacked. */
#include "core/network/p2p/message.h"

#include "core/base/memory.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* --- the kinds of field --- */

static void put_key(struct bytes *out, const void *field) { public_key_pack(out, field); }
static void take_key(void *field, struct cursor *in) { in->failed |= public_key_unpack(field, in) != 0; }
static void put_signature(struct bytes *out, const void *field) { signature_pack(out, field); }
static void take_signature(void *field, struct cursor *in) { in->failed |= signature_unpack(field, in) != 0; }

static void put_text(struct bytes *out, const void *field)
{
	const struct p2p_text *text = field;
	bytes_put_counted(out, text->text, text->length);
}

static void take_text(void *field, struct cursor *in)
{
	struct p2p_text *text = field;
	const uint8_t *data = cursor_counted(in, &text->length);
	size_t kept = !data ? 0 : text->length < P2P_TEXT_MAXIMUM ? text->length : P2P_TEXT_MAXIMUM;

	if (kept)
		memcpy(text->text, data, kept);
	text->text[kept] = '\0';
}

static void put_ids(struct bytes *out, const void *field)
{
	const struct p2p_select_ids *ids = field;

	bytes_put_u32(out, ids->mode);
	bytes_put_u32(out, ids->pending);
	bytes_put_varuint32(out, (uint32_t)ids->ids_count);
	for (size_t i = 0; i < ids->ids_count; i++)
		bytes_put(out, ids->ids[i].data, sizeof ids->ids[i].data);
}

static void take_ids(void *field, struct cursor *in)
{
	struct p2p_select_ids *ids = field;

	ids->mode = cursor_u32(in);
	ids->pending = cursor_u32(in);
	uint32_t count = cursor_count(in, sizeof ids->ids->data);
	if (count == 0 || in->failed)
		return;
	ids->ids = memory_allocate(count, sizeof *ids->ids);
	ids->ids_count = count;
	for (size_t i = 0; i < count; i++)
		cursor_copy(in, ids->ids[i].data, sizeof ids->ids[i].data);
}

enum kind { PLAIN, KEY, SIGNATURE, TEXT, IDS };

/* PLAIN: integers and ids, which are copied. A read past the end fails the cursor. */
static const struct {
	void (*put)(struct bytes *out, const void *field);
	void (*take)(void *field, struct cursor *in);
	const char *unreadable; /* said where it cannot be read; NULL: the message ends too early then */
} kinds[] = {
	[KEY] = {put_key, take_key, "the handshake's key cannot be read"},
	[SIGNATURE] = {put_signature, take_signature, "the handshake's signature cannot be read"},
	[TEXT] = {put_text, take_text, NULL},
	[IDS] = {put_ids, take_ids, NULL},
};

struct checksum256 p2p_handshake_token(int64_t time)
{
	struct bytes bytes = {0};
	bytes_put_u64(&bytes, (uint64_t)time);
	return hash_packed(&bytes);
}

unsigned p2p_protocol_version(uint16_t network_version)
{
	bool known = network_version >= P2P_VERSION_BASE &&
	             network_version - P2P_VERSION_BASE <= P2P_VERSION_RANGE;
	return known ? (unsigned)network_version - P2P_VERSION_BASE : 0;
}

/* --- the types --- */

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

/* In the order in which they travel. */
static const struct field {
	enum kind kind;
	size_t offset, size;
} handshake[] = {
#define FIELD(kind, member) \
	{kind, offsetof(struct p2p_message, member), sizeof((struct p2p_message *)0)->member}
	FIELD(PLAIN, handshake.network_version),
	FIELD(PLAIN, handshake.chain_id),
	FIELD(PLAIN, handshake.node_id),
	FIELD(KEY, handshake.key),
	FIELD(PLAIN, handshake.time),
	FIELD(PLAIN, handshake.token),
	FIELD(SIGNATURE, handshake.signature),
	FIELD(TEXT, handshake.address),
	FIELD(PLAIN, handshake.heads.irreversible_num),
	FIELD(PLAIN, handshake.heads.irreversible_id),
	FIELD(PLAIN, handshake.heads.head_num),
	FIELD(PLAIN, handshake.heads.head_id),
	FIELD(TEXT, handshake.os),
	FIELD(TEXT, handshake.agent),
	FIELD(PLAIN, handshake.generation),
}, chain_size[] = {
	FIELD(PLAIN, chain_size.irreversible_num),
	FIELD(PLAIN, chain_size.irreversible_id),
	FIELD(PLAIN, chain_size.head_num),
	FIELD(PLAIN, chain_size.head_id),
}, go_away[] = {
	FIELD(PLAIN, go_away.reason),
	FIELD(PLAIN, go_away.node_id),
}, time[] = {
	FIELD(PLAIN, time.origin),
	FIELD(PLAIN, time.receive),
	FIELD(PLAIN, time.transmit),
	FIELD(PLAIN, time.destination),
}, selection[] = {
	FIELD(IDS, selection.transactions),
	FIELD(IDS, selection.blocks),
}, sync_request[] = {
	FIELD(PLAIN, sync_request.start),
	FIELD(PLAIN, sync_request.end),
};

/* Fields, or functions for what other rooms pack. */
#define FIELDS(type) {type, sizeof type / sizeof *type, NULL, NULL}
static const struct type {
	const struct field *fields;
	size_t fields_count;
	void (*pack)(struct bytes *out, const struct p2p_message *message);
	int (*unpack)(struct p2p_message *message, struct cursor *in, struct error *error);
} types[P2P_MESSAGE_TYPES] = {
	[P2P_HANDSHAKE] = FIELDS(handshake),
	[P2P_CHAIN_SIZE] = FIELDS(chain_size),
	[P2P_GO_AWAY] = FIELDS(go_away),
	[P2P_TIME] = FIELDS(time),
	[P2P_NOTICE] = FIELDS(selection),
	[P2P_REQUEST] = FIELDS(selection),
	[P2P_SYNC_REQUEST] = FIELDS(sync_request),
	[P2P_BLOCK] = {NULL, 0, pack_block, unpack_block},
	[P2P_TRANSACTION] = {NULL, 0, pack_transaction, unpack_transaction},
};

static int unpack_fields(struct p2p_message *message, struct cursor *in, const struct type *type,
                         struct error *error)
{
	for (size_t i = 0; i < type->fields_count; i++) {
		const struct field *field = &type->fields[i];
		if (field->kind == PLAIN)
			cursor_copy(in, (uint8_t *)message + field->offset, field->size);
		else
			kinds[field->kind].take((uint8_t *)message + field->offset, in);
		if (in->failed && kinds[field->kind].unreadable)
			return error_set(error, EINVAL, "%s", kinds[field->kind].unreadable);
	}
	return 0;
}

/* --- frames --- */

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
	const struct type *type = &types[message->type];
	size_t start = frame_begin(out, message->type);

	for (size_t i = 0; i < type->fields_count; i++) {
		const struct field *field = &type->fields[i];
		if (field->kind == PLAIN)
			bytes_put(out, (const uint8_t *)message + field->offset, field->size);
		else
			kinds[field->kind].put(out, (const uint8_t *)message + field->offset);
	}
	if (type->pack)
		type->pack(out, message);
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
	int result = types[index].unpack ? types[index].unpack(out, in, error)
	                                 : unpack_fields(out, in, &types[index], error);
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

/* Any bytes from a peer, in any pieces, at any time: every message by itself, and a whole session, against
 * a node with a short chain. What it answers is read as a peer would. */
#include "core/network/p2p/p2p.h"

#include "tests/fuzz/input.h"

#include <string.h>

enum { HEAD = 20, IRREVERSIBLE = 15 };

static void chain_id(struct checksum256 *out, uint32_t number)
{
	*out = (struct checksum256){{0}};
	for (int i = 0; i < 4; i++)
		out->data[i] = (uint8_t)(number >> (24 - 8 * i));
	out->data[31] = (uint8_t)number;
}

static void heads(void *context, struct peer_heads *out)
{
	(void)context;
	*out = (struct peer_heads){.irreversible_num = IRREVERSIBLE, .head_num = HEAD};
	chain_id(&out->irreversible_id, IRREVERSIBLE);
	chain_id(&out->head_id, HEAD);
}

static bool block_id(void *context, struct checksum256 *out, uint32_t number)
{
	(void)context;
	chain_id(out, number);
	return number >= 1 && number <= HEAD;
}

static bool knows(void *context, const struct checksum256 *id)
{
	struct checksum256 ours;
	return block_id(context, &ours, block_id_number(id)) && checksum256_equal(&ours, id);
}

static bool block(void *context, struct bytes *out, const struct checksum256 *id)
{
	struct signed_block empty = {0};
	(void)context;
	(void)id;
	signed_block_pack(out, &empty);
	return true;
}

static enum p2p_verdict receive_block(void *context, struct signed_block *received, struct error *error)
{
	(void)context;
	error_chain(error, 3030001, "unlinkable block");
	return received->header.confirmed % 3 == 0 ? P2P_BLOCK_ACCEPTED
	       : received->header.confirmed % 3 == 1 ? P2P_BLOCK_REJECTED
	                                             : P2P_BLOCK_DROPPED;
}

static void receive_transaction(void *context, struct packed_transaction *packed)
{
	(void)context;
	(void)packed;
}

/* Whatever we say unpacks. */
static void read_answers(struct p2p_connection *connection, int64_t now)
{
	const uint8_t *data;
	size_t length;
	while ((length = p2p_output(connection, &data)) > 0) {
		struct cursor in = cursor_make(data, length);
		while (cursor_left(&in) > 0) {
			struct p2p_message message;
			uint32_t payload;
			const uint8_t *head = cursor_take(&in, P2P_FRAME_HEAD);
			if (!head || !p2p_frame_length(&payload, head) || p2p_message_unpack(&message, &in, NULL))
				abort();
			p2p_message_release(&message);
		}
		p2p_written(connection, length, now);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct p2p_options options;
	struct p2p_host host = {.heads = heads,
	                        .block_id = block_id,
	                        .knows = knows,
	                        .block = block,
	                        .receive_block = receive_block,
	                        .receive_transaction = receive_transaction};
	int64_t now = INT64_C(1795268400000000000), next;
	p2p_options_default(&options);
	options.address = "127.0.0.1:9876";
	options.node_id.data[0] = 1;
	struct p2p *p2p = p2p_create(&options, &host);
	if (!p2p_admits(p2p, "127.0.0.1"))
		abort();
	struct p2p_connection *other = p2p_open(p2p, "127.0.0.1:9877", "127.0.0.1:9877", now);
	struct p2p_connection *connection = p2p_open(p2p, size && data[0] & 1 ? "127.0.0.1:9878" : NULL,
	                                             "127.0.0.1:40000", now);
	for (size_t at = 1; at < size && !p2p_is_ended(connection);) {
		size_t piece = 1 + data[at] % 64 * (data[at] & 128 ? 16 : 1);
		piece = piece < size - at - 1 ? piece : size - at - 1;
		p2p_input(connection, data + at + 1, piece, now);
		now += (int64_t)data[at] * 50000000;
		p2p_tick(p2p, &next, now);
		if (next <= now)
			abort();
		struct checksum256 id;
		chain_id(&id, HEAD);
		p2p_block_accepted(p2p, &id, now);
		read_answers(connection, now);
		read_answers(other, now);
		at += piece + 1;
	}
	p2p_close(connection, true, now);
	p2p_destroy(p2p);
	return 0;
}

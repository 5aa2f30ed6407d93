/* Block headers and blocks: bytes, ids, digests (protocol.md E.1, E.2, E.4). */
#include "core/types/block.h"

#include "core/base/memory.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { RECEIPT_MINIMUM = 11, PREFIX_OFFSET = 8 };

void block_header_release(struct block_header *header)
{
	producer_schedule_release(&header->new_producers);
	extensions_release(header->extensions, header->extensions_count);
	*header = (struct block_header){0};
}

static const struct packed_field header_fields[] = {
	PACKED_FIELD(struct block_header, timestamp),         PACKED_FIELD(struct block_header, producer),
	PACKED_FIELD(struct block_header, confirmed),         PACKED_FIELD(struct block_header, previous),
	PACKED_FIELD(struct block_header, transaction_mroot), PACKED_FIELD(struct block_header, action_mroot),
	PACKED_FIELD(struct block_header, schedule_version),  {0},
};

void block_header_pack(struct bytes *out, const struct block_header *header)
{
	bytes_put_fields(out, header, header_fields);
	bytes_put_u8(out, header->has_new_producers);
	if (header->has_new_producers)
		producer_schedule_pack(out, &header->new_producers, true);
	extensions_pack(out, header->extensions, header->extensions_count);
}

int block_header_unpack(struct block_header *out, struct cursor *in)
{
	uint8_t has_new_producers;
	*out = (struct block_header){0};
	cursor_fields(in, out, header_fields);
	has_new_producers = cursor_u8(in);
	if (has_new_producers > 1)
		in->failed = true;
	out->has_new_producers = has_new_producers == 1;
	if (out->has_new_producers)
		producer_schedule_unpack(&out->new_producers, in, true);
	out->extensions = extensions_unpack(&out->extensions_count, in);
	if (!in->failed)
		return 0;
	block_header_release(out);
	return -EINVAL;
}

struct checksum256 block_header_digest(const struct block_header *header)
{
	struct bytes packed = {0};
	block_header_pack(&packed, header);
	return hash_packed(&packed);
}

struct checksum256 block_header_id(const struct block_header *header)
{
	struct checksum256 id = block_header_digest(header);
	uint32_t number = htobe32(block_header_number(header));

	memcpy(id.data, &number, sizeof number);
	return id;
}

uint32_t block_header_number(const struct block_header *header)
{
	return block_id_number(&header->previous) + 1;
}

uint32_t block_id_number(const struct checksum256 *id)
{
	uint32_t number;
	memcpy(&number, id->data, sizeof number);
	return be32toh(number);
}

uint32_t block_id_prefix(const struct checksum256 *id)
{
	uint32_t prefix;
	memcpy(&prefix, id->data + PREFIX_OFFSET, sizeof prefix);
	return le32toh(prefix);
}

static const struct extension *header_extension(const struct block_header *header, uint16_t type)
{
	for (size_t i = 0; i < header->extensions_count; i++)
		if (header->extensions[i].type == type)
			return &header->extensions[i];
	return NULL;
}

size_t block_header_features(const struct block_header *header, struct checksum256 **out)
{
	const struct extension *extension = header_extension(header, HEADER_EXTENSION_PROTOCOL_FEATURES);
	struct cursor cursor;
	size_t count;

	*out = NULL;
	if (!extension)
		return 0;
	cursor = cursor_make(extension->data.data, extension->data.length);
	count = cursor_count(&cursor, sizeof(**out));
	*out = memory_copy(cursor.at, count * sizeof(**out));
	return count;
}

bool block_header_new_schedule(const struct block_header *header, struct producer_schedule *out)
{
	const struct extension *extension = header_extension(header, HEADER_EXTENSION_PRODUCER_SCHEDULE);
	struct cursor cursor;

	*out = (struct producer_schedule){0};
	if (header->has_new_producers) {
		*out = producer_schedule_copy(&header->new_producers);
		return true;
	}
	if (!extension)
		return false;
	cursor = cursor_make(extension->data.data, extension->data.length);
	return producer_schedule_unpack(out, &cursor, false) == 0;
}

void signed_block_release(struct signed_block *block)
{
	block_header_release(&block->header);
	for (size_t i = 0; i < block->transactions_count; i++)
		transaction_receipt_release(&block->transactions[i]);
	free(block->transactions);
	extensions_release(block->extensions, block->extensions_count);
	*block = (struct signed_block){0};
}

void signed_block_pack(struct bytes *out, const struct signed_block *block)
{
	block_header_pack(out, &block->header);
	signature_pack(out, &block->producer_signature);
	bytes_put_varuint32(out, (uint32_t)block->transactions_count);
	for (size_t i = 0; i < block->transactions_count; i++)
		transaction_receipt_pack(out, &block->transactions[i]);
	extensions_pack(out, block->extensions, block->extensions_count);
}

int signed_block_unpack(struct signed_block *out, struct cursor *in, struct error *error)
{
	int result = 0;
	*out = (struct signed_block){0};
	if (block_header_unpack(&out->header, in) || signature_unpack(&out->producer_signature, in)) {
		result = error_set(error, EINVAL, "a block's header cannot be unpacked");
		goto out;
	}
	out->transactions_count = cursor_count(in, RECEIPT_MINIMUM);
	out->transactions = memory_allocate(out->transactions_count, sizeof *out->transactions);
	for (size_t i = 0; i < out->transactions_count; i++) {
		result = transaction_receipt_unpack(&out->transactions[i], in, error);
		if (result)
			goto out;
	}
	out->extensions = extensions_unpack(&out->extensions_count, in);
	if (in->failed)
		result = error_set(error, EINVAL, "a block's transactions or extensions cannot be unpacked");
	else
		out->id = block_header_id(&out->header);
out:
	if (result) {
		in->failed = true;
		signed_block_release(out);
	}
	return result;
}

struct checksum256 block_signing_digest(const struct checksum256 *header_digest,
                                        const struct checksum256 *blockroot,
                                        const struct checksum256 *pending_schedule_hash)
{
	struct checksum256 pair[2] = {*header_digest, *blockroot};
	pair[0] = hash_sha256(pair, sizeof pair);
	pair[1] = *pending_schedule_hash;
	return hash_sha256(pair, sizeof pair);
}

struct checksum256 signed_block_transaction_mroot(const struct signed_block *block)
{
	struct checksum256 *digests = memory_allocate(block->transactions_count + 1, sizeof *digests), root;

	for (size_t i = 0; i < block->transactions_count; i++)
		digests[i] = transaction_receipt_digest(&block->transactions[i]);
	root = merkle_root(digests, block->transactions_count);
	free(digests);
	return root;
}

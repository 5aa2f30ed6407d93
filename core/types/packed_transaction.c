/* Transactions as they travel: signatures, compression, context-free data; and the receipts that stand in
 * blocks (protocol.md B.1, B.4). */
#include "core/types/transaction.h"

#include "core/base/exception.h"
#include "core/base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <zlib.h>

enum { SIGNATURE_PACKED_SIZE = 66, DECOMPRESSED_MAXIMUM = 1024 * 1024, CHUNK_SIZE = 16384 };
enum { NET_OVERHEAD = 16 }; /* fixed_net_overhead_of_packed_trx */

void packed_transaction_release(struct packed_transaction *packed)
{
	free(packed->signatures);
	free(packed->signed_by);
	bytes_release(&packed->packed_context_free_data);
	bytes_release(&packed->packed_trx);
	transaction_release(&packed->transaction);
	for (size_t i = 0; i < packed->context_free_data_count; i++)
		bytes_release(&packed->context_free_data[i]);
	free(packed->context_free_data);
	*packed = (struct packed_transaction){0};
}

void packed_transaction_make(struct packed_transaction *out, struct transaction *transaction)
{
	*out = (struct packed_transaction){.compression = COMPRESSION_NONE, .transaction = *transaction};
	*transaction = (struct transaction){0};
	transaction_pack(&out->packed_trx, &out->transaction);
	out->id = hash_sha256(out->packed_trx.data, out->packed_trx.length);
}

void packed_transaction_set_context_free_data(struct packed_transaction *packed, struct bytes *pieces,
                                              size_t count)
{
	packed->context_free_data = pieces;
	packed->context_free_data_count = count;
	bytes_put_varuint32(&packed->packed_context_free_data, (uint32_t)count);
	for (size_t i = 0; i < count; i++)
		bytes_put_counted(&packed->packed_context_free_data, pieces[i].data, pieces[i].length);
}

static void signatures_pack(struct bytes *out, const struct packed_transaction *packed)
{
	bytes_put_varuint32(out, (uint32_t)packed->signatures_count);
	for (size_t i = 0; i < packed->signatures_count; i++)
		signature_pack(out, &packed->signatures[i]);
}

void packed_transaction_pack(struct bytes *out, const struct packed_transaction *packed)
{
	signatures_pack(out, packed);
	bytes_put_u8(out, packed->compression);
	bytes_put_counted(out, packed->packed_context_free_data.data, packed->packed_context_free_data.length);
	bytes_put_counted(out, packed->packed_trx.data, packed->packed_trx.length);
}

struct checksum256 packed_transaction_packed_digest(const struct packed_transaction *packed)
{
	struct bytes bytes = {0};
	struct checksum256 digest;
	signatures_pack(&bytes, packed);
	bytes_put_counted(&bytes, packed->packed_context_free_data.data, packed->packed_context_free_data.length);
	digest = hash_sha256(bytes.data, bytes.length);
	bytes_clear(&bytes);
	bytes_put_u8(&bytes, packed->compression);
	bytes_put_counted(&bytes, packed->packed_trx.data, packed->packed_trx.length);
	bytes_put(&bytes, digest.data, sizeof digest.data);
	return hash_packed(&bytes);
}

static int decompress(struct bytes *out, const struct bytes *packed, struct error *error)
{
	uint8_t chunk[CHUNK_SIZE];
	z_stream stream = {.next_in = packed->data, .avail_in = (uInt)packed->length};
	int status = inflateInit(&stream);
	int result = 0;

	if (status != Z_OK)
		return error_chain(error, TX_DECOMPRESSION_ERROR, "Error decompressing transaction");
	while (result == 0 && status == Z_OK) {
		stream.next_out = chunk;
		stream.avail_out = sizeof chunk;
		status = inflate(&stream, Z_NO_FLUSH);
		bytes_put(out, chunk, sizeof chunk - stream.avail_out);
		if (out->length > DECOMPRESSED_MAXIMUM)
			result = error_chain(error, TX_DECOMPRESSION_ERROR,
			                     "Exceeded maximum decompressed transaction size");
		else if (status != Z_OK && status != Z_STREAM_END)
			result = error_chain(error, TX_DECOMPRESSION_ERROR, "Error decompressing transaction");
	}
	inflateEnd(&stream);
	return result;
}

/* The decoded bytes of `stored`: itself, or what it decompresses to, held by *room. */
static int plain_bytes(struct cursor *out, struct bytes *room, const struct bytes *stored,
                       uint8_t compression, struct error *error)
{
	int result = 0;
	bytes_clear(room);
	if (compression == COMPRESSION_ZLIB)
		result = decompress(room, stored, error);
	*out = compression == COMPRESSION_ZLIB ? cursor_make(room->data, room->length)
	                                       : cursor_make(stored->data, stored->length);
	return result;
}

static int context_free_data_unpack(struct packed_transaction *out, struct cursor *in, struct error *error)
{
	out->context_free_data_count = cursor_count(in, 1);
	out->context_free_data = memory_allocate(out->context_free_data_count, sizeof *out->context_free_data);
	for (size_t i = 0; i < out->context_free_data_count; i++) {
		size_t length;
		const uint8_t *data = cursor_counted(in, &length);

		bytes_put(&out->context_free_data[i], data, length);
	}
	return in->failed ? error_chain(error, PACKED_TRANSACTION_TYPE_EXCEPTION,
	                                "Invalid packed transaction: its context-free data cannot be unpacked")
	                  : 0;
}

/* Fills the decoded half from the stored one. */
static int packed_transaction_decode(struct packed_transaction *out, struct error *error)
{
	struct bytes room = {0}, packed = {0};
	struct cursor cursor;
	int result;
	if (out->compression > COMPRESSION_ZLIB)
		return error_chain(error, UNKNOWN_TRANSACTION_COMPRESSION,
		                   "Unknown transaction compression algorithm");
	result = plain_bytes(&cursor, &room, &out->packed_trx, out->compression, error);
	if (result)
		goto out;
	if (transaction_unpack(&out->transaction, &cursor)) {
		result = error_chain(error, PACKED_TRANSACTION_TYPE_EXCEPTION,
		                     "Invalid packed transaction: the transaction cannot be unpacked");
		goto out;
	}
	/* the id is of the canonical form, which the stored bytes need not be */
	transaction_pack(&packed, &out->transaction);
	out->id = hash_sha256(packed.data, packed.length);
	if (out->packed_context_free_data.length) {
		result = plain_bytes(&cursor, &room, &out->packed_context_free_data, out->compression, error);
		if (result == 0)
			result = context_free_data_unpack(out, &cursor, error);
	}
out:
	bytes_release(&room);
	bytes_release(&packed);
	return result;
}

int packed_transaction_unpack(struct packed_transaction *out, struct cursor *in, struct error *error)
{
	const uint8_t *data;
	size_t length;
	int result = 0;
	*out = (struct packed_transaction){0};
	out->signatures_count = cursor_count(in, SIGNATURE_PACKED_SIZE);
	out->signatures = out->signatures_count ? memory_allocate(out->signatures_count, sizeof *out->signatures)
	                                        : NULL;
	for (size_t i = 0; i < out->signatures_count && result == 0; i++)
		result = signature_unpack(&out->signatures[i], in);
	out->compression = cursor_u8(in);
	data = cursor_counted(in, &length);
	bytes_put(&out->packed_context_free_data, data, length);
	data = cursor_counted(in, &length);
	bytes_put(&out->packed_trx, data, length);
	if (result == -EOPNOTSUPP)
		error_chain(error, UNACTIVATED_SIGNATURE_TYPE, "WebAuthn signatures are not supported");
	else if (in->failed)
		result = error_chain(error, PACKED_TRANSACTION_TYPE_EXCEPTION,
		                     "Invalid packed transaction: it ends too early");
	else
		result = packed_transaction_decode(out, error);
	if (result)
		packed_transaction_release(out);
	return result;
}

static uint64_t varuint32_size(uint64_t value)
{
	uint64_t size = 1;
	for (; value > 0x7f; value >>= 7)
		size++;
	return size;
}

uint64_t packed_transaction_net_usage(const struct packed_transaction *packed, uint32_t base, uint32_t num,
                                      uint32_t den)
{
	uint64_t prunable = varuint32_size(packed->signatures_count) +
	                    SIGNATURE_PACKED_SIZE * (uint64_t)packed->signatures_count +
	                    packed->packed_context_free_data.length;

	if (den && num < den)
		prunable = (prunable * num + den - 1) / den;
	return base + NET_OVERHEAD + packed->packed_trx.length + prunable;
}

/* --- receipts --- */

const char *transaction_status_name(uint8_t status)
{
	static const char *const names[] = {[STATUS_EXECUTED] = "executed",
	                                    [STATUS_SOFT_FAIL] = "soft_fail",
	                                    [STATUS_HARD_FAIL] = "hard_fail",
	                                    [STATUS_DELAYED] = "delayed",
	                                    [STATUS_EXPIRED] = "expired"};
	return status < sizeof names / sizeof names[0] ? names[status] : "unknown";
}

void transaction_receipt_release(struct transaction_receipt *receipt)
{
	packed_transaction_release(&receipt->packed);
	*receipt = (struct transaction_receipt){0};
}

static void receipt_pack_head(struct bytes *out, const struct transaction_receipt *receipt)
{
	bytes_put_u8(out, receipt->status);
	bytes_put_u32(out, receipt->cpu_usage_us);
	bytes_put_varuint32(out, receipt->net_usage_words);
}

void transaction_receipt_pack(struct bytes *out, const struct transaction_receipt *receipt)
{
	receipt_pack_head(out, receipt);
	bytes_put_varuint32(out, receipt->is_id ? 0 : 1);
	if (receipt->is_id)
		bytes_put(out, receipt->id.data, sizeof receipt->id.data);
	else
		packed_transaction_pack(out, &receipt->packed);
}

int transaction_receipt_unpack(struct transaction_receipt *out, struct cursor *in, struct error *error)
{
	uint32_t variant;
	int result = 0;
	*out = (struct transaction_receipt){.status = cursor_u8(in)};
	out->cpu_usage_us = cursor_u32(in);
	out->net_usage_words = cursor_varuint32(in);
	variant = cursor_varuint32(in);
	if (out->status > STATUS_EXPIRED || variant > 1)
		in->failed = true;
	out->is_id = variant == 0;
	if (out->is_id) {
		cursor_copy(in, out->id.data, sizeof out->id.data);
	} else if (!in->failed) {
		result = packed_transaction_unpack(&out->packed, in, error);
		out->id = out->packed.id;
	}
	if (result == 0 && in->failed)
		result = error_set(error, EINVAL, "a transaction receipt cannot be unpacked");
	if (result)
		transaction_receipt_release(out);
	return result;
}

const struct checksum256 *transaction_receipt_id(const struct transaction_receipt *receipt)
{
	return receipt->is_id ? &receipt->id : &receipt->packed.id;
}

struct checksum256 transaction_receipt_digest(const struct transaction_receipt *receipt)
{
	struct bytes bytes = {0};
	struct checksum256 digest = receipt->is_id ? receipt->id
	                                           : packed_transaction_packed_digest(&receipt->packed);

	receipt_pack_head(&bytes, receipt);
	bytes_put(&bytes, digest.data, sizeof digest.data);
	return hash_packed(&bytes);
}

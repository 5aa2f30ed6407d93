/* Writing a chain's file: see chain_file.h for the bytes. */
#include "core/engine/storage/chain_file.h"

#include "core/base/memory.h"
#include "core/base/system/file.h"
#include "core/engine/storage/chain_file_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

uint32_t chain_file_checksum(uint32_t number, uint8_t kind, uint32_t length, const void *packed,
                             size_t packed_length)
{
	uint8_t place[9] = {kind};
	uLong checksum;

	for (size_t i = 0; i < 4; i++) {
		place[1 + i] = (uint8_t)(number >> 8 * i);
		place[5 + i] = (uint8_t)(length >> 8 * i);
	}
	checksum = crc32(0, place, sizeof place);
	return (uint32_t)(packed_length ? crc32(checksum, packed, (uInt)packed_length) : checksum);
}

void chain_file_head_release(struct chain_file_head *head)
{
	bytes_release(&head->block);
}

static int failed(int result, struct error *error)
{
	return result ? error_set(error, -result, "the file cannot be written: %s", file_reason(result)) : 0;
}

static int put_chunk(struct chain_file_writer *writer, uint8_t kind, const void *data, size_t length,
                     struct error *error)
{
	uLongf packed = compressBound((uLong)length);
	uint8_t *all = memory_allocate(packed, 1);
	struct bytes head = {0};
	int result;

	compress2(all, &packed, data, (uLong)length, Z_DEFAULT_COMPRESSION);
	bytes_put_u8(&head, kind);
	bytes_put_u32(&head, (uint32_t)length);
	bytes_put_u32(&head, (uint32_t)packed);
	bytes_put_u32(&head, chain_file_checksum(writer->chunks, kind, (uint32_t)length, all, packed));
	result = file_write(writer->fd, head.data, head.length, writer->at);
	if (result == 0)
		result = file_write(writer->fd, all, packed, writer->at + head.length);
	writer->at += head.length + packed;
	writer->chunks++;
	bytes_release(&head);
	free(all);
	return failed(result, error);
}

int chain_file_begin(struct chain_file_writer *out, int fd, const struct chain_file_head *head,
                     struct error *error)
{
	struct bytes bytes = {0};
	int result;

	*out = (struct chain_file_writer){.fd = fd};
	bytes_put(&bytes, CHAIN_FILE_MAGIC, strlen(CHAIN_FILE_MAGIC));
	bytes_put_u32(&bytes, CHAIN_FILE_VERSION);
	result = failed(file_write(fd, bytes.data, bytes.length, 0), error);
	out->at = bytes.length;
	bytes_clear(&bytes);
	bytes_put_counted(&bytes, head->name, strlen(head->name));
	bytes_put(&bytes, head->chain_id.data, sizeof head->chain_id.data);
	genesis_pack(&bytes, &head->genesis);
	bytes_put_u32(&bytes, head->number);
	bytes_put(&bytes, head->id.data, sizeof head->id.data);
	bytes_put_u32(&bytes, (uint32_t)head->block.length);
	bytes_put(&bytes, head->block.data, head->block.length);
	if (result == 0)
		result = put_chunk(out, CHAIN_FILE_HEAD, bytes.data, bytes.length, error);
	bytes_release(&bytes);
	return result;
}

int chain_file_put_file(struct chain_file_writer *writer, const char *name, const void *data, size_t length,
                        struct error *error)
{
	struct bytes bytes = {0};

	bytes_put_counted(&bytes, name, strlen(name));
	bytes_put(&bytes, data, length);
	int result = put_chunk(writer, CHAIN_FILE_FILE, bytes.data, bytes.length, error);
	bytes_release(&bytes);
	return result;
}

int chain_file_put_keys(struct chain_file_writer *writer, const void *data, size_t length,
                        struct error *error)
{
	return put_chunk(writer, CHAIN_FILE_KEYS, data, length, error);
}

static int flush_blocks(struct chain_file_writer *writer, struct error *error)
{
	int result = writer->pending.length ? put_chunk(writer, CHAIN_FILE_BLOCKS, writer->pending.data,
	                                                writer->pending.length, error)
	                                    : 0;

	bytes_clear(&writer->pending);
	return result;
}

int chain_file_put_block(struct chain_file_writer *writer, const struct signed_block *block,
                         struct error *error)
{
	struct bytes packed = {0};

	signed_block_pack(&packed, block);
	bytes_put_u32(&writer->pending, (uint32_t)packed.length);
	bytes_put(&writer->pending, packed.data, packed.length);
	bytes_release(&packed);
	writer->blocks++;
	return writer->pending.length >= CHAIN_FILE_BLOCKS_SIZE ? flush_blocks(writer, error) : 0;
}

int chain_file_put_state(struct chain_file_writer *writer, const struct map_root *root,
                         const struct interruption *interruption, struct error *error)
{
	struct map_entry entry, before = {.key_length = 0};
	struct bytes chunk = {0};
	int result = flush_blocks(writer, error);

	for (bool ok = map_seek(root, &entry, NULL, 0); ok && result == 0; ok = map_next(root, &entry)) {
		state_entries_put(&chunk, &entry, chunk.length ? &before : NULL);
		before = entry;
		writer->entries++;
		if (chunk.length < STATE_CHUNK_SIZE)
			continue;
		result = interruption_happened(interruption)
		             ? error_set(error, EINTR, "interrupted")
		             : put_chunk(writer, CHAIN_FILE_STATE, chunk.data, chunk.length, error);
		bytes_clear(&chunk);
	}
	if (result == 0 && chunk.length)
		result = put_chunk(writer, CHAIN_FILE_STATE, chunk.data, chunk.length, error);
	bytes_release(&chunk);
	return result;
}

int chain_file_end(struct chain_file_writer *writer, struct error *error)
{
	struct bytes bytes = {0};

	bytes_put_u32(&bytes, writer->blocks);
	bytes_put_u64(&bytes, writer->entries);
	int result = put_chunk(writer, CHAIN_FILE_END, bytes.data, bytes.length, error);
	bytes_release(&bytes);
	return result ? result : failed(file_sync(writer->fd), error);
}

void chain_file_release(struct chain_file_writer *writer)
{
	bytes_release(&writer->pending);
}

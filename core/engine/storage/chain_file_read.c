/* Reading a chain's file, of which nothing is believed: see chain_file.h for the bytes. */
#include "core/engine/storage/chain_file.h"

#include "core/base/memory.h"
#include "core/base/system/file.h"
#include "core/engine/storage/chain_file_private.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <zlib.h>

enum { FILE_NAME_SIZE = 64, PACKED_AT_MOST = 1032 /* times smaller than what it holds */ };

struct reader {
	int fd;
	const char *path;
	const struct chain_file_visitor *visitor;
	struct error *error;
	uint64_t at, size, entries;
	uint32_t chunks, blocks;
	uint8_t kind, before; /* of the last chunk, and of the one before it */
	struct bytes packed, chunk;
	struct chain_file_head head;
	struct checksum256 id;       /* of the last block */
	struct map *map;             /* NULL: taken over by a branch */
	struct map_builder *builder; /* NULL: finished */
};

static int damaged(const struct reader *reader, const char *how)
{
	return error_set(reader->error, EBADMSG,
	                 "\"%s\" is damaged (%s in part %" PRIu32 "): nothing was taken from it", reader->path,
	                 how, reader->chunks);
}

static int unreadable(const struct reader *reader, int result)
{
	return error_set(reader->error, -result, "cannot read \"%s\": %s", reader->path, file_reason(result));
}

static int read_bytes(const struct reader *reader, struct bytes *out, size_t length, uint64_t at)
{
	bytes_clear(out);
	memory_grow(&out->data, &out->capacity, length + 1, 1);
	int result = file_read(reader->fd, out->data, length, at);
	out->length = result ? 0 : length;
	return result ? unreadable(reader, result) : 0;
}

/* --- chunks --- */

static int read_chunk(struct reader *reader)
{
	uint8_t head[CHAIN_FILE_CHUNK_HEAD] = {0};
	struct cursor in = cursor_make(head, sizeof head);
	uint64_t left = reader->size - reader->at;
	int result = left < sizeof head ? 0 : file_read(reader->fd, head, sizeof head, reader->at);

	if (result)
		return unreadable(reader, result);
	if (left < sizeof head)
		return damaged(reader, "it ends");
	uint8_t kind = cursor_u8(&in);
	uint32_t length = cursor_u32(&in), packed = cursor_u32(&in), checksum = cursor_u32(&in);
	if (packed > left - sizeof head)
		return damaged(reader, "it ends");
	if (length > CHAIN_FILE_CHUNK_MAXIMUM || length / PACKED_AT_MOST > packed)
		return damaged(reader, "an impossible length");
	result = read_bytes(reader, &reader->packed, packed, reader->at + sizeof head);
	if (result)
		return result;
	if (chain_file_checksum(reader->chunks, kind, length, reader->packed.data, packed) != checksum)
		return damaged(reader, "a wrong checksum");
	uLongf unpacked = length;
	bytes_clear(&reader->chunk);
	memory_grow(&reader->chunk.data, &reader->chunk.capacity, length + 1u, 1);
	if (uncompress(reader->chunk.data, &unpacked, reader->packed.data, packed) != Z_OK || unpacked != length)
		return damaged(reader, "what does not unpack");
	reader->chunk.length = length;
	reader->before = reader->kind;
	reader->kind = kind;
	reader->at += sizeof head + packed;
	reader->chunks++;
	return 0;
}

static int open_file(struct reader *reader)
{
	int result = file_size(reader->fd, &reader->size);

	if (result)
		return unreadable(reader, result);
	if (reader->size < CHAIN_FILE_START)
		return error_set(reader->error, EBADMSG, "\"%s\" is no file of a chain", reader->path);
	result = read_bytes(reader, &reader->chunk, CHAIN_FILE_START, 0);
	if (result)
		return result;
	struct cursor in = cursor_make(reader->chunk.data, reader->chunk.length);
	const uint8_t *magic = cursor_take(&in, strlen(CHAIN_FILE_MAGIC));
	uint32_t version = cursor_u32(&in);
	if (memcmp(magic, CHAIN_FILE_MAGIC, strlen(CHAIN_FILE_MAGIC)) != 0 || !version)
		return error_set(reader->error, EBADMSG, "\"%s\" is no file of a chain: snapshots/export makes them",
		                 reader->path);
	if (version > CHAIN_FILE_VERSION)
		return file_refuse_newer("file of a chain", reader->path, version, CHAIN_FILE_VERSION, reader->error);
	reader->at = CHAIN_FILE_START;
	return 0;
}

/* --- what they hold --- */

static int take_name(struct cursor *in, char *out, size_t size)
{
	size_t length;
	const uint8_t *name = cursor_counted(in, &length);

	if (in->failed || length >= size || memchr(name, 0, length))
		return -EBADMSG;
	memcpy(out, name, length);
	out[length] = '\0';
	return 0;
}

static int take_head(struct reader *reader)
{
	struct chain_file_head *head = &reader->head;
	struct cursor in = cursor_make(reader->chunk.data, reader->chunk.length);

	if (reader->kind != CHAIN_FILE_HEAD || take_name(&in, head->name, sizeof head->name) != 0)
		return damaged(reader, "no head");
	cursor_copy(&in, head->chain_id.data, sizeof head->chain_id.data);
	if (in.failed || genesis_unpack(&head->genesis, &in) != 0)
		return damaged(reader, "no genesis");
	head->number = cursor_u32(&in);
	cursor_copy(&in, head->id.data, sizeof head->id.data);
	size_t length = cursor_u32(&in);
	const uint8_t *block = cursor_take(&in, length);
	struct checksum256 chain_id = genesis_chain_id(&head->genesis);
	if (in.failed || cursor_left(&in) || !head->number || !checksum256_equal(&chain_id, &head->chain_id))
		return damaged(reader, "a head that cannot be");
	bytes_put(&head->block, block, length);
	const struct chain_file_visitor *visitor = reader->visitor;
	return visitor->head ? visitor->head(visitor->context, head, reader->error) : 0;
}

static int take_file(struct reader *reader)
{
	const struct chain_file_visitor *visitor = reader->visitor;
	struct cursor in = cursor_make(reader->chunk.data, reader->chunk.length);
	char name[FILE_NAME_SIZE];

	if (take_name(&in, name, sizeof name) != 0)
		return damaged(reader, "a file without a name");
	return visitor->file ? visitor->file(visitor->context, name, in.at, cursor_left(&in), reader->error) : 0;
}

static const char *check_block(const struct reader *reader, const struct signed_block *block)
{
	struct checksum256 root = signed_block_transaction_mroot(block);

	if (block_header_number(&block->header) != reader->blocks + 1 ||
	    (reader->blocks && !checksum256_equal(&block->header.previous, &reader->id)))
		return "a block that does not follow the one before it";
	if (!reader->blocks && !checksum256_equal(&block->header.action_mroot, &reader->head.chain_id))
		return "a first block of another genesis";
	if (!checksum256_equal(&root, &block->header.transaction_mroot))
		return "a block whose transactions are not those of its header";
	if (reader->blocks + 1 == reader->head.number && !checksum256_equal(&block->id, &reader->head.id))
		return "a last block that is not the head";
	return NULL;
}

static int take_block(struct reader *reader, const uint8_t *packed, size_t length)
{
	const struct chain_file_visitor *visitor = reader->visitor;
	struct signed_block block = {0};
	struct cursor in = cursor_make(packed, length);
	const char *wrong;

	if (reader->blocks == reader->head.number)
		return damaged(reader, "a block behind the last one");
	if (signed_block_unpack(&block, &in, NULL) != 0)
		return damaged(reader, "what is no block");
	wrong = cursor_left(&in) ? "what is no block" : check_block(reader, &block);
	reader->id = block.id;
	signed_block_release(&block);
	if (wrong)
		return damaged(reader, wrong);
	reader->blocks++;
	return visitor->block ? visitor->block(visitor->context, reader->blocks, packed, length, reader->error)
	                      : 0;
}

static int take_blocks(struct reader *reader)
{
	struct cursor in = cursor_make(reader->chunk.data, reader->chunk.length);
	int result = 0;

	while (cursor_left(&in) && result == 0) {
		size_t length = cursor_u32(&in);
		const uint8_t *packed = cursor_take(&in, length);
		result = in.failed ? damaged(reader, "a block that is cut short")
		                   : take_block(reader, packed, length);
	}
	return result;
}

static int take_keys(struct reader *reader)
{
	const struct chain_file_visitor *visitor = reader->visitor;

	if (reader->before == CHAIN_FILE_KEYS)
		return damaged(reader, "keys a second time");
	return visitor->keys
	           ? visitor->keys(visitor->context, reader->chunk.data, reader->chunk.length, reader->error)
	           : 0;
}

static int take_end(struct reader *reader)
{
	struct cursor in = cursor_make(reader->chunk.data, reader->chunk.length);
	uint32_t blocks = cursor_u32(&in);
	uint64_t entries = cursor_u64(&in);

	if (in.failed || cursor_left(&in) || blocks != reader->blocks || blocks != reader->head.number ||
	    entries != reader->entries || reader->at != reader->size)
		return damaged(reader, "an end that counts something else");
	return 0;
}

static int take_chunk(struct reader *reader)
{
	const char *wrong;

	if (reader->kind < reader->before || reader->kind == CHAIN_FILE_HEAD)
		return damaged(reader, "parts out of order");
	switch (reader->kind) {
	case CHAIN_FILE_FILE:
		return take_file(reader);
	case CHAIN_FILE_KEYS:
		return take_keys(reader);
	case CHAIN_FILE_BLOCKS:
		return take_blocks(reader);
	case CHAIN_FILE_STATE:
		wrong = state_entries_take(reader->builder, &reader->entries, reader->chunk.data,
		                           reader->chunk.length);
		return wrong ? damaged(reader, wrong) : 0;
	case CHAIN_FILE_END:
		return take_end(reader);
	default:
		return damaged(reader, "an unknown kind");
	}
}

/* The state with its block. */
static int make_branch(struct reader *reader, struct branch **out)
{
	struct cursor in = cursor_make(reader->head.block.data, reader->head.block.length);
	struct map_root *root = map_builder_finish(reader->builder);
	struct map *map = reader->map;

	reader->builder = NULL;
	reader->map = NULL;
	if (branch_restore(out, &reader->head.genesis, map, root, &in, NULL) != 0)
		return damaged(reader, "a head that cannot be");
	if (cursor_left(&in) == 0 && checksum256_equal(&branch_head(*out)->id, &reader->head.id))
		return 0;
	branch_destroy(*out);
	*out = NULL;
	return damaged(reader, "a state of another block");
}

int chain_file_read(struct branch **branch, int fd, const char *path,
                    const struct chain_file_visitor *visitor, const struct interruption *interruption,
                    struct error *error)
{
	struct reader reader = {.fd = fd, .path = path, .visitor = visitor, .error = error, .map = map_create()};
	struct branch *own = NULL;
	int result = open_file(&reader);

	reader.builder = map_builder_create(reader.map);
	if (result == 0)
		result = read_chunk(&reader);
	if (result == 0)
		result = take_head(&reader);
	while (result == 0 && reader.kind != CHAIN_FILE_END) {
		result = interruption_happened(interruption) ? error_set(error, EINTR, "interrupted")
		                                             : read_chunk(&reader);
		if (result == 0)
			result = take_chunk(&reader);
	}
	if (result == 0)
		result = make_branch(&reader, &own);
	if (branch)
		*branch = own;
	else
		branch_destroy(own);
	map_builder_drop(reader.builder);
	if (reader.map)
		map_destroy(reader.map);
	chain_file_head_release(&reader.head);
	bytes_release(&reader.packed);
	bytes_release(&reader.chunk);
	return result;
}

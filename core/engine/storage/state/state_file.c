/* States on disk: see state_file.h for the bytes. */
#include "core/engine/storage/state/state_file.h"

#include "core/base/memory.h"
#include "core/base/system/file.h"
#include "core/engine/storage/state/state_entries.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum {
	STATE_VERSION = 2,
	CHUNK_HEAD = 8,
};
static const uint8_t state_magic[8] = {'E', 'F', 'S', 'S', 'T', 'A', 'T', 'E'};
static const uint8_t state_end[3] = {'E', 'N', 'D'};

static uint32_t chunk_checksum(uint32_t number, const void *data, size_t length)
{
	uint8_t place[4] = {(uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16),
	                    (uint8_t)(number >> 24)};
	return (uint32_t)crc32(crc32(0, place, sizeof place), data, (uInt)length);
}

/* --- saving --- */

struct saver {
	int fd;
	uint64_t at;
	uint32_t number;
	struct bytes chunk; /* begins with room for its head */
};

static void saver_begin(struct saver *saver)
{
	bytes_clear(&saver->chunk);
	bytes_put_u64(&saver->chunk, 0);
}

static int saver_flush(struct saver *saver)
{
	size_t length = saver->chunk.length - CHUNK_HEAD;
	uint32_t checksum = chunk_checksum(saver->number++, saver->chunk.data + CHUNK_HEAD, length);
	for (size_t i = 0; i < 4; i++) {
		saver->chunk.data[i] = (uint8_t)(length >> 8 * i);
		saver->chunk.data[4 + i] = (uint8_t)(checksum >> 8 * i);
	}
	int result = file_write(saver->fd, saver->chunk.data, saver->chunk.length, saver->at);
	saver->at += saver->chunk.length;
	saver_begin(saver);
	return result;
}

static int saver_run(struct saver *saver, const void *header, size_t header_length,
                     const struct map_root *root)
{
	saver_begin(saver);
	bytes_put(&saver->chunk, state_magic, sizeof state_magic);
	bytes_put_u32(&saver->chunk, STATE_VERSION);
	bytes_put(&saver->chunk, header, header_length);
	int result = saver_flush(saver);
	struct map_entry entry, before = {.key_length = 0};
	for (bool ok = map_seek(root, &entry, NULL, 0); ok && result == 0; ok = map_next(root, &entry)) {
		state_entries_put(&saver->chunk, &entry, saver->chunk.length > CHUNK_HEAD ? &before : NULL);
		before = entry;
		if (saver->chunk.length >= STATE_CHUNK_SIZE)
			result = saver_flush(saver);
	}
	if (result == 0 && saver->chunk.length > CHUNK_HEAD)
		result = saver_flush(saver);
	if (result)
		return result;
	bytes_put(&saver->chunk, state_end, sizeof state_end);
	bytes_put_u64(&saver->chunk, map_root_count(root));
	return saver_flush(saver);
}

int state_file_save(const char *path, const void *header, size_t header_length, const struct map_root *root,
                    struct error *error)
{
	if (header_length > STATE_FILE_HEADER_MAXIMUM)
		return error_set(error, EFBIG, "a header of %zu bytes is too long for state file \"%s\"",
		                 header_length, path);
	struct saver saver = {.fd = -1};
	int result = file_replace_begin(&saver.fd, path);
	if (result == 0)
		result = saver_run(&saver, header, header_length, root);
	result = file_replace_end(saver.fd, path, result);
	bytes_release(&saver.chunk);
	return result ? error_set(error, -result, "cannot write state file \"%s\": %s", path, file_reason(result))
	              : 0;
}

/* --- loading --- */

struct loader {
	const char *path;
	int fd;
	uint64_t at, size;
	uint32_t number; /* of the chunk that comes next */
	uint8_t *chunk;  /* the one that was read last */
	size_t length, capacity;
};

static int loader_damaged(const struct loader *loader, const char *what, struct error *error)
{
	return error_set(error, EBADMSG, "state file \"%s\" is damaged: %s in chunk %" PRIu32, loader->path, what,
	                 loader->number);
}

static int loader_next(struct loader *loader, struct error *error)
{
	uint8_t head[CHUNK_HEAD];
	if (loader->size - loader->at < sizeof head)
		return loader_damaged(loader, "the file ends", error);
	int result = file_read(loader->fd, head, sizeof head, loader->at);
	struct cursor in = cursor_make(head, sizeof head);
	uint32_t length = cursor_u32(&in), checksum = cursor_u32(&in);
	if (result == 0 && (length > STATE_CHUNK_MAXIMUM || length > loader->size - loader->at - sizeof head))
		return loader_damaged(loader, "the file ends", error);
	if (result == 0) {
		memory_grow(&loader->chunk, &loader->capacity, length + 1u, 1);
		result = file_read(loader->fd, loader->chunk, length, loader->at + sizeof head);
	}
	if (result)
		return error_set(error, -result, "cannot read state file \"%s\": %s", loader->path,
		                 file_reason(result));
	if (chunk_checksum(loader->number, loader->chunk, length) != checksum)
		return loader_damaged(loader, "wrong checksum", error);
	loader->number++;
	loader->length = length;
	loader->at += sizeof head + length;
	return 0;
}

static int loader_open(struct loader *loader, struct bytes *header, const char *path, struct error *error)
{
	*loader = (struct loader){.path = path};
	int result = file_open(&loader->fd, path, O_RDONLY, error);
	if (result)
		return result;
	result = file_size(loader->fd, &loader->size);
	if (result)
		return error_set(error, -result, "cannot open state file \"%s\": %s", path, file_reason(result));
	result = loader_next(loader, error);
	if (result)
		return result;
	struct cursor in = cursor_make(loader->chunk, loader->length);
	const uint8_t *magic = cursor_take(&in, sizeof state_magic);
	uint32_t version = cursor_u32(&in);
	if (in.failed || memcmp(magic, state_magic, sizeof state_magic))
		return error_set(error, EBADMSG, "\"%s\" is not a state file", path);
	if (version > STATE_VERSION)
		return file_refuse_newer("state file", path, version, STATE_VERSION, error);
	if (version != STATE_VERSION)
		return error_set(error, EBADMSG, "state file \"%s\" has the old version %" PRIu32, path, version);
	bytes_put(header, in.at, cursor_left(&in));
	return 0;
}

static void loader_close(struct loader *loader)
{
	if (loader->fd >= 0)
		close(loader->fd);
	free(loader->chunk);
}

static bool loader_at_end(const struct loader *loader)
{
	/* An entry chunk cannot be taken for it: its first byte is 0. */
	return loader->length == sizeof state_end + 8 && !memcmp(loader->chunk, state_end, sizeof state_end);
}

int state_file_load(struct map *map, struct map_root **root, struct bytes *header, const char *path,
                    struct error *error)
{
	size_t header_before = header->length;
	struct map_builder *builder = NULL;
	struct loader loader;
	uint64_t count = 0;
	*root = NULL;
	int result = loader_open(&loader, header, path, error);
	if (result)
		goto out;
	builder = map_builder_create(map);
	while (!(result = loader_next(&loader, error)) && !loader_at_end(&loader)) {
		const char *wrong = state_entries_take(builder, &count, loader.chunk, loader.length);
		if (wrong) {
			result = loader_damaged(&loader, wrong, error);
			goto out;
		}
	}
	if (result)
		goto out;
	struct cursor in = cursor_make(loader.chunk + sizeof state_end, 8);
	if (cursor_u64(&in) != count || loader.at != loader.size) {
		result = loader_damaged(&loader, "a wrong number of entries", error);
		goto out;
	}
	*root = map_builder_finish(builder);
	builder = NULL;
out:
	map_builder_drop(builder);
	loader_close(&loader);
	if (result)
		header->length = header_before;
	return result;
}

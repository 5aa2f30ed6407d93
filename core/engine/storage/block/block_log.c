/* nodeos's block log: header, appending, reading. block_log_recover.c looks after the end of the file. */
#include "core/engine/storage/block/block_log_private.h"

#include "core/base/memory.h"
#include "core/base/system/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LOG_VERSION = 3, LOG_HEADER_MAXIMUM = 512 };
#define LOG_PRUNED UINT32_C(0x80000000)
#define LOG_TOTEM UINT64_MAX

static int log_failed(const struct block_log *log, const char *what, int result, struct error *error)
{
	return error_set(error, -result, "cannot %s block log \"%s\": %s", what, log->path, file_reason(result));
}

static void header_pack(struct bytes *out, const struct genesis *genesis)
{
	bytes_put_u32(out, LOG_VERSION);
	bytes_put_u32(out, 1);
	genesis_pack(out, genesis);
	bytes_put_u64(out, LOG_TOTEM);
}

static int header_unpack(struct block_log *log, const void *data, size_t length, struct error *error)
{
	struct cursor in = cursor_make(data, length);
	log->version = cursor_u32(&in);
	if (!in.failed && log->version & LOG_PRUNED)
		return error_set(error, ENOTSUP, "block log \"%s\" is pruned: a whole one is needed", log->path);
	if (!in.failed && log->version > LOG_VERSION && log->version < 256)
		return file_refuse_newer("block log", log->path, log->version, LOG_VERSION, error);
	log->first = log->version == 1 ? 1 : cursor_u32(&in);
	log->has_genesis = log->version < 3 || log->first == 1;
	if (log->has_genesis) {
		if (genesis_unpack(&log->genesis, &in))
			in.failed = true;
		else
			log->chain_id = genesis_chain_id(&log->genesis);
	} else {
		cursor_copy(&in, log->chain_id.data, sizeof log->chain_id.data);
	}
	if (log->version > 1 && cursor_u64(&in) != LOG_TOTEM)
		in.failed = true;
	if (in.failed || log->version < 1 || log->version > LOG_VERSION || log->first < 1)
		return error_set(error, EBADMSG, "\"%s\" is not a block log", log->path);
	log->start = (uint64_t)(in.at - (const uint8_t *)data);
	return 0;
}

/* Only now that the log is known to be one of ours. */
static int open_index(struct block_log *log, uint64_t *size, struct error *error)
{
	int result = file_open(&log->index_fd, log->index_path, O_RDWR | O_CREAT, error);
	if (result)
		return result;
	result = file_size(log->index_fd, size);
	return result ? error_set(error, -result, "cannot open block index \"%s\": %s", log->index_path,
	                          file_reason(result))
	              : 0;
}

/* Writes the header of a new log. */
static int log_begin(struct block_log *log, const struct bytes *header, struct error *error)
{
	uint64_t index_size;
	int result = open_index(log, &index_size, error);
	if (result)
		return result;
	result = file_cut(log->index_fd, 0);
	if (result == 0)
		result = file_cut(log->fd, 0);
	if (result == 0)
		result = file_write(log->fd, header->data, header->length, 0);
	if (result == 0)
		result = file_sync(log->fd);
	if (result == 0)
		result = file_sync_parent(log->path);
	if (result)
		return log_failed(log, "make", result, error);
	log->end = header->length;
	return header_unpack(log, header->data, header->length, error);
}

static int log_load(struct block_log *log, const struct genesis *genesis, struct text *report,
                    struct error *error)
{
	uint8_t data[LOG_HEADER_MAXIMUM];
	uint64_t size, index_size;
	struct bytes header = {0};
	int result = file_size(log->fd, &size);
	size_t length = result == 0 && size < sizeof data ? (size_t)size : sizeof data;
	if (result == 0)
		result = file_read(log->fd, data, length, 0);
	if (result) {
		log_failed(log, "read", result, error);
		goto out;
	}
	if (genesis)
		header_pack(&header, genesis);
	/* A file that is the beginning of a header is one whose making was cut short. */
	if (genesis && size < header.length && !memcmp(data, header.data, size)) {
		result = log_begin(log, &header, error);
		goto out;
	}
	result = header_unpack(log, data, length, error);
	if (result)
		goto out;
	struct checksum256 id = genesis ? genesis_chain_id(genesis) : log->chain_id;
	if (!checksum256_equal(&id, &log->chain_id)) {
		result = error_set(error, EINVAL,
		                   "block log \"%s\" is of another chain: its chain id is %s, the genesis gives %s",
		                   log->path, checksum256_text(&log->chain_id).text, checksum256_text(&id).text);
		goto out;
	}
	result = open_index(log, &index_size, error);
	if (result == 0)
		result = block_log_recover(log, size, index_size, report, error);
out:
	bytes_release(&header);
	return result;
}

int block_log_open(struct block_log **out, const char *folder, const struct genesis *genesis,
                   struct text *report, struct error *error)
{
	struct block_log *log = memory_allocate(1, sizeof *log);
	struct text path = TEXT_EMPTY;
	pthread_mutex_init(&log->lock, NULL);
	text_printf(&path, "%s/blocks.log", folder);
	log->path = text_take(&path);
	text_printf(&path, "%s/blocks.index", folder);
	log->index_path = text_take(&path);
	log->index_fd = -1;
	int result = file_open(&log->fd, log->path, O_RDWR | (genesis ? O_CREAT : 0), error);
	if (result == 0)
		result = log_load(log, genesis, report, error);
	if (result) {
		block_log_close(log);
		log = NULL;
	}
	*out = log;
	return result;
}

void block_log_close(struct block_log *log)
{
	if (!log)
		return;
	if (log->fd >= 0)
		close(log->fd);
	if (log->index_fd >= 0)
		close(log->index_fd);
	pthread_mutex_destroy(&log->lock);
	free(log->path);
	free(log->index_path);
	free(log);
}

const struct genesis *block_log_genesis(const struct block_log *log)
{
	return log->has_genesis ? &log->genesis : NULL;
}

uint32_t block_log_first(const struct block_log *log)
{
	return log->first;
}

uint32_t block_log_last(const struct block_log *log)
{
	pthread_mutex_t *lock = (pthread_mutex_t *)(uintptr_t)&log->lock;
	pthread_mutex_lock(lock);
	uint32_t last = log->first + log->count - 1;
	pthread_mutex_unlock(lock);
	return last;
}

/* Cuts off what a failed append left behind. */
static int log_trim(struct block_log *log)
{
	int result = file_cut(log->fd, log->end);
	int other = file_cut(log->index_fd, (uint64_t)log->count * 8);
	result = result ? result : other;
	log->ragged = result != 0;
	return result;
}

int block_log_append(struct block_log *log, uint32_t number, const void *packed, size_t length,
                     struct error *error)
{
	if (number != log->first + log->count)
		return error_set(error, EINVAL,
		                 "block %" PRIu32 " cannot follow block %" PRIu32 " in block log \"%s\"", number,
		                 log->first + log->count - 1, log->path);
	if (length > BLOCK_LOG_BLOCK_MAXIMUM)
		return error_set(error, EFBIG, "block %" PRIu32 " of %zu bytes is too long for block log \"%s\"",
		                 number, length, log->path);
	struct bytes entry = {0};
	bytes_put(&entry, packed, length);
	bytes_put_u64(&entry, log->end);
	int result = log->ragged ? log_trim(log) : 0;
	if (result == 0) {
		result = file_write(log->fd, entry.data, entry.length, log->end);
		if (result == 0)
			result = file_write(log->index_fd, entry.data + length, ENTRY_TRAILER, (uint64_t)log->count * 8);
		if (result)
			log_trim(log);
	}
	if (result == 0) {
		pthread_mutex_lock(&log->lock);
		log->end += entry.length;
		log->count++;
		pthread_mutex_unlock(&log->lock);
		log->unsynced++;
	}
	bytes_release(&entry);
	return result ? log_failed(log, "write", result, error) : 0;
}

int block_log_sync(struct block_log *log, struct error *error)
{
	int result = file_sync(log->fd);
	if (result == 0 && log->unsynced >= INDEX_SYNC_INTERVAL) {
		result = file_sync(log->index_fd);
		log->unsynced = 0;
	}
	return result ? log_failed(log, "bring to the disk", result, error) : 0;
}

static int index_disagrees(const struct block_log *log, uint32_t number, struct error *error)
{
	return error_set(error, EBADMSG,
	                 "block log and index disagree about block %" PRIu32
	                 ": remove \"%s\" and start again, it will be made anew",
	                 number, log->index_path);
}

/* Where the packed block is, trailer left out. */
static int find_block(struct block_log *log, uint64_t *at, size_t *length, uint32_t number,
                      struct error *error)
{
	uint8_t offsets[16];

	pthread_mutex_lock(&log->lock);
	uint32_t count = log->count;
	uint64_t end = log->end;
	pthread_mutex_unlock(&log->lock);
	if (number < log->first || number - log->first >= count)
		return error_set(error, ENOENT, "block %" PRIu32 " is not in block log \"%s\"", number, log->path);
	uint32_t index = number - log->first;
	bool is_last = index + 1 == count;
	int result = file_read(log->index_fd, offsets, is_last ? 8 : 16, (uint64_t)index * 8);
	if (result)
		return log_failed(log, "read", result, error);
	struct cursor in = cursor_make(offsets, is_last ? 8 : 16);
	*at = cursor_u64(&in);
	uint64_t next = is_last ? end : cursor_u64(&in);
	if (*at < log->start || next > end || *at > next || next - *at < ENTRY_MINIMUM ||
	    next - *at > BLOCK_LOG_BLOCK_MAXIMUM + ENTRY_TRAILER)
		return index_disagrees(log, number, error);
	*length = (size_t)(next - *at) - ENTRY_TRAILER;
	return 0;
}

/* The entries from `at` on, behind what lies beside already. */
static int keep_rest(const struct block_log *log, uint64_t at, struct error *error)
{
	struct text path = TEXT_EMPTY;
	uint64_t size = 0;
	uint8_t *piece = NULL;
	int fd = -1, result;

	text_printf(&path, "%s.restored", log->path);
	result = file_open(&fd, text_string(&path), O_RDWR | O_CREAT, error);
	if (result == 0)
		result = file_size(fd, &size);
	piece = memory_allocate(COPIED_AT_ONCE, 1);
	while (result == 0 && at < log->end) {
		size_t length = log->end - at < COPIED_AT_ONCE ? (size_t)(log->end - at) : COPIED_AT_ONCE;
		result = file_read(log->fd, piece, length, at);
		if (result == 0)
			result = file_write(fd, piece, length, size);
		at += length;
		size += length;
	}
	if (result == 0)
		result = file_sync(fd);
	if (fd >= 0)
		close(fd);
	free(piece);
	text_release(&path);
	return result;
}

int block_log_cut(struct block_log *log, uint32_t last, struct error *error)
{
	uint64_t at;
	size_t length;
	int result;

	if (last >= log->first + log->count - 1)
		return 0;
	result = find_block(log, &at, &length, last + 1, error);
	if (result)
		return result;
	result = keep_rest(log, at, error);
	if (result == 0) {
		pthread_mutex_lock(&log->lock);
		log->end = at;
		log->count = last + 1 - log->first;
		pthread_mutex_unlock(&log->lock);
		result = log_trim(log);
	}
	return result ? log_failed(log, "cut", result, error) : 0;
}

int block_log_read(struct block_log *log, struct bytes *out, uint32_t number, struct error *error)
{
	uint64_t at;
	size_t length;
	int result = find_block(log, &at, &length, number, error);

	if (result)
		return result;
	uint8_t *data = memory_allocate(1, length + ENTRY_TRAILER);
	result = file_read(log->fd, data, length + ENTRY_TRAILER, at);
	struct cursor in = cursor_make(data + length, ENTRY_TRAILER);
	if (result)
		log_failed(log, "read", result, error);
	else if (cursor_u64(&in) != at)
		result = index_disagrees(log, number, error);
	else
		bytes_put(out, data, length);
	free(data);
	return result;
}

int block_log_previous(struct block_log *log, struct checksum256 *out, uint32_t number, struct error *error)
{
	uint64_t at;
	size_t length;
	int result = find_block(log, &at, &length, number, error);

	if (result)
		return result;
	result = file_read(log->fd, out->data, sizeof out->data, at + HEADER_PREVIOUS);
	return result ? log_failed(log, "read", result, error) : 0;
}

/* The data folder of an embedded chain: the block log, the state file that saves most of a replay, the
 * clock's offset. */
#include "core/chain/embedded/storage.h"

#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/base/memory.h"
#include "core/engine/storage/state_file.h"
#include "core/types/time.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	BLOCKS_PER_STATE = 1000,
	SAVE_TIME_SHARE = 10 /* saving takes at most a tenth of the time */,
	SAVE_RETRY_US = 60 * 1000000,
	CLOCK_FILE_MAXIMUM = 64,
	CLOCK_MARGIN_SLOTS = 2 * 60 * 60 /* of the time that slots can tell */
};
#define OFFSET_MAXIMUM_US (INT64_C(100) * 366 * 86400 * 1000000)

/* Chain time must stay one that slots can tell, whatever stands in the file. */
static int read_offset(struct storage *storage, struct error *error)
{
	struct text content = TEXT_EMPTY;
	int64_t now = clock_real_us();
	char *end;
	int result = file_load(&content, storage->clock_path, CLOCK_FILE_MAXIMUM, error);

	if (result == -ENOENT) {
		error_clear(error);
		return 0;
	}
	if (result && result != -EFBIG)
		return result;
	errno = 0;
	long long offset = strtoll(text_string(&content), &end, 10);
	if (result || errno || end == text_string(&content) || strcmp(end, "\n") != 0 ||
	    offset < -now || offset > OFFSET_MAXIMUM_US ||
	    now + offset > slot_to_us(UINT32_MAX - CLOCK_MARGIN_SLOTS))
		result = error_set(error, EBADMSG,
		                   "\"%s\" does not say by how many microseconds chain time is ahead: remove it, and "
		                   "chain time goes on from the last block",
		                   storage->clock_path);
	else
		storage->offset_us = offset;
	text_release(&content);
	return result;
}

/* What is no file is somebody else's to refuse. */
static bool has_content(const char *path, off_t least)
{
	struct stat status;

	return lstat(path, &status) == 0 && (!S_ISREG(status.st_mode) || status.st_size >= least);
}

/* What else tells that there was a chain; NULL: nothing. free() it. */
static char *find_trace(const struct storage *storage, const char *blocks)
{
	struct text path = TEXT_EMPTY;
	uint32_t *numbers = NULL;
	size_t count = 0;

	text_printf(&path, "%s/blocks.index", blocks);
	if (has_content(storage->state_path, 0)) {
		text_clear(&path);
		text_append(&path, storage->state_path);
	} else if (!has_content(text_string(&path), 1)) {
		text_clear(&path);
		if (storage_list_journals(storage, &numbers, &count, NULL) == 0 && count)
			text_printf(&path, "%s/%" PRIu32, storage->journal_folder, numbers[0]);
		free(numbers);
	}
	return path.length ? text_take(&path) : (text_release(&path), NULL);
}

/* A log that is lost is not begun anew over what is left of its chain. */
static int check_log_is_there(const struct storage *storage, const char *blocks, struct error *error)
{
	struct text log = TEXT_EMPTY;
	char *trace = NULL;
	int result = 0;

	text_printf(&log, "%s/blocks.log", blocks);
	if (!has_content(text_string(&log), BLOCK_LOG_HEADER_SIZE) && (trace = find_trace(storage, blocks)))
		result = error_set(error, ENOENT,
		                   "the blocks are lost: \"%s\" is %s, but \"%s\" is there, of a chain that has "
		                   "begun: put a copy of the log back, or begin a new chain in another data folder",
		                   text_string(&log), has_content(text_string(&log), 0) ? "empty" : "missing", trace);
	free(trace);
	text_release(&log);
	return result;
}

int storage_open(struct storage **out, struct data_folder *folder, struct genesis *genesis, bool given,
                 struct text *notices, struct error *error)
{
	struct storage *storage = memory_allocate(1, sizeof *storage);
	char *blocks = data_folder_subfolder(folder, "blocks", error);
	int result = blocks ? 0 : -error->number;

	storage->folder = folder;
	storage->state_path = data_folder_file(folder, "state");
	storage->clock_path = data_folder_file(folder, "clock");
	if (result == 0)
		result = read_offset(storage, error);
	if (result == 0) {
		storage->journal_folder = data_folder_subfolder(folder, "journal", error);
		result = storage->journal_folder ? 0 : -error->number;
	}
	if (result == 0)
		result = check_log_is_there(storage, blocks, error);
	if (result == 0) {
		result = block_log_open(&storage->blocks, blocks, given ? genesis : NULL, notices, error);
		if (result == -ENOENT && !given)
			result = block_log_open(&storage->blocks, blocks, genesis, notices, error);
	}
	if (result == 0 && !block_log_genesis(storage->blocks))
		result = error_set(error, EINVAL, "\"%s\" does not begin with a genesis: it cannot be continued here",
		                   blocks);
	if (result == 0)
		*genesis = *block_log_genesis(storage->blocks);
	free(blocks);
	if (result) {
		storage_close(storage);
		return result;
	}
	*out = storage;
	return 0;
}

void storage_close(struct storage *storage)
{
	if (!storage)
		return;
	journal_close(storage->journal);
	block_log_close(storage->blocks);
	free(storage->state_path);
	free(storage->journal_folder);
	free(storage->clock_path);
	free(storage);
}

int64_t storage_offset(const struct storage *storage)
{
	return storage->offset_us;
}

int storage_save_offset(struct storage *storage, int64_t offset_us, struct error *error)
{
	char text[32];
	int length = snprintf(text, sizeof text, "%" PRId64 "\n", offset_us);
	int result = file_replace(storage->clock_path, text, (size_t)length, error);

	if (result == 0)
		storage->offset_us = offset_us;
	return result;
}

int storage_append_block(struct storage *storage, const struct signed_block *block, struct error *error)
{
	struct bytes packed = {0};

	signed_block_pack(&packed, block);
	int result = block_log_append(storage->blocks, block_header_number(&block->header), packed.data,
	                              packed.length, error);
	bytes_release(&packed);
	return result;
}

int storage_sync(struct storage *storage, struct error *error)
{
	return block_log_sync(storage->blocks, error);
}

int storage_read_block(struct storage *storage, struct signed_block *out, uint32_t number,
                       struct error *error)
{
	struct bytes packed = {0};
	int result = block_log_read(storage->blocks, &packed, number, error);

	if (result == 0) {
		struct cursor in = cursor_make(packed.data, packed.length);
		result = signed_block_unpack(out, &in, error);
	}
	bytes_release(&packed);
	return result;
}

/* The state file's branch, when it is of this log: its head must be the log's block of that number. -ERANGE:
 * the log ends before it. */
static int load_state(struct storage *storage, struct branch **branch, const struct genesis *genesis,
                      struct error *error)
{
	struct map *map = map_create();
	struct map_root *root = NULL;
	struct bytes head = {0};
	struct signed_block block = {0};
	int result = state_file_load(map, &root, &head, storage->state_path, error);

	if (result) {
		map_destroy(map);
		goto out;
	}
	struct cursor in = cursor_make(head.data, head.length);
	if (branch_restore(branch, genesis, map, root, &in, error) != 0) {
		result = -EBADMSG;
		goto out;
	}
	uint32_t number = branch_head(*branch)->number;
	uint32_t last = block_log_last(storage->blocks);
	if (number > last)
		result = error_set(error, ERANGE,
		                   "block log \"%s/blocks/blocks.log\" ends at block %" PRIu32
		                   ", but \"%s\" is the state after block %" PRIu32 ": put a copy of the whole log "
		                   "back, or move the state away to go on from block %" PRIu32
		                   " without what came later",
		                   data_folder_path(storage->folder), last, storage->state_path, number, last);
	else if ((result = storage_read_block(storage, &block, number, error)) == 0 &&
	         !checksum256_equal(&block.id, &branch_head(*branch)->id))
		result = error_set(error, EBADMSG, "its block %" PRIu32 " is not the log's", number);
	if (result) {
		branch_destroy(*branch);
		*branch = NULL;
	} else {
		storage->saved_number = number;
	}
out:
	signed_block_release(&block);
	bytes_release(&head);
	return result;
}

static int save(struct storage *storage, const struct bytes *head, const struct map_root *root,
                uint32_t number, struct error *error)
{
	int64_t began = clock_monotonic_us();
	int result = state_file_save(storage->state_path, head->data, head->length, root, error);

	storage->saved_at = clock_monotonic_us();
	storage->save_took = storage->saved_at - began;
	storage->save_failed = result != 0;
	if (result == 0)
		storage->saved_number = number;
	return result;
}

static int save_head(struct storage *storage, struct branch *branch, struct error *error)
{
	struct bytes head = {0};

	branch_pack_block(&head, branch, branch_head(branch));
	int result = save(storage, &head, branch_head(branch)->root, branch_head(branch)->number, error);
	bytes_release(&head);
	return result;
}

/* A fresh chain. A new log gets its genesis block, and its state file: from now on there is always one. */
static int begin_at_genesis(struct storage *storage, struct branch **branch, const struct genesis *genesis,
                            struct error *error)
{
	int result = branch_create(branch, genesis, error);

	if (result == 0 && block_log_last(storage->blocks) == 0) {
		result = storage_append_block(storage, branch_head(*branch)->block, error);
		if (result == 0)
			result = storage_sync(storage, error); /* the log is never behind the state */
		if (result == 0)
			result = save_head(storage, *branch, error);
	}
	return result;
}

/* Why the state is made anew from the blocks; a file that cannot be used is kept beside. */
static int prepare_rebuilding(const struct storage *storage, struct text *notices, int reason,
                              struct error *error)
{
	uint32_t last = block_log_last(storage->blocks);
	struct text aside = TEXT_EMPTY;
	int result = 0;

	if (reason != -ENOENT) {
		struct error why = *error;
		result = file_set_aside(storage->state_path, "unused", &aside, error);
		if (result == 0 && notices)
			text_printf(notices, "the state file cannot be used (%s) and is now \"%s\"", why.sentence,
			            text_string(&aside));
	} else if (notices && last) {
		text_printf(notices, "there is no state file \"%s\"", storage->state_path);
	}
	if (result == 0 && notices && (last || reason != -ENOENT))
		text_printf(notices, "; rebuilding the state from %" PRIu32 " blocks\n", last);
	text_release(&aside);
	return result;
}

/* Applies what the log has behind the branch's head. */
static int replay(struct storage *storage, struct branch *branch, struct error *error)
{
	int result = 0;

	for (uint32_t number = branch_head(branch)->number + 1;
	     result == 0 && number <= block_log_last(storage->blocks); number++) {
		struct signed_block block = {0};
		result = storage_read_block(storage, &block, number, error);
		if (result == 0)
			result = branch_apply_block(branch, &block, true, error);
		signed_block_release(&block);
		if (result)
			error_prefix(error, "replaying the block log");
	}
	return result;
}

int storage_restore(struct storage *storage, struct branch **branch, const struct genesis *genesis,
                    struct text *notices, struct error *error)
{
	struct error own = {0};
	int result;

	error = error ? error : &own;
	*branch = NULL;
	result = load_state(storage, branch, genesis, error);
	if (result == -ENOENT || result == -EBADMSG) {
		result = prepare_rebuilding(storage, notices, result, error);
		if (result == 0) {
			error_clear(error);
			result = begin_at_genesis(storage, branch, genesis, error);
		}
	}
	if (result == 0)
		result = replay(storage, *branch, error);
	if (result == 0 && branch_head(*branch)->number >= storage->saved_number + BLOCKS_PER_STATE)
		save_head(storage, *branch, NULL); /* so that the next start need not do it again */
	if (result && *branch) {
		branch_destroy(*branch);
		*branch = NULL;
	}
	return result;
}

/* Under lock. */
static bool save_is_due(const struct storage *storage, const struct block_state *stored, int64_t now)
{
	int64_t pause = storage->save_failed ? SAVE_RETRY_US : SAVE_TIME_SHARE * storage->save_took;

	return stored->number >= storage->saved_number + BLOCKS_PER_STATE && now - storage->saved_at >= pause;
}

int storage_save_state(struct storage *storage, struct embedded_chain *chain, bool always,
                       struct error *error)
{
	struct bytes head = {0};
	struct map_root *root = NULL;
	uint32_t number = 0;

	pthread_mutex_lock(&chain->lock);
	if (always ? chain->stored->number != storage->saved_number
	           : save_is_due(storage, chain->stored, clock_monotonic_us())) {
		number = chain->stored->number;
		branch_pack_block(&head, chain->branch, chain->stored);
		root = map_root_hold(chain->stored->root);
	}
	pthread_mutex_unlock(&chain->lock);
	if (!root)
		return 0;
	int result = save(storage, &head, root, number, error);
	pthread_mutex_lock(&chain->lock);
	map_root_release(root);
	pthread_mutex_unlock(&chain->lock);
	bytes_release(&head);
	return result;
}

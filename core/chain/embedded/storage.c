/* The data folder of an embedded chain: the block log, the state file that saves most of a replay, the
 * clock's offset. */
#include "core/chain/embedded/storage.h"

#include "core/base/memory.h"
#include "core/engine/storage/file.h"
#include "core/engine/storage/state_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	BLOCKS_PER_STATE = 1000,
	SAVE_TIME_SHARE = 10 /* saving takes at most a tenth of the time */,
	SAVE_RETRY_US = 60 * 1000000
};

static int64_t monotonic_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t read_offset(const char *path)
{
	long long offset = 0;
	FILE *file = fopen(path, "re");

	if (file) {
		if (fscanf(file, "%lld", &offset) != 1)
			offset = 0;
		fclose(file);
	}
	return offset;
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
	storage->offset_us = read_offset(storage->clock_path);
	if (result == 0) {
		storage->journal_folder = data_folder_subfolder(folder, "journal", error);
		result = storage->journal_folder ? 0 : -error->number;
	}
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

/* The state file's branch, when it is of this log: its head must be the log's block of that number. */
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
	result = branch_restore(branch, genesis, map, root, &in, error);
	if (result)
		goto out;
	uint32_t number = branch_head(*branch)->number;
	result = storage_read_block(storage, &block, number, error);
	if (result || !checksum256_equal(&block.id, &branch_head(*branch)->id)) {
		result = error_set(error, EBADMSG, "its block %" PRIu32 " is not the log's", number);
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
	int64_t began = monotonic_us();
	int result = state_file_save(storage->state_path, head->data, head->length, root, error);

	storage->saved_at = monotonic_us();
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
			result = save_head(storage, *branch, error);
	}
	return result;
}

static void notice_rebuilding(const struct storage *storage, struct text *notices, int reason,
                              const struct error *error)
{
	uint32_t last = block_log_last(storage->blocks);

	if (!notices || last == 0)
		return;
	if (reason == -ENOENT)
		text_printf(notices, "there is no state file \"%s\"", storage->state_path);
	else
		text_printf(notices, "the state file cannot be used (%s)", error->sentence);
	text_printf(notices, "; rebuilding the state from %" PRIu32 " blocks\n", last);
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
	if (result) {
		notice_rebuilding(storage, notices, result, error);
		error_clear(error);
		result = begin_at_genesis(storage, branch, genesis, error);
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
	           : save_is_due(storage, chain->stored, monotonic_us())) {
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

/* The data folder of an embedded chain: the block log, saving the state, the clock's offset. */
#include "core/chain/embedded/storage/storage_private.h"

#include "core/base/memory.h"
#include "core/base/system/clock.h"
#include "core/base/system/file.h"
#include "core/chain/embedded/view/view.h"
#include "core/engine/storage/state/state_file.h"
#include "core/types/time.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	SAVE_TIME_SHARE = 10 /* saving takes at most a tenth of the time */,
	SAVE_RETRY_US = 60 * SECOND_US,
	CLOCK_FILE_MAXIMUM = 64,
	CLOCK_MARGIN_SLOTS = 2 * 60 * 60 /* of the time that slots can tell */
};
#define OFFSET_MAXIMUM_US (INT64_C(100) * 366 * 86400 * SECOND_US)

static const char until[] = " until "; /* in the clock's file, behind an offset that was ended */

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
	long long offset = strtoll(text_string(&content), &end, 10), paused = 0;
	bool read = !errno && end != text_string(&content);
	if (read && strncmp(end, until, strlen(until)) == 0) {
		const char *time = end + strlen(until);
		paused = strtoll(time, &end, 10);
		read = !errno && end != time;
	}
	if (result || !read || strcmp(end, "\n") != 0 || offset < -now || offset > OFFSET_MAXIMUM_US ||
	    now + offset > slot_to_us(UINT32_MAX - CLOCK_MARGIN_SLOTS))
		result = error_set(error, EBADMSG,
		                   "\"%s\" does not say by how many microseconds chain time is ahead: remove it, and "
		                   "chain time goes on from the last block",
		                   storage->clock_path);
	storage->offset_us = offset;
	storage->paused_until = paused;
	storage->has_offset = true;
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
	struct journal_name *names = NULL;
	size_t count = 0;

	text_printf(&path, "%s/blocks.index", blocks);
	if (has_content(storage->state_path, 0)) {
		text_clear(&path);
		text_append(&path, storage->state_path);
	} else if (!has_content(text_string(&path), 1)) {
		text_clear(&path);
		if (has_content(storage->reversible_path, REVERSIBLE_HEADER_SIZE + 1))
			text_append(&path, storage->reversible_path);
		else if (storage_list_journals(storage, &names, &count, NULL) == 0 && count)
			text_printf(&path, "%s/%" PRIu32, storage->journal_folder, names[0].number);
		free(names);
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

/* A folder that knows its nodes has the file of their blocks: without it, all goes on from an older one. */
static int check_reversible_is_there(const struct storage *storage, struct error *error)
{
	if (has_content(storage->reversible_path, 0) || !has_content(storage->nodes_path, 1))
		return 0;
	return error_set(error, ENOENT,
	                 "the last blocks are lost: \"%s\" is missing, but \"%s\" is there: put a copy of it "
	                 "back, or make an empty file of its name to go on from block %" PRIu32
	                 " without what came later",
	                 storage->reversible_path, storage->nodes_path, block_log_last(storage->blocks));
}

int storage_open(struct storage **out, struct data_folder *folder, struct genesis *genesis, bool given,
                 struct text *notices, struct error *error)
{
	struct storage *storage = memory_allocate(1, sizeof *storage);
	char *blocks = data_folder_subfolder(folder, "blocks", error);
	int result = blocks ? 0 : -error->number;

	*storage = (struct storage){
		.folder = folder,
		.state_path = data_folder_file(folder, "state"),
		.clock_path = data_folder_file(folder, "clock"),
		.nodes_path = data_folder_file(folder, "nodes"),
		.reversible_path = data_folder_file(folder, "reversible"),
		.lost_path = data_folder_file(folder, "lost"),
		.is_log_behind = true, /* a process that was killed may have left blocks with the kernel only */
	};
	pthread_mutex_init(&storage->reading, NULL);
	if (result == 0)
		result = read_offset(storage, error);
	if (result == 0) {
		storage->journal_folder = data_folder_subfolder(folder, "journal", error);
		result = storage->journal_folder ? 0 : -error->number;
	}
	if (result == 0)
		result = storage_check_imported(folder, error);
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
	if (result == 0)
		result = check_reversible_is_there(storage, error);
	if (result == 0)
		result = reversible_open(&storage->reversible, storage->reversible_path, notices, error);
	if (result == 0)
		result = storage_lost_open(storage, error);
	if (result == 0) {
		char *path = data_folder_subfolder(folder, "states", error);
		result = path ? states_open(&storage->states, path, error) : -error->number;
		free(path);
	}
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
	for (size_t i = 0; i < storage->journals_count; i++)
		journal_close(storage->journals[i].journal);
	free(storage->journals);
	free(storage->superseded);
	block_log_close(storage->blocks);
	reversible_close(storage->reversible);
	states_close(storage->states);
	pthread_mutex_destroy(&storage->reading);
	free(storage->nodes_path);
	free(storage->reversible_path);
	free(storage->lost_path);
	free(storage->lost);
	free(storage->state_path);
	free(storage->journal_folder);
	free(storage->clock_path);
	free(storage);
}

int64_t storage_offset(const struct storage *storage, int64_t *paused, bool *saved)
{
	*paused = storage->paused_until;
	*saved = storage->has_offset || block_log_last(storage->blocks) != 0;
	return storage->offset_us;
}

int storage_save_offset(struct storage *storage, int64_t offset_us, int64_t paused, struct error *error)
{
	char text[CLOCK_FILE_MAXIMUM];
	int length = paused ? snprintf(text, sizeof text, "%" PRId64 "%s%" PRId64 "\n", offset_us, until, paused)
	                    : snprintf(text, sizeof text, "%" PRId64 "\n", offset_us);
	int result = file_replace(storage->clock_path, text, (size_t)length, error);

	if (result)
		return result;
	storage->offset_us = offset_us;
	storage->paused_until = paused;
	storage->has_offset = true;
	return 0;
}

/* --- blocks --- */

int storage_append_block(struct storage *storage, const struct signed_block *block, struct error *error)
{
	struct bytes packed = {0};

	signed_block_pack(&packed, block);
	int result = block_log_append(storage->blocks, block_header_number(&block->header), packed.data,
	                              packed.length, error);
	bytes_release(&packed);
	if (result == 0)
		storage->logged = block->id;
	return result;
}

/* The reversible blocks from the log's end up to one that has become irreversible, newest first; free()
 * *out. None when it does not stand on the log. */
static size_t list_new(const struct storage *storage, const struct reversible_block ***out,
                       const struct checksum256 *id)
{
	size_t count = 0, capacity = 0;
	const struct reversible_block *block = reversible_find(storage->reversible, id);

	*out = NULL;
	for (; block && !checksum256_equal(&block->id, &storage->logged);
	     block = reversible_find(storage->reversible, &block->previous)) {
		LIST_APPEND(*out, count, capacity, block);
		if (checksum256_equal(&block->previous, &storage->logged))
			return count;
	}
	return 0;
}

int storage_advance_log(struct storage *storage, const struct checksum256 *id, uint32_t number,
                        struct error *error)
{
	const struct reversible_block **blocks;
	int result = 0;
	size_t count = number > block_log_last(storage->blocks) ? list_new(storage, &blocks, id) : 0;

	if (count == 0)
		return 0;
	while (count-- > 0 && result == 0) {
		struct signed_block block = {0};
		result = reversible_read(storage->reversible, &block, NULL, blocks[count], error);
		if (result == 0)
			result = storage_append_block(storage, &block, error);
		signed_block_release(&block);
	}
	free(blocks);
	return result;
}

/* The disk has in the log what is forgotten among the reversible blocks. */
static int forget_irreversible(struct storage *storage, uint32_t number, struct error *error)
{
	int result = reversible_is_full(storage->reversible, number) ? block_log_sync(storage->blocks, error) : 0;

	return result ? result : reversible_forget(storage->reversible, number, error);
}

int storage_store(struct storage *storage, struct checksum256 *logged, const struct block_state *block,
                  bool is_irreversible, const struct reversible_note *note, struct error *error)
{
	uint32_t last = block_log_last(storage->blocks);
	int result;

	pthread_mutex_lock(&storage->reading);
	if (is_irreversible && block->number == last + 1 &&
	    checksum256_equal(&block->block->header.previous, &storage->logged)) {
		result = storage_append_block(storage, block->block, error);
		storage->is_log_behind = true;
	} else {
		result = reversible_append(storage->reversible, block->block, note, error);
	}
	if (result == 0)
		result = storage_advance_log(storage, &block->irreversible_id, block->dpos_irreversible, error);
	if (result == 0 && block->dpos_irreversible > last &&
	    block->dpos_irreversible <= block_log_last(storage->blocks))
		result = forget_irreversible(storage, block->dpos_irreversible, error);
	*logged = storage->logged;
	pthread_mutex_unlock(&storage->reading);
	return result;
}

int storage_sync_stored(struct storage *storage, struct error *error)
{
	int result = storage->is_log_behind ? block_log_sync(storage->blocks, error) : 0;

	if (result)
		return result;
	storage->is_log_behind = false;
	return reversible_sync(storage->reversible, error);
}

int storage_sync(struct storage *storage, struct error *error)
{
	storage->is_log_behind = true;
	return storage_sync_stored(storage, error);
}

static int block_damaged(const struct storage *storage, uint32_t number, const char *what,
                         struct error *error)
{
	return error_set(error, EBADMSG,
	                 "block %" PRIu32
	                 " in \"%s/blocks/blocks.log\" is damaged (%s): put a copy of the log back",
	                 number, data_folder_path(storage->folder), what);
}

/* Whether it is the block that the next one follows, with the transactions that its header names: what its id
 * covers. Its signature is checked by applying it. */
static int check_block(struct storage *storage, const struct signed_block *block, uint32_t number,
                       struct error *error)
{
	struct checksum256 root = signed_block_transaction_mroot(block), following = block->id;
	int result = 0;

	if (block_header_number(&block->header) != number)
		return block_damaged(storage, number, "it has another number", error);
	if (!checksum256_equal(&root, &block->header.transaction_mroot))
		return block_damaged(storage, number, "its transactions are not those of its header", error);
	if (number < block_log_last(storage->blocks))
		result = block_log_previous(storage->blocks, &following, number + 1, error);
	if (result == 0 && !checksum256_equal(&following, &block->id))
		return block_damaged(storage, number, "the next block does not follow it", error);
	return result;
}

int storage_read_block(struct storage *storage, struct signed_block *out, uint32_t number,
                       struct error *error)
{
	struct bytes packed = {0};
	int result = block_log_read(storage->blocks, &packed, number, error);

	if (result == 0) {
		struct cursor in = cursor_make(packed.data, packed.length);
		if (signed_block_unpack(out, &in, NULL) != 0) {
			result = block_damaged(storage, number, "it is no block", error);
		} else {
			result = cursor_left(&in) ? block_damaged(storage, number, "something follows it", error)
			                          : check_block(storage, out, number, error);
			if (result) {
				signed_block_release(out);
				*out = (struct signed_block){.transactions = NULL};
			}
		}
	}
	bytes_release(&packed);
	return result;
}

int storage_find_block(struct storage *storage, struct signed_block *out, uint32_t number,
                       const struct checksum256 *id, struct error *error)
{
	int result = 0;

	pthread_mutex_lock(&storage->reading);
	const struct reversible_block *block = reversible_find(storage->reversible, id);
	if (block)
		result = reversible_read(storage->reversible, out, NULL, block, error);
	pthread_mutex_unlock(&storage->reading);
	return block ? result : storage_read_block(storage, out, number, error);
}

static bool id_in_log(const struct storage *storage, struct checksum256 *id, uint32_t number)
{
	uint32_t last = block_log_last(storage->blocks);

	if (number == last)
		*id = storage->logged;
	return number == last ||
	       (number < last && block_log_previous(storage->blocks, id, number + 1, NULL) == 0);
}

bool storage_old_id(struct storage *storage, struct checksum256 *id, uint32_t number)
{
	pthread_mutex_lock(&storage->reading);
	bool found = number >= block_log_first(storage->blocks) && id_in_log(storage, id, number);
	pthread_mutex_unlock(&storage->reading);
	return found;
}

bool storage_old_block(struct storage *storage, struct bytes *packed, const struct checksum256 *id)
{
	struct signed_block block = {0};
	struct checksum256 logged;

	pthread_mutex_lock(&storage->reading);
	const struct reversible_block *kept = reversible_find(storage->reversible, id);
	bool found = kept && reversible_read(storage->reversible, &block, NULL, kept, NULL) == 0;
	pthread_mutex_unlock(&storage->reading);
	if (found)
		signed_block_pack(packed, &block);
	signed_block_release(&block);
	return found ||
	       (storage_old_id(storage, &logged, block_id_number(id)) && checksum256_equal(&logged, id) &&
	        block_log_read(storage->blocks, packed, block_id_number(id), NULL) == 0);
}

/* --- the state --- */

static int save(struct storage *storage, const struct bytes *head, const struct map_root *root,
                uint32_t number, struct error *error)
{
	int64_t began = clock_monotonic_us();
	int result = state_file_save(storage->state_path, head->data, head->length, root, error);

	storage->saved_at = clock_monotonic_us();
	storage->save_took = storage->saved_at - began;
	storage->save_failed = result != 0;
	if (result == 0) {
		storage->saved_number = number;
		storage_restored_is_saved(storage);
	}
	return result;
}

int storage_save_head(struct storage *storage, struct branch *branch, struct error *error)
{
	struct bytes head = {0};

	branch_pack_block(&head, branch, branch_head(branch));
	int result = save(storage, &head, branch_head(branch)->root, branch_head(branch)->number, error);
	bytes_release(&head);
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
		struct branch *branch = branch_fork(chain->ledger, chain->stored);
		number = chain->stored->number;
		branch_pack_block(&head, branch, chain->stored);
		root = map_root_hold(chain->stored->root);
		branch_destroy(branch);
	}
	pthread_mutex_unlock(&chain->lock);
	if (!root)
		return 0;
	/* What blocks did is kept for those behind the state alone, so what it has done is told first. */
	int told = embedded_save_history(chain, error);
	/* A loss of power must not leave a state that is ahead of its blocks. */
	pthread_mutex_lock(&chain->log);
	int result = told ? told : storage_sync(storage, error);
	pthread_mutex_unlock(&chain->log);
	if (result == 0)
		result = save(storage, &head, root, number, error);
	pthread_mutex_lock(&chain->lock);
	map_root_release(root);
	pthread_mutex_unlock(&chain->lock);
	bytes_release(&head);
	return result;
}

/* One of them: its header, and its nodes that no earlier one has. */
static int store_state(struct storage *storage, struct embedded_chain *chain, struct block_state *block,
                       struct error *error)
{
	struct bytes header = {0};

	pthread_mutex_lock(&chain->lock);
	struct branch *branch = branch_fork(chain->ledger, block);
	branch_pack_block(&header, branch, block);
	branch_destroy(branch);
	pthread_mutex_unlock(&chain->lock);
	int result = states_save(storage->states, block->number, &block->id, &header, block->root, error);
	bytes_release(&header);
	return result;
}

int storage_store_past(struct storage *storage, struct embedded_chain *chain, bool always,
                       struct error *error)
{
	struct block_state *block;
	int result = 0;

	do {
		pthread_mutex_lock(&chain->lock);
		block = past_unstored(chain->past, chain->stored->number);
		if (!block && always)
			block = block_state_hold(chain->stored);
		pthread_mutex_unlock(&chain->lock);
		if (!block)
			break;
		bool is_last = block->number % PAST_STRIDE != 0;
		result = store_state(storage, chain, block, error);
		if (result == 0)
			result = states_forget(storage->states, past_oldest(chain->past, block->number), error);
		pthread_mutex_lock(&chain->lock);
		if (result == 0 && !is_last)
			past_stored(chain->past, block->number);
		always = always && block != chain->stored;
		block_state_release(block);
		pthread_mutex_unlock(&chain->lock);
	} while (result == 0);
	return result;
}

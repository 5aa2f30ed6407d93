/* The chain out of its data folder: the state file and the blocks behind it, or all blocks from the first
 * on. */
#include "core/chain/embedded/storage/storage_private.h"

#include "core/base/system/file.h"
#include "core/engine/storage/state/state_file.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

enum {
	TAIL_BLOCKS = 1000,
	/* blocks whose deeds are kept at once; those before are told by applying them again */
	DEEDS_MAXIMUM = 20000
};

/* The same state as it stands among the earlier ones, where it does: what is saved of it later is then what
 * has changed. */
static void share_stored(struct storage *storage, struct branch **branch, const struct genesis *genesis)
{
	const struct block_state *head = branch_head(*branch);
	struct stored_state stored;
	struct map_root *root;
	struct bytes header = {0};
	struct branch *same = NULL;

	if (!states_find(storage->states, &stored, head->number) || stored.number != head->number ||
	    !checksum256_equal(&stored.id, &head->id))
		return;
	struct map *map = map_create();
	if (states_load(storage->states, &root, &header, &stored, map, NULL) != 0) {
		map_destroy(map);
	} else {
		struct cursor in = cursor_make(header.data, header.length);
		branch_restore(&same, genesis, map, root, &in, NULL);
	}
	if (same) {
		branch_destroy(*branch);
		*branch = same;
	}
	bytes_release(&header);
}

static bool is_logged(struct storage *storage, const struct stored_state *stored)
{
	struct signed_block block = {0};
	bool is = stored->number <= block_log_last(storage->blocks) &&
	          storage_read_block(storage, &block, stored->number, NULL) == 0 &&
	          checksum256_equal(&block.id, &stored->id);

	signed_block_release(&block);
	return is;
}

/* The last of the states that are stored and of this log, after the chain was set back: there is no state
 * file then. */
static bool load_stored(struct storage *storage, struct branch **branch, const struct genesis *genesis)
{
	char name[STATES_NAME_SIZE] = "", best_name[STATES_NAME_SIZE] = "";
	struct stored_state best = {0}, stored;
	struct map *map = map_create();
	struct map_root *root;
	struct bytes header = {0};

	if (states_find(storage->states, &stored, block_log_last(storage->blocks)) && is_logged(storage, &stored))
		best = stored;
	for (; states_kept_from(storage->states, name, name); strncat(name, "!", sizeof name - strlen(name) - 1))
		if (states_find_kept(storage->states, &stored, name) && stored.end && stored.number > best.number &&
		    is_logged(storage, &stored)) {
			best = stored;
			memcpy(best_name, name, sizeof name);
		}
	int result = !best.number ? -ENOENT
	             : *best_name ? states_load_kept(storage->states, &root, &header, best_name, map, NULL)
	                          : states_load(storage->states, &root, &header, &best, map, NULL);
	if (result) {
		map_destroy(map);
	} else {
		struct cursor in = cursor_make(header.data, header.length);
		branch_restore(branch, genesis, map, root, &in, NULL);
	}
	bytes_release(&header);
	return *branch != NULL;
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
		share_stored(storage, branch, genesis);
	}
out:
	signed_block_release(&block);
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
			result = storage_save_head(storage, *branch, error);
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
		result = file_set_aside(&aside, storage->state_path, "unused", error);
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

int storage_apply(struct branch *branch, const struct signed_block *block, struct error *error)
{
	struct block_state *before = block_state_hold(branch_head(branch));
	int result = branch_apply_block(branch, block, true, error);

	if (result == 0) {
		const struct block_state *after = branch_head(branch);
		struct checksum256 header = block_header_digest(&block->header),
		                   root = incremental_merkle_root(&after->blockroot),
		                   digest = block_signing_digest(&header, &root, &after->pending_schedule_hash);
		result = block_state_verify_signatures(before, block, &digest, error);
		if (result)
			error_prefix(error, "block %" PRIu32, after->number);
	}
	block_state_release(before);
	return result;
}

/* From the next block on. */
static void keep_deeds(struct storage *storage, struct branch *branch)
{
	if (storage->deeds_from)
		return;
	ledger_keep_deeds(branch_ledger(branch));
	storage->deeds_from = branch_head(branch)->number + 1;
}

/* Applies what the log has behind the branch's head, up to block `last`. */
static int replay(struct storage *storage, struct branch *branch, uint32_t last, struct error *error)
{
	int result = 0;

	for (uint32_t number = branch_head(branch)->number + 1; result == 0 && number <= last; number++) {
		struct signed_block block = {0};
		if (number > storage->told && last - number < DEEDS_MAXIMUM)
			keep_deeds(storage, branch);
		result = storage_read_block(storage, &block, number, error);
		if (result == 0)
			result = storage_apply(branch, &block, error);
		signed_block_release(&block);
		if (result)
			error_prefix(error, "replaying the block log");
	}
	return result;
}

/* The first block names the genesis that the log begins with. */
static int check_genesis(struct storage *storage, const struct genesis *genesis, struct error *error)
{
	struct checksum256 id = genesis_chain_id(genesis);
	struct signed_block block = {0};
	int result = storage_read_block(storage, &block, 1, error);

	if (result == 0 && !checksum256_equal(&block.header.action_mroot, &id))
		result = error_set(error, EBADMSG,
		                   "block log \"%s/blocks/blocks.log\" is damaged: the genesis in it is not that of "
		                   "its first block: put a copy of the log back",
		                   data_folder_path(storage->folder));
	signed_block_release(&block);
	return result;
}

/* What the last blocks are is looked at though the state says what they do: damage is found before the only
 * good copy of the log is gone. */
static int check_tail(struct storage *storage, struct error *error)
{
	uint32_t last = block_log_last(storage->blocks);
	int result = 0;

	for (uint32_t number = last > TAIL_BLOCKS ? last - TAIL_BLOCKS : 1;
	     result == 0 && number <= last; number++) {
		struct signed_block block = {0};
		result = storage_read_block(storage, &block, number, error);
		signed_block_release(&block);
	}
	return result;
}

static bool same_entries(const struct map_root *left, const struct map_root *right)
{
	struct map_entry a, b;
	bool more_left = map_seek(left, &a, NULL, 0), more_right = map_seek(right, &b, NULL, 0);

	while (more_left && more_right && a.key_length == b.key_length && a.value.length == b.value.length &&
	       memcmp(a.key, b.key, a.key_length) == 0 &&
	       memcmp(a.value.data, b.value.data, a.value.length) == 0) {
		more_left = map_next(left, &a);
		more_right = map_next(right, &b);
	}
	return !more_left && !more_right;
}

/* The first block is made of the genesis, not applied: all its bytes must be as we make them. */
static int compare_first(struct storage *storage, const struct branch *branch, struct error *error)
{
	struct bytes ours = {0}, theirs = {0};
	int result = block_log_read(storage->blocks, &theirs, 1, error);

	signed_block_pack(&ours, branch_head(branch)->block);
	if (result == 0 && (ours.length != theirs.length || memcmp(ours.data, theirs.data, ours.length) != 0))
		result = error_set(error, EBADMSG,
		                   "block 1 in \"%s/blocks/blocks.log\" is damaged (it is not what the genesis "
		                   "makes): put a copy of the log back",
		                   data_folder_path(storage->folder));
	bytes_release(&ours);
	bytes_release(&theirs);
	return result;
}

/* Every block is applied from the first on, and the state that comes of them takes the place of the one that
 * was loaded, unless it is the same. */
static int verify(struct storage *storage, struct branch **branch, const struct genesis *genesis,
                  struct text *notices, struct error *error)
{
	struct branch *loaded = *branch;
	uint32_t number = branch_head(loaded)->number;
	int result = begin_at_genesis(storage, branch, genesis, error);

	if (result == 0)
		result = compare_first(storage, *branch, error);
	if (result == 0)
		result = replay(storage, *branch, number, error);
	storage->deeds_from = 0; /* from the replay that comes next */
	if (result == 0 && !same_entries(branch_head(loaded)->root, branch_head(*branch)->root)) {
		error_set(error, EBADMSG, "it is not what the %" PRIu32 " blocks make", number);
		result = prepare_rebuilding(storage, notices, -EBADMSG, error);
		storage->saved_number = 0;
	}
	branch_destroy(loaded);
	return result;
}

int storage_restore(struct storage *storage, struct branch **branch, const struct genesis *genesis,
                    bool all, struct text *notices, struct error *error)
{
	struct error own = {0};

	error = error ? error : &own;
	*branch = NULL;
	/* A process that was killed may have left blocks with the kernel only; their journals go soon. */
	int result = storage_sync(storage, error);
	if (result)
		return result;
	result = storage_go_on_restoring(storage, notices, error);
	if (result)
		return result;
	result = load_state(storage, branch, genesis, error);
	if (result == -ENOENT && storage_was_restored(storage) && load_stored(storage, branch, genesis)) {
		error_clear(error);
		result = 0;
	}
	if (result == -ENOENT || result == -EBADMSG) {
		result = prepare_rebuilding(storage, notices, result, error);
		if (result == 0) {
			error_clear(error);
			result = begin_at_genesis(storage, branch, genesis, error);
		}
	} else if (result == 0)
		result = all ? verify(storage, branch, genesis, notices, error) : check_tail(storage, error);
	if (result == 0)
		result = check_genesis(storage, genesis, error);
	if (result == 0)
		result = replay(storage, *branch, block_log_last(storage->blocks), error);
	if (result == 0)
		keep_deeds(storage, *branch);
	if (result == 0)
		storage->logged = branch_head(*branch)->id;
	if (result == 0 && all && notices)
		text_printf(notices, "verified: %" PRIu32 " blocks and what they make\n",
		            branch_head(*branch)->number);
	if (result == 0 && branch_head(*branch)->number >= storage->saved_number + BLOCKS_PER_STATE)
		storage_save_head(storage, *branch, NULL); /* so that the next start need not do it again */
	if (result && *branch) {
		branch_destroy(*branch);
		*branch = NULL;
	}
	return result;
}

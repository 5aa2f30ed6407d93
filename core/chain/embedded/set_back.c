/* Going back to a snapshot: one act, which is begun again by the next start when the process ends in it
 * ("restoring"), for all nodes. What the log has of later blocks is kept beside it. */
#include "core/chain/embedded/storage/storage_private.h"

#include "core/base/memory.h"
#include "core/base/system/file.h"
#include "core/chain/embedded/peers.h"
#include "core/chain/embedded/view/rounds.h"
#include "core/chain/embedded/view/view.h"
#include "core/engine/storage/block/transaction_index.h"
#include "core/engine/storage/history/history.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { INTENT_MAXIMUM = 256 };

/* --- the data folder --- */

/* The log goes up to that block, reversible as it may be: it is every node's. */
static int log_up_to(struct storage *storage, uint32_t number, const struct checksum256 *id,
                     struct error *error)
{
	const struct reversible_block **blocks = NULL;
	size_t count = 0, capacity = 0;
	struct checksum256 at = *id;
	bool is_behind = number > block_log_last(storage->blocks);
	int result = 0;

	for (; number > block_log_last(storage->blocks); number--) {
		const struct reversible_block *block = reversible_find(storage->reversible, &at);
		if (!block) {
			result = error_set(error, ENOENT, "block %" PRIu32 " is not stored", number);
			break;
		}
		LIST_APPEND(blocks, count, capacity, block);
		at = block->previous;
	}
	while (count && result == 0) {
		struct signed_block block = {0};
		result = reversible_read(storage->reversible, &block, NULL, blocks[--count], error);
		if (result == 0)
			result = storage_append_block(storage, &block, error);
		signed_block_release(&block);
	}
	free(blocks);
	return result || !is_behind ? result : block_log_sync(storage->blocks, error);
}

static bool none_stays(void *context, const struct checksum256 *id)
{
	(void)context;
	(void)id;
	return false;
}

static int remove_journals(struct storage *storage, struct error *error)
{
	struct journal_name *names = NULL;
	size_t count = 0;
	int result = storage_list_journals(storage, &names, &count, error);

	for (size_t i = 0; i < storage->journals_count; i++) {
		journal_close(storage->journals[i].journal);
		storage->journals[i] = (struct open_journal){.node = storage->journals[i].node};
	}
	for (size_t i = 0; i < count; i++)
		storage_journal_done(storage, &names[i]);
	free(names);
	return result;
}

static char *intent_path(const struct storage *storage, const char *name)
{
	return data_folder_file(storage->folder, name);
}

/* All that the folder has of later blocks goes; may be done again. */
static int set_back(struct storage *storage, uint32_t number, const struct checksum256 *id,
                    struct error *error)
{
	char *from = intent_path(storage, "restoring"), *to = intent_path(storage, "restored");

	pthread_mutex_lock(&storage->reading);
	int result = log_up_to(storage, number, id, error);
	if (result == 0)
		result = block_log_cut(storage->blocks, number, error);
	if (result == 0)
		result = reversible_repair(storage->reversible, none_stays, NULL, error);
	pthread_mutex_unlock(&storage->reading);
	storage->logged = *id;
	if (result == 0)
		result = remove_journals(storage, error);
	if (result == 0)
		result = states_cut(storage->states, number, error);
	if (result == 0 && unlink(storage->state_path) != 0 && errno != ENOENT)
		result = error_set(error, errno, "cannot remove \"%s\": %s", storage->state_path, strerror(errno));
	storage->saved_number = 0;
	if (result == 0)
		result = storage_sync(storage, error);
	if (result == 0 && rename(from, to) != 0)
		result = error_set(error, errno, "cannot rename \"%s\": %s", from, strerror(errno));
	free(from);
	free(to);
	return result;
}

static int write_intent(struct storage *storage, const struct block_state *block, struct error *error)
{
	char *path = intent_path(storage, "restoring"), line[INTENT_MAXIMUM];

	snprintf(line, sizeof line, "%" PRIu32 " %s\n", block->number, checksum256_text(&block->id).text);
	int result = file_replace(path, line, strlen(line), error);
	free(path);
	return result;
}

int storage_go_on_restoring(struct storage *storage, struct text *notices, struct error *error)
{
	char *path = intent_path(storage, "restoring"), *end;
	struct text line = TEXT_EMPTY;
	struct checksum256 id;
	int result = file_load(&line, path, INTENT_MAXIMUM, NULL);

	free(path);
	if (result == -ENOENT)
		return 0;
	uint32_t number = (uint32_t)strtoul(text_string(&line), &end, 10);
	if (result == 0 && line.length > 0 && line.data[line.length - 1] == '\n')
		line.data[--line.length] = '\0';
	if (result || *end != ' ' || checksum256_parse(&id, end + 1) != 0)
		result = error_set(error, EBADMSG,
		                   "\"restoring\" in the data folder does not name a block: remove it");
	else
		result = set_back(storage, number, &id, error);
	if (result == 0 && notices)
		text_printf(notices, "the chain goes on from block %" PRIu32 ", as was being done when it ended\n",
		            number);
	text_release(&line);
	return result;
}

bool storage_was_restored(const struct storage *storage)
{
	char *path = intent_path(storage, "restored");
	bool there = access(path, F_OK) == 0;

	free(path);
	return there;
}

void storage_restored_is_saved(const struct storage *storage)
{
	char *path = intent_path(storage, "restored");

	unlink(path);
	free(path);
}

/* --- the chain --- */

/* Transactions of blocks that go, in their order. */
struct taken_back {
	struct checksum256 *ids; /* owned */
	uint32_t *numbers;       /* owned */
	size_t count, ids_capacity, numbers_capacity;
};

static void take_ids(struct taken_back *out, const struct signed_block *block, uint32_t number)
{
	for (size_t i = 0; i < block->transactions_count; i++) {
		memory_grow(&out->ids, &out->ids_capacity, out->count + 1, sizeof *out->ids);
		memory_grow(&out->numbers, &out->numbers_capacity, out->count + 1, sizeof *out->numbers);
		out->ids[out->count] = *transaction_receipt_id(&block->transactions[i]);
		out->numbers[out->count++] = number;
	}
}

/* Without locks. */
static int find_taken_back(struct embedded_chain *chain, struct taken_back *out, uint32_t *from,
                           struct error *error)
{
	struct published *head = embedded_pin(chain);
	int result = 0;

	for (; *from < head->head->number && result == 0; ++*from) {
		struct signed_block block = {0};
		result = embedded_read_block(chain, &block, head->head, *from + 1, error);
		if (result == 0)
			take_ids(out, &block, *from + 1);
		signed_block_release(&block);
	}
	embedded_unpin(chain, head);
	return result;
}

static void report(struct embedded_chain *chain, const struct taken_back *back, const char *reason)
{
	for (size_t i = 0; i < back->count && chain->lost; i++) {
		const struct chain_lost lost = {.id = back->ids[i], .reason = reason, .block_num = back->numbers[i],
		                                .node = node_name(embedded_viewed(chain))};
		chain->lost(chain->lost_context, &lost);
	}
}

/* The block in the chain's own ledger and map, so that it can go on from there; held with its ledger. */
static int adopt(struct embedded_chain *chain, struct block_state **out, const char *name,
                 struct error *error)
{
	struct map_root *root;
	struct bytes header = {0};

	pthread_mutex_lock(&chain->lock);
	int result = chain->storage ? states_load_kept(chain->storage->states, &root, &header, name,
	                                               ledger_map(chain->ledger), error)
	                            : error_set(error, ENOENT, "there is no snapshot \"%s\"", name);
	if (result == 0) {
		struct cursor in = cursor_make(header.data, header.length);
		result = ledger_restore_block(chain->ledger, out, root, &in, error);
	}
	if (result == 0)
		ledger_hold(chain->ledger);
	pthread_mutex_unlock(&chain->lock);
	bytes_release(&header);
	return result;
}

/* Both locks held, and nothing is sealed or in the making. */
static int go_back(struct embedded_chain *chain, struct block_state *block, const char *reason,
                   struct error *error)
{
	int result = 0;

	if (chain->storage) {
		result = write_intent(chain->storage, block, error);
		if (result == 0)
			result = set_back(chain->storage, block->number, &block->id, error);
		if (result)
			return result;
		block_state_release(chain->stored);
		chain->stored = block_state_hold(block);
	}
	network_set_back(chain->network, block, reason);
	network_tell_time(chain->network, embedded_now(chain));
	past_cut(chain->past, block->number);
	chain->deeds_from = block->number + 1;
	chain->told_place = 0;
	chain->has_taken = false;
	pthread_mutex_lock(&chain->publish);
	block_times_cut(&chain->times, block->number);
	pthread_mutex_unlock(&chain->publish);
	embedded_publish(chain);
	chain->clock_moves++;
	pthread_cond_broadcast(&chain->changed);
	return 0;
}

/* Takes both locks with nothing sealed and nothing in the making that holds anything. */
static int hold_still(struct embedded_chain *chain, struct error *error)
{
	for (;;) {
		int result = embedded_finish(chain, true, error);
		if (result)
			return result;
		pthread_mutex_lock(&chain->log);
		pthread_mutex_lock(&chain->lock);
		if (chain->moving)
			result = error_set(error, EBUSY, "the clock is being moved");
		else
			result = network_close_blocks(chain->network, error);
		embedded_publish(chain);
		if (result == 0 && !chain->sealed_count)
			return 0;
		pthread_mutex_unlock(&chain->lock);
		pthread_mutex_unlock(&chain->log);
		if (result)
			return result;
	}
}

static int restore(struct embedded_chain *chain, struct block_state *block, const char *reason,
                   struct error *error)
{
	struct taken_back back = {0};
	uint32_t seen = block->number;
	int result = hold_still(chain, error);

	if (result)
		return result;
	/* what was read of what goes is what goes: nothing has come since */
	while (seen < node_head(embedded_viewed(chain))->number && result == 0) {
		pthread_mutex_unlock(&chain->lock);
		pthread_mutex_unlock(&chain->log);
		result = find_taken_back(chain, &back, &seen, error);
		int again = hold_still(chain, result ? NULL : error);
		if (again)
			return again;
	}
	if (result == 0)
		result = go_back(chain, block, reason, error);
	if (result == 0)
		report(chain, &back, reason);
	pthread_mutex_unlock(&chain->lock);
	pthread_mutex_unlock(&chain->log);
	free(back.ids);
	free(back.numbers);
	return result;
}

/* What is told of blocks that are gone goes too; and the index of transactions. */
static int cut_indices(struct embedded_chain *chain, uint32_t number, struct error *error)
{
	pthread_mutex_lock(&chain->index_lock);
	int result = history_cut(chain->history, number, error);
	if (result == 0 && chain->index)
		result = transaction_index_cut(chain->index, number, error);
	rounds_destroy(chain->rounds);
	chain->rounds = rounds_create(history_note(chain->history));
	pthread_mutex_unlock(&chain->index_lock);
	return result;
}

/* Every snapshot that is of no block after the cut must be on disk before it. */
static int check_others(struct embedded_chain *chain, uint32_t number, struct error *error)
{
	int result = 0;

	pthread_mutex_lock(&chain->lock);
	for (size_t i = 0; i < chain->snapshots_count && chain->storage; i++) {
		struct stored_state stored;
		if (states_find_kept(chain->storage->states, &stored, chain->snapshots[i].name) && !stored.end &&
		    stored.number > number)
			result = error_set(error, EBUSY,
			                   "snapshot \"%s\" is not stored yet, and would be lost: look at it or drop it "
			                   "first",
			                   chain->snapshots[i].name);
	}
	pthread_mutex_unlock(&chain->lock);
	return result;
}

int embedded_check_branch(struct embedded_chain *chain, const struct block_state *block, const char *name,
                          struct error *error)
{
	struct published *head = embedded_pin(chain);
	struct signed_block there = {0};
	int result = -ENOENT;

	if (block->number <= head->head->number)
		result = embedded_read_block(chain, &there, head->head, block->number, NULL);
	if (result || !checksum256_equal(&there.id, &block->id))
		result = error_set(error, EOPNOTSUPP,
		                   "snapshot \"%s\" is of a branch that the chain has left: it can be looked at, but "
		                   "its block %" PRIu32 " is not in the chain any more",
		                   name, block->number);
	signed_block_release(&there);
	embedded_unpin(chain, head);
	return result;
}

static int restore_kept(struct embedded_chain *chain, const char *name, struct error *error)
{
	struct block_state *block = NULL;
	char reason[CHAIN_KEPT_NAME_SIZE + 64];

	snprintf(reason, sizeof reason, "snapshot \"%s\" was restored", name);
	int result = embedded_finish(chain, true, error);
	if (result == 0)
		result = embedded_store_snapshots(chain, error);
	if (result == 0)
		result = embedded_snapshot_block(chain, &block, name, error);
	if (result == 0 && !block)
		result = adopt(chain, &block, name, error);
	if (result)
		return result;
	result = embedded_check_branch(chain, block, name, error);
	if (result == 0)
		result = check_others(chain, block->number, error);
	if (result == 0)
		result = embedded_index_blocks(chain, UINT32_MAX, NULL, error);
	if (result == 0)
		result = restore(chain, block, reason, error);
	if (result == 0)
		result = cut_indices(chain, block->number, error);
	pthread_mutex_lock(&chain->lock);
	past_release(block);
	pthread_mutex_unlock(&chain->lock);
	return result;
}

int embedded_restore_kept(struct chain *base, const char *name, struct error *error)
{
	struct embedded_chain *chain = embedded_of(base);
	int result = peers_pause(chain->peers, "the chain stays", error);

	if (result)
		return result;
	result = restore_kept(chain, name, error);
	peers_resume(chain->peers);
	return result;
}

/* After the end of a process: the blocks that were sealed or in the making but are not in the log are made
 * again of their journals, at their own slots. What cannot be is kept beside and said. */
#include "core/chain/embedded/storage.h"

#include "core/base/file.h"
#include "core/base/memory.h"
#include "core/chain/embedded/trial.h"
#include "core/types/name.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JOURNAL_FILE_MAXIMUM = 1 << 30 };

struct rebuild {
	struct storage *storage;
	struct embedded_chain *chain;
	struct text *notices; /* may be NULL */
	uint32_t number;      /* of the block whose journal it is */
	char path[JOURNAL_PATH_SIZE];
	struct journal *journal;
	struct trial trial;
	bool kept; /* the journal lies beside already */
};

static int compare_numbers(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
	return left < right ? -1 : left > right;
}

int storage_list_journals(const struct storage *storage, uint32_t **out, size_t *count, struct error *error)
{
	size_t capacity = 0;
	DIR *folder = opendir(storage->journal_folder);

	*out = NULL;
	*count = 0;
	if (!folder)
		return error_set(error, errno, "cannot read \"%s\": %s", storage->journal_folder, strerror(errno));
	for (struct dirent *entry; (entry = readdir(folder));) {
		char *end;
		unsigned long number = strtoul(entry->d_name, &end, 10);
		if (entry->d_name[0] < '0' || entry->d_name[0] > '9' || *end || number > UINT32_MAX)
			continue;
		memory_grow(out, &capacity, *count + 1, sizeof **out);
		(*out)[(*count)++] = (uint32_t)number;
	}
	closedir(folder);
	if (*count)
		qsort(*out, *count, sizeof **out, compare_numbers);
	return 0;
}

static void tell_kept(const struct rebuild *rebuild, const struct text *aside, const char *reason)
{
	if (rebuild->notices)
		text_printf(rebuild->notices,
		            "what block %" PRIu32
		            " was going to hold is not in the chain as it was, and lies in \"%s\": %s\n",
		            rebuild->number, text_string(aside), reason);
}

/* A journal that cannot be used: nothing is thrown away, and the chain goes on. */
static int set_aside(const struct rebuild *rebuild, struct error *error)
{
	struct text aside = TEXT_EMPTY;
	char reason[ERROR_SENTENCE_SIZE];

	snprintf(reason, sizeof reason, "%s", error->sentence);
	int result = file_set_aside(rebuild->path, "unused", &aside, error);
	if (result == 0)
		tell_kept(rebuild, &aside, reason);
	text_release(&aside);
	return result;
}

/* A copy of one of which not all is going to be in the chain; it stays itself until the block is stored. */
static int keep_copy(struct rebuild *rebuild, const char *reason, struct error *error)
{
	struct text aside = TEXT_EMPTY, content = TEXT_EMPTY;
	int result = 0;

	if (!rebuild->kept) {
		result = file_load(&content, rebuild->path, JOURNAL_FILE_MAXIMUM, error);
		if (result == 0)
			result = file_keep_copy(rebuild->path, "unused", content.data, content.length, &aside, error);
		if (result == 0)
			tell_kept(rebuild, &aside, reason);
		rebuild->kept = result == 0;
	}
	text_release(&content);
	text_release(&aside);
	return result;
}

static int read_header(struct journal *journal, struct journal_header *out, struct error *error)
{
	struct cursor in = journal_record(journal, 0);

	out->number = cursor_u32(&in);
	out->slot = cursor_u32(&in);
	out->producer = cursor_u64(&in);
	out->confirmed = cursor_u16(&in);
	out->features_count = cursor_count(&in, sizeof(struct checksum256));
	out->features = (const struct checksum256 *)(const void *)cursor_take(
		&in, out->features_count * sizeof(struct checksum256));
	out->scheduled_count = cursor_count(&in, sizeof(struct checksum256));
	out->scheduled = (const struct checksum256 *)(const void *)cursor_take(
		&in, out->scheduled_count * sizeof(struct checksum256));
	return in.failed ? error_set(error, EBADMSG, "its first record is damaged") : 0;
}

/* --- transactions --- */

struct pushed {
	struct rebuild *rebuild;
	struct packed_transaction packed;
	struct public_key *keys;
	struct push_options options;
	struct checksum256 id;
	struct error refused;
	int result;
};

static void push(void *context)
{
	struct pushed *pushed = context;
	struct transaction_trace trace = {0};

	pushed->result = branch_push(pushed->rebuild->chain->branch, &pushed->packed, pushed->keys,
	                             pushed->packed.signatures_count, &pushed->options, &trace, &pushed->refused);
	transaction_trace_release(&trace);
}

/* It ended the program before, and would again. */
static int leave_out(struct pushed *pushed, struct cursor record, struct error *error)
{
	struct rebuild *rebuild = pushed->rebuild;
	struct text aside = TEXT_EMPTY;
	char id[65];
	int result = file_keep_copy(rebuild->path, "crashed", record.at, cursor_left(&record), &aside, error);

	checksum256_print(id, &pushed->id);
	if (result == 0 && rebuild->notices)
		text_printf(rebuild->notices,
		            "transaction %s of block %" PRIu32
		            " ends the program, and ended it before: it is left out, and lies in \"%s\"\n",
		            id, rebuild->number, text_string(&aside));
	text_release(&aside);
	return result;
}

static int push_unpacked(struct pushed *pushed, size_t index, struct cursor record, struct error *error)
{
	struct rebuild *rebuild = pushed->rebuild;
	char id[65];

	if (!trial_passes(&rebuild->trial, rebuild->number, index, push, pushed))
		return leave_out(pushed, record, error);
	push(pushed);
	if (pushed->result && rebuild->notices) {
		checksum256_print(id, &pushed->id);
		text_printf(rebuild->notices, "transaction %s of the journal is refused: %s\n", id,
		            pushed->refused.sentence);
	}
	/* One that was refused then too could not be taken back; after damage it may depend on what is lost. */
	return pushed->result ? keep_copy(rebuild, "a transaction of it is refused", error) : 0;
}

/* One transaction again. */
static int push_record(struct rebuild *rebuild, size_t index, struct error *error)
{
	struct cursor record = journal_record(rebuild->journal, index), in = record;
	struct pushed *pushed = memory_allocate(1, sizeof *pushed);
	int result;

	pushed->rebuild = rebuild;
	pushed->options.without_keys = cursor_u8(&in) & JOURNAL_WITHOUT_KEYS;
	result = packed_transaction_unpack(&pushed->packed, &in, error);
	if (result == 0) {
		pushed->id = pushed->packed.id;
		pushed->keys = memory_allocate(pushed->packed.signatures_count + 1, sizeof *pushed->keys);
		result = packed_transaction_keys(&pushed->packed, pushed->keys, &rebuild->chain->base.chain_id,
		                                 error);
	}
	if (result == 0)
		result = push_unpacked(pushed, index, record, error);
	packed_transaction_release(&pushed->packed);
	free(pushed->keys);
	free(pushed);
	return result;
}

/* --- blocks --- */

/* The beginning as it was: same slot, producer, features and deferred transactions. */
static int start_block(struct embedded_chain *chain, const struct journal_header *header, struct error *error)
{
	struct checksum256 *features = memory_copy(header->features, header->features_count * sizeof *features);
	struct block_options options = {.slot = header->slot,
	                                .producer = header->producer,
	                                .confirmed = header->confirmed,
	                                .features = features,
	                                .features_count = header->features_count};
	int result = branch_block_start(chain->branch, &options, NULL, error);

	for (size_t i = 0; i < header->scheduled_count && result == 0; i++) {
		struct push_options options_of_one = {0};
		struct transaction_trace trace = {0};
		struct checksum256 id;
		memcpy(&id, (const uint8_t *)header->scheduled + i * sizeof id, sizeof id);
		result = branch_push_scheduled(chain->branch, &id, &options_of_one, &trace, error);
		transaction_trace_release(&trace);
	}
	free(features);
	return result;
}

/* Where the block cannot begin as it was, its transactions go into the next one that can be made. */
static int start_another(struct rebuild *rebuild, const struct journal_header *header, const char *reason,
                         struct error *error)
{
	int result = embedded_open_block(rebuild->chain, header->slot,
	                                 header->features_count ? header->features : NULL, error);

	if (result == 0 && rebuild->notices)
		text_printf(rebuild->notices, "%s: what block %" PRIu32 " held is in block %" PRIu32 "\n", reason,
		            rebuild->number, branch_block_number(rebuild->chain->branch));
	return result;
}

static int start(struct rebuild *rebuild, const struct journal_header *header, struct error *error)
{
	struct embedded_chain *chain = rebuild->chain;
	const struct producer_authority *producer = branch_producer_of_slot(chain->branch, header->slot);
	struct text reason = TEXT_EMPTY;
	struct error own = {0};
	int result = -EAGAIN;

	if (header->slot <= branch_head(chain->branch)->block->header.timestamp) {
		text_append(&reason, "it is not known when the block was to be");
	} else if (producer && producer->producer_name == header->producer &&
	           embedded_signing_key(chain, producer, &chain->pending_key)) {
		result = start_block(chain, header, &own);
		if (result) {
			embedded_drop_block(chain);
			text_append(&reason, own.sentence);
		}
	} else {
		text_printf(&reason, "there is no key of producer %s any more", name_text(header->producer).text);
	}
	if (result)
		result = start_another(rebuild, header, text_string(&reason), error);
	text_release(&reason);
	return result;
}

/* Under lock. On failure no block is in the making. */
static int rebuild_block(struct rebuild *rebuild, const struct journal_header *header, struct error *error)
{
	struct embedded_chain *chain = rebuild->chain;
	size_t first = journal_has_first(rebuild->journal) ? 1 : 0;
	int result = start(rebuild, header, error);

	for (size_t i = first; i < journal_count(rebuild->journal) && result == 0; i++)
		result = push_record(rebuild, i, error);
	chain->pending_journaled = true;
	if (result == 0)
		result = embedded_seal(chain, error);
	if (result)
		embedded_drop_block(chain);
	return result;
}

/* Blocks before it are lost: what it holds goes into the next one, under whose number it is from now on. */
static int take_number(struct rebuild *rebuild, uint32_t next, struct error *error)
{
	char path[JOURNAL_PATH_SIZE];
	int result = storage_journal_path(rebuild->storage, path, next, error);

	if (result)
		return result;
	if (rename(rebuild->path, path) < 0)
		return error_set(error, errno, "cannot rename \"%s\": %s", rebuild->path, strerror(errno));
	if (rebuild->notices)
		text_printf(rebuild->notices,
		            "the journal of block %" PRIu32
		            " is missing, and what it held is lost; what block %" PRIu32
		            " was going to hold goes into block %" PRIu32 "\n",
		            next, rebuild->number, next);
	memcpy(rebuild->path, path, sizeof path);
	rebuild->number = next;
	return 0;
}

static int rebuild_opened(struct rebuild *rebuild, struct error *error)
{
	uint32_t next = branch_head(rebuild->chain->branch)->number + 1;
	struct journal_header header = {.slot = 0}; /* as when it is lost */
	int result = 0;

	if (journal_has_first(rebuild->journal))
		result = read_header(rebuild->journal, &header, error);
	if (result)
		return set_aside(rebuild, error);
	if (rebuild->number != next)
		result = take_number(rebuild, next, error);
	if (result == 0)
		result = rebuild_block(rebuild, &header, error);
	if (result && result != -EAGAIN)
		error_prefix(error,
		             "rebuilding block %" PRIu32 " from \"%s\" (set it aside to go on without what it holds)",
		             rebuild->number, rebuild->path);
	return result;
}

/* Under lock. */
static int rebuild_one(struct rebuild *rebuild, uint32_t number, struct error *error)
{
	int result = storage_journal_path(rebuild->storage, rebuild->path, number, error);

	rebuild->number = number;
	rebuild->kept = false;
	if (result)
		return result;
	if (number <= branch_head(rebuild->chain->branch)->number) { /* it is in the log already */
		storage_journal_done(rebuild->storage, number);
		return 0;
	}
	if (rebuild->chain->sealed_count == SEALED_MAXIMUM)
		return error_set(error, EAGAIN, "blocks that were made again are being stored");
	result = journal_open(&rebuild->journal, rebuild->path, rebuild->notices, error);
	if (result == -EBADMSG)
		return set_aside(rebuild, error);
	if (result)
		return result;
	if (journal_count(rebuild->journal) == 0)
		storage_journal_done(rebuild->storage, number); /* what there was to say is said */
	else
		result = rebuild_opened(rebuild, error);
	journal_close(rebuild->journal);
	rebuild->journal = NULL;
	return result;
}

/* Under lock. What cannot be rebuilt yet waits; without notices, as there is nobody to read them. */
static int rebuild_all(struct storage *storage, struct embedded_chain *chain, struct text *notices,
                       struct error *error)
{
	struct rebuild rebuild = {.storage = storage, .chain = chain, .notices = notices};
	uint32_t *numbers = NULL;
	size_t count = 0;
	int result = storage_list_journals(storage, &numbers, &count, error);

	storage->waiting = false;
	if (result == 0 && count)
		result = trial_begin(&rebuild.trial, storage->journal_folder, error);
	for (size_t i = 0; i < count && result == 0; i++)
		result = rebuild_one(&rebuild, numbers[i], error);
	if (count)
		trial_end(&rebuild.trial);
	storage->waiting = result != 0;
	if (result == -EAGAIN && notices)
		text_printf(notices, "what block %" PRIu32 " was going to hold waits in \"%s\": %s\n", rebuild.number,
		            rebuild.path, error->sentence);
	free(numbers);
	return result;
}

int storage_rebuild(struct storage *storage, struct embedded_chain *chain, struct text *notices,
                    struct error *error)
{
	pthread_mutex_lock(&chain->lock);
	int result = rebuild_all(storage, chain, notices, error);
	pthread_mutex_unlock(&chain->lock);
	if (result == -EAGAIN) {
		error_clear(error);
		result = 0;
	}
	return result ? result : embedded_finish(chain, true, error);
}

int storage_rebuild_waiting(struct storage *storage, struct embedded_chain *chain, struct error *error)
{
	return storage && storage->waiting ? rebuild_all(storage, chain, NULL, error) : 0;
}

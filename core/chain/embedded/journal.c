/* The journals: one file for each block that has transactions and is not in the log yet, named by its
 * number. The first record says what the block began with, each further one is a transaction. A block
 * without transactions gets one only when a later block needs it. */
#include "core/chain/embedded/storage.h"

#include "core/base/memory.h"
#include "core/types/name.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { JOURNAL_PATH_SIZE = 4096, FLAG_WITHOUT_KEYS = 1 };

/* What a block begins with. */
struct journal_header {
	uint32_t number, slot;
	uint64_t producer;
	uint16_t confirmed;
	const struct checksum256 *features, *scheduled; /* borrowed */
	size_t features_count, scheduled_count;
};

static int journal_path(const struct storage *storage, char out[JOURNAL_PATH_SIZE], uint32_t number,
                        struct error *error)
{
	if (snprintf(out, JOURNAL_PATH_SIZE, "%s/%" PRIu32, storage->journal_folder, number) >= JOURNAL_PATH_SIZE)
		return error_set(error, ENAMETOOLONG, "\"%s\" is too long a path", storage->journal_folder);
	return 0;
}

static void put_digests(struct bytes *out, const struct checksum256 *digests, size_t count)
{
	bytes_put_varuint32(out, (uint32_t)count);
	bytes_put(out, digests, count * sizeof *digests);
}

/* A journal that begins with that header, empty of transactions. */
static int create(struct storage *storage, struct journal **out, const struct journal_header *header,
                  struct error *error)
{
	char path[JOURNAL_PATH_SIZE];
	struct bytes record = {0};
	struct journal *journal = NULL;
	int result = journal_path(storage, path, header->number, error);

	bytes_put_u32(&record, header->number);
	bytes_put_u32(&record, header->slot);
	bytes_put_u64(&record, header->producer);
	bytes_put_u16(&record, header->confirmed);
	put_digests(&record, header->features, header->features_count);
	put_digests(&record, header->scheduled, header->scheduled_count);
	if (result == 0)
		result = journal_open(&journal, path, NULL, error);
	if (result == 0 && journal_count(journal) > 0)
		result = journal_reset(journal, error); /* of a block of that number that was dropped empty */
	if (result == 0)
		result = journal_append(journal, record.data, record.length, error);
	bytes_release(&record);
	if (result) {
		journal_close(journal);
		return result;
	}
	*out = journal;
	return 0;
}

/* A sealed block that has no journal: everything is in the block itself. */
static int create_for_sealed(struct storage *storage, const struct signed_block *block, uint32_t number,
                             struct error *error)
{
	struct journal_header header = {.number = number,
	                                .slot = block->header.timestamp,
	                                .producer = block->header.producer,
	                                .confirmed = block->header.confirmed};
	struct checksum256 *features = NULL,
					   *scheduled = memory_allocate(block->transactions_count + 1, sizeof *scheduled);
	struct journal *journal = NULL;

	header.features_count = block_header_features(&block->header, &features);
	header.features = features;
	for (size_t i = 0; i < block->transactions_count; i++)
		if (block->transactions[i].is_id)
			scheduled[header.scheduled_count++] = block->transactions[i].id;
	header.scheduled = scheduled;
	int result = create(storage, &journal, &header, error);
	journal_close(journal);
	free(features);
	free(scheduled);
	return result;
}

int storage_journal_begin(struct storage *storage, struct embedded_chain *chain, struct error *error)
{
	int result;

	if (!storage || chain->pending_journaled)
		return 0;
	for (size_t i = 0; i < chain->sealed_count; i++) {
		struct sealed *sealed = &chain->sealed[(chain->sealed_first + i) % SEALED_MAXIMUM];
		if (sealed->journaled)
			continue;
		result = create_for_sealed(storage, sealed->block->block, sealed->block->number, error);
		if (result)
			return result;
		sealed->journaled = true;
	}
	struct journal_header header = {
		.number = branch_block_number(chain->branch),
		.slot = branch_block_slot(chain->branch),
		.producer = chain->pending_producer,
		.confirmed = chain->confirmed,
		.features = chain->features,
		.features_count = chain->features_count,
		.scheduled = chain->scheduled_ids,
		.scheduled_count = chain->scheduled_count,
	};
	journal_close(storage->journal);
	storage->journal = NULL;
	result = create(storage, &storage->journal, &header, error);
	chain->pending_journaled = result == 0;
	return result;
}

int storage_journal_append(struct storage *storage, const struct packed_transaction *packed,
                           bool without_keys, struct error *error)
{
	struct bytes record = {0};

	bytes_put_u8(&record, without_keys ? FLAG_WITHOUT_KEYS : 0);
	packed_transaction_pack(&record, packed);
	storage->journal_size = journal_size(storage->journal);
	int result = journal_append(storage->journal, record.data, record.length, error);
	bytes_release(&record);
	return result;
}

void storage_journal_take_back(struct storage *storage)
{
	/* Should cutting fail, the record is refused again when the block is rebuilt: by the same state, with
	 * the same error. */
	journal_take_back(storage->journal, storage->journal_size);
}

void storage_journal_done(const struct storage *storage, uint32_t number)
{
	char path[JOURNAL_PATH_SIZE];

	if (journal_path(storage, path, number, NULL) == 0)
		unlink(path);
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
	return in.failed ? error_set(error, EBADMSG,
	                             "the journal of block %" PRIu32 " has a damaged first record", out->number)
	                 : 0;
}

/* One transaction again. One that was refused then is refused now: its record could not be taken back. */
static int push_record(struct embedded_chain *chain, struct cursor in, struct text *notices,
                       struct error *error)
{
	struct packed_transaction packed = {0};
	struct push_options options = {.without_keys = cursor_u8(&in) & FLAG_WITHOUT_KEYS};
	struct transaction_trace trace = {0};
	struct public_key *keys = NULL;
	struct error refused = {0};
	int result = packed_transaction_unpack(&packed, &in, error);

	if (result == 0) {
		keys = memory_allocate(packed.signatures_count + 1, sizeof *keys);
		result = packed_transaction_keys(&packed, keys, &chain->base.chain_id, error);
	}
	if (result == 0 &&
	    branch_push(chain->branch, &packed, keys, packed.signatures_count, &options, &trace, &refused) != 0 &&
	    notices)
		text_printf(notices, "a transaction of the journal is refused: %s\n", refused.sentence);
	transaction_trace_release(&trace);
	packed_transaction_release(&packed);
	free(keys);
	return result;
}

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
		struct push_options push = {0};
		struct transaction_trace trace = {0};
		struct checksum256 id;
		memcpy(&id, (const uint8_t *)header->scheduled + i * sizeof id, sizeof id);
		result = branch_push_scheduled(chain->branch, &id, &push, &trace, error);
		transaction_trace_release(&trace);
	}
	free(features);
	return result;
}

/* The block as it was. When its producer's key has left the wallet since, its transactions go into the
 * next block that can be made. Under lock. */
static int rebuild_block(struct embedded_chain *chain, struct journal *journal,
                         const struct journal_header *header, struct text *notices, struct error *error)
{
	const struct producer_authority *producer = branch_producer_of_slot(chain->branch, header->slot);
	int result;

	if (producer && producer->producer_name == header->producer &&
	    embedded_signing_key(chain, producer, &chain->pending_key)) {
		result = start_block(chain, header, error);
	} else {
		result = embedded_open_block(chain, header->slot, header->features_count ? header->features : NULL,
		                             error);
		if (result == 0 && notices)
			text_printf(notices,
			            "there is no key of producer %s any more: what block %" PRIu32
			            " held is in a later block\n",
			            name_text(header->producer).text, header->number);
	}
	for (size_t i = 1; i < journal_count(journal) && result == 0; i++)
		result = push_record(chain, journal_record(journal, i), notices, error);
	chain->pending_journaled = true;
	return result ? result : embedded_seal(chain, error);
}

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

/* A journal that cannot be used: a loss of power has left it without sense, or its producer's key was
 * removed and nobody else can produce. Nothing is thrown away, and the chain goes on. */
static int set_aside(const char *path, uint32_t number, struct text *notices, const char *reason)
{
	struct text aside = TEXT_EMPTY;

	text_printf(&aside, "%s.unused", path);
	rename(path, text_string(&aside));
	if (notices)
		text_printf(notices,
		            "what block %" PRIu32 " was going to hold is not in the chain and lies in \"%s\": %s\n",
		            number, text_string(&aside), reason);
	text_release(&aside);
	return 0;
}

static int rebuild_one(struct storage *storage, struct embedded_chain *chain, uint32_t number,
                       struct text *notices, struct error *error)
{
	char path[JOURNAL_PATH_SIZE];
	struct journal *journal = NULL;
	struct journal_header header = {0};
	uint32_t next = branch_head(chain->branch)->number + 1;
	int result = journal_path(storage, path, number, error);

	if (result || number < next) { /* it is in the log already */
		storage_journal_done(storage, number);
		return result;
	}
	result = journal_open(&journal, path, notices, error);
	if (result == -EBADMSG)
		return set_aside(path, number, notices, error->sentence);
	if (result || journal_count(journal) < 1)
		goto out; /* nothing was acknowledged in it */
	result = read_header(journal, &header, error);
	if (result == 0 && header.number != next)
		result = error_set(error, EBADMSG,
		                   "the journal of block %" PRIu32 " is there, but that of block %" PRIu32
		                   " is missing",
		                   number, next);
	if (result) {
		journal_close(journal);
		return set_aside(path, number, notices, error->sentence);
	}
	pthread_mutex_lock(&chain->lock);
	result = rebuild_block(chain, journal, &header, notices, error);
	pthread_mutex_unlock(&chain->lock);
	if (result == -EAGAIN) {
		journal_close(journal);
		return set_aside(path, number, notices, error->sentence);
	}
	if (result)
		error_prefix(error,
		             "rebuilding block %" PRIu32 " from \"%s\" (set it aside to go on without what it holds)",
		             number, path);
	else
		result = embedded_finish(chain, true, error);
out:
	journal_close(journal);
	if (result == 0)
		storage_journal_done(storage, number);
	return result;
}

int storage_rebuild(struct storage *storage, struct embedded_chain *chain, struct text *notices,
                    struct error *error)
{
	uint32_t *numbers = NULL;
	size_t count = 0;
	int result = storage_list_journals(storage, &numbers, &count, error);

	for (size_t i = 0; i < count && result == 0; i++)
		result = rebuild_one(storage, chain, numbers[i], notices, error);
	free(numbers);
	return result;
}

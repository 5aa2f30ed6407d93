/* Writing the journals: one file for each block that has transactions and is not in the log yet, named by
 * its number. The first record says what the block began with, each further one is a transaction. A block
 * without transactions gets one only when a later block needs it. */
#include "core/chain/embedded/storage.h"

#include "core/base/file.h"
#include "core/base/memory.h"
#include "core/types/name.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int storage_journal_path(const struct storage *storage, char out[JOURNAL_PATH_SIZE], uint32_t number,
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
	int result = storage_journal_path(storage, path, header->number, error);

	bytes_put_u32(&record, header->number);
	bytes_put_u32(&record, header->slot);
	bytes_put_u64(&record, header->producer);
	bytes_put_u16(&record, header->confirmed);
	put_digests(&record, header->features, header->features_count);
	put_digests(&record, header->scheduled, header->scheduled_count);
	if (result == 0)
		result = journal_create(out, path, record.data, record.length, error);
	bytes_release(&record);
	return result;
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

	bytes_put_u8(&record, without_keys ? JOURNAL_WITHOUT_KEYS : 0);
	packed_transaction_pack(&record, packed);
	storage->journal_size = journal_size(storage->journal);
	int result = journal_append(storage->journal, record.data, record.length, error);
	bytes_release(&record);
	return result;
}

int storage_journal_descriptor(struct storage *storage, const struct embedded_chain *chain)
{
	return chain->pending_journaled && storage->journal ? journal_descriptor(storage->journal) : -1;
}

int storage_journal_sync(struct storage *storage, int descriptor, struct error *error)
{
	char path[JOURNAL_PATH_SIZE];
	int result = storage_journal_path(storage, path, 0, error);

	if (result == 0 && ((result = file_sync(descriptor)) != 0 || (result = file_sync_parent(path)) != 0))
		error_set(error, -result, "cannot bring the journal to the disk: %s", file_reason(result));
	close(descriptor);
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

	if (storage_journal_path(storage, path, number, NULL) == 0)
		unlink(path);
}

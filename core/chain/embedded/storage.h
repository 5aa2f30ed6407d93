/* The storage's inside, shared by storage.c, restore.c, journal.c and rebuild.c. */
#ifndef EOSIOFS_CORE_CHAIN_EMBEDDED_STORAGE_H
#define EOSIOFS_CORE_CHAIN_EMBEDDED_STORAGE_H

#include "core/chain/embedded/embedded_private.h"
#include "core/engine/storage/block_log.h"
#include "core/engine/storage/data_folder.h"
#include "core/engine/storage/journal.h"

enum { JOURNAL_PATH_SIZE = 4096, JOURNAL_WITHOUT_KEYS = 1 /* of a transaction's record */ };

/* What a block begins with: a journal's first record. */
struct journal_header {
	uint32_t number, slot;
	uint64_t producer;
	uint16_t confirmed;
	const struct checksum256 *features, *scheduled; /* borrowed */
	size_t features_count, scheduled_count;
};

struct storage {
	struct data_folder *folder; /* borrowed */
	struct block_log *blocks;
	char *state_path, *journal_folder, *clock_path; /* owned */
	int64_t offset_us;
	uint32_t saved_number;      /* of the block whose state is in the state file; 0: none */
	int64_t saved_at, save_took; /* microseconds of the monotonic clock */
	bool save_failed;            /* the last one */
	struct journal *journal;    /* of the block in the making; under `lock` */
	uint64_t journal_size;      /* before the record appended last */
	bool waiting;               /* journals wait for a key; under `lock` */
};

enum { BLOCKS_PER_STATE = 1000 };

/* --- storage.c --- */
int storage_save_head(struct storage *storage, struct branch *branch, struct error *error);

/* --- journal.c --- */
int storage_journal_path(const struct storage *storage, char out[JOURNAL_PATH_SIZE], uint32_t number,
                         struct error *error);

/* --- rebuild.c --- */
/* The numbers of the blocks that have a journal, ascending; free() *out. */
int storage_list_journals(const struct storage *storage, uint32_t **out, size_t *count, struct error *error);

#endif

/* The storage's inside, for this folder and those of core/chain/embedded that look into what is stored. */
#ifndef EOSIOFS_CORE_CHAIN_EMBEDDED_STORAGE_STORAGE_PRIVATE_H
#define EOSIOFS_CORE_CHAIN_EMBEDDED_STORAGE_STORAGE_PRIVATE_H

#include "core/chain/embedded/storage/storage.h"
#include "core/engine/storage/block/block_log.h"
#include "core/engine/storage/block/reversible.h"
#include "core/engine/storage/data_folder.h"
#include "core/engine/storage/journal.h"
#include "core/engine/storage/state/states.h"

enum { JOURNAL_PATH_SIZE = 4096 };
/* What a journal's record begins with: of a transaction two bits, or that it is what is billed for the one
 * before it. */
enum { JOURNAL_WITHOUT_KEYS = 1, JOURNAL_FOREIGN = 4, JOURNAL_BILLED = 2 };

/* The journal of the block that a node makes. */
struct open_journal {
	uint64_t node;
	uint32_t number, copy, slot;
	uint64_t producer;       /* 0: of another process, whose block it will be */
	struct journal *journal; /* NULL: none, or the block is made again of a journal that is there */
	bool is_rebuilt;
	uint64_t size; /* before the record appended last */
};

struct storage {
	struct data_folder *folder; /* borrowed */
	struct block_log *blocks;
	struct reversible *reversible;
	struct states *states;   /* earlier ones */
	pthread_mutex_t reading; /* the reversible blocks: who stores changes them, who reads looks at them */
	struct checksum256 logged; /* the log's last block */
	bool is_log_behind;        /* blocks that are nowhere else have not reached the disk */
	char *nodes_path, *reversible_path, *lost_path; /* owned */
	char *state_path, *journal_folder, *clock_path; /* owned */
	int64_t offset_us, paused_until;
	bool has_offset; /* one was saved */
	uint32_t told;              /* the last block of which everything is told */
	uint32_t deeds_from;        /* the first block whose deeds are kept */
	uint32_t saved_number;      /* of the block whose state is in the state file; 0: none */
	int64_t saved_at, save_took; /* microseconds of the monotonic clock */
	bool save_failed;            /* the last one */
	struct open_journal *journals; /* owned; under `lock` */
	size_t journals_count, journals_capacity;
	struct superseded {
		struct journal_name name;
		uint64_t came; /* the first so many transactions may stand in it */
	} *superseded; /* owned: journals of blocks that were dropped; under `lock` */
	size_t superseded_count, superseded_capacity;
	bool waiting;               /* journals wait for a key; under `lock` */
	struct checksum256 *lost; /* owned: told to be lost; the first lost_seen are in blocks; under `lock` */
	size_t lost_count, lost_capacity, lost_seen;
};

enum { BLOCKS_PER_STATE = 1000 };

/* --- storage.c --- */
int storage_save_head(struct storage *storage, struct branch *branch, struct error *error);
int storage_append_block(struct storage *storage, const struct signed_block *block, struct error *error);
/* What has become irreversible, up to the block of that id and number, goes from the reversible blocks into
 * the log. Under reading, or before there are threads. */
int storage_advance_log(struct storage *storage, const struct checksum256 *id, uint32_t number,
                        struct error *error);

/* --- restore.c --- */
/* Applies a block of ours, whose transactions need no proof of who signed them; that it is its producer's
 * is looked at, for its id does not cover the signature. */
int storage_apply(struct branch *branch, const struct signed_block *block, struct error *error);

/* --- set_back.c --- */
/* What was being done when the last process ended. */
int storage_go_on_restoring(struct storage *storage, struct text *notices, struct error *error);
/* The chain was set back, and no state file has been written since. */
bool storage_was_restored(const struct storage *storage);
void storage_restored_is_saved(const struct storage *storage);

/* --- importing.c --- */
#define IMPORTING "importing" /* a file that is there while a folder is being filled */
/* A folder that was filled in part is no chain. */
int storage_check_imported(const struct data_folder *folder, struct error *error);

/* --- journal.c --- */
/* The blocks that have a journal, ascending by number; free() *out. */
int storage_list_journals(const struct storage *storage, struct journal_name **out, size_t *count,
                          struct error *error);
int storage_journal_path(const struct storage *storage, char out[JOURNAL_PATH_SIZE],
                         const struct journal_name *name, struct error *error);
/* Makes it a name that no journal has yet, by its copy; the path of that. */
int storage_journal_name(const struct storage *storage, char path[JOURNAL_PATH_SIZE],
                         struct journal_name *name, struct error *error);
/* The block that a node is about to make has a journal: the one it is made again of; copy: of its name. */
void storage_journal_adopt(struct storage *storage, const struct node *node,
                           const struct node_pending *pending, uint32_t copy);
/* Whether the journal is of what this process makes or holds now. Under lock. */
bool storage_journal_in_use(const struct storage *storage, const struct embedded_chain *chain,
                            const struct journal_name *name);

/* --- lost.c --- */
int storage_lost_open(struct storage *storage, struct error *error);
/* Whether it was told of; it is then kept. */
bool storage_lost_has(struct storage *storage, const struct checksum256 *id);
/* Those that were not asked for are in no block any more and need not be kept. */
int storage_lost_tidy(struct storage *storage, struct error *error);

#endif

/* What the embedded chain asks of its storage: blocks, journals, states, indices, snapshots. */
#ifndef EOSIOFS_CORE_CHAIN_EMBEDDED_STORAGE_STORAGE_H
#define EOSIOFS_CORE_CHAIN_EMBEDDED_STORAGE_STORAGE_H

#include "core/chain/embedded/embedded_private.h"

/* --- storage.c: the data folder's block log, reversible blocks, state file, clock --- */
/* Opens the log: of *genesis, or of whatever chain is there when `given` is false (*genesis is then set to
 * it; without a log it is used as it is). */
int storage_open(struct storage **out, struct data_folder *folder, struct genesis *genesis, bool given,
                 struct text *notices, struct error *error);
void storage_close(struct storage *storage); /* NULL is fine */
/* Microseconds, as last saved. *paused: up to where real time shall catch up with blocks that are there, when
 * the offset was ended; 0: never. *saved: there is one, or a chain that began without. */
int64_t storage_offset(const struct storage *storage, int64_t *paused, bool *saved);
int storage_save_offset(struct storage *storage, int64_t offset_us, int64_t paused, struct error *error);
/* A signed block: into the log when it is irreversible and next there, else to the reversible ones with what
 * is noted of it. What its last irreversible block lets go into the log goes there. *logged: the log's last
 * block. */
int storage_store(struct storage *storage, struct checksum256 *logged, const struct block_state *block,
                  bool is_irreversible, const struct reversible_note *note, struct error *error);
/* What was stored reaches the disk; what went from the reversible blocks to the log has been there. */
int storage_sync_stored(struct storage *storage, struct error *error);
int storage_sync(struct storage *storage, struct error *error); /* everything does */
/* From the log. */
int storage_read_block(struct storage *storage, struct signed_block *out, uint32_t number,
                       struct error *error);
/* From the reversible blocks, when it is one of them, else from the log. */
int storage_find_block(struct storage *storage, struct signed_block *out, uint32_t number,
                       const struct checksum256 *id, struct error *error);
/* For peers: the id of the log's block of that number, and a packed block, which is appended, of the log or
 * the reversible ones; false: it is not there. Any thread. */
bool storage_old_id(struct storage *storage, struct checksum256 *id, uint32_t number);
bool storage_old_block(struct storage *storage, struct bytes *packed, const struct checksum256 *id);
/* Saves the state after the last stored block when it is time for it, or always; without locks, in one
 * thread at a time. */
int storage_save_state(struct storage *storage, struct embedded_chain *chain, bool always,
                       struct error *error);

/* Stores every thousandth state as far as its block is in the log; always: the last one, too. As
 * storage_save_state(). */
int storage_store_past(struct storage *storage, struct embedded_chain *chain, bool always,
                       struct error *error);

/* --- restore.c --- */
/* A branch whose head is the log's last block: from the state file and the blocks after it, or by
 * replaying all; `all`: by replaying all, and comparing. */
int storage_restore(struct storage *storage, struct branch **branch, const struct genesis *genesis,
                    bool all, struct text *notices, struct error *error);

/* --- finish.c --- */
/* Without locks: signs and stores everything that is sealed. durable: and waits for the disk. What cannot
 * be stored stays queued. */
int embedded_finish(struct embedded_chain *chain, bool durable, struct error *error);
/* The same until at most `left` blocks remain; what others are signing meanwhile may be among those. */
int embedded_finish_all_but(struct embedded_chain *chain, size_t left, bool durable, struct error *error);
/* Threads beside the caller's that sign what is sealed, one for each other processor; how many there are. */
size_t embedded_start_signers(struct embedded_chain *chain, pthread_t *threads, size_t maximum);
void embedded_stop_signers(struct embedded_chain *chain, pthread_t *threads, size_t count); /* under lock */
int embedded_sync(struct chain *base, struct error *error);
/* does so whenever something is sealed, and saves the state now and then */
void *embedded_store_thread(void *chain);

/* --- journal.c: what makes the blocks in the making outlive the process; one file a block --- */
extern const struct packed_field journal_header_fields[]; /* of struct node_pending */
/* Begins the journal of the block that a node makes, and of sealed blocks before it that are not stored
 * yet; nothing without storage, or when that has been done. Under lock. */
int storage_journal_begin(struct storage *storage, struct embedded_chain *chain, struct node *node,
                          struct error *error);
int storage_journal_append(struct storage *storage, struct node *node,
                           const struct packed_transaction *packed, const struct push_options *options,
                           struct error *error);
/* What is billed for the transaction appended last, where it is not the minimum. */
void storage_journal_bill(struct storage *storage, struct node *node, uint32_t cpu_us);
/* Under lock, when what is stored has reached the disk: journals of dropped blocks go, if what they hold is
 * in other blocks again. */
void storage_journal_tidy(struct storage *storage, const struct network *network);
/* Descriptors of the journals of blocks in the making, for storage_journal_sync(); free() *out. Under
 * lock. */
size_t storage_journal_descriptors(struct storage *storage, int **out);
/* They, and that there are such files, reach the disk; the descriptors are closed. Without locks. */
int storage_journal_sync(struct storage *storage, const int *descriptors, size_t count, struct error *error);
void storage_journal_take_back(struct storage *storage, struct node *node); /* the record appended last */
/* Whether the block a node has just made has a journal, which is complete; *copy: of its name. */
bool storage_journal_end(struct storage *storage, uint32_t *copy, const struct node *node,
                         const struct block_state *block);
/* the block is stored and on the disk */
void storage_journal_done(const struct storage *storage, const struct journal_name *name);

/* --- rebuild.c --- */
/* Rebuilds the blocks that were sealed or in the making, but not stored, when the last process ended;
 * before the threads run. Where nobody has the key for that, they wait. */
int storage_rebuild(struct storage *storage, struct embedded_chain *chain, struct text *notices,
                    struct error *error);
/* Rebuilds what waits, if anything does; -EAGAIN: still without a key. storage may be NULL. Under lock. */
int storage_rebuild_waiting(struct storage *storage, struct embedded_chain *chain, struct error *error);

/* --- lost.c --- */
/* It was told to be lost: no process tells it again. Under lock. */
void storage_lost_add(struct storage *storage, const struct checksum256 *id);

/* --- saved_nodes.c: which nodes there are, in the data folder --- */
/* All nodes as they were, on the branches that the reversible blocks make; the first time node eosio, which
 * makes blocks unless it joins a chain that others make. */
int storage_restore_nodes(struct storage *storage, struct embedded_chain *chain, struct branch *first,
                          const struct embedded_options *options, struct error *error);
/* What was acknowledged is known to the network again: what stands in the reversible blocks of some node's
 * branch, before blocks are made again of their journals and nodes go elsewhere; and what stands in those
 * that were thrown out and has not come into the chain since, when all nodes and blocks are restored. Take
 * locks. */
int storage_recall_held(struct storage *storage, struct embedded_chain *chain, struct error *error);
int storage_recall_thrown_out(struct storage *storage, struct embedded_chain *chain, struct error *error);
/* That file's content. Under lock. */
void storage_print_nodes(struct text *out, struct embedded_chain *chain);
/* After a node was made, configured, started, stopped or removed. Under lock. */
int storage_save_nodes(struct storage *storage, struct embedded_chain *chain, struct error *error);

/* --- indexing.c --- */
uint32_t embedded_index_end(const struct embedded_chain *chain); /* the last block that they may have */
/* Whether what comes next is told of what was kept; else old blocks are applied again for it. */
bool embedded_index_is_near(struct embedded_chain *chain);
/* Brings the indices on by so many blocks, at most. */
int embedded_index_blocks(struct embedded_chain *chain, uint32_t maximum,
                          const struct interruption *interruption, struct error *error);

/* --- snapshots.c --- */
void embedded_find_snapshots(struct embedded_chain *chain); /* those that the data folder has */
void embedded_release_snapshots(struct embedded_chain *chain); /* under lock */
int embedded_keep(struct chain *base, const char *name, struct error *error);
int embedded_drop(struct chain *base, const char *name, struct error *error);
int embedded_kept_from(struct chain *base, char out[CHAIN_KEPT_NAME_SIZE], const char *from,
                       struct error *error);
int embedded_pin_kept(struct embedded_chain *chain, struct published **out, const char *name,
                      const struct interruption *interruption, struct error *error);
/* A snapshot's block, held with its ledger, where it is in the chain's own; NULL: it is not there.
 * -ENOENT: no such snapshot. */
int embedded_snapshot_block(struct embedded_chain *chain, struct block_state **out, const char *name,
                            struct error *error);
/* What is kept in memory alone goes to the disk. As storage_store_past(). */
int embedded_store_snapshots(struct embedded_chain *chain, struct error *error);

/* Whether a name is one, and not taken: -EINVAL, -EEXIST. */
int embedded_check_free(struct embedded_chain *chain, const char *name, struct error *error);
/* One that the data folder has now. */
void embedded_add_stored(struct embedded_chain *chain, const char *name);

/* --- exporting.c, importing.c --- */
int embedded_export_kept(struct chain *base, const char *name, int fd, const char *password,
                         const struct interruption *interruption, struct error *error);
int embedded_import_kept(struct chain *base, const char *name, int fd, const char *path,
                         const struct interruption *interruption, struct error *error);

#endif

/* A whole chain in one file, to be given to somebody: its genesis, every block up to one, the state after
 * that block, and what goes with them.
 *
 * "EOSFSNET", u32 version 1; then chunks: u8 kind, u32 length, u32 packed length, u32 crc32 (of the kind,
 * the chunk's number as u32, the length and the packed bytes), the bytes as zlib packs them. Kinds, in this
 * order:
 *   1  the head: the name it was kept under (counted), chain id, genesis, u32 number of the last block, its
 *      id, branch_pack_block() of it (u32 length before)
 *   2  a file that goes with it, any number of times: name (counted), content
 *   3  keys, at most once: a wallet file, which is encrypted
 *   4  blocks from the first on, u32 length before each; a chunk holds whole ones
 *   5  entries of the state (state_entries.h)
 *   6  the end: u32 number of blocks, u64 number of entries
 * All little-endian. */
#ifndef EOSIOFS_CORE_ENGINE_STORAGE_CHAIN_FILE_H
#define EOSIOFS_CORE_ENGINE_STORAGE_CHAIN_FILE_H

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/interruption.h"
#include "core/engine/engine.h"

enum { CHAIN_FILE_NAME_SIZE = 65 };

struct chain_file_head {
	char name[CHAIN_FILE_NAME_SIZE];
	struct checksum256 chain_id, id;
	struct genesis genesis;
	uint32_t number;
	struct bytes block; /* owned: as branch_pack_block() makes it */
};
void chain_file_head_release(struct chain_file_head *head);

/* --- writing --- */

struct chain_file_writer {
	int fd; /* borrowed: an empty file */
	uint64_t at, entries;
	uint32_t chunks, blocks;
	struct bytes pending; /* blocks that make no whole chunk yet */
};
/* Each 0 or -errno with a sentence, in this order; release in any case. */
int chain_file_begin(struct chain_file_writer *out, int fd, const struct chain_file_head *head,
                     struct error *error);
int chain_file_put_file(struct chain_file_writer *writer, const char *name, const void *data, size_t length,
                        struct error *error);
int chain_file_put_keys(struct chain_file_writer *writer, const void *data, size_t length,
                        struct error *error);
int chain_file_put_block(struct chain_file_writer *writer, const struct signed_block *block,
                         struct error *error);
/* The root is one that any thread may read. -EINTR. */
int chain_file_put_state(struct chain_file_writer *writer, const struct map_root *root,
                         const struct interruption *interruption, struct error *error);
/* The end, and the disk has it. */
int chain_file_end(struct chain_file_writer *writer, struct error *error);
void chain_file_release(struct chain_file_writer *writer);

/* --- reading --- */

/* Who is told of what a file holds, as it is read: what comes later may yet be damaged. Any may be NULL; not
 * 0 ends it. */
struct chain_file_visitor {
	void *context;
	int (*head)(void *context, const struct chain_file_head *head, struct error *error);
	int (*file)(void *context, const char *name, const void *data, size_t length, struct error *error);
	int (*keys)(void *context, const void *data, size_t length, struct error *error);
	int (*block)(void *context, uint32_t number, const void *packed, size_t length, struct error *error);
};
/* Reads all of a file and checks it: sums, bounds, that each block follows the one before it from the
 * genesis on and holds the transactions that its header names, that the last one is the head. *branch, where
 * it is not NULL, stands on the head with its state. path is for sentences. -EBADMSG: it is damaged, or no
 * such file; -ENOTSUP: written by a newer version; -EINTR. */
int chain_file_read(struct branch **branch, int fd, const char *path,
                    const struct chain_file_visitor *visitor, const struct interruption *interruption,
                    struct error *error);

#endif

/* The file of reversible blocks, of all branches, in the order in which they were made (DESIGN 5). What
 * has become irreversible or can never be goes when enough of it has gathered.
 *
 * On disk: 8 bytes "EFSREVB\n", u32 version 1, u32 zero; then records (record.h), one a block: u32 count,
 * that many u64 (the names of the nodes whose head it was when it was stored), the packed signed block, and
 * (in newer files, where any is) a bit for each of its transactions that nobody here waits for. All
 * little-endian. */
#ifndef EOSIOFS_CORE_ENGINE_STORAGE_BLOCK_REVERSIBLE_H
#define EOSIOFS_CORE_ENGINE_STORAGE_BLOCK_REVERSIBLE_H

#include "core/types/block.h"

enum { REVERSIBLE_HEADER_SIZE = 16 }; /* of a file without blocks */

struct reversible;

struct reversible_block {
	struct checksum256 id, previous;
	uint32_t number;
	uint64_t at; /* of its record */
	uint32_t length;
};

/* What is known of a block beside it. */
struct reversible_note {
	uint64_t *heads; /* names of nodes whose head it was */
	size_t heads_count;
	struct bytes foreign; /* bits, each byte's least first: transactions that nobody here waits for */
};
void reversible_note_release(struct reversible_note *note);

/* Opens the file, or makes it (0600). A torn end is cut off and kept beside; after damage all of the file is
 * kept beside, and what is whole of it is there. Sentences about that are appended to *report (which may be
 * NULL). -EBADMSG: no such file; -ENOTSUP: written by a newer version; or another -errno. */
int reversible_open(struct reversible **out, const char *path, struct text *report, struct error *error);
void reversible_close(struct reversible *file); /* NULL is fine */

/* Found damaged, and not written anew since. */
bool reversible_is_damaged(const struct reversible *file);
/* All that are in it, oldest first; borrowed until the next append or cut. */
const struct reversible_block *reversible_blocks(const struct reversible *file, size_t *count);
const struct reversible_block *reversible_find(const struct reversible *file, const struct checksum256 *id);
/* note may be NULL; release it */
int reversible_read(struct reversible *file, struct signed_block *out, struct reversible_note *note,
                    const struct reversible_block *block, struct error *error);
/* 0 means that the kernel has it; on failure the file is as it was. */
int reversible_append(struct reversible *file, const struct signed_block *block,
                      const struct reversible_note *note, struct error *error);
int reversible_sync(struct reversible *file, struct error *error);
/* Blocks up to that number are of no use any more; the file is written anew when they are most of it, which
 * reversible_is_full() tells before. */
bool reversible_is_full(const struct reversible *file, uint32_t number);
int reversible_forget(struct reversible *file, uint32_t number, struct error *error);
/* After damage: writes the file anew with those blocks alone that `stays` says so of. */
int reversible_repair(struct reversible *file, bool (*stays)(void *context, const struct checksum256 *id),
                      void *context, struct error *error);

#endif

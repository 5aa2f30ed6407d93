/* The journal of the pending block (DESIGN 5, Durability): records of bytes, appended before a write is
 * acknowledged, forgotten when the block is sealed and logged. What a record means is its writer's
 * business.
 *
 * On disk: 8 bytes "EFSJRNL\n", u32 version 1, u32 zero; then for each record u32 length, u32 crc32, the
 * bytes. The checksum covers the record's offset (u64), its length (u32) and its bytes, so that a record
 * counts only where it was written. All little-endian. */
#ifndef EOSIOFS_CORE_ENGINE_STORAGE_JOURNAL_H
#define EOSIOFS_CORE_ENGINE_STORAGE_JOURNAL_H

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/text.h"

enum { JOURNAL_RECORD_MAXIMUM = 64 << 20 };

struct journal;

/* Opens the file, or makes it (0600), and reads all complete records (journal_record). What follows the
 * last of them, left behind by an append that never returned, is cut off; a sentence about it is appended
 * to *report (which may be NULL). Fails with -errno (-EBADMSG: no journal; -ENOTSUP: written by a newer
 * version), leaving the file alone. */
int journal_open(struct journal **out, const char *path, struct text *report, struct error *error);
void journal_close(struct journal *journal); /* NULL is fine; the records stay for the next open */

/* The records that were there when it was opened, in order; borrowed until journal_reset or journal_close. */
size_t journal_count(const struct journal *journal);
struct cursor journal_record(const struct journal *journal, size_t index);

/* Adds a record; when it returns 0 the kernel has it, so that it outlives this process. On failure
 * (-ENOSPC, -EIO, -EFBIG, …) the file is as it was, nothing of the record counts, and later appends may
 * succeed. */
int journal_append(struct journal *journal, const void *data, size_t length, struct error *error);
/* Takes back what was appended after the file had this size (journal_size() of then). When cutting fails
 * the records still do not count for this process: the next append goes over them. */
void journal_take_back(struct journal *journal, uint64_t size);
/* All records are done with: the file is empty. Nothing waits for the disk: a loss of power may bring the
 * old records back, so the writer's first record must tell which block they belong to. */
int journal_reset(struct journal *journal, struct error *error);
uint64_t journal_size(const struct journal *journal); /* bytes of the file, header included */

#endif

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

/* Makes the file (0600), in place of one that may be there, with its first record: nobody ever sees it
 * without. It is the kernel's when this returns, not yet the disk's. */
int journal_create(struct journal **out, const char *path, const void *data, size_t length,
                   struct error *error);
/* Opens the file and reads all whole records (journal_record). What an append that never returned has left
 * behind the last of them is cut off, the bytes kept in "PATH.cut"; the rest of a file that is damaged
 * otherwise (a record that is not whole, though more follow or it is as long as it should be; no record at
 * all) is read past the damage, the file kept in "PATH.damaged". Sentences about either are appended to
 * *report (which may be NULL). Fails with -errno (-ENOENT; -EBADMSG: nothing in it is of a journal;
 * -ENOTSUP: written by a newer version), leaving the file alone. */
int journal_open(struct journal **out, const char *path, struct text *report, struct error *error);
void journal_close(struct journal *journal); /* NULL is fine; the records stay for the next open */

/* The records that were there when it was opened, in order; borrowed until journal_close. */
size_t journal_count(const struct journal *journal);
/* whether record 0 is what the file was made with */
bool journal_has_first(const struct journal *journal);
struct cursor journal_record(const struct journal *journal, size_t index);

/* Adds a record; when it returns 0 the kernel has it, so that it outlives this process. On failure
 * (-ENOSPC, -EIO, -EFBIG, …) the file is as it was, nothing of the record counts, and later appends may
 * succeed. */
int journal_append(struct journal *journal, const void *data, size_t length, struct error *error);
/* Takes back what was appended after the file had this size (journal_size() of then). When cutting fails
 * the records still do not count for this process: the next append goes over them. */
void journal_take_back(struct journal *journal, uint64_t size);
/* A descriptor of one's own, to be brought to the disk and closed at leisure; -1 when there is none left. */
int journal_descriptor(const struct journal *journal);
uint64_t journal_size(const struct journal *journal); /* bytes of the file, header included */

#endif

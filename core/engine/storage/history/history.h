/* Lines of text about accounts, on disk: what each did, in the order of blocks. Every line stands once, in
 * chunks that are compressed ("lines"); which lines are about whom is in sorted segments, which are merged
 * as they become many, so that adding costs little, memory does not grow, and the size of what is told of
 * one is known without reading a line. "index" names the segments: what it does not name has not happened,
 * and can be had again from the blocks.
 *
 * One thread at a time. Lines are numbered from 0 in the order in which they come; so are those of one
 * key. */
#ifndef EOSIOFS_CORE_ENGINE_STORAGE_HISTORY_HISTORY_H
#define EOSIOFS_CORE_ENGINE_STORAGE_HISTORY_HISTORY_H

#include "core/base/bytes.h"
#include "core/base/crypto/hash.h"
#include "core/base/error.h"
#include "core/base/text.h"

struct history;

/* Stands in a line for the 64 digits of the id that comes with it. */
enum { HISTORY_ID_MARK = '\1' };

/* Of the chain with that id, in a folder that is there. Begun anew where there is none, or a damaged one, or
 * one of another chain; what comes after block `end` is forgotten. folder NULL: in memory. */
int history_open(struct history **out, const char *folder, const struct checksum256 *chain, uint32_t end,
                 struct error *error);
void history_close(struct history *history); /* NULL is fine; what was not saved is lost */

/* The last block of which it has everything; 0: none. */
uint32_t history_last(const struct history *history);
/* A line without its newline about each of these (ascending), of the block after history_last(). id may be
 * NULL where the line has no mark. */
int history_add(struct history *history, const uint64_t *keys, size_t count, const char *line, size_t length,
                const struct checksum256 *id, struct error *error);
/* It has all of the next block. Saves when much has come together. */
int history_advance(struct history *history, struct error *error);
/* Everything so far reaches the disk. */
int history_save(struct history *history, struct error *error);
/* Forgets what comes after a block. */
int history_cut(struct history *history, uint32_t last, struct error *error);
/* Bytes of whoever adds: what they are at each saving is there again after opening; none after a cut. */
struct bytes *history_note(struct history *history);

/* The lines of one key up to a block; valid until the next call that changes something. */
struct history_lines {
	struct history_run {
		const uint8_t *postings; /* borrowed */
		uint32_t count;
		uint64_t bytes;
	} *runs; /* owned */
	size_t runs_count, runs_capacity;
	uint64_t count, bytes; /* bytes: of all, each with its newline and its id in full */
};
int history_find(struct history *history, struct history_lines *out, uint64_t key, uint32_t last_block,
                 struct error *error);
void history_lines_release(struct history_lines *lines);
/* The bytes of the first `count` of them. */
uint64_t history_lines_before(const struct history_lines *lines, uint64_t count);
/* Appends one of them with its newline. */
int history_read(struct history *history, struct text *out, const struct history_lines *lines, uint64_t index,
                 struct error *error);

#endif

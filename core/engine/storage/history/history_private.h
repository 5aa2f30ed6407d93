/* What the files of the history share. Nobody else includes this. */
#ifndef EOSIOFS_CORE_ENGINE_STORAGE_HISTORY_HISTORY_PRIVATE_H
#define EOSIOFS_CORE_ENGINE_STORAGE_HISTORY_HISTORY_PRIVATE_H

#include "core/engine/storage/history/history.h"

/* --- lines.c: chunks of lines --- */

/* A chunk is a head (magic, crc32 of all that follows it, number of its first line, lines, the first line's
 * block, ids, bytes of text, bytes compressed; u32 each), the ids, the compressed text. In the text each line
 * ends with a newline; HISTORY_ID_MARK stands for the next id, SAME_ID_MARK for the one before once more. */
enum { SAME_ID_MARK = '\2', ID_DIGITS = 64, LINE_LENGTH_MAXIMUM = 1 << 20 };

struct chunk {
	uint32_t first_line, lines, first_block;
	struct text text;
	struct checksum256 *ids; /* owned */
	size_t ids_count, ids_capacity;
	struct line_start {
		uint32_t at, ids; /* bytes and ids before it */
	} *starts; /* owned: of each line */
	size_t starts_capacity;
};

struct lines {
	int fd;
	uint64_t end; /* of the last chunk in the file */
	struct chunk_place {
		uint64_t at;
		uint32_t first_line, first_block;
	} *places; /* owned: of the chunks in the file */
	size_t places_count, places_capacity;
	struct chunk open;   /* the one that is being filled */
	struct chunk cached; /* the one read last; no lines: none */
	uint64_t cached_at;
};

/* The chunks up to that many bytes, which must end where one does: -ENODATA otherwise. fd is taken over. */
int lines_open(struct lines *lines, int fd, uint64_t end);
void lines_release(struct lines *lines);
uint32_t lines_count(const struct lines *lines);
/* *full: what it takes when it is read, newline and id included. */
int lines_add(struct lines *lines, uint32_t *full, const char *line, size_t length,
              const struct checksum256 *id, uint32_t block_num);
int lines_flush(struct lines *lines); /* the open chunk goes into the file */
int lines_read(struct lines *lines, struct text *out, uint32_t number);
/* The first line of a block after this one, *end where there is none. Each line must tell of its block as
 * {"block_num":N or "last_block":N in its beginning. */
int lines_after_block(struct lines *lines, uint32_t *out, uint32_t block_num);
int lines_cut(struct lines *lines, uint32_t count);

/* --- segment.c: sorted postings --- */

enum { POSTING_SIZE = 9 }; /* u32 line, u40 the end of its bytes among those of its key in the segment */

struct segment {
	uint32_t first_line, end_line, level;
	uint32_t keys, postings; /* how many */
	const uint8_t *data; /* mapped: header, directory of u64 key and u32 first posting each, postings */
	size_t size;
	int fd;
};

struct posting {
	uint64_t key;
	uint32_t line, length;
};

/* -ENODATA: it is damaged. fd is taken over. */
int segment_open(struct segment *out, int fd);
void segment_release(struct segment *segment);
/* Its postings of a key: borrowed; none: *count 0. */
const uint8_t *segment_find(const struct segment *segment, uint32_t *count, uint64_t key);
/* Writes to an empty file; the postings become sorted. */
int segment_write(int fd, struct posting *postings, size_t count, uint32_t first_line, uint32_t end_line);
/* Neighbours, the oldest first, become one, without lines from `limit` on. */
int segment_merge(int fd, const struct segment *inputs, size_t count, uint32_t level, uint32_t limit);

static inline uint32_t posting_line(const uint8_t *posting)
{
	return (uint32_t)(posting[0] | posting[1] << 8 | posting[2] << 16) | (uint32_t)posting[3] << 24;
}

static inline uint64_t posting_end(const uint8_t *posting)
{
	return (uint64_t)(posting[4] | posting[5] << 8 | posting[6] << 16) | (uint64_t)posting[7] << 24 |
	       (uint64_t)posting[8] << 32;
}

#endif

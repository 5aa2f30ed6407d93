/* What block_log.c and block_log_recover.c share. */
#ifndef EOSIOFS_CORE_ENGINE_STORAGE_BLOCK_BLOCK_LOG_PRIVATE_H
#define EOSIOFS_CORE_ENGINE_STORAGE_BLOCK_BLOCK_LOG_PRIVATE_H

#include "core/engine/storage/block/block_log.h"

#include <pthread.h>

enum {
	COPIED_AT_ONCE = 1 << 20,
	ENTRY_TRAILER = 8,       /* u64: where the entry begins */
	/* a block without anything optional: header 116, signature 66, two empty lists; and the trailer */
	ENTRY_MINIMUM = 192,
	HEADER_PREVIOUS = 14,    /* where a block's header says what it follows */
	INDEX_SYNC_INTERVAL = 256, /* entries; the index is otherwise left to the kernel */
	INDEX_CHECKED = 2 * INDEX_SYNC_INTERVAL, /* entries at the end that an opening compares with the log */
};

struct block_log {
	char *path, *index_path;
	int fd, index_fd;
	uint32_t version, first;
	bool has_genesis;
	struct genesis genesis;
	struct checksum256 chain_id;
	uint64_t start;         /* of the first entry */
	uint32_t unsynced;      /* entries of the index that the disk perhaps has not */
	/* the files go on behind their ends: an append failed and cutting it off did too */
	bool ragged;
	pthread_mutex_t lock;   /* for the two below */
	uint64_t end;           /* of the last entry */
	uint32_t count;         /* entries */
};

/* Finds end and count when opening; size and index_size are those of the files. Cuts and rebuilds as
 * needed. */
int block_log_recover(struct block_log *log, uint64_t size, uint64_t index_size, struct text *report,
                      struct error *error);

#endif

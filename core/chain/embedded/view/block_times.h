/* When each block was: runs of blocks that follow each other slot by slot, so that a chain without missed
 * slots costs one entry. */
#ifndef EOSIOFS_CORE_CHAIN_EMBEDDED_VIEW_BLOCK_TIMES_H
#define EOSIOFS_CORE_CHAIN_EMBEDDED_VIEW_BLOCK_TIMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BLOCK_TIMES_NOTED = 1024 };

struct block_times {
	struct block_run {
		uint32_t number, slot; /* of the run's first block */
	} *runs; /* owned; ascending */
	size_t count, capacity;
	uint32_t last; /* number of the last block known; 0: none */
	/* of blocks before the runs, by number modulo that; a slot of 0: none */
	struct block_run noted[BLOCK_TIMES_NOTED];
	unsigned cuts;
};

void block_times_release(struct block_times *times);
/* Blocks must come in order; gaps in numbers are not allowed after the first. */
void block_times_add(struct block_times *times, uint32_t number, uint32_t slot);
void block_times_cut(struct block_times *times, uint32_t last); /* forgets those of later blocks */
/* What was read elsewhere when there were so many cuts; read before the last one it may hold no more. */
void block_times_note(struct block_times *times, uint32_t number, uint32_t slot, unsigned cuts);
bool block_times_find(const struct block_times *times, uint32_t *slot, uint32_t number);

#endif

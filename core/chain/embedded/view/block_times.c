/* Runs of blocks, searched by halving. */
#include "core/chain/embedded/view/block_times.h"

#include "core/base/memory.h"

#include <stdlib.h>

void block_times_release(struct block_times *times)
{
	free(times->runs);
	*times = (struct block_times){0};
}

void block_times_add(struct block_times *times, uint32_t number, uint32_t slot)
{
	const struct block_run *run = times->count ? &times->runs[times->count - 1] : NULL;
	times->last = number;
	if (run && slot - run->slot == number - run->number)
		return;
	LIST_APPEND(times->runs, times->count, times->capacity, (struct block_run){number, slot});
}

bool block_times_find(const struct block_times *times, uint32_t *slot, uint32_t number)
{
	const struct block_run *noted = &times->noted[number % BLOCK_TIMES_NOTED];
	size_t low = 0, high = times->count;

	if (noted->slot && noted->number == number) {
		*slot = noted->slot;
		return true;
	}
	PARTITION_POINT(low, high, at, times->runs[at].number <= number);
	if (low == 0 || number > times->last)
		return false;
	*slot = times->runs[low - 1].slot + (number - times->runs[low - 1].number);
	return true;
}

void block_times_cut(struct block_times *times, uint32_t last)
{
	while (times->count && times->runs[times->count - 1].number > last)
		times->count--;
	if (times->last > last)
		times->last = times->count ? last : 0;
	for (size_t i = 0; i < BLOCK_TIMES_NOTED; i++)
		if (times->noted[i].number > last)
			times->noted[i].slot = 0;
	times->cuts++;
}

void block_times_note(struct block_times *times, uint32_t number, uint32_t slot, unsigned cuts)
{
	if (cuts == times->cuts)
		times->noted[number % BLOCK_TIMES_NOTED] = (struct block_run){number, slot};
}

/* States on disk that are too old to be looked at: out of the index first, then out of the nodes' file. What
 * is saved later shares none of their nodes but those that a state that stays has. */
#include "core/engine/storage/state/states_private.h"

#include "core/base/memory.h"
#include "core/base/system/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAGIC_SIZE = 8 };

/* The index without its first records, as a new file. */
static int cut_index(struct states *states, size_t count)
{
	uint64_t from = states->list[count].record, gone = from - MAGIC_SIZE;
	size_t length = (size_t)(states->index_end - gone);
	uint8_t *all = memory_allocate(length, 1);
	struct text path = TEXT_EMPTY;
	int fd = -1, result = file_read(states->index, all, MAGIC_SIZE, 0);

	text_printf(&path, "%s/index", states->folder);
	if (result == 0)
		result = file_read(states->index, all + MAGIC_SIZE, length - MAGIC_SIZE, from);
	if (result == 0)
		result = file_replace(text_string(&path), all, length, NULL);
	if (result == 0)
		result = file_open(&fd, text_string(&path), O_RDWR, NULL);
	if (result == 0) {
		close(states->index);
		states->index = fd;
		states->index_end -= gone;
		states->count -= count;
		memmove(states->list, states->list + count, states->count * sizeof *states->list);
		for (size_t i = 0; i < states->count; i++)
			states->list[i].record -= gone;
	}
	text_release(&path);
	free(all);
	return result;
}

/* The nodes of all that stay: the list from `first` on, and what is kept. NULL: something waits to be saved,
 * which may have nodes of any state. */
static uint64_t *list_places(const struct states *states, size_t *count, size_t first)
{
	uint64_t *places = memory_allocate(states->count + states->kept_count, sizeof *places);

	*count = 0;
	for (size_t i = first; i < states->count; i++)
		places[(*count)++] = states->list[i].place;
	for (size_t i = 0; i < states->kept_count; i++) {
		if (!states->kept[i].state.end) {
			free(places);
			return NULL;
		}
		places[(*count)++] = states->kept[i].state.place;
	}
	return places;
}

int states_forget(struct states *states, uint32_t number, struct error *error)
{
	uint64_t *places = NULL;
	size_t count;
	int result = 0;

	pthread_mutex_lock(&states->saving);
	pthread_mutex_lock(&states->lock);
	size_t after = states_place_after(states, number);
	if (after && 2 * (after - 1) > states->count)
		places = list_places(states, &count, after - 1);
	if (places)
		result = cut_index(states, after - 1);
	pthread_mutex_unlock(&states->lock);
	if (result == 0 && places)
		result = map_store_reclaim(states->nodes, map_store_end(states->store), places, count);
	/* what is damaged is told when it is looked at; where there can be no holes there are none */
	if (result == -EBADMSG || result == -EOPNOTSUPP)
		result = 0;
	free(places);
	pthread_mutex_unlock(&states->saving);
	return states_failed(states, result, error);
}

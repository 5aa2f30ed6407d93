/* Room of states that are not wanted any more: their nodes' file gets holes. What stays is found by walking
 * the states that are wanted; nothing moves, so that no place changes and no crash harms. */
#include "core/base/memory.h"
#include "core/engine/state/map/node.h"
#include "core/engine/state/map/store.h"
#include "core/engine/state/map/store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS_FIRST = 4096, PAGE = 4096 };

struct live {
	uint64_t place, length; /* place 0: none */
};

struct walk {
	int fd;
	uint64_t end;
	struct live *table; /* owned: by place, at most half full */
	size_t size, count;
};

static struct live *find(const struct walk *walk, uint64_t place)
{
	size_t at = (size_t)(place * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (walk->size - 1);

	while (walk->table[at].place && walk->table[at].place != place)
		at = (at + 1) & (walk->size - 1);
	return &walk->table[at];
}

static void add(struct walk *walk, uint64_t place, uint64_t length)
{
	if (2 * walk->count >= walk->size) {
		struct live *before = walk->table;
		size_t size = walk->size;
		walk->size = size ? 2 * size : BUCKETS_FIRST;
		walk->table = memory_allocate(walk->size, sizeof *walk->table);
		for (size_t i = 0; i < size; i++)
			if (before[i].place)
				*find(walk, before[i].place) = before[i];
		free(before);
	}
	*find(walk, place) = (struct live){place, length};
	walk->count++;
}

static bool is_known(const struct walk *walk, uint64_t place)
{
	return walk->size && find(walk, place)->place;
}

static int add_value(struct walk *walk, uint64_t place)
{
	struct bytes record = {0};
	int result = map_store_record(walk->fd, walk->end, &record, place, MAP_VALUE_MAXIMUM);

	if (result == 0)
		add(walk, place, STORE_HEAD_SIZE + record.length);
	bytes_release(&record);
	return result;
}

static int add_node(struct walk *walk, uint64_t place);

/* What a cell leads to; its bytes are passed over. */
static int add_below(struct walk *walk, struct cursor *in, uint64_t place, uint8_t level)
{
	uint8_t tail = cursor_u8(in);
	uint16_t tag = cursor_u16(in);

	cursor_take(in, tail);
	if (!level && tag != CELL_APART) {
		cursor_take(in, tag);
		return in->failed ? -EBADMSG : 0;
	}
	uint64_t below = cursor_u64(in);
	if (in->failed || below >= place || below < STORE_FIRST_PLACE)
		return -EBADMSG;
	if (is_known(walk, below))
		return 0;
	return level ? add_node(walk, below) : add_value(walk, below);
}

/* Each is below its parent in the file, so that this ends whatever stands there. */
static int add_node(struct walk *walk, uint64_t place)
{
	struct bytes record = {0};
	int result = map_store_record(walk->fd, walk->end, &record, place, STORE_NODE_MAXIMUM);
	struct cursor in = cursor_make(record.data, record.length);
	uint8_t level = cursor_u8(&in), prefix = cursor_u8(&in);
	uint16_t count = cursor_u16(&in);

	cursor_take(&in, prefix);
	if (result == 0 && in.failed)
		result = -EBADMSG;
	for (uint16_t i = 0; i < count && result == 0; i++)
		result = add_below(walk, &in, place, level);
	if (result == 0)
		add(walk, place, STORE_HEAD_SIZE + record.length);
	bytes_release(&record);
	return result;
}

static int by_place(const void *left, const void *right)
{
	const struct live *a = left, *b = right;

	return a->place < b->place ? -1 : a->place > b->place;
}

static int punch(int fd, uint64_t from, uint64_t to)
{
	from = (from + PAGE - 1) / PAGE * PAGE;
	to = to / PAGE * PAGE;
	return from < to && fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)from,
	                              (off_t)(to - from)) != 0
	           ? -errno
	           : 0;
}

int map_store_reclaim(int fd, uint64_t end, const uint64_t *places, size_t count)
{
	struct walk walk = {.fd = fd, .end = end};
	uint64_t at = STORE_FIRST_PLACE;
	size_t kept = 0;
	int result = 0;

	for (size_t i = 0; i < count && result == 0; i++)
		if (places[i] && !is_known(&walk, places[i]))
			result = add_node(&walk, places[i]);
	for (size_t i = 0; i < walk.size; i++)
		if (walk.table[i].place)
			walk.table[kept++] = walk.table[i];
	if (kept)
		qsort(walk.table, kept, sizeof *walk.table, by_place);
	for (size_t i = 0; i < kept && result == 0; i++) {
		result = punch(fd, at, walk.table[i].place);
		at = walk.table[i].place + walk.table[i].length;
	}
	free(walk.table);
	return result;
}

/* The state map on disk: writing what is new of a root, and reading nodes as they are looked at. */
#include "core/engine/state/map/store.h"

#include "core/base/bytes.h"
#include "core/base/memory.h"
#include "core/base/system/file.h"
#include "core/engine/state/map/node.h"
#include "core/engine/state/map/store_private.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
	READ_AT_ONCE = 1024, /* most nodes are shorter */
	WRITE_AT_ONCE = 1 << 20,
	LEVELS_MAXIMUM = 32,
	BUCKETS_AT_FIRST = 1024,
	NEVER_GONE = 1 << 30 /* references of what stays as long as its map */
};

/* --- writing --- */

struct map_store {
	int fd, result;
	uint64_t at; /* where the buffer goes */
	struct bytes buffer;
};

struct map_store *map_store_create(int fd, uint64_t end)
{
	struct map_store *store = memory_allocate(1, sizeof *store);

	store->fd = fd;
	store->at = end > STORE_FIRST_PLACE ? end : STORE_FIRST_PLACE;
	return store;
}

void map_store_destroy(struct map_store *store)
{
	if (store)
		bytes_release(&store->buffer);
	free(store);
}

uint64_t map_store_end(const struct map_store *store)
{
	return store->at;
}

static void flush(struct map_store *store)
{
	if (store->result == 0 && store->buffer.length)
		store->result = file_write(store->fd, store->buffer.data, store->buffer.length, store->at);
	store->at += store->buffer.length;
	bytes_clear(&store->buffer);
}

/* Its head takes the place that was left for it; the record's place. */
static uint64_t end_record(struct map_store *store, size_t start)
{
	uint64_t place = store->at + start;
	uint8_t *head = store->buffer.data + start;
	size_t length = store->buffer.length - start - STORE_HEAD_SIZE;
	uint32_t checksum = (uint32_t)crc32(0, head + STORE_HEAD_SIZE, (uInt)length);

	for (size_t i = 0; i < 4; i++) {
		head[i] = (uint8_t)(length >> 8 * i);
		head[4 + i] = (uint8_t)(checksum >> 8 * i);
	}
	if (store->buffer.length >= WRITE_AT_ONCE)
		flush(store);
	return place;
}

static size_t begin_record(struct map_store *store)
{
	size_t start = store->buffer.length;

	bytes_put_u64(&store->buffer, 0);
	return start;
}

static uint64_t save_apart(struct map_store *store, struct map_apart *apart)
{
	if (!apart->stored) {
		size_t start = begin_record(store);
		bytes_put(&store->buffer, apart->data, apart->length);
		apart->stored = end_record(store, start);
	}
	return apart->stored;
}

static uint64_t save_node(struct map_store *store, struct map_node *node);

/* Where a cell's pointer leads, once that is in the file. */
static uint64_t save_below(struct map_store *store, const struct map_node *node, const uint8_t *payload)
{
	return node->level ? save_node(store, pointer_at(payload)) : save_apart(store, pointer_at(payload));
}

static void put_cells(struct map_store *store, const struct map_node *node, const uint64_t *places)
{
	for (size_t i = 0; i < node->count; i++) {
		const uint8_t *cell = map_node_cell(node, i);
		uint16_t tag = cell_tag(cell);
		bytes_put_u8(&store->buffer, cell[0]);
		bytes_put_u16(&store->buffer, tag);
		bytes_put(&store->buffer, cell + 3, cell[0]);
		if (places[i])
			bytes_put_u64(&store->buffer, places[i]);
		else if (tag)
			bytes_put(&store->buffer, cell + 3 + cell[0], tag);
	}
}

static uint64_t save_node(struct map_store *store, struct map_node *node)
{
	uint64_t places[NODE_CELLS_MAXIMUM] = {0};
	size_t start;

	if (node->stored)
		return node->stored;
	for (size_t i = 0; i < node->count; i++) {
		uint8_t *cell = map_node_cell(node, i);
		if (node->level || cell_tag(cell) == CELL_APART)
			places[i] = save_below(store, node, cell_payload(cell));
	}
	start = begin_record(store);
	bytes_put_u8(&store->buffer, node->level);
	bytes_put_u8(&store->buffer, node->prefix_length);
	bytes_put_u16(&store->buffer, node->count);
	bytes_put(&store->buffer, (const uint8_t *)node + node->size - node->prefix_length,
	          node->prefix_length);
	put_cells(store, node, places);
	node->stored = end_record(store, start);
	return node->stored;
}

int map_store_save(struct map_store *store, uint64_t *place, const struct map_root *root)
{
	*place = root->node ? save_node(store, root->node) : 0;
	flush(store);
	return store->result;
}

/* --- reading records --- */

int map_store_record(int fd, uint64_t end, struct bytes *out, uint64_t place, size_t maximum)
{
	uint8_t first[READ_AT_ONCE] = {0};
	size_t there = place < end && end - place < sizeof first ? (size_t)(end - place) : sizeof first;
	int result = place < STORE_FIRST_PLACE || place >= end || there < STORE_HEAD_SIZE
	                 ? -EBADMSG
	                 : file_read(fd, first, there, place);
	struct cursor in = cursor_make(first, STORE_HEAD_SIZE);
	uint32_t length = result ? 0 : cursor_u32(&in), checksum = result ? 0 : cursor_u32(&in);

	if (result)
		return result;
	if (length > maximum || length > end - place - STORE_HEAD_SIZE)
		return -EBADMSG;
	size_t had = there - STORE_HEAD_SIZE < length ? there - STORE_HEAD_SIZE : length;
	bytes_clear(out);
	bytes_put(out, first + STORE_HEAD_SIZE, had);
	if (had < length) {
		uint8_t *rest = memory_allocate(length - had, 1);
		result = file_read(fd, rest, length - had, place + STORE_HEAD_SIZE + had);
		bytes_put(out, rest, length - had);
		free(rest);
	}
	if (result == 0 && crc32(0, out->data, (uInt)out->length) != checksum)
		result = -EBADMSG;
	return result;
}

struct reading {
	int fd;
	uint64_t end;
	struct map *map;
	/* What a node's cell gets for a child at a place: NULL: the place itself, marked. */
	struct map_node *(*child)(struct reading *reading, uint64_t place, uint8_t level);
	size_t left; /* so many nodes may still be read: no tree of so many entries has more */
	int result;
};

static struct map_apart *read_apart(struct reading *reading, uint64_t place)
{
	struct bytes record = {0};
	struct map_apart *apart = NULL;

	reading->result = map_store_record(reading->fd, reading->end, &record, place, MAP_VALUE_MAXIMUM);
	if (reading->result == 0 && record.length <= MAP_INLINE_MAXIMUM)
		reading->result = -EBADMSG; /* such a value does not stand apart */
	if (reading->result == 0) {
		apart = apart_create(reading->map, record.data, record.length);
		apart->stored = place;
	}
	bytes_release(&record);
	return apart;
}

/* A cell out of a record; its payload goes into *link where it is a pointer. prefix: what its key begins
 * with. */
static bool read_cell(struct reading *reading, struct cursor *in, struct cell *cell, void **link,
                      uint64_t place, uint8_t level)
{
	uint64_t below;

	cell->tail_length = cursor_u8(in);
	cell->tag = cursor_u16(in);
	cell->tail = cursor_take(in, cell->tail_length);
	if (!level && cell->tag != CELL_APART) {
		cell->payload = cursor_take(in, cell->tag);
		return !in->failed && cell->tag <= MAP_INLINE_MAXIMUM;
	}
	below = cursor_u64(in);
	if (in->failed || below >= place || below < STORE_FIRST_PLACE || (level && cell->tag != sizeof *link))
		return false;
	if (!level)
		*link = read_apart(reading, below);
	else if (reading->child)
		*link = reading->child(reading, below, (uint8_t)(level - 1));
	else
		*link = (void *)(uintptr_t)(below << 1 | 1);
	cell->payload = (const uint8_t *)link;
	return reading->result == 0;
}

static bool in_order(const struct cell *cells, size_t count, uint8_t level)
{
	uint8_t before[MAP_KEY_MAXIMUM], key[MAP_KEY_MAXIMUM];
	size_t before_length = 0;

	for (size_t i = level ? 1 : 0; i < count; i++) {
		size_t length = (size_t)cells[i].head_length + cells[i].tail_length, shorter;
		if (length > MAP_KEY_MAXIMUM)
			return false;
		cell_key(&cells[i], key);
		shorter = length < before_length ? length : before_length;
		int order = memcmp(before, key, shorter);
		if (i > (level ? 1u : 0u) && (order > 0 || (order == 0 && before_length >= length)))
			return false;
		memcpy(before, key, length);
		before_length = length;
	}
	return true;
}

/* Frees what the cells of a node that is none lead to. */
static void drop_links(struct reading *reading, void *const *links, size_t count, uint8_t level)
{
	for (size_t i = 0; i < count; i++) {
		if (!links[i] || ((uintptr_t)links[i] & 1))
			continue;
		if (level)
			map_node_release(reading->map, links[i]);
		else
			apart_release(reading->map, links[i]);
	}
}

static struct map_node *build(struct reading *reading, const struct bytes *record, uint64_t place,
                              uint8_t level)
{
	struct cursor in = cursor_make(record->data, record->length);
	struct cell cells[NODE_CELLS_MAXIMUM] = {{0}};
	void *links[NODE_CELLS_MAXIMUM] = {NULL};
	struct map_node *node = NULL;
	bool right = cursor_u8(&in) == level;
	uint8_t prefix_length = cursor_u8(&in);
	size_t count = cursor_u16(&in), done = 0;
	const uint8_t *prefix = cursor_take(&in, prefix_length);

	right = right && !in.failed && count && count <= NODE_CELLS_MAXIMUM && prefix_length <= MAP_KEY_MAXIMUM;
	for (; right && done < count; done++) {
		if (!level || done) {
			cells[done].head = prefix;
			cells[done].head_length = prefix_length;
		}
		right = read_cell(reading, &in, &cells[done], &links[done], place, level);
	}
	if (right && !cursor_left(&in) && in_order(cells, count, level)) {
		node = map_node_build(reading->map, 0, level, cells, count);
		node->stored = place;
	} else {
		drop_links(reading, links, done, level);
		reading->result = reading->result ? reading->result : -EBADMSG;
	}
	return node;
}

static struct map_node *read_node(struct reading *reading, uint64_t place, uint8_t level)
{
	struct bytes record = {0};
	struct map_node *node = NULL;

	if (!reading->left) {
		reading->result = -EBADMSG;
		return NULL;
	}
	reading->left--;
	reading->result = map_store_record(reading->fd, reading->end, &record, place, STORE_NODE_MAXIMUM);
	if (reading->result == 0)
		node = build(reading, &record, place, level);
	bytes_release(&record);
	return node;
}

/* The level of a root is its own to say. */
static int read_level(int fd, uint64_t end, uint8_t *level, uint64_t place)
{
	struct bytes record = {0};
	int result = map_store_record(fd, end, &record, place, STORE_NODE_MAXIMUM);

	if (result == 0 && (!record.length || record.data[0] >= LEVELS_MAXIMUM))
		result = -EBADMSG;
	*level = result ? 0 : record.data[0];
	bytes_release(&record);
	return result;
}

/* --- all at once --- */

int map_store_load(struct map_store *store, struct map *map, struct map_root **root, uint64_t place,
                   size_t count)
{
	struct reading reading = {.fd = store->fd, .end = store->at, .map = map, .child = read_node,
	                          .left = (count + 1) * LEVELS_MAXIMUM};
	struct map_node *node = NULL;
	uint8_t level;
	int result = place ? read_level(store->fd, store->at, &level, place) : 0;

	*root = NULL;
	if (result == 0 && place) {
		node = read_node(&reading, place, level);
		result = reading.result;
	}
	if (result == 0)
		*root = map_root_create(map, node, count);
	return result;
}

/* --- as it is looked at --- */

struct map_reader {
	pthread_mutex_t lock;
	int fd;
	uint64_t end;
	struct map nodes; /* what the nodes here take counts for this one, under lock */
	struct read_node {
		uint64_t place;
		struct map_node *node;
	} *buckets; /* owned, the nodes too: by place, at most half full */
	size_t buckets_count, count;
	struct map_node *nothing; /* owned: in place of what is damaged */
	_Atomic bool is_damaged;
};

static struct read_node *find(struct map_reader *reader, uint64_t place)
{
	size_t at = (size_t)(place * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (reader->buckets_count - 1);

	while (reader->buckets[at].node && reader->buckets[at].place != place)
		at = (at + 1) & (reader->buckets_count - 1);
	return &reader->buckets[at];
}

static void grow(struct map_reader *reader)
{
	struct read_node *before = reader->buckets;
	size_t count = reader->buckets_count;

	reader->buckets_count = count ? 2 * count : BUCKETS_AT_FIRST;
	reader->buckets = memory_allocate(reader->buckets_count, sizeof *reader->buckets);
	for (size_t i = 0; i < count; i++)
		if (before[i].node)
			*find(reader, before[i].place) = before[i];
	free(before);
}

struct map_node *map_reader_node(struct map_reader *reader, uintptr_t link, uint8_t level)
{
	struct reading reading = {.fd = reader->fd, .end = reader->end, .map = &reader->nodes, .left = 1};
	uint64_t place = link >> 1;
	struct read_node *there;

	pthread_mutex_lock(&reader->lock);
	if (2 * reader->count >= reader->buckets_count)
		grow(reader);
	there = find(reader, place);
	if (!there->node) {
		*there = (struct read_node){place, read_node(&reading, place, level)};
		if (there->node) {
			there->node->references = NEVER_GONE;
			reader->count++;
		}
	}
	struct map_node *node = there->node;
	if (!node || node->level != level) {
		reader->is_damaged = true;
		node = reader->nothing;
	}
	pthread_mutex_unlock(&reader->lock);
	return node;
}

size_t map_reader_memory(struct map_reader *reader)
{
	pthread_mutex_lock(&reader->lock);
	size_t memory = reader->nodes.memory;
	pthread_mutex_unlock(&reader->lock);
	return memory;
}

void map_reader_destroy(struct map_reader *reader)
{
	if (!reader)
		return;
	for (size_t i = 0; i < reader->buckets_count; i++)
		if (reader->buckets[i].node) {
			reader->buckets[i].node->references = 1;
			map_node_release(&reader->nodes, reader->buckets[i].node);
		}
	free(reader->buckets);
	free(reader->nothing);
	pthread_mutex_destroy(&reader->lock);
	free(reader);
}

bool map_root_is_sound(const struct map_root *root)
{
	return !root->map->reader || !root->map->reader->is_damaged;
}

int map_store_open(int fd, uint64_t end, struct map **map, struct map_root **root, uint64_t place,
                   size_t count)
{
	struct map_node *node = NULL;
	struct map_reader *reader;
	uint8_t level = 0;
	int result = place ? read_level(fd, end, &level, place) : 0;

	if (result)
		return result;
	*map = map_create();
	reader = map[0]->reader = memory_allocate(1, sizeof *reader);
	pthread_mutex_init(&reader->lock, NULL);
	reader->fd = fd;
	reader->end = end;
	reader->nothing = memory_allocate(1, sizeof *reader->nothing);
	reader->nothing->size = sizeof *reader->nothing;
	reader->nothing->references = NEVER_GONE;
	if (place)
		node = map_reader_node(reader, (uintptr_t)(place << 1 | 1), level);
	if (reader->is_damaged) {
		map_destroy(*map);
		*map = NULL;
		return -EBADMSG;
	}
	*root = map_root_create(*map, node, count);
	return 0;
}

/* The state map's nodes: their bytes, and who refers to them. See node.h for the layout. */
#include "core/engine/state/map/node.h"

#include "core/base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { NODE_GRAIN = 32, MALLOC_HEADER = 8, NODE_SLACK = 256 };

/* --- memory --- */

static struct map_node *map_node_allocate(struct map *map, size_t size)
{
	/* A multiple of the grain together with malloc's own header. */
	size = (size + MALLOC_HEADER + NODE_GRAIN - 1) / NODE_GRAIN * NODE_GRAIN - MALLOC_HEADER;
	struct map_node *node = memory_allocate(1, size);
	node->size = (uint16_t)size;
	node->references = 1;
	map->memory += size + MALLOC_HEADER;
	return node;
}

static void map_node_free(struct map *map, struct map_node *node)
{
	map->memory -= node->size + (size_t)MALLOC_HEADER;
	free(node);
}

struct map_apart *apart_create(struct map *map, const void *data, size_t length)
{
	struct map_apart *apart = memory_allocate(1, sizeof *apart + length);
	apart->references = 1;
	apart->length = (uint32_t)length;
	memcpy(apart->data, data, length);
	map->memory += sizeof *apart + length + MALLOC_HEADER;
	return apart;
}

void apart_release(struct map *map, struct map_apart *apart)
{
	if (--apart->references)
		return;
	map->memory -= sizeof *apart + apart->length + MALLOC_HEADER;
	free(apart);
}

/* --- references --- */

/* What is in a store is counted by nobody. */
static void link_hold(uintptr_t link)
{
	if (!link_is_place(link))
		((struct map_node *)link)->references++;
}

static void link_release(struct map *map, uintptr_t link)
{
	if (!link_is_place(link))
		map_node_release(map, (struct map_node *)link);
}

/* One more reference to everything the node's cells lead to. */
static void payloads_hold(const struct map_node *node)
{
	for (size_t i = 0; i < node->count && (node->level || node->aparts); i++) {
		if (node->level)
			link_hold(map_node_link(node, i));
		else if (cell_tag(map_node_cell(node, i)) == CELL_APART)
			((struct map_apart *)pointer_at(cell_payload(map_node_cell(node, i))))->references++;
	}
}

bool map_node_holds(const struct map_node *node, size_t index)
{
	return !node->origin || map_node_link(node->origin, index) != map_node_link(node, index);
}

/* The node's copy alone is left of those that refer to it: what the node held and the copy has too is the
 * copy's, the rest goes. */
static void take_over(struct map *map, struct map_node *node)
{
	struct map_node *copy = node->copy;
	copy->origin = node->origin;
	if (node->origin)
		node->origin->copy = copy;
	for (size_t i = 0; i < node->count; i++)
		if (map_node_link(node, i) != map_node_link(copy, i) && map_node_holds(node, i))
			link_release(map, map_node_link(node, i));
	map_node_free(map, node);
}

static void leave_origin(struct map *map, struct map_node *node)
{
	struct map_node *origin = node->origin;
	if (!origin)
		return;
	node->origin = NULL;
	origin->copy = NULL;
	map_node_release(map, origin);
}

/* Nothing refers to the node any more. */
static void map_node_end(struct map *map, struct map_node *node)
{
	for (size_t i = 0; i < node->count && (node->level || node->aparts); i++) {
		if (!node->level && cell_tag(map_node_cell(node, i)) == CELL_APART)
			apart_release(map, pointer_at(cell_payload(map_node_cell(node, i))));
		else if (node->level && map_node_holds(node, i))
			link_release(map, map_node_link(node, i));
	}
	leave_origin(map, node);
	map_node_free(map, node);
}

void map_node_release(struct map *map, struct map_node *node)
{
	if (!node)
		return;
	node->references--;
	if (node->references == 1 && node->copy)
		take_over(map, node);
	else if (!node->references)
		map_node_end(map, node);
}

void map_node_detach(struct map *map, struct map_node *node)
{
	if (!node->origin)
		return;
	for (size_t i = 0; i < node->count; i++)
		if (!map_node_holds(node, i))
			link_hold(map_node_link(node, i));
	leave_origin(map, node);
}

void map_node_dissolve(struct map *map, struct map_node *node, uint64_t edit)
{
	if (node->edit == edit) {
		map_node_detach(map, node);
		map_node_free(map, node);
	} else {
		payloads_hold(node);
		map_node_release(map, node);
	}
}

/* --- reading --- */

static const uint8_t *map_node_prefix(const struct map_node *node)
{
	return (const uint8_t *)node + node->size - node->prefix_length;
}

size_t map_node_find(const struct map_node *node, bool *equal, const void *key, size_t key_length)
{
	size_t low = node->level ? 1 : 0, high = node->count, prefix = node->prefix_length;
	*equal = false;
	if (!key_length)
		key = ""; /* it may be NULL */
	int order = memcmp(key, map_node_prefix(node), key_length < prefix ? key_length : prefix);
	if (order < 0 || (order == 0 && key_length < prefix))
		return low;
	if (order > 0)
		return high;
	const uint8_t *suffix = (const uint8_t *)key + prefix;
	size_t length = key_length - prefix;
	while (low < high) {
		size_t middle = (low + high) / 2;
		const uint8_t *cell = map_node_cell(node, middle);
		order = memcmp(cell + 3, suffix, cell[0] < length ? cell[0] : length);
		if (order == 0 && cell[0] == length) {
			*equal = true;
			return middle;
		}
		if (order < 0 || (order == 0 && cell[0] < length))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

size_t map_node_find_child(const struct map_node *node, const void *key, size_t key_length)
{
	bool equal;
	size_t index = map_node_find(node, &equal, key, key_length);
	return equal ? index : index - 1;
}

size_t map_node_key(const struct map_node *node, size_t index, uint8_t out[MAP_KEY_MAXIMUM])
{
	const uint8_t *cell = map_node_cell(node, index);
	memcpy(out, map_node_prefix(node), node->prefix_length);
	memcpy(out + node->prefix_length, cell + 3, cell[0]);
	return (size_t)node->prefix_length + cell[0];
}

struct map_value map_node_value(const struct map_node *leaf, size_t index)
{
	uint8_t *cell = map_node_cell(leaf, index);
	uint16_t tag = cell_tag(cell);
	if (tag != CELL_APART)
		return (struct map_value){cell_payload(cell), tag};
	const struct map_apart *apart = pointer_at(cell_payload(cell));
	return (struct map_value){apart->data, apart->length};
}

/* --- cells --- */

struct cell map_node_cell_view(const struct map_node *node, size_t index)
{
	uint8_t *cell = map_node_cell(node, index);
	return (struct cell){.head = map_node_prefix(node),
	                     .head_length = node->prefix_length,
	                     .tail = cell + 3,
	                     .tail_length = cell[0],
	                     .tag = cell_tag(cell),
	                     .payload = cell_payload(cell)};
}

size_t cell_key(const struct cell *cell, uint8_t out[MAP_KEY_MAXIMUM])
{
	if (cell->head_length)
		memcpy(out, cell->head, cell->head_length);
	if (cell->tail_length)
		memcpy(out + cell->head_length, cell->tail, cell->tail_length);
	return (size_t)cell->head_length + cell->tail_length;
}

static size_t cell_key_length(const struct cell *cell)
{
	return (size_t)cell->head_length + cell->tail_length;
}

/* Cells are in order, so what the first and the last key share, all share. */
static size_t cells_common(const struct cell *cells, size_t first, size_t count)
{
	if (count <= first)
		return 0;
	uint8_t low[MAP_KEY_MAXIMUM], high[MAP_KEY_MAXIMUM];
	size_t low_length = cell_key(&cells[first], low), high_length = cell_key(&cells[count - 1], high),
		   common = 0;
	while (common < low_length && common < high_length && low[common] == high[common])
		common++;
	return common;
}

size_t cells_measure(const struct cell *cells, size_t count, uint8_t level, size_t *prefix_length)
{
	size_t first = level ? 1 : 0;
	size_t prefix = *prefix_length = cells_common(cells, first, count);
	size_t size = offsetof(struct map_node, slots) + prefix;
	for (size_t i = 0; i < count; i++)
		size += CELL_OVERHEAD + tag_length(cells[i].tag) +
		        (i < first ? 0 : cell_key_length(&cells[i]) - prefix);
	return size;
}

/* Writes a cell below what the heap holds, without the first `skip` bytes of its key. */
static void map_node_write(struct map_node *node, size_t index, const struct cell *cell, size_t skip)
{
	size_t key_length = cell_key_length(cell), payload = tag_length(cell->tag);
	node->heap = (uint16_t)(node->heap + 3 + (key_length - skip) + payload);
	node->slots[index] = node->heap;
	uint8_t *out = map_node_cell(node, index);
	*out++ = (uint8_t)(key_length - skip);
	*out++ = (uint8_t)cell->tag;
	*out++ = (uint8_t)(cell->tag >> 8);
	node->aparts = (uint16_t)(node->aparts + (cell->tag == CELL_APART));
	if (skip < cell->head_length) {
		memcpy(out, cell->head + skip, cell->head_length - skip);
		out += cell->head_length - skip;
		skip = cell->head_length;
	}
	size_t rest = key_length - skip;
	if (rest)
		memcpy(out, cell->tail + (skip - cell->head_length), rest);
	if (payload)
		memcpy(out + rest, cell->payload, payload);
}

struct map_node *map_node_build(struct map *map, uint64_t edit, uint8_t level, const struct cell *cells,
                                size_t count)
{
	size_t prefix;
	struct map_node *node = map_node_allocate(map, cells_measure(cells, count, level, &prefix));
	node->edit = edit;
	node->level = level;
	node->count = (uint16_t)count;
	node->prefix_length = (uint8_t)prefix;
	node->heap = (uint16_t)prefix;
	if (prefix) {
		uint8_t key[MAP_KEY_MAXIMUM];
		cell_key(&cells[count - 1], key);
		memcpy((uint8_t *)node + node->size - prefix, key, prefix);
	}
	for (size_t i = 0; i < count; i++)
		map_node_write(node, i, &cells[i], level && i == 0 ? cell_key_length(&cells[i]) : prefix);
	return node;
}

/* --- changing --- */

/* The same cells in a new allocation of `size` bytes without garbage. */
static struct map_node *map_node_move(struct map *map, const struct map_node *node, size_t size)
{
	struct map_node *new = map_node_allocate(map, size);
	new->edit = node->edit;
	new->level = node->level;
	new->count = node->count;
	new->prefix_length = node->prefix_length;
	new->aparts = node->aparts;
	uint8_t *end = (uint8_t *)new + new->size;
	if (!node->garbage) {
		new->heap = node->heap;
		memcpy(new->slots, node->slots, 2u * node->count);
		memcpy(end - node->heap, (const uint8_t *)node + node->size - node->heap, node->heap);
		return new;
	}
	memcpy(end - node->prefix_length, map_node_prefix(node), node->prefix_length);
	size_t heap = node->prefix_length;
	for (size_t i = 0; i < node->count; i++) {
		const uint8_t *cell = map_node_cell(node, i);
		size_t length = 3u + cell[0] + tag_length(cell_tag(cell));
		heap += length;
		memcpy(end - heap, cell, length);
		new->slots[i] = (uint16_t)heap;
	}
	new->heap = (uint16_t)heap;
	return new;
}

struct map_node *map_node_copy(struct map *map, struct map_node *node, uint64_t edit, size_t room, bool held)
{
	struct map_node *copy = map_node_move(map, node, map_node_used(node) + room);
	copy->edit = edit;
	if (node->level && !node->copy) {
		copy->origin = node;
		node->copy = copy;
		node->references++;
	} else {
		payloads_hold(copy);
	}
	if (held)
		map_node_release(map, node);
	return copy;
}

struct map_node *map_node_shrink(struct map *map, struct map_node *node)
{
	if (node->size < map_node_used(node) + NODE_SLACK)
		return node;
	assert(!node->origin); /* a copy has no such room until it has lost a child */
	struct map_node *moved = map_node_move(map, node, map_node_used(node));
	map_node_free(map, node);
	return moved;
}

struct map_node *map_node_insert(struct map *map, struct map_node *node, size_t index,
                                 const struct cell *cell)
{
	size_t length = CELL_OVERHEAD + cell_key_length(cell) - node->prefix_length + tag_length(cell->tag);
	if (map_node_used(node) + node->garbage + length > node->size) {
		struct map_node *moved = map_node_move(map, node, map_node_used(node) + length);
		map_node_free(map, node);
		node = moved;
	}
	memmove(&node->slots[index + 1], &node->slots[index], 2u * (node->count - index));
	node->count++;
	map_node_write(node, index, cell, node->prefix_length);
	return node;
}

void map_node_erase(struct map_node *node, size_t index)
{
	const uint8_t *cell = map_node_cell(node, index);
	size_t length = 3u + cell[0] + tag_length(cell_tag(cell));
	node->aparts = (uint16_t)(node->aparts - (cell_tag(cell) == CELL_APART));
	if (node->slots[index] == node->heap)
		node->heap = (uint16_t)(node->heap - length);
	else
		node->garbage = (uint16_t)(node->garbage + length);
	memmove(&node->slots[index], &node->slots[index + 1], 2u * (node->count - index - 1));
	node->count--;
}

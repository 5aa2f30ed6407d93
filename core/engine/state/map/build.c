/* The state map, loading: a root from sorted entries, level by level, from the leaves up. */
#include "core/engine/state/map/node.h"

#include "core/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { BUILD_FILL = NODE_LIMIT * 9 / 10, BUILD_ROOM = 2 * NODE_LIMIT };

/* A finished node and the key that tells it from the one on its left. */
struct built {
	struct map_node *node;
	uint8_t key[MAP_KEY_MAXIMUM];
	uint8_t key_length;
};

struct map_builder {
	struct map *map;
	uint64_t number;
	size_t count;
	uint8_t last[MAP_KEY_MAXIMUM];
	size_t last_length;

	struct cell cells[NODE_CELLS_MAXIMUM]; /* of the leaf in work, their bytes in room */
	size_t cells_count, weight, used;
	uint8_t room[BUILD_ROOM];
	uint8_t key[MAP_KEY_MAXIMUM]; /* what the leaf in work will go by */
	size_t key_length;

	struct built *level;
	size_t level_count, level_capacity;
};

struct map_builder *map_builder_create(struct map *map)
{
	struct map_builder *builder = memory_allocate(1, sizeof *builder);
	builder->map = map;
	builder->number = ++map->edit_number;
	return builder;
}

static void builder_push(struct map_builder *builder, struct map_node *node, const uint8_t *key,
                         size_t key_length)
{
	memory_grow(&builder->level, &builder->level_capacity, builder->level_count + 1, sizeof *builder->level);
	struct built *built = &builder->level[builder->level_count++];
	built->node = node;
	built->key_length = (uint8_t)key_length;
	memcpy(built->key, key, key_length);
}

static void builder_flush(struct map_builder *builder)
{
	if (!builder->cells_count)
		return;
	struct map_node *leaf = map_node_build(builder->map, builder->number, 0, builder->cells,
	                                       builder->cells_count);
	builder_push(builder, leaf, builder->key, builder->key_length);
	builder->cells_count = builder->weight = builder->used = 0;
}

static int key_compare(const uint8_t *a, size_t a_length, const uint8_t *b, size_t b_length)
{
	int order = memcmp(a, b, a_length < b_length ? a_length : b_length);
	return order ? order : (a_length > b_length) - (a_length < b_length);
}

/* Whether the leaf in work has no room for one more entry. Weights leave the shared prefix out of account,
 * so a heavy leaf is measured. */
static bool builder_is_full(struct map_builder *builder, const uint8_t *key, size_t key_length,
                            size_t payload, size_t weight)
{
	if (builder->used + key_length + payload > BUILD_ROOM || builder->cells_count == NODE_CELLS_MAXIMUM / 2)
		return true;
	if (builder->weight + weight <= BUILD_FILL)
		return false;
	size_t prefix;
	builder->cells[builder->cells_count] = (struct cell){
		.head = key, .tail = key, .tail_length = (uint16_t)key_length, .tag = (uint16_t)payload};
	return cells_measure(builder->cells, builder->cells_count + 1, 0, &prefix) > BUILD_FILL;
}

bool map_builder_add(struct map_builder *builder, const void *key, size_t key_length, const void *value,
                     size_t length)
{
	if (key_length > MAP_KEY_MAXIMUM || length > MAP_VALUE_MAXIMUM)
		return false;
	if (!key_length)
		key = ""; /* it may be NULL */
	if (builder->count && key_compare(builder->last, builder->last_length, key, key_length) >= 0)
		return false;
	bool apart = length > MAP_INLINE_MAXIMUM;
	size_t payload = apart ? sizeof(void *) : length, weight = CELL_OVERHEAD + key_length + payload;
	if (builder->cells_count && builder_is_full(builder, key, key_length, payload, weight))
		builder_flush(builder);
	if (!builder->cells_count) {
		size_t common = 0;
		while (common < builder->last_length && builder->last[common] == ((const uint8_t *)key)[common])
			common++;
		builder->key_length = common < key_length ? common + 1 : key_length;
		memcpy(builder->key, key, builder->key_length);
	}
	uint8_t *at = builder->room + builder->used;
	memcpy(at, key, key_length);
	if (apart) {
		struct map_apart *held = apart_create(builder->map, value, length);
		memcpy(at + key_length, &held, sizeof held);
	} else if (length) {
		memcpy(at + key_length, value, length);
	}
	builder->cells[builder->cells_count++] = (struct cell){
		.head = at, .tail = at, .payload = at + key_length, .tail_length = (uint16_t)key_length,
		.tag = apart ? CELL_APART : (uint16_t)length};
	builder->used += key_length + payload;
	builder->weight += weight;
	memcpy(builder->last, key, key_length);
	builder->last_length = key_length;
	builder->count++;
	return true;
}

/* One level of inner nodes above what there is. */
static void builder_raise(struct map_builder *builder)
{
	struct built *below = builder->level;
	size_t count = builder->level_count;
	builder->level = NULL;
	builder->level_count = builder->level_capacity = 0;
	for (size_t start = 0; start < count;) {
		struct cell cells[NODE_CELLS_MAXIMUM];
		size_t n = 0, weight = 0;
		while (start + n < count && (n < 2 || weight < BUILD_FILL - MAP_KEY_MAXIMUM)) {
			struct built *built = &below[start + n];
			cells[n++] = (struct cell){.head = built->key,
			                           .tail = built->key,
			                           .tail_length = built->key_length,
			                           .payload = (const uint8_t *)&built->node,
			                           .tag = sizeof built->node};
			weight += CELL_OVERHEAD + built->key_length + sizeof built->node;
		}
		struct map_node *node = map_node_build(builder->map, builder->number,
		                                       (uint8_t)(below[start].node->level + 1), cells, n);
		builder_push(builder, node, below[start].key, below[start].key_length);
		start += n;
	}
	free(below);
}

struct map_root *map_builder_finish(struct map_builder *builder)
{
	builder_flush(builder);
	while (builder->level_count > 1)
		builder_raise(builder);
	struct map_node *node = builder->level_count ? builder->level[0].node : NULL;
	struct map_root *root = map_root_create(builder->map, node, builder->count);
	free(builder->level);
	free(builder);
	return root;
}

void map_builder_drop(struct map_builder *builder)
{
	if (builder)
		map_root_release(map_builder_finish(builder));
}

/* The state map, reading: the map itself, its roots, finding and walking. edit.c changes, build.c loads. */
#include "core/engine/state/map/node.h"

#include "core/base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct map *map_create(void)
{
	return memory_allocate(1, sizeof(struct map));
}

void map_destroy(struct map *map)
{
	if (!map)
		return;
	map_reader_destroy(map->reader);
	assert(map->memory == 0);
	free(map);
}

size_t map_memory(const struct map *map)
{
	return map->memory + (map->reader ? map_reader_memory(map->reader) : 0);
}

struct map_root *map_root_create(struct map *map, struct map_node *node, size_t count)
{
	struct map_root *root = memory_allocate(1, sizeof *root);
	*root = (struct map_root){
		.map = map, .node = node, .count = count, .stamp = ++map->stamp, .references = 1};
	return root;
}

struct map_root *map_empty(struct map *map)
{
	return map_root_create(map, NULL, 0);
}

struct map_root *map_root_hold(struct map_root *root)
{
	root->references++;
	return root;
}

void map_root_release(struct map_root *root)
{
	if (!root || --root->references)
		return;
	map_node_release(root->map, root->node);
	free(root);
}

size_t map_root_count(const struct map_root *root)
{
	return root->count;
}

uint64_t map_stamp(const struct map_root *root)
{
	return root->stamp;
}

struct map_node **map_recent_place(struct map_recent *recent, const uint8_t *key, size_t key_length)
{
	uint64_t name = 0;
	if (key_length > sizeof name)
		memcpy(&name, key + 1, sizeof name);
	return &recent->leaves[(name * UINT64_C(0x9e3779b97f4a7c15) >> 56) % RECENT_LEAVES];
}

bool map_get(const struct map_root *root, struct map_value *out, const void *key, size_t key_length)
{
	struct map_node **recent = root->recent ? map_recent_place(root->recent, key, key_length) : NULL,
	                *node = recent ? *recent : NULL;
	bool equal = false;
	size_t index = node ? map_node_find(node, &equal, key, key_length) : 0;
	if (!node || !map_recent_is_inside(node->count, index, equal)) {
		node = root->node;
		if (!node)
			return false;
		while (node->level)
			node = map_node_child(root->map, node, map_node_find_child(node, key, key_length));
		index = map_node_find(node, &equal, key, key_length);
		if (recent)
			*recent = node;
	}
	if (equal)
		*out = map_node_value(node, index);
	return equal;
}

static bool found(const struct map_root *root, struct map_entry *out, const struct map_node *leaf,
                  size_t index)
{
	out->key_length = map_node_key(leaf, index, out->key);
	out->value = map_node_value(leaf, index);
	out->leaf = leaf;
	out->map = root->map;
	out->stamp = root->stamp;
	out->index = index;
	return true;
}

/* The first entry with a key >= the given one, or > it. No leaf is empty. */
static bool seek(const struct map_root *root, struct map_entry *out, const void *key, size_t key_length,
                 bool beyond)
{
	/* the nearest subtree to the right of the path */
	const struct map_node *node = root->node, *after = NULL;
	if (!node)
		return false;
	while (node->level) {
		size_t index = map_node_find_child(node, key, key_length);
		if (index + 1 < node->count)
			after = map_node_child(root->map, node, index + 1);
		node = map_node_child(root->map, node, index);
	}
	bool equal;
	size_t index = map_node_find(node, &equal, key, key_length);
	if (equal && beyond)
		index++;
	if (index == node->count) {
		if (!after)
			return false;
		for (node = after; node->level;)
			node = map_node_child(root->map, node, 0);
		if (!node->count)
			return false; /* what was there cannot be read */
		index = 0;
	}
	return found(root, out, node, index);
}

bool map_seek(const struct map_root *root, struct map_entry *out, const void *key, size_t key_length)
{
	return seek(root, out, key, key_length, false);
}

bool map_seek_before(const struct map_root *root, struct map_entry *out, const void *key, size_t key_length)
{
	/* the nearest subtree to the left of the path */
	const struct map_node *node = root->node, *before = NULL;
	if (!node)
		return false;
	while (node->level) {
		size_t index = map_node_find_child(node, key, key_length);
		if (index)
			before = map_node_child(root->map, node, index - 1);
		node = map_node_child(root->map, node, index);
	}
	bool equal;
	size_t index = map_node_find(node, &equal, key, key_length);
	if (index == 0) {
		if (!before)
			return false;
		for (node = before; node->level;)
			node = map_node_child(root->map, node, node->count - 1u);
		if (!node->count)
			return false;
		index = node->count;
	}
	return found(root, out, node, index - 1);
}

/* Whether the entry's leaf is still the one to look in. */
static bool is_current(const struct map_root *root, const struct map_entry *entry)
{
	return entry->leaf && entry->map == root->map && entry->stamp == root->stamp;
}

bool map_next(const struct map_root *root, struct map_entry *entry)
{
	if (is_current(root, entry) && entry->index + 1 < entry->leaf->count)
		return found(root, entry, entry->leaf, entry->index + 1);
	return seek(root, entry, entry->key, entry->key_length, true);
}

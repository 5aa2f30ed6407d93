/* The state map, changing: an edit copies the nodes on the way to what it changes, once, and from then on
 * changes its copies in place. */
#include "core/engine/state/map/node.h"

#include "core/base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { NODE_UNDERFULL = NODE_LIMIT / 3, NODE_MERGED = NODE_LIMIT * 7 / 8 };

/* --- beginning and ending --- */

struct map_edit *map_edit_begin(struct map_root *base)
{
	struct map_edit *edit = memory_allocate(1, sizeof *edit);
	struct map *map = base->map;
	*edit = (struct map_edit){.number = ++map->edit_number};
	edit->root = (struct map_root){
		.map = map, .node = base->node, .count = base->count, .stamp = ++map->stamp};
	edit->root.recent = &edit->recent;
	if (edit->root.node)
		edit->root.node->references++;
	return edit;
}

struct map_root *map_edit_snapshot(struct map_edit *edit)
{
	if (edit->root.node)
		edit->root.node->references++;
	/* A new number: the nodes made so far are the snapshot's now. */
	edit->number = ++edit->root.map->edit_number;
	return map_root_create(edit->root.map, edit->root.node, edit->root.count);
}

const struct map_root *map_edit_view(const struct map_edit *edit)
{
	return &edit->root;
}

struct map_root *map_edit_finish(struct map_edit *edit)
{
	struct map_root *root = map_root_create(edit->root.map, edit->root.node, edit->root.count);
	map_undo_release(edit);
	free(edit);
	return root;
}

void map_edit_drop(struct map_edit *edit)
{
	if (!edit)
		return;
	map_node_release(edit->root.map, edit->root.node);
	map_undo_release(edit);
	free(edit);
}

/* The tree is about to lose a node, or to have it elsewhere. */
static void recent_forget(struct map_edit *edit, const struct map_node *node)
{
	for (size_t i = 0; i < RECENT_LEAVES; i++)
		if (edit->recent.leaves[i] == node)
			edit->recent.leaves[i] = NULL;
}

static struct map_node *edit_own(struct map_edit *edit, struct map_node *node, size_t room, bool held)
{
	if (node->edit == edit->number)
		return node;
	recent_forget(edit, node);
	return map_node_copy(edit->root.map, node, edit->number, room, held);
}

static struct map_node *child_of(const struct map_edit *edit, const struct map_node *node, size_t index)
{
	return map_node_child(edit->root.map, node, index);
}

/* --- putting --- */

/* What a node that became two leaves for its parent to take in: the right one, and the key that tells them
 * apart. */
struct split {
	struct map_node *right; /* NULL when there was no need */
	uint8_t key[MAP_KEY_MAXIMUM];
	size_t key_length;
};

/* Where to divide cells of which the one at `index` is new: at the end when it came last (keys that arrive
 * in ascending order leave full nodes behind), before the second when it came first, else where the halves
 * weigh the same. */
static size_t split_point(const struct cell *cells, size_t count, size_t index, size_t prefix)
{
	if (index == count - 1)
		return count - 1;
	if (index == 0)
		return 1;
	size_t total = 0, left = 0;
	for (size_t i = 0; i < count; i++)
		total += CELL_OVERHEAD + (size_t)cells[i].head_length + cells[i].tail_length - prefix +
		         tag_length(cells[i].tag);
	for (size_t i = 0; i < count - 1; i++) {
		size_t weight = CELL_OVERHEAD + (size_t)cells[i].head_length + cells[i].tail_length - prefix +
		                tag_length(cells[i].tag);
		if (left + weight / 2 >= total / 2)
			return i ? i : 1;
		left += weight;
	}
	return count - 1;
}

/* The key for the parent: a leaf's is the shortest that is above everything on the left; an inner node's
 * is the one its first cell had. */
static void split_key(struct split *split, const struct cell *last, const struct cell *first, uint8_t level)
{
	split->key_length = cell_key(first, split->key);
	if (level)
		return;
	uint8_t left[MAP_KEY_MAXIMUM];
	size_t left_length = cell_key(last, left), common = 0;
	while (common < left_length && left[common] == split->key[common])
		common++;
	split->key_length = common + 1;
}

/* Puts a cell into a node of the edit's own, by whatever it takes. */
static struct map_node *edit_insert(struct map_edit *edit, struct map_node *node, size_t index,
                                    const struct cell *cell, struct split *split)
{
	struct map *map = edit->root.map;
	size_t prefix = node->prefix_length;
	recent_forget(edit, node);
	map_node_detach(map, node);
	bool shares = cell->tail_length >= prefix &&
	              !memcmp(cell->tail, (const uint8_t *)node + node->size - prefix, prefix);
	size_t length = CELL_OVERHEAD + (size_t)cell->tail_length - prefix + tag_length(cell->tag);
	if (shares && map_node_used(node) + length <= NODE_LIMIT)
		return map_node_insert(map, node, index, cell);

	struct cell cells[NODE_CELLS_MAXIMUM];
	size_t count = node->count + 1u;
	assert(count <= NODE_CELLS_MAXIMUM);
	for (size_t i = 0; i < count; i++)
		cells[i] = i == index ? *cell : map_node_cell_view(node, i - (i > index));
	struct map_node *left;
	if (cells_measure(cells, count, node->level, &prefix) <= NODE_LIMIT) {
		left = map_node_build(map, edit->number, node->level, cells, count);
	} else {
		size_t at = split_point(cells, count, index, node->level ? 0 : prefix);
		split_key(split, &cells[at - 1], &cells[at], node->level);
		split->right = map_node_build(map, edit->number, node->level, cells + at, count - at);
		left = map_node_build(map, edit->number, node->level, cells, at);
	}
	map_node_dissolve(map, node, edit->number);
	return left;
}

/* The payload of a leaf's cell loses its leaf. */
static void payload_release(struct map *map, const struct map_node *leaf, size_t index)
{
	uint8_t *cell = map_node_cell(leaf, index);
	if (cell_tag(cell) == CELL_APART)
		apart_release(map, pointer_at(cell_payload(cell)));
}

/* Puts a value over one of the same length in a leaf of the edit's own; false when it has another. */
static bool put_over(struct map_edit *edit, struct map_node *leaf, size_t index, const struct cell *new)
{
	uint8_t *cell = map_node_cell(leaf, index);
	if (cell_tag(cell) != new->tag)
		return false;
	payload_release(edit->root.map, leaf, index);
	if (tag_length(new->tag))
		memcpy(cell_payload(cell), new->payload, tag_length(new->tag));
	return true;
}

/* The same without the way down, where the key was found last. */
static bool put_recent(struct map_edit *edit, const struct cell *new)
{
	struct map_node *leaf = *map_recent_place(&edit->recent, new->tail, new->tail_length);
	bool equal = false;
	size_t index = leaf && leaf->edit == edit->number
	                   ? map_node_find(leaf, &equal, new->tail, new->tail_length)
	                   : 0;
	if (!equal || cell_tag(map_node_cell(leaf, index)) != new->tag)
		return false;
	if (edit->marks)
		map_undo_note(edit, new->tail, new->tail_length, map_node_cell(leaf, index));
	return put_over(edit, leaf, index, new);
}

static struct map_node *put_in_leaf(struct map_edit *edit, struct map_node *leaf, bool held,
                                    const struct cell *new, struct split *split)
{
	bool equal;
	size_t index = map_node_find(leaf, &equal, new->tail, new->tail_length);
	if (edit->marks)
		map_undo_note(edit, new->tail, new->tail_length, equal ? map_node_cell(leaf, index) : NULL);
	leaf = edit_own(edit, leaf, equal ? 0 : CELL_OVERHEAD + (size_t) new->tail_length + tag_length(new->tag),
	                held);
	if (!equal) {
		edit->root.count++;
		return edit_insert(edit, leaf, index, new, split);
	}
	if (put_over(edit, leaf, index, new)) {
		*map_recent_place(&edit->recent, new->tail, new->tail_length) = leaf;
		return leaf;
	}
	payload_release(edit->root.map, leaf, index);
	map_node_erase(leaf, index);
	return edit_insert(edit, leaf, index, new, split);
}

static struct cell child_cell(struct map_node *const *child, const struct split *split)
{
	return (struct cell){.tail = split->key, .tail_length = (uint16_t)split->key_length, .tag = sizeof *child,
	                     .payload = (const uint8_t *)child};
}

/* held: the reference to the node is the caller's, and passes to what is returned; else the caller's node
 * only has it from its origin. */
static struct map_node *put_below(struct map_edit *edit, struct map_node *node, bool held,
                                  const struct cell *new, struct split *split)
{
	if (!node->level)
		return put_in_leaf(edit, node, held, new, split);
	node = edit_own(edit, node, 0, held);
	size_t index = map_node_find_child(node, new->tail, new->tail_length);
	struct split below = {.right = NULL};
	map_node_set_child(
		node, index, put_below(edit, child_of(edit, node, index), map_node_holds(node, index), new, &below));
	if (!below.right)
		return node;
	struct cell cell = child_cell(&below.right, &below);
	return edit_insert(edit, node, index + 1, &cell, split);
}

void map_edit_put(struct map_edit *edit, const void *key, size_t key_length, const void *value, size_t length)
{
	assert(key_length <= MAP_KEY_MAXIMUM && length <= MAP_VALUE_MAXIMUM);
	if (!key_length)
		key = ""; /* it may be NULL */
	struct map *map = edit->root.map;
	uint8_t payload[MAP_INLINE_MAXIMUM]; /* a copy, because the value may lie in a node that goes away now */
	struct cell cell = {.tail = key, .tail_length = (uint16_t)key_length, .payload = payload};
	if (length > MAP_INLINE_MAXIMUM) {
		struct map_apart *apart = apart_create(map, value, length);
		memcpy(payload, &apart, sizeof apart);
		cell.tag = CELL_APART;
	} else {
		if (length)
			memcpy(payload, value, length);
		cell.tag = (uint16_t)length;
	}
	edit->root.stamp = ++map->stamp;
	if (!edit->root.node) {
		if (edit->marks)
			map_undo_note(edit, key, key_length, NULL);
		edit->root.node = map_node_build(map, edit->number, 0, &cell, 1);
		edit->root.count = 1;
		return;
	}
	if (put_recent(edit, &cell))
		return;
	struct split split = {.right = NULL};
	edit->root.node = put_below(edit, edit->root.node, true, &cell, &split);
	if (split.right) {
		struct split none = {.right = NULL};
		struct cell halves[2] = {child_cell(&edit->root.node, &none), child_cell(&split.right, &split)};
		edit->root.node = map_node_build(map, edit->number, (uint8_t)(edit->root.node->level + 1), halves, 2);
	}
}

/* --- removing --- */

/* Makes two neighbouring children one when they fit well. */
static bool merge_children(struct map_edit *edit, struct map_node *node, size_t index)
{
	struct map_node *left = child_of(edit, node, index), *right = child_of(edit, node, index + 1);
	if (map_node_used(left) + map_node_used(right) > NODE_MERGED + NODE_LIMIT / 8)
		return false;
	struct cell cells[NODE_CELLS_MAXIMUM];
	size_t count = (size_t)left->count + right->count, prefix;
	assert(count <= NODE_CELLS_MAXIMUM);
	for (size_t i = 0; i < count; i++)
		cells[i] = i < left->count ? map_node_cell_view(left, i) : map_node_cell_view(right, i - left->count);
	if (left->level) { /* the right one's first key is known here only */
		struct cell known = map_node_cell_view(node, index + 1), *cell = &cells[left->count];
		cell->head = known.head, cell->head_length = known.head_length;
		cell->tail = known.tail, cell->tail_length = known.tail_length;
	}
	if (cells_measure(cells, count, left->level, &prefix) > NODE_MERGED)
		return false;
	map_node_detach(edit->root.map, node);
	recent_forget(edit, left);
	recent_forget(edit, right);
	map_node_set_child(node, index, map_node_build(edit->root.map, edit->number, left->level, cells, count));
	map_node_erase(node, index + 1);
	map_node_dissolve(edit->root.map, left, edit->number);
	map_node_dissolve(edit->root.map, right, edit->number);
	return true;
}

/* Removes a key that is there; NULL when nothing is left of the node. held: as put_below(). */
static struct map_node *remove_below(struct map_edit *edit, struct map_node *node, bool held, const void *key,
                                     size_t key_length)
{
	node = edit_own(edit, node, 0, held);
	recent_forget(edit, node);
	if (!node->level) {
		bool equal;
		size_t index = map_node_find(node, &equal, key, key_length);
		if (edit->marks)
			map_undo_note(edit, key, key_length, map_node_cell(node, index));
		payload_release(edit->root.map, node, index);
		map_node_erase(node, index);
	} else {
		size_t index = map_node_find_child(node, key, key_length);
		struct map_node *child = remove_below(edit, child_of(edit, node, index), map_node_holds(node, index),
		                                      key, key_length);
		if (!child) {
			map_node_set_child(node, index, NULL); /* nothing to hold there */
			map_node_detach(edit->root.map, node);
			map_node_erase(node, index);
		} else {
			map_node_set_child(node, index, child);
			if (map_node_used(child) < NODE_UNDERFULL && !(index && merge_children(edit, node, index - 1)) &&
			    index + 1 < node->count)
				merge_children(edit, node, index);
		}
	}
	if (!node->count) {
		map_node_dissolve(edit->root.map, node, edit->number);
		return NULL;
	}
	return map_node_shrink(edit->root.map, node);
}

bool map_edit_remove(struct map_edit *edit, const void *key, size_t key_length)
{
	struct map_value value;
	if (!map_get(&edit->root, &value, key, key_length))
		return false;
	edit->root.node = remove_below(edit, edit->root.node, true, key, key_length);
	edit->root.count--;
	edit->root.stamp = ++edit->root.map->stamp;
	while (edit->root.node && edit->root.node->level && edit->root.node->count == 1) {
		struct map_node *only = child_of(edit, edit->root.node, 0);
		/* it is the edit's own: the child's reference stays for us */
		map_node_dissolve(edit->root.map, edit->root.node, edit->number);
		edit->root.node = only;
	}
	return true;
}

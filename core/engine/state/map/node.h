/* The nodes of the state map. Private to this folder.
 *
 * A node is one allocation of exactly the bytes it needs (rounded up to 32): header, slots, free room,
 * cells, prefix. Slots are in key order and say how far before the node's end a cell begins; cells lie in
 * any order. What all keys of a node begin with is stored once, as the prefix. A cell is
 *
 * 	u8 suffix length | u16 tag | suffix | payload
 *
 * In a leaf (level 0) the payload is the value, or, when the tag is CELL_APART, a pointer to a struct
 * map_apart. In an inner node it is a pointer to the child that holds the keys >= the cell's key and < the
 * next cell's; the first cell's key is never looked at: its child holds whatever is below the second's.
 *
 * A copy of an inner node does not count its children anew: it stands on its origin, and of its children
 * it holds only those that are not the origin's at the same place. So copying a node of many children
 * touches none of them, and neither does it when the origin goes: then the copy takes over what the origin
 * held. Before its children move to other places a copy is detached. Measured, six new entries in an edit and
 * a thousand roots kept: with the children counted an edit takes 1.2 times as long on 20 000 entries, 1.3 on
 * 300 000 and on 3 000 000.
 *
 * In a map that reads from a store a child may still be there: its pointer is then its place, marked by the
 * lowest bit (store.c). Such a child is counted by nobody: once read, it stays as long as the map. */
#ifndef EOSIOFS_CORE_ENGINE_STATE_MAP_NODE_H
#define EOSIOFS_CORE_ENGINE_STATE_MAP_NODE_H

#include "core/engine/state/map/map.h"

enum {
	NODE_LIMIT = 512,        /* bytes: a node that would be larger is split */
	NODE_CELLS_MAXIMUM = 256, /* cells of two full nodes and one more, at the least 5 bytes each */
	CELL_APART = 0xffff,
	CELL_OVERHEAD = 5,       /* a cell's head and its slot */
	RECENT_LEAVES = 16,
};

struct map {
	struct map_reader *reader; /* owned: of a store that nodes may still be in; NULL: none */
	size_t memory;
	uint64_t edit_number; /* the last one given out */
	uint64_t stamp;       /* the last one given out: each root and each step of an edit has its own */
};

/* The leaves where an edit found something last, each in the place that its keys lead to: what is looked
 * up again and again in a transaction is found without the way down, which is the longer the larger the
 * state is. A leaf that the tree loses is forgotten. */
struct map_recent {
	struct map_node *leaves[RECENT_LEAVES]; /* borrowed; NULL: none */
};

struct map_root {
	struct map *map;
	struct map_node *node; /* NULL when empty */
	size_t count;
	uint64_t stamp;
	struct map_recent *recent; /* only an edit's view has it, which no other thread reads */
	uint32_t references;
};

struct map_edit {
	struct map_root root; /* the state reached: what map_edit_view() shows; a change gives it a new stamp */
	uint64_t number;      /* nodes with it are this edit's own */
	struct map_recent recent;
	uint8_t *undo;        /* owned: what changes since the outermost mark replaced, see undo.c */
	size_t undo_length, undo_capacity;
	size_t marks;
};

/* Notes what a key has before it changes, when there is a mark: the leaf's cell, NULL when the key is not
 * there. */
void map_undo_note(struct map_edit *edit, const void *key, size_t key_length, uint8_t *cell);
void map_undo_release(struct map_edit *edit);

/* Where in `recent` the leaf of a key is noted: one place for all that begins with the same tag and name. */
struct map_node **map_recent_place(struct map_recent *recent, const uint8_t *key, size_t key_length);
/* Whether a key's place in a leaf, as map_node_find() gave it, tells that the key belongs there and
 * nowhere else. */
static inline bool map_recent_is_inside(size_t count, size_t index, bool equal)
{
	return equal || (index && index < count);
}

/* the node's reference passes to it */
struct map_root *map_root_create(struct map *map, struct map_node *node, size_t count);

struct map_node {
	uint64_t edit;           /* the edit that made it, and that alone may change it */
	/* inner node: what it stands on, one reference; NULL: it holds all its children */
	struct map_node *origin;
	struct map_node *copy;   /* the one node that stands on this one; NULL: none */
	uint64_t stored;         /* its place in the store that saves this map; 0: it is not there */
	uint32_t references;     /* from inner nodes, roots and edits, and from the copy */
	uint16_t size;       /* of the whole node */
	uint16_t count;      /* cells */
	uint16_t heap;       /* bytes at the end taken by cells and prefix */
	uint16_t garbage;    /* bytes of them that no slot leads to any more */
	uint8_t prefix_length;
	uint8_t level;       /* 0: leaf */
	/* cells whose value stands apart: where there are none, a leaf need not be looked through when it goes */
	uint16_t aparts;
	uint16_t slots[];
};

/* A value too long for a leaf. */
struct map_apart {
	uint64_t stored;     /* as a node's */
	uint32_t references; /* from leaves */
	uint32_t length;
	uint8_t data[];
};

/* A cell outside its node, everything borrowed; its key is head and tail joined. */
struct cell {
	const uint8_t *head, *tail, *payload;
	uint16_t head_length, tail_length, tag;
};

static inline uint8_t *map_node_cell(const struct map_node *node, size_t index)
{
	return (uint8_t *)(uintptr_t)node + node->size - node->slots[index];
}

static inline uint16_t cell_tag(const uint8_t *cell)
{
	return (uint16_t)(cell[1] | cell[2] << 8);
}

static inline size_t tag_length(uint16_t tag)
{
	return tag == CELL_APART ? sizeof(void *) : tag;
}

static inline uint8_t *cell_payload(uint8_t *cell)
{
	return cell + 3 + cell[0];
}

static inline void *pointer_at(const uint8_t *payload)
{
	void *pointer;
	__builtin_memcpy(&pointer, payload, sizeof pointer);
	return pointer;
}

/* As it stands in the cell: a pointer, or a place in a store. */
static inline uintptr_t map_node_link(const struct map_node *node, size_t index)
{
	return (uintptr_t)pointer_at(cell_payload(map_node_cell(node, index)));
}

static inline bool link_is_place(uintptr_t link)
{
	return link & 1;
}

/* The node at such a place, read when it is wanted first. */
struct map_node *map_reader_node(struct map_reader *reader, uintptr_t link, uint8_t level);
size_t map_reader_memory(struct map_reader *reader); /* bytes of the nodes that were read */
void map_reader_destroy(struct map_reader *reader); /* NULL is fine */

static inline struct map_node *map_node_child(const struct map *map, const struct map_node *node,
                                              size_t index)
{
	uintptr_t link = map_node_link(node, index);
	return link_is_place(link) ? map_reader_node(map->reader, link, (uint8_t)(node->level - 1))
	                           : (struct map_node *)link;
}

static inline void map_node_set_child(struct map_node *node, size_t index, struct map_node *child)
{
	__builtin_memcpy(cell_payload(map_node_cell(node, index)), &child, sizeof child);
}

static inline size_t map_node_used(const struct map_node *node)
{
	return offsetof(struct map_node, slots) + 2u * node->count + node->heap - node->garbage;
}

/* The first cell with a key >= the given one (inner nodes: among the second and following); *equal says
 * whether it has that very key. */
size_t map_node_find(const struct map_node *node, bool *equal, const void *key, size_t key_length);
/* The child of an inner node where a key belongs. */
size_t map_node_find_child(const struct map_node *node, const void *key, size_t key_length);
size_t map_node_key(const struct map_node *node, size_t index, uint8_t out[MAP_KEY_MAXIMUM]); /* its length */
struct map_value map_node_value(const struct map_node *leaf, size_t index);

struct cell map_node_cell_view(const struct map_node *node, size_t index);
size_t cell_key(const struct cell *cell, uint8_t out[MAP_KEY_MAXIMUM]);
/* The bytes a node of these cells takes; *prefix_length is what their keys share. */
size_t cells_measure(const struct cell *cells, size_t count, uint8_t level, size_t *prefix_length);

/* A new node with one reference. The payloads' references pass to it. */
struct map_node *map_node_build(struct map *map, uint64_t edit, uint8_t level, const struct cell *cells,
                                size_t count);
/* A copy for an edit with `room` bytes to spare. held: it takes the place of the caller's reference to the
 * node; else the caller has none. */
struct map_node *map_node_copy(struct map *map, struct map_node *node, uint64_t edit, size_t room, bool held);
/* Whether an inner node has a reference to its child at a place, and not its origin. */
bool map_node_holds(const struct map_node *node, size_t index);
/* An inner node holds all its children from now on. */
void map_node_detach(struct map *map, struct map_node *node);
/* Puts a cell in a node the caller may change; the node may move. The key must have the node's prefix; the
 * payload's reference passes. */
struct map_node *map_node_insert(struct map *map, struct map_node *node, size_t index,
                                 const struct cell *cell);
/* Gives back room that removals have left, when it is much; the node may move. */
struct map_node *map_node_shrink(struct map *map, struct map_node *node);
void map_node_erase(struct map_node *node, size_t index); /* the payload's reference passes to the caller */

void map_node_release(struct map *map, struct map_node *node);
/* Gives up a node whose payloads other nodes have taken over: the edit's own is freed, a shared one keeps
 * its payloads. */
void map_node_dissolve(struct map *map, struct map_node *node, uint64_t edit);

struct map_apart *apart_create(struct map *map, const void *data, size_t length);
void apart_release(struct map *map, struct map_apart *apart);

#endif

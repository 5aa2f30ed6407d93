/* The state: a persistent ordered map from byte strings to byte strings (DESIGN 5), a copy-on-write
 * B+tree. A root is a state: it never changes, others may share parts of it. Only the chain's thread edits
 * and counts references; any thread may read a root that somebody holds. */
#ifndef EOSIOFS_CORE_ENGINE_STATE_MAP_MAP_H
#define EOSIOFS_CORE_ENGINE_STATE_MAP_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	MAP_KEY_MAXIMUM = 72,         /* bytes */
	/* bytes; a longer key or value ends the process: whoever takes them from outside checks first */
	MAP_VALUE_MAXIMUM = 32 << 20,
	MAP_INLINE_MAXIMUM = 256,     /* values above this stand apart and are shared between versions */
};

struct map_node;
struct map;      /* what all roots of one chain share: memory, counters, the next edit's number */
struct map_root; /* an immutable state */
struct map_edit; /* a state being made from another */

struct map *map_create(void);
void map_destroy(struct map *map); /* every root must have been released */
size_t map_memory(const struct map *map); /* bytes in use by nodes and values */

/* a root with nothing in it; one reference, the caller's */
struct map_root *map_empty(struct map *map);
struct map_root *map_root_hold(struct map_root *root); /* one more reference; chain's thread only */
void map_root_release(struct map_root *root);          /* chain's thread only; NULL is fine */
size_t map_root_count(const struct map_root *root);    /* entries */

/* An edit starts from a root (which it holds until it ends) and is seen by nobody else. Edits of one map
 * may nest: an edit can be started from the state another edit has reached, by map_edit_snapshot. */
struct map_edit *map_edit_begin(struct map_root *base);
/* The state reached, as a root with one reference; the edit goes on from there (copying again what it
 * changes). Constant time. */
struct map_root *map_edit_snapshot(struct map_edit *edit);
/* Undoing without a snapshot: from a mark on the edit notes what each change replaces. It costs little
 * beside the changes themselves and, unlike a snapshot, does not make later changes copy what is the
 * edit's own already; going back costs as much as the changes did. Marks nest. */
size_t map_edit_mark(struct map_edit *edit);
/* back to the mark, which stays; inner marks' changes are undone with it */
void map_edit_undo(struct map_edit *edit, size_t mark);
void map_edit_unmark(struct map_edit *edit);            /* one mark less; once for each map_edit_mark() */
/* A number that no other root and no other step of an edit has: as long as it is the same, nothing has
 * changed. */
uint64_t map_stamp(const struct map_root *root);
/* The state as the edit has it now, to be read like any root: borrowed, follows every change, ends with
 * the edit. */
const struct map_root *map_edit_view(const struct map_edit *edit);
struct map_root *map_edit_finish(struct map_edit *edit); /* ends the edit; the new root, one reference */
void map_edit_drop(struct map_edit *edit);               /* ends the edit; nothing happened */

/* A value as found: borrowed, valid until the edit changes anything (or, from a root, as long as the root
 * is held). */
struct map_value {
	const uint8_t *data;
	size_t length;
};

bool map_get(const struct map_root *root, struct map_value *out, const void *key, size_t key_length);
void map_edit_put(struct map_edit *edit, const void *key, size_t key_length, const void *value,
                  size_t length);
/* false when it was not there */
bool map_edit_remove(struct map_edit *edit, const void *key, size_t key_length);

/* An entry in order. The key is a copy, so it outlives any change; the value is borrowed as in struct
 * map_value. Whoever fills in a key without a seek begins from {0}. The last members are map.c's own:
 * where the entry was found and in which state. */
struct map_entry {
	uint8_t key[MAP_KEY_MAXIMUM];
	size_t key_length;
	struct map_value value;
	const struct map_node *leaf;
	const struct map *map;
	uint64_t stamp;
	size_t index;
};

/* The first entry with a key >= (map_seek) or the last with a key < (map_seek_before) the given one; false
 * when there is none. A walk is `for (ok = map_seek(root, &e, key, n); ok; ok = map_next(root, &e))`. A
 * step goes to the neighbour in the same leaf while the state is the one the entry was found in; else it
 * seeks by the entry's own key, so an edit may change things between steps, even remove the entry
 * (map_edit_view). O(log n) a step at worst. When there is no next one the entry stays as it was. */
bool map_seek(const struct map_root *root, struct map_entry *out, const void *key, size_t key_length);
bool map_seek_before(const struct map_root *root, struct map_entry *out, const void *key, size_t key_length);
bool map_next(const struct map_root *root, struct map_entry *entry);

/* A root from entries in ascending order of keys, much faster than putting them one by one; leaves come
 * out nine tenths full. */
struct map_builder;
struct map_builder *map_builder_create(struct map *map);
/* false, and nothing is added, when the key is not greater than the last one, or key or value are too
 * long. */
bool map_builder_add(struct map_builder *builder, const void *key, size_t key_length, const void *value,
                     size_t length);
struct map_root *map_builder_finish(struct map_builder *builder); /* frees the builder; one reference */
/* frees the builder and what it has built; NULL is fine */
void map_builder_drop(struct map_builder *builder);

#endif

/* Earlier states of a chain on disk, which share what did not change: "nodes" holds the maps' nodes
 * (state/map/store.h), "index" a record a state: u32 length, u32 crc32, u32 number of its block, the block's
 * id, u64 place of its root, u64 entries, u64 end of the nodes with it, a header of the caller's.
 *
 * Any thread may look, read and save. */
#ifndef EOSIOFS_CORE_ENGINE_STORAGE_STATE_STATES_H
#define EOSIOFS_CORE_ENGINE_STORAGE_STATE_STATES_H

#include "core/base/bytes.h"
#include "core/base/crypto/hash.h"
#include "core/base/error.h"
#include "core/engine/state/map/map.h"

struct states;

/* In a folder that is there. What is damaged at the end is cut off; of a damaged index the part before. */
int states_open(struct states **out, const char *folder, struct error *error);
void states_close(struct states *states); /* NULL is fine */

struct stored_state {
	uint32_t number;
	struct checksum256 id; /* the block's */
	uint64_t place, entries, end; /* in the nodes' file */
	uint64_t record;       /* in the index */
};
/* The last one at or before a block; false: there is none. */
bool states_find(struct states *states, struct stored_state *out, uint32_t number);
/* Writes what no earlier state has, and waits for the disk; nothing where it is there. */
int states_save(struct states *states, uint32_t number, const struct checksum256 *id,
                const struct bytes *header, const struct map_root *root, struct error *error);
/* As it was saved, read as it is looked at: *map is the caller's to destroy after all roots, and before the
 * states are closed; the header is appended. */
int states_open_state(struct states *states, struct map **map, struct map_root **root, struct bytes *header,
                      const struct stored_state *state, struct error *error);
/* All of it, into a map whose later states share it. */
int states_load(struct states *states, struct map_root **root, struct bytes *header,
                const struct stored_state *state, struct map *map, struct error *error);
/* Forgets those that are older than the last one at or before a block, once they are most of all, and gives
 * their room on the disk back; not those that are kept. Who looks at one of them nevertheless finds it
 * damaged. No root that is to be saved later may be of a block before them. */
int states_forget(struct states *states, uint32_t number, struct error *error);
/* Forgets the states of blocks after this one; not those that are kept. */
int states_cut(struct states *states, uint32_t number, struct error *error);

/* --- those that are kept under a name: "kept", in place of which another is written each time --- */

enum { STATES_NAME_SIZE = 65 };
/* A name for the state after a block, which outlives the process when this returns; its nodes come later.
 * -EEXIST. */
int states_keep(struct states *states, const char *name, uint32_t number, const struct checksum256 *id,
                struct error *error);
/* Its nodes. As states_save(). */
int states_save_kept(struct states *states, const char *name, const struct bytes *header,
                     const struct map_root *root, struct error *error);
int states_drop(struct states *states, const char *name, struct error *error); /* -ENOENT */
/* What is kept under a name; false: nothing. out->end 0: its nodes are not there. */
bool states_find_kept(struct states *states, struct stored_state *out, const char *name);
/* The first name >= from; false: there is none. */
bool states_kept_from(struct states *states, char out[STATES_NAME_SIZE], const char *from);
/* As states_load(). */
int states_load_kept(struct states *states, struct map_root **root, struct bytes *header, const char *name,
                     struct map *map, struct error *error);
/* As states_open_state(). */
int states_open_kept(struct states *states, struct map **map, struct map_root **root, struct bytes *header,
                     const char *name, struct error *error);

#endif

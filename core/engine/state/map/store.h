/* States on disk: the nodes of the map in one file that only grows. A state that is saved after another one
 * writes the nodes that changed; what is read of one is what is looked at.
 *
 * A record is u32 length, u32 crc32, the bytes: of a node u8 level, u8 prefix length, u16 cells, the prefix,
 * the cells (u8 suffix length, u16 tag, suffix, payload; in place of a pointer the u64 place of what it leads
 * to, which comes before it in the file); of a value that stands apart the value. Little-endian. */
#ifndef EOSIOFS_CORE_ENGINE_STATE_MAP_STORE_H
#define EOSIOFS_CORE_ENGINE_STATE_MAP_STORE_H

#include "core/base/error.h"
#include "core/engine/state/map/map.h"

struct map_store;

/* A file of `end` bytes that are good; what comes behind is overwritten. fd is borrowed. */
struct map_store *map_store_create(int fd, uint64_t end);
void map_store_destroy(struct map_store *store); /* NULL is fine */
uint64_t map_store_end(const struct map_store *store);
/* Writes what of a root is not in the file; *place: of the whole, 0 for an empty one. Any thread may that
 * holds the root, one at a time, always with the same store for one map. */
int map_store_save(struct map_store *store, uint64_t *place, const struct map_root *root);
/* A root of `count` entries as it was saved, in a map of its own that reads the file whenever something is
 * looked at: *map is to be destroyed after all its roots, and before fd is closed. -EBADMSG: it is
 * damaged. */
int map_store_open(int fd, uint64_t end, struct map **map, struct map_root **root, uint64_t place,
                   size_t count);
/* Whether everything that was looked at in the map of a root was there. */
bool map_root_is_sound(const struct map_root *root);
/* Gives the disk's room back that none of the roots at these places (0: an empty one) takes of a file of
 * `end` bytes; what is behind the last of them stays. The file keeps its length. -EBADMSG: one of them is
 * damaged; -EOPNOTSUPP: not with this file system. Then nothing of them is gone. */
int map_store_reclaim(int fd, uint64_t end, const uint64_t *places, size_t count);
/* All of it, into a map of which it is known from then on that it is saved there. -EBADMSG. */
int map_store_load(struct map_store *store, struct map *map, struct map_root **root, uint64_t place,
                   size_t count);

#endif

/* A state on disk: one root of the map with a header of the caller's (which block it follows, schedules,
 * counts).
 *
 * The file is a run of chunks: u32 length, u32 crc32, the bytes; the checksum covers the chunk's number
 * (u32) and its bytes. Chunk 0 is "EFSSTATE", u32 version 1, the header. Each next one holds whole entries
 * in ascending order of keys: u8 how many bytes of the key are those of the key before (0 for the first of
 * a chunk), u8 how many follow, u32 length of the value, key bytes, value. The last is "END", u64 number
 * of entries. All little-endian. */
#ifndef EOSIOFS_CORE_ENGINE_STORAGE_STATE_STATE_FILE_H
#define EOSIOFS_CORE_ENGINE_STORAGE_STATE_STATE_FILE_H

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/engine/state/map/map.h"

enum { STATE_FILE_HEADER_MAXIMUM = 16 << 20 };

/* Writes the state to path (0600): after a crash at any time there is either what was there before or all
 * of the new file. Any thread may save a root that is held. On failure what was there before stays. */
int state_file_save(const char *path, const void *header, size_t header_length, const struct map_root *root,
                    struct error *error);

/* Loads a state into the map: *root has one reference, the header is appended to *header. -ENOENT: no such
 * file; -EBADMSG: damaged, the sentence says where; -ENOTSUP: written by a newer version. On failure there
 * is no root and *header is as before; the state can be had by replay. */
int state_file_load(struct map *map, struct map_root **root, struct bytes *header, const char *path,
                    struct error *error);

#endif

/* Entries of a state in chunks, as files hold them, each chunk whole in itself: u8 how many bytes of the key
 * are those of the key before (0 for the first of a chunk), u8 how many follow, u32 length of the value, key
 * bytes, value. Keys ascend. Little-endian. */
#ifndef EOSIOFS_CORE_ENGINE_STORAGE_STATE_STATE_ENTRIES_H
#define EOSIOFS_CORE_ENGINE_STORAGE_STATE_STATE_ENTRIES_H

#include "core/base/bytes.h"
#include "core/engine/state/map/map.h"

enum {
	STATE_CHUNK_SIZE = 256 << 10, /* a chunk ends with the entry that makes it this long */
	STATE_CHUNK_MAXIMUM = STATE_CHUNK_SIZE + MAP_VALUE_MAXIMUM + MAP_KEY_MAXIMUM + 6,
};

/* Appends an entry. before: the one before it in the same chunk; NULL: it is the first. */
void state_entries_put(struct bytes *chunk, const struct map_entry *entry, const struct map_entry *before);
/* Adds those of a chunk to a builder; *count goes on. NULL, or the words for what is wrong with them. */
const char *state_entries_take(struct map_builder *builder, uint64_t *count, const void *data, size_t size);

#endif

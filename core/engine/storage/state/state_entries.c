/* Entries of a state in chunks: see state_entries.h for the bytes. */
#include "core/engine/storage/state/state_entries.h"

void state_entries_put(struct bytes *chunk, const struct map_entry *entry, const struct map_entry *before)
{
	size_t shared = 0;

	while (before && shared < before->key_length && shared < entry->key_length &&
	       before->key[shared] == entry->key[shared])
		shared++;
	bytes_put_u8(chunk, (uint8_t)shared);
	bytes_put_u8(chunk, (uint8_t)(entry->key_length - shared));
	bytes_put_u32(chunk, (uint32_t)entry->value.length);
	bytes_put(chunk, entry->key + shared, entry->key_length - shared);
	bytes_put(chunk, entry->value.data, entry->value.length);
}

const char *state_entries_take(struct map_builder *builder, uint64_t *count, const void *data, size_t size)
{
	struct cursor in = cursor_make(data, size);
	uint8_t key[MAP_KEY_MAXIMUM];
	size_t key_length = 0;

	while (cursor_left(&in)) {
		size_t shared = cursor_u8(&in), more = cursor_u8(&in), length = cursor_u32(&in);
		if (shared > key_length || shared + more > MAP_KEY_MAXIMUM)
			return "an impossible key";
		cursor_copy(&in, key + shared, more);
		const uint8_t *value = cursor_take(&in, length);
		if (in.failed)
			return "an entry that is cut short";
		key_length = shared + more;
		if (!map_builder_add(builder, key, key_length, value, length))
			return "keys out of order";
		++*count;
	}
	return NULL;
}
